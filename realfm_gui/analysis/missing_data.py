"""Which readers and cases enter the analysis, and the sentences that say what was left out.

The rule of this version is complete cases: a reader with less than half of the planned readings is left out
and named; then a case that any remaining reader did not rate in both phases is left out.
"""

from dataclasses import dataclass

import numpy as np

from realfm_gui.analysis.study_data import StudyData

LEAST_SHARE_OF_READINGS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteCases:
    """The part of a study that is analysed, and what was left out of it.

    `sentences` are for the user; `recorded` counts readings (reader, case, phase) with rating and call before
    anything was left out.
    """

    data: StudyData
    readers_left_out: tuple[str, ...]
    cases_left_out: int
    recorded: int
    non_diagnostic: int
    sentences: tuple[str, ...]


def complete_cases(data: StudyData) -> CompleteCases:
    """Keep the readers and cases without a gap."""
    is_recorded = np.isfinite(data.scores) & np.isfinite(data.calls)
    n_cases = len(data.case_ids)
    shares = is_recorded.mean(axis=(0, 2)) if n_cases else np.zeros(len(data.reader_ids))
    kept_readers = np.flatnonzero(shares >= LEAST_SHARE_OF_READINGS)
    kept_cases = np.flatnonzero(is_recorded[:, kept_readers].all(axis=(0, 1)))
    if kept_readers.size == 0:
        kept_cases = np.array([], dtype=np.int64)
    left_out = [j for j in range(len(data.reader_ids)) if j not in set(kept_readers.tolist())]
    used = data.restricted_to(kept_readers, kept_cases)
    n_left_out = n_cases - len(kept_cases)
    sentences = [
        f"{data.reader_names[j]} is left out: {int(is_recorded[:, j].sum())} of {2 * n_cases} readings "
        f"were made, less than {100 * LEAST_SHARE_OF_READINGS:.0f} %."
        for j in left_out
    ]
    if n_left_out and kept_readers.size:
        positive = int(data.truth.sum() - used.truth.sum())
        sentences.append(
            f"{n_left_out} of {n_cases} cases ({positive} with the finding) are left out because a "
            "reader gave no rating in one of the phases."
        )
    flagged = int(data.non_diagnostic.sum())
    if flagged:
        sentences.append(f"{flagged} readings were flagged as not assessable; they count as missing.")
    sentences += _model_failures(used)
    if not sentences:
        sentences.append("Nothing is missing.")
    return CompleteCases(
        data=used,
        readers_left_out=tuple(data.reader_names[j] for j in left_out),
        cases_left_out=n_left_out,
        recorded=int(is_recorded.sum()),
        non_diagnostic=flagged,
        sentences=tuple(sentences),
    )


def _model_failures(used: StudyData) -> list[str]:
    failures = int((~np.isfinite(used.ai_scores)).sum())
    if failures == 0:
        return []
    return [
        f"The model gave no answer for {failures} of {len(used.case_ids)} analysed cases. They are left out "
        "of its own AUC and of the changes split by whether it was right; where replacing readers is judged, "
        "they count as wrong."
    ]
