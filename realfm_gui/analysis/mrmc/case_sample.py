"""Endpoints that are any function of ratings, truth and case weights: partial AUC, curve fits, your own."""

from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.mrmc.endpoint import Floats, Integers, Sample, strata_of_units
from realfm_gui.analysis.mrmc.observer_data import ObserverData

FigureOfMerit = Callable[[NDArray[np.bool_], Floats, Floats], Floats]
"""(truth (cases,), ratings of one observer (cases,), weights (replicates, cases)) -> (replicates,)."""


class CaseSample(Sample):
    """A function of truth, ratings and case weights, on one study.

    Parameters
    ----------
    data : ObserverData
        The study.
    figure_of_merit : callable
        ``f(truth, ratings, weights)`` with shapes (cases,), (cases,), (replicates, cases) over the cases the
        observer read; returns (replicates,), NaN where it cannot be given.
    """

    def __init__(self, data: ObserverData, figure_of_merit: FigureOfMerit) -> None:
        self._data = data
        self._figure_of_merit = figure_of_merit
        self._strata = strata_of_units(data)

    @property
    def unit_strata(self) -> Integers:
        """Stratum of every unit, shape (units,)."""
        return self._strata

    @cached_property
    def figures(self) -> Floats:
        """Figure of merit, shape (modalities, readers)."""
        figures: Floats = self.weighted(np.ones((1, self.n_units)))[0]
        return figures

    def weighted(self, weights: Floats, *, device: str = "cpu") -> Floats:  # noqa: ARG002  # no tensor form
        """Return the figures under unit weights, shape (replicates, modalities, readers)."""
        data = self._data
        of_cases = weights[:, data.clusters] * data.weights
        n_modalities, n_readers = data.ratings.shape[:2]
        result = np.full((len(weights), n_modalities, n_readers), np.nan)
        for modality in range(n_modalities):
            for reader in range(n_readers):
                ratings = data.ratings[modality, reader]
                read = ~np.isnan(ratings)
                if read.any():
                    result[:, modality, reader] = self._figure_of_merit(
                        data.is_positive[read], ratings[read], of_cases[:, read]
                    )
        return result
