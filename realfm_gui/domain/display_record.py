"""What was displayed in a reading: the values of its record. "Displayed", never "seen": nobody tracks eyes.

A record is a list of changes. A pane (a viewport of the light box) goes on showing what its last paint put
there until its next entry; so the time of a picture is the time to the next entry of its pane.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from realfm_gui.domain.images import Window
from realfm_gui.domain.reading import Phase

PANES = 16
"""A light box has 4 x 4 panes at most, numbered row by row."""

MOST_PLACES = 255

HASH_BYTES = 8

NOT_HASHED = b""
"""In place of a hash: there was no picture, or no time to hash it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingKey:
    """Which reading is meant: one reader, one case, one phase."""

    reader: str
    case_id: str
    phase: Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an image lay in its pane, to the last bit: enough to resample it again.

    `width_px` and `height_px` are the pane in device pixels, `device_ratio` those per logical pixel. The
    upright view (before `is_mirrored` and `quarters` clockwise turns) shows image position (`center_row`,
    `center_column`) in its middle, `scale` device pixels per image column and `scale * aspect` per row; pixel
    centres are whole numbers. `rows` and `columns` are the image's.
    """

    width_px: int
    height_px: int
    scale: float
    center_row: float
    center_column: float
    rows: int
    columns: int
    aspect: float = 1.0
    device_ratio: float = 1.0
    quarters: int = 0
    is_mirrored: bool = False

    def __post_init__(self) -> None:
        if min(self.width_px, self.height_px, self.rows, self.columns) < 1:
            raise ValueError("a pane and its image have at least one pixel")
        if not (self.scale > 0 and self.aspect > 0 and self.device_ratio > 0):
            raise ValueError("scale, aspect and device ratio are positive")
        if self.quarters not in (0, 1, 2, 3):
            raise ValueError(f"there are four quarters of a turn, from 0 to 3, not {self.quarters}")

    @property
    def visible(self) -> tuple[float, float, float, float]:
        """The part of the image that was in the pane: top, left, bottom, right in image pixels.

        The edges of pixels, so that a whole image of 100 rows reaches from -0.5 to 99.5. Empty (bottom <= top
        or right <= left) where the image was out of view.
        """
        width, height = self.width_px, self.height_px
        if self.quarters % 2:
            width, height = height, width
        half_rows, half_columns = height / (2 * self.scale * self.aspect), width / (2 * self.scale)
        return (
            max(-0.5, self.center_row - half_rows),
            max(-0.5, self.center_column - half_columns),
            min(self.rows - 0.5, self.center_row + half_rows),
            min(self.columns - 0.5, self.center_column + half_columns),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayShown:
    """Which map lay over the picture, by the name the reading room gives it, and how it was shown.

    `opacity` is 0 to 1; what lies below `threshold`, a share of the map's scale, is clear.
    """

    name: str
    opacity: float
    threshold: float

    def __post_init__(self) -> None:
        if not (0 <= self.opacity <= 1 and 0 <= self.threshold <= 1):
            raise ValueError("opacity and threshold lie between 0 and 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneView:
    """What one paint put into one pane.

    `frame` is the index into the case's frames or, with a `cut`, into that virtual stack of reformations;
    the cut is its JSON-ready description. `lens` is where the magnifier was, (x, y) in device pixels of the
    pane. `is_exact` says that image pixels were painted as blocks, not interpolated; `has_words` and
    `has_annotations` that the corner text, and all that is drawn on the picture, were shown. `ai_places` is
    how many of the places that the AI points at were drawn (255: that many or more).
    """

    pane: int
    frame: int
    window: Window
    place: Place
    is_inverted: bool = False
    has_words: bool = True
    has_annotations: bool = True
    is_exact: bool = False
    overlay: OverlayShown | None = None
    cut: Mapping[str, Any] | None = None
    lens: tuple[float, float] | None = None
    ai_places: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.pane < PANES:
            raise ValueError(f"panes are numbered from 0 to {PANES - 1}, not {self.pane}")
        if self.frame < 0:
            raise ValueError("frames are counted from 0")
        if not 0 <= self.ai_places <= MOST_PLACES:
            raise ValueError(f"0 to {MOST_PLACES} places of the AI are recorded")

    @property
    def has_ai(self) -> bool:
        """Whether anything of the AI lay over the picture."""
        return self.overlay is not None or self.ai_places > 0


class Absence(IntEnum):
    """Why a pane shows no picture."""

    PAUSED = 1
    WORDS = 2
    """Loading, a failed image, nothing yet."""
    CLOSED = 3
    """The pane is gone, or another series is on its way into it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Displayed:
    """A picture came on the screen. The hashes are of the painted arrays (`display_encoding.pixel_hash`)."""

    time_ns: int
    view: PaneView
    picture_hash: bytes = NOT_HASHED
    overlay_hash: bytes = NOT_HASHED

    def __post_init__(self) -> None:
        if not {len(self.picture_hash), len(self.overlay_hash)} <= {0, HASH_BYTES}:
            raise ValueError(f"a hash of pixels has {HASH_BYTES} bytes, or none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """A pane (None: every pane) shows no picture from now on."""

    time_ns: int
    reason: Absence
    pane: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """The panes stand in rows and columns; `alone` is the one that has all the room, None where none has."""

    time_ns: int
    rows: int
    columns: int
    alone: int | None = None

    def __post_init__(self) -> None:
        if not (1 <= self.rows * self.columns <= PANES and self.rows > 0):
            raise ValueError(f"{self.rows} x {self.columns} panes are no light box")


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """Nothing was touched from `time_ns` to `end_ns`, longer than the protocol's limit.

    Written down while it lasts, too, so that an absence that no touch ends is known for one.
    """

    time_ns: int
    end_ns: int

    def __post_init__(self) -> None:
        if self.end_ns < self.time_ns:
            raise ValueError("idle time ends after it began")


@dataclass(frozen=True, slots=True, kw_only=True)
class Still:
    """Nothing has changed: after a crash, the last sign that the picture was on the screen."""

    time_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The answer was locked, or the sitting ended; `is_complete` is False where recording had failed."""

    time_ns: int
    is_complete: bool = True


Entry = Displayed | Hidden | Arranged | Idle | Still | Ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One sitting at a reading: a crash or a stop begins another. Times are monotonic, within it only.

    `program` is the version that painted; `series` holds the number of frames of each series of the case.
    """

    session: str
    program: str
    started_utc: str
    started_ns: int
    series: tuple[int, ...]
    entries: tuple[Entry, ...] = field(default=(), repr=False)

    @property
    def frames(self) -> int:
        """Number of frames of the case."""
        return sum(self.series)

    @property
    def ends_ns(self) -> int:
        """When the last is known of it."""
        ends = (entry.end_ns if isinstance(entry, Idle) else entry.time_ns for entry in self.entries)
        return max(ends, default=self.started_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayRecord:
    """Everything displayed in one reading.

    `is_torn`: the end of the file was cut off by a crash and could not be read; it is left out.
    """

    reading: ReadingKey
    segments: tuple[Segment, ...]
    is_torn: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether everything that was displayed is in it."""
        return not self.is_torn and all(
            bool(segment.entries)
            and isinstance(segment.entries[-1], Ended)
            and segment.entries[-1].is_complete
            for segment in self.segments
        )

    @property
    def count(self) -> int:
        """Number of pictures put on the screen."""
        return sum(isinstance(entry, Displayed) for segment in self.segments for entry in segment.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedRecord:
    """What the submission says of a record: `problem` is why it is not complete, empty where it is.

    `has_file` is False where there is no file that will not change any more: it could not be opened, another
    window writes it, or the disk is still at it.
    """

    reading: ReadingKey
    count: int = 0
    problem: str = ""
    has_file: bool = True
