"""Puts pictures made in device pixels onto the screen, pixel for pixel."""

import math

from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter, QTransform


def paint_pixels(painter: QPainter, image: QImage, at: QPointF | None = None, *, ratio: float) -> None:
    """Paint an image so that each of its pixels is one pixel of the device, none doubled, none left out.

    At a fractional device pixel ratio a widget may begin between two device pixels (1.25 times 333 logical
    pixels), and what becomes of an image that is scaled onto such a place is left to the paint engine. So the
    painter's scale is taken back, and the image's corner goes to the whole device pixel that is nearest.

    Parameters
    ----------
    painter : QPainter
        In logical pixels of a widget or image of this ratio.
    image : QImage
        In device pixels; a ratio of its own is not looked at.
    at : QPointF, optional
        Where its upper left corner goes, in logical pixels; the origin without it.
    ratio : float
        Device pixels per logical pixel.
    """
    painter.save()
    painter.setTransform(QTransform.fromScale(1.0 / ratio, 1.0 / ratio), True)
    wanted = QPointF() if at is None else at * ratio
    on_device = painter.deviceTransform().map(wanted)
    shift = QPointF(
        math.floor(on_device.x() + 0.5) - on_device.x(), math.floor(on_device.y() + 0.5) - on_device.y()
    )
    if image.devicePixelRatio() != 1.0:
        image = QImage(image)  # shares the pixels
        image.setDevicePixelRatio(1.0)
    painter.drawImage(wanted + shift, image)
    painter.restore()
