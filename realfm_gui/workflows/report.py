"""Write the results: JSON for programs, a self-contained HTML report for people."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.progress import Progress, silent
from realfm_gui.workflows.analyse import analyse


def write_results(
    root: Path, *, json_path: Path | None, report_path: Path | None, progress: Progress = silent
) -> dict[str, Any]:
    """Analyse a study, write what is asked for, and return the results."""
    results = analyse(root, progress=progress)
    if json_path is not None:
        write_text(json_path, results_json(results) + "\n")
    if report_path is not None:
        write_text(report_path, report_text(results))
    return results


def results_json(results: dict[str, Any]) -> str:
    """Return the results as the JSON that programs read.

    ``auc`` holds plain numbers for unaided, aided and ai; standard errors, intervals and the controls stand
    under ``auc_estimates``. Everything else is as `analyse` returned it.
    """
    findings = {name: _with_plain_auc(result) for name, result in results["findings"].items()}
    return json.dumps({**_with_plain_auc(results), "findings": findings}, indent=2)


def _with_plain_auc(result: dict[str, Any]) -> dict[str, Any]:
    estimates = result["auc"]
    plain = {arm: estimates[arm]["value"] for arm in ("unaided", "aided", "ai")}
    return {**result, "auc": plain, "auc_estimates": estimates}


def write_report(root: Path, path: Path, *, progress: Progress = silent) -> None:
    """Analyse a study and write the HTML report."""
    write_results(root, json_path=None, report_path=path, progress=progress)


def report_text(results: dict[str, Any]) -> str:
    """Return the HTML report of what `analyse` returned."""
    from realfm_gui.reporting.html_report import Provenance, render_report

    source = results["provenance"]
    provenance = Provenance(
        study_title=source["study"],
        app_version=source["version"],
        protocol_sha256=source["protocol_sha256"],
        model=source["model"],
        model_version=source["model_version"],
        weights_sha256=source["weights_sha256"],
        run_id=source["run_id"],
        log_head=source["log_head"],
        log_events=source["events"],
        generated_utc=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return render_report(list(results["findings"].values()), provenance)


def write_text(path: Path, text: str) -> None:
    """Write a file the user asked for; raise `UserFacingError` where that is not possible."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserFacingError(
            f"{path} cannot be written: {error.strerror}.",
            hint="Choose another place; nothing in the study changed.",
        ) from error
