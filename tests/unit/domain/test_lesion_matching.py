"""Which marks found which lesions, against places worked out by hand."""

import math

import pytest

from realfm_gui.domain.lesion import Lesion, LesionRegion
from realfm_gui.domain.lesion_geometry import centre_of, contains, overlap
from realfm_gui.domain.lesion_matching import Hit, score_marks
from realfm_gui.domain.mark import Mark, MarkShape
from realfm_gui.domain.protocol import LocalisationPart

SHAPE = MarkShape
INSIDE = LocalisationPart()
TRIANGLE = ((0.0, 0.0), (12.0, 0.0), (0.0, 6.0))


def lesion(
    *points: tuple[float, float], shape: MarkShape = SHAPE.BOX, frame: int = 0, **more: object
) -> Lesion:
    region = LesionRegion(frame=frame, shape=shape, points=points, **more)
    return Lesion(lesion_id="1", case_id="c", finding="nodule", regions=(region,))


def point(x: float, y: float, rating: int | None = 50, *, frame: int = 0, mark_id: str = "") -> Mark:
    return Mark(
        mark_id=mark_id or f"k-{x}-{y}-{rating}",
        finding="nodule",
        frame=frame,
        shape=SHAPE.POINT,
        points=((x, y),),
        rating=rating,
    )


def box(left: float, top: float, right: float, bottom: float) -> Mark:
    points = ((left, top), (right, bottom))
    return Mark(mark_id="k", finding="nodule", frame=0, shape=SHAPE.BOX, points=points, rating=50)


def hits(marks: list[Mark], lesions: list[Lesion], rule: LocalisationPart = INSIDE) -> list[int | None]:
    return [scored.lesion for scored in score_marks(marks, lesions, rule)]


def test_that_centres_are_where_geometry_puts_them() -> None:
    assert centre_of(SHAPE.POINT, [(3.0, 4.0)]) == (3.0, 4.0)
    assert centre_of(SHAPE.ELLIPSE, [(0.0, 10.0), (4.0, 0.0)]) == (2.0, 5.0)
    # A triangle's centroid is the mean of its corners, however far from the image's corner it lies and
    # whichever way round it was drawn; extra points on an edge do not pull it.
    far = [(x + 3000, y + 2000) for x, y in TRIANGLE]
    for outline in (far, far[::-1], [*far, (3000.0, 2003.0), (3000.0, 2001.0)]):
        assert centre_of(SHAPE.CONTOUR, outline) == pytest.approx((3004.0, 2002.0))
    assert centre_of(SHAPE.CONTOUR, [(0.0, 0.0), (4.0, 4.0), (8.0, 8.0)]) == (4.0, 4.0)


@pytest.mark.parametrize(
    ("shape", "points", "inside", "outside"),
    [
        (
            SHAPE.BOX,
            ((10.0, 8.0), (2.0, 4.0)),
            [(2.0, 4.0), (10.0, 8.0), (5.5, 6.0)],
            [(1.99, 5.0), (5.0, 8.01)],
        ),
        (SHAPE.ELLIPSE, ((0.0, 0.0), (10.0, 4.0)), [(5.0, 3.99), (0.01, 2.0)], [(0.5, 0.5), (9.5, 3.5)]),
        (SHAPE.CONTOUR, TRIANGLE, [(1.0, 1.0), (5.9, 2.9)], [(6.1, 3.1), (-0.1, 1.0), (12.0, 6.0)]),
        (SHAPE.POINT, ((3.0, 3.0),), [(3.0, 3.0)], [(3.0, 3.1)]),
    ],
)
def test_that_a_place_is_inside_a_shape_or_not(
    shape: MarkShape,
    points: tuple[tuple[float, float], ...],
    inside: list[tuple[float, float]],
    outside: list[tuple[float, float]],
) -> None:
    assert all(contains(shape, points, place) for place in inside)
    assert not any(contains(shape, points, place) for place in outside)


def test_that_overlaps_are_those_of_the_areas() -> None:
    square = ((0.0, 0.0), (10.0, 10.0))
    assert overlap(SHAPE.BOX, square, SHAPE.BOX, ((5.0, 0.0), (15.0, 10.0))) == pytest.approx(50 / 150)
    assert overlap(SHAPE.BOX, square, SHAPE.BOX, ((10.0, 10.0), (20.0, 20.0))) == 0
    # The circle in a square covers pi/4 of it; half a square cut along its diagonal, one half.
    assert overlap(SHAPE.ELLIPSE, square, SHAPE.BOX, square) == pytest.approx(math.pi / 4, abs=0.005)
    half = ((0.0, 0.0), (10.0, 0.0), (0.0, 10.0))
    assert overlap(SHAPE.CONTOUR, half, SHAPE.BOX, square) == pytest.approx(0.5, abs=0.005)
    assert overlap(SHAPE.POINT, ((5.0, 5.0),), SHAPE.BOX, square) == 0


def test_that_each_lesion_is_found_once_by_the_mark_rated_highest() -> None:
    lesions = [lesion((0, 0), (10, 10)), lesion((20, 0), (30, 10))]
    marks = [point(5, 5, 40), point(6, 6, 90), point(25, 5, 10), point(50, 50, 95)]
    scored = score_marks(marks, lesions, INSIDE)
    assert [s.lesion for s in scored] == [None, 0, 1, None]
    assert [s.hit for s in scored] == [Hit.NON_LESION, Hit.LESION, Hit.LESION, Hit.NON_LESION]
    ignoring = score_marks(marks, lesions, LocalisationPart(repeats="ignored"))
    assert [s.hit for s in ignoring] == [Hit.REPEAT, Hit.LESION, Hit.LESION, Hit.NON_LESION]


def test_that_of_equal_ratings_the_first_mark_finds_the_lesion() -> None:
    assert hits([point(5, 5), point(6, 6)], [lesion((0, 0), (10, 10))]) == [0, None]


def test_that_a_mark_in_two_lesions_takes_the_nearer_and_leaves_the_other_to_the_next() -> None:
    lesions = [lesion((0, 0), (20, 10)), lesion((10, 0), (30, 10))]  # centres at columns 10 and 20
    assert hits([point(16, 5, 90), point(17, 5, 80)], lesions) == [1, 0]


def test_that_a_radius_counts_in_the_patient_where_it_is_in_millimetres() -> None:
    within = LocalisationPart(rule="distance", radius_mm=5)
    target = lesion((0, 0), (10, 10), spacing_mm=(1.0, 0.5))  # centre (5, 5); rows 1 mm, columns .5 mm
    assert hits([point(15, 5)], [target], within) == [0]
    assert hits([point(15.1, 5)], [target], within) == [None]
    assert hits([point(5, 10.1)], [target], within) == [None]
    assert hits([point(11, 9)], [target], within) == [0]  # 3 and 4 mm
    with pytest.raises(ValueError, match="spacing"):
        hits([point(5, 5)], [lesion((0, 0), (10, 10))], within)


def test_that_a_radius_in_pixels_counts_in_pixel_widths() -> None:
    within = LocalisationPart(rule="distance", radius_px=5)
    target = lesion((5, 5), shape=SHAPE.POINT, aspect=2.0)  # a row is as high as two columns are wide
    assert hits([point(10, 5)], [target], within) == [0]
    assert hits([point(5, 7.5)], [target], within) == [0]
    assert hits([point(5, 7.6)], [target], within) == [None]


def test_that_enough_overlap_is_asked_of_shapes() -> None:
    third = LocalisationPart(rule="overlap", overlap=1 / 3)
    target = lesion((0, 0), (10, 10))
    assert hits([box(5, 0, 15, 10)], [target], third) == [0]
    assert hits([box(5.1, 0, 15.1, 10)], [target], third) == [None]


def test_that_a_mark_lies_on_the_lesions_slice_or_as_near_as_the_protocol_says() -> None:
    target = lesion((0, 0), (10, 10), frame=4, stack=(2, 8))
    marks = [point(5, 5, frame=frame) for frame in (3, 4, 5, 6)]
    assert [hits([mark], [target])[0] for mark in marks] == [None, 0, None, None]
    near = LocalisationPart(slices=1)
    assert [hits([mark], [target], near)[0] for mark in marks] == [0, 0, 0, None]
    edge = lesion((0, 0), (10, 10), frame=4, stack=(4, 8))
    assert hits([marks[0]], [edge], near) == [None], "the frame before belongs to another series"


def test_that_a_lesion_on_several_slices_is_found_on_any_of_them() -> None:
    regions = tuple(
        LesionRegion(frame=frame, shape=SHAPE.BOX, points=((frame, 0.0), (frame + 10.0, 10.0)))
        for frame in (0, 1)
    )
    one = Lesion(lesion_id="1", case_id="c", finding="nodule", regions=regions)
    assert hits([point(10.5, 5, frame=1, rating=80), point(0.5, 5, frame=0, rating=60)], [one]) == [0, None]
    assert hits([point(10.5, 5, frame=0)], [one]) == [None]


def test_that_an_unrated_mark_is_never_scored() -> None:
    with pytest.raises(ValueError, match="unrated"):
        score_marks([point(0, 0, None)], [], INSIDE)


def test_that_a_lesion_comes_back_from_its_payload() -> None:
    made = lesion((0.0, 1.0), (2.0, 3.0), frame=4, stack=(2, 8), spacing_mm=(0.5, 0.25), aspect=2.0)
    assert Lesion.from_payload(made.to_payload()) == made
    with pytest.raises(ValueError, match="stack"):
        lesion((0.0, 1.0), (2.0, 3.0), frame=9, stack=(2, 8))
