"""What a part shows while there is nothing: one sentence, at most one action."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from realfm_gui.gui.widgets.labels import text_label


class EmptyState(QWidget):
    """A sentence in the middle and, if there is something to do about it, a button under it.

    Signals
    -------
    action_requested()
        The button was pressed.
    """

    action_requested = Signal()

    def __init__(
        self,
        sentence: str,
        action: str = "",
        *,
        is_primary: bool = False,
        note: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 24, 16, 24)
        layout.setSpacing(16)
        layout.addStretch(1)
        self._sentence = text_label(sentence, wraps=True)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(self._sentence)
        self.button = QPushButton(action)
        self.button.setVisible(bool(action))
        if is_primary:
            self.button.setProperty("role", "primary")
        self.button.clicked.connect(self.action_requested)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        if note:
            caption = text_label(note, "caption", wraps=True)
            caption.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(caption)
        layout.addStretch(1)

    @property
    def sentence(self) -> str:
        """What it says."""
        return self._sentence.text()

    def set_action(self, action: str) -> None:
        """Change the button; none is shown for an empty text."""
        self.button.setText(action)
        self.button.setVisible(bool(action))

    def set_sentence(self, sentence: str) -> None:
        """Change the sentence."""
        self._sentence.setText(sentence)
