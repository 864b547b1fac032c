"""Where a replayed slice is said to be, and the rows of the time axis: counted as the reading room counts."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from realfm_gui.analysis.display.dwell import DwellMap
from realfm_gui.domain.display_record import Arranged, Displayed, DisplayRecord, Ended
from realfm_gui.domain.images import Frame
from realfm_gui.gui.replay.case_places import CasePlaces
from realfm_gui.gui.replay.replay_state import ReplayState, Screen
from realfm_gui.gui.replay.replay_words import picture_words, shading_words
from realfm_gui.gui.replay.timeline import RIGHT_MARGIN, Timeline
from realfm_gui.gui.replay.trace_lanes import (
    ARM_COLOUR,
    LESION_COLOUR,
    NAMES_WIDTH,
    TraceLanes,
    trace_height,
)
from tests.gui.replay.replay_examples import KEY, VIEW, S, record

PLACED = {"position_mm": (0.0, 0.0, 0.0), "orientation": (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)}


def images(count: int, **known: object) -> list[Frame]:
    return [Frame(pixels=np.zeros((2, 2), np.uint16), **known) for _ in range(count)]


def view(side: str, position: str, **tags: str) -> Frame:
    return images(1, modality="MG", tags={"ImageLaterality": side, "ViewPosition": position, **tags})[0]


def two_series() -> CasePlaces:
    return CasePlaces([*images(60, **PLACED), *images(56, **PLACED)], [0] * 60 + [1] * 56)


def displayed(second: float, frame: int, **changes: object) -> Displayed:
    return Displayed(time_ns=round(second * S), view=replace(VIEW, frame=frame, **changes))


def showing(frame: int, **changes: object) -> Screen:
    return Screen(panes={0: displayed(0, frame, **changes)})


def test_that_a_slice_is_counted_within_its_series():
    assert picture_words(showing(99), two_series()) == "Series 2, slice 40 of 56 · W 1000 L 500 · zoom ×2"
    one = CasePlaces(images(3, **PLACED), [0] * 3)
    assert picture_words(showing(1), one).startswith("Slice 2 of 3 · ")
    assert picture_words(showing(0), CasePlaces(images(1), [0])) == "W 1000 L 500 · zoom ×2"


def test_that_a_radiograph_is_called_by_its_view_or_its_number():
    places = CasePlaces([view("R", "MLO"), *images(1, modality="MG")], [0, 0])
    assert [picture_words(showing(frame), places).split(" · ")[0] for frame in (0, 1)] == [
        "Right MLO",
        "Image 2 of 2",
    ]


def test_that_a_frame_the_case_has_no_more_has_no_place():
    places = two_series()
    assert places.words(116) == ""
    assert places.lane_of(116) is None
    assert TraceLanes(places).y_of(116) is None


def test_that_the_time_axis_has_a_row_for_every_series_and_every_radiograph():
    lanes = two_series().lanes
    assert [(lane.name, lane.first, lane.count) for lane in lanes] == [
        ("Series 1", 0, 60),
        ("Series 2", 60, 56),
    ]
    prior = {"LongitudinalTemporalOffsetFromEvent": "-426"}
    mammograms = [view("R", "CC"), view("L", "CC"), view("R", "CC", **prior)]
    assert [(lane.name, lane.words) for lane in CasePlaces(mammograms, [0, 0, 1]).lanes] == [
        ("Right CC", "Right CC"),
        ("Left CC", "Left CC"),
        ("Right CC, prior", "Prior, 14 months before · Right CC"),
    ]
    assert [lane.name for lane in CasePlaces(images(2, **PLACED), [0, 0]).lanes] == ["Slice"]


def test_that_every_row_runs_from_its_own_first_slice_to_its_own_last():
    lanes = TraceLanes(two_series())
    half = trace_height(2) / 2
    # 6 px of margin above and below 26 px of slices: 26 / 60 px each in series 1, 26 / 56 in series 2.
    assert half == 38
    assert lanes.y_of(0) == pytest.approx(6 + 26 / 120)
    assert lanes.y_of(59) == pytest.approx(32 - 26 / 120)
    assert lanes.y_of(60) == pytest.approx(half + 6 + 26 / 112)
    assert lanes.y_of(115) == pytest.approx(half + 32 - 26 / 112)
    assert [lanes.words_at(y) for y in (1, 39, 76)] == ["Series 1, 1 to 60", "Series 2, 1 to 56", ""]


def test_that_the_trace_of_each_series_is_painted_in_its_row_and_not_joined(qtbot: QtBot):
    first = record().segments[0]
    entries = (
        Arranged(time_ns=0, rows=1, columns=1),
        displayed(0, 0),
        displayed(5, 115),
        Ended(time_ns=10 * S),
    )
    segment = replace(first, series=(60, 56), entries=entries)
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(600, timeline.sizeHint().height())
    lower = timeline.sizeHint().height()
    timeline.show_state(ReplayState(DisplayRecord(reading=KEY, segments=(segment,))), two_series())
    assert timeline.sizeHint().height() == lower + trace_height(2) - trace_height(1)
    timeline.resize(600, timeline.sizeHint().height())
    timeline.mark_slices([90])
    painted: QImage = timeline.grab().toImage()

    def has(color: str, x: int, rows: range) -> bool:
        return any(painted.pixelColor(QPoint(x, y)) == QColor(color) for y in rows)

    axis = 600 - NAMES_WIDTH - RIGHT_MARGIN
    arm = ARM_COLOUR[KEY.phase]
    early, middle, late = (round(NAMES_WIDTH + axis * share) for share in (0.25, 0.5, 0.75))
    upper, between, under = range(38), range(12, 64), range(38, 76)
    assert (has(arm, early, upper), has(arm, early, under)) == (True, False)
    assert (has(arm, late, upper), has(arm, late, under)) == (False, True)
    assert not has(arm, middle, between)
    assert (has(LESION_COLOUR, early, upper), has(LESION_COLOUR, early, under)) == (False, True)


def dwell(*seconds: float) -> DwellMap:
    return DwellMap(visible_s=np.array([seconds]), weighted_s=np.array([seconds]))


def test_that_shading_that_shades_nothing_is_said():
    even = {0: dwell(4.0, 4.0 - 1e-12)}
    assert shading_words(showing(0), even) == " · no shading: all of the image was displayed equally long"
    assert shading_words(showing(0), {0: dwell(4.0, 1.0)}) == " · brightest 4.0 s, darkest 0 s"
    assert shading_words(showing(0, cut={"cut": "coronal"}), even) == " · reformations are not shaded"
    assert shading_words(Screen(), even) == ""
