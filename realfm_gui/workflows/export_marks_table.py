"""The table with one row per mark, as it is exported."""

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from realfm_gui.domain.case import Split
from realfm_gui.domain.lesion_geometry import centre_of
from realfm_gui.domain.mark import Mark
from realfm_gui.domain.mark_rules import marks_of
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.export_marks_data import MarkedStudy

COLUMNS = (
    "reader",
    "case",
    "split",
    "phase",
    "finding",
    "mark",
    "number",
    "frame",
    "shape",
    "column",
    "row",
    "points",
    "rating",
    "counts_as",
    "lesion",
)
"""`number` counts the marks of a finding in a reading from 1, `frame` the case's frames from 1; `column` and
`row` are the mark's centre, in pixels from the first pixel's centre; `points` are JSON. `counts_as` (lesion,
non_lesion, repeat) and `lesion` are empty where the mark takes no part in the analysis."""

Row = tuple[object, ...]


def mark_rows(store: StudyStore, studies: Sequence[MarkedStudy]) -> list[Row]:
    """Return one row of `COLUMNS` per mark of the practice cases and the test set."""
    split_of = {case.case_id: case.split for case in store.cases(Split.TRAINING, Split.READING)}
    scored = {
        (one.reading.sequence, mark.mark.mark_id): (
            mark.hit.value,
            "" if mark.lesion is None else study.lesions[one.reading.case_id][mark.lesion].lesion_id,
        )
        for study in studies
        for one in study.readings
        for mark in one.marks
    }
    rows: list[Row] = []
    for reading in store.readings():
        for number, mark in _numbered(reading.answer.marks):
            column, row = centre_of(mark.shape, mark.points)
            rows.append(
                (
                    reading.reader,
                    reading.case_id,
                    split_of[reading.case_id].value,
                    reading.phase.value,
                    mark.finding,
                    mark.mark_id,
                    number,
                    mark.frame + 1,
                    mark.shape.value,
                    f"{column:.3f}",
                    f"{row:.3f}",
                    json.dumps(mark.points),
                    mark.rating,
                    *scored.get((reading.sequence, mark.mark_id), ("", "")),
                )
            )
    return rows


def write_mark_rows(rows: Sequence[Row], path: Path) -> None:
    """Write the rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


def _numbered(marks: Sequence[Mark]) -> Iterator[tuple[int, Mark]]:
    for mark in marks:
        yield 1 + marks_of(mark.finding, marks).index(mark), mark
