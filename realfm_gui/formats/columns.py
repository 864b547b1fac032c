"""Columns of a table as arrays: names as numbers, numbers as they are."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

EMPTY = -1
"""The code of an empty cell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameColumn:
    """A column of text.

    Attributes
    ----------
    header : str
        The column's name in the file.
    codes : integer array of shape (rows,)
        Indices into `labels`, `EMPTY` where the cell is; 32 bits, because there may be ten million.
    labels : tuple of str
        Every text of the column once.
    """

    header: str
    codes: Codes
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.codes.size and not EMPTY <= self.codes.min() <= self.codes.max() < len(self.labels):
            raise ValueError("a code stands for no label")

    def text(self, row: int) -> str:
        """Return the text of one row."""
        code = int(self.codes[row])
        return "" if code == EMPTY else self.labels[code]

    def of_rows(self, rows: Bools | Codes) -> "NameColumn":
        """Return the column of some rows only (mask or indices)."""
        return NameColumn(header=self.header, codes=self.codes[rows], labels=self.labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberColumn:
    """A column of numbers.

    Attributes
    ----------
    header : str
        The column's name in the file.
    values : array of shape (rows,)
        NaN where the cell is empty or holds no number.
    unreadable : mapping of int to str
        Rows that hold something else than a number, and what.
    """

    header: str
    values: Floats
    unreadable: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The wanted columns of a table, by what they mean ("reader", "rating", ...).

    Attributes
    ----------
    names, numbers : mapping of str to column
        All of the same length.
    n_rows : int
        That length; empty lines are not rows.
    row_of : function of int
        Where a data row (from 0) stands in the file, counted from 1 as an editor counts.
    """

    names: Mapping[str, NameColumn]
    numbers: Mapping[str, NumberColumn]
    n_rows: int
    row_of: Callable[[int], int]

    def of_rows(self, mask: Bools) -> "Table":
        """Return the table of some rows only."""
        kept = np.flatnonzero(mask)
        new_row = {int(old): new for new, old in enumerate(kept)} if self._has_unreadable() else {}
        return Table(
            names={role: column.of_rows(kept) for role, column in self.names.items()},
            numbers={
                role: NumberColumn(
                    header=column.header,
                    values=column.values[kept],
                    unreadable={new_row[r]: text for r, text in column.unreadable.items() if r in new_row},
                )
                for role, column in self.numbers.items()
            },
            n_rows=len(kept),
            row_of=lambda row: self.row_of(int(kept[row])),
        )

    def without_empty_rows(self) -> "Table":
        """Return the table without rows in which no wanted cell holds anything."""
        used = np.zeros(self.n_rows, dtype=np.bool_)
        for names in self.names.values():
            used |= names.codes != EMPTY
        for numbers in self.numbers.values():
            used |= ~np.isnan(numbers.values)
            used[list(numbers.unreadable)] = True
        return self if used.all() else self.of_rows(used)

    def _has_unreadable(self) -> bool:
        return any(column.unreadable for column in self.numbers.values())


def name_column(header: str, texts: Sequence[str]) -> NameColumn:
    """Return a column from its texts; outer spaces do not count, and a text of nothing else is empty."""
    numbers: dict[str, int] = {}
    codes = np.fromiter((numbers.setdefault(text, len(numbers)) for text in texts), np.int32, len(texts))
    return relabelled(header, codes, tuple(numbers))


def relabelled(header: str, codes: Codes, labels: Sequence[str]) -> NameColumn:
    """Return a column whose labels are cleaned of outer spaces, joined where they become equal."""
    stripped = [label.strip() for label in labels]
    number: dict[str, int] = {}
    for text in stripped:
        if text:
            number.setdefault(text, len(number))
    new = np.array([number.get(text, EMPTY) for text in stripped] + [EMPTY], dtype=np.int32)
    return NameColumn(header=header, codes=new[codes], labels=tuple(number))


def in_order_of_appearance(column: NameColumn) -> NameColumn:
    """Return the column with its labels in the order in which the rows name them, and no others."""
    first = np.full(len(column.labels), len(column.codes), dtype=np.int64)
    used = np.flatnonzero(column.codes != EMPTY)
    # Backwards, so that of several rows with the same name the first one is what remains.
    first[column.codes[used[::-1]]] = used[::-1]
    order = np.argsort(first, kind="stable")
    order = order[first[order] < len(column.codes)]
    new = np.full(len(column.labels) + 1, EMPTY, dtype=np.int32)
    new[order] = np.arange(len(order))
    labels = tuple(column.labels[i] for i in order)
    return NameColumn(header=column.header, codes=new[column.codes], labels=labels)


def in_given_order(column: NameColumn, labels: Iterable[str]) -> NameColumn:
    """Return the column with these labels first, in this order, used or not; others follow."""
    number: dict[str, int] = {}
    for label in (*labels, *column.labels):
        number.setdefault(label, len(number))
    new = np.array([number[label] for label in column.labels] + [EMPTY], dtype=np.int32)
    return NameColumn(header=column.header, codes=new[column.codes], labels=tuple(number))


def number_from_text(text: str, decimal: str = ".") -> float | None:
    """Return the number that a cell writes, None where it writes none."""
    plain = text.strip() if decimal == "." else text.strip().replace(decimal, ".", 1)
    if "_" in plain:  # Python's own digit grouping, which no other program means
        return None
    try:
        return float(plain)
    except ValueError:
        return None
