"""Paints what the AI found where: in the AI's own colour, never to be taken for a reader's mark.

The colour is that of the AI alone (reddish purple), as its scores have it: orange is the reader's aided
answer, and would drown in the heat map's upper colours. A plate with "AI" and a number goes with every place,
so that it is known without colour; readers' marks and measurements have no plates.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from realfm_gui.domain.ai_finding import AiShape
from realfm_gui.domain.measurement import Point
from realfm_gui.gui.theme import AI_ALONE, SIZE_SMALL

LINE_STYLES = (
    Qt.PenStyle.SolidLine,
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DotLine,
    Qt.PenStyle.DashDotLine,
)
"""Of the models in the reader's order."""

_INK = QColor(AI_ALONE)
_ON_INK = QColor("#0E0E0E")
_PLATE = QColor(0, 0, 0, 190)
_HALO = QColor(0, 0, 0, 170)
_LINE_PX, _CHOSEN_PX = 1.5, 2.5
_FILL, _CHOSEN_FILL = 40, 70
"""Opacity of a mask's fill, of 255: the picture below stays readable."""
_FINE_POINTS = 2000
"""A mask with a border of more corners is drawn with the quickest line: strokes cost by the corner."""
_PASSING = 130
"""Opacity of the lines of a place that is best seen on another slice."""
_POINT_PX = 9.0
_SMALL_PX, _RING_GAP_PX = 36.0, 8.0
"""A chosen place smaller than this gets a ring around it, so far off."""
_PLATE_GAP_PX, _PLATE_PAD_PX = 5.0, 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintedFinding:
    """One place as it is to be painted.

    `outlines` are closed lines of image positions, none of a point; `center` is its middle. `style` is the
    number of its model. `is_passing` places are best shown on another slice and only pass through this one.
    """

    shape: AiShape
    outlines: tuple[tuple[Point, ...], ...]
    center: Point
    words: str
    style: int = 0
    is_chosen: bool = False
    is_passing: bool = False


def paint_findings(
    painter: QPainter, shown: Sequence[PaintedFinding], place: Callable[[Point], QPointF], area: QRectF
) -> None:
    """Paint places and their plates; later ones lie on top.

    Parameters
    ----------
    painter : QPainter
        In logical pixels.
    shown : sequence of PaintedFinding
    place : callable
        Image position -> logical pixels of the viewport.
    area : QRectF
        The viewport: plates stay within it.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = QFont(painter.font())
    font.setPixelSize(SIZE_SMALL)
    painter.setFont(font)
    bounds = [_paint_shape(painter, finding, place) for finding in shown]
    taken: list[QRectF] = []
    for finding, box in zip(shown, bounds, strict=True):
        if box.intersects(area):
            taken.append(_paint_plate(painter, finding, box, area, taken))
    painter.restore()


def _paint_shape(painter: QPainter, finding: PaintedFinding, place: Callable[[Point], QPointF]) -> QRectF:
    """Paint one place and return the box around it."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    for line in finding.outlines:
        path.addPolygon(QPolygonF([place(point) for point in line]))
        path.closeSubpath()
    center = place(finding.center)
    if finding.shape is AiShape.POINT:
        path.addPath(_sight(center))
    box = path.boundingRect()
    if finding.shape is AiShape.MASK:
        _paint_mask(painter, path, finding)
        path = QPainterPath()
    if finding.is_chosen and max(box.width(), box.height()) < _SMALL_PX:
        radius = math.hypot(box.width(), box.height()) / 2 + _RING_GAP_PX
        ring = QPainterPath()
        ring.addEllipse(box.center(), radius, radius)
        path.addPath(ring)
        box = ring.boundingRect()
    width = _CHOSEN_PX if finding.is_chosen else _LINE_PX
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(_HALO, width + 2))
    painter.drawPath(path)
    ink = QColor(_INK)
    ink.setAlpha(_PASSING if finding.is_passing else 255)
    pen = QPen(ink, width, LINE_STYLES[finding.style % len(LINE_STYLES)])
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.drawPath(path)
    return box


def _paint_mask(painter: QPainter, path: QPainterPath, finding: PaintedFinding) -> None:
    """Paint a mask: its edges run along rows and columns and are sharp without smoothing."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    fill, ink = QColor(_INK), QColor(_INK)
    fill.setAlpha(_CHOSEN_FILL if finding.is_chosen else _FILL)
    ink.setAlpha(_PASSING if finding.is_passing else 255)
    painter.fillPath(path, fill)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    is_fine = path.elementCount() > _FINE_POINTS
    if not is_fine:
        painter.setPen(QPen(_HALO, 3))
        painter.drawPath(path)
    style = Qt.PenStyle.SolidLine if is_fine else LINE_STYLES[finding.style % len(LINE_STYLES)]
    painter.setPen(QPen(ink, 2 if finding.is_chosen and not is_fine else 1, style))
    painter.drawPath(path)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def _sight(center: QPointF) -> QPainterPath:
    """Return a ring with four ticks that leaves the place itself free."""
    path = QPainterPath()
    path.addEllipse(center, _POINT_PX, _POINT_PX)
    for across, down in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        step = QPointF(across, down)
        path.moveTo(center + step * _POINT_PX)
        path.lineTo(center + step * (_POINT_PX + 5))
    return path


def _paint_plate(
    painter: QPainter, finding: PaintedFinding, box: QRectF, area: QRectF, taken: Sequence[QRectF]
) -> QRectF:
    """Paint the words beside the box, where no other plate is, and return where they are."""
    metrics = QFontMetricsF(painter.font())
    size = QSizeF(
        metrics.horizontalAdvance(finding.words) + 2 * _PLATE_PAD_PX, metrics.height() + _PLATE_PAD_PX
    )
    gap = _PLATE_GAP_PX
    corners = (
        QPointF(box.left(), box.top() - gap - size.height()),
        QPointF(box.left(), box.bottom() + gap),
        QPointF(box.right() + gap, box.top()),
        QPointF(box.left() - gap - size.width(), box.top()),
    )
    plate = _free(corners, size, area.adjusted(4, 4, -4, -4), taken)
    painter.setPen(QPen(_INK, 1) if finding.is_chosen else Qt.PenStyle.NoPen)
    painter.setBrush(_INK if finding.is_chosen else _PLATE)
    painter.drawRoundedRect(plate, 2, 2)
    painter.setPen(_ON_INK if finding.is_chosen else _INK)
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, finding.words)
    return plate


def _free(corners: Sequence[QPointF], size: QSizeF, inner: QRectF, taken: Sequence[QRectF]) -> QRectF:
    for corner in corners:
        plate = QRectF(corner, size)
        if inner.contains(plate) and not any(plate.intersects(other) for other in taken):
            return plate
    plate = QRectF(corners[0], size)
    plate.moveLeft(min(max(plate.left(), inner.left()), max(inner.left(), inner.right() - size.width())))
    plate.moveTop(min(max(plate.top(), inner.top()), max(inner.top(), inner.bottom() - size.height())))
    return plate
