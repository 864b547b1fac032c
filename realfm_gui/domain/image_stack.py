"""Parallel images one behind the other, and which of them shows a place: linked scroll, 3-D cursor."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.domain.images import Frame
from realfm_gui.domain.patient_geometry import Plane, plane_of

LINK_LIMIT_DEGREES = 45.0
"""Stacks more oblique to each other than this do not scroll together: they have reference lines."""

_SAME_DIRECTION = 1e-3
_MOST_ROUNDS = 8
"""Each brings the place nearer by the square of the tilt's tangent at least; two slices may take turns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlicePlace:
    """Where a patient position lies in a stack.

    `index` counts slices from 0; `row` and `column` are on that slice, possibly beside it (`is_on_image`);
    `off_plane_mm` is how far in front of (negative) or behind the slice the position is.
    """

    index: int
    row: float
    column: float
    off_plane_mm: float
    is_on_image: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stack:
    """Images of one orientation and size in display order, straight or tilted, evenly spaced or not.

    `first` is the first image; `origins_mm`, shape (slices, 3), the first pixel's centre of each.
    `thickness_mm` is that of a slice, 0 where it is not known; only a stack of a single slice needs it.
    """

    first: Plane
    origins_mm: NDArray[np.float64]
    thickness_mm: float = 0.0

    def __post_init__(self) -> None:
        if self.origins_mm.ndim != 2 or self.origins_mm.shape[1] != 3 or not len(self.origins_mm):
            raise ValueError("a stack has one origin of three numbers per slice, and one slice at least")
        if not np.allclose(self.origins_mm[0], self.first.origin_mm):
            raise ValueError("the first image of a stack lies at its first origin")
        if not self.thickness_mm >= 0:
            raise ValueError(f"a slice cannot be {self.thickness_mm} mm thick")

    def plane(self, index: int) -> Plane:
        """Return where slice `index` lies."""
        return self.first.moved(self.origins_mm[index] - self.origins_mm[0])

    @property
    def depths_mm(self) -> NDArray[np.float64]:
        """How far each slice lies behind the first one along the normal, shape (slices,)."""
        depths: NDArray[np.float64] = (self.origins_mm - self.origins_mm[0]) @ self.first.normal
        return depths


def stack_of(frames: Sequence[Frame], *, thickness_mm: float = 0.0) -> Stack | None:
    """Return the stack that frames in display order are; None where they are none.

    None if a frame does not say where it lies, or differs from the first in orientation, spacing or size.
    """
    planes = [plane_of(frame) for frame in frames]
    first = planes[0] if planes else None
    if first is None:
        return None
    origins = []
    for plane in planes:
        if plane is None or plane.shape != first.shape:
            return None
        directions = (*plane.along_row, *plane.down_column), (*first.along_row, *first.down_column)
        if not np.allclose(*directions, atol=_SAME_DIRECTION):
            return None
        if not np.allclose(plane.spacing_mm, first.spacing_mm, rtol=_SAME_DIRECTION):
            return None
        origins.append(plane.origin_mm)
    return Stack(first=first, origins_mm=np.array(origins, np.float64), thickness_mm=thickness_mm)


def nearest_slice(stack: Stack, position_mm: ArrayLike) -> SlicePlace | None:
    """Return the slice nearest to a patient position, None where the stack does not reach.

    A stack reaches half a step beyond its first and last slice (half its slice's thickness where it has only
    one, half a pixel where that is not known). Between two slices there is always a nearest one: its
    `off_plane_mm` says how far away that is. Of two equally near, the first.
    """
    depth = float(stack.first.pixel_of(position_mm)[2])
    depths = stack.depths_mm
    order = np.argsort(depths, kind="stable")
    before, after = _reach_mm(stack, depths[order])
    if not depths[order[0]] - before <= depth <= depths[order[-1]] + after:
        return None
    index = int(np.argmin(np.round(np.abs(depths - depth), 6)))
    plane = stack.plane(index)
    row, column, off_plane_mm = (float(number) for number in plane.pixel_of(position_mm))
    return SlicePlace(
        index=index,
        row=row,
        column=column,
        off_plane_mm=off_plane_mm,
        is_on_image=plane.contains(row, column),
    )


def _reach_mm(stack: Stack, ordered: NDArray[np.float64]) -> tuple[float, float]:
    if len(ordered) == 1:
        alone = max(stack.thickness_mm, min(stack.first.spacing_mm)) / 2
        return alone, alone
    # Rounding of positions must not put the outermost voxels' faces outside.
    return (
        float(ordered[1] - ordered[0]) / 2 + 1e-6,
        float(ordered[-1] - ordered[-2]) / 2 + 1e-6,
    )


def linked_slice(stack: Stack, shown: Plane, shift_mm: ArrayLike = (0.0, 0.0, 0.0)) -> SlicePlace | None:
    """Return the slice of a stack that shows the place of an image of another one: linked scroll.

    The place is the middle of what both have in common, so that a tilted and a straight stack, or fields of
    view of different size, are linked where both show something.

    Parameters
    ----------
    stack : Stack
        The one to scroll. Its patient coordinates must be those of `shown`: one frame of reference, or ...
    shown : Plane
        The image on display in the other stack.
    shift_mm : array-like of shape (3,)
        ... what to add to a place of `shown` to come to that of `stack`, as the reader matched the two.

    Returns
    -------
    SlicePlace or None
        None where the stacks do not overlap, or lie more than `LINK_LIMIT_DEGREES` oblique to each other.
    """
    shown = shown.moved(shift_mm)
    if abs(float(shown.normal @ stack.first.normal)) < np.cos(np.radians(LINK_LIMIT_DEGREES)):
        return None
    # Begin with the slice whose own middle comes nearest to the image shown. What the two have in common may
    # lie beside that, and a tilted stack's next slice lies elsewhere: look again until it stays.
    centres = stack.first.centre_mm + (stack.origins_mm - stack.origins_mm[0])
    index = int(np.argmin(np.abs(shown.pixel_of(centres)[:, 2])))
    found = None
    for _ in range(_MOST_ROUNDS):
        common = _middle_of_common(stack.plane(index), shown)
        found = None if common is None else nearest_slice(stack, common)
        if found is None or found.index == index:
            break
        index = found.index
    return found


def _middle_of_common(plane: Plane, shown: Plane) -> NDArray[np.float64] | None:
    """Return the place on `shown` at the middle of what lies over `plane`, shape (3,)."""
    corners = plane.pixel_of(shown.corners_mm())[:, :2]
    low = np.maximum(corners.min(axis=0), -0.5)
    high = np.minimum(corners.max(axis=0), np.array(plane.shape) - 0.5)
    if not (low < high).all():
        return None
    foot = plane.position_mm(*((low + high) / 2))
    # Along the normal of the stack onto the image shown.
    off = float(shown.pixel_of(foot)[2])
    middle: NDArray[np.float64] = foot - off / float(shown.normal @ plane.normal) * plane.normal
    return middle
