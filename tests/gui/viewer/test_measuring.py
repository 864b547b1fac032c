"""Measuring tools as the hand meets them in the viewport."""

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from realfm_gui.domain.images import Frame, Window
from realfm_gui.domain.measurement import MeasurementKind
from realfm_gui.gui.viewer.measuring_tools import KINDS, LIVE_PIXELS
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.gui.viewer.viewport import Viewport

SIZE = 400
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
KIND = MeasurementKind


def frame(rows: int = 100, columns: int = 100) -> Frame:
    pixels = np.arange(rows * columns, dtype=np.uint32).reshape(rows, columns) % 4096
    return Frame(
        pixels=pixels.astype(np.uint16),
        windows=(Window(center=2000, width=4000),),
        spacing_mm=(0.5, 0.5),
        spacing_kind="patient",
    )


@pytest.fixture
def viewport(qtbot: QtBot) -> Viewport:
    window = QWidget()
    qtbot.addWidget(window)
    made = Viewport(window)
    made.window_kept = window  # the test owns it
    window.resize(SIZE, SIZE)
    made.resize(SIZE, SIZE)
    made.has_text = False
    with qtbot.waitExposed(window):
        window.show()
    made.clearFocus()
    made.show_case(ViewState([frame(), frame()], [0, 0]))
    return made


def send(viewport: Viewport, kind, x, y, button, held, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    at = QPointF(x, y)
    QApplication.sendEvent(viewport, QMouseEvent(kind, at, viewport.mapToGlobal(at), button, held, modifiers))


def drag(viewport: Viewport, *places, **given) -> None:
    send(viewport, QMouseEvent.Type.MouseButtonPress, *places[0], LEFT, LEFT, **given)
    for place in places[1:]:
        send(viewport, QMouseEvent.Type.MouseMove, *place, NONE, LEFT, **given)
    send(viewport, QMouseEvent.Type.MouseButtonRelease, *places[-1], LEFT, NONE, **given)


def take(viewport: Viewport, kind: KIND) -> None:
    if viewport.tools.kind is not kind:
        viewport.tools.choose(KINDS.index(kind))


def measurements(viewport: Viewport):
    return viewport.tools.board.measurements


def seen(viewport: Viewport) -> np.ndarray:
    image = viewport.grab().toImage()
    image = image.convertToFormat(image.Format.Format_RGB32)
    return np.array(image.constBits(), np.uint8).reshape(image.height(), -1, 4)[..., :3].astype(int)


def test_that_a_line_lies_where_the_hand_drew_it(viewport: Viewport):
    take(viewport, KIND.LENGTH)
    drag(viewport, (40, 80), (200, 100), (240, 80))
    (line,) = measurements(viewport)
    assert line.points == ((9.5, 19.5), (59.5, 19.5))  # 4 screen pixels each, centres at whole numbers
    (painted,) = viewport.tools.painted(viewport.state)
    assert painted.words == ("25.0 mm",)


def test_that_without_a_tool_a_drag_is_a_window_and_with_one_it_is_not(viewport: Viewport):
    before = viewport.state.view.window
    take(viewport, KIND.LENGTH)
    drag(viewport, (40, 80), (240, 80))
    assert viewport.state.view.window == before
    viewport.tools.leave()
    drag(viewport, (300, 300), (340, 300))
    assert viewport.state.view.window.width > before.width
    assert len(measurements(viewport)) == 1


def test_that_panning_and_scrolling_go_on_with_a_tool_in_hand(viewport: Viewport):
    take(viewport, KIND.LENGTH)
    before = viewport.state.screen_at((0, 0))
    drag(viewport, (100, 100), (116, 92), modifiers=Qt.KeyboardModifier.ShiftModifier)
    assert viewport.state.screen_at((0, 0)) == pytest.approx((before[0] + 16, before[1] - 8))
    assert measurements(viewport) == ()


def test_that_an_end_can_be_pulled_and_the_line_moved_without_a_tool(viewport: Viewport):
    take(viewport, KIND.LENGTH)
    drag(viewport, (40, 80), (240, 80))
    viewport.tools.leave()
    window = viewport.state.view.window
    drag(viewport, (243, 82), (243, 200), (240, 280))
    assert measurements(viewport)[0].points == ((9.5, 19.5), (59.5, 69.5))
    drag(viewport, (140, 180), (180, 180))
    assert measurements(viewport)[0].points == ((19.5, 19.5), (69.5, 69.5))
    assert viewport.state.view.window == window
    viewport.tools.undo()
    viewport.tools.undo()
    assert measurements(viewport)[0].points == ((9.5, 19.5), (59.5, 19.5))


def test_that_a_click_selects_and_delete_removes_only_that(viewport: Viewport):
    take(viewport, KIND.PROBE)
    drag(viewport, (100, 100), (100, 100))
    drag(viewport, (200, 200), (200, 200))
    viewport.tools.leave()
    drag(viewport, (102, 101), (102, 101))
    viewport.tools.delete()
    (left,) = measurements(viewport)
    assert left.points == ((49.5, 49.5),)
    viewport.tools.undo()
    assert len(measurements(viewport)) == 2
    viewport.tools.redo()
    assert measurements(viewport) == (left,)


def test_that_changes_are_told_once_when_the_hand_lets_go(viewport: Viewport):
    told = []
    viewport.tools.measurements_changed.connect(told.append)
    take(viewport, KIND.ELLIPSE)
    drag(viewport, (100, 100), (120, 120), (140, 140), (160, 160))
    assert told == [measurements(viewport)]
    drag(viewport, (100, 100), (100, 100))  # a click selects
    assert len(told) == 1


def test_that_escape_drops_what_is_half_drawn_then_the_tool(viewport: Viewport):
    take(viewport, KIND.ANGLE)
    drag(viewport, (40, 80), (140, 80))
    assert viewport.tools.is_busy
    viewport.tools.leave()
    assert not viewport.tools.is_busy
    assert viewport.tools.kind is KIND.ANGLE
    viewport.tools.leave()
    assert viewport.tools.kind is None
    assert measurements(viewport) == ()


def test_that_a_measurement_is_on_its_own_slice_only(viewport: Viewport):
    plain = seen(viewport)
    take(viewport, KIND.LENGTH)
    drag(viewport, (40, 80), (240, 80))
    assert (seen(viewport) != plain).any()
    viewport.step(1)
    assert (seen(viewport) == plain).all()
    assert not viewport.tools.is_in_reach(QPointF(140, 80), viewport.state, 1.0)


def test_that_an_angle_begun_on_one_slice_is_not_ended_on_another(viewport: Viewport):
    take(viewport, KIND.ANGLE)
    drag(viewport, (40, 80), (140, 80))
    viewport.step(1)
    drag(viewport, (200, 200), (240, 200))
    drag(viewport, (240, 300), (240, 300))
    (made,) = measurements(viewport)
    assert (made.frame, made.points[0]) == (1, (49.5, 49.5))


def test_that_lines_are_as_thin_enlarged_as_fitted(viewport: Viewport):
    take(viewport, KIND.LENGTH)
    drag(viewport, (0, 200), (399, 200))
    viewport.tools.board.select(None)
    yellow = []
    for _ in range(2):
        picture = seen(viewport)
        yellow.append(int((picture[:, 150, 2] - picture[:, 150, 0] > 60).sum()))
        viewport.zoom(4)
    assert 1 <= yellow[0] <= 3
    assert yellow[1] == pytest.approx(yellow[0], abs=1)


@pytest.mark.parametrize("turn", ["rotate", "flip_across", "flip_down"])
def test_that_a_measurement_follows_the_picture_when_it_is_turned(viewport: Viewport, turn: str):
    take(viewport, KIND.LENGTH)
    drag(viewport, (40, 80), (240, 80))
    before = measurements(viewport)
    getattr(viewport, turn)(*([1] if turn == "rotate" else []))
    assert measurements(viewport) == before
    middle = viewport.state.screen_at((34.5, 19.5))
    assert viewport.tools.is_in_reach(QPointF(*middle), viewport.state, 1.0)
    assert not viewport.tools.is_in_reach(QPointF(140, 110), viewport.state, 1.0)


def test_that_one_command_leaves_the_picture_alone_and_hides_nothing_from_the_next_case(viewport: Viewport):
    plain = seen(viewport)
    viewport.has_text = True
    take(viewport, KIND.LENGTH)
    drag(viewport, (40, 80), (240, 80))
    viewport.toggle_annotations()
    assert (seen(viewport) == plain).all()
    assert not viewport.tools.is_in_reach(QPointF(140, 80), viewport.state, 1.0)
    viewport.show_case(ViewState([frame()]))
    assert viewport.shows_annotations


def test_that_nothing_can_be_changed_while_an_answer_is_being_stored(viewport: Viewport):
    take(viewport, KIND.LENGTH)
    drag(viewport, (40, 80), (240, 80))
    before = measurements(viewport)
    viewport.tools.set_enabled(False)
    drag(viewport, (40, 280), (240, 280))
    viewport.tools.undo()
    viewport.tools.delete()
    assert measurements(viewport) == before


def test_that_the_pixels_of_a_large_region_are_counted_when_the_hand_lets_go(viewport: Viewport):
    side = int(LIVE_PIXELS**0.5) + 100
    viewport.show_case(ViewState([frame(side, side)]))
    take(viewport, KIND.RECTANGLE)
    send(viewport, QMouseEvent.Type.MouseButtonPress, 1, 1, LEFT, LEFT)
    send(viewport, QMouseEvent.Type.MouseMove, 398, 398, NONE, LEFT)
    (painted,) = viewport.tools.painted(viewport.state)
    assert len(painted.words) == 1
    send(viewport, QMouseEvent.Type.MouseButtonRelease, 398, 398, LEFT, NONE)
    (painted,) = viewport.tools.painted(viewport.state)
    assert len(painted.words) == 3


def test_that_points_stay_on_the_image(viewport: Viewport):
    viewport.zoom(0.5)
    take(viewport, KIND.LENGTH)
    drag(viewport, (5, 200), (395, 200))
    assert measurements(viewport)[0].points == ((-0.5, 49.5), (99.5, 49.5))


def test_that_a_new_case_begins_without_the_measurements_of_the_last(viewport: Viewport):
    take(viewport, KIND.PROBE)
    drag(viewport, (100, 100), (100, 100))
    viewport.show_case(ViewState([frame()]))
    assert measurements(viewport) == ()
    viewport.tools.undo()
    assert measurements(viewport) == ()


def test_that_the_magnifier_enlarges_what_is_under_the_mouse_while_it_is_held(viewport: Viewport):
    pixels = np.zeros((100, 100), np.uint16)
    pixels[48:52, 48:52] = 4000
    viewport.show_case(ViewState([Frame(pixels=pixels, windows=(Window(center=2000, width=4000),))]))
    plain = seen(viewport)
    send(viewport, QMouseEvent.Type.MouseMove, 198, 198, NONE, NONE)
    viewport.magnify(True)
    bright = (seen(viewport)[100:300, 100:300, 0] > 200).sum() / (plain[..., 0] > 200).sum()
    assert 4 < bright < 9  # 2.5 times as large both ways
    viewport.magnify(False)
    assert (seen(viewport) == plain).all()


def test_that_cine_paints_every_slice_in_turn_and_begins_again(viewport: Viewport, qtbot: QtBot):
    viewport.show_case(ViewState([frame() for _ in range(4)], [0, 0, 0, 0]))
    viewport.repaint()
    painted: list[int] = []
    viewport.frame_painted.connect(lambda shown: painted.append(shown.frame))
    viewport.cine.change_speed(10)
    viewport.toggle_cine()
    qtbot.waitUntil(lambda: len(painted) >= 9)
    viewport.toggle_cine()
    steps = [(b - a) % 4 for a, b in pairwise(painted)]
    assert set(steps) <= {0, 1}
    assert {0, 1, 2, 3} <= set(painted)
    assert not viewport.cine.is_playing


def test_that_a_single_image_does_not_play_and_a_new_case_stands_still(viewport: Viewport):
    viewport.toggle_cine()
    assert viewport.cine.is_playing
    viewport.show_case(ViewState([frame()]))
    assert not viewport.cine.is_playing
    viewport.toggle_cine()
    assert not viewport.cine.is_playing


def test_that_a_window_can_be_given_by_its_numbers(viewport: Viewport, qtbot: QtBot):
    with qtbot.waitSignal(viewport.window_changed):
        viewport.set_window(40.0, 350.0)
    assert (viewport.state.view.window.center, viewport.state.view.window.width) == (40, 350)


def test_that_cine_waits_until_a_slice_is_on_the_screen(viewport: Viewport):
    viewport.show_case(ViewState([frame() for _ in range(4)], [0, 0, 0, 0]))
    viewport.repaint()
    for _ in range(3):
        viewport.cine.step_due.emit()
    assert viewport.state.view.frame == 1


def test_that_a_double_click_with_a_tool_in_hand_does_not_move_the_picture(viewport: Viewport, qtbot: QtBot):
    viewport.zoom(3)
    scale = viewport.state.view.scale
    take(viewport, KIND.LENGTH)
    qtbot.mouseDClick(viewport, LEFT)
    assert viewport.state.view.scale == scale


def test_that_a_window_drag_paints_no_measurement_anew(viewport: Viewport):
    take(viewport, KIND.ELLIPSE)
    drag(viewport, (100, 100), (160, 160))

    def layer() -> int:
        shown = viewport.tools.painted(viewport.state)
        image = viewport._measured.image(viewport.state, shown, width=SIZE, height=SIZE, ratio=1.0)
        return int(image.cacheKey())

    before = layer()
    viewport.set_window(40.0, 350.0)
    assert layer() == before
    viewport.zoom(2)
    assert layer() != before
