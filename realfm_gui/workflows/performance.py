"""The analyst's page of one endpoint: the readers' performance without and with the model.

The same engine as on the command line (`analysis.mrmc`) over the study's own record. Differences are aided
minus unaided. Every rating is used: a reader who left a case out keeps the others, and only a reader with
less than half of the planned readings is left out, as in the verdict.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from realfm_gui import __version__
from realfm_gui.analysis.mrmc.analysis import Method, Request, Result, analyse_readers
from realfm_gui.analysis.mrmc.covariance import CovarianceMethod
from realfm_gui.analysis.mrmc.endpoint import Endpoint
from realfm_gui.analysis.mrmc.observer_data import observer_data
from realfm_gui.analysis.mrmc.obuchowski_rockette import Options
from realfm_gui.analysis.mrmc.results import Inference, margin_test
from realfm_gui.analysis.mrmc.roc_endpoints import EmpiricalAuc, ShareOfCalls
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.progress import Progress, silent
from realfm_gui.domain.protocol import Protocol
from realfm_gui.reporting.method_section import method_section
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.performance_components import Uncertainty, explain_uncertainty
from realfm_gui.workflows.performance_curves import (
    CurveKind,
    CurveSet,
    OperatingPoints,
    operating_points,
    study_curves,
)
from realfm_gui.workflows.performance_data import Observers, observers_of, readers_with_enough
from realfm_gui.workflows.study_arrays import study_arrays

if TYPE_CHECKING:
    from realfm_gui.analysis.study_data import StudyData

AIDED, UNAIDED = "Aided", "Unaided"
"""Names of the arms in the analysis."""
WIDEST_MARGIN = 0.10
"""The curve of p against the margin reaches at least this far."""
_MARGINS = 101
_A_CALL = 0.5


class Measure(StrEnum):
    """What readers are compared by."""

    AUC = "auc"
    SENSITIVITY = "sensitivity"
    SPECIFICITY = "specificity"
    ACCURACY = "accuracy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the analyst chose; `planned_choice` says what the protocol fixed.

    `margin` is the largest loss that still counts as none, on the scale of the measure (0 to 1). `curves`
    changes the picture and no number.
    """

    finding: str
    measure: Measure = Measure.AUC
    method: Method = Method.OR
    covariance: CovarianceMethod = CovarianceMethod.JACKKNIFE
    inference: Inference = Inference.RRRC
    margin: float
    curves: CurveKind = CurveKind.EMPIRICAL

    def __post_init__(self) -> None:
        if not 0 < self.margin < 0.5:
            raise ValueError(f"a margin lies between 0 and 0.5, not at {self.margin}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallCalls(ShareOfCalls):
    """Share of the readers' recall calls that are right; ratings are 1 (recall) and 0."""

    threshold: float = _A_CALL

    @property
    def label(self) -> str:
        """Name in tables and sentences; the threshold is the reader's own."""
        return f"{self.name} of the recall call"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginPoint:
    """One-sided p of "aided is worse than unaided by the margin or more"."""

    margin: float
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPerformance:
    """Everything the page shows of one choice.

    Attributes
    ----------
    choice : Choice
        What was asked.
    finding_name : str
        The finding's name.
    result : Result
        Of the engine; the modalities are `AIDED` and `UNAIDED`, in this order.
    alpha : float
        One minus the confidence level.
    curves : CurveSet
        Of the kind that was asked for.
    points : OperatingPoints
        The readers' recall calls and the model's.
    margin_curve : tuple of MarginPoint
        Rising margins from 0; empty where the difference has no standard error.
    uncertainty : Uncertainty
        Where the width of the interval comes from.
    notes : tuple of str
        What has to be said beside the engine's warnings.
    is_simulated : bool
        Images or readers are made by a program.
    early_looks : int
        How often outcomes were opened before reading was complete.
    method_text : str
        The method section to paste.
    """

    choice: Choice
    finding_name: str
    result: Result
    alpha: float
    curves: CurveSet
    points: OperatingPoints
    margin_curve: tuple[MarginPoint, ...]
    uncertainty: Uncertainty
    notes: tuple[str, ...]
    is_simulated: bool
    early_looks: int
    method_text: str


def planned_choice(protocol: Protocol, *, finding: str = "", measure: Measure = Measure.AUC) -> Choice:
    """Return the choice the protocol fixes for a finding (its first by default) and a measure.

    The protocol names no margin for accuracy: the smaller one of sensitivity and specificity is taken.
    """
    fixed = protocol.analysis
    margins = {
        Measure.AUC: fixed.margin_auc,
        Measure.SENSITIVITY: fixed.margin_sensitivity,
        Measure.SPECIFICITY: fixed.margin_specificity,
        Measure.ACCURACY: min(fixed.margin_sensitivity, fixed.margin_specificity),
    }
    return Choice(finding=finding or protocol.findings[0].id, measure=measure, margin=margins[measure])


def performance(root: Path, choice: Choice, *, progress: Progress = silent) -> StudyPerformance:
    """Analyse a study as chosen; it is opened read-only.

    Looking is logged by `open_outcomes`, which callers ask first.

    Raises
    ------
    UserFacingError
        If the study has no such finding, or its data cannot give the measure.
    """
    progress(0, 3, "Collecting the readings")
    with StudyStore.open(root, read_only=True) as store:
        finding = next((each for each in store.protocol.findings if each.id == choice.finding), None)
        if finding is None:
            raise UserFacingError(
                f"The protocol has no finding {choice.finding!r}.", hint="Choose one of its findings."
            )
        data = study_arrays(store, finding)
    return analyse_choice(data, choice, progress=progress)


def analyse_choice(data: "StudyData", choice: Choice, *, progress: Progress = silent) -> StudyPerformance:
    """Analyse the arrays of one finding as chosen.

    Raises
    ------
    UserFacingError
        If too little was read for the measure.
    """
    progress(1, 3, "Comparing the arms")
    used, notes = readers_with_enough(data)
    observers = observers_of(used, by_calls=choice.measure is not Measure.AUC)
    result = _result(observers, used, choice)
    progress(2, 3, "Drawing curves")
    performed = StudyPerformance(
        choice=choice,
        finding_name=used.finding_name,
        result=result,
        alpha=used.alpha,
        curves=study_curves(used, choice.curves),
        points=operating_points(used),
        margin_curve=margin_curve(result, choice.margin),
        uncertainty=explain_uncertainty(result),
        notes=(*notes, *observers.notes),
        is_simulated=used.is_simulated,
        early_looks=used.early_looks,
        method_text=method_section(result, version=__version__),
    )
    progress(3, 3, "Drawing curves")
    return performed


def margin_curve(result: Result, margin: float) -> tuple[MarginPoint, ...]:
    """Return the p of non-inferiority of the aided arm over margins from 0, beyond the one chosen.

    References
    ----------
    .. [1] Chen W, Petrick NA, Sahiner B. Acad Radiol 2012;19(9):1158-1165.
    """
    if not result.analysis.comparisons:
        return ()
    difference = result.analysis.comparisons[0].difference
    found = []
    for each in np.linspace(0.0, max(WIDEST_MARGIN, 1.25 * margin), _MARGINS):
        test = margin_test(difference, margin=float(each), df=difference.df, of_second=False)
        if test is None:
            return ()
        found.append(MarginPoint(margin=float(each), p=test.p))
    return tuple(found)


def _result(observers: Observers, data: "StudyData", choice: Choice) -> Result:
    studied = observer_data(
        observers.ratings,
        data.truth,
        modalities=(AIDED, UNAIDED),
        readers=observers.names,
        cases=data.case_ids,
        clusters=data.patient_ids,
    )
    options = Options(inference=choice.inference, alpha=data.alpha, margin=choice.margin)
    request = Request(
        endpoint=_endpoint(choice.measure),
        method=choice.method,
        covariance=choice.covariance,
        options=options,
        algorithm=observers.model,
    )
    return analyse_readers(studied, request)


def _endpoint(measure: Measure) -> Endpoint:
    if measure is Measure.AUC:
        return EmpiricalAuc()
    return RecallCalls(
        of_positives=measure is not Measure.SPECIFICITY, of_negatives=measure is not Measure.SENSITIVITY
    )
