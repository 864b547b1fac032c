"""iMRMC's files: truth in rows, counts in a header, names with spaces."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from realfm_gui.formats.problems import BadRatingsFile
from realfm_gui.formats.reading import read_ratings

Writer = Callable[[str, str | bytes], Path]

HEADER = "A study\nNR: 2\nN0: 1\nN1: 1\nNM:1\n\nBEGIN DATA:\n"
TRUTH = "-1,b,0,0\n-1,a,0,1\n"
READS = "r1,a,m,5\nr1,b,m,2.5\nr2,a,m,4\nr2,b,m,1\n"


def test_that_cases_stand_in_the_order_of_their_truth(write: Writer) -> None:
    result = read_ratings(write("s.imrmc", HEADER + TRUTH + READS))
    assert result.data.cases == ("b", "a")
    np.testing.assert_array_equal(result.data.is_positive, [False, True])
    np.testing.assert_array_equal(result.data.ratings, [[[2.5, 5], [1, 4]]])
    assert result.notes == ()


def test_that_the_header_may_be_absent_or_saved_by_a_spreadsheet(write: Writer) -> None:
    plain = read_ratings(write("a.imrmc", "BEGIN DATA:\n" + TRUTH + READS)).data
    spread = read_ratings(write("b.csv", "A study,,,\r\nBEGIN DATA:,,,\r\n" + TRUTH + READS)).data
    np.testing.assert_array_equal(plain.ratings, spread.ratings)


def test_that_names_differing_in_spaces_are_one_and_this_is_said(write: Writer) -> None:
    reads = READS.replace("r1,b", " r 1 ,b")
    result = read_ratings(write("s.imrmc", HEADER + TRUTH + reads))
    assert result.data.readers == ("r1", "r2")
    assert "'r1' and 'r 1'" in result.notes[0]


def test_that_counts_that_differ_from_the_rows_are_said(write: Writer) -> None:
    result = read_ratings(write("s.imrmc", HEADER.replace("N0: 1", "N0: 24") + TRUTH + READS))
    assert result.notes == ("The header says N0 = 24 negative cases; the rows hold 1.",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (HEADER.replace("NR: 2", "NR: two") + TRUTH + READS, r"Row 2, column 'NR' \('two'\)"),
        (
            HEADER + TRUTH + TRUTH[:9] + READS,
            r"Row 10, column 'score' \('0'\): case b has its truth .* row 8",
        ),
        (HEADER + TRUTH + READS + "r1,a,m,4\n", r"Row 14, column 'score' \('4'\): reader r1 .* row 10"),
        (HEADER + TRUTH + READS + "r1,c,m,4\n", r"Row 14, column 'case' \('c'\): the case has no truth"),
        (HEADER + TRUTH + READS + "r1,a,m2,x\n", r"Row 14, column 'score' \('x'\): not a number"),
        (HEADER + TRUTH + "-1,c,0,\n" + READS, r"Row 10, column 'score' \(empty\): no truth for case c"),
        (HEADER + TRUTH + "-1,c,0,7\n" + READS, r"Row 10, column 'score' \('7'\): the truth is neither"),
        (HEADER + READS, "no row with the truth"),
        (HEADER + TRUTH, "a header and no rows"),
        ("A study\n" + TRUTH + READS, "no line BEGIN DATA:"),
    ],
)
def test_that_a_bad_row_is_refused_by_number(write: Writer, content: str, words: str) -> None:
    with pytest.raises(BadRatingsFile, match=words):
        read_ratings(write("s.imrmc", content))


def test_that_the_data_frame_of_r_is_known_by_its_truth_rows(write: Writer) -> None:
    body = "readerID,caseID,modalityID,score\ntruth,a,truth,1\ntruth,b,truth,0\n" + READS
    result = read_ratings(write("frame.csv", body))
    assert result.format == "iMRMC data frame"
    np.testing.assert_array_equal(result.data.ratings, [[[5, 2.5], [4, 1]]])
    with pytest.raises(BadRatingsFile, match=r"Row 8, column 'score' \('no'\): not a number"):
        read_ratings(write("frame.csv", body + "r1,a,m2,no\n"))
