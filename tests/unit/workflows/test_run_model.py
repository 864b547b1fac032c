"""Running a model: whole or not at all, every case answered or listed, one scale for all maps."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from realfm_gui.domain.errors import Cancelled, UserFacingError
from realfm_gui.domain.prediction import FailureKind
from realfm_gui.domain.reading import PhaseTimes
from realfm_gui.storage import StudyStore, verify_study
from realfm_gui.workflows.import_images import import_images
from realfm_gui.workflows.overview import overview
from realfm_gui.workflows.precomputed_scores import scores_and_places
from realfm_gui.workflows.reading import lock_unaided, open_next, reveal_ai, start_session, submit_aided
from realfm_gui.workflows.run_model import run_model
from tests.marked_study import add_case, wrapped
from tests.small_study import PROTOCOL
from tests.unit.imaging.made_series import anatomy, write_series
from tests.unit.workflows.test_reading import answer

CASES = 5
PRECOMPUTED = PROTOCOL.replace('name = "efficientnet-lite0"', 'name = "precomputed"')


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
    with StudyStore.create(tmp_path / "s.study", PRECOMPUTED) as store:
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


def test_that_a_table_of_places_with_a_mistake_stores_nothing(
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


def test_that_every_place_is_looked_up_before_the_run_and_told_with_its_line(
    store: StudyStore, scores: Path, tmp_path: Path
) -> None:
    np.save(tmp_path / "flat.npy", np.zeros(3))
    rows = (
        "scan0.png,1,box,32,0,4,4,,",  # of 32 columns
        "scan1.png,1,box,1,1,4,4,,",
        "scan1.png,1,none,,,,,2,",
        "scan2.png,1,mask,,,,,,flat.npy",
    )
    places = tmp_path / "places.csv"
    places.write_text("file,score,shape,x,y,width,height,slice,mask\n" + "\n".join(rows) + "\n")
    with pytest.raises(UserFacingError) as caught:
        run_model(store, "precomputed", scores=scores, places=places)
    assert caught.value.message.splitlines() == [
        "places.csv has rows that cannot be used:",
        "  Line 2: it lies outside the image of 32 × 24 pixels.",
        "  Line 4: it names slice 2 of 1.",
        "  Line 5: The mask flat.npy is not a two-dimensional array of numbers.",
    ]
    assert store.latest_run("precomputed") is None
    assert verify_study(store.root).problems == ()
    places.write_text("file,score,x,y,width,height\nscan1.png,1,1,1,4,4\n")
    run_model(store, "precomputed", scores=scores, places=places)
    run = store.latest_run("precomputed")
    assert run is not None
    assert len(run.case_ids) == CASES - 1


def test_that_a_place_on_an_image_damaged_since_costs_its_own_case_only(
    store: StudyStore, scores: Path, tmp_path: Path
) -> None:
    [record] = [record for record in store.read_sources() if record.path.endswith("scan0.png")]
    store.image_path(f"{record.image_id}.dcm").write_bytes(b"no picture any more")
    places = tmp_path / "places.csv"
    places.write_text("file,score,x,y,width,height\nscan0.png,1,1,1,4,4\n")
    run_model(store, "precomputed", scores=scores, places=places)
    run = store.latest_run("precomputed")
    assert run is not None
    assert {failure.kind: failure.case_id for failure in run.failures}[FailureKind.IMAGE] == record.case_id


@pytest.mark.parametrize("key", ["file", "patient"])
def test_that_no_score_or_place_goes_to_two_patients(tmp_path: Path, key: str) -> None:
    """Two folders with a file of one name; two examinations of one patient."""
    pixels = np.zeros((24, 32), np.uint8)
    with StudyStore.create(tmp_path / "two.study", PRECOMPUTED) as store:
        sources = []
        for number in range(2):
            Image.fromarray(pixels + number).save(tmp_path / "IM0001.png")
            [source] = add_case(
                store, f"c-{number:016x}", [wrapped(tmp_path / "IM0001.png")], [f"{number}/IM0001.png"]
            )
            sources.append(replace(source, source_patient="MRN-1"))
        store.write_sources(sources)
        shared = {"file": "IM0001.png", "patient": "MRN-1"}[key]
        said = rf"line 2: 2 cases of the study have the {key} '{shared}'"
        scores, places = tmp_path / "scores.csv", tmp_path / "places.csv"
        scores.write_text(f"{key},score\n{shared},1\n")
        with pytest.raises(UserFacingError, match=rf"scores\.csv has rows(?s:.)*{said}"):
            run_model(store, "precomputed", scores=scores)
        scores.write_text("uid,score\n1.2.0,1\n1.2.1,1\n")
        places.write_text(f"{key},score,x,y,width,height\n{shared},1,1,1,4,4\n")
        with pytest.raises(UserFacingError, match=rf"places\.csv has rows(?s:.)*{said}"):
            run_model(store, "precomputed", scores=scores, places=places)
        scores.write_text("file,score\n0/IM0001.png,1\n1/IM0001.png,2\n")
        places.write_text("file,score,x,y,width,height\n1/IM0001.png,1,1,1,4,4\n")
        run_model(store, "precomputed", scores=scores, places=places)
        run = store.latest_run("precomputed")
        assert run is not None
        located = {
            case_id: len(store.read_prediction(run.run_id, case_id)[0].located) for case_id in run.case_ids
        }
        assert located == {"c-0000000000000000": 0, "c-0000000000000001": 1}


def test_that_a_row_by_series_counts_its_slices_in_that_series_and_one_by_study_says_which(
    tmp_path: Path,
) -> None:
    folders = tmp_path / "1", tmp_path / "2"
    files: list[tuple[str, bytes]] = []
    for folder in folders:
        folder.mkdir()
        written = write_series(folder, anatomy(4, 24, 32))
        files += [(f"{folder.name}/{path.name}", path.read_bytes()) for path in written]
    with StudyStore.create(tmp_path / "ct.study", PRECOMPUTED) as store:
        sources = add_case(store, "c-0f", [content for _, content in files], [name for name, _ in files])
        series = [name.partition("/")[0] for name, _ in files]
        store.write_sources(
            [replace(source, series_uid=f"1.2.3.{n}") for source, n in zip(sources, series, strict=True)]
        )
        scores, places = tmp_path / "scores.csv", tmp_path / "places.csv"
        scores.write_text("uid,score\n1.2.f,1\n")
        places.write_text("uid,score,slice,x,y,width,height\n1.2.3.2,1,3,1,1,4,4\n")
        run_model(store, "precomputed", scores=scores, places=places)
        run = store.latest_run("precomputed")
        assert run is not None
        [said] = store.read_prediction(run.run_id, "c-0f")
        assert [found.frame for found in said.located] == [6]  # the third of the second four
        places.write_text("uid,score,slice,x,y,width,height\n1.2.f,1,3,1,1,4,4\n")
        with pytest.raises(UserFacingError, match="Line 2: it names no series, and there are 2"):
            run_model(store, "precomputed", scores=scores, places=places)
