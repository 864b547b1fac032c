"""The replay's row of controls: step, play, speed, what is drawn over the picture."""

from collections.abc import Callable

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QToolButton, QWidget

from realfm_gui.gui.replay.replay_state import SPEEDS, ReplayState, clock
from realfm_gui.gui.theme import DARK
from realfm_gui.gui.widgets.icons import icon
from realfm_gui.gui.widgets.labels import row, text_label


class ReplayControls(QWidget):
    """Buttons and switches; they say what is wanted.

    Signals
    -------
    play_requested(), step_requested(int)
        Play or stop; go to the change before (-1) or the next one (+1).
    speed_chosen(float)
        So many seconds of the reading per second.
    waits_chosen(bool), shading_chosen(bool), lesions_chosen(bool)
        Shorten waits, shade by time, show lesions.
    """

    play_requested = Signal()
    step_requested = Signal(int)
    speed_chosen = Signal(float)
    waits_chosen = Signal(bool)
    shading_chosen = Signal(bool)
    lesions_chosen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.play = tool_button("play", "Play (Space)", self.play_requested.emit)
        back = tool_button("skip-previous", "Change before (←)", lambda: self.step_requested.emit(-1))
        forth = tool_button("skip-next", "Next change (→)", lambda: self.step_requested.emit(1))
        self.clock = text_label("0:00.0 / 0:00.0")
        self.speed = QComboBox()
        self.speed.setAccessibleName("Speed")
        self.speed.setToolTip("Speed (+ and −)")
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g}×", speed)
        self.speed.setCurrentIndex(SPEEDS.index(1.0))
        self.speed.currentIndexChanged.connect(lambda _: self.speed_chosen.emit(self.speed.currentData()))
        self.waits = _switch("Shorten waits", "Where nothing changes for longer than a second, go on")
        self.waits.setChecked(True)
        self.waits.toggled.connect(self.waits_chosen)
        self.shading = _switch(
            "Shade by time", "Darken what was displayed for a shorter time, over all slices of the series"
        )
        self.shading.toggled.connect(self.shading_chosen)
        self.lesions = _switch(
            "Show lesions", "Where the reference standard has them; the reader did not see this"
        )
        self.lesions.toggled.connect(self.lesions_chosen)
        switches = (self.waits, self.shading, self.lesions)
        self.setLayout(row(back, self.play, forth, self.clock, self.speed, *switches, -1))

    def show_state(self, state: ReplayState) -> None:
        """Show where the replay stands."""
        self.clock.setText(f"{clock(state.position_s)} / {clock(state.duration_s)}")
        self.play.setIcon(icon("pause" if state.is_playing else "play", DARK.ink))
        self.play.setToolTip("Stop (Space)" if state.is_playing else "Play (Space)")

    def change_speed(self, by: int) -> None:
        """Choose the next faster (+1) or slower (-1) speed."""
        self.speed.setCurrentIndex(min(max(self.speed.currentIndex() + by, 0), len(SPEEDS) - 1))


def tool_button(icon_name: str, words: str, act: Callable[[], None]) -> QToolButton:
    """Return an icon button whose tooltip says what it does and its key."""
    button = QToolButton()
    button.setIcon(icon(icon_name, DARK.ink))
    button.setIconSize(QSize(20, 20))
    button.setToolTip(words)
    button.setAccessibleName(words)
    button.clicked.connect(lambda: act())
    return button


def _switch(title: str, tip: str) -> QCheckBox:
    box = QCheckBox(title)
    box.setToolTip(tip)
    return box
