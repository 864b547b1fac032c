"""Writing marks: a table of marks, and a table of the truth with the lesions beside it."""

import csv
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from realfm_gui.analysis.mrmc.observer_data import Marks, ObserverData
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.formats.atomic_output import write_together
from realfm_gui.formats.omissions import all_names, formula_note, lost_parts, refuse_findings, refuse_names

_NAME = "A table of marks"


def marks_of(data: ObserverData, format_name: str) -> Marks:
    """Return the marks of a study.

    Raises
    ------
    UserFacingError
        If it has none.
    """
    if data.marks is None:
        raise UserFacingError(f"{format_name} needs marks, and this study has ratings only.")
    return data.marks


def write_marks_csv(data: ObserverData, path: Path, truth_path: Path) -> tuple[str, ...]:
    """Write marks (reader, modality, case, truth, mark, lesion_id, rating) and lesions (case, ..., weight).

    Parameters
    ----------
    data : ObserverData
        A study with marks.
    path, truth_path : Path
        The two files; ``..._marks.csv`` and ``..._truth.csv`` find each other when they are read.

    Returns
    -------
    tuple of str
        What the files do not hold, a sentence each.

    Raises
    ------
    UserFacingError
        If there are no marks, a case has several findings, or a file cannot be written.
    """
    marks = marks_of(data, _NAME)
    refuse_findings(data, _NAME)
    refuse_names(all_names(data), "", _NAME)
    refuse_positives_without_lesion(data, marks)
    truth_rows = [
        (name, int(data.is_positive[case]), lesion, weight)
        for case, name in enumerate(data.cases)
        for lesion, weight in lesion_rows(marks, case)
    ]
    order = np.lexsort((marks.case, marks.reader, marks.modality))
    mark_rows = [
        (
            data.readers[marks.reader[i]],
            data.modalities[marks.modality[i]],
            data.cases[marks.case[i]],
            int(data.is_positive[marks.case[i]]),
            "LL" if marks.lesion[i] >= 0 else "NL",
            int(marks.lesion[i]) + 1,
            repr(float(marks.rating[i])),
        )
        for i in order
    ]
    header = ("reader", "modality", "case", "truth", "mark", "lesion_id", "rating")
    write_together(
        {
            truth_path: partial(_write, ("case", "truth", "lesion_id", "weight"), truth_rows),
            path: partial(_write, header, mark_rows),
        }
    )
    return (*_unheld_reads(data, marks), *lost_parts(data, _NAME, marks=False), *formula_note(data))


def refuse_positives_without_lesion(data: ObserverData, marks: Marks) -> None:
    """Refuse marks on a study in which a case is positive and has no lesion, or the other way round.

    Raises
    ------
    UserFacingError
        Naming the first such case: a file of marks would make another case of it.
    """
    differing = np.flatnonzero((marks.n_lesions > 0) != data.is_positive)
    if differing.size:
        kind = "positive and has no lesion" if data.is_positive[differing[0]] else "negative and has lesions"
        raise UserFacingError(
            f"Case {data.cases[differing[0]]} is {kind}; a file of marks cannot hold that.",
            hint="Write a tidy table.",
        )


def lesion_rows(marks: Marks, case: int) -> list[tuple[int, float]]:
    """Return number and weight of a case's lesions from 1; lesion 0 of weight 0 for a case without."""
    weights = marks.lesion_weights[case]
    there = np.flatnonzero(~np.isnan(weights))
    return [(int(i) + 1, float(weights[i])) for i in there] or [(0, 0.0)]


def _unheld_reads(data: ObserverData, marks: Marks) -> tuple[str, ...]:
    has_marks = np.zeros(data.ratings.shape[:2], dtype=np.bool_)
    has_marks[marks.modality, marks.reader] = True
    if (data.was_read == has_marks[:, :, np.newaxis]).all():
        return ()
    return (f"{_NAME} does not hold who read what and marked nothing: it will be taken as crossed.",)


def _write(header: tuple[str, ...], rows: Sequence[tuple[object, ...]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
