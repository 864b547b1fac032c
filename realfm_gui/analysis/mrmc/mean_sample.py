"""Endpoints that are a mean over cases: sensitivity, specificity, accuracy."""

from functools import cached_property

import numpy as np

from realfm_gui.analysis.mrmc.endpoint import Bools, Floats, Integers, Sample, ratio
from realfm_gui.analysis.mrmc.moments import PairMoments


class MeanSample(Sample):
    """A weighted mean of a value known for every reader and item, on one study.

    Parameters
    ----------
    values : array of shape (modalities, readers, items)
        NaN where not read.
    weights : array of shape (items,)
        What every item counts.
    units : integer array of shape (items,)
        Unit of every item.
    unit_strata : integer array of shape (units,)
        See `Sample.unit_strata`.
    """

    def __init__(self, values: Floats, *, weights: Floats, units: Integers, unit_strata: Integers) -> None:
        self._shape = values.shape[:2]
        self._strata = unit_strata
        self._units = units
        flat = values.reshape(-1, values.shape[2])
        self._weights: Floats = np.where(np.isnan(flat), 0.0, weights)
        self._values: Floats = np.nan_to_num(flat) * self._weights

    @property
    def unit_strata(self) -> Integers:
        """Stratum of every unit, shape (units,)."""
        return self._strata

    @property
    def takes_part(self) -> Bools:
        """Which units hold items, shape (units,): a normal case says nothing about sensitivity."""
        return np.isin(np.arange(self.n_units), self._units)

    @cached_property
    def figures(self) -> Floats:
        """Weighted mean, shape (modalities, readers)."""
        return ratio(self._values.sum(axis=1), self._weights.sum(axis=1)).reshape(self._shape)

    def weighted(self, weights: Floats, *, device: str = "cpu") -> Floats:
        """Return the means under unit weights, shape (replicates, modalities, readers)."""
        import torch

        place = "cpu" if device == "mps" else device  # it has no 64-bit floats
        drawn = torch.from_numpy(weights).to(place, dtype=torch.float64)
        sums, sizes = (
            (drawn @ torch.from_numpy(part.T.copy()).to(place)).cpu().numpy()
            for part in (self._sums, self._sizes)
        )
        return ratio(sums, sizes).reshape(-1, *self._shape)

    def leave_one_out(self) -> Floats:
        """Return the means without each unit in turn, shape (modalities, readers, units)."""
        left_sum = self._sums.sum(axis=1, keepdims=True) - self._sums
        left_size = self._sizes.sum(axis=1, keepdims=True) - self._sizes
        return ratio(left_sum, left_size).reshape(*self._shape, self.n_units)

    def delong_covariance(self) -> Floats | None:
        """Return the covariance of ratio means, units as the sample; equals DeLong's with one reference case.

        References
        ----------
        .. [1] Rao JNK, Scott AJ. Biometrics 1992;48(2):577-585 (proportions of clustered observations).
        """
        sizes = self._sizes
        theta = self.figures.reshape(-1, 1)
        n = (sizes > 0).sum(axis=1, keepdims=True).astype(np.float64)
        influence = (self._sums - sizes * theta) * ratio(np.ones_like(n), sizes.sum(axis=1, keepdims=True))
        influence *= np.sqrt(ratio(n, n - 1))
        covariance: Floats = influence @ influence.T
        return covariance

    def unbiased_covariance(self) -> Floats | None:
        """Return the unbiased covariance: the mean over pairs of units that differ estimates the square.

        References
        ----------
        .. [1] Gallas BD, Pennello GA, Myers KJ. J Opt Soc Am A 2007;24(12):B70-B80 (binary data).
        """
        total, size = self._sums.sum(axis=1), self._sizes.sum(axis=1)
        apart = np.outer(total, total) - self._sums @ self._sums.T
        n_apart = np.outer(size, size) - self._sizes @ self._sizes.T
        theta = self.figures.ravel()
        covariance: Floats = np.outer(theta, theta) - ratio(apart, n_apart)
        return covariance

    def pair_moments(self) -> PairMoments | None:
        """Return the sums U-statistics are made of: as if every item met the same few others and beat them.

        The others are constant, so they add no variance; they only give the pairs their second case.
        """
        n_others = max(2, int((~self.takes_part).sum()))
        total, size = self._sums.sum(axis=1), self._sizes.sum(axis=1)
        won_here, n_here = self._sums @ self._sums.T, self._sizes @ self._sizes.T
        won_all, n_all = np.outer(total, total), np.outer(size, size)
        scale = np.array([n_others, n_others**2, n_others, n_others**2], dtype=np.float64)
        scale = scale[:, np.newaxis, np.newaxis]
        return PairMoments(
            won=scale * np.stack([won_here, won_here, won_all, won_all]),
            count=scale * np.stack([n_here, n_here, n_all, n_all]),
            total=total * n_others,
            n_pairs=size * n_others,
        )

    @cached_property
    def _sums(self) -> Floats:
        """Weighted sum of every unit, shape (observers, units)."""
        return self._by_unit(self._values)

    @cached_property
    def _sizes(self) -> Floats:
        """Weight of every unit, shape (observers, units)."""
        return self._by_unit(self._weights)

    def _by_unit(self, values: Floats) -> Floats:
        return sum_by_unit(values, self._units, self.n_units)


def sum_by_unit(values: Floats, units: Integers, n_units: int) -> Floats:
    """Return the sums of the items of every unit: (observers, items) becomes (observers, units)."""
    n_observers = len(values)
    places = np.arange(n_observers)[:, np.newaxis] * n_units + units
    sums = np.bincount(places.ravel(), weights=values.ravel(), minlength=n_observers * n_units)
    return sums.reshape(n_observers, n_units).astype(np.float64)
