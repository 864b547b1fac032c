"""The last pass of an import: sealed files first, then events, so that no recorded case lacks them."""

from collections.abc import Mapping, Sequence, Set
from pathlib import Path

from realfm_gui.domain.case import Split
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.truth import TruthLabel
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.import_survey import Candidate, KnownSources, Refusal
from realfm_gui.workflows.truth_matching import TruthMatcher
from realfm_gui.workflows.truth_table import TruthRow

ACTOR = "coordinator"


def record_cases(
    store: StudyStore, known: KnownSources, cases: Sequence[Candidate], refused: Sequence[Refusal]
) -> None:
    """Write sources, refusals and truth, then one event per case and one for the import."""
    sources = [*known.records, *(record for case in cases for record in case.stored)]
    sources_hash = store.write_sources(sources)
    store.write_refusals(refused)
    for split in Split:
        rows = {case.case_id: case.row for case in cases if case.split is split and case.row is not None}
        _seal_truth(store, split, rows)
    for case in cases:
        added = {
            "case_id": case.case_id,
            "patient_id": case.patient_id,
            "split": case.split,
            "indication": "" if case.row is None else case.row.indication,
            "images": case.images,
        }
        store.append(EventKind.CASE_ADDED, added, actor=ACTOR)
    finished = {
        "accepted": sum(len(case.images) for case in cases),
        "refused": len(refused),
        "sources_salted_sha256": sources_hash,
    }
    store.append(EventKind.IMPORT_FINISHED, finished, actor=ACTOR)


def record_late_truth(
    store: StudyStore, known: KnownSources, matcher: TruthMatcher, refused: list[Refusal]
) -> int:
    """Seal the reference standard of cases that were imported before it was there; return how many."""
    waiting = {split: _without_truth(store, split) for split in Split}
    rows: dict[Split, dict[str, TruthRow]] = {split: {} for split in Split}
    for record in known.records:
        if record.case_id not in waiting[record.split]:
            continue
        uids = (record.sop_uid, record.series_uid, record.study_uid)
        row = matcher.row_for(Path(record.path), patient=record.source_patient, uids=uids)
        if row is None or row.prior_of:
            continue
        if row.split is not record.split:
            reason = (
                f"was imported into the split {record.split}; line {row.line} of the truth says {row.split}"
            )
            refused.append((record.path, reason))
            continue
        rows[record.split][record.case_id] = row
    for split, found in rows.items():
        _seal_truth(store, split, found)
    return sum(len(found) for found in rows.values())


def discard_leftovers(store: StudyStore, *, keep: Set[str] = frozenset()) -> None:
    """Delete images that an import wrote and no event knows: it was killed, stopped or out of space.

    Only under the study's work lock: another import's images would look the same.
    """
    known = {image.file for case in store.cases() for image in case.images} | keep
    for path in sorted((store.root / "images").iterdir()):
        if path.name not in known:
            store.discard_image(path.name)


def _labels(store: StudyStore, split: Split) -> list[TruthLabel]:
    return store.read_truth(split) if store.has_truth(split) else []


def _without_truth(store: StudyStore, split: Split) -> set[str]:
    labelled = {label.case_id for label in _labels(store, split)}
    return {case.case_id for case in store.cases(split)} - labelled


def _seal_truth(store: StudyStore, split: Split, rows: Mapping[str, TruthRow]) -> None:
    if not rows:
        return
    labels = [
        TruthLabel(case_id=case_id, finding=finding, is_present=is_present, subgroups=row.subgroups)
        for case_id, row in rows.items()
        for finding, is_present in row.truth.items()
    ]
    recorded = {case.case_id for case in store.cases(split)}
    before = [label for label in _labels(store, split) if label.case_id in recorded - set(rows)]
    salted = store.write_truth(split, [*before, *labels])
    store.append(EventKind.TRUTH_SEALED, {"split": split, "salted_sha256": salted}, actor=ACTOR)
