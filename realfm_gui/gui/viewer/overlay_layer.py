"""The saliency map over the picture, at view resolution."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from realfm_gui.domain.prediction import SaliencyMap
from realfm_gui.gui.viewer.picture_layer import image_of
from realfm_gui.gui.viewer.turn import Turn
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.imaging.overlay import SaliencyView, colour_saliency, sample_saliency, value_range_of
from realfm_gui.imaging.rendering import ViewTransform

Rectangle = tuple[int, int, int, int]

FLAT_NOTICE = "The heat map shows no particular place"
NOTHING_NOTICE = "Nothing above the threshold in this case"


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayLook:
    """How the map is shown: `opacity` 0 to 1; below `threshold` (share of the scale, 0 to 1) it is clear.

    The scale is that of all cases: its lowest quarter, what most maps are mostly made of, is clear at first.
    """

    opacity: float = 0.5
    threshold: float = 0.4
    is_shown: bool = True

    def __post_init__(self) -> None:
        if not (0 <= self.opacity <= 1 and 0 <= self.threshold <= 1):
            raise ValueError("opacity and threshold lie between 0 and 1")


def scale_of(saliency: SaliencyMap, common: tuple[float, float] | None) -> tuple[tuple[float, float], bool]:
    """Return the raw values at the ends of the colour bar, and whether they are those of every case.

    Parameters
    ----------
    saliency : SaliencyMap
    common : (float, float) or None
        Range of the maps over all cases, where it is known and not empty; else the map's own is taken.
    """
    if common is not None and common[1] > common[0]:
        return common, True
    return value_range_of(saliency), False


def is_below(saliency: SaliencyMap, scale: tuple[float, float], threshold: float) -> bool:
    """Return whether no value of a map reaches the threshold, a share of the scale."""
    low, high = scale
    return threshold > 0 and value_range_of(saliency)[1] < low + threshold * (high - low)


class OverlayLayer:
    """Paints one map: sampled anew when the place changes, coloured anew when its look does.

    `common_range` is the range of the maps over all cases, None where it is not known.
    """

    def __init__(self) -> None:
        self.saliency: SaliencyMap | None = None
        self.common_range: tuple[float, float] | None = None
        self.look = OverlayLook()
        self.is_peeking = False
        self._place: tuple[ViewTransform, Rectangle, int, int, tuple[float, float]] | None = None
        self._sampled_of: SaliencyMap | None = None  # kept: another map may get its address
        self._sampled: SaliencyView | None = None
        self._coloured: tuple[float, float, Turn] | None = None
        self.array: NDArray[np.uint8] | None = None
        """What was painted last, premultiplied RGBA, never changed in place; the image borrows it."""
        self._image = QImage()

    @property
    def is_wanted(self) -> bool:
        """Whether the AI is wanted on the picture: peeking shows what is hidden and hides what is shown."""
        return self.look.is_shown != self.is_peeking

    @property
    def is_visible(self) -> bool:
        """Whether there is a map and it is wanted on screen."""
        return self.saliency is not None and self.is_wanted

    @property
    def notices(self) -> tuple[str, ...]:
        """What has to be said of the map on the picture."""
        if not self.is_visible or self.saliency is None:
            return ()
        if self.saliency.is_flat:
            return (FLAT_NOTICE,)
        scale, _ = scale_of(self.saliency, self.common_range)
        return (NOTHING_NOTICE,) if is_below(self.saliency, scale, self.look.threshold) else ()

    def image(self, state: ViewState, rectangle: Rectangle, *, width: int, height: int) -> QImage | None:
        """Return the overlay, `width` x `height` device pixels, or None where there is nothing to paint.

        Parameters
        ----------
        state : ViewState
            Where the picture lies.
        rectangle : (int, int, int, int)
            The part of the upright view that shows picture: top, left, bottom, right.
        width, height : int
            Size of the viewport in device pixels.
        """
        saliency = self.saliency
        if saliency is None or not self.is_visible or saliency.is_flat:
            return None
        if state.cut is not None or saliency.frame != state.view.frame:
            return None  # it belongs to a frame of the case: painted on a cut it would be in the wrong place
        (low, high), _ = scale_of(saliency, self.common_range)
        if not high > low:
            return None
        turn = state.view.turn
        width, height = turn.upright_size(width, height)
        place = (state.transform(), rectangle, width, height, (low, high))
        if self._sampled is None or saliency is not self._sampled_of or place != self._place:
            self._sampled = sample_saliency(
                saliency,
                place[0],
                height,
                width,
                value_range=(low, high),
                rectangle=rectangle,
                image_shape=(state.frame.rows, state.frame.columns),
            )
            self._sampled_of, self._place, self._coloured = saliency, place, None
        look = (self.look.opacity, self.look.threshold, turn)
        if look != self._coloured:
            threshold = low + self.look.threshold * (high - low)
            coloured = colour_saliency(self._sampled, threshold=threshold, opacity=self.look.opacity)
            self.array = turn.applied(coloured)
            self._image = image_of(self.array)
            self._coloured = look
        return self._image
