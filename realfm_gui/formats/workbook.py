"""Sheets of an ``.xlsx`` workbook, read without trusting it."""

import math
import warnings
import zipfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from realfm_gui.formats.columns import number_from_text
from realfm_gui.formats.problems import FoundProblems, refusal, shortened

MOST_BYTES = 300 << 20
"""Unpacked size above which a workbook is not opened: a few kilobytes can unpack to gigabytes."""

MOST_ROWS = 1_048_576
"""Rows of a sheet; one that claims to stand beyond would be reached through all rows before it."""

MOST_ROWS_IN_ALL = 2 * MOST_ROWS
"""Rows of all sheets that are read: a few bytes can claim a full sheet of empty rows."""

COLUMNS_READ = 8
"""Everything that matters stands in the first columns."""

Cell = object


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet's cells.

    Attributes
    ----------
    title : str
        As written on its tab.
    rows : tuple of tuple
        Values of the cells, None where empty; empty rows at the end are left out.
    """

    title: str
    rows: tuple[tuple[Cell, ...], ...]

    def cell(self, row: int, column: int) -> Cell:
        """Return a cell (row from 1, column from 0), None beyond the last one."""
        cells = self.rows[row - 1]
        return cells[column] if column < len(cells) else None

    def name(self, row: int, column: int) -> str:
        """Return the name of a cell, e.g. ``TRUTH!C5``."""
        return f"{self.title}!{chr(ord('A') + column)}{row}"


def open_workbook(path: Path, wanted: Collection[str]) -> tuple[dict[str, Sheet], tuple[str, ...]]:
    """Return the wanted sheets of a workbook by their titles in capitals, and the titles of all sheets.

    Parameters
    ----------
    path : Path
        The workbook.
    wanted : collection of str
        Titles in capitals; the cells of other sheets are not looked at.

    Raises
    ------
    BadRatingsFile
        If it is damaged, no workbook, or unpacks to more than `MOST_BYTES`.
    """
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(path) as archive:
            # What the archive declares is what its reader will unpack at most.
            n_bytes = sum(entry.file_size for entry in archive.infolist())
        if n_bytes > MOST_BYTES:
            raise _too_large(path, n_bytes)
        # Opened here, because the library leaves a file that it cannot read open.
        with path.open("rb") as file, warnings.catch_warnings():
            # Extensions of the drawing kind, which hold no data.
            warnings.simplefilter("ignore", UserWarning)
            book = load_workbook(file, read_only=True, data_only=True)
            titles = tuple(str(sheet.title) for sheet in book.worksheets)
            sheets = _wanted_sheets(book.worksheets, wanted)
    except _TooLarge as error:
        raise error.refusal from None
    except Exception as error:
        # The library raises whatever its parser meets; with a hostile file that can be anything.
        raise refusal(
            path,
            "is not a workbook that can be read",
            hint=f"Save it once more as .xlsx. ({shortened(str(error))})",
        ) from error
    return sheets, titles


class _TooLarge(Exception):  # noqa: N818 - carries the refusal past the clause for damaged files
    """The workbook unpacks to too much."""

    def __init__(self, refused: Exception) -> None:
        super().__init__()
        self.refusal = refused


def _too_large(path: Path, n_bytes: int) -> _TooLarge:
    return _TooLarge(
        refusal(
            path,
            f"unpacks to {n_bytes / 2**20:,.0f} MB, more than the {MOST_BYTES >> 20} MB that are opened",
            hint="Save the ratings as CSV or Parquet.",
        )
    )


def _wanted_sheets(worksheets: Iterable[Any], wanted: Collection[str]) -> dict[str, Sheet]:
    sheets: dict[str, Sheet] = {}
    n_left = MOST_ROWS_IN_ALL
    for sheet in worksheets:
        name = sheet.title.strip().upper()
        if name in wanted:
            rows, n_seen = _rows(sheet, min(MOST_ROWS, n_left))
            n_left -= n_seen
            sheets[name] = Sheet(title=sheet.title, rows=rows)
    return sheets


def _rows(sheet: Any, most: int) -> tuple[tuple[tuple[Cell, ...], ...], int]:
    """Return the rows without empty ones at the end, and how many were looked at."""
    sheet.reset_dimensions()  # what a file declares may be wrong
    rows: list[tuple[Cell, ...]] = []
    used: Iterator[tuple[Cell, ...]] = sheet.iter_rows(max_col=COLUMNS_READ, values_only=True)
    last = number = 0
    for number, row in enumerate(used, start=1):
        if number > most:
            raise ValueError(f"a row beyond {most:,}")
        rows.append(row)
        if not is_empty(row):
            last = number
    return tuple(rows[:last]), number


def used_rows(sheet: Sheet, n_columns: int, found: FoundProblems) -> Iterator[int]:
    """Give the numbers of the rows below the header; report empty ones, because they may be lost cells.

    Parameters
    ----------
    sheet : Sheet
        Whose rows.
    n_columns : int
        So many of their cells count.
    found : FoundProblems
        Takes every run of empty rows.
    """
    first_empty = 0
    for number in range(2, len(sheet.rows) + 1):
        if is_empty(sheet.rows[number - 1][:n_columns]):
            first_empty = first_empty or number
            continue
        if first_empty:
            which = "the row is" if first_empty == number - 1 else f"rows {first_empty} to {number - 1} are"
            found.add(first_empty, sheet.name(first_empty, 0), "", f"{which} empty, but rows follow")
            first_empty = 0
        yield number


def is_empty(row: tuple[Cell, ...]) -> bool:
    """Return whether no cell of a row holds anything."""
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in row)


def text_of(cell: Cell) -> str:
    """Return what a cell shows; 1.0 is shown as 1."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def number_of(cell: Cell) -> float | None:
    """Return the finite number that a cell holds or writes, None if there is none."""
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return None
    number = number_from_text(cell) if isinstance(cell, str) else float(cell)
    return number if number is not None and math.isfinite(number) else None


def whole_number_of(cell: Cell) -> int | None:
    """Return the whole number that a cell holds or writes, None if there is none."""
    number = number_of(cell)
    return int(number) if number is not None and number == int(number) else None
