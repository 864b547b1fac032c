"""A word across a page that is not what it seems: visible, not shouting, and it prints."""

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from realfm_gui.gui.theme import palette_of

ALPHA = 20
_ANGLE = -24.0


class Watermark(QWidget):
    """Lies over a widget, lets every click through and follows its size."""

    def __init__(self, over: QWidget, word: str = "Simulated") -> None:
        super().__init__(over)
        self._word = word
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        over.installEventFilter(self)
        self.setGeometry(over.rect())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the widget below."""
        below = self.parentWidget()
        if event.type() == QEvent.Type.Resize and watched is below:
            self.setGeometry(below.rect())
            self.raise_()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Write the word across, once per 720 pixels of width."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = QFont(self.font())
        font.setPixelSize(max(28, min(112, self.width() // 7)))
        font.setWeight(QFont.Weight.Medium)
        painter.setFont(font)
        color = QColor(palette_of(self).ink)
        color.setAlpha(ALPHA)
        painter.setPen(color)
        room = painter.fontMetrics().boundingRect(self._word)
        painter.translate(QPointF(self.rect().center()))
        painter.rotate(_ANGLE)
        painter.drawText(QPointF(-room.width() / 2, room.height() / 4), self._word)
