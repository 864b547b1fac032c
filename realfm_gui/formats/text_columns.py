"""Reading the wanted columns of a large text table, ten million rows at a time."""

import csv
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from realfm_gui.formats.columns import (
    EMPTY,
    Codes,
    NameColumn,
    NumberColumn,
    Table,
    number_from_text,
    relabelled,
)
from realfm_gui.formats.problems import FoundProblems, refusal
from realfm_gui.formats.text_layout import TextLayout, unreadable_cells

NO_NUMBER = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", ".")
"""What other programs write where there is no number."""

_TRUE_AND_FALSE = {"true": 1.0, "t": 1.0, "false": 0.0, "f": 0.0}


def read_text_columns(
    path: Path, layout: TextLayout, *, names: Mapping[str, int], numbers: Mapping[str, int]
) -> Table:
    """Return some columns of a text table.

    Names stay text ("1.10" is not "1.1"). Empty lines are left out.

    Parameters
    ----------
    path, layout
        The file and how it is written.
    names, numbers : mapping of str to int
        Which column (from 0) is what, and how it is to be read.

    Raises
    ------
    BadRatingsFile
        If lines have more or fewer cells than the header; all are listed.
    """
    try:
        table = _arrow_table(path, layout, names.values(), numbers.values())
    except _NotNumbers:
        # Slower, but it keeps what stands there, so that it can be shown.
        table = _arrow_table(path, layout, [*names.values(), *numbers.values()], [])
    lines = _Lines(path=path, layout=layout)
    _refuse_spaced_quotes(path, table, layout, names.values(), lines)
    return Table(
        names={role: _names(table, index, layout.header[index]) for role, index in names.items()},
        numbers={role: _numbers(table, index, layout) for role, index in numbers.items()},
        n_rows=table.num_rows,
        row_of=lines,
    ).without_empty_rows()


class _NotNumbers(Exception):  # noqa: N818 - not an error: the column is read another way
    """A column of numbers holds something else."""


def _arrow_table(path: Path, layout: TextLayout, names: Any, numbers: Any) -> Any:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    has_ragged_lines = False

    def note_ragged_line(_row: object) -> str:
        nonlocal has_ragged_lines
        has_ragged_lines = True
        return "skip"

    text, number = pa.dictionary(pa.int32(), pa.string()), pa.float64()
    types = {str(i): text for i in names} | {str(i): number for i in numbers}
    try:
        table = arrow_csv.read_csv(
            path,
            read_options=arrow_csv.ReadOptions(
                column_names=[str(i) for i in range(len(layout.header))],
                skip_rows=layout.lines_before,
                encoding="utf8" if layout.encoding == "utf-8-sig" else layout.encoding,
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=layout.delimiter,
                newlines_in_values=True,
                invalid_row_handler=note_ragged_line,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=types,
                include_columns=list(types),
                null_values=list(NO_NUMBER),
                strings_can_be_null=False,
                decimal_point=layout.decimal,
            ),
        )
    except pa.ArrowInvalid as error:
        if "conversion error" in str(error):
            raise _NotNumbers from error
        if "Empty CSV" in str(error):
            raise refusal(path, "has a header and no rows") from error
        raise refusal(
            path,
            "is not a table",
            hint=f"Perhaps a quotation mark is opened and not closed. ({str(error).splitlines()[0]})",
        ) from error
    if has_ragged_lines:
        _refuse_ragged_lines(path, layout)
    return table


def _refuse_spaced_quotes(
    path: Path, table: Any, layout: TextLayout, indices: Iterable[int], row_of: Callable[[int], int]
) -> None:
    """Refuse names whose quotation mark stands after a space: it would not be one, but part of the name."""
    found = FoundProblems()
    for index in indices:
        codes, labels = _codes_and_labels(table, index)
        is_spaced = np.array([_has_spaced_quote(label) for label in labels] + [False])
        rows = np.flatnonzero(is_spaced[codes])
        column = relabelled(layout.header[index], codes, labels)
        found.add_each(
            rows.tolist(),
            number=len(rows),
            row_of=row_of,
            cell=column.header,
            value_of=column.text,
            reason_of=lambda _: "a quotation mark after a space does not quote",
        )
    found.refuse(path, hint="Remove the spaces after the separators, or the quotation marks.")


def _has_spaced_quote(label: str) -> bool:
    return label[:1].isspace() and label.lstrip().startswith('"')


def _codes_and_labels(table: Any, index: int) -> tuple[Codes, list[str]]:
    column = table.column(str(index)).unify_dictionaries()
    if column.num_chunks == 0:
        return np.empty(0, dtype=np.int32), []
    codes = np.concatenate([np.asarray(chunk.indices) for chunk in column.chunks])
    return codes, column.chunk(0).dictionary.to_pylist()


def _names(table: Any, index: int, header: str) -> NameColumn:
    return relabelled(header, *_codes_and_labels(table, index))


def _numbers(table: Any, index: int, layout: TextLayout) -> NumberColumn:
    import pyarrow as pa

    column = table.column(str(index))
    header = layout.header[index]
    if column.type == pa.float64():
        return NumberColumn(header=header, values=column.to_numpy().astype(np.float64), unreadable={})
    return numbers_from_names(_names(table, index, header), decimal=layout.decimal)


def numbers_from_names(column: NameColumn, *, decimal: str = ".") -> NumberColumn:
    """Return a column of text as numbers; true and false count as 1 and 0 where there is nothing else."""
    lower = [label.lower() for label in column.labels]
    are_truth_values = bool(lower) and all(label in _TRUE_AND_FALSE or label in NO_NUMBER for label in lower)
    values = np.full(len(lower) + 1, np.nan)
    is_unreadable = np.zeros(len(lower) + 1, dtype=np.bool_)
    for i, label in enumerate(column.labels):
        number = _TRUE_AND_FALSE.get(lower[i]) if are_truth_values else number_from_text(label, decimal)
        values[i] = np.nan if number is None else number
        is_unreadable[i] = number is None and label not in NO_NUMBER
    rows = np.flatnonzero(is_unreadable[column.codes] & (column.codes != EMPTY))
    unreadable = {int(row): column.labels[column.codes[row]] for row in rows}
    return NumberColumn(header=column.header, values=values[column.codes], unreadable=unreadable)


@dataclass
class _Lines:
    """Which line of the file a data row is: only asked when something is to be said about it."""

    path: Path
    layout: TextLayout
    _shifts: tuple[Codes, Codes] | None = field(default=None, init=False)

    def __call__(self, row: int) -> int:
        if self._shifts is None:
            self._shifts = self._find_shifts()
        rows, shifts = self._shifts
        return self.layout.lines_before + 1 + row + int(shifts[np.searchsorted(rows, row, side="right") - 1])

    def _find_shifts(self) -> tuple[Codes, Codes]:
        """Return rows from which on the line is so much further down, after empty lines or broken cells."""
        found, row, line_before = [(0, 0)], 0, self.layout.lines_before
        with suppress(csv.Error):  # what comes after is counted as if every row were one line
            for line, cells in _lines_of_cells(self.path, self.layout):
                if cells:
                    shift = line_before - self.layout.lines_before - row
                    if shift != found[-1][1]:
                        found.append((row, shift))
                    row += 1
                line_before = line
        rows, shifts = np.array(found, dtype=np.int64).T
        return rows, shifts


def _refuse_ragged_lines(path: Path, layout: TextLayout) -> None:
    found, wanted = FoundProblems(), len(layout.header)
    line_before, is_broken = layout.lines_before, False
    try:
        for line, cells in _lines_of_cells(path, layout):
            if cells and len(cells) != wanted:
                is_broken = is_broken or any("\n" in cell for cell in cells)
                found.add(
                    line_before + 1,
                    "",
                    layout.delimiter.join(cells),
                    f"{len(cells)} cells where the header has {wanted} ({', '.join(layout.header)})",
                )
            line_before = line
    except csv.Error as error:
        raise unreadable_cells(path) from error
    found.refuse(path, hint="Perhaps a quotation mark is opened and not closed." if is_broken else "")


def _lines_of_cells(path: Path, layout: TextLayout) -> Any:
    with path.open(encoding=layout.encoding, errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=layout.delimiter)
        for _ in range(layout.lines_before):
            next(reader, None)
        for cells in reader:
            yield reader.line_num, cells
