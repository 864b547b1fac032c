"""The truth table: what it may look like, and which row is refused why."""

from pathlib import Path

import pytest

from realfm_gui.domain.case import Split
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.workflows.truth_table import TruthTable, read_truth_table


def read(tmp_path: Path, text: str, *findings: str) -> TruthTable:
    file = tmp_path / "labels.csv"
    file.write_text(text, encoding="utf-8")
    return read_truth_table(file, findings=findings or ("nodule",))


def test_that_a_table_by_file_keeps_unknown_columns_as_subgroups(tmp_path: Path) -> None:
    table = read(tmp_path, "file,truth,split,site,patient,indication\na.png,1,development,north,P1,cough\n")
    row = table.rows["a.png"]
    assert table.key_kind == "file"
    assert row.truth == {"nodule": True}
    assert row.split is Split.DEVELOPMENT
    assert (row.patient, row.indication, row.subgroups) == ("P1", "cough", {"site": "north"})


def test_that_a_column_named_after_the_finding_serves_as_truth(tmp_path: Path) -> None:
    table = read(tmp_path, "file,nodule,effusion\na,1,0\n", "nodule", "effusion")
    assert table.rows["a"].truth == {"nodule": True, "effusion": False}


def test_that_rows_of_several_findings_join(tmp_path: Path) -> None:
    table = read(tmp_path, "uid;finding;truth\n1.2;nodule;0\n1.2;effusion;1\n", "nodule", "effusion")
    assert table.key_kind == "uid"
    assert table.rows["1.2"].truth == {"nodule": False, "effusion": True}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a.png,2,reading", "must be 0 or 1, not '2'"),
        ("a.png,,reading", "must be 0 or 1, not ''"),
        (",1,reading", "the column file is empty"),
        ("a.png,1,test", "must be one of development, training, reading"),
        ("first.png,0,reading", "already given a truth for nodule in line 2"),
        ("a.png,1,reading,extra", "more fields than the header"),
    ],
)
def test_that_a_bad_row_is_listed_with_its_line_and_the_others_are_kept(
    tmp_path: Path, row: str, reason: str
) -> None:
    table = read(tmp_path, f"file,truth,split\nfirst.png,1,reading\n{row}\nlast.png,0,reading\n")
    assert {"first.png", "last.png"} <= set(table.rows)
    assert table.rows["first.png"].truth == {"nodule": True}
    [(place, said)] = table.refused
    assert place == "labels.csv, line 3"
    assert reason in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,truth\na,1\n", "no column that names the images"),
        ("file,label\na,1\n", "no column with the reference standard"),
        ("", "no column that names the images"),
    ],
)
def test_that_an_unusable_table_is_refused_as_a_whole(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UserFacingError, match=said) as caught:
        read(tmp_path, text)
    assert caught.value.hint


def test_that_several_findings_need_a_finding_column(tmp_path: Path) -> None:
    with pytest.raises(UserFacingError, match="which finding"):
        read(tmp_path, "file,truth\na,1\n", "nodule", "effusion")


def test_that_a_missing_file_is_a_message(tmp_path: Path) -> None:
    with pytest.raises(UserFacingError, match="cannot be read"):
        read_truth_table(tmp_path / "none.csv", findings=("nodule",))
