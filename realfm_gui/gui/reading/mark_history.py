"""One Undo for marks and measurements: it takes the last change of either back."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from realfm_gui.gui.viewer.mark_commands import CaseMarks
from realfm_gui.gui.viewer.mark_order import Board, ChangeOrder
from realfm_gui.gui.viewer.measuring_tools import MeasuringTools


class SharedHistory(QObject):
    """Listens to both boards and knows whose change was the last.

    Signals
    -------
    possible_changed()
        What can be taken back, or made again, may have changed.
    """

    possible_changed = Signal()

    def __init__(self, marks: CaseMarks, measuring: MeasuringTools, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._marks = marks
        self._measuring = measuring
        self._order = ChangeOrder()
        self._steps = 0
        self._is_going = False
        marks.changed.connect(self._marked)
        measuring.measurements_changed.connect(self._measured)

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return self._order.last is not None

    @property
    def can_redo(self) -> bool:
        """Whether there is a change that was taken back."""
        return self._order.next is not None

    def begin(self) -> None:
        """Forget the case before."""
        self._order = ChangeOrder()
        self._steps = self._marks.board.steps
        self.possible_changed.emit()

    def undo(self) -> None:
        """Take the last change back; what is half measured, first."""
        if self._measuring.is_busy:
            self._measuring.undo()
        elif self._order.last is not None and self._marks.is_enabled:
            self._go(self._order.last, self._marks.undo, self._measuring.undo)
            self._order.note_undone()
        self.possible_changed.emit()

    def redo(self) -> None:
        """Make again what was taken back."""
        if self._order.next is not None and self._marks.is_enabled and not self._measuring.is_busy:
            self._go(self._order.next, self._marks.redo, self._measuring.redo)
            self._order.note_redone()
        self.possible_changed.emit()

    def _go(self, board: Board, marks: Callable[[], None], measurements: Callable[[], None]) -> None:
        self._is_going = True
        (marks if board is Board.MARKS else measurements)()
        self._is_going = False

    def _marked(self) -> None:
        steps = self._marks.board.steps
        if not self._is_going and steps > self._steps:
            self._order.note(Board.MARKS)
        elif not self._is_going and steps < self._steps:
            self._order.forget(Board.MARKS)  # a slip of the hand, see `MarkBoard.remove`
        self._steps = steps
        self.possible_changed.emit()

    def _measured(self) -> None:
        if not self._is_going:
            self._order.note(Board.MEASUREMENTS)
        self.possible_changed.emit()
