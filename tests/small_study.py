"""A study small enough for a unit test: real folder, real log, made-up pixels and predictions."""

from pathlib import Path

import numpy as np

from realfm_gui.domain.case import Split
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.prediction import GridGeometry, Prediction, PredictionFailure, RunRecord, SaliencyMap
from realfm_gui.domain.truth import TruthLabel
from realfm_gui.storage import SourceRecord, StudyStore

PROTOCOL = """
version = 1
[study]
title = "A small study"
[population]
prevalence = 0.2
[[findings]]
id = "nodule"
name = "Nodule"
[[readers]]
id = "anna"
name = "Anna"
[[readers]]
id = "ben"
name = "Ben"
reads = ["reading"]
[[readers]]
id = "robot"
name = "Robot"
simulated = true
reads = ["reading"]
[model]
name = "efficientnet-lite0"
"""

GRID = GridGeometry(row_offset=3.5, row_step=8, column_offset=3.5, column_step=8)


def make_study(
    root: Path, *, reading: int = 4, training: int = 1, predicted: bool = True, protocol: str = PROTOCOL
) -> StudyStore:
    """Create a study with cases named by number in the sealed sources; odd ones are diseased."""
    store = StudyStore.create(root, protocol)
    splits = [Split.TRAINING] * training + [Split.READING] * reading
    case_ids: list[str] = []
    sources, labels = [], {Split.TRAINING: [], Split.READING: []}
    for number, split in enumerate(splits):
        case_id, image_id = f"c-{number:016x}", f"i-{number:016x}"
        salted = store.add_image(f"{image_id}.dcm", f"pixels of {number}".encode())
        image = {
            "image_id": image_id,
            "file": f"{image_id}.dcm",
            "series": 0,
            "position": 0,
            "salted_sha256": salted,
        }
        sources.append(
            SourceRecord(
                case_id=case_id,
                patient_id=f"p-{number}",
                image_id=image_id,
                path=f"Doe^Jane-{number}.dcm",
                source_patient=f"MRN-{number}",
                study_uid=f"1.2.{number}",
                series_uid=f"1.2.{number}.1",
                sop_uid=f"1.2.{number}.1.1",
                sha256=f"{number:064x}",
                split=split,
            )
        )
        labels[split].append(TruthLabel(case_id=case_id, finding="nodule", is_present=number % 2 == 1))
        store.append(
            EventKind.CASE_ADDED,
            {
                "case_id": case_id,
                "patient_id": f"p-{number}",
                "split": split,
                "indication": "",
                "images": [image],
            },
            actor="coordinator",
        )
        case_ids.append(case_id)
    sources_hash = store.write_sources(sources)
    for split, rows in labels.items():
        if rows:
            salted = store.write_truth(split, rows)
            store.append(
                EventKind.TRUTH_SEALED, {"split": split, "salted_sha256": salted}, actor="coordinator"
            )
    store.append(
        EventKind.IMPORT_FINISHED,
        {"accepted": len(splits), "refused": 0, "sources_salted_sha256": sources_hash},
        actor="coordinator",
    )
    if predicted:
        store_predictions(store, case_ids, failed=case_ids[-1:])
    return store


def store_predictions(
    store: StudyStore,
    case_ids: list[str],
    *,
    failed: list[str],
    probability: float | None = 0.5,
    prevalence: float | None = 0.5,
) -> None:
    """Store a run that answers every case but the failed ones."""
    files = {}
    for number, case_id in enumerate(case_ids):
        if case_id in failed:
            continue
        prediction = Prediction(
            case_id=case_id,
            finding="nodule",
            score=0.1234567 + number,
            probability=probability,
            prevalence=prevalence,
            operating_point=2.0,
            saliency=SaliencyMap(
                values=np.arange(9, dtype=np.float32).reshape(3, 3), geometry=GRID, method="grad-cam"
            ),
        )
        files[case_id] = store.write_prediction("r-1", case_id, [prediction])
    record = RunRecord(
        run_id="r-1",
        model="efficientnet-lite0",
        version="1",
        weights_sha256="ab",
        head_sha256="cd",
        preprocessing="none",
        saliency_method="grad-cam",
        device="cpu",
        case_ids=tuple(files),
        failures=tuple(PredictionFailure(case_id=case_id, reason="too dark") for case_id in failed),
    )
    run_hash = store.write_run(record)
    store.append(
        EventKind.PREDICTIONS_STORED,
        {"run_id": "r-1", "model": "efficientnet-lite0", "run_salted_sha256": run_hash, "files": files},
        actor="coordinator",
    )
