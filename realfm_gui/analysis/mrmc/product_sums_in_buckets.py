"""Sums of products of pair kernels when there are too many cases to write the kernels down.

Ranks are put into buckets. Whether a high item outscores a low one follows from the buckets alone unless both
are in the same one; products of what follows from buckets are counted in a table of bucket pairs, and only
pairs that share a bucket are compared one by one. With buckets of a fixed size the work grows like the number
of cases, not like its square.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_BUCKET_ITEMS = 96
"""Measured with 40 observers of 2,000 and of 20,000 cases: smaller buckets make larger tables of bucket
pairs, larger buckets more comparisons within them."""
_FEW_RANKS = 256
"""Ratings on a scale this short get a bucket per rating: then nothing is left to compare."""


def product_sums_in_buckets(high: Integers, low: Integers) -> Floats:
    """Return, for all pairs of observers, the sum over item pairs of the product of what each one won there.

    Parameters
    ----------
    high, low : integer arrays of shape (observers, items)
        Ranks on one scale per observer; -1 for a high item that was not read, and a rank above all others for
        a low one, so that such items win and lose nothing.

    Returns
    -------
    array of shape (observers, observers)
        Exact: counted in whole numbers.
    """
    n_observers = len(high)
    buckets = [_Buckets.of(high[q], low[q]) for q in range(n_observers)]
    total = np.zeros((n_observers, n_observers))
    for a in range(n_observers):
        for b in range(a, n_observers):
            total[a, b] = total[b, a] = _by_tables(buckets[a], buckets[b])
    within = _within_buckets(high, low, buckets)
    result: Floats = (total + within) / 4
    return result


def _within_buckets(high: Integers, low: Integers, buckets: "Sequence[_Buckets]") -> Floats:
    """Return four times the sum of products of which at least one needs comparing within a bucket."""
    n_observers = len(buckets)
    within = np.zeros((n_observers, n_observers))
    coarse = np.zeros((n_observers, n_observers))
    # Twice the pairs won that follow from buckets: beyond `lower` once, beyond `upper` twice.
    lower = np.stack([each.high for each in buckets]).astype(np.int32)
    upper = np.stack([each.high + each.is_pure[each.high] for each in buckets]).astype(np.int32)
    of_low = np.stack([each.low for each in buckets]).astype(np.int32)
    rank, rank_of_low = high.astype(np.int32), low.astype(np.int32)
    has_ties = any(np.isin(high[q], low[q]).any() for q in range(n_observers))
    is_coarse = bool((lower == upper).all())
    for a, mine in enumerate(buckets):
        for of_high, those_low in mine.mixed_groups():
            x, y = rank.take(of_high, axis=1), rank_of_low.take(those_low, axis=1)
            own = (x[a][:, np.newaxis] > y[a]).astype(np.float32) + (x[a][:, np.newaxis] >= y[a])
            weights = own.ravel()
            within[a] += _weighted_wins(x, x + 1 if has_ties else None, y, weights)
            coarse[a] += _weighted_wins(
                lower.take(of_high, axis=1),
                None if is_coarse else upper.take(of_high, axis=1),
                of_low.take(those_low, axis=1),
                weights,
            )
    result: Floats = within + coarse.T
    return result


class _Buckets:
    """One observer's ranks in buckets of bounded size; a rank with many items has a bucket of its own.

    `is_pure` says which buckets hold a single rank: their items tie, and need no comparison.
    """

    def __init__(self, high: Integers, low: Integers, is_pure: NDArray[np.int64]) -> None:
        self.high, self.low, self.is_pure = high, low, is_pure

    @classmethod
    def of(cls, high: Integers, low: Integers) -> "_Buckets":
        ranks, counts = np.unique(np.concatenate([high, low]), return_counts=True)
        before = np.cumsum(counts) - counts
        is_heavy = counts >= _BUCKET_ITEMS
        shelf = before // _BUCKET_ITEMS
        starts = np.ones(len(ranks), dtype=np.int64)
        if len(ranks) > _FEW_RANKS:
            starts[1:] = (shelf[1:] != shelf[:-1]) | is_heavy[1:] | is_heavy[:-1]
        bucket = np.cumsum(starts) - 1
        is_pure = (np.bincount(bucket) == 1).astype(np.int64)
        # what was not read must not tie: -1 and the rank above all others stand in no pair
        return cls(bucket[np.searchsorted(ranks, high)], bucket[np.searchsorted(ranks, low)], is_pure)

    def mixed_groups(self) -> list[tuple[Integers, Integers]]:
        """Return the (high items, low items) of every bucket with several ranks and both kinds."""
        found = []
        order_high, order_low = np.argsort(self.high, kind="stable"), np.argsort(self.low, kind="stable")
        numbers = np.arange(len(self.is_pure) + 1)
        ends_high = np.searchsorted(self.high[order_high], numbers)
        ends_low = np.searchsorted(self.low[order_low], numbers)
        for k in np.flatnonzero(self.is_pure == 0):
            some_high = order_high[ends_high[k] : ends_high[k + 1]]
            some_low = order_low[ends_low[k] : ends_low[k + 1]]
            if len(some_high) and len(some_low):
                found.append((some_high, some_low))
        return found


def _by_tables(a: _Buckets, b: _Buckets) -> float:
    """Return four times the sum of products of what follows from both observers' buckets."""
    rows, columns = len(a.is_pure), len(b.is_pure)
    table = np.zeros((rows + 1, columns + 1), dtype=np.int64)
    table[1:, 1:] = np.bincount(a.low * columns + b.low, minlength=rows * columns).reshape(rows, columns)
    below = table.cumsum(axis=0).cumsum(axis=1)
    pure_a, pure_b = a.high + a.is_pure[a.high], b.high + b.is_pure[b.high]
    return float(
        below[a.high, b.high].sum()
        + below[a.high, pure_b].sum()
        + below[pure_a, b.high].sum()
        + below[pure_a, pure_b].sum()
    )


def _weighted_wins(
    high: NDArray[np.int32],
    high_or_tied: NDArray[np.int32] | None,
    low: NDArray[np.int32],
    weights: NDArray[np.float32],
) -> Floats:
    """Return sum of weights x (1[high > low] + 1[high_or_tied > low]) for every observer.

    Without `high_or_tied` nothing ties, and both terms are the same. Sums stay below 2^24: exact.
    """
    y = low[:, np.newaxis]
    wins = (high[:, :, np.newaxis] > y).astype(np.float32)
    if high_or_tied is None:
        return 2.0 * (wins.reshape(len(high), -1) @ weights).astype(np.float64)
    wins += high_or_tied[:, :, np.newaxis] > y
    result: Floats = (wins.reshape(len(high), -1) @ weights).astype(np.float64)
    return result
