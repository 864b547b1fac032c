"""The right column: indication, answers, AI, and the one button."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from realfm_gui.domain.protocol import Protocol
from realfm_gui.domain.reading import Phase
from realfm_gui.gui.reading.ai_panel import AiPanel
from realfm_gui.gui.reading.answer_panel import AnswerPanel
from realfm_gui.gui.reading.appearance import PANEL_WIDTH, keep_room, reserve_lines, set_look
from realfm_gui.gui.reading.fitting_scroll import FittingColumn
from realfm_gui.gui.reading.key_choices import name_commands
from realfm_gui.gui.reading.state import RoomState, Stage
from realfm_gui.gui.theme import GRID, SIZE_BODY, SIZE_SMALL

INDICATION_LINES = 3
QWIDGETSIZE_MAX = 16_777_215
"""Qt's own, which PySide does not export."""

LOCK_KEY = "⏎"
"""How the words of this room write the key that locks; shown as the reader's own."""

PRIMARY_WORDS = {Phase.UNAIDED: "Lock unaided answer  ⏎", Phase.AIDED: "Submit aided answer  ⏎"}


OUR_FAULT = (
    "Something went wrong in the program. Nothing that was stored is lost. "
    "Try again, or stop for now and tell the coordinator."
)
"""What is said of a fault of the program."""


class SidePanel(FittingColumn):
    """Everything the reader answers, in reading order, the primary button below it at a fixed place.

    Every part has the room it may need: nothing moves from case to case or from phase to phase. Where several
    findings need more than the screen has, they scroll, and the button below stays.
    """

    def __init__(self, protocol: Protocol, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(PANEL_WIDTH)
        self.indication = _Indication()
        self.answers = AnswerPanel(protocol.findings, protocol.reading.confidence_levels)
        self.ai = AiPanel(protocol.findings, len(protocol.model.shown_models))
        self.problem = QLabel()
        self.problem.setProperty("role", "bad")
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.missing = QLabel()
        reserve_lines(self.missing, 2, SIZE_SMALL)
        self.primary = QPushButton(PRIMARY_WORDS[Phase.UNAIDED])
        self.primary.setProperty("role", "primary")
        name_commands(self.primary, "primary")
        self.primary_key = LOCK_KEY
        """The reader's key of the button, as it is written."""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.indication)
        layout.addWidget(self.answers)
        layout.addWidget(self.ai)
        layout.addWidget(self.missing)
        layout.addWidget(self.primary)
        layout.addWidget(self.problem)
        layout.addStretch(1)
        for blanked in (self.indication, self.answers, self.ai):
            keep_room(blanked)
        self.give_room_first(self.answers.finding_scroll)

    def show_state(self, state: RoomState, *, highlights_missing: bool, is_slow: bool) -> None:
        """Show answers, what is missing and what the button does."""
        self.answers.show_state(state, highlights_missing=highlights_missing)
        for blanked in (self.indication, self.answers, self.ai):
            blanked.setVisible(not state.is_paused)
        text = state.missing_text() if state.can_answer else ""
        question = state.question() if state.can_answer else ""
        if question:
            words = f"◆ {question}".replace(LOCK_KEY, self.primary_key)
        elif text:
            words = f"○ {text}"
        elif state.can_answer and state.loading:
            words = f"◌ {state.loading}"
        else:
            words = self._explanation(state)
        self.missing.setText(words)
        self.missing.setToolTip(words)
        set_look(self.missing, "role", "missing" if question or (text and highlights_missing) else "caption")
        # Bright only when it can do its work: beside the picture nothing else shines.
        set_look(self.primary, "role", "waiting" if text or state.loading else "primary")
        label = PRIMARY_WORDS[state.phase]
        if state.stage is Stage.STUCK:
            label = "Try again  ⏎"
        elif state.stage is Stage.SAVING and is_slow:
            label = "Saving…"
        self.primary.setText(label.replace(LOCK_KEY, self.primary_key))
        self.primary.setEnabled(state.can_answer or state.stage is Stage.STUCK)

    def show_primary_key(self, key: str) -> None:
        """Write the button's key as the reader chose it."""
        self.primary.setText(self.primary.text().replace(self.primary_key, key))
        self.primary_key = key

    def show_problem(self, words: str) -> None:
        """Say what went wrong and what to do, below the button that tries again; nothing takes it away."""
        self.problem.setText(words)
        self.problem.setVisible(bool(words))

    @staticmethod
    def _explanation(state: RoomState) -> str:
        if not state.can_answer:
            return ""
        if state.phase is Phase.UNAIDED:
            return "After the lock the unaided answer is final."
        return "Change the answer or keep it; submitting makes it final."


class _Indication(QFrame):
    """Why the examination was done, in the room of three lines in every case; more of them scroll."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        caption = QLabel("Indication")
        caption.setProperty("role", "caption")
        self.words = QLabel()
        reserve_lines(self.words, INDICATION_LINES, SIZE_BODY)
        self._height = self.words.height()
        self.words.setMinimumHeight(0)
        self.words.setMaximumHeight(QWIDGETSIZE_MAX)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFixedHeight(self._height)
        self._scroll.setWidget(self.words)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 4, 6)
        layout.setSpacing(GRID)
        layout.addWidget(caption, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._scroll, 1)

    def show_words(self, words: str) -> None:
        """Show the indication, or that the study gives none."""
        set_look(self.words, "role", "" if words else "caption")
        self.words.setText(words or "No indication given")
        self.words.setToolTip(words)
        self._scroll.verticalScrollBar().setValue(0)
        # A stop of the Tab key only where there is something to scroll.
        is_long = self.words.heightForWidth(self._scroll.viewport().width()) > self._height
        self._scroll.setFocusPolicy(Qt.FocusPolicy.TabFocus if is_long else Qt.FocusPolicy.NoFocus)
