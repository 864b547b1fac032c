"""Tables of reads: what their columns, cells and encodings may look like, and what is refused."""

import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import numpy as np
import pytest

from realfm_gui.formats import problems
from realfm_gui.formats.problems import BadRatingsFile
from realfm_gui.formats.ratings_file import ColumnNames
from realfm_gui.formats.reading import read_ratings

Writer = Callable[[str, str | bytes], Path]

SMALL = "reader,modality,case,truth,rating\nA,x,1,0,1\nA,x,2,1,3\nA,y,1,0,2\nA,y,2,1,4.5\n"


def test_that_names_stay_text(write: Writer) -> None:
    data = read_ratings(
        write("t.csv", "reader,treatment,case,truth,rating\n1.10,1,01,0,1\n1.1,1,1,1,2\n")
    ).data
    assert data.readers == ("1.10", "1.1")
    assert data.cases == ("01", "1")


@pytest.mark.parametrize(
    "header",
    [
        "reader,modality,case,truth,rating",
        "readerID,modalityID,caseID,gold,score",
        "Observer;ARM;case_id;Label;Likelihood",
        "reader\ttreatment\timage\tTRUTH\tRating",
        '"Reader ID","test","Case.ID","truth","rating"',
    ],
)
def test_that_the_usual_names_of_columns_are_known(write: Writer, header: str) -> None:
    delimiter = next(sign for sign in ";\t," if sign in header)
    body = SMALL.partition("\n")[2].replace(",", delimiter)
    data = read_ratings(write("t.csv", f"{header}\n{body}")).data
    assert data.modalities == ("x", "y")
    np.testing.assert_array_equal(data.ratings, [[[1, 3]], [[2, 4.5]]])
    np.testing.assert_array_equal(data.is_positive, [False, True])


@pytest.mark.parametrize(
    "content",
    [
        SMALL.replace("\n", "\r\n"),
        SMALL.replace("\n", "\r"),
        "\n\n" + SMALL.replace("\nA,y,1", "\n\n\nA,y,1") + "\n\n,,,,\n",
        ("\ufeff" + SMALL).encode("utf-8"),
        SMALL.replace(",", "\t").encode("utf-16"),
        SMALL.replace(",", ";").replace("4.5", "4,5"),
        SMALL.replace("A,x", '"A","x"'),
        SMALL.replace(",", " , "),
        "remark," + SMALL.replace("\nA", '\n"two\nlines, ""quoted""",A'),
    ],
)
def test_that_the_same_study_is_read_however_it_is_written(write: Writer, content: str | bytes) -> None:
    data = read_ratings(write("t.csv", content)).data
    assert (data.readers, data.modalities, data.cases) == (("A",), ("x", "y"), ("1", "2"))
    np.testing.assert_array_equal(data.ratings, [[[1, 3]], [[2, 4.5]]])


def test_that_line_breaks_in_remarks_do_not_cut_a_large_file(write: Writer) -> None:
    n_cases = 60_000
    rows = "".join(f'A,{i},{i % 2},{i},"one\n{"two" * 15}\nthree\n"\n' for i in range(n_cases))
    data = read_ratings(write("t.csv", "reader,case,truth,rating,remark\n" + rows)).data
    np.testing.assert_array_equal(data.ratings[0, 0], np.arange(n_cases))


def test_that_a_windows_encoding_is_read_and_said(write: Writer) -> None:
    result = read_ratings(write("t.csv", SMALL.replace("A,", "Jürgen €,").encode("cp1252")))
    assert result.data.readers == ("Jürgen €",)
    assert "read as Windows-1252" in result.notes[0]


def test_that_bytes_that_windows_does_not_know_are_read_as_latin_1(write: Writer) -> None:
    result = read_ratings(write("t.csv", SMALL.encode() + b"J\xfcr\x81gen,x,1,0,1\n"))
    assert result.data.readers[1] == "Jür\x81gen"
    assert "read as Latin-1" in result.notes[0]


def test_that_a_broken_utf_16_file_is_refused(write: Writer) -> None:
    with pytest.raises(BadRatingsFile):
        read_ratings(write("t.csv", SMALL.encode("utf-16") + b"\x00\xd8\x00"))


def test_that_columns_can_be_named_and_the_others_are_listed(write: Writer) -> None:
    path = write("t.csv", "who,what,which,ill,points,rating\nA,x,1,0,1,9\nA,x,2,1,3,9\n")
    columns = ColumnNames(reader="who", modality="what", case="which", truth="ill", rating="points")
    result = read_ratings(path, columns=columns)
    np.testing.assert_array_equal(result.data.ratings, [[[1, 3]]])
    assert result.notes == ("A column that was not used: rating.",)
    with pytest.raises(
        BadRatingsFile, match=r"no column for the reader and the case; its columns are who, what"
    ):
        read_ratings(path, columns=ColumnNames(truth="ill"))
    with pytest.raises(BadRatingsFile, match="no column 'nobody' for the reader"):
        read_ratings(path, columns=ColumnNames(reader="nobody"))


def test_that_two_columns_for_one_role_are_not_guessed_between(write: Writer) -> None:
    path = write("t.csv", "reader,case,truth,score,likelihood\nA,1,0,1,2\n")
    with pytest.raises(BadRatingsFile, match=r"'score' and 'likelihood'.*--rating-column"):
        read_ratings(path)


def test_that_one_modality_needs_no_column(write: Writer) -> None:
    result = read_ratings(write("t.csv", "reader,case,truth,rating\nA,1,0,1\nA,2,1,2\n"))
    assert result.data.modalities == ("1",)
    assert "no column for the modality" in result.notes[0]


@pytest.mark.parametrize(
    ("negative", "positive", "is_noted"),
    [
        ("0", "1", False),
        ("0.000", "1.000", False),
        ("FALSE", "TRUE", False),
        ("Negative", "Positive", False),
        ("1", "2", True),
        ("-1", "1", True),
        ("9", "10", True),
        ("absent_nodule", "nodule", True),
    ],
)
def test_that_the_higher_of_two_levels_is_positive(
    write: Writer, negative: str, positive: str, is_noted: bool
) -> None:
    body = f"reader,case,truth,rating\nA,1,{positive},1\nA,2,{negative},2\n"
    result = read_ratings(write("t.csv", body))
    np.testing.assert_array_equal(result.data.is_positive, [True, False])
    assert any(f"'{positive}' was taken as positive" in note for note in result.notes) == is_noted


def test_that_a_third_level_of_truth_is_refused_with_its_row(write: Writer) -> None:
    path = write("t.csv", "reader,case,truth,rating\nA,1,0,1\nA,2,1,2\n\nA,3,maybe,2\n")
    with pytest.raises(BadRatingsFile, match=r"Row 5, column 'truth' \('maybe'\)"):
        read_ratings(path)


def test_that_patients_findings_and_weights_are_read(write: Writer) -> None:
    body = (
        "reader,case,finding,patient,truth,rating,weight\n"
        "A,1,nodule,p,1,3,2\nA,1,effusion,p,0,1,1\nA,2,nodule,p,0,2,1\nA,3,nodule,q,1,4,.5\n"
    )
    data = read_ratings(write("t.csv", body)).data
    assert data.cases == ("1", "1", "2", "3")
    assert data.findings == ("nodule", "effusion", "nodule", "nodule")
    np.testing.assert_array_equal(data.clusters, [0, 0, 0, 1])
    np.testing.assert_array_equal(data.weights, [2, 1, 1, 0.5])


def test_that_findings_of_a_case_share_its_patient(write: Writer) -> None:
    body = "reader,case,finding,truth,rating\nA,1,x,1,3\nA,1,y,0,1\nA,2,x,0,2\n"
    np.testing.assert_array_equal(read_ratings(write("t.csv", body)).data.clusters, [0, 0, 1])


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("A,x,1,0,high\n", r"Row 6, column 'rating' \('high'\): not a number"),
        ("A,x,1,0,5\n", r"Row 6, column 'rating' \('5'\): reader A has already rated case 1 .* in row 2"),
        ("B,x,1,1,5\n", r"Row 6, column 'truth' \('1'\): case 1 has '0' in row 2"),
        (",x,1,0,5\n", r"Row 6, column 'reader' \(empty\)"),
        ("B,x,1,0\n", r"Row 6 .*4 cells where the header has 5"),
        ("B,x,1,0,5,6\n", r"Row 6 .*6 cells where the header has 5"),
        ("B,x,7,,5\n", r"Row 6, column 'case' \('7'\): the case has no truth"),
        ('B,"x,7,0,5\n', "quotation mark is opened and not closed|cells where the header"),
        ("B,x,3,0,1_000\n", r"Row 6, column 'rating' \('1_000'\)"),
    ],
)
def test_that_a_bad_row_is_refused_by_number(write: Writer, rows: str, words: str) -> None:
    with pytest.raises(BadRatingsFile, match=words):
        read_ratings(write("t.csv", SMALL + rows))


def test_that_every_problem_is_carried_and_survives_a_process_border(write: Writer) -> None:
    path = write("t.csv", SMALL + "A,x,3,0,a\n\nA,x,4,0,b\nA,x,5,0,\nA,x,6,0,c\n")
    with pytest.raises(BadRatingsFile) as caught:
        read_ratings(path)
    for error in (caught.value, pickle.loads(pickle.dumps(caught.value))):
        assert [(problem.row, problem.value) for problem in error.problems] == [(6, "a"), (8, "b"), (10, "c")]
        assert "There are 2 more." in error.message
        assert error.hint


def test_that_no_more_problems_are_listed_than_a_person_reads(write: Writer) -> None:
    rows = "".join(f"A,x,c{i},0,bad\n" for i in range(problems.MOST_LISTED + 5))
    with pytest.raises(BadRatingsFile, match="There are 1,004 more") as caught:
        read_ratings(write("t.csv", SMALL + rows))
    assert len(caught.value.problems) == problems.MOST_LISTED


def test_that_an_empty_rating_is_a_read_that_is_missing(write: Writer) -> None:
    result = read_ratings(write("t.csv", SMALL + "B,x,1,0,\nB,x,2,1,NA\nB,y,1,0,3\n"))
    np.testing.assert_array_equal(result.data.was_read[:, 1], [[False, False], [True, False]])
    assert [problem.row for problem in result.problems] == [6, 7]
    assert "3 of 8 possible reads" in result.notes[0]


def test_that_who_has_no_read_at_all_is_left_out_and_named(write: Writer) -> None:
    result = read_ratings(write("t.csv", SMALL + "B,x,1,0,\nA,x,9,1,\nA,y,9,1,\n"))
    assert result.data.readers == ("A",)
    assert result.data.cases == ("1", "2")
    assert result.notes[:2] == (
        "Reader B without a single read is left out.",
        "Case 9 without a single read is left out.",
    )


def test_that_infinite_constant_and_one_sided_ratings_are_read_with_a_note(write: Writer) -> None:
    body = "reader,case,truth,rating\nA,1,1,Inf\nA,2,1,-inf\nB,1,1,3\nB,2,1,3\n"
    result = read_ratings(write("t.csv", body))
    np.testing.assert_array_equal(result.data.ratings[0, 0], [np.inf, -np.inf])
    notes = " ".join(result.notes)
    assert "There is no negative case" in notes
    assert "2 ratings are infinite" in notes
    assert "Reader B gave every case the same rating" in notes


def test_that_yes_and_no_count_as_ratings(write: Writer) -> None:
    body = "reader,case,truth,rating\nA,1,0,FALSE\nA,2,1,TRUE\n"
    np.testing.assert_array_equal(read_ratings(write("t.csv", body)).data.ratings, [[[0, 1]]])


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.csv", b"", "is empty"),
        ("t.csv", b"\n \n\n", "is empty"),
        ("t.csv", b"a,b,\x00\x01\x02" * 50, "neither a text table nor a workbook"),
        ("t.csv", bytes(range(128, 256)) * 20 + bytes(range(1, 9)) * 99, "neither a text table"),
        ("t.csv", (SMALL + "B,x,1,0,1\n" * 999).encode() + b"\x00", "neither a text table"),
        ("t.csv", b"reader\nA\n", r"one column only \('reader'\)"),
        ("t.csv", b"reader,case,truth,rating\n", "a header and no rows"),
        ("t.csv", b"reader,case,truth,rating\n,,,\n", "a header and no rows"),
        ("t.csv", b"reader,case,truth,rating\nA,1,0,\n", "holds no rating"),
        ("t.csv", b"reader,case,rating\nA,1,0\n", "no column for the truth"),
        ("t.csv.gz", b"\x1f\x8b\x08\x00", r"compressed \(gzip\)"),
        ("t.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", "old workbook"),
        ("t.parquet", b"PAR1 and nothing else", "damaged Parquet"),
        ("t.xlsx", b"PK\x03\x04 and nothing else", "not a workbook that can be read"),
    ],
)
def test_that_a_file_without_ratings_is_refused_in_a_sentence(
    write: Writer, name: str, content: bytes, words: str
) -> None:
    with pytest.raises(BadRatingsFile, match=words) as caught:
        read_ratings(write(name, content))
    assert caught.value.problems


def test_that_a_folder_and_an_absent_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRatingsFile, match="is a folder"):
        read_ratings(tmp_path)
    with pytest.raises(BadRatingsFile, match="is not there"):
        read_ratings(tmp_path / "none.csv")


def test_that_a_mistaken_column_does_not_fill_the_memory(write: Writer) -> None:
    rows = "".join(f"r{i},m{i},c{i},0,1\n" for i in range(700))
    with pytest.raises(BadRatingsFile, match="700 modalities, 700 readers and 700 cases"):
        read_ratings(write("t.csv", "reader,modality,case,truth,rating\n" + rows))


def test_that_the_truth_may_stand_in_a_file_of_its_own(write: Writer) -> None:
    path = write("t.csv", "reader,modality,case,rating\nA,x,1,1\nA,x,2,3\n")
    truth = write("truth.csv", "case;truth\n2;positive\n1;negative\n3;negative\n")
    result = read_ratings(path, truth_path=truth)
    assert result.data.cases == ("2", "1")
    np.testing.assert_array_equal(result.data.is_positive, [True, False])
    assert "Case 3 without a single read" in result.notes[0]
    with pytest.raises(
        BadRatingsFile, match=r"Row 3, column 'case' \('2'\): the case has no truth in truth.csv"
    ):
        read_ratings(path, truth_path=write("truth.csv", "case,truth\n1,0\n"))


def test_that_the_libraries_are_loaded_when_they_are_needed() -> None:
    code = (
        "import sys; import realfm_gui.formats.reading, realfm_gui.formats.write_tables, "
        "realfm_gui.formats.write_rjafroc, realfm_gui.formats.write_imrmc; "
        "print(*sorted({'pyarrow', 'openpyxl', 'pandas', 'torch', 'scipy'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == ""


def test_that_no_loop_runs_over_the_rows(write: Writer) -> None:
    assert _steps_to_read(write, n_readers=60) - _steps_to_read(write, n_readers=20) < 40 * _N_CASES / 10


_N_CASES = 500


def _steps_to_read(write: Writer, n_readers: int) -> int:
    """Return how many lines of our own run while readers x 500 reads are read."""
    r, c = np.unravel_index(np.arange(n_readers * _N_CASES), (n_readers, _N_CASES))
    lines = "\n".join(f"r{i},{j},{j % 2},{(i * 7 + j) % 101 / 8}" for i, j in zip(r, c, strict=True))
    path = write("big.csv", f"reader,case,truth,rating\n{lines}\n")
    n_steps = 0

    def step(frame: FrameType, event: str, argument: object) -> Callable[..., object] | None:
        nonlocal n_steps
        n_steps += event == "line"
        return step if "realfm_gui" in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(step)
    try:
        data = read_ratings(path).data
    finally:
        sys.settrace(before)
    np.testing.assert_array_equal(data.ratings[0, r, c], (r * 7 + c) % 101 / 8)
    return n_steps
