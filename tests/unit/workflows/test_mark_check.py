"""Marks at the lock: unrated ones and those that cannot be are refused, the rest is carried on."""

from pathlib import Path

import pytest

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.mark import Mark, MarkShape
from realfm_gui.domain.reading import CaseAnswer, FindingAnswer, PhaseTimes
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.mark_check import refuse_bad_marks
from realfm_gui.workflows.reading import lock_unaided, open_next, start_session
from tests.marked_study import CT, POSITIVE, make_marked_study
from tests.small_study import PROTOCOL, make_study


def mark(rating: int | None = 80, **more: object) -> Mark:
    given = {
        "mark_id": "k-1",
        "finding": "nodule",
        "frame": 0,
        "shape": MarkShape.POINT,
        "points": ((1.0, 2.0),),
    }
    return Mark(**(given | more), rating=rating)


def answer(*marks: Mark) -> CaseAnswer:
    said = FindingAnswer(finding="nodule", likelihood=80, recall=True, confidence=3)
    return CaseAnswer(findings=(said,), marks=marks)


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        ([mark(None)], "rating of mark 1"),
        ([mark(finding="mass")], "which the protocol does not have"),
        ([mark(shape=MarkShape.BOX, points=((0.0, 0.0), (5.0, 5.0)))], "of the shape point, not box"),
        ([mark(frame=1)], "on slice 2, and the case has 1"),
    ],
)
def test_that_a_mark_that_cannot_be_stored_is_refused_and_nothing_is_locked(
    tmp_path: Path, marks: list[Mark], said: str
) -> None:
    protocol = PROTOCOL.replace('name = "Nodule"', 'name = "Nodule"\nmarks = "point"')
    with make_study(tmp_path / "s.study", protocol=protocol) as store:
        session = start_session(store, "anna")
        case = open_next(store, session)
        assert case is not None
        with pytest.raises(UserFacingError, match=said):
            lock_unaided(store, session, case.case.case_id, answer(*marks), PhaseTimes())
        assert store.readings() == []
        lock_unaided(store, session, case.case.case_id, answer(mark()), PhaseTimes())
        assert store.readings()[0].answer.marks == (mark(),)


def test_that_a_case_has_as_many_frames_as_its_images_hold(tmp_path: Path) -> None:
    with make_marked_study(tmp_path) as store:
        refuse_bad_marks(store, CT, [mark(frame=4)])
        with pytest.raises(UserFacingError, match="slice 6, and the case has 5"):
            refuse_bad_marks(store, CT, [mark(frame=5)])
        with pytest.raises(UserFacingError, match="slice 2, and the case has 1"):
            refuse_bad_marks(store, POSITIVE, [mark(frame=1)])
        loop = add_loop(store)
        refuse_bad_marks(store, loop, [mark(frame=2)])
        with pytest.raises(UserFacingError, match="slice 4, and the case has 3"):
            refuse_bad_marks(store, loop, [mark(frame=3)])


def add_loop(store: StudyStore) -> str:
    """Add a case of one file with three frames."""
    from io import BytesIO

    import pydicom

    from tests.marked_study import add_case

    image = next(iter(store.case(POSITIVE).images))
    dataset = pydicom.dcmread(store.image_path(image.file))
    dataset.NumberOfFrames = 3
    dataset.PixelData = dataset.PixelData * 3
    content = BytesIO()
    dataset.save_as(content, enforce_file_format=True)
    add_case(store, "c-00000000000000aa", [content.getvalue()], ["loop.dcm"])
    return "c-00000000000000aa"
