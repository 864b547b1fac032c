"""Paints the reader's marks: numbered, dashed and with a question mark while they are not rated."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QPolygonF

from realfm_gui.domain.mark import Mark, MarkShape
from realfm_gui.domain.measurement import Point
from realfm_gui.gui.theme import SIZE_BODY, UNAIDED
from realfm_gui.gui.viewer.mark_places import RING_PX, Place, ScreenBox, bounds_of, label_place
from realfm_gui.gui.viewer.painted_layer import Canvas
from realfm_gui.gui.viewer.shapes import handles_of, lines_of

INK = QColor(UNAIDED)
"""The reader's own hand, before and after the AI is shown. Measurements are yellow, the AI's places orange or
purple; of Okabe and Ito's colours sky blue stands out from the heat map at every level of it."""

_HALO = QColor(0, 0, 0, 190)
_PILL = QColor(12, 12, 12, 215)
_TICK_PX = 5.0
_HANDLE_PX = 4.0
_DOTS = (2.5, 3.5)
_DASHES = (5.0, 5.0)
"""Logical pixels of line and gap."""
_PAD_X, _PAD_Y = 5.0, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintedMark:
    """One mark as it is to be painted: `words` beside it, empty while it is still being drawn.

    One that `is_locked` is what the unaided answer said; it recedes.
    """

    mark: Mark
    words: str
    is_selected: bool = False
    is_locked: bool = False


def label_size(words: str) -> tuple[float, float]:
    """Return width and height of a mark's label in logical pixels."""
    metrics = QFontMetricsF(_font())
    return metrics.horizontalAdvance(words) + 2 * _PAD_X, metrics.height() + 2 * _PAD_Y


class MarkSource(Protocol):
    """What a `MarkLayer` asks for the marks of a frame."""

    def painted(self, frame: int) -> Sequence[PaintedMark]:
        """Return the marks of a frame, in the order of painting."""


class MarkLayer:
    """The marks of one case over any viewport that shows their frame; each keeps its last picture.

    While the window is dragged or the slices of another viewport scroll, nothing of it is drawn anew.

    Parameters
    ----------
    source : MarkSource
        The marking tools.
    """

    def __init__(self, source: MarkSource) -> None:
        self._source = source
        self._kept: dict[int, tuple[tuple[object, ...], QImage]] = {}

    def paint(self, painter: QPainter, canvas: Canvas) -> None:
        """Paint the marks of the frame on screen; a cut shows no frame of the case, and no mark."""
        if canvas.state.cut is not None:
            return
        shown = self._source.painted(canvas.state.view.frame)
        if not shown:
            return
        corners = tuple(canvas.state.screen_at(corner) for corner in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)))
        key = (tuple(shown), corners, canvas.width, canvas.height, canvas.ratio)
        known = self._kept.get(canvas.pane)
        if known is None or known[0] != key:
            known = key, _picture(shown, canvas)
            self._kept[canvas.pane] = known
        painter.drawImage(QPointF(0, 0), known[1])


def _picture(shown: Sequence[PaintedMark], canvas: Canvas) -> QImage:
    image = QImage(canvas.width, canvas.height, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(canvas.ratio)
    image.fill(Qt.GlobalColor.transparent)
    placed = canvas.state.screen_map()

    def place(point: Point) -> Point:
        x, y = placed(point)
        return x / canvas.ratio, y / canvas.ratio

    painter = QPainter(image)
    paint_marks(painter, shown, place, canvas.room)
    painter.end()
    return image


def paint_marks(painter: QPainter, shown: Sequence[PaintedMark], place: Place, room: QRectF) -> None:
    """Paint marks and their labels.

    Parameters
    ----------
    painter : QPainter
        In logical pixels.
    shown : sequence of PaintedMark
    place : callable
        Image position -> (x, y) in logical pixels.
    room : QRectF
        The viewport: labels stay within it.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(_font())
    for one in shown:
        _paint_shape(painter, one, place)
    for one in shown:
        if one.words:
            _paint_label(
                painter, one, place, ScreenBox(left=0, top=0, width=room.width(), height=room.height())
            )
    painter.restore()


def _paint_shape(painter: QPainter, one: PaintedMark, place: Place) -> None:
    path = _path(one.mark, place)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    width = 2.5 if one.is_selected else 1.5
    dashes = _DOTS if one.is_locked else _DASHES
    for colour, thick in ((_HALO, width + (1 if one.is_locked else 2)), (INK, width)):
        pen = QPen(colour, thick, c=Qt.PenCapStyle.FlatCap)
        if one.mark.rating is None or one.is_locked:
            pen.setDashPattern([part / thick for part in dashes])  # the image shows through the gaps
        painter.setPen(pen)
        painter.drawPath(path)
    if one.is_selected and one.mark.shape in (MarkShape.BOX, MarkShape.ELLIPSE):
        painter.setPen(QPen(_HALO, 1))
        painter.setBrush(INK)
        for corner in handles_of(one.mark.shape.drawn_as, one.mark.points):
            painter.drawEllipse(QPointF(*place(corner)), _HANDLE_PX, _HANDLE_PX)


def _path(mark: Mark, place: Place) -> QPainterPath:
    path = QPainterPath()
    if mark.shape is not MarkShape.POINT:
        for line in lines_of(mark.shape.drawn_as, mark.points):
            path.addPolygon(QPolygonF([QPointF(*place(point)) for point in line]))
        return path
    middle = QPointF(*place(mark.points[0]))
    path.addEllipse(middle, RING_PX, RING_PX)
    for direction in (QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1)):
        path.moveTo(middle + direction * RING_PX)  # outwards: what is marked stays free
        path.lineTo(middle + direction * (RING_PX + _TICK_PX))
    return path


def _paint_label(painter: QPainter, one: PaintedMark, place: Place, room: ScreenBox) -> None:
    width, height = label_size(one.words)
    at = label_place(bounds_of(one.mark, place), width, height, room)
    box = QRectF(at.left, at.top, width, height)
    painter.setPen(Qt.PenStyle.NoPen if one.is_locked else QPen(INK, 1.5 if one.is_selected else 1))
    painter.setBrush(_PILL)
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(QColor("#FFFFFF") if one.is_selected else INK)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, one.words)


def _font() -> QFont:
    font = QFont()
    font.setPixelSize(SIZE_BODY)
    return font
