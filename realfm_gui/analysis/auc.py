"""Area under the empirical ROC curve: one observer or many at once, with its jackknife."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.analysis.estimate import Estimate, wald_estimate

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class AucResult:
    """Area under the empirical ROC curve of one observer."""

    auc: float
    n_positive: int
    n_negative: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RocCurve:
    """Operating points from (0, 0) to (1, 1), one per distinct score; arrays of shape (points,).

    `thresholds` starts at infinity; a case is called positive where its score reaches the threshold.
    """

    false_positive_fractions: Floats
    true_positive_fractions: Floats
    thresholds: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class WinCounts:
    """How often positives outscore negatives, counted in halves so that every number is a whole one.

    `of_positives` has shape (observers, positives), `of_negatives` (observers, negatives): twice the number
    of pairs this case wins (as a positive) or loses (as a negative), a tie counting one. `total` has shape
    (observers,).
    """

    of_positives: NDArray[np.int64]
    of_negatives: NDArray[np.int64]
    total: NDArray[np.int64]

    @property
    def n_positive(self) -> int:
        """Number of positive cases."""
        return int(self.of_positives.shape[1])

    @property
    def n_negative(self) -> int:
        """Number of negative cases."""
        return int(self.of_negatives.shape[1])

    @property
    def aucs(self) -> Floats:
        """Empirical AUC of every observer, shape (observers,)."""
        return self.total / (2.0 * self.n_positive * self.n_negative)


def empirical_auc(scores: ArrayLike, is_positive: ArrayLike) -> AucResult:
    """Probability that a positive case outscores a negative one, ties counting half.

    Parameters
    ----------
    scores : array-like of shape (cases,)
        One observer's scores; higher is more suspicious.
    is_positive : array-like of shape (cases,)
        The reference standard.

    Raises
    ------
    ValueError
        If a score is not finite, or one of the two groups is empty.

    References
    ----------
    .. [1] Hanley JA, McNeil BJ. Radiology 1982;143(1):29-36.

    Examples
    --------
    >>> empirical_auc([10, 80, 80, 90], [False, False, True, True]).auc
    0.875
    """
    wins = count_wins(np.asarray(scores, dtype=np.float64)[np.newaxis], is_positive)
    return AucResult(auc=float(wins.aucs[0]), n_positive=wins.n_positive, n_negative=wins.n_negative)


def dense_ranks(scores: ArrayLike) -> NDArray[np.int64]:
    """Return ranks 0, 1, 2, ... along the last axis; equal scores share one, and no number is left out.

    Everything after this compares integers, so no later cast can make or break a tie.

    Examples
    --------
    >>> dense_ranks([[0.5, 0.1, 0.5, 0.7]]).tolist()
    [[1, 0, 1, 2]]
    """
    values = np.asarray(scores, dtype=np.float64)
    order = np.argsort(values, axis=-1, kind="stable")
    ordered = np.take_along_axis(values, order, axis=-1)
    is_new = np.zeros(values.shape, dtype=np.int64)
    is_new[..., 1:] = ordered[..., 1:] > ordered[..., :-1]
    ranks = np.empty(values.shape, dtype=np.int64)
    np.put_along_axis(ranks, order, np.cumsum(is_new, axis=-1), axis=-1)
    return ranks


def count_wins(scores: ArrayLike, is_positive: ArrayLike) -> WinCounts:
    """Count, for many observers at once, the pairs in which a positive outscores a negative.

    Parameters
    ----------
    scores : array-like of shape (observers, cases)
        Finite scores; only their order within an observer matters.
    is_positive : array-like of shape (cases,)
        The reference standard.
    """
    values, truth = np.asarray(scores, dtype=np.float64), np.asarray(is_positive, dtype=np.bool_)
    _check(values, truth)
    n_observers, n_cases = values.shape
    # One observer's ranks never reach into the next one's, so a single sorted search serves them all.
    shelf = np.arange(n_observers, dtype=np.int64)[:, np.newaxis] * (n_cases + 1)
    ranks = dense_ranks(values) + shelf
    positives, negatives = ranks[:, truth], ranks[:, ~truth]
    of_positives = _twice_the_number_below(positives, negatives)
    not_lost = _twice_the_number_below(negatives, positives)
    return WinCounts(
        of_positives=of_positives,
        of_negatives=2 * positives.shape[1] - not_lost,
        total=of_positives.sum(axis=1),
    )


def _twice_the_number_below(queries: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.int64]:
    ordered = np.sort(others.ravel())
    below = np.searchsorted(ordered, queries.ravel(), side="left")
    not_above = np.searchsorted(ordered, queries.ravel(), side="right")
    before = np.arange(len(queries), dtype=np.int64)[:, np.newaxis] * others.shape[1]
    counts: NDArray[np.int64] = (below + not_above).reshape(queries.shape) - 2 * before
    return counts


def _check(values: Floats, truth: Bools) -> None:
    if values.ndim != 2 or truth.shape != values.shape[1:]:
        raise ValueError(f"scores {values.shape} and truth {truth.shape} do not belong together")
    if not np.isfinite(values).all():
        raise ValueError("a score is missing or not finite: leave incomplete cases out first")
    if truth.all() or not truth.any():
        raise ValueError("an AUC needs positive and negative cases")


def leave_one_out_aucs(scores: ArrayLike, is_positive: ArrayLike) -> Floats:
    """Return every observer's AUC without each case in turn, shape (observers, cases).

    Closed form: leaving a case out only takes its own pairs away, so nothing is counted twice.

    Raises
    ------
    ValueError
        If there are fewer than two positive or two negative cases.
    """
    truth = np.asarray(is_positive, dtype=np.bool_)
    wins = count_wins(scores, truth)
    n_positive, n_negative = wins.n_positive, wins.n_negative
    if min(n_positive, n_negative) < 2:
        raise ValueError("a jackknife needs at least two positive and two negative cases")
    total = wins.total[:, np.newaxis]
    result = np.empty((len(wins.total), truth.size))
    result[:, truth] = (total - wins.of_positives) / (2.0 * (n_positive - 1) * n_negative)
    result[:, ~truth] = (total - wins.of_negatives) / (2.0 * n_positive * (n_negative - 1))
    return result


def jackknife_covariance(leave_one_out: Floats) -> Floats:
    """Return the covariance matrix of the full-sample estimates from their leave-one-out values.

    Parameters
    ----------
    leave_one_out : array of shape (observers, cases)
        Each observer's estimate without each case.

    Returns
    -------
    array of shape (observers, observers)
        ``(n - 1)^2 / n`` times the sample covariance.

    References
    ----------
    .. [1] Efron B, Stein C. Ann Stat 1981;9(3):586-596.
    """
    n = leave_one_out.shape[1]
    covariance: Floats = np.atleast_2d(np.cov(leave_one_out)) * ((n - 1) ** 2 / n)
    return covariance


def roc_curve(scores: ArrayLike, is_positive: ArrayLike) -> RocCurve:
    """Return the empirical ROC curve of one observer.

    Parameters
    ----------
    scores : array-like of shape (cases,)
        Higher is more suspicious.
    is_positive : array-like of shape (cases,)
        The reference standard.

    Examples
    --------
    >>> curve = roc_curve([10, 80, 80, 90], [False, False, True, True])
    >>> curve.true_positive_fractions.tolist()
    [0.0, 0.5, 1.0, 1.0]
    """
    values, truth = np.asarray(scores, dtype=np.float64), np.asarray(is_positive, dtype=np.bool_)
    _check(values[np.newaxis], truth)
    thresholds = np.unique(values)[::-1]
    positives, negatives = np.sort(values[truth]), np.sort(values[~truth])
    hits = len(positives) - np.searchsorted(positives, thresholds, side="left")
    alarms = len(negatives) - np.searchsorted(negatives, thresholds, side="left")
    return RocCurve(
        true_positive_fractions=np.concatenate([[0.0], hits / len(positives)]),
        false_positive_fractions=np.concatenate([[0.0], alarms / len(negatives)]),
        thresholds=np.concatenate([[np.inf], thresholds]),
    )


def auc_estimate(scores: ArrayLike, is_positive: ArrayLike, *, alpha: float) -> Estimate:
    """Return one observer's AUC with its jackknife standard error and interval (normal theory, cut to 0..1).

    A perfect ranking has no jackknife spread; it gets an exact bound instead of an interval of width nil.
    """
    values, truth = np.asarray(scores, dtype=np.float64), np.asarray(is_positive, dtype=np.bool_)
    result = empirical_auc(values, truth)
    if min(result.n_positive, result.n_negative) < 2:
        return Estimate(value=result.auc, note="One positive or one negative case gives no interval.")
    variance = float(jackknife_covariance(leave_one_out_aucs(values[np.newaxis], truth))[0, 0])
    if result.auc in (0.0, 1.0):
        return perfect_auc_estimate(
            result.auc, n_positive=result.n_positive, n_negative=result.n_negative, alpha=alpha
        )
    return wald_estimate(
        result.auc,
        variance,
        df=None,
        alpha=alpha,
        limits=(0.0, 1.0),
        is_level=True,
        zero_variance_note="The scores have no spread (all cases rank alike): no interval can be given.",
    )


def perfect_auc_estimate(auc: float, *, n_positive: int, n_negative: int, alpha: float) -> Estimate:
    """Return an AUC of exactly 1 (or 0) with an exact bound instead of an interval of width nil.

    Of min(P, N) pairs without a common case every one was won; they are independent, so the chance of that
    is at most AUC^min(P, N). Conservative, because the other pairs are not used.

    References
    ----------
    .. [1] Clopper CJ, Pearson ES. Biometrika 1934;26(4):404-413.
    """
    bound = float((alpha / 2) ** (1 / min(n_positive, n_negative)))
    return Estimate(
        value=auc,
        ci=(bound, 1.0) if auc == 1.0 else (0.0, 1 - bound),
        note="Positive and negative cases are separated without overlap: the interval is an exact bound.",
    )
