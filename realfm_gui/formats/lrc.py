"""The ``.lrc`` files of LABMRMC and OR-DBM MRMC.

A title; then for every reader its description, and lines with one rating per modality and perhaps a
description of the case: negative cases, a line with ``*``, positive cases, a line with ``*``. The first
reader's description is followed by the modalities' names in quotes and, for each, ``L`` or ``S``: whether
large or small ratings mean disease. A line with ``#`` ends the file.
"""

import csv
import math
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from realfm_gui.analysis.mrmc.observer_data import observer_data
from realfm_gui.formats.assembly import general_notes
from realfm_gui.formats.columns import number_from_text
from realfm_gui.formats.problems import FoundProblems, refusal
from realfm_gui.formats.ratings_file import RatingsFile

_MODALITIES_LINE, _SIGNS_LINE, _HEADER_LINES = 2, 3, 4
_QUOTED = re.compile(r'^\s*("[^"]*"\s*)+$')


def is_lrc(head: str) -> bool:
    """Return whether a file begins as an ``.lrc`` file does."""
    lines = head.splitlines()[:_HEADER_LINES]
    return (
        len(lines) == _HEADER_LINES
        and _QUOTED.match(lines[_MODALITIES_LINE]) is not None
        and bool(_signs(lines[_SIGNS_LINE]))
    )


@dataclass(slots=True)
class _ReaderBlock:
    """One reader's lines: (line number, cells) of negative and of positive cases."""

    name: str
    line: int
    negative: list[tuple[int, str]] = field(default_factory=list)
    positive: list[tuple[int, str]] = field(default_factory=list)
    is_finished: bool = False

    @property
    def counts(self) -> tuple[int, int]:
        return len(self.negative), len(self.positive)


def read_lrc(path: Path, encoding: str) -> RatingsFile:
    """Read an ``.lrc`` file.

    Raises
    ------
    BadRatingsFile
        With every line that cannot be used.
    """
    lines = path.read_text(encoding=encoding).splitlines()
    if not is_lrc("\n".join(lines[:_HEADER_LINES])):
        raise refusal(
            path,
            "does not begin as an .lrc file does",
            hint="Its lines are: a title, a reader, the modalities in quotation marks, L or S for each.",
        )
    quoted = lines[_MODALITIES_LINE].strip()
    if len(quoted) > csv.field_size_limit():
        raise refusal(path, "has a line of modalities that is longer than any names")
    modalities = next(csv.reader([quoted], delimiter=" ", skipinitialspace=True))
    modalities = [name.strip() for name in modalities if name.strip()]
    signs = _signs(lines[_SIGNS_LINE])
    found = FoundProblems()
    if len(signs) != len(modalities):
        found.add(
            _SIGNS_LINE + 1,
            "L or S",
            lines[_SIGNS_LINE].strip(),
            f"there are {len(modalities)} modalities and {len(signs)} letters L or S",
        )
    _report_double_names(modalities, found)
    found.refuse(path)
    blocks = _blocks(lines, found)
    _report_other_counts(blocks, found)
    found.refuse(path)
    if not blocks or not sum(blocks[0].counts):
        raise refusal(path, "holds no rating")
    ratings, labels = _ratings(blocks, len(modalities), found)
    found.refuse(path)
    flip = np.array([-1.0 if sign == "S" else 1.0 for sign in signs])
    n_negative, n_positive = blocks[0].counts
    data = observer_data(
        np.where(flip[:, None, None] < 0, -ratings, ratings),
        np.repeat([False, True], [n_negative, n_positive]),
        modalities=modalities,
        readers=[block.name for block in blocks],
        cases=labels if len(set(labels)) == len(labels) and all(labels) else None,
    )
    turned = [name for name, sign in zip(modalities, signs, strict=True) if sign == "S"]
    notes = (f"Small ratings mean disease in {', '.join(turned)}: their sign was turned.",) if turned else ()
    return RatingsFile(data=data, format="LABMRMC / OR-DBM (.lrc)", notes=(*notes, *general_notes(data)))


def _signs(line: str) -> list[str]:
    words = line.upper().split()
    return words if words and all(word in {"L", "S", "LARGE", "SMALL"} for word in words) else []


def _report_double_names(modalities: list[str], found: FoundProblems) -> None:
    for name in sorted({name for name in modalities if modalities.count(name) > 1}):
        found.add(_MODALITIES_LINE + 1, "modalities", name, "two modalities have the same name")


def _blocks(lines: list[str], found: FoundProblems) -> list[_ReaderBlock]:
    blocks = [_ReaderBlock(name=lines[1].strip(), line=2)]
    is_positive, is_ended = False, False
    for number, line in enumerate(lines[_HEADER_LINES:], start=_HEADER_LINES + 1):
        text = line.strip()
        if not text:
            continue
        if text.startswith("#"):
            is_ended = True
            break
        if blocks[-1].is_finished:
            blocks.append(_ReaderBlock(name=text, line=number))
            is_positive = False
        elif text.startswith("*"):
            blocks[-1].is_finished = is_positive
            is_positive = True
        else:
            (blocks[-1].positive if is_positive else blocks[-1].negative).append((number, text))
    if not blocks[-1].is_finished:
        found.add(
            len(lines),
            "",
            lines[-1].strip(),
            f"the file ends in the middle of reader {blocks[-1].name}: its cases do not end with '*'",
        )
    elif not is_ended:
        found.add(
            len(lines), "", lines[-1].strip(), "the file does not end with a line '#': it may be cut off"
        )
    names = [block.name for block in blocks]
    for i, block in enumerate(blocks):
        if not block.name or block.name in names[:i]:
            found.add(
                block.line,
                "reader",
                block.name,
                "two readers have the same name" if block.name else "no name",
            )
    return blocks


def _report_other_counts(blocks: list[_ReaderBlock], found: FoundProblems) -> None:
    for block in blocks[1:]:
        if block.counts != blocks[0].counts:
            found.add(
                block.line,
                "reader",
                block.name,
                f"this reader has {block.counts[0]} negative and {block.counts[1]} positive cases, the first "
                f"one {blocks[0].counts[0]} and {blocks[0].counts[1]}",
            )


def _ratings(
    blocks: list[_ReaderBlock], n_modalities: int, found: FoundProblems
) -> tuple[np.ndarray[tuple[int, int, int], np.dtype[np.float64]], list[str]]:
    """Return ratings of shape (modalities, readers, cases) and the cases' descriptions."""
    ratings = np.full((n_modalities, len(blocks), sum(blocks[0].counts)), np.nan)
    labels: list[str] = []
    for reader, block in enumerate(blocks):
        for case, (line, text) in enumerate([*block.negative, *block.positive]):
            cells = text.split(maxsplit=n_modalities)
            if len(cells) < n_modalities:
                what = f"{len(cells)} ratings where there are {n_modalities} modalities"
                found.add(line, "rating", text, what)
                labels.extend([""] * (reader == 0))
                continue
            label = cells[n_modalities] if len(cells) > n_modalities else ""
            if reader == 0:
                labels.append(label)
            elif label != labels[case]:
                found.add(line, "case", label, f"the first reader has '{labels[case]}' at this place")
            for modality, cell in enumerate(cells[:n_modalities]):
                number = number_from_text(cell)
                if number is None or math.isnan(number):
                    found.add(line, f"rating {modality + 1}", cell, "not a number")
                else:
                    ratings[modality, reader, case] = number
    return ratings, labels
