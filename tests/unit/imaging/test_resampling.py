"""Reduced views average, one to one is stored values, enlarged is smooth or blocks: against brute force."""

import numpy as np
import pytest

from realfm_gui.domain.images import Frame, Window
from realfm_gui.imaging.rendering import apply, build_pyramid, lookup_table, resample
from realfm_gui.imaging.view_transform import ViewTransform

HEIGHT, WIDTH = 60, 70


def noise(rows: int = 96, columns: int = 128, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 60000, (rows, columns)).astype(np.uint16)


def view_of(pixels: np.ndarray, transform: ViewTransform, *, smooth: bool = True) -> np.ndarray:
    view = resample(build_pyramid(Frame(pixels=pixels)), transform, HEIGHT, WIDTH, smooth=smooth)
    assert view.rectangle == (0, 0, HEIGHT, WIDTH)
    return view.pixels


def shares(positions: np.ndarray, scale: float, count: int, *, smooth: bool) -> np.ndarray:
    """Return the share of each image pixel in each view pixel along one axis, shape (view, image)."""
    pixels = np.arange(count)
    if scale < 1:  # what the view pixel covers
        low, high = positions[:, None] - 0.5 / scale, positions[:, None] + 0.5 / scale
        share = np.clip(np.minimum(high, pixels + 0.5) - np.maximum(low, pixels - 0.5), 0, None)
    elif smooth:  # straight from centre to centre
        share = np.clip(1 - np.abs(positions[:, None] - pixels), 0, None)
    else:
        share = (np.floor(positions + 0.5)[:, None] == pixels).astype(float)
    return share / share.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("aspect", [1.0, 1.3, 0.6])
@pytest.mark.parametrize("scale", [2.3, 1.4, 0.98, 0.77, 0.71])
@pytest.mark.parametrize("smooth", [True, False])
def test_that_a_view_is_the_image_averaged_or_interpolated_along_each_axis(
    scale: float, aspect: float, smooth: bool
):
    pixels = noise(144, 128)
    transform = ViewTransform(scale=scale, center_row=71.3, center_column=63.1, aspect=aspect)
    found = view_of(pixels, transform, smooth=smooth)
    rows = shares(transform.rows_at(HEIGHT), transform.row_scale, 144, smooth=smooth)
    columns = shares(transform.columns_at(WIDTH), transform.scale, 128, smooth=smooth)
    expected = rows @ pixels.astype(float) @ columns.T
    assert np.abs(found - expected).max() <= 0.51 + 1e-2


@pytest.mark.parametrize("scale", [0.49, 0.37, 0.26, 0.11])
def test_that_no_speck_is_lost_between_view_pixels_wherever_it_lies(scale: float):
    """A microcalcification one pixel wide keeps its share of the light at any place, at any reduction."""
    kept = []
    for column in range(276, 284):
        pixels = np.zeros((440, 640), np.uint16)
        pixels[220, column] = 64000
        transform = ViewTransform(scale=scale, center_row=219.6, center_column=280.2)
        view = resample(build_pyramid(Frame(pixels=pixels)), transform, HEIGHT, WIDTH)
        kept.append(view.pixels.sum() / (64000 * scale**2))
    assert kept == pytest.approx([1.0] * 8, abs=0.02)


@pytest.mark.parametrize("phase", [0.0, 0.25, 0.5, 0.9])
@pytest.mark.parametrize("smooth", [True, False])
def test_that_one_to_one_shows_stored_values_at_any_place(phase: float, smooth: bool):
    pixels = noise()
    transform = ViewTransform(scale=1.0, center_row=47 + phase, center_column=60.5 + phase)
    top = int(np.floor(transform.rows_at(HEIGHT)[0] + 0.5))
    left = int(np.floor(transform.columns_at(WIDTH)[0] + 0.5))
    found = view_of(pixels, transform, smooth=smooth)
    assert np.array_equal(found, pixels[top : top + HEIGHT, left : left + WIDTH])


@pytest.mark.parametrize("factor", [2, 3, 7])
def test_that_the_exact_mode_enlarges_every_pixel_to_a_block(factor: int):
    pixels = noise()
    transform = ViewTransform(scale=factor, center_row=47.5, center_column=63.5)  # a border of four pixels
    found = view_of(pixels, transform, smooth=False)
    blocks = pixels.repeat(factor, 0).repeat(factor, 1)
    top, left = 48 * factor - HEIGHT // 2, 64 * factor - WIDTH // 2
    assert np.array_equal(found, blocks[top : top + HEIGHT, left : left + WIDTH])
    assert not np.array_equal(found, view_of(pixels, transform))


def test_that_the_smooth_mode_goes_straight_from_pixel_to_pixel():
    ramp = np.tile(np.arange(128, dtype=np.uint16) * 400, (96, 1))
    transform = ViewTransform(scale=4.0, center_row=47.5, center_column=63.5)
    found = view_of(ramp, transform)
    assert np.abs(found - transform.columns_at(WIDTH) * 400).max() <= 0.51


def test_that_what_is_painted_one_to_one_is_the_table_of_the_stored_values():
    frame = Frame(pixels=noise(), slope=0.5, intercept=-1000.0, shows_low_as_white=True)
    table = lookup_table(frame, Window(center=9000, width=17000))
    transform = ViewTransform(scale=1.0, center_row=47.5, center_column=63.5)
    painted = apply(resample(build_pyramid(frame), transform, HEIGHT, WIDTH, smooth=False), table)
    assert np.array_equal(painted, table[frame.pixels[18 : 18 + HEIGHT, 29 : 29 + WIDTH]])


@pytest.mark.parametrize("scale", [0.6, 1.0, 2.5])
def test_that_an_even_area_stays_even_in_grey_and_colour(scale: float):
    transform = ViewTransform(scale=scale, center_row=59.7, center_column=80.3)
    assert set(np.unique(view_of(np.full((120, 160), 65535, np.uint16), transform))) == {65535}
    colour = np.full((120, 160, 3), (10, 200, 255), np.uint8)
    assert (view_of(colour, transform) == (10, 200, 255)).all()


def test_that_a_view_beside_the_image_is_empty():
    transform = ViewTransform(scale=0.5, center_row=5000, center_column=5000)
    view = resample(build_pyramid(Frame(pixels=noise())), transform, HEIGHT, WIDTH)
    assert view.pixels.size == 0
