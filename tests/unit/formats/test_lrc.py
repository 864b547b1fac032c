""".lrc files, and text files that are not data."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from realfm_gui.formats.problems import BadRatingsFile
from realfm_gui.formats.reading import read_ratings

Writer = Callable[[str, str | bytes], Path]

LRC = """Two readers
Ana Ruiz
  "plain film"  "CT"
  Large L
  1.0 2.0 case a
  2.5 1.0 case b
*
  4 5 case c
*
second
  1 1 case a
  2 1 case b
*
  3 5 case c
*
#
"""


def test_that_readers_modalities_and_cases_are_read_with_their_names(write: Writer) -> None:
    data = read_ratings(write("x.lrc", LRC)).data
    assert data.modalities == ("plain film", "CT")
    assert data.readers == ("Ana Ruiz", "second")
    assert data.cases == ("case a", "case b", "case c")
    np.testing.assert_array_equal(data.is_positive, [False, False, True])
    np.testing.assert_array_equal(data.ratings, [[[1, 2.5, 4], [1, 2, 3]], [[2, 1, 5], [1, 1, 5]]])


def test_that_small_ratings_of_disease_are_turned(write: Writer) -> None:
    result = read_ratings(write("x.lrc", LRC.replace("Large L", "L S")))
    np.testing.assert_array_equal(result.data.ratings[1], [[-2, -1, -5], [-1, -1, -5]])
    assert "Small ratings mean disease in CT" in result.notes[0]


def test_that_cases_without_a_description_are_numbered(write: Writer) -> None:
    data = read_ratings(
        write("x.lrc", LRC.replace(" case a", "").replace(" case b", "").replace(" case c", ""))
    ).data
    assert data.cases == ("1", "2", "3")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("  2 1 case b", "  2 x case b", r"Row 12, column 'rating 2' \('x'\): not a number"),
        ("  2 1 case b", "  2", r"Row 12, column 'rating' \('2'\): 1 ratings where there are 2 modalities"),
        (
            "  2 1 case b",
            "  2 1 case z",
            r"Row 12, column 'case' \('case z'\): the first reader has 'case b'",
        ),
        ("  2 1 case b\n", "", r"Row 10, column 'reader' \('second'\): this reader has 1 negative"),
        ("second", "Ana Ruiz", r"Row 10, column 'reader' \('Ana Ruiz'\): two readers have the same name"),
        ("  3 5 case c\n*\n#\n", "  3 5 case c\n", r"ends in the middle of reader second"),
        ("*\n#\n", "*\n", "does not end with a line '#'"),
        ("  Large L", "  Large", r"Row 4, column 'L or S' .* 2 modalities and 1 letters"),
        ('"CT"', '"plain film"', r"Row 3, column 'modalities' \('plain film'\)"),
        ('"CT"', "CT", "does not begin as an .lrc file does"),
    ],
)
def test_that_a_bad_line_is_refused_by_number(write: Writer, old: str, new: str, words: str) -> None:
    with pytest.raises(BadRatingsFile, match=words):
        read_ratings(write("x.lrc", LRC.replace(old, new, 1)))


def test_that_a_listing_of_results_is_recognised_as_such(write: Writer) -> None:
    listing = "  OBUMRM 1.0\n  MULTIREADER-MULTICASE ROC ANALYSIS OF VARIANCE\n  reader,case,truth,rating\n"
    with pytest.raises(BadRatingsFile, match=r"a listing of results that OBUMRM 1\.0 printed, not ratings"):
        read_ratings(write("out.txt", listing))


def test_that_a_description_in_comments_is_recognised_as_such(write: Writer) -> None:
    with pytest.raises(BadRatingsFile, match="describes a file format"):
        read_ratings(write("FORMAT", "c\tThe data, as follows:\nc\nC     one line per case\n"))
