"""Reading the wanted columns of a Parquet file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from realfm_gui.formats.columns import NameColumn, NumberColumn, Table, relabelled
from realfm_gui.formats.problems import refusal, shortened
from realfm_gui.formats.text_columns import numbers_from_names

MOST_ROWS = 200_000_000
"""A file of a few kilobytes can declare more rows than any memory holds."""


def parquet_header(path: Path) -> tuple[str, ...]:
    """Return the names of the columns.

    Raises
    ------
    BadRatingsFile
        If the file is damaged, or has more than `MOST_ROWS` rows.
    """
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            n_rows, header = file.metadata.num_rows, tuple(file.schema_arrow.names)
    except Exception as error:
        # In a damaged file the library meets, and raises, anything.
        raise _damaged(path, error) from error
    if n_rows > MOST_ROWS:
        raise refusal(path, f"has {n_rows:,} rows, more than the {MOST_ROWS:,} that are read")
    return header


def read_parquet_columns(
    path: Path, header: tuple[str, ...], *, names: Mapping[str, int], numbers: Mapping[str, int]
) -> Table:
    """Return some columns of a Parquet file; rows are counted from 1.

    Parameters
    ----------
    path : Path
        The file.
    header : tuple of str
        Its columns.
    names, numbers : mapping of str to int
        Which column (from 0) is what, and how it is to be read.

    Raises
    ------
    BadRatingsFile
        If the file is damaged.
    """
    from pyarrow import parquet

    wanted = [header[index] for index in (*names.values(), *numbers.values())]
    try:
        table = parquet.read_table(path, columns=wanted)
        table.validate(full=True)  # a damaged dictionary is read without a word otherwise
    except Exception as error:
        # In a damaged file the library meets, and raises, anything.
        raise _damaged(path, error) from error
    return Table(
        names={role: _names(table.column(header[i]), header[i]) for role, i in names.items()},
        numbers={role: _numbers(table.column(header[i]), header[i]) for role, i in numbers.items()},
        n_rows=table.num_rows,
        row_of=lambda row: row + 1,
    ).without_empty_rows()


def _names(column: Any, header: str) -> NameColumn:
    import pyarrow as pa
    from pyarrow import compute

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_floating(column.type):
        # Cases that were numbers once come back as 1.0, 2.0, ... when one of them is missing.
        texts = [None if value is None else f"{value:.17g}" for value in compute.unique(column).to_pylist()]
        codes = compute.index_in(column, value_set=compute.unique(column))
        return _coded(header, codes, texts)
    encoded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    encoded = encoded.combine_chunks() if isinstance(encoded, pa.ChunkedArray) else encoded
    return _coded(header, encoded.indices, encoded.dictionary.to_pylist())


def _coded(header: str, codes: Any, texts: list[str | None]) -> NameColumn:
    numbers = np.asarray(codes.fill_null(-1).to_numpy(zero_copy_only=False)).astype(np.int32)
    return relabelled(header, numbers, ["" if text is None else text for text in texts])


def _numbers(column: Any, header: str) -> NumberColumn:
    import pyarrow as pa

    is_number = pa.types.is_floating(column.type) or pa.types.is_integer(column.type)
    if is_number or pa.types.is_boolean(column.type):
        values = column.cast(pa.float64()) if is_number else column.cast(pa.int8()).cast(pa.float64())
        return NumberColumn(
            header=header, values=values.to_numpy().astype(np.float64, copy=False), unreadable={}
        )
    return numbers_from_names(_names(column, header))


def _damaged(path: Path, error: Exception) -> Exception:
    return refusal(path, "is a damaged Parquet file", hint=f"Export it once more. ({shortened(str(error))})")
