"""Endpoints that are a share of pairs won: AUC, and every localisation endpoint of its kind.

A figure of merit is the weighted share of (high, low) item pairs in which the high item outscores the low
one, ties counting half. For the AUC the items are positive and negative cases; for wAFROC they are lesions
and the highest false mark of each normal case. Items belong to units (patients), which are what is sampled.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.mrmc.endpoint import Floats, Integers, Sample, ratio
from realfm_gui.analysis.mrmc.mean_sample import sum_by_unit
from realfm_gui.analysis.mrmc.moments import PairMoments
from realfm_gui.analysis.mrmc.product_sums import product_sums
from realfm_gui.analysis.mrmc.ranking import shared_ranks, weight_outscored
from realfm_gui.analysis.mrmc.weighted_pairs import weighted_shares


class PairSample(Sample):
    """A share of pairs won, on one study.

    Parameters
    ----------
    high, low : arrays of shape (modalities, readers, items)
        Scores of the items that should be high, and of those that should be low; NaN where not read,
        infinite scores are ordered like any other.
    high_weights, low_weights : arrays of shape (items,)
        What every item counts.
    high_units, low_units : integer arrays of shape (items,)
        Unit of every item.
    unit_strata : integer array of shape (units,)
        See `Sample.unit_strata`.
    """

    def __init__(
        self,
        high: Floats,
        low: Floats,
        *,
        high_weights: Floats,
        low_weights: Floats,
        high_units: Integers,
        low_units: Integers,
        unit_strata: Integers,
    ) -> None:
        self._shape = high.shape[:2]
        self._strata = unit_strata
        self._high_units, self._low_units = high_units, low_units
        flat_high, flat_low = high.reshape(-1, high.shape[2]), low.reshape(-1, low.shape[2])
        # What was not read counts nothing, wherever it is ranked.
        self._high_weights: Floats = np.where(np.isnan(flat_high), 0.0, high_weights)
        self._low_weights: Floats = np.where(np.isnan(flat_low), 0.0, low_weights)
        self._high, self._low = shared_ranks(
            np.where(np.isnan(flat_high), -np.inf, flat_high),
            np.where(np.isnan(flat_low), -np.inf, flat_low),
        )

    @property
    def unit_strata(self) -> Integers:
        """Stratum of every unit, shape (units,)."""
        return self._strata

    @cached_property
    def figures(self) -> Floats:
        """Share of pairs won, shape (modalities, readers)."""
        return ratio(self._total, self._n_high * self._n_low).reshape(self._shape)

    def weighted(self, weights: Floats, *, device: str = "cpu") -> Floats:
        """Return the shares under unit weights, shape (replicates, modalities, readers)."""
        shares = weighted_shares(
            self._high,
            self._low,
            high_weights=self._high_weights,
            low_weights=self._low_weights,
            high_units=self._high_units,
            low_units=self._low_units,
            unit_weights=weights,
            device=device,
        )
        return shares.reshape(-1, *self._shape)

    def leave_one_out(self) -> Floats:
        """Return the shares without each unit in turn, shape (modalities, readers, units).

        Closed form: leaving a unit out only takes its own pairs away, so nothing is counted twice.
        """
        won = self._total[:, np.newaxis] - self._high_won - self._low_won + self._own_pairs_won
        n_high = self._n_high[:, np.newaxis] - self._high_weight_of_units
        n_low = self._n_low[:, np.newaxis] - self._low_weight_of_units
        return ratio(won, n_high * n_low).reshape(*self._shape, self.n_units)

    def delong_covariance(self) -> Floats | None:
        """Return the covariance from structural components, summed within units.

        Where observers read different cases, each one's components keep its own counts, and only the cases
        that both read contribute to their covariance.

        References
        ----------
        .. [1] DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44(3):837-845.
        .. [2] Obuchowski NA. Biometrics 1997;53(2):567-578 (clusters).
        """
        high_weight, low_weight = self._high_weight_of_units, self._low_weight_of_units
        theta = self.figures.reshape(-1, 1)
        n_high, n_low = self._n_high[:, np.newaxis], self._n_low[:, np.newaxis]
        of_high = ratio(ratio(self._high_won, n_low) - high_weight * theta, n_high)
        of_low = ratio(ratio(self._low_won, n_high) - low_weight * theta, n_low)
        of_high *= _small_sample_factor(high_weight > 0)
        of_low *= _small_sample_factor(low_weight > 0)
        covariance: Floats = of_high @ of_high.T + of_low @ of_low.T
        has_both = (high_weight > 0) & (low_weight > 0)
        if has_both.any():
            factor = _small_sample_factor((high_weight > 0) | (low_weight > 0))
            plain_high = of_high / _small_sample_factor(high_weight > 0) * factor
            plain_low = of_low / _small_sample_factor(low_weight > 0) * factor
            across = plain_high @ plain_low.T
            covariance += across + across.T
        return covariance

    def unbiased_covariance(self) -> Floats | None:
        """Return the unbiased covariance of U-statistics; None where a unit has high and low items.

        The square of the true figure is estimated by the mean over pairs of pairs that share no unit.

        References
        ----------
        .. [1] Gallas BD. Acad Radiol 2006;13(3):353-362.
        """
        moments = self.pair_moments()
        if moments is None:
            return None
        # all products, minus those that share a high or a low unit; those that share both came off twice
        signs = np.array([1.0, -1.0, -1.0, 1.0])[:, np.newaxis, np.newaxis]
        apart = ratio((signs * moments.won).sum(axis=0), (signs * moments.count).sum(axis=0))
        theta = self.figures.ravel()
        covariance: Floats = np.outer(theta, theta) - apart
        return covariance

    def pair_moments(self) -> PairMoments | None:
        """Return the sums U-statistics are made of; None where a unit has high and low items."""
        high, low = self._high_weight_of_units, self._low_weight_of_units
        if ((high > 0) & (low > 0)).any():
            return None
        same_both = product_sums(
            self._high,
            self._low,
            high_weights=self._high_weights,
            low_weights=self._low_weights,
            high_units=self._high_units,
            low_units=self._low_units,
        )
        same_high, same_low = high @ high.T, low @ low.T
        n_high, n_low = np.outer(self._n_high, self._n_high), np.outer(self._n_low, self._n_low)
        return PairMoments(
            won=np.stack(
                [
                    same_both,
                    self._high_won @ self._high_won.T,
                    self._low_won @ self._low_won.T,
                    np.outer(self._total, self._total),
                ]
            ),
            count=np.stack([same_high * same_low, same_high * n_low, n_high * same_low, n_high * n_low]),
            total=self._total,
            n_pairs=self._n_high * self._n_low,
        )

    @cached_property
    def _high_weight_of_units(self) -> Floats:
        return self._by_unit(self._high_weights, self._high_units)

    @cached_property
    def _low_weight_of_units(self) -> Floats:
        return self._by_unit(self._low_weights, self._low_units)

    @cached_property
    def _outscored(self) -> Floats:
        return weight_outscored(self._high, self._low, self._low_weights) * self._high_weights

    @cached_property
    def _total(self) -> Floats:
        total: Floats = self._outscored.sum(axis=1)
        return total

    @cached_property
    def _n_high(self) -> Floats:
        total: Floats = self._high_weights.sum(axis=1)
        return total

    @cached_property
    def _n_low(self) -> Floats:
        total: Floats = self._low_weights.sum(axis=1)
        return total

    @cached_property
    def _high_won(self) -> Floats:
        """Weight of the pairs won by the high items of every unit, shape (observers, units)."""
        return self._by_unit(self._outscored, self._high_units)

    @cached_property
    def _low_won(self) -> Floats:
        """Weight of the pairs in which a low item of the unit is outscored, shape (observers, units)."""
        not_outscored = weight_outscored(self._low, self._high, self._high_weights)
        return self._by_unit(
            (self._n_high[:, np.newaxis] - not_outscored) * self._low_weights, self._low_units
        )

    @cached_property
    def _own_pairs_won(self) -> Floats:
        """Weight of the pairs won within every unit, shape (observers, units)."""
        high, low = _pairs_within_units(self._high_units, self._low_units)
        if not len(high):
            return np.zeros((len(self._high), 1))
        a, b = self._high[:, high], self._low[:, low]
        won = 0.5 * ((a > b).astype(np.float64) + (a >= b))
        won *= self._high_weights[:, high] * self._low_weights[:, low]
        return self._by_unit(won, self._high_units[high])

    def _by_unit(self, values: Floats, units: Integers) -> Floats:
        return sum_by_unit(values, units, self.n_units)


def _small_sample_factor(takes_part: NDArray[np.bool_]) -> Floats:
    """Return sqrt(n / (n - 1)) for the units of every observer, shape (observers, 1); NaN below two."""
    n = takes_part.sum(axis=1, keepdims=True).astype(np.float64)
    return np.sqrt(ratio(n, n - 1))


def _pairs_within_units(high_units: Integers, low_units: Integers) -> tuple[Integers, Integers]:
    """Return the indices (high item, low item) of all pairs that belong to one unit."""
    order = np.argsort(low_units, kind="stable")
    first = np.searchsorted(low_units[order], high_units, side="left")
    count = np.searchsorted(low_units[order], high_units, side="right") - first
    high = np.repeat(np.arange(len(high_units)), count)
    offset = np.arange(len(high)) - np.repeat(np.cumsum(count) - count, count)
    return high, order[np.repeat(first, count) + offset]
