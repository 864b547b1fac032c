"""Match somebody's table of predictions with the study's cases."""

from pathlib import Path
from typing import TYPE_CHECKING

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.storage import SourceRecord, StudyStore

if TYPE_CHECKING:
    from realfm_gui.models.precomputed import PrecomputedPredictions
    from realfm_gui.models.predictions_csv import PredictionTable


def precomputed_adapter(store: StudyStore, scores: Path | None) -> "tuple[PrecomputedPredictions, str]":
    """Return the model that answers from a CSV, and the SHA-256 of that file.

    Raises
    ------
    UserFacingError
        If no file is given, a row names an unknown finding, or no row fits any case. A case without a row is
        not an error here: it becomes a listed failure of the run.
    """
    import hashlib

    from realfm_gui.models.precomputed import PrecomputedPredictions, PrecomputedRow
    from realfm_gui.models.predictions_csv import read_predictions_csv

    if scores is None:
        raise UserFacingError(
            "The model precomputed needs a table of predictions.",
            hint="realfm predict STUDY --model precomputed --scores SCORES.csv",
        )
    table = read_predictions_csv(scores)
    findings = [finding.id for finding in store.protocol.findings]
    _refuse_bad_rows(scores, table, findings)
    cases = _cases_by_key(store.read_sources(), table.key)
    rows = [
        PrecomputedRow(
            case_id=case_id,
            finding=row.finding or findings[0],
            score=row.score,
            probability=row.probability,
            prevalence=row.prevalence,
            threshold=row.threshold,
            map_path=row.map_path,
        )
        for row in table.rows
        for case_id in sorted(cases.get(row.source, ()))
    ]
    if not rows:
        raise UserFacingError(
            f"No row of {scores.name} fits a case of this study.",
            hint=f"Its column {table.key} must name the images as they were imported.",
        )
    sha256 = hashlib.sha256(scores.read_bytes()).hexdigest()
    return PrecomputedPredictions.from_rows(rows, source=scores.name), sha256


def _refuse_bad_rows(scores: Path, table: "PredictionTable", findings: list[str]) -> None:
    problems = [f"line {row.line}: {row.reason}" for row in table.refused]
    for row in table.rows:
        if not row.finding and len(findings) > 1:
            problems.append(f"line {row.line}: the finding is missing, and the protocol has {len(findings)}")
        elif row.finding and row.finding not in findings:
            problems.append(f"line {row.line}: the finding {row.finding!r} is not in the protocol")
    if problems:
        # Half a table would turn a typing mistake into "the model failed on this case".
        more = f"\n  and {len(problems) - 10} more" if len(problems) > 10 else ""
        raise UserFacingError(
            f"{scores.name} has rows that cannot be used:\n  " + "\n  ".join(problems[:10]) + more,
            hint="Correct the table and run it again; nothing was stored.",
        )


def _cases_by_key(sources: list[SourceRecord], key: str) -> dict[str, set[str]]:
    cases: dict[str, set[str]] = {}
    for source in sources:
        names = {
            "file": (source.path, Path(source.path).name),
            "patient": (source.source_patient, source.source_patient.rpartition("|")[2]),
            "uid": (source.sop_uid, source.series_uid, source.study_uid),
        }[key]
        for name in names:
            cases.setdefault(name, set()).add(source.case_id)
    return cases
