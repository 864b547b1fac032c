"""Marks on a stack of slices and in several viewports: each on its own slice, and the way back to it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint

from realfm_gui.gui.viewer.mark_tools import ON_A_PRIOR
from realfm_gui.imaging.study_order import OFFSET
from realfm_gui.storage import StudyStore
from tests.gui.reading.conftest import ONE, PROTOCOL, Room, _predict
from tests.gui.reading.test_marking import KEY, SHIFT, drag, mark, marks, panel, rater, ratings, type_rating
from tests.marked_study import add_case
from tests.unit.imaging.made_series import anatomy, write_series

OpenRoom = Callable[..., Room]


@pytest.fixture
def stack(open_room: OpenRoom, tmp_path: Path) -> Room:
    """A room on a CT of five slices, the marking tool in hand."""
    findings = f'{ONE}\nmarks = "point"'
    paths = write_series(tmp_path, anatomy(5, 64, 64))
    root = tmp_path / "stack.study"
    with StudyStore.create(root, PROTOCOL.format(findings=findings)) as store:
        add_case(store, "c-0", [path.read_bytes() for path in paths], [path.name for path in paths])
        _predict(store, ["c-0"], 0, None)
    room = open_room(root)
    room.wait(lambda: room.page.marks.marks.is_enabled)
    room.press(KEY.Key_T)
    return room


def test_that_a_mark_belongs_to_its_slice_and_the_list_leads_back_to_it(stack: Room):
    viewport = stack.page.viewport
    viewport.go_to_frame(3)
    mark(stack, (0, 0), "60")
    viewport.go_to_frame(0)
    mark(stack, (0, 0), "20")
    assert [(mark.frame, mark.rating) for mark in marks(stack)] == [(3, 60), (0, 20)], "one place, two slices"
    listed = stack.page.side.answers.cards["nodule"].marks
    assert [button.text() for button in listed.buttons] == ["1 · slice 4 · 60", "2 · slice 1 · 20"]
    listed.buttons[0].click()
    assert viewport.state.view.frame == 3
    assert panel(stack).title.text() == "Mark 1"


def test_that_a_key_goes_from_mark_to_mark_and_rates_them(stack: Room):
    viewport = stack.page.viewport
    for frame, place in ((1, (0, 0)), (1, (100, 0)), (4, (0, 0))):
        viewport.go_to_frame(frame)
        mark(stack, place, "5")
    frames = []
    for digits in ("11", "21", "31"):
        stack.press(KEY.Key_T, SHIFT)
        frames.append(viewport.state.view.frame)
        type_rating(stack, digits, confirm=False)
    assert frames == [1, 1, 4]
    stack.press(KEY.Key_T, SHIFT)
    assert viewport.state.view.frame == 1, "around the end"
    assert ratings(stack) == [11, 21, 31]


def test_that_a_mark_out_of_view_is_brought_into_view(stack: Room):
    viewport = stack.page.viewport
    mark(stack, (-200, -200), "60")
    for _ in range(8):
        viewport.zoom_in()
    viewport.state.pan(-2000, -2000)
    stack.page.side.answers.cards["nodule"].marks.buttons[0].click()
    ratio = viewport.devicePixelRatioF()
    x, y = viewport.state.screen_at(marks(stack)[0].points[0])
    assert viewport.rect().contains(QPoint(round(x / ratio), round(y / ratio)))


def test_that_scrolling_away_closes_the_panel_and_keeps_what_was_typed(stack: Room):
    drag(stack, (0, 0))
    type_rating(stack, "45", confirm=False)
    stack.page.viewport.go_to_frame(2)
    assert not rater(stack).is_open
    assert ratings(stack) == [45]
    assert stack.page.viewport.hasFocus()


def test_that_the_panel_stays_in_the_viewport_of_its_mark_where_there_is_room(stack: Room):
    box = stack.page.box
    box.set_layout(2, 2)
    box.show_series(0, box.panes[3])
    box.activate(3)
    for place in ((0, 0), (-150, 60), (150, -60)):
        drag(stack, place)
        assert box.panes[3].geometry().contains(panel(stack).geometry())
        stack.press(KEY.Key_Escape)
    box.set_layout(4, 4)
    box.show_series(0, box.panes[15])
    box.activate(15)
    drag(stack, (0, 0))
    assert panel(stack).isVisible()
    assert box.rect().contains(panel(stack).geometry())


def test_that_the_tool_does_not_mark_a_prior_and_says_why(open_room: OpenRoom, tmp_path: Path):
    contents: list[bytes] = []
    for name, changes in (("current", {}), ("prior", {OFFSET: -40.0})):
        (tmp_path / name).mkdir()
        written = write_series(tmp_path / name, anatomy(2, 64, 64), **changes)
        contents += [path.read_bytes() for path in written]
    root = tmp_path / "prior.study"
    with StudyStore.create(root, PROTOCOL.format(findings=f'{ONE}\nmarks = "point"')) as store:
        add_case(store, "c-0", contents, [str(number) for number in range(4)])
        _predict(store, ["c-0"], 0, None)
    room = open_room(root)
    room.wait(lambda: room.page.marks.marks.is_enabled)
    room.press(KEY.Key_T)
    room.page.box.show_series(1)
    drag(room, (0, 0))
    assert marks(room) == ()
    assert room.page.marks.notice.isVisible()
    assert room.page.marks.notice.text() == ON_A_PRIOR
    room.page.box.show_series(0)
    mark(room, (0, 0), "60")
    assert [(mark.frame, mark.rating) for mark in marks(room)] == [(0, 60)]


def test_that_every_viewport_paints_the_marks_of_its_own_slice(stack: Room):
    box = stack.page.box
    box.set_layout(1, 2)
    box.is_linked = False
    box.show_series(0, box.panes[1])
    box.panes[1].go_to_frame(box.panes[0].state.view.frame)
    stack.press(KEY.Key_T)
    before = [pane.grab().toImage() for pane in box.panes]
    stack.press(KEY.Key_T)
    mark(stack, (0, 0), "60")
    stack.press(KEY.Key_T)
    marked = [pane.grab().toImage() for pane in box.panes]
    assert all(new != old for new, old in zip(marked, before, strict=True))
    drag(stack, (0, 0), (30, 0), (60, 30))
    assert all(pane.grab().toImage() != old for pane, old in zip(box.panes, marked, strict=True))
    other = box.panes[1]
    other.go_to_frame((marks(stack)[0].frame + 1) % 5)
    marked_elsewhere = other.grab().toImage()
    stack.page.marks.marks.remove(marks(stack)[0].mark_id)
    assert other.grab().toImage() == marked_elsewhere
    assert box.panes[0].grab().toImage() == before[0]
