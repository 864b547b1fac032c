"""Tables of marks with their truth beside them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from realfm_gui.analysis.mrmc.observer_data import NO_LESION
from realfm_gui.formats.problems import BadRatingsFile
from realfm_gui.formats.ratings_file import RatingsFile
from realfm_gui.formats.reading import read_ratings

Writer = Callable[[str, str | bytes], Path]

MARKS = (
    "reader,modality,case,truth,mark,lesion_id,rating\n"
    "A,x,1,0,NL,0,2\nA,x,2,1,LL,3,5\nA,x,2,1,NL,0,1\nB,x,2,1,LL,1,4\nB,y,2,1,LL,1,3\n"
)
TRUTH = "case,truth,lesion_id,weight\n1,0,0,0\n2,1,1,0\n2,1,3,0\n3,1,1,1\n"


def _read(write: Writer, marks: str = MARKS, truth: str = TRUTH) -> RatingsFile:
    write("study_truth.csv", truth)
    return read_ratings(write("study_marks.csv", marks))


def test_that_reads_without_a_mark_are_read_and_rated_below_everything(write: Writer) -> None:
    result = _read(write)
    data = result.data
    np.testing.assert_array_equal(data.ratings[0], [[2, 5, -np.inf], [-np.inf, 4, -np.inf]])
    assert np.isnan(data.ratings[1, 0]).all(), "A has no mark in y and is not taken to have read there"
    assert any("every reader is taken to have read" in note for note in result.notes)


def test_that_marks_keep_the_lesion_they_hit_and_equal_weights_are_filled_in(write: Writer) -> None:
    marks = _read(write).data.marks
    assert marks is not None
    assert marks.lesion.tolist() == [NO_LESION, 1, NO_LESION, 0, 0]
    np.testing.assert_array_equal(marks.lesion_weights, [[np.nan, np.nan], [0.5, 0.5], [1, np.nan]])


def test_that_weights_printed_with_few_digits_are_made_exact(write: Writer) -> None:
    truth = TRUTH.replace("2,1,1,0", "2,1,1,.33").replace("2,1,3,0", "2,1,3,.66")
    marks = _read(write, truth=truth).data.marks
    assert marks is not None
    np.testing.assert_allclose(marks.lesion_weights[1], [1 / 3, 2 / 3], rtol=0, atol=1e-15)


def test_that_a_missing_truth_table_is_named_and_can_be_given(write: Writer) -> None:
    path = write("study_marks.csv", MARKS)
    with pytest.raises(BadRatingsFile, match="--truth FILE"):
        read_ratings(path)
    assert read_ratings(path, truth_path=write("other.csv", TRUTH)).data.cases == ("1", "2", "3")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("A,x,9,0,NL,0,2", r"Row 7, column 'case' \('9'\): the truth has no such case"),
        ("A,x,2,1,LL,2,2", r"Row 7, column 'lesion_id' \('2'\): its case has no such lesion"),
        ("A,x,2,1,LL,3,2", r"Row 7, column 'lesion_id' \('3'\): reader A has already hit .* in row 3"),
        ("A,x,2,1,NL,1,2", r"Row 7, column 'lesion_id' \('1'\): an LL mark names its lesion"),
        ("A,x,2,1,LL,0,2", r"Row 7, column 'lesion_id' \('0'\): an LL mark names its lesion"),
        ("A,x,2,1,LL,one,2", r"Row 7, column 'lesion_id' \('one'\): not the number"),
        ("A,x,2,0,LL,1,2", r"Row 7, column 'truth' \('0'\): the table of the truth says otherwise"),
        ("A,x,2,1,XX,1,2", r"Row 7, column 'mark' \('XX'\): a mark is LL"),
        ("A,x,2,1,LL,1,", r"Row 7, column 'rating' \(empty\): a mark has a finite rating"),
        ("A,x,2,1,LL,1,inf", r"Row 7, column 'rating' \('inf'\): a mark has a finite rating"),
        ("A,x,2,1,LL,1,hi", r"Row 7, column 'rating' \('hi'\): not a number"),
        ("A,x,2,1,LL,,2", r"Row 7, column 'lesion_id' \(empty\)"),
    ],
)
def test_that_a_bad_mark_is_refused_by_row(write: Writer, row: str, words: str) -> None:
    with pytest.raises(BadRatingsFile, match=words) as caught:
        _read(write, marks=MARKS + row + "\n")
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize(
    ("truth", "words"),
    [
        (TRUTH + "3,0,0,0\n", r"Row 6, column 'truth' \('0'\): case 3 has another truth in row 5"),
        (TRUTH + "3,1,1,1\n", r"Row 6, column 'case' \('3'\): lesion 1 of case 3 stands there a second time"),
        (TRUTH + "4,0,1,1\n", r"Row 6, column 'lesion_id' \('1'\): a negative case with a lesion"),
        (TRUTH + "4,1,0,0\n", r"Row 6, column 'lesion_id' \('0'\): a positive case without a lesion"),
        (TRUTH + "4,1,1.5,0\n", r"Row 6, column 'lesion_id' \('1.5'\)"),
        (TRUTH + "4,1,1,-1\n", r"Row 6, column 'weight' \('-1'\)"),
        (TRUTH + "4,1,1,heavy\n", r"Row 6, column 'weight' \('heavy'\): not a number"),
        (TRUTH + "4,1,1,.4\n", r"case 4: the weights of its lesions add up to 0.4"),
        (TRUTH + ",1,1,1\n", r"Row 6, column 'case' \(empty\)"),
        (TRUTH + "4,,1,1\n", r"Row 6, column 'truth' \(empty\): no truth for case 4"),
        ("case,truth\n1,0\n2,1\n3,1\n", "no column for lesions"),
    ],
)
def test_that_a_bad_row_of_the_truth_is_refused(write: Writer, truth: str, words: str) -> None:
    with pytest.raises(BadRatingsFile, match=words):
        _read(write, truth=truth)
