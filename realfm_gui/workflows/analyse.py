"""Analyse a study: every finding, and where each number comes from."""

from pathlib import Path
from typing import Any

from realfm_gui import __version__
from realfm_gui.domain.progress import Progress, silent
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.study_arrays import early_looks, study_arrays


def analyse(root: Path, *, progress: Progress = silent) -> dict[str, Any]:
    """Return the results of a study as plain JSON values; differences are aided − unaided and AI − readers.

    The first finding of the protocol is the primary one: its results stand at the top level, those of all
    findings under ``findings``. ``provenance`` names protocol, model, run and the log's head.
    The study is opened read-only. Looking is logged by `open_outcomes`, which callers ask first.
    """
    from realfm_gui.analysis.study_analysis import analyse_study

    with StudyStore.open(root, read_only=True) as store:
        findings = store.protocol.findings
        results: dict[str, dict[str, Any]] = {}
        for number, finding in enumerate(findings):
            progress(number, len(findings), "Analysing")
            results[finding.id] = analyse_study(study_arrays(store, finding)).to_json()
        progress(len(findings), len(findings), "Analysing")
        return {**results[findings[0].id], "findings": results, "provenance": provenance(store)}


def provenance(store: StudyStore) -> dict[str, Any]:
    """Say which protocol, model and record the numbers come from."""
    run = store.latest_run(store.protocol.model.name)
    head = store.head()
    return {
        "tool": "RealFM",
        "version": __version__,
        "study": store.protocol.study.title,
        "protocol_version": store.protocol.version,
        "protocol_sha256": store.protocol_sha256,
        "model": store.protocol.model.name,
        "model_version": "" if run is None else run.version,
        "weights_sha256": "" if run is None else run.weights_sha256,
        "head_sha256": "" if run is None else run.head_sha256,
        "run_id": "" if run is None else run.run_id,
        "preprocessing": "" if run is None else run.preprocessing,
        "device": "" if run is None else run.device,
        "events": head.sequence,
        "log_head": head.hash,
        "outcomes_opened_before_the_end": early_looks(store),
    }
