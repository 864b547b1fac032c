"""Endpoints of free-response studies that count marks: lesions found, and false marks per case."""

from dataclasses import dataclass

import numpy as np

from realfm_gui.analysis.endpoints.located_marks import located_marks, require_class, require_marks
from realfm_gui.analysis.mrmc.endpoint import Floats, Integers, Sample, strata_of_units
from realfm_gui.analysis.mrmc.mean_sample import MeanSample
from realfm_gui.analysis.mrmc.observer_data import ObserverData


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedCases:
    """Share of positive cases with a mark (HrSe), or of negative cases without one (HrSp), at any rating.

    Parameters
    ----------
    of_positives : bool
        True for the sensitivity, False for the specificity.
    """

    of_positives: bool
    limits: tuple[float, float] = (0.0, 1.0)

    @property
    def name(self) -> str:
        """``hr-se`` or ``hr-sp``."""
        return "hr-se" if self.of_positives else "hr-sp"

    @property
    def label(self) -> str:
        """Name for tables."""
        return "sensitivity of any mark" if self.of_positives else "specificity of no mark"

    def prepare(self, data: ObserverData) -> Sample:
        """Return the share of every modality and reader."""
        require_marks(data, self.label)
        require_class(data, self.label, positive=self.of_positives)
        part = data.is_positive == self.of_positives
        ratings = data.ratings[:, :, part]
        is_right = (ratings > -np.inf) == self.of_positives
        return _mean_over_cases(data, np.where(np.isnan(ratings), np.nan, is_right), np.flatnonzero(part))


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionLocalisationFraction:
    """Share of the lesions that were marked at any rating, every lesion counting alike (MaxLLF).

    References
    ----------
    .. [1] Bunch PC, Hamilton JF, Sanderson GK, Simmons AH. J Appl Photogr Eng 1978;4(4):166-171.
    """

    name: str = "max-llf"
    label: str = "share of lesions marked"
    limits: tuple[float, float] = (0.0, 1.0)

    def prepare(self, data: ObserverData) -> Sample:
        """Return the fraction of every modality and reader."""
        marks = located_marks(data, self.label)
        require_class(data, self.label, positive=True)
        is_marked = marks.lesion_ratings > -np.inf
        values = np.where(np.isnan(marks.lesion_ratings), np.nan, is_marked)
        return _mean_over_cases(data, values, marks.lesion_cases)


@dataclass(frozen=True, slots=True, kw_only=True)
class NonLesionLocalisationFraction:
    """Mean number of false marks per case: of negative cases (MaxNLF), or of all.

    Parameters
    ----------
    uses_all_cases : bool
        True: false marks on positive cases count, too (MaxNLFAllCases).

    References
    ----------
    .. [1] Bunch PC, Hamilton JF, Sanderson GK, Simmons AH. J Appl Photogr Eng 1978;4(4):166-171.
    """

    uses_all_cases: bool
    limits: tuple[float, float] = (0.0, float("inf"))

    @property
    def name(self) -> str:
        """``max-nlf`` or ``max-nlf-all-cases``."""
        return "max-nlf-all-cases" if self.uses_all_cases else "max-nlf"

    @property
    def label(self) -> str:
        """Name for tables."""
        return "false marks per case" if self.uses_all_cases else "false marks per negative case"

    def prepare(self, data: ObserverData) -> Sample:
        """Return the number of every modality and reader."""
        marks = located_marks(data, self.label)
        if not self.uses_all_cases:
            require_class(data, self.label, positive=False)
        part = np.flatnonzero(np.ones_like(data.is_positive) if self.uses_all_cases else ~data.is_positive)
        return _mean_over_cases(data, marks.n_false[:, :, part], part)


def _mean_over_cases(data: ObserverData, values: Floats, cases: Integers) -> Sample:
    """Return the mean of the items of `cases`, each counting its case's sampling weight."""
    return MeanSample(
        values,
        weights=data.weights[cases],
        units=data.clusters[cases],
        unit_strata=strata_of_units(data),
    )
