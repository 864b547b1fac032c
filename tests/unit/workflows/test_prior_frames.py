"""Cases with priors: what a model, a table or a reader says of an image stays with that image."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import UID

from realfm_gui.domain.ai_finding import AiFinding
from realfm_gui.domain.case import Split
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.images import CaseFrames, Frame
from realfm_gui.domain.mark import Mark, MarkShape
from realfm_gui.domain.prediction import Prediction, PredictionFailure
from realfm_gui.imaging.case_loading import CaseSequence, loading_case
from realfm_gui.imaging.decoding_service import DecodingService
from realfm_gui.imaging.study_order import days_before
from realfm_gui.models.precomputed import PrecomputedPredictions
from realfm_gui.models.runs import predict_cases
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.case_frames import frames_of
from realfm_gui.workflows.import_images import import_images
from realfm_gui.workflows.lesion_table_import import import_lesions
from realfm_gui.workflows.mark_check import refuse_bad_marks
from realfm_gui.workflows.run_model import run_model
from tests.marked_study import MARKED
from tests.unit.imaging.made_series import ct_slice

PROTOCOL = MARKED.replace('name = "efficientnet-lite0"', 'name = "precomputed"')
CURRENT = {"second": 4, "third": 3}
"""Series of the current examination and their slices; the prior's names come before both in every order."""
PRIOR = {"first": 5}


@pytest.fixture(scope="module", params=["first", "second"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudyStore]:
    """A case with a prior: in a series of its own, and in one that bears the UID of a current one.

    No test below changes what another one looks at: importing takes a second.
    """
    tmp_path = tmp_path_factory.mktemp("priors")
    folder = tmp_path / "source"
    for study, day, series in (("1.2.9", "20210310", CURRENT), ("1.2.1", "20190102", PRIOR)):
        for name, count in series.items():
            uid = "1.2.3." + str(
                ["first", "second", "third"].index(request.param if study == "1.2.1" else name)
            )
            write_stack(folder / name, study, uid, day, 100 * (1 + list(series).index(name)), count)
    truth = tmp_path / "truth.csv"
    truth.write_text("uid,truth,priors\n1.2.9,1,1\n")
    with StudyStore.create(tmp_path / "s.study", PROTOCOL) as store:
        report = import_images(store, [folder], truth_csv=truth)
        assert (report.cases, report.images, report.refused) == (1, 12, ())
        yield store


def write_stack(folder: Path, study: str, series: str, day: str, brightness: int, count: int) -> None:
    """Write slices from the head down; each has a value of its own."""
    folder.mkdir(parents=True)
    for number in range(count):
        pixels = np.full((16, 16), brightness + number, np.int16)
        dataset = ct_slice(pixels, uid=series, number=number, position=(0.0, 0.0, -2.0 * number))
        dataset.StudyInstanceUID, dataset.StudyDate, dataset.PatientID = study, day, "P1"
        sop = f"{study}.{series[-1]}.{number}"
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = UID(sop)
        dataset.save_as(folder / f"{number}.dcm", enforce_file_format=True)


@pytest.fixture(scope="module")
def shown(store: StudyStore) -> CaseSequence:
    """The frames of the case as the reading room has them."""
    [case] = store.cases()
    service = DecodingService()
    try:
        *_, last = loading_case([store.image_path(image.file) for image in case.images], service)
    finally:
        service.close()
    return last.frames


def value(frame: Frame) -> int:
    return int(frame.values()[0, 0]) + 1024


def test_that_a_place_is_shown_on_the_image_the_model_found_it_on(
    store: StudyStore, shown: CaseSequence, tmp_path: Path
) -> None:
    scores, places = tmp_path / "scores.csv", tmp_path / "places.csv"
    scores.write_text("uid,score\n1.2.9,1\n")
    rows = [
        "1.2.9.1.2,1,,",
        "1.2.9.2.1,2,,",
        "1.2.9,3,2,3",
        "1.2.9,4,1,1",
    ]  # by image, and by series and slice
    places.write_text(
        "uid,score,series,slice,x,y,width,height\n" + "".join(f"{row},1,1,4,4\n" for row in rows)
    )
    run_model(store, "precomputed", scores=scores, places=places)
    run = store.latest_run("precomputed")
    assert run is not None
    assert run.failures == ()
    [said] = store.read_prediction(run.run_id, store.cases()[0].case_id)
    found = {found.score: value(shown[found.frame]) for found in said.located}
    assert found == {1: 102, 2: 201, 3: 202, 4: 100}


def test_that_a_prior_is_a_stack_of_its_own_after_the_current_ones(
    store: StudyStore, shown: CaseSequence
) -> None:
    assert shown.series == (0,) * 4 + (1,) * 3 + (2,) * 5
    assert [value(frame) for frame in shown] == [100, 101, 102, 103, 200, 201, 202, *range(100, 105)]
    assert [days_before(frame) for frame in shown] == [0] * 7 + [798] * 5
    [given] = frames_of(store, store.cases())
    assert [value(frame) for frame in given.frames] == [value(shown[at]) for at in range(7)]


def test_that_a_lesion_is_counted_among_the_current_images(
    store: StudyStore, shown: CaseSequence, tmp_path: Path
) -> None:
    table = tmp_path / "lesions.csv"
    table.write_text("patient,finding,series,frame,x,y,w,h\nP1,nodule,2,3,4,6,4,5\nP1,nodule,3,1,4,6,4,5\n")
    report = import_lesions(store, table)
    assert [reason for _, reason in report.refused] == ["there is no series 3"]
    [lesion] = store.read_lesions(Split.READING)
    assert value(shown[lesion.regions[0].frame]) == 202


def test_that_no_mark_on_a_prior_is_stored(store: StudyStore) -> None:
    [case] = store.cases()
    refuse_bad_marks(store, case.case_id, [mark(frame=6)])
    with pytest.raises(UserFacingError, match="on an image of a prior"):
        refuse_bad_marks(store, case.case_id, [mark(frame=6), mark(frame=7)])


def mark(frame: int) -> Mark:
    return Mark(
        mark_id=f"k-{frame}", finding="nodule", frame=frame, shape=MarkShape.POINT, points=((1.0, 2.0),),
        rating=80,
    )  # fmt: skip


def test_that_a_case_whose_priors_do_not_come_last_is_not_given_to_a_model(store: StudyStore) -> None:
    [case] = store.cases()
    turned = replace(case, images=case.images[::-1])
    with pytest.raises(UserFacingError, match="prior lie before current ones"):
        list(frames_of(store, [turned]))


@pytest.mark.parametrize("reach", [(1, 2), (2, 2)])
def test_that_a_place_behind_the_images_a_model_was_given_is_a_failure(reach: tuple[int, int]) -> None:
    frame = Frame(pixels=np.zeros((8, 8), np.uint16))
    found = AiFinding(finding="nodule", score=1, frame=reach[0], frames=reach)
    said = Prediction(case_id="c", finding="nodule", score=1.0, located=(found,))

    class Astray(PrecomputedPredictions):
        def predict(self, case: CaseFrames, *, saliency: str) -> list[Prediction]:
            return [said]

    case = CaseFrames(case_id="c", frames=(frame, frame))
    run = predict_cases(Astray({}), [case], saliency="none", total=1, progress=lambda *_: None)
    [(_, outcome)] = run
    assert isinstance(outcome, PredictionFailure)
    assert "image 3, and it was given 2" in outcome.reason
