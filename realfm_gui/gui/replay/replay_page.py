"""The replay's page: the readings at the left, the screen of the chosen one, its time axis under it."""

import time
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QWidget

import realfm_gui
from realfm_gui.domain.display_record import Displayed
from realfm_gui.gui.replay.case_places import CasePlaces
from realfm_gui.gui.replay.reading_list import ReadingList
from realfm_gui.gui.replay.replay_controls import ReplayControls, tool_button
from realfm_gui.gui.replay.replay_painter import Checked, PaintedScreen, ReplayPainter
from realfm_gui.gui.replay.replay_state import ReplayState, Screen
from realfm_gui.gui.replay.replay_words import (
    check_words,
    picture_words,
    shading_words,
    title_of,
    version_words,
)
from realfm_gui.gui.replay.rerender import ReplayedCase
from realfm_gui.gui.replay.screen_view import ScreenView
from realfm_gui.gui.replay.timeline import Timeline
from realfm_gui.gui.theme import DARK, GRID, style_sheet
from realfm_gui.gui.widgets.empty_state import EmptyState
from realfm_gui.gui.widgets.labels import ElidedLabel, column, row, text_label
from realfm_gui.gui.widgets.status import State, StatusMark
from realfm_gui.workflows.replay import ReplayChoice, ReplaySource

TICK_MS = 33
NOT_SEEN = (
    "What the screen displayed, painted again. Where the reader looked is not known. Corner text, "
    "measurements, marks and the places that the AI points at are left out."
)


class ReplayPage(QWidget):
    """Replays one reading; takes values, and asks for the next reading by a signal.

    Call `close_replay` before the page goes.

    Signals
    -------
    reading_requested(ReplayChoice)
        Another reading is wanted: answer with `show_loading`, then `show_reading` or `show_failed`.
    leave_requested()
        Back to where the page was opened from.
    """

    reading_requested = Signal(object)
    leave_requested = Signal()

    def __init__(self, parent: QWidget | None = None, *, now_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "dark")
        self.setStyleSheet(style_sheet(DARK))  # pictures are looked at here: dark whatever the window wears
        self._now_s = now_s
        self._last_s = now_s()
        self.state: ReplayState | None = None
        self._source: ReplaySource | None = None
        self._places: CasePlaces | None = None
        self._asked: dict[int, Screen] = {}
        self.painter = ReplayPainter(self)
        self.painter.screen_painted.connect(self._screen_painted)
        self.painter.checked.connect(self._checked)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._make_parts()
        self._lay_out()
        _make_shortcuts(self)

    # What is shown

    def show_choices(self, choices: Sequence[ReplayChoice], names: Mapping[str, str]) -> None:
        """Show the readings to choose from; `names` are those of the findings by id."""
        self.readings.show_choices(choices, names)
        if self.state is None:
            self._empty.set_sentence(
                "Choose a reading to see again what it displayed."
                if choices
                else "No reading has a record of what it displayed yet."
            )

    def show_loading(self, choice: ReplayChoice) -> None:
        """Say that a reading is being loaded."""
        self._put_away()
        self.readings.show_chosen(choice)
        self._empty.set_sentence(
            f"Loading the images of {title_of(choice)[:1].lower()}{title_of(choice)[1:]}"
        )
        self._stack.setCurrentWidget(self._empty)

    def show_failed(self, words: str) -> None:
        """Say why a reading cannot be replayed."""
        self._put_away()
        self._empty.set_sentence(words)
        self._stack.setCurrentWidget(self._empty)

    def show_reading(self, source: ReplaySource, case: ReplayedCase, state: ReplayState) -> None:
        """Show a reading from its beginning.

        Parameters
        ----------
        source : ReplaySource
        case : ReplayedCase
            Its images, with the source's maps.
        state : ReplayState
            Of the source's record.
        """
        self._stop()
        self._source, self.state = source, state
        self._title.setText(title_of(source.choice))
        self._answer.setText(source.answer_words)
        remark = version_words(source, realfm_gui.__version__)
        self._remark.setText(remark)
        self._remark.setVisible(bool(remark))
        self.displayed.lesions, self.displayed.dwell = source.lesions, state.dwell
        self.controls.lesions.setVisible(bool(source.lesions))
        self._places = CasePlaces(case.frames, case.series)
        self.timeline.show_state(self.state, self._places)
        self.painter.open(case, self.state.pictures)
        self._checked(Checked(total=len(self.state.pictures)))
        self._stack.setCurrentWidget(self._replay)
        self._take_choices()
        self.controls.play.setFocus()

    def close_replay(self) -> None:
        """End what runs beside the page."""
        self._stop()
        self.painter.close()

    # What buttons and keys do

    def toggle(self) -> None:
        """Play or stop."""
        if self.state is not None:
            self.state.toggle()
            self._last_s = self._now_s()
            self._show_position()

    def step(self, by: int) -> None:
        """Go to the next or previous change on the screen."""
        if self.state is not None:
            self.state.step(by)
            self._show_position()

    def seek(self, position_s: float) -> None:
        """Go to a moment."""
        if self.state is not None:
            self.state.seek(position_s)
            self._show_position()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop playing what nobody looks at."""
        super().hideEvent(event)
        if self.state is not None and self.state.is_playing:
            self.toggle()

    # Inside

    def _stop(self) -> None:
        self._timer.stop()
        if self.state is not None:
            self.state.is_playing = False

    def _put_away(self) -> None:
        self._stop()
        self.state = None  # keys have nothing to play
        self._source = None

    def _tick(self) -> None:
        now_s = self._now_s()
        elapsed_s, self._last_s = now_s - self._last_s, now_s
        if self.state is not None:
            self.state.advance(elapsed_s)
            self._show_position()

    def _show_position(self) -> None:
        state = self.state
        if state is None or self._places is None:
            return
        screen = state.screen()
        pictures = {
            pane: shown for pane in screen.visible if isinstance(shown := screen.panes.get(pane), Displayed)
        }
        self._asked = {self.painter.request(pictures): screen}
        self._words.setText(picture_words(screen, self._places))
        self.controls.show_state(state)
        self.timeline.update()
        if state.is_playing != self._timer.isActive():
            self._timer.start() if state.is_playing else self._timer.stop()

    def _screen_painted(self, painted: PaintedScreen) -> None:
        screen = self._asked.get(painted.number)
        if screen is not None:
            self.displayed.show_screen(screen, painted)
            scale = self.displayed.scale
            shown = "pixel by pixel" if scale == 1.0 else f"at {100 * scale:.0f} %"
            differs = ", not what was painted" if painted.differing else ""
            shade = ""
            if self.state is not None and self.displayed.shows_dwell:
                shade = shading_words(screen, self.state.dwell)
            self._size.setText(f"Shown {shown}{differs}{shade}")

    def _checked(self, count: Checked) -> None:
        self._check.show_state(*check_words(count))

    def _take_choices(self) -> None:
        """Do as the controls say."""
        chosen, state = self.controls, self.state
        self.displayed.shows_dwell = chosen.shading.isChecked()
        self.displayed.shows_lesions = chosen.lesions.isChecked()
        lesions = self._source.lesions if self._source is not None and chosen.lesions.isChecked() else ()
        self.timeline.mark_slices(frame for lesion in lesions for frame in lesion.frames)
        if state is not None:
            state.speed = float(chosen.speed.currentData())
            state.shortens_waits = chosen.waits.isChecked()
            self._show_position()

    def _make_parts(self) -> None:
        self.readings = ReadingList()
        self.readings.reading_requested.connect(self.reading_requested)
        self.displayed = ScreenView()
        self.timeline = Timeline()
        self.timeline.position_changing.connect(self.seek)
        self._title = ElidedLabel(role="heading")
        self._answer = ElidedLabel(role="quiet")
        self._check = StatusMark(State.UNDER_WAY, "")
        self._remark = text_label("", "warning", wraps=True)
        self._words = ElidedLabel()
        self._size = text_label("", "caption")
        self._leave = tool_button("arrow-left", "Back (Esc)", self.leave_requested.emit)
        self.controls = ReplayControls()
        self.controls.play_requested.connect(self.toggle)
        self.controls.step_requested.connect(self.step)
        self.controls.speed_chosen.connect(lambda _: self._take_choices())
        self.controls.waits_chosen.connect(lambda _: self._take_choices())
        self.controls.shading_chosen.connect(lambda _: self._take_choices())
        self.controls.lesions_chosen.connect(lambda _: self._take_choices())

    def _lay_out(self) -> None:
        self._empty = EmptyState("Choose a reading to see again what it displayed.")
        head = row(self._title, self._check)
        head.setStretch(0, 1)
        under = row(self._words, self._size)
        under.setStretch(0, 1)
        note = text_label(NOT_SEEN, "caption", wraps=True)
        body = column()
        body.addLayout(head)
        body.addLayout(column(self._answer, self._remark, spacing=4))
        body.addWidget(self.displayed, 1)
        body.addLayout(under)
        body.addWidget(self.timeline)
        body.addWidget(self.controls)
        body.addWidget(note)
        self._replay = QWidget()
        self._replay.setLayout(body)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._replay)
        left_head = row(self._leave, text_label("Replay", "heading"), -1)
        left = column()
        left.addLayout(left_head)
        left.addWidget(self.readings, 1)
        outer = row(spacing=2 * GRID, margins=(2 * GRID, GRID, 2 * GRID, GRID))
        outer.addLayout(left)
        outer.addWidget(self._stack, 1)
        self.setLayout(outer)


def _make_shortcuts(page: ReplayPage) -> None:
    keys: tuple[tuple[str, Callable[[], None]], ...] = (
        ("Space", page.toggle),
        ("Left", lambda: page.step(-1)),
        ("Right", lambda: page.step(1)),
        ("Home", lambda: page.seek(0.0)),
        ("End", lambda: page.seek(float("inf"))),
        ("+", lambda: page.controls.change_speed(1)),
        ("-", lambda: page.controls.change_speed(-1)),
        ("Escape", page.leave_requested.emit),
    )
    for key, act in keys:
        shortcut = QShortcut(QKeySequence(key), page)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(act)
