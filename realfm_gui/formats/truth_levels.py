"""What a file calls positive."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realfm_gui.formats.columns import NameColumn, number_from_text
from realfm_gui.formats.problems import FoundProblems

UNKNOWN, NEGATIVE, POSITIVE = -1, 0, 1

_NEGATIVE_WORDS = frozenset(
    (
        "0",
        "false",
        "f",
        "no",
        "n",
        "negative",
        "neg",
        "normal",
        "benign",
        "nondiseased",
        "non-diseased",
        "healthy",
        "absent",
        "control",
    )
)
_POSITIVE_WORDS = frozenset(
    (
        "1",
        "true",
        "t",
        "yes",
        "y",
        "positive",
        "pos",
        "abnormal",
        "malignant",
        "diseased",
        "cancer",
        "present",
        "case",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthColumn:
    """The truth of every row.

    Attributes
    ----------
    values : int8 array of shape (rows,)
        `UNKNOWN`, `NEGATIVE` or `POSITIVE`.
    notes : tuple of str
        Which of two unusual levels was taken as positive.
    """

    values: NDArray[np.int8]
    notes: tuple[str, ...] = ()


def truth_from_names(column: NameColumn, row_of: Callable[[int], int], found: FoundProblems) -> TruthColumn:
    """Return the truth of every row of a column of text.

    0 and 1, false and true, negative and positive (and what else is usual) are known; of two other levels
    the higher one is positive: by value if both are numbers, otherwise the later one in the alphabet, as in
    a factor in R. Everything else is a problem.

    Parameters
    ----------
    column : NameColumn
        The column.
    row_of : function
        Where a row stands in the file.
    found : FoundProblems
        Takes the problems.
    """
    used = np.unique(column.codes[column.codes >= 0])
    levels = {int(code): _known_level(column.labels[code]) for code in used}
    notes: tuple[str, ...] = ()
    if None in levels.values():
        unknown = [code for code, level in levels.items() if level is None]
        if len(levels) == 2:
            low, high = sorted(levels, key=lambda code: _order(column.labels[code]))
            levels = {low: NEGATIVE, high: POSITIVE}
            notes = (
                f"In column '{column.header}' '{column.labels[high]}' was taken as positive and "
                f"'{column.labels[low]}' as negative.",
            )
        else:
            _report_unknown(column, unknown, row_of, found)
    by_code = np.full(len(column.labels) + 1, UNKNOWN, dtype=np.int8)
    for code, level in levels.items():
        by_code[code] = UNKNOWN if level is None else level
    return TruthColumn(values=by_code[column.codes], notes=notes)


def _known_level(label: str) -> int | None:
    word = label.lower()
    number = number_from_text(word)
    if word in _NEGATIVE_WORDS or number == 0:
        return NEGATIVE
    if word in _POSITIVE_WORDS or number == 1:
        return POSITIVE
    return None


def _order(label: str) -> tuple[bool, float, str]:
    number = number_from_text(label)
    return (number is None, number or 0.0, label)


def _report_unknown(
    column: NameColumn, unknown: list[int], row_of: Callable[[int], int], found: FoundProblems
) -> None:
    rows = np.flatnonzero(np.isin(column.codes, unknown))
    found.add_each(
        (int(row) for row in rows),
        number=len(rows),
        row_of=row_of,
        cell=column.header,
        value_of=column.text,
        reason_of=lambda _: "the truth is neither negative (0) nor positive (1)",
    )
