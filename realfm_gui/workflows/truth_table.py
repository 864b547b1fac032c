"""Read the reference-standard CSV: which source, which finding, present or not, in which split."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from realfm_gui.domain.case import Split
from realfm_gui.domain.errors import UserFacingError

KEYS = ("file", "patient", "uid")
PRESENT = {"1", "1.0", "true", "yes", "present", "positive"}
MOST_PRIORS = 20
"""More earlier examinations than this do not come along with a case."""

ABSENT = {"0", "0.0", "false", "no", "absent", "negative"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthRow:
    """One row of the table; `line` counts from 1 at the header.

    `truth` is finding id -> present. `patient` is the patient column where there is one besides the key: it
    keeps images of one patient together when the files themselves do not name a patient. `prior_of` is the
    key of the row whose case these images are a prior examination of: they have no truth of their own.
    `priors` is how many earlier examinations of the patient come along with this row's.
    """

    line: int
    key: str
    truth: dict[str, bool]
    split: Split
    patient: str
    indication: str
    subgroups: dict[str, str]
    prior_of: str = ""
    priors: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthTable:
    """The table, keyed by `key_kind` ("file", "patient" or "uid"); bad rows are listed, not lost."""

    key_kind: str
    rows: dict[str, TruthRow]
    refused: tuple[tuple[str, str], ...]


def read_truth_table(path: Path, *, findings: Sequence[str]) -> TruthTable:
    """Read a truth CSV.

    Columns: one of ``file`` (name or path ending), ``patient`` or ``uid`` (study, series or SOP instance);
    ``truth`` 0/1 with ``finding`` (the latter may be left out with one finding), or one 0/1 column named
    after each finding; ``split`` (development, training, reading; reading where left out); ``indication``
    (shown to readers); ``priors`` (a number or "all": so many earlier examinations of the patient that have
    no row of their own hang beside this one) or ``prior_of`` (the key of the row that these images are a
    prior of); further columns are kept, sealed, as subgroups.

    Raises
    ------
    UserFacingError
        If the table as a whole cannot be used. A single bad row is listed in `refused` instead.
    """
    reader = _open(path)
    columns = [name.strip() for name in reader.fieldnames or []]
    reader.fieldnames = columns
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise UserFacingError(
            f"{path.name} has two columns called {twice[0]!r}.", hint="Rename or remove one of them."
        )
    key_kind = next((kind for kind in KEYS if kind in columns), None)
    if key_kind is None:
        raise UserFacingError(
            f"{path.name} has no column that names the images; it has: {', '.join(columns) or 'none'}.",
            hint="Add one of the columns file, patient or uid.",
        )
    named = [finding for finding in findings if finding in columns]
    if "truth" not in columns and not named:
        raise UserFacingError(
            f"{path.name} has no column with the reference standard.",
            hint=f"Add a column truth (0 or 1), or one column per finding: {', '.join(findings)}.",
        )
    if "truth" in columns and "finding" not in columns and len(findings) > 1:
        raise UserFacingError(
            f"{path.name} does not say which finding a row is about, and the protocol has {len(findings)}.",
            hint="Add a column finding.",
        )
    rows: dict[str, TruthRow] = {}
    refused: list[tuple[str, str]] = []
    try:
        for record in reader:
            line = reader.line_num
            try:
                _merge(rows, _parse(record, line, key_kind, findings, named))
            except _RowError as error:
                refused.append((f"{path.name}, line {line}", str(error)))
    except csv.Error as error:
        raise UserFacingError(
            f"{path.name} cannot be read beyond line {reader.line_num}: {error}.",
            hint="Look for a quotation mark that is never closed, or for a very long field.",
        ) from error
    return TruthTable(key_kind=key_kind, rows=rows, refused=tuple(refused))


class _RowError(Exception):
    """Why one row is refused."""


def _open(path: Path) -> "csv.DictReader[str]":
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserFacingError(
            f"The truth table {path.name} cannot be read: {error}.", hint="Give a CSV file in UTF-8."
        ) from error
    first_line = text.partition("\n")[0]
    delimiter = max(",;\t", key=first_line.count)
    return csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _parse(
    record: dict[str, str], line: int, key_kind: str, findings: Sequence[str], named: Sequence[str]
) -> TruthRow:
    if None in record:
        raise _RowError("it has more fields than the header")
    cells = {name: (value or "").strip() for name, value in record.items()}
    key = cells[key_kind]
    if not key.strip("./\\"):
        raise _RowError(f"the column {key_kind} is empty" if not key else f"{key!r} names no {key_kind}")
    prior_of = cells.get("prior_of", "")
    if prior_of == key:
        raise _RowError(f"{key!r} cannot be a prior of itself")
    if prior_of:
        truth: dict[str, bool] = {}
    elif named:
        truth = {finding: _label(finding, cells[finding]) for finding in named}
    else:
        finding = cells.get("finding", "") or findings[0]
        if finding not in findings:
            raise _RowError(f"the finding {finding!r} is not in the protocol ({', '.join(findings)})")
        truth = {finding: _label("truth", cells["truth"])}
    used = {key_kind, "truth", "finding", "split", "patient", "indication", "prior_of", "priors", *named}
    return TruthRow(
        line=line,
        key=key,
        truth=truth,
        split=_split(cells.get("split", "")),
        patient=cells.get("patient", ""),
        indication=cells.get("indication", ""),
        subgroups={name: value for name, value in cells.items() if name and name not in used and value},
        prior_of=prior_of,
        priors=_priors(cells.get("priors", "")),
    )


def _priors(text: str) -> int:
    if text.lower() == "all":
        return MOST_PRIORS
    if not text.isdecimal() and text:
        raise _RowError(f'the column priors is a number or "all", not {text!r}')
    return min(int(text or "0"), MOST_PRIORS)


def _label(column: str, text: str) -> bool:
    if text.lower() in PRESENT:
        return True
    if text.lower() in ABSENT:
        return False
    raise _RowError(f"the column {column} must be 0 or 1, not {text!r}")


def _split(text: str) -> Split:
    if not text:
        return Split.READING
    try:
        return Split(text.lower())
    except ValueError as error:
        allowed = ", ".join(Split)
        raise _RowError(f"the split must be one of {allowed}, not {text!r}") from error


def _merge(rows: dict[str, TruthRow], row: TruthRow) -> None:
    before = rows.get(row.key)
    if before is None:
        rows[row.key] = row
        return
    twice = sorted(set(before.truth) & set(row.truth))
    if twice:
        raise _RowError(f"{row.key} was already given a truth for {twice[0]} in line {before.line}")
    if before.split != row.split:
        raise _RowError(
            f"{row.key} is in the split {before.split} in line {before.line}, here in {row.split}"
        )
    if (before.prior_of, before.priors) != (row.prior_of, row.priors):
        raise _RowError(f"{row.key} has other priors here than in line {before.line}")
    before.truth.update(row.truth)
