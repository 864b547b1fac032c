"""Painting a recorded picture again, by the layers that painted it: no widget, any thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter

from realfm_gui.domain.display_encoding import pixel_hash
from realfm_gui.domain.display_record import Displayed, PaneView
from realfm_gui.domain.images import Frame
from realfm_gui.domain.prediction import SaliencyMap
from realfm_gui.gui.viewer.cut_source import DRAFT_KEY, Drafts
from realfm_gui.gui.viewer.device_pixels import paint_pixels
from realfm_gui.gui.viewer.lens import paint_lens
from realfm_gui.gui.viewer.overlay_layer import OverlayLayer, OverlayLook
from realfm_gui.gui.viewer.picture_layer import PictureLayer, image_of
from realfm_gui.gui.viewer.turn import Turn
from realfm_gui.gui.viewer.view_draft import SeriesView
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.imaging.cut_stack import CutStack
from realfm_gui.imaging.planes import Reformattable, reformattable
from realfm_gui.imaging.volume_frames import volume_of_frames

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReplayedCase:
    """What was there to be painted: the frames of the case, series after series, and the AI's maps.

    `maps` holds, by the name that the record uses, the map and the range of the maps of all cases (None where
    it is not known).
    """

    frames: Sequence[Frame]
    series: Sequence[int]
    maps: Mapping[str, tuple[SaliencyMap, tuple[float, float] | None]] = field(default_factory=dict)


class NotThereError(Exception):
    """What a record names is not in the study any more."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PaintedAgain:
    """A picture painted again: the arrays that the viewport painted, and the finished image area.

    `image` is `picture` with `overlay` and the magnifier over it, in device pixels, without words and lines.
    """

    picture: Pixels
    overlay: Pixels | None
    image: QImage

    def matches(self, entry: Displayed) -> bool | None:
        """Return whether these are the pixels that were painted; None where they were not hashed."""
        if not entry.picture_hash:
            return None
        overlay_hash = b"" if self.overlay is None else pixel_hash(self.overlay)
        return pixel_hash(self.picture) == entry.picture_hash and overlay_hash == entry.overlay_hash


class PanePainter:
    """Paints the pictures of one pane, one after the other; what they share is done once.

    Parameters
    ----------
    case : ReplayedCase
    """

    def __init__(self, case: ReplayedCase) -> None:
        self._case = case
        self._own = _Shown(case.frames, case.series)
        self._cuts: tuple[Mapping[str, Any], _Shown] | None = None
        self._sources: dict[int, Reformattable] = {}
        self._picture, self._painted_of = PictureLayer(), self._own
        self._overlay = OverlayLayer()

    def paint(self, view: PaneView) -> PaintedAgain:
        """Return the picture of a recorded view.

        Raises
        ------
        NotThereError
            If the case has no such frame or map.
        """
        state = self._own if view.cut is None else self._cut_state(view.cut)
        if state is not self._painted_of:
            self._picture, self._painted_of = PictureLayer(), state
        state.show_view(view)
        place = view.place
        image = self._picture.image(state, width=place.width_px, height=place.height_px)
        picture = self._picture.array
        assert picture is not None  # it has just been painted
        overlay = self._map_image(view, state)
        finished = QImage(place.width_px, place.height_px, QImage.Format.Format_RGB32)
        finished.fill(0)
        painter = QPainter(finished)
        paint_pixels(painter, image, ratio=1.0)
        if overlay is not None:
            paint_pixels(painter, image_of(overlay), ratio=1.0)
        painter.end()
        if view.lens is not None:
            _paint_lens(finished, self._picture, state, view)
        return PaintedAgain(picture=picture, overlay=overlay, image=finished)

    def _map_image(self, view: PaneView, state: ViewState) -> Pixels | None:
        shown = view.overlay
        if shown is None:
            return None
        if shown.name not in self._case.maps:
            raise NotThereError(f"the map {shown.name!r} is not in the study")
        self._overlay.saliency, self._overlay.common_range = self._case.maps[shown.name]
        self._overlay.look = OverlayLook(opacity=shown.opacity, threshold=shown.threshold, is_shown=True)
        place = view.place
        image = self._overlay.image(
            state, self._picture.rectangle, width=place.width_px, height=place.height_px
        )
        return None if image is None else self._overlay.array

    def _cut_state(self, description: Mapping[str, Any]) -> "_Shown":
        if self._cuts is None or self._cuts[0] != description:
            stack = CutStack.from_description(self._source(int(description["series"])), description)
            frames: Sequence[Frame] = Drafts(stack) if description.get(DRAFT_KEY) else stack
            self._cuts = (description, _Shown(frames, [0] * len(frames), cut=description))
        return self._cuts[1]

    def _source(self, series: int) -> Reformattable:
        if series not in self._sources:
            frames = [f for f, n in zip(self._case.frames, self._case.series, strict=True) if n == series]
            if not frames:
                raise NotThereError(f"the case has no series {series + 1}")
            self._sources[series] = reformattable(volume_of_frames(frames))
        return self._sources[series]


class _Shown(ViewState):
    """A view that is set to what a record says."""

    def show_view(self, view: PaneView) -> None:
        place = view.place
        if view.frame >= len(self.frames):
            raise NotThereError(f"the case has no frame {view.frame + 1}")
        self.resize(width=place.width_px, height=place.height_px)
        self.show_frame(view.frame)
        self._views[self.series] = SeriesView(
            frame=view.frame,
            window=view.window,
            is_inverted=view.is_inverted,
            is_exact=view.is_exact,
            scale=place.scale,
            center=(place.center_row, place.center_column),
            turn=Turn(quarters=place.quarters, is_mirrored=place.is_mirrored),
        )


def _paint_lens(image: QImage, picture: PictureLayer, state: ViewState, view: PaneView) -> None:
    assert view.lens is not None  # the caller looked
    ratio = view.place.device_ratio
    image.setDevicePixelRatio(ratio)
    painter = QPainter(image)
    paint_lens(painter, picture, state, QPointF(view.lens[0] / ratio, view.lens[1] / ratio), ratio)
    painter.end()
    image.setDevicePixelRatio(1.0)
