"""The magnifier: a round part of the picture, enlarged around the mouse."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from realfm_gui.gui.theme import DARK
from realfm_gui.gui.viewer.picture_layer import PictureLayer
from realfm_gui.gui.viewer.view_state import ViewState

DIAMETER_PX = 280
"""In logical pixels: a palm on a radiograph, the mouse in its middle."""

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
    side = round(DIAMETER_PX * ratio)
    image = picture.lens(state, mouse.x() * ratio, mouse.y() * ratio, magnified=MAGNIFIED, side=side)
    image.setDevicePixelRatio(ratio)
    box = QRectF(mouse.x() - DIAMETER_PX / 2, mouse.y() - DIAMETER_PX / 2, DIAMETER_PX, DIAMETER_PX)
    path = QPainterPath()
    path.addEllipse(box)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipPath(path)
    painter.drawImage(box.topLeft(), image)
    painter.setClipping(False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(DARK.ink_quiet), 1.0))
    painter.drawEllipse(box)
    painter.restore()
