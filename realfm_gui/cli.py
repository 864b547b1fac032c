"""The command line: the same workflows as the window."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from realfm_gui import __version__
from realfm_gui.cli_statistics import mrmc, power
from realfm_gui.statistics_options import COLUMNS, FORMATS, about_the_columns
from realfm_gui.terminal import (
    NOTHING_WRITTEN,
    PROBLEM_FOUND,
    JsonOption,
    TerminalProgress,
    speak_in_any_encoding,
    told_to_the_user,
    told_with,
)

StudyArgument = click.argument("study", type=click.Path(path_type=Path))


def main() -> None:
    """Run ``realfm``."""
    speak_in_any_encoding()
    realfm()


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="realfm")
@click.pass_context
@told_to_the_user
def realfm(context: click.Context) -> None:
    """Reader studies of medical-imaging foundation models. Research use only, not for diagnosis.

    Without a command the window opens.
    """
    if context.invoked_subcommand is None:
        context.exit(_window(study=None, reader=None))


@realfm.command()
@click.option(
    "--headless", is_flag=True, help="Open no window: draw the tour as pictures and write the results."
)
@click.option("--out", type=click.Path(path_type=Path), default=Path("demo-out"), show_default=True)
@told_to_the_user
def demo(headless: bool, out: Path) -> None:
    """Build the demonstration study (simulated images and readers, a real model) and open it."""
    from realfm_gui.app import draw_tour, has_display
    from realfm_gui.storage import StudyStore
    from realfm_gui.workflows.demo import build_demo
    from realfm_gui.workflows.outcomes import open_outcomes
    from realfm_gui.workflows.report import write_results

    if not headless and not has_display():
        click.echo("No display found: drawing the tour off-screen.", err=True)
        headless = True
    root = build_demo(out, progress=TerminalProgress())
    if not headless:
        sys.exit(_window(study=root, reader=None))
    with StudyStore.open(root) as store:
        open_outcomes(store, actor="analyst", confirmed=True)
    progress = TerminalProgress()
    results = write_results(
        root, json_path=out / "results.json", report_path=out / "report.html", progress=progress
    )
    pictures = draw_tour(root, out)
    click.echo(results["verdict"]["sentence"])
    for path in (*pictures, out / "report.html", out / "results.json", root):
        click.echo(f"  {path}")


@realfm.command()
@StudyArgument
@click.option(
    "--protocol", "protocol_file", type=click.Path(path_type=Path), required=True, help="TOML file."
)
@told_to_the_user
def create(study: Path, protocol_file: Path) -> None:
    """Create STUDY from a protocol."""
    from realfm_gui.workflows.create_study import create_study, read_protocol_file

    with create_study(study, read_protocol_file(protocol_file), source=protocol_file.name) as store:
        click.echo(f"Created {store.root} with the protocol {store.protocol_sha256[:12]}.")


@realfm.command(name="import")
@StudyArgument
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--truth", type=click.Path(path_type=Path), help="CSV with the reference standard and the splits."
)
@told_to_the_user
def import_(study: Path, paths: Sequence[Path], truth: Path | None) -> None:
    """Import DICOM, PNG and JPEG files (folders at any depth) into STUDY, de-identified."""
    from realfm_gui.storage import StudyStore
    from realfm_gui.workflows.import_images import import_images

    with StudyStore.open(study) as store:
        report = import_images(store, paths, truth_csv=truth, progress=TerminalProgress())
        click.echo(report.summary())
        for file, reason in report.refused[:20]:
            click.echo(f"  refused: {file}: {reason}", err=True)
        if report.refused:
            click.echo(f"All {len(report.refused)} refused, with reasons: {store.refusals_path}", err=True)
        if not report.images and not report.late_truth:
            sys.exit(PROBLEM_FOUND)


@realfm.command()
@StudyArgument
@click.argument("table", type=click.Path(path_type=Path))
@told_to_the_user
def lesions(study: Path, table: Path) -> None:
    """Seal where the lesions of STUDY are, from a CSV TABLE of boxes, ellipses, contours or points."""
    from realfm_gui.storage import StudyStore
    from realfm_gui.workflows.lesion_table_import import import_lesions

    with StudyStore.open(study) as store:
        report = import_lesions(store, table, progress=TerminalProgress())
        click.echo(report.summary())
        for row, reason in report.refused[:20]:
            click.echo(f"  refused: {row}: {reason}", err=True)
        if report.refused:
            path = store.refused_lesions_path
            click.echo(f"All {len(report.refused)} refused, with reasons: {path}", err=True)
        if not report.lesions:
            sys.exit(PROBLEM_FOUND)


@realfm.command()
@StudyArgument
@click.option("--model", required=True)
@told_to_the_user
def fit(study: Path, model: str) -> None:
    """Fit MODEL's head on the development split of STUDY."""
    from realfm_gui.storage import StudyStore
    from realfm_gui.workflows.fit_model import fit_model

    with StudyStore.open(study) as store:
        fit_model(store, model, progress=TerminalProgress())
        click.echo(f"Fitted {model} on the development split.")


@realfm.command()
@StudyArgument
@click.option("--model", required=True)
@click.option(
    "--saliency", type=click.Choice(["grad-cam", "occlusion", "none"]), help="The protocol's if left out."
)
@click.option(
    "--scores", type=click.Path(path_type=Path), help="CSV of predictions, for --model precomputed."
)
@click.option(
    "--places", type=click.Path(path_type=Path), help="CSV of what such a model found where (boxes, ...)."
)
@told_to_the_user
def predict(study: Path, model: str, saliency: str | None, scores: Path | None, places: Path | None) -> None:
    """Run MODEL on every case of STUDY that readers will see."""
    from realfm_gui.storage import StudyStore
    from realfm_gui.workflows.run_model import run_model

    with StudyStore.open(study) as store:
        run_model(store, model, saliency=saliency, scores=scores, places=places, progress=TerminalProgress())
        run = store.latest_run(model)
        assert run is not None
        apart = f", was not made for {len(run.out_of_domain)}" if run.out_of_domain else ""
        click.echo(f"{model} answered {len(run.case_ids)} cases{apart} and failed on {len(run.failures)}.")
        for failure in run.failures[:20]:
            click.echo(f"  failed: {failure.case_id}: {failure.reason}", err=True)
        for other in run.out_of_domain[:20]:
            click.echo(f"  not made for: {other.case_id}: {other.reason}", err=True)


@realfm.command(name="open")
@StudyArgument
@click.option("--reader", help="Start reading as this reader.")
@told_to_the_user
def open_(study: Path, reader: str | None) -> None:
    """Open STUDY in the window."""
    sys.exit(_window(study=study, reader=reader))


@realfm.command()
@StudyArgument
@JsonOption
@click.option("--report", type=click.Path(path_type=Path), help="Write a self-contained HTML report.")
@click.option(
    "--yes", is_flag=True, help="Look even though somebody has not finished reading (it is logged)."
)
@told_to_the_user
def analyze(study: Path, json_out: str | None, report: Path | None, yes: bool) -> None:
    """Say what the model did to the readers: aided minus unaided, and AI minus readers."""
    from realfm_gui.storage import StudyStore
    from realfm_gui.workflows.outcomes import StillBeingReadError, open_outcomes
    from realfm_gui.workflows.report import results_json, write_results

    with StudyStore.open(study) as store:
        try:
            open_outcomes(store, actor="analyst", confirmed=yes)
        except StillBeingReadError as problem:
            if not (sys.stdin.isatty() and click.confirm(f"{problem.message} Look now?", err=True)):
                raise
            open_outcomes(store, actor="analyst", confirmed=True)
    json_path = Path(json_out) if json_out and json_out != "-" else None
    results = write_results(study, json_path=json_path, report_path=report, progress=TerminalProgress())
    if json_out == "-":
        click.echo(results_json(results))
    else:
        click.echo(summary_text(results))


@realfm.command()
@StudyArgument
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder for the tables.")
@click.option(
    "--yes", is_flag=True, help="Export even though somebody has not finished reading (it is logged)."
)
@told_to_the_user
def export(study: Path, out: Path, yes: bool) -> None:
    """Export one tidy row per reading with a codebook, results, report, and files for other programs."""
    from realfm_gui.storage import StudyStore
    from realfm_gui.workflows.export_study import export_study
    from realfm_gui.workflows.outcomes import open_outcomes

    with StudyStore.open(study) as store:
        open_outcomes(store, actor="analyst", confirmed=yes)
    for path in export_study(study, out, progress=TerminalProgress()):
        click.echo(path)


@realfm.command()
@StudyArgument
@JsonOption
@told_to_the_user
def verify(study: Path, json_out: str | None) -> None:
    """Check STUDY's log, files and projections. Exit status 1 and the event's number if anything is off."""
    from realfm_gui.storage import verify_study

    report = verify_study(study)
    problems = [
        {"sequence": problem.sequence, "file": problem.file, "what": problem.what}
        for problem in report.problems
    ]
    result = {"ok": report.is_ok, "events": report.events, "problems": problems}
    if json_out:
        _write_json(result, json_out)
    if json_out != "-":
        for problem in report.problems:
            click.echo(str(problem))
        click.echo(f"{report.events} events, {'OK' if report.is_ok else f'{len(problems)} problems'}")
    if not report.is_ok:
        sys.exit(PROBLEM_FOUND)


@realfm.command()
@JsonOption
@told_to_the_user
def models(json_out: str | None) -> None:
    """List the models at hand; one that cannot load says why."""
    from realfm_gui.models.registry import available_models

    listings = available_models()
    if json_out:
        _write_json(
            [
                {"name": m.name, "title": m.title, "is_available": m.is_available, "reason": m.reason}
                for m in listings
            ],
            json_out,
        )
    if json_out != "-":
        for model in listings:
            state = "ready" if model.is_available else f"not available: {model.reason}"
            click.echo(f"{model.name:<20} {model.title}  ({state})")


@realfm.command()
@click.argument("study", required=False, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), default=Path("tour-out"), show_default=True)
@told_to_the_user
def tour(study: Path | None, out: Path) -> None:
    """Draw the program's pages as pictures: those of a copy of STUDY.

    Without STUDY: the reading room with a simulated case of every kind of image, as seen on a large and on a
    small screen.
    """
    from realfm_gui.app import draw_rooms, draw_tour

    for path in draw_rooms(out) if study is None else draw_tour(study, out):
        click.echo(path)


@realfm.command()
@click.argument("file", metavar="IN", type=click.Path(path_type=Path))
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--to", type=click.Choice(FORMATS), help="Format of OUT; by default what its suffix says.")
@about_the_columns
@told_with(NOTHING_WRITTEN)
def convert(file: Path, out: Path, to: str | None, truth: Path | None, **options: Any) -> None:
    """Write the ratings in IN as OUT, for another program, and say what OUT cannot hold."""
    from realfm_gui.formats.ratings_file import ColumnNames
    from realfm_gui.workflows.convert_ratings import convert_ratings

    columns = ColumnNames(**{role: options[f"{role}_column"] for role in COLUMNS})
    done = convert_ratings(file, out, to=to, truth_path=truth, columns=columns)
    for note in (*done.read_notes, *done.lost):
        click.echo(note, err=True)
    for path in done.written:
        click.echo(path)


realfm.add_command(mrmc)
realfm.add_command(power)


def summary_text(results: dict[str, Any]) -> str:
    """Return the main numbers of an analysis as a few lines of text."""
    auc, level = results["auc"], f"{100 * (1 - results['alpha']):g}% CI"
    lines = [results["verdict"]["sentence"], ""]
    for arm, title in (("unaided", "Readers unaided"), ("aided", "Readers aided"), ("ai", "AI alone")):
        lines.append(f"  {title:<24} AUC {_interval(auc[arm]['value'], auc[arm]['ci'], level, '.3f')}")
    for key, title in (("difference", "Aided - unaided"), ("ai_minus_readers", "AI - unaided readers")):
        part = results[key]
        lines.append(f"  {title:<24}    {_interval(part['estimate'], part['ci'], level, '+.3f')}")
    return "\n".join(lines)


def _interval(value: float | None, interval: Sequence[float] | None, level: str, form: str) -> str:
    if value is None:
        return "not estimable"
    if interval is None:
        return f"{value:{form}} (no interval: see the report)"
    return f"{value:{form}} ({level} {interval[0]:{form}} to {interval[1]:{form}})"


def _write_json(value: object, destination: str) -> None:
    from realfm_gui.workflows.report import write_text

    text = json.dumps(value, indent=2)
    if destination == "-":
        click.echo(text)
    else:
        write_text(Path(destination), text + "\n")


def _window(*, study: Path | None, reader: str | None) -> int:
    from realfm_gui.app import run_window

    return run_window(study=study, reader=reader)
