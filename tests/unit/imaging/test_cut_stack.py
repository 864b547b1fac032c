"""A volume cut as a stack: what lies where, on volumes that lie differently, computed by hand."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from realfm_gui.domain.image_stack import nearest_slice, stack_of
from realfm_gui.domain.patient_geometry import MainPlane, direction_letters, opposite_letters, plane_of
from realfm_gui.imaging.crosshair import Crosshair, centred, scroll_step_mm
from realfm_gui.imaging.cut_stack import CUT_TAG, KEPT_CUTS, CutStack
from realfm_gui.imaging.planes import Reformattable, reformattable
from realfm_gui.imaging.slab import Projection

from .made_volumes import AXIAL, made_volume, ramps, straight

BALL = (4.0, 7.0, 31.0)
"""Where a bright ball lies in the patient."""


def ball(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    # Soft: what is sharp has its middle where the voxels happen to lie.
    squared = (x - BALL[0]) ** 2 + (y - BALL[1]) ** 2 + (z - BALL[2]) ** 2
    return 1000.0 * np.exp(-squared / (2 * 2.5**2))


def with_a_ball() -> dict[str, Reformattable]:
    t, c, s = math.radians(20), math.cos(math.radians(30)), 0.5
    normal = np.array([-s, c, 0.0])
    made = {
        "straight": made_volume(ball, straight()),
        "head first": made_volume(ball, straight()[::-1]),
        "anisotropic": made_volume(ball, straight(20, 3.0), spacing=(0.5, 1.5), shape=(90, 40)),
        "tilted gantry": made_volume(ball, straight(), orientation=(1, 0, 0, 0, math.cos(t), math.sin(t))),
        "flipped": made_volume(
            ball, [(25.0, -20.0, 60 - 2.0 * k) for k in range(30)], orientation=(-1.0, 0, 0, 0, 1.0, 0)
        ),
        "oblique": made_volume(
            ball,
            [tuple(np.array([-20.0, -30, 50]) + 1.5 * k * normal) for k in range(40)],
            orientation=(c, s, 0.0, 0.0, 0.0, -1.0),
        ),
    }
    return {name: reformattable(volume) for name, volume in made.items()}


BALLS = with_a_ball()


def middle_of_the_ball(frame) -> tuple[float, float]:
    """Return the (row, column) of the bright middle of a cut."""
    values = np.where(frame.values() > 50, frame.values(), 0)
    assert values.max() > 700
    rows, columns = np.indices(values.shape)
    return float((rows * values).sum() / values.sum()), float((columns * values).sum() / values.sum())


# x from -25.5 to 24.5, y from -20.5 to 19.5, z from -1 to 59 (anisotropic: x -25.75 to 34.25, y -20.25 to
# 24.75, z -1.5 to 58.5; flipped: x -24.5 to 25.5, z 1 to 61), pixels of 1 mm (0.5 mm), the first row at the
# top: the front (axial) or the head. Where in the stack, then row and column. Axial cuts count from the head.
HAND_COMPUTED = {
    ("straight", MainPlane.AXIAL): (13.5, 27.0, 29.0),  # (58 - 31) / 2, row 7 + 20, column 4 + 25
    ("straight", MainPlane.CORONAL): (27, 27.5, 29.0),  # row 58.5 - 31
    ("straight", MainPlane.SAGITTAL): (20, 27.5, 27.0),  # from the left: 24 - 4; column 7 + 20
    ("head first", MainPlane.AXIAL): (13.5, 27.0, 29.0),  # the same voxels, stored the other way round
    ("head first", MainPlane.CORONAL): (27, 27.5, 29.0),
    ("head first", MainPlane.SAGITTAL): (20, 27.5, 27.0),
    ("anisotropic", MainPlane.AXIAL): (26 / 3, 54.0, 59.0),  # (57 - 31) / 3, (7 + 20) / 0.5, (4 + 25.5) / 0.5
    ("anisotropic", MainPlane.CORONAL): (54, 54.5, 59.0),  # (58.25 - 31) / 0.5
    ("anisotropic", MainPlane.SAGITTAL): (59 / 3, 54.5, 54.0),  # layers of 1.5 mm from 33.5
    ("flipped", MainPlane.AXIAL): (14.5, 27.0, 28.0),  # (60 - 31) / 2, x + 24
    ("flipped", MainPlane.CORONAL): (27, 29.5, 28.0),  # 60.5 - 31
    ("flipped", MainPlane.SAGITTAL): (21, 29.5, 27.0),  # 25 - 4
}


@pytest.mark.parametrize(("name", "cut"), HAND_COMPUTED)
def test_that_a_known_place_is_where_it_was_computed_by_hand(name: str, cut: MainPlane) -> None:
    stack = CutStack(BALLS[name], centred(BALLS[name]), cut)
    place, row, column = HAND_COMPUTED[name, cut]
    assert abs(stack.index_of(BALL) - place) <= 0.5 + 1e-6  # of two equally near cuts, either
    assert middle_of_the_ball(stack[stack.index_of(BALL)]) == pytest.approx((row, column), abs=0.3)


@pytest.mark.parametrize("slab_mm", [0.0, 5.0])
@pytest.mark.parametrize("turned", [None, MainPlane.AXIAL, MainPlane.SAGITTAL])
@pytest.mark.parametrize("cut", MainPlane)
@pytest.mark.parametrize("name", BALLS)
def test_that_a_known_place_is_found_however_volume_and_cross_are_turned(
    name: str, cut: MainPlane, turned: MainPlane | None, slab_mm: float
) -> None:
    source, cross = BALLS[name], centred(BALLS[name])
    if turned is not None:
        cross = cross.turned(turned, 25.0)
    stack = CutStack(source, cross, cut, slab_mm=slab_mm, projection=Projection.MAXIMUM)
    index = stack.index_of(BALL)
    frame = stack[index]
    assert frame.position_mm is not None
    assert frame.orientation is not None
    assert frame.spacing_mm is not None
    right, down = directions(cut, turned)
    offset = np.array(BALL) - frame.position_mm
    expected = float(offset @ down) / frame.spacing_mm[0], float(offset @ right) / frame.spacing_mm[1]
    assert middle_of_the_ball(frame) == pytest.approx(expected, abs=0.5)
    assert abs(offset @ np.cross(right, down)) <= stack.step_mm / 2 + 1e-6
    assert np.allclose(frame.orientation, [*right, *down], atol=1e-9)


def directions(cut: MainPlane, turned: MainPlane | None) -> tuple[np.ndarray, np.ndarray]:
    """Where rows and columns of a cut run when the cross was turned by 25° clockwise in a view, by hand."""
    c, s = math.cos(math.radians(25)), math.sin(math.radians(25))
    standard = {
        MainPlane.AXIAL: ((1, 0, 0), (0, 1, 0)),
        MainPlane.CORONAL: ((1, 0, 0), (0, 0, -1)),
        MainPlane.SAGITTAL: ((0, 1, 0), (0, 0, -1)),
    }
    by_hand = {
        # Clockwise from above the picture: what ran to the right (left of the patient) now dips to the back.
        (MainPlane.CORONAL, MainPlane.AXIAL): ((c, s, 0), (0, 0, -1)),
        (MainPlane.SAGITTAL, MainPlane.AXIAL): ((-s, c, 0), (0, 0, -1)),
        # Seen from the left, the front at the left of the picture: back dips to the feet, feet to the front.
        (MainPlane.AXIAL, MainPlane.SAGITTAL): ((1, 0, 0), (0, c, -s)),
        (MainPlane.CORONAL, MainPlane.SAGITTAL): ((1, 0, 0), (0, -s, -c)),
    }
    right, down = by_hand.get((cut, turned), standard[cut])
    return np.array(right, float), np.array(down, float)


@pytest.mark.parametrize("name", BALLS)
def test_that_the_letters_at_the_edges_are_those_of_the_standard_views(name: str) -> None:
    expected = {MainPlane.AXIAL: "RLAP", MainPlane.CORONAL: "RLHF", MainPlane.SAGITTAL: "APHF"}
    for cut, letters in expected.items():
        assert edges(CutStack(BALLS[name], centred(BALLS[name]), cut)) == list(letters)


def test_that_the_letters_of_a_turned_cut_lean() -> None:
    stack = CutStack(
        BALLS["straight"], centred(BALLS["straight"]).turned(MainPlane.AXIAL, 30), MainPlane.CORONAL
    )
    assert edges(stack) == ["RA", "LP", "H", "F"]
    assert stack.title == "Oblique coronal"


def edges(stack: CutStack) -> list[str]:
    """Letters at the left, right, top and bottom."""
    orientation = stack[0].orientation
    assert orientation is not None
    right, bottom = direction_letters(orientation[:3]), direction_letters(orientation[3:])
    return [opposite_letters(right), right, opposite_letters(bottom), bottom]


@pytest.mark.parametrize("name", ["straight", "head first", "flipped"])
def test_that_cuts_along_the_voxels_are_the_layers_of_voxels_from_the_head_down(name: str) -> None:
    volume = BALLS[name].volume
    axial = CutStack(BALLS[name], centred(BALLS[name]), MainPlane.AXIAL)
    assert len(axial) == len(volume.voxels)
    head = 60 if name == "flipped" else 58  # the height of the uppermost slice in mm
    order = slice(None, None, -1) if name == "straight" else slice(None)  # stored from the feet up
    for index, values in enumerate(np.array([volume.values(k) for k in range(30)])[order]):
        assert axial[index].position_mm[2] == pytest.approx(head - 2 * index)
        assert axial.depth_mm(index) == pytest.approx(2 * index)
        assert np.array_equal(axial[index].values(), values[:, ::-1] if name == "flipped" else values)
        assert axial[index].shutter is None


def test_that_coronal_cuts_go_from_front_to_back_and_sagittal_ones_from_left_to_right() -> None:
    source = BALLS["head first"]
    coronal, sagittal = (
        CutStack(source, centred(source), cut) for cut in (MainPlane.CORONAL, MainPlane.SAGITTAL)
    )
    # Rows from y = -20 (front) to 19, columns from x = -25 to 24 (left), 1 mm apart.
    assert [coronal[i].position_mm[1] for i in (0, 1, -1)] == pytest.approx([-20, -19, 19])
    assert [sagittal[i].position_mm[0] for i in (0, 1, -1)] == pytest.approx([24, 23, -25])


def test_that_no_layer_is_passed_over_where_slices_lie_closer() -> None:
    # Of 2 and 5 mm; the mean step of 3.5 mm would pass over thin slices.
    source = reformattable(made_volume(ball, [(-25.0, -20.0, z) for z in (0, 2, 4, 6, 11, 16, 21)]))
    stack = CutStack(source, centred(source), MainPlane.AXIAL)
    assert stack.step_mm == pytest.approx(2.0)
    depths = [float(stack[i].position_mm[2]) for i in range(len(stack))]
    assert max(min(abs(z - depth) for depth in depths) for z in (0, 2, 4, 6, 11, 16, 21)) <= 1.0 + 1e-9


def test_that_the_stack_stays_when_the_cross_moves() -> None:
    source = BALLS["oblique"]
    cross = centred(source).turned(MainPlane.AXIAL, 20)
    one = CutStack(source, cross, MainPlane.SAGITTAL)
    other = CutStack(source, cross.moved(np.add(cross.position_mm, (3.3, -1.7, 2.2))), MainPlane.SAGITTAL)
    assert len(one) == len(other)
    assert np.array_equal(one[10].pixels, other[10].pixels)


@pytest.mark.parametrize("cut", MainPlane)
def test_that_places_and_cuts_lead_to_each_other(cut: MainPlane) -> None:
    source = BALLS["tilted gantry"]
    stack = CutStack(source, centred(source).turned(MainPlane.SAGITTAL, 15), cut)
    for index in (0, 7, len(stack) - 1):
        assert plane_of(stack[index]) == stack.plane(index)
        assert stack.index_of(stack.plane(index).centre_mm) == index
        moved = stack.position_on(index, BALL)
        assert stack.plane(index).pixel_of(moved)[2] == pytest.approx(0, abs=1e-9)
        assert stack.plane(index).pixel_of(BALL)[:2] == pytest.approx(stack.plane(index).pixel_of(moved)[:2])
    # The way the stack goes: away from the looker, but axial ones towards him, who looks from the feet.
    far = np.array(stack.plane(0).normal) * (-1 if cut is MainPlane.AXIAL else 1)
    assert (stack.index_of(BALL - 1e4 * far), stack.index_of(BALL + 1e4 * far)) == (0, len(stack) - 1)
    assert stack.plane(-1) == stack.plane(len(stack) - 1)
    with pytest.raises(IndexError):
        stack[len(stack)]


@pytest.mark.parametrize("cut", [MainPlane.AXIAL, MainPlane.CORONAL])
def test_that_cuts_are_linked_like_slices(cut: MainPlane) -> None:
    source = BALLS["anisotropic"]
    stack = CutStack(source, centred(source), cut)
    made = stack_of(stack[:5])
    assert made is not None
    assert np.allclose(made.origins_mm, stack.stack.origins_mm[:5])
    place = nearest_slice(stack.stack, BALL)
    assert place is not None
    assert place.index == stack.index_of(BALL)


@pytest.mark.parametrize("projection", [None, *Projection])
@pytest.mark.parametrize("degrees", [0, 33])
def test_that_a_description_makes_the_same_pixels_again(
    degrees: float, projection: Projection | None
) -> None:
    source = BALLS["oblique"]
    cross = centred(source).turned(MainPlane.AXIAL, degrees).turned(MainPlane.SAGITTAL, degrees / 3)
    stack = CutStack(
        source, cross, MainPlane.CORONAL, slab_mm=7.0 if projection else 0, projection=projection
    )
    again = CutStack.from_description(source, json.loads(json.dumps(stack.describe())))
    assert again.describe() == stack.describe()
    assert len(again) == len(stack)
    for index in (3, stack.index_of(BALL)):
        one, other = stack[index], again[index]
        assert np.array_equal(one.pixels, other.pixels)
        assert (one.shutter is None) == (other.shutter is None)
        assert one.shutter is None or np.array_equal(one.shutter, other.shutter)
        assert replace(one, pixels=other.pixels, shutter=None) == replace(other, shutter=None)


@pytest.mark.parametrize(
    "change", [{"version": 2}, {"cut": "skewed"}, {"axes": [[1, 0, 0]]}, {"axes": 3}, {"projection": "sum"}]
)
def test_that_a_damaged_description_is_refused(change: dict) -> None:
    stack = CutStack(BALLS["straight"], centred(BALLS["straight"]), MainPlane.AXIAL)
    with pytest.raises(ValueError):
        CutStack.from_description(stack.source, {**stack.describe(), **change})
    with pytest.raises(ValueError):
        CutStack.from_description(stack.source, {"version": 1})


@pytest.mark.parametrize(
    ("projection", "title"),
    [
        (None, "Sagittal, mean of 10 mm"),
        (Projection.MAXIMUM, "Sagittal, MIP of 10 mm"),
        (Projection.MINIMUM, "Sagittal, MinIP of 10 mm"),
    ],
)
def test_that_a_cut_says_what_it_is(projection: Projection | None, title: str) -> None:
    source = BALLS["straight"]
    stack = CutStack(source, centred(source), MainPlane.SAGITTAL, slab_mm=10, projection=projection)
    assert stack[4].tags[CUT_TAG] == title
    assert CutStack(source, centred(source), MainPlane.SAGITTAL)[4].tags[CUT_TAG] == "Sagittal"
    assert (stack[4].spacing_kind, stack[4].windows) == ("patient", source.volume.windows)


def test_that_cuts_are_made_when_asked_for_and_the_latest_kept() -> None:
    source = BALLS["straight"]
    stack = CutStack(source, centred(source).turned(MainPlane.AXIAL, 20), MainPlane.CORONAL)
    assert not stack.is_ready(0)
    stack.prepare(0)
    stack.prepare(-1)
    stack.prepare(len(stack))
    assert stack.is_ready(0)
    assert stack[0] is stack[0]
    assert stack.draft(0) is stack[0]
    draft = stack.draft(20)
    assert not stack.is_ready(20)
    assert (draft.position_mm, draft.orientation, draft.tags) == (
        stack[20].position_mm,
        stack[20].orientation,
        stack[20].tags,
    )
    assert draft.pixels.shape == stack[20].pixels.shape
    for index in range(1, KEPT_CUTS + 1):
        stack.prepare(index)
    assert not stack.is_ready(0)


@pytest.mark.parametrize(
    "wrong",
    [{"slab_mm": -1}, {"slab_mm": math.nan}, {"step_mm": 0}, {"step_mm": 1e-4}, {"step_mm": math.nan}],
)
def test_that_what_is_no_length_is_refused(wrong: dict) -> None:
    source = BALLS["straight"]
    with pytest.raises(ValueError):
        CutStack(source, centred(source), MainPlane.AXIAL, **wrong)


def test_that_a_volume_of_one_voxel_layer_has_one_cut() -> None:
    source = reformattable(made_volume(ball, [(-25.0, -20.0, 31.0), (-25.0, -20.0, 32.0)]))
    stack = CutStack(source, Crosshair(position_mm=BALL), MainPlane.AXIAL, step_mm=5.0)
    assert len(stack) == 1
    assert stack.depth_mm(0) == 0
    assert np.allclose(stack[0].orientation, AXIAL)
    assert scroll_step_mm(source, centred(source), MainPlane.AXIAL) == pytest.approx(1)


def test_that_every_made_ramp_can_be_stacked() -> None:
    for name, source in ramps().items():
        for cut in MainPlane:
            stack = CutStack(source, centred(source), cut)
            middle = stack[len(stack) // 2]
            assert middle.shutter is None or not middle.shutter.all(), name
