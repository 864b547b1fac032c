"""Bootstrap weights: the same draws for every reader, modality and algorithm, so that contrasts are exact.

Weights come from one generator on the processor, whatever computes with them, so that a seed gives the same
weights to the last bit on every device.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_CHUNK_DRAWS = 1 << 20


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
    generator = _generator(seed)
    weights = np.zeros((n_replicates, len(strata)))
    for stratum in np.unique(strata):
        members = np.flatnonzero(strata == stratum)
        weights[:, members] = _multinomial(len(members), n_replicates, generator)
    return weights


def reader_weights(n_readers: int, *, n_replicates: int, seed: int) -> Floats:
    """Return how often every reader is drawn in every replicate, shape (replicates, readers)."""
    return _multinomial(n_readers, n_replicates, _generator(seed))


def _generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def _multinomial(n: int, n_replicates: int, generator: np.random.Generator) -> Floats:
    counts = np.empty((n_replicates, n))
    step = max(1, _CHUNK_DRAWS // max(n, 1))  # the draws are larger than what they are counted into
    for start in range(0, n_replicates, step):
        rows = min(step, n_replicates - start)
        places = generator.integers(0, n, size=(rows, n), dtype=np.int64)
        places += np.arange(rows, dtype=np.int64)[:, np.newaxis] * n
        counts[start : start + rows] = np.bincount(places.ravel(), minlength=rows * n).reshape(rows, n)
    return counts
