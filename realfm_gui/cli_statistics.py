"""The commands of the statistics: ``realfm mrmc`` and ``realfm power``."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.statistics_options import (
    COLUMNS,
    METHODS,
    PARAMETERS,
    about_the_endpoint,
    about_the_file,
    about_the_method,
)
from realfm_gui.terminal import JsonOption, TerminalProgress, told_to_the_user

if TYPE_CHECKING:
    from realfm_gui.analysis.planning.components import PilotComponents
    from realfm_gui.formats.problems import BadRatingsFile
    from realfm_gui.workflows.analyse_ratings import AnalysedFile, Question

MOST_PROBLEMS_SHOWN = 10


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
@told_to_the_user
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
    from realfm_gui.reporting.mrmc_text import result_text
    from realfm_gui.workflows.report_ratings import mrmc_report_text, write_confirmation
    from realfm_gui.workflows.written_results import (
        json_text,
        problems_csv,
        refuse_overwriting,
        write_whole_text,
    )

    json_path = None if json_out in (None, "-") else Path(str(json_out))
    refuse_overwriting([file, options["truth"]], [problems, report, json_path, r_script])
    analysed = _analysed(file, _question(options, algorithm=ai), options, problems)
    # Everything is made before anything is written: an interrupted command leaves no half of its files.
    texts = []
    if problems is not None:
        texts.append((problems, problems_csv(analysed.source.problems)))
    if report is not None:
        texts.append((report, mrmc_report_text(analysed)))
    as_json = json_text(analysed.to_json())
    if json_path is not None:
        texts.append((json_path, as_json))
    for path, text in texts:
        write_whole_text(path, text)
    if r_script is not None:
        write_confirmation(analysed.result, r_script)
    if json_out == "-":
        click.echo(as_json, nl=False)
    else:
        notes = analysed.source.notes
        click.echo(result_text(analysed.result, file_name=analysed.source.name, notes=notes))


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--effect", type=float, help="Expected difference, second modality minus first.")
@click.option("--power", "target", type=float, default=0.8, show_default=True, help="Power to reach.")
@click.option("--readers", metavar="LIST", help="Numbers of readers, e.g. 4,6,8.")
@click.option("--cases", metavar="LIST", help="Numbers of cases to give the power for, e.g. 100,200.")
@click.option("--equivalence", is_flag=True, help="With --margin: equivalence instead of non-inferiority.")
@click.option("--split-plot", type=int, default=1, metavar="BLOCKS", help="Blocks of readers and cases.")
@click.option("--unpaired-cases", is_flag=True, help="Each modality has cases of its own.")
@click.option("--unpaired-readers", is_flag=True, help="Each modality has readers of its own.")
@click.option(
    "--cluster-size", type=float, default=1.0, help="Units that a patient brings; cases are patients."
)
@click.option("--icc", type=float, default=0.0, help="Correlation of two units of a patient.")
@click.option("--design-effect", type=float, default=1.0, help="Or: how much more the variance is.")
@click.option("--most-cases", type=int, default=2000, show_default=True, help="Where the search gives up.")
@click.option("--published", metavar="ID", help="Components of a published study; 'list' names them.")
@click.option("--var-tr", type=float, help="Components: modality by reader,")
@click.option("--cov1", type=float, help="the same reader in two modalities,")
@click.option("--cov2", type=float, help="two readers in one modality,")
@click.option("--cov3", type=float, help="two readers in two modalities,")
@click.option("--error", type=float, help="error variance,")
@click.option("--pilot-cases", type=float, help="the cases they belong to,")
@click.option("--var-r", type=float, help="and readers (for --unpaired-readers).")
@about_the_endpoint
@about_the_method
@about_the_file
@JsonOption
@told_to_the_user
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
        refuse_overwriting([file, options["truth"]], [Path(str(json_out))])
    components, source, remarks = _components(file, published, options)
    request = PlanRequest(
        effect=options["effect"],
        target=options["target"],
        readers=_whole_numbers(options["readers"], "--readers"),
        cases=_whole_numbers(options["cases"], "--cases"),
        inference=options["inference"],
        alpha=options["alpha"],
        margin=options["margin"],
        is_equivalence=options["equivalence"],
        design=StudyDesign(
            n_blocks=options["split_plot"],
            are_cases_paired=not options["unpaired_cases"],
            are_readers_paired=not options["unpaired_readers"],
            units_per_patient=options["cluster_size"],
            intracluster_correlation=options["icc"],
        ),
        design_effect=options["design_effect"],
        most_cases=options["most_cases"],
    )
    planned = plan_study(components, request, source=source)
    remarks = (*planned.remarks, *remarks)
    as_json = json_text({**planned.to_json(), "remarks": list(remarks)})
    if json_out == "-":
        click.echo(as_json, nl=False)
        return
    if json_out is not None:
        write_whole_text(Path(json_out), as_json)
    click.echo(plan_text(planned.sizes, planned.grid, source=source, remarks=remarks))


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
            write_whole_text(problems, problems_csv(refused.problems))
        raise _with_list(refused, is_written=problems is not None) from refused


def _with_list(refused: "BadRatingsFile", *, is_written: bool) -> UserFacingError:
    """Return the refusal with its first problems one by one; its message tells the first of them."""
    if len(refused.problems) < 2:
        return refused
    shown = refused.problems[1:MOST_PROBLEMS_SHOWN]
    lines = [refused.message, *(f"  {problem.sentence()}" for problem in shown)]
    if len(refused.problems) > MOST_PROBLEMS_SHOWN and not is_written:
        lines.append("  ... (all of them: --problems FILE.csv)")
    return UserFacingError("\n".join(lines), hint=refused.hint)


def _components(
    file: Path | None, published: str | None, options: dict[str, Any]
) -> "tuple[PilotComponents, str, Sequence[str]]":
    from realfm_gui.workflows import plan_study

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
        parts = plan_study.components_of_pilot(analysed.result)
        label = analysed.result.request.endpoint.label
        return parts, f"{label} of the pilot {file.name}", plan_study.pilot_remarks(analysed.result)
    if published is not None:
        study = plan_study.published_study(published, plan_study.published_studies())
        return study.components, f"{study.figure_of_merit}, {study.title}. {study.source.rstrip('.')}", ()
    assert given is not None  # counted above
    return given, "as given", ()


def _whole_numbers(text: str | None, flag: str) -> tuple[int, ...]:
    if text is None:
        return ()
    try:
        numbers = tuple(int(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if not numbers or min(numbers) < 1:
        raise UserFacingError(
            f"{flag} {text} is no list of whole numbers above 0.", hint=f"Write it like {flag} 4,6,8."
        )
    return numbers


def _range(text: str) -> tuple[float, float]:
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        raise UserFacingError(
            f"--fpr-range {text} is no range.", hint="Write it like --fpr-range 0,0.3."
        ) from None
    return low, high
