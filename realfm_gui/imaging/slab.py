"""Thick cuts through a volume: maximum, minimum and mean intensity projection of a slab. numpy only.

Along the normal the volume is taken as linear between its voxels. A slab across the voxels' own layers is
projected exactly: the layers within it and its two faces first, then one cut through the result. An oblique
one is made of cuts no further apart than the voxels.

References
----------
Napel S, Marks MP, Rubin GD et al. CT angiography with spiral CT and maximum intensity projection.
Radiology 1992;185(2):607-610.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.images import Frame
from realfm_gui.domain.patient_geometry import Plane
from realfm_gui.imaging.planes import (
    Reformattable,
    averaged,
    framed,
    points_inside,
    points_per_pixel,
    reformat,
)
from realfm_gui.imaging.voxel_sampling import Lattice, image_values, sampled, sampled_plane, voxel_plane

_STRAIGHT = 1e-3
"""Voxels that a slab may lean over and still count as straight."""
_LEAST_WEIGHT = 1e-6
"""A slab of which the volume has only the outermost face shows that."""
_LAYERS_AT_ONCE = 32


class Projection(StrEnum):
    """What a slab shows of the values along its normal."""

    MAXIMUM = "maximum"
    MINIMUM = "minimum"
    MEAN = "mean"


def slab(
    source: Reformattable,
    plane: Plane,
    thickness_mm: float,
    projection: Projection,
    *,
    smooth: bool = True,
) -> Frame:
    """Project a slab onto its middle plane.

    Parameters
    ----------
    source : Reformattable
        From `reformattable`.
    plane : Plane
        The slab reaches half its thickness to both sides. Its pixels are those of the result.
    thickness_mm : float
        0 for the plane itself.
    projection : Projection
        Over the part of the slab that the volume shows: what is outside, padding or missing does not count.
    smooth : bool
        Trilinear; else the nearest voxels, several times faster for an oblique slab: for a drag.

    Returns
    -------
    Frame
        In the volume's values, its place `plane`'s; its shutter is where no part of the slab shows any.

    Raises
    ------
    ValueError
        If the thickness is negative.
    """
    if not thickness_mm >= 0:
        raise ValueError(f"a slab cannot be {thickness_mm} mm thick")
    if thickness_mm == 0:
        return reformat(source, plane, smooth=smooth)
    lattice = source.lattice(plane)
    through = source.per_mm(plane.normal) * thickness_mm
    finer = points_per_pixel(lattice) if smooth else (1, 1)
    fine = lattice.finer(*finer)
    axis = _axis_across(source, fine, through)
    if axis is None:
        values, is_shown = _projected_cuts(source, fine, through, projection, smooth=smooth)
    else:
        values, is_shown = _projected_layers(source, fine, axis, through[axis], projection, smooth=smooth)
    if finer != (1, 1):
        values, is_shown = averaged(values, is_shown, finer)
    return framed(source.volume, plane, values, is_shown)


class _Projected:
    """What has been projected so far of planes of one shape; NaN is no value."""

    def __init__(self, projection: Projection, shape: tuple[int, ...]) -> None:
        self._projection = projection
        self._values = np.full(shape, np.nan, np.float32)
        self._weights = np.zeros(shape, np.float32)

    def add(self, values: NDArray[np.float32], weight: float) -> None:
        """Add a plane; a weight counts for the mean."""
        match self._projection:
            case Projection.MAXIMUM:
                np.fmax(self._values, values, out=self._values)
            case Projection.MINIMUM:
                np.fmin(self._values, values, out=self._values)
            case Projection.MEAN:
                is_shown = ~np.isnan(values)
                np.copyto(self._values, np.float32(0), where=is_shown & np.isnan(self._values))
                np.add(self._values, values * np.float32(weight), out=self._values, where=is_shown)
                np.add(self._weights, np.float32(weight), out=self._weights, where=is_shown)

    def result(self) -> NDArray[np.float32]:
        """Return the projection, NaN where nothing was shown."""
        if self._projection is Projection.MEAN:
            np.divide(self._values, self._weights, out=self._values, where=self._weights > 0)
        return self._values


def _axis_across(source: Reformattable, lattice: Lattice, through: NDArray[np.float64]) -> int | None:
    """Return the voxel axis along which the slab is thick if its faces are layers of voxels, else None."""
    axis = int(np.argmax(np.abs(through)))
    beside = np.delete(through, axis)
    is_uneven = axis == 0 and source.knots is not None
    if lattice.depends[axis].any() or np.abs(beside).max() > _STRAIGHT or is_uneven:
        return None
    return axis


def _projected_cuts(
    source: Reformattable,
    lattice: Lattice,
    through: NDArray[np.float64],
    projection: Projection,
    *,
    smooth: bool,
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    layers = np.abs(through) * (1.0 / source.smallest_step, 1.0, 1.0)
    steps = max(1, math.ceil(float(layers.max()) - _STRAIGHT))
    projected = _Projected(projection, lattice.shape)
    for number in range(steps + 1):
        cut = lattice.moved(through * (number / steps - 0.5))
        values = sampled(source.volume.voxels, cut, smooth=smooth, padding=source.volume.padding)
        values[~points_inside(source, cut)] = np.nan
        # The trapezium rule: the faces count half.
        projected.add(values, 0.5 if number in (0, steps) else 1.0)
    values = projected.result()
    is_shown = ~np.isnan(values)
    return np.nan_to_num(values, copy=False), is_shown


def _projected_layers(
    source: Reformattable,
    lattice: Lattice,
    axis: int,
    through: float,
    projection: Projection,
    *,
    smooth: bool,
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    voxels, padding = source.volume.voxels, source.volume.padding
    low = max(lattice.start[axis] - abs(through) / 2, -0.5)
    high = min(lattice.start[axis] + abs(through) / 2, voxels.shape[axis] - 0.5)
    if low > high:
        return np.zeros(lattice.shape, np.float32), np.zeros(lattice.shape, np.bool_)
    inner = range(math.floor(low) + 1, math.ceil(high))
    places = [low, *inner, high]
    # Each counts for half the way to its neighbours: the trapezium rule, exact for what is linear between.
    ways = zip([low, *places[:-1]], [*places[1:], high], strict=True)
    weights = [max((after - before) / 2, _LEAST_WEIGHT) for before, after in ways]
    projected = _Projected(projection, tuple(np.delete(voxels.shape, axis)))
    for at, weight in ((low, weights[0]), (high, weights[-1])):
        projected.add(voxel_plane(voxels, axis, at, padding=padding), weight)
    for layer, weight in zip(_layers(voxels, axis, inner), weights[1:-1], strict=True):
        projected.add(image_values(layer, padding), weight)
    on_middle = replace(lattice, start=np.where(np.arange(3) == axis, (low + high) / 2, lattice.start))
    values = sampled_plane(projected.result(), on_middle, axis, smooth=smooth)
    return values, points_inside(source, on_middle)


def _layers(voxels: NDArray[np.int16], axis: int, wanted: range) -> Iterator[NDArray[np.int16]]:
    """Give layers of voxels one after the other, several fetched at once: columns share cache lines."""
    for first in range(wanted.start, wanted.stop, _LAYERS_AT_ONCE):
        last = min(first + _LAYERS_AT_ONCE, wanted.stop)
        block = voxels[tuple(slice(first, last) if other == axis else slice(None) for other in range(3))]
        block = np.moveaxis(block, axis, 0)
        yield from np.ascontiguousarray(block) if axis == 2 else block
