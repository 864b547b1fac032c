"""Sums of products of two observers' pair kernels: what unbiased covariances need beyond win counts."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.mrmc.product_sums_in_buckets import product_sums_in_buckets

if TYPE_CHECKING:
    from torch import Tensor

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_CHUNK_BYTES = 16 << 20
_MOST_PAIRS = 200_000
"""Above this many pairs of cases the kernels are not written down (see `product_sums_in_buckets`)."""


def product_sums(
    high: Integers,
    low: Integers,
    *,
    high_weights: Floats,
    low_weights: Floats,
    high_units: Integers,
    low_units: Integers,
) -> Floats:
    """Return, for all pairs of observers, the sum over unit pairs of the product of what each one won there.

    Parameters
    ----------
    high, low : integer arrays of shape (observers, items)
        Ranks on one scale per observer.
    high_weights, low_weights : arrays of shape (observers, items)
        What an item counts; 0 where it was not read.
    high_units, low_units : integer arrays of shape (items,)
        Unit of every item; no unit has both kinds.

    Returns
    -------
    array of shape (observers, observers)
    """
    import torch

    n_observers = len(high)
    is_plain = len(np.unique(high_units)) == len(high_units) and len(np.unique(low_units)) == len(low_units)
    is_binary = all(np.isin(weights, (0.0, 1.0)).all() for weights in (high_weights, low_weights))
    is_exact = is_plain and is_binary
    if is_exact and high.shape[1] * low.shape[1] > _MOST_PAIRS:
        nobody = max(high.max(), low.max()) + 1
        return product_sums_in_buckets(
            np.where(high_weights > 0, high, -1), np.where(low_weights > 0, low, nobody)
        )
    # Then entries are 0, 1 or 2, a chunk's sums stay below 2^24, and are exact in 32 bits.
    dtype = torch.float32 if is_exact else torch.float64
    order = np.argsort(high_units, kind="stable")
    low_order = np.argsort(low_units, kind="stable")
    a, b = torch.from_numpy(high[:, order]), torch.from_numpy(low[:, low_order])
    weight_a = torch.from_numpy(high_weights[:, order]).to(dtype)
    weight_b = torch.from_numpy(low_weights[:, low_order]).to(dtype)
    is_weighted = not bool((weight_a == 1).all() and (weight_b == 1).all())
    starts = _unit_starts(high_units[order])
    low_starts = torch.from_numpy(_unit_starts(low_units[low_order]))
    step = max(1, _CHUNK_BYTES // (n_observers * max(b.shape[1], 1) * weight_a.element_size()))
    total = torch.zeros((n_observers, n_observers), dtype=torch.float64)
    first = 0
    while first < len(starts) - 1:
        last = max(first + 1, int(np.searchsorted(starts, starts[first] + step, side="right")) - 1)
        items = slice(int(starts[first]), int(starts[last]))
        x, y = a[:, items, None], b[:, None, :]
        won = (x > y).to(dtype) + (x >= y).to(dtype)
        if is_weighted:
            won *= weight_a[:, items, None]
            won *= weight_b[:, None, :]
        if not is_plain:
            won = _summed(won, torch.from_numpy(starts[first : last + 1] - starts[first]), dim=1)
            won = _summed(won, low_starts, dim=2)
        flat = won.reshape(n_observers, -1)
        total += (flat @ flat.T).double()
        first = last
    result: Floats = total.numpy() / 4
    return result


def _unit_starts(ordered_units: Integers) -> Integers:
    """Return where every unit begins in its ordered items, and the end of the last."""
    is_first = np.r_[True, ordered_units[1:] != ordered_units[:-1]]
    starts: Integers = np.append(np.flatnonzero(is_first), len(ordered_units))
    return starts


def _summed(values: "Tensor", starts: "Tensor", *, dim: int) -> "Tensor":
    """Return the sums of `values` between neighbouring `starts` along a dimension."""
    import torch

    running = torch.cumsum(values, dim=dim)
    zero = torch.zeros_like(running.narrow(dim, 0, 1))
    running = torch.cat([zero, running], dim=dim)
    return running.index_select(dim, starts).diff(dim=dim)
