"""The line above the picture: how far, which phase, pause, keys."""

from PySide6.QtCore import QSize, Qt, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from realfm_gui.domain.reading import Phase
from realfm_gui.gui.reading.appearance import ARM_COLOUR, icon
from realfm_gui.gui.reading.key_choices import name_commands
from realfm_gui.gui.reading.state import RoomState
from realfm_gui.gui.theme import DARK, GRID

BADGE_HEIGHT = 22
PAUSED_WORDS = "‖ Paused: the clock stands still"
PHASE_WORDS = {Phase.UNAIDED: "◐ Unaided", Phase.AIDED: "● Aided by the AI"}


class ReadingHeader(QWidget):
    """Progress without outcomes, and the phase in its arm's colour.

    Signals
    -------
    pause_requested(), keys_requested(), leave_requested()
        The buttons at the right.
    """

    pause_requested = Signal()
    keys_requested = Signal()
    leave_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[Phase, bool] | None = None
        self.case_line = QLabel()
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setFixedSize(15 * GRID, 4)
        self.phase_line = QLabel()
        # Neutral: amber would look like the aided arm beside it.
        self.practice = QLabel("◇ Practice, does not count")
        self.practice.setProperty("role", "badge")
        self.practice.setFixedHeight(BADGE_HEIGHT)
        self.pause = _tool("pause", "Pause", "pause", self.pause_requested)
        self.keys = _tool("keyboard", "Keys", "keys", self.keys_requested)
        self.leave = _tool("sign-out", "Stop for now", "leave", self.leave_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.case_line, self._progress, self.phase_line, self.practice):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)
        for button in (self.pause, self.keys, self.leave):
            row.addWidget(button)
        row.setSpacing(GRID)

    def show_state(self, state: RoomState) -> None:
        """Show how far the reader is."""
        step = state.step
        self.case_line.setText(f"Case {step.number} of {step.total}" if step else "")
        self._progress.setVisible(step is not None)
        words = PAUSED_WORDS if state.is_paused else PHASE_WORDS[state.phase]
        self.phase_line.setText(words if step else "")
        # Restyling is costly and this runs at every move of a slider: only where something changed.
        shown = (state.phase, state.is_paused)
        if self._shown != shown:
            self._shown = shown
            colour = DARK.ink if state.is_paused else ARM_COLOUR[state.phase]
            self.phase_line.setStyleSheet(f"color: {colour}; font-weight: 500;")
            self.pause.setText("Go on" if state.is_paused else "Pause")
            self.pause.setIcon(icon("play" if state.is_paused else "pause"))
        self.practice.setVisible(step is not None and step.is_training)
        if step is not None:
            self._progress.setMaximum(step.total)
            self._progress.setValue(step.number - 1)


def _tool(icon_name: str, words: str, command_id: str, wish: SignalInstance) -> QToolButton:
    button = QToolButton()
    button.setText(words)
    button.setIcon(icon(icon_name))
    button.setIconSize(QSize(16, 16))
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setProperty("role", "quiet")
    name_commands(button, command_id)
    button.clicked.connect(lambda: wish.emit())
    return button
