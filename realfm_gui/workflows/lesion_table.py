"""Read a CSV of lesions: which image, which slice, what shape, where."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.mark import MarkShape
from realfm_gui.domain.measurement import MAX_OUTLINE_POINTS, Point

KEYS = ("case", "file", "uid", "patient")
"""What may name an image, the most exact first."""

_OTHER_NAMES = {
    "slice": "frame",
    "w": "width",
    "h": "height",
    "image index": "file",
    "finding label": "finding",
    "bbox [x": "x",
    "h]": "height",
    "patientid": "patient",
}
"""Other words for ours, and those of two published sets, whose tables are read as they are: ChestX-ray14's
list of boxes (Wang X et al. CVPR 2017) and the RSNA pneumonia challenge's labels (Shih G et al. Radiol Artif
Intell 2019;1(1):e180041)."""

_PLACE = ("x", "y", "width", "height", "points")


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionRow:
    """One lesion on one slice, as the table has it.

    `line` counts from 1 at the header. `slice_number` and `series` count from 1, None where the table does
    not say. `points` are as in `Mark.points`; `lesion` is the lesion's name, empty where it has none.
    """

    line: int
    key: str
    finding: str
    slice_number: int | None
    series: int | None
    shape: MarkShape
    points: tuple[Point, ...]
    lesion: str
    weight: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionTable:
    """The table, keyed by `key_kind` (one of `KEYS`); bad rows are listed, not lost.

    `without_place` counts rows that name an image and no place: how some published sets list their negative
    cases.
    """

    key_kind: str
    rows: tuple[LesionRow, ...]
    refused: tuple[tuple[str, str], ...]
    without_place: int


def read_lesion_table(path: Path, *, findings: Mapping[str, str]) -> LesionTable:
    """Read a CSV of lesions.

    Parameters
    ----------
    path : Path
    findings : mapping
        Id -> name of every finding of the protocol; a row may give either.

    Notes
    -----
    Columns: one of ``case`` (the study's own id), ``file`` (name or path ending), ``uid`` or ``patient``;
    ``finding`` (may be left out with one finding); ``frame`` or ``slice`` and ``series``, both from 1, where
    there are several; ``shape`` (point, box, ellipse, contour; found from the rest where left out);
    ``x, y, width, height`` for boxes and ellipses (x and y of the upper left corner, 0 at the image's own
    corner), ``x, y`` for points (the first pixel's centre is 0, 0), ``points`` for contours (``x y; x y;
    ...``, likewise); ``lesion``, a name that several slices of one lesion share; ``weight``.

    Raises
    ------
    UserFacingError
        If the table as a whole cannot be used. A single bad row is listed in `refused` instead.
    """
    reader = _open(path)
    columns = [_OTHER_NAMES.get(name, name) for name in _tidy(reader.fieldnames or [])]
    by_name = {name.casefold(): finding for finding, name in findings.items()}
    by_name |= {finding: finding for finding in findings}
    reader.fieldnames = columns
    _refuse_columns(path, columns, findings)
    key_kind = next(kind for kind in KEYS if kind in columns)
    rows: list[LesionRow] = []
    refused: list[tuple[str, str]] = []
    without_place = 0
    try:
        for record in reader:
            line = reader.line_num
            cells = {name: (value or "").strip() for name, value in record.items() if name is not None}
            try:
                if None in record:
                    raise _RowError("it has more fields than the header")
                if not any(cells.get(name) for name in _PLACE):
                    without_place += 1
                else:
                    rows.append(_parsed(cells, line, key_kind, by_name))
            except _RowError as error:
                refused.append((f"{path.name}, line {line}", str(error)))
    except csv.Error as error:
        raise UserFacingError(
            f"{path.name} cannot be read beyond line {reader.line_num}: {error}.",
            hint="Look for a quotation mark that is never closed, or for a very long field.",
        ) from error
    return LesionTable(
        key_kind=key_kind, rows=tuple(rows), refused=tuple(refused), without_place=without_place
    )


class _RowError(Exception):
    """Why one row is refused."""


def _open(path: Path) -> "csv.DictReader[str]":
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserFacingError(
            f"The table of lesions {path.name} cannot be read: {error}.", hint="Give a CSV file in UTF-8."
        ) from error
    first_line = text.partition("\n")[0]
    delimiter = max(",;\t", key=first_line.count)
    return csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _tidy(names: Sequence[str]) -> list[str]:
    return [name.strip().lower() for name in names]


def _refuse_columns(path: Path, columns: Sequence[str], findings: Mapping[str, str]) -> None:
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise UserFacingError(
            f"{path.name} has two columns for {twice[0]!r}.", hint="Rename or remove one of them."
        )
    if not any(kind in columns for kind in KEYS):
        raise UserFacingError(
            f"{path.name} has no column that names the images; it has: {', '.join(columns) or 'none'}.",
            hint=f"Add one of the columns {', '.join(KEYS)}.",
        )
    if not {"x", "y"} <= set(columns) and "points" not in columns:
        raise UserFacingError(
            f"{path.name} has no column that says where a lesion is.",
            hint="Add the columns x, y, width and height for boxes, x and y for points, "
            "or points for contours.",
        )
    if "finding" not in columns and len(findings) > 1:
        raise UserFacingError(
            f"{path.name} does not say which finding a row is about, and the protocol has {len(findings)}.",
            hint="Add a column finding.",
        )


def _parsed(cells: Mapping[str, str], line: int, key_kind: str, by_name: Mapping[str, str]) -> LesionRow:
    key = cells[key_kind]
    if not key.strip("./\\"):
        raise _RowError(f"the column {key_kind} is empty" if not key else f"{key!r} names no {key_kind}")
    known = list(dict.fromkeys(by_name.values()))
    called = cells.get("finding", "") or known[0]
    finding = by_name.get(called.casefold())
    if finding is None:
        raise _RowError(f"the finding {called!r} is not in the protocol ({', '.join(known)})")
    shape = _shape(cells)
    weight = _number(cells, "weight") if cells.get("weight") else None
    if weight is not None and weight < 0:
        raise _RowError(f"the weight {weight:g} is less than 0")
    return LesionRow(
        line=line,
        key=key,
        finding=finding,
        slice_number=_count(cells, "frame"),
        series=_count(cells, "series"),
        shape=shape,
        points=_points(shape, cells),
        lesion=cells.get("lesion", ""),
        weight=weight,
    )


def _shape(cells: Mapping[str, str]) -> MarkShape:
    named = cells.get("shape", "").lower()
    if not named:
        if cells.get("points"):
            return MarkShape.CONTOUR
        has_size = cells.get("width") or cells.get("height")
        return MarkShape.BOX if has_size else MarkShape.POINT
    try:
        return MarkShape(named)
    except ValueError as error:
        raise _RowError(f"the shape must be one of {', '.join(MarkShape)}, not {named!r}") from error


def _points(shape: MarkShape, cells: Mapping[str, str]) -> tuple[Point, ...]:
    if shape is MarkShape.CONTOUR:
        return _outline(cells.get("points", ""))
    x, y = _number(cells, "x"), _number(cells, "y")
    if shape is MarkShape.POINT:
        return ((x, y),)
    width, height = _number(cells, "width"), _number(cells, "height")
    if not (width > 0 and height > 0):
        raise _RowError(f"a {shape} has a width and a height above 0, not {width:g} and {height:g}")
    # A pixel is as wide as its step: the first one reaches from -1/2 to 1/2 around its centre at 0.
    return ((x - 0.5, y - 0.5), (x + width - 0.5, y + height - 0.5))


def _outline(text: str) -> tuple[Point, ...]:
    parts = text.replace(";", " ").replace(",", " ").split()
    try:
        values = [float(part) for part in parts]
    except ValueError as error:
        raise _RowError("the column points holds something that is no number") from error
    if len(values) % 2 or not 6 <= len(values) <= 2 * MAX_OUTLINE_POINTS:
        raise _RowError(
            f"a contour has 3 to {MAX_OUTLINE_POINTS} points of two numbers each; "
            f"there are {len(values)} numbers"
        )
    if not all(map(math.isfinite, values)):
        raise _RowError("the column points holds something that is no number")
    return tuple(zip(values[::2], values[1::2], strict=True))


def _number(cells: Mapping[str, str], column: str) -> float:
    text = cells.get(column, "")
    try:
        value = float(text)
    except ValueError as error:
        raise _RowError(
            f"the column {column} must be a number, not {text!r}" if text else f"the column {column} is empty"
        ) from error
    if not math.isfinite(value):
        raise _RowError(f"the column {column} must be a number, not {text!r}")
    return value


def _count(cells: Mapping[str, str], column: str) -> int | None:
    text = cells.get(column, "")
    if not text:
        return None
    value = _number(cells, column)
    if value != int(value) or value < 1:
        raise _RowError(f"the column {column} counts from 1, and says {text!r}")
    return int(value)
