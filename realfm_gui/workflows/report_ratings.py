"""What is written about an analysed file of ratings: the page, and a script that repeats it in R."""

from datetime import UTC, datetime
from pathlib import Path

from realfm_gui import __version__
from realfm_gui.analysis.mrmc.analysis import Result
from realfm_gui.formats.write_tables import write_tidy_csv
from realfm_gui.models.device import describe_device
from realfm_gui.reporting.mrmc_report import Origin, render_mrmc_report
from realfm_gui.reporting.r_script import r_script
from realfm_gui.workflows.analyse_ratings import AnalysedFile
from realfm_gui.workflows.written_results import write_whole_text


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


def write_confirmation(result: Result, script: Path) -> list[Path]:
    """Write an R script that repeats the analysis in other programs, and the data beside it.

    Parameters
    ----------
    result : Result
        The analysis to repeat.
    script : Path
        Where the script goes; the data become ``NAME_ratings.csv`` beside it.

    Returns
    -------
    list of Path
        Data and script.

    Raises
    ------
    UserFacingError
        If a file cannot be written.
    """
    table = script.with_name(f"{script.stem}_ratings.csv")
    text = r_script(result, table.name)
    write_tidy_csv(result.data, table)
    write_whole_text(script, text)
    return [table, script]
