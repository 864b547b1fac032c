"""Paints measurements in view coordinates: lines stay thin under any zoom, words legible on any ground."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPolygonF

from realfm_gui.domain.measurement import REGIONS, MeasurementKind, Point
from realfm_gui.gui.theme import SIZE_BODY
from realfm_gui.gui.viewer.shapes import handles_of, lines_of

INK = QColor("#F0E442")
"""Okabe and Ito's yellow: no arm's colour, and seen on every grey by the colour-blind too."""

_HALO = QColor(0, 0, 0, 190)
_HANDLE_PX = 4.0
_PROBE_PX = 7.0
_LABEL_GAP_PX = 10.0
_ARC_PX = 24.0
_HALO_PX = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintedMeasurement:
    """One measurement as it is to be painted; `points` may be those of one that is still being drawn."""

    kind: MeasurementKind
    points: tuple[Point, ...]
    words: tuple[str, ...]
    is_selected: bool = False


def paint_measurements(
    painter: QPainter,
    shown: Sequence[PaintedMeasurement],
    place: Callable[[Point], QPointF],
    area: QRectF,
    *,
    ratio: float,
) -> None:
    """Paint measurements and their labels.

    Parameters
    ----------
    painter : QPainter
        In logical pixels.
    shown : sequence of PaintedMeasurement
    place : callable
        Image position -> logical pixels of the viewport.
    area : QRectF
        The viewport: labels stay within it.
    ratio : float
        Device pixels per logical pixel.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    font = QFont(painter.font())
    font.setPixelSize(SIZE_BODY)
    painter.setFont(font)
    shapes = [_bounds(measurement, place) for measurement in shown]
    taken = [shape for shape, measurement in zip(shapes, shown, strict=True) if measurement.kind in REGIONS]
    for measurement in shown:
        _paint_lines(painter, measurement, place)
    for measurement, shape in zip(shown, shapes, strict=True):
        if measurement.words:
            taken.append(_paint_label(painter, measurement, place, shape, area, taken, ratio))
    painter.restore()


def _bounds(measurement: PaintedMeasurement, place: Callable[[Point], QPointF]) -> QRectF:
    return QPolygonF([place(point) for point in measurement.points]).boundingRect()


def _paint_lines(
    painter: QPainter, measurement: PaintedMeasurement, place: Callable[[Point], QPointF]
) -> None:
    path = QPainterPath()
    for line in lines_of(measurement.kind, measurement.points):
        path.addPolygon(QPolygonF([place(point) for point in line]))
    handles = [place(point) for point in handles_of(measurement.kind, measurement.points)]
    if measurement.kind is MeasurementKind.PROBE:
        for dx, dy in ((_PROBE_PX, 0.0), (0.0, _PROBE_PX)):
            path.moveTo(handles[0] - QPointF(dx, dy))
            path.lineTo(handles[0] + QPointF(dx, dy))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    ends = measurement.kind is MeasurementKind.LENGTH
    extra = _extra(measurement, place)
    for color, width, radius in ((_HALO, 3.5, _HANDLE_PX + 1), (INK, 1.25, _HANDLE_PX)):
        painter.setPen(QPen(color, width))
        painter.drawPath(path)
        painter.setPen(QPen(color, width, Qt.PenStyle.DotLine if color is INK else Qt.PenStyle.SolidLine))
        painter.drawPath(extra)
        painter.setPen(QPen(color, width))
        if measurement.is_selected and measurement.kind is not MeasurementKind.PROBE:
            for at in handles:
                painter.drawEllipse(at, radius, radius)
        elif ends:
            for at in handles:
                painter.drawEllipse(at, 1.5, 1.5)


def _extra(measurement: PaintedMeasurement, place: Callable[[Point], QPointF]) -> QPainterPath:
    """Return what shows which lines belong together: an arc in an angle, a line between Cobb's two."""
    path = QPainterPath()
    placed = [place(point) for point in measurement.points]
    if measurement.kind is MeasurementKind.ANGLE and len(placed) == 3:
        arms = [QLineF(placed[1], placed[0]), QLineF(placed[1], placed[2])]
        radius = min(_ARC_PX, *(arm.length() for arm in arms))
        box = QRectF(placed[1].x() - radius, placed[1].y() - radius, 2 * radius, 2 * radius)
        sweep = (arms[1].angle() - arms[0].angle() + 180) % 360 - 180
        path.arcMoveTo(box, arms[0].angle())
        path.arcTo(box, arms[0].angle(), sweep)
    elif measurement.kind is MeasurementKind.COBB and len(placed) == 4:
        path.moveTo((placed[0] + placed[1]) / 2)
        path.lineTo((placed[2] + placed[3]) / 2)
    return path


def _paint_label(
    painter: QPainter,
    measurement: PaintedMeasurement,
    place: Callable[[Point], QPointF],
    shape: QRectF,
    area: QRectF,
    taken: Sequence[QRectF],
    ratio: float,
) -> QRectF:
    label = _label(measurement.words, painter.font().key(), ratio)
    size = label.deviceIndependentSize() - QSizeF(2 * _HALO_PX, 2 * _HALO_PX)
    box = _free_place(_wanted_places(measurement, place, shape, size), area, taken)
    corner = box.topLeft() - QPointF(_HALO_PX, _HALO_PX)
    # On whole device pixels: between them letters blur.
    painter.drawImage(QPointF(round(corner.x() * ratio) / ratio, round(corner.y() * ratio) / ratio), label)
    return box


@lru_cache(maxsize=256)
def _label(words: tuple[str, ...], font_key: str, ratio: float) -> QImage:
    """Return a label on clear ground; kept, because the outline of letters takes milliseconds to stroke."""
    font = QFont()
    font.fromString(font_key)
    metrics = QFontMetricsF(font)
    width = max(metrics.horizontalAdvance(line) for line in words) + 2 * _HALO_PX
    height = metrics.lineSpacing() * len(words) + 2 * _HALO_PX
    image = QImage(
        math.ceil(width * ratio), math.ceil(height * ratio), QImage.Format.Format_ARGB32_Premultiplied
    )
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    for number, line in enumerate(words):
        at = QPointF(_HALO_PX, _HALO_PX + number * metrics.lineSpacing() + metrics.ascent())
        outline = QPainterPath()
        outline.addText(at, font, line)
        painter.strokePath(outline, QPen(_HALO, 3.5, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
        painter.setPen(INK)
        painter.drawText(at, line)
    painter.end()
    return image


def _wanted_places(
    measurement: PaintedMeasurement, place: Callable[[Point], QPointF], shape: QRectF, size: QSizeF
) -> list[QRectF]:
    """Return where a label would best be, best first: at a line's right end, beside or below a region."""
    gap, half = _LABEL_GAP_PX, size.height() / 2
    if measurement.kind in REGIONS:
        corners = [
            QPointF(shape.right() + gap, shape.top()),
            QPointF(shape.left() - gap - size.width(), shape.top()),
            QPointF(shape.left(), shape.bottom() + gap / 2),
            QPointF(shape.left(), shape.top() - gap / 2 - size.height()),
        ]
    elif measurement.kind is MeasurementKind.ANGLE and len(measurement.points) == 3:
        vertex = place(measurement.points[1])
        corners = [vertex + QPointF(gap, gap), vertex + QPointF(-gap - size.width(), gap)]
    else:
        ends = sorted((place(point) for point in measurement.points), key=QPointF.x)
        corners = [
            QPointF(ends[-1].x() + gap, ends[-1].y() - half),
            QPointF(ends[0].x() - gap - size.width(), ends[0].y() - half),
        ]
    return [QRectF(corner, size) for corner in corners]


def _free_place(wanted: Sequence[QRectF], area: QRectF, taken: Sequence[QRectF]) -> QRectF:
    """Return the first place in the viewport where nothing lies; else the first, moved into the viewport."""
    inner = area.adjusted(4, 4, -4, -4)
    for box in wanted:
        if inner.contains(box) and not any(box.intersects(other) for other in taken):
            return box
    box = QRectF(wanted[0])
    box.moveLeft(min(max(box.left(), inner.left()), inner.right() - box.width()))
    box.moveTop(min(max(box.top(), inner.top()), inner.bottom() - box.height()))
    return box
