"""From the files of a study to the analyst's columns."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from realfm_gui.domain.case import Split
from realfm_gui.domain.display_encoding import RecordEncoder
from realfm_gui.domain.display_record import (
    Displayed,
    Ended,
    FinishedRecord,
    OverlayShown,
    PaneView,
    Place,
    ReadingKey,
    Segment,
)
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.images import Window
from realfm_gui.domain.lesion import Lesion, LesionRegion
from realfm_gui.domain.mark import MarkShape
from realfm_gui.domain.prediction import Prediction, SaliencyMap
from realfm_gui.domain.reading import CaseAnswer, FindingAnswer, Phase, PhaseTimes
from realfm_gui.storage import StudyStore, verify_study
from realfm_gui.storage.telemetry_files import RecordFile
from realfm_gui.workflows.display_times import DisplayTimes
from realfm_gui.workflows.display_times_regions import ai_regions, lesion_regions
from realfm_gui.workflows.export_study import export_study
from realfm_gui.workflows.replay import open_replay, replayable
from tests.small_study import GRID, make_study

S = 1_000_000_000
DISEASED, HEALTHY = f"c-{1:016x}", f"c-{2:016x}"
VIEW = PaneView(
    pane=0,
    frame=0,
    window=Window(center=40, width=400),
    place=Place(
        width_px=240, height_px=240, scale=10.0, center_row=11.5, center_column=11.5, rows=24, columns=24
    ),
)
MAP = OverlayShown(name="efficientnet-lite0/nodule", opacity=0.5, threshold=0.4)


def read(
    store: StudyStore,
    case_id: str,
    phase: Phase,
    *shown: tuple[float, dict],
    recall: bool,
    until: float = 10,
    is_recorded: bool = True,
) -> None:
    """Record a reading: pictures from these seconds on, and its answer."""
    key = ReadingKey(reader="anna", case_id=case_id, phase=phase)
    finding = FindingAnswer(finding="nodule", likelihood=90 if recall else 10, recall=recall, confidence=3)
    payload = {
        "case_id": case_id,
        "answer": CaseAnswer(findings=(finding,)).to_payload(),
        "times": PhaseTimes(active_ms=1000).to_payload(),
    }
    if is_recorded:
        encoder = RecordEncoder()
        file = RecordFile(store.display_path(key))
        part = Segment(session="s-1", program="1", started_utc="", started_ns=0, series=(3,))
        file.append(encoder.segment(key, part))
        for second, changes in shown:
            picture = Displayed(time_ns=round(second * S), view=replace(VIEW, **changes))
            file.append(encoder.entry(picture))
        file.append(encoder.entry(Ended(time_ns=round(until * S))))
        file.close(durably=True)
        payload["telemetry"] = store.display_facts(FinishedRecord(reading=key, count=encoder.count), of=key)
    kind = EventKind.ANSWER_LOCKED if phase is Phase.UNAIDED else EventKind.ANSWER_SUBMITTED
    store.append(kind, payload, actor="anna", session="s-1")


def seal_lesion(store: StudyStore, *frames: int) -> None:
    regions = [
        LesionRegion(frame=frame, shape=MarkShape.BOX, points=((4.0, 4.0), (12.0, 12.0))) for frame in frames
    ]
    lesion = Lesion(lesion_id="1", case_id=DISEASED, finding="nodule", regions=tuple(regions))
    salted = store.write_lesions(Split.READING, [lesion])
    store.append(EventKind.LESIONS_SEALED, {"split": "reading", "salted_sha256": salted}, actor="coordinator")


def columns(store: StudyStore, case_id: str, phase: Phase, *, is_present: bool) -> dict:
    reading = next(r for r in store.readings(reader="anna") if (r.case_id, r.phase) == (case_id, phase))
    said = next(iter(store.read_prediction("r-1", case_id)))
    return dict(DisplayTimes(store).columns(reading, "nodule", is_present=is_present, said=said))


@pytest.fixture
def store(tmp_path: Path):
    with make_study(tmp_path / "a.study") as made:
        yield made


def test_that_a_reading_has_its_numbers(store: StudyStore):
    read(store, DISEASED, Phase.UNAIDED, (0, {}), (4, {"frame": 2}), recall=True)
    found = columns(store, DISEASED, Phase.UNAIDED, is_present=True)
    assert found["display_record"] == "complete"
    assert (found["display_slices"], found["display_slices_of"]) == (2, 3)
    assert (found["display_s"], found["display_s_per_slice"]) == (10, 5)
    assert (found["display_windows"], found["display_largest_zoom"]) == (1, 10)
    assert found["display_ai_region_s"] is None
    assert found["error_class"] is None


@pytest.mark.parametrize(
    ("frames", "expected", "seconds"),
    [
        ((1,), "never_displayed", 0),
        ((2,), "displayed_too_briefly", 0.25),
        ((0, 1), "displayed_and_rejected", 4),
    ],
)
def test_that_a_miss_is_classed_by_where_the_lesion_lies(store, frames, expected, seconds):
    seal_lesion(store, *frames)
    read(store, DISEASED, Phase.UNAIDED, (0, {}), (4, {"frame": 2}), recall=False, until=4.25)
    found = columns(store, DISEASED, Phase.UNAIDED, is_present=True)
    assert found["error_class"] == expected
    assert found["display_lesion_s"] == pytest.approx(seconds)


def test_that_an_aided_miss_counts_what_was_displayed_unaided_too(store: StudyStore):
    seal_lesion(store, 0)
    read(store, DISEASED, Phase.UNAIDED, (0, {}), (5, {"frame": 2}), recall=False)
    read(store, DISEASED, Phase.AIDED, (0, {"frame": 2}), recall=False)
    found = columns(store, DISEASED, Phase.AIDED, is_present=True)
    assert found["error_class"] == "displayed_and_rejected"
    assert found["display_lesion_s"] == 5


def test_that_a_call_that_the_ai_turned_wrong_is_told_apart(store: StudyStore):
    read(store, HEALTHY, Phase.UNAIDED, (0, {}), recall=False)
    read(store, HEALTHY, Phase.AIDED, (0, {}), (2, {"overlay": MAP}), (5, {}), recall=True)
    found = columns(store, HEALTHY, Phase.AIDED, is_present=False)
    assert found["error_class"] == "changed_after_ai"
    assert found["display_ai_s"] == 3
    assert found["display_ai_region_s"] == 10


def test_that_readings_without_a_record_say_so_and_claim_nothing(store: StudyStore):
    seal_lesion(store, 0)
    read(store, DISEASED, Phase.UNAIDED, recall=False, is_recorded=False)
    found = columns(store, DISEASED, Phase.UNAIDED, is_present=True)
    assert found == {"display_record": "none", "error_class": "not_recorded"}


def test_that_a_changed_record_is_told_and_not_used(store: StudyStore):
    read(store, DISEASED, Phase.UNAIDED, (0, {}), recall=False)
    path = store.display_path(ReadingKey(reader="anna", case_id=DISEASED, phase=Phase.UNAIDED))
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert columns(store, DISEASED, Phase.UNAIDED, is_present=True)["display_record"] == "unreadable"


def test_that_the_export_holds_the_columns_and_explains_them(store: StudyStore, tmp_path: Path):
    for case in store.cases(Split.READING):
        for phase in Phase:
            read(store, case.case_id, phase, (0, {}), recall=case.case_id == DISEASED)
    root = store.root
    store.close()
    export_study(root, tmp_path / "out")
    with (tmp_path / "out" / "readings.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["display_record"] for row in rows} == {"complete"}
    assert {row["display_s"] for row in rows} == {"10.0"}
    with (tmp_path / "out" / "codebook.csv").open(encoding="utf-8") as file:
        explained = {row["column"] for row in csv.DictReader(file)}
    assert {name for name in rows[0] if name.startswith(("display_", "error_"))} <= explained
    assert verify_study(root).is_ok


def test_that_readings_with_a_record_are_listed_with_what_was_wrong_once_outcomes_are_open(store):
    seal_lesion(store, 1)
    read(store, DISEASED, Phase.UNAIDED, (0, {}), recall=False)
    read(store, HEALTHY, Phase.UNAIDED, (0, {}), recall=False)
    read(store, HEALTHY, Phase.AIDED, recall=False, is_recorded=False)
    closed = replayable(store)
    assert [(c.reading.case_id, c.reading.phase, c.errors) for c in closed] == [
        (DISEASED, Phase.UNAIDED, None),
        (HEALTHY, Phase.UNAIDED, None),
    ]
    assert not any(c.is_practice for c in closed)
    assert sorted(c.position for c in closed) == sorted({c.position for c in closed})
    opened = replayable(store, with_outcomes=True)
    assert [dict(c.errors) for c in opened] == [{"nodule": "never_displayed"}, {}]
    assert open_replay(store, closed[0]).lesions == ()
    assert [lesion.lesion_id for lesion in open_replay(store, opened[0]).lesions] == ["1"]


def test_that_a_replay_has_the_maps_that_were_revealed_and_an_unaided_one_none(store: StudyStore):
    read(store, DISEASED, Phase.UNAIDED, (0, {}), recall=True)
    store.append(EventKind.AI_REVEALED, {"case_id": DISEASED, "run_id": "r-1"}, actor="anna", session="s-1")
    read(store, DISEASED, Phase.AIDED, (0, {"overlay": MAP}), recall=True)
    unaided, aided = (open_replay(store, choice) for choice in replayable(store))
    assert unaided.maps == {}
    assert set(aided.maps) == {MAP.name}
    assert aided.answer_words == "Nodule: 90, recall yes"
    assert aided.programs == ("1",)
    assert not aided.is_same_program


def test_that_a_reading_without_a_record_is_refused_with_a_reason(store: StudyStore):
    read(store, DISEASED, Phase.UNAIDED, (0, {}), recall=True)
    (choice,) = replayable(store)
    other = replace(choice, reading=replace(choice.reading, phase=Phase.AIDED))
    with pytest.raises(UserFacingError, match="not on record"):
        open_replay(store, other)


def test_that_the_hot_part_of_a_map_is_where_its_cells_lie():
    # 3 x 3 cells of 8 pixels; values 0 to 8 on a scale to 8: the lower half of the middle row on is hot.
    values = np.arange(9, dtype=np.float32).reshape(3, 3)
    saliency = SaliencyMap(values=values, geometry=GRID, method="grad-cam", frame=0)
    said = Prediction(case_id="c", finding="nodule", score=1.0, saliency=saliency)
    (hot,) = ai_regions(said, {0: (24, 24)}, (0.0, 8.0))
    assert hot.mask is not None
    expected = np.zeros((24, 24), np.bool_)
    expected[8:16, 8:] = True
    expected[16:] = True
    np.testing.assert_array_equal(hot.mask, expected)
    assert ai_regions(said, {}, (0.0, 8.0)) == []
    assert ai_regions(said, {0: (24, 24)}, (0.0, 80.0)) == []


def test_that_lesions_of_every_shape_are_regions():
    shapes = {
        MarkShape.POINT: (((5.0, 6.0),), (5.5, 4.5, 6.5, 5.5), False),
        MarkShape.ELLIPSE: (((9.0, 8.0), (1.0, 2.0)), (2.0, 1.0, 8.0, 9.0), True),
        MarkShape.CONTOUR: (((1.0, 1.0), (4.0, 1.0), (4.0, 9.0)), (1.0, 1.0, 9.0, 4.0), True),
    }
    for shape, (points, box, has_size) in shapes.items():
        lesion = Lesion(
            lesion_id="1",
            case_id="c",
            finding="nodule",
            regions=(LesionRegion(frame=3, shape=shape, points=points),),
        )
        (region,) = lesion_regions(lesion)
        assert (region.box, region.has_size, region.frames) == (box, has_size, {3})
