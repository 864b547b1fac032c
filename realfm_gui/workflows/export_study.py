"""Export a study: one tidy row per reading with a codebook, the results and the report."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from realfm_gui.domain.case import Split
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.prediction import Prediction, RunRecord
from realfm_gui.domain.progress import Progress, silent
from realfm_gui.domain.truth import TruthLabel
from realfm_gui.formats.atomic_output import write_together
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.display_times import DisplayTimes
from realfm_gui.workflows.export_marks import export_marks
from realfm_gui.workflows.reading import reader_worklist
from realfm_gui.workflows.report import report_text, results_json, write_results
from realfm_gui.workflows.study_arrays import study_arrays


def export_study(root: Path, out: Path, *, progress: Progress = silent) -> list[Path]:
    """Write ``readings.csv``, ``codebook.csv``, ``results.json`` and ``report.html``; return their paths.

    Beside them stand the ratings of the primary endpoint in two forms that other programs read, and a script
    that repeats the analysis in R (see `confirm_study`), and what was marked (see `export_marks`). Practice
    readings are exported too, marked by their split; the statistics leave them out. Looking is logged by
    `open_outcomes`, which callers ask first; the export is logged before anything is written, so that no
    table exists that the log does not know of.

    Raises
    ------
    UserFacingError
        If a file cannot be written; each is there whole or as it was before.
    """
    from realfm_gui.reporting.tables import tidy_readings
    from realfm_gui.workflows.confirm_study import write_for_other_programs

    with _told_where_not(out):
        out.mkdir(parents=True, exist_ok=True)
    with StudyStore.open(root) as store:
        store.append(EventKind.STUDY_EXPORTED, {}, actor="analyst")
    tables = [out / "readings.csv", out / "codebook.csv"]
    with (
        _told_where_not(out),
        StudyStore.open(root, read_only=True) as store,
        TemporaryDirectory(dir=out) as unfinished,
    ):
        made = tidy_readings(_rows(store), Path(unfinished))
        write_together({path: partial(_copy, source) for path, source in zip(tables, made, strict=True)})
    results = write_results(root, json_path=None, report_path=None, progress=progress)
    pages = {out / "results.json": results_json(results) + "\n", out / "report.html": report_text(results)}
    write_together({path: partial(_write, text) for path, text in pages.items()})
    with StudyStore.open(root, read_only=True) as store:
        primary = study_arrays(store, store.protocol.findings[0])
        marked = export_marks(store, out)
    return [*tables, *pages, *marked, *write_for_other_programs(primary, out)]


@contextmanager
def _told_where_not(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserFacingError(
            f"{folder} cannot be written: {error.strerror}.", hint="Choose another folder with --out."
        ) from error


def _copy(source: Path, path: Path) -> None:
    path.write_bytes(source.read_bytes())


def _write(text: str, path: Path) -> None:
    path.write_bytes(text.encode("utf-8"))


def _rows(store: StudyStore) -> Iterator[dict[str, Any]]:
    protocol = store.protocol
    cases = {case.case_id: case for case in store.cases(Split.TRAINING, Split.READING)}
    readers = {reader.id: reader for reader in protocol.readers}
    position = {
        (reader.id, case_id): number
        for reader in protocol.readers
        for number, case_id in enumerate(reader_worklist(store, reader), start=1)
    }
    truth = _truth(store)
    predictions, run = _predictions(store)
    displayed = DisplayTimes(store)
    for reading in store.readings():
        case, reader = cases[reading.case_id], readers[reading.reader]
        answers = {answer.finding: answer for answer in reading.answer.findings}
        for finding in protocol.findings:
            answer = answers.get(finding.id)
            label = truth.get((case.case_id, finding.id))
            said = predictions.get((case.case_id, finding.id))
            yield {
                "study": protocol.study.title,
                "reader": reader.id,
                "reader_name": reader.name,
                "reader_is_simulated": reader.simulated,
                "reader_years": reader.years_experience,
                "case": case.case_id,
                "patient": case.patient_id,
                "split": case.split.value,
                "position": position[reader.id, case.case_id],
                "finding": finding.id,
                "phase": reading.phase.value,
                "likelihood": None if answer is None else answer.likelihood,
                "recall": None if answer is None else answer.recall,
                "confidence": None if answer is None else answer.confidence,
                "flags": ";".join(sorted(flag.value for flag in reading.answer.flags)),
                **reading.times.to_payload(),
                "session": reading.session,
                "sequence": reading.sequence,
                "truth": None if label is None else label.is_present,
                "ai_score": None if said is None else said.score,
                "ai_probability": None if said is None else said.probability,
                "ai_call": None if said is None else said.call,
                "ai_outcome": "" if run is None else run.outcome_of(case.case_id),
                "ai_run": "" if run is None else run.run_id,
                **displayed.columns(
                    reading,
                    finding.id,
                    is_present=None if label is None else label.is_present,
                    said=said,
                ),
                **({} if label is None else {f"subgroup_{k}": v for k, v in label.subgroups.items()}),
            }


def _truth(store: StudyStore) -> dict[tuple[str, str], TruthLabel]:
    return {
        (label.case_id, label.finding): label
        for split in (Split.TRAINING, Split.READING)
        if store.has_truth(split)
        for label in store.read_truth(split)
    }


def _predictions(store: StudyStore) -> tuple[dict[tuple[str, str], Prediction], RunRecord | None]:
    run = store.latest_run(store.protocol.model.name)
    if run is None:
        return {}, None
    said = {
        (case_id, prediction.finding): prediction
        for case_id in run.case_ids
        for prediction in store.read_prediction(run.run_id, case_id)
    }
    return said, run
