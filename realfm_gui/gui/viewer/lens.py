"""The magnifier: a round part of the picture, enlarged around the mouse."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from realfm_gui.gui.theme import DARK
from realfm_gui.gui.viewer.device_pixels import paint_pixels
from realfm_gui.gui.viewer.picture_layer import PictureLayer
from realfm_gui.gui.viewer.view_state import ViewState

DIAMETER_PX = 280
"""In logical pixels: a palm on a radiograph, the mouse in its middle."""

LARGEST_SHARE = 0.75
"""Of the viewport's smaller side: in a small one there is something left to be seen around it."""

MAGNIFIED = 2.5
"""How much larger than around it."""


def paint_lens(
    painter: QPainter, picture: PictureLayer, state: ViewState, mouse: QPointF, ratio: float
) -> None:
    """Paint the magnifier.

    Parameters
    ----------
    painter : QPainter
        In logical pixels.
    picture : PictureLayer
        Where the picture comes from.
    state : ViewState
    mouse : QPointF
        What is enlarged, in logical pixels of the viewport.
    ratio : float
        Device pixels per logical pixel.
    """
    diameter = min(DIAMETER_PX, LARGEST_SHARE * min(state.upright_size) / ratio)
    side = round(diameter * ratio)
    image = picture.lens(state, mouse.x() * ratio, mouse.y() * ratio, magnified=MAGNIFIED, side=side)
    box = QRectF(mouse.x() - diameter / 2, mouse.y() - diameter / 2, diameter, diameter)
    path = QPainterPath()
    path.addEllipse(box)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipPath(path)
    paint_pixels(painter, image, box.topLeft(), ratio=ratio)
    painter.setClipping(False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(DARK.ink_quiet), 1.0))
    painter.drawEllipse(box)
    painter.restore()
