"""Could the algorithm take a reader's place without more disagreement? Needs no reference standard.

Agreeing with readers is not enough: what counts is whether replacing a reader adds disagreement.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.analysis.agreement.case_resampling import (
    Replicates,
    Resampling,
    bootstrap_estimate,
    patient_numbers,
    resample,
)
from realfm_gui.analysis.agreement.kappas import ratio
from realfm_gui.analysis.agreement.leave_one_reader_out import LeaveOneReaderOut, leave_one_reader_out
from realfm_gui.analysis.conditions import Status
from realfm_gui.analysis.estimate import Estimate, unseen_share_bound
from realfm_gui.domain.errors import UserFacingError

Floats = NDArray[np.float64]
Apart = Callable[[Floats, Floats], Floats]

ONE_READER = "One reader: without a second one there is no disagreement between readers to compare with."
NO_PAIR = "No case was answered by the algorithm and by two readers: there is nothing to compare."


@dataclass(frozen=True, slots=True, kw_only=True)
class Interchangeability:
    """How much disagreement grows when the algorithm takes a reader's place.

    `gamma` is the disagreement of the algorithm with a reader minus that of two readers; `of_readers` the
    same for each reader replaced, None where undefined. `status` compares the interval with `margin`: it
    passes where the whole interval lies below, is contradicted where it lies above.
    """

    gamma: Estimate
    with_algorithm: float | None
    between_readers: float | None
    of_readers: tuple[float | None, ...]
    without_reader: LeaveOneReaderOut
    margin: float
    status: Status
    n_readers: int
    n_cases: int
    n_patients: int
    n_replicates: int
    n_undefined_replicates: int
    seed: int

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types; absent numbers are null."""
        return {
            "gamma": self.gamma.to_json(),
            "with_algorithm": self.with_algorithm,
            "between_readers": self.between_readers,
            "of_readers": list(self.of_readers),
            "without_reader": self.without_reader.to_json(),
            "margin": self.margin,
            "status": self.status.value,
            "n_readers": self.n_readers,
            "n_cases": self.n_cases,
            "n_patients": self.n_patients,
            "n_replicates": self.n_replicates,
            "n_undefined_replicates": self.n_undefined_replicates,
            "seed": self.seed,
        }


def interchangeability_of_calls(
    readers: ArrayLike,
    algorithm: ArrayLike,
    *,
    margin: float = 0.05,
    patients: ArrayLike | None = None,
    how: Resampling | None = None,
) -> Interchangeability:
    """Return how much more often two disagree when the algorithm replaces a reader.

    Parameters
    ----------
    readers : array-like of shape (readers, cases)
        Calls, 0 and 1 or any categories; NaN where a reader did not read the case.
    algorithm : array-like of shape (cases,)
        The algorithm's calls; cases where it is NaN are left out.
    margin : float
        How much more disagreement is tolerable, as a share of cases.
    patients : array-like of shape (cases,), optional
        Cases of one patient are resampled together.
    how : Resampling, optional
        Replicates, seed, level. Readers stay fixed.

    Notes
    -----
    The interval never ends inside the exact bound on what was seen in no patient: perfect agreement on ten
    cases passes no margin of five percent.

    Raises
    ------
    UserFacingError
        If the margin is not a positive number.

    References
    ----------
    .. [1] Obuchowski NA, Subhas N, Schoenhagen P. Acad Radiol 2014;21(11):1483-1489.

    Examples
    --------
    >>> calls = [[0, 0, 1, 1], [0, 0, 1, 0]]
    >>> interchangeability_of_calls(calls, [0, 1, 1, 1]).gamma.value
    0.125
    """
    table, of_algorithm = _checked(readers, algorithm, margin)
    return _interchangeability(
        table, of_algorithm, _different, margin=margin, patients=patients, how=how or Resampling(), reach=1.0
    )


def interchangeability_of_scores(
    readers: ArrayLike,
    algorithm: ArrayLike,
    *,
    margin: float,
    largest_difference: float | None = None,
    patients: ArrayLike | None = None,
    how: Resampling | None = None,
) -> Interchangeability:
    """Return how much the mean squared difference of two grows when the algorithm replaces a reader.

    Parameters
    ----------
    readers : array-like of shape (readers, cases)
        Measurements; NaN where a reader did not read the case.
    algorithm : array-like of shape (cases,)
        The algorithm's measurements, on the same scale.
    margin : float
        How much more squared difference is tolerable, in squared units of the scale.
    largest_difference : float, optional
        How far apart two measurements can be. Where given, the interval never ends inside the exact bound on
        what was seen in no patient; without it, no interval is given for data without any spread.
    patients, how
        As in `interchangeability_of_calls`.

    Raises
    ------
    UserFacingError
        If the margin is not a positive number.

    References
    ----------
    .. [1] Obuchowski NA, Subhas N, Schoenhagen P. Acad Radiol 2014;21(11):1483-1489.
    """
    table, of_algorithm = _checked(readers, algorithm, margin)
    reach = None if largest_difference is None else largest_difference**2
    return _interchangeability(
        table, of_algorithm, _squared, margin=margin, patients=patients, how=how or Resampling(), reach=reach
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Disagreement:
    """Disagreement of each reader on each case: with the algorithm, and with all other readers together.

    All of shape (readers, cases); nil where the reader or the algorithm gave no answer.
    """

    with_algorithm: Floats
    with_others: Floats
    is_read: NDArray[np.bool_]

    def shares(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return the disagreement with the algorithm and between two readers, each of shape (replicates,)."""
        reads = self.is_read.sum(axis=0)
        of_case = [self.with_algorithm.sum(axis=0), reads, self.with_others.sum(axis=0), reads * (reads - 1)]
        sums = weights @ np.column_stack(of_case).astype(np.float64)
        return ratio(sums[:, 0], sums[:, 1]), ratio(sums[:, 2], sums[:, 3])

    def gamma(self, weights: Floats) -> Floats:
        """Return the excess of disagreement with the algorithm, shape (replicates,)."""
        with_algorithm, between_readers = self.shares(weights)
        return with_algorithm - between_readers

    def replacing(self, reader: int) -> float:
        """Return how much more the others disagree with the algorithm than with this reader, or NaN."""
        others = self.is_read & self.is_read[reader]
        others[reader] = False
        n_pairs = float(others.sum())
        excess = self.with_algorithm[others].sum() - self.with_others[reader].sum()
        return float(excess) / n_pairs if n_pairs else np.nan


def _different(one: Floats, other: Floats) -> Floats:
    apart: Floats = (one != other).astype(np.float64)
    return apart


def _squared(one: Floats, other: Floats) -> Floats:
    apart: Floats = (one - other) ** 2
    return apart


def _disagreement(table: Floats, algorithm: Floats, apart: Apart) -> _Disagreement:
    is_read = ~np.isnan(table) & ~np.isnan(algorithm)
    with_others = np.zeros(table.shape)
    # Reader by reader: a table of all pairs on all cases would be the largest thing in memory.
    for reader, own in enumerate(table):
        with_others[reader] = np.where(is_read & is_read[reader], apart(table, own), 0.0).sum(axis=0)
    with_algorithm = np.where(is_read, apart(table, algorithm), 0.0)
    return _Disagreement(with_algorithm=with_algorithm, with_others=with_others, is_read=is_read)


def _interchangeability(
    table: Floats,
    algorithm: Floats,
    apart: Apart,
    *,
    margin: float,
    patients: ArrayLike | None,
    how: Resampling,
    reach: float | None,
) -> Interchangeability:
    (n_readers, n_cases), pairs = table.shape, _disagreement(table, algorithm, apart)
    numbers, is_paired = patient_numbers(patients, n_cases), pairs.is_read.sum(axis=0) >= 2
    (replicates,) = resample([pairs.gamma], numbers, how)
    n_patients = len(np.unique(numbers[is_paired]))
    undefined = ONE_READER if n_readers == 1 else NO_PAIR
    gamma = bootstrap_estimate(replicates, how, n_patients=n_patients, undefined=undefined)
    if reach is not None:
        gamma = _not_inside_exact_bound(gamma, replicates, n_patients, alpha=how.alpha, reach=reach)
    everyone = np.ones((1, n_cases))
    with_algorithm, between_readers = (_number(share[0]) for share in pairs.shares(everyone))
    return Interchangeability(
        gamma=gamma,
        with_algorithm=with_algorithm,
        between_readers=between_readers,
        of_readers=tuple(_number(pairs.replacing(reader)) for reader in range(n_readers)),
        without_reader=leave_one_reader_out(
            lambda reader: float(
                _disagreement(np.delete(table, reader, axis=0), algorithm, apart).gamma(everyone)[0]
            ),
            n_readers,
        ),
        margin=margin,
        status=_status(gamma, margin),
        n_readers=n_readers,
        n_cases=int(is_paired.sum()),
        n_patients=n_patients,
        n_replicates=len(replicates.values),
        n_undefined_replicates=replicates.n_undefined,
        seed=how.seed,
    )


def _not_inside_exact_bound(
    gamma: Estimate, replicates: Replicates, n_patients: int, *, alpha: float, reach: float
) -> Estimate:
    """Widen an interval to what the patients could still hide; otherwise rare disagreement looks certain."""
    value = gamma.value
    if value is None or n_patients < 2:
        return gamma
    if gamma.ci is None and (replicates.n_undefined or np.ptp(replicates.values) > 1e-12 * reach):
        return gamma
    unseen = unseen_share_bound(n_patients, alpha=alpha) * reach
    low, high = gamma.ci or (value, value)
    # The bound moves with gamma only where gamma is better, so that more disagreement never helps to pass.
    wider = max(min(low, max(value, 0.0) - unseen), -reach), min(max(high, min(value, 0.0) + unseen), reach)
    if wider == gamma.ci:
        return gamma
    return replace(gamma, ci=wider, note=f"The interval is the exact bound of {n_patients} patients.")


def _status(gamma: Estimate, margin: float) -> Status:
    if gamma.ci is None:
        return Status.NOT_ASSESSABLE
    low, high = gamma.ci
    if high < margin:
        return Status.PASSES
    return Status.CONTRADICTED if low > margin else Status.INCONCLUSIVE


def _checked(readers: ArrayLike, algorithm: ArrayLike, margin: float) -> tuple[Floats, Floats]:
    table, of_algorithm = np.asarray(readers, dtype=np.float64), np.asarray(algorithm, dtype=np.float64)
    if table.ndim != 2 or of_algorithm.shape != table.shape[1:]:
        raise ValueError(f"readers {table.shape} and algorithm {of_algorithm.shape} do not belong together")
    if np.isinf(table).any() or np.isinf(of_algorithm).any():
        raise UserFacingError(
            "An answer of a reader or the algorithm is infinite.", hint="Leave it empty, or give the value."
        )
    if not 0 < margin < np.inf:
        raise UserFacingError(
            f"The margin {margin:g} leaves no room for disagreement.",
            hint="Give a positive margin, e.g. 0.05, chosen before the data are seen.",
        )
    return table, of_algorithm


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
