"""Cuts through a volume: axial, coronal, sagittal and oblique reformations, as frames to paint. numpy only.

A reformation is a `Frame` like any other: window, letters, probe and measurements work on it. What the volume
does not show (outside it, in its padding, where slices are missing) is its shutter: painted black.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.domain.image_stack import Stack
from realfm_gui.domain.images import Frame
from realfm_gui.domain.patient_geometry import Plane
from realfm_gui.imaging.rendering import ViewPixels
from realfm_gui.imaging.stacking import GAP_FACTOR, larger_neighbours
from realfm_gui.imaging.view_transform import ViewTransform
from realfm_gui.imaging.volume import Volume
from realfm_gui.imaging.voxel_sampling import Lattice, sampled

OFFSET = 1 << 15
"""Added to a voxel to make the index of a look-up table of it."""

_EVEN = 0.02
"""Of a step that slices may be off and still count as evenly spaced: positions in files are rounded."""
_MOST_POINTS = 8
"""Averaged along one direction of a view pixel: enough for the smallest view of the largest volume."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Reformattable:
    """A volume made ready to be cut; see `reformattable`.

    `volume` has one slope and one intercept for all slices.
    """

    volume: Volume

    @cached_property
    def to_voxels(self) -> NDArray[np.float64]:
        """Patient (x, y, z, 1) in mm to (slice, row, column, 1), slices counted as if evenly spaced."""
        inverse: NDArray[np.float64] = np.asarray(np.linalg.inv(self.volume.affine), np.float64)
        return inverse

    @cached_property
    def _even_slices(self) -> NDArray[np.float64]:
        positions = np.column_stack([self.volume.positions_mm, np.ones(len(self.volume.positions_mm))])
        slices: NDArray[np.float64] = np.asarray(positions @ self.to_voxels[0], np.float64)
        return slices

    @cached_property
    def _steps(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The steps between slices, in even ones, and the larger neighbour of each; (slices - 1,) both."""
        steps = np.diff(self._even_slices)
        return steps, larger_neighbours(steps)

    @cached_property
    def smallest_step(self) -> float:
        """The smallest step between slices, in even ones: 1 unless the spacing varies."""
        return float(self._steps[0].min(initial=1.0))

    @cached_property
    def gaps(self) -> NDArray[np.float64]:
        """Where slices are missing: (first, last) in even slices, half a step off the neighbours; (n, 2)."""
        steps, beside = self._steps
        missing = np.flatnonzero(steps > GAP_FACTOR * beside)
        before, after = self._even_slices[missing], self._even_slices[missing + 1]
        return np.stack([before + beside[missing] / 2, after - beside[missing] / 2], axis=1)

    @cached_property
    def _ends(self) -> tuple[float, float]:
        """The outer faces of the first and the last slice, in even slices."""
        even, (steps, beside) = self._even_slices, self._steps
        if not len(steps):
            return float(even[0]) - 0.5, float(even[0]) + 0.5
        own = np.where(steps > GAP_FACTOR * beside, beside, steps)
        return float(even[0] - own[0] / 2), float(even[-1] + own[-1] / 2)

    @cached_property
    def knots(self) -> NDArray[np.float64] | None:
        """Even slices above, the volume's below (see `Lattice`); None where it is evenly spaced."""
        even, count = self._even_slices, np.arange(len(self._even_slices), dtype=np.float64)
        if np.abs(even - count).max() < _EVEN:
            return None
        # Into a gap nothing is interpolated: a slice goes on as it is to the edge of it.
        real = np.concatenate([count, *(np.searchsorted(even, gap) - (1, 0) for gap in self.gaps)])
        at = np.concatenate([even, *self.gaps])
        order = np.argsort(at, kind="stable")
        # Two more steps of half a slice each: beyond the first of them is outside.
        first, last = self._ends
        return np.stack(
            [
                [2 * first - even[0], first, *at[order], last, 2 * last - even[-1]],
                [-1.0, -0.5, *real[order], len(count) - 0.5, len(count)],
            ]
        )

    def lattice(self, plane: Plane) -> Lattice:
        """Return the places of a plane's pixels among the voxels."""
        to_voxels = self.to_voxels[:3] @ plane.affine
        return Lattice(
            start=to_voxels[:, 3],
            down=to_voxels[:, 0],
            right=to_voxels[:, 1],
            shape=plane.shape,
            knots=self.knots,
        )

    def per_mm(self, direction: ArrayLike) -> NDArray[np.float64]:
        """Return the voxels (slice, row, column) that 1 mm in a direction of the patient goes, shape (3,)."""
        voxels: NDArray[np.float64] = self.to_voxels[:3, :3] @ np.asarray(direction, np.float64)
        return voxels

    def corners_mm(self) -> NDArray[np.float64]:
        """Return the outer corners of the volume in the patient, shape (8, 3)."""
        _, rows, columns = self.volume.voxels.shape
        ends = np.array(np.meshgrid(self._ends, (-0.5, rows - 0.5), (-0.5, columns - 0.5))).reshape(3, 8)
        corners: NDArray[np.float64] = (self.volume.affine @ np.vstack([ends, np.ones(8)]))[:3].T
        return corners


def reformattable(volume: Volume) -> Reformattable:
    """Make a volume ready to be cut.

    Nothing is copied, so that a volume that is still loading shows what is there, unless its slices are
    scaled differently (PET): then call this when it is complete. The copy has one scale for all, exact to
    half a 65,535th of the volume's range of values.
    """
    slopes, intercepts = volume.slopes, volume.intercepts
    if np.ptp(slopes) == 0 and np.ptp(intercepts) == 0:
        return Reformattable(volume=volume)
    highs, lows = (
        extreme(volume.voxels, axis=(1, 2)).astype(np.float64) * slopes + intercepts
        for extreme in (np.max, np.min)
    )
    low, high = float(min(lows.min(), highs.min())), float(max(lows.max(), highs.max()))
    # The lowest index is kept for padding.
    slope = (high - low) / (2 * OFFSET - 2) or 1.0
    intercept = low + (OFFSET - 1) * slope
    voxels = np.empty_like(volume.voxels)
    for index, stored in enumerate(volume.voxels):
        voxels[index] = np.rint((volume.values(index) - intercept) / slope)
        if volume.padding is not None:
            voxels[index][(stored >= volume.padding[0]) & (stored <= volume.padding[1])] = -OFFSET
    return Reformattable(
        volume=replace(
            volume,
            voxels=voxels,
            slopes=np.full_like(slopes, slope),
            intercepts=np.full_like(intercepts, intercept),
            padding=None if volume.padding is None else (-OFFSET, -OFFSET),
        )
    )


def reformat(source: Reformattable, plane: Plane, *, smooth: bool = True) -> Frame:
    """Cut a volume.

    Parameters
    ----------
    source : Reformattable
        From `reformattable`.
    plane : Plane
        Its pixels are those of the result; for the pixels of a view see `view_plane`.
    smooth : bool
        Trilinear, averaging where a pixel is larger than the voxels; else the nearest voxel.

    Returns
    -------
    Frame
        In the volume's values, its place `plane`'s.
    """
    lattice = source.lattice(plane)
    finer = points_per_pixel(lattice) if smooth else (1, 1)
    fine = lattice.finer(*finer)
    values = sampled(source.volume.voxels, fine, smooth=smooth, padding=source.volume.padding)
    is_shown = points_inside(source, fine)
    if finer != (1, 1):
        values, is_shown = averaged(values, is_shown, finer)
    return framed(source.volume, plane, values, is_shown)


def points_per_pixel(lattice: Lattice) -> tuple[int, int]:
    """Return how many points to average per pixel (down, right): one for about every voxel it spans."""
    spans = np.abs(lattice.down).max(), np.abs(lattice.right).max()
    down, right = (int(min(_MOST_POINTS, max(1, round(float(span))))) for span in spans)
    return down, right


def points_inside(source: Reformattable, lattice: Lattice) -> NDArray[np.bool_]:
    """Return the points that lie in the volume and in no gap of it, shape `lattice.shape`."""
    lowest, highest = np.full(3, -0.5), np.array(source.volume.voxels.shape) - 0.5
    if source.knots is None:
        return lattice.inside(lowest, highest)
    is_inside = lattice.inside((-np.inf, *lowest[1:]), (np.inf, *highest[1:]))
    down = np.arange(lattice.shape[0])[:, None] * lattice.down[0]
    even = lattice.start[0] + down + np.arange(lattice.shape[1]) * lattice.right[0]
    real = lattice.bent(0, even)
    is_inside &= (real >= lowest[0]) & (real <= highest[0])
    for before, after in source.gaps:
        is_inside &= (even <= before) | (even >= after)
    return is_inside


def averaged(
    values: NDArray[np.float32], is_shown: NDArray[np.bool_], finer: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Average what is shown of each block of points; a pixel is shown where half of its block is."""
    rows, columns = values.shape[0] // finer[0], values.shape[1] // finer[1]
    blocks = (rows, finer[0], columns, finer[1])
    is_shown = is_shown & ~np.isnan(values)
    counts = is_shown.reshape(blocks).sum(axis=(1, 3), dtype=np.float32)
    means: NDArray[np.float32] = np.where(is_shown, values, np.float32(0)).reshape(blocks).sum(axis=(1, 3))
    means /= np.maximum(counts, 1)
    return means, counts * 2 >= finer[0] * finer[1]


def framed(volume: Volume, plane: Plane, values: NDArray[np.float32], is_shown: NDArray[np.bool_]) -> Frame:
    """Return voxel values (rows, columns) on a plane as a frame.

    What is not shown, and what is padding (NaN), is its shutter.
    """
    indices = values + np.float32(OFFSET + 0.5)
    if volume.padding is not None:
        is_padding = np.isnan(values)
        indices[is_padding] = 0
        is_shown = is_shown & ~is_padding
    return Frame(
        pixels=np.clip(indices, 0, 2 * OFFSET - 1).astype(np.uint16),
        stored_offset=OFFSET,
        slope=float(volume.slopes[0]),
        intercept=float(volume.intercepts[0]),
        windows=volume.windows,
        units=volume.units,
        modality=volume.modality,
        shows_low_as_white=volume.shows_low_as_white,
        is_lossy=volume.is_lossy,
        spacing_mm=plane.spacing_mm,
        spacing_kind="patient",
        aspect=plane.spacing_mm[0] / plane.spacing_mm[1],
        position_mm=plane.origin_mm,
        orientation=(*plane.along_row, *plane.down_column),
        shutter=None if is_shown.all() else ~is_shown,
        tags=volume.tags_of(),
    )


def view_plane(plane: Plane, transform: ViewTransform, height: int, width: int) -> Plane:
    """Return the plane whose pixels are those of a view that shows `plane` zoomed and moved.

    Parameters
    ----------
    plane : Plane
        What the transform calls the image.
    transform : ViewTransform
        Its aspect is the plane's: spacing between rows over that between columns.
    height, width : int
        Size of the view in device pixels.
    """
    first = plane.position_mm(*transform.view_to_image(0, 0, height, width))
    return Plane(
        origin_mm=(float(first[0]), float(first[1]), float(first[2])),
        along_row=plane.along_row,
        down_column=plane.down_column,
        spacing_mm=(plane.spacing_mm[0] / transform.row_scale, plane.spacing_mm[1] / transform.scale),
        shape=(height, width),
    )


def view_pixels(frame: Frame) -> ViewPixels:
    """Return a reformation at the resolution of the view, from `view_plane`, ready to look up."""
    return ViewPixels(
        pixels=frame.pixels.astype(np.intp),
        rectangle=(0, 0, frame.rows, frame.columns),
        height=frame.rows,
        width=frame.columns,
        hidden=frame.shutter,
        hidden_grey=frame.shutter_grey,
    )


def stack_of_volume(volume: Volume) -> Stack:
    """Return the volume's own slices as a stack, for linked scroll and reference lines."""
    x, y, z = volume.positions_mm[0]
    first = Plane.placed(
        (x, y, z),
        volume.orientation,
        volume.spacing_mm,
        (volume.voxels.shape[1], volume.voxels.shape[2]),
    )
    return Stack(first=first, origins_mm=volume.positions_mm)
