"""What is written about an analysed file of ratings: the page, and a script that repeats it in R."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from realfm_gui import __version__
from realfm_gui.analysis.mrmc.analysis import Result
from realfm_gui.formats.write_tables import write_tidy_csv
from realfm_gui.models.device import describe_device
from realfm_gui.reporting.mrmc_report import Origin, render_mrmc_report
from realfm_gui.reporting.r_script import r_script
from realfm_gui.workflows.analyse_ratings import AnalysedFile


def mrmc_report_text(analysed: AnalysedFile) -> str:
    """Return the page of an analysed file."""
    source, device = analysed.source, analysed.result.request.device
    origin = Origin(
        file_name=source.name,
        file_sha256=source.sha256,
        file_format=source.format,
        truth_name=source.truth_name,
        truth_sha256=source.truth_sha256,
        notes=source.notes,
        app_version=__version__,
        device="CPU" if device == "cpu" else describe_device(device),
        generated_utc=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return render_mrmc_report(analysed.result, analysed.data, origin)


def data_beside(script: Path) -> Path:
    """Return the table that an R script reads: ``NAME_ratings.csv`` beside it."""
    return script.parent / f"{script.stem}_ratings.csv"


def confirmation(
    result: Result, script: Path, say: Callable[[str], object]
) -> dict[Path, Callable[[Path], object]]:
    """Return an R script that repeats the analysis in other programs, and its data, ready to be written.

    Parameters
    ----------
    result : Result
        The analysis to repeat.
    script : Path
        Where the script goes; see `data_beside`.
    say : function of str
        Told what the table does not hold, while it is written.

    Returns
    -------
    mapping of Path to function of Path
        For `write_together`: data and script.
    """
    table = data_beside(script)
    text = r_script(result, table.name)

    def write_table(path: Path) -> None:
        for note in write_tidy_csv(result.data, path):
            say(f"{table.name}: {note}")

    return {table: write_table, script: lambda path: path.write_bytes(text.encode("utf-8"))}
