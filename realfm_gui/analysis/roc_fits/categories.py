"""From ratings to counts per ordered category, and from those to the categories that carry information.

Neighbouring categories that hold cases of one truth state only can be merged: wherever the cuts around them
lie, the best cut between them splits them in proportion to their counts, whatever the curve. Continuous
ratings so become a modest number of runs, and the fit of the runs is the fit of the ratings.

References
----------
.. [1] Metz CE, Herman BA, Shen JH. Stat Med 1998;17(9):1033-1053.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.analysis.auc import dense_ranks
from realfm_gui.analysis.roc_fits.normal import Floats

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryCounts:
    """Cases per ordered category, the least suspicious first; counts may be weights.

    `positive` and `negative` have shape (..., categories); a category may be empty in both.
    """

    positive: Floats
    negative: Floats

    def __post_init__(self) -> None:
        if self.positive.shape != self.negative.shape or self.positive.ndim == 0:
            raise ValueError(
                f"counts of positives {self.positive.shape} and of negatives {self.negative.shape} "
                "do not belong together"
            )
        for counts in (self.positive, self.negative):
            if not np.isfinite(counts).all() or (counts < 0).any():
                raise ValueError("a count is missing, not finite or negative")
            if (counts.sum(axis=-1) <= 0).any():
                raise ValueError("a curve needs positive and negative cases")


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """Counts of the truth-state runs of many fits, padded with empty runs to a common number.

    Attributes
    ----------
    counts : array of shape (2, runs, fits)
        Cases per run, negatives first.
    n_runs : array of shape (fits,)
        How many of the runs are in use.
    run_of_category : array of shape (fits, categories)
        The run each category went to.
    first_category : array of shape (runs, fits)
        The lowest category of each run; 0 where the run is padding.
    split : array of shape (fits,)
        Log-likelihood of the categories within their runs, the same for every curve.
    """

    counts: Floats
    n_runs: Ints
    run_of_category: Ints
    first_category: Ints
    split: Floats

    @property
    def is_cut(self) -> Bools:
        """Which cuts lie between two runs, shape (runs - 1, fits)."""
        result: Bools = np.arange(1, self.counts.shape[1])[:, np.newaxis] < self.n_runs
        return result

    def select(self, fits: Ints | Bools) -> "Runs":
        """Return some of the fits, without the padding that only the others needed."""
        n_runs = self.n_runs[fits]
        most = int(n_runs.max(initial=1))
        return Runs(
            counts=self.counts[:, :most, fits],
            n_runs=n_runs,
            run_of_category=self.run_of_category[fits],
            first_category=self.first_category[:most, fits],
            split=self.split[fits],
        )


def categorise(ratings: ArrayLike, is_positive: ArrayLike) -> CategoryCounts:
    """Return the counts of every observer's distinct ratings.

    Parameters
    ----------
    ratings : array-like of shape (observers, cases)
        Finite; only their order within an observer matters.
    is_positive : array-like of shape (cases,)
        The reference standard.

    Returns
    -------
    CategoryCounts
        Counts of shape (observers, categories); observers with fewer distinct ratings than the others have
        empty categories at the top.

    Raises
    ------
    ValueError
        If a rating is not finite, the shapes do not fit, or one of the truth states has no case.

    Examples
    --------
    >>> counts = categorise([[1, 1, 3, 5]], [False, False, False, True])
    >>> counts.negative.tolist(), counts.positive.tolist()
    ([[2.0, 1.0, 0.0]], [[0.0, 0.0, 1.0]])
    """
    ranks, truth = ranked(ratings, is_positive)
    n_categories = int(ranks.max()) + 1
    return CategoryCounts(
        positive=_histogram(ranks[:, truth], n_categories),
        negative=_histogram(ranks[:, ~truth], n_categories),
    )


def ranked(ratings: ArrayLike, is_positive: ArrayLike) -> tuple[Ints, Bools]:
    """Return ratings as dense ranks (observers, cases), and truth (cases,), after a check of both."""
    values, truth = np.asarray(ratings, dtype=np.float64), np.asarray(is_positive, dtype=np.bool_)
    if values.ndim != 2 or truth.shape != values.shape[1:]:
        raise ValueError(f"ratings {values.shape} and truth {truth.shape} do not belong together")
    if not np.isfinite(values).all():
        raise ValueError("a rating is missing or not finite: leave incomplete cases out first")
    if truth.all() or not truth.any():
        raise ValueError("a curve needs positive and negative cases")
    return dense_ranks(values), truth


def _histogram(ranks: Ints, n_categories: int) -> Floats:
    n_observers = len(ranks)
    places = ranks + np.arange(n_observers)[:, np.newaxis] * n_categories
    counts = np.bincount(places.ravel(), minlength=n_observers * n_categories)
    return counts.reshape(n_observers, n_categories).astype(np.float64)


def find_runs(positive: Floats, negative: Floats) -> Runs:
    """Merge neighbouring categories of one truth state, and drop empty ones.

    Parameters
    ----------
    positive, negative : array of shape (fits, categories)
        Cases per category, the least suspicious first.
    """
    n_fits, n_categories = positive.shape
    is_used = (positive > 0) | (negative > 0)
    kind = np.where(positive > 0, 1, 0) + np.where(negative > 0, 2, 0)
    column = np.broadcast_to(np.arange(n_categories), kind.shape)
    latest_used = np.maximum.accumulate(np.where(is_used, column, -1), axis=1)
    before = np.concatenate([np.full((n_fits, 1), -1), latest_used[:, :-1]], axis=1)
    kind_before = np.where(before >= 0, np.take_along_axis(kind, np.maximum(before, 0), axis=1), 0)
    is_start = is_used & ((kind == 3) | (kind != kind_before))
    run = np.maximum(np.cumsum(is_start, axis=1) - 1, 0)
    n_runs = is_start.sum(axis=1)
    most = int(n_runs.max(initial=1))
    fit = np.broadcast_to(np.arange(n_fits)[:, np.newaxis], run.shape)
    counts: Floats = np.stack(
        [
            np.bincount((run * n_fits + fit).ravel(), weights=cases.ravel(), minlength=most * n_fits).reshape(
                most, n_fits
            )
            for cases in (negative, positive)
        ]
    )
    first_category = np.zeros((most, n_fits), dtype=np.int64)
    first_category[run[is_start], fit[is_start]] = column[is_start]
    whole = _sum_n_log_n(positive) + _sum_n_log_n(negative)
    split = whole - _sum_n_log_n(counts[0].T) - _sum_n_log_n(counts[1].T)
    return Runs(counts=counts, n_runs=n_runs, run_of_category=run, first_category=first_category, split=split)


def _sum_n_log_n(counts: Floats) -> Floats:
    result: Floats = (counts * np.log(np.where(counts > 0, counts, 1.0))).sum(axis=-1)
    return result
