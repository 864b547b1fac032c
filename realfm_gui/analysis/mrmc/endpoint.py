"""What an endpoint is: a figure of merit per modality and reader that knows how cases enter it."""

from abc import ABC, abstractmethod
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.mrmc.moments import PairMoments
from realfm_gui.analysis.mrmc.observer_data import ObserverData

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Sample(ABC):
    """An endpoint on one study.

    The *units* are what is sampled and resampled: patients (clusters). A unit's weight counts how often its
    cases are in the sample; weights of 1 give `figures`.
    """

    @property
    @abstractmethod
    def figures(self) -> Floats:
        """Figure of merit, shape (modalities, readers); NaN where it cannot be given."""

    @property
    @abstractmethod
    def unit_strata(self) -> Integers:
        """Stratum of every unit, shape (units,): a stratified bootstrap keeps the number of units in each."""

    @abstractmethod
    def weighted(self, weights: Floats, *, device: str = "cpu") -> Floats:
        """Return the figures with weighted units.

        Parameters
        ----------
        weights : array of shape (replicates, units)
            At least 0.
        device : str
            Where to compute, as torch names it; endpoints without a tensor form compute on the processor.

        Returns
        -------
        array of shape (replicates, modalities, readers)
            NaN where a replicate holds too little to give the figure.
        """

    @property
    def takes_part(self) -> Bools:
        """Which units the figures depend on, shape (units,): the sample size of a jackknife."""
        return np.ones(self.n_units, dtype=np.bool_)

    @property
    def n_units(self) -> int:
        """Number of units (patients) in the study."""
        return len(self.unit_strata)

    def leave_one_out(self) -> Floats:
        """Return the figures without each unit in turn, shape (modalities, readers, units)."""
        step, parts = 256, []
        for start in range(0, self.n_units, step):
            units = np.arange(start, min(start + step, self.n_units))
            weights = np.ones((len(units), self.n_units))
            weights[np.arange(len(units)), units] = 0.0
            parts.append(self.weighted(weights))
        return np.moveaxis(np.concatenate(parts), 0, -1)

    def delong_covariance(self) -> Floats | None:
        """Return the covariance of ``figures.ravel()`` from structural components; None where undefined."""
        return None

    def unbiased_covariance(self) -> Floats | None:
        """Return the unbiased error covariance of ``figures.ravel()``; None where there is none."""
        return None

    def pair_moments(self) -> PairMoments | None:
        """Return the sums U-statistics are made of; None where the endpoint is no share of pairs."""
        return None


class Endpoint(Protocol):
    """A figure of merit that readers are compared by."""

    @property
    def name(self) -> str:
        """Short name, as on the command line: ``auc``."""

    @property
    def label(self) -> str:
        """Name for tables and sentences: ``AUC (empirical)``."""

    @property
    def limits(self) -> tuple[float, float]:
        """Smallest and largest value it can take."""

    def prepare(self, data: ObserverData) -> Sample:
        """Return the endpoint on a study; raises `UserFacingError` where the data cannot give it."""


def strata_of_units(data: ObserverData) -> Integers:
    """Return 0 for patients with negative cases only, 1 with positive only, 2 with both."""
    n = int(data.clusters.max()) + 1
    has_positive = np.bincount(data.clusters, weights=data.is_positive, minlength=n) > 0
    has_negative = np.bincount(data.clusters, weights=~data.is_positive, minlength=n) > 0
    return np.where(has_positive & has_negative, 2, has_positive.astype(np.int64))


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Return numerator / denominator, NaN where the denominator is not above 0."""
    result = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), np.nan)
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result
