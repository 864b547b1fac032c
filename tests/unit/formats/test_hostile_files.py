"""Files that are broken, huge or malicious are refused in words, and the words name the right row."""

import pickle
from pathlib import Path

import pytest

from realfm_gui.formats.problems import BadRatingsFile
from realfm_gui.formats.reading import read_ratings
from tests.unit.formats.conftest import Writer

HEADER = "reader,modality,case,truth,rating\n"
ROWS = "".join(
    f"{reader},{modality},c{case},{case % 2},{case}\n"
    for reader in ("r1", "r2")
    for modality in ("m0", "m1")
    for case in range(6)
)
LONG = "x" * 200_000


def refused(path: Path) -> BadRatingsFile:
    with pytest.raises(BadRatingsFile) as problem:
        read_ratings(path)
    return problem.value


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (",,,,\n" * 50, "holds separators and no text"),
        (f"reader,{LONG}\n1,2\n", "more than 131,072 characters"),
        (f"{HEADER}{ROWS}r1,m1,{LONG},1,3,4\n", "more than 131,072 characters"),
        ((HEADER + ROWS).encode("utf-16")[:-1], "begins as UTF-16 text"),
        (b"\xef\xbb\xbf" + (HEADER + ROWS).encode() + b"\xff\n", "begins as UTF-8 text"),
    ],
    ids=["commas", "long header", "long cell", "cut UTF-16", "no UTF-8"],
)
def test_that_what_is_no_table_is_refused_in_words(write: Writer, content: str | bytes, words: str) -> None:
    assert words in refused(write("study.csv", content)).message


def test_that_an_unclosed_quotation_mark_is_suspected(write: Writer) -> None:
    problem = refused(write("study.csv", HEADER + ROWS.replace("r2,m0,c1", 'r2,m0,"c1')))
    assert "quotation mark is opened and not closed" in problem.hint


def test_that_a_quotation_mark_after_a_space_is_no_second_modality(write: Writer) -> None:
    problem = refused(write("study.csv", HEADER + ROWS.replace("r2,m0,c1", 'r2, "m0",c1')))
    assert problem.problems[0].row == 15
    assert problem.problems[0].cell == "modality"
    assert "Remove the spaces" in problem.hint


def test_that_a_name_may_begin_with_a_quotation_mark(write: Writer) -> None:
    data = read_ratings(write("study.csv", HEADER + ROWS.replace("m0", '"""m0"""'))).data
    assert data.modalities == ('"m0"', "m1")


def test_that_rows_are_counted_as_an_editor_counts_after_line_breaks_in_cells(write: Writer) -> None:
    lines = (HEADER + ROWS).splitlines()
    lines[3] = lines[3].replace("c2", '"c\n2"')
    lines.insert(6, "")
    lines[10] = lines[10].rpartition(",")[0] + ",high"
    text = "\n".join(lines) + "\n"
    problem = refused(write("study.csv", text)).problems[0]
    assert problem.row is not None
    assert text.splitlines()[problem.row - 1].endswith(",high")


def test_that_a_study_of_nearly_nothing_but_gaps_is_refused_before_it_is_laid_out(write: Writer) -> None:
    rows = "".join(f"r{i},m,c{i},{i % 2},3\n" for i in range(2_300))
    problem = refused(write("study.csv", HEADER + rows))
    assert "2,300 readers and 2,300 cases, in only 2,300 rows" in problem.message
    assert "Check which column" in problem.hint


def test_that_readers_with_cases_of_their_own_are_read(write: Writer) -> None:
    rows = "".join(f"r{i % 150},m,c{i},{i // 150 % 2},3\n" for i in range(40_000))
    assert read_ratings(write("study.csv", HEADER + rows)).data.ratings.shape == (1, 150, 40_000)


def test_that_a_refusal_keeps_its_number_on_its_way_between_processes(write: Writer) -> None:
    rows = "".join(f"r1,m,c{i},{i % 2},high\n" for i in range(1_500))
    problem = refused(write("study.csv", HEADER + rows))
    assert (len(problem.problems), problem.number) == (1_000, 1_500)
    assert pickle.loads(pickle.dumps(problem)).number == 1_500
