"""Long work, in the page it belongs to: what is being done, how far it is, and a way to stop it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from realfm_gui.gui.widgets.labels import ElidedLabel, text_label


class ProgressStrip(QFrame):
    """A line of text, a bar and a Cancel button; hidden while nothing runs.

    Signals
    -------
    cancel_requested()
        The user wants the work to stop; what is finished is kept.
    """

    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._what = ElidedLabel()
        self._count = text_label(role="caption")
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._cancel = QPushButton("Cancel")
        self._cancel.setToolTip("Stop; what is finished is kept")
        self._cancel.clicked.connect(self.cancel_requested)
        words = QHBoxLayout()
        words.addWidget(self._what, 1)
        words.addWidget(self._count)
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addLayout(words)
        left.addWidget(self._bar)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(24)
        layout.addLayout(left, 1)
        layout.addWidget(self._cancel)
        self.hide()

    def begin(self, what: str) -> None:
        """Show the strip before the first step is known."""
        self._what.setText(what)
        self._count.setText("")
        self._bar.setRange(0, 0)
        self._cancel.setText("Cancel")
        self._cancel.setEnabled(True)
        self.show()

    def advance(self, done: int, total: int, what: str) -> None:
        """Show that `done` of `total` steps are finished."""
        self._what.setText(what)
        self._count.setText(f"{done} of {total}" if total else "")
        self._bar.setRange(0, max(0, total))
        self._bar.setValue(done)

    def stopping(self) -> None:
        """Say that the wish to stop was heard."""
        self._what.setText("Stopping; what is finished is kept")
        self._cancel.setEnabled(False)

    def end(self) -> None:
        """Hide the strip."""
        self.hide()
