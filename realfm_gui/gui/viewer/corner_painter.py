"""Paints words: the corner text, legible on black and on white, and what stands in place of a picture."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from realfm_gui.gui.theme import DARK, GRID, SIZE_BODY, SIZE_LEAD, SIZE_TITLE
from realfm_gui.gui.viewer.corner_text import CornerText, ScaleBar

_INK = QColor(DARK.ink)
_SHADOW = QColor(0, 0, 0, 200)


def paint_corner_text(painter: QPainter, text: CornerText, area: QRectF, *, device_ratio: float) -> None:
    """Write the words of the picture into its corners.

    Parameters
    ----------
    painter : QPainter
        In logical pixels.
    text : CornerText
        What to write.
    area : QRectF
        The viewport in logical pixels.
    device_ratio : float
        Device pixels per logical pixel.
    """
    inner = area.adjusted(1.5 * GRID, GRID, -1.5 * GRID, -GRID)
    font = QFont(painter.font())
    font.setPixelSize(SIZE_BODY)
    painter.setFont(font)
    bottom, top = Qt.AlignmentFlag.AlignBottom, Qt.AlignmentFlag.AlignTop
    left, right, middle = (
        Qt.AlignmentFlag.AlignLeft,
        Qt.AlignmentFlag.AlignRight,
        Qt.AlignmentFlag.AlignHCenter,
    )
    _write(painter, inner, bottom | left, "     ".join(text.status))
    notices = inner.adjusted(0, 3 * GRID if text.letters.left else 0, 0, 0)
    _write(painter, notices, top | left, "\n".join(text.notices))
    if text.bar is not None:
        _bar(painter, inner, text.bar, device_ratio)
    font.setPixelSize(SIZE_LEAD)
    font.setWeight(QFont.Weight.Medium)
    painter.setFont(font)
    _write(painter, inner, top | left, text.letters.left)
    _write(painter, inner, top | right, text.letters.right)
    _write(painter, inner, top | middle, text.letters.top)
    _write(painter, inner, bottom | middle, text.letters.bottom)


def paint_words(painter: QPainter, area: QRectF, title: str, detail: str) -> None:
    """Write a title and an explanation into the middle of the empty viewport."""
    inner = area.adjusted(4 * GRID, 4 * GRID, -4 * GRID, -4 * GRID)
    middle = inner.center().y()
    above = QRectF(inner.left(), inner.top(), inner.width(), middle - GRID - inner.top())
    below = QRectF(inner.left(), middle + GRID, inner.width(), inner.bottom() - middle - GRID)
    font = QFont(painter.font())
    for words, size, color, part, vertical in (
        (title, SIZE_TITLE, DARK.ink, above, Qt.AlignmentFlag.AlignBottom),
        (detail, SIZE_BODY, DARK.ink_quiet, below, Qt.AlignmentFlag.AlignTop),
    ):
        font.setPixelSize(size)
        painter.setFont(font)
        painter.setPen(QColor(color))
        flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignHCenter | vertical
        painter.drawText(part, int(flags), words)


def _write(painter: QPainter, area: QRectF, alignment: Qt.AlignmentFlag, words: str) -> None:
    if not words:
        return
    painter.setPen(_SHADOW)
    for dx, dy in ((1, 1), (-1, 1), (1, -1), (-1, -1)):
        painter.drawText(area.translated(dx, dy), alignment, words)
    painter.setPen(_INK)
    painter.drawText(area, alignment, words)


def _bar(painter: QPainter, inner: QRectF, bar: ScaleBar, device_ratio: float) -> None:
    end = QPointF(inner.right(), inner.bottom() - GRID / 2)
    start = QPointF(end.x() - bar.length_px / device_ratio, end.y())
    for color, width, offset in ((_SHADOW, 3.0, 0.5), (_INK, 1.0, 0.0)):
        painter.setPen(QPen(color, width))
        shift = QPointF(offset, offset)
        painter.drawLine(start + shift, end + shift)
        for tip in (start, end):
            painter.drawLine(tip + shift - QPointF(0, 5), tip + shift)
    _write(
        painter,
        inner.adjusted(0, 0, 0, -GRID * 1.5),
        Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignRight,
        bar.label,
    )
