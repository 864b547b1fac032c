"""Match somebody's table of predictions with the study's cases."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.storage import StudyStore

if TYPE_CHECKING:
    from realfm_gui.models.located import CasePlace
    from realfm_gui.models.places_csv import PlaceTable
    from realfm_gui.models.precomputed import PrecomputedPredictions, PrecomputedRow
    from realfm_gui.models.predictions_csv import PredictionTable


def scores_and_places(tables: Sequence[Path]) -> tuple[Path | None, Path | None]:
    """Return which of the tables somebody chose holds the scores, and which, if any, the places.

    Raises
    ------
    UserFacingError
        If there is more than one of either.
    """
    from realfm_gui.models.places_csv import is_places_csv

    places = [path for path in tables if is_places_csv(path)]
    scores = [path for path in tables if path not in places]
    if len(scores) > 1 or len(places) > 1:
        what, doubled = ("scores", scores) if len(scores) > 1 else ("places", places)
        raise UserFacingError(
            f"{' and '.join(path.name for path in doubled)} are both tables of {what}.",
            hint="Choose one table of scores and, if there is one, one table of places.",
        )
    return next(iter(scores), None), next(iter(places), None)


def precomputed_adapter(
    store: StudyStore, scores: Path | None, places: Path | None = None
) -> "tuple[PrecomputedPredictions, str]":
    """Return the model that answers from CSV files, and the SHA-256 of what it answers from.

    Raises
    ------
    UserFacingError
        If no table of scores is given, a row names an unknown finding, or no row fits any case; also if a
        place belongs to a case without a score. A case without a row is not an error here: it becomes a
        listed failure of the run.
    """
    from realfm_gui.models.precomputed import PrecomputedPredictions, PrecomputedRow
    from realfm_gui.models.predictions_csv import read_predictions_csv

    if scores is None:
        raise UserFacingError(
            "The model precomputed needs a table of predictions.",
            hint="realfm predict STUDY --model precomputed --scores SCORES.csv [--places PLACES.csv]",
        )
    table = read_predictions_csv(scores)
    findings = [finding.id for finding in store.protocol.findings]
    _refuse_bad_rows(scores, table, findings)
    cases = _images_by_key(store, table.key)
    rows = [
        PrecomputedRow(
            case_id=case_id,
            finding=row.finding or findings[0],
            score=row.score,
            probability=row.probability,
            prevalence=row.prevalence,
            threshold=row.threshold,
            map_path=row.map_path,
            interval=row.interval,
            status=row.status,
            reason=row.reason,
        )
        for row in table.rows
        for case_id in sorted({case_id for case_id, _ in cases.get(row.source, ())})
    ]
    if not rows:
        raise UserFacingError(
            f"No row of {scores.name} fits a case of this study.",
            hint=f"Its column {table.key} must name the images as they were imported.",
        )
    found = [] if places is None else _places(store, places, rows, findings)
    content = scores.read_bytes() + (b"" if places is None else places.read_bytes())
    source = scores.name if places is None else f"{scores.name} and {places.name}"
    return PrecomputedPredictions.from_rows(rows, places=found, source=source), hashlib.sha256(
        content
    ).hexdigest()


def _places(
    store: StudyStore, path: Path, scores: "list[PrecomputedRow]", findings: list[str]
) -> "list[CasePlace]":
    """Return the located findings of a table, each with its case and, where one is named, its image."""
    from realfm_gui.models.located import CasePlace
    from realfm_gui.models.places_csv import read_places_csv

    table = read_places_csv(path)
    _refuse_bad_rows(path, table, findings)
    images = _images_by_key(store, table.key)
    scored = {(row.case_id, row.finding) for row in scores if row.score is not None}
    found, problems = [], []
    for row in table.rows:
        finding = row.finding or findings[0]
        here = images.get(row.source, set())
        only = next(iter(here))[1] if len(here) == 1 and table.key != "patient" else None
        for case_id in sorted({case_id for case_id, _ in here}):
            if (case_id, finding) not in scored:
                problems.append(f"line {row.line}: {row.source} has a place and no score")
                continue
            found.append(CasePlace(case_id=case_id, finding=finding, row=row, image_file=only))
    _refuse(path, problems)
    if not found and table.rows:
        raise UserFacingError(
            f"No row of {path.name} fits a case of this study.",
            hint=f"Its column {table.key} must name the images as they were imported.",
        )
    return found


def _refuse_bad_rows(path: Path, table: "PredictionTable | PlaceTable", findings: list[str]) -> None:
    problems = [f"line {row.line}: {row.reason}" for row in table.refused]
    for row in table.rows:
        if not row.finding and len(findings) > 1:
            problems.append(f"line {row.line}: the finding is missing, and the protocol has {len(findings)}")
        elif row.finding and row.finding not in findings:
            problems.append(f"line {row.line}: the finding {row.finding!r} is not in the protocol")
    _refuse(path, problems)


def _refuse(path: Path, problems: list[str]) -> None:
    if problems:
        # Half a table would turn a typing mistake into "the model failed on this case".
        more = f"\n  and {len(problems) - 10} more" if len(problems) > 10 else ""
        raise UserFacingError(
            f"{path.name} has rows that cannot be used:\n  " + "\n  ".join(problems[:10]) + more,
            hint="Correct the table and run it again; nothing was stored.",
        )


def _images_by_key(store: StudyStore, key: str) -> dict[str, set[tuple[str, str]]]:
    """Return source name -> (case id, stored file) of every image that goes by it."""
    stored = {image.image_id: image.file for case in store.cases() for image in case.images}
    images: dict[str, set[tuple[str, str]]] = {}
    for source in store.read_sources():
        if source.is_prior:
            continue
        names = {
            "file": (source.path, Path(source.path).name),
            "patient": (source.source_patient, source.source_patient.rpartition("|")[2]),
            "uid": (source.sop_uid, source.series_uid, source.study_uid),
        }[key]
        for name in names:
            images.setdefault(name, set()).add((source.case_id, stored.get(source.image_id, "")))
    return images
