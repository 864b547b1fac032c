"""Resampling cases by patient, readers fixed: integer case weights, and intervals from their replicates.

Readers are never resampled for agreement: a reader drawn twice would agree perfectly with themselves.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.analysis.estimate import Estimate

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]
"""From case weights (replicates, cases) to values (replicates,), NaN where undefined."""

BLOCK_ELEMENTS = 4_000_000
"""Weights held at once; keeps memory level however many cases and replicates there are."""

MOST_UNDEFINED = 0.05
"""An interval from fewer than 95 % of the replicates would be about easier data than these."""

CASES_RESAMPLED = "resamples of the cases; it holds for these readers"


class Interval(StrEnum):
    """How an interval is read off the replicates."""

    PERCENTILE = "percentile"
    BCA = "bias-corrected and accelerated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampling:
    """How cases are resampled and intervals are formed.

    Parameters
    ----------
    n_replicates : int
        Number of bootstrap replicates.
    seed : int
        Of the generator; stands in every result.
    alpha : float
        One minus the confidence level.
    interval : Interval
        Percentile, or bias-corrected and accelerated for skewed coefficients.
    """

    n_replicates: int = 2_000
    seed: int = 20_241
    alpha: float = 0.05
    interval: Interval = Interval.PERCENTILE

    def __post_init__(self) -> None:
        if self.n_replicates < 1:
            raise ValueError("at least one replicate is needed")
        if not 0 < self.alpha < 1:
            raise ValueError("alpha lies between 0 and 1")


def patient_numbers(patients: ArrayLike | None, n_cases: int) -> NDArray[np.int64]:
    """Return 0, 1, 2, ... per case, shape (cases,); cases of one patient share a number.

    Parameters
    ----------
    patients : array-like of shape (cases,) or None
        Identifiers of any kind; None where every case is a patient of its own.
    n_cases : int
        Number of cases.
    """
    if patients is None:
        return np.arange(n_cases, dtype=np.int64)
    names = np.asarray(patients)
    if names.shape != (n_cases,):
        raise ValueError(f"{names.shape} patients for {n_cases} cases")
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def case_weights(patient_of_case: NDArray[np.int64], how: Resampling) -> Iterator[Floats]:
    """Yield blocks of integer case weights, each of shape (replicates, cases).

    As many patients are drawn with replacement as there are; a patient's cases go together. The weights do
    not depend on how they are cut into blocks.
    """
    n_patients = int(patient_of_case.max()) + 1
    generator = np.random.default_rng(how.seed)
    in_block = max(1, BLOCK_ELEMENTS // max(len(patient_of_case), 1))
    for start in range(0, how.n_replicates, in_block):
        n = min(in_block, how.n_replicates - start)
        drawn = generator.integers(0, n_patients, (n, n_patients))
        drawn += np.arange(n)[:, np.newaxis] * n_patients
        times = np.bincount(drawn.ravel(), minlength=n * n_patients).reshape(n, n_patients)
        yield times[:, patient_of_case].astype(np.float64)


def leave_one_out_weights(patient_of_case: NDArray[np.int64]) -> Iterator[Floats]:
    """Yield blocks of weights that leave each patient out in turn, together of shape (patients, cases)."""
    n_patients = int(patient_of_case.max()) + 1
    in_block = max(1, BLOCK_ELEMENTS // max(len(patient_of_case), 1))
    for start in range(0, n_patients, in_block):
        left_out = np.arange(start, min(start + in_block, n_patients))
        yield (patient_of_case[np.newaxis] != left_out[:, np.newaxis]).astype(np.float64)


def evaluate_on(blocks: Iterator[Floats], statistics: Sequence[Statistic]) -> Floats:
    """Return every statistic on the same weights, shape (statistics, replicates), NaN where undefined."""
    columns = [np.stack([statistic(block) for statistic in statistics]) for block in blocks]
    return np.concatenate(columns, axis=1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Replicates:
    """A statistic on all cases, on every bootstrap replicate and without each patient in turn.

    `values` has shape (replicates,), `left_out` (patients,), empty unless the interval needs it; NaN where
    the statistic is undefined.
    """

    point: float
    values: Floats
    left_out: Floats

    @property
    def n_undefined(self) -> int:
        """How many replicates have no value."""
        return int(np.isnan(self.values).sum())

    def minus(self, other: "Replicates") -> "Replicates":
        """Return the difference of two statistics, replicate by replicate."""
        return Replicates(
            point=self.point - other.point,
            values=self.values - other.values,
            left_out=self.left_out - other.left_out,
        )


def resample(
    statistics: Sequence[Statistic], patient_of_case: NDArray[np.int64], how: Resampling
) -> tuple[Replicates, ...]:
    """Evaluate statistics on all cases and on the same replicates, so that contrasts may be formed.

    Parameters
    ----------
    statistics : sequence of callables
        Each from case weights (replicates, cases) to values (replicates,).
    patient_of_case : array of int of shape (cases,)
        From `patient_numbers`.
    how : Resampling
        Replicates, seed, interval.
    """
    everyone = np.ones((1, len(patient_of_case)))
    points = [float(statistic(everyone)[0]) for statistic in statistics]
    if len(patient_of_case) == 0:
        empty = np.empty(0)
        return tuple(Replicates(point=point, values=empty, left_out=empty) for point in points)
    values = evaluate_on(case_weights(patient_of_case, how), statistics)
    left_out = np.empty((len(statistics), 0))
    if how.interval is Interval.BCA:
        left_out = evaluate_on(leave_one_out_weights(patient_of_case), statistics)
    return tuple(
        Replicates(point=points[i], values=values[i], left_out=left_out[i]) for i in range(len(statistics))
    )


def bootstrap_estimate(
    replicates: Replicates,
    how: Resampling,
    *,
    n_patients: int,
    undefined: str,
    basis: str = CASES_RESAMPLED,
) -> Estimate:
    """Return the value on all cases with its bootstrap standard error and interval, or the reason why not.

    Parameters
    ----------
    replicates : Replicates
        From `resample`.
    how : Resampling
        As used there.
    n_patients : int
        Number of patients resampled.
    undefined : str
        The sentence for a value that does not exist.
    basis : str
        What was resampled and for whom the interval holds; ends the note's first sentence.

    Notes
    -----
    Undefined replicates are counted in the note, never dropped silently; where more than 5 % are undefined
    no interval is given.
    """
    if np.isnan(replicates.point):
        return Estimate(value=None, note=undefined)
    value = replicates.point
    defined = replicates.values[~np.isnan(replicates.values)]
    n_undefined, n_all = replicates.n_undefined, len(replicates.values)
    if n_patients < 2:
        return Estimate(value=value, note="A single patient gives no interval.")
    if n_undefined > MOST_UNDEFINED * n_all:
        reason = f"Undefined in {n_undefined} of {n_all} resamples: no interval can be given."
        return Estimate(value=value, note=reason)
    if np.ptp(defined) <= 1e-12 * max(1.0, abs(value)):
        reason = "Every resample gives the same value: no interval can be given."
        return Estimate(value=value, note=reason)
    probabilities, shape = np.array([how.alpha / 2, 1 - how.alpha / 2]), Interval.PERCENTILE
    if how.interval is Interval.BCA:
        corrected = _bca_probabilities(value, defined, replicates.left_out, probabilities)
        if corrected is not None:
            probabilities, shape = corrected, Interval.BCA
    low, high = np.quantile(defined, probabilities)
    made = f"{shape.capitalize()} interval of {n_all} {basis}."
    if n_undefined:
        made += f" {n_undefined} resamples had no value."
    se = float(defined.std(ddof=1))
    return Estimate(value=value, se=se, ci=(float(low), float(high)), note=made)


def _bca_probabilities(
    value: float, values: Floats, left_out: Floats, probabilities: Floats
) -> Floats | None:
    """Return the probabilities corrected for bias and skewness; None where the correction has no value.

    References
    ----------
    .. [1] Efron B. J Am Stat Assoc 1987;82(397):171-185.
    """
    from scipy import stats

    below = float((values < value).mean() + 0.5 * (values == value).mean())
    deviations = left_out[~np.isnan(left_out)]
    if not 0 < below < 1 or not len(deviations):
        return None
    deviations = deviations.mean() - deviations
    spread = float((deviations**2).sum())
    if spread <= 0:
        return None
    bias, acceleration = float(stats.norm.ppf(below)), float((deviations**3).sum()) / (6 * spread**1.5)
    moved = bias + stats.norm.ppf(probabilities)
    if (acceleration * moved >= 1).any():
        return None
    corrected: Floats = stats.norm.cdf(bias + moved / (1 - acceleration * moved))
    return corrected
