"""The viewport as the reader's hand and eye meet it."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from realfm_gui.domain.images import Frame, Window
from realfm_gui.domain.prediction import GridGeometry, SaliencyMap
from realfm_gui.gui.viewer import picture_layer
from realfm_gui.gui.viewer.overlay_layer import FLAT_NOTICE, NOTHING_NOTICE, OverlayLook
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.gui.viewer.viewport import Content, Viewport
from realfm_gui.imaging.rendering import lookup_table

SIZE = 400


def frame(value: int = 1000, **given) -> Frame:
    pixels = np.full((100, 100), value, np.uint16)
    return Frame(pixels=pixels, **({"windows": (Window(center=1000, width=400),)} | given))


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
    made.clearFocus()  # the frame that shows the focus is not the picture
    return made


def show(viewport: Viewport, *frames: Frame) -> ViewState:
    state = ViewState(frames)
    viewport.show_case(state)
    return state


def pixels(viewport: Viewport) -> np.ndarray:
    image = viewport.grab().toImage()
    image = image.convertToFormat(image.Format.Format_RGB32)
    return np.array(image.constBits(), np.uint8).reshape(image.height(), -1, 4)[..., :3].astype(int)


def drag(viewport: Viewport, button: Qt.MouseButton, by: QPoint, *, modifiers=Qt.KeyboardModifier.NoModifier):
    start = QPointF(200, 200)
    end = start + QPointF(by)
    none = Qt.MouseButton.NoButton
    for kind, at, pressed, held in (
        (QMouseEvent.Type.MouseButtonPress, start, button, button),
        (QMouseEvent.Type.MouseMove, end, none, button),
        (QMouseEvent.Type.MouseButtonRelease, end, button, none),
    ):
        event = QMouseEvent(kind, at, viewport.mapToGlobal(at), pressed, held, modifiers)
        QApplication.sendEvent(viewport, event)


def wheel(viewport: Viewport, notches: float, *, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    at = QPointF(100, 100)
    event = QWheelEvent(
        at,
        viewport.mapToGlobal(at),
        QPoint(),
        QPoint(0, round(120 * notches)),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def test_that_the_ground_is_pure_black_around_the_picture(viewport: Viewport):
    show(viewport, frame())
    viewport.zoom(0.5)
    seen = pixels(viewport)
    assert seen[:90].max() == 0
    assert seen[200, 200].min() > 0


def test_that_the_grey_on_screen_is_the_grey_of_the_window_written_on_it(viewport: Viewport):
    state = show(viewport, frame(1050))
    drag(viewport, Qt.MouseButton.LeftButton, QPoint(37, -21))
    expected = lookup_table(state.frame, state.view.window)[1050]
    assert pixels(viewport)[200, 200].tolist() == [expected] * 3
    words = viewport.corner_text().status[0]
    assert words == f"W {state.view.window.width:g}  L {state.view.window.center:g}"


def test_that_a_drag_announces_changing_then_changed(viewport: Viewport, qtbot: QtBot):
    show(viewport, frame())
    heard = []
    viewport.window_changing.connect(lambda window: heard.append(("changing", window.width)))
    viewport.window_changed.connect(lambda window: heard.append(("changed", window.width)))
    drag(viewport, Qt.MouseButton.LeftButton, QPoint(40, 0))
    assert heard == [("changing", 440), ("changed", 440)]


def test_that_a_click_changes_nothing(viewport: Viewport, qtbot: QtBot):
    state = show(viewport, frame())
    before = state.view
    with qtbot.assertNotEmitted(viewport.window_changed):
        qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton)
    assert state.view == before


@pytest.mark.parametrize(
    ("button", "modifiers"),
    [
        (Qt.MouseButton.MiddleButton, Qt.KeyboardModifier.NoModifier),
        (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier),
    ],
)
def test_that_middle_and_shift_drag_pan(viewport: Viewport, button, modifiers):
    state = show(viewport, frame())
    before = state.transform().image_to_view(0, 0, SIZE, SIZE)
    drag(viewport, button, QPoint(16, -8), modifiers=modifiers)
    assert state.transform().image_to_view(0, 0, SIZE, SIZE) == pytest.approx((before[0] - 8, before[1] + 16))
    assert state.view.window.width == 400


def test_that_a_right_drag_upwards_zooms_in(viewport: Viewport):
    state = show(viewport, frame())
    drag(viewport, Qt.MouseButton.RightButton, QPoint(0, -80))
    assert state.scale > 6


def test_that_the_wheel_zooms_a_single_image_and_scrolls_a_stack(viewport: Viewport):
    state = show(viewport, frame())
    wheel(viewport, 1)
    assert state.scale == pytest.approx(4 * 1.2)
    stack = show(viewport, *[frame()] * 5)
    wheel(viewport, -1)
    assert (stack.view.frame, stack.view.scale) == (1, None)
    wheel(viewport, 1, modifiers=Qt.KeyboardModifier.ControlModifier)
    assert (stack.view.frame, stack.scale) == (1, pytest.approx(4 * 1.2))


def test_that_small_wheel_movements_add_up_to_a_slice(viewport: Viewport):
    state = show(viewport, *[frame()] * 5)
    for _ in range(3):
        wheel(viewport, -0.25)
    assert state.view.frame == 0
    wheel(viewport, -0.25)
    assert state.view.frame == 1


def test_that_fast_scrolling_paints_every_slice_on_the_way(viewport: Viewport, qtbot: QtBot):
    show(viewport, *[frame(900 + i) for i in range(40)])
    viewport.repaint()
    painted: list[int] = []
    viewport.frame_painted.connect(lambda shown: painted.append(shown.frame))
    for _ in range(10):
        wheel(viewport, -3)
    qtbot.waitUntil(lambda: bool(painted) and painted[-1] == 30)
    seen = list(dict.fromkeys(painted))
    assert seen == list(range(1, 31))


def test_that_turning_round_stops_what_was_still_ahead(viewport: Viewport, qtbot: QtBot):
    state = show(viewport, *[frame()] * 40)
    viewport.repaint()
    wheel(viewport, -20)
    wheel(viewport, 1)
    qtbot.waitUntil(lambda: not viewport._steps and not viewport._is_step_unpainted)
    assert state.view.frame < 3


def test_that_a_window_drag_resamples_nothing(viewport: Viewport, monkeypatch: pytest.MonkeyPatch):
    show(viewport, frame())
    viewport.repaint()
    calls = []
    resample = picture_layer.resample
    monkeypatch.setattr(picture_layer, "resample", lambda *a, **k: calls.append(1) or resample(*a, **k))
    drag(viewport, Qt.MouseButton.LeftButton, QPoint(30, 0))
    viewport.repaint()
    assert calls == []
    viewport.zoom(2)
    viewport.repaint()
    assert calls == [1]


def test_that_a_double_click_on_the_picture_is_told(viewport: Viewport, qtbot: QtBot):
    show(viewport, frame())
    with qtbot.waitSignal(viewport.double_clicked):
        qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("content", [Content.PAUSED, Content.LOADING, Content.FAILED, Content.EMPTY])
def test_that_words_take_the_place_of_the_picture_and_nothing_moves_behind_them(
    viewport: Viewport, content: Content
):
    state = show(viewport, frame())
    before = state.view
    viewport.show_words(content, "")
    assert pixels(viewport).max() == 0
    drag(viewport, Qt.MouseButton.LeftButton, QPoint(30, 0))
    wheel(viewport, 1)
    viewport.invert()
    viewport.choose_preset(1)
    viewport.step(1)
    assert state.view == before


def test_that_words_are_painted(viewport: Viewport):
    viewport.show_words(Content.FAILED, "This image cannot be shown", "The file is truncated.")
    assert pixels(viewport).max() > 100


def test_that_invert_swaps_black_and_white(viewport: Viewport):
    show(viewport, frame(1100))
    before = pixels(viewport)[200, 200, 0]
    viewport.invert()
    assert pixels(viewport)[200, 200, 0] == 255 - before


def test_that_a_colour_picture_is_painted_as_it_is_and_has_no_window(viewport: Viewport):
    rgb = np.zeros((100, 100, 3), np.uint8)
    rgb[...] = (200, 100, 50)
    state = show(viewport, Frame(pixels=rgb))
    drag(viewport, Qt.MouseButton.LeftButton, QPoint(30, 0))
    assert pixels(viewport)[200, 200].tolist() == [50, 100, 200]  # BGR in memory
    assert viewport.corner_text().status == (f"×{state.scale:.2g}",)


def saliency(values: np.ndarray, index: int = 0) -> SaliencyMap:
    step = 100 / len(values)
    geometry = GridGeometry(
        row_offset=step / 2 - 0.5, row_step=step, column_offset=step / 2 - 0.5, column_step=step
    )
    return SaliencyMap(values=values.astype(np.float32), geometry=geometry, method="m", frame=index)


def test_that_opacity_and_threshold_change_what_the_map_covers(viewport: Viewport):
    show(viewport, frame())
    plain = pixels(viewport)
    viewport.set_saliency(saliency(np.linspace(0, 1, 16).reshape(4, 4)))
    viewport.set_overlay_look(OverlayLook(opacity=1, threshold=0))
    everywhere = np.any(pixels(viewport) != plain, axis=2).mean()
    viewport.set_overlay_look(OverlayLook(opacity=1, threshold=0.8))
    some = np.any(pixels(viewport) != plain, axis=2).mean()
    assert everywhere > 0.99
    assert 0.05 < some < 0.4
    viewport.set_overlay_look(OverlayLook(opacity=0, threshold=0))
    assert (pixels(viewport) == plain).all()


def test_that_a_map_is_painted_on_its_own_slice_only(viewport: Viewport):
    show(viewport, frame(), frame())
    plain = pixels(viewport)
    viewport.set_saliency(saliency(np.eye(4), index=1))
    assert (pixels(viewport) == plain).all()
    viewport.go_to_frame(1)
    assert (pixels(viewport) != plain).any()


def test_that_a_flat_map_is_said_to_be_flat_and_paints_nothing(viewport: Viewport):
    show(viewport, frame())
    plain = pixels(viewport)
    viewport.set_saliency(saliency(np.full((4, 4), 0.3)))
    assert (pixels(viewport) == plain).all()
    assert FLAT_NOTICE in viewport.corner_text().notices
    viewport.toggle_overlay()
    assert viewport.corner_text().notices == ()


def test_that_one_colour_means_the_same_in_every_case(viewport: Viewport):
    show(viewport, frame())
    look = OverlayLook(opacity=1, threshold=0)
    viewport.set_overlay_look(look)
    seen = []
    for highest in (1.0, 4.0):  # the same cell beside a weak and a strong one
        values = np.zeros((4, 4))
        values[1:3, :2], values[1:3, 2:] = 0.8, highest
        viewport.set_saliency(saliency(values), (0.0, 4.0))
        seen.append(pixels(viewport)[200, 50].tolist())
    assert seen[0] == seen[1]
    viewport.set_saliency(saliency(np.array([[0, 0.8], [0.8, 1.0]])))  # on its own scale it looks strong
    assert pixels(viewport)[300, 50].sum() > sum(seen[0])


def test_that_a_map_weak_among_all_cases_paints_nothing_and_says_so(viewport: Viewport):
    show(viewport, frame())
    plain = pixels(viewport)
    weak = saliency(np.linspace(0, 0.2, 16).reshape(4, 4))
    viewport.set_saliency(weak, (0.0, 1.0))
    assert (pixels(viewport) == plain).all()
    assert NOTHING_NOTICE in viewport.corner_text().notices
    viewport.set_overlay_look(OverlayLook(threshold=0.1))
    assert (pixels(viewport) != plain).any()
    assert viewport.corner_text().notices == ()


def test_that_a_map_reaches_the_edges_of_the_image(viewport: Viewport):
    show(viewport, frame())
    plain = pixels(viewport)
    geometry = GridGeometry(row_offset=16, row_step=25, column_offset=16, column_step=25)
    values = np.linspace(0.5, 1, 16, dtype=np.float32).reshape(4, 4)
    viewport.set_saliency(SaliencyMap(values=values, geometry=geometry, method="m"), (0.0, 1.0))
    assert np.any(pixels(viewport) != plain, axis=2).all()


def test_that_the_corner_text_hides_with_one_command(viewport: Viewport):
    show(viewport, frame(0))
    assert pixels(viewport).max() == 0
    viewport.toggle_text()
    assert pixels(viewport).max() > 100


def test_that_a_new_case_never_shows_the_map_of_the_one_before(viewport: Viewport):
    show(viewport, frame())
    viewport.set_saliency(saliency(np.eye(4)))
    show(viewport, frame())
    assert not viewport.is_overlay_visible
