"""Drawing, pulling and undoing, without a window."""

import numpy as np
import pytest

from realfm_gui.domain.images import Frame
from realfm_gui.domain.measurement import Measurement, MeasurementKind
from realfm_gui.gui.viewer.drawing import Drawing
from realfm_gui.gui.viewer.measurement_board import MeasurementBoard
from realfm_gui.gui.viewer.measurement_words import value_decimals, words_for
from realfm_gui.gui.viewer.shapes import (
    corners_of,
    distance_to_line,
    handles_of,
    lines_of,
    moved,
    with_handle_at,
)

KIND = MeasurementKind


def drawn(kind: KIND, *points, name: str = "m-1", frame: int = 0) -> Measurement:
    return Measurement(measurement_id=name, kind=kind, frame=frame, points=points)


def dragged(drawing: Drawing, *points):
    drawing.press(points[0])
    for point in points[1:]:
        drawing.move(point)
    return drawing.release(points[-1], was_dragged=True)


def clicked(drawing: Drawing, point):
    drawing.move(point)
    drawing.press(point)
    return drawing.release(point, was_dragged=False)


def test_that_a_line_is_drawn_by_dragging_or_by_two_clicks():
    made = dragged(Drawing(KIND.LENGTH, 2), (1, 1), (3, 3), (5, 9))
    assert (made.points, made.frame) == (((1, 1), (5, 9)), 2)
    by_clicks = Drawing(KIND.LENGTH, 2)
    assert clicked(by_clicks, (1, 1)) is None
    assert clicked(by_clicks, (5, 9)).points == made.points


def test_that_an_angle_is_an_arm_and_a_click():
    drawing = Drawing(KIND.ANGLE, 0)
    assert dragged(drawing, (0, 0), (10, 0)) is None
    drawing.move((12, 4))
    assert drawing.points == ((0, 0), (10, 0), (12, 4))
    assert clicked(drawing, (10, 10)).points == ((0, 0), (10, 0), (10, 10))


def test_that_a_cobb_angle_is_two_lines():
    drawing = Drawing(KIND.COBB, 0)
    assert dragged(drawing, (0, 0), (10, 1)) is None
    drawing.move((50, 50))
    assert drawing.points == ((0, 0), (10, 1))  # nothing follows the mouse between the lines
    assert dragged(drawing, (0, 20), (10, 18)).points == ((0, 0), (10, 1), (0, 20), (10, 18))


def test_that_an_outline_keeps_the_points_of_the_hand_and_too_few_are_none():
    made = dragged(Drawing(KIND.FREEHAND, 0), (0, 0), (5, 0), (5, 5))
    assert made.points == ((0, 0), (5, 0), (5, 5))
    assert dragged(Drawing(KIND.FREEHAND, 0), (0, 0), (5, 0)) is None


def test_that_a_probe_is_where_the_hand_lets_go():
    assert dragged(Drawing(KIND.PROBE, 0), (0, 0), (5, 4)).points == ((5, 4),)


def test_that_there_is_no_preview_before_there_is_something_to_measure():
    drawing = Drawing(KIND.LENGTH, 0)
    drawing.press((1, 1))
    assert drawing.preview() is None
    drawing.move((2, 2))
    assert drawing.preview() is not None


@pytest.mark.parametrize("corner", range(4))
def test_that_pulling_a_corner_of_a_box_leaves_the_opposite_one(corner: int):
    box = drawn(KIND.RECTANGLE, (10, 20), (30, 50))
    pulled = with_handle_at(box, corner, (5, 6))
    opposite = corners_of(box.points)[(corner + 2) % 4]
    assert set(pulled.points) == {(5, 6), opposite}


def test_that_pulling_an_end_moves_only_that_end_and_pulling_the_line_moves_both():
    line = drawn(KIND.LENGTH, (0, 0), (10, 0))
    assert with_handle_at(line, 1, (9, 9)).points == ((0, 0), (9, 9))
    assert moved(line, 1.5, -2).points == ((1.5, -2), (11.5, -2))


@pytest.mark.parametrize(("at", "distance"), [((5, 3), 3), ((-4, 0), 4), ((10, 0), 0), ((13, 4), 5)])
def test_that_the_distance_from_a_line_ends_at_its_ends(at, distance):
    assert distance_to_line(at, [(0, 0), (10, 0)]) == pytest.approx(distance)


def test_that_an_ellipse_is_drawn_on_the_ellipse():
    (line,) = lines_of(KIND.ELLIPSE, ((10, 10), (50, 30)))
    assert all(((x - 30) / 20) ** 2 + ((y - 20) / 10) ** 2 == pytest.approx(1) for x, y in line)
    assert len(handles_of(KIND.ELLIPSE, ((10, 10), (50, 30)))) == 4


def test_that_undo_and_redo_go_through_drawing_changing_and_removing():
    board = MeasurementBoard()
    first, second = drawn(KIND.PROBE, (1, 1)), drawn(KIND.PROBE, (2, 2), name="m-2")
    board.put(first)
    board.put(second)
    changed = drawn(KIND.PROBE, (9, 9))
    board.put(changed)
    assert board.measurements == (changed, second)
    assert board.remove_selected()
    assert board.measurements == (second,)
    seen = []
    while board.undo():
        seen.append(board.measurements)
    assert seen == [(changed, second), (first, second), (first,), ()]
    assert board.redo()
    assert board.redo()
    board.put(drawn(KIND.PROBE, (3, 3), name="m-3"))
    assert not board.can_redo


def test_that_what_a_draft_brought_back_is_no_step_to_undo_and_no_change_is_none():
    board = MeasurementBoard((drawn(KIND.PROBE, (1, 1)),))
    assert not board.undo()
    assert not board.put(drawn(KIND.PROBE, (1, 1)))
    assert not MeasurementBoard().remove_selected()


def frame(**given) -> Frame:
    pixels = np.arange(2400, dtype=np.uint16).reshape(40, 60)
    return Frame(pixels=pixels, **given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"spacing_mm": (0.7, 0.7), "spacing_kind": "patient"}, "7.0 mm"),
        ({"spacing_mm": (0.07, 0.07), "spacing_kind": "patient"}, "0.70 mm"),
        ({"spacing_mm": (0.14, 0.14), "spacing_kind": "detector"}, "1.4 mm (detector)"),
        ({"spacing_mm": (5.0, 5.0), "spacing_kind": "patient"}, "50.0 mm"),
        ({}, "10.0 px"),
    ],
)
def test_that_a_length_has_the_decimals_of_its_pixels_and_its_honest_unit(given, words):
    assert words_for(drawn(KIND.LENGTH, (0, 0), (10, 0)), frame(**given)) == (words,)


def test_that_values_have_the_decimals_and_the_unit_of_the_modality():
    hounsfield = frame(slope=1.0, intercept=-1024.0, units="HU")
    assert words_for(drawn(KIND.PROBE, (0, 0)), hounsfield) == ("−1024 HU",)
    assert value_decimals(frame(slope=0.01)) == 2
    assert words_for(drawn(KIND.PROBE, (1, 0)), frame(slope=0.001, units="SUV")) == ("0.001 SUV",)
    lines = words_for(drawn(KIND.RECTANGLE, (0, 0), (2, 1)), hounsfield)
    assert lines[1:] == ("mean −993.0   SD 30.0 HU", "min −1024   max −962 HU   n 6")


def test_that_a_cobb_angle_beyond_the_right_one_says_its_supplement():
    steep = drawn(KIND.COBB, (0, 0), (10, 0), (0, 20), (2, 30))
    assert words_for(steep, frame()) == ("Cobb 78.7°",)
    assert words_for(drawn(KIND.COBB, (0, 0), (10, 0), (0, 20), (10, 30)), frame()) == ("Cobb 45.0°",)
    beyond = drawn(KIND.COBB, (0, 0), (10, 10), (0, 40), (5, 30))  # 45° one way, 63.4° the other
    assert words_for(beyond, frame()) == ("Cobb 108.4° or 71.6°",)


def test_that_a_probe_beside_the_image_says_so():
    assert words_for(drawn(KIND.PROBE, (-5, 0)), frame()) == ("no value here",)
