"""What the plots of the performance page share: type, faint colours, round ticks."""

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from realfm_gui.gui.theme import Palette

LEFT_MIDDLE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT_MIDDLE = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTRE = Qt.AlignmentFlag.AlignCenter
_STEPS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)


def faded(color: str, alpha: int) -> QColor:
    """Return a colour with an opacity of 0 to 255."""
    found = QColor(color)
    found.setAlpha(alpha)
    return found


def set_font(painter: QPainter, size: int, *, is_strong: bool = False) -> None:
    """Write on in another size, in logical pixels."""
    font = QFont(painter.font())
    font.setPixelSize(size)
    font.setWeight(QFont.Weight.Medium if is_strong else QFont.Weight.Normal)
    painter.setFont(font)


def round_ticks(low: float, high: float, *, at_most: int = 7) -> list[float]:
    """Return round numbers from `low` to `high`, no more than `at_most`.

    Examples
    --------
    >>> round_ticks(-0.07, 0.13)
    [-0.05, 0.0, 0.05, 0.1]
    """
    for step in _STEPS:
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= at_most:
            break
    return [round(number * step, 6) + 0.0 for number in range(first, last + 1)]


def elided(painter: QPainter, room: QRectF, text: str, side: Qt.AlignmentFlag = LEFT_MIDDLE) -> None:
    """Write what fits of a text."""
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
    painter.drawText(room, int(side.value), shown)


def tick_below(painter: QPainter, palette: Palette, at: QPointF, text: str) -> None:
    """Draw a tick of a horizontal axis and its number under it."""
    painter.setPen(QPen(QColor(palette.ink_quiet), 1))
    painter.drawLine(at, at + QPointF(0, 4))
    painter.drawText(QRectF(at.x() - 30, at.y() + 5, 60, 14), CENTRE, text)
