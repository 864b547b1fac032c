"""How the planes of a series lie in space: order along the normal, gaps, tilt. numpy only."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.domain.images import SeriesWarning, WarningKind

SAME_PLACE_MM = 1e-2
"""Planes nearer than this lie at one place."""
_GAP_FACTOR = 1.5
_VARYING_FRACTION = 0.02
_SAME_DIRECTION = 1e-3
_TILT_DEGREES = 0.5
_ACROSS_DEGREES = 60.0
"""Positions that run this far beside the normal are no stack: rotated planes, or one place each."""


def has_same_direction(one: Sequence[float] | None, other: Sequence[float] | None) -> bool:
    """Whether two orientations (six direction cosines each) are the same but for rounding."""
    return bool(np.allclose(one or (), other or (), atol=_SAME_DIRECTION))


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
        text = (
            f"The images are stacked {tilt:.1f}° off their normal (gantry tilt): each lies beside the last."
        )
        warnings.append(SeriesWarning(kind=WarningKind.GANTRY_TILT, series=series, text=text))
    return warnings


def _spacing_warnings(along: NDArray[np.float64], series: int) -> list[SeriesWarning]:
    steps = np.diff(along)
    real = steps[steps > SAME_PLACE_MM]
    warnings = []
    if len(real) < len(steps):
        text = f"{len(steps) - len(real)} images lie at the place of another."
        warnings.append(SeriesWarning(kind=WarningKind.DUPLICATE_POSITION, series=series, text=text))
    if len(real) < 2:
        return warnings
    usual = float(np.median(real))
    gaps = real[real > _GAP_FACTOR * usual]
    if len(gaps):
        text = f"{len(gaps)} gaps, up to {gaps.max():.1f} mm where {usual:.1f} mm is usual."
        warnings.append(SeriesWarning(kind=WarningKind.GAP, series=series, text=text))
    elif np.ptp(real) > _VARYING_FRACTION * usual:
        text = f"The spacing of the images varies from {real.min():.2f} to {real.max():.2f} mm."
        warnings.append(SeriesWarning(kind=WarningKind.VARYING_SPACING, series=series, text=text))
    return warnings
