"""The Truth sheet of an RJafroc workbook: cases, lesions, and who read what."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from realfm_gui.formats.lesions import weights_problem
from realfm_gui.formats.problems import FoundProblems, refusal
from realfm_gui.formats.workbook import Sheet, number_of, text_of, used_rows, whole_number_of

_BY_PLACE = ("caseid", "lesionid", "weight")
_CROSSED = re.compile(r"^(FCTRL|CROSSED)", re.IGNORECASE)
_KNOWN_PARADIGMS = ("ROC", "FROC", "LROC")

Read = tuple[str, str]
"""Modality and reader."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RjafrocTruth:
    """What the Truth sheet says.

    Attributes
    ----------
    lesions : mapping of int to mapping of int to float
        For every case the weights by lesion number; empty for negative cases.
    reads : mapping of int to set of (modality, reader), or None
        Who read every case; None in the old format, which does not say.
    modalities, readers : tuple of str
        In order of first appearance; empty in the old format.
    paradigm : str
        ROC, FROC, LROC, or empty where the sheet does not say.
    """

    lesions: Mapping[int, Mapping[int, float]]
    reads: Mapping[int, frozenset[Read]] | None
    modalities: tuple[str, ...]
    readers: tuple[str, ...]
    paradigm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    number: int
    case: int
    lesion: int
    weight: float
    modalities: tuple[str, ...]
    readers: tuple[str, ...]


def read_truth_sheet(path: Path, sheet: Sheet, found: FoundProblems) -> RjafrocTruth:
    """Return what the Truth sheet says; `found` takes the cells that cannot be used.

    Raises
    ------
    BadRatingsFile
        If cells are missing or of the wrong kind, so that nothing else can be checked.
    """
    if len(sheet.rows) < 2:
        raise refusal(path, f"has no rows in its sheet '{sheet.title}'")
    columns = _columns(sheet)
    rows = [
        row
        for number in used_rows(sheet, max(columns.values()) + 1, found)
        if (row := _row(sheet, number, columns, found)) is not None
    ]
    found.refuse(path)
    paradigm = columns.get("paradigm")
    declared, design = (
        text_of(sheet.cell(number, paradigm)).upper()
        if paradigm is not None and number <= len(sheet.rows)
        else ""
        for number in (2, 3)
    )
    says_who_read = "readerid" in columns
    if says_who_read and _CROSSED.match(design):
        _report_incomplete_crossing(sheet, rows, columns, found)
    lesions = _lesions(sheet, rows, columns, found)
    return RjafrocTruth(
        lesions=lesions,
        reads=_reads(rows) if says_who_read else None,
        modalities=tuple(dict.fromkeys(name for row in rows for name in row.modalities)),
        readers=tuple(dict.fromkeys(name for row in rows for name in row.readers)),
        paradigm=declared if declared in _KNOWN_PARADIGMS else "",
    )


def plain_header(cell: object) -> str:
    """Return a header without case, spaces and underscores."""
    return re.sub(r"[^a-z0-9]", "", text_of(cell).lower())


def _columns(sheet: Sheet) -> dict[str, int]:
    named = {plain_header(cell): i for i, cell in enumerate(sheet.rows[0]) if text_of(cell)}
    columns = {name: named.get(name, place) for place, name in enumerate(_BY_PLACE)}
    for name in ("readerid", "modalityid", "modalityid1", "modalityid2", "paradigm"):
        if name in named:
            columns[name] = named[name]
    if "modalityid" not in columns and "modalityid1" not in columns:
        columns.pop("readerid", None)  # who read what takes both
    return columns


def _row(sheet: Sheet, number: int, columns: Mapping[str, int], found: FoundProblems) -> _Row | None:
    before = found.number

    def report(column: str, reason: str) -> None:
        place = columns[column]
        found.add(number, sheet.name(number, place), text_of(sheet.cell(number, place)), reason)

    case = whole_number_of(sheet.cell(number, columns["caseid"]))
    if case is None:
        report("caseid", "the number of a case is a whole number")
    lesion = whole_number_of(sheet.cell(number, columns["lesionid"]))
    if lesion is None or lesion < 0:
        report("lesionid", "the number of a lesion is a whole number, 0 for none")
    weight = number_of(sheet.cell(number, columns["weight"]))
    if weight is None or weight < 0:
        report("weight", "a lesion's weight is a number of at least 0")
    elif lesion == 0 and weight:
        report("weight", "a case without a lesion has the weight 0")
    lists: dict[str, tuple[str, ...]] = {}
    for column in ("readerid", "modalityid", "modalityid1", "modalityid2"):
        if column in columns and "readerid" in columns:
            lists[column] = names = _names(sheet.cell(number, columns[column]))
            if not names:
                report(column, "names nobody" if column == "readerid" else "names nothing")
            elif len(set(names)) < len(names):
                report(column, "names the same one twice")
    if found.number > before or case is None or lesion is None or weight is None:
        return None
    return _Row(
        number=number,
        case=case,
        lesion=lesion,
        weight=weight,
        readers=lists.get("readerid", ()),
        modalities=lists["modalityid"] if "modalityid" in lists else crossed_names(lists),
    )


def crossed_names(lists: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the modalities of two crossed factors, "first / second"."""
    pairs = product(lists.get("modalityid1", ()), lists.get("modalityid2", ()))
    return tuple(f"{first} / {second}" for first, second in pairs)


def _names(cell: object) -> tuple[str, ...]:
    """Return the names of a list such as ``1, 2``, ``(1)`` or ``Rdr0,Rdr1``."""
    text = text_of(cell)
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _report_incomplete_crossing(
    sheet: Sheet, rows: list[_Row], columns: Mapping[str, int], found: FoundProblems
) -> None:
    """In a crossed design every row lists the same readers and modalities."""
    for column in ("readerid", "modalityid"):
        place = columns.get(column)
        if place is None:
            continue
        lists = [row.readers if column == "readerid" else row.modalities for row in rows]
        for row, names in zip(rows, lists, strict=True):
            if set(names) != set(lists[0]):
                found.add(
                    row.number,
                    sheet.name(row.number, place),
                    text_of(sheet.cell(row.number, place)),
                    f"the design is crossed, and row {rows[0].number} lists {', '.join(lists[0])}",
                )


def _lesions(
    sheet: Sheet, rows: list[_Row], columns: Mapping[str, int], found: FoundProblems
) -> dict[int, dict[int, float]]:
    lesions: dict[int, dict[int, float]] = {}
    first: dict[int, _Row] = {}
    seen: dict[tuple[int, int, str, str], int] = {}

    def report(row: _Row, column: str, reason: str) -> None:
        place = columns[column]
        found.add(row.number, sheet.name(row.number, place), text_of(sheet.cell(row.number, place)), reason)

    for row in rows:
        for modality, reader in product(row.modalities or ("",), row.readers or ("",)):
            key = (row.case, row.lesion, modality, reader)
            other = seen.setdefault(key, row.number)
            if other != row.number:
                what = f"lesion {row.lesion} of case {row.case}" if row.lesion else f"case {row.case}"
                report(row, "caseid", f"{what} stands already in row {other}")
                break
        if row.case in first and bool(first[row.case].lesion) != bool(row.lesion):
            report(
                row,
                "lesionid",
                f"case {row.case} is with and, in row {first[row.case].number}, without lesion",
            )
            continue
        first.setdefault(row.case, row)
        known = lesions.setdefault(row.case, {})
        if row.lesion and known.setdefault(row.lesion, row.weight) != row.weight:
            report(row, "weight", f"case {row.case} has another weight for this lesion in an earlier row")
    if found.number:
        return lesions
    for case, weights in lesions.items():
        reason = weights_problem(list(weights.values()))
        if reason is not None:
            report(first[case], "weight", f"case {case}: {reason}")
    return lesions


def _reads(rows: list[_Row]) -> dict[int, frozenset[Read]]:
    reads: dict[int, set[Read]] = {}
    for row in rows:
        reads.setdefault(row.case, set()).update(product(row.modalities, row.readers))
    return {case: frozenset(pairs) for case, pairs in reads.items()}
