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
from realfm_gui.workflows.precomputed_scores import scores_and_places
from realfm_gui.workflows.reading import lock_unaided, open_next, reveal_ai, start_session, submit_aided
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


def test_that_boxes_of_a_table_reach_the_reader_on_their_image_and_nothing_else_holds_them(
    store: StudyStore, scores: Path, tmp_path: Path
) -> None:
    places = tmp_path / "places.csv"
    rows = [f"scan{number}.png,{number}.5,0.8,3,4,5,6,Rib lesion {number}" for number in range(CASES - 1)]
    places.write_text("file,score,probability,x,y,width,height,label\n" + "\n".join(rows) + "\n")
    run_model(store, "precomputed", scores=scores, places=places)
    run = store.latest_run("precomputed")
    assert run is not None
    assert run.locates == ("nodule",)
    session = start_session(store, "anna")
    while (case := open_next(store, session)) is not None:
        lock_unaided(store, session, case.case.case_id, answer(), PhaseTimes())
        said = reveal_ai(store, session, case.case.case_id)
        if said.findings:
            break
        submit_aided(store, session, case.case.case_id, answer(), PhaseTimes())
    [located] = said.findings[0].located
    assert located.name.startswith("Rib lesion")
    # Columns 3 to 7 and rows 4 to 9, from edge to edge.
    assert located.outlines == (((2.5, 3.5), (7.5, 3.5), (7.5, 9.5), (2.5, 9.5)),)
    holders = {
        path.suffix for path in store.root.rglob("*") if path.is_file() and b"Rib lesion" in path.read_bytes()
    }
    assert holders == set()  # numpy writes text four bytes a letter; as such it is in the predictions alone
    wide = {
        path.parent.parent.name
        for path in store.root.rglob("*")
        if path.is_file() and "Rib lesion".encode("utf-32-le") in path.read_bytes()
    }
    assert wide == {"predictions"}


def test_that_tables_of_scores_and_places_are_told_apart_by_their_columns(
    scores: Path, tmp_path: Path
) -> None:
    places, again = tmp_path / "p.csv", tmp_path / "q.csv"
    places.write_text('"File";"Score";"X"\n', encoding="utf-8-sig")
    again.write_text("file,score,shape\n", encoding="utf-8")
    assert scores_and_places([places, scores]) == (scores, places)
    assert scores_and_places([scores]) == (scores, None)
    with pytest.raises(UserFacingError, match=r"p\.csv and q\.csv are both tables of places"):
        scores_and_places([scores, places, again])


def test_that_a_table_of_places_with_a_mistake_stores_nothing_and_a_box_beside_its_image_costs_its_case(
    store: StudyStore, scores: Path, tmp_path: Path
) -> None:
    places = tmp_path / "places.csv"
    for line, words in (
        ("scan0.png,1,nodule,3,4,0,6", "a box has a width"),
        ("scan0.png,1,mass,3,4,5,6", "'mass' is not in the protocol"),
        (f"scan{CASES - 1}.png,1,nodule,3,4,5,6", "has a place and no score"),
        ("other.png,1,nodule,3,4,5,6", "No row of places.csv fits"),
    ):
        places.write_text(f"file,score,finding,x,y,width,height\n{line}\n", encoding="utf-8")
        with pytest.raises(UserFacingError, match=words):
            run_model(store, "precomputed", scores=scores, places=places)
    assert store.latest_run("precomputed") is None
    places.write_text("file,score,x,y,width,height\nscan0.png,1,32,0,4,4\n", encoding="utf-8")  # 32 columns
    run_model(store, "precomputed", scores=scores, places=places)
    run = store.latest_run("precomputed")
    assert run is not None
    assert len(run.failures) == 2  # this one, and the case without a score
    assert any("outside the image of 32 × 24 pixels" in failure.reason for failure in run.failures)
