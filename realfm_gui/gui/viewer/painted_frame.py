"""What a viewport shows, and the record of a paint."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.images import Window
from realfm_gui.gui.viewer.turn import Turn
from realfm_gui.imaging.rendering import ViewTransform


class Content(Enum):
    """What the viewport shows."""

    EMPTY = "empty"
    LOADING = "loading"
    PICTURE = "picture"
    PAUSED = "paused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintedMap:
    """The saliency map in a paint: whose it is, as the caller named it, and how it was shown."""

    name: str
    opacity: float
    threshold: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintedFrame:
    """What one paint put on the screen, for the record of what was displayed.

    `pane` counts the viewports of the light box row by row; `rows` and `columns` are the image's, `width` and
    `height` the viewport's in device pixels, `ratio` device pixels per logical one. `cut` describes what
    `frame` is a cut of, None for a frame of the case. `lens` is the place of the magnifier in device pixels,
    None without. `has_words` and `has_annotations` say whether corner text, and all that is drawn on the
    picture, were shown. `picture` is what was painted, uint8 of shape (height, width) or (height, width, 3),
    `overlay` the map over it, premultiplied RGBA of shape (height, width, 4): neither is ever changed in
    place.
    """

    frame: int
    window: Window
    is_inverted: bool
    transform: ViewTransform
    turn: Turn
    has_overlay: bool
    monotonic_ns: int
    pane: int = 0
    series: int = 0
    rows: int = 1
    columns: int = 1
    width: int = 0
    height: int = 0
    ratio: float = 1.0
    is_exact: bool = False
    cut: Mapping[str, Any] | None = None
    map: PaintedMap | None = None
    lens: tuple[float, float] | None = None
    has_words: bool = True
    has_annotations: bool = True
    picture: NDArray[np.uint8] | None = field(default=None, compare=False, repr=False)
    overlay: NDArray[np.uint8] | None = field(default=None, compare=False, repr=False)
