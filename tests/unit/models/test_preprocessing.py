import numpy as np
import pytest
from numpy.typing import NDArray

from realfm_gui.domain.images import Frame, Window
from realfm_gui.models.preprocessing import brightness, describe, letterbox, to_canvas

SHAPES = [(224, 224), (480, 317), (301, 512), (97, 1031), (60, 41)]


def landmark(shape: tuple[int, int], row: int, column: int, half: int = 3) -> NDArray[np.uint16]:
    pixels = np.full(shape, 100, dtype=np.uint16)
    pixels[row - half : row + half + 1, column - half : column + half + 1] = 3000
    return pixels


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("place", [(0.2, 0.3), (0.5, 0.5), (0.85, 0.6)])
def test_that_a_planted_landmark_comes_back_to_its_pixel(
    shape: tuple[int, int], place: tuple[float, float]
) -> None:
    row, column = round(place[0] * shape[0]), round(place[1] * shape[1])
    canvas, box = to_canvas(Frame(pixels=landmark(shape, row, column)), 192)
    weight = canvas.numpy().astype(np.float64)
    r, c = (np.average(index, weights=weight) for index in np.indices(weight.shape))
    found = box.to_image(r, c)
    # Resampling moves the centre of a square by a fraction of a canvas pixel.
    step = max(shape) / 192
    assert found == pytest.approx((row, column), abs=0.15 * max(1.0, step))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("place", [(0.2, 0.3), (0.5, 0.5), (0.85, 0.6)])
def test_that_the_peak_of_a_coarse_map_lands_on_the_landmark_within_its_cell(
    shape: tuple[int, int], place: tuple[float, float]
) -> None:
    row, column = round(place[0] * shape[0]), round(place[1] * shape[1])
    canvas, box = to_canvas(Frame(pixels=landmark(shape, row, column)), 192)
    cells = canvas.numpy().reshape(6, 32, 6, 32).mean(axis=(1, 3))
    grid = box.grid(first=15.5, step=32)
    peak = np.unravel_index(cells.argmax(), cells.shape)
    found = grid.to_image(float(peak[0]), float(peak[1]))
    assert abs(found[0] - row) <= grid.row_step / 2 + 1
    assert abs(found[1] - column) <= grid.column_step / 2 + 1


def test_that_the_image_corners_map_to_the_corners_of_the_box() -> None:
    box = letterbox(Frame(pixels=np.zeros((100, 300), np.uint16)), 192)
    assert (box.rows, box.columns, box.top, box.left) == (64, 192, 64, 0)
    assert box.to_image(box.top - 0.5, box.left - 0.5) == pytest.approx((-0.5, -0.5))
    assert box.to_image(box.top + box.rows - 0.5, box.left + box.columns - 0.5) == pytest.approx(
        (99.5, 299.5)
    )


def test_that_a_grid_is_placed_per_axis() -> None:
    box = letterbox(Frame(pixels=np.zeros((100, 300), np.uint16)), 192)
    grid = box.grid(first=15.5, step=32)
    assert grid.to_image(2, 0) == pytest.approx(box.to_image(15.5 + 64, 15.5))
    assert grid.to_image(3, 5) == pytest.approx(box.to_image(15.5 + 96, 15.5 + 160))


def test_that_the_displayed_aspect_is_kept() -> None:
    box = letterbox(Frame(pixels=np.zeros((100, 100), np.uint16), aspect=2.0), 64)
    assert (box.rows, box.columns) == (64, 32)


def test_that_low_is_shown_white_where_the_file_says_so() -> None:
    pixels = np.arange(64, dtype=np.uint16).reshape(8, 8)
    upright = brightness(Frame(pixels=pixels))
    inverted = brightness(Frame(pixels=pixels, shows_low_as_white=True))
    np.testing.assert_allclose(upright + inverted, 1.0, atol=1e-6)
    assert upright[0, 0] == 0
    assert upright[-1, -1] == 1


def test_that_brightness_is_invariant_to_window_offset_and_rescale() -> None:
    pixels = np.random.default_rng(1).integers(0, 4000, size=(40, 50)).astype(np.uint16)
    plain = brightness(Frame(pixels=pixels))
    other = brightness(
        Frame(
            pixels=pixels,
            slope=0.5,
            intercept=-1024.0,
            stored_offset=100,
            windows=(Window(center=40.0, width=400.0),),
        )
    )
    np.testing.assert_allclose(other, plain, atol=1e-5)


def test_that_padding_neither_counts_nor_shines() -> None:
    pixels = np.random.default_rng(1).integers(1000, 2000, size=(40, 40)).astype(np.uint16)
    padded = pixels.copy()
    padded[:, :10] = 65535
    shown = brightness(Frame(pixels=padded, padding=(65535, 65535)))
    assert (shown[:, :10] == 0).all()
    np.testing.assert_allclose(shown[:, 10:], brightness(Frame(pixels=pixels[:, 10:].copy())))


def test_that_a_flat_image_is_black_and_colour_is_luma() -> None:
    assert not brightness(Frame(pixels=np.full((9, 9), 7, np.uint16))).any()
    colour = np.zeros((4, 4, 3), np.uint8)
    colour[2:, :, 1] = 200
    shown = brightness(Frame(pixels=colour))
    assert shown.shape == (4, 4)
    assert (shown[2:] > shown[:2]).all()


def test_that_a_lone_small_thing_is_seen() -> None:
    pixels = np.full((100, 100), 7, np.uint16)
    pixels[50, 50] = 9
    shown = brightness(Frame(pixels=pixels))
    assert shown[50, 50] == 1
    assert shown.sum() == 1


def test_that_a_large_image_keeps_its_window_when_sampled() -> None:
    pixels = np.random.default_rng(1).integers(0, 4000, size=(1500, 1500)).astype(np.uint16)
    shown = brightness(Frame(pixels=pixels))
    low, high = np.percentile(pixels, [0.5, 99.5])
    np.testing.assert_allclose(shown, np.clip((pixels - low) / (high - low), 0, 1), atol=2e-3)


def test_that_the_record_names_size_and_window() -> None:
    assert "384 x 384" in describe(384)
    assert "0.5-99.5" in describe(384)
