"""The analysis of one finding of a reader study, from arrays to a verdict."""

from dataclasses import dataclass

import numpy as np

from realfm_gui.analysis.missing_data import CompleteCases, complete_cases, worst_case_for_the_aid
from realfm_gui.analysis.reading_time import assess_reading_time
from realfm_gui.analysis.reliance import Reliance, assess_reliance
from realfm_gui.analysis.study_data import AIDED, UNAIDED, StudyData
from realfm_gui.analysis.study_evidence import gather_evidence
from realfm_gui.analysis.study_measures import (
    Contrasts,
    auc_results,
    call_measure,
    compare_arms,
    compare_with_model,
    curve,
    model_alone,
    model_point,
    per_reader,
    predictive,
)
from realfm_gui.analysis.study_results import AucResults, CallMeasure, Counts, StudyResults, WorstCase
from realfm_gui.analysis.two_modalities import ModalityComparison
from realfm_gui.analysis.verdict import Verdict, judge
from realfm_gui.analysis.wording import difference

__all__ = ["StudyData", "StudyResults", "analyse_study"]

MOST_EXTREME_RATINGS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Findings:
    """What was measured in one set of complete cases, and the verdict read from it."""

    comparison: ModalityComparison | None
    contrasts: Contrasts
    reliance: Reliance | None
    sensitivity: CallMeasure
    specificity: CallMeasure
    auc: AucResults
    verdict: Verdict


def analyse_study(data: StudyData) -> StudyResults:
    """Analyse one finding: readers without and with the model, and the model alone.

    Never fails for lack of readings: what cannot be estimated is None with a reason, so that a study that is
    still being read can be opened.

    Parameters
    ----------
    data : StudyData
        All readers and cases of the reading split, gaps as NaN.
    """
    complete = complete_cases(data)
    used = complete.data
    found = _measure(complete)
    worst = _worst_case(data, found.verdict)
    return StudyResults(
        finding_id=used.finding_id,
        finding_name=used.finding_name,
        design=used.design,
        is_simulated=used.is_simulated,
        is_primary=used.is_primary,
        early_looks=used.early_looks,
        alpha=used.alpha,
        prevalence=used.prevalence,
        margins={
            "auc": used.margin_auc,
            "sensitivity": used.margin_sensitivity,
            "specificity": used.margin_specificity,
            "harm": used.margin_harm,
        },
        n=_counts(complete),
        auc=found.auc,
        per_reader=per_reader(used, found.comparison),
        ai_minus_unaided=found.contrasts.unaided,
        ai_minus_aided=found.contrasts.aided,
        sensitivity=found.sensitivity,
        specificity=found.specificity,
        predictive=predictive(used, found.sensitivity, found.specificity),
        reliance=found.reliance,
        time=assess_reading_time(used.active_ms, alpha=used.alpha),
        ai_curve=curve(data.ai_scores, data.truth),
        control_curves={
            name: drawn
            for name, scores in data.control_scores.items()
            if (drawn := curve(scores, data.truth)) is not None
        },
        ai_point=model_point(found.sensitivity, found.specificity),
        missing=complete.sentences if worst is None else (*complete.sentences, worst.sentence),
        missing_worst_case=worst,
        verdict=found.verdict,
        warnings=_warnings(used, found),
    )


def _measure(complete: CompleteCases) -> _Findings:
    used, whole = complete.data, complete.whole
    comparison = compare_arms(used)
    reliance = None
    if used.reader_ids and used.case_ids:
        reliance = assess_reliance(used.calls, used.ai_calls, used.truth, alpha=used.alpha)
    sensitivity, specificity = (
        call_measure(used, cases, used.ai_calls, alone=model_alone(whole, all_cases))
        for cases, all_cases in ((used.truth, whole.truth), (~used.truth, ~whole.truth))
    )
    auc = auc_results(whole, comparison)
    contrasts = compare_with_model(used, used.ai_scores)
    evidence = gather_evidence(complete, comparison, auc, sensitivity, specificity, reliance, contrasts)
    return _Findings(
        comparison=comparison,
        contrasts=contrasts,
        reliance=reliance,
        sensitivity=sensitivity,
        specificity=specificity,
        auc=auc,
        verdict=judge(evidence),
    )


def _worst_case(data: StudyData, verdict: Verdict) -> WorstCase | None:
    """Judge the study once more with every gap filled against the aid; None where nothing is missing."""
    filled = worst_case_for_the_aid(data)
    if filled is None or not filled.reader_ids:
        return None
    worst = _measure(complete_cases(filled))
    is_flipped = worst.verdict.outcome is not verdict.outcome
    change = (
        f'the verdict would be "{worst.verdict.outcome.value}" instead of "{verdict.outcome.value}"'
        if is_flipped
        else f'the verdict would stay "{verdict.outcome.value}"'
    )
    return WorstCase(
        difference=worst.auc.difference,
        outcome=worst.verdict.outcome,
        is_flipped=is_flipped,
        sentence="Worst case for the aid (missing ratings set to right without the model and wrong with it): "
        f"AUC {difference(worst.auc.difference, data.alpha)}; {change}.",
    )


def _counts(complete: CompleteCases) -> Counts:
    used, whole = complete.data, complete.whole
    return Counts(
        readers=len(used.reader_ids),
        cases=len(used.case_ids),
        positive=int(used.truth.sum()),
        negative=int((~used.truth).sum()),
        readings=complete.recorded,
        planned=used.planned_readings,
        missing=max(0, used.planned_readings - complete.recorded),
        readers_left_out=len(complete.readers_left_out),
        cases_left_out=complete.cases_left_out,
        cases_without_truth=whole.cases_without_truth,
        ai_failures=int((~np.isfinite(used.ai_scores)).sum()),
        ai_out_of_domain=0 if used.ai_out_of_domain is None else int(used.ai_out_of_domain.sum()),
        ai_answered=int(np.isfinite(used.ai_scores).sum()),
        ai_cases=int(np.isfinite(whole.ai_scores).sum()),
        non_diagnostic=complete.non_diagnostic,
        technical_faults=complete.technical_faults,
        remembered=whole.remembered,
        patients_with_several_cases=used.patients_with_several_cases,
    )


def _warnings(used: StudyData, found: _Findings) -> tuple[str, ...]:
    warnings = [] if found.comparison is None else list(found.comparison.warnings)
    for contrast in (found.contrasts.unaided, found.contrasts.aided):
        warnings += [] if contrast is None else contrast.warnings
    several = used.patients_with_several_cases
    if several:
        warnings.append(
            f"{several} of the patients have more than one analysed case. The intervals treat all cases as "
            "independent and are too narrow."
        )
    if used.scores.size:
        if np.isin(used.scores, (0.0, 100.0)).mean() > MOST_EXTREME_RATINGS:
            warnings.append(
                "More than half of all ratings are 0 or 100: the AUC then says little more than the call."
            )
        warnings += _constant_readers(used)
        if np.array_equal(used.scores[UNAIDED], used.scores[AIDED]):
            warnings.append("No reader changed a rating after the model was shown.")
    if found.auc.ai.value == 1.0:
        warnings.append(
            "The model's AUC is exactly 1: look for a leak of the truth into images or training data before "
            "believing it."
        )
    return tuple(dict.fromkeys(warnings))


def _constant_readers(used: StudyData) -> list[str]:
    if len(used.case_ids) < 2:
        return []
    return [
        f"{name} gave every case the same rating {arm}: an AUC of 0.5 says nothing about this reader."
        for index, arm in ((UNAIDED, "without the model"), (AIDED, "with it"))
        for name, ratings in zip(used.reader_names, used.scores[index], strict=True)
        if np.ptp(ratings) == 0
    ]
