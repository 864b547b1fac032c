"""The reading room's page: header, series, picture, answers."""

from collections.abc import Callable
from dataclasses import replace
from operator import attrgetter

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from realfm_gui.domain.protocol import Protocol
from realfm_gui.domain.reading import CaseFlag
from realfm_gui.gui.reading.appearance import room_sheet
from realfm_gui.gui.reading.commands import COMMANDS, Command
from realfm_gui.gui.reading.end_page import EndPage
from realfm_gui.gui.reading.header import ReadingHeader
from realfm_gui.gui.reading.key_sheet import KeySheet
from realfm_gui.gui.reading.pictures import CasePicture
from realfm_gui.gui.reading.series_strip import SeriesStrip
from realfm_gui.gui.reading.side_panel import SidePanel
from realfm_gui.gui.reading.state import RoomState, Stage
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


class ReadingPage(QWidget):
    """Shows a case and passes on what the reader wants. Takes values, emits wishes, stores nothing.

    The methods named in `commands.COMMANDS`, its own and the viewport's, are what keys do.

    Signals
    -------
    likelihood_changed(str, int), recall_chosen(str, bool), confidence_chosen(str, int)
        Answers: finding id (empty: the selected one) and value. `likelihood_changed` also follows a drag.
    likelihood_nudged(int), likelihood_stepped(int)
        Move the selected finding's likelihood by so much; to the next quarter of the scale, up or down.
    flag_changed(CaseFlag, bool), flag_toggled(CaseFlag)
        A flag of the case.
    finding_selected(str), next_finding_requested(int)
        Which finding keys answer.
    primary_requested(), pause_requested(), leave_requested()
        Lock or submit; pause or go on; stop.
    view_changed()
        Slice, window, zoom or map changed.
    input_noted()
        The reader did something.
    ai_painted()
        The AI's answer is on the screen.
    """

    likelihood_changed = Signal(str, int)
    recall_chosen = Signal(str, bool)
    confidence_chosen = Signal(str, int)
    likelihood_nudged = Signal(int)
    likelihood_stepped = Signal(int)
    flag_changed = Signal(object, bool)
    flag_toggled = Signal(object)
    finding_selected = Signal(str)
    next_finding_requested = Signal(int)
    primary_requested = Signal()
    pause_requested = Signal()
    leave_requested = Signal()
    view_changed = Signal()
    input_noted = Signal()
    ai_painted = Signal()

    def __init__(self, protocol: Protocol, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(room_sheet())
        self.header = ReadingHeader()
        self.strip = SeriesStrip()
        self.viewport = Viewport()
        self.side = SidePanel(protocol)
        self.end = EndPage()
        self._advice: dict[str, FindingAdvice] = {}
        self._levels = protocol.reading.confidence_levels
        self._clock_words = CLOCK_NOT_STARTED
        self._selected = ""
        self._lay_out()
        self._connect()
        self._make_shortcuts()
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

    def show_case(self, view: ViewState, picture: CasePicture) -> None:
        """Show the case's picture and, where there are several, its series."""
        self.strip.show_series(view.spans, picture.thumbnails)
        self.strip.show_chosen(view.series)
        self.viewport.show_case(view, picture.pyramids)

    def show_advice(self, advice: Advice) -> None:
        """Open the AI panel."""
        self._advice = {finding.finding: finding for finding in advice.findings}
        self.side.ai.show_advice(advice)
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

    def request_primary(self) -> None:
        """Lock or submit."""
        self.primary_requested.emit()

    def request_pause(self) -> None:
        """Pause or go on."""
        self.pause_requested.emit()

    def request_leave(self) -> None:
        """Stop for now."""
        self.leave_requested.emit()

    def nudge_likelihood(self, by: int) -> None:
        """Move the selected finding's likelihood."""
        self.likelihood_nudged.emit(by)

    def step_likelihood(self, direction: int) -> None:
        """Move the selected finding's likelihood to the next quarter of the scale."""
        self.likelihood_stepped.emit(direction)

    def type_likelihood(self) -> None:
        """Let digits be the selected finding's likelihood; asked again, the confidence as before."""
        card = self.side.answers.cards.get(self._selected)
        if card is None or card.slider.hasFocus():
            self.viewport.setFocus()
        else:
            card.slider.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def choose_recall(self, call: int) -> None:
        """Answer the selected finding's recall question."""
        self.recall_chosen.emit("", bool(call))

    def choose_confidence(self, level: int) -> None:
        """Answer the selected finding's confidence."""
        self.confidence_chosen.emit("", level)

    def select_finding(self, by: int) -> None:
        """Go to another finding."""
        self.next_finding_requested.emit(by)

    def toggle_flag(self, number: int) -> None:
        """Set or take back a flag of the case."""
        self.flag_toggled.emit(list(CaseFlag)[number])

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

    # Events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note input on any part of the page."""
        if event.type() in _INPUTS:
            self.input_noted.emit()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Begin a command that lasts while its key is held."""
        held = _held_command(event)
        if held is None:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            attrgetter(held.action)(self)(True)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """End a command that lasts while its key is held."""
        held = _held_command(event)
        if held is None:
            super().keyReleaseEvent(event)
        elif not event.isAutoRepeat():
            attrgetter(held.action)(self)(False)

    def changeEvent(self, event: QEvent) -> None:
        """End what was held: a key released in another window is never heard of."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and not self.isActiveWindow():
            self.viewport.peek(False)

    # Inside

    def _lay_out(self) -> None:
        self._room = QWidget()
        body = QHBoxLayout()
        body.setSpacing(GRID)
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

    def _make_shortcuts(self) -> None:
        for command in COMMANDS:
            if command.is_held:
                continue
            action = attrgetter(command.action)(self)
            for key in command.keys:
                shortcut = QShortcut(QKeySequence(key), self._room)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.setAutoRepeat(command.repeats)
                argument = command.argument
                shortcut.activated.connect(action if argument is None else _with(action, argument))

    def _watch_input(self) -> None:
        for widget in (self, *self.findChildren(QWidget)):
            widget.installEventFilter(self)

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
        self.view_changed.emit()


def _clock_words(state: RoomState) -> str:
    if state.is_paused:
        return CLOCK_STANDS
    return CLOCK_RUNS if state.stage is Stage.READING else CLOCK_NOT_STARTED


def _with(action: Callable[[int], None], argument: int) -> Callable[[], None]:
    return lambda: action(argument)


def _held_command(event: QKeyEvent) -> Command | None:
    pressed = QKeySequence(event.key()).toString()
    return next((c for c in COMMANDS if c.is_held and pressed in c.keys), None)
