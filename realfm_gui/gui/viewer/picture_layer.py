"""The grey picture at view resolution: resampled when the place changes, looked up when the window does."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from realfm_gui.domain.images import Window
from realfm_gui.gui.viewer.turn import Turn
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.imaging.rendering import (
    Pyramid,
    ViewPixels,
    ViewTransform,
    apply,
    build_pyramid,
    lookup_table,
    resample,
)

KEPT_PYRAMIDS = 48
"""Slices around the one on screen whose reduced copies stay in memory."""


class PictureLayer:
    """Turns the state of a view into the image that is painted, doing only what has changed.

    Parameters
    ----------
    pyramids : mapping
        Frame index -> pyramid, built ahead off the GUI thread; others are built when they are shown.
    """

    def __init__(self, pyramids: Mapping[int, Pyramid] | None = None) -> None:
        self._ready = dict(pyramids or {})
        self._recent: OrderedDict[int, Pyramid] = OrderedDict()
        self._place: tuple[int, ViewTransform, int, int, bool] | None = None
        self._turn = Turn()
        self._pixels: ViewPixels | None = None
        self._look: tuple[Window, bool] | None = None
        self._image = QImage()
        self.array: NDArray[np.uint8] | None = None
        """What was painted last, never changed in place; the image borrows it."""

    def image(self, state: ViewState, *, width: int, height: int) -> QImage:
        """Return the picture, `width` x `height` device pixels, as it is to be painted."""
        view = state.view
        width, height = view.turn.upright_size(width, height)
        place = (view.frame, state.transform(), width, height, view.is_exact)
        if self._pixels is None or place != self._place:
            self._pixels = resample(self._pyramid(state), place[1], height, width, smooth=not view.is_exact)
            self._place, self._look = place, None
        look = (view.window, view.is_inverted)
        if look != self._look or view.turn != self._turn:
            self.array = view.turn.applied(apply(self._pixels, _table(state)))
            self._image = image_of(self.array)
            self._look, self._turn = look, view.turn
        return self._image

    def lens(self, state: ViewState, x: float, y: float, *, magnified: float, side: int) -> QImage:
        """Return the picture around a place of the viewport, enlarged, `side` x `side` device pixels.

        Parameters
        ----------
        state : ViewState
        x, y : float
            What is shown in the middle: device pixels from the viewport's upper left corner.
        magnified : float
            How much larger than in the viewport.
        side : int
        """
        column, row = state.image_at(x, y)
        now = state.transform()
        place = replace(now, scale=now.scale * magnified, center_row=row, center_column=column)
        pixels = resample(self._pyramid(state), place, side, side, smooth=not state.view.is_exact)
        array = state.view.turn.applied(apply(pixels, _table(state)))
        return image_of(array).copy()  # the array ends here

    @property
    def rectangle(self) -> tuple[int, int, int, int]:
        """The part of the last upright view that showed picture: top, left, bottom, right, ends excluded."""
        return (0, 0, 0, 0) if self._pixels is None else self._pixels.rectangle

    def _pyramid(self, state: ViewState) -> Pyramid:
        index = state.view.frame
        if index in self._ready:
            return self._ready[index]
        if index not in self._recent:
            self._recent[index] = build_pyramid(state.frame)
            if len(self._recent) > KEPT_PYRAMIDS:
                self._recent.popitem(last=False)
        self._recent.move_to_end(index)
        return self._recent[index]


def _table(state: ViewState) -> NDArray[np.uint8] | None:
    if state.frame.is_colour:
        return None
    return lookup_table(state.frame, state.view.window, invert=state.view.is_inverted)


def image_of(array: NDArray[np.uint8]) -> QImage:
    """Return an image that borrows an array of shape (rows, columns) grey, (.., 3) RGB or (.., 4) RGBA.

    RGBA is premultiplied. The caller keeps the array alive for as long as the image is used.
    """
    height, width = array.shape[:2]
    if array.ndim == 2:
        kind = QImage.Format.Format_Grayscale8
    elif array.shape[2] == 3:
        kind = QImage.Format.Format_RGB888
    else:
        kind = QImage.Format.Format_RGBA8888_Premultiplied
    return QImage(array.data, width, height, array.strides[0], kind)
