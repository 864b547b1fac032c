"""How the planes of a series lie in space: order of display, gaps, tilt. numpy only."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.domain.images import SeriesWarning, WarningKind

SAME_PLACE_MM = 1e-2
"""Planes nearer than this lie at one place."""
GAP_FACTOR = 1.5
"""A step this many times as long as those beside it has slices missing in it."""
_VARYING_FRACTION = 0.02
_SAME_DIRECTION = 1e-3
_TILT_DEGREES = 0.5
_TOWARDS_THE_HEAD = 2
"""The axis of the patient that points there."""
_AS_AXIAL = 0.01
"""Of a normal's cosines: planes at 45° count as axial, whatever the rounding of one file says."""

_ACROSS_DEGREES = 60.0
"""Positions that run this far beside the normal are no stack: rotated planes, or one place each."""


def has_same_direction(one: Sequence[float] | None, other: Sequence[float] | None) -> bool:
    """Whether two orientations (six direction cosines each) are the same but for rounding."""
    # Mostly they are the very same numbers, and there may be a thousand slices.
    return one == other or bool(np.allclose(one or (), other or (), atol=_SAME_DIRECTION))


def normal_of(orientation: Sequence[float]) -> NDArray[np.float64]:
    """Return the normal of a plane, shape (3,), from its direction cosines (row's, then column's)."""
    cosines = np.asarray(orientation, np.float64)
    return np.cross(cosines[:3], cosines[3:])


def positions_along_normal(orientation: Sequence[float], positions_mm: ArrayLike) -> NDArray[np.float64]:
    """Return how far planes lie along their common normal.

    Parameters
    ----------
    orientation : sequence of float
        Direction cosines of all planes, six numbers.
    positions_mm : array-like of shape (n, 3)
        Of each plane's first pixel, patient coordinates.

    Returns
    -------
    ndarray of shape (n,), in mm
    """
    along: NDArray[np.float64] = np.asarray(positions_mm, np.float64) @ normal_of(orientation)
    return along


def display_order(orientation: Sequence[float], positions_mm: ArrayLike) -> NDArray[np.intp]:
    """Return the order in which radiologists go through planes: axial ones from the head to the feet.

    Others along their normal, away from the looker: as usually acquired, coronal ones from front to back and
    sagittal ones from left to right.

    Studies remember in which order they were begun: a change of it raises `domain.frame_order.FRAME_ORDER`.

    Parameters
    ----------
    orientation : sequence of float
        Direction cosines of all planes, six numbers.
    positions_mm : array-like of shape (n, 3)
        Of each plane's first pixel, patient coordinates.

    Returns
    -------
    ndarray of shape (n,)
        Indices into the planes; of two at one place the first comes first.
    """
    along = positions_along_normal(orientation, positions_mm)
    normal = normal_of(orientation)
    beside, up = float(np.abs(normal[:_TOWARDS_THE_HEAD]).max()), float(abs(normal[_TOWARDS_THE_HEAD]))
    is_axial = up > beside - _AS_AXIAL
    is_upwards = is_axial and normal[_TOWARDS_THE_HEAD] > 0
    return np.argsort(-along if is_upwards else along, kind="stable")


def tilt_degrees(orientation: Sequence[float], positions_mm: ArrayLike) -> float:
    """Return the angle between the planes' normal and the line on which they are stacked.

    0 for a straight stack; the gantry's angle where it was tilted. Of the planes given, the first and the
    last along the normal count.
    """
    positions = np.asarray(positions_mm, np.float64)
    along = positions_along_normal(orientation, positions)
    step = positions[int(np.argmax(along))] - positions[int(np.argmin(along))]
    length = float(np.linalg.norm(step))
    if length < SAME_PLACE_MM:
        return 0.0
    cosine = abs(float(step @ normal_of(orientation))) / length
    return math.degrees(math.acos(min(1.0, cosine)))


def stack_warnings(
    orientation: Sequence[float], positions_mm: ArrayLike, series: int = 0
) -> list[SeriesWarning]:
    """Return what is unusual about planes of one orientation, in whatever order they are given."""
    positions = np.asarray(positions_mm, np.float64)
    if len(positions) < 2:
        return []
    warnings = _spacing_warnings(np.sort(positions_along_normal(orientation, positions)), series)
    tilt = tilt_degrees(orientation, positions)
    if _TILT_DEGREES < tilt < _ACROSS_DEGREES:
        text = f"Gantry tilt of {tilt:.1f}°."
        warnings.append(SeriesWarning(kind=WarningKind.GANTRY_TILT, series=series, text=text))
    return warnings


def larger_neighbours(steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the longer of the two steps beside each step, shape (n,); the step itself where it is alone.

    A step is a gap by its neighbours. By the usual step, the upper half of a head scanned in thick slices
    above thin ones would be full of gaps.
    """
    around = np.concatenate([[0.0], steps, [0.0]])
    beside = np.maximum(around[:-2], around[2:])
    longer: NDArray[np.float64] = np.where(beside > 0, beside, steps)
    return longer


def _spacing_warnings(along: NDArray[np.float64], series: int) -> list[SeriesWarning]:
    steps = np.diff(along)
    real = steps[steps > SAME_PLACE_MM]
    warnings = []
    if len(real) < len(steps):
        text = f"{len(steps) - len(real)} images lie at the place of another."
        warnings.append(SeriesWarning(kind=WarningKind.DUPLICATE_POSITION, series=series, text=text))
    if len(real) < 2:
        return warnings
    beside = larger_neighbours(real)
    is_gap = real > GAP_FACTOR * beside
    if is_gap.any():
        widest = int(np.argmax(np.where(is_gap, real, 0.0)))
        count = int(np.count_nonzero(is_gap))
        size = f"{count} gaps, up to" if count > 1 else "A gap of"
        text = f"{size} {real[widest]:.1f} mm where {beside[widest]:.1f} mm is usual."
        warnings.append(SeriesWarning(kind=WarningKind.GAP, series=series, text=text))
    elif np.ptp(real) > _VARYING_FRACTION * float(np.median(real)):
        text = f"The spacing of the images varies from {real.min():.2f} to {real.max():.2f} mm."
        warnings.append(SeriesWarning(kind=WarningKind.VARYING_SPACING, series=series, text=text))
    return warnings
