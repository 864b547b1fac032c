"""What is wrong with a file of ratings, cell by cell."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from realfm_gui.domain.errors import UserFacingError

MOST_LISTED = 1000
"""So many problems are listed one by one; of the others only the number is kept."""

_LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One finding about one cell.

    Attributes
    ----------
    row : int or None
        Counted from 1 as a text editor or a spreadsheet counts, the header included; None where the finding
        is about the whole file.
    cell : str
        The column's name, or ``sheet!C5`` in a workbook.
    value : str
        What stands there; empty where nothing does.
    reason : str
        Why that cannot be used, in words that go on after a colon.
    """

    row: int | None
    cell: str
    value: str
    reason: str

    def sentence(self) -> str:
        """Return the finding as one sentence that names the place."""
        if self.row is None:
            return f"{self.cell}: {self.reason}." if self.cell else f"{self.reason}."
        place = f"cell {self.cell}" if "!" in self.cell else f"row {self.row}"
        if "!" not in self.cell and self.cell:
            place += f", column '{self.cell}'"
        return f"{place} {f'({shortened(self.value)!r})' if self.value else '(empty)'}: {self.reason}."


class BadRatingsFile(UserFacingError):  # noqa: N818 - named for what the user has, as its base class
    """A file of ratings that cannot be used, with every problem found in it.

    Parameters
    ----------
    message, hint : str
        As for every `UserFacingError`.
    problems : sequence of Problem
        All of them, but at most `MOST_LISTED`.
    number : int, optional
        How many there are, where that is more than are listed.
    """

    def __init__(
        self, message: str, *, hint: str = "", problems: Sequence[Problem] = (), number: int | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.problems = tuple(problems)
        self.number = len(self.problems) if number is None else number

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.message, self.hint, self.problems, self.number)


def _rebuild(
    cls: type[BadRatingsFile], message: str, hint: str, problems: tuple[Problem, ...], number: int
) -> BadRatingsFile:
    return cls(message, hint=hint, problems=problems, number=number)


class FoundProblems:
    """The problems of one file while it is read; nothing is refused before all are known."""

    def __init__(self) -> None:
        self.listed: list[Problem] = []
        self.number = 0

    def add(self, row: int | None, cell: str, value: str, reason: str) -> None:
        """Note one problem."""
        self.number += 1
        if len(self.listed) < MOST_LISTED:
            self.listed.append(Problem(row=row, cell=cell, value=value, reason=reason))

    def add_each(
        self,
        indices: Iterable[int],
        *,
        number: int,
        row_of: Callable[[int], int],
        cell: str,
        value_of: Callable[[int], str],
        reason_of: Callable[[int], str],
    ) -> None:
        """Note one problem for each of `number` data rows, in words only for those that will be listed."""
        room = MOST_LISTED - len(self.listed)
        for index, _ in zip(indices, range(room), strict=False):
            self.listed.append(
                Problem(row=row_of(index), cell=cell, value=value_of(index), reason=reason_of(index))
            )
        self.number += number

    def refuse(self, path: Path, *, hint: str = "") -> None:
        """Raise `BadRatingsFile` if anything was found."""
        if not self.number:
            return
        more = self.number - 1
        others = "" if not more else f" There {'is 1 more problem' if more == 1 else f'are {more:,} more'}."
        raise BadRatingsFile(
            f"{path.name} cannot be used. {_capitalised(self.listed[0].sentence())}{others}",
            hint=hint or "Correct the file and open it again.",
            problems=self.listed,
            number=self.number,
        )


def refusal(path: Path, reason: str, *, hint: str = "") -> BadRatingsFile:
    """Return the refusal of a whole file; `reason` goes on after its name."""
    problem = Problem(row=None, cell="", value="", reason=f"{path.name} {reason}")
    return BadRatingsFile(f"{path.name} {reason}.", hint=hint, problems=[problem])


def shortened(value: str) -> str:
    """Return the beginning of a cell that is too long to be quoted whole."""
    return value if len(value) <= _LONGEST_VALUE else value[:_LONGEST_VALUE] + "…"


def _capitalised(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
