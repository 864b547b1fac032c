"""From rows (reader, modality, case, rating) to the readers x modalities x cases that are analysed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from realfm_gui.analysis.mrmc.observer_data import Integers, Marks, ObserverData, observer_data
from realfm_gui.formats.columns import EMPTY, Bools, Codes, Floats, NameColumn, in_order_of_appearance
from realfm_gui.formats.problems import FoundProblems, Problem, refusal

MOST_READS = 250_000_000
"""Modalities x readers x cases, read or not: two gigabytes of ratings."""

MOST_EMPTY_READS = 5_000_000
MOST_READS_PER_ROW = 200
"""Beyond both, nearly all possible reads are missing: a column of row numbers taken for the reader, say.

Two hundred readers with cases of their own stay below.
"""

_MOST_EXAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The reads of a file, one row each.

    Attributes
    ----------
    modality, reader, unit : NameColumn
        None empty; a unit is a case, or a case and a finding.
    rating : array of shape (rows,)
        NaN where the row says that the case was not read.
    row_of : function of int
        Where a row stands in the file.
    """

    modality: NameColumn
    reader: NameColumn
    unit: NameColumn
    rating: Floats
    row_of: Callable[[int], int]

    def ordered(self) -> "Rows":
        """Return the rows with names numbered in order of first appearance."""
        return Rows(
            modality=in_order_of_appearance(self.modality),
            reader=in_order_of_appearance(self.reader),
            unit=in_order_of_appearance(self.unit),
            rating=self.rating,
            row_of=self.row_of,
        )


def ratings_of(path: Path, rows: Rows, found: FoundProblems, rating_header: str) -> Floats:
    """Return the ratings of shape (modalities, readers, units), NaN where there is none.

    Two rows with a rating for the same read are a problem that names both.

    Raises
    ------
    BadRatingsFile
        If the study is too large to be held.
    """
    shape = (len(rows.modality.labels), len(rows.reader.labels), len(rows.unit.labels))
    refuse_if_too_large(path, shape, n_rows=len(rows.rating))
    used = np.flatnonzero(~np.isnan(rows.rating))
    place = np.ravel_multi_index(
        (rows.modality.codes[used], rows.reader.codes[used], rows.unit.codes[used]), shape
    )
    first = np.full(int(np.prod(shape)), EMPTY, dtype=np.int64)
    first[place[::-1]] = used[::-1]
    again = used[first[place] != used]
    if again.size:
        first_of = {
            int(row): int(first[p]) for row, p in zip(again, place[first[place] != used], strict=True)
        }
        found.add_each(
            first_of,
            number=len(again),
            row_of=rows.row_of,
            cell=rating_header,
            value_of=lambda row: f"{rows.rating[row]:g}",
            reason_of=lambda row: (
                f"reader {rows.reader.text(row)} has already rated case {rows.unit.text(row)} in modality "
                f"{rows.modality.text(row)} in row {rows.row_of(first_of[row])}"
            ),
        )
    values = np.full(int(np.prod(shape)), np.nan)
    values[place] = rows.rating[used]
    return values.reshape(shape)


def refuse_if_too_large(path: Path, shape: tuple[int, int, int], *, n_rows: int) -> None:
    """Refuse a study of more than `MOST_READS` possible reads, or of absurdly more than its rows.

    Raises
    ------
    BadRatingsFile
        Naming the three numbers, one of which is usually a mistaken column.
    """
    n_possible = shape[0] * shape[1] * shape[2]
    is_empty = n_possible > max(MOST_EMPTY_READS, MOST_READS_PER_ROW * n_rows)
    if n_possible > MOST_READS or is_empty:
        why = f"in only {n_rows:,} rows" if is_empty else "more than this program holds"
        raise refusal(
            path,
            f"names {shape[0]:,} modalities, {shape[1]:,} readers and {shape[2]:,} cases, {why}",
            hint="Check which column is the reader, the modality and the case.",
        )


def one_value_per_unit(
    values: Codes,
    unit: NameColumn,
    *,
    row_of: Callable[[int], int],
    cell: str,
    text_of: Callable[[int], str],
    found: FoundProblems,
) -> Codes:
    """Return the first value that the rows give for every unit, and report rows that give another.

    Parameters
    ----------
    values : integer array of shape (rows,)
        `EMPTY` where the row gives none.
    unit : NameColumn
        Whose value it is.
    row_of, text_of : functions of a row
        Where it stands and what stands there, for the report.
    cell : str
        The column's name.
    found : FoundProblems
        Takes rows that differ.

    Returns
    -------
    integer array of shape (units,)
        `EMPTY` where no row gives a value.
    """
    given = np.flatnonzero(values != EMPTY)
    first = np.full(len(unit.labels), EMPTY, dtype=np.int64)
    first[unit.codes[given[::-1]]] = given[::-1]  # the first of several rows is what remains
    differing = given[values[first[unit.codes[given]]] != values[given]]
    found.add_each(
        (int(row) for row in differing),
        number=len(differing),
        row_of=row_of,
        cell=cell,
        value_of=text_of,
        reason_of=lambda row: (
            f"case {unit.text(row)} has {text_of(int(first[unit.codes[row]]))!r} in row "
            f"{row_of(int(first[unit.codes[row]]))}"
        ),
    )
    result = np.full(len(unit.labels), EMPTY, dtype=np.int64)
    has_one = first != EMPTY
    result[has_one] = values[first[has_one]]
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFacts:
    """What a file says about its units beside ratings; arrays of shape (units,).

    Attributes
    ----------
    is_positive : bool array
        The reference standard.
    cases, findings : tuple of str
        Names; findings empty where there is one.
    clusters : integer array or None
        Number of the patient; None where every unit is its own.
    weights : array or None
        Sampling weights.
    """

    is_positive: Bools
    cases: tuple[str, ...]
    findings: tuple[str, ...] = ()
    clusters: Integers | None = None
    weights: Floats | None = None


def read_part(
    ratings: Floats, rows: Rows, units: UnitFacts, marks: Marks | None = None
) -> tuple[ObserverData, tuple[str, ...]]:
    """Return the value, without readers, modalities and units that have no read at all, and notes.

    Parameters
    ----------
    ratings : array of shape (modalities, readers, units)
        NaN where there is no read.
    rows : Rows
        Whose names they are.
    units, marks
        The rest of the study, over the same units.
    """
    whole = observer_data(
        ratings,
        units.is_positive,
        modalities=rows.modality.labels,
        readers=rows.reader.labels,
        cases=units.cases,
        clusters=units.clusters,
        weights=units.weights,
        findings=units.findings,
        marks=marks,
    )
    return without_unread(whole)


def without_unread(data: ObserverData) -> tuple[ObserverData, tuple[str, ...]]:
    """Return the data without modalities, readers and cases that have no read, and a sentence for each kind.

    A case that nobody read carries no information, but would be counted as one by every formula.
    """
    read = data.was_read
    kept = [np.asarray(read.any(axis=tuple({0, 1, 2} - {axis}))) for axis in range(3)]
    notes = []
    names = (data.modalities, data.readers, data.cases)
    for what, axis_names, has_reads in zip(("modality", "reader", "case"), names, kept, strict=True):
        left_out = [name for name, is_read in zip(axis_names, has_reads, strict=True) if not is_read]
        if left_out:
            notes.append(
                f"{listed(what, left_out)} without a single read {'is' if len(left_out) == 1 else 'are'} "
                "left out."
            )
    if notes:
        data = data.with_only(
            modalities=[int(i) for i in np.flatnonzero(kept[0])],
            readers=[int(i) for i in np.flatnonzero(kept[1])],
            cases=kept[2],
        )
    return data, tuple(notes)


def general_notes(data: ObserverData) -> tuple[str, ...]:
    """Return what an analyst should know: missing reads, a class missing, infinite or equal ratings."""
    notes = []
    n_missing = int((~data.was_read).sum())
    if n_missing:
        notes.append(
            f"{n_missing:,} of {data.ratings.size:,} possible reads (reader, modality, case) are not there."
        )
    if data.cases and (not data.n_positive or not data.n_negative):
        missing = "positive" if not data.n_positive else "negative"
        notes.append(f"There is no {missing} case: nothing that compares the two kinds can be estimated.")
    n_infinite = int(np.isinf(data.ratings).sum()) if data.marks is None else 0
    if n_infinite:
        notes.append(
            f"{n_infinite:,} {'rating is' if n_infinite == 1 else 'ratings are'} infinite and ordered like "
            "any other."
        )
    constant = _constant_readers(data)
    if constant:
        notes.append(f"{listed('reader', constant)} gave every case the same rating.")
    return tuple(notes)


def missing_reads(rows: Rows, rating_header: str) -> tuple[tuple[Problem, ...], int]:
    """Return the rows without a rating, which count as not read (the first ones), and their number."""
    found = FoundProblems()
    empty = np.flatnonzero(np.isnan(rows.rating))
    found.add_each(
        (int(row) for row in empty),
        number=len(empty),
        row_of=rows.row_of,
        cell=rating_header,
        value_of=lambda _: "",
        reason_of=lambda _: "no rating, so it counts as not read",
    )
    return tuple(found.listed), found.number


def listed(what: str, names: list[str]) -> str:
    """Return "Reader A", "Readers A, B and C" or "12 readers (A, B, C, ...)"."""
    plural = {"modality": "modalities"}.get(what, what + "s")
    if len(names) == 1:
        return f"{what.capitalize()} {names[0]}"
    if len(names) > _MOST_EXAMPLES:
        return f"{len(names):,} {plural} ({', '.join(names[:_MOST_EXAMPLES])}, …)"
    return f"{plural.capitalize()} {', '.join(names[:-1])} and {names[-1]}"


def _constant_readers(data: ObserverData) -> list[str]:
    if len(data.cases) < 2:
        return []
    # fmin and fmax pass over NaN without a warning about slices that hold nothing else.
    lowest = np.fmin.reduce(data.ratings, axis=(0, 2))
    highest = np.fmax.reduce(data.ratings, axis=(0, 2))
    return [name for name, a, b in zip(data.readers, lowest, highest, strict=True) if a == b]
