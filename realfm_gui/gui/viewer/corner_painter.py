"""Paints words: the corner text, legible on black and on white, and what stands in place of a picture."""

import itertools
import math
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from realfm_gui.gui.theme import DARK, GRID, SIZE_BODY, SIZE_LEAD, SIZE_SMALL, SIZE_TITLE
from realfm_gui.gui.viewer.corner_layout import Placed, PlacedBar, laid_out
from realfm_gui.gui.viewer.corner_text import CornerText
from realfm_gui.gui.viewer.device_pixels import paint_pixels

_INK = QColor(DARK.ink)
_SHADOW = QColor(0, 0, 0, 200)
_HALO_PX = 1.0
_ROOMY_PX = 320
"""Logical pixels of width from which words in the middle keep a wide margin."""


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
    layout = laid_out(
        text, width=area.width(), height=area.height(), ratio=device_ratio, ruler=_FontRuler(painter.font())
    )
    painter.save()
    painter.translate(area.topLeft())
    for placed in layout.words:
        _write(painter, placed, device_ratio)
    if layout.bar is not None:
        _bar(painter, layout.bar, device_ratio)
    painter.restore()


class _FontRuler:
    """Measures words in the font of a painter."""

    def __init__(self, font: QFont) -> None:
        self._font = font

    def width(self, words: str, size: int) -> float:
        # Letters are heavier: measured so, nothing is too narrow.
        return math.ceil(_metrics(self._font.family(), size).horizontalAdvance(words)) + 1

    def height(self, size: int) -> float:
        return math.ceil(_metrics(self._font.family(), size).height())


@lru_cache(maxsize=32)
def _metrics(family: str, size: int) -> QFontMetricsF:
    return QFontMetricsF(_font(family, size, is_letter=True))


def _font(family: str, size: int, *, is_letter: bool) -> QFont:
    font = QFont(family)
    font.setPixelSize(size)
    if is_letter:
        font.setWeight(QFont.Weight.Medium)
    return font


def paint_words(painter: QPainter, area: QRectF, title: str, detail: str) -> None:
    """Write a title and an explanation into the middle of the empty viewport, as large as there is room."""
    margin = 4 * GRID if area.width() >= _ROOMY_PX else GRID
    inner = area.adjusted(margin, margin, -margin, -margin)
    middle = inner.center().y()
    above = QRectF(inner.left(), inner.top(), inner.width(), middle - GRID - inner.top())
    below = QRectF(inner.left(), middle + GRID, inner.width(), inner.bottom() - middle - GRID)
    for words, sizes, color, part, vertical in (
        (
            title,
            (SIZE_TITLE, SIZE_LEAD, SIZE_BODY, SIZE_SMALL),
            DARK.ink,
            above,
            Qt.AlignmentFlag.AlignBottom,
        ),
        (detail, (SIZE_BODY, SIZE_SMALL), DARK.ink_quiet, below, Qt.AlignmentFlag.AlignTop),
    ):
        flags = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignHCenter | vertical)
        font = _largest_font(painter.font(), sizes, part, flags, words)
        if font is not None:
            painter.setFont(font)
            painter.setPen(QColor(color))
            painter.drawText(part, flags, words)


def _largest_font(now: QFont, sizes: tuple[int, ...], part: QRectF, flags: int, words: str) -> QFont | None:
    """Return the first font in which the words fit; None where they would be cut off in all of them."""
    font = QFont(now)
    for size in sizes:
        font.setPixelSize(size)
        if part.contains(QFontMetricsF(font).boundingRect(part, flags, words)):
            return font
    return None


def _write(painter: QPainter, placed: Placed, device_ratio: float) -> None:
    image = _written(placed.words, placed.size, placed.is_letter, painter.font().family(), device_ratio)
    lift = (placed.height + 2 * _HALO_PX - image.height() / device_ratio) / 2
    corner = QPointF(placed.left - _HALO_PX, placed.top - _HALO_PX + lift)
    paint_pixels(painter, image, corner, ratio=device_ratio)


@lru_cache(maxsize=256)
def _written(words: str, size: int, is_letter: bool, family: str, device_ratio: float) -> QImage:
    """Return words with a dark edge on clear ground; kept: most stay while a window is dragged."""
    font = _font(family, size, is_letter=is_letter)
    metrics = QFontMetricsF(font)
    width = metrics.horizontalAdvance(words) + 2 * _HALO_PX + 1
    height = metrics.height() + 2 * _HALO_PX
    image = QImage(
        math.ceil(width * device_ratio),
        math.ceil(height * device_ratio),
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    image.setDevicePixelRatio(device_ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setFont(font)
    at = QPointF(_HALO_PX, _HALO_PX + metrics.ascent())
    painter.setPen(_SHADOW)
    for dx, dy in itertools.product((-1, 0, 1), repeat=2):
        painter.drawText(at + QPointF(dx, dy), words)
    painter.setPen(_INK)
    painter.drawText(at, words)
    painter.end()
    return image


def _bar(painter: QPainter, bar: PlacedBar, device_ratio: float) -> None:
    start, end = QPointF(bar.left, bar.y), QPointF(bar.right, bar.y)
    for color, width, offset in ((_SHADOW, 3.0, 0.5), (_INK, 1.0, 0.0)):
        painter.setPen(QPen(color, width))
        shift = QPointF(offset, offset)
        painter.drawLine(start + shift, end + shift)
        for tip in (start, end):
            painter.drawLine(tip + shift - QPointF(0, 5), tip + shift)
    _write(painter, bar.label, device_ratio)
