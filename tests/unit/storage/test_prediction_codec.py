"""A case's prediction file: to the last bit, older forms still read, newer ones refused."""

import io
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from realfm_gui.domain.ai_finding import AiFinding, AiRegion, AiShape, ScoreInterval
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.grid_geometry import GridGeometry
from realfm_gui.domain.prediction import DomainAspect, FailureKind, OutOfDomain, PredictionFailure
from realfm_gui.storage import StudyStore
from realfm_gui.storage.prediction_codec import decode, encode

from .scenario import CASES, MODEL, RUN, add_case, prediction, run_record, store_run

SECRET_LABEL, SECRET_TEXT = "Spiculated mass", "upper outer quadrant"
SECRET_NUMBER = 0.1 + 0.7


def located(frame: int = 4) -> tuple[AiFinding, ...]:
    mask = np.random.default_rng(0).random((9, 7)) < 0.4
    grid = GridGeometry(row_offset=1 / 3, row_step=2.5, column_offset=0.0, column_step=1 / 7)
    cells = AiRegion(shape=AiShape.MASK, mask=mask, grid=grid)
    contour = AiRegion(shape=AiShape.CONTOUR, points=((0.1, 0.2), (5.0, 1 / 3), (2.0, 9.9)))
    return (
        AiFinding(
            finding="pneumonia",
            score=SECRET_NUMBER,
            probability=SECRET_NUMBER,
            interval=ScoreInterval(low=0.5, high=0.9, level=0.95),
            frame=frame,
            frames=(frame - 1, frame + 2),
            region=AiRegion.box(x=1.5, y=2, width=3, height=4),
            label=SECRET_LABEL,
            text=SECRET_TEXT,
        ),
        AiFinding(finding="pneumonia", score=-3.0, frame=0, region=cells),
        AiFinding(finding="pneumonia", score=-4.0, frame=0, region=contour),
        AiFinding(finding="pneumonia", score=-5.0, frame=7),
    )


def test_that_located_findings_come_back_to_the_last_bit():
    said = replace(
        prediction(CASES[0]),
        located=located(),
        interval=ScoreInterval(low=0.1, high=1 / 3),
    )
    [again] = decode(CASES[0], encode([said]))
    assert again.interval == said.interval
    assert len(again.located) == 4
    for ours, theirs in zip(again.located, said.located, strict=True):
        assert replace(ours, region=None) == replace(theirs, region=None)
        if theirs.region is not None:
            assert ours.region is not None
            assert (ours.region.shape, ours.region.points) == (theirs.region.shape, theirs.region.points)
    mask, wanted = again.located[1].region, said.located[1].region
    assert mask is not None
    assert wanted is not None
    assert mask.mask is not None
    assert np.array_equal(mask.mask, wanted.mask)
    assert mask.grid == wanted.grid
    assert again.located[3].region is None


def test_that_the_same_predictions_give_the_same_bytes():
    said = replace(prediction(CASES[0]), located=located())
    assert encode([said]) == encode(decode(CASES[0], encode([said])))


def test_that_a_file_of_the_first_version_is_still_read(repository: Path):
    content = (repository / "tests" / "reference" / "study_files" / "predictions-v1.npz").read_bytes()
    first, second = decode("c-1", content)
    assert (first.finding, first.score, first.probability, first.prevalence) == (
        "pneumonia",
        1.25,
        0.3,
        1 / 3,
    )
    assert first.saliency is not None
    assert (first.saliency.frame, first.saliency.values.shape, first.saliency.method) == (
        2,
        (2, 3),
        "grad-cam",
    )
    assert (second.finding, second.score, second.probability) == ("nodule", -4.0, None)
    assert (first.located, first.interval) == ((), None)


def test_that_a_file_of_a_newer_program_is_refused_in_words():
    arrays = dict(np.load(io.BytesIO(encode([prediction(CASES[0])]))))
    buffer = io.BytesIO()
    np.savez(buffer, **(arrays | {"version": np.array(3)}))
    with pytest.raises(UserFacingError, match="newer program"):
        decode(CASES[0], buffer.getvalue())


def test_that_what_was_found_where_is_in_its_prediction_file_and_nowhere_else(store: StudyStore):
    add_case(store, CASES[0])
    said = replace(prediction(CASES[0]), located=located())
    store.write_prediction(RUN, CASES[0], [said])
    record = replace(run_record(), case_ids=CASES[:1], locates=("pneumonia",))
    payload = {"run_id": RUN, "model": MODEL, "run_salted_sha256": store.write_run(record), "files": {}}
    store.append(EventKind.PREDICTIONS_STORED, payload, actor="coordinator")
    needles = [struct.pack("<d", SECRET_NUMBER), repr(SECRET_NUMBER).encode()]
    needles += [text.encode(code) for text in (SECRET_LABEL, SECRET_TEXT) for code in ("utf-8", "utf-32-le")]
    holders = {
        path.name
        for path in store.root.rglob("*")
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    }
    assert holders == {f"{CASES[0]}.npz"}


def test_that_failed_and_not_made_for_come_back_apart(store: StudyStore):
    record = replace(
        run_record("r-2"),
        failures=(PredictionFailure(case_id=CASES[2], reason="no pixels", kind=FailureKind.IMAGE),),
        out_of_domain=(OutOfDomain(case_id=CASES[1], reason="Made for CR.", aspect=DomainAspect.MODALITY),),
        case_ids=CASES[:1],
        locates=("pneumonia",),
    )
    store.write_run(record)
    assert store.run_record("r-2") == record
    assert store.run_record("r-2").asked == set(CASES)


def test_that_a_run_of_the_first_version_is_still_read_and_one_of_a_newer_refused(store: StudyStore):
    store_run(store)
    path = store.root / "predictions" / "r-old" / "run.json"
    path.parent.mkdir()
    text = (store.root / "predictions" / RUN / "run.json").read_text("utf-8")
    old = text.replace(',"kind":"error"', "").replace(',"out_of_domain":[]', "").replace(',"locates":[]', "")
    assert old.count("kind") == old.count("domain") == old.count("locates") == 0
    path.write_text(old, "utf-8")
    assert store.run_record("r-old").failures == run_record().failures
    path.write_text(old.replace('"device"', '"colour":"red","device"'), "utf-8")
    with pytest.raises(UserFacingError, match="newer program"):
        store.run_record("r-old")
