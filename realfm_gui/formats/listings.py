"""Text files that look like reader-study data and are none: what they are, in a sentence of their own."""

import re
from pathlib import Path

from realfm_gui.formats.problems import BadRatingsFile, refusal

_LISTING = re.compile(r"MULTIREADER-MULTICASE ROC ANALYSIS OF VARIANCE", re.IGNORECASE)
_PROGRAM = re.compile(r"\b(OR-DBM MRMC|DBM MRMC|OBUMRM\w*)\b[ \t]*([\d.]*)", re.IGNORECASE)
_BEGINNING = 2048
_FORTRAN_COMMENT = re.compile(r"^[cC*!](\s|$)")


def refuse_listing(path: Path, head: str) -> None:
    """Refuse a listing of results, or a description of a format.

    Raises
    ------
    BadRatingsFile
        Saying what the file is.
    """
    reason = _listing(path, head) or _description(path, head)
    if reason is not None:
        raise reason


def _listing(path: Path, head: str) -> BadRatingsFile | None:
    if _LISTING.search(head) is None:
        return None
    program = _PROGRAM.search(head)
    name = "another program" if program is None else f"{program.group(1)} {program.group(2)}".strip()
    return refusal(
        path,
        f"is a listing of results that {name} printed, not ratings",
        hint="Open the file that the listing was computed from (often the .lrc beside it).",
    )


def _description(path: Path, head: str) -> BadRatingsFile | None:
    lines = [line for line in head[:_BEGINNING].splitlines() if line.strip()]
    if len(lines) < 2 or not all(_FORTRAN_COMMENT.match(line) for line in lines):
        return None
    return refusal(
        path,
        "describes a file format in the comments of a program and holds no ratings",
        hint="Open a file with ratings.",
    )
