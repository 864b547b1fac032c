"""One line over the pictures: why a mark was not made."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLabel, QWidget

SHOWN_MS = 4000
"""Long enough to read twice; a notice that stayed would lie over the image."""

TOP_PX = 24


class MarkNotice(QLabel):
    """Says one sentence at the upper edge of its parent for a while; the mouse goes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._above = parent
        self.setProperty("role", "remark")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        self._end = QTimer(self)
        self._end.setSingleShot(True)
        self._end.setInterval(SHOWN_MS)
        self._end.timeout.connect(self.hide)

    def tell(self, words: str) -> None:
        """Say a sentence."""
        self.setText(words)
        self.adjustSize()
        self.move((self._above.width() - self.width()) // 2, TOP_PX)
        self.show()
        self.raise_()
        self._end.start()
