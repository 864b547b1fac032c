"""The commands of the statistics: ``realfm mrmc`` and ``realfm power``."""

from collections.abc import Callable, Sequence
from functools import partial
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.statistics_options import (
    COLUMNS,
    FINITE,
    METHODS,
    PARAMETERS,
    about_the_endpoint,
    about_the_file,
    about_the_method,
)
from realfm_gui.terminal import NOTHING_WRITTEN, JsonOption, TerminalProgress, told_with

if TYPE_CHECKING:
    from realfm_gui.analysis.planning.components import PilotComponents
    from realfm_gui.analysis.planning.design import StudyDesign
    from realfm_gui.formats.problems import BadRatingsFile
    from realfm_gui.workflows.analyse_ratings import AnalysedFile, Question

MOST_PROBLEMS_SHOWN = 10
MOST_NUMBER = 1_000_000
"""Readers, cases and blocks that a plan may have: beyond, a number was mistyped."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@about_the_endpoint
@click.option("--method", type=click.Choice(METHODS), default="or", show_default=True, help="The analysis.")
@about_the_method
@click.option("--ai", metavar="READER", help="This reader is an algorithm: compare it with the others.")
@about_the_file
@JsonOption
@click.option("--report", type=click.Path(path_type=Path), help="Write a self-contained HTML page.")
@click.option(
    "--r-script", type=click.Path(path_type=Path), help="Write an R script that repeats it, and its CSV."
)
@click.option("--problems", type=click.Path(path_type=Path), help="Write all problems of FILE as CSV.")
@told_with(NOTHING_WRITTEN)
def mrmc(
    file: Path,
    ai: str | None,
    json_out: str | None,
    report: Path | None,
    r_script: Path | None,
    problems: Path | None,
    **options: Any,
) -> None:
    """Analyse the readers, modalities and cases in FILE (CSV, Parquet, .imrmc, .xlsx, .lrc)."""
    from realfm_gui.formats.atomic_output import write_together
    from realfm_gui.reporting.mrmc_text import result_text
    from realfm_gui.workflows.report_ratings import confirmation, data_beside, mrmc_report_text
    from realfm_gui.workflows.written_results import json_text, problems_csv, refuse_overwriting

    json_path = None if json_out in (None, "-") else Path(str(json_out))
    companion = None if r_script is None else data_beside(r_script)
    refuse_overwriting(_inputs(file, options), [problems, report, json_path, r_script, companion])
    analysed = _analysed(file, _question(options, algorithm=ai), options, problems)
    # Everything is made before anything is written: an interrupted command leaves no half of its files.
    outputs: dict[Path, Callable[[Path], object]] = {}
    if problems is not None:
        source = analysed.source
        outputs[problems] = _text(problems_csv(source.problems, source.n_without_rating))
    if report is not None:
        outputs[report] = _text(mrmc_report_text(analysed))
    if json_path is not None:
        outputs[json_path] = _text(json_text(analysed.to_json()))
    if r_script is not None:
        outputs |= confirmation(analysed.result, r_script, partial(click.echo, err=True))
    write_together(outputs)
    if json_out == "-":
        click.echo(json_text(analysed.to_json(), is_ascii=True), nl=False)
    else:
        notes = analysed.source.notes
        click.echo(result_text(analysed.result, file_name=analysed.source.name, notes=notes))


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--effect", type=FINITE, help="Expected difference, second modality minus first.")
@click.option("--power", "target", type=FINITE, default=0.8, show_default=True, help="Power to reach.")
@click.option("--readers", metavar="LIST", help="Numbers of readers, e.g. 4,6,8.")
@click.option("--cases", metavar="LIST", help="Numbers of cases to give the power for, e.g. 100,200.")
@click.option("--equivalence", is_flag=True, help="With --margin: equivalence instead of non-inferiority.")
@click.option(
    "--split-plot",
    type=click.IntRange(max=MOST_NUMBER),
    default=1,
    metavar="BLOCKS",
    help="Blocks of readers and cases.",
)
@click.option("--unpaired-cases", is_flag=True, help="Each modality has cases of its own.")
@click.option("--unpaired-readers", is_flag=True, help="Each modality has readers of its own.")
@click.option(
    "--cluster-size", type=FINITE, default=1.0, help="Units that a patient brings; cases are patients."
)
@click.option("--icc", type=FINITE, default=0.0, help="Correlation of two units of a patient.")
@click.option("--design-effect", type=FINITE, default=1.0, help="Or: how much more the variance is.")
@click.option(
    "--most-cases",
    type=click.IntRange(max=MOST_NUMBER),
    default=2000,
    show_default=True,
    help="Where the search gives up.",
)
@click.option("--published", metavar="ID", help="Components of a published study; 'list' names them.")
@click.option("--var-tr", type=FINITE, help="Components: modality by reader,")
@click.option("--cov1", type=FINITE, help="the same reader in two modalities,")
@click.option("--cov2", type=FINITE, help="two readers in one modality,")
@click.option("--cov3", type=FINITE, help="two readers in two modalities,")
@click.option("--error", type=FINITE, help="error variance,")
@click.option("--pilot-cases", type=FINITE, help="the cases they belong to,")
@click.option("--var-r", type=FINITE, help="and readers (for --unpaired-readers).")
@about_the_endpoint
@about_the_method
@about_the_file
@JsonOption
@told_with(NOTHING_WRITTEN)
def power(file: Path | None, json_out: str | None, published: str | None, **options: Any) -> None:
    """Plan a study from a pilot FILE, from published components or from components given."""
    from realfm_gui.analysis.planning.design import StudyDesign
    from realfm_gui.reporting.planning_text import plan_text
    from realfm_gui.workflows.plan_study import PlanRequest, plan_study, published_studies
    from realfm_gui.workflows.written_results import json_text, refuse_overwriting, write_whole_text

    if published == "list":
        for study in published_studies():
            click.echo(f"{study.id:<24} {study.title} ({study.figure_of_merit})")
        return
    if json_out not in (None, "-"):
        refuse_overwriting(_inputs(file, options), [Path(str(json_out))])
    design = StudyDesign(
        n_blocks=options["split_plot"],
        are_cases_paired=not options["unpaired_cases"],
        are_readers_paired=not options["unpaired_readers"],
        units_per_patient=options["cluster_size"],
        intracluster_correlation=options["icc"],
    )
    start = _start(file, published, options, design)
    request = PlanRequest(
        effect=options["effect"],
        target=options["target"],
        readers=_whole_numbers(options["readers"], "--readers"),
        cases=_whole_numbers(options["cases"], "--cases"),
        inference=options["inference"],
        alpha=options["alpha"],
        margin=options["margin"],
        is_equivalence=options["equivalence"],
        design=design,
        design_effect=options["design_effect"],
        most_cases=options["most_cases"],
        counted=start.counted,
    )
    planned = plan_study(start.components, request, source=start.source)
    remarks = (*planned.remarks, *start.remarks)
    as_json = {**planned.to_json(), "remarks": list(remarks)}
    if json_out == "-":
        click.echo(json_text(as_json, is_ascii=True), nl=False)
        return
    if json_out is not None:
        write_whole_text(Path(json_out), json_text(as_json))
    text = plan_text(planned.sizes, planned.grid, source=start.source, counted=start.counted, remarks=remarks)
    click.echo(text)


def _inputs(file: Path | None, options: dict[str, Any]) -> list[Path | None]:
    """Return all that is read, the truth found beside a file of marks included."""
    from realfm_gui.formats.froc_marks import truth_beside

    return [file, options["truth"], None if file is None else truth_beside(file)]


def _text(text: str) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(text.encode("utf-8"))


def _question(options: dict[str, Any], *, algorithm: str | None = None) -> "Question":
    from realfm_gui.workflows.analyse_ratings import Question

    parameters = {name: options[name] for name in PARAMETERS}
    if options["fpr_range"] is not None:
        low, high = _range(options["fpr_range"])
        parameters = {**parameters, "axis": "fpf", "low": low, "high": high}
    return Question(
        endpoint=options["endpoint"],
        parameters=parameters,
        method=options.get("method", "or"),
        covariance=options["covariance"],
        inference=options["inference"],
        design=options["design"],
        alpha=options["alpha"],
        margin=options["margin"],
        algorithm=algorithm,
        finding=options["finding"],
        device=options["device"],
        n_replicates=options["replicates"],
        seed=options["seed"],
    )


def _analysed(
    file: Path, question: "Question", options: dict[str, Any], problems: Path | None = None
) -> "AnalysedFile":
    from realfm_gui.formats.problems import BadRatingsFile
    from realfm_gui.formats.ratings_file import ColumnNames
    from realfm_gui.workflows.analyse_ratings import analyse_ratings
    from realfm_gui.workflows.written_results import problems_csv, write_whole_text

    columns = ColumnNames(**{role: options[f"{role}_column"] for role in COLUMNS})
    try:
        return analyse_ratings(
            file, question, truth_path=options["truth"], columns=columns, progress=TerminalProgress()
        )
    except BadRatingsFile as refused:
        if problems is not None:
            write_whole_text(problems, problems_csv(refused.problems, refused.number))
        raise _with_list(refused, is_written=problems is not None) from refused


def _with_list(refused: "BadRatingsFile", *, is_written: bool) -> UserFacingError:
    """Return the refusal with its first problems one by one; its message tells the first of them."""
    if len(refused.problems) < 2:
        return refused
    shown = refused.problems[1:MOST_PROBLEMS_SHOWN]
    lines = [refused.message, *(f"  {problem.sentence()}" for problem in shown)]
    if refused.number > MOST_PROBLEMS_SHOWN and not is_written:
        lines.append("  ... (all of them: --problems FILE.csv)")
    return UserFacingError("\n".join(lines), hint=refused.hint)


class _Start(NamedTuple):
    """What a plan starts from."""

    components: "PilotComponents"
    source: str
    remarks: Sequence[str] = ()
    counted: str = ""


def _start(
    file: Path | None, published: str | None, options: dict[str, Any], design: "StudyDesign"
) -> _Start:
    from realfm_gui.workflows import pilot_cases, plan_study

    names = ("var_tr", "cov1", "cov2", "cov3", "error", "pilot_cases", "var_r")
    given = plan_study.given_components({name: options[name] for name in names})
    if sum(source is not None for source in (file, published, given)) != 1:
        raise UserFacingError(
            "A plan needs variance components from one place.",
            hint="Give a pilot FILE, or --published ID, or --var-tr, --cov1, --cov2, --cov3, --error and "
            "--pilot-cases.",
        )
    if file is not None:
        # The plan's margin is for the study to come, not for its pilot.
        analysed = _analysed(file, _question({**options, "margin": None}), options)
        result = analysed.result
        pilot_cases.refuse_clusters_twice(result, design)
        return _Start(
            components=plan_study.components_of_pilot(result),
            source=f"{result.request.endpoint.label} of the pilot {file.name}",
            remarks=plan_study.pilot_remarks(result),
            counted=pilot_cases.cases_counted(result),
        )
    if published is not None:
        study = plan_study.published_study(published, plan_study.published_studies())
        source = f"{study.figure_of_merit}, {study.title}. {study.source.rstrip('.')}"
        counted = "" if study.counted == "all" else study.counted
        return _Start(components=study.components, source=source, counted=counted)
    assert given is not None  # counted above
    return _Start(components=given, source="as given")


def _whole_numbers(text: str | None, flag: str) -> tuple[int, ...]:
    if text is None:
        return ()
    try:
        numbers = tuple(int(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if not numbers or min(numbers) < 1 or max(numbers) > MOST_NUMBER:
        raise UserFacingError(
            f"{flag} {text[:60]} is no list of whole numbers from 1 to {MOST_NUMBER:,}.",
            hint=f"Write it like {flag} 4,6,8.",
        )
    return numbers


def _range(text: str) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        low = high = float("nan")
    if not (isfinite(low) and isfinite(high)):
        raise UserFacingError(f"--fpr-range {text} is no range.", hint="Write it like --fpr-range 0,0.3.")
    return low, high
