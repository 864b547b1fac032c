"""Which readers and cases enter the analysis, and the sentences that say what was left out.

The rule of this version is complete cases: a reader with less than half of the planned readings is left out
and named; then a case that any remaining reader did not rate in both phases is left out.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.study_data import AIDED, UNAIDED, StudyData
from realfm_gui.analysis.wording import count

LEAST_SHARE_OF_READINGS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteCases:
    """The part of a study that is analysed, and what was left out of it.

    `whole` is the study with every case that has a reference standard. `sentences` are for the user;
    `recorded` counts readings (reader, case, phase) with rating and call before anything was left out.
    `non_diagnostic` and `technical_faults` count flagged readings.
    """

    whole: StudyData
    data: StudyData
    readers_left_out: tuple[str, ...]
    cases_left_out: int
    recorded: int
    non_diagnostic: int
    technical_faults: int
    sentences: tuple[str, ...]


def complete_cases(data: StudyData) -> CompleteCases:
    """Keep the readers and cases without a gap."""
    is_recorded = _is_recorded(data)
    n_cases = len(data.case_ids)
    kept_readers = _kept_readers(data)
    kept_cases = np.flatnonzero(is_recorded[:, kept_readers].all(axis=(0, 1)))
    if kept_readers.size == 0:
        kept_cases = np.array([], dtype=np.int64)
    left_out = [j for j in range(len(data.reader_ids)) if j not in set(kept_readers.tolist())]
    used = data.restricted_to(kept_readers, kept_cases)
    sentences = [
        f"{data.reader_names[j]} is left out: {int(is_recorded[:, j].sum())} of {2 * n_cases} readings "
        f"were made, less than {100 * LEAST_SHARE_OF_READINGS:.0f} %."
        for j in left_out
    ]
    if kept_readers.size:
        sentences += _dropped_cases(data, kept_cases)
    faults = 0 if data.technical_faults is None else int(data.technical_faults.sum())
    flagged = int(data.non_diagnostic.sum())
    if data.cases_without_truth:
        sentences.append(
            f"{count(data.cases_without_truth, 'case')} without a reference standard for this finding could "
            "not enter."
        )
    if flagged:
        sentences.append(f"{count(flagged, 'reading')} flagged as not assessable: counted as missing.")
    if faults:
        sentences.append(f"{count(faults, 'reading')} flagged as a technical fault: counted as missing.")
    sentences += _model_failures(used)
    if not sentences:
        sentences.append("Nothing is missing.")
    return CompleteCases(
        whole=data,
        data=used,
        readers_left_out=tuple(data.reader_names[j] for j in left_out),
        cases_left_out=n_cases - len(kept_cases),
        recorded=int(is_recorded.sum()),
        non_diagnostic=flagged,
        technical_faults=faults,
        sentences=tuple(sentences),
    )


def worst_case_for_the_aid(data: StudyData) -> StudyData | None:
    """Return the study with every gap filled against the claim that the model helps; None without a gap.

    A missing unaided rating becomes certain and right, a missing aided one certain and wrong. Readers with
    too few readings stay out. No assumption about why ratings are missing can be worse for the claim, so a
    verdict that survives this does not hang on the gaps.

    References
    ----------
    .. [1] Little RJ, et al. N Engl J Med 2012;367(14):1355-1360 (sensitivity analyses for missing data).
    """
    readers = _kept_readers(data)
    kept = data.restricted_to(readers, np.arange(len(data.case_ids)))
    gap = ~_is_recorded(kept)
    if not gap.any():
        return None
    right = kept.truth.astype(np.float64)
    calls, scores = kept.calls.copy(), kept.scores.copy()
    for arm, filling in ((UNAIDED, right), (AIDED, 1 - right)):
        calls[arm] = np.where(gap[arm], filling, calls[arm])
        scores[arm] = np.where(gap[arm], 100 * filling, scores[arm])
    return replace(kept, calls=calls, scores=scores, planned_readings=calls.size)


def _is_recorded(data: StudyData) -> NDArray[np.bool_]:
    return np.isfinite(data.scores) & np.isfinite(data.calls)


def _kept_readers(data: StudyData) -> NDArray[np.int64]:
    if not data.case_ids:
        return np.array([], dtype=np.int64)
    return np.flatnonzero(_is_recorded(data).mean(axis=(0, 2)) >= LEAST_SHARE_OF_READINGS)


def _dropped_cases(data: StudyData, kept: NDArray[np.int64]) -> list[str]:
    n_cases = len(data.case_ids)
    n_left_out = n_cases - len(kept)
    if n_left_out == 0:
        return []
    positive = int(data.truth.sum() - data.truth[kept].sum())
    sentences = [
        f"{n_left_out} of {n_cases} cases ({positive} with the finding) are left out because a "
        "reader gave no rating in one of the phases."
    ]
    is_called = np.isfinite(data.ai_calls)
    is_wrong = is_called & (data.ai_calls != data.truth)
    is_kept = np.zeros(n_cases, dtype=np.bool_)
    is_kept[kept] = True
    if is_called.any():
        lost, stayed = (
            f"{int((is_wrong & part).sum())} of {int((is_called & part).sum())}"
            for part in (~is_kept, is_kept)
        )
        sentences.append(f"The model's call was wrong on {lost} cases left out and on {stayed} cases kept.")
    return sentences


def _model_failures(used: StudyData) -> list[str]:
    silent = int((~np.isfinite(used.ai_scores)).sum())
    if silent == 0:
        return []
    declined = 0 if used.ai_out_of_domain is None else int(used.ai_out_of_domain.sum())
    why = f" ({silent - declined} failed, {declined} it was not made for)" if declined else ""
    return [
        f"The model gave no answer for {silent} of {len(used.case_ids)} analysed cases{why}. They are left "
        "out of its own AUC and of the changes split by whether it was right; where replacing readers is "
        "judged, they count as wrong."
    ]
