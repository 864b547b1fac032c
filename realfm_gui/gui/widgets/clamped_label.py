"""Text of a few lines at most; the rest is in the tooltip."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


class ClampedLabel(QLabel):
    """Wraps its text over at most `lines` lines and ends the last one with an ellipsis."""

    def __init__(self, text: str, role: str = "", *, lines: int = 2, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._lines = lines
        if role:
            self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Return the height of the lines the text needs at the present width."""
        lines = min(self._lines, max(1, len(self._laid_out(max(160, self.width())))))
        return QSize(160, lines * self.fontMetrics().lineSpacing() + 2)

    def minimumSizeHint(self) -> QSize:
        """Return the same."""
        return self.sizeHint()

    def resizeEvent(self, event: object) -> None:  # noqa: ARG002 - Qt's signature
        """Ask for the height that fits the new width."""
        self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the lines."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        pieces = self._laid_out(self.width())
        step = self.fontMetrics().lineSpacing()
        for number, piece in enumerate(pieces[: self._lines]):
            text = piece
            if number == self._lines - 1 and len(pieces) > self._lines:
                rest = piece + " " + " ".join(pieces[self._lines :])
                text = self.fontMetrics().elidedText(rest, Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(QPointF(0, number * step + self.fontMetrics().ascent()), text)
        self.setToolTip(self.text() if len(pieces) > self._lines else "")

    def _laid_out(self, width: int) -> list[str]:
        layout = QTextLayout(self.text(), self.font())
        layout.setTextOption(QTextOption())
        pieces: list[str] = []
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            pieces.append(self.text()[line.textStart() : line.textStart() + line.textLength()].strip())
        layout.endLayout()
        return pieces
