"""How often the items of one group outscore those of another, for many observers, counted by sorting."""

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.auc import dense_ranks

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def shared_ranks(high: Floats, low: Floats) -> tuple[Integers, Integers]:
    """Return integer ranks of both groups on one scale per observer, so that no later cast moves a tie.

    Parameters
    ----------
    high, low : arrays of shape (observers, items)
        Scores without NaN; infinite ones are ordered like any other.

    Returns
    -------
    tuple of integer arrays
        Shaped like `high` and `low`; from 0, without gaps over both groups of an observer.
    """
    ranks = dense_ranks(np.concatenate([high, low], axis=1))
    return ranks[:, : high.shape[1]], ranks[:, high.shape[1] :]


def weight_outscored(queries: Integers, others: Integers, weights: Floats) -> Floats:
    """Return the weight of the others that every query outscores, ties counting half.

    Parameters
    ----------
    queries : integer array of shape (observers, items)
        Ranks from 0.
    others : integer array of shape (observers, other items)
        Ranks on the same scale.
    weights : array of shape (observers, other items)
        What every other item counts.

    Returns
    -------
    array of shape (observers, items)
    """
    n_observers, n_others = others.shape
    order = np.argsort(others, axis=1, kind="stable")
    ordered = np.take_along_axis(others, order, axis=1)
    running = np.zeros((n_observers, n_others + 1))
    np.cumsum(np.take_along_axis(weights, order, axis=1), axis=1, out=running[:, 1:])
    # One observer's ranks never reach into the next one's, so a single sorted search serves them all.
    shelf = np.arange(n_observers, dtype=np.int64)[:, np.newaxis]
    step = 1 + max(queries.max(initial=0), others.max(initial=0))
    flat = (ordered + shelf * step).ravel()
    wanted = (queries + shelf * step).ravel()
    before = shelf * n_others
    below = np.searchsorted(flat, wanted, side="left").reshape(queries.shape) - before
    not_above = np.searchsorted(flat, wanted, side="right").reshape(queries.shape) - before
    result: Floats = 0.5 * (
        np.take_along_axis(running, below, axis=1) + np.take_along_axis(running, not_above, axis=1)
    )
    return result
