"""Turn a study's records into the arrays that the statistics start from."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from realfm_gui.domain.case import Split
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.protocol import Finding, Reader
from realfm_gui.domain.reading import MISSING_FLAGS, CaseFlag, Phase, Reading
from realfm_gui.storage import StudyStore

if TYPE_CHECKING:
    from realfm_gui.analysis.study_data import Floats, StudyData

ARM = {Phase.UNAIDED: 0, Phase.AIDED: 1}


def study_arrays(store: StudyStore, finding: Finding) -> "StudyData":
    """Collect one finding of the test set: who read what, what the models said, what is true.

    Cases without truth for this finding are left out; the practice cases never enter.

    Raises
    ------
    UserFacingError
        If there is nothing to analyse.
    """
    from realfm_gui.analysis.study_data import StudyData

    protocol = store.protocol
    labels = {
        label.case_id: label.is_present
        for label in store.read_truth(Split.READING)
        if label.finding == finding.id
    }
    planned = store.cases(Split.READING)
    cases = [case for case in planned if case.case_id in labels]
    case_ids = [case.case_id for case in cases]
    readers = [reader for reader in protocol.readers if Split.READING in reader.reads]
    readings = [reading for reading in store.readings() if reading.case_id in labels]
    _refuse_nothing(finding, case_ids, readers, readings)
    scores, calls, active_ms = _reading_arrays(readings, finding.id, readers, case_ids)
    ai_scores, ai_calls = _model_arrays(store, protocol.model.name, finding.id, case_ids)
    return StudyData(
        finding_id=finding.id,
        finding_name=finding.name,
        reader_ids=tuple(reader.id for reader in readers),
        reader_names=tuple(reader.name for reader in readers),
        reader_years=tuple(reader.years_experience for reader in readers),
        case_ids=tuple(case_ids),
        truth=np.array([labels[case_id] for case_id in case_ids], dtype=np.bool_),
        scores=scores,
        calls=calls,
        active_ms=active_ms,
        ai_scores=ai_scores,
        ai_calls=ai_calls,
        ai_out_of_domain=_out_of_domain(store, protocol.model.name, case_ids),
        control_scores=_controls(store, finding.id, case_ids),
        patient_ids=tuple(case.patient_id for case in cases),
        non_diagnostic=_flag_counts(readings, readers, CaseFlag.NON_DIAGNOSTIC),
        technical_faults=_flag_counts(readings, readers, CaseFlag.TECHNICAL_FAULT),
        remembered=int(_flag_counts(readings, readers, CaseFlag.REMEMBERED).sum()),
        cases_without_truth=len(planned) - len(cases),
        early_looks=early_looks(store),
        is_primary=finding.id == protocol.findings[0].id,
        alpha=protocol.analysis.alpha,
        margin_auc=protocol.analysis.margin_auc,
        margin_sensitivity=protocol.analysis.margin_sensitivity,
        margin_specificity=protocol.analysis.margin_specificity,
        prevalence=protocol.population.prevalence,
        is_simulated=protocol.study.simulated or any(reader.simulated for reader in readers),
        design=protocol.design,
        planned_readings=2 * len(readers) * len(case_ids),
    )


def early_looks(store: StudyStore) -> int:
    """Return how often outcomes were opened before reading was complete."""
    return sum(
        event.kind is EventKind.OUTCOMES_OPENED and not event.payload["complete"] for event in store.events()
    )


def _refuse_nothing(
    finding: Finding, case_ids: Sequence[str], readers: Sequence[Reader], readings: Sequence[Reading]
) -> None:
    if not case_ids:
        raise UserFacingError(
            f"No case of the test set has a reference standard for {finding.name}.",
            hint="Import the truth table: realfm import STUDY PATH --truth CSV.",
        )
    read_by = {reading.reader for reading in readings}
    if not any(reader.id in read_by for reader in readers):
        raise UserFacingError(
            "Nobody has read a case of the test set yet.", hint="Read first: realfm open STUDY."
        )


def _reading_arrays(
    readings: Sequence[Reading], finding: str, readers: Sequence[Reader], case_ids: Sequence[str]
) -> "tuple[Floats, Floats, Floats]":
    row = {reader.id: index for index, reader in enumerate(readers)}
    column = {case_id: index for index, case_id in enumerate(case_ids)}
    shape = (2, len(readers), len(case_ids))
    scores, calls, active_ms = (np.full(shape, np.nan) for _ in range(3))
    for reading in readings:
        if reading.reader not in row:
            continue
        cell = ARM[reading.phase], row[reading.reader], column[reading.case_id]
        active_ms[cell] = reading.times.active_ms
        if reading.answer.flags & MISSING_FLAGS:
            continue
        for answer in reading.answer.findings:
            if answer.finding == finding:
                scores[cell] = answer.likelihood
                calls[cell] = float(answer.recall)
    return scores, calls, active_ms


def _flag_counts(
    readings: Sequence[Reading], readers: Sequence[Reader], flag: CaseFlag
) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    """Return how often each reader set a flag, shape (2, readers)."""
    counts = np.zeros((2, len(readers)), dtype=np.int64)
    for index, reader in enumerate(readers):
        for reading in readings:
            if reading.reader == reader.id and flag in reading.answer.flags:
                counts[ARM[reading.phase], index] += 1
    return counts


def _model_arrays(
    store: StudyStore, model: str, finding: str, case_ids: Sequence[str]
) -> "tuple[Floats, Floats]":
    scores, calls = np.full(len(case_ids), np.nan), np.full(len(case_ids), np.nan)
    run = store.latest_run(model)
    if run is None:
        return scores, calls
    answered = set(run.case_ids)
    for index, case_id in enumerate(case_ids):
        if case_id not in answered:
            continue
        for prediction in store.read_prediction(run.run_id, case_id):
            if prediction.finding == finding:
                scores[index] = prediction.score
                calls[index] = np.nan if prediction.call is None else float(prediction.call)
    return scores, calls


def _out_of_domain(
    store: StudyStore, model: str, case_ids: Sequence[str]
) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]] | None":
    run = store.latest_run(model)
    declined = set() if run is None else {other.case_id for other in run.out_of_domain}
    return np.array([case_id in declined for case_id in case_ids]) if declined else None


def _controls(store: StudyStore, finding: str, case_ids: Sequence[str]) -> "Mapping[str, Floats]":
    controls = {}
    for name in store.protocol.model.controls:
        scores, _ = _model_arrays(store, name, finding, case_ids)
        if np.isfinite(scores).any():
            controls[name] = scores
    return controls
