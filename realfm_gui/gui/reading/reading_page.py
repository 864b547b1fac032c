"""The reading room's page: header, series, picture, answers."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from realfm_gui.domain.measurement import Measurement
from realfm_gui.domain.protocol import Protocol
from realfm_gui.gui.reading.appearance import room_sheet
from realfm_gui.gui.reading.command_keys import held_command, hold, make_shortcuts, release_all, runner
from realfm_gui.gui.reading.command_palette import CommandPalette, entries
from realfm_gui.gui.reading.commands import command
from realfm_gui.gui.reading.end_page import EndPage
from realfm_gui.gui.reading.header import ReadingHeader
from realfm_gui.gui.reading.key_sheet import KeySheet
from realfm_gui.gui.reading.pictures import CasePicture
from realfm_gui.gui.reading.reading_wishes import ReadingWishes
from realfm_gui.gui.reading.series_strip import SeriesStrip
from realfm_gui.gui.reading.side_panel import SidePanel
from realfm_gui.gui.reading.state import RoomState, Stage
from realfm_gui.gui.reading.tool_bar import ToolBar
from realfm_gui.gui.reading.window_entry import WindowEntry
from realfm_gui.gui.theme import GRID
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.gui.viewer.viewport import Content, Viewport
from realfm_gui.workflows.reading import Advice, FindingAdvice, Receipt

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
CLOCK_RUNS = "The clock goes on while this is open. To stop it, close this and press P."
CLOCK_STANDS = "Paused: the clock stands still."


class ReadingPage(ReadingWishes):
    """Shows a case and passes on what the reader wants. Takes values, emits wishes, stores nothing.

    The methods named in `commands.COMMANDS`, its own and the viewport's, are what keys do; its signals are
    those of `ReadingWishes`.
    """

    def __init__(self, protocol: Protocol, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(room_sheet())
        self.header = ReadingHeader()
        self.strip = SeriesStrip()
        self.bar = ToolBar()
        self.viewport = Viewport()
        self.side = SidePanel(protocol)
        self.end = EndPage()
        self._advice: dict[str, FindingAdvice] = {}
        self._levels = protocol.reading.confidence_levels
        self._clock_words = CLOCK_NOT_STARTED
        self._selected = ""
        self._lay_out()
        self._connect()
        make_shortcuts(self, self._room)
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
        self.viewport.tools.set_enabled(state.can_answer)
        if state.is_paused:
            self.strip.hide()
        elif len(self.strip.buttons) > 1:
            self.strip.show()

    def begin_case(self, indication: str) -> None:
        """Make room for a case: no picture, no AI."""
        self._stack.setCurrentWidget(self._room)
        self.side.indication.show_words(indication)
        self.side.ai.show_sealed()
        self.side.show_problem("")
        self._advice = {}
        self.strip.show_series((), ())
        self.viewport.clear()
        self.viewport.show_words(Content.LOADING, "Loading the images")
        self.viewport.setFocus()

    def show_case(
        self, view: ViewState, picture: CasePicture, measurements: Sequence[Measurement] = ()
    ) -> None:
        """Show the case's picture, what was measured on it and, where there are several, its series."""
        self.strip.show_series(view.spans, picture.thumbnails)
        self.strip.show_chosen(view.series)
        self.viewport.show_case(view, picture.pyramids, measurements)

    def show_advice(self, advice: Advice) -> None:
        """Open the AI panel."""
        self._advice = {finding.finding: finding for finding in advice.findings}
        self.side.ai.show_advice(advice)
        self.viewport.show_annotations()
        self.viewport.set_overlay_look(replace(self.viewport.overlay_look, is_shown=True))
        self._show_look()

    def show_map_of(self, finding: str) -> None:
        """Put a finding's map over the picture and its controls into the panel, once the AI is shown."""
        advice = self._advice.get(finding)
        if not self._advice:
            return
        saliency = advice.saliency if advice else None
        state = self.viewport.state
        common_range = advice.map_range if advice else None
        self.viewport.set_saliency(saliency, common_range)
        place = state.place_of(saliency.frame) if saliency is not None and state is not None else ""
        of = advice.name if advice is not None and len(self._advice) > 1 else ""
        self.side.ai.show_map(saliency, common_range=common_range, place=place, of=of)
        self._show_look()

    def show_end(self, detail: str, receipt: Receipt) -> None:
        """Show that the sitting has ended, and how."""
        self.viewport.clear()
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

    def step_series(self, by: int) -> None:
        """Go to the next or previous series."""
        if self.viewport.state is not None:
            state = self.viewport.state
            self.viewport.go_to_series((state.series + by) % len(state.spans))

    def show_keys(self) -> None:
        """Open the list of keys."""
        sheet = KeySheet(levels=self._levels, clock=self._clock_words, parent=self)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()

    def show_palette(self) -> None:
        """Open the list of commands to search in."""
        state = self.viewport.state
        presets = [] if state is None else [window.name for window in state.presets]
        palette = CommandPalette(entries(levels=self._levels, presets=presets), self)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.command_requested.connect(self.run_command)
        palette.open()

    def type_window(self) -> None:
        """Ask for the window's numbers; a colour picture has none."""
        state = self.viewport.state
        if self.viewport.content is not Content.PICTURE or state is None or state.frame.is_colour:
            return
        entry = WindowEntry(state.view.window, state.frame.units, self)
        entry.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        entry.window_entered.connect(self.viewport.set_window)
        entry.open()

    def run_command(self, command_id: str) -> None:
        """Do what a command of the table does."""
        runner(self, command(command_id))()

    # Events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note input on any part of the page."""
        if event.type() in _INPUTS:
            self.input_noted.emit()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Begin a command that lasts while its key is held."""
        held = held_command(event)
        if held is None:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            hold(self, held, True)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """End a command that lasts while its key is held."""
        held = held_command(event)
        if held is None:
            super().keyReleaseEvent(event)
        elif not event.isAutoRepeat():
            hold(self, held, False)

    def event(self, event: QEvent) -> bool:
        """End what was held: a key released in another window is never heard of."""
        # What a part of a window is told of; ActivationChange is for the window alone.
        if event.type() == QEvent.Type.WindowDeactivate:
            release_all(self)
        return super().event(event)

    # Inside

    def _lay_out(self) -> None:
        self._room = QWidget()
        body = QHBoxLayout()
        body.setSpacing(GRID)
        body.addWidget(self.bar)
        body.addWidget(self.strip)
        body.addWidget(self.viewport, 1)
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
        ai.finding_chosen.connect(self._go_to_map)
        ai.overlay_changing.connect(self.viewport.set_overlay_look)
        self.side.primary.clicked.connect(self.primary_requested)
        self.header.pause_requested.connect(self.pause_requested)
        self.header.leave_requested.connect(self.leave_requested)
        self.header.keys_requested.connect(self.show_keys)
        self.strip.series_chosen.connect(self.viewport.go_to_series)
        self.viewport.overlay_changed.connect(self._show_look)
        self.viewport.overlay_changed.connect(self.view_changed)
        self.viewport.window_changed.connect(self.view_changed)
        self.viewport.view_changed.connect(self._place_changed)
        tools = self.viewport.tools
        tools.measurements_changed.connect(self.measurements_changed)
        tools.measurements_changing.connect(self._show_possible)
        tools.measurements_changed.connect(self._show_possible)
        tools.tool_changed.connect(lambda: self.bar.show_tool(tools.kind))
        self.viewport.cine.changed.connect(lambda: self.bar.show_playing(self.viewport.cine.is_playing))
        self.bar.command_requested.connect(self._press_button)

    def _watch_input(self) -> None:
        for widget in (self, *self.findChildren(QWidget)):
            widget.installEventFilter(self)

    def _press_button(self, command_id: str) -> None:
        self.run_command(command_id)
        self.bar.show_tool(self.viewport.tools.kind)  # a click on the chosen tool has put it back

    def _show_possible(self) -> None:
        board, is_free = self.viewport.tools.board, self.viewport.tools.is_enabled
        state = self.viewport.state
        self.bar.show_possible(
            can_undo=is_free and board.can_undo,
            can_redo=is_free and board.can_redo,
            can_delete=is_free and board.selected is not None,
            has_slices=state is not None and state.span.count > 1,
        )

    def _show_look(self) -> None:
        self.side.ai.show_look(self.viewport.overlay_look, is_visible=self.viewport.is_overlay_visible)

    def _go_to_map(self, finding: str) -> None:
        self.finding_selected.emit(finding)
        advice = self._advice.get(finding)
        if advice is not None and advice.saliency is not None:
            self.viewport.go_to_frame(advice.saliency.frame)

    def _place_changed(self) -> None:
        if self.viewport.state is not None:
            self.strip.show_chosen(self.viewport.state.series)
        self._show_possible()
        self.view_changed.emit()


def _clock_words(state: RoomState) -> str:
    if state.is_paused:
        return CLOCK_STANDS
    return CLOCK_RUNS if state.stage is Stage.READING else CLOCK_NOT_STARTED
