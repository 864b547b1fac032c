"""Writing tables of reads: tidy CSV, Parquet, MRMCaov's CSV and iMRMC's data frame."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.formats.atomic_output import written_whole
from realfm_gui.formats.imrmc import TRUTH_READERS
from realfm_gui.formats.omissions import all_names, formula_note, lost_parts, refuse_findings, refuse_names

Places = NDArray[np.intp]


def write_tidy_csv(data: ObserverData, path: Path) -> tuple[str, ...]:
    """Write one row per read: reader, modality, case, truth, rating; patient, finding, weight where needed.

    Returns
    -------
    tuple of str
        What the file does not hold, a sentence each.

    Raises
    ------
    UserFacingError
        If a name cannot be written, or the disk is full.
    """
    refuse_names(all_names(data), "", "A table")
    _write_csv(_tidy_table(data), path)
    return (*lost_parts(data, "A tidy table", clusters=False), *formula_note(data))


def write_parquet(data: ObserverData, path: Path) -> tuple[str, ...]:
    """Write the tidy table as Parquet; see `write_tidy_csv`."""
    from pyarrow import parquet

    refuse_names(all_names(data), "", "A table")
    with written_whole(path) as partial:
        parquet.write_table(_tidy_table(data), partial, compression="zstd")
    return lost_parts(data, "A tidy table", clusters=False)


def write_mrmcaov_csv(data: ObserverData, path: Path) -> tuple[str, ...]:
    """Write the table that MRMCaov's examples use: reader, treatment, case, truth (0 or 1), rating.

    Returns
    -------
    tuple of str
        What the file does not hold, a sentence each.

    Raises
    ------
    UserFacingError
        If a case has several findings, or the file cannot be written.
    """
    name = "MRMCaov's table"
    refuse_findings(data, name)
    refuse_names(all_names(data), "", name)
    m, r, c = np.nonzero(data.was_read)
    columns = {
        "reader": _names(data.readers, r),
        "treatment": _names(data.modalities, m),
        "case": _names(data.cases, c),
        "truth": data.is_positive[c].astype(np.int8),
        "rating": data.ratings[m, r, c],
    }
    _write_csv(_table(columns), path)
    return (*lost_parts(data, name), *formula_note(data))


def write_imrmc_frame_csv(data: ObserverData, path: Path) -> tuple[str, ...]:
    """Write the data frame of the R package iMRMC: readerID, caseID, modalityID, score.

    The truth stands first, in rows of the reader "truth".

    Returns
    -------
    tuple of str
        What the file does not hold, a sentence each.

    Raises
    ------
    UserFacingError
        If a case has several findings, a reader is called "truth", or the file cannot be written.
    """
    name = "iMRMC's data frame"
    refuse_findings(data, name)
    refuse_names(all_names(data), "", name)
    _write_csv(imrmc_table(data, truth="truth"), path)
    return (*lost_parts(data, name), *formula_note(data))


def imrmc_table(data: ObserverData, *, truth: str) -> Any:
    """Return an Arrow table of iMRMC's four columns; `truth` is the reader of the truth's rows.

    Raises
    ------
    UserFacingError
        If a reader has one of the names that mean the truth.
    """
    taken = [name for name in data.readers if name.lower() in TRUTH_READERS]
    if taken:
        raise UserFacingError(
            f"A reader is called '{taken[0]}', and in iMRMC's files that name means the truth.",
            hint="Rename the reader.",
        )
    m, r, c = np.nonzero(data.was_read)
    n_cases = len(data.cases)
    all_cases = np.concatenate([np.arange(n_cases), c])
    of_truth = np.zeros(n_cases, dtype=np.intp)
    return _table(
        {
            "readerID": _names((truth, *data.readers), np.concatenate([of_truth, r + 1])),
            "caseID": _names(data.cases, all_cases),
            "modalityID": _names(("truth", *data.modalities), np.concatenate([of_truth, m + 1])),
            "score": np.concatenate([data.is_positive.astype(np.float64), data.ratings[m, r, c]]),
        }
    )


def _tidy_table(data: ObserverData) -> Any:
    m, r, c = _tidy_rows(data)
    columns: dict[str, Any] = {
        "reader": _names(data.readers, r),
        "modality": _names(data.modalities, m),
        "case": _names(data.cases, c),
    }
    if data.findings:
        columns["finding"] = _names(data.findings, c)
    if len(np.unique(data.clusters)) < len(data.clusters):
        columns["patient"] = data.clusters[c] + 1
    columns["truth"] = data.is_positive[c].astype(np.int8)
    columns["rating"] = data.ratings[m, r, c]
    if (data.weights != 1).any():
        columns["weight"] = data.weights[c]
    return _table(columns)


def _tidy_rows(data: ObserverData) -> tuple[Places, Places, Places]:
    """Return which reads are written: those that there are, if they name everything in its order.

    Otherwise all possible ones, those that there are not with an empty rating.
    """
    places = np.nonzero(data.was_read)
    for axis, size in zip(places, data.ratings.shape, strict=True):
        names, first = np.unique(axis, return_index=True)
        if len(names) < size or (np.diff(first) < 0).any():
            m, r, c = np.unravel_index(np.arange(data.ratings.size), data.ratings.shape)
            return m, r, c
    m, r, c = places
    return m, r, c


def _names(labels: tuple[str, ...], codes: Places) -> Any:
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(labels, pa.string()))


def _table(columns: dict[str, Any]) -> Any:
    import pyarrow as pa

    arrays = {
        name: pa.array(column, from_pandas=True) if isinstance(column, np.ndarray) else column
        for name, column in columns.items()
    }
    return pa.table(arrays)


def _write_csv(table: Any, path: Path) -> None:
    from pyarrow import csv as arrow_csv

    with written_whole(path) as partial:
        arrow_csv.write_csv(
            as_text(table), partial, arrow_csv.WriteOptions(quoting_style="needed", quoting_header="needed")
        )


def as_text(table: Any) -> Any:
    """Return an Arrow table without dictionaries, which the CSV writer does not know."""
    import pyarrow as pa

    fields = [
        pa.field(field.name, pa.string()) if pa.types.is_dictionary(field.type) else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))
