"""The files of iMRMC: ``.imrmc`` of the Java program, and the data frame of the R package."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from realfm_gui.formats.columns import NameColumn, Table, in_order_of_appearance, relabelled
from realfm_gui.formats.problems import FoundProblems, refusal
from realfm_gui.formats.ratings_file import RatingsFile
from realfm_gui.formats.text_columns import numbers_from_names, read_text_columns
from realfm_gui.formats.text_layout import TextLayout
from realfm_gui.formats.tidy import TruthByCase, study_from_table
from realfm_gui.formats.truth_levels import POSITIVE, truth_from_names

TRUTH_READERS = ("-1", "truth")
"""The reader that is none: its rows hold the truth."""

_BEGIN = re.compile(r"^[ \t]*BEGIN[ \t]+DATA[ \t]*:?[ \t,;]*\r?$", re.IGNORECASE | re.MULTILINE)
_COUNT = re.compile(r"^[ \t]*(NR|N0|N1|NM)[ \t]*:(.*)$", re.IGNORECASE | re.MULTILINE)
_MEANING = {
    "NR": "readers",
    "N0": "negative cases",
    "N1": "positive cases",
    "NM": "modalities",
}
_HEADER = ("reader", "case", "modality", "score")


def is_imrmc(head: str) -> bool:
    """Return whether a file begins as an ``.imrmc`` file does."""
    return _BEGIN.search(head) is not None


def read_imrmc(path: Path, head: str, encoding: str) -> RatingsFile:
    """Read an ``.imrmc`` file: a free text with counts, then rows reader, case, modality, score.

    Names that differ only in spaces are the same name, as they are for iMRMC.

    Raises
    ------
    BadRatingsFile
        With every row that cannot be used.
    """
    begin = _BEGIN.search(head)
    if begin is None:
        raise refusal(path, "has no line BEGIN DATA:", hint="An .imrmc file begins its rows with that line.")
    found = FoundProblems()
    counts = _stated_counts(head[: begin.start()], found)
    layout = TextLayout(
        encoding=encoding,
        delimiter=",",
        decimal=".",
        header=_HEADER,
        lines_before=head[: begin.start()].count("\n") + 1,
    )
    columns = {name: i for i, name in enumerate(("reader", "case", "modality", "score"))}
    table = read_text_columns(path, layout, names=columns, numbers={})
    joined: list[str] = []
    names = {
        role: column if role == "score" else _joined_by_spaces(column, joined)
        for role, column in table.names.items()
    }
    table = Table(names=names, numbers={}, n_rows=table.n_rows, row_of=table.row_of)
    notes = (f"Names that differ only in spaces are taken as one: {', '.join(joined)}.",) if joined else ()
    result = study_with_truth_rows(path, table, format_name="iMRMC", notes=notes, found=found)
    differing = _differing_counts(counts, result)
    return replace(result, notes=(*result.notes, *differing))


def study_with_truth_rows(
    path: Path,
    table: Table,
    *,
    format_name: str,
    notes: tuple[str, ...] = (),
    found: FoundProblems | None = None,
) -> RatingsFile:
    """Return the study of a table whose truth stands in rows of the reader "-1" or "truth".

    Parameters
    ----------
    path, format_name, notes
        As for `study_from_table`.
    table : Table
        The names reader, case, modality and score.
    found : FoundProblems, optional
        Problems that are already known.

    Raises
    ------
    BadRatingsFile
        With every row that cannot be used.
    """
    found = found or FoundProblems()
    reader = table.names["reader"]
    is_truth_label = np.array([label.lower() in TRUTH_READERS for label in reader.labels] + [False])
    is_truth = is_truth_label[reader.codes]
    if not is_truth.any():
        raise refusal(
            path,
            "has no row with the truth",
            hint="Rows of the reader -1 (or truth) hold the truth of a case.",
        )
    truth = _truth_of_cases(table.of_rows(is_truth), found)
    reads = table.of_rows(~is_truth)
    score = numbers_from_names(reads.names["score"])
    names = {role: column for role, column in reads.names.items() if role != "score"}
    return study_from_table(
        path,
        Table(names=names, numbers={"rating": score}, n_rows=reads.n_rows, row_of=reads.row_of),
        format_name=format_name,
        notes=notes,
        truth_by_case=TruthByCase(truth=truth, source="the rows of the truth"),
        extra=found,
    )


def _truth_of_cases(rows: Table, found: FoundProblems) -> dict[str, bool]:
    case, score = rows.names["case"], rows.names["score"]
    truth = truth_from_names(score, rows.row_of, found)
    first_row: dict[str, int] = {}
    values: dict[str, bool] = {}
    for row, (code, value) in enumerate(zip(case.codes.tolist(), truth.values.tolist(), strict=True)):
        name = case.labels[code] if code >= 0 else ""
        if not name:
            found.add(rows.row_of(row), case.header, "", "the truth of no case")
        elif name in first_row:
            found.add(
                rows.row_of(row),
                score.header,
                score.text(row),
                f"case {name} has its truth already in row {rows.row_of(first_row[name])}",
            )
        else:
            if not score.text(row):
                found.add(rows.row_of(row), score.header, "", f"no truth for case {name}")
            first_row[name], values[name] = row, value == POSITIVE
    return values


def _stated_counts(header: str, found: FoundProblems) -> dict[str, int]:
    counts: dict[str, int] = {}
    for match in _COUNT.finditer(header):
        key, text = match.group(1).upper(), match.group(2).strip(" \t\r,;")
        line = header.count("\n", 0, match.start()) + 1
        try:
            counts[key] = int(text)
        except ValueError:
            found.add(line, key, text, f"the number of {_MEANING[key]} is not a whole number")
    return counts


def _differing_counts(counts: dict[str, int], result: RatingsFile) -> tuple[str, ...]:
    data = result.data
    actual = {
        "NR": len(data.readers),
        "N0": data.n_negative,
        "N1": data.n_positive,
        "NM": len(data.modalities),
    }
    return tuple(
        f"The header says {key} = {counts[key]} {_MEANING[key]}; the rows hold {actual[key]}."
        for key in actual
        if key in counts and counts[key] != actual[key]
    )


def _joined_by_spaces(column: NameColumn, joined: list[str]) -> NameColumn:
    """Return the column with names that differ only in spaces joined under the one seen first."""
    column = in_order_of_appearance(column)
    kept: dict[str, str] = {}
    for label in column.labels:
        first = kept.setdefault(re.sub(r"\s+", "", label), label)
        if first != label:
            joined.append(f"'{first}' and '{label}'")
    return relabelled(
        column.header, column.codes, [kept[re.sub(r"\s+", "", label)] for label in column.labels]
    )
