"""Reading a CSV file of predictions: the good rows are kept, the bad ones are listed with reasons."""

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from realfm_gui.domain.errors import UserFacingError

KEYS = ("file", "patient", "uid")
OPTIONAL = ("finding", "probability", "prevalence", "threshold", "map")


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """One prediction as the file has it; `source` is the value of the key column, `line` counts from 1."""

    line: int
    source: str
    finding: str
    score: float
    probability: float | None = None
    prevalence: float | None = None
    threshold: float | None = None
    map_path: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """A line that cannot be used, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionTable:
    """What a file of predictions holds: `key` is the column that says whose the rows are."""

    key: str
    rows: tuple[RawRow, ...]
    refused: tuple[RefusedRow, ...]


def read_predictions_csv(path: Path, *, threshold: float | None = None) -> PredictionTable:
    """Read predictions.

    Columns: exactly one of ``file``, ``patient``, ``uid``; ``score`` (any finite number, higher is more
    suspicious); optionally ``finding`` (empty or absent with a single finding), ``probability`` (0 to 1),
    ``prevalence`` (the share of positives at which that probability is calibrated), ``threshold`` (score at
    and above which the model calls the case; without it there is no call) and ``map`` (a ``.npy`` file,
    relative to the CSV file). Further columns are ignored.

    Of several rows for the same case and finding the first is kept where all agree, and none where they
    differ: which one is meant cannot be known.

    Parameters
    ----------
    path : Path
        The file, UTF-8 (a byte-order mark is fine), comma or semicolon separated.
    threshold : float, optional
        For rows that give none.

    Raises
    ------
    UserFacingError
        If the file as a whole cannot be used.
    """
    reader = _reader(path)
    columns = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    keys = [name for name in KEYS if name in columns]
    hint = f"Its columns must be one of {', '.join(KEYS)}, then score; optionally {', '.join(OPTIONAL)}."
    if len(keys) != 1:
        problem = "no column that says whose the rows are" if not keys else f"both {' and '.join(keys)}"
        raise UserFacingError(f"{path.name} has {problem}.", hint=hint)
    if "score" not in columns:
        raise UserFacingError(f"{path.name} has no column 'score'.", hint=hint)
    reader.fieldnames = columns
    rows: list[RawRow] = []
    refused: list[RefusedRow] = []
    try:
        for cells in reader:
            try:
                rows.append(_parse(reader.line_num, cells, keys[0], path.parent, threshold))
            except ValueError as error:
                refused.append(RefusedRow(line=reader.line_num, reason=str(error)))
    except csv.Error as error:
        raise UserFacingError(
            f"{path.name} is not a CSV file (line {reader.line_num}: {error}).", hint=hint
        ) from error
    kept, doubled = _without_duplicates(rows)
    refused += doubled
    return PredictionTable(
        key=keys[0], rows=tuple(kept), refused=tuple(sorted(refused, key=lambda row: row.line))
    )


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


def _parse(
    line: int, cells: Mapping[str, str | None], key: str, folder: Path, threshold: float | None
) -> RawRow:
    """Return the row; raise ValueError with the reason why it cannot be used."""
    if not (source := _text(cells, key)):
        raise ValueError(f"{key} is missing")
    if (score := _number(cells, "score")) is None:
        raise ValueError("score is missing")
    probability = _number(cells, "probability")
    if probability is not None and not 0.0 <= probability <= 1.0:
        raise ValueError(f"probability {probability:g} is outside 0 to 1")
    prevalence = _number(cells, "prevalence")
    if prevalence is not None and not 0.0 < prevalence < 1.0:
        raise ValueError(f"prevalence {prevalence:g} is not between 0 and 1")
    own_threshold = _number(cells, "threshold")
    map_name = _text(cells, "map")
    map_path = folder / map_name if map_name else None
    if map_path is not None and not map_path.is_file():
        raise ValueError(f"map {map_name!r} is not there")
    return RawRow(
        line=line,
        source=source,
        finding=_text(cells, "finding"),
        score=score,
        probability=probability,
        prevalence=prevalence,
        threshold=threshold if own_threshold is None else own_threshold,
        map_path=map_path,
    )


def _text(cells: Mapping[str, str | None], column: str) -> str:
    return (cells.get(column) or "").strip()


def _number(cells: Mapping[str, str | None], column: str) -> float | None:
    if not (text := _text(cells, column)):
        return None
    try:
        number = float(text)
    except ValueError:
        raise ValueError(f"{column} {text!r} is not a number") from None
    if not math.isfinite(number):
        raise ValueError(f"{column} {text!r} is not a finite number")
    return number


def _without_duplicates(rows: list[RawRow]) -> tuple[list[RawRow], list[RefusedRow]]:
    groups: dict[tuple[str, str], list[RawRow]] = {}
    for row in rows:
        groups.setdefault((row.source, row.finding), []).append(row)
    kept, refused = [], []
    for group in groups.values():
        first, others = group[0], group[1:]
        content = {(r.score, r.probability, r.prevalence, r.threshold, r.map_path) for r in group}
        if len(content) == 1:
            kept.append(first)
            refused += [RefusedRow(line=r.line, reason=f"repeats line {first.line}") for r in others]
        else:
            lines = ", ".join(str(r.line) for r in group)
            reason = f"lines {lines} contradict each other on the same case and finding"
            refused += [RefusedRow(line=r.line, reason=reason) for r in group]
    return kept, refused
