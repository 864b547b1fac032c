"""Pixels and where they are: what imaging decodes, models read and the viewport paints."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A named VOI window in units of the modality LUT's output (HU for CT).

    `function` is DICOM's VOI LUT function (PS3.3 C.11.2.1.2, C.11.2.1.3): "linear", "linear_exact" or
    "sigmoid".
    """

    center: float
    width: float
    name: str = ""
    function: str = "linear"

    def __post_init__(self) -> None:
        if not self.width > 0:
            raise ValueError(f"a window needs a positive width, not {self.width}")
        if self.function not in ("linear", "linear_exact", "sigmoid"):
            raise ValueError(f"{self.function!r} is no VOI LUT function")


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
    `shows_low_as_white` is True for MONOCHROME1.
    `padding` (first, last stored index, inclusive) are pixels outside the image; painted black.
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
    tags: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFrames:
    """The decoded frames of one case in display order (series after series, sorted by position)."""

    case_id: str
    frames: tuple[Frame, ...]

    def __post_init__(self) -> None:
        if not self.frames:
            raise ValueError(f"case {self.case_id} has no frame")

    @property
    def nbytes(self) -> int:
        """Memory of the pixels and tables in bytes; shared arrays count once."""
        arrays = {id(frame.pixels): frame.pixels.nbytes for frame in self.frames}
        for frame in self.frames:
            if frame.modality_table is not None:
                arrays[id(frame.modality_table)] = frame.modality_table.nbytes
        return sum(arrays.values())
