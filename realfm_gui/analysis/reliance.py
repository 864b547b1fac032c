"""How readers used the model: changes of their calls, and what a wrong model did to them.

Arms are compared within a stratum only (model right, model wrong): cases on which the model is wrong are
harder for everyone. Signs: changes of accuracy are aided minus unaided, so harm is negative.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.analysis.crossed_mean_squares import crossed_mean
from realfm_gui.analysis.estimate import Estimate, not_estimable, quantile

Bools = NDArray[np.bool_]

FEWEST_READINGS, FEWEST_CASES = 20, 10
"""Below either of these a rate of reliance is not estimated: a handful of cases would decide it."""
SENSIBLE_CASES = 30
"""Cases of each kind of model error that a study should have: with fewer only gross harm can be ruled out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCounts:
    """Changes of calls within one stratum; `wrong_before` and `right_before` are the denominators."""

    readings: int
    cases: int
    wrong_before: int
    wrong_to_right: int
    right_before: int
    right_to_wrong: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """What happened where the model was right, or where it was wrong."""

    pooled: ChangeCounts
    per_reader: tuple[ChangeCounts, ...]
    accuracy_change: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliance:
    """Use of the model's call by the readers.

    `relied_when_right` (RAIR): of the readings that were wrong while the model was right, the share that
    followed it. `held_when_model_wrong` (RSR): of the readings that were right while the model was wrong, the
    share that stayed. `omission` and `commission` are changes of accuracy on cases the model missed and on
    cases it called in error. `cases_without_call` is the number of cases the model did not answer: left out.
    """

    ai_right: Stratum
    ai_wrong: Stratum
    relied_when_right: Estimate
    held_when_model_wrong: Estimate
    omission: Estimate
    omission_counts: ChangeCounts
    commission: Estimate
    commission_counts: ChangeCounts
    cases_without_call: int


def assess_reliance(calls: ArrayLike, ai_calls: ArrayLike, truth: ArrayLike, *, alpha: float) -> Reliance:
    """Split changes of calls by whether the model's call was right.

    Parameters
    ----------
    calls : array-like of shape (2, readers, cases)
        Calls 0 or 1, unaided and aided, complete.
    ai_calls : array-like of shape (cases,)
        The model's call at its locked operating point; NaN where it gave none: such cases are left out.
    truth : array-like of shape (cases,)
        The reference standard.
    alpha : float
        One minus the confidence level.

    References
    ----------
    .. [1] Schemmer M, et al. Appropriate reliance on AI advice. IUI 2023.
    .. [2] Goddard K, Roudsari A, Wyatt JC. J Am Med Inform Assoc 2012;19(1):121-127 (omission, commission).
    """
    decided = np.asarray(calls, dtype=np.float64)
    advice = np.asarray(ai_calls, dtype=np.float64)
    is_positive = np.asarray(truth, dtype=np.bool_)
    if decided.ndim != 3 or decided.shape[0] != 2 or decided.shape[2:] != advice.shape:
        raise ValueError(f"calls {decided.shape} and model calls {advice.shape} do not belong together")
    if not np.isin(decided, (0.0, 1.0)).all():
        raise ValueError("a call is missing or neither 0 nor 1: leave incomplete cases out first")
    has_advice = np.isfinite(advice)
    is_right = (decided == 1) == is_positive
    ai_right = has_advice & ((advice == 1) == is_positive)
    ai_wrong = has_advice & ~ai_right
    missed, false_alarm = ai_wrong & is_positive, ai_wrong & ~is_positive
    before, after = is_right[0], is_right[1]
    return Reliance(
        ai_right=_stratum(is_right, ai_right, alpha),
        ai_wrong=_stratum(is_right, ai_wrong, alpha),
        relied_when_right=_rate(after, ~before & ai_right, alpha),
        held_when_model_wrong=_rate(after, before & ai_wrong, alpha),
        omission=_accuracy_change(is_right, missed, alpha),
        omission_counts=_count(is_right[..., missed]),
        commission=_accuracy_change(is_right, false_alarm, alpha),
        commission_counts=_count(is_right[..., false_alarm]),
        cases_without_call=int((~has_advice).sum()),
    )


def _stratum(is_right: Bools, in_stratum: Bools, alpha: float) -> Stratum:
    chosen = is_right[..., in_stratum]
    return Stratum(
        pooled=_count(chosen),
        per_reader=tuple(_count(chosen[:, [j]]) for j in range(chosen.shape[1])),
        accuracy_change=_accuracy_change(is_right, in_stratum, alpha),
    )


def _count(is_right: Bools) -> ChangeCounts:
    before, after = is_right[0], is_right[1]
    return ChangeCounts(
        readings=before.size,
        cases=before.shape[1],
        wrong_before=int((~before).sum()),
        wrong_to_right=int((~before & after).sum()),
        right_before=int(before.sum()),
        right_to_wrong=int((before & ~after).sum()),
    )


def _accuracy_change(is_right: Bools, in_stratum: Bools, alpha: float) -> Estimate:
    """Return aided minus unaided with the cautious interval: this is what safety is judged by."""
    chosen = is_right[..., in_stratum].astype(np.float64)
    n_cases, n_readings = chosen.shape[2], chosen[0].size
    if n_cases < FEWEST_CASES or n_readings < FEWEST_READINGS:
        return not_estimable(_too_few(n_readings, n_cases))
    change = crossed_mean(chosen[1] - chosen[0], alpha=alpha, reach=(-1.0, 1.0), is_cautious=True)
    if n_cases >= SENSIBLE_CASES:
        return change
    few = f"{n_cases} cases rule out gross harm only; a study should have {SENSIBLE_CASES}."
    return replace(change, note=f"{change.note} {few}".strip())


def _rate(is_success: Bools, is_counted: Bools, alpha: float) -> Estimate:
    """Return a ratio of sums over cases; the cases are the sample, the readers are these readers."""
    per_case, counted = (is_success & is_counted).sum(axis=0), is_counted.sum(axis=0)
    n_readings, n_cases = int(counted.sum()), int((counted > 0).sum())
    if n_cases < FEWEST_CASES or n_readings < FEWEST_READINGS:
        return not_estimable(_too_few(n_readings, n_cases, n_successes=int(per_case.sum())))
    rate = float(per_case.sum() / n_readings)
    # Linearised ratio estimator with cases as clusters (Cochran, Sampling Techniques, 3rd ed., ch. 6).
    residual = (per_case - rate * counted)[counted > 0]
    variance = n_cases / (n_cases - 1) * float((residual**2).sum()) / n_readings**2
    if variance == 0:
        return Estimate(value=rate, note="Every reading went the same way: no interval can be given.")
    half_width = quantile(1 - alpha / 2, n_cases - 1) * float(np.sqrt(variance))
    return Estimate(
        value=rate,
        se=float(np.sqrt(variance)),
        df=n_cases - 1,
        ci=(max(0.0, rate - half_width), min(1.0, rate + half_width)),
        note=f"{int(per_case.sum())} of {n_readings} readings; holds for these readers.",
    )


def _too_few(n_readings: int, n_cases: int, *, n_successes: int | None = None) -> str:
    seen = f"{n_readings} readings of {n_cases} cases"
    if n_successes is not None:
        seen = f"{n_successes} of {seen}"
    return f"Only {seen}; needed are {FEWEST_READINGS} readings of {FEWEST_CASES} different cases."
