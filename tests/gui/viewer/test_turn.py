"""Quarter turns and flips: pixels, places, letters and measurements go together."""

import itertools

import numpy as np
import pytest

from realfm_gui.domain.images import Frame, Window
from realfm_gui.domain.prediction import GridGeometry, SaliencyMap
from realfm_gui.gui.viewer.corner_text import corner_text, scale_bar
from realfm_gui.gui.viewer.orientation import EdgeLetters
from realfm_gui.gui.viewer.overlay_layer import OverlayLayer, OverlayLook
from realfm_gui.gui.viewer.picture_layer import PictureLayer
from realfm_gui.gui.viewer.turn import Turn
from realfm_gui.gui.viewer.view_state import ViewState

ALL = [Turn(quarters=q, is_mirrored=m) for q, m in itertools.product(range(4), (False, True))]
WIDTH, HEIGHT = 60, 40
LETTERS = EdgeLetters(left="R", right="L", top="A", bottom="P")


def marked(**given) -> Frame:
    """Return a dark frame with one bright pixel, at column 7, row 3 of 20 x 30."""
    pixels = np.zeros((20, 30), np.uint16)
    pixels[3, 7] = 1000
    windows = (Window(center=500, width=1000, function="linear_exact"),)
    return Frame(pixels=pixels, **({"windows": windows} | given))


def state(turn: Turn, frame: Frame | None = None) -> ViewState:
    made = ViewState([frame or marked()])
    made.resize(width=WIDTH, height=HEIGHT)
    made.set_turn(turn)
    return made


def grey(view: ViewState) -> np.ndarray:
    image = PictureLayer().image(view, width=WIDTH, height=HEIGHT)
    assert (image.width(), image.height()) == (WIDTH, HEIGHT)
    return np.array(image.constBits(), np.uint8).reshape(HEIGHT, image.bytesPerLine())[:, :WIDTH]


@pytest.mark.parametrize("turn", ALL, ids=str)
def test_that_a_pixel_is_painted_where_its_position_says(turn: Turn):
    view = state(turn)
    seen = grey(view).astype(float)
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    middle = ((seen * columns).sum() / seen.sum() + 0.5, (seen * rows).sum() / seen.sum() + 0.5)
    assert view.screen_at((7, 3)) == pytest.approx(middle, abs=0.6)


@pytest.mark.parametrize("turn", ALL, ids=str)
def test_that_screen_and_image_positions_are_each_others_inverse(turn: Turn):
    view = state(turn)
    view.zoom_at(3.0, x=11.0, y=23.0)
    assert view.image_at(*view.screen_at((4.25, 13.5))) == pytest.approx((4.25, 13.5))
    assert view.screen_map()((4.25, 13.5)) == pytest.approx(view.screen_at((4.25, 13.5)))


@pytest.mark.parametrize("turn", ALL, ids=str)
def test_that_zoom_and_pan_follow_the_mouse_on_a_turned_picture(turn: Turn):
    view = state(turn)
    under = view.image_at(20.0, 15.0)
    view.zoom_at(2.0, x=20.0, y=15.0)
    assert view.image_at(20.0, 15.0) == pytest.approx(under)
    view.pan(3.0, -2.0)
    assert view.screen_at(under) == pytest.approx((23.0, 13.0))


def test_that_turning_to_the_right_brings_the_left_edge_to_the_top():
    assert Turn().turned(1).letters(LETTERS) == EdgeLetters(top="R", right="A", bottom="L", left="P")
    assert Turn().turned(-1).letters(LETTERS) == EdgeLetters(top="L", right="P", bottom="R", left="A")


@pytest.mark.parametrize("turn", ALL, ids=str)
def test_that_flips_swap_what_is_on_the_screen_whatever_was_done_before(turn: Turn):
    now = turn.letters(LETTERS)
    across = turn.flipped_across().letters(LETTERS)
    assert (across.left, across.right, across.top, across.bottom) == (
        now.right,
        now.left,
        now.top,
        now.bottom,
    )
    down = turn.flipped_down().letters(LETTERS)
    assert (down.left, down.right, down.top, down.bottom) == (now.left, now.right, now.bottom, now.top)


@pytest.mark.parametrize("turn", ALL, ids=str)
def test_that_the_letters_are_on_the_side_of_the_pixels_they_name(turn: Turn):
    view = state(turn, marked(orientation=(1.0, 0, 0, 0, 1.0, 0)))
    edges = {"R": (-0.5, 9.5), "L": (29.5, 9.5), "A": (14.5, -0.5), "P": (14.5, 19.5)}
    middle = view.screen_at((14.5, 9.5))
    written = corner_text(view, longest_bar_px=10).letters
    for letter, place in edges.items():
        x, y = view.screen_at(place)
        side = ("right" if x > middle[0] else "left") if abs(x - middle[0]) > 1 else None
        side = side or ("bottom" if y > middle[1] else "top")
        assert getattr(written, side) == letter


def test_that_four_turns_and_two_flips_are_none():
    assert Turn().turned(1).turned(3).is_plain
    for turn in ALL:
        assert turn.flipped_across().flipped_across() == turn
        assert turn.flipped_down().flipped_down() == turn


def test_that_a_fitted_picture_fits_on_its_side():
    assert state(Turn()).scale == 2.0
    assert state(Turn(quarters=1)).scale == pytest.approx(40 / 30)


@pytest.mark.parametrize("turn", ALL, ids=str)
def test_that_the_map_lies_on_the_picture_however_it_is_turned(turn: Turn):
    view, layer = state(turn), OverlayLayer()
    values = np.zeros((2, 3), np.float32)
    values[0, 2] = 1.0  # columns 20 to 29, rows 0 to 9
    geometry = GridGeometry(row_offset=4.5, row_step=10, column_offset=4.5, column_step=10)
    layer.saliency = SaliencyMap(values=values, geometry=geometry, method="m")
    layer.look = OverlayLook(opacity=1.0, threshold=0.9)
    picture = PictureLayer()
    picture.image(view, width=WIDTH, height=HEIGHT)
    image = layer.image(view, picture.rectangle, width=WIDTH, height=HEIGHT)
    assert image is not None
    alpha = np.array(image.constBits(), np.uint8).reshape(HEIGHT, WIDTH, 4)[..., 3]
    x, y = view.screen_at((26, 2))
    assert alpha[int(y), int(x)] > 0
    x, y = view.screen_at((4, 16))
    assert alpha[int(y), int(x)] == 0


def test_that_the_scale_bar_of_a_picture_on_its_side_is_that_of_its_rows():
    image = marked(spacing_mm=(2.0, 1.0), spacing_kind="patient", aspect=2.0)
    along = scale_bar(image, scale=1.0, longest_px=25)
    on_side = scale_bar(image, scale=1.0, longest_px=25, is_along_rows=True)
    assert along is not None
    assert on_side is not None
    assert (along.length_px, on_side.length_px) == (20, 20)  # a millimetre is one on the screen either way


@pytest.mark.parametrize("turn", [Turn(quarters=2), Turn(is_mirrored=True)], ids=str)
def test_that_turning_paints_anew_where_zoom_and_size_stay_the_same(turn: Turn):
    view, layer = state(Turn()), PictureLayer()
    before = layer.image(view, width=WIDTH, height=HEIGHT).copy()
    view.set_turn(turn)
    assert layer.image(view, width=WIDTH, height=HEIGHT) != before
