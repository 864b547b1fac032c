"""A case on the screen while the rest of it is on its way."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PySide6.QtCore import Qt

from realfm_gui.domain.reading import Phase
from realfm_gui.gui.reading import pictures
from realfm_gui.gui.reading.state import Stage
from realfm_gui.gui.viewer.painted_frame import Content
from realfm_gui.imaging.errors import UnreadableImage
from tests.gui.reading.conftest import Room
from tests.gui.reading.many_images import SLICES, make_stacks

OpenRoom = Callable[..., Room]


@pytest.fixture
def stacks(tmp_path: Path) -> Path:
    root = tmp_path / "stacks.study"
    make_stacks(root)
    return root


class Gate:
    """Holds every case's loading after its first slice, until it is opened."""

    def __init__(self) -> None:
        self.opened = Event()
        self.failure: Exception | None = None
        self.begun: list[tuple[Path, ...]] = []

    def loading_case(self, paths, decoding) -> Iterator:
        self.begun.append(tuple(paths))
        for step in self._real(paths, decoding):
            yield step
            if not self.opened.wait(timeout=60):
                raise AssertionError("nobody opened the gate")
            if self.failure is not None:
                raise self.failure

    _real = staticmethod(pictures.loading_case)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate()
    monkeypatch.setattr(pictures, "loading_case", gate.loading_case)
    yield gate
    gate.opened.set()


def test_that_reading_begins_with_the_first_slice_and_locking_waits_for_the_last(
    open_room: OpenRoom, stacks: Path, gate: Gate
):
    room = open_room(stacks)  # returns when the clock runs
    assert room.shows_picture()
    assert not room.controller.desk.is_complete
    assert room.state.loading.startswith(f"Loading slices: 1 of {SLICES}.")
    room.answer()
    assert room.page.side.missing.text() == f"◌ {room.state.loading}"
    room.press(Qt.Key.Key_Return)
    assert (room.state.phase, room.state.stage) == (Phase.UNAIDED, Stage.READING)
    gate.opened.set()
    room.wait(lambda: room.controller.desk.is_complete)
    assert room.state.loading == ""
    assert room.page.side.missing.text() == "After the lock the unaided answer is final."
    room.press(Qt.Key.Key_Return)
    room.wait(lambda: room.state.phase is Phase.AIDED)


def test_that_a_slice_that_has_not_come_says_so_and_is_not_recorded_as_painted(
    open_room: OpenRoom, stacks: Path, gate: Gate
):
    room = open_room(stacks)
    viewport, painted = room.page.viewport, []
    room.page.box.frame_painted.connect(painted.append)
    room.press(Qt.Key.Key_PageDown)
    room.press(Qt.Key.Key_PageDown)
    room.wait(lambda: viewport.state.view.frame == 2)
    assert viewport.state.is_loading
    shown = viewport.grab().toImage()
    assert not painted
    assert 0 in room.controller.displayed._recorder._hidden, "the slice before it is no longer displayed"
    words = sum(
        shown.pixelColor(x, y).value() > 60 for y in range(0, shown.height(), 2) for x in range(shown.width())
    )
    assert words > 50
    gate.opened.set()
    room.wait(lambda: bool(painted))
    assert {paint.frame for paint in painted} == {2}
    assert not viewport.state.is_loading
    grey = viewport.grab().toImage()
    assert grey != shown


def test_that_nothing_is_measured_on_a_slice_that_has_not_come(open_room: OpenRoom, stacks: Path, gate: Gate):
    room = open_room(stacks)
    room.press(Qt.Key.Key_End)
    room.wait(lambda: room.page.viewport.state.is_loading)
    before = room.page.viewport.state.view.window
    room.qtbot.mousePress(room.page.viewport, Qt.MouseButton.LeftButton)
    room.qtbot.mouseMove(room.page.viewport, room.page.viewport.rect().bottomRight() / 2)
    room.qtbot.mouseRelease(room.page.viewport, Qt.MouseButton.LeftButton)
    assert room.page.viewport.state.view.window == before


def test_that_the_next_case_is_asked_for_when_this_one_is_complete(
    open_room: OpenRoom, stacks: Path, gate: Gate
):
    room = open_room(stacks)
    desk = room.controller.desk
    ((next_case, _),) = desk._opened.upcoming
    assert len(gate.begun) == 1
    assert not desk.pictures.is_requested(next_case)
    gate.opened.set()
    room.wait(lambda: next_case in desk.cache)
    assert len(gate.begun) == 2


def test_that_a_case_that_fails_half_way_is_not_shown_as_if_it_were_whole(
    open_room: OpenRoom, stacks: Path, gate: Gate
):
    room = open_room(stacks)
    room.answer()
    room.clock[0] += 5000
    gate.failure = UnreadableImage("The pixel data are cut short.")
    gate.opened.set()
    room.wait(lambda: room.page.viewport.content is Content.FAILED)
    assert room.page.viewport.words[1] == "The pixel data are cut short."
    assert room.state.loading == ""
    assert room.state.answers["nodule"].recall is True, "what was answered stays"
    assert room.state.times(room.clock[0]).active_ms >= 5000, "the clock goes on"
    room.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    room.press(Qt.Key.Key_Return)
    room.wait(lambda: room.state.phase is Phase.AIDED)


def test_that_the_next_case_stands_at_once_where_it_was_loaded_ahead(open_room: OpenRoom, stacks: Path):
    room = open_room(stacks)
    desk = room.controller.desk
    first, ((next_case, _),) = room.state.step.case_id, desk._opened.upcoming
    room.wait(lambda: next_case in desk.cache)
    asked = []
    desk.pictures.request = lambda *args: asked.append(args)
    room.lock()
    room.press(Qt.Key.Key_Return)
    room.wait(lambda: room.state.step.case_id == next_case and room.state.stage is Stage.READING)
    assert asked == []
    assert desk.is_complete
    assert first in desk.cache, "there is room for the one before"


def test_that_thumbnails_come_with_their_series(open_room: OpenRoom, tmp_path: Path, gate: Gate):
    make_stacks(tmp_path / "two.study", cases=1, series=2)
    room = open_room(tmp_path / "two.study")
    desk = room.controller.desk
    early = desk.picture.thumbnails
    assert [np.ptp(thumbnail) for thumbnail in early] == [0, 0]
    gate.opened.set()
    room.wait(lambda: desk.is_complete)
    assert all(np.ptp(thumbnail) > 50 for thumbnail in desk.picture.thumbnails)
    icon = room.page.strip.buttons[1].icon().pixmap(72, 72).toImage()
    assert icon.pixelColor(36, 36).value() > icon.pixelColor(1, 1).value()


@pytest.mark.parametrize("spare", [0, -1])
def test_that_the_case_before_is_kept_only_in_the_room_that_the_next_ones_leave(
    open_room: OpenRoom, tmp_path: Path, spare: int
):
    make_stacks(tmp_path / "three.study", cases=3)
    room = open_room(tmp_path / "three.study")
    desk = room.controller.desk
    first, (second, third) = room.state.step.case_id, [name for name, _ in desk._opened.upcoming]
    room.wait(lambda: second in desk.cache and third in desk.cache)
    desk._ahead_bytes = desk.cache._budget_bytes = 2 * desk.picture.nbytes + spare
    room.lock()
    room.press(Qt.Key.Key_Return)
    room.wait(lambda: room.state.step.case_id == second and room.state.stage is Stage.READING)
    assert [name in desk.cache for name in (first, second, third)] == [spare == 0, False, True]


def test_that_what_was_told_late_does_not_take_slices_away(open_room: OpenRoom, stacks: Path):
    room = open_room(stacks)
    desk, told = room.controller.desk, []
    room.wait(lambda: desk.is_complete)
    desk.picture_grew.connect(told.append)
    desk._show_growth(replace(desk.picture, loaded_count=2))
    assert desk.is_complete
    assert told == []
