"""Match somebody's table of predictions with the study's cases."""

import hashlib
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from realfm_gui.domain.case import Split
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.progress import Progress, silent
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.case_frames import frames_of
from realfm_gui.workflows.image_names import ImageNames, PlaceError

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
    store: StudyStore, scores: Path | None, places: Path | None = None, *, progress: Progress = silent
) -> "tuple[PrecomputedPredictions, str]":
    """Return the model that answers from CSV files, and the SHA-256 of what it answers from.

    Every place is looked up on the images of its case first: what is wrong with it is told now, with its
    line, and not as a failure of the model on that case.

    Raises
    ------
    UserFacingError
        If no table of scores is given, a row names an unknown finding or images of several cases, or no row
        fits any case; also if a place belongs to a case without a score, might lie on several images, or lies
        on none. A case without a row is not an error here: it becomes a listed failure of the run.
    Cancelled
        From `progress`.
    """
    from realfm_gui.models.precomputed import PrecomputedPredictions
    from realfm_gui.models.predictions_csv import read_predictions_csv

    if scores is None:
        raise UserFacingError(
            "The model precomputed needs a table of predictions.",
            hint="realfm predict STUDY --model precomputed --scores SCORES.csv [--places PLACES.csv]",
        )
    table = read_predictions_csv(scores)
    findings = [finding.id for finding in store.protocol.findings]
    _refuse_bad_rows(scores, table, findings)
    rows = _scores(store, scores, table, findings)
    found = [] if places is None else _places(store, places, rows, findings)
    if places is not None:
        _refuse_unplaced(store, places, found, progress)
    content = scores.read_bytes() + (b"" if places is None else places.read_bytes())
    source = scores.name if places is None else f"{scores.name} and {places.name}"
    return PrecomputedPredictions.from_rows(rows, places=found, source=source), hashlib.sha256(
        content
    ).hexdigest()


def _scores(
    store: StudyStore, path: Path, table: "PredictionTable", findings: list[str]
) -> "list[PrecomputedRow]":
    """Return the rows that fit a case; tables often cover more images than the study has."""
    from realfm_gui.models.precomputed import PrecomputedRow

    names = ImageNames(store, table.key)
    rows: list[PrecomputedRow] = []
    problems: list[str] = []
    for row in table.rows:
        if not names.knows(row.source):
            continue
        try:
            case_id = names.case_named(row.source)
        except PlaceError as error:
            problems.append(f"line {row.line}: {error}")
            continue
        rows.append(
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
        )
    _refuse(path, problems)
    if not rows:
        raise _nothing_fits(path, table.key)
    return rows


def _places(
    store: StudyStore, path: Path, scores: "list[PrecomputedRow]", findings: list[str]
) -> "list[CasePlace]":
    """Return the located findings of a table, each with its case and the images that its key names."""
    from realfm_gui.models.located import CasePlace
    from realfm_gui.models.places_csv import read_places_csv

    table = read_places_csv(path)
    _refuse_bad_rows(path, table, findings)
    names = ImageNames(store, table.key)
    stored = {image.image_id: image.file for case in store.cases() for image in case.images}
    scored = {(row.case_id, row.finding) for row in scores if row.score is not None}
    found, problems = [], []
    for row in table.rows:
        finding = row.finding or findings[0]
        if not names.knows(row.source):
            continue
        try:
            named = names.named(row.source)
        except PlaceError as error:
            problems.append(f"line {row.line}: {error}")
            continue
        if (named.case_id, finding) not in scored:
            problems.append(f"line {row.line}: {row.source} has a place and no score")
            continue
        files = frozenset(stored[image_id] for image_id in named.images)
        found.append(CasePlace(case_id=named.case_id, finding=finding, row=row, image_files=files))
    _refuse(path, problems)
    if not found and table.rows:
        raise _nothing_fits(path, table.key)
    return found


def _refuse_unplaced(
    store: StudyStore, path: Path, places: "Sequence[CasePlace]", progress: Progress
) -> None:
    """Refuse the table if a place is on no image of its case, or might be on several."""
    from realfm_gui.models.located import located_finding

    cases = {case.case_id: case for case in store.cases(Split.TRAINING, Split.READING)}
    wanted = sorted((place for place in places if place.case_id in cases), key=lambda place: place.case_id)
    problems: list[tuple[int, str]] = []
    done = 0
    for case_id, members in groupby(wanted, key=lambda place: place.case_id):
        progress(done, len(wanted), "Placing findings")
        of_case = list(members)
        done += len(of_case)
        try:
            [frames] = frames_of(store, [cases[case_id]])
        except UserFacingError:
            continue  # an image damaged after its import: the run lists the case as a failure for that reason
        for place in of_case:
            try:
                # Looked up again when the case is answered: the masks of all cases may not fit into memory.
                located_finding(place, frames)
            except UserFacingError as error:
                problems.append((place.row.line, error.message))
    _refuse(path, [what for _, what in sorted(problems)])


def _nothing_fits(path: Path, key: str) -> UserFacingError:
    return UserFacingError(
        f"No row of {path.name} fits a case of this study.",
        hint=f"Its column {key} must name the images as they were imported.",
    )


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
