"""What a reader sees when a sitting has ended: thanks, that it is all kept, and the receipt if wanted."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from realfm_gui.gui.reading.appearance import icon, keep_room
from realfm_gui.gui.theme import GRID
from realfm_gui.workflows.reading import Receipt

TEXT_WIDTH = 560


class EndPage(QWidget):
    """The end of a sitting.

    Signals
    -------
    leave_requested()
        Back to where the reader came from.
    """

    leave_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = _label("display")
        self.title.setText("Thank you")
        self.detail = _label("lead")
        self.receipt = _label("")
        self.receipt.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.why = _label("caption")
        self.why.setText(
            "Your receipt names the newest entry of the study's log. Send it to the coordinator: "
            "it shows later that nothing was cut from the record."
        )
        self.copy = QPushButton("Copy receipt")
        self.copy.setIcon(icon("copy"))
        self.copy.clicked.connect(self._copy)
        self.unfold = QPushButton("Show receipt")
        self.unfold.setCheckable(True)
        self.unfold.toggled.connect(self._fold)
        self.back = QPushButton("Back to the readers")
        self.back.setProperty("role", "primary")
        self.back.clicked.connect(self.leave_requested)
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            enter = QShortcut(QKeySequence(key), self)
            enter.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            enter.setAutoRepeat(False)
            enter.activated.connect(self.leave_requested)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self.back)
        buttons.addWidget(self.unfold)
        buttons.addStretch(1)
        self.folded = QWidget()
        keep_room(self.folded)  # so that nothing moves when it is unfolded
        inside = QVBoxLayout(self.folded)
        inside.setContentsMargins(0, GRID, 0, 0)
        inside.setSpacing(2 * GRID)
        for widget in (self.why, self.receipt):
            inside.addWidget(widget)
        inside.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignLeft)
        column = QVBoxLayout()
        column.setSpacing(2 * GRID)
        for widget in (self.title, self.detail):
            column.addWidget(widget)
        column.addLayout(buttons)
        column.addWidget(self.folded)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addLayout(column)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addStretch(2)
        layout.addLayout(row)
        layout.addStretch(3)

    def show_receipt(self, detail: str, receipt: Receipt) -> None:
        """Show how the sitting ended, its receipt folded away."""
        self.unfold.setChecked(False)
        self._fold(False)
        self.detail.setText(detail)
        self.receipt.setText(receipt_text(receipt))
        self.copy.setText("Copy receipt")
        self.back.setFocus()

    def _fold(self, is_open: bool) -> None:
        self.folded.setVisible(is_open)
        self.unfold.setText("Hide receipt" if is_open else "Show receipt")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.receipt.text())
        self.copy.setText("Copied")


def receipt_text(receipt: Receipt) -> str:
    """Return a receipt as it is copied; the hash in groups that can be read aloud."""
    groups = [receipt.hash[i : i + 8] for i in range(0, len(receipt.hash), 8)]
    half = (len(groups) + 1) // 2
    return f"Entry {receipt.sequence}\n{' '.join(groups[:half])}\n{' '.join(groups[half:])}"


def _label(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setWordWrap(True)
    label.setFixedWidth(TEXT_WIDTH)
    return label
