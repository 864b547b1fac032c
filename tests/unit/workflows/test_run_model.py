"""Running a model: whole or not at all, every case answered or listed, one scale for all maps."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from realfm_gui.domain.errors import Cancelled, UserFacingError
from realfm_gui.domain.reading import PhaseTimes
from realfm_gui.storage import StudyStore, verify_study
from realfm_gui.workflows.import_images import import_images
from realfm_gui.workflows.overview import overview
from realfm_gui.workflows.reading import lock_unaided, open_next, reveal_ai, start_session
from realfm_gui.workflows.run_model import run_model
from tests.small_study import PROTOCOL
from tests.unit.workflows.test_reading import answer

CASES = 5


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    """Predictions for all cases but the last, with maps whose peaks differ tenfold."""
    rows = ["file,score,probability,prevalence,threshold,map"]
    for number in range(CASES - 1):
        values = np.zeros((6, 8), np.float32)
        values[2, 3] = 10.0**-number
        np.save(tmp_path / f"map{number}.npy", values)
        rows.append(f"scan{number}.png,{number},0.5,0.5,2,map{number}.npy")
    path = tmp_path / "scores.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StudyStore]:
    images = tmp_path / "images"
    images.mkdir()
    for number in range(CASES):
        pixels = np.random.default_rng(number).integers(0, 255, (24, 32)).astype(np.uint8)
        Image.fromarray(pixels).save(images / f"scan{number}.png")
    protocol = PROTOCOL.replace('name = "efficientnet-lite0"', 'name = "precomputed"')
    with StudyStore.create(tmp_path / "s.study", protocol) as store:
        import_images(store, [images])
        yield store


def test_that_every_case_is_answered_or_listed_with_its_reason(store: StudyStore, scores: Path) -> None:
    run_model(store, "precomputed", scores=scores)
    run = store.latest_run("precomputed")
    assert run is not None
    assert len(run.case_ids) == CASES - 1
    [failure] = run.failures
    assert {*run.case_ids, failure.case_id} == {case.case_id for case in store.cases()}
    [model] = [model for model in overview(store).models if model.is_shown]
    assert model.failures == ((failure.case_id, failure.reason),)
    assert "no prediction for this case" in failure.reason
    assert verify_study(store.root).problems == ()


def test_that_all_maps_of_a_run_are_painted_on_one_scale(store: StudyStore, scores: Path) -> None:
    run_model(store, "precomputed", scores=scores)
    run = store.latest_run("precomputed")
    assert run is not None
    assert run.map_range is not None
    low, high = run.map_range
    assert low == 0.0
    assert (
        0.1 < high <= 1.0
    )  # the peaks are 1, .1, .01 and .001: the strongest sets the scale, not each its own
    session = start_session(store, "anna")
    case = open_next(store, session)
    assert case is not None
    lock_unaided(store, session, case.case.case_id, answer(), PhaseTimes())
    for advice in reveal_ai(store, session, case.case.case_id).findings:
        assert advice.map_range == run.map_range


def test_that_a_stopped_run_leaves_nothing_and_the_earlier_one_stands(
    store: StudyStore, scores: Path
) -> None:
    run_model(store, "precomputed", scores=scores)
    before = store.latest_run("precomputed")

    def stop(done: int, total: int, what: str) -> None:
        if done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        run_model(store, "precomputed", scores=scores, progress=stop)
    assert store.latest_run("precomputed") == before
    assert verify_study(store.root).problems == ()


def test_that_the_readers_model_cannot_change_once_somebody_has_read(store: StudyStore, scores: Path) -> None:
    run_model(store, "precomputed", scores=scores)
    session = start_session(store, "anna")
    case = open_next(store, session)
    assert case is not None
    lock_unaided(store, session, case.case.case_id, answer(), PhaseTimes())
    with pytest.raises(UserFacingError, match="Reading has begun"):
        run_model(store, "precomputed", scores=scores)


def test_that_an_image_damaged_after_its_import_costs_its_own_case_only(
    store: StudyStore, scores: Path
) -> None:
    damaged = next(case for case in store.cases() if case.images)
    store.image_path(damaged.images[0].file).write_bytes(b"no picture any more")
    run_model(store, "precomputed", scores=scores)
    run = store.latest_run("precomputed")
    assert run is not None
    assert damaged.case_id in {failure.case_id for failure in run.failures}
    assert len(run.case_ids) + len(run.failures) == CASES
