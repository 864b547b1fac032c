"""The reading room's page: header, series, picture, answers."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from realfm_gui.domain.measurement import Measurement
from realfm_gui.domain.protocol import Protocol
from realfm_gui.gui.reading.ai_desk import AiDesk
from realfm_gui.gui.reading.appearance import room_sheet
from realfm_gui.gui.reading.command_palette import CommandPalette, entries
from realfm_gui.gui.reading.end_page import EndPage
from realfm_gui.gui.reading.header import ReadingHeader
from realfm_gui.gui.reading.key_sheet import KeySheet
from realfm_gui.gui.reading.mark_desk import MarkDesk
from realfm_gui.gui.reading.picture_page import PicturePage
from realfm_gui.gui.reading.pictures import CasePicture
from realfm_gui.gui.reading.side_panel import SidePanel
from realfm_gui.gui.reading.state import RoomState, Stage
from realfm_gui.gui.reading.tool_bar import ToolBar
from realfm_gui.gui.theme import GRID
from realfm_gui.gui.viewer.corner_text import view_words
from realfm_gui.gui.viewer.mark_button import MarkButton
from realfm_gui.gui.viewer.opengl_surface import draw_as_wished
from realfm_gui.gui.viewer.painted_frame import Content
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.workflows.advice import Advice
from realfm_gui.workflows.reading import Receipt

_INPUTS = frozenset(
    {
        QEvent.Type.MouseMove,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.Wheel,
        QEvent.Type.KeyPress,
        QEvent.Type.ShortcutOverride,
    }
)


CLOCK_NOT_STARTED = "The clock has not started."
CLOCK_RUNS = "The clock goes on while this is open. To stop it, close this and press {pause}."
CLOCK_STANDS = "Paused: the clock stands still."


class ReadingPage(PicturePage):
    """Shows a case and passes on what the reader wants. Takes values, emits wishes, stores nothing.

    The methods named in `commands.COMMANDS`, its own and those of the light box and of its active viewport,
    are what keys do; its signals are those of `ReadingWishes`.
    """

    def __init__(self, protocol: Protocol, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(room_sheet())
        self.header = ReadingHeader()
        self.bar = ToolBar()
        self.side = SidePanel(protocol)
        self.marks = MarkDesk(self.box, self.side.answers, protocol, self)
        self.end = EndPage()
        self.ai = AiDesk(self.box, self.side.ai, self)
        self._levels = protocol.reading.confidence_levels
        self._clock_words = CLOCK_NOT_STARTED
        self._selected = ""
        self._lay_out()
        self._connect()
        self.keys.work_in(self._room)
        mark_button = MarkButton(self.marks.tools, self.keys.mouse)
        self.box.furnish(lambda pane: pane.hands.insert(0, mark_button))
        self._watch_input()

    # What is shown

    def show_state(
        self, state: RoomState, *, highlights_missing: bool = False, is_slow: bool = False
    ) -> None:
        """Show how far the reader is and what is answered."""
        self._selected = state.selected
        self._clock_words = _clock_words(state)
        self.header.show_state(state)
        self.side.show_state(state, highlights_missing=highlights_missing, is_slow=is_slow)
        self.box.tools.set_enabled(state.can_answer)
        self.marks.show_state(state)
        if state.is_paused:
            self.strip.hide()
        elif len(self.strip.buttons) > 1:
            self.strip.show()

    def begin_case(self, indication: str) -> None:
        """Make room for a case: no picture, no AI."""
        self._stack.setCurrentWidget(self._room)
        self.side.indication.show_words(indication)
        self.ai.forget()
        self.side.show_problem("")
        self.strip.show_series((), ())
        self.box.clear()
        self.box.show_words(Content.LOADING, "Loading the images")
        self.viewport.setFocus()

    def show_case(
        self,
        view: ViewState,
        picture: CasePicture,
        measurements: Sequence[Measurement] = (),
    ) -> None:
        """Show the case as it is hung, what was measured on it and, where there are several, its series."""
        captions = [view_words(view.frames[span.first]) for span in view.spans]
        self.strip.show_series(view.spans, picture.thumbnails, captions)
        self.strip.show_chosen(view.series)
        self.box.show_case(view, picture.pyramids, measurements)
        self.box.hang(picture.hung)

    def show_unreadable(self, reason: str) -> None:
        """Say that the case's images cannot be shown; nothing of them stays, not even what had come."""
        self.box.clear()
        self.box.set_layout(1, 1)
        self.strip.show_series((), ())
        self.box.show_words(Content.FAILED, "This image cannot be shown", reason)
        self.side.show_problem("Mark the case as a technical fault and go on to the next.")

    def show_advice(self, advice: Advice) -> None:
        """Open the AI panel."""
        self.ai.show(advice, self._selected)

    def show_map_of(self, finding: str) -> None:
        """Put a finding's map over the picture and its controls into the panel, once the AI is shown."""
        self.ai.show_finding(finding)

    def show_end(self, detail: str, receipt: Receipt) -> None:
        """Show that the sitting has ended, and how."""
        self.take_images_back()
        self.box.clear()
        self._stack.setCurrentWidget(self.end)
        self.end.show_receipt(detail, receipt)

    # What keys do

    def type_likelihood(self) -> None:
        """Let digits be the selected finding's likelihood; asked again, the confidence as before."""
        card = self.side.answers.cards.get(self._selected)
        if card is None or card.slider.hasFocus():
            self.viewport.setFocus()
        else:
            card.slider.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_keys(self) -> None:
        """Open the list of keys."""
        keys = self.keys
        clock = self._clock_words.format(pause=keys.name_of("pause"))
        sheet = KeySheet(
            levels=self._levels, clock=clock, choices=keys.choices, mouse=keys.mouse.choices, parent=self
        )
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.change_requested.connect(lambda: keys.open_editor(clock))
        sheet.open()

    def show_palette(self) -> None:
        """Open the list of commands to search in."""
        state = self.viewport.state
        presets = [] if state is None else [window.name for window in state.presets]
        offered = entries(levels=self._levels, presets=presets, choices=self.keys.choices)
        palette = CommandPalette(offered, self)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.command_requested.connect(self.run_command)
        palette.open()

    def run_command(self, command_id: str) -> None:
        """Do what a command of the table does."""
        self.keys.run(command_id)

    # Events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note input on any part of the page."""
        if event.type() in _INPUTS:
            self.input_noted.emit()
        return super().eventFilter(watched, event)

    # Inside

    def _lay_out(self) -> None:
        self._room = QWidget()
        body = QHBoxLayout()
        body.setSpacing(GRID)
        body.addWidget(self.bar)
        body.addWidget(self.strip)
        body.addWidget(self._picture_room, 1)
        body.addWidget(self.side)
        column = QVBoxLayout(self._room)
        column.setContentsMargins(GRID, 4, GRID, GRID)
        column.setSpacing(4)
        column.addWidget(self.header)
        column.addLayout(body, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._room)
        self._stack.addWidget(self.end)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def _connect(self) -> None:
        answers, ai = self.side.answers, self.side.ai
        answers.likelihood_changing.connect(self.likelihood_changed)
        answers.likelihood_changed.connect(self.likelihood_changed)
        answers.recall_chosen.connect(self.recall_chosen)
        answers.confidence_chosen.connect(self.confidence_chosen)
        answers.finding_selected.connect(self.finding_selected)
        answers.flag_changed.connect(self.flag_changed)
        ai.painted.connect(self.ai_painted)
        self.ai.finding_selected.connect(self.finding_selected)
        self.side.primary.clicked.connect(self.primary_requested)
        self.header.pause_requested.connect(self.pause_requested)
        self.header.leave_requested.connect(self.leave_requested)
        self.header.keys_requested.connect(self.show_keys)
        self.keys.used.connect(lambda: self.side.show_primary_key(self.keys.name_of("primary")))
        self.box.overlay_changed.connect(self.view_changed)
        self.box.window_changed.connect(self.view_changed)
        self.box.view_changed.connect(self._place_changed)
        self.box.layout_changed.connect(self._place_changed)
        self.box.active_changed.connect(self._place_changed)
        tools = self.box.tools
        tools.measurements_changed.connect(self.measurements_changed)
        tools.measurements_changing.connect(self._show_possible)
        tools.measurements_changed.connect(self._show_possible)
        tools.tool_changed.connect(lambda: self.marks.show_tool(self.bar))
        self.marks.tool_changed.connect(lambda: self.marks.show_tool(self.bar))
        for leaving in (self.primary_requested, self.pause_requested, self.leave_requested):
            leaving.connect(self.marks.rater.commit)  # before anyone else hears of it: nothing typed is lost
        self.marks.show_tool(self.bar)
        self.marks.possible_changed.connect(self._show_possible)
        self.marks.marks_changed.connect(self.marks_changed)
        self.box.cine_changed.connect(lambda: self.bar.show_playing(self.viewport.cine.is_playing))
        self.bar.command_requested.connect(self._press_button)

    def _watch_input(self) -> None:
        for widget in (self, *self.findChildren(QWidget)):
            widget.installEventFilter(self)
        self.box.furnish(lambda pane: pane.installEventFilter(self))
        self.box.furnish(draw_as_wished)

    def _press_button(self, command_id: str) -> None:
        self.run_command(command_id)
        self.marks.show_tool(self.bar)  # a click on the chosen tool has put it back
        self._show_switched()

    def _show_possible(self) -> None:
        is_free = self.box.tools.is_enabled
        state = self.viewport.state
        self.bar.show_possible(
            can_undo=is_free and self.marks.history.can_undo,
            can_redo=is_free and self.marks.history.can_redo,
            can_delete=is_free and self.marks.can_delete,
            has_slices=state is not None and state.span.count > 1,
        )

    def _show_switched(self) -> None:
        self.bar.show_switched(is_linked=self.box.is_linked, has_cursor=self.box.place_cursor.is_chosen)

    def _place_changed(self) -> None:
        state = self.viewport.state
        self.bar.show_playing(self.viewport.cine.is_playing)
        if state is not None:
            self.strip.show_chosen(state.series if state.cut is None else int(state.cut["series"]))
        self._show_switched()
        self._show_possible()
        self.view_changed.emit()


def _clock_words(state: RoomState) -> str:
    if state.is_paused:
        return CLOCK_STANDS
    return CLOCK_RUNS if state.stage is Stage.READING else CLOCK_NOT_STARTED
