"""Which pixels a drawn shape encloses, and the area of an outline."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.images import Frame
from realfm_gui.domain.measurement import MeasurementKind, Point

_WINDING_GRID = 256
"""Side of the grid that tells whether an outline winds around anything twice or the other way round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A block of pixels: rows `top` to `bottom`, columns `left` to `right`, ends excluded."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def around(cls, points: Sequence[Point], frame: Frame) -> Self:
        """Return the pixels of a frame whose centres lie between the outermost points; maybe none."""
        columns, rows = zip(*points, strict=True)
        top, left = max(0, math.ceil(min(rows))), max(0, math.ceil(min(columns)))
        bottom = min(frame.rows, math.floor(max(rows)) + 1)
        right = min(frame.columns, math.floor(max(columns)) + 1)
        return cls(top=top, left=left, bottom=max(top, bottom), right=max(left, right))

    @property
    def size(self) -> int:
        """Number of pixels."""
        return (self.bottom - self.top) * (self.right - self.left)

    @property
    def slices(self) -> tuple[slice, slice]:
        """The index of the block in an array of (rows, columns)."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


def enclosed(kind: MeasurementKind, points: Sequence[Point], box: Box) -> NDArray[np.bool_]:
    """Return which pixels of a block have their centre in a shape, borders of box shapes included.

    Parameters
    ----------
    kind : MeasurementKind
        Rectangle, ellipse or freehand.
    points : sequence of (column, row)
        As `Measurement.points`.
    box : Box

    Returns
    -------
    ndarray of bool, shape (bottom - top, right - left)
    """
    rows = np.arange(box.top, box.bottom, dtype=np.float64)
    columns = np.arange(box.left, box.right, dtype=np.float64)
    if kind is MeasurementKind.FREEHAND:
        inside: NDArray[np.bool_] = _winding(points, rows, columns) != 0
        return inside
    (left, top), (right, bottom) = points
    if kind is MeasurementKind.RECTANGLE:
        return np.ones((len(rows), len(columns)), np.bool_)  # the block is the rectangle
    half_width, half_height = abs(right - left) / 2, abs(bottom - top) / 2
    if not (half_width and half_height):
        return np.zeros((len(rows), len(columns)), np.bool_)
    across = ((columns - (left + right) / 2) / half_width) ** 2
    down = ((rows - (top + bottom) / 2) / half_height) ** 2
    within: NDArray[np.bool_] = across[np.newaxis, :] + down[:, np.newaxis] <= 1.0
    return within


def outline_area(points: Sequence[Point]) -> float:
    """Return the area that an outline winds around, in pixels.

    The shoelace formula where the outline does not cross itself. A hand closes its line by crossing the
    beginning, and the formula would take what was circled twice, or the other way round, for more or less
    than it is: then the area is counted on a fine grid (to about a hundredth of the bounding box's side).
    """
    columns, rows = (np.array(part, np.float64) for part in zip(*points, strict=True))
    shoelace = float(np.dot(columns, np.roll(rows, -1)) - np.dot(rows, np.roll(columns, -1))) / 2
    height, width = float(np.ptp(rows)), float(np.ptp(columns))
    if not (height and width):
        return 0.0
    steps = (np.arange(_WINDING_GRID) + 0.5) / _WINDING_GRID
    winding = _winding(points, rows.min() + steps * height, columns.min() + steps * width)
    if abs(int(winding.max()) - int(winding.min())) <= 1:
        return abs(shoelace)
    return float(np.mean(winding != 0)) * height * width


def _winding(
    points: Sequence[Point], rows: NDArray[np.float64], columns: NDArray[np.float64]
) -> NDArray[np.int32]:
    """Return how often a closed outline winds around each place of a grid, shape (rows, columns).

    Each edge that crosses a row to the left of a place counts, by its direction (Sunday's winding number;
    Hormann K, Agathos A. The point in polygon problem for arbitrary polygons. Comput Geom 2001;20:131-144).
    """
    winding = np.zeros((len(rows), len(columns)), np.int32)
    for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True):
        if y0 == y1:
            continue
        low, high = min(y0, y1), max(y0, y1)
        first, last = np.searchsorted(rows, (low, high))  # low <= row < high: a vertex counts once
        if first == last:
            continue
        crossing = x0 + (rows[first:last] - y0) * ((x1 - x0) / (y1 - y0))
        winding[first:last] += (columns >= crossing[:, np.newaxis]) * np.int32(1 if y1 > y0 else -1)
    return winding
