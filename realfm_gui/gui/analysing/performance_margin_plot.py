"""The p of non-inferiority over margins: a margin chosen after the fact has nowhere to hide."""

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from realfm_gui.analysis.wording import plain
from realfm_gui.gui.analysing.performance_painting import (
    CENTRE,
    LEFT_MIDDLE,
    RIGHT_MIDDLE,
    faded,
    round_ticks,
    set_font,
    tick_below,
)
from realfm_gui.gui.analysing.performance_words import p_text
from realfm_gui.gui.theme import AIDED, SIZE_SMALL, Palette, palette_of
from realfm_gui.workflows.performance import StudyPerformance

SMALLEST_P = 1e-4
"""The lower end of the axis; smaller p values lie on it."""
_LEFT, _TOP, _RIGHT, _BOTTOM = 56, 18, 16, 44
_TICKS = (1.0, 0.1, 0.01, 0.001, 0.0001)


class MarginPlot(QWidget):
    """P against margin on a logarithmic axis, with the level and the chosen margin marked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._performed: StudyPerformance | None = None
        self.setMinimumSize(280, 200)

    def show_performance(self, performed: StudyPerformance) -> None:
        """Draw the curve of one choice."""
        self._performed = performed
        margin = plain(performed.choice.margin)
        self.setAccessibleName(f"One-sided p of a loss against the margin; the margin is {margin}")
        self.update()

    def place(self, margin: float, p: float) -> QPointF:
        """Return where a margin and its p lie, in logical pixels."""
        plot = self._plot()
        depth = -math.log10(max(p, SMALLEST_P)) / -math.log10(SMALLEST_P)
        return QPointF(
            plot.left() + plot.width() * margin / self._widest(), plot.top() + plot.height() * depth
        )

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint axes, level, margin and curve."""
        palette = palette_of(self)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(self.rect(), QColor(palette.panel))
            set_font(painter, SIZE_SMALL)
            self._axes(painter, palette)
            if self._performed is not None and self._performed.margin_curve:
                self._curve(painter, palette, self._performed)

    def _plot(self) -> QRectF:
        return QRectF(_LEFT, _TOP, self.width() - _LEFT - _RIGHT, self.height() - _TOP - _BOTTOM)

    def _widest(self) -> float:
        curve = () if self._performed is None else self._performed.margin_curve
        return curve[-1].margin if curve else 0.1

    def _axes(self, painter: QPainter, palette: Palette) -> None:
        plot = self._plot()
        painter.setPen(QPen(QColor(palette.ink_quiet), 1))
        painter.drawLine(plot.bottomLeft(), plot.topLeft())
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        for p in _TICKS:
            beside = self.place(0, p)
            painter.drawLine(beside, beside - QPointF(4, 0))
            text = f"{p:g}" if p > SMALLEST_P else f"≤ {p:.4f}"
            painter.drawText(QRectF(0, beside.y() - 7, _LEFT - 8, 14), int(RIGHT_MIDDLE.value), text)
        for margin in round_ticks(0.0, self._widest()):
            tick_below(painter, palette, self.place(margin, SMALLEST_P), plain(margin, 2))
        painter.setPen(QColor(palette.ink_quiet))
        painter.drawText(QRectF(plot.left() + 6, 0, plot.width(), 16), int(LEFT_MIDDLE.value), "p, one-sided")
        below = QRectF(plot.left(), plot.bottom() + 22, plot.width(), 16)
        painter.drawText(below, CENTRE, "Margin: largest loss that counts as none")

    def _curve(self, painter: QPainter, palette: Palette, performed: StudyPerformance) -> None:
        level = performed.alpha / 2
        plot, height = self._plot(), self.place(0, level).y()
        painter.setPen(QPen(QColor(palette.ink_quiet), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(plot.left(), height), QPointF(plot.right(), height))
        painter.setPen(QColor(palette.ink))
        painter.drawText(QRectF(0, height - 7, _LEFT - 8, 14), int(RIGHT_MIDDLE.value), f"{level:g}")
        chosen = performed.choice.margin
        painter.setPen(QPen(QColor(palette.ink), 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(self.place(chosen, 1), self.place(chosen, SMALLEST_P))
        painter.setPen(QPen(QColor(AIDED), 2))
        points = [self.place(point.margin, point.p) for point in performed.margin_curve]
        painter.drawPolyline(QPolygonF(points))
        test = performed.result.analysis.comparisons[0].first_not_inferior
        if test is None:
            return
        mark = self.place(chosen, test.p)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(AIDED))
        painter.drawEllipse(mark, 4.5, 4.5)
        self._label(painter, palette, mark, f"margin {plain(chosen)}: {p_text(test.p)}")

    def _label(self, painter: QPainter, palette: Palette, mark: QPointF, text: str) -> None:
        """Write beside the mark where there is room: above the falling curve, or under it at the top."""
        width = painter.fontMetrics().horizontalAdvance(text) + 8
        plot = self._plot()
        left = mark.x() + 8 if mark.x() + width + 8 < plot.right() else mark.x() - width - 4
        top = min(mark.y() - 22, plot.bottom() - 24)
        if top < plot.top():
            top = mark.y() + 8
        room = QRectF(left, top, width, 18)
        painter.fillRect(room, faded(palette.panel, 220))  # over a line, and still to be read
        painter.setPen(QColor(palette.ink))
        painter.drawText(room, CENTRE, text)
