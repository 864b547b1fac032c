"""ROC plane: the model's curve, and one arrow per reader from unaided to aided.

Painted directly: a handful of lines and points needs no scene graph, whose items Qt and Python would both
own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from realfm_gui.gui.theme import AI_ALONE, AIDED, SIZE_SMALL, UNAIDED, Palette, palette_of

NAMED_UP_TO = 8
"""With more readers than this only those who got worse are named beside their arrow."""
LEFT, TOP, RIGHT, BOTTOM = 48, 12, 12, 40
"""Room around the plane for the axes, in logical pixels."""
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


class RocPlot(QWidget):
    """Sensitivity over one minus specificity; direct labels instead of a legend."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results: Mapping[str, Any] | None = None
        self.setMinimumSize(320, 320)
        self.setAccessibleName("ROC plane with the model's curve and one arrow per reader")

    def show_results(self, results: Mapping[str, Any]) -> None:
        """Draw the ``roc`` part of the results of one finding."""
        self._results = results
        self.update()

    def place(self, fpr: float, tpr: float) -> QPointF:
        """Return where a point of the plane lies on the widget, in logical pixels."""
        plane = self._plane()
        return QPointF(plane.left() + fpr * plane.width(), plane.bottom() - tpr * plane.height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint the plane; only the empty axes before there are results."""
        palette = palette_of(self)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(self.rect(), QColor(palette.panel))
            painter.setFont(_font(self.font(), SIZE_SMALL))
            if self._results is not None and self._results["is_simulated"]:
                self._watermark(painter, palette)
            self._axes(painter, palette)
            if self._results is not None:
                self._curves(painter, palette, self._results["roc"])
                self._readers(painter, palette, self._results)

    def _plane(self) -> QRectF:
        side = min(self.width() - LEFT - RIGHT, self.height() - TOP - BOTTOM)
        return QRectF(LEFT, TOP, side, side)

    def _axes(self, painter: QPainter, palette: Palette) -> None:
        plane = self._plane()
        painter.setPen(QPen(QColor(palette.hairline), 1))
        painter.drawLine(self.place(0, 0), self.place(1, 1))
        painter.setPen(QPen(QColor(palette.ink_quiet), 1))
        painter.drawLine(plane.bottomLeft(), plane.topLeft())
        painter.drawLine(plane.bottomLeft(), plane.bottomRight())
        for tick in TICKS:
            below, beside = self.place(tick, 0), self.place(0, tick)
            painter.drawLine(below, below + QPointF(0, 4))
            painter.drawLine(beside, beside - QPointF(4, 0))
            middle = Qt.AlignmentFlag.AlignCenter
            painter.drawText(QRectF(below.x() - 20, below.y() + 5, 40, 14), middle, f"{tick:.1f}")
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(beside.x() - 40, beside.y() - 7, 33, 14), right, f"{tick:.1f}")
        under = QRectF(plane.left(), plane.bottom() + 21, plane.width(), 16)
        painter.drawText(under, Qt.AlignmentFlag.AlignCenter, "1 − specificity")
        painter.save()
        painter.translate(2, plane.center().y())
        painter.rotate(-90)
        side = QRectF(-plane.height() / 2, 0, plane.height(), 14)
        painter.drawText(side, Qt.AlignmentFlag.AlignCenter, "Sensitivity")
        painter.restore()

    def _watermark(self, painter: QPainter, palette: Palette) -> None:
        painter.save()
        painter.setFont(_font(self.font(), 44))
        painter.setPen(_faded(palette.ink, 22))
        painter.translate(self._plane().center())
        painter.rotate(-24)
        painter.drawText(QRectF(-200, -40, 400, 80), Qt.AlignmentFlag.AlignCenter, "Simulated")
        painter.restore()

    def _curves(self, painter: QPainter, palette: Palette, roc: Mapping[str, Any]) -> None:
        for name, curve in roc["controls"].items():
            self._curve(painter, curve, QPen(_faded(palette.ink_quiet, 130), 1.5, Qt.PenStyle.DotLine))
            self._label_curve(painter, curve, f"Control {name}", palette.ink_quiet, at=0.72)
        if roc["ai"] is not None:
            self._curve(painter, roc["ai"], QPen(QColor(AI_ALONE), 2))
            self._label_curve(painter, roc["ai"], "AI alone", AI_ALONE, at=0.72)
        if roc["ai_point"] is not None:
            centre = self.place(roc["ai_point"]["fpr"], roc["ai_point"]["tpr"])
            painter.fillRect(QRectF(centre.x() - 4, centre.y() - 4, 8, 8), QColor(AI_ALONE))

    def _curve(self, painter: QPainter, curve: Mapping[str, Any], pen: QPen) -> None:
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        points = [self.place(x, y) for x, y in zip(curve["fpr"], curve["tpr"], strict=True)]
        painter.drawPolyline(QPolygonF(points))

    def _label_curve(
        self, painter: QPainter, curve: Mapping[str, Any], text: str, color: str, *, at: float
    ) -> None:
        height = max((y for x, y in zip(curve["fpr"], curve["tpr"], strict=True) if x <= at), default=at)
        painter.setPen(QColor(color))
        # Under the curve and to its right, where a curve above the diagonal leaves room.
        place = self.place(at, height) + QPointF(4, 14)
        width = QFontMetricsF(painter.font()).horizontalAdvance(text)
        painter.drawText(QPointF(min(place.x(), self.width() - width - 4), place.y()), text)

    def _readers(self, painter: QPainter, palette: Palette, results: Mapping[str, Any]) -> None:
        """Draw unaided dot, line and aided head; a cross marks whose AUC fell with its whole interval."""
        changes = {row["reader"]: row["got_worse"] for row in results["per_reader"]}
        readers = results["roc"]["readers"]
        labels: list[tuple[str, QPointF, str]] = []
        rightmost = 0.0
        for reader in readers:
            start = self.place(reader["unaided"]["fpr"], reader["unaided"]["tpr"])
            end = self.place(reader["aided"]["fpr"], reader["aided"]["tpr"])
            rightmost = max(rightmost, start.x(), end.x())
            is_worse = bool(changes.get(reader["reader"], False))
            painter.setPen(QPen(_faded(palette.ink, 150), 1))
            painter.drawLine(start, end)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(UNAIDED))
            painter.drawEllipse(start, 3.5, 3.5)
            _head(painter, end, is_worse=is_worse)
            if is_worse or len(readers) <= NAMED_UP_TO:
                name = short_name(reader["name"])
                color = palette.bad if is_worse else palette.ink
                labels.append((f"{name} worse" if is_worse else name, end, color))
        self._label_readers(painter, palette, labels, column=rightmost + 20)

    def _label_readers(
        self,
        painter: QPainter,
        palette: Palette,
        labels: Sequence[tuple[str, QPointF, str]],
        *,
        column: float,
    ) -> None:
        """Write the names in one column right of the points, each led to its arrow by a hairline."""
        if not labels:
            return
        metrics = QFontMetricsF(painter.font())
        widest = max(metrics.horizontalAdvance(text) for text, _, _ in labels)
        column = min(column, self._plane().right() - widest)
        heights = spread([end.y() for _, end, _ in labels], gap=metrics.height())
        for (text, end, color), y in zip(labels, heights, strict=True):
            painter.setPen(QPen(_faded(palette.ink, 70), 1))
            painter.drawLine(end + QPointF(8, 0), QPointF(column - 3, y))
            painter.setPen(QColor(color))
            painter.drawText(QPointF(column, y + metrics.ascent() / 2 - 1), text)


def spread(heights: Sequence[float], *, gap: float) -> list[float]:
    """Move labels apart until no two are closer than `gap`, keeping their order.

    Examples
    --------
    >>> spread([0.50, 0.51, 0.9], gap=0.04)
    [0.485, 0.525, 0.9]
    """
    order = sorted(range(len(heights)), key=lambda at: heights[at])
    blocks: list[tuple[float, int]] = []  # (centre, members) of labels that touch
    for at in order:
        centre, members = heights[at], 1
        while blocks and centre - blocks[-1][0] < gap * (members + blocks[-1][1]) / 2 - 1e-12:
            other, size = blocks.pop()
            centre = (centre * members + other * size) / (members + size)
            members += size
        blocks.append((centre, members))
    placed = [centre + gap * (k - (members - 1) / 2) for centre, members in blocks for k in range(members)]
    moved = [0.0] * len(heights)
    for at, height in zip(order, placed, strict=True):
        moved[at] = round(height, 6)
    return moved


def short_name(name: str) -> str:
    """Return a name that fits beside a point."""
    name = name.replace("Simulated reader", "R")
    return name if len(name) <= 14 else name[:13] + "…"


def _head(painter: QPainter, at: QPointF, *, is_worse: bool) -> None:
    if is_worse:
        painter.setPen(QPen(QColor(AIDED), 2.5))
        painter.drawLine(at + QPointF(-4, -4), at + QPointF(4, 4))
        painter.drawLine(at + QPointF(-4, 4), at + QPointF(4, -4))
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(AIDED))
        painter.drawPolygon(QPolygonF([at + QPointF(0, -5), at + QPointF(5, 4), at + QPointF(-5, 4)]))


def _faded(color: str, alpha: int) -> QColor:
    faded = QColor(color)
    faded.setAlpha(alpha)
    return faded


def _font(base: QFont, size: int) -> QFont:
    font = QFont(base)
    font.setPixelSize(size)
    return font
