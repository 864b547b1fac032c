import csv
from pathlib import Path

import pandas as pd
import pytest

from realfm_gui.reporting.tables import READING_COLUMNS, tidy_readings

ROW = {
    "study": "A study",
    "reader": "r1",
    "reader_name": "Reader 1",
    "case": "c-1",
    "finding": "nodule",
    "phase": "unaided",
    "likelihood": 62,
    "recall": True,
    "truth": False,
    "ai_score": -1.25,
    "active_ms": 12_345,
}


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_that_every_reading_is_one_row_and_every_column_is_explained(tmp_path: Path) -> None:
    table, codebook = tidy_readings([ROW, {**ROW, "phase": "aided", "subgroup_site": "north"}], tmp_path)
    rows = _read(table)
    assert len(rows) == 2
    assert (rows[0]["recall"], rows[0]["truth"], rows[0]["likelihood"]) == ("1", "0", "62")
    assert (rows[0]["subgroup_site"], rows[1]["subgroup_site"]) == ("", "north")
    explained = [row["column"] for row in _read(codebook)]
    assert explained[:-1] == list(rows[0])
    assert all(row["meaning"] for row in _read(codebook))


def test_that_whole_numbers_with_gaps_stay_whole_numbers(tmp_path: Path) -> None:
    table, _ = tidy_readings([ROW, {**ROW, "likelihood": None, "ai_score": float("nan")}], tmp_path)
    rows = _read(table)
    assert [row["likelihood"] for row in rows] == ["62", ""]
    assert [row["ai_score"] for row in rows] == ["-1.25", ""]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_that_no_text_is_run_as_a_formula(tmp_path: Path, text: str) -> None:
    table, _ = tidy_readings([{**ROW, "reader_name": text, "subgroup_site": text}], tmp_path)
    (row,) = _read(table)
    assert row["reader_name"] == row["subgroup_site"] == "'" + text.replace("\r", "\n")


def test_that_an_unexplained_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not explain the columns mystery"):
        tidy_readings([{**ROW, "mystery": 1}], tmp_path)


def test_that_an_empty_study_gives_a_table_with_its_columns(tmp_path: Path) -> None:
    table, _ = tidy_readings([], tmp_path / "new" / "folder")
    assert list(pd.read_csv(table).columns) == [column.name for column in READING_COLUMNS]


def test_that_quotes_commas_and_line_breaks_survive(tmp_path: Path) -> None:
    name = 'Ann "A", the\nfirst'
    table, _ = tidy_readings([{**ROW, "reader_name": name}], tmp_path)
    assert _read(table)[0]["reader_name"] == name
