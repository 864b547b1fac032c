"""The multinomial likelihood of ordered categories under a ROC curve, with its first two derivatives.

References
----------
.. [1] Dorfman DD, Alf E. J Math Psychol 1969;6(3):487-496.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.roc_fits.bordered_solver import BorderedSystem
from realfm_gui.analysis.roc_fits.curve_family import CurveFamily, Slopes, Tails
from realfm_gui.analysis.roc_fits.normal import Floats

SMALLEST = 1e-140
"""A category with cases but a probability below this: such a point is no place to search from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelihoodSlopes:
    """Gradient of the log-likelihood, by cut (cuts, fits) and by parameter (2, fits), and its information."""

    by_cut: Floats
    by_parameter: Floats
    information: BorderedSystem


def masked_tails(family: CurveFamily, cuts: Floats, parameters: Floats, is_cut: NDArray[np.bool_]) -> Tails:
    """Return the tails, with nothing above a cut that is padding."""
    tails = family.tails(np.where(is_cut, cuts, 0.0), parameters)
    return Tails(
        survival=np.where(is_cut, tails.survival, 0.0), complement=np.where(is_cut, tails.complement, 1.0)
    )


def category_probabilities(tails: Tails) -> Floats:
    """Return the probability of each category in each truth state, shape (2, categories, fits)."""
    one, nil = np.ones_like(tails.survival[:, :1]), np.zeros_like(tails.survival[:, :1])
    above = np.concatenate([one, tails.survival, nil], axis=1)
    below = np.concatenate([nil, tails.complement, one], axis=1)
    # Differences are taken in the smaller tail, where they keep their digits.
    result: Floats = np.where(above[:, :-1] < 0.5, -np.diff(above, axis=1), np.diff(below, axis=1))
    return result


def log_likelihood(
    family: CurveFamily, counts: Floats, cuts: Floats, parameters: Floats, is_cut: NDArray[np.bool_]
) -> Floats:
    """Return the log-likelihood, shape (fits,), without the multinomial coefficient.

    Parameters
    ----------
    family : CurveFamily
        The curve.
    counts : array of shape (2, categories, fits)
        Cases per category, negatives first.
    cuts : array of shape (categories - 1, fits)
        Rising.
    parameters : array of shape (2, fits)
        Natural parameters.
    is_cut : array of bool of shape (categories - 1, fits)
        False for padding.

    Returns
    -------
    array of shape (fits,)
        Minus infinity where cuts are out of order or a category with cases is impossible.
    """
    probabilities = category_probabilities(masked_tails(family, cuts, parameters, is_cut))
    has_cases = counts > 0
    is_possible = (~has_cases | (probabilities > SMALLEST)).all(axis=(0, 1))
    logs = np.log(np.where(has_cases & (probabilities > SMALLEST), probabilities, 1.0))
    result: Floats = np.where(is_possible, (counts * logs).sum(axis=(0, 1)), -np.inf)
    return result


def likelihood_slopes(
    family: CurveFamily, counts: Floats, cuts: Floats, parameters: Floats, is_cut: NDArray[np.bool_]
) -> LikelihoodSlopes:
    """Return the derivatives of `log_likelihood` by the cuts and the natural parameters."""
    probabilities = category_probabilities(masked_tails(family, cuts, parameters, is_cut))
    raw = family.slopes(np.where(is_cut, cuts, 0.0), parameters)
    slopes = Slopes(first=np.where(is_cut, raw.first, 0.0), second=np.where(is_cut, raw.second, 0.0))
    has_cases = counts > 0
    divisor = np.where(has_cases, probabilities, 1.0)
    ratio = counts / divisor
    # The derivative by the survival at a cut: the category above gains what the one below loses.
    pull = np.diff(ratio, axis=1)
    gradient = (pull * slopes.first).sum(axis=1)
    system = _information(ratio / divisor, slopes, is_cut)
    return LikelihoodSlopes(
        by_cut=gradient[0],
        by_parameter=gradient[1:].sum(axis=1),
        information=_less_bend(system, pull * slopes.second),
    )


def _information(weight: Floats, slopes: Slopes, is_cut: NDArray[np.bool_]) -> BorderedSystem:
    """Return the sum of squared changes of the categories' probabilities, weighted (2, categories, fits)."""
    by_cut = slopes.first[0]
    padded = np.pad(slopes.first[1:], ((0, 0), (0, 0), (1, 1), (0, 0)))
    # Change of each category's probability with each parameter, (2 parameters, 2, categories, fits).
    change = -np.diff(padded, axis=2)
    weighted = weight * change
    diagonal = ((weight[:, 1:] + weight[:, :-1]) * by_cut**2).sum(axis=0)
    return BorderedSystem(
        diagonal=np.where(is_cut, diagonal, 1.0),
        off_diagonal=-(weight[:, 1:-1] * by_cut[:, 1:] * by_cut[:, :-1]).sum(axis=0),
        border=(by_cut * np.diff(weighted, axis=2)).sum(axis=1),
        corner=np.stack([(weighted[i] * change[j]).sum(axis=(0, 1)) for i, j in ((0, 0), (0, 1), (1, 1))]),
    )


def _less_bend(system: BorderedSystem, bend: Floats) -> BorderedSystem:
    """Return the system less the second derivatives of the survival, (6, 2, cuts, fits), each pulled upon."""
    of_cuts = bend.sum(axis=1)
    return BorderedSystem(
        diagonal=system.diagonal - of_cuts[0],
        off_diagonal=system.off_diagonal,
        border=system.border - of_cuts[1:3],
        corner=system.corner - of_cuts[3:].sum(axis=1),
    )
