"""What the file itself draws over its picture (overlays of groups 60xx), at view resolution.

Copies in a study have none: the import takes them out, because they may hold names or point at the lesion.
They are painted wherever a picture comes with them all the same, and the corner text says so.
"""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from realfm_gui.domain.images import OverlayPlane
from realfm_gui.gui.viewer.picture_layer import image_of
from realfm_gui.gui.viewer.turn import Turn
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.imaging.plane_painting import edged, outlined, painted_plane
from realfm_gui.imaging.view_transform import ViewTransform

INK = (255, 255, 255, 255)
"""White as on film: no arm's colour, not that of measurements, not on the scale of the map."""

EDGE = (0, 0, 0, 160)
"""Around it, so that it is seen on bright ground."""


class PlaneLayer:
    """Keeps the last picture: while the window is dragged, nothing of it changes."""

    def __init__(self) -> None:
        self._planes: tuple[OverlayPlane, ...] = ()
        self._key: tuple[ViewTransform, Turn, int, int] | None = None
        self._array: NDArray[np.uint8] | None = None  # the image borrows it
        self._image = QImage()

    def image(self, state: ViewState, *, width: int, height: int) -> QImage | None:
        """Return the overlays of the frame on screen, None where it has none.

        Parameters
        ----------
        state : ViewState
        width, height : int
            Size of the viewport in device pixels.

        Returns
        -------
        QImage or None
            `width` x `height` device pixels on clear ground.
        """
        planes, turn = state.frame.overlays, state.view.turn
        if not planes:
            return None
        width, height = turn.upright_size(width, height)
        key = (state.transform(), turn, width, height)
        if planes is not self._planes or key != self._key:
            self._array = turn.applied(coloured(planes, key[0], height, width))
            self._image = image_of(self._array)
            self._planes, self._key = planes, key
        return self._image


def coloured(
    planes: tuple[OverlayPlane, ...], transform: ViewTransform, height: int, width: int
) -> NDArray[np.uint8]:
    """Return overlays as premultiplied RGBA, shape (height, width, 4); regions as their outline only."""
    drawn = np.zeros((height, width), np.bool_)
    for plane in planes:
        covered = painted_plane(plane, transform, height, width)
        # A filled region would hide what it is drawn around.
        drawn |= outlined(covered) if plane.kind == "roi" else covered
    rgba = np.zeros((height, width, 4), np.uint8)
    rgba[edged(drawn)] = EDGE
    rgba[drawn] = INK
    return rgba
