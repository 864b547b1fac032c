"""Marking lesions in the reading room: made, rated in place, moved, undone, locked, back after a crash."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt

from realfm_gui.domain.mark import Mark, MarkShape
from realfm_gui.domain.reading import Phase
from realfm_gui.gui.reading.mark_list import TOOL
from realfm_gui.gui.reading.mark_rater import MarkRater
from realfm_gui.gui.reading.mark_rating import MarkRatingPanel
from realfm_gui.gui.reading.state import ARMING_MS, Stage
from realfm_gui.storage import StudyStore, verify_study
from tests.gui.reading.conftest import ONE, Room, make_study
from tests.gui.reading.test_measuring import drawn
from tests.gui.reading.test_recovery import crash

OpenRoom = Callable[..., Room]
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton
KEY = Qt.Key
MASS = '\n[[findings]]\nid = "mass"\nname = "Mass"\nmarks = "contour"'


@pytest.fixture
def marking(open_room: OpenRoom, tmp_path: Path) -> Callable[..., Room]:
    """Open a room on a study that is marked, the marking tool in hand."""

    def opened(fields: str = 'marks = "point"', more: str = "") -> Room:
        root = tmp_path / "marked.study"
        if not root.exists():
            make_study(root, findings=f"{ONE}\n{fields}{more}")
        room = open_room(root)
        room.wait(lambda: room.page.marks.marks.is_enabled)
        room.press(KEY.Key_T)
        return room

    return opened


def at(room: Room, x: int, y: int) -> QPoint:
    """Return a place in logical pixels from the middle of the picture."""
    return room.page.viewport.rect().center() + QPoint(x, y)


def drag(room: Room, *places: tuple[int, int]) -> None:
    """Press at the first place, release at the last."""
    viewport = room.page.viewport
    room.qtbot.mousePress(viewport, LEFT, pos=at(room, *places[0]))
    for place in places[1:]:
        room.qtbot.mouseMove(viewport, at(room, *place))
    room.qtbot.mouseRelease(viewport, LEFT, pos=at(room, *places[-1]))


def type_rating(room: Room, digits: str, *, confirm: bool = True) -> None:
    for digit in digits:
        room.press(KEY(KEY.Key_0 + int(digit)))
    if confirm:
        room.press(KEY.Key_Return)


def mark(room: Room, place: tuple[int, int], digits: str) -> None:
    drag(room, place)
    type_rating(room, digits)


def marks(room: Room) -> tuple[Mark, ...]:
    assert room.state.marks == room.page.marks.marks.board.marks
    return room.state.marks


def ratings(room: Room) -> list[int | None]:
    return [mark.rating for mark in marks(room)]


def panel(room: Room) -> MarkRatingPanel:
    return room.page.marks.rater.panel


def rater(room: Room) -> MarkRater:
    return room.page.marks.rater


def test_that_a_click_asks_for_a_rating_beside_the_place_and_the_keyboard_gives_it(marking):
    room = marking()
    viewport = room.page.viewport
    drag(room, (-60, 40))
    assert rater(room).is_open
    assert panel(room).isVisible()
    place = at(room, -60, 40)
    assert room.page.box.rect().contains(panel(room).geometry())
    assert not panel(room).geometry().adjusted(-11, -11, 11, 11).contains(place)
    type_rating(room, "73")
    assert not rater(room).is_open
    assert viewport.hasFocus(), "the next key is the page's again"
    (made,) = marks(room)
    assert (made.finding, made.frame, made.rating) == ("nodule", 0, 73)
    ratio = viewport.devicePixelRatioF()
    column, row = viewport.state.image_at(place.x() * ratio, place.y() * ratio)
    assert made.points[0] == pytest.approx((column, row), abs=1e-3)


def test_that_no_key_meant_for_the_mark_answers_the_finding(marking):
    room = marking()
    drag(room, (0, 0))
    for key in (KEY.Key_Right, KEY.Key_Right, KEY.Key_Left):
        room.press(key)
    room.press(KEY.Key_Right, SHIFT)
    assert panel(room).rating == 61
    assert room.state.answers["nodule"].likelihood is None
    type_rating(room, "4", confirm=False)
    assert room.state.answers["nodule"].confidence is None
    room.press(KEY.Key_Return)
    assert ratings(room) == [4]
    assert room.state.stage is Stage.READING


def test_that_escape_takes_an_unrated_mark_back_and_leaves_a_rated_one_as_it_was(marking):
    room = marking()
    drag(room, (0, 0))
    type_rating(room, "60", confirm=False)
    room.press(KEY.Key_Escape)
    assert marks(room) == ()
    assert not room.page.marks.history.can_undo, "nothing happened"
    mark(room, (0, 0), "60")
    drag(room, (0, 0))
    type_rating(room, "90", confirm=False)
    room.press(KEY.Key_Escape)
    assert ratings(room) == [60]
    assert room.page.marks.tools.is_chosen, "the panel's Esc is not the tool's"


def test_that_a_click_on_a_mark_opens_it_and_a_drag_moves_it(marking):
    room = marking()
    mark(room, (0, 0), "60")
    (before,) = marks(room)
    drag(room, (2, 2))
    type_rating(room, "80")
    assert ratings(room) == [80], "the same mark, not a second one"
    drag(room, (0, 0), (30, 0), (60, 30))
    (moved,) = marks(room)
    assert moved.mark_id == before.mark_id
    assert moved.rating == 80
    assert moved.points[0][0] > before.points[0][0]
    assert not rater(room).is_open


def test_that_a_mark_is_dragged_to_the_edge_of_the_image_and_no_further(marking):
    room = marking('marks = "box"')
    drag(room, (-40, -40), (0, 0), (40, 40))
    type_rating(room, "60")
    width = abs(marks(room)[0].points[1][0] - marks(room)[0].points[0][0])
    drag(room, (-40, 0), (200, 0), (5000, 0))  # by its left side
    first, second = (point[0] for point in marks(room)[0].points)
    assert (max(first, second), abs(second - first)) == (63.5, pytest.approx(width))


def test_that_looking_elsewhere_keeps_what_was_typed_and_leaves_the_rest_unrated(marking):
    room = marking()
    drag(room, (0, 0))
    type_rating(room, "35", confirm=False)
    drag(room, (100, 0))
    assert ratings(room) == [35, None]
    room.page.viewport.setFocus()
    assert not panel(room).isVisible()
    assert ratings(room) == [35, None]


def test_that_a_pause_keeps_the_rating_that_was_typed(marking):
    room = marking()
    drag(room, (0, 0))
    type_rating(room, "35", confirm=False)
    room.press(KEY.Key_P)
    assert not panel(room).isVisible()
    room.press(KEY.Key_P)
    assert ratings(room) == [35]


def test_that_after_a_click_on_the_panel_digits_still_rate_the_mark(marking):
    room = marking()
    drag(room, (0, 0))
    room.qtbot.mouseClick(panel(room), LEFT, pos=panel(room).title.geometry().center())
    type_rating(room, "4")
    assert ratings(room) == [4]
    assert room.state.answers["nodule"].confidence is None


def test_that_a_mark_moved_with_the_ai_leaves_a_trace_of_where_it_was_locked(marking):
    room = marking()
    mark(room, (0, 0), "80")
    mark(room, (100, 0), "60")
    first, second = marks(room)
    room.lock()
    painted = room.page.marks.tools.painted
    assert [one.is_locked for one in painted(0)] == [False, False]
    drag(room, (0, 0), (20, 0), (40, 0))
    drag(room, (100, 0))
    room.press(KEY.Key_Delete)
    locked = [(one.mark, one.words) for one in painted(0) if one.is_locked]
    assert locked == [(first, "▼ 80"), (second, "▼ 60")]
    drag(room, (0, 0))
    assert len(marks(room)) == 2, "the trace is no mark: a click there makes a new one"


def test_that_undo_takes_back_the_last_change_of_marks_and_measurements(marking):
    room = marking()
    mark(room, (0, 0), "60")
    room.press(KEY.Key_D)
    assert not room.page.marks.tools.is_chosen, "one tool in hand"
    drag(room, (0, 0), (50, 80))  # from the mark: who measures means the picture
    room.press(KEY.Key_T)
    assert room.page.box.tools.kind is None
    mark(room, (100, 0), "20")
    assert (ratings(room), len(drawn(room))) == ([60, 20], 1)
    for wanted in (([60], 1), ([60], 0), ([], 0)):
        room.press(KEY.Key_Z, CTRL)
        assert (ratings(room), len(drawn(room))) == wanted
    for wanted in (([60], 0), ([60], 1), ([60, 20], 1)):
        room.press(KEY.Key_Z, CTRL | SHIFT)
        assert (ratings(room), len(drawn(room))) == wanted
    assert len(room.state.measurements) == 1


def test_that_the_delete_key_removes_the_mark_that_is_open_or_selected(marking):
    room = marking()
    mark(room, (0, 0), "60")
    drag(room, (0, 0))
    room.press(KEY.Key_Delete)
    assert marks(room) == ()
    room.press(KEY.Key_Z, CTRL)
    assert ratings(room) == [60]
    drag(room, (0, 0), (20, 0))
    room.press(KEY.Key_Backspace)
    assert marks(room) == ()


def test_that_an_unrated_mark_cannot_be_locked(marking):
    room = marking()
    drag(room, (0, 0))
    room.page.viewport.setFocus()
    room.answer()
    room.press(KEY.Key_Return)
    assert room.state.stage is Stage.READING
    assert room.page.side.missing.text() == "○ Still missing: rating of mark 1"
    drag(room, (0, 0))
    type_rating(room, "60")
    assert room.state.missing() == {}


def test_that_a_mark_against_the_call_is_asked_about_once(marking):
    room = marking()
    mark(room, (0, 0), "80")
    room.press(KEY.Key_Left)
    room.press(KEY.Key_N)
    room.press(KEY.Key_3)
    room.press(KEY.Key_Return)
    assert room.page.side.missing.text() == "◆ a mark rated 80 with recall no: keep it? ⏎"
    room.clock[0] += ARMING_MS + 1
    room.press(KEY.Key_Return)
    room.wait(lambda: room.state.phase is Phase.AIDED)


def test_that_the_aided_answer_starts_from_the_locked_marks_and_leaves_them_alone(marking):
    room = marking()
    mark(room, (0, 0), "80")
    (locked,) = marks(room)
    room.lock()
    assert marks(room) == (locked,)
    drag(room, (0, 0))
    type_rating(room, "95")
    mark(room, (100, 0), "40")
    listed = room.page.side.answers.cards["nodule"].marks
    assert [button.text() for button in listed.buttons] == ["1 · 95 ▼80", "2 · 40"]
    room.press(KEY.Key_Return)
    case_id = room.state.step.case_id
    room.wait(lambda: room.state.step.case_id != case_id and room.state.stage is Stage.READING)
    assert marks(room) == ()
    room.wait_until_stored()
    with StudyStore.open(room.root, read_only=True) as store:
        unaided, aided = store.readings(reader="anna")
    assert unaided.answer.marks == (locked,)
    assert [mark.rating for mark in aided.answer.marks] == [95, 40]
    assert aided.answer.marks[0].mark_id == locked.mark_id
    assert verify_study(room.root).is_ok


def test_that_after_a_crash_the_marks_are_back_rated_or_not(marking):
    room = marking()
    mark(room, (0, 0), "60")
    drag(room, (100, 0))
    before = marks(room)
    assert [mark.rating for mark in before] == [60, None]
    room.wait_until_stored()  # nothing else is waited for: it is stored at once
    crash(room)
    assert marks(marking()) == before


def test_that_nothing_is_marked_while_paused_or_being_stored(marking):
    room = marking()
    mark(room, (0, 0), "60")
    room.press(KEY.Key_P)
    drag(room, (50, 0))
    room.press(KEY.Key_P)
    room.wait(lambda: room.page.marks.marks.is_enabled)
    room.answer()
    room.press(KEY.Key_Return)
    assert room.state.stage is Stage.SAVING
    drag(room, (90, 0))
    assert ratings(room) == [60]


def test_that_hidden_marks_are_not_taken_hold_of_and_the_tool_shows_them(marking):
    room = marking()
    mark(room, (0, 0), "60")
    room.press(KEY.Key_U)
    assert not room.page.marks.tools.is_chosen
    drag(room, (0, 0))
    assert not rater(room).is_open
    room.press(KEY.Key_T)
    assert room.page.viewport.shows_annotations
    drag(room, (0, 0))
    assert rater(room).is_open


def test_that_boxes_are_dragged_and_rated_by_level(marking):
    room = marking('marks = "box"\nmark_levels = 5')
    drag(room, (-60, -40), (0, 0), (40, 30))
    assert panel(room).slider.isHidden()
    type_rating(room, "9", confirm=False)
    assert panel(room).rating is None, "there are five levels"
    room.press(KEY.Key_Return)
    assert rater(room).is_open, "no level is chosen yet"
    type_rating(room, "4")
    (made,) = marks(room)
    assert (made.shape, made.rating, len(made.points)) == (MarkShape.BOX, 4, 2)
    drag(room, (40, 30), (60, 60))  # by its corner
    assert marks(room)[0].points != made.points
    drag(room, (100, 0), (100, 0))
    drag(room, (100, 0))
    assert len(marks(room)) == 1, "a box without an inside is a slip of the hand"


def test_that_a_contour_is_drawn_around_for_the_finding_that_keys_answer(marking):
    room = marking(more=MASS)
    room.press(KEY.Key_J)
    around = [(60, 0), (42, 42), (0, 60), (-42, 42), (-60, 0), (-42, -42), (0, -60), (42, -42), (58, -6)]
    drag(room, *around)
    type_rating(room, "88")
    (made,) = marks(room)
    assert (made.finding, made.shape) == ("mass", MarkShape.CONTOUR)
    room.press(KEY.Key_K)
    mark(room, (0, 0), "20")
    listed = room.page.side.answers.marks
    assert [button.text() for button in listed.buttons] == ["1 Mass · 88", "1 Nodule · 20"]
    listed.buttons[0].click()
    assert panel(room).title.text() == "Mark 1 · Mass"


def test_that_a_further_mark_than_the_protocol_allows_is_not_made(marking):
    room = marking('marks = "point"\nmarks_at_most = 1')
    mark(room, (0, 0), "60")
    drag(room, (100, 0))
    assert ratings(room) == [60]
    assert not rater(room).is_open
    assert room.page.marks.notice.text() == "Nodule takes 1 mark: drag the mark, or delete it first."


def test_that_a_study_without_marks_offers_no_tool_for_them(open_room: OpenRoom, study: Path):
    room = open_room(study)
    room.press(KEY.Key_T)
    assert room.page.bar.buttons[TOOL].isHidden()
    assert room.page.marks.notice.text() == "This study asks for no marks."
    assert not room.page.marks.tools.is_chosen
    drag(room, (0, 0))
    assert marks(room) == ()
