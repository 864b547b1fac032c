"""Predictive values at the prevalence where the model would be used, never at the test set's own."""

import math
from dataclasses import dataclass

from realfm_gui.analysis.estimate import Estimate, not_estimable, quantile


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictiveValues:
    """Positive and negative predictive value at one prevalence."""

    prevalence: float
    ppv: Estimate
    npv: Estimate


def predictive_values(
    sensitivity: Estimate,
    specificity: Estimate,
    *,
    prevalence: float,
    alpha: float,
    covariance: float = 0.0,
) -> PredictiveValues:
    """Carry sensitivity and specificity over to a population (Bayes), intervals on the logit scale.

    The intervals take t with the smaller degrees of freedom of the two, so a small panel is not treated as
    a large sample; they assume that both errors are small beside the values (delta method).

    Parameters
    ----------
    sensitivity, specificity : Estimate
        With their standard errors; without one there is no interval.
    prevalence : float
        Share of patients with the finding, strictly between 0 and 1.
    alpha : float
        One minus the confidence level.
    covariance : float
        Covariance of the two estimates: readers who call more gain sensitivity and lose specificity.

    References
    ----------
    .. [1] Mercaldo ND, Lau KF, Zhou XH. Stat Med 2007;26(10):2170-2183.
    """
    if sensitivity.value is None or specificity.value is None:
        missing = not_estimable("Needs sensitivity and specificity.")
        return PredictiveValues(prevalence=prevalence, ppv=missing, npv=missing)
    se, sp = sensitivity, specificity
    return PredictiveValues(
        prevalence=prevalence,
        ppv=_predictive(prevalence, se, sp, covariance=covariance, alpha=alpha),
        npv=_predictive(1 - prevalence, sp, se, covariance=covariance, alpha=alpha),
    )


def _predictive(
    share: float, hit: Estimate, reject: Estimate, *, covariance: float, alpha: float
) -> Estimate:
    """Return share*hit / (share*hit + (1-share)*(1-reject)): PPV as given, NPV with the roles exchanged."""
    right, wrong = share * (hit.value or 0.0), (1 - share) * (1 - (reject.value or 0.0))
    if right + wrong == 0:
        return not_estimable("No call of this kind was made.")
    value = right / (right + wrong)
    if not 0 < value < 1 or hit.se is None or reject.se is None or not hit.value or reject.value is None:
        return Estimate(value=value, note="At an extreme, or without a standard error: no interval.")
    over_hit, over_reject = 1 / hit.value, 1 / (1 - reject.value)
    variance = (hit.se * over_hit) ** 2 + (reject.se * over_reject) ** 2
    variance += 2 * covariance * over_hit * over_reject
    if variance <= 0:
        return Estimate(value=value, note="No spread: no interval can be given.")
    df = min((e.df for e in (hit, reject) if e.df is not None), default=None)
    logit, half_width = math.log(right / wrong), quantile(1 - alpha / 2, df) * math.sqrt(variance)
    low, high = (1 / (1 + math.exp(-(logit + sign * half_width))) for sign in (-1, 1))
    used = "the normal distribution" if df is None else f"t with {df:.0f} degrees of freedom"
    return Estimate(
        value=value,
        df=df,
        ci=(low, high),
        note=f"Delta method on the logit scale, {used}; holds if the prevalence is as stated.",
    )
