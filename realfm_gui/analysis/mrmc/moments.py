"""Sums over pairs of pairs that U-statistic variances are made of."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairMoments:
    """For all pairs of observers (a, b): sums of products of pairs won, and how many products there are.

    Attributes
    ----------
    won : array of shape (4, observers, observers)
        Sum over (i, j) of a and (i', j') of b where both units are the same, where the high unit i is, where
        the low unit j is, and over all. The later ones contain the earlier ones.
    count : array of shape (4, observers, observers)
        The same sums of ones (of weights).
    total, n_pairs : arrays of shape (observers,)
        Pairs won by every observer, and pairs there are.
    """

    won: Floats
    count: Floats
    total: Floats
    n_pairs: Floats
