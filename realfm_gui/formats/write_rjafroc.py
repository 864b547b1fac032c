"""Writing RJafroc's workbooks, new format: sheets TP, FP and Truth, ROC or FROC."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.formats.atomic_output import written_whole
from realfm_gui.formats.omissions import (
    lost_parts,
    refuse_findings,
    refuse_infinite,
    refuse_names,
)
from realfm_gui.formats.write_marks import lesion_rows, marks_of, refuse_positives_without_lesion

MOST_ROWS = 1_048_576
"""Rows of a sheet."""

_NAME = "An RJafroc workbook"
_WHOLE_NUMBER = re.compile(r"^(0|[1-9]\d{0,8})$")
_TP = ("ReaderID", "ModalityID", "CaseID", "LesionID", "TP_Rating")
_FP = ("ReaderID", "ModalityID", "CaseID", "FP_Rating")
_TRUTH = ("CaseID", "LesionID", "Weight", "ReaderID", "ModalityID", "Paradigm")


def write_rjafroc_xlsx(data: ObserverData, path: Path) -> tuple[str, ...]:
    """Write an RJafroc workbook: FROC where the study has marks, ROC otherwise.

    Cases are numbered where their names are not whole numbers. A name that looks like a formula is written
    as text.

    Returns
    -------
    tuple of str
        What the file does not hold, a sentence each.

    Raises
    ------
    UserFacingError
        If a case has several findings, a name contains a comma or parentheses, a rating is infinite, a sheet
        would be too long, or the file cannot be written.
    """
    from openpyxl import Workbook

    refuse_findings(data, _NAME)
    refuse_names((*data.modalities, *data.readers), ",()", _NAME)
    if data.marks is None:
        refuse_infinite(data, _NAME)
    else:
        refuse_positives_without_lesion(data, data.marks)
    numbers, renumbered = _case_numbers(data)
    design, design_note = _design(data)
    words = ("ROC" if data.marks is None else "FROC", design)
    rating_rows = _roc_rows if data.marks is None else _froc_rows
    with written_whole(path) as partial, partial.open("wb") as file:
        book = Workbook(write_only=True)
        try:
            for title, header in (("TP", _TP), ("FP", _FP)):
                rows = (row for row in rating_rows(data, numbers) if len(row) == len(header))
                _add_sheet(book, title, header, rows)
            _add_sheet(book, "TRUTH", _TRUTH, _truth_rows(data, numbers, words))
            book.save(file)
        finally:
            for sheet in book.worksheets:  # which hold open files of their own until they are closed
                if not sheet.closed:
                    sheet.close()
    return (*renumbered, *design_note, *lost_parts(data, _NAME, marks=False))


def _case_numbers(data: ObserverData) -> tuple[list[int], tuple[str, ...]]:
    if all(_WHOLE_NUMBER.match(name) for name in data.cases):
        return [int(name) for name in data.cases], ()
    note = f"{_NAME} numbers its cases: they are 1 to {len(data.cases)} in the order of the study."
    return list(range(1, len(data.cases) + 1)), (note,)


def _design(data: ObserverData) -> tuple[str, tuple[str, ...]]:
    """Return RJafroc's word for the design, and a note where it has none."""
    read = data.was_read
    if data.is_complete:
        return "FCTRL", ()
    if (read.any(axis=2).sum(axis=0) == 1).all():
        return "SPLIT-PLOT-A", ()
    if (read.any(axis=0).sum(axis=0) == 1).all():
        return "SPLIT-PLOT-C", ()
    return "SPLIT-PLOT", ("RJafroc analyses crossed and split-plot designs only; this study is neither.",)


def _roc_rows(data: ObserverData, numbers: list[int]) -> Iterator[tuple[Any, ...]]:
    for m, r, c in np.argwhere(data.was_read):
        names = (data.readers[r], data.modalities[m], numbers[c])
        rating = float(data.ratings[m, r, c])
        yield (*names, 1, rating) if data.is_positive[c] else (*names, rating)


def _froc_rows(data: ObserverData, numbers: list[int]) -> Iterator[tuple[Any, ...]]:
    marks = marks_of(data, _NAME)
    for m, r, c, lesion, rating in zip(
        marks.modality, marks.reader, marks.case, marks.lesion.tolist(), marks.rating.tolist(), strict=True
    ):
        names = (data.readers[r], data.modalities[m], numbers[c])
        yield (*names, lesion + 1, rating) if lesion >= 0 else (*names, rating)


def _truth_rows(data: ObserverData, numbers: list[int], words: tuple[str, str]) -> Iterator[tuple[Any, ...]]:
    n_written = 0
    for case, number in enumerate(numbers):
        lesions = [(1, 1.0)] if data.is_positive[case] else [(0, 0.0)]
        if data.marks is not None:
            lesions = lesion_rows(data.marks, case)
        for lesion, weight in lesions:
            for readers, modalities in _who_read(data, case):
                word = (words[n_written],) if n_written < len(words) else ()
                yield (number, lesion, weight, readers, modalities, *word)
                n_written += 1


def _who_read(data: ObserverData, case: int) -> list[tuple[str, str]]:
    """Return lists of readers and, for each, of the modalities in which just these read the case."""
    read = data.was_read[:, :, case]
    modalities_of: dict[str, list[str]] = {}
    for m, modality in enumerate(data.modalities):
        readers = ", ".join(name for name, is_read in zip(data.readers, read[m], strict=True) if is_read)
        if readers:
            modalities_of.setdefault(readers, []).append(modality)
    return [(readers, ", ".join(names)) for readers, names in modalities_of.items()]


def _add_sheet(book: Any, title: str, header: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    sheet = book.create_sheet(title)
    sheet.append(list(header))
    for number, row in enumerate(rows, start=2):
        if number > MOST_ROWS:
            raise UserFacingError(
                f"{_NAME} holds at most {MOST_ROWS:,} rows in a sheet, and this study has more.",
                hint="Write a tidy table or Parquet.",
            )
        sheet.append([_cell(sheet, value) for value in row])


def _cell(sheet: Any, value: str | int | float) -> Any:
    """Return what is written for a value, so that it comes back as it is.

    A text stays text, whatever it begins with: a name like =1+1 is no formula. A number keeps its 17th
    digit, which the library would round away.
    """
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, str):
        if not value.startswith(("=", "+", "-", "@")):
            return value
        cell = WriteOnlyCell(sheet, value=value)
        cell.data_type = "s"
        cell.quotePrefix = True
        return cell
    if float(f"{value:.16g}") == value:
        return value
    cell = WriteOnlyCell(sheet, value=repr(value))
    cell.data_type = "n"
    return cell
