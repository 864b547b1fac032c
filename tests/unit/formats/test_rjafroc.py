"""RJafroc's workbooks: formats old and new, and what a workbook can be that is none."""

import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from realfm_gui.analysis.mrmc.observer_data import NO_LESION
from realfm_gui.formats import workbook
from realfm_gui.formats.problems import BadRatingsFile
from realfm_gui.formats.reading import read_ratings

Rows = Sequence[Sequence[Any]]
Book = Callable[..., Path]

TP = [
    ("ReaderID", "ModalityID", "CaseID", "LesionID", "TP_Rating"),
    ("1", "1", 3, 1, 4),
    ("2", "1", 3, 1, 5),
]
FP = [("ReaderID", "ModalityID", "CaseID", "FP_Rating"), ("1", "1", 1, 2), ("2", "1", 1, 3)]
TRUTH = [
    ("CaseID", "LesionID", "Weight", "ReaderID", "ModalityID", "Paradigm"),
    (1, 0, 0, "1, 2", "1", "ROC"),
    (3, 1, 1, "1, 2", "1", "FCTRL"),
]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    """Write a workbook of these sheets and return its path."""

    def _book(tp: Rows = TP, fp: Rows = FP, truth: Rows = TRUTH, **titles: str) -> Path:
        from openpyxl import Workbook

        made = Workbook()
        made.remove(made.active)
        for title, rows in (("TP", tp), ("FP", fp), ("Truth", truth)):
            sheet = made.create_sheet(titles.get(title, title))
            for row in rows:
                sheet.append(list(row))
        path = tmp_path / "x.xlsx"
        made.save(path)
        return path

    return _book


def _changed(rows: Rows, row: int, column: int, value: Any) -> Rows:
    """Return the rows with one cell (row from 1, column from 0) changed."""
    return [
        tuple(value if (i, j) == (row, column) else cell for j, cell in enumerate(cells))
        for i, cells in enumerate(rows, start=1)
    ]


def test_that_a_roc_workbook_is_read(book: Book) -> None:
    result = read_ratings(book())
    assert result.format == "RJafroc workbook (ROC)"
    np.testing.assert_array_equal(result.data.ratings, [[[2, 4], [3, 5]]])
    np.testing.assert_array_equal(result.data.is_positive, [False, True])


def test_that_the_old_format_and_its_sheet_names_are_read(book: Book) -> None:
    path = book(truth=[row[:3] for row in TRUTH], TP="LL", FP="nl", Truth=" TRUTH ")
    result = read_ratings(path)
    np.testing.assert_array_equal(result.data.ratings, [[[2, 4], [3, 5]]])
    assert any("does not say who read what" in note for note in result.notes)


def test_that_crossed_modalities_are_named_by_both(book: Book) -> None:
    tp = [
        ("ReaderID", "ModalityID1", "ModalityID2", "CaseID", "LesionID", "TP_Rating"),
        (1, "a", 20, 3, 1, 4),
    ]
    fp = [("ReaderID", "ModalityID1", "ModalityID2", "CaseID", "FP_Rating"), (1, "b", 20, 1, 2)]
    data = read_ratings(book(tp=tp, fp=fp, truth=[row[:3] for row in TRUTH])).data
    assert data.modalities == ("a / 20", "b / 20")


def test_that_marks_are_kept_and_unmarked_reads_rate_lowest(book: Book) -> None:
    truth = _changed(_changed(TRUTH, 2, 5, "FROC"), 2, 0, 7)
    fp = [FP[0], ("1", "1", 3, 2), ("1", "1", 3, 6)]
    data = read_ratings(book(fp=fp, truth=truth)).data
    np.testing.assert_array_equal(data.ratings, [[[-np.inf, 6], [-np.inf, 5]]])
    assert data.marks is not None
    assert data.marks.lesion.tolist() == [0, 0, NO_LESION, NO_LESION]


def test_that_an_unmarked_read_of_an_lroc_study_is_missing(book: Book) -> None:
    data = read_ratings(book(fp=FP[:2], truth=_changed(TRUTH, 2, 5, "LROC"))).data
    np.testing.assert_array_equal(data.was_read, [[[True, True], [False, True]]])
    assert data.marks is not None


def test_that_data_that_contradict_their_paradigm_are_read_as_what_they_are(book: Book) -> None:
    result = read_ratings(book(fp=[*FP, ("1", "1", 3, 2)]))
    assert result.format == "RJafroc workbook (FROC)"
    assert "says ROC, but there are reads with several marks" in result.notes[0]


def test_that_lesion_numbers_may_have_gaps(book: Book) -> None:
    truth = [*TRUTH, (3, 5, 0, "1, 2", "1")]
    truth = _changed(_changed(truth, 3, 2, 0), 2, 5, "FROC")
    data = read_ratings(book(tp=[*TP, ("1", "1", 3, 5, 3)], truth=truth)).data
    assert data.marks is not None
    assert data.marks.lesion.tolist()[:3] == [0, 0, 1]
    np.testing.assert_array_equal(data.marks.lesion_weights[1], [0.5, 0.5])


@pytest.mark.parametrize(
    ("sheets", "words"),
    [
        ({"truth": _changed(TRUTH, 2, 0, "6a")}, r"Cell Truth!A2 \('6a'\): the number of a case"),
        ({"truth": _changed(TRUTH, 3, 1, 1.1)}, r"Cell Truth!B3 \('1.1'\): the number of a lesion"),
        ({"truth": _changed(TRUTH, 3, 2, None)}, r"Cell Truth!C3 \(empty\): a lesion's weight"),
        (
            {"truth": _changed(TRUTH, 2, 2, 1)},
            r"Cell Truth!C2 \('1'\): a case without a lesion has the weight 0",
        ),
        (
            {"truth": _changed(TRUTH, 3, 2, 0.5)},
            r"Cell Truth!C3 \('0.5'\): case 3: the weights .* add up to 0.5",
        ),
        ({"truth": _changed(TRUTH, 3, 3, "1, 1")}, r"Cell Truth!D3 \('1, 1'\): names the same one twice"),
        ({"truth": _changed(TRUTH, 3, 3, None)}, r"Cell Truth!D3 \(empty\): names nobody"),
        ({"truth": _changed(TRUTH, 3, 3, "1")}, r"Cell Truth!D3 \('1'\): the design is crossed, and row 2"),
        ({"truth": [*TRUTH, TRUTH[2]]}, r"Cell Truth!A4 \('3'\): lesion 1 of case 3 stands already in row 3"),
        ({"truth": [*TRUTH, (3, 0, 0, "1, 2", "1")]}, r"Cell Truth!B4 \('0'\): case 3 is with and, in row 3"),
        (
            {"truth": [*TRUTH[:2], (), TRUTH[2]]},
            r"Cell Truth!A3 \(empty\): the row is empty, but rows follow",
        ),
        ({"truth": TRUTH[:1]}, "no rows in its sheet 'Truth'"),
        ({"tp": TP[:1], "fp": []}, "no rows in its sheets 'TP' and 'FP'"),
        ({"tp": _changed(TP, 2, 4, "high")}, r"Cell TP!E2 \('high'\): a rating is a finite number"),
        ({"tp": _changed(TP, 2, 4, True)}, r"Cell TP!E2 \('True'\): a rating is a finite number"),
        ({"tp": _changed(TP, 2, 2, 9)}, r"Cell TP!C2 \('9'\): the Truth sheet has no such case"),
        ({"tp": _changed(TP, 2, 3, 2)}, r"Cell TP!D2 \('2'\): case 3 has no such lesion"),
        (
            {"tp": _changed(TP, 2, 0, "7")},
            r"Cell TP!A2 \('7'\): by the Truth sheet reader 7 did not read case 3",
        ),
        ({"tp": _changed(TP, 2, 1, None)}, r"Cell TP!B2 \(empty\): names nothing"),
        (
            {"tp": [*TP, TP[1]]},
            r"Cell TP!D4 \('1'\): reader 1 has already hit this lesion of case 3 in row 2",
        ),
        ({"fp": [*FP[:2], (), FP[2]]}, r"Cell FP!A3 \(empty\): the row is empty, but rows follow"),
        ({"Truth": "Truth1"}, r"no sheet 'TRUTH'; its sheets are 'TP', 'FP', 'Truth1'"),
    ],
)
def test_that_a_bad_cell_is_refused_by_sheet_row_and_column(
    book: Book, sheets: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadRatingsFile, match=words):
        read_ratings(book(**sheets))


def test_that_a_workbook_that_unpacks_to_gigabytes_is_not_opened(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = book()
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", b"\0" * (2 << 20))
    assert path.stat().st_size < 100_000
    assert read_ratings(path).data.readers == ("1", "2")
    monkeypatch.setattr(workbook, "MOST_BYTES", 1 << 20)
    with pytest.raises(BadRatingsFile, match="unpacks to 2 MB, more than the 1 MB"):
        read_ratings(path)


def test_that_an_archive_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(BadRatingsFile, match="not a workbook that can be read"):
        read_ratings(path)


def _with_sheet_changed(path: Path, changed: Path, change: Callable[[bytes], bytes]) -> Path:
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, change(content) if name.startswith("xl/worksheets/") else content)
    return changed


def test_that_a_size_that_a_sheet_declares_wrongly_is_not_believed(book: Book, tmp_path: Path) -> None:
    path = book()

    def lie(content: bytes) -> bytes:
        changed, n_changed = re.subn(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:B1"', content)
        assert n_changed == 1
        return changed

    lying = _with_sheet_changed(path, tmp_path / "lying.xlsx", lie)
    np.testing.assert_array_equal(read_ratings(lying).data.ratings, read_ratings(path).data.ratings)


def test_that_sheets_that_hold_no_marks_are_not_read(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    from openpyxl import load_workbook

    path = book()
    expected = read_ratings(path).data.ratings
    made = load_workbook(path)
    notes = made.create_sheet("Notes")
    for _ in range(40):
        notes.append(["word"])
    made.save(path)
    monkeypatch.setattr("realfm_gui.formats.workbook.MOST_ROWS_IN_ALL", 39)
    np.testing.assert_array_equal(read_ratings(path).data.ratings, expected)


def test_that_the_rows_of_all_sheets_share_one_budget(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    path = book()
    monkeypatch.setattr("realfm_gui.formats.workbook.MOST_ROWS_IN_ALL", max(len(TP), len(FP), len(TRUTH)))
    with pytest.raises(BadRatingsFile, match="a row beyond"):
        read_ratings(path)


def test_that_a_row_at_the_end_of_the_world_is_not_walked_to(book: Book, tmp_path: Path) -> None:
    far = b'<row r="2000000000"><c r="A2000000000"><v>1</v></c></row></sheetData>'
    path = _with_sheet_changed(
        book(), tmp_path / "far.xlsx", lambda content: content.replace(b"</sheetData>", far)
    )
    with pytest.raises(BadRatingsFile, match="a row beyond 1,048,576"):
        read_ratings(path)


def test_that_entities_are_neither_fetched_nor_multiplied(book: Book, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("7")
    tenfold = b"".join(b'<!ENTITY %c "%s">' % (ord("b") + i, b"&%c;" % (ord("a") + i) * 10) for i in range(9))
    for entities, name in (
        (b'<!ENTITY a SYSTEM "secret.txt">', b"a"),
        (b'<!ENTITY a "aaaaaaaaaa">' + tenfold, b"j"),
    ):
        cell = b'<row r="9"><c r="A9" t="inlineStr"><is><t>&%s;</t></is></c></row></sheetData>' % name

        def insert(content: bytes, entities: bytes = entities, cell: bytes = cell) -> bytes:
            body = content.partition(b"?>")[2] if content.startswith(b"<?xml") else content
            return b"<!DOCTYPE x [" + entities + b"]>" + body.replace(b"</sheetData>", cell)

        path = _with_sheet_changed(book(), tmp_path / "entities.xlsx", insert)
        with pytest.raises(BadRatingsFile, match="not a workbook that can be read"):
            read_ratings(path)


def test_that_a_run_of_empty_rows_is_one_problem(book: Book) -> None:
    with pytest.raises(BadRatingsFile, match=r"Cell FP!A3 \(empty\): rows 3 to 5 are empty") as caught:
        read_ratings(book(fp=[*FP[:2], (), (), (), FP[2]]))
    assert len(caught.value.problems) == 1
