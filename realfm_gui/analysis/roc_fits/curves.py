"""What is read off fitted curves: operating points, partial areas, the curve itself."""

from enum import StrEnum

import numpy as np

from realfm_gui.analysis.roc_fits.curve_family import CurveFamily
from realfm_gui.analysis.roc_fits.families import family_of
from realfm_gui.analysis.roc_fits.fitting import CurveFits
from realfm_gui.analysis.roc_fits.normal import Floats, cdf, pdf, quantile

_HALVINGS = 90
_PANELS, _NODES = 31, 8


class Axis(StrEnum):
    """The axis along which a partial area is cut off."""

    SPECIFICITY = "specificity"
    SENSITIVITY = "sensitivity"


def sensitivities_at(fits: CurveFits, specificity: float) -> Floats:
    """Return the sensitivity of each curve at a specificity between 0 and 1, shape (fits,)."""
    result: Floats = true_positive_fractions(fits, np.array([1 - _fraction(specificity)]))[0]
    return result


def specificities_at(fits: CurveFits, sensitivity: float) -> Floats:
    """Return the specificity of each curve at a sensitivity between 0 and 1, shape (fits,)."""
    result: Floats = 1 - false_positive_fractions(fits, np.array([_fraction(sensitivity)]))[0]
    return result


def true_positive_fractions(fits: CurveFits, fpf: Floats) -> Floats:
    """Return TPF, shape (points, fits), at false positive fractions of shape (points,)."""
    return _along(fits, fpf, given=0)


def false_positive_fractions(fits: CurveFits, tpf: Floats) -> Floats:
    """Return the smallest FPF, shape (points, fits), at true positive fractions of shape (points,)."""
    return _along(fits, tpf, given=1)


def partial_areas(
    fits: CurveFits, axis: Axis, low: float, high: float, *, is_normalised: bool = False
) -> Floats:
    """Return the area under part of each curve, shape (fits,).

    Parameters
    ----------
    fits : CurveFits
        The curves.
    axis : Axis
        With specificity: the integral of TPF over FPF from ``1 - high`` to ``1 - low`` (below the curve).
        With sensitivity: the integral of 1 - FPF over TPF from `low` to `high` (right of the curve).
    low, high : float
        Range of that axis, within 0 to 1.
    is_normalised : bool
        Divide by ``high - low``, which makes the area a mean sensitivity or specificity.

    Raises
    ------
    ValueError
        If the range is empty or reaches beyond 0 to 1.

    References
    ----------
    .. [1] McClish DK. Med Decis Making 1989;9(3):190-195.
    .. [2] Jiang Y, Metz CE, Nishikawa RM. Radiology 1996;201(3):745-750.
    """
    if not 0 <= low < high <= 1:
        raise ValueError(f"a partial area needs 0 <= low < high <= 1, not {low} and {high}")
    if axis is Axis.SPECIFICITY:
        fpf = np.broadcast_to(np.array([[1 - high], [1 - low]]), (2, len(fits.status)))
        area = _area_below(fits, fpf)
    else:
        tpf = np.array([low, high])
        fpf = false_positive_fractions(fits, tpf)
        # By parts: what lies right of the curve is what lies below it, and a rectangle more or less.
        area = _area_below(fits, fpf) + tpf[1] * (1 - fpf[1]) - tpf[0] * (1 - fpf[0])
    return area / (high - low) if is_normalised else area


def _area_below(fits: CurveFits, fpf: Floats) -> Floats:
    """Return the integral of TPF over FPF between the ends (2, fits), shape (fits,)."""
    smooth = fits.is_smooth
    area = np.empty(len(fits.status))
    area[~smooth] = _area_below_two_lines(fits.corners[:, ~smooth], fpf[:, ~smooth])
    family, parameters, ends = family_of(fits.model), fits.parameters[:, smooth], fpf[:, smooth]
    # In the normal deviate of FPF or TPF the curve is smooth, in one where it is steep and in the other where
    # it is flat: panels from both. Beyond 9 there is nothing left to add.
    grid = cdf(np.linspace(-9.0, 9.0, _PANELS))[:, np.newaxis]
    shape = len(grid), ends.shape[1]
    steep = _on_smooth(family, parameters, np.broadcast_to(grid, shape), given=1)
    edges = np.concatenate([ends, np.broadcast_to(grid, shape), steep])
    edges = quantile(np.sort(np.clip(edges, ends[0], ends[1]), axis=0))
    edges = np.clip(edges, -9.0, 9.0)
    nodes, weights = (part[:, np.newaxis] for part in np.polynomial.legendre.leggauss(_NODES))
    half = np.diff(edges, axis=0)[:, np.newaxis] / 2
    deviates = (edges[:-1, np.newaxis] + half * (nodes + 1)).reshape(len(half) * _NODES, shape[1])
    heights = _on_smooth(family, parameters, cdf(deviates), given=0)
    area[smooth] = ((half * weights).reshape(heights.shape) * pdf(deviates) * heights).sum(axis=0)
    return area


def _area_below_two_lines(corners: Floats, ends: Floats) -> Floats:
    x, y = corners
    low, high = np.minimum(ends, x)
    rising = y / np.where(x > 0, x, 1.0) * (high**2 - low**2) / 2
    low, high = np.maximum(ends, x) - x
    falling = y * (high - low) + (1 - y) / np.where(x < 1, 1 - x, 1.0) * (high**2 - low**2) / 2
    result: Floats = rising + falling
    return result


def _along(fits: CurveFits, share: Floats, *, given: int) -> Floats:
    """Return the other truth state's fraction where that of `given` (0 negatives, 1 positives) is `share`."""
    smooth = fits.is_smooth
    wanted = np.broadcast_to(share[:, np.newaxis], (len(share), len(smooth)))
    result = np.empty(wanted.shape)
    result[:, smooth] = _on_smooth(
        family_of(fits.model), fits.parameters[:, smooth], wanted[:, smooth], given=given
    )
    result[:, ~smooth] = _on_two_lines(fits.corners[:, ~smooth], wanted[:, ~smooth], given=given)
    return result


def _on_smooth(family: CurveFamily, parameters: Floats, wanted: Floats, *, given: int) -> Floats:
    """Bisect for the cut that gives each wanted fraction (points, fits); return the other fraction there."""
    low, high = (np.broadcast_to(end, wanted.shape) for end in family.reach(parameters))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        is_too_low = family.tails(middle, parameters).survival[given] > wanted
        low, high = np.where(is_too_low, middle, low), np.where(is_too_low, high, middle)
    other: Floats = family.tails((low + high) / 2, parameters).survival[1 - given]
    return np.where(wanted <= 0, 0.0, np.where(wanted >= 1, 1.0, np.clip(other, 0.0, 1.0)))


def _on_two_lines(corners: Floats, wanted: Floats, *, given: int) -> Floats:
    """Interpolate along (0, 0), the corner, (1, 1); on a vertical stretch the end that favours the reader."""
    x, y = corners[given], corners[1 - given]
    rising = y * wanted / np.where(x > 0, x, 1.0)
    falling = y + (1 - y) * (wanted - x) / np.where(x < 1, 1 - x, 1.0)
    if given == 0:
        return np.where(wanted < x, rising, np.where(x < 1, falling, np.where(wanted < 1, rising, 1.0)))
    return np.where(wanted <= x, np.where(x > 0, rising, 0.0), falling)


def _fraction(value: float) -> float:
    if not 0 <= value <= 1:
        raise ValueError(f"a sensitivity or specificity lies between 0 and 1, not at {value}")
    return float(value)
