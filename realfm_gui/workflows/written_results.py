"""Files that a command writes: all of each or nothing of it, and never over what was read."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.formats.problems import Problem


def problems_csv(problems: Sequence[Problem]) -> str:
    """Return problems as CSV with the columns row, cell, value and reason."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["row", "cell", "value", "reason"])
    for problem in problems:
        row = "" if problem.row is None else problem.row
        writer.writerow([row, *map(_inert, (problem.cell, problem.value, problem.reason))])
    return text.getvalue()


def json_text(value: object) -> str:
    """Return JSON; a number that is not finite is a bug here and raises `ValueError`."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def refuse_overwriting(inputs: Sequence[Path | None], outputs: Sequence[Path | None]) -> None:
    """Refuse to write over what was read, or twice to one place.

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


def write_whole_text(path: Path, text: str) -> None:
    """Write a file the user asked for: all of it or nothing.

    Raises
    ------
    UserFacingError
        If it cannot be written.
    """
    from realfm_gui.storage.atomic_files import write_atomically

    try:
        write_atomically(path, text.encode("utf-8"))
    except OSError as error:
        raise UserFacingError(
            f"{path} cannot be written: {error.strerror}.", hint="Choose another place."
        ) from error


def _inert(text: str) -> str:
    """Return text that no spreadsheet runs as a formula (CWE-1236)."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
