"""The marks of the case on screen, and what commands do to them."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from realfm_gui.domain.mark import Mark
from realfm_gui.domain.mark_rules import marks_of
from realfm_gui.domain.protocol import Finding
from realfm_gui.gui.viewer.mark_board import MarkBoard


class CaseMarks(QObject):
    """One for all viewports of a case; the hand that draws them is `MarkingTools`.

    Signals
    -------
    changing()
        Something is being drawn, pulled or selected: paint it.
    changed(tuple)
        The marks of the case are now these.
    """

    changing = Signal()
    changed = Signal(object)

    def __init__(self, findings: Sequence[Finding], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.findings: Mapping[str, Finding] = {f.id: f for f in findings if f.mark_shape is not None}
        """Those that are marked."""
        self.board = MarkBoard()
        self.locked: tuple[Mark, ...] = ()
        """Those of the locked unaided answer, while the aided one is given."""
        self.is_enabled = True
        """Whether marks may change: not while an answer is on its way to the disk."""

    def show(self, marks: Sequence[Mark]) -> None:
        """Begin with the marks of a case; what was done on the one before is forgotten."""
        self.board = MarkBoard(marks)
        self.changing.emit()

    def put(self, mark: Mark) -> None:
        """Add a mark, or change the one with its id."""
        self._change(self.is_enabled and self.board.put(mark))

    def rate(self, mark_id: str, rating: int) -> None:
        """Rate a mark."""
        self._change(self.is_enabled and self.board.rate(mark_id, rating))

    def remove(self, mark_id: str) -> None:
        """Remove a mark."""
        self._change(self.is_enabled and self.board.remove(mark_id))

    def select(self, mark_id: str) -> None:
        """Select a mark; none where there is no such mark."""
        self.board.select(self.board.mark(mark_id))
        self.changing.emit()

    def undo(self) -> None:
        """Take the last change of the marks back."""
        self._change(self.is_enabled and self.board.undo())

    def redo(self) -> None:
        """Make again what was taken back."""
        self._change(self.is_enabled and self.board.redo())

    def title_of(self, mark: Mark, *, joint: str = " ") -> str:
        """Return what a mark is called: its number, and its finding where several are marked."""
        number = 1 + [own.mark_id for own in marks_of(mark.finding, self.board.marks)].index(mark.mark_id)
        finding = f"{joint}{self.findings[mark.finding].name}" if len(self.findings) > 1 else ""
        return f"{number}{finding}"

    def words_of(self, mark: Mark) -> str:
        """Return what stands beside a mark: what it is called, and its rating or "?"."""
        return f"{self.title_of(mark)} ?" if mark.rating is None else f"{self.title_of(mark)} · {mark.rating}"

    def left_behind(self, frame: int) -> list[Mark]:
        """Return the locked marks of a frame that are elsewhere now, or gone."""
        now = {mark.mark_id: mark for mark in self.board.marks}
        return [
            mark
            for mark in self.locked
            if mark.frame == frame and (mark.mark_id not in now or now[mark.mark_id].points != mark.points)
        ]

    def refusal(self, finding: Finding) -> str:
        """Return why a finding can have no further mark, empty where it can."""
        most = finding.marks_at_most
        if most is None or len(marks_of(finding.id, self.board.marks)) < most:
            return ""
        marks = "1 mark" if most == 1 else f"{most} marks"
        return f"{finding.name} takes {marks}: drag the mark, or delete it first."

    def _change(self, is_changed: bool) -> None:
        if is_changed:
            self.changed.emit(self.board.marks)
        self.changing.emit()
