"""Tables with one row per reader, modality and case."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from realfm_gui.analysis.mrmc.observer_data import Integers
from realfm_gui.formats.assembly import (
    Rows,
    UnitFacts,
    general_notes,
    missing_reads,
    one_value_per_unit,
    ratings_of,
    read_part,
)
from realfm_gui.formats.columns import (
    EMPTY,
    Codes,
    Floats,
    NameColumn,
    NumberColumn,
    Table,
    in_given_order,
    in_order_of_appearance,
)
from realfm_gui.formats.problems import FoundProblems, refusal
from realfm_gui.formats.ratings_file import RatingsFile
from realfm_gui.formats.truth_levels import POSITIVE, UNKNOWN, truth_from_names

NAME_ROLES = ("reader", "modality", "case", "truth", "patient", "finding")
NUMBER_ROLES = ("rating", "weight")


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthByCase:
    """The reference standard from another place than the rows: for every case its truth.

    Attributes
    ----------
    truth : dict of str to bool
        By the name of the case.
    source : str
        Where that stands, for the words "... has no truth in ...".
    """

    truth: dict[str, bool]
    source: str


def study_from_table(
    path: Path,
    table: Table,
    *,
    format_name: str,
    notes: tuple[str, ...] = (),
    truth_by_case: TruthByCase | None = None,
    extra: FoundProblems | None = None,
) -> RatingsFile:
    """Return the study that a table of reads holds.

    Parameters
    ----------
    path : Path
        Named where something is wrong.
    table : Table
        The columns reader, case, rating; truth, unless `truth_by_case` is given; perhaps modality, patient,
        finding and weight.
    format_name : str
        For the result.
    notes : tuple of str
        What is already known.
    truth_by_case : TruthByCase, optional
        Used instead of a column.
    extra : FoundProblems, optional
        Problems that are already known.

    Raises
    ------
    BadRatingsFile
        With every row that cannot be used.
    """
    found = extra or FoundProblems()
    if table.n_rows == 0:
        raise refusal(path, "has a header and no rows")
    names, numbers = table.names, table.numbers
    for role in ("reader", "modality", "case"):
        if role in names:
            report_empty_names(names[role], table.row_of, found)
    for column in numbers.values():
        report_unreadable(column, table.row_of, found)
    found.refuse(path)  # without names and numbers nothing else can be checked
    unit = unit_column(names["case"], names.get("finding"))
    rows = Rows(
        modality=names.get("modality") or one_modality(table.n_rows),
        reader=names["reader"],
        unit=unit,
        rating=numbers["rating"].values,
        row_of=table.row_of,
    ).ordered()
    if truth_by_case is not None:
        # In the order of the truth, where a case also stands that nobody read.
        rows = replace(rows, unit=in_given_order(rows.unit, truth_by_case.truth))
    is_positive, truth_notes = _truth(rows.unit, table, truth_by_case, found)
    units = _unit_facts(rows.unit, table, is_positive, found)
    ratings = ratings_of(path, rows, found, numbers["rating"].header)
    found.refuse(path)
    if np.isnan(ratings).all():
        raise refusal(path, "holds no rating", hint="Every row says that the case was not read.")
    data, left_out = read_part(ratings, rows, units)
    problems, n_without_rating = missing_reads(rows, numbers["rating"].header)
    one = () if "modality" in names else ("There is no column for the modality: all reads count as one.",)
    return RatingsFile(
        data=data,
        format=format_name,
        notes=(*notes, *one, *truth_notes, *left_out, *general_notes(data)),
        problems=problems,
        n_without_rating=n_without_rating,
    )


def one_modality(n_rows: int) -> NameColumn:
    """Return the column of a table without one."""
    return NameColumn(header="modality", codes=np.zeros(n_rows, dtype=np.int32), labels=("1",))


def unit_column(case: NameColumn, finding: NameColumn | None) -> NameColumn:
    """Return what is rated: the case, or the case and the finding (an empty finding is one of its own)."""
    if finding is None:
        return case
    n_findings = len(finding.labels) + 1
    pairs, codes = np.unique(
        case.codes.astype(np.int64) * n_findings + finding.codes + 1, return_inverse=True
    )
    labels = tuple(
        f"{case.labels[pair // n_findings]} / {('', *finding.labels)[pair % n_findings]}"
        for pair in pairs.tolist()
    )
    if len(set(labels)) != len(labels):  # "a / b" and "c" read like "a" and "b / c"
        labels = tuple(f"{label} ({i})" for i, label in enumerate(labels, start=1))
    return NameColumn(header=case.header, codes=codes.astype(np.int32), labels=labels)


def report_unreadable(column: NumberColumn, row_of: Callable[[int], int], found: FoundProblems) -> None:
    """Report cells of a column of numbers that hold something else."""
    found.add_each(
        column.unreadable,
        number=len(column.unreadable),
        row_of=row_of,
        cell=column.header,
        value_of=lambda row: column.unreadable[row],
        reason_of=lambda _: "not a number",
    )


def report_empty_names(column: NameColumn, row_of: Callable[[int], int], found: FoundProblems) -> None:
    """Report rows that do not say whose or which."""
    empty = np.flatnonzero(column.codes == EMPTY)
    found.add_each(
        (int(row) for row in empty),
        number=len(empty),
        row_of=row_of,
        cell=column.header,
        value_of=lambda _: "",
        reason_of=lambda _: f"the {column.header} is not named",
    )


def _truth(
    unit: NameColumn, table: Table, truth_by_case: TruthByCase | None, found: FoundProblems
) -> tuple[Codes, tuple[str, ...]]:
    """Return 0 or 1 for every unit, in the order of `unit`, and notes."""
    if truth_by_case is not None:
        known = truth_by_case.truth
        values: Codes = np.array([known.get(case, UNKNOWN) for case in unit.labels], dtype=np.int8)
        notes: tuple[str, ...] = ()
        place = truth_by_case.source
    else:
        column = table.names["truth"]
        truth = truth_from_names(column, table.row_of, found)
        values = one_value_per_unit(
            truth.values,
            unit,
            row_of=table.row_of,
            cell=column.header,
            text_of=column.text,
            found=found,
        )
        notes, place = truth.notes, f"column '{column.header}'"
    if not found.number:
        _report_units_without_truth(unit, values, place, table, found)
    return values, notes


def _report_units_without_truth(
    unit: NameColumn, values: Codes, place: str, table: Table, found: FoundProblems
) -> None:
    first_row = _first_row_of(unit)
    unknown = np.flatnonzero(values == UNKNOWN)
    found.add_each(
        (int(first_row[i]) for i in unknown),
        number=len(unknown),
        row_of=table.row_of,
        cell=table.names["case"].header,
        value_of=lambda row: table.names["case"].text(row),
        reason_of=lambda _: f"the case has no truth in {place}",
    )


def _unit_facts(unit: NameColumn, table: Table, is_positive: Codes, found: FoundProblems) -> UnitFacts:
    first_row = _first_row_of(unit)
    case, finding = table.names["case"], table.names.get("finding")
    clusters: Integers | None = None
    patient = table.names.get("patient")
    if patient is not None:
        patients = one_value_per_unit(
            patient.codes,
            unit,
            row_of=table.row_of,
            cell=patient.header,
            text_of=patient.text,
            found=found,
        )
        # A unit without a patient is a patient of its own.
        own = len(patient.labels) + np.arange(len(patients))
        clusters = _numbered(np.where(patients == EMPTY, own, patients))
    elif finding is not None:
        clusters = _numbered(case.codes[first_row])
    return UnitFacts(
        is_positive=is_positive == POSITIVE,
        cases=unit.labels if finding is None else tuple(case.text(row) for row in first_row.tolist()),
        findings=() if finding is None else tuple(finding.text(row) for row in first_row.tolist()),
        clusters=clusters,
        weights=_weights(unit, table, found),
    )


def _weights(unit: NameColumn, table: Table, found: FoundProblems) -> Floats | None:
    column = table.numbers.get("weight")
    if column is None:
        return None
    bad = np.flatnonzero(~(np.isfinite(column.values) & (column.values > 0)))
    found.add_each(
        (int(row) for row in bad),
        number=len(bad),
        row_of=table.row_of,
        cell=column.header,
        value_of=lambda row: "" if np.isnan(column.values[row]) else f"{column.values[row]:g}",
        reason_of=lambda _: "a sampling weight is a finite number above 0",
    )
    levels, codes = np.unique(column.values, return_inverse=True)
    weights = one_value_per_unit(
        codes.astype(np.int64),
        unit,
        row_of=table.row_of,
        cell=column.header,
        text_of=lambda row: f"{column.values[row]:g}",
        found=found,
    )
    result: Floats = levels[weights]
    return result


def _first_row_of(unit: NameColumn) -> Codes:
    first = np.zeros(len(unit.labels), dtype=np.int64)
    first[unit.codes[::-1]] = np.arange(len(unit.codes))[::-1]
    return first


def _numbered(codes: Codes) -> Integers:
    """Return clusters numbered in order of first appearance."""
    column = NameColumn(header="", codes=codes, labels=tuple(map(str, range(int(codes.max()) + 1))))
    return in_order_of_appearance(column).codes.astype(np.int64)
