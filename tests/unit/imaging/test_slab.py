"""Projections of slabs whose result is known: balls, ramps, rods."""

import math

import numpy as np
import pytest

from realfm_gui.domain.patient_geometry import MainPlane, Plane
from realfm_gui.imaging.crosshair import centred, cut_plane
from realfm_gui.imaging.planes import reformat, reformattable
from realfm_gui.imaging.slab import Projection, slab

from .made_volumes import AXIAL, made_volume, ramp, ramps, sphere, straight

RAMPS = ramps()


def places(plane: Plane) -> np.ndarray:
    rows, columns = np.mgrid[: plane.shape[0], : plane.shape[1]]
    return plane.position_mm(rows, columns)


def turned(source, degrees: float, cut: MainPlane, spacing_mm: float = 1.0) -> Plane:
    cross = centred(source).turned(MainPlane.SAGITTAL, degrees).turned(MainPlane.AXIAL, degrees)
    return cut_plane(source, cross, cut, spacing_mm=spacing_mm)


@pytest.mark.parametrize("degrees", [0, 25])
@pytest.mark.parametrize("cut", MainPlane)
def test_that_a_maximum_projection_of_a_ball_is_its_disc(cut: MainPlane, degrees: float) -> None:
    source = reformattable(made_volume(sphere(8), straight(61, 1.0)))
    plane = turned(source, degrees, cut, spacing_mm=0.5)
    middle = plane.pixel_of((0, 0, 30))
    # The plane through the middle, moved aside by 5 mm: a cut there has a radius of 6.2 mm ...
    aside = plane.moved(plane.normal * (middle[2] - 5))
    row, column, _ = aside.pixel_of((0, 0, 30))
    y, x = np.mgrid[: plane.shape[0], : plane.shape[1]]
    radius = np.hypot(y - row, x - column) * 0.5
    thin = reformat(source, aside).values()
    assert_disc(thin, radius, math.sqrt(8**2 - 5**2))
    # ... and the projection of 12 mm around it, which has the middle in it, the whole 8.
    assert_disc(slab(source, aside, 12.0, Projection.MAXIMUM).values(), radius, 8)
    # The other way round, what is dark before or behind the ball wins: bright where all 4 mm are ball.
    assert_disc(slab(source, aside, 4.0, Projection.MINIMUM).values(), radius, math.sqrt(8**2 - 7**2))


def assert_disc(values: np.ndarray, radius: np.ndarray, expected: float) -> None:
    """Bright up to the expected radius in mm, dark from there on; its edge is a voxel and a half soft."""
    assert values[radius < expected - 1.5].min() > 500
    assert values[(radius > expected + 1.5) & (radius < 12)].max() < -500


@pytest.mark.parametrize("name", RAMPS)
@pytest.mark.parametrize("degrees", [0, 30])
def test_that_the_mean_of_a_ramp_is_its_middle_and_the_extremes_its_faces(name: str, degrees: float) -> None:
    source, thickness = RAMPS[name], 4.6
    plane = turned(source, degrees, MainPlane.CORONAL)
    at = places(plane)
    deep = np.ones(plane.shape, bool)
    for side in (-thickness / 2, thickness / 2):
        voxels = source.per_mm((at + side * plane.normal).reshape(-1, 3).T).T + source.to_voxels[:3, 3]
        counts = np.array(source.volume.voxels.shape)
        deep &= ((voxels >= 0) & (voxels <= counts - 1)).all(axis=1).reshape(plane.shape)
    assert deep.sum() > 50
    middle = ramp(*np.moveaxis(at, -1, 0))
    rise = abs(float(ramp(*(plane.normal * thickness / 2))))
    for projection, expected in (
        (Projection.MEAN, middle),
        (Projection.MAXIMUM, middle + rise),
        (Projection.MINIMUM, middle - rise),
    ):
        values = slab(source, plane, thickness, projection).values()
        assert np.abs(values - expected)[deep].max() <= 1.6, projection


def tipped(plane: Plane, degrees: float) -> Plane:
    """Return the plane turned about its middle, about both its directions."""
    a = math.radians(degrees)
    right, down, away = np.array(plane.along_row), np.array(plane.down_column), plane.normal
    right, away = right * math.cos(a) + away * math.sin(a), away * math.cos(a) - right * math.sin(a)
    down = down * math.cos(a) + away * math.sin(a)
    rows, columns = (
        (count - 1) / 2 * step for count, step in zip(plane.shape, plane.spacing_mm, strict=True)
    )
    origin = plane.centre_mm - rows * down - columns * right
    return Plane.placed(origin, (*right, *down), plane.spacing_mm, plane.shape)


@pytest.mark.parametrize("projection", Projection)
@pytest.mark.parametrize("cut", MainPlane)
def test_that_straight_and_turned_slabs_agree(cut: MainPlane, projection: Projection) -> None:
    # Turned by a hair, a slab goes the other way through the code and must show the same.
    waves = made_volume(
        lambda x, y, z: 400 * np.sin(x / 6) * np.cos(y / 7) + 300 * np.sin(z / 5), straight(30, 1.5)
    )
    source = reformattable(waves)
    plane = turned(source, 0, cut)
    straightly = slab(source, plane, 7.3, projection).values()
    obliquely = slab(source, tipped(plane, 0.02), 7.3, projection).values()
    inside = (slice(3, -3), slice(3, -3))
    assert np.abs(straightly[inside] - obliquely[inside]).max() < 20


def test_that_a_bright_rod_beside_the_cut_shows_in_the_slab_only() -> None:
    rod = made_volume(
        lambda x, y, z: np.where((np.abs(y - 6) < 1) & (np.abs(z - 30) < 1.5), 900, 0), straight()
    )
    source = reformattable(rod)
    plane = Plane.placed((-25, 0, 58), (1, 0, 0, 0, 0, -1), (1.0, 1.0), (59, 50))
    assert reformat(source, plane).values().max() == 0
    assert slab(source, plane, 10.0, Projection.MAXIMUM).values().max() == 0
    thick = slab(source, plane, 13.0, Projection.MAXIMUM).values()
    assert thick[28].tolist() == [900.0] * 50
    # The mean keeps what lies in it: a rod of 1 mm (a voxel) in a slab of 20 mm.
    mean = slab(source, plane, 20.0, Projection.MEAN).values()
    assert mean[28] == pytest.approx(900 / 20, abs=1)


def test_that_what_is_no_image_does_not_count() -> None:
    padded = reformattable(
        made_volume(lambda x, y, z: np.where(y > 5, -2000, 50), straight(), padding=(-2000, -2000))
    )
    across = Plane.placed((-20, 4, 50), (1, 0, 0, 0, 0, -1), (1.0, 1.0), (40, 40))
    behind = across.moved((0, 12, 0))
    turned_away = Plane.placed(
        (-20, 4, 50), (math.cos(0.3), math.sin(0.3), 0, 0, 0, -1), (1.0, 1.0), (40, 20)
    )
    for plane in (across, turned_away):
        for projection in Projection:
            frame = slab(padded, plane, 3.0 if plane is turned_away else 8.0, projection)
            shown = frame.values() if frame.shutter is None else frame.values()[~frame.shutter]
            assert shown == pytest.approx(50), projection
    nothing = slab(padded, behind, 8.0, Projection.MINIMUM)
    assert nothing.shutter is not None
    assert nothing.shutter.all()


@pytest.mark.parametrize("name", ["straight", "head first"])
def test_that_outside_the_volume_does_not_count(name: str) -> None:
    source = RAMPS[name]  # z -1 to 59
    above = Plane.placed((-25, -20, 62), AXIAL, (1.0, 1.0), (40, 50))
    gone = slab(source, above, 5.0, Projection.MEAN)
    assert gone.shutter is not None
    assert gone.shutter.all()
    touched = slab(source, above, 10.0, Projection.MAXIMUM)  # from z = 57
    assert touched.shutter is None
    at = places(above)
    assert touched.values() == pytest.approx(ramp(at[..., 0], at[..., 1], 57.0), abs=1)


def test_that_a_slab_of_no_thickness_is_the_cut() -> None:
    source = RAMPS["oblique"]
    plane = turned(source, 15, MainPlane.AXIAL)
    assert np.array_equal(slab(source, plane, 0.0, Projection.MEAN).pixels, reformat(source, plane).pixels)
    with pytest.raises(ValueError, match="thick"):
        slab(source, plane, -1.0, Projection.MEAN)


@pytest.mark.parametrize("heights", [(0, 2, 4, 14, 16, 18), (18, 16, 14, 4, 2, 0)])
def test_that_missing_slices_do_not_count(heights: tuple[int, ...]) -> None:
    source = reformattable(made_volume(lambda x, y, z: z, [(-25.0, -20.0, z) for z in heights]))
    plane = Plane.placed((-25, -20, 6), AXIAL, (1.0, 1.0), (40, 50))
    frame = slab(source, plane, 6.0, Projection.MAXIMUM)  # z 3 to 9: of it only up to 5 is there
    assert frame.shutter is None
    assert frame.values() == pytest.approx(4)
    hole = slab(source, plane.moved((0, 0, 3)), 6.0, Projection.MAXIMUM)
    assert hole.shutter is not None
    assert hole.shutter.all()
