"""Planning for sensitivity and specificity: the same machinery, positive and negative cases counted apart.

A sensitivity is a mean of calls over positive cases, so its error covariances are covariances of calls over
the number of positives: exactly what the jackknife gives (Gallas, Pennello and Myers 2007 [1]_).

References
----------
.. [1] Gallas BD, Pennello GA, Myers KJ. J Opt Soc Am A 2007;24(12):B70-B80 (binary data).
.. [2] Hillis SL. Stat Med 2014;33(2):330-360.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from realfm_gui.analysis.planning.components import PilotComponents, components_from_estimates
from realfm_gui.analysis.planning.power import StudyPlan
from realfm_gui.analysis.planning.sizing import MOST_CASES, SampleSizeRow, power_table
from realfm_gui.domain.errors import UserFacingError


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNumbers:
    """How many cases a study must collect.

    `enriched` is what is needed if positives and negatives are chosen; `consecutive` how many patients must
    be enrolled one after the other, so that with a chance of `assurance` both kinds are enough.
    """

    n_positive: int
    n_negative: int
    prevalence: float
    assurance: float
    consecutive: int

    @property
    def enriched(self) -> int:
        """Positives and negatives together."""
        return self.n_positive + self.n_negative


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSizeRow:
    """Sensitivity and specificity planned for the same readers.

    `cases` is None where one of them cannot be reached. `joint_power_at_least` is the chance that both are
    shown if they were as unlike as can be (Bonferroni); it needs no assumption on how they hang together.
    """

    readers: Any
    sensitivity: SampleSizeRow
    specificity: SampleSizeRow
    cases: CaseNumbers | None
    joint_power_at_least: float | None

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types; absent numbers are null."""
        return {
            "readers": list(self.readers) if isinstance(self.readers, tuple) else self.readers,
            "n_positive": self.sensitivity.cases,
            "n_negative": self.specificity.cases,
            "power_sensitivity": None if self.sensitivity.point is None else self.sensitivity.point.power,
            "power_specificity": None if self.specificity.point is None else self.specificity.point.power,
            "joint_power_at_least": self.joint_power_at_least,
            "enriched_cases": None if self.cases is None else self.cases.enriched,
            "consecutive_cases": None if self.cases is None else self.cases.consecutive,
            "warnings": [*self.sensitivity.warnings, *self.specificity.warnings],
        }


def call_components(is_right: ArrayLike) -> PilotComponents:
    """Return the components of the share of right calls in one class of cases.

    Parameters
    ----------
    is_right : array-like of shape (2, readers, cases)
        1 where the call is right, 0 where not: positive cases for a sensitivity, negative ones for a
        specificity. At least two readers and two cases.
    """
    values = np.asarray(is_right, dtype=np.float64)
    if values.ndim != 3 or values.shape[0] != 2:
        raise ValueError(f"expected calls of shape (2, readers, cases), not {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError("a call is missing: leave incomplete cases out first")
    n_cases = values.shape[2]
    if n_cases < 2:
        raise UserFacingError(
            f"The pilot has {n_cases} cases of this class.", hint="Components need two cases, better fifty."
        )
    covariance = np.cov(values.reshape(-1, n_cases)) / n_cases
    if not np.diag(covariance).mean() > 0:
        raise UserFacingError(
            "Every call of the pilot is right, or every call is wrong: nothing varies that a plan could use.",
            hint="Use a harder pilot, or components_from_correlations with an expected proportion.",
        )
    return components_from_estimates(values.mean(axis=2), covariance, n_cases=n_cases)


def sensitivity_and_specificity_components(
    calls: ArrayLike, truth: ArrayLike
) -> tuple[PilotComponents, PilotComponents]:
    """Return the components of sensitivity (counted in positives) and of specificity (in negatives).

    Parameters
    ----------
    calls : array-like of shape (2, readers, cases)
        1 where the reader calls the case positive.
    truth : array-like of shape (cases,)
        The reference standard.
    """
    values, is_positive = np.asarray(calls, dtype=np.float64), np.asarray(truth, dtype=np.bool_)
    return call_components(values[:, :, is_positive]), call_components(1 - values[:, :, ~is_positive])


def cases_to_collect(
    n_positive: int, n_negative: int, *, prevalence: float, assurance: float = 0.9
) -> CaseNumbers:
    """Return how many cases give enough positives and negatives.

    Parameters
    ----------
    n_positive, n_negative : int
        Cases needed of each kind.
    prevalence : float
        Share of positives among those enrolled, strictly between 0 and 1.
    assurance : float
        Chance that so many consecutive patients hold enough of both. Enrolling only as many as give
        enough on average falls short half of the time.

    Examples
    --------
    >>> cases_to_collect(50, 100, prevalence=0.1, assurance=0.5).consecutive
    497
    """
    if not 0 < prevalence < 1 or not 0 < assurance < 1:
        raise UserFacingError(
            f"Prevalence {prevalence} and assurance {assurance} must lie strictly between 0 and 1.",
            hint="Give shares, e.g. 0.05, not percentages.",
        )
    if min(n_positive, n_negative) < 1:
        raise UserFacingError("Cases of both kinds are needed.", hint="Give at least one of each.")
    low = n_positive + n_negative
    high = max(low, math.ceil(max(n_positive / prevalence, n_negative / (1 - prevalence))))
    while _chance_of_enough(high, n_positive, n_negative, prevalence) < assurance:
        low, high = high + 1, 2 * high
    while low < high:  # the chance grows with every patient: both counts only go up
        middle = (low + high) // 2
        if _chance_of_enough(middle, n_positive, n_negative, prevalence) >= assurance:
            high = middle
        else:
            low = middle + 1
    return CaseNumbers(
        n_positive=n_positive,
        n_negative=n_negative,
        prevalence=prevalence,
        assurance=assurance,
        consecutive=low,
    )


def _chance_of_enough(patients: int, n_positive: int, n_negative: int, prevalence: float) -> float:
    from scipy import stats

    chance = stats.binom.cdf(patients - n_negative, patients, prevalence) - stats.binom.cdf(
        n_positive - 1, patients, prevalence
    )
    return float(chance)


def size_calls(
    sensitivity: StudyPlan,
    specificity: StudyPlan,
    readers: Iterable[int],
    *,
    prevalence: float,
    target: float = 0.8,
    assurance: float = 0.9,
    most_cases: int = MOST_CASES,
) -> tuple[CallSizeRow, ...]:
    """Return positives, negatives and all cases for each number of readers.

    Parameters
    ----------
    sensitivity, specificity : StudyPlan
        Plans whose components count positives and negatives; goals may differ (superior sensitivity at
        non-inferior specificity).
    readers : iterable of int
        Numbers of readers to plan for.
    prevalence, assurance : float
        See `cases_to_collect`.
    target : float
        Power of each endpoint. For both together with a power of .8 plan each with .9.
    most_cases : int
        Most positives, and most negatives.
    """
    numbers = list(readers)
    of_positives = power_table(sensitivity, numbers, target=target, most_cases=most_cases).rows
    of_negatives = power_table(specificity, numbers, target=target, most_cases=most_cases).rows
    return tuple(
        _call_row(positive, negative, prevalence, assurance)
        for positive, negative in zip(of_positives, of_negatives, strict=True)
    )


def _call_row(
    positive: SampleSizeRow, negative: SampleSizeRow, prevalence: float, assurance: float
) -> CallSizeRow:
    cases, joint = None, None
    if positive.point is not None and negative.point is not None:
        cases = cases_to_collect(
            positive.point.cases, negative.point.cases, prevalence=prevalence, assurance=assurance
        )
        joint = max(positive.point.power + negative.point.power - 1, 0.0)
    return CallSizeRow(
        readers=positive.readers,
        sensitivity=positive,
        specificity=negative,
        cases=cases,
        joint_power_at_least=joint,
    )
