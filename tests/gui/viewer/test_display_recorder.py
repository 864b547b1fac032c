"""What the light box hands to the record: hidden viewports, slices on their way, idle hands."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from realfm_gui.domain.ai_finding import AiShape
from realfm_gui.domain.display_decoding import decode_record
from realfm_gui.domain.display_record import Absence, Displayed, Hidden, ReadingKey
from realfm_gui.domain.display_spans import idle_spans
from realfm_gui.domain.images import Frame, Window
from realfm_gui.domain.reading import Phase
from realfm_gui.gui.viewer import display_recorder, viewport
from realfm_gui.gui.viewer.ai_layer import AiLayer
from realfm_gui.gui.viewer.ai_painter import PaintedFinding
from realfm_gui.gui.viewer.display_recorder import BoxRecorder
from realfm_gui.gui.viewer.light_box import LightBox
from realfm_gui.gui.viewer.painted_frame import Content
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.imaging.volume_frames import LOADING_TAG
from realfm_gui.storage.telemetry_files import display_file
from realfm_gui.workflows import display_record, display_record_writer
from realfm_gui.workflows.display_record import settled

READING = ReadingKey(reader="anna", case_id="c-1", phase=Phase.UNAIDED)
FRAME = Frame(pixels=np.full((20, 20), 9, np.uint16), windows=(Window(center=9, width=9),))
LOADING = replace(FRAME, tags={LOADING_TAG: "yes"})


@pytest.fixture
def box(qtbot: QtBot) -> LightBox:
    made = LightBox()
    qtbot.addWidget(made)
    made.resize(300, 200)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def recorder(box: LightBox, tmp_path: Path) -> Iterator[BoxRecorder]:
    made = BoxRecorder(box, box)
    yield made
    made.close()


def begin(recorder: BoxRecorder, root: Path) -> None:
    recorder.begin(root, READING, session="s-1", idle_after_s=60)


def entries(recorder: BoxRecorder, root: Path) -> list:
    settled(recorder.finish())
    return list(decode_record(display_file(root, READING).read_bytes()).segments[-1].entries)


def paint(box: LightBox) -> None:
    for pane in box.shown:
        pane.repaint()


def test_that_a_viewport_behind_a_maximised_one_displays_nothing(box, recorder, tmp_path: Path):
    box.set_layout(1, 2)
    box.show_case(ViewState([FRAME, FRAME], [0, 1]))
    begin(recorder, tmp_path)
    paint(box)
    box.toggle_maximised()
    paint(box)
    found = entries(recorder, tmp_path)
    assert {e.view.pane for e in found if isinstance(e, Displayed)} == {0, 1}
    assert [(e.pane, e.reason) for e in found if isinstance(e, Hidden)] == [(1, Absence.CLOSED)]


def test_that_words_in_place_of_a_picture_hide_it_once(box, recorder, tmp_path: Path):
    box.show_case(ViewState([FRAME]))
    begin(recorder, tmp_path)
    paint(box)
    box.show_words(Content.FAILED, "This image cannot be shown")
    paint(box)
    paint(box)
    hidden = [e for e in entries(recorder, tmp_path) if isinstance(e, Hidden)]
    assert [(e.pane, e.reason) for e in hidden] == [(0, Absence.WORDS)]


def test_that_a_slice_on_its_way_is_not_displayed(box, recorder, tmp_path: Path):
    box.show_case(ViewState([FRAME, LOADING, FRAME]))
    begin(recorder, tmp_path)
    paint(box)
    for _ in range(2):
        box.active.step(1)
        paint(box)
    found = entries(recorder, tmp_path)
    assert [e.view.frame for e in found if isinstance(e, Displayed)] == [0, 2]
    assert [e.reason for e in found if isinstance(e, Hidden)] == [Absence.WORDS]


class Clock:
    """Stands in for the clock of the record, in all of its modules."""

    def __init__(self) -> None:
        self.now_ns = time.monotonic_ns()

    def monotonic_ns(self) -> int:
        return self.now_ns

    def go_on(self, seconds: float) -> None:
        self.now_ns += round(seconds * 1e9)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    for module in (viewport, display_recorder, display_record, display_record_writer):
        monkeypatch.setattr(module, "time", made)
    return made


def idle_s(root: Path) -> list[tuple[float, float]]:
    return idle_spans(decode_record(display_file(root, READING).read_bytes()))


def test_that_idle_time_is_recorded_from_the_last_touch_on(box, clock, recorder, tmp_path: Path):
    box.show_case(ViewState([FRAME]))
    begin(recorder, tmp_path)
    for seconds in (59, 30, 61, 5):
        clock.go_on(seconds)
        recorder.note_input()
    clock.go_on(70)  # and nothing more until the answer is locked
    settled(recorder.finish())
    assert idle_s(tmp_path) == [(89, 150), (155, 225)]


def test_that_an_absence_that_the_closing_window_ends_is_idle(
    box, clock, recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(display_record_writer, "time", Clock())  # what is on its way knows nothing of it
    box.show_case(ViewState([FRAME]))
    begin(recorder, tmp_path)
    paint(box)
    clock.go_on(20)
    recorder.note_input()
    clock.go_on(7200)
    recorder.close()
    assert idle_s(tmp_path) == [(20, 7220)]


def test_that_a_pause_is_not_idle(box, clock, recorder, tmp_path: Path):
    box.show_case(ViewState([FRAME]))
    begin(recorder, tmp_path)
    paint(box)
    clock.go_on(10)
    recorder.note_input()  # the key of the pause
    box.pause("Paused", "")
    paint(box)
    clock.go_on(500)
    recorder.note_input()  # a mouse that is moved
    clock.go_on(500)
    box.end_pause()  # chosen in a list of commands: no touch of the page
    paint(box)
    clock.go_on(40)
    recorder.note_input()
    clock.go_on(61)
    settled(recorder.finish())
    assert idle_s(tmp_path) == [(1050, 1111)]


def test_that_idle_time_that_begins_after_a_pause_is_told_where_nothing_can_be_shown(
    box, clock, recorder, tmp_path: Path
):
    box.show_words(Content.FAILED, "This image cannot be shown")
    begin(recorder, tmp_path)
    box.pause("Paused", "")
    paint(box)
    clock.go_on(100)
    box.end_pause()
    paint(box)
    clock.go_on(90)
    settled(recorder.finish())
    assert idle_s(tmp_path) == [(100, 190)]


def test_that_a_light_box_without_a_reading_records_nothing(box, recorder, tmp_path: Path):
    box.show_case(ViewState([FRAME]))
    paint(box)
    assert settled(recorder.finish()) is None
    assert not (tmp_path / "telemetry").exists()


def test_that_drawn_places_of_the_ai_are_counted_while_annotations_are_shown(box, recorder, tmp_path: Path):
    found = PaintedFinding(shape=AiShape.POINT, outlines=(), center=(9.0, 9.0), words="1")
    layer = AiLayer(lambda frame: [found, found] if frame == 1 else [], lambda: "", lambda: True)
    box.furnish(lambda pane: pane.layers.append(layer))
    box.show_case(ViewState([FRAME, FRAME]))
    begin(recorder, tmp_path)
    paint(box)
    box.active.step(1)
    paint(box)
    box.toggle_annotations()
    paint(box)
    shown = [e.view for e in entries(recorder, tmp_path) if isinstance(e, Displayed)]
    assert [(view.frame, view.ai_places, view.has_annotations) for view in shown] == [
        (0, 0, True),
        (1, 2, True),
        (1, 0, False),
    ]
