"""What the tables of predictions share: whose a row is, and its cells as numbers with reasons."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from realfm_gui.domain.ai_finding import ScoreInterval
from realfm_gui.domain.errors import UserFacingError

KEYS = ("file", "patient", "uid")
"""Columns that can say whose a row is; a table has exactly one of them."""

Cells = Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """A line that cannot be used, and why."""

    line: int
    reason: str


def read_rows(path: Path, *, needs: str, optional: Sequence[str]) -> tuple[str, list[tuple[int, Cells]]]:
    """Return a table's key column and its rows, each with its line number from 1.

    Parameters
    ----------
    path : Path
        UTF-8 (a byte-order mark is fine), comma or semicolon separated.
    needs : str
        The column it must have.
    optional : sequence of str
        Columns it may have, named in the hint; further ones are ignored.

    Raises
    ------
    UserFacingError
        If the file as a whole cannot be used.
    """
    reader = _reader(path)
    columns = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    keys = [name for name in KEYS if name in columns]
    hint = f"Its columns must be one of {', '.join(KEYS)}, then {needs}; optionally {', '.join(optional)}."
    if len(keys) != 1:
        problem = "no column that says whose the rows are" if not keys else f"both {' and '.join(keys)}"
        raise UserFacingError(f"{path.name} has {problem}.", hint=hint)
    if needs not in columns:
        raise UserFacingError(f"{path.name} has no column {needs!r}.", hint=hint)
    reader.fieldnames = columns
    rows: list[tuple[int, Cells]] = []
    try:
        rows.extend((reader.line_num, cells) for cells in reader)
    except csv.Error as error:
        raise UserFacingError(
            f"{path.name} is not a CSV file (line {reader.line_num}: {error}).", hint=hint
        ) from error
    return keys[0], rows


def text_of(cells: Cells, column: str) -> str:
    """Return a cell without the blanks around it; empty where there is none."""
    return (cells.get(column) or "").strip()


def number_of(cells: Cells, column: str) -> float | None:
    """Return a cell's finite number, None where it is empty; ValueError with the reason otherwise."""
    if not (text := text_of(cells, column)):
        return None
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"{column} {text!r} is not a number") from None
    if not math.isfinite(number):
        raise ValueError(f"{column} {text!r} is not a finite number")
    return number


def interval_of(cells: Cells, *, score: float, probability: float | None) -> ScoreInterval | None:
    """Return the interval of ``low``, ``high`` and ``level``; ValueError where it cannot be one."""
    low, high, level = (number_of(cells, column) for column in ("low", "high", "level"))
    if low is None and high is None:
        return None
    if low is None or high is None:
        raise ValueError("an interval needs both low and high")
    interval = ScoreInterval(low=low, high=high, level=level)
    interval.check_holds(
        score if probability is None else probability, is_probability=probability is not None
    )
    return interval


def _reader(path: Path) -> "csv.DictReader[str]":
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UserFacingError(
            f"{path.name} cannot be read: {error.strerror}.", hint="Check the path and try again."
        ) from error
    except UnicodeDecodeError as error:
        raise UserFacingError(f"{path.name} is not UTF-8 text.", hint="Save it as CSV UTF-8.") from error
    first_line = text.partition("\n")[0]
    delimiter = ";" if first_line.count(";") > first_line.count(",") else ","
    return csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
