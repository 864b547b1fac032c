"""Bootstrap weights: the same draws for every reader, modality and algorithm, so that contrasts are exact.

Weights come from one generator on the processor, whatever computes with them, so that a seed gives the same
weights to the last bit on every device.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_CHUNK_DRAWS = 1 << 20
_BLOCK = 256
"""Replicates that are drawn from one generator, and held at a time."""


def weight_blocks(strata: Integers, *, n_replicates: int, seed: int) -> Iterator[Floats]:
    """Yield `case_weights` in blocks of replicates that fit into memory, the same whatever their number.

    Parameters
    ----------
    strata, n_replicates, seed
        See `case_weights`.
    """
    for number, start in enumerate(range(0, n_replicates, _BLOCK)):
        # a whole block is drawn even where less is wanted, so that more replicates begin with the same ones
        yield _block(strata, _BLOCK, _generator([seed, number]))[: n_replicates - start]


def case_weights(strata: Integers, *, n_replicates: int, seed: int) -> Floats:
    """Return how often every unit is drawn in every replicate; the size of each stratum is kept.

    Parameters
    ----------
    strata : integer array of shape (units,)
        Units are drawn within their stratum (negative, positive, mixed patients).
    n_replicates : int
        Number of replicates.
    seed : int
        Stored with the result, gives the same weights again.

    Returns
    -------
    array of shape (replicates, units)
        Whole numbers as 64-bit floats.
    """
    return np.concatenate(list(weight_blocks(strata, n_replicates=n_replicates, seed=seed)))


def _block(strata: Integers, n_replicates: int, generator: np.random.Generator) -> Floats:
    weights = np.zeros((n_replicates, len(strata)))
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        weights[:, members] = _multinomial(len(members), n_replicates, generator)
    return weights


def reader_weights(n_readers: int, *, n_replicates: int, seed: int) -> Floats:
    """Return how often every reader is drawn in every replicate, shape (replicates, readers)."""
    return _multinomial(n_readers, n_replicates, _generator(seed))


def _generator(seed: int | list[int]) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed)))


def _multinomial(n: int, n_replicates: int, generator: np.random.Generator) -> Floats:
    counts = np.empty((n_replicates, n))
    step = max(1, _CHUNK_DRAWS // max(n, 1))  # the draws are larger than what they are counted into
    for start in range(0, n_replicates, step):
        rows = min(step, n_replicates - start)
        places = generator.integers(0, n, size=(rows, n), dtype=np.int64)
        places += np.arange(rows, dtype=np.int64)[:, np.newaxis] * n
        counts[start : start + rows] = np.bincount(places.ravel(), minlength=rows * n).reshape(rows, n)
    return counts
