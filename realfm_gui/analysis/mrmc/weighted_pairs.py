"""The share of pairs won under many sets of unit weights at once: the heart of bootstrap and simulation.

Two forms give the same number. The dense form is a matrix product of the pair kernel, held as the integers
0, 1, 2 (twice the pairs won), with the weights; the sorted form walks the scores in order and needs no
kernel. Whole weights and fewer than 2^23 weighted pairs are exact in 32-bit floats; everything else is
computed in 64.
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_EXACT_IN_FLOAT32 = 2**24
_DENSE_ITEM_LIMIT = 160
"""Measured on two cores: with more items per group than this the sorted form is the faster one."""
_REPLICATES_AT_ONCE = 128
"""In the sorted form: working arrays of some hundred cases then stay in the processor's cache."""
_BLOCK = 32
"""Rows whose running sums are one small matrix product."""
_KERNEL_BYTES = 256 << 20
"""The dense form takes as many observers at a time as keep its arrays below this."""


def weighted_shares(
    high: Integers,
    low: Integers,
    *,
    high_weights: Floats,
    low_weights: Floats,
    high_units: Integers,
    low_units: Integers,
    unit_weights: Floats,
    device: str = "cpu",
) -> Floats:
    """Return the weighted share of pairs won by every observer, one row per set of unit weights.

    Parameters
    ----------
    high, low : integer arrays of shape (observers, items)
        Ranks on one scale per observer.
    high_weights, low_weights : arrays of shape (observers, items)
        What an item counts; 0 where it was not read.
    high_units, low_units : integer arrays of shape (items,)
        Unit of every item.
    unit_weights : array of shape (replicates, units)
        At least 0.
    device : str
        Where to compute, as torch names it.

    Returns
    -------
    array of shape (replicates, observers)
        NaN where no pair has weight.
    """
    import torch

    # (items, replicates): the replicates of an item lie side by side, so that moving an item is one copy
    of_units = torch.from_numpy(np.ascontiguousarray(unit_weights.T))
    is_exact = _is_exact_in_float32(unit_weights, high_weights, low_weights, high_units, low_units)
    dtype = torch.float32 if is_exact else torch.float64
    if device == "mps":
        device = "cpu"  # it has no 64-bit floats
    of_units = of_units.to(device=device, dtype=dtype)
    replicates_of_high = of_units[torch.from_numpy(high_units).to(device)]
    replicates_of_low = of_units[torch.from_numpy(low_units).to(device)]
    item_weights = [
        torch.from_numpy(weights).to(device=device, dtype=dtype) for weights in (high_weights, low_weights)
    ]
    n_high = item_weights[0] @ replicates_of_high
    n_low = item_weights[1] @ replicates_of_low
    is_small = max(high.shape[1], low.shape[1]) <= _DENSE_ITEM_LIMIT
    form = _dense if is_small or device != "cpu" else _sorted
    won = form(
        torch.from_numpy(high).to(device),
        torch.from_numpy(low).to(device),
        None if (high_weights == 1).all() else item_weights[0],
        None if (low_weights == 1).all() else item_weights[1],
        replicates_of_high,
        replicates_of_low,
    )
    pairs = n_high.double() * n_low.double()
    shares = torch.where(pairs > 0, won.double() / pairs, torch.nan)
    result: Floats = shares.T.cpu().numpy()
    return result


def _is_exact_in_float32(
    unit_weights: Floats,
    high_weights: Floats,
    low_weights: Floats,
    high_units: Integers,
    low_units: Integers,
) -> bool:
    whole = all(np.array_equal(w, np.round(w)) for w in (unit_weights, high_weights, low_weights))
    if not whole or not len(unit_weights):
        return False
    most_high = unit_weights[:, high_units].sum(axis=1).max() * high_weights.max(initial=0)
    most_low = unit_weights[:, low_units].sum(axis=1).max() * low_weights.max(initial=0)
    return bool(2 * most_high * most_low < _EXACT_IN_FLOAT32)


def _dense(
    high: "Tensor",
    low: "Tensor",
    high_weights: "Tensor | None",
    low_weights: "Tensor | None",
    replicates_of_high: "Tensor",
    replicates_of_low: "Tensor",
) -> "Tensor":
    """Return the weight of the pairs won, shape (observers, replicates)."""
    import torch

    dtype, n_replicates = replicates_of_high.dtype, replicates_of_high.shape[1]
    per_observer = high.shape[1] * (low.shape[1] + n_replicates) * replicates_of_high.element_size()
    step = max(1, _KERNEL_BYTES // max(per_observer, 1))
    parts = []
    for start in range(0, len(high), step):
        mine = slice(start, start + step)
        a, b = high[mine, :, None], low[mine, None, :]
        twice_won = (a > b).to(dtype) + (a >= b).to(dtype)
        if low_weights is not None:
            twice_won *= low_weights[mine, None, :]
        outscored = torch.matmul(twice_won, replicates_of_low)
        if high_weights is not None:
            outscored *= high_weights[mine, :, None]
        parts.append(outscored.mul_(replicates_of_high).sum(dim=1) / 2)
    return torch.cat(parts)


def _sorted(
    high: "Tensor",
    low: "Tensor",
    high_weights: "Tensor | None",
    low_weights: "Tensor | None",
    replicates_of_high: "Tensor",
    replicates_of_low: "Tensor",
) -> "Tensor":
    """Return the weight of the pairs won, shape (observers, replicates)."""
    import torch

    n_observers, n_replicates = len(high), replicates_of_high.shape[1]
    n_low = low.shape[1]
    high = high.contiguous()
    ordered, order = low.contiguous().sort(dim=1)
    below = torch.searchsorted(ordered, high, side="left")
    not_above = torch.searchsorted(ordered, high, side="right")
    has_ties = bool((below != not_above).any())
    # A row of nothing before the first item makes "the sum of the first k" row k, and fills the last block.
    n_rows = -(-(n_low + 1) // _BLOCK) * _BLOCK
    places = torch.full((n_observers, n_rows), n_low)
    places[:, 1 : n_low + 1] = order
    triangle = torch.ones((_BLOCK, _BLOCK), dtype=replicates_of_low.dtype).tril()
    won = torch.empty((n_observers, n_replicates), dtype=replicates_of_high.dtype)
    for start in range(0, n_replicates, _REPLICATES_AT_ONCE):
        mine = slice(start, min(start + _REPLICATES_AT_ONCE, n_replicates))
        of_high = replicates_of_high[:, mine].contiguous()
        of_low = torch.cat([replicates_of_low[:, mine], replicates_of_low.new_zeros((1, of_high.shape[1]))])
        for observer in range(n_observers):
            in_order = of_low.index_select(0, places[observer])
            if low_weights is not None:
                in_order[1 : n_low + 1] *= low_weights[observer, order[observer], None]
            running = _running_sums(in_order, triangle)
            outscored = running.index_select(0, below[observer])
            if has_ties:
                outscored += running.index_select(0, not_above[observer])
                outscored *= 0.5
            if high_weights is not None:
                outscored *= high_weights[observer, :, None]
            won[observer, mine] = outscored.mul_(of_high).sum(dim=0)
    return won


def _running_sums(rows: "Tensor", triangle: "Tensor") -> "Tensor":
    """Return the sums of all rows up to each one; several times faster than `torch.cumsum` over rows."""
    import torch

    blocks = torch.matmul(triangle, rows.view(-1, len(triangle), rows.shape[1]))
    ends = blocks[:, -1].cumsum(dim=0)
    blocks[1:] += ends[:-1, None]
    return blocks.view(rows.shape)
