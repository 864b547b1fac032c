"""Voxel values at the points of a flat lattice: what reformations are made of. numpy only.

Positions are voxel indices (slice, row, column), voxel centres at whole numbers. Where a lattice runs along
the voxels' own axes, two planes of voxels are mixed and the rest is done row by row and column by column;
elsewhere eight voxels are mixed for every point, in strips that stay in the processor's cache.
"""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

_STRIP_POINTS = 24_000
"""Of these the dozen arrays of a strip just fit into the second-level cache: twice as fast as all at once."""
_STRAIGHT = 1e-3
"""Voxels that a lattice may drift along an axis over its whole length and still count as parallel to it."""

_ROUNDING = 1e-6
"""Voxels: positions in files are rounded, and what lies on a face is inside."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lattice:
    """Points on a plane through a block of voxels.

    Point (i, j) lies at ``start + i * down + j * right``, each of shape (3,), in voxels along (slice, row,
    column). `shape` is the number of points (down, right). Where slices are not evenly spaced, the lattice
    counts them as if they were, and `knots` says where they are: shape (2, n), increasing, even positions
    above, those among the voxels' slices below; in between it is linear.
    """

    start: NDArray[np.float64]
    down: NDArray[np.float64]
    right: NDArray[np.float64]
    shape: tuple[int, int]
    knots: NDArray[np.float64] | None = None

    def bent(self, axis: int, positions: Any) -> Any:
        """Return positions among the voxels for even ones along an axis, a number or an array."""
        if axis or self.knots is None:
            return positions
        return np.interp(positions, self.knots[0], self.knots[1]).astype(np.asarray(positions).dtype)

    @property
    def depends(self) -> NDArray[np.bool_]:
        """Which voxel axes (slice, row, column) change along (down, right), shape (3, 2)."""
        drift = np.abs(np.stack([self.down, self.right], axis=1)) * self.shape
        depends: NDArray[np.bool_] = drift > _STRAIGHT
        return depends

    def finer(self, down: int, right: int) -> Self:
        """Return a lattice with so many points in the place of each, spread evenly around it."""
        start = self.start + self.down * (0.5 / down - 0.5) + self.right * (0.5 / right - 0.5)
        shape = self.shape[0] * down, self.shape[1] * right
        return replace(self, start=start, down=self.down / down, right=self.right / right, shape=shape)

    def moved(self, by: NDArray[np.float64]) -> Self:
        """Return the lattice elsewhere: `by` in voxels, shape (3,)."""
        return replace(self, start=self.start + by)

    def inside(self, lowest: ArrayLike, highest: ArrayLike) -> NDArray[np.bool_]:
        """Return which points lie in a box of voxel positions, ends included; shape `shape`.

        `lowest` and `highest` are its ends along (slice, row, column).
        """
        lowest, highest = np.asarray(lowest, np.float64), np.asarray(highest, np.float64)
        rows, columns = np.arange(self.shape[0], dtype=np.float64), np.arange(self.shape[1])
        first, last = np.zeros(len(rows)), np.full(len(rows), self.shape[1] - 1.0)
        for axis, (start, step) in enumerate(zip(self.start, self.right, strict=True)):
            at = start + rows * self.down[axis]
            low, high = lowest[axis] - at - _ROUNDING, highest[axis] - at + _ROUNDING
            if abs(step) * self.shape[1] <= _ROUNDING:
                last[(low > 0) | (high < 0)] = -1.0
                continue
            near, far = (low / step, high / step) if step > 0 else (high / step, low / step)
            np.maximum(first, near, out=first)
            np.minimum(last, far, out=last)
        within: NDArray[np.bool_] = (columns >= first[:, None]) & (columns <= last[:, None])
        return within


def sampled(
    voxels: NDArray[np.int16],
    lattice: Lattice,
    *,
    smooth: bool = True,
    padding: tuple[int, int] | None = None,
) -> NDArray[np.float32]:
    """Return voxel values at the points of a lattice.

    Parameters
    ----------
    voxels : ndarray of int16, shape (slices, rows, columns)
        C-contiguous.
    lattice : Lattice
        Its points may lie outside: they get the value of the nearest place inside (see `Lattice.inside`).
    smooth : bool
        Trilinear, else the nearest voxel.
    padding : (int, int), optional
        First and last voxel value that is no image. It is never mixed in: beside it the nearest voxel counts.

    Returns
    -------
    ndarray of float32, shape `lattice.shape`
        NaN where the nearest voxel is padding.
    """
    flat_axes = np.flatnonzero(~lattice.depends.any(axis=1))
    if len(flat_axes):
        axis = int(flat_axes[0])
        at = float(lattice.bent(axis, lattice.start[axis]))
        plane = voxel_plane(voxels, axis, at, smooth=smooth, padding=padding)
        return sampled_plane(plane, lattice, axis, smooth=smooth)
    return _sampled_anywhere(voxels, lattice, smooth=smooth, padding=padding)


def voxel_plane(
    voxels: NDArray[np.int16],
    axis: int,
    at: float,
    *,
    smooth: bool = True,
    padding: tuple[int, int] | None = None,
) -> NDArray[np.float32]:
    """Return the plane of voxels across an axis at a position on it, shape of the others; see `sampled`."""
    at = min(max(at, 0.0), voxels.shape[axis] - 1.0)
    if not smooth:
        at = float(np.floor(at + 0.5))
    below = int(at)
    weight = at - below
    if weight < _ROUNDING:
        return image_values(np.take(voxels, below, axis=axis), padding)
    # Both in one go: across columns they share cache lines.
    pair = voxels[tuple(slice(below, below + 2) if other == axis else slice(None) for other in range(3))]
    values = image_values(pair, padding)
    first, second = (np.ascontiguousarray(np.take(values, number, axis=axis)) for number in (0, 1))
    nearest = (first if weight < 0.5 else second).copy() if padding is not None else None
    _mix(first, second, np.float32(weight))
    if nearest is not None:
        np.copyto(first, nearest, where=np.isnan(first))
    return first


def image_values(voxels: NDArray[Any], padding: tuple[int, int] | None) -> NDArray[np.float32]:
    """Return voxels as numbers, C-contiguous, NaN where they are padding."""
    values: NDArray[np.float32] = voxels.astype(np.float32, order="C")
    if padding is not None:
        values[(voxels >= padding[0]) & (voxels <= padding[1])] = np.nan
    return values


def sampled_plane(
    plane: NDArray[np.float32], lattice: Lattice, axis: int, *, smooth: bool = True
) -> NDArray[np.float32]:
    """Return the values of a plane of voxels, its `axis` taken out, at a lattice's points; see `sampled`."""
    first, second = (other for other in range(3) if other != axis)
    depends = lattice.depends
    if not (depends[first, 1] or depends[second, 0]):
        rows, columns = _line(lattice, first, 0), _line(lattice, second, 1)
        return _separable(plane, rows, columns, smooth=smooth)
    if not (depends[first, 0] or depends[second, 1]):
        rows, columns = _line(lattice, first, 1), _line(lattice, second, 0)
        return np.ascontiguousarray(_separable(plane, rows, columns, smooth=smooth).T)
    # A sheared or turned plane is a block of one: one routine does them all.
    return _sampled_anywhere(np.expand_dims(plane, axis), lattice, smooth=smooth, padding=None)


def _line(lattice: Lattice, axis: int, along: int) -> NDArray[np.float64]:
    steps = lattice.down, lattice.right
    # The middle of the drift along the other direction that `depends` forgave.
    drift = steps[1 - along][axis] * (lattice.shape[1 - along] - 1) / 2
    line = lattice.start[axis] + drift + steps[along][axis] * np.arange(lattice.shape[along])
    bent: NDArray[np.float64] = lattice.bent(axis, line)
    return bent


def _separable(
    plane: NDArray[np.float32], rows: NDArray[np.float64], columns: NDArray[np.float64], *, smooth: bool
) -> NDArray[np.float32]:
    """Return a plane's values where `rows` and `columns` meet, shape (rows, columns)."""
    rows, columns = np.clip(rows, 0, plane.shape[0] - 1), np.clip(columns, 0, plane.shape[1] - 1)
    nearest_rows, nearest_columns = (np.floor(at + 0.5).astype(np.intp) for at in (rows, columns))
    if not smooth:
        return plane[nearest_rows].take(nearest_columns, axis=1)
    # Only the columns needed, and whole rows first: they are contiguous.
    before = columns.astype(np.intp)
    first, last = int(before.min()), min(int(before.max()) + 2, plane.shape[1])
    part = plane[:, first:last]
    above, across = rows.astype(np.intp), (columns - before).astype(np.float32)
    down = (rows - above).astype(np.float32)[:, None]
    before -= first
    after = np.minimum(before + 1, part.shape[1] - 1)
    out = np.empty((len(rows), len(columns)), np.float32)
    strip_rows = max(1, _STRIP_POINTS // len(columns))
    for start in range(0, len(rows), strip_rows):
        strip = slice(start, start + strip_rows)
        mixed = part[above[strip]]
        _mix(mixed, part[np.minimum(above[strip] + 1, len(part) - 1)], down[strip])
        result = mixed.take(before, axis=1)
        _mix(result, mixed.take(after, axis=1), across)
        out[strip] = result
    if np.isnan(part).any():
        y, x = np.nonzero(np.isnan(out))
        out[y, x] = plane[nearest_rows[y], nearest_columns[x]]
    return out


def _mix(
    first: NDArray[np.float32], second: NDArray[np.float32], weight: NDArray[np.float32] | np.float32
) -> None:
    """Go `weight` of the way from `first` to `second`, in place; `second` is used up."""
    second -= first
    second *= weight
    first += second


def _sampled_anywhere(
    voxels: NDArray[Any], lattice: Lattice, *, smooth: bool, padding: tuple[int, int] | None
) -> NDArray[np.float32]:
    flat = np.ascontiguousarray(voxels).reshape(-1)
    out = np.empty(lattice.shape, np.float32)
    columns = np.arange(lattice.shape[1], dtype=np.float64)
    across = [(columns * lattice.right[axis]).astype(np.float32) for axis in range(3)]
    strip_rows = max(1, _STRIP_POINTS // lattice.shape[1])
    for start in range(0, lattice.shape[0], strip_rows):
        rows = np.arange(start, min(start + strip_rows, lattice.shape[0]))[:, None]
        positions = []
        for axis, count in enumerate(voxels.shape):
            at = (lattice.start[axis] + rows * lattice.down[axis]).astype(np.float32) + across[axis]
            positions.append(np.clip(lattice.bent(axis, at), 0, count - 1))
        if smooth:
            out[start : start + len(rows)] = _trilinear(flat, voxels.shape, positions, padding)
        else:
            out[start : start + len(rows)] = _nearest(flat, voxels.shape, positions, padding)
    return out


def _nearest(
    flat: NDArray[Any],
    shape: tuple[int, ...],
    positions: list[NDArray[np.float32]],
    padding: tuple[int, int] | None,
) -> NDArray[np.float32]:
    slices, rows, columns = ((at + np.float32(0.5)).astype(np.intp) for at in positions)
    return image_values(flat.take((slices * shape[1] + rows) * shape[2] + columns, mode="clip"), padding)


def _trilinear(
    flat: NDArray[Any],
    shape: tuple[int, ...],
    positions: list[NDArray[np.float32]],
    padding: tuple[int, int] | None,
) -> NDArray[np.float32]:
    """Mix the eight voxels around each position; `positions` become the weights."""
    corner = np.zeros(positions[0].shape, np.intp)
    for at, count in zip(positions, shape, strict=True):
        # The last voxel is the far end of the last pair, so that every corner's neighbours exist.
        lower = np.minimum(at.astype(np.intp), max(count - 2, 0))
        at -= lower
        corner *= count
        corner += lower
    # The step to the neighbour; an axis of a single voxel has none, and its weight is nil.
    strides = (shape[1] * shape[2], shape[2], 1)
    step = [stride if count > 1 else 0 for stride, count in zip(strides, shape, strict=True)]

    def mixed(offset: int, axis: int) -> NDArray[np.float32]:
        """Mix along `axis` and those before it: one voxel, then pairs, squares and cubes of them."""
        if axis < 0:
            # "clip" gathers without a copy in between; nothing is ever clipped.
            return image_values(flat.take(corner + offset, mode="clip"), padding)
        values = mixed(offset, axis - 1)
        along = 2 - axis
        if step[along]:
            _mix(values, mixed(offset + step[along], axis - 1), positions[along])
        return values

    values = mixed(0, 2)
    if padding is not None or flat.dtype == np.float32:
        is_beside_padding = np.isnan(values)
        nearest = corner[is_beside_padding]
        for stride, weight in zip(step, positions, strict=True):
            nearest += stride * (weight[is_beside_padding] >= 0.5)
        values[is_beside_padding] = image_values(flat.take(nearest, mode="clip"), padding)
    return values
