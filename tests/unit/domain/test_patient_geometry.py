"""Planes in the patient, the lines in which they cross, and the letters at their edges: worked by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realfm_gui.domain.images import Frame
from realfm_gui.domain.patient_geometry import (
    MainPlane,
    Plane,
    direction_letters,
    main_plane,
    opposite_letters,
    plane_of,
    reference_line,
)

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)


def plane(position, orientation, spacing=(1.0, 1.0), shape=(100, 100)) -> Plane:
    return Plane.placed(position, orientation, spacing, shape)


@st.composite
def any_plane(draw: st.DrawFn) -> Plane:
    numbers = st.floats(-1, 1)
    quaternion = np.array([draw(numbers) for _ in range(4)])
    if np.linalg.norm(quaternion) < 0.1:
        quaternion = np.array([1.0, 0, 0, 0])
    w, x, y, z = quaternion / np.linalg.norm(quaternion)
    rotation = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )
    place = [draw(st.floats(-300, 300)) for _ in range(3)]
    spacing = (draw(st.floats(0.1, 5)), draw(st.floats(0.1, 5)))
    return Plane.placed(place, (*rotation[:, 0], *rotation[:, 1]), spacing, (64, 48))


def test_that_rows_and_columns_go_where_the_file_says_on_anisotropic_pixels() -> None:
    coronal = plane((-100, 20, 300), CORONAL, spacing=(5.0, 0.5), shape=(40, 400))
    # 10 rows down towards the feet, 5 mm each; 20 columns to the patient's left, half a millimetre each.
    assert coronal.position_mm(10, 20).tolist() == [-90, 20, 250]
    assert coronal.pixel_of((-90, 20, 250)).tolist() == [10, 20, 0]


def test_that_an_oblique_plane_agrees_with_hand_computed_places() -> None:
    # Rotated by 30° about the patient's long axis: cos 30° = .8660, sin 30° = .5.
    c, s = math.cos(math.radians(30)), 0.5
    oblique = plane((10, 20, 30), (c, s, 0, -s, c, 0), spacing=(2.0, 1.0))
    assert oblique.position_mm(0, 10) == pytest.approx([10 + 8.6602540, 25, 30])
    assert oblique.position_mm(10, 0) == pytest.approx([0, 20 + 17.3205081, 30])
    assert oblique.pixel_of((10, 20, 37)) == pytest.approx([0, 0, 7])  # the normal points to the head


def test_that_a_flipped_plane_counts_the_other_way_and_looks_the_other_way() -> None:
    flipped = plane((50, 0, 0), (-1, 0, 0, 0, 1, 0))
    assert flipped.position_mm(0, 10).tolist() == [40, 0, 0]
    assert flipped.normal.tolist() == [0, 0, -1]


@given(any_plane(), st.floats(-100, 100), st.floats(-100, 100))
def test_that_places_come_back_to_their_pixels_on_any_plane(some: Plane, row: float, column: float) -> None:
    assert some.pixel_of(some.position_mm(row, column)) == pytest.approx([row, column, 0], abs=1e-6)
    by_affine = some.affine @ [row, column, 0, 1]
    assert by_affine[:3] == pytest.approx(some.position_mm(row, column), abs=1e-6)


def test_that_rounded_cosines_are_made_unit_and_square() -> None:
    rounded = plane((0, 0, 0), (0.866, 0.5, 0, -0.499, 0.8667, 0))
    assert np.linalg.norm(rounded.along_row) == pytest.approx(1, abs=1e-12)
    assert np.dot(rounded.along_row, rounded.down_column) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("orientation", [(1, 0, 0, 1, 0, 0), (2, 0, 0, 0, 1, 0), (0,) * 6, (math.nan,) * 6])
def test_that_directions_which_are_none_are_refused(orientation) -> None:
    with pytest.raises(ValueError, match="no directions"):
        plane((0, 0, 0), orientation)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"spacing_mm": (0.0, 1.0)}, "positive spacing"),
        ({"shape": (0, 5)}, "one row"),
        ({"origin_mm": (0.0, math.nan, 0.0)}, "a place"),
        ({"along_row": (1.0, 0.1, 0.0)}, "unit directions"),
    ],
)
def test_that_a_plane_cannot_be_wrong(change, message) -> None:
    right = {
        "origin_mm": (0.0, 0.0, 0.0),
        "along_row": (1.0, 0.0, 0.0),
        "down_column": (0.0, 1.0, 0.0),
        "spacing_mm": (1.0, 1.0),
        "shape": (5, 5),
    }
    with pytest.raises(ValueError, match=message):
        Plane(**{**right, **change})


def test_that_a_detector_has_no_place_in_the_patient() -> None:
    pixels = np.zeros((4, 6), np.uint16)
    placed = {"position_mm": (0.0, 0.0, 0.0), "orientation": AXIAL, "spacing_mm": (1.0, 2.0)}
    of_patient = plane_of(Frame(pixels=pixels, spacing_kind="patient", **placed))
    assert of_patient is not None
    assert (of_patient.shape, of_patient.spacing_mm) == ((4, 6), (1.0, 2.0))
    assert plane_of(Frame(pixels=pixels, spacing_kind="detector", **placed)) is None
    assert plane_of(Frame(pixels=pixels)) is None


# Reference lines


def test_that_an_axial_slice_is_a_level_line_on_a_coronal_image() -> None:
    coronal = plane((-50, 0, 100), CORONAL, spacing=(2.0, 1.0), shape=(101, 101))
    axial = plane((-50, -50, 40), AXIAL)
    # 60 mm below the first row, at 2 mm a row; as wide as the narrower of both, up to the pixels' edges.
    assert reference_line(coronal, axial) == ((30, pytest.approx(99.5)), (30, pytest.approx(-0.5)))


def test_that_the_line_is_no_longer_than_the_other_image() -> None:
    coronal = plane((-50, 0, 100), CORONAL, shape=(101, 101))
    small = plane((-10, -10, 40), AXIAL, shape=(21, 21))  # x from -10.5 to 10.5
    line = reference_line(coronal, small)
    assert line is not None
    assert sorted(column for _, column in line) == pytest.approx([39.5, 60.5])


def test_that_a_tilted_slice_is_a_slanting_line_on_a_sagittal_image() -> None:
    # Gantry tilted by 20°: going back 1 mm goes up tan 20° = .36397 mm.
    t = math.radians(20)
    tilted = plane((-50, -50, 0), (1, 0, 0, 0, math.cos(t), math.sin(t)), shape=(100, 101))
    sagittal = plane((0, -50, 60), SAGITTAL, shape=(121, 101))
    line = reference_line(sagittal, tilted)
    assert line is not None
    for row, column in line:
        # Column c is y = c - 50; the tilted slice is there at z = (y + 50) tan 20°; the row is 60 - z.
        assert row == pytest.approx(60 - column * math.tan(t))


def test_that_parallel_images_and_images_that_do_not_meet_have_no_line() -> None:
    axial = plane((0, 0, 0), AXIAL)
    assert reference_line(axial, plane((0, 0, 5), AXIAL)) is None
    assert reference_line(axial, plane((0, 0, 5), (-1, 0, 0, 0, 1, 1e-5))) is None
    assert reference_line(axial, plane((300, 0, 50), SAGITTAL)) is None  # beside it
    assert reference_line(axial, plane((50, 0, -10), SAGITTAL)) is None  # below it


@given(any_plane(), any_plane())
def test_that_both_images_contain_the_line_they_share(one: Plane, other: Plane) -> None:
    line, back = reference_line(one, other), reference_line(other, one)
    assert (line is None) == (back is None) or min(_length(one, line), _length(other, back)) < 1e-6
    if line is None or _length(one, line) < 1e-6:
        return
    for row, column in line:
        r, c, off = other.pixel_of(one.position_mm(row, column))
        assert abs(off) < 1e-3
        for position, image in (((row, column), one), ((r, c), other)):
            assert -0.51 < position[0] < image.shape[0] - 0.49
            assert -0.51 < position[1] < image.shape[1] - 0.49
    assert back is not None
    assert _length(one, line) == pytest.approx(_length(other, back), abs=1e-3)


def _length(where: Plane, line) -> float:
    if line is None:
        return 0.0
    one, other = (where.position_mm(*end) for end in line)
    return float(np.linalg.norm(one - other))


# Letters


@pytest.mark.parametrize(
    ("direction", "letters"),
    [
        ((1, 0, 0), "L"),
        ((-1, 0, 0), "R"),
        ((0, 1, 0), "P"),
        ((0, -1, 0), "A"),
        ((0, 0, 1), "H"),
        ((0, 0, -1), "F"),
        ((0, math.cos(math.radians(20.6)), math.sin(math.radians(20.6))), "PH"),
        ((0, math.cos(math.radians(20.4)), math.sin(math.radians(20.4))), "P"),
        ((1, 1, 0), "LP"),
        ((-0.5, -0.6, 0.55), "AHR"),
        ((0.001, 0, 0), "L"),
        ((0, 0, 0), ""),
    ],
)
def test_that_a_direction_has_the_letters_of_where_it_leads(direction, letters) -> None:
    assert direction_letters(direction) == letters


def test_that_a_tilted_gantry_keeps_its_main_letters() -> None:
    # Rows of a head CT tilted by 15° still run from left to right, columns from front to back.
    t = math.radians(15)
    assert direction_letters((1, 0, 0)) == "L"
    assert direction_letters((0, math.cos(t), math.sin(t))) == "P"


@given(any_plane())
def test_that_opposite_directions_have_opposite_letters(some: Plane) -> None:
    forth, back = some.along_row, [-number for number in some.along_row]
    assert opposite_letters(direction_letters(forth)) == direction_letters(back)
    assert opposite_letters(opposite_letters(direction_letters(forth))) == direction_letters(forth)


@pytest.mark.parametrize(
    ("orientation", "expected"),
    [
        (AXIAL, MainPlane.AXIAL),
        (CORONAL, MainPlane.CORONAL),
        (SAGITTAL, MainPlane.SAGITTAL),
        ((-1, 0, 0, 0, 1, 0), MainPlane.AXIAL),
        ((1, 0, 0, 0, 0.9, 0.436), MainPlane.AXIAL),
        ((0.8, 0.6, 0, 0, 0, -1), MainPlane.CORONAL),
    ],
)
def test_that_an_image_is_called_by_the_plane_it_comes_nearest_to(orientation, expected) -> None:
    assert main_plane(orientation) == expected
