"""Pixels and where they are: what imaging decodes, models read and the viewport paints."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiTable:
    """A VOI LUT given as a table (PS3.3 C.11.2.1.1).

    `entries` are little-endian uint16 words (bytes, so that windows compare and hash by value): the output
    for `first_value` of the modality LUT's output, the next whole value, and so on; the ends continue
    outwards. `bits` says how many bits of an entry count: 2^bits - 1 is white.
    """

    first_value: float
    bits: int
    entries: bytes

    def __post_init__(self) -> None:
        if not 1 <= self.bits <= 16:
            raise ValueError(f"a VOI table has entries of 1 to 16 bits, not {self.bits}")
        if len(self.entries) < 4 or len(self.entries) % 2:
            raise ValueError("a VOI table needs two entries of two bytes at least")

    @property
    def count(self) -> int:
        """Number of entries."""
        return len(self.entries) // 2

    def levels(self) -> NDArray[np.float64]:
        """Return the entries as grey levels from 0 (black) to 1 (white), shape (count,)."""
        words = np.frombuffer(self.entries, "<u2").astype(np.float64)
        levels: NDArray[np.float64] = np.clip(words / (2**self.bits - 1), 0.0, 1.0)
        return levels


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A named VOI window in units of the modality LUT's output (HU for CT).

    `function` is DICOM's VOI LUT function (PS3.3 C.11.2.1.2, C.11.2.1.3): "linear", "linear_exact" or
    "sigmoid". Where there is a `table`, it is what maps the values, and the function only a fall-back for
    those who leave it out; `center` and `width` then say over which values the table is spread: its own
    range as the file gives it (`of_table`), another after the reader changed it.
    """

    center: float
    width: float
    name: str = ""
    function: str = "linear"
    table: VoiTable | None = None

    def __post_init__(self) -> None:
        if not self.width > 0:
            raise ValueError(f"a window needs a positive width, not {self.width}")
        if self.function not in ("linear", "linear_exact", "sigmoid"):
            raise ValueError(f"{self.function!r} is no VOI LUT function")

    @classmethod
    def of_table(cls, table: VoiTable, name: str = "") -> "Window":
        """Return a window that shows values as a table says."""
        return cls(
            center=table.first_value + table.count / 2, width=float(table.count), name=name, table=table
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayPlane:
    """A bit plane of the file, to be painted over a frame (PS3.3 C.9.2).

    `mask` is boolean, (rows, columns) of its own size, True where it is drawn; its upper left pixel lies on
    image pixel (`row`, `column`), counted from 0 and possibly outside the image. `kind` is "graphics" or
    "roi". Its label is left out: that is free text.
    """

    mask: NDArray[np.bool_]
    row: int = 0
    column: int = 0
    kind: str = "graphics"

    def __post_init__(self) -> None:
        if self.mask.ndim != 2 or self.mask.dtype != np.bool_:
            raise ValueError("an overlay plane is a boolean array of rows and columns")
        if self.kind not in ("graphics", "roi"):
            raise ValueError(f"{self.kind!r} is no kind of overlay")


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibratedRegion:
    """A part of an image with a scale of its own (PS3.3 C.8.5.5): ultrasound.

    Image pixels `top` to `bottom` and `left` to `right`, counted from 0, ends included. `row_delta` is the
    step from one row to the next in `row_units` ("cm", "s", "cm/s", ...; "" where the file gives none), signs
    as in the file; columns likewise.
    """

    top: int
    left: int
    bottom: int
    right: int
    row_delta: float
    column_delta: float
    row_units: str = ""
    column_units: str = ""
    is_high_priority: bool = True

    def __post_init__(self) -> None:
        if self.bottom < self.top or self.right < self.left:
            raise ValueError("a region has at least one pixel")

    @property
    def spacing_mm(self) -> tuple[float, float] | None:
        """Millimetres between rows and between columns; None unless both directions are lengths."""
        if (self.row_units, self.column_units) != ("cm", "cm"):
            return None
        if not (self.row_delta and self.column_delta):
            return None
        return abs(self.row_delta) * 10.0, abs(self.column_delta) * 10.0

    def contains(self, row: float, column: float) -> bool:
        """Whether an image position (pixel centres at whole numbers) lies in the region."""
        in_rows = self.top - 0.5 <= row <= self.bottom + 0.5
        return in_rows and self.left - 0.5 <= column <= self.right + 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One decoded image plane.

    Grey: `pixels` is uint16 of shape (rows, columns) and holds stored values plus `stored_offset`
    (so that signed data index a look-up table from 0); value = (pixels - stored_offset) * slope + intercept,
    or ``modality_table[pixels]`` where a modality LUT table was given (float32, one entry per index).
    Colour: `pixels` is uint8 of shape (rows, columns, 3), RGB, painted as it is.

    `spacing_mm` is (between rows, between columns) or None where it is not known; `spacing_kind` says what
    it means: "patient" (calibrated or cross-sectional), "detector" (projection) or "none".
    `aspect` is the display height of one pixel over its width (1 for square pixels).
    `shows_low_as_white` is True for MONOCHROME1 and for the presentation LUT shape INVERSE (once for both).
    `padding` (first, last stored index, inclusive) are pixels outside the image; painted black.
    `overlays` are bit planes to be painted over the picture, `regions` parts with a scale of their own.
    `shutter`, boolean of shape (rows, columns), is True where the file's display shutter hides the image; it
    is painted in `shutter_grey` (0 to 255).
    """

    pixels: NDArray[np.uint16] | NDArray[np.uint8]
    stored_offset: int = 0
    slope: float = 1.0
    intercept: float = 0.0
    modality_table: NDArray[np.float32] | None = None
    windows: tuple[Window, ...] = ()
    units: str = ""
    modality: str = ""
    shows_low_as_white: bool = False
    is_lossy: bool = False
    spacing_mm: tuple[float, float] | None = None
    spacing_kind: str = "none"
    aspect: float = 1.0
    padding: tuple[int, int] | None = None
    position_mm: tuple[float, float, float] | None = None
    orientation: tuple[float, ...] | None = None
    overlays: tuple[OverlayPlane, ...] = ()
    regions: tuple[CalibratedRegion, ...] = ()
    shutter: NDArray[np.bool_] | None = None
    shutter_grey: int = 0
    tags: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.shutter is not None and self.shutter.shape != self.pixels.shape[:2]:
            raise ValueError("a shutter has as many rows and columns as its frame")
        is_grey = self.pixels.ndim == 2 and self.pixels.dtype == np.uint16
        is_colour = self.pixels.ndim == 3 and self.pixels.shape[2] == 3 and self.pixels.dtype == np.uint8
        if not (is_grey or is_colour):
            raise ValueError(
                f"pixels of shape {self.pixels.shape} and type {self.pixels.dtype} are neither grey nor RGB"
            )

    @property
    def is_colour(self) -> bool:
        """Whether the pixels are RGB and painted without a window."""
        return self.pixels.ndim == 3

    @property
    def rows(self) -> int:
        """Height in image pixels."""
        return int(self.pixels.shape[0])

    @property
    def columns(self) -> int:
        """Width in image pixels."""
        return int(self.pixels.shape[1])

    def region_at(self, row: float, column: float) -> CalibratedRegion | None:
        """Return the region an image position lies in, None outside all of them.

        Of two that overlap, the one that the file gives priority; none where it gives both the same but
        they differ in scale: what holds there cannot be known.
        """
        found = [region for region in self.regions if region.contains(row, column)]
        found = [region for region in found if region.is_high_priority] or found
        scales = {(r.row_delta, r.column_delta, r.row_units, r.column_units) for r in found}
        return found[0] if len(scales) == 1 else None

    def values(self) -> NDArray[np.float32]:
        """Return the modality LUT's output, float32, shape (rows, columns).

        Colour gives its luma (ITU-R BT.601).
        """
        if self.is_colour:
            return (self.pixels.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)).astype(
                np.float32
            )
        if self.modality_table is not None:
            return self.modality_table[self.pixels].astype(np.float32)
        stored = self.pixels.astype(np.float32) - np.float32(self.stored_offset)
        return (stored * np.float32(self.slope) + np.float32(self.intercept)).astype(np.float32)


class WarningKind(StrEnum):
    """What is unusual about a series."""

    GAP = "gap"
    VARYING_SPACING = "varying_spacing"
    MIXED_ORIENTATION = "mixed_orientation"
    DUPLICATE_POSITION = "duplicate_position"
    GANTRY_TILT = "gantry_tilt"
    UNPLACED = "unplaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesWarning:
    """Something the reader should know of a series; `series` counts from 0 in the case's order."""

    kind: WarningKind
    series: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedCase:
    """The frames of a case in display order, and what is unusual about them."""

    frames: tuple[Frame, ...]
    warnings: tuple[SeriesWarning, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFrames:
    """The decoded frames of one case in display order (series after series, sorted by position)."""

    case_id: str
    frames: tuple[Frame, ...]
    warnings: tuple[SeriesWarning, ...] = ()

    def __post_init__(self) -> None:
        if not self.frames:
            raise ValueError(f"case {self.case_id} has no frame")

    @property
    def nbytes(self) -> int:
        """Memory of pixels, tables, overlays and shutters in bytes; shared arrays count once."""
        arrays: dict[int, int] = {}
        for frame in self.frames:
            for array in (frame.pixels, frame.modality_table, frame.shutter):
                if array is not None:
                    arrays[id(array)] = array.nbytes
            for plane in frame.overlays:
                arrays[id(plane.mask)] = plane.mask.nbytes
        return sum(arrays.values())
