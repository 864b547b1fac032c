"""Cuts through volumes of known values: straight, tilted, flipped, oblique, anisotropic, uneven."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from realfm_gui.domain.image_stack import nearest_slice
from realfm_gui.domain.patient_geometry import MainPlane, Plane, direction_letters, plane_of, reference_line
from realfm_gui.imaging.crosshair import Crosshair, centred, cut_plane, scroll_range_mm, scroll_step_mm
from realfm_gui.imaging.planes import reformat, reformattable, stack_of_volume, view_pixels, view_plane
from realfm_gui.imaging.rendering import apply, lookup_table
from realfm_gui.imaging.view_transform import ViewTransform, fit

from .made_volumes import AXIAL, made_volume, ramp, ramps, straight

RAMPS = ramps()


def places(plane: Plane) -> np.ndarray:
    rows, columns = np.mgrid[: plane.shape[0], : plane.shape[1]]
    return plane.position_mm(rows, columns)


def is_deep_inside(source, at: np.ndarray) -> np.ndarray:
    """Return which patient places lie between the outermost voxels' centres: nothing is repeated there."""
    voxels = source.per_mm(at.reshape(-1, 3).T).T + source.to_voxels[:3, 3]
    counts = np.array(source.volume.voxels.shape)
    return ((voxels >= 0) & (voxels <= counts - 1)).all(axis=1).reshape(at.shape[:-1])


def assert_ramp(source, plane: Plane) -> int:
    frame = reformat(source, plane)
    at = places(plane)
    inside = is_deep_inside(source, at)
    expected = ramp(at[..., 0], at[..., 1], at[..., 2])
    # Voxels are whole numbers: rounding twice (voxel, result) is all that is allowed.
    assert np.abs(frame.values() - expected)[inside].max(initial=0) <= 1.01
    if frame.shutter is not None:
        assert not frame.shutter[inside].any()
    return int(inside.sum())


@pytest.mark.parametrize("cut", MainPlane)
@pytest.mark.parametrize("name", RAMPS)
def test_that_a_ramp_is_cut_exactly_however_the_volume_lies(name: str, cut: MainPlane) -> None:
    source = RAMPS[name]
    cross = centred(source).moved(np.add(centred(source).position_mm, (0.3, -0.4, 0.7)))
    assert assert_ramp(source, cut_plane(source, cross, cut, spacing_mm=0.83)) > 200


@pytest.mark.parametrize("name", RAMPS)
@settings(max_examples=15, deadline=None)
@given(
    turns=st.lists(st.tuples(st.sampled_from(MainPlane), st.floats(-180, 180)), min_size=1, max_size=3),
    cut=st.sampled_from(MainPlane),
)
def test_that_a_ramp_is_cut_exactly_in_any_direction(name: str, turns, cut: MainPlane) -> None:
    source = RAMPS[name]
    cross = centred(source)
    for about, degrees in turns:
        cross = cross.turned(about, degrees)
    assert assert_ramp(source, cut_plane(source, cross, cut)) > 20


def test_that_the_slices_of_a_volume_come_back_as_they_are() -> None:
    for name, source in RAMPS.items():
        stack = stack_of_volume(source.volume)
        for smooth in (True, False):
            frame = reformat(source, stack.plane(5), smooth=smooth)
            assert np.array_equal(frame.values(), source.volume.values(5)), name
            assert frame.shutter is None


def test_that_the_nearest_voxel_is_shown_where_nothing_shall_be_smoothed() -> None:
    rng = np.random.default_rng(0)
    noise = made_volume(lambda x, y, z: rng.integers(-500, 500, x.shape), straight(6), shape=(7, 8))
    source = reformattable(noise)
    cross = centred(source).turned(MainPlane.AXIAL, 33).turned(MainPlane.CORONAL, 21)
    for cut in MainPlane:
        plane = cut_plane(source, cross, cut, spacing_mm=0.37)
        frame = reformat(source, plane, smooth=False)
        voxels = source.per_mm(places(plane).reshape(-1, 3).T).T + source.to_voxels[:3, 3]
        nearest = np.floor(voxels + 0.5).astype(int)
        shown = ((nearest >= 0) & (nearest < noise.voxels.shape)).all(axis=1).reshape(plane.shape)
        # On the border of two voxels either may be the nearest.
        clear = (np.abs(voxels - np.floor(voxels) - 0.5) > 1e-3).all(axis=1).reshape(plane.shape)
        assert frame.shutter is not None
        assert np.array_equal(~frame.shutter[clear], shown[clear])
        slices, rows, columns = (nearest.T.reshape(3, *plane.shape))[:, shown & clear]
        assert np.array_equal(frame.values()[shown & clear], noise.voxels[slices, rows, columns])


def test_that_a_tilted_gantry_is_set_upright() -> None:
    # A rod along the table, through patient (5, 10): in slices tilted by 20° it wanders, in an axial cut not.
    t = math.radians(20)
    leaning = (1.0, 0.0, 0.0, 0.0, math.cos(t), math.sin(t))
    rod = made_volume(
        lambda x, y, z: 1000.0 * np.exp(-((x - 5) ** 2 + (y - 10) ** 2) / 8), straight(), orientation=leaning
    )
    source = reformattable(rod)
    for z in (25.0, 40.0):
        plane = cut_plane(source, Crosshair(position_mm=(0, 0, z)), MainPlane.AXIAL, spacing_mm=0.5)
        values = reformat(source, plane).values()
        peak = np.unravel_index(int(np.argmax(values)), values.shape)
        assert plane.position_mm(*peak) == pytest.approx([5, 10, z], abs=0.5)


# What is not in the volume


@pytest.mark.parametrize("name", ["straight", "head first"])
def test_that_outside_the_volume_is_black_at_any_window(name: str) -> None:
    source = RAMPS[name]  # x -25.5 to 24.5, y -20.5 to 19.5, z -1 to 59
    plane = Plane.placed((-30, -30, 20), AXIAL, (1.0, 1.0), (60, 70))
    frame = reformat(source, plane)
    at = places(plane)
    inside = (np.abs(at[..., 0] + 0.5) <= 25) & (np.abs(at[..., 1] + 0.5) <= 20)
    assert frame.shutter is not None
    assert np.array_equal(frame.shutter, ~inside)
    painted = apply(view_pixels(frame), np.full(65536, 255, np.uint8))
    assert np.array_equal(painted == 0, ~inside)


@pytest.mark.parametrize("name", ["straight", "head first"])
def test_that_a_plane_beside_the_volume_shows_nothing(name: str) -> None:
    for z in (-1.1, 59.1):
        frame = reformat(RAMPS[name], Plane.placed((-25, -20, z), AXIAL, (1.0, 1.0), (40, 50)))
        assert frame.shutter is not None
        assert frame.shutter.all()
    for z in (-1, 59):
        plane = Plane.placed((-25, -20, z), AXIAL, (1, 1), (40, 50))
        assert reformat(RAMPS[name], plane).shutter is None


def test_that_padding_is_no_image() -> None:
    def scanned(x, y, z):
        return np.where(x**2 + y**2 > 15**2, -2000, 40)

    source = reformattable(made_volume(scanned, straight(), padding=(-2000, -2000)))
    plane = cut_plane(source, centred(source), MainPlane.CORONAL, spacing_mm=0.5)
    frame = reformat(source, plane)
    at = places(plane)
    assert frame.shutter is not None
    radius = np.hypot(at[..., 0], at[..., 1])
    assert frame.shutter[radius > 16].all()
    assert not frame.shutter[(radius < 14) & (at[..., 2] > 0) & (at[..., 2] < 58)].any()


@pytest.mark.parametrize("degrees", [0, 20])
@pytest.mark.parametrize("cut", MainPlane)
def test_that_padding_is_never_mixed_into_what_lies_beside_it(cut: MainPlane, degrees: float) -> None:
    def scanned(x, y, z):
        return np.where(x**2 + y**2 + (z - 30) ** 2 > 15**2, -2000, 40)

    source = reformattable(made_volume(scanned, straight(), padding=(-2000, -2000)))
    cross = centred(source).moved((0.3, -0.4, 29.3)).turned(cut, 10)
    for about in MainPlane:
        cross = cross.turned(about, degrees)
    plane = cut_plane(source, cross.turned(cut, -10), cut, spacing_mm=0.37)
    smooth, nearest = (reformat(source, plane, smooth=smooth) for smooth in (True, False))
    assert smooth.shutter is not None
    assert nearest.shutter is not None
    assert set(np.unique(smooth.values()[~smooth.shutter])) == {40.0}
    assert np.array_equal(smooth.shutter, nearest.shutter)


@pytest.mark.parametrize("heights", [(0, 2, 4, 14, 16, 18), (18, 16, 14, 4, 2, 0)])
def test_that_missing_slices_are_black_and_not_made_up(heights: tuple[int, ...]) -> None:
    gapped = made_volume(ramp, [(-25.0, -20.0, z) for z in heights])
    source = reformattable(gapped)
    plane = cut_plane(source, centred(source), MainPlane.SAGITTAL, spacing_mm=0.5)
    frame = reformat(source, plane)
    x, y, z = np.moveaxis(places(plane), -1, 0)
    assert frame.shutter is not None
    assert frame.shutter[(z > 5.01) & (z < 12.99)].all()
    assert not frame.shutter[(z < 4.99) | (z > 13.01)].any()
    # Beyond the last slice before the gap its own values go on; nothing is mixed across.
    edge = (z > 4.01) & (z < 4.99) & (np.abs(y) < 19)
    assert edge.any()
    assert np.abs(frame.values() - ramp(x, y, 4.0))[edge].max() <= 1.01


@pytest.mark.parametrize("way", [1, -1])
def test_that_thick_slices_above_thin_ones_are_no_gaps(way: int) -> None:
    # A head as it is often scanned: 3 mm through the base, 7 mm above it.
    heights = (*range(0, 20, 3), *range(25, 60, 7))[::way]
    source = reformattable(made_volume(ramp, [(-25.0, -20.0, z) for z in heights]))
    plane = cut_plane(source, centred(source), MainPlane.CORONAL, spacing_mm=0.5)
    frame = reformat(source, plane)
    assert frame.shutter is None
    x, y, z = np.moveaxis(places(plane), -1, 0)
    assert (z.min(), z.max()) == (pytest.approx(-1.5, abs=0.5), pytest.approx(56.5, abs=0.5))
    inside = (np.abs(x) < 24) & (z > 0) & (z < 53)
    assert np.abs(frame.values() - ramp(x, y, z))[inside].max() <= 1.01


@pytest.mark.parametrize("name", ["uneven", "uneven, head first"])
def test_that_uneven_slices_lie_where_they_are(name: str) -> None:
    source = RAMPS[name]
    plane = cut_plane(source, centred(source).turned(MainPlane.CORONAL, 25), MainPlane.CORONAL)
    at = places(plane)
    frame = reformat(source, plane)
    inside = (at[..., 2] > 0) & (at[..., 2] < 20) & (np.abs(at[..., 0]) < 24) & (np.abs(at[..., 1]) < 19)
    assert inside.sum() > 100
    assert np.abs(frame.values() - ramp(*np.moveaxis(at, -1, 0)))[inside].max() <= 1.01


# Values


def test_that_slices_of_different_scale_come_to_one() -> None:
    def scanned(x, y, z):
        return 3000 + ramp(x, y, z) / 4

    volume = made_volume(scanned, straight())
    slopes = np.linspace(0.15, 0.4, 30)
    stored = np.rint(volume.voxels / slopes[:, None, None])
    assert np.abs(stored).max() < 32767
    uneven = replace(volume, voxels=stored.astype(np.int16), slopes=slopes)
    source = reformattable(uneven)
    plane = cut_plane(source, centred(source), MainPlane.CORONAL)
    at = places(plane)
    difference = np.abs(reformat(source, plane).values() - scanned(*np.moveaxis(at, -1, 0)))
    inside = is_deep_inside(source, at)
    assert difference[inside].max() < 0.8  # rounded to a whole number, then to .4 at worst


def test_that_padding_stays_padding_when_slices_come_to_one_scale() -> None:
    volume = made_volume(lambda x, y, z: np.where(x < 0, -2000, 500), straight(), padding=(-2000, -2000))
    source = reformattable(replace(volume, slopes=np.linspace(1, 2, 30)))
    frame = reformat(source, cut_plane(source, centred(source), MainPlane.AXIAL))
    assert frame.shutter is not None
    assert frame.shutter[:, :24].all()
    assert not frame.shutter[:, 26:].any()


def test_that_a_small_view_averages_and_does_not_skip() -> None:
    # Stripes one voxel wide, black and white: from afar they are grey.
    stripes = made_volume(lambda x, y, z: np.where(np.round(x) % 2 == 0, 1000, 0), straight(20, 1.0))
    source = reformattable(stripes)
    plane = Plane.placed((-23, -18.5, 10), AXIAL, (4.0, 4.0), (9, 11))
    assert reformat(source, plane).values() == pytest.approx(500, abs=1)
    assert set(np.unique(reformat(source, plane, smooth=False).values())) <= {0.0, 1000.0}


def test_that_the_frame_is_the_volume_s() -> None:
    volume = made_volume(
        ramp, straight(), slope=2.0, intercept=-1024.0, units="HU", modality="CT", series_uid="1.2"
    )
    source = reformattable(volume)
    plane = cut_plane(source, centred(source), MainPlane.SAGITTAL)
    frame = reformat(source, plane)
    assert (frame.units, frame.modality, frame.slope, frame.intercept) == ("HU", "CT", 2.0, -1024.0)
    assert frame.tags["SeriesInstanceUID"] == "1.2"
    assert plane_of(frame) == plane
    assert lookup_table(frame, frame.windows[0] if frame.windows else _window()).shape == (65536,)


def _window():
    from realfm_gui.domain.images import Window

    return Window(center=0, width=100)


# Views and the crosshair


@pytest.mark.parametrize("cut", MainPlane)
def test_that_a_view_shows_the_place_its_transform_says(cut: MainPlane) -> None:
    source = RAMPS["oblique"]
    plane = cut_plane(source, centred(source), cut)
    transform = fit(*plane.shape, 1.0, 90, 120).zoomed(1.7, 20, 30, 90, 120)
    view = view_plane(plane, transform, 90, 120)
    assert view.shape == (90, 120)
    row, column = transform.view_to_image(33, 44, 90, 120)
    assert view.position_mm(33, 44) == pytest.approx(plane.position_mm(row, column))
    assert assert_ramp(source, view) > 20


def test_that_a_view_of_anisotropic_pixels_keeps_their_shape() -> None:
    plane = Plane.placed((0, 0, 0), AXIAL, (3.0, 0.5), (10, 60))
    view = view_plane(plane, ViewTransform(scale=2, center_row=5, center_column=30, aspect=6), 60, 60)
    assert view.spacing_mm == (0.25, 0.25)


def test_that_the_standard_cuts_are_hung_as_radiologists_do() -> None:
    source = RAMPS["flipped"]
    letters = {}
    for cut in MainPlane:
        plane = cut_plane(source, centred(source), cut)
        letters[cut] = direction_letters(plane.along_row), direction_letters(plane.down_column)
    assert letters == {
        MainPlane.AXIAL: ("L", "P"),
        MainPlane.CORONAL: ("L", "F"),
        MainPlane.SAGITTAL: ("P", "F"),
    }


@pytest.mark.parametrize("name", RAMPS)
def test_that_a_place_clicked_in_one_view_is_the_same_place_in_the_others(name: str) -> None:
    source = RAMPS[name]
    cross = centred(source).turned(MainPlane.AXIAL, 20).turned(MainPlane.SAGITTAL, -35)
    axial = cut_plane(source, cross, MainPlane.AXIAL)
    clicked = axial.position_mm(12.3, 17.7)
    moved = cross.moved(clicked)
    for cut in MainPlane:
        row, column, off = cut_plane(source, moved, cut).pixel_of(clicked)
        assert off == pytest.approx(0, abs=1e-9)
        assert cut_plane(source, moved, cut).position_mm(row, column) == pytest.approx(clicked)
    # The axial view itself stays as it is: only the two others were scrolled.
    assert cut_plane(source, moved, MainPlane.AXIAL).origin_mm == pytest.approx(axial.origin_mm)


def test_that_the_other_cuts_cross_a_view_at_the_crosshair() -> None:
    source = RAMPS["straight"]
    cross = Crosshair(position_mm=(3.0, 4.0, 20.0)).turned(MainPlane.AXIAL, 30)
    axial, coronal = (cut_plane(source, cross, cut) for cut in (MainPlane.AXIAL, MainPlane.CORONAL))
    line = reference_line(axial, coronal)
    assert line is not None
    (r0, c0), (r1, c1) = line
    row, column, _ = axial.pixel_of(cross.position_mm)
    assert (row - r0) * (c1 - c0) == pytest.approx((column - c0) * (r1 - r0), abs=1e-6)
    # Turned clockwise by 30° on the screen: to the right it goes down.
    assert math.degrees(math.atan2(abs(r1 - r0), abs(c1 - c0))) == pytest.approx(30)
    assert (r1 - r0) * (c1 - c0) > 0


def test_that_a_view_does_not_spin_when_the_cross_is_turned_in_it() -> None:
    source = RAMPS["straight"]
    turned = centred(source).turned(MainPlane.AXIAL, 77)
    assert cut_plane(source, turned, MainPlane.AXIAL) == cut_plane(source, centred(source), MainPlane.AXIAL)
    assert turned.is_turned


@given(st.sampled_from(MainPlane), st.lists(st.tuples(st.sampled_from(MainPlane), st.floats(-180, 180))))
def test_that_the_cuts_stay_at_right_angles_after_any_number_of_turns(cut, turns) -> None:
    cross = Crosshair(position_mm=(0, 0, 0))
    for about, degrees in turns:
        cross = cross.turned(about, degrees)
    normals = np.array([cross.normal(each) for each in MainPlane])
    assert normals @ normals.T == pytest.approx(np.eye(3), abs=1e-9)
    right, down = cross.directions(cut)
    assert np.cross(right, down) == pytest.approx(cross.normal(cut), abs=1e-6)


def test_that_half_a_turn_looks_from_the_other_side() -> None:
    behind = Crosshair(position_mm=(0, 0, 0)).turned(MainPlane.AXIAL, 180)
    right, down = behind.directions(MainPlane.CORONAL)
    assert (direction_letters(right), direction_letters(down)) == ("R", "F")


def test_that_scrolling_goes_from_layer_to_layer_and_ends_with_the_volume() -> None:
    source = RAMPS["anisotropic"]  # 12 slices of 5 mm; rows of .5 mm
    cross = Crosshair(position_mm=(0, -10, 10))
    assert scroll_step_mm(source, cross, MainPlane.AXIAL) == pytest.approx(5)
    assert scroll_step_mm(source, cross, MainPlane.CORONAL) == pytest.approx(0.5)
    assert scroll_range_mm(source, cross, MainPlane.AXIAL) == pytest.approx((-12.5, 47.5))
    for name in ("straight", "head first"):  # z -1 to 59
        assert scroll_range_mm(RAMPS[name], cross, MainPlane.AXIAL) == pytest.approx((-11, 49))
        assert scroll_step_mm(RAMPS[name], cross, MainPlane.AXIAL) == pytest.approx(2)
    assert cross.scrolled(MainPlane.AXIAL, 5).position_mm == pytest.approx((0, -10, 15))


def test_that_a_crosshair_is_never_mirrored() -> None:
    with pytest.raises(ValueError, match="right angles"):
        Crosshair(position_mm=(0, 0, 0), axes=((-1, 0, 0), (0, 1, 0), (0, 0, 1)))


def test_that_a_volume_s_own_slices_are_found_by_place() -> None:
    stack = stack_of_volume(RAMPS["tilted gantry"].volume)
    middle = stack.plane(7).centre_mm
    place = nearest_slice(stack, middle)
    assert place is not None
    assert (place.index, place.is_on_image) == (7, True)
