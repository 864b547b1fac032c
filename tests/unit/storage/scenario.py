"""A study as its life goes: two cases, a model, two readers; used by every test of the storage room."""

from pathlib import Path
from typing import Any

import numpy as np

from realfm_gui.domain.case import Split
from realfm_gui.domain.events import Event, EventKind
from realfm_gui.domain.prediction import GridGeometry, Prediction, PredictionFailure, RunRecord, SaliencyMap
from realfm_gui.domain.reading import CaseAnswer, CaseFlag, Draft, FindingAnswer, Phase, PhaseTimes
from realfm_gui.domain.truth import TruthLabel
from realfm_gui.storage import SourceRecord, StudyStore

PROTOCOL = """\
version = 1
[study]
title = "Lungenentzündung im Röntgenbild"
[population]
prevalence = 0.1
[[findings]]
id = "pneumonia"
name = "Pneumonia"
[[readers]]
id = "r1"
name = "Reader One"
[[readers]]
id = "r2"
name = "Reader Two"
[model]
name = "efficientnet-lite0"
"""

CASES = ("c-0000000000000001", "c-0000000000000002", "c-0000000000000003")
RUN = "r-00000000000000aa"
MODEL = "efficientnet-lite0"

# Strings that occur nowhere else, so that finding one of them in a file means that it leaked.
SECRET_PATIENT = "MUSTERMANN-4711"
SECRET_FILE = "klinik/mustermann_thorax_7f3a.dcm"
SECRET_UID = "1.2.276.0.99.8675309"
SECRET_SUBTYPE = "subtype-lobar-x9"
SECRET_SCORE = 0.8437219046501237

ANSWER = CaseAnswer(findings=(FindingAnswer(finding="pneumonia", likelihood=71, recall=True, confidence=4),))
UNSURE = CaseAnswer(flags=frozenset({CaseFlag.NON_DIAGNOSTIC}))
TIMES = PhaseTimes(active_ms=5321, idle_ms=0, paused_ms=870)


def add_case(store: StudyStore, case_id: str, *, split: Split = Split.READING) -> Event:
    """Store two images of a case and put it on record."""
    images = []
    for position in range(2):
        image_id = f"i-{case_id[2:]}-{position}"
        file = f"{image_id}.dcm"
        digest = store.add_image(file, f"pixels of {image_id}".encode())
        images.append(
            {
                "image_id": image_id,
                "file": file,
                "series": 0,
                "position": position,
                "salted_sha256": digest,
            }
        )
    payload = {
        "case_id": case_id,
        "patient_id": f"p-{case_id[2:]}",
        "split": split.value,
        "indication": "Husten, Fieber – seit 3 Tagen",
        "images": images,
    }
    return store.append(EventKind.CASE_ADDED, payload, actor="coordinator")


def prediction(case_id: str, *, score: float = SECRET_SCORE) -> Prediction:
    """Return a prediction with a map whose every number is exact in no shorter form."""
    return Prediction(
        case_id=case_id,
        finding="pneumonia",
        score=score,
        probability=0.1 + 0.2,
        prevalence=1 / 3,
        operating_point=-0.0,
        saliency=SaliencyMap(
            values=np.linspace(-1.5, 1 / 3, 49, dtype=np.float32).reshape(7, 7),
            geometry=GridGeometry(row_offset=15.5, row_step=32.1, column_offset=1 / 7, column_step=31.9),
            method="grad-cam",
        ),
    )


def run_record(run_id: str = RUN, model: str = MODEL) -> RunRecord:
    """Return the record of a run that failed on the last case."""
    return RunRecord(
        run_id=run_id,
        model=model,
        version="1",
        weights_sha256="ab" * 32,
        head_sha256="cd" * 32,
        preprocessing="224 px, padded",
        saliency_method="grad-cam",
        device="cpu",
        case_ids=CASES[:2],
        failures=(PredictionFailure(case_id=CASES[2], reason="no pixels"),),
    )


def store_run(store: StudyStore, run_id: str = RUN, model: str = MODEL) -> Event:
    """Store a run over the first two cases and put it on record."""
    files = {case_id: store.write_prediction(run_id, case_id, [prediction(case_id)]) for case_id in CASES[:2]}
    payload = {
        "run_id": run_id,
        "model": model,
        "run_salted_sha256": store.write_run(run_record(run_id, model)),
        "files": files,
    }
    return store.append(EventKind.PREDICTIONS_STORED, payload, actor="coordinator")


def labels() -> list[TruthLabel]:
    """Return the truth of the first two cases."""
    return [
        TruthLabel(
            case_id=case_id, finding="pneumonia", is_present=k == 0, subgroups={"subtype": SECRET_SUBTYPE}
        )
        for k, case_id in enumerate(CASES[:2])
    ]


def sources() -> list[SourceRecord]:
    """Return where the images of the first case came from."""
    return [
        SourceRecord(
            case_id=CASES[0],
            patient_id="p-0000000000000001",
            image_id="i-0000000000000001-0",
            path=SECRET_FILE,
            source_patient=SECRET_PATIENT,
            study_uid=SECRET_UID,
            series_uid=f"{SECRET_UID}.1",
            sop_uid=f"{SECRET_UID}.1.1",
            sha256="ef" * 32,
            split=Split.READING,
        )
    ]


def answer_payload(case_id: str, answer: CaseAnswer = ANSWER) -> dict[str, Any]:
    """Return the payload of a lock or a submission."""
    return {"case_id": case_id, "answer": answer.to_payload(), "times": TIMES.to_payload()}


def lock(store: StudyStore, reader: str, case_id: str, answer: CaseAnswer = ANSWER) -> Event:
    """Lock an unaided answer."""
    return store.append(
        EventKind.ANSWER_LOCKED, answer_payload(case_id, answer), actor=reader, session="s-01"
    )


def reveal(store: StudyStore, reader: str, case_id: str) -> Event:
    """Show a reader the model's output."""
    return store.append(EventKind.AI_REVEALED, {"case_id": case_id, "run_id": RUN}, actor=reader)


def submit(store: StudyStore, reader: str, case_id: str, answer: CaseAnswer = ANSWER) -> Event:
    """Submit an aided answer."""
    return store.append(
        EventKind.ANSWER_SUBMITTED, answer_payload(case_id, answer), actor=reader, session="s-01"
    )


def open_case(store: StudyStore, reader: str, case_id: str, phase: Phase) -> Event:
    """Record that a reader opened a case."""
    return store.append(EventKind.CASE_OPENED, {"case_id": case_id, "phase": phase.value}, actor=reader)


def draft(case_id: str, phase: Phase = Phase.UNAIDED, reader: str = "r1") -> Draft:
    """Return what a reader has typed so far."""
    return Draft(
        reader=reader,
        case_id=case_id,
        phase=phase,
        answer=ANSWER,
        times=TIMES,
        view={"zoom": 1.5, "frame": 3},
    )


def fill(store: StudyStore) -> None:
    """Let everything happen once: import, truth, fit, prediction, two readings, a draft."""
    for case_id in CASES:
        add_case(store, case_id)
    store.append(
        EventKind.TRUTH_SEALED,
        {"split": "reading", "salted_sha256": store.write_truth(Split.READING, labels())},
        actor="coordinator",
    )
    digest = store.write_sources(sources())
    store.append(
        EventKind.IMPORT_FINISHED,
        {"accepted": 3, "refused": 0, "sources_salted_sha256": digest},
        actor="coordinator",
    )
    fitted = {
        "model": MODEL,
        "version": "1",
        "weights_sha256": "ab" * 32,
        "head_salted_sha256": store.write_head(MODEL, b"weights of the head"),
    }
    store.append(EventKind.MODEL_FITTED, fitted, actor="coordinator")
    store_run(store)
    store.append(EventKind.SESSION_STARTED, {"reader": "r1"}, actor="r1", session="s-01")
    open_case(store, "r1", CASES[0], Phase.UNAIDED)
    lock(store, "r1", CASES[0])
    open_case(store, "r1", CASES[0], Phase.AIDED)
    reveal(store, "r1", CASES[0])
    submit(store, "r1", CASES[0], UNSURE)
    lock(store, "r2", CASES[1])
    open_case(store, "r1", CASES[1], Phase.UNAIDED)
    store.save_draft(draft(CASES[1]))


def filled_study(folder: Path) -> Path:
    """Make a closed study in which everything has happened once."""
    root = folder / "a.study"
    with StudyStore.create(root, PROTOCOL) as store:
        fill(store)
    return root
