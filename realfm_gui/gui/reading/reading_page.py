"""The reading room's page: header, series, picture, answers."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
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
from realfm_gui.gui.reading.series_strip import SeriesStrip
from realfm_gui.gui.reading.side_panel import SidePanel
from realfm_gui.gui.reading.state import RoomState
from realfm_gui.gui.theme import GRID
from realfm_gui.gui.viewer.view_state import SeriesSpan
from realfm_gui.gui.viewer.viewport import Content, Viewport
from realfm_gui.workflows.reading import Advice, FindingAdvice, Receipt

ZOOM_PER_KEY = 1.25
_INPUTS = frozenset(
    {
        QEvent.Type.MouseMove,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.Wheel,
        QEvent.Type.KeyPress,
        QEvent.Type.ShortcutOverride,
    }
)


class ReadingPage(QWidget):
    """Shows a case and passes on what the reader wants. Takes values, emits wishes, stores nothing.

    The methods named in `commands.COMMANDS` are what keys do.

    Signals
    -------
    likelihood_changed(str, int), recall_chosen(str, bool), confidence_chosen(str, int)
        Answers: finding id (empty: the selected one) and value. `likelihood_changed` also follows a drag.
    likelihood_nudged(int)
        Move the selected finding's likelihood by so much.
    flag_changed(CaseFlag, bool), flag_toggled(CaseFlag)
        A flag of the case.
    finding_selected(str), next_finding_requested(int)
        Which finding keys answer.
    map_place_requested(str)
        Go to where this finding's map lies.
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
    flag_changed = Signal(object, bool)
    flag_toggled = Signal(object)
    finding_selected = Signal(str)
    next_finding_requested = Signal(int)
    map_place_requested = Signal(str)
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
        self._lay_out()
        self._connect()
        self._make_shortcuts()
        self._watch_input()

    # What is shown

    def show_state(
        self, state: RoomState, *, highlights_missing: bool = False, is_slow: bool = False
    ) -> None:
        """Show how far the reader is and what is answered."""
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
        self.strip.show_series((), ())
        self.viewport.clear()
        self.viewport.show_words(Content.LOADING, "Loading the images")
        self.viewport.setFocus()

    def show_series(self, spans: Sequence[SeriesSpan], thumbnails: Sequence[NDArray[np.uint8]]) -> None:
        """Show the strip of series."""
        self.strip.show_series(spans, thumbnails)
        self.strip.show_chosen(0)

    def show_advice(self, advice: Advice) -> None:
        """Open the AI panel."""
        self.side.ai.show_advice(advice)
        self.viewport.set_overlay_look(replace(self.viewport.overlay_look, is_shown=True))
        self._show_look()

    def show_map_of(self, advice: FindingAdvice | None, *, is_only: bool) -> None:
        """Put a finding's map over the picture and its controls into the panel."""
        saliency = advice.saliency if advice else None
        self.viewport.set_saliency(saliency)
        state = self.viewport.state
        place = ""
        if saliency is not None and state is not None and saliency.frame != state.view.frame:
            number, span = next(
                (n, s) for n, s in enumerate(state.spans) if s.first <= saliency.frame < s.first + s.count
            )
            slice_words = f"slice {saliency.frame - span.first + 1}" if span.count > 1 else ""
            series_words = f"series {number + 1}" if len(state.spans) > 1 else ""
            place = " of ".join(part for part in (slice_words, series_words) if part)
        self.side.ai.show_map(
            saliency, place=place, of="" if is_only or advice is None else advice.name.lower()
        )
        self._show_look()

    def show_end(self, title: str, detail: str, receipt: Receipt) -> None:
        """Show that the sitting has ended."""
        self.viewport.clear()
        self._stack.setCurrentWidget(self.end)
        self.end.show_receipt(title, detail, receipt)

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

    def invert(self) -> None:
        """Swap black and white."""
        self.viewport.invert()

    def fit(self) -> None:
        """Show the whole picture."""
        self.viewport.fit()

    def one_to_one(self) -> None:
        """One image pixel per screen pixel."""
        self.viewport.one_to_one()

    def zoom_in(self) -> None:
        """Zoom in about the middle."""
        self.viewport.zoom(ZOOM_PER_KEY)

    def zoom_out(self) -> None:
        """Zoom out about the middle."""
        self.viewport.zoom(1 / ZOOM_PER_KEY)

    def reset_view(self) -> None:
        """Window and zoom as at the start."""
        self.viewport.reset()

    def choose_preset(self, number: int) -> None:
        """Show a window preset."""
        self.viewport.choose_preset(number)

    def toggle_text(self) -> None:
        """Show or hide the corner text."""
        self.viewport.toggle_text()

    def step_slices(self, by: int) -> None:
        """Scroll."""
        self.viewport.step(by)

    def go_to_end(self, end: int) -> None:
        """Go to the first or last slice."""
        self.viewport.go_to_end(end)

    def step_series(self, by: int) -> None:
        """Go to the next or previous series."""
        if self.viewport.state is not None:
            self.show_series_number((self.viewport.state.series + by) % len(self.viewport.state.spans))

    def show_series_number(self, number: int) -> None:
        """Go to a series, at the slice where it was left."""
        self.viewport.go_to_series(number)

    def toggle_map(self) -> None:
        """Show or hide the heat map."""
        self.viewport.toggle_overlay()

    def peek(self, is_held: int) -> None:
        """Show a hidden map, or hide a shown one, while a key is held."""
        self.viewport.peek(bool(is_held))

    def show_keys(self) -> None:
        """Open the list of keys."""
        sheet = KeySheet(self)
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
            getattr(self, held.action)(1)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """End a command that lasts while its key is held."""
        held = _held_command(event)
        if held is None:
            super().keyReleaseEvent(event)
        elif not event.isAutoRepeat():
            getattr(self, held.action)(0)

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
        ai.finding_chosen.connect(self.map_place_requested)
        ai.overlay_changing.connect(self.viewport.set_overlay_look)
        self.side.primary.clicked.connect(self.primary_requested)
        self.header.pause_requested.connect(self.pause_requested)
        self.header.leave_requested.connect(self.leave_requested)
        self.header.keys_requested.connect(self.show_keys)
        self.strip.series_chosen.connect(self.show_series_number)
        self.viewport.overlay_changed.connect(self._show_look)
        self.viewport.overlay_changed.connect(self.view_changed)
        self.viewport.window_changed.connect(self.view_changed)
        self.viewport.view_changed.connect(self._place_changed)

    def _make_shortcuts(self) -> None:
        for command in COMMANDS:
            if command.is_held:
                continue
            action = getattr(self, command.action)
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

    def _place_changed(self) -> None:
        if self.viewport.state is not None:
            self.strip.show_chosen(self.viewport.state.series)
        self.view_changed.emit()


def _with(action: Callable[[int], None], argument: int) -> Callable[[], None]:
    return lambda: action(argument)


def _held_command(event: QKeyEvent) -> Command | None:
    pressed = QKeySequence(event.key()).toString()
    return next((c for c in COMMANDS if c.is_held and pressed in c.keys), None)
