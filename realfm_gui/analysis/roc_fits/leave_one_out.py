"""Fits without each case in turn, for the jackknife: few of them differ."""

import numpy as np
from numpy.typing import ArrayLike

from realfm_gui.analysis.roc_fits.categories import Ints, Runs, categorise, find_runs, ranked
from realfm_gui.analysis.roc_fits.curve_family import RocModel
from realfm_gui.analysis.roc_fits.fitting import CurveFits, Points, fit_runs
from realfm_gui.analysis.roc_fits.normal import Floats

_CELLS_FROM_ALL_STARTS = 20_000
"""Up to this many runs times fits, every leave-one-out fit is also searched from all starts.

A likelihood can have several maxima that trade places as a case leaves. With more data than this a single
case moves the likelihood too little for that to be worth five searches: the start at the full fit is enough.
"""


def leave_one_out_curves(
    ratings: ArrayLike, is_positive: ArrayLike, model: RocModel
) -> tuple[CurveFits, CurveFits, Ints]:
    """Fit every observer's curve with all cases and without each case.

    Two cases of one truth state in one run of ratings leave the same counts behind when they leave, so only
    one fit per run and truth state is made.

    Parameters
    ----------
    ratings : array-like of shape (observers, cases)
        Finite; only their order within an observer matters.
    is_positive : array-like of shape (cases,)
        The reference standard, with at least two cases of each state.
    model : RocModel
        The family.

    Returns
    -------
    full : CurveFits
        One fit per observer.
    distinct : CurveFits
        The fits without a case.
    index : array of int of shape (observers, cases)
        Which of `distinct` is the fit of this observer without this case.

    Raises
    ------
    ValueError
        If a rating is not finite, or fewer than two cases of a truth state are left to take one away.
    """
    ranks, truth = ranked(ratings, is_positive)
    if min(truth.sum(), (~truth).sum()) < 2:
        raise ValueError("a jackknife needs at least two positive and two negative cases")
    counts = categorise(ranks, truth)
    runs = find_runs(counts.positive, counts.negative)
    full = fit_runs(model, runs)
    run = np.take_along_axis(runs.run_of_category, ranks, axis=1)
    n_observers, most = len(ranks), runs.counts.shape[1]
    key = (np.arange(n_observers)[:, np.newaxis] * most + run) * 2 + truth
    distinct_keys, index = np.unique(key, return_inverse=True)
    observer, left_run, state = distinct_keys // (2 * most), distinct_keys // 2 % most, distinct_keys % 2
    remaining = runs.counts[:, :, observer].copy()
    remaining[state, left_run, np.arange(len(observer))] -= 1
    left = find_runs(remaining[1].T, remaining[0].T)
    distinct = _fits_near(model, left, full, observer)
    return full, distinct, index.reshape(ranks.shape)


def leave_one_out_fits(ratings: ArrayLike, is_positive: ArrayLike, model: RocModel) -> tuple[Floats, Floats]:
    """Return every observer's fitted AUC, and the same without each case in turn.

    Parameters, errors: see `leave_one_out_curves`.

    Returns
    -------
    values : array of shape (observers,)
    left_out : array of shape (observers, cases)

    Examples
    --------
    >>> values, left_out = leave_one_out_fits(
    ...     [[1, 2, 2, 3, 1, 2, 3, 3]], [0, 0, 0, 0, 1, 1, 1, 1], RocModel.BINORMAL
    ... )
    >>> values.shape, left_out.shape
    ((1,), (1, 8))
    """
    full, distinct, index = leave_one_out_curves(ratings, is_positive, model)
    return full.aucs, distinct.aucs[index]


def _fits_near(model: RocModel, left: Runs, full: CurveFits, observer: Ints) -> CurveFits:
    """Fit what is left, from the observer's full fit and, where that is affordable, from all starts."""
    # A cut between two of the new runs is the full fit's cut below the first of the upper run's categories.
    lowest = left.first_category[1:]
    near = Points(
        parameters=full.parameters[:, observer],
        cuts=np.take_along_axis(full.cuts[:, observer], np.maximum(lowest - 1, 0), axis=0),
    )
    is_thorough = left.counts[0].size <= _CELLS_FROM_ALL_STARTS
    return fit_runs(model, left, near=near, is_thorough=is_thorough)
