"""Endpoints read off a curve: like any function of cases, but alike cases are left out only once."""

import numpy as np

from realfm_gui.analysis.auc import dense_ranks
from realfm_gui.analysis.mrmc.case_sample import CaseSample, FigureOfMerit
from realfm_gui.analysis.mrmc.endpoint import Bools, Floats
from realfm_gui.analysis.mrmc.observer_data import ObserverData

_LEFT_OUT_AT_ONCE = 256


class CurveSample(CaseSample):
    """A function of truth, ratings and case weights that sees cases of one class and rating as the same.

    Parameters
    ----------
    data, figure_of_merit
        See `CaseSample`.
    """

    def __init__(self, data: ObserverData, figure_of_merit: FigureOfMerit) -> None:
        super().__init__(data, figure_of_merit)
        self._ratings, self._truth, self._of_merit = data.ratings, data.is_positive, figure_of_merit
        # Leaving out one of several patients is only the same if each is one case and counts alike.
        self._are_exchangeable = np.array_equal(data.clusters, np.arange(len(data.cases))) and bool(
            (data.weights == data.weights[0]).all()
        )

    def leave_one_out(self) -> Floats:
        """Return the figures without each unit in turn, shape (modalities, readers, units)."""
        if not self._are_exchangeable:
            return super().leave_one_out()
        result = np.repeat(self.figures[:, :, np.newaxis], self.n_units, axis=2)
        for observer in np.ndindex(*result.shape[:2]):
            read = ~np.isnan(self._ratings[observer])
            if read.any():
                result[observer][read] = self._without_each(self._truth[read], self._ratings[observer][read])
        return result

    def _without_each(self, truth: Bools, ratings: Floats) -> Floats:
        """Return one observer's figure without each case in turn, shape (cases,)."""
        kinds = 2 * dense_ranks(ratings) + truth
        _, examples, kind_of_case = np.unique(kinds, return_index=True, return_inverse=True)
        figures = np.empty(len(examples))
        for start in range(0, len(examples), _LEFT_OUT_AT_ONCE):
            mine = examples[start : start + _LEFT_OUT_AT_ONCE]
            weights = np.ones((len(mine), len(ratings)))
            weights[np.arange(len(mine)), mine] = 0.0
            figures[start : start + len(mine)] = self._of_merit(truth, ratings, weights)
        without: Floats = figures[kind_of_case]
        return without
