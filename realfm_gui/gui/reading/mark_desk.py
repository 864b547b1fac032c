"""The marks of the reading page: from tool and picture to the lists under the answers, and back."""

from PySide6.QtCore import QObject, Signal

from realfm_gui.domain.mark import Mark
from realfm_gui.domain.protocol import Protocol
from realfm_gui.gui.reading.answer_panel import AnswerPanel
from realfm_gui.gui.reading.mark_history import SharedHistory
from realfm_gui.gui.reading.mark_list import TOOL, ListedMark
from realfm_gui.gui.reading.mark_notice import MarkNotice
from realfm_gui.gui.reading.mark_rater import MarkRater, bring_into_view, pane_showing
from realfm_gui.gui.reading.state import RoomState
from realfm_gui.gui.reading.tool_bar import ToolBar
from realfm_gui.gui.viewer.case_box import CaseBox
from realfm_gui.gui.viewer.mark_commands import CaseMarks
from realfm_gui.gui.viewer.mark_painter import MarkLayer
from realfm_gui.gui.viewer.mark_tools import MarkingTools
from realfm_gui.gui.viewer.measuring_tools import KINDS
from realfm_gui.gui.viewer.pane import Pane
from realfm_gui.gui.viewer.place_words import place_words

NO_MARKS = "This study asks for no marks."


class MarkDesk(QObject):
    """Brings the marks of a case to the light box and the answers, and back what the reader does to them.

    Parameters
    ----------
    box : CaseBox
        Where marks are drawn.
    answers : AnswerPanel
        Where they are listed.
    protocol : Protocol
    parent : QObject, optional

    Signals
    -------
    marks_changed(tuple)
        The marks of the case are now these.
    possible_changed()
        What can be undone, made again or deleted may have changed.
    tool_changed()
        The marking tool was taken or put back.
    """

    marks_changed = Signal(object)
    possible_changed = Signal()
    tool_changed = Signal()

    def __init__(
        self, box: CaseBox, answers: AnswerPanel, protocol: Protocol, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._box = box
        lists = (answers.marks, *(card.marks for card in answers.cards.values()))
        self._list = next((listed for listed in lists if listed is not None), None)
        self._state: RoomState | None = None
        self._case_id = ""
        self._last = ""
        self.marks = CaseMarks(protocol.findings, self)
        self.tools = MarkingTools(self.marks, self)
        self.rater = MarkRater(box, self.marks, self)
        self.history = SharedHistory(self.marks, box.tools, self)
        self.notice = MarkNotice(box)
        self._layer = MarkLayer(self.tools)
        if self.marks.findings:
            box.furnish(self._equip)
        self._connect()

    # What is shown

    def show_state(self, state: RoomState) -> None:
        """Take over the case, its marks, the finding that is answered, and whether marks may change."""
        self._state = state
        case_id = state.step.case_id if state.step is not None else ""
        if case_id != self._case_id or state.marks != self.marks.board.marks:
            self._case_id = case_id
            self.rater.close(takes_keyboard=False)
            self.tools.drop()
            self.marks.show(state.marks)
            self.history.begin()
        if self.marks.is_enabled and not state.can_answer:
            self.tools.drop()
            self.rater.close(takes_keyboard=False)
        self.marks.is_enabled = state.can_answer
        self.marks.locked = state.unaided.marks if state.unaided is not None else ()
        self.tools.aim(state.selected)
        self._show_list()

    def show_tool(self, bar: ToolBar) -> None:
        """Mark the tool in hand, be it for marks or for measurements."""
        bar.buttons[TOOL].setVisible(bool(self.marks.findings))
        bar.show_tool(self._box.tools.kind)
        if self.tools.is_chosen:
            bar.buttons[TOOL].setChecked(True)

    @property
    def can_delete(self) -> bool:
        """Whether a mark or a measurement is selected."""
        return self.marks.board.selected is not None or self._box.tools.board.selected is not None

    # Commands

    def toggle_tool(self) -> None:
        """Take the marking tool, or put it back."""
        if not self.marks.findings:
            self.notice.tell(NO_MARKS)
        elif not self.tools.is_chosen:
            self._box.show_annotations()  # who marks wants to see it
        self.tools.choose(not self.tools.is_chosen)

    def leave(self) -> None:
        """Drop what is half drawn, else put the tool back, else let go of what is selected."""
        if self.tools.is_busy:
            self.tools.drop()
        elif self._box.place_cursor.is_chosen:
            self._box.place_cursor.choose(False)
        elif self.tools.is_chosen:
            self.tools.choose(False)
        else:
            self.marks.select("")
            self._box.tools.leave()

    def delete(self) -> None:
        """Remove the selected mark, or the selected measurement."""
        selected = self.marks.board.selected
        if selected is None:
            self._box.tools.delete()
        else:
            self.rater.close(takes_keyboard=True)
            self.marks.remove(selected.mark_id)

    def undo(self) -> None:
        """Take back what is half drawn, else the last change of marks and measurements."""
        self.rater.close(takes_keyboard=True)
        if self.tools.is_busy:
            self.tools.drop()
        else:
            self.history.undo()

    def redo(self) -> None:
        """Make again what was taken back."""
        if not self.tools.is_busy:
            self.history.redo()

    def go_to(self, mark_id: str) -> None:
        """Show the slice and place of a mark, and open it."""
        mark = self.marks.board.mark(mark_id)
        panes = [pane for pane in self._box.shown if pane.state is not None and pane.state.cut is None]
        if mark is None or not panes:
            return
        pane = pane_showing(self._box, mark)
        if pane is None:
            pane = self._box.active if self._box.active in panes else panes[0]
            pane.go_to_frame(mark.frame)
        self._box.show_annotations()
        bring_into_view(pane, mark)
        self._open(mark_id)

    def go_to_next(self) -> None:
        """Go to the mark made after the one that is open or was selected last, around the end."""
        ids = [mark.mark_id for mark in self.marks.board.marks]
        if ids:
            place = ids.index(self._last) if self._last in ids else -1
            self.rater.commit()
            self.go_to(ids[(place + 1) % len(ids)])

    # Inside

    def _connect(self) -> None:
        box = self._box
        self.marks.changing.connect(self._changing)
        self.marks.changed.connect(self.marks_changed)
        self.history.possible_changed.connect(self.possible_changed)
        self.tools.mark_opened.connect(self._open)
        self.tools.mark_refused.connect(self.notice.tell)
        self.tools.tool_changed.connect(self._tool_changed)
        box.tools.tool_changed.connect(self._measuring_tool_changed)
        box.overlay_changed.connect(self._follow_annotations)
        if self._list is not None:
            self._list.mark_chosen.connect(self.go_to)
            self._list.tool_requested.connect(self.toggle_tool)

    def _equip(self, pane: Pane) -> None:
        pane.layers.append(self._layer)
        pane.hands.append(self.tools)

    def _open(self, mark_id: str) -> None:
        mark, state = self.marks.board.mark(mark_id), self._state
        if mark is not None and state is not None and self.marks.is_enabled:
            self._last = mark_id
            self.rater.open(mark, unaided=self._locked_rating(mark), phase=state.phase)

    def _changing(self) -> None:
        if self.marks.board.selected is not None:
            self._box.tools.board.select(None)
        self._box.update_panes()
        self._show_list()
        self.possible_changed.emit()

    def _tool_changed(self) -> None:
        kind = self._box.tools.kind
        if self.tools.is_chosen and kind is not None:
            self._box.tools.choose(KINDS.index(kind))  # the one in hand is put back
        if self._list is not None:
            self._list.show_tool(self.tools.is_chosen)
        self.tool_changed.emit()

    def _measuring_tool_changed(self) -> None:
        self.tools.yields = self._box.tools.kind is not None
        if self.tools.yields:
            self.tools.choose(False)

    def _follow_annotations(self) -> None:
        self.tools.is_shown = self._box.panes[0].shows_annotations
        if not self.tools.is_shown:
            self.tools.choose(False)
            self.rater.commit()

    def _locked_rating(self, mark: Mark) -> int | None:
        return next((old.rating for old in self.marks.locked if old.mark_id == mark.mark_id), None)

    def _place(self, frame: int) -> str:
        case = self._box.case
        return "" if case is None else place_words(case, frame)

    def _show_list(self) -> None:
        if self._list is None:
            return
        rows, selected = [], self.marks.board.selected
        for mark in self.marks.board.marks:
            before = self._locked_rating(mark)
            rows.append(
                ListedMark(
                    mark_id=mark.mark_id,
                    title=self.marks.title_of(mark),
                    place=self._place(mark.frame),
                    rating=mark.rating,
                    unaided=None if before == mark.rating else before,
                    is_selected=mark == selected,
                )
            )
        self._list.show_marks(rows)
