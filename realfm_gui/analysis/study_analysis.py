"""The analysis of one finding of a reader study, from arrays to a verdict."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.algorithm_comparison import AlgorithmComparison, compare_readers_with_algorithm
from realfm_gui.analysis.auc import auc_estimate, roc_curve
from realfm_gui.analysis.conditions import Evidence
from realfm_gui.analysis.crossed_mean_squares import FEWEST_RANDOM_READERS, crossed_mean
from realfm_gui.analysis.estimate import Estimate, not_estimable, proportion
from realfm_gui.analysis.missing_data import CompleteCases, complete_cases
from realfm_gui.analysis.obuchowski_rockette import (
    Inference,
    ModalityComparison,
    compare_two_modalities,
)
from realfm_gui.analysis.predictive_values import PredictiveValues, predictive_values
from realfm_gui.analysis.reading_time import assess_reading_time
from realfm_gui.analysis.reliance import Reliance, assess_reliance
from realfm_gui.analysis.study_data import AIDED, UNAIDED, StudyData
from realfm_gui.analysis.study_results import AucResults, CallMeasure, Counts, ReaderResult, StudyResults
from realfm_gui.analysis.verdict import judge
from realfm_gui.analysis.wording import count

__all__ = ["StudyData", "StudyResults", "analyse_study"]

Floats = NDArray[np.float64]

FEWEST_FOR_AUC = 2
NO_MODEL_CALL = "The model has no call at an operating point."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contrasts:
    """The model against unaided and aided readers."""

    unaided: AlgorithmComparison | None
    aided: AlgorithmComparison | None


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
    comparison = _compare_arms(used)
    answered = np.isfinite(used.ai_scores)
    contrasts = _compare_with_model(used, used.ai_scores)
    reliance = None
    if used.reader_ids and used.case_ids:
        reliance = assess_reliance(used.calls, used.ai_calls, used.truth, alpha=used.alpha)
    sensitivity = _call_measure(used, used.truth, used.ai_calls)
    specificity = _call_measure(used, ~used.truth, used.ai_calls)
    auc = _auc_results(used, comparison)
    evidence = _evidence(complete, comparison, auc, sensitivity, specificity, reliance, contrasts)
    return StudyResults(
        finding_id=used.finding_id,
        finding_name=used.finding_name,
        design=used.design,
        is_simulated=used.is_simulated,
        alpha=used.alpha,
        prevalence=used.prevalence,
        margins={
            "auc": used.margin_auc,
            "sensitivity": used.margin_sensitivity,
            "specificity": used.margin_specificity,
            "harm": used.margin_harm,
        },
        n=_counts(complete),
        auc=auc,
        per_reader=_per_reader(used, comparison),
        ai_minus_unaided=contrasts.unaided,
        ai_minus_aided=contrasts.aided,
        sensitivity=sensitivity,
        specificity=specificity,
        predictive=_predictive(used, sensitivity, specificity),
        reliance=reliance,
        time=assess_reading_time(used.active_ms, alpha=used.alpha),
        ai_curve=(
            roc_curve(used.ai_scores[answered], used.truth[answered])
            if _has_both(used.truth[answered])
            else None
        ),
        control_curves={
            name: roc_curve(scores[np.isfinite(scores)], used.truth[np.isfinite(scores)])
            for name, scores in used.control_scores.items()
            if _has_both(used.truth[np.isfinite(scores)])
        },
        ai_point=_model_point(sensitivity, specificity),
        missing=complete.sentences,
        verdict=judge(evidence),
        warnings=_warnings(used, comparison),
    )


def _has_both(truth: NDArray[np.bool_]) -> bool:
    return min(int(truth.sum()), int((~truth).sum())) >= FEWEST_FOR_AUC


def _compare_arms(used: StudyData) -> ModalityComparison | None:
    if not used.reader_ids or not _has_both(used.truth):
        return None
    return compare_two_modalities(used.scores, used.truth, alpha=used.alpha)


def _compare_with_model(used: StudyData, ai_scores: Floats) -> _Contrasts:
    answered = np.isfinite(ai_scores)
    truth = used.truth[answered]
    if not used.reader_ids or not _has_both(truth):
        return _Contrasts(unaided=None, aided=None)
    unaided, aided = (
        compare_readers_with_algorithm(
            used.scores[arm][:, answered],
            ai_scores[answered],
            truth,
            alpha=used.alpha,
            margin=used.margin_auc,
        )
        for arm in (UNAIDED, AIDED)
    )
    return _Contrasts(unaided=unaided, aided=aided)


def _auc_results(used: StudyData, comparison: ModalityComparison | None) -> AucResults:
    reason = not_estimable(
        "Needs a complete reader, and at least two complete cases with and two without the finding."
    )
    return AucResults(
        unaided=reason if comparison is None else comparison.means[UNAIDED],
        aided=reason if comparison is None else comparison.means[AIDED],
        ai=_standalone_auc(used, used.ai_scores),
        controls={name: _standalone_auc(used, scores) for name, scores in used.control_scores.items()},
        difference=reason if comparison is None else comparison.difference,
        inference=(Inference.RANDOM_READERS_AND_CASES if comparison is None else comparison.inference).value,
        components=None if comparison is None else comparison.components,
    )


def _standalone_auc(used: StudyData, scores: Floats) -> Estimate:
    answered = np.isfinite(scores)
    truth = used.truth[answered]
    if not _has_both(truth):
        return not_estimable("Needs scores of at least two cases with and two without the finding.")
    return auc_estimate(scores[answered], truth, alpha=used.alpha)


def _call_measure(used: StudyData, of_interest: NDArray[np.bool_], ai_calls: Floats) -> CallMeasure:
    """Return sensitivity where `of_interest` are the positive cases, specificity with the negative ones."""
    is_right = (used.calls == used.truth).astype(np.float64)[..., of_interest]
    advice = ai_calls[of_interest]
    answered = np.isfinite(advice)
    model_right = (advice == used.truth[of_interest]).astype(np.float64)[answered]
    unaided, aided = (
        crossed_mean(is_right[arm], alpha=used.alpha, reach=(0.0, 1.0), is_level=True)
        for arm in (UNAIDED, AIDED)
    )
    against = [not_estimable(NO_MODEL_CALL)] * 2
    if answered.any():
        against = [
            crossed_mean(model_right - is_right[arm][:, answered], alpha=used.alpha, reach=(-1.0, 1.0))
            for arm in (UNAIDED, AIDED)
        ]
    return CallMeasure(
        unaided=unaided,
        aided=aided,
        ai=(
            proportion(int(model_right.sum()), model_right.size, alpha=used.alpha)
            if answered.any()
            else not_estimable(NO_MODEL_CALL)
        ),
        difference=crossed_mean(is_right[AIDED] - is_right[UNAIDED], alpha=used.alpha, reach=(-1.0, 1.0)),
        ai_minus_unaided=against[UNAIDED],
        ai_minus_aided=against[AIDED],
    )


def _model_point(sensitivity: CallMeasure, specificity: CallMeasure) -> tuple[float, float] | None:
    if sensitivity.ai.value is None or specificity.ai.value is None:
        return None
    return 1 - specificity.ai.value, sensitivity.ai.value


def _reader_fractions(used: StudyData) -> tuple[Floats, Floats]:
    """Return true-positive and true-negative fractions of shape (2, readers)."""
    return used.calls[..., used.truth].mean(axis=2), 1 - used.calls[..., ~used.truth].mean(axis=2)


def _per_reader(used: StudyData, comparison: ModalityComparison | None) -> tuple[ReaderResult, ...]:
    if comparison is None:
        return ()
    hits, rejections = _reader_fractions(used)
    return tuple(
        ReaderResult(
            reader=used.reader_ids[j],
            name=used.reader_names[j],
            years=used.reader_years[j],
            unaided=float(comparison.auc[UNAIDED, j]),
            aided=float(comparison.auc[AIDED, j]),
            change=comparison.reader_differences[j],
            unaided_point=(float(1 - rejections[UNAIDED, j]), float(hits[UNAIDED, j])),
            aided_point=(float(1 - rejections[AIDED, j]), float(hits[AIDED, j])),
        )
        for j in range(len(used.reader_ids))
    )


def _predictive(
    used: StudyData, sensitivity: CallMeasure, specificity: CallMeasure
) -> Mapping[str, PredictiveValues]:
    covariance = [0.0, 0.0]
    n_readers = len(used.reader_ids)
    if n_readers >= FEWEST_RANDOM_READERS and _has_both(used.truth):
        hits, rejections = _reader_fractions(used)
        covariance = [float(np.cov(hits[arm], rejections[arm])[0, 1]) / n_readers for arm in (UNAIDED, AIDED)]
    pairs = {
        "unaided": (sensitivity.unaided, specificity.unaided, covariance[UNAIDED]),
        "aided": (sensitivity.aided, specificity.aided, covariance[AIDED]),
        "ai": (sensitivity.ai, specificity.ai, 0.0),
    }
    return {
        name: predictive_values(se, sp, prevalence=used.prevalence, alpha=used.alpha, covariance=between)
        for name, (se, sp, between) in pairs.items()
    }


def _counts(complete: CompleteCases) -> Counts:
    used = complete.data
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
        ai_failures=int((~np.isfinite(used.ai_scores)).sum()),
        non_diagnostic=complete.non_diagnostic,
    )


def _evidence(
    complete: CompleteCases,
    comparison: ModalityComparison | None,
    auc: AucResults,
    sensitivity: CallMeasure,
    specificity: CallMeasure,
    reliance: Reliance | None,
    contrasts: _Contrasts,
) -> Evidence:
    used = complete.data
    failed = ~np.isfinite(used.ai_scores)
    if failed.any() and not failed.all():
        # A model that stays silent on hard cases must not look better for it.
        contrasts = _compare_with_model(used, _failures_ranked_wrong(used))
        calls = np.where(failed, (~used.truth).astype(np.float64), used.ai_calls)
        sensitivity = _call_measure(used, used.truth, calls)
        specificity = _call_measure(used, ~used.truth, calls)
    nothing = not_estimable("Nothing was read.")
    no_contrast = not_estimable("The model's scores or the readings do not suffice.")
    return Evidence(
        finding=used.finding_name,
        prevalence=used.prevalence,
        n_readers=len(used.reader_ids),
        n_cases=len(used.case_ids),
        n_positive=int(used.truth.sum()),
        planned=used.planned_readings,
        recorded=complete.recorded,
        design=used.design,
        is_simulated=used.is_simulated,
        alpha=used.alpha,
        margin_auc=used.margin_auc,
        margin_sensitivity=used.margin_sensitivity,
        margin_specificity=used.margin_specificity,
        margin_harm=used.margin_harm,
        unaided_auc=auc.unaided.value,
        auc=auc.difference,
        sensitivity=sensitivity.difference,
        specificity=specificity.difference,
        omission=nothing if reliance is None else reliance.omission,
        commission=nothing if reliance is None else reliance.commission,
        omission_n=_stratum_size(used, None if reliance is None else reliance.omission_counts.cases),
        commission_n=_stratum_size(used, None if reliance is None else reliance.commission_counts.cases),
        ai_minus_unaided=no_contrast if contrasts.unaided is None else contrasts.unaided.difference,
        ai_minus_aided=no_contrast if contrasts.aided is None else contrasts.aided.difference,
        ai_minus_unaided_sensitivity=sensitivity.ai_minus_unaided,
        ai_minus_unaided_specificity=specificity.ai_minus_unaided,
        ai_failures=int(failed.sum()),
        perfect_aucs=0.0 if comparison is None else float(np.isin(comparison.auc, (0.0, 1.0)).mean()),
    )


def _failures_ranked_wrong(used: StudyData) -> Floats:
    answers = used.ai_scores[np.isfinite(used.ai_scores)]
    worst = np.where(used.truth, answers.min() - 1, answers.max() + 1)
    return np.where(np.isfinite(used.ai_scores), used.ai_scores, worst)


def _stratum_size(used: StudyData, n_cases: int | None) -> str:
    return f"{count(len(used.reader_ids), 'reader')}, {count(n_cases or 0, 'such case')}"


def _warnings(used: StudyData, comparison: ModalityComparison | None) -> tuple[str, ...]:
    found = [] if comparison is None else list(comparison.warnings)
    if used.scores.size and np.isin(used.scores, (0.0, 100.0)).mean() > 0.5:
        found.append(
            "More than half of all ratings are 0 or 100: the AUC then says little more than the call."
        )
    return tuple(found)
