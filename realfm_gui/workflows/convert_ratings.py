"""Write a file of ratings in the format of another program."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.formats.atomic_output import write_together
from realfm_gui.formats.froc_marks import truth_beside
from realfm_gui.formats.ratings_file import USUAL_COLUMNS, ColumnNames
from realfm_gui.formats.reading import read_ratings
from realfm_gui.formats.write_imrmc import write_imrmc
from realfm_gui.formats.write_lrc import write_lrc
from realfm_gui.formats.write_marks import write_marks_csv
from realfm_gui.formats.write_rjafroc import write_rjafroc_xlsx
from realfm_gui.formats.write_tables import (
    write_imrmc_frame_csv,
    write_mrmcaov_csv,
    write_parquet,
    write_tidy_csv,
)
from realfm_gui.workflows.written_results import refuse_overwriting

MARKS = "marks"
_WRITERS: dict[str, Callable[[ObserverData, Path], tuple[str, ...]]] = {
    "csv": write_tidy_csv,
    "parquet": write_parquet,
    "imrmc": write_imrmc,
    "imrmc-frame": write_imrmc_frame_csv,
    "rjafroc": write_rjafroc_xlsx,
    "lrc": write_lrc,
    "mrmcaov": write_mrmcaov_csv,
}
FORMATS = (*_WRITERS, MARKS)
_OF_SUFFIX = {".csv": "csv", ".parquet": "parquet", ".imrmc": "imrmc", ".xlsx": "rjafroc", ".lrc": "lrc"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """What was written: the files, what reading assumed, and what the format does not hold."""

    written: tuple[Path, ...]
    read_notes: tuple[str, ...]
    lost: tuple[str, ...]


def convert_ratings(
    path: Path,
    out: Path,
    *,
    to: str | None = None,
    truth_path: Path | None = None,
    columns: ColumnNames = USUAL_COLUMNS,
) -> Conversion:
    """Read a file of ratings or marks and write it in another format.

    Parameters
    ----------
    path, truth_path, columns
        See `read_ratings`.
    out : Path
        The new file; marks are named ``..._marks.csv``, and their truth goes beside as ``..._truth.csv``.
    to : str, optional
        One of `FORMATS`; by default what the suffix of `out` says.

    Raises
    ------
    UserFacingError
        If the file cannot be read, the format cannot hold it, or `out` cannot be written or is read.
    """
    format_name = to or _format_of(out)
    outputs = (out, _truth_name(out)) if format_name == MARKS else (out,)
    refuse_overwriting([path, truth_path, truth_beside(path)], outputs)
    file = read_ratings(path, truth_path=truth_path, columns=columns)
    lost: tuple[str, ...] = ()

    def write(partial: Path) -> None:
        nonlocal lost
        lost = _WRITERS[format_name](file.data, partial)

    if format_name == MARKS:
        lost = write_marks_csv(file.data, *outputs)
    else:
        write_together({out: write})
    return Conversion(written=outputs, read_notes=file.notes, lost=lost)


def _format_of(out: Path) -> str:
    found = _OF_SUFFIX.get(out.suffix.lower())
    if found is None:
        raise UserFacingError(
            f"The name {out.name!r} does not say which format to write.",
            hint=f"Give one: --to {', '.join(FORMATS)}; or end the name with {', '.join(_OF_SUFFIX)}.",
        )
    return found


def _truth_name(out: Path) -> Path:
    if not out.stem.lower().endswith("marks"):
        raise UserFacingError(
            f"Marks are written to two files, and {out.name!r} does not name them.",
            hint="End the name with marks.csv: study_marks.csv gets study_truth.csv beside it.",
        )
    return out.with_name(f"{out.stem[:-5]}truth{out.suffix}")
