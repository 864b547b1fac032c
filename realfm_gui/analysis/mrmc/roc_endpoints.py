"""Endpoints of rated cases: AUC, sensitivity, specificity, accuracy, and functions of one's own."""

from dataclasses import dataclass

import numpy as np

from realfm_gui.analysis.mrmc.case_sample import CaseSample, FigureOfMerit
from realfm_gui.analysis.mrmc.endpoint import Sample, strata_of_units
from realfm_gui.analysis.mrmc.mean_sample import MeanSample
from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.analysis.mrmc.pair_sample import PairSample
from realfm_gui.domain.errors import UserFacingError


@dataclass(frozen=True, slots=True, kw_only=True)
class EmpiricalAuc:
    """Probability that a positive case outscores a negative one, ties counting half.

    References
    ----------
    .. [1] Hanley JA, McNeil BJ. Radiology 1982;143(1):29-36.
    """

    name: str = "auc"
    label: str = "AUC (empirical)"
    limits: tuple[float, float] = (0.0, 1.0)

    def prepare(self, data: ObserverData) -> Sample:
        """Return the AUC of every modality and reader."""
        require_both_classes(data, self.label)
        truth = data.is_positive
        return PairSample(
            data.ratings[:, :, truth],
            data.ratings[:, :, ~truth],
            high_weights=data.weights[truth],
            low_weights=data.weights[~truth],
            high_units=data.clusters[truth],
            low_units=data.clusters[~truth],
            unit_strata=strata_of_units(data),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareOfCalls:
    """Share of cases called right at a threshold: a case is called positive where its rating reaches it.

    Parameters
    ----------
    threshold : float
        Lowest rating that is a positive call.
    of_positives, of_negatives : bool
        Which cases count: sensitivity, specificity, or both for accuracy.
    """

    threshold: float
    of_positives: bool
    of_negatives: bool
    limits: tuple[float, float] = (0.0, 1.0)

    @property
    def name(self) -> str:
        """``sensitivity``, ``specificity`` or ``accuracy``."""
        if self.of_positives and self.of_negatives:
            return "accuracy"
        return "sensitivity" if self.of_positives else "specificity"

    @property
    def label(self) -> str:
        """Name with the threshold: ``sensitivity at rating >= 3``."""
        return f"{self.name} at rating >= {self.threshold:g}"

    def prepare(self, data: ObserverData) -> Sample:
        """Return the share of every modality and reader."""
        counts = np.where(data.is_positive, self.of_positives, self.of_negatives)
        if not counts.any():
            which = "positive" if self.of_positives else "negative"
            raise UserFacingError(
                f"There is no {which} case, so there is no {self.name}.",
                hint="Check the truth column, or choose another endpoint.",
            )
        part = data.ratings[:, :, counts]
        is_right = (part >= self.threshold) == data.is_positive[counts]
        return MeanSample(
            np.where(np.isnan(part), np.nan, is_right.astype(np.float64)),
            weights=data.weights[counts],
            units=data.clusters[counts],
            unit_strata=strata_of_units(data),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomEndpoint:
    """Any function of (truth, ratings, weights); see `case_sample.FigureOfMerit`."""

    name: str
    label: str
    figure_of_merit: FigureOfMerit
    limits: tuple[float, float] = (0.0, 1.0)
    needs_both_classes: bool = True

    def prepare(self, data: ObserverData) -> Sample:
        """Return the figure of every modality and reader."""
        if self.needs_both_classes:
            require_both_classes(data, self.label)
        return CaseSample(data, self.figure_of_merit)


def require_both_classes(data: ObserverData, label: str) -> None:
    """Refuse a study without positive or without negative cases."""
    if data.n_positive and data.n_negative:
        return
    missing = "positive" if not data.n_positive else "negative"
    raise UserFacingError(
        f"There is no {missing} case, so there is no {label}.",
        hint="Check the truth column: it has to hold cases with and without the finding.",
    )
