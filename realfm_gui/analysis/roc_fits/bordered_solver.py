"""Many small linear systems at once: tridiagonal in the cuts, with two full columns for the parameters."""

from dataclasses import dataclass

import numpy as np

from realfm_gui.analysis.roc_fits.normal import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class BorderedSystem:
    """Symmetric matrices, one per fit, of the unknowns (cuts, two parameters).

    Attributes
    ----------
    diagonal : array of shape (cuts, fits)
    off_diagonal : array of shape (cuts - 1, fits)
        Between a cut and the next.
    border : array of shape (2, cuts, fits)
        Between each parameter and each cut.
    corner : array of shape (3, fits)
        Between the parameters: first with itself, first with second, second with itself.
    """

    diagonal: Floats
    off_diagonal: Floats
    border: Floats
    corner: Floats


_SMALLEST_PIVOT = 1e-8
"""Of the diagonal; what is left of less has no digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Steps, `cuts` of shape (cuts, fits) and `parameters` of shape (2, fits)."""

    cuts: Floats
    parameters: Floats


def ascent_step(system: BorderedSystem, cuts: Floats, parameters: Floats, *, longest: float) -> Step:
    """Return the Newton step for a gradient (cuts, fits) and (2, fits), turned uphill where it is not.

    Gaussian elimination from the lowest cut to the highest leaves a 2 x 2 system for the parameters. A pivot
    that is not positive is taken by its size, and of the 2 x 2 system each principal direction is followed up
    its slope by the size of its curvature, and by no more than `longest`: the step then belongs to a positive
    definite matrix, so that at a saddle and on a level ridge, too, it leads upwards.

    References
    ----------
    .. [1] Nocedal J, Wright SJ. Numerical Optimization. 2nd ed. Springer 2006, section 3.4.
    """
    m = len(system.diagonal)
    pivots = np.empty_like(system.diagonal)
    factors = np.empty_like(system.off_diagonal)
    floor = _SMALLEST_PIVOT * np.abs(system.diagonal) + 1e-290
    # Three right-hand sides travel together: the gradient and the two border columns.
    sides = np.concatenate([cuts[np.newaxis], system.border])
    pivots[0] = np.maximum(np.abs(system.diagonal[0]), floor[0])
    for j in range(1, m):
        factors[j - 1] = system.off_diagonal[j - 1] / pivots[j - 1]
        left = system.diagonal[j] - factors[j - 1] * system.off_diagonal[j - 1]
        pivots[j] = np.maximum(np.abs(left), floor[j])
        sides[:, j] -= factors[j - 1] * sides[:, j - 1]
    scaled = sides / pivots
    schur = system.corner - np.stack(
        [(sides[i] * scaled[j]).sum(axis=0) for i, j in ((1, 1), (1, 2), (2, 2))]
    )
    slope = parameters - np.stack([(sides[i] * scaled[0]).sum(axis=0) for i in (1, 2)])
    moved = _uphill(schur, slope, longest)
    result = scaled[0] - scaled[1] * moved[0] - scaled[2] * moved[1]
    for j in range(m - 2, -1, -1):
        result[j] -= factors[j] * result[j + 1]
    return Step(cuts=result, parameters=moved)


def _uphill(matrix: Floats, slope: Floats, longest: float) -> Floats:
    """Return the step (2, fits) along the principal directions of symmetric 2 x 2 matrices (3, fits)."""
    first, between, second = matrix
    middle, half = (first + second) / 2, (first - second) / 2
    radius = np.hypot(half, between)
    angle = np.arctan2(between, half) / 2
    directions = (np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))
    step = np.zeros_like(slope)
    for curvature, (x, y) in zip((middle + radius, middle - radius), directions, strict=True):
        along = x * slope[0] + y * slope[1]
        size = np.abs(along) / np.maximum(np.abs(curvature), 1e-290)
        length = np.sign(along) * np.minimum(size, longest)
        step += length * np.stack([x, y])
    return step
