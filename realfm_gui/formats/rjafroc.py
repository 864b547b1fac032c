"""RJafroc's workbooks: sheets Truth, TP (or LL) and FP (or NL); old, new and crossed-modality formats.

References
----------
.. [1] Chakraborty DP, Zhai X. RJafroc: artificial intelligence systems and observer performance. CRAN
   package, chapters on data formats.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from realfm_gui.analysis.mrmc.observer_data import NO_LESION, Integers, Marks, observer_data
from realfm_gui.formats.assembly import general_notes, refuse_if_too_large, without_unread
from realfm_gui.formats.columns import Bools, Codes
from realfm_gui.formats.lesions import Lesions, lesions_of, ratings_from_marks
from realfm_gui.formats.problems import FoundProblems, refusal, shortened
from realfm_gui.formats.ratings_file import RatingsFile
from realfm_gui.formats.rjafroc_truth import RjafrocTruth, plain_header, read_truth_sheet
from realfm_gui.formats.workbook import Sheet, number_of, open_workbook, text_of, used_rows, whole_number_of

_TITLES = {"Truth": ("TRUTH",), "TP": ("TP", "LL"), "FP": ("FP", "NL")}
_OLD_FORMAT = (
    "The workbook does not say who read what: every reader is taken to have read every case in every "
    "modality in which the reader has a mark."
)


@dataclass(slots=True)
class _MarkList:
    """Marks as they are read: names, case, lesion (0 for none), rating, and the cell of each."""

    modality: list[str] = field(default_factory=list)
    reader: list[str] = field(default_factory=list)
    case: list[int] = field(default_factory=list)
    lesion: list[int] = field(default_factory=list)
    rating: list[float] = field(default_factory=list)
    ratings_as_text: int = 0
    notes: list[str] = field(default_factory=list)


def read_rjafroc(path: Path) -> RatingsFile:
    """Read an RJafroc workbook.

    Raises
    ------
    BadRatingsFile
        With every cell that cannot be used.
    """
    wanted = [title for titles in _TITLES.values() for title in titles]
    sheets, titles = open_workbook(path, wanted)
    truth_sheet, tp_sheet, fp_sheet = (_sheet(path, sheets, titles, name) for name in _TITLES)
    found = FoundProblems()
    truth = read_truth_sheet(path, truth_sheet, found)
    marks = _MarkList()
    for sheet, has_lesion in ((tp_sheet, True), (fp_sheet, False)):
        _read_marks(sheet, has_lesion, truth, marks, found)
    found.refuse(path)
    if not marks.rating:
        raise refusal(path, f"has no rows in its sheets '{tp_sheet.title}' and '{fp_sheet.title}'")
    return _study(path, truth, marks)


def _sheet(path: Path, sheets: Mapping[str, Sheet], titles: tuple[str, ...], name: str) -> Sheet:
    for title in _TITLES[name]:
        if title in sheets:
            return sheets[title]
    raise refusal(
        path,
        f"has no sheet '{' or '.join(_TITLES[name])}'; its sheets are "
        f"{shortened(', '.join(map(repr, titles))) or 'none'}",
        hint="RJafroc's workbooks have the sheets Truth, TP (or LL) and FP (or NL). "
        "Save other tables as CSV.",
    )


def _read_marks(
    sheet: Sheet, has_lesion: bool, truth: RjafrocTruth, marks: _MarkList, found: FoundProblems
) -> None:
    if not sheet.rows:
        marks.notes.append(f"Sheet '{sheet.title}' is empty.")
        return
    headers = [plain_header(cell) for cell in sheet.rows[0]]
    is_crossed = len(headers) > 2 and headers[2].startswith("modality")
    n_columns = 4 + is_crossed + has_lesion
    _note_headers(sheet, headers, n_columns, is_crossed, marks)
    first_hit: dict[tuple[str, str, int, int], int] = {}
    for number in used_rows(sheet, n_columns, found):
        _read_mark(sheet, number, is_crossed, has_lesion, truth, marks, found, first_hit)


def _read_mark(
    sheet: Sheet,
    number: int,
    is_crossed: bool,
    has_lesion: bool,
    truth: RjafrocTruth,
    marks: _MarkList,
    found: FoundProblems,
    first_hit: dict[tuple[str, str, int, int], int],
) -> None:
    before = found.number

    def report(place: int, reason: str) -> None:
        found.add(number, sheet.name(number, place), text_of(sheet.cell(number, place)), reason)

    texts = [text_of(sheet.cell(number, place)) for place in range(2 + is_crossed)]
    for place, text in enumerate(texts):
        if not text:
            report(place, "names nobody" if place == 0 else "names nothing")
    reader, modality = texts[0], " / ".join(texts[1:])
    case_place = 2 + is_crossed
    case = whole_number_of(sheet.cell(number, case_place))
    lesion = whole_number_of(sheet.cell(number, case_place + 1)) if has_lesion else 0
    rating_place = case_place + 1 + has_lesion
    cell = sheet.cell(number, rating_place)
    rating = number_of(cell)
    if case is None or case not in truth.lesions:
        report(case_place, "the Truth sheet has no such case")
    elif has_lesion and (lesion is None or lesion not in truth.lesions[case]):
        report(case_place + 1, f"case {case} has no such lesion in the Truth sheet")
    elif truth.reads is not None and all(texts) and (modality, reader) not in truth.reads[case]:
        report(0, f"by the Truth sheet reader {reader} did not read case {case} in modality {modality}")
    if rating is None:
        report(rating_place, "a rating is a finite number")
    if found.number > before or case is None or lesion is None or rating is None:
        return
    if has_lesion:
        other = first_hit.setdefault((modality, reader, case, lesion), number)
        if other != number:
            report(
                case_place + 1, f"reader {reader} has already hit this lesion of case {case} in row {other}"
            )
    marks.modality.append(modality)
    marks.reader.append(reader)
    marks.case.append(case)
    marks.lesion.append(lesion)
    marks.rating.append(rating)
    marks.ratings_as_text += isinstance(cell, str)


def _note_headers(
    sheet: Sheet, headers: list[str], n_columns: int, is_crossed: bool, marks: _MarkList
) -> None:
    expected = ["reader", "modality", *(["modality"] if is_crossed else []), "case"]
    for place, (wanted, header) in enumerate(zip(expected, headers, strict=False)):
        if not header.startswith(wanted):
            marks.notes.append(
                f"Cell {sheet.name(1, place)} says '{text_of(sheet.cell(1, place))}'; by its place the "
                f"column is taken as the {wanted}."
            )
    further = [text_of(cell) for cell in sheet.rows[0][n_columns:] if text_of(cell)]
    if further:
        marks.notes.append(f"Columns of sheet '{sheet.title}' that were not used: {', '.join(further)}.")


def _study(path: Path, truth: RjafrocTruth, marks: _MarkList) -> RatingsFile:
    readers = truth.readers or tuple(dict.fromkeys(marks.reader))
    modalities = truth.modalities or tuple(dict.fromkeys(marks.modality))
    cases = tuple(truth.lesions)
    shape = (len(modalities), len(readers), len(cases))
    n_reads = len(cases) if truth.reads is None else sum(map(len, truth.reads.values()))
    refuse_if_too_large(path, shape, n_rows=len(marks.rating) + n_reads)
    codes = tuple(
        _codes(values, names)
        for values, names in ((marks.modality, modalities), (marks.reader, readers), (marks.case, cases))
    )
    place: Codes = np.ravel_multi_index(codes, shape).astype(np.int64)
    is_read = _is_read(truth, modalities, readers, codes[:2], shape)
    rating = np.array(marks.rating)
    lesions = lesions_of(list(truth.lesions.values()))
    is_positive = np.array([bool(truth.lesions[case]) for case in cases], dtype=np.bool_)
    paradigm, notes = _paradigm(truth.paradigm, marks, place, is_read, is_positive)
    if paradigm == "FROC":
        ratings = ratings_from_marks(place, rating, is_read)
    else:
        ratings = np.full(shape, np.nan)
        ratings.flat[place] = rating
    whole = observer_data(
        ratings,
        is_positive,
        modalities=modalities,
        readers=readers,
        cases=[str(case) for case in cases],
        marks=None if paradigm == "ROC" else _marks(marks, codes, lesions),
    )
    data, left_out = without_unread(whole)
    as_text = (f"{marks.ratings_as_text:,} ratings are stored as text.",) if marks.ratings_as_text else ()
    who = () if truth.reads is not None else (_OLD_FORMAT,)
    return RatingsFile(
        data=data,
        format=f"RJafroc workbook ({paradigm})",
        notes=(*marks.notes, *notes, *as_text, *who, *left_out, *general_notes(data)),
    )


def _codes(values: Sequence[str | int], names: Sequence[str | int]) -> Integers:
    number = {name: i for i, name in enumerate(names)}
    return np.array([number[value] for value in values], dtype=np.int64)


def _is_read(
    truth: RjafrocTruth,
    modalities: tuple[str, ...],
    readers: tuple[str, ...],
    pairs: tuple[Integers, ...],
    shape: tuple[int, int, int],
) -> Bools:
    """Return who read what, shape (modalities, readers, cases)."""
    is_read = np.zeros(shape, dtype=np.bool_)
    if truth.reads is None:
        is_read[pairs] = True
        return is_read
    modality = {name: i for i, name in enumerate(modalities)}
    reader = {name: i for i, name in enumerate(readers)}
    for case, reads in enumerate(truth.reads.values()):
        for modality_name, reader_name in reads:
            is_read[modality[modality_name], reader[reader_name], case] = True
    return is_read


def _paradigm(
    declared: str, marks: _MarkList, place: Codes, is_read: Bools, is_positive: Bools
) -> tuple[str, tuple[str, ...]]:
    """Return ROC, FROC or LROC, and what was decided against the workbook."""
    counts = np.bincount(place, minlength=is_read.size)
    is_single = bool((counts <= 1).all())
    lesion = np.array(marks.lesion)
    is_on_positive = is_positive[place % len(is_positive)]
    fits_roc = is_single and bool(((lesion > 0) == is_on_positive).all())
    if declared == "FROC" or (declared == "LROC" and is_single) or (declared == "ROC" and fits_roc):
        return declared, ()
    if declared:
        return "FROC", (
            f"The Truth sheet says {declared}, but there are reads with several marks, or false marks on "
            "positive cases: it is read as FROC.",
        )
    is_complete = bool((counts.reshape(is_read.shape)[is_read] == 1).all())
    paradigm = "ROC" if fits_roc and is_complete else "FROC"
    return paradigm, (f"The Truth sheet names no paradigm; by its marks this is {paradigm} data.",)


def _marks(marks: _MarkList, codes: tuple[Integers, ...], lesions: Lesions) -> Marks:
    modality, reader, case = codes
    lesion = [
        lesions.index[c][number] if number else NO_LESION
        for c, number in zip(case.tolist(), marks.lesion, strict=True)
    ]
    return Marks(
        modality=modality,
        reader=reader,
        case=case,
        lesion=np.array(lesion, dtype=np.int64),
        rating=np.array(marks.rating),
        lesion_weights=lesions.weights,
    )
