"""The truth in a table of its own: one row per case, or one per lesion."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from realfm_gui.formats.column_roles import column_roles, need_columns
from realfm_gui.formats.columns import Table, number_from_text
from realfm_gui.formats.lesions import weights_problem
from realfm_gui.formats.problems import FoundProblems, refusal
from realfm_gui.formats.ratings_file import ColumnNames
from realfm_gui.formats.text_columns import read_text_columns
from realfm_gui.formats.text_layout import encoding_of, head_of, table_layout
from realfm_gui.formats.tidy import report_unreadable
from realfm_gui.formats.truth_levels import POSITIVE, UNKNOWN, truth_from_names


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthFile:
    """The truth of every case.

    Attributes
    ----------
    is_positive : mapping of str to bool
        By case, in the order of the file.
    lesions : mapping of str to mapping of int to float
        For every case the weights by lesion number; empty for negative cases.
    has_lesions : bool
        Whether the file has a column for lesions.
    notes : tuple of str
        What was assumed.
    """

    is_positive: Mapping[str, bool]
    lesions: Mapping[str, Mapping[int, float]]
    has_lesions: bool
    notes: tuple[str, ...] = ()


def read_truth(path: Path, columns: ColumnNames) -> TruthFile:
    """Read a table with the columns case and truth, and for localisation lesion_id and weight.

    Lesion 0, or none, means that the case has no lesion.

    Raises
    ------
    BadRatingsFile
        With every row that cannot be used.
    """
    if not path.is_file():
        raise refusal(path, "is no file", hint="Choose the file that holds the truth.")
    encoding = encoding_of(path)
    layout = table_layout(path, head_of(path, encoding), encoding)
    wanted = ColumnNames(
        case=_if_there(columns.case, layout.header), truth=_if_there(columns.truth, layout.header)
    )
    roles = column_roles(path, layout.header, wanted)
    need_columns(path, layout.header, roles, ("case", "truth"))
    table = read_text_columns(
        path,
        layout,
        names={role: roles[role] for role in ("case", "truth", "lesion") if role in roles},
        numbers={role: roles[role] for role in ("weight",) if role in roles},
    )
    found = FoundProblems()
    for column in table.numbers.values():
        report_unreadable(column, table.row_of, found)
    truth = truth_from_names(table.names["truth"], table.row_of, found)
    found.refuse(path)
    result = _Cases(table, found)
    for row, value in enumerate(truth.values.tolist()):
        result.add(row, value)
    result.check_weights()
    found.refuse(path)
    if not result.is_positive:
        raise refusal(path, "holds no case")
    return TruthFile(
        is_positive=result.is_positive,
        lesions=result.lesions,
        has_lesions="lesion" in roles,
        notes=truth.notes,
    )


def _if_there(name: str | None, header: tuple[str, ...]) -> str | None:
    """Return a name that the user gave for the ratings' table if this table has it, too."""
    return name if name in header else None


class _Cases:
    """What is known about every case while the rows go by."""

    def __init__(self, table: Table, found: FoundProblems) -> None:
        self.table, self.found = table, found
        self.is_positive: dict[str, bool] = {}
        self.lesions: dict[str, dict[int, float]] = {}
        self.first_row: dict[str, int] = {}

    def add(self, row: int, truth: int) -> None:
        """Take one row into account."""
        case = self.table.names["case"].text(row)
        if not case:
            self._report(row, "case", "", "the case is not named")
        elif truth == UNKNOWN:
            self._report(row, "truth", "", f"no truth for case {case}")
        elif case in self.is_positive and self.is_positive[case] != (truth == POSITIVE):
            first = self.table.row_of(self.first_row[case])
            text = self.table.names["truth"].text(row)
            self._report(row, "truth", text, f"case {case} has another truth in row {first}")
        else:
            self._add_lesion(row, case, truth == POSITIVE)

    def _add_lesion(self, row: int, case: str, is_positive: bool) -> None:
        column = self.table.names.get("lesion")
        number = 0 if column is None else whole_number(column.text(row) or "0")
        if column is not None:
            text = column.text(row)
            if number is None or number < 0:
                self._report(row, "lesion", text, "a lesion's number is a whole number, 0 for none")
                return
            if is_positive != (number > 0):
                which = "positive case without a lesion" if is_positive else "negative case with a lesion"
                self._report(row, "lesion", text, f"a {which} ({case})")
                return
        if case in self.is_positive and (not number or number in self.lesions[case]):
            what = f"lesion {number} of case {case}" if number else f"case {case}"
            first = self.table.row_of(self.first_row[case])
            self._report(row, "case", case, f"{what} stands there a second time (first in row {first})")
            return
        self.is_positive[case] = is_positive
        self.first_row.setdefault(case, row)
        self.lesions.setdefault(case, {})
        if number:
            self.lesions[case][number] = self._weight(row)

    def _weight(self, row: int) -> float:
        column = self.table.numbers.get("weight")
        weight = 0.0 if column is None or math.isnan(column.values[row]) else float(column.values[row])
        if weight < 0 or math.isinf(weight):
            self._report(row, "weight", f"{weight:g}", "a lesion's weight is a finite number of at least 0")
        return weight

    def check_weights(self) -> None:
        """Report cases whose weights do not add up."""
        for case, lesions in self.lesions.items():
            reason = weights_problem(list(lesions.values()))
            if reason is not None:
                self._report(self.first_row[case], "weight", case, f"case {case}: {reason}")

    def _report(self, row: int, role: str, value: str, reason: str) -> None:
        table = self.table
        header = (table.names.get(role) or table.numbers[role]).header
        self.found.add(table.row_of(row), header, value, reason)


def whole_number(text: str) -> int | None:
    """Return a whole number, also one written with a fraction of 0, or None."""
    number = number_from_text(text)
    return int(number) if number is not None and math.isfinite(number) and number == int(number) else None
