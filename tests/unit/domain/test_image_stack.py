"""Which slice shows a place: linked scroll on straight, tilted, flipped, oblique and uneven stacks."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realfm_gui.domain.image_stack import Stack, linked_slice, nearest_slice, stack_of
from realfm_gui.domain.images import Frame
from realfm_gui.domain.patient_geometry import Plane

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)


def stack(origins, orientation=AXIAL, spacing=(1.0, 1.0), shape=(100, 100), thickness_mm=0.0) -> Stack:
    origins = np.array(origins, float)
    first = Plane.placed(origins[0], orientation, spacing, shape)
    return Stack(first=first, origins_mm=origins, thickness_mm=thickness_mm)


def straight(first_mm: float, step_mm: float, count: int, **more) -> Stack:
    return stack([(-50, -50, first_mm + step_mm * k) for k in range(count)], **more)


def tilted(degrees: float, step_mm: float, count: int) -> Stack:
    """Return a gantry-tilted head CT: rows left to right, columns leaning up, the table moving along z."""
    t = math.radians(degrees)
    orientation = (1, 0, 0, 0, math.cos(t), math.sin(t))
    return stack([(-50, -50, step_mm * k) for k in range(count)], orientation)


def index_of(place) -> int | None:
    return None if place is None else place.index


def test_that_the_nearest_slice_is_found_by_place_and_not_by_number() -> None:
    thick = straight(0, 5, 10)  # z 0, 5, ... 45
    assert [index_of(nearest_slice(thick, (0, 0, z))) for z in (0, 2.4, 2.6, 22, 45)] == [0, 0, 1, 4, 9]


def test_that_a_stack_from_head_to_feet_counts_the_other_way() -> None:
    downwards = straight(45, -5, 10)
    assert [index_of(nearest_slice(downwards, (0, 0, z))) for z in (45, 22, 0)] == [0, 5, 9]


def test_that_there_is_no_such_place_beyond_half_a_step() -> None:
    thick = straight(0, 5, 10)
    assert index_of(nearest_slice(thick, (0, 0, -2.5))) == 0
    assert nearest_slice(thick, (0, 0, -2.6)) is None
    assert index_of(nearest_slice(thick, (0, 0, 47.5))) == 9
    assert nearest_slice(thick, (0, 0, 47.6)) is None


def test_that_in_a_gap_the_nearest_slice_says_how_far_away_it_is() -> None:
    gapped = stack([(0, 0, z) for z in (0, 2, 4, 20, 22)])
    place = nearest_slice(gapped, (0, 0, 11))
    assert place is not None
    assert (place.index, place.off_plane_mm) == (2, 7)


def test_that_a_single_slice_is_as_thick_as_known_and_else_a_pixel() -> None:
    assert nearest_slice(straight(0, 0, 1, thickness_mm=4.0), (0, 0, 1.9)) is not None
    assert nearest_slice(straight(0, 0, 1), (0, 0, 1.9)) is None
    assert nearest_slice(straight(0, 0, 1), (0, 0, 0.4)) is not None


def test_that_a_tilted_stack_is_measured_along_its_normal() -> None:
    # Tilted by 20°: the slice that starts at z = 10 is at z = 10 + 50 tan 20° = 28.2 in the middle (y = 0).
    head = tilted(20, 5, 10)
    place = nearest_slice(head, (0, 0, 10 + 50 * math.tan(math.radians(20))))
    assert place is not None
    assert (place.index, place.row, place.column) == (
        2,
        pytest.approx(50 / math.cos(math.radians(20))),
        pytest.approx(50),
    )
    assert place.off_plane_mm == pytest.approx(0, abs=1e-9)


def test_that_a_place_beside_the_images_is_told_from_one_on_them() -> None:
    on, beside = (nearest_slice(straight(0, 5, 10), (x, 0, 10)) for x in (0, 80))
    assert on is not None
    assert beside is not None
    assert (on.is_on_image, beside.is_on_image, beside.column) == (True, False, 130)


def test_that_stacks_of_different_spacing_scroll_together() -> None:
    thin, thick = straight(-20, 1, 100), straight(0, 5, 10)
    assert [index_of(linked_slice(thick, thin.plane(k))) for k in (0, 17, 20, 33, 67, 68, 99)] == [
        None,
        None,
        0,
        3,
        9,
        None,
        None,
    ]
    assert index_of(linked_slice(thin, thick.plane(4))) == 40


def test_that_a_tilted_and_a_straight_stack_are_linked_in_the_middle_of_what_they_share() -> None:
    head, flat = tilted(20, 5, 30), straight(0, 1, 160)
    # In the middle of what both show, 46.5 mm behind the front edge, slice 8 is at 40 + 46.5 tan 20° = 56.9.
    place = linked_slice(flat, head.plane(8))
    assert index_of(place) == 57
    back = linked_slice(head, flat.plane(57))
    assert index_of(back) == 8


def test_that_an_oblique_stack_is_linked_and_a_crossing_one_is_not() -> None:
    flat, c, s = straight(0, 1, 100), math.cos(math.radians(30)), 0.5
    step = np.array([0, -s, c])
    oblique = stack([(-50, -50 * c, 20) + step * k for k in range(60)], (1, 0, 0, 0, c, s))
    assert linked_slice(oblique, flat.plane(50)) is not None
    coronal = stack([(-50, y, 100) for y in range(-50, 50)], CORONAL)
    assert linked_slice(coronal, flat.plane(50)) is None


def test_that_a_small_tilted_stack_far_from_the_middle_is_met_in_its_own_middle() -> None:
    # A spine of 20 mm images tilted by 25°, at the back of a body 400 mm wide.
    t = math.radians(25)
    spine = stack(
        [(-10, 150, 4 * k) for k in range(60)], (1, 0, 0, 0, math.cos(t), math.sin(t)), shape=(21, 21)
    )
    body = stack([(-200, -200, k) for k in range(240)], shape=(400, 400))
    place = linked_slice(spine, body.plane(120))
    assert place is not None
    assert place.row == pytest.approx(10, abs=2)
    # Its middle is 10 sin 25° = 4.2 mm above its first row: the slice at z = 116 comes nearest to 120.
    assert place.index == 29


def test_that_two_small_stacks_meet_far_along_a_tilted_one() -> None:
    t = math.radians(25)
    leaning = (1, 0, 0, 0, math.cos(t), math.sin(t))
    spine = stack([(-10, 150, 4 * k) for k in range(60)], leaning, shape=(21, 21))
    flat = stack([(-10, 150, k) for k in range(240)], shape=(21, 21))
    # The tilted image is 20 cos 25° = 18 mm deep and rises by 4.2 mm to its middle: 204 shows in number 50.
    assert index_of(linked_slice(spine, flat.plane(204))) == 50


def test_that_a_field_of_view_at_the_edge_of_a_tilted_stack_is_linked_there() -> None:
    # The image shown reaches from y = 34.5 backwards, the tilted ones end at row 99.5. On the slice that
    # starts at z = k, row m is at z = k + m sin 25°, y = m cos 25° - 50: the middle of what is common lies at
    # z = 60 where m (2 - sin² 25°) = 84.5 cos 25° + 99.5, so m = 96.7 and k = 19.
    small = stack([(-10, 35, 60)], shape=(21, 21))
    place = linked_slice(tilted(25, 1, 60), small.plane(0))
    assert place is not None
    assert (place.index, place.row) == (19, pytest.approx(96.7, abs=0.5))


def test_that_stacks_more_than_45_degrees_oblique_are_not_linked() -> None:
    flat = straight(0, 1, 100)
    for degrees, is_linked in ((40, True), (50, False)):
        c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        origin = np.array([-50, -50 * c, 50 - 50 * s])
        leaning = stack([origin + k * np.array([0, -s, c]) for k in range(-20, 20)], (1, 0, 0, 0, c, s))
        assert (linked_slice(leaning, flat.plane(50)) is not None) == is_linked


def test_that_a_flipped_stack_is_linked_by_place() -> None:
    mirrored = stack([(50, -50, 5 * k) for k in range(10)], (-1, 0, 0, 0, 1, 0))
    assert index_of(linked_slice(mirrored, straight(0, 1, 50).plane(21))) == 4


def test_that_a_small_field_of_view_beside_the_middle_is_linked_and_one_elsewhere_is_not() -> None:
    body = straight(0, 5, 40)
    spine = stack([(20, 20, 100 + k) for k in range(20)], shape=(20, 20))
    assert index_of(linked_slice(body, spine.plane(0))) == 20
    assert index_of(linked_slice(spine, body.plane(21))) == 5
    other_knee = stack([(200, 20, 100 + k) for k in range(20)])
    assert linked_slice(body, other_knee.plane(0)) is None


def test_that_a_prior_is_linked_by_the_shift_the_reader_gave() -> None:
    current, prior = straight(0, 1, 50), straight(1000, 1, 50)
    assert linked_slice(prior, current.plane(10)) is None
    assert index_of(linked_slice(prior, current.plane(10), shift_mm=(0, 0, 1003))) == 13


@given(st.floats(-30, 30), st.integers(0, 39), st.floats(0.5, 6))
def test_that_a_stack_linked_to_itself_shows_the_same_slice(
    degrees: float, index: int, step_mm: float
) -> None:
    some = tilted(degrees, step_mm, 40)
    assert index_of(linked_slice(some, some.plane(index))) == index


def frame(z: float, **changes) -> Frame:
    values = {
        "pixels": np.zeros((4, 5), np.uint16),
        "position_mm": (0.0, 0.0, z),
        "orientation": AXIAL,
        "spacing_mm": (1.0, 2.0),
        "spacing_kind": "patient",
    }
    return Frame(**{**values, **changes})


def test_that_frames_of_one_kind_are_a_stack() -> None:
    made = stack_of([frame(0), frame(3), frame(9)], thickness_mm=3)
    assert made is not None
    assert made.depths_mm.tolist() == [0, 3, 9]
    assert made.plane(2).origin_mm == (0, 0, 9)
    assert (made.first.shape, made.thickness_mm) == ((4, 5), 3)


@pytest.mark.parametrize(
    "odd",
    [
        {"orientation": CORONAL},
        {"spacing_mm": (1.0, 1.0)},
        {"pixels": np.zeros((5, 5), np.uint16)},
        {"position_mm": None},
        {"spacing_kind": "detector"},
    ],
)
def test_that_frames_of_several_kinds_are_none(odd) -> None:
    assert stack_of([frame(0), frame(3, **odd)]) is None
    assert stack_of([]) is None


def test_that_a_stack_cannot_be_wrong() -> None:
    first = Plane.placed((0, 0, 0), AXIAL, (1.0, 1.0), (2, 2))
    with pytest.raises(ValueError, match="one slice at least"):
        Stack(first=first, origins_mm=np.zeros((0, 3)))
    with pytest.raises(ValueError, match="first origin"):
        Stack(first=first, origins_mm=np.ones((2, 3)))
    with pytest.raises(ValueError, match="thick"):
        Stack(first=first, origins_mm=np.zeros((1, 3)), thickness_mm=-1)
