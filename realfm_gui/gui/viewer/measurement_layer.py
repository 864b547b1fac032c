"""The measurements as a picture of their own: painted anew only when they, or their place, change."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from realfm_gui.domain.measurement import Point
from realfm_gui.gui.viewer.measurement_painter import PaintedMeasurement, paint_measurements
from realfm_gui.gui.viewer.view_state import ViewState

_CORNERS: tuple[Point, ...] = ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))
"""Where these lie on the screen says where everything lies."""


class MeasurementLayer:
    """Keeps the last picture: while the window is dragged, nothing of it changes."""

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._image = QImage()

    def image(
        self, state: ViewState, shown: Sequence[PaintedMeasurement], *, width: int, height: int, ratio: float
    ) -> QImage:
        """Return the measurements on clear ground, `width` x `height` device pixels.

        Parameters
        ----------
        state : ViewState
        shown : sequence of PaintedMeasurement
        width, height : int
            Of the viewport in device pixels.
        ratio : float
            Device pixels per logical pixel.
        """
        place = tuple(state.screen_at(corner) for corner in _CORNERS)
        key = (tuple(shown), place, width, height, ratio)
        if key != self._key:
            self._image = _painted(state, shown, width=width, height=height, ratio=ratio)
            self._key = key
        return self._image


def _painted(
    state: ViewState, shown: Sequence[PaintedMeasurement], *, width: int, height: int, ratio: float
) -> QImage:
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    placed = state.screen_map()

    def place(point: Point) -> QPointF:
        x, y = placed(point)
        return QPointF(x / ratio, y / ratio)

    painter = QPainter(image)
    paint_measurements(painter, shown, place, QRectF(0, 0, width / ratio, height / ratio), ratio=ratio)
    painter.end()
    return image
