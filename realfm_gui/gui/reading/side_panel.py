"""The right column: indication, answers, AI, and the one button."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from realfm_gui.domain.protocol import Protocol
from realfm_gui.domain.reading import Phase
from realfm_gui.gui.reading.ai_panel import AiPanel
from realfm_gui.gui.reading.answer_panel import AnswerPanel
from realfm_gui.gui.reading.appearance import PANEL_WIDTH, set_look
from realfm_gui.gui.reading.commands import tooltip
from realfm_gui.gui.reading.state import RoomState, Stage
from realfm_gui.gui.theme import GRID

PRIMARY_WORDS = {Phase.UNAIDED: "Lock unaided answer  ⏎", Phase.AIDED: "Submit aided answer  ⏎"}


class SidePanel(QWidget):
    """Everything the reader answers, in reading order, with the primary button always at the bottom."""

    def __init__(self, protocol: Protocol, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(PANEL_WIDTH)
        self.indication = _Indication()
        self.answers = AnswerPanel(protocol.findings, protocol.reading.confidence_levels)
        self.ai = AiPanel()
        self.problem = QLabel()
        self.problem.setProperty("role", "bad")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.missing = QLabel()
        self.missing.setWordWrap(True)
        self.primary = QPushButton(PRIMARY_WORDS[Phase.UNAIDED])
        self.primary.setProperty("role", "primary")
        self.primary.setToolTip(tooltip("primary"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.indication)
        layout.addWidget(self.answers)
        layout.addWidget(self.ai)
        layout.addStretch(1)
        layout.addWidget(self.problem)
        layout.addWidget(self.missing)
        layout.addWidget(self.primary)

    def show_state(self, state: RoomState, *, highlights_missing: bool, is_slow: bool) -> None:
        """Show answers, what is missing and what the button does."""
        self.answers.show_state(state, highlights_missing=highlights_missing)
        text = state.missing_text() if state.stage is Stage.READING else ""
        self.missing.setText(text or self._explanation(state))
        role = "warning" if text and highlights_missing else "caption"
        set_look(self.missing, "role", role)
        # Bright only when it can do its work: beside the picture nothing else shines.
        set_look(self.primary, "role", "waiting" if text else "primary")
        words = PRIMARY_WORDS[state.phase]
        if state.stage is Stage.STUCK:
            words = "Try again  ⏎"
        elif state.stage is Stage.SAVING and is_slow:
            words = "Saving…"
        self.primary.setText(words)
        self.primary.setEnabled(state.can_answer or state.stage is Stage.STUCK)

    def show_problem(self, words: str) -> None:
        """Say what went wrong and what to do, beside the button that tries again; nothing takes it away."""
        self.problem.setText(words)
        self.problem.setVisible(bool(words))

    @staticmethod
    def _explanation(state: RoomState) -> str:
        if state.stage is not Stage.READING:
            return ""
        if state.phase is Phase.UNAIDED:
            return "After the lock the unaided answer is final."
        return "Change the answer or keep it; submitting makes it final."


class _Indication(QFrame):
    """Why the examination was done, where the study gives it."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        caption = QLabel("Indication")
        caption.setProperty("role", "caption")
        self.words = QLabel()
        self.words.setWordWrap(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, GRID, 12, GRID)
        layout.setSpacing(GRID)
        layout.addWidget(caption, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.words, 1, Qt.AlignmentFlag.AlignTop)

    def show_words(self, words: str) -> None:
        """Show the indication; without one the card takes no room."""
        self.words.setText(words)
        self.setVisible(bool(words))
