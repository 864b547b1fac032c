"""Area under a fitted ROC curve as an endpoint: binormal, proper or contaminated binormal."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from realfm_gui.analysis.auc import dense_ranks
from realfm_gui.analysis.mrmc.endpoint import Bools, Floats, Integers, Sample, strata_of_units
from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.analysis.mrmc.roc_endpoints import require_both_classes
from realfm_gui.analysis.roc_fits.curve_family import RocModel
from realfm_gui.analysis.roc_fits.fitting import fit_counts
from realfm_gui.analysis.roc_fits.leave_one_out import leave_one_out_fits

_COUNTS_AT_ONCE = 1 << 22
"""Replicates times categories counted together: some tens of MB."""

_LABELS = {
    RocModel.BINORMAL: "AUC (binormal fit)",
    RocModel.PROPER: "AUC (proper fit)",
    RocModel.CONTAMINATED: "AUC (contaminated binormal fit)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedAuc:
    """Area under the ROC curve fitted by maximum likelihood.

    Parameters
    ----------
    model : RocModel
        Which family of curves.

    References
    ----------
    .. [1] Dorfman DD, Alf E. J Math Psychol 1969;6(3):487-496 (binormal).
    .. [2] Metz CE, Pan X. J Math Psychol 1999;43(1):1-33 (proper).
    .. [3] Dorfman DD, Berbaum KS. Acad Radiol 2000;7(6):427-437 (contaminated binormal).
    """

    model: RocModel
    limits: tuple[float, float] = (0.0, 1.0)

    @property
    def name(self) -> str:
        """``binormal-auc``, ``proper-auc`` or ``contaminated-auc``."""
        return f"{self.model}-auc"

    @property
    def label(self) -> str:
        """Name for tables: ``AUC (binormal fit)``."""
        return _LABELS[self.model]

    def prepare(self, data: ObserverData) -> Sample:
        """Return the area of every modality and reader."""
        require_both_classes(data, self.label)
        return _FittedSample(data, self.model)


class _FittedSample(Sample):
    """One fitted curve per modality and reader, on one study."""

    def __init__(self, data: ObserverData, model: RocModel) -> None:
        self._data, self._model = data, model
        self._strata = strata_of_units(data)

    @property
    def unit_strata(self) -> Integers:
        """Stratum of every unit, shape (units,)."""
        return self._strata

    @cached_property
    def figures(self) -> Floats:
        """Area under the fitted curve, shape (modalities, readers)."""
        figures: Floats = self.weighted(np.ones((1, self.n_units)))[0]
        return figures

    def weighted(self, weights: Floats, *, device: str = "cpu") -> Floats:  # noqa: ARG002  # no tensor form
        """Return the areas fitted to weighted counts, shape (replicates, modalities, readers)."""
        data = self._data
        shape = data.ratings.shape[:2]
        result = np.full((len(weights), *shape), np.nan)
        for observer in np.ndindex(*shape):
            ratings = data.ratings[observer]
            read = np.flatnonzero(~np.isnan(ratings))
            if not len(read):
                continue
            ranks = dense_ranks(ratings[read])
            step = max(1, _COUNTS_AT_ONCE // len(read))
            for start in range(0, len(weights), step):
                mine = slice(start, start + step)
                of_cases = weights[mine][:, data.clusters[read]] * data.weights[read]
                result[(mine, *observer)] = self._fit(data.is_positive[read], ranks, of_cases)
        return result

    def leave_one_out(self) -> Floats:
        """Return the areas without each unit in turn, shape (modalities, readers, units).

        Cases of one class and category leave the same counts behind, so that few fits are needed.
        """
        data = self._data
        is_plain = np.array_equal(data.clusters, np.arange(len(data.cases))) and bool(
            (data.weights == data.weights[0]).all()
        )
        was_read = data.was_read.reshape(-1, len(data.cases))
        truth = data.is_positive
        is_enough = min((was_read & truth).sum(axis=1).min(), (was_read & ~truth).sum(axis=1).min()) >= 2
        if not is_plain or not is_enough:
            return super().leave_one_out()
        ratings = data.ratings.reshape(was_read.shape)
        result = np.repeat(self.figures.reshape(-1, 1), self.n_units, axis=1)
        patterns, which = np.unique(was_read, axis=0, return_inverse=True)
        for number, read in enumerate(patterns):
            observers = np.flatnonzero(which == number)
            ranks = dense_ranks(ratings[np.ix_(observers, np.flatnonzero(read))])
            _, left_out = leave_one_out_fits(ranks, truth[read], self._model)
            result[np.ix_(observers, np.flatnonzero(read))] = left_out
        return result.reshape(data.ratings.shape)

    def _fit(self, truth: Bools, ranks: Integers, weights: Floats) -> Floats:
        """Return the areas of one observer, shape (replicates,); NaN without positives or negatives."""
        order = np.argsort(ranks, kind="stable")
        starts = np.flatnonzero(np.diff(ranks[order], prepend=-1))
        in_order = weights[:, order]
        positive = np.add.reduceat(in_order * truth[order], starts, axis=1)
        negative = np.add.reduceat(in_order * ~truth[order], starts, axis=1)
        has_both = (positive.sum(axis=1) > 0) & (negative.sum(axis=1) > 0)
        areas = np.full(len(weights), np.nan)
        if has_both.any():
            areas[has_both] = fit_counts(self._model, positive[has_both], negative[has_both]).aucs
        return areas
