"""Files that a command writes: all of each or nothing of it, and never over what was read."""

import csv
import io
import json
import os
from collections.abc import Sequence
from pathlib import Path

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.formats.atomic_output import refuse_special, written_whole
from realfm_gui.formats.problems import Problem


def problems_csv(problems: Sequence[Problem], number: int | None = None) -> str:
    """Return problems as CSV with the columns row, cell, value and reason.

    Parameters
    ----------
    problems : sequence of Problem
        Those that are known one by one.
    number : int, optional
        How many there are; a last line says how many are not listed.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["row", "cell", "value", "reason"])
    for problem in problems:
        row = "" if problem.row is None else problem.row
        writer.writerow([row, *map(_inert, (problem.cell, problem.value, problem.reason))])
    left_out = 0 if number is None else number - len(problems)
    if left_out > 0:
        writer.writerow(["", "", "", f"and {left_out:,} more, which are not listed"])
    return text.getvalue()


def json_text(value: object, *, is_ascii: bool = False) -> str:
    """Return JSON; a number that is not finite is a bug here and raises `ValueError`.

    `is_ascii` is for standard output, whose encoding is not ours to choose.
    """
    return json.dumps(value, indent=2, ensure_ascii=is_ascii, allow_nan=False) + "\n"


def refuse_overwriting(inputs: Sequence[Path | None], outputs: Sequence[Path | None]) -> None:
    """Refuse to write over what is read, twice to one place, or where no file can be written.

    Asked before anything is computed, so that no hour of work ends at a folder that is not there.

    Raises
    ------
    UserFacingError
        Naming the file.
    """
    taken = {path.resolve(): "is what is read" for path in inputs if path is not None}
    for path in outputs:
        if path is None:
            continue
        reason = taken.setdefault(path.resolve(), "")
        if reason:
            raise UserFacingError(f"{path} {reason}; it is not overwritten.", hint="Choose another name.")
        taken[path.resolve()] = "is already to be written to"
        _refuse_place(path)


def write_whole_text(path: Path, text: str) -> None:
    """Write a file the user asked for: all of it or nothing.

    Raises
    ------
    UserFacingError
        If it cannot be written.
    """
    with written_whole(path) as partial:
        partial.write_bytes(text.encode("utf-8"))


def _refuse_place(path: Path) -> None:
    refuse_special(path)
    folder = path.parent
    if not folder.is_dir():
        raise UserFacingError(
            f"{path} cannot be written: there is no folder {folder}.",
            hint="Make the folder, or choose another place.",
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UserFacingError(
            f"{path} cannot be written: you may not write in the folder {folder}.",
            hint="Choose another place.",
        )


def _inert(text: str) -> str:
    """Return text that no spreadsheet runs as a formula (CWE-1236)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
