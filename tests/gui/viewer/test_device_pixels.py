"""What is painted at whole and fractional device pixel ratios: every pixel where the geometry says."""

import os
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from realfm_gui.domain.images import Frame, OverlayPlane, Window
from realfm_gui.domain.measurement import Measurement, MeasurementKind
from realfm_gui.domain.prediction import GridGeometry, SaliencyMap
from realfm_gui.gui.viewer.device_pixels import paint_pixels
from realfm_gui.gui.viewer.overlay_layer import OverlayLook
from realfm_gui.gui.viewer.painted_frame import Content
from realfm_gui.gui.viewer.turn import Turn
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.gui.viewer.viewport import Viewport
from realfm_gui.imaging.rendering import lookup_table

WIDTH, HEIGHT = 101, 75
CORNER = QPoint(33, 17)
"""Of the viewport in its window: between two device pixels at most ratios."""
RATIOS = [1.0, 1.25, 1.5, 1.75, 2.0]


class OnScreen(Viewport):
    """A viewport on a screen of some ratio; the off-screen platform itself knows but one."""

    def __init__(self, ratio: float) -> None:
        super().__init__()
        self.ratio = ratio
        self.setMinimumSize(0, 0)
        self.resize(WIDTH, HEIGHT)
        self.has_text = False

    def devicePixelRatioF(self) -> float:  # noqa: N802 - Qt's name
        return self.ratio

    def seen(self) -> np.ndarray:
        """Return what it paints as RGB, shape (device rows, device columns, 3)."""
        image = QImage(
            round((WIDTH + 60) * self.ratio),
            round((HEIGHT + 40) * self.ratio),
            QImage.Format.Format_RGB32,
        )
        image.setDevicePixelRatio(self.ratio)
        image.fill(Qt.GlobalColor.black)
        self.render(image, CORNER)
        everything = np.array(image.constBits(), np.uint8).reshape(image.height(), -1, 4)[..., 2::-1]
        left, top = round(CORNER.x() * self.ratio), round(CORNER.y() * self.ratio)
        width, height = self._device_size()
        return everything[top : top + height, left : left + width].astype(int)


@pytest.fixture(params=RATIOS, ids=str)
def viewport(request: pytest.FixtureRequest, qtbot: QtBot) -> OnScreen:
    made = OnScreen(request.param)
    qtbot.addWidget(made)
    return made


def noise(rows: int = 75, columns: int = 100, **given) -> Frame:
    pixels = np.random.default_rng(3).integers(0, 4096, (rows, columns)).astype(np.uint16)
    return Frame(pixels=pixels, windows=(Window(center=2048, width=4096),), **given)


def shown(viewport: OnScreen, frame: Frame, *, turn: Turn | None = None) -> ViewState:
    state = ViewState([frame])
    viewport.show_case(state)
    if turn is not None:
        state.set_turn(turn)
    return state


def inner(picture: np.ndarray) -> np.ndarray:
    """Leave out the outermost pixels: a widget may end within one."""
    return picture[2:-2, 2:-2]


@pytest.mark.parametrize("factor", [1, 2])
@pytest.mark.parametrize("turn", [Turn(), Turn(quarters=1), Turn(quarters=2, is_mirrored=True)], ids=str)
def test_that_the_exact_mode_paints_the_table_of_the_stored_values(
    viewport: OnScreen, factor: int, turn: Turn
):
    state = shown(viewport, noise(), turn=turn)
    viewport.toggle_exact()
    viewport.one_to_one()
    viewport.zoom(factor)
    table = lookup_table(state.frame, state.view.window)
    width, height = viewport._device_size()
    y, x = np.mgrid[2 : height - 2, 2 : width - 2] + 0.5
    origin, across, down = (np.array(state.image_at(*at)) for at in ((0, 0), (1, 0), (0, 1)))
    columns, rows = (
        np.floor(origin[i] + x * (across - origin)[i] + y * (down - origin)[i] + 0.5 + 1e-9).astype(int)
        for i in (0, 1)
    )
    is_inside = (rows >= 0) & (rows < 75) & (columns >= 0) & (columns < 100)
    expected = np.where(is_inside, table[state.frame.pixels[rows % 75, columns % 100]], 0)
    found = inner(viewport.seen())
    assert np.array_equal(found[..., 0], expected)
    assert np.array_equal(found[..., 1], found[..., 0])


def test_that_smooth_is_between_the_pixels_and_exact_is_not(viewport: OnScreen):
    shown(viewport, noise(10, 12))
    smooth = viewport.seen()
    viewport.toggle_exact()
    assert len(np.unique(viewport.seen())) <= 121 < len(np.unique(smooth))
    viewport.reset()
    assert np.array_equal(viewport.seen(), smooth)


def ends_of(is_marked: np.ndarray) -> tuple[int, int, int, int]:
    """Return the edges of what is marked in device pixels: left, top, right, bottom."""
    rows, columns = np.nonzero(is_marked)
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def edges_on_screen(state: ViewState, left: float, top: float, right: float, bottom: float) -> list[float]:
    corners = [state.screen_at((left, top)), state.screen_at((right, bottom))]
    xs, ys = zip(*corners, strict=True)
    return [min(xs), min(ys), max(xs), max(ys)]


TURNS = [Turn(), Turn(quarters=3), Turn(is_mirrored=True)]


@pytest.mark.parametrize("turn", TURNS, ids=str)
def test_that_the_edges_of_a_cell_of_the_map_lie_within_half_a_device_pixel(viewport: OnScreen, turn: Turn):
    state = shown(viewport, noise(), turn=turn)
    plain = viewport.seen()
    values = np.zeros((15, 20), np.float32)
    values[6:9, 7:13] = 1.0
    geometry = GridGeometry(row_offset=2.0, row_step=5, column_offset=2.0, column_step=5)
    viewport.set_saliency(SaliencyMap(values=values, geometry=geometry, method="m"), (0.0, 1.0))
    viewport.set_overlay_look(OverlayLook(opacity=1.0, threshold=0.5))
    found = ends_of((viewport.seen() != plain).any(axis=2))
    # Half way between the centres of a cell of 1 and one of 0 lies their common edge.
    expected = edges_on_screen(state, 34.5, 29.5, 64.5, 44.5)
    assert found == pytest.approx(expected, abs=0.51)


@pytest.mark.parametrize("turn", TURNS, ids=str)
def test_that_an_overlay_of_the_file_lies_on_its_pixels(viewport: OnScreen, turn: Turn):
    mask = np.zeros((75, 100), np.bool_)
    mask[20:50, 30:60] = True
    pixels = np.full((75, 100), 500, np.uint16)
    state = shown(viewport, Frame(pixels=pixels, overlays=(OverlayPlane(mask=mask),)), turn=turn)
    viewport.set_window(500, 1000)
    viewport.zoom(1.3)
    is_drawn = (viewport.seen() == 255).all(axis=2)
    assert ends_of(is_drawn) == pytest.approx(edges_on_screen(state, 29.5, 19.5, 59.5, 49.5), abs=0.51)
    viewport.toggle_annotations()
    assert viewport.seen().max() < 255


def test_that_a_measured_line_lies_on_its_points(viewport: OnScreen):
    black = Frame(pixels=np.zeros((75, 100), np.uint16), windows=(Window(center=50, width=100),))
    state = shown(viewport, black)
    points = ((5.0, 30.0), (40.0, 30.0))
    line = Measurement(measurement_id="m-1", kind=MeasurementKind.LENGTH, frame=0, points=points)
    viewport.tools.show_measurements([line])
    (left, y), (right, _) = (state.screen_at(point) for point in points)
    between = slice(int(left) + 4, int(right) - 4)  # its ends have dots
    drawn = viewport.seen()[2:-2, between, 0]
    rows = np.arange(len(drawn)) + 2.5
    assert (drawn * rows[:, None]).sum() / drawn.sum() == pytest.approx(y, abs=0.5)


ON_THE_PLATFORM = """
import numpy as np
from PySide6.QtWidgets import QApplication, QWidget
application = QApplication([])
from realfm_gui.domain.images import Frame, Window
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.gui.viewer.viewport import Viewport
from realfm_gui.imaging.rendering import lookup_table
pixels = np.random.default_rng(3).integers(0, 4096, (700, 700)).astype(np.uint16)
window = QWidget()
window.resize(430, 330)
viewport = Viewport(window)
viewport.setGeometry(33, 17, 333, 251)
viewport.has_text = False
window.show()
viewport.clearFocus()
state = ViewState([Frame(pixels=pixels, windows=(Window(center=2048, width=4096),))])
viewport.show_case(state)
viewport.toggle_exact()
viewport.one_to_one()
image = window.grab().toImage()
image = image.convertToFormat(image.Format.Format_RGB32)
grey = np.array(image.constBits(), np.uint8).reshape(image.height(), -1, 4)[..., 0]
ratio = window.devicePixelRatioF()
width, height = viewport._device_size()
left, top = round(33 * ratio), round(17 * ratio)
column, row = (int(np.floor(part + 0.5)) for part in state.image_at(0.5, 0.5))
table = lookup_table(state.frame, state.view.window)
expected = table[pixels[row : row + height, column : column + width]]
found = grey[top : top + height, left : left + width]
inner = (slice(2, -2), slice(2, -2))
grabbed = viewport.grab()
is_whole = (grabbed.width(), grabbed.height()) == (width, height)
print(ratio, np.array_equal(found[inner], expected[inner]), is_whole)
"""


@pytest.mark.parametrize("ratio", ["1.25", "1.5"])
def test_that_a_scaled_screen_of_the_platform_itself_shows_stored_values_one_to_one(ratio: str):
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": ratio}
    done = subprocess.run(
        [sys.executable, "-c", ON_THE_PLATFORM], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout.split() == [ratio, "True", "True"]


@pytest.mark.parametrize("ratio", [1.25, 1.75])
@pytest.mark.parametrize("across", range(7, 190, 26))
def test_that_an_image_is_put_down_without_a_pixel_doubled_or_left_out(ratio: float, across: int):
    """A scaled copy onto a place between device pixels doubles a column at some widths."""
    width, height = round((1111 + across) * ratio), 24
    grey = np.random.default_rng(across).integers(0, 256, (height, width)).astype(np.uint8)
    image = QImage(grey.data, width, height, width, QImage.Format.Format_Grayscale8)
    screen = QImage(width + 400, height + 40, QImage.Format.Format_RGB32)
    screen.setDevicePixelRatio(ratio)
    painter = QPainter(screen)
    painter.translate(across, 5)
    paint_pixels(painter, image, ratio=ratio)
    painter.end()
    seen = np.array(screen.constBits(), np.uint8).reshape(screen.height(), -1, 4)[..., 0]
    left, top = round(across * ratio), round(5 * ratio)
    assert np.array_equal(seen[top : top + height, left : left + width], grey)


def test_that_the_magnifier_of_a_small_viewport_leaves_its_surroundings_to_be_seen(viewport: OnScreen):
    state = shown(viewport, noise())
    plain = viewport.seen()
    viewport._mouse = QPointF(WIDTH / 2, HEIGHT / 2)
    viewport.magnify(True)
    changed = (viewport.seen() != plain).any(axis=2)
    assert changed.mean() > 0.2
    left, top, right, bottom = ends_of(changed)
    assert max(right - left, bottom - top) <= 0.75 * min(state.upright_size) + 4


@pytest.mark.parametrize(("width", "is_said"), [(300, True), (120, False)])
def test_that_an_explanation_without_room_is_left_out_and_not_cut_off(viewport, width: int, is_said: bool):
    viewport.resize(width, 90)
    title = "This image cannot be shown"
    viewport.show_words(Content.FAILED, title, "The file is truncated after 12 of 34 fragments.")
    with_detail = viewport.grab().toImage()
    viewport.show_words(Content.FAILED, title)
    assert (with_detail != viewport.grab().toImage()) == is_said
