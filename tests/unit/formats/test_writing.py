"""What is written is what is read again, or it is said or refused what the format cannot hold."""

import gc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from realfm_gui.analysis.mrmc.observer_data import ObserverData, observer_data
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.formats import write_rjafroc
from realfm_gui.formats.reading import read_ratings
from realfm_gui.formats.write_imrmc import write_imrmc
from realfm_gui.formats.write_lrc import write_lrc
from realfm_gui.formats.write_marks import write_marks_csv
from realfm_gui.formats.write_rjafroc import write_rjafroc_xlsx
from realfm_gui.formats.write_tables import (
    write_imrmc_frame_csv,
    write_mrmcaov_csv,
    write_parquet,
    write_tidy_csv,
)

WRITERS = {
    "tidy.csv": write_tidy_csv,
    "tidy.parquet": write_parquet,
    "study.imrmc": write_imrmc,
    "frame.csv": write_imrmc_frame_csv,
    "study.xlsx": write_rjafroc_xlsx,
    "study.lrc": write_lrc,
    "mrmcaov.csv": write_mrmcaov_csv,
}
IN_ORDER = ("tidy.csv", "tidy.parquet")

SameStudy = Callable[[ObserverData, ObserverData], None]


@pytest.mark.parametrize("name", WRITERS)
def test_that_a_complete_study_comes_back_to_the_last_digit(
    name: str, tmp_path: Path, complete_study: ObserverData, assert_same: SameStudy
) -> None:
    assert WRITERS[name](complete_study, tmp_path / name) == ()
    found = read_ratings(tmp_path / name).data
    assert_same(found, complete_study)
    assert (found.modalities, found.readers) == (complete_study.modalities, complete_study.readers)
    if name != "study.xlsx":  # its sheets hold the positive cases first
        assert found.cases == complete_study.cases


@pytest.mark.parametrize("name", [name for name in WRITERS if name != "study.lrc"])
def test_that_missing_reads_come_back_missing(
    name: str, tmp_path: Path, gappy_study: ObserverData, assert_same: SameStudy
) -> None:
    WRITERS[name](gappy_study, tmp_path / name)
    found = read_ratings(tmp_path / name).data
    assert_same(found, gappy_study)
    if name in IN_ORDER:
        assert found.readers == gappy_study.readers, "named in another order by the reads that are there"


@pytest.mark.parametrize("name", IN_ORDER)
def test_that_tidy_tables_hold_findings_patients_and_weights(
    name: str, tmp_path: Path, complete_study: ObserverData, assert_same: SameStudy
) -> None:
    study = replace(
        complete_study,
        cases=("7", "7", "8", "9", "9", "10"),
        findings=("nodule", "effusion", "nodule", "nodule", "effusion", "nodule"),
        clusters=np.array([0, 0, 1, 0, 0, 2]),
        weights=np.array([1.0, 2.0, 1 / 3, 1.0, 1.0, 4.0]),
    )
    assert WRITERS[name](study, tmp_path / name) == ()
    found = read_ratings(tmp_path / name).data
    assert (found.cases, found.findings) == (study.cases, study.findings)
    numbered = tuple(map(str, range(6)))
    assert_same(replace(found, cases=numbered, findings=()), replace(study, cases=numbered, findings=()))


@pytest.mark.parametrize("name", [name for name in WRITERS if name not in IN_ORDER])
def test_that_several_findings_of_a_case_are_refused_elsewhere(
    name: str, tmp_path: Path, complete_study: ObserverData
) -> None:
    study = replace(complete_study, cases=("7", "7", "8", "9", "10", "11"), findings=tuple("abaaaa"))
    with pytest.raises(UserFacingError, match="several findings of a case"):
        WRITERS[name](study, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [name for name in WRITERS if name not in IN_ORDER])
def test_that_patients_and_weights_that_are_lost_are_named(
    name: str, tmp_path: Path, complete_study: ObserverData
) -> None:
    study = replace(complete_study, clusters=np.array([0, 0, 1, 2, 3, 4]), weights=np.full(6, 2.0))
    notes = " ".join(WRITERS[name](study, tmp_path / name))
    assert "belong to the same patient" in notes
    assert "sampling weights" in notes


@pytest.mark.parametrize("name", ["tidy.csv", "tidy.parquet", "study.imrmc", "frame.csv", "mrmcaov.csv"])
def test_that_infinite_ratings_come_back(
    name: str, tmp_path: Path, complete_study: ObserverData, assert_same: SameStudy
) -> None:
    ratings = complete_study.ratings.copy()
    ratings[0, 0, :2] = np.inf, -np.inf
    study = replace(complete_study, ratings=ratings)
    WRITERS[name](study, tmp_path / name)
    assert_same(read_ratings(tmp_path / name).data, study)
    if name == "study.imrmc":
        assert ",-Infinity\n" in (tmp_path / name).read_text(), "as Java spells it"


@pytest.mark.parametrize("name", ["study.xlsx", "study.lrc"])
def test_that_infinite_ratings_are_refused_where_there_is_no_word_for_them(
    name: str, tmp_path: Path, complete_study: ObserverData
) -> None:
    ratings = complete_study.ratings.copy()
    ratings[1, 0, 2] = np.inf
    with pytest.raises(UserFacingError, match="reader Ana Ruiz, case 9, modality aided"):
        WRITERS[name](replace(complete_study, ratings=ratings), tmp_path / name)


def test_that_an_lrc_file_of_an_incomplete_study_is_refused(
    tmp_path: Path, gappy_study: ObserverData
) -> None:
    with pytest.raises(UserFacingError, match=r"reader 1\.10 did not read case 7 in modality unaided"):
        write_lrc(gappy_study, tmp_path / "x.lrc")


def test_that_an_lrc_file_says_that_it_moves_negative_cases_to_the_front(
    tmp_path: Path, complete_study: ObserverData, assert_same: SameStudy
) -> None:
    study = replace(complete_study, is_positive=~complete_study.is_positive)
    assert write_lrc(study, tmp_path / "x.lrc") == ("Negative cases stand first in the file.",)
    assert_same(read_ratings(tmp_path / "x.lrc").data, study)


def test_that_marks_come_back_in_a_workbook(
    tmp_path: Path, marks_study: ObserverData, assert_same: SameStudy
) -> None:
    assert write_rjafroc_xlsx(marks_study, tmp_path / "x.xlsx") == ()
    found = read_ratings(tmp_path / "x.xlsx")
    assert found.format == "RJafroc workbook (FROC)"
    assert_same(found.data, marks_study)


def test_that_marks_come_back_in_tables(
    tmp_path: Path, marks_study: ObserverData, assert_same: SameStudy
) -> None:
    path, truth_path = tmp_path / "my_marks.csv", tmp_path / "my_truth.csv"
    assert write_marks_csv(marks_study, path, truth_path) == ()
    assert_same(read_ratings(path).data, marks_study)


def test_that_marks_are_named_as_lost_by_tables_of_reads(tmp_path: Path, marks_study: ObserverData) -> None:
    (note,) = write_tidy_csv(marks_study, tmp_path / "x.csv")
    assert "does not hold marks" in note
    np.testing.assert_array_equal(read_ratings(tmp_path / "x.csv").data.ratings, marks_study.ratings)


def test_that_tables_of_marks_say_that_they_do_not_hold_who_read_what(
    tmp_path: Path, marks_study: ObserverData
) -> None:
    ratings = marks_study.ratings.copy()
    ratings[0, 0, 3] = np.nan
    study = replace(marks_study, ratings=ratings)
    (note,) = write_marks_csv(study, tmp_path / "x_marks.csv", tmp_path / "x_truth.csv")
    assert "who read what" in note


def test_that_a_positive_case_without_lesions_is_refused_as_marks(
    tmp_path: Path, marks_study: ObserverData
) -> None:
    study = replace(marks_study, is_positive=np.array([True, True, True, False]))
    for write in (
        lambda: write_rjafroc_xlsx(study, tmp_path / "x.xlsx"),
        lambda: write_marks_csv(study, tmp_path / "x_marks.csv", tmp_path / "x_truth.csv"),
    ):
        with pytest.raises(UserFacingError, match="Case 1 is positive and has no lesion"):
            write()


@pytest.mark.parametrize(
    ("read_by", "design"),
    [
        ([[1, 1, 0], [0, 0, 1]], "SPLIT-PLOT-A"),
        ([[1, 1, 1], [1, 1, 1]], "FCTRL"),
        ([[1, 1, 0], [0, 1, 1]], "SPLIT-PLOT"),
    ],
)
def test_that_a_workbook_names_the_design(
    tmp_path: Path,
    complete_study: ObserverData,
    assert_same: SameStudy,
    read_by: list[list[int]],
    design: str,
) -> None:
    from openpyxl import load_workbook

    was_read = np.array(read_by, dtype=bool)[:, :, np.newaxis]
    study = replace(complete_study, ratings=np.where(was_read, complete_study.ratings, np.nan))
    write_rjafroc_xlsx(study, tmp_path / "x.xlsx")
    assert load_workbook(tmp_path / "x.xlsx")["TRUTH"]["F3"].value == design
    assert_same(read_ratings(tmp_path / "x.xlsx").data, study)


def test_that_cases_nested_in_readers_come_back(
    tmp_path: Path, complete_study: ObserverData, assert_same: SameStudy
) -> None:
    from openpyxl import load_workbook

    of_reader = np.arange(6) % 3 == np.arange(3)[:, np.newaxis]
    study = replace(complete_study, ratings=np.where(of_reader, complete_study.ratings, np.nan))
    write_rjafroc_xlsx(study, tmp_path / "x.xlsx")
    assert load_workbook(tmp_path / "x.xlsx")["TRUTH"]["F3"].value == "SPLIT-PLOT-C"
    assert_same(read_ratings(tmp_path / "x.xlsx").data, study)


def test_that_a_workbook_numbers_cases_with_other_names_and_says_so(
    tmp_path: Path, complete_study: ObserverData
) -> None:
    study = replace(complete_study, cases=("01", "b", "c", "d", "e", "f"))
    (note,) = write_rjafroc_xlsx(study, tmp_path / "x.xlsx")
    assert "numbers its cases" in note
    assert set(read_ratings(tmp_path / "x.xlsx").data.cases) == set("123456")


def test_that_a_study_too_long_for_a_sheet_is_refused_and_leaves_nothing_open(
    tmp_path: Path, complete_study: ObserverData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_rjafroc, "MOST_ROWS", 4)
    with pytest.raises(UserFacingError, match="at most 4 rows in a sheet"):
        write_rjafroc_xlsx(complete_study, tmp_path / "x.xlsx")
    assert list(tmp_path.iterdir()) == []
    gc.collect()  # an open sheet complains here


@pytest.mark.parametrize("start", ["=1+1", "+7", "-7", "@SUM"])
def test_that_a_name_like_a_formula_is_text_in_a_workbook(
    tmp_path: Path, complete_study: ObserverData, start: str
) -> None:
    from openpyxl import load_workbook

    study = replace(complete_study, readers=(start, "B", "C"))
    write_rjafroc_xlsx(study, tmp_path / "x.xlsx")
    cell = load_workbook(tmp_path / "x.xlsx")["FP"]["A2"]
    assert (cell.data_type, cell.value, cell.quotePrefix) == ("s", start, True)
    assert read_ratings(tmp_path / "x.xlsx").data.readers[0] == start


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("study.imrmc", {"readers": ("a,b", "c", "d")}, "','"),
        ("study.imrmc", {"readers": ("a b", "ab", "d")}, "'a b' and 'ab' differ in spaces only"),
        ("study.imrmc", {"readers": ("-1", "c", "d")}, "called '-1'"),
        ("frame.csv", {"readers": ("Truth", "c", "d")}, "called 'Truth'"),
        ("study.xlsx", {"readers": ("a,b", "c", "d")}, "','"),
        ("study.xlsx", {"modalities": ("(a)", "c")}, r"'\('"),
        ("study.lrc", {"modalities": ('a"', "c")}, "'\"'"),
        ("study.lrc", {"readers": ("a", "#c", "d")}, "called '#c'"),
        ("tidy.csv", {"readers": (" a", "c", "d")}, "begins or ends with a space"),
        ("tidy.parquet", {"readers": ("a\x01", "c", "d")}, r"'\\x01'"),
        ("mrmcaov.csv", {"readers": ("a\nb", "c", "d")}, r"'\\n'"),
    ],
)
def test_that_names_that_would_come_back_as_others_are_refused(
    tmp_path: Path, complete_study: ObserverData, name: str, changes: dict[str, tuple[str, ...]], words: str
) -> None:
    with pytest.raises(UserFacingError, match=words):
        WRITERS[name](replace(complete_study, **changes), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", WRITERS)
def test_that_a_failed_write_leaves_the_old_file_and_nothing_beside_it(
    name: str, tmp_path: Path, complete_study: ObserverData, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    path.write_text("old")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UserFacingError, match=r"could not be written \(No space left on device\)"):
        WRITERS[name](complete_study, path)
    assert [entry.name for entry in tmp_path.iterdir()] == [name]
    assert path.read_text() == "old"


@pytest.mark.parametrize("name", WRITERS)
def test_that_a_folder_that_is_not_there_is_said(
    name: str, tmp_path: Path, complete_study: ObserverData
) -> None:
    with pytest.raises(UserFacingError, match="could not be written"):
        WRITERS[name](complete_study, tmp_path / "none" / name)


def test_that_names_with_separators_come_back_from_tables(
    tmp_path: Path, complete_study: ObserverData, assert_same: SameStudy
) -> None:
    study = observer_data(
        complete_study.ratings,
        complete_study.is_positive,
        modalities=("CT; thin", 'the "new" one'),
        readers=("Ruiz, Ana", "NA", "Jürgen"),
        cases=complete_study.cases,
    )
    for name in ("tidy.csv", "tidy.parquet", "mrmcaov.csv", "frame.csv"):
        WRITERS[name](study, tmp_path / name)
        assert_same(read_ratings(tmp_path / name).data, study)
