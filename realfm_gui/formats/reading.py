"""One door for every file of ratings: what it is, is seen from what stands in it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from realfm_gui.formats.column_roles import column_roles, need_columns, unused_columns_note
from realfm_gui.formats.columns import Table
from realfm_gui.formats.froc_marks import MARK_ROLES, study_of_marks, truth_file_of
from realfm_gui.formats.imrmc import TRUTH_READERS, is_imrmc, read_imrmc, study_with_truth_rows
from realfm_gui.formats.listings import refuse_listing
from realfm_gui.formats.lrc import is_lrc, read_lrc
from realfm_gui.formats.parquet import parquet_header, read_parquet_columns
from realfm_gui.formats.problems import refusal
from realfm_gui.formats.ratings_file import USUAL_COLUMNS, ColumnNames, RatingsFile
from realfm_gui.formats.rjafroc import read_rjafroc
from realfm_gui.formats.text_columns import read_text_columns
from realfm_gui.formats.text_layout import OTHER_ENCODINGS, encoding_of, head_of, table_layout
from realfm_gui.formats.tidy import NAME_ROLES, NUMBER_ROLES, TruthByCase, study_from_table
from realfm_gui.formats.truth_file import read_truth

_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_COMPRESSED = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd"}


def read_ratings(
    path: Path, *, truth_path: Path | None = None, columns: ColumnNames = USUAL_COLUMNS
) -> RatingsFile:
    """Read a file of ratings or marks in any of the known formats.

    Tables (CSV, TSV, Parquet) with one row per reader, modality and case, or per mark; ``.imrmc`` and the
    data frame of iMRMC; RJafroc's ``.xlsx``; ``.lrc``. What a file is, is seen from what stands in it.

    Parameters
    ----------
    path : Path
        The file.
    truth_path : Path, optional
        A table of the truth (case, truth; for marks lesion_id and weight); for marks it is found beside a
        file ``..._marks.csv`` as ``..._truth.csv``.
    columns : ColumnNames
        Names of columns, where they are not the usual ones.

    Raises
    ------
    BadRatingsFile
        With every problem that was found, each naming its row or cell.
    """
    if path.is_dir():
        raise refusal(path, "is a folder", hint="Choose the file in it that holds the ratings.")
    if not path.is_file():
        raise refusal(path, "is not there", hint="Check the name and the folder.")
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"PAR1"):
        return _read_parquet(path, truth_path, columns)
    if start.startswith(b"PK\x03\x04"):
        return read_rjafroc(path)
    if start.startswith(_OLD_WORKBOOK):
        raise refusal(path, "is an old workbook (.xls)", hint="Save it as .xlsx or as CSV.")
    for mark, name in _COMPRESSED.items():
        if start.startswith(mark):
            raise refusal(path, f"is compressed ({name})", hint="Unpack it first.")
    encoding = encoding_of(path)
    result = _read_text(path, encoding, truth_path, columns)
    if encoding not in OTHER_ENCODINGS:
        return result
    name = OTHER_ENCODINGS[encoding]
    note = f"The file is not UTF-8; it was read as {name}, so check names with accents."
    return replace(result, notes=(note, *result.notes))


def _read_text(path: Path, encoding: str, truth_path: Path | None, columns: ColumnNames) -> RatingsFile:
    head = head_of(path, encoding)
    refuse_listing(path, head)
    if is_imrmc(head) or path.suffix.lower() == ".imrmc":
        return read_imrmc(path, head, encoding)
    if is_lrc(head) or path.suffix.lower() == ".lrc":
        return read_lrc(path, encoding)
    layout = table_layout(path, head, encoding)

    def read_columns(names: dict[str, int], numbers: dict[str, int]) -> Table:
        return read_text_columns(path, layout, names=names, numbers=numbers)

    return _read_table(path, layout.header, read_columns, truth_path, columns)


def _read_parquet(path: Path, truth_path: Path | None, columns: ColumnNames) -> RatingsFile:
    header = parquet_header(path)

    def read_columns(names: dict[str, int], numbers: dict[str, int]) -> Table:
        return read_parquet_columns(path, header, names=names, numbers=numbers)

    return _read_table(path, header, read_columns, truth_path, columns)


def _read_table(
    path: Path,
    header: tuple[str, ...],
    read_columns: Callable[[dict[str, int], dict[str, int]], Table],
    truth_path: Path | None,
    columns: ColumnNames,
) -> RatingsFile:
    roles = column_roles(path, header, columns)
    need_columns(path, header, roles, ("reader", "case", "rating"))
    notes = unused_columns_note(header, roles)
    if "lesion" in roles or "mark" in roles:
        need_columns(path, header, roles, ("lesion",))
        table = read_columns(_some(roles, MARK_ROLES), _some(roles, ("rating",)))
        truth = read_truth(truth_path or truth_file_of(path), columns)
        return study_of_marks(path, table, truth, notes=notes)
    if "truth" not in roles and truth_path is None:
        # iMRMC's data frame: the truth stands in rows, so scores are read as text, to tell them apart.
        wanted = {**_some(roles, NAME_ROLES), "score": roles["rating"]}
        table = read_columns(wanted, {})
        if not set(map(str.lower, table.names["reader"].labels)) & set(TRUTH_READERS):
            need_columns(path, header, roles, ("truth",))
        return study_with_truth_rows(path, table, format_name="iMRMC data frame", notes=notes)
    table = read_columns(_some(roles, NAME_ROLES), _some(roles, NUMBER_ROLES))
    if truth_path is None:
        return study_from_table(path, table, format_name="table", notes=notes)
    if "finding" in roles:
        raise refusal(path, "has several findings, for which the truth must stand in the same table")
    truth = read_truth(truth_path, columns)
    by_case = TruthByCase(truth=dict(truth.is_positive), source=truth_path.name)
    return study_from_table(
        path, table, format_name="table", notes=(*notes, *truth.notes), truth_by_case=by_case
    )


def _some(roles: dict[str, int], wanted: tuple[str, ...]) -> dict[str, int]:
    return {role: roles[role] for role in wanted if role in roles}
