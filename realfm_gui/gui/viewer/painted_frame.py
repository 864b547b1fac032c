"""What a viewport shows, and the record of a paint."""

from dataclasses import dataclass
from enum import Enum

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
class PaintedFrame:
    """What one paint put on the screen, for the record of what was really seen."""

    frame: int
    window: Window
    is_inverted: bool
    transform: ViewTransform
    turn: Turn
    has_overlay: bool
    monotonic_ns: int
