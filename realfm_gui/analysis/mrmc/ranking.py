"""How often the items of one group outscore those of another, for many observers, counted by rank."""

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
    n_observers = len(others)
    n_ranks = 1 + int(max(queries.max(initial=0), others.max(initial=0)))
    # Ranks are small whole numbers: a table of what stands at each one needs no search.
    places = np.arange(n_observers, dtype=np.int64)[:, np.newaxis] * n_ranks + others
    at_rank = np.bincount(places.ravel(), weights=weights.ravel(), minlength=n_observers * n_ranks)
    running = np.zeros((n_observers, n_ranks + 1))
    np.cumsum(at_rank.reshape(n_observers, n_ranks), axis=1, out=running[:, 1:])
    below = np.take_along_axis(running, queries, axis=1)
    result: Floats = 0.5 * (below + np.take_along_axis(running, queries + 1, axis=1))
    return result
