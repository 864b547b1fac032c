"""One observer's fitted ROC curve with everything that is reported of it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.analysis.roc_fits.categories import categorise, find_runs
from realfm_gui.analysis.roc_fits.covariance import parameter_covariance
from realfm_gui.analysis.roc_fits.curve_family import RocModel
from realfm_gui.analysis.roc_fits.curves import (
    Axis,
    partial_areas,
    sensitivities_at,
    specificities_at,
    true_positive_fractions,
)
from realfm_gui.analysis.roc_fits.degenerate import FitStatus
from realfm_gui.analysis.roc_fits.families import family_of
from realfm_gui.analysis.roc_fits.fitting import CurveFits, fit_counts
from realfm_gui.analysis.roc_fits.goodness_of_fit import GoodnessOfFit, goodness_of_fit
from realfm_gui.analysis.roc_fits.likelihood import category_probabilities
from realfm_gui.analysis.roc_fits.normal import Floats, cdf


@dataclass(frozen=True, slots=True, kw_only=True)
class RocFit:
    """A fitted curve.

    Attributes
    ----------
    model : RocModel
        The family.
    parameter_names : tuple of str
        As the literature writes them: a, b; d_a, c; mu, alpha.
    parameters : tuple of float or None
        None where the curve is two straight lines.
    cutpoints : array of shape (cuts,)
        Between the runs of ratings that carry information, rising; empty where the curve has none.
    covariance : array of shape (2 + cuts, 2 + cuts) or None
        From the observed information, parameters first; rows of a parameter at its limit are nil.
    log_likelihood : float
        Of the ratings' categories, without the multinomial coefficient.
    auc : float
        Area under the curve.
    auc_se : float or None
        By the delta method; None where `note` says why.
    fit : GoodnessOfFit or None
        Whether the curve describes the ratings; None without a smooth curve.
    status : FitStatus
        How the fit came to its answer.
    note : str
        The same in a sentence; empty for an ordinary maximum.
    """

    model: RocModel
    parameter_names: tuple[str, str]
    parameters: tuple[float, float] | None
    cutpoints: Floats
    covariance: Floats | None
    log_likelihood: float
    auc: float
    auc_se: float | None
    fit: GoodnessOfFit | None
    status: FitStatus
    note: str
    curves: CurveFits

    def __post_init__(self) -> None:
        if not math.isfinite(self.auc) or not math.isfinite(self.log_likelihood):
            raise ValueError("a fitted curve has a finite area and likelihood")
        if self.auc_se is None and not self.note:
            raise ValueError("a fit without a standard error says why")

    def sensitivity_at(self, specificity: float) -> float:
        """Return the sensitivity on the curve at a specificity."""
        return float(sensitivities_at(self.curves, specificity)[0])

    def specificity_at(self, sensitivity: float) -> float:
        """Return the specificity on the curve at a sensitivity."""
        return float(specificities_at(self.curves, sensitivity)[0])

    def partial_area(self, axis: Axis, low: float, high: float, *, is_normalised: bool = False) -> float:
        """Return the area under part of the curve; see `curves.partial_areas`."""
        return float(partial_areas(self.curves, axis, low, high, is_normalised=is_normalised)[0])

    def points(self, n_points: int = 201) -> tuple[Floats, Floats]:
        """Return FPF and TPF along the curve from (0, 0) to (1, 1), each of shape (n_points,), to be drawn.

        The points are dense at both ends, where fitted curves bend.
        """
        fpf = np.concatenate([[0.0], cdf(np.linspace(-5.0, 5.0, n_points - 2)), [1.0]])
        return fpf, true_positive_fractions(self.curves, fpf)[:, 0]


def fit_roc(ratings: ArrayLike, is_positive: ArrayLike, model: RocModel) -> RocFit:
    """Fit one observer's ratings, ordinal or continuous.

    Parameters
    ----------
    ratings : array-like of shape (cases,)
        Finite; higher is more suspicious. Only their order matters.
    is_positive : array-like of shape (cases,)
        The reference standard.
    model : RocModel
        The family.

    Raises
    ------
    ValueError
        If a rating is not finite, or one of the truth states has no case.

    Examples
    --------
    >>> fit = fit_roc([1, 2, 2, 3, 1, 2, 3, 3], [0, 0, 0, 0, 1, 1, 1, 1], RocModel.BINORMAL)
    >>> round(fit.auc, 3), fit.parameter_names
    (0.619, ('a', 'b'))
    """
    counts = categorise(np.asarray(ratings, dtype=np.float64)[np.newaxis], is_positive)
    return fit_roc_counts(counts.positive[0], counts.negative[0], model)


def fit_roc_counts(counts_positive: ArrayLike, counts_negative: ArrayLike, model: RocModel) -> RocFit:
    """Fit one observer's counts per category, each of shape (categories,), the least suspicious first."""
    positive, negative = (
        np.asarray(counts, dtype=np.float64)[np.newaxis] for counts in (counts_positive, counts_negative)
    )
    curves = fit_counts(model, positive, negative)
    runs = find_runs(positive, negative)
    observed = runs.counts[:, :, 0]
    status = FitStatus(int(curves.status[0]))
    auc = float(curves.aucs[0])
    cuts = curves.cuts[np.isfinite(curves.cuts[:, 0]), 0]
    covariance, auc_se, note = None, None, status.explanation
    if status is FitStatus.STEP:
        n_cases = observed[1 if curves.parameters[1, 0] < 1 else 0].sum()
        # The area is one share of one truth state.
        auc_se = math.sqrt(auc * (1 - auc) / n_cases)
    elif curves.is_smooth[0] and status is not FitStatus.NOT_CONVERGED:
        fixed = _fixed(model, curves, status)
        covariance = parameter_covariance(model, observed, cuts, curves.parameters[:, 0], fixed)
        if covariance is None:
            note = f"{note} The likelihood is too flat for a standard error.".strip()
        else:
            slope = family_of(model).auc_slope(curves.parameters)[:, 0]
            auc_se = math.sqrt(max(float(slope @ covariance[:2, :2] @ slope), 0.0))
    return RocFit(
        model=model,
        parameter_names=family_of(model).parameter_names,
        parameters=(float(curves.parameters[0, 0]), float(curves.parameters[1, 0]))
        if curves.is_smooth[0]
        else None,
        cutpoints=cuts,
        covariance=covariance,
        log_likelihood=float(curves.log_likelihood[0]),
        auc=auc,
        auc_se=auc_se,
        fit=_tested(model, curves, observed, cuts) if cuts.size else None,
        status=status,
        note=note,
        curves=curves,
    )


def _fixed(model: RocModel, curves: CurveFits, status: FitStatus) -> NDArray[np.bool_]:
    """Return which of the two parameters the standard error holds fixed."""
    if status is FitStatus.ONE_POINT_INSIDE:
        return np.array([False, True])
    return family_of(model).at_limit(curves.parameters)[:, 0] > 0


def _tested(model: RocModel, curves: CurveFits, observed: Floats, cuts: Floats) -> GoodnessOfFit:
    tails = family_of(model).tails(cuts[:, np.newaxis], curves.parameters)
    shares = category_probabilities(tails)[:, :, 0]
    return goodness_of_fit(observed, shares * observed.sum(axis=1, keepdims=True))
