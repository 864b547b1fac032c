"""The AI's 0-100 bar and the heat map's colour bar."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from realfm_gui.domain.ai_finding import ScoreInterval
from realfm_gui.gui.reading.ai_words import number_words, percent_text
from realfm_gui.gui.reading.likelihood_slider import HANDLE, VALUE_WIDTH
from realfm_gui.gui.theme import AI_ALONE, DARK, SIZE_SMALL, SIZE_TITLE
from realfm_gui.gui.viewer.picture_layer import image_of
from realfm_gui.imaging.overlay import colour_bar

BAR_COLOURS = 256


class ScoreBar(QWidget):
    """A calibrated chance on the same 0-100 scale as the reader's own, or a bare score without a bar.

    With `has_number` False the number is written elsewhere, and the bar takes all the width.
    """

    def __init__(self, parent: QWidget | None = None, *, has_number: bool = True) -> None:
        super().__init__(parent)
        self._has_number = has_number
        self._percent: float | None = None
        self._score = 0.0
        self._interval: ScoreInterval | None = None
        self._is_mapped = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def value_text(self) -> str:
        """The number as it is written."""
        return number_words(None, self._score) if self._percent is None else percent_text(self._percent)

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(240, 24) if self._has_number else QSize(120, 10)

    def show_score(self, percent: float | None, score: float, interval: ScoreInterval | None = None) -> None:
        """Show a chance in percent, or where there is none the bare score; the interval in the same unit."""
        self._percent, self._score, self._interval = percent, score, interval
        self.setAccessibleName(f"AI: {self.value_text}")
        self.update()

    def set_mapped(self, is_mapped: bool) -> None:
        """Mark the finding whose map is on the picture."""
        if is_mapped != self._is_mapped:
            self._is_mapped = is_mapped
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the bar and its number."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y = self.height() / 2
        left, right = float(HANDLE), float(self.width() - VALUE_WIDTH - HANDLE)
        if not self._has_number:
            left, right = 1.0, self.width() - 1.0
        font = QFont(self.font())
        if self._percent is None and self._has_number:
            painter.setPen(QColor(DARK.ink_quiet))
            font.setPixelSize(SIZE_SMALL)
            painter.setFont(font)
            painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignVCenter, "score, any scale")
        elif self._percent is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(DARK.raised))
            painter.drawRect(QRectF(left, y - 4, right - left, 8))
            painter.setBrush(QColor(AI_ALONE))
            painter.drawRect(QRectF(left, y - 4, (right - left) * self._percent / 100, 8))
            self._paint_interval(painter, left, right, y)
            painter.setPen(QPen(QColor(DARK.ink_quiet), 1))
            for tick in (0, 25, 50, 75, 100) if self._has_number else ():
                x = left + (right - left) * tick / 100
                painter.drawLine(QPointF(x, y + 6), QPointF(x, y + 9))
        if not self._has_number:
            return
        font.setPixelSize(SIZE_TITLE)
        painter.setFont(font)
        painter.setPen(QColor(AI_ALONE))
        number = QRectF(self.width() - VALUE_WIDTH, 0, VALUE_WIDTH, self.height())
        painter.drawText(number, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.value_text)
        if self._is_mapped:
            painter.setPen(QPen(QColor(AI_ALONE), 2))
            painter.drawLine(QPointF(0, 4), QPointF(0, self.height() - 4))

    def _paint_interval(self, painter: QPainter, left: float, right: float, y: float) -> None:
        """Paint the interval over the bar: a line with ends, seen on the bar and beside it."""
        if self._interval is None:
            return
        ends = [left + (right - left) * end / 100 for end in (self._interval.low, self._interval.high)]
        for color, width in ((QColor(DARK.ground), 3.0), (QColor(DARK.ink), 1.25)):
            painter.setPen(QPen(color, width))
            painter.drawLine(QPointF(ends[0], y), QPointF(ends[1], y))
            for x in ends:
                painter.drawLine(QPointF(x, y - 4), QPointF(x, y + 4))


class ColourBar(QWidget):
    """The heat map's colours from low to high, the threshold as a tick; raw numbers in the tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._low, self._high = 0.0, 1.0
        self._threshold = 0.0
        self._array = np.ascontiguousarray(np.asarray(colour_bar(BAR_COLOURS))[None, :, :3])
        self._image = image_of(self._array)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def end_texts(self) -> tuple[str, str]:
        """The ends as they are written: raw values mean nothing to a reader."""
        return "low", "high"

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(140, 26)

    def show_range(self, low: float, high: float) -> None:
        """Take the raw values of the scale's ends."""
        self._low, self._high = low, high
        words = f"Heat map scale, raw values {_raw(low)} to {_raw(high)}"
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.update()

    def show_threshold(self, share: float) -> None:
        """Mark the threshold, as a share of the scale."""
        self._threshold = share
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint colours, threshold and numbers."""
        painter = QPainter(self)
        area = QRectF(0, 0, self.width(), 8)
        painter.drawImage(area, self._image)
        x = (self.width() - 1) * self._threshold
        painter.setPen(QPen(QColor(DARK.ink), 2))
        painter.drawLine(QPointF(x, 0), QPointF(x, 10))
        font = QFont(self.font())
        font.setPixelSize(SIZE_SMALL)
        painter.setFont(font)
        painter.setPen(QColor(DARK.ink_quiet))
        words = QRectF(0, 11, self.width(), 15)
        low, high = self.end_texts
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft, low)
        painter.drawText(words, Qt.AlignmentFlag.AlignRight, high)


def _raw(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")
