"""Tables with one row per mark, and the truth with the lesions in a table beside."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from realfm_gui.analysis.mrmc.observer_data import NO_LESION, Integers, Marks
from realfm_gui.formats.assembly import Rows, UnitFacts, general_notes, read_part, refuse_if_too_large
from realfm_gui.formats.columns import EMPTY, Codes, NameColumn, Table, in_given_order
from realfm_gui.formats.lesions import Lesions, lesions_of, ratings_from_marks
from realfm_gui.formats.problems import FoundProblems, refusal
from realfm_gui.formats.ratings_file import RatingsFile
from realfm_gui.formats.tidy import one_modality, report_empty_names, report_unreadable
from realfm_gui.formats.truth_file import TruthFile, whole_number
from realfm_gui.formats.truth_levels import UNKNOWN, truth_from_names

MARK_ROLES = ("reader", "modality", "case", "truth", "mark", "lesion")

_ON_A_LESION = frozenset(("ll", "tp"))
_BESIDE = frozenset(("nl", "fp"))
_BAD_NUMBER = -2
_NO_SUCH_LESION = -3
_CROSSED = (
    "A table of marks does not name cases without a mark: every reader is taken to have read every case "
    "in every modality in which the reader has a mark."
)


def truth_beside(path: Path) -> Path | None:
    """Return ``..._truth.csv`` beside a file ``..._marks.csv``, None where there is none."""
    stem = path.stem
    place = stem.lower().rfind("marks")
    if place < 0:
        return None
    beside = path.with_name(f"{stem[:place]}truth{stem[place + 5 :]}{path.suffix}")
    return beside if beside.is_file() else None


def truth_file_of(path: Path) -> Path:
    """Return the truth file that belongs beside a file of marks: ``..._truth.csv`` for ``..._marks.csv``.

    Raises
    ------
    BadRatingsFile
        If there is none.
    """
    beside = truth_beside(path)
    if beside is not None:
        return beside
    raise refusal(
        path,
        "holds marks, and the table of the lesions they could hit is not beside it",
        hint="Say where it is (--truth FILE): a table with the columns case, truth, lesion_id and weight.",
    )


def study_of_marks(path: Path, table: Table, truth: TruthFile, *, notes: tuple[str, ...] = ()) -> RatingsFile:
    """Return the study that a table of marks holds.

    A table of marks does not say who read what and marked nothing: every reader is taken to have read
    every case in every modality in which the reader has a mark.

    Parameters
    ----------
    path : Path
        Named where something is wrong.
    table : Table
        The columns reader, case, lesion, rating; perhaps modality, mark and truth.
    truth : TruthFile
        Every case, with its lesions.
    notes : tuple of str
        What is already known.

    Raises
    ------
    BadRatingsFile
        With every mark that cannot be used.
    """
    if table.n_rows == 0:
        raise refusal(path, "has a header and no rows")
    if not truth.has_lesions:
        raise refusal(
            path,
            "holds marks, but the truth has no column for lesions",
            hint="The table of the truth needs the columns case, truth, lesion_id and weight.",
        )
    found = FoundProblems()
    _report_bad_cells(table, found)
    _report_other_truth(table, truth, found)
    found.refuse(path)  # what hits what cannot be known without them
    rows = Rows(
        modality=table.names.get("modality") or one_modality(table.n_rows),
        reader=table.names["reader"],
        unit=table.names["case"],
        rating=table.numbers["rating"].values,
        row_of=table.row_of,
    ).ordered()
    rows = replace(rows, unit=in_given_order(rows.unit, truth.is_positive))
    cases = rows.unit.labels
    shape = (len(rows.modality.labels), len(rows.reader.labels), len(cases))
    refuse_if_too_large(path, shape, n_rows=table.n_rows + len(cases))
    lesions = lesions_of([truth.lesions.get(name, {}) for name in cases])
    lesion = _lesion_hit(table, rows.unit, lesions, found)
    codes = [names.codes.astype(np.int64) for names in (rows.modality, rows.reader, rows.unit)]
    place = np.ravel_multi_index(tuple(codes), shape)
    _report_double_hits(rows, place, lesion, table, found)
    found.refuse(path)
    is_read = np.zeros(shape, dtype=np.bool_)
    is_read[rows.modality.codes, rows.reader.codes] = True
    data, left_out = read_part(
        ratings_from_marks(place, rows.rating, is_read),
        rows,
        UnitFacts(
            is_positive=np.array([truth.is_positive[name] for name in cases], dtype=np.bool_), cases=cases
        ),
        Marks(
            modality=codes[0],
            reader=codes[1],
            case=codes[2],
            lesion=lesion,
            rating=rows.rating,
            lesion_weights=lesions.weights,
        ),
    )
    return RatingsFile(
        data=data,
        format="FROC marks",
        notes=(*notes, *truth.notes, _CROSSED, *left_out, *general_notes(data)),
    )


def _report_bad_cells(table: Table, found: FoundProblems) -> None:
    for role in ("reader", "modality", "case", "lesion"):
        if role in table.names:
            report_empty_names(table.names[role], table.row_of, found)
    rating = table.numbers["rating"]
    report_unreadable(rating, table.row_of, found)
    not_finite = [
        int(row) for row in np.flatnonzero(~np.isfinite(rating.values)) if int(row) not in rating.unreadable
    ]
    found.add_each(
        not_finite,
        number=len(not_finite),
        row_of=table.row_of,
        cell=rating.header,
        value_of=lambda row: "" if np.isnan(rating.values[row]) else f"{rating.values[row]:g}",
        reason_of=lambda _: "a mark has a finite rating",
    )
    mark = table.names.get("mark")
    if mark is not None:
        known = np.array([label.lower() in _ON_A_LESION | _BESIDE for label in mark.labels] + [False])
        _report(
            np.flatnonzero(~known[mark.codes]), mark, "a mark is LL (on a lesion) or NL (not)", table, found
        )


def _report_other_truth(table: Table, truth: TruthFile, found: FoundProblems) -> None:
    case = table.names["case"]
    by_case = np.array([truth.is_positive.get(name, UNKNOWN) for name in case.labels] + [0], dtype=np.int64)
    unknown = np.flatnonzero((by_case[case.codes] == UNKNOWN) & (case.codes != EMPTY))
    _report(unknown, case, "the truth has no such case", table, found)
    column = table.names.get("truth")
    if column is not None:
        said = truth_from_names(column, table.row_of, found).values
        known = by_case[case.codes]
        other = np.flatnonzero((said != UNKNOWN) & (known != UNKNOWN) & (said != known))
        _report(other, column, "the table of the truth says otherwise for this case", table, found)


def _lesion_hit(table: Table, case: NameColumn, lesions: Lesions, found: FoundProblems) -> Integers:
    """Return which lesion of its case (from 0) every mark hits, or `NO_LESION`; report what cannot be."""
    column, mark = table.names["lesion"], table.names.get("mark")
    n_labels = len(column.labels)
    pairs, of_row = np.unique(case.codes.astype(np.int64) * n_labels + column.codes, return_inverse=True)
    number = np.array([_number_or_bad(column.labels[pair % n_labels]) for pair in pairs.tolist()])
    place = np.array(
        [
            NO_LESION if n <= 0 else lesions.index[pair // n_labels].get(n, _NO_SUCH_LESION)
            for pair, n in zip(pairs.tolist(), number.tolist(), strict=True)
        ],
        dtype=np.int64,
    )
    hit: Integers = place[of_row]
    hit_number = number[of_row]
    _report(np.flatnonzero(hit_number == _BAD_NUMBER), column, "not the number of a lesion", table, found)
    _report(np.flatnonzero(hit == _NO_SUCH_LESION), column, "its case has no such lesion", table, found)
    if mark is not None:
        is_on = np.array([label.lower() in _ON_A_LESION for label in mark.labels])[mark.codes]
        differs = np.flatnonzero((hit_number != _BAD_NUMBER) & (is_on != (hit_number > 0)))
        _report(differs, column, "an LL mark names its lesion, an NL mark has 0 there", table, found)
    return hit


def _number_or_bad(text: str) -> int:
    number = whole_number(text)
    return _BAD_NUMBER if number is None or number < 0 else number


def _report_double_hits(rows: Rows, place: Codes, lesion: Codes, table: Table, found: FoundProblems) -> None:
    hits = np.flatnonzero(lesion >= 0)
    keys = place[hits] * (int(lesion.max(initial=0)) + 1) + lesion[hits]
    _, first, of_hit = np.unique(keys, return_index=True, return_inverse=True)
    is_again = first[of_hit] != np.arange(len(hits))
    first_hits = hits[first[of_hit][is_again]]
    first_of = dict(zip(hits[is_again].tolist(), first_hits.tolist(), strict=True))
    found.add_each(
        first_of,
        number=len(first_of),
        row_of=table.row_of,
        cell=table.names["lesion"].header,
        value_of=table.names["lesion"].text,
        reason_of=lambda row: (
            f"reader {rows.reader.text(row)} has already hit this lesion of case {rows.unit.text(row)} in "
            f"row {table.row_of(first_of[row])}"
        ),
    )


def _report(rows: Codes, column: NameColumn, reason: str, table: Table, found: FoundProblems) -> None:
    found.add_each(
        (int(row) for row in rows),
        number=len(rows),
        row_of=table.row_of,
        cell=column.header,
        value_of=column.text,
        reason_of=lambda _: reason,
    )
