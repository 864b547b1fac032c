"""From the measures of a study to the evidence its verdict is read from."""

import numpy as np

from realfm_gui.analysis.conditions import Evidence
from realfm_gui.analysis.estimate import not_estimable
from realfm_gui.analysis.missing_data import CompleteCases
from realfm_gui.analysis.reliance import Reliance
from realfm_gui.analysis.study_data import StudyData
from realfm_gui.analysis.study_measures import Contrasts, Floats, call_measure, compare_with_model
from realfm_gui.analysis.study_results import AucResults, CallMeasure
from realfm_gui.analysis.two_modalities import ModalityComparison
from realfm_gui.analysis.wording import count


def gather_evidence(
    complete: CompleteCases,
    comparison: ModalityComparison | None,
    auc: AucResults,
    sensitivity: CallMeasure,
    specificity: CallMeasure,
    reliance: Reliance | None,
    contrasts: Contrasts,
) -> Evidence:
    """Collect what the conditions are judged by; cases the model did not answer count as wrong here.

    Parameters
    ----------
    complete : CompleteCases
        What is analysed.
    comparison, auc, sensitivity, specificity, reliance
        The readers' part.
    contrasts : Contrasts
        The model against the readers on the cases it answered; replaced where it failed on some.
    """
    used = complete.data
    failed = ~np.isfinite(used.ai_scores)
    if failed.any() and not failed.all():
        # A model that stays silent on hard cases must not look better for it.
        contrasts = compare_with_model(used, _failures_ranked_wrong(used))
        calls = np.where(failed, (~used.truth).astype(np.float64), used.ai_calls)
        sensitivity = call_measure(used, used.truth, calls, alone=sensitivity.ai)
        specificity = call_measure(used, ~used.truth, calls, alone=specificity.ai)
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
        planned_cases=len(complete.whole.case_ids),
        design=used.design,
        is_simulated=used.is_simulated,
        is_primary=used.is_primary,
        early_looks=used.early_looks,
        remembered=used.remembered,
        patients_with_several_cases=used.patients_with_several_cases,
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
