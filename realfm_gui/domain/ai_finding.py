"""What a model found at a place: where it lies, how sure the model is, and in which words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.grid_geometry import GridGeometry
from realfm_gui.domain.measurement import MAX_OUTLINE_POINTS, Point

MAX_LABEL, MAX_TEXT = 60, 400
"""Characters: a label has to fit into a list, a text into a tooltip."""

Bounds = tuple[float, float, float, float]
"""Left, top, right, bottom of an image region as positions: pixel k reaches from k - 1/2 to k + 1/2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreInterval:
    """How sure a model is of its own number: from `low` to `high`, in the unit of that number.

    `level` is what the model claims of it (0.95 for a 95 % interval), None where it does not say.
    """

    low: float
    high: float
    level: float | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
            raise ValueError(f"an interval goes from low to high, not from {self.low:g} to {self.high:g}")
        if self.level is not None and not 0 < self.level < 1:
            raise ValueError(f"the level of an interval lies between 0 and 1, not at {self.level:g}")

    def check_holds(self, value: float, *, is_probability: bool) -> None:
        """Raise ValueError unless the interval can be one of this number."""
        if not self.low <= value <= self.high:
            raise ValueError(f"the interval {self.low:g} to {self.high:g} does not hold its number {value:g}")
        if is_probability and not (self.low >= 0 and self.high <= 1):
            raise ValueError(f"the interval {self.low:g} to {self.high:g} leaves the range of a probability")


class AiShape(StrEnum):
    """How a model says where something is, and what the points mean (see `AiRegion`)."""

    POINT = "point"
    BOX = "box"
    ELLIPSE = "ellipse"
    CONTOUR = "contour"
    MASK = "mask"


_POINTS = {AiShape.POINT: 1, AiShape.BOX: 2, AiShape.ELLIPSE: 2, AiShape.MASK: 0}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AiRegion:
    """A place on one image, as the model gave it; nothing is resized before it is painted.

    `points` are image positions, (column, row) with pixel centres at whole numbers:

    ======= =================================================================
    point   the place
    box     two opposite corners; sides along rows and columns
    ellipse two opposite corners of the box it fills
    contour the outline, closed from the last point to the first
    mask    none: `mask`, bool of shape (grid rows, grid columns), says which
            cells of the model's grid `grid` belong to it
    ======= =================================================================
    """

    shape: AiShape
    points: tuple[Point, ...] = ()
    mask: NDArray[np.bool_] | None = None
    grid: GridGeometry | None = None

    def __post_init__(self) -> None:
        count, wanted = len(self.points), _POINTS.get(self.shape)
        if wanted is None and not 3 <= count <= MAX_OUTLINE_POINTS:
            raise ValueError(f"a contour has 3 to {MAX_OUTLINE_POINTS} points, not {count}")
        if wanted is not None and count != wanted:
            raise ValueError(f"a place of the shape {self.shape} has {wanted} points, not {count}")
        if not all(math.isfinite(part) for point in self.points for part in point):
            raise ValueError("a point of a place is not a number")
        is_mask = self.shape is AiShape.MASK
        if {self.mask is not None, self.grid is not None} != {is_mask}:
            raise ValueError("a mask, and nothing else, comes with its cells and its grid")
        if self.mask is not None and (
            self.mask.ndim != 2 or self.mask.dtype != np.bool_ or not self.mask.any()
        ):
            raise ValueError("a mask is a boolean array of rows and columns with one cell set at least")
        if wanted == 2 and (self.width <= 0 or self.height <= 0):
            raise ValueError(f"a {self.shape} has a width and a height")

    @classmethod
    def box(cls, *, x: float, y: float, width: float, height: float, is_ellipse: bool = False) -> "AiRegion":
        """Return the box (or the ellipse in it) of a left upper corner and a size in pixels.

        The corner counts from the image's own corner, as published boxes do: ``x=0, width=1`` is the first
        column of pixels, from -1/2 to 1/2 in positions.
        """
        corners = ((x - 0.5, y - 0.5), (x + width - 0.5, y + height - 0.5))
        return cls(shape=AiShape.ELLIPSE if is_ellipse else AiShape.BOX, points=corners)

    @property
    def bounds(self) -> Bounds:
        """The box around it."""
        if self.mask is not None and self.grid is not None:
            rows = np.flatnonzero(self.mask.any(axis=1))
            columns = np.flatnonzero(self.mask.any(axis=0))
            top, left = self.grid.to_image(float(rows[0]) - 0.5, float(columns[0]) - 0.5)
            bottom, right = self.grid.to_image(float(rows[-1]) + 0.5, float(columns[-1]) + 0.5)
            return left, top, right, bottom
        across, down = zip(*self.points, strict=True)
        return min(across), min(down), max(across), max(down)

    @property
    def width(self) -> float:
        """Extent along the columns in pixels."""
        left, _, right, _ = self.bounds
        return right - left

    @property
    def height(self) -> float:
        """Extent along the rows in pixels."""
        _, top, _, bottom = self.bounds
        return bottom - top

    @property
    def center(self) -> Point:
        """The middle of the box around it, (column, row): what is brought into view."""
        left, top, right, bottom = self.bounds
        return (left + right) / 2, (top + bottom) / 2

    def touches(self, *, rows: int, columns: int) -> bool:
        """Whether any of it lies on an image of this size."""
        left, top, right, bottom = self.bounds
        return right > -0.5 and bottom > -0.5 and left < columns - 0.5 and top < rows - 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class AiFinding:
    """One thing that a model found at a place of a case.

    `finding` is the protocol's id; `label` the model's own word for it, where it has one. `score` is what the
    model ranks its findings by (any finite scale), `probability` its chance that it is real, None where it
    gives none; `interval` belongs to the probability where there is one, else to the score. `frame` is the
    index into the case's frames where it is best shown, `frames` the first and last one it lies on (None:
    that one alone). `region` is None where the model names the slice only.
    """

    finding: str
    score: float
    frame: int
    region: AiRegion | None = None
    frames: tuple[int, int] | None = None
    label: str = ""
    probability: float | None = None
    interval: ScoreInterval | None = None
    text: str = ""

    def __post_init__(self) -> None:
        if not math.isfinite(self.score):
            raise ValueError("the score of a finding is not a finite number")
        if self.probability is not None and not 0.0 <= self.probability <= 1.0:
            raise ValueError(f"the probability {self.probability:g} of a finding is outside 0 to 1")
        if self.interval is not None:
            self.interval.check_holds(self.number, is_probability=self.probability is not None)
        first, last = self.reach
        if not 0 <= first <= self.frame <= last:
            raise ValueError(f"a finding on frame {self.frame} cannot reach from {first} to {last}")
        if len(self.label) > MAX_LABEL or len(self.text) > MAX_TEXT:
            raise ValueError(f"a label has at most {MAX_LABEL} characters and a text {MAX_TEXT}")

    @property
    def number(self) -> float:
        """The number it is shown with: the probability where there is one, else the score."""
        return self.score if self.probability is None else self.probability

    @property
    def reach(self) -> tuple[int, int]:
        """First and last frame it lies on."""
        return (self.frame, self.frame) if self.frames is None else self.frames

    def is_on(self, frame: int) -> bool:
        """Whether it lies on this frame."""
        first, last = self.reach
        return first <= frame <= last


def by_score(located: Sequence[AiFinding]) -> tuple[AiFinding, ...]:
    """Return findings as they are listed: the highest score first, equal ones by slice."""
    return tuple(sorted(located, key=lambda found: (-found.score, found.frame)))
