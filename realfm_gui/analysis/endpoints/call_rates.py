"""Functions of sensitivity and specificity at one threshold, with everything that follows in closed form."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from realfm_gui.analysis.mrmc.endpoint import Bools, Floats, Integers, Sample, ratio, strata_of_units
from realfm_gui.analysis.mrmc.mean_sample import MeanSample, sum_by_unit
from realfm_gui.analysis.mrmc.observer_data import ObserverData


@dataclass(frozen=True, slots=True, kw_only=True)
class RateFunction:
    """A figure of merit as a function of (sensitivity, specificity), elementwise on arrays.

    Attributes
    ----------
    value : callable
        The figure; NaN where it cannot be given.
    gradient : callable
        Its derivatives by sensitivity and by specificity.
    is_linear : bool
        Whether the gradient is the same everywhere: only then is there an unbiased covariance.
    """

    value: Callable[[Floats, Floats], Floats]
    gradient: Callable[[Floats, Floats], tuple[Floats, Floats]]
    is_linear: bool


def linear_rates(*, of_sensitivity: float, of_specificity: float, constant: float) -> RateFunction:
    """Return a weighted sum of sensitivity and specificity, plus a constant."""

    def value(se: Floats, sp: Floats) -> Floats:
        total: Floats = of_sensitivity * se + of_specificity * sp + constant
        return total

    def gradient(se: Floats, sp: Floats) -> tuple[Floats, Floats]:
        return np.full_like(se, of_sensitivity), np.full_like(sp, of_specificity)

    return RateFunction(value=value, gradient=gradient, is_linear=True)


class CallRatesSample(Sample):
    """A function of sensitivity and specificity at a threshold, on one study.

    Parameters
    ----------
    data : ObserverData
        The study; a case is called positive where its rating reaches the threshold.
    threshold : float
        Lowest rating that is a positive call.
    function : RateFunction
        What is made of the two.
    """

    def __init__(self, data: ObserverData, *, threshold: float, function: RateFunction) -> None:
        self._function = function
        self._strata = strata_of_units(data)
        self._positives = _RatePart(data, threshold=threshold, of_positives=True)
        self._negatives = _RatePart(data, threshold=threshold, of_positives=False)

    @property
    def unit_strata(self) -> Integers:
        """Stratum of every unit, shape (units,)."""
        return self._strata

    @cached_property
    def figures(self) -> Floats:
        """Figure of merit, shape (modalities, readers)."""
        return self._function.value(self._positives.mean.figures, self._negatives.mean.figures)

    def weighted(self, weights: Floats, *, device: str = "cpu") -> Floats:
        """Return the figures under unit weights, shape (replicates, modalities, readers)."""
        return self._function.value(
            self._positives.mean.weighted(weights, device=device),
            self._negatives.mean.weighted(weights, device=device),
        )

    def leave_one_out(self) -> Floats:
        """Return the figures without each unit in turn, shape (modalities, readers, units)."""
        return self._function.value(
            self._positives.mean.leave_one_out(), self._negatives.mean.leave_one_out()
        )

    def delong_covariance(self) -> Floats | None:
        """Return the covariance by the delta method from the units' influences, as `PairSample` sums them."""
        by_se, by_sp = self._gradient()
        of_positives, of_negatives = by_se * self._positives.influence, by_sp * self._negatives.influence
        has_positive, has_negative = self._positives.takes_part, self._negatives.takes_part
        factors = _small_sample_factor(has_positive), _small_sample_factor(has_negative)
        a, b = of_positives * factors[0], of_negatives * factors[1]
        covariance: Floats = a @ a.T + b @ b.T
        if (has_positive & has_negative).any():
            factor = _small_sample_factor(has_positive | has_negative)
            across = (of_positives * factor) @ (of_negatives * factor).T
            covariance += across + across.T
        return covariance

    def unbiased_covariance(self) -> Floats | None:
        """Return the unbiased covariance; None for ratios, and where a unit has cases of both classes."""
        if not self._function.is_linear or (self._strata == 2).any():
            return None
        by_se, by_sp = self._gradient()
        of_se, of_sp = self._positives.mean.unbiased_covariance(), self._negatives.mean.unbiased_covariance()
        if of_se is None or of_sp is None:
            return None
        covariance: Floats = by_se * of_se * by_se.T + by_sp * of_sp * by_sp.T
        return covariance

    def _gradient(self) -> tuple[Floats, Floats]:
        """Return the derivatives at the estimates, each of shape (observers, 1)."""
        se, sp = self._positives.mean.figures.reshape(-1, 1), self._negatives.mean.figures.reshape(-1, 1)
        return self._function.gradient(se, sp)


class _RatePart:
    """The share of right calls among the cases of one class."""

    def __init__(self, data: ObserverData, *, threshold: float, of_positives: bool) -> None:
        part = data.is_positive if of_positives else ~data.is_positive
        ratings = data.ratings[:, :, part]
        is_right = ((ratings >= threshold) == of_positives).astype(np.float64)
        strata = strata_of_units(data)
        values: Floats = np.where(np.isnan(ratings), np.nan, is_right)
        self.mean = MeanSample(
            values, weights=data.weights[part], units=data.clusters[part], unit_strata=strata
        )
        flat = values.reshape(-1, values.shape[2])
        weights: Floats = np.where(np.isnan(flat), 0.0, data.weights[part])
        self._sizes = sum_by_unit(weights, data.clusters[part], len(strata))
        self._sums = sum_by_unit(np.nan_to_num(flat) * weights, data.clusters[part], len(strata))
        self.takes_part = self._sizes > 0

    @property
    def influence(self) -> Floats:
        """How much every unit moves the share, shape (observers, units)."""
        share = self.mean.figures.reshape(-1, 1)
        total = self._sizes.sum(axis=1, keepdims=True)
        influence: Floats = (self._sums - self._sizes * share) * ratio(np.ones_like(total), total)
        return influence


def _small_sample_factor(takes_part: Bools) -> Floats:
    """Return sqrt(n / (n - 1)) for the units of every observer, shape (observers, 1); NaN below two."""
    n = takes_part.sum(axis=1, keepdims=True).astype(np.float64)
    return np.sqrt(ratio(n, n - 1))
