"""The peers' own files: all data are read alike from every format, all broken files are refused by cell."""

from pathlib import Path

import numpy as np
import pytest

from realfm_gui.analysis.mrmc.observer_data import NO_LESION, ObserverData
from realfm_gui.formats.problems import BadRatingsFile
from realfm_gui.formats.reading import read_ratings

# modalities, readers, cases, positive cases, reads that are there, marks, sum of finite ratings
Facts = tuple[int, int, int, int, int, int, float]

FILES: dict[str, Facts] = {
    "formats/RocData.csv": (2, 5, 114, 45, 1140, 0, 3165),
    "formats/RocData.txt": (2, 5, 114, 45, 1140, 0, 3165),
    "formats/RocData.imrmc": (2, 5, 114, 45, 1140, 0, 3165),
    "formats/RocData.lrc": (2, 5, 114, 45, 1140, 0, 3165),
    "formats/Roc.xlsx": (2, 5, 114, 45, 1140, 0, 3165),
    "vandyke.imrmc": (2, 5, 114, 45, 1140, 0, 3165),
    "mrmcaov_VanDyke.csv": (2, 5, 114, 45, 1140, 0, 3165),
    "derived_VanDyke_partial.csv": (2, 5, 114, 45, 1036, 0, 2878),
    "derived_VanDyke_readers_in_tests.csv": (2, 10, 114, 45, 1140, 0, 3165),
    "mrmcaov_Franken.csv": (2, 4, 100, 67, 800, 0, 2609),
    "rjafroc_dataset09_roc.csv": (1, 10, 200, 80, 2000, 0, 65534),
    "formats/NicoRadRoc.xlsx": (1, 10, 200, 80, 2000, 0, 65534),
    "formats/CadFrocData.xlsx": (1, 10, 200, 80, 2000, 1373, 65534),
    "rjafroc_datasetDegenerate_roc.csv": (1, 1, 15, 10, 15, 0, 20),
    "rjafroc_dataset01_hrroc.csv": (2, 5, 185, 89, 1850, 0, 5832),
    "rjafroc_dataset01_marks.csv": (2, 5, 185, 89, 1850, 1340, 4500),
    "rjafroc_dataset04_marks.csv": (5, 4, 200, 100, 4000, 3273, 7433),
    "formats/Froc.xlsx": (2, 4, 200, 100, 1600, 1303, 2966),
    "formats/JT.xlsx": (2, 9, 92, 47, 1656, 1581, 7357),
    "formats/JT2Rdrs.xlsx": (2, 2, 92, 47, 368, 461, 2089),
    "formats/XModDataFile.xlsx": (8, 11, 68, 34, 5984, 4108, 20331),
    "imrmc_dfMRMC_example.csv": (2, 5, 80, 40, 800, 0, 399.4099),
    "viper_screeningLowP_imrmc.csv": (2, 20, 419, 72, 6911, 0, 646198),
    "viper_screeningLowP_sens_imrmc.csv": (2, 20, 419, 72, 6911, 0, 3591.5),
    "derived_viper_noninferiority_AI_imrmc.csv": (2, 22, 239, 109, 1673, 0, 184284),
    "formats/test.imrmc": (2, 5, 100, 50, 1000, 0, 281.0449),
    "formats/test_binary_data.imrmc": (2, 5, 100, 50, 1000, 0, 632),
    "formats/test-missing-data.imrmc": (2, 4, 29, 4, 229, 0, 188),
    "formats/test-mixed-design.imrmc": (2, 5, 29, 4, 232, 0, 191),
    "formats/test-multiple-modalities-and-missing-reader.imrmc": (4, 5, 100, 50, 1600, 0, 453.0152),
    "formats/test-one-versus-many.imrmc": (2, 4, 29, 4, 116, 0, 95),
    "formats/test-reorder-data.imrmc": (2, 4, 29, 4, 232, 0, 191),
    "formats/toyFiles/FROC/2T7R.xlsx": (2, 7, 318, 89, 4452, 2583, 1529),
    "formats/toyFiles/FROC/frocCr.xlsx": (2, 3, 8, 5, 48, 53, 164.78),
    "formats/toyFiles/FROC/frocCr013Lesions.xlsx": (2, 3, 8, 5, 48, 51, 164.53),
    "formats/toyFiles/FROC/frocCr013LesionsOldFormat.xlsx": (2, 3, 8, 5, 48, 51, 164.53),
    "formats/toyFiles/FROC/frocCr1R.xlsx": (2, 1, 8, 5, 16, 21, 62.05),
    "formats/toyFiles/FROC/frocCr1T.xlsx": (1, 3, 8, 5, 24, 23, 73.33),
    "formats/toyFiles/FROC/frocCrAbnormalCasesFirst.xlsx": (2, 2, 19, 9, 76, 164, 235),
    "formats/toyFiles/FROC/frocCrAbnormalCasesFirstOldFormat.xlsx": (2, 2, 19, 9, 76, 164, 235),
    "formats/toyFiles/FROC/frocCrEqWts.xlsx": (2, 3, 8, 5, 48, 53, 164.78),
    "formats/toyFiles/FROC/frocCrStrRdrsTrts.xlsx": (2, 3, 8, 5, 48, 53, 164.78),
    "formats/toyFiles/FROC/frocLocatClass.xlsx": (1, 1, 3, 3, 3, 12, 18.7),
    "formats/toyFiles/LROC/lroc.xlsx": (2, 3, 8, 5, 48, 48, 181.72),
    "formats/toyFiles/LROC/lroc1.xlsx": (2, 3, 8, 5, 47, 47, 176.71),
    "formats/toyFiles/LROC/lroc2.xlsx": (2, 3, 8, 5, 45, 45, 173.23),
    "formats/toyFiles/ROC/rocCr.xlsx": (2, 5, 8, 5, 80, 0, 294),
    "formats/toyFiles/ROC/rocCr1R.xlsx": (2, 1, 8, 5, 16, 0, 60),
    "formats/toyFiles/ROC/rocCr1T.xlsx": (1, 5, 8, 5, 40, 0, 145),
    "formats/toyFiles/ROC/rocCrStrRdrsTrts.xlsx": (2, 5, 8, 5, 80, 0, 294),
    "formats/toyFiles/ROC/rocSpA-unbalanced.xlsx": (2, 5, 10, 5, 50, 0, 189.5),
    "formats/toyFiles/ROC/rocSpA.xlsx": (2, 4, 10, 5, 40, 0, 152.5),
    "formats/toyFiles/ROC/rocSpA1.xlsx": (2, 4, 10, 5, 40, 0, 152.5),
    "formats/toyFiles/ROC/rocSpC.xlsx": (2, 3, 30, 15, 60, 0, 181.663),
    "formats/toyFiles/ROC/rocSpCVaryK.xlsx": (2, 3, 24, 12, 48, 0, 146.974),
}

NOT_DATA = {
    "VanDyke.txt": r"listing of results that OR-DBM MRMC 2\.51 printed, not ratings",
    "VanDyke1R.txt": r"listing of results that OR-DBM MRMC 2\.51 printed, not ratings",
    "VanDyke1T.txt": r"listing of results that OR-DBM MRMC 2\.51 printed, not ratings",
    "FedRoc.txt": r"listing of results that OR-DBM MRMC 2\.51 printed, not ratings",
    "FormatB": "describes a file format in the comments of a program",
}

# Every one must name the cell (sheet, column, row) that a person would mend, and why.
BROKEN = {
    "test-ERROR-NR-not-a-number.imrmc": r"Row 16, column 'NR' .*number of readers is not a whole number",
    "test-ERROR-duplicate-truth.imrmc": r"Row 51, column 'score' .*case 2 has its truth already in row 50",
    "test-ERROR-no-truth-observation.imrmc": r"Row 164, column 'case' \('1'\): the case has no truth",
    "test-ERROR-replicate-observation.imrmc": r"Row 80, .*reader 1 has already rated case 2 .* in row 79",
    "toyFiles/FROC/bad/frocCr2BlankRows.xlsx": r"Cell TRUTH!A6 \(empty\): rows 6 to 7 are empty",
    "toyFiles/FROC/bad/frocCrNonCharInModalityID.xlsx": r"Cell TRUTH!E9 \('0'\): the design is crossed",
    "toyFiles/FROC/bad/frocCrNonCharInReaderID.xlsx": r"Cell TRUTH!D7 \('1'\): the design is crossed",
    "toyFiles/FROC/bad/incorrectCaseIDsInTP.xlsx": r"Cell TP!C7 \('0'\): the Truth sheet has no such case",
    "toyFiles/ROC/bad/duplicatedRow.xlsx": r"Cell TRUTH!A7 \('71'\): .* already in row 6",
    "toyFiles/ROC/bad/incorrectSheetName.xlsx": r"no sheet 'TRUTH'; its sheets are 'FP', 'TRUTH1', 'TP'",
    "toyFiles/ROC/bad/incorrectWeights.xlsx": r"Cell TRUTH!C5 \('0.5'\): .* add up to 0\.5",
    "toyFiles/ROC/bad/missing1CellRow5.xlsx": r"Cell TRUTH!C5 \(empty\)",
    "toyFiles/ROC/bad/missing2CellsRow5and7.xlsx": r"Cell TRUTH!A3 \(empty\).*There are 2 more",
    "toyFiles/ROC/bad/missingCells.xlsx": r"Cell TRUTH!A3 \(empty\).*There are 4 more",
    "toyFiles/ROC/bad/missingEntireRow5.xlsx": r"Cell TRUTH!A5 \(empty\): the row is empty",
    "toyFiles/ROC/bad/non-integerCaseID.xlsx": r"Cell TRUTH!B2 \('0\.1'\)",
    "toyFiles/ROC/bad/non-integerCellsRows5and7.xlsx": r"Cell TRUTH!C5 \('b'\).*There are 2 more",
    "toyFiles/ROC/bad/non-integerLesionID.xlsx": r"Cell TRUTH!B2 \('0\.1'\)",
    "toyFiles/ROC/bad/non-numeric-weight.xlsx": r"Cell TRUTH!C5 \('abc'\)",
    "toyFiles/ROC/bad/rocCrStrRdrsNonUnique.xlsx": r"Cell TRUTH!D2 .*names the same one twice",
    "toyFiles/ROC/bad/rocSpCText.xlsx": r"Cell TRUTH!A2 \('6a'\): the number of a case is a whole number",
}


@pytest.fixture
def data_folder(shared: Path) -> Path:
    return shared / "reference" / "mrmc" / "data"


def _read(folder: Path, name: str) -> ObserverData:
    return read_ratings(folder / name).data


@pytest.mark.parametrize("name", FILES)
def test_that_a_published_file_is_read_against_reference(data_folder: Path, name: str) -> None:
    data = _read(data_folder, name)
    found = (*data.ratings.shape, data.n_positive, int(data.was_read.sum()))
    n_marks = 0 if data.marks is None else len(data.marks.rating)
    assert (*found, n_marks) == FILES[name][:6]
    total = data.ratings[np.isfinite(data.ratings)].sum()
    assert total == pytest.approx(FILES[name][6], abs=1e-4)


@pytest.mark.parametrize("name", NOT_DATA)
def test_that_a_text_that_is_no_data_is_told_what_it_is(data_folder: Path, name: str) -> None:
    with pytest.raises(BadRatingsFile, match=NOT_DATA[name]):
        _read(data_folder / "formats", name)


@pytest.mark.parametrize("name", BROKEN)
def test_that_a_broken_file_is_refused_by_its_cell(data_folder: Path, name: str) -> None:
    with pytest.raises(BadRatingsFile, match=BROKEN[name]) as caught:
        _read(data_folder / "formats", name)
    assert caught.value.hint
    assert all(problem.reason for problem in caught.value.problems)


def test_that_no_file_is_left_out(data_folder: Path) -> None:
    there = {path.relative_to(data_folder).as_posix() for path in data_folder.rglob("*") if path.is_file()}
    beside = {"rjafroc_dataset01_truth.csv", "rjafroc_dataset04_truth.csv"}
    assert there == FILES.keys() | {f"formats/{name}" for name in (*NOT_DATA, *BROKEN)} | beside


@pytest.mark.parametrize(
    "name",
    ["RocData.csv", "RocData.txt", "RocData.imrmc", "RocData.lrc", "Roc.xlsx", "../vandyke.imrmc"],
)
def test_that_every_format_holds_the_same_van_dyke_study(data_folder: Path, name: str) -> None:
    expected = _read(data_folder, "mrmcaov_VanDyke.csv")
    found = _read(data_folder / "formats", name)
    np.testing.assert_array_equal(found.ratings, expected.ratings)
    np.testing.assert_array_equal(found.is_positive, expected.is_positive)
    if not name.endswith(".lrc"):  # which names its cases "Normal Case 1", ...
        assert found.cases == expected.cases


def test_that_nested_case_names_are_text(data_folder: Path) -> None:
    from realfm_gui.formats.ratings_file import ColumnNames

    path = data_folder / "mrmcaov_VanDyke.csv"
    data = read_ratings(path, columns=ColumnNames(case="case2")).data
    assert len(data.cases) == 5 * 114
    assert {"1.1", "1.10", "1.100"} <= set(data.cases)


def test_that_workbooks_agree_with_the_tables_of_the_same_data(data_folder: Path) -> None:
    workbook = _read(data_folder, "formats/NicoRadRoc.xlsx")
    table = _read(data_folder, "rjafroc_dataset09_roc.csv")
    np.testing.assert_array_equal(workbook.ratings, table.ratings)
    two = _read(data_folder, "formats/Froc.xlsx")
    five = _read(data_folder, "rjafroc_dataset04_marks.csv").with_only(modalities=[3, 4])
    assert two.modalities == five.modalities
    # The workbook has the positive cases first, the table last.
    for kind in (True, False):
        np.testing.assert_array_equal(
            two.ratings[..., two.is_positive == kind], five.ratings[..., five.is_positive == kind]
        )
    assert two.marks is not None
    assert five.marks is not None
    assert np.sort(two.marks.rating[two.marks.lesion == NO_LESION]).tolist() == (
        np.sort(five.marks.rating[five.marks.lesion == NO_LESION]).tolist()
    )
    np.testing.assert_allclose(
        two.marks.lesion_weights[two.is_positive], five.marks.lesion_weights[five.is_positive], atol=1e-12
    )


def test_that_highest_ratings_of_marks_are_those_that_the_peer_infers(data_folder: Path) -> None:
    marks = _read(data_folder, "rjafroc_dataset01_marks.csv")
    inferred = _read(data_folder, "rjafroc_dataset01_hrroc.csv")
    # RJafroc gives unmarked cases a finite rating below all others; the order is what counts.
    np.testing.assert_array_equal(
        np.where(np.isneginf(marks.ratings), inferred.ratings.min(), marks.ratings), inferred.ratings
    )


@pytest.mark.parametrize(
    ("name", "same_as"),
    [
        ("frocCrStrRdrsTrts.xlsx", "frocCr.xlsx"),
        ("frocCrEqWts.xlsx", "frocCr.xlsx"),
        ("frocCr013LesionsOldFormat.xlsx", "frocCr013Lesions.xlsx"),
        ("frocCrAbnormalCasesFirstOldFormat.xlsx", "frocCrAbnormalCasesFirst.xlsx"),
    ],
)
def test_that_names_and_format_change_nothing_else(data_folder: Path, name: str, same_as: str) -> None:
    folder = data_folder / "formats" / "toyFiles" / "FROC"
    found, expected = _read(folder, name), _read(folder, same_as)
    np.testing.assert_array_equal(found.ratings, expected.ratings)
    assert found.marks is not None
    assert expected.marks is not None
    np.testing.assert_array_equal(found.marks.lesion, expected.marks.lesion)
