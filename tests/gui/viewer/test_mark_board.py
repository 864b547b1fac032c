"""The marks of a case and the order of changes, without a window."""

import pytest

from realfm_gui.domain.mark import Mark, MarkShape
from realfm_gui.gui.viewer.mark_board import MarkBoard
from realfm_gui.gui.viewer.mark_order import Board, ChangeOrder
from realfm_gui.gui.viewer.mark_places import (
    LABEL_GAP_PX,
    RING_PX,
    ScreenBox,
    beside,
    bounds_of,
    handle_at,
    is_on,
    label_place,
)


def mark(mark_id: str = "a", *points: tuple[float, float], shape=MarkShape.POINT, rating: int | None = None):
    at = points or ((10.0, 20.0),)
    return Mark(mark_id=mark_id, finding="nodule", frame=0, shape=shape, points=at, rating=rating)


def ratings(board: MarkBoard) -> list[int | None]:
    return [mark.rating for mark in board.marks]


def test_that_a_mark_made_and_rated_at_once_is_taken_back_in_one_step():
    board = MarkBoard([mark("old", rating=10)])
    board.put(mark())
    board.rate("a", 70)
    assert ratings(board) == [10, 70]
    assert board.undo()
    assert ratings(board) == [10]
    assert not board.can_undo
    board.redo()
    assert ratings(board) == [10, 70]


def test_that_another_rating_is_a_step_of_its_own():
    board = MarkBoard()
    board.put(mark())
    board.rate("a", 70)
    board.rate("a", 30)
    assert not board.rate("a", 30), "nothing changed"
    board.undo()
    assert ratings(board) == [70]


def test_that_a_mark_rated_later_goes_back_to_unrated():
    board = MarkBoard()
    board.put(mark())
    board.put(mark("b"))
    board.rate("a", 70)
    board.undo()
    assert ratings(board) == [None, None]


def test_that_a_mark_taken_back_before_it_was_rated_was_never_there():
    board = MarkBoard()
    board.put(mark())
    board.remove("a")
    assert (board.marks, board.can_undo, board.can_redo) == ((), False, False)


def test_that_a_removed_mark_comes_back_with_its_rating():
    board = MarkBoard([mark("a", rating=5), mark("b")])
    board.remove("a")
    assert [m.mark_id for m in board.marks] == ["b"]
    board.undo()
    assert ratings(board) == [5, None]


def test_that_the_last_change_of_either_board_is_taken_back_first():
    order = ChangeOrder()
    for board in (Board.MARKS, Board.MEASUREMENTS, Board.MARKS):
        order.note(board)
    taken = []
    while order.last is not None:
        taken.append(order.last)
        order.note_undone()
    assert taken == [Board.MARKS, Board.MEASUREMENTS, Board.MARKS]
    order.note_redone()
    assert (order.last, order.next) == (Board.MARKS, Board.MEASUREMENTS)
    order.note(Board.MARKS)
    assert order.next is None, "a new change ends what could be made again"
    order.forget(Board.MARKS)
    order.forget(Board.MEASUREMENTS)
    assert order.last is Board.MARKS


ROOM = ScreenBox(left=0, top=0, width=800, height=600)


@pytest.mark.parametrize(
    ("bounds", "left", "top"),
    [
        (ScreenBox(left=100, top=100, width=50, height=40), 162, 70),  # right of it
        (ScreenBox(left=600, top=100, width=50, height=40), 388, 70),  # no room: left of it
        (ScreenBox(left=600, top=560, width=50, height=40), 388, 500),  # kept within the room
        (ScreenBox(left=100, top=300, width=600, height=40), 300, 352),  # neither: below
        (ScreenBox(left=100, top=480, width=600, height=100), 300, 368),  # nor below: above
    ],
)
def test_that_a_panel_stands_beside_the_mark_and_within_the_room(bounds: ScreenBox, left: float, top: float):
    place = beside(bounds, 200, 100, ROOM)
    assert (place.left, place.top) == (left, top)
    assert bounds.covered_by(place) == 0


def test_that_beside_a_mark_that_fills_the_room_the_panel_covers_as_little_as_can_be():
    bounds = ScreenBox(left=0, top=0, width=790, height=590)
    place = beside(bounds, 200, 100, ROOM)
    assert (place.right, place.bottom) == (800, 600)
    assert bounds.covered_by(place) == 190 * 90


def double(point: tuple[float, float]) -> tuple[float, float]:
    return 2 * point[0], 2 * point[1]


def test_that_what_a_mark_takes_on_the_screen_is_its_shape():
    ring = bounds_of(mark(), double)
    assert (ring.left, ring.right, ring.top) == (20 - RING_PX, 20 + RING_PX, 40 - RING_PX)
    box = bounds_of(mark("a", (5, 30), (10, 20), shape=MarkShape.BOX), double)
    assert (box.left, box.top, box.right, box.bottom) == (10, 40, 20, 60)


def test_that_a_label_goes_to_the_left_where_there_is_no_room():
    assert (
        label_place(ScreenBox(left=10, top=50, width=20, height=20), 60, 20, ROOM).left == 30 + LABEL_GAP_PX
    )
    assert label_place(ScreenBox(left=750, top=50, width=20, height=20), 60, 20, ROOM).right == 744
    assert label_place(ScreenBox(left=10, top=2, width=20, height=20), 60, 20, ROOM).top == 0


def test_that_the_hand_reaches_lines_corners_and_rings_and_nothing_else():
    box = mark("a", (5, 5), (50, 40), shape=MarkShape.BOX)
    assert handle_at(box, double, 12, 12) == 0
    assert handle_at(box, double, 102, 81) == 2
    assert handle_at(box, double, 50, 10) is None
    assert is_on(box, double, 50, 15)
    assert not is_on(box, double, 50, 45), "inside, where the image is looked at"
    assert is_on(mark(), double, 28, 40)
    assert not is_on(mark(), double, 40, 40)
