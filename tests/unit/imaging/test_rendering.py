"""What the viewport paints, and exactly where."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from realfm_gui.domain.images import Frame, Window
from realfm_gui.domain.prediction import GridGeometry, SaliencyMap
from realfm_gui.imaging.overlay import colour_bar, paint_saliency
from realfm_gui.imaging.rendering import (
    ViewTransform,
    apply,
    build_pyramid,
    default_window,
    fit,
    lookup_table,
    resample,
)

VIEWS = [(400, 500), (401, 501)]
TRANSFORMS = [
    pytest.param(ViewTransform(scale=1.0, center_row=40.0, center_column=52.0), id="1:1"),
    pytest.param(ViewTransform(scale=3.7, center_row=41.3, center_column=50.9), id="zoomed"),
    pytest.param(ViewTransform(scale=16.0, center_row=38.5, center_column=56.5), id="far in"),
    pytest.param(ViewTransform(scale=2.2, center_row=45.0, center_column=47.2, aspect=1.6), id="tall pixels"),
    pytest.param(ViewTransform(scale=5.1, center_row=39.1, center_column=55.0, aspect=0.5), id="flat pixels"),
]
LANDMARK = (37, 58)


def grey(pixels: np.ndarray, **attributes: object) -> Frame:
    return Frame(pixels=np.ascontiguousarray(pixels, np.uint16), **attributes)


def centre_of(weights: np.ndarray) -> tuple[float, float]:
    rows, columns = np.indices(weights.shape)
    return float((rows * weights).sum() / weights.sum()), float((columns * weights).sum() / weights.sum())


@pytest.mark.parametrize(("height", "width"), VIEWS)
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_that_view_and_image_positions_are_inverse(transform, height, width) -> None:
    for row, column in [(0.0, 0.0), (12.25, 99.5), (-3.0, 700.0)]:
        y, x = transform.image_to_view(row, column, height, width)
        assert transform.view_to_image(y, x, height, width) == pytest.approx((row, column), abs=1e-9)


def test_that_zooming_keeps_the_place_under_the_pointer() -> None:
    transform = ViewTransform(scale=1.3, center_row=10, center_column=20, aspect=1.2)
    zoomed = transform.zoomed(2.5, 33, 44, 300, 400)
    assert zoomed.view_to_image(33, 44, 300, 400) == pytest.approx(transform.view_to_image(33, 44, 300, 400))
    assert zoomed.scale == pytest.approx(3.25)


def test_that_panning_moves_the_picture_by_as_many_view_pixels() -> None:
    transform = ViewTransform(scale=1.3, center_row=10, center_column=20, aspect=1.2)
    y, x = transform.image_to_view(5, 6, 300, 400)
    assert transform.panned(7, -9).image_to_view(5, 6, 300, 400) == pytest.approx((y + 7, x - 9))


@pytest.mark.parametrize(("height", "width"), VIEWS)
@pytest.mark.parametrize("smooth", [True, False])
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_that_a_bright_pixel_is_painted_where_the_transform_says(transform, smooth, height, width) -> None:
    pixels = np.zeros((90, 110))
    pixels[LANDMARK] = 60000
    view = resample(build_pyramid(grey(pixels)), transform, height, width, smooth=smooth)
    painted = np.zeros((height, width))
    top, left, bottom, right = view.rectangle
    painted[top:bottom, left:right] = view.pixels
    expected = transform.image_to_view(*LANDMARK, height, width)
    # Nearest fills the pixel's whole cell: its centre is right to half a view pixel.
    assert centre_of(painted) == pytest.approx(expected, abs=0.06 if smooth and transform.scale > 2 else 0.5)


@pytest.mark.parametrize(("height", "width"), VIEWS)
@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_that_the_peak_of_a_map_lies_on_its_pixel(transform, native, height, width) -> None:
    """A map as fine as the image: painted pixel and painted cell must coincide, whatever the zoom."""
    pixels = np.zeros((90, 110))
    pixels[LANDMARK] = 60000
    view = resample(build_pyramid(grey(pixels)), transform, height, width, smooth=not native)
    image = np.zeros((height, width))
    top, left, bottom, right = view.rectangle
    image[top:bottom, left:right] = view.pixels
    saliency = SaliencyMap(
        values=(pixels / 60000).astype(np.float32),
        geometry=GridGeometry(row_offset=0, row_step=1, column_offset=0, column_step=1),
        method="planted",
    )
    alpha = paint_saliency(
        saliency, transform, height, width, threshold=0.05, opacity=1.0, value_range=(0, 1), native=native
    )[..., 3]
    if transform.scale == 1.0 and not native:  # the picture is not interpolated there, the map is
        assert centre_of(alpha) == pytest.approx(centre_of(image), abs=0.51)
    else:
        assert np.array_equal(alpha > 0, image >= 0.05 * 60000)


@pytest.mark.parametrize(("rows", "columns"), [(7, 7), (8, 5)])
@pytest.mark.parametrize("transform", TRANSFORMS)
def test_that_a_coarse_cell_is_painted_around_its_centre_on_the_image(transform, rows, columns) -> None:
    values = np.zeros((rows, columns), np.float32)
    values[3, 2] = 1.0
    geometry = GridGeometry(row_offset=4.5, row_step=11.0, column_offset=9.0, column_step=17.5)
    saliency = SaliencyMap(values=values, geometry=geometry, method="planted")
    height, width = 2000, 3001
    rgba = paint_saliency(
        saliency, transform, height, width, threshold=0.5, opacity=1.0, value_range=(0, 1), native=True
    )
    painted = np.argwhere(rgba[..., 3] > 0)
    middle = (painted.min(axis=0) + painted.max(axis=0)) / 2
    expected = transform.image_to_view(*geometry.to_image(3, 2), height, width)
    assert middle == pytest.approx(expected, abs=0.51)
    extent = painted.max(axis=0) - painted.min(axis=0) + 1
    assert extent == pytest.approx((11.0 * transform.row_scale, 17.5 * transform.scale), abs=1.01)


def test_that_a_half_pixel_shift_of_the_map_would_be_seen() -> None:
    """The landmark tests must not be blind to the classic mistake."""
    transform = ViewTransform(scale=16.0, center_row=38.5, center_column=56.5)
    values = np.zeros((90, 110), np.float32)
    values[LANDMARK] = 1.0
    right = GridGeometry(row_offset=0, row_step=1, column_offset=0, column_step=1)
    saliency = SaliencyMap(values=values, geometry=right, method="planted")
    shifted = replace(saliency, geometry=replace(right, row_offset=0.5, column_offset=0.5))
    paint = {"threshold": 0.05, "opacity": 1.0, "value_range": (0.0, 1.0)}
    alphas = [paint_saliency(s, transform, 400, 500, **paint)[..., 3] for s in (saliency, shifted)]
    assert not np.array_equal(*alphas)


def test_that_one_to_one_shows_the_very_pixels() -> None:
    pixels = np.random.default_rng(1).integers(0, 65535, (60, 80))
    transform = ViewTransform(scale=1.0, center_row=29.5, center_column=39.5)
    view = resample(build_pyramid(grey(pixels)), transform, 60, 80)
    assert np.array_equal(view.pixels, pixels)


@pytest.mark.parametrize("shape", [(256, 320), (255, 321)])
def test_that_reduction_averages_and_stays_in_place(shape) -> None:
    """A checkerboard aliases to black or white when pixels are skipped; its average is grey."""
    board = (np.indices(shape).sum(axis=0) % 2) * 60000
    transform = fit(*shape, 1.0, 64, 80)
    view = resample(build_pyramid(grey(board)), transform, 64, 80)
    assert np.abs(view.pixels[2:-2, 2:-2] - 30000.0).max() < 100
    rows, columns = np.indices(shape)
    ramp = resample(build_pyramid(grey(100 * columns + 20 * rows)), transform, 64, 80)
    expected_rows, expected_columns = transform.rows_at(64), transform.columns_at(80)
    expected = 100 * expected_columns[None, :] + 20 * expected_rows[:, None]
    top, left, bottom, right = ramp.rectangle
    inside = (slice(4, -4), slice(4, -4))
    assert np.abs(ramp.pixels - expected[top:bottom, left:right])[inside].max() < 2


def test_that_colour_is_painted_as_it_is_and_black_outside() -> None:
    pixels = np.random.default_rng(2).integers(0, 255, (20, 30, 3)).astype(np.uint8)
    view = resample(
        build_pyramid(Frame(pixels=pixels)),
        ViewTransform(scale=1.0, center_row=9.5, center_column=14.5),
        40,
        50,
    )
    painted = apply(view, None)
    assert np.array_equal(painted[10:30, 10:40], pixels)
    painted[10:30, 10:40] = 0
    assert not painted.any()


def test_that_a_reused_buffer_keeps_nothing_of_the_last_picture() -> None:
    frame = grey(np.full((20, 30), 500), windows=(Window(center=500, width=100),))
    view = resample(build_pyramid(frame), ViewTransform(scale=1, center_row=9.5, center_column=14.5), 40, 50)
    out = np.full((40, 50), 77, np.uint8)
    assert apply(view, lookup_table(frame, frame.windows[0], invert=True), out) is out
    assert set(np.unique(out)) == {0, 126}


@pytest.mark.parametrize(
    ("value", "expected"),
    [(-0.5, 0.0), (0, 0.0), (2047, 127.5 - 255 / 4095 / 2), (4095, 255.0), (4096, 255.0)],
)
def test_that_the_linear_function_is_that_of_the_standard(value, expected) -> None:
    """PS3.3 C.11.2.1.2: c 2048, w 4096 maps 0 to black and 4095 to white, each step equal."""
    frame = grey(np.zeros((2, 2)), stored_offset=32768, slope=0.5)
    table = lookup_table(frame, Window(center=2048, width=4096))
    assert table[int(value * 2) + 32768] == round(expected)


def test_that_a_window_of_width_one_is_a_threshold() -> None:
    table = lookup_table(grey(np.zeros((2, 2))), Window(center=100, width=1))
    assert table[99] == 0
    assert table[100] == 255


@pytest.mark.parametrize(("low_is_white", "invert", "is_white"), [(0, 0, 0), (1, 0, 1), (0, 1, 1), (1, 1, 0)])
def test_that_monochrome1_is_inverted_exactly_once(low_is_white, invert, is_white) -> None:
    frame = grey(np.zeros((2, 2)), shows_low_as_white=bool(low_is_white), padding=(7, 9))
    table = lookup_table(frame, Window(center=2048, width=4096), invert=bool(invert))
    assert table[0] == (255 if is_white else 0)
    assert table[4095] == (0 if is_white else 255)
    assert not table[7:10].any()


def test_that_the_default_window_is_the_first_of_the_file() -> None:
    windows = (Window(center=1, width=2), Window(center=3, width=4))
    assert default_window(grey(np.zeros((2, 2)), windows=windows)) == windows[0]
    flat = default_window(grey(np.full((2, 2), 5)))
    assert flat.width > 0


PLACE = ViewTransform(scale=4.0, center_row=8, center_column=8)


def planted(values: np.ndarray) -> SaliencyMap:
    geometry = GridGeometry(row_offset=2, row_step=4, column_offset=2, column_step=4)
    return SaliencyMap(values=values.astype(np.float32), geometry=geometry, method="planted")


def paint(saliency: SaliencyMap, **changes: object) -> np.ndarray:
    look = {"threshold": -np.inf, "opacity": 0.5, "value_range": (-2.0, 2.0), **changes}
    return paint_saliency(saliency, PLACE, 100, 100, **look)


def test_that_a_flat_map_paints_nothing() -> None:
    assert not paint(planted(np.full((4, 4), 3.0))).any()


def test_that_a_map_covers_its_grid_and_nothing_else() -> None:
    alpha = paint(planted(np.random.default_rng(3).normal(size=(4, 4))))[..., 3]
    covered = np.argwhere(alpha > 0)
    # The grid covers image rows 0 to 16 (edges): 64 view pixels, the centre of the view being row 8.
    assert covered.min(axis=0).tolist() == [18, 18]
    assert covered.max(axis=0).tolist() == [81, 81]
    clipped = paint(planted(np.random.default_rng(3).normal(size=(4, 4))), rectangle=(30, 40, 50, 60))
    assert np.argwhere(clipped[..., 3] > 0).min(axis=0).tolist() == [30, 40]
    assert np.argwhere(clipped[..., 3] > 0).max(axis=0).tolist() == [49, 59]


@pytest.mark.parametrize(
    ("shape", "first", "last"),
    [
        ((16, 16), 16, 79),  # the grid covers the image
        ((17, 17), 16, 83),  # a quarter of a cell is missing at the far edges: filled
        ((20, 20), 16, 79),  # a whole cell is missing: the map of a crop stays as large as it is
    ],
)
def test_that_the_outer_cells_reach_an_image_edge_that_is_near(shape, first: int, last: int) -> None:
    values = np.arange(16, dtype=np.float32).reshape(4, 4) / 8
    geometry = GridGeometry(row_offset=1.5, row_step=4, column_offset=1.5, column_step=4)
    saliency = SaliencyMap(values=values, geometry=geometry, method="planted")
    rgba = paint(saliency, image_shape=shape, native=True)
    covered = np.argwhere(rgba[..., 3] > 0)
    assert covered.min(axis=0).tolist() == [first, first]
    assert covered.max(axis=0).tolist() == [last, last]
    assert np.array_equal(rgba[last, last], rgba[78, 78])


def test_that_the_outer_cells_reach_the_first_row_and_column_of_the_image() -> None:
    geometry = GridGeometry(row_offset=2.5, row_step=4, column_offset=2.5, column_step=4)
    saliency = SaliencyMap(values=np.eye(4, dtype=np.float32), geometry=geometry, method="planted")
    covered = np.argwhere(paint(saliency, image_shape=(17, 17))[..., 3] > 0)
    # The image's first pixel begins at view pixel 50 + 4 * (-0.5 - 8) = 16, the first cell one pixel later.
    assert covered.min(axis=0).tolist() == [16, 16]
    assert np.argwhere(paint(saliency)[..., 3] > 0).min(axis=0).tolist() == [20, 20]


def test_that_the_threshold_is_on_the_raw_scale() -> None:
    values = np.array([[-1.0, 0.4], [0.6, 1.5]])
    shown = paint(planted(values), threshold=0.5, native=True)[..., 3] > 0
    assert [bool(shown[18 + 8 + 16 * i, 18 + 8 + 16 * j]) for i in (0, 1) for j in (0, 1)] == [0, 0, 1, 1]


def test_that_colours_depend_on_the_fixed_range_and_not_on_what_is_in_view() -> None:
    one = paint(planted(np.array([[0.0, 1.0], [1.0, 1.0]])), native=True)
    other = paint(planted(np.array([[0.0, 1.0], [1.0, 2.0]])), native=True)
    assert np.array_equal(one[26, 42], other[26, 42])
    assert not np.array_equal(one[42, 42], other[42, 42])


def test_that_overlay_pixels_are_premultiplied_and_opacity_is_their_alpha() -> None:
    rgba = paint(planted(np.random.default_rng(4).normal(size=(4, 4))), opacity=0.3)
    assert set(np.unique(rgba[..., 3])) == {0, round(255 * 0.3)}
    assert (rgba[..., :3] <= rgba[..., 3:]).all()


def test_that_what_is_not_a_number_is_not_painted() -> None:
    values = np.array([[np.nan, 1.0], [0.0, 2.0]])
    alpha = paint(planted(values), native=True)[..., 3]
    assert alpha[26, 26] == 0
    assert alpha[26, 42] > 0


def test_that_the_colour_bar_is_inferno_and_rises_in_lightness() -> None:
    import matplotlib

    reference = np.array(matplotlib.colormaps["inferno"].colors) * 255
    bar = colour_bar(256)
    assert np.abs(bar[:, :3] - reference).max() < 6
    assert (bar[:, 3] == 255).all()
    luma = bar[:, :3] @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(luma[::4]) > 0).all()  # neighbours may swap in the rounding to 8 bits


def test_that_rendering_is_imported_without_pydicom_and_pillow() -> None:
    code = "import sys, realfm_gui.imaging.rendering, realfm_gui.imaging.overlay;"
    code += "print(sorted({'pydicom', 'PIL', 'gdcm', 'torch', 'PySide6'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
