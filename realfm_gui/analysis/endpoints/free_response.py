"""Endpoints of free-response studies that compare lesions with false marks: AFROC and its family."""

from dataclasses import dataclass

import numpy as np

from realfm_gui.analysis.endpoints.located_marks import located_marks, require_class, require_marks
from realfm_gui.analysis.mrmc.endpoint import Sample, strata_of_units
from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.analysis.mrmc.pair_sample import PairSample
from realfm_gui.analysis.mrmc.roc_endpoints import EmpiricalAuc


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeResponseArea:
    """Probability that a lesion is rated above the highest false mark of a case, ties counting half.

    A lesion that was not marked and a case without a false mark are both rated minus infinity, and tie.

    Parameters
    ----------
    weighs_lesions : bool
        True (wAFROC): every positive case counts alike, its lesions by their weights. False (AFROC): every
        lesion counts alike, so that a case with many lesions counts more.
    uses_all_cases : bool
        True (AFROC1, wAFROC1): false marks on positive cases count, too, even those on the lesion's own
        case; such a study needs no negative case. False: only those on negative cases.

    References
    ----------
    .. [1] Chakraborty DP, Berbaum KS. Med Phys 2004;31(8):2313-2330.
    .. [2] Chakraborty DP, Zhai X. Med Phys 2016;43(5):2264-2274 (weights).
    """

    weighs_lesions: bool
    uses_all_cases: bool
    limits: tuple[float, float] = (0.0, 1.0)

    @property
    def name(self) -> str:
        """``afroc``, ``afroc1``, ``wafroc`` or ``wafroc1``."""
        return self.label.lower()

    @property
    def label(self) -> str:
        """``AFROC``, ``AFROC1``, ``wAFROC`` or ``wAFROC1``."""
        return ("w" if self.weighs_lesions else "") + "AFROC" + ("1" if self.uses_all_cases else "")

    def prepare(self, data: ObserverData) -> Sample:
        """Return the area of every modality and reader."""
        require_marks(data, self.label)
        require_class(data, self.label, positive=True)
        if not self.uses_all_cases:
            require_class(data, self.label, positive=False)
        marks = located_marks(data, self.label)
        low = np.ones_like(data.is_positive) if self.uses_all_cases else ~data.is_positive
        of_cases = data.weights[marks.lesion_cases]
        return PairSample(
            marks.lesion_ratings,
            marks.highest_false[:, :, low],
            high_weights=of_cases * marks.lesion_weights if self.weighs_lesions else of_cases,
            low_weights=data.weights[low],
            high_units=data.clusters[marks.lesion_cases],
            low_units=data.clusters[low],
            unit_strata=strata_of_units(data),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HighestRatingAuc:
    """AUC of the highest rating on every case, wherever the mark is; an unmarked case is rated lowest.

    References
    ----------
    .. [1] Chakraborty DP. Observer Performance Methods for Diagnostic Imaging. CRC Press 2017 (HrAuc).
    """

    name: str = "hr-auc"
    label: str = "AUC of highest ratings"
    limits: tuple[float, float] = (0.0, 1.0)

    def prepare(self, data: ObserverData) -> Sample:
        """Return the AUC of every modality and reader."""
        require_marks(data, self.label)
        return EmpiricalAuc(label=self.label).prepare(data)
