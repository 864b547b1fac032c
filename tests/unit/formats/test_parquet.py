"""Parquet: whatever types the columns have, names are text and ratings are numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from realfm_gui.formats import parquet as parquet_format
from realfm_gui.formats.problems import BadRatingsFile
from realfm_gui.formats.reading import read_ratings


def _write(folder: Path, **columns: Any) -> Path:
    import pyarrow as pa
    from pyarrow import parquet

    plain = {"reader": ["A", "A"], "case": ["1", "2"], "truth": [0, 1], "rating": [1.5, 2.5]}
    parquet.write_table(pa.table(plain | columns), folder / "x.parquet")
    return folder / "x.parquet"


@pytest.mark.parametrize(
    ("column", "values", "cases"),
    [
        ("case", ["1.10", "1.1"], ("1.10", "1.1")),
        ("case", [10, 2], ("10", "2")),
        ("case", [10.0, 2.0], ("10", "2")),
        ("truth", [False, True], ("1", "2")),
        ("rating", ["1.5", "2.5"], ("1", "2")),
        ("rating", np.array([1.5, 2.5], dtype=np.float32), ("1", "2")),
    ],
)
def test_that_columns_of_any_type_are_read(
    tmp_path: Path, column: str, values: Any, cases: tuple[str, ...]
) -> None:
    data = read_ratings(_write(tmp_path, **{column: values})).data
    assert data.cases == cases
    np.testing.assert_array_equal(data.ratings, [[[1.5, 2.5]]])
    np.testing.assert_array_equal(data.is_positive, [False, True])


def test_that_a_missing_value_is_a_missing_read(tmp_path: Path) -> None:
    path = _write(tmp_path, reader=["A", "B"], rating=[1.5, None])
    assert read_ratings(path).data.readers == ("A",)


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("rating", ["1.5", "high"], r"Row 2, column 'rating' \('high'\): not a number"),
        ("reader", ["A", None], r"Row 2, column 'reader' \(empty\)"),
        ("case", ["1", "1"], r"Row 2, column 'truth' \('1'\): case 1 has '0' in row 1"),
    ],
)
def test_that_a_bad_row_is_refused_by_number(tmp_path: Path, column: str, values: Any, words: str) -> None:
    with pytest.raises(BadRatingsFile, match=words):
        read_ratings(_write(tmp_path, **{column: values}))


def test_that_a_damaged_file_is_refused_or_read_but_never_a_crash(tmp_path: Path) -> None:
    import pyarrow as pa

    labels = pa.DictionaryArray.from_arrays(pa.array([0, 1] * 200), ["case one", "case two"])
    path = _write(
        tmp_path,
        reader=[str(i // 2) for i in range(400)],
        case=labels,
        truth=[0, 1] * 200,
        rating=[i / 7 for i in range(400)],
    )
    content = path.read_bytes()
    n_refused = 0
    for place in range(4, len(content) - 8, 41):
        path.write_bytes(content[:place] + bytes([content[place] ^ 0xA5]) + content[place + 1 :])
        try:
            read_ratings(path)
        except BadRatingsFile:
            n_refused += 1
    assert n_refused > 0


def test_that_more_rows_than_memory_holds_are_refused_before_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_format, "MOST_ROWS", 1)
    with pytest.raises(BadRatingsFile, match="has 2 rows, more than the 1 that are read"):
        read_ratings(_write(tmp_path))
