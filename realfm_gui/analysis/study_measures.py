"""The numbers of one finding: readers without and with the model, and the model beside them.

The readers and every contrast with them rest on the complete cases; the model's own accuracy rests on all
cases with a reference standard that it answered, because no reader's gap concerns it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.auc import RocCurve, auc_estimate, roc_curve
from realfm_gui.analysis.crossed_mean_squares import crossed_mean
from realfm_gui.analysis.estimate import Estimate, not_estimable, proportion
from realfm_gui.analysis.model_against_readers import ModelAgainstReaders, compare_model_with_readers
from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.analysis.predictive_values import PredictiveValues, predictive_values
from realfm_gui.analysis.random_readers import FEWEST_RANDOM_READERS
from realfm_gui.analysis.study_data import AIDED, UNAIDED, StudyData
from realfm_gui.analysis.study_results import AucResults, CallMeasure, ReaderResult
from realfm_gui.analysis.two_modalities import ModalityComparison, compare_two_modalities

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FEWEST_FOR_AUC = 2
NO_MODEL_CALL = "The model has no call at an operating point."


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrasts:
    """The model against unaided and aided readers."""

    unaided: ModelAgainstReaders | None
    aided: ModelAgainstReaders | None


def compare_arms(used: StudyData) -> ModalityComparison | None:
    """Compare the readers without and with the model; None where there is too little."""
    if not used.reader_ids or not _has_both(used.truth):
        return None
    return compare_two_modalities(used.scores, used.truth, alpha=used.alpha)


def compare_with_model(used: StudyData, ai_scores: Floats) -> Contrasts:
    """Compare the model's scores of shape (cases,) with both arms, over the cases with a finite score."""
    answered = np.isfinite(ai_scores)
    truth = used.truth[answered]
    if not used.reader_ids or not _has_both(truth):
        return Contrasts(unaided=None, aided=None)
    unaided, aided = (
        compare_model_with_readers(
            used.scores[arm][:, answered],
            ai_scores[answered],
            truth,
            alpha=used.alpha,
            margin=used.margin_auc,
        )
        for arm in (UNAIDED, AIDED)
    )
    return Contrasts(unaided=unaided, aided=aided)


def auc_results(whole: StudyData, comparison: ModalityComparison | None) -> AucResults:
    """Return the readers' AUCs over the complete cases, the model's and the controls' over `whole`."""
    reason = not_estimable(
        "Needs a complete reader, and at least two complete cases with and two without the finding."
    )
    return AucResults(
        unaided=reason if comparison is None else comparison.means[UNAIDED],
        aided=reason if comparison is None else comparison.means[AIDED],
        ai=_standalone_auc(whole, whole.ai_scores),
        controls={name: _standalone_auc(whole, scores) for name, scores in whole.control_scores.items()},
        difference=reason if comparison is None else comparison.difference,
        inference=(Inference.RRRC if comparison is None else comparison.inference).words,
        components=None if comparison is None else comparison.components,
    )


def _standalone_auc(whole: StudyData, scores: Floats) -> Estimate:
    answered = np.isfinite(scores)
    truth = whole.truth[answered]
    if not _has_both(truth):
        return not_estimable("Needs scores of at least two cases with and two without the finding.")
    estimate = auc_estimate(scores[answered], truth, alpha=whole.alpha)
    return _with_n(estimate, truth.size)


def _with_n(estimate: Estimate, n_cases: int) -> Estimate:
    """State on how many cases a number of the model alone rests: they are not the readers' cases."""
    return replace(estimate, note=f"n = {n_cases} cases with a reference standard. {estimate.note}".strip())


def call_measure(
    used: StudyData,
    of_interest: Bools,
    ai_calls: Floats,
    *,
    alone: Estimate,
) -> CallMeasure:
    """Return sensitivity where `of_interest` are the positive cases, specificity with the negative ones.

    Parameters
    ----------
    used : StudyData
        The complete cases.
    of_interest : array of bool, shape (cases,)
        The cases that enter.
    ai_calls : array of shape (cases,)
        The model's calls the readers are compared with; NaN where it gave none.
    alone : Estimate
        The model's own value (see `model_alone`).
    """
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
        against = [_judged(model_right - is_right[arm][:, answered], used.alpha) for arm in (UNAIDED, AIDED)]
    return CallMeasure(
        unaided=unaided,
        aided=aided,
        ai=alone,
        difference=_judged(is_right[AIDED] - is_right[UNAIDED], used.alpha),
        ai_minus_unaided=against[UNAIDED],
        ai_minus_aided=against[AIDED],
        ai_cases=int(answered.sum()),
    )


def _judged(differences: Floats, alpha: float) -> Estimate:
    """Return a mean that is held against a margin: the cautious interval."""
    return crossed_mean(differences, alpha=alpha, reach=(-1.0, 1.0), is_cautious=True)


def model_alone(whole: StudyData, of_interest: Bools) -> Estimate:
    """Return the model's own sensitivity or specificity over all cases with a reference standard."""
    advice = whole.ai_calls[of_interest]
    answered = np.isfinite(advice)
    if not answered.any():
        return not_estimable(NO_MODEL_CALL)
    n_right = int((advice == whole.truth[of_interest])[answered].sum())
    share = proportion(n_right, int(answered.sum()), alpha=whole.alpha)
    return replace(share, note=f"{n_right} of {int(answered.sum())} cases. {share.note}")


def model_point(sensitivity: CallMeasure, specificity: CallMeasure) -> tuple[float, float] | None:
    """Return the model's operating point: false-positive and true-positive fraction."""
    if sensitivity.ai.value is None or specificity.ai.value is None:
        return None
    return 1 - specificity.ai.value, sensitivity.ai.value


def per_reader(used: StudyData, comparison: ModalityComparison | None) -> tuple[ReaderResult, ...]:
    """Return one row per reader."""
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


def predictive(
    used: StudyData, sensitivity: CallMeasure, specificity: CallMeasure
) -> Mapping[str, PredictiveValues]:
    """Return predictive values per arm and of the model, at the intended prevalence."""
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


def curve(scores: Floats, truth: Bools) -> RocCurve | None:
    """Return the ROC curve over the cases with a score; None where there is too little."""
    answered = np.isfinite(scores)
    return roc_curve(scores[answered], truth[answered]) if _has_both(truth[answered]) else None


def _reader_fractions(used: StudyData) -> tuple[Floats, Floats]:
    """Return true-positive and true-negative fractions of shape (2, readers)."""
    return used.calls[..., used.truth].mean(axis=2), 1 - used.calls[..., ~used.truth].mean(axis=2)


def _has_both(truth: Bools) -> bool:
    return min(int(truth.sum()), int((~truth).sum())) >= FEWEST_FOR_AUC
