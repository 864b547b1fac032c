"""What measurements are, and what they measure, against geometry done by hand."""

import math

import numpy as np
import pytest

from realfm_gui.domain.images import CalibratedRegion, Frame
from realfm_gui.domain.measurement import Measurement, MeasurementKind, new_measurement_id
from realfm_gui.domain.measuring import measure, pixels_in_box, scale_at

KIND = MeasurementKind


def frame(rows: int = 40, columns: int = 60, **given) -> Frame:
    pixels = np.arange(rows * columns, dtype=np.uint16).reshape(rows, columns)
    return Frame(pixels=pixels, **given)


def drawn(kind: MeasurementKind, *points: tuple[float, float]) -> Measurement:
    return Measurement(measurement_id="m-1", kind=kind, frame=0, points=points)


ANISOTROPIC = {"spacing_mm": (0.5, 0.2), "spacing_kind": "patient", "aspect": 2.5}
CM = CalibratedRegion(
    top=0, left=0, bottom=19, right=59, row_delta=0.02, column_delta=0.01, row_units="cm", column_units="cm"
)
DOPPLER = CalibratedRegion(
    top=20, left=0, bottom=39, right=59, row_delta=-1, column_delta=0.01, row_units="cm/s", column_units="s"
)


def test_that_a_length_counts_rows_and_columns_by_their_own_spacing():
    found = measure(drawn(KIND.LENGTH, (10, 5), (25, 13)), frame(**ANISOTROPIC))
    assert found.length == pytest.approx(math.hypot(15 * 0.2, 8 * 0.5))  # 3-4-5 triangle in mm
    assert (found.length, found.scale.unit) == (pytest.approx(5.0), "mm")


@pytest.mark.parametrize(
    ("given", "unit", "length"),
    [
        ({"spacing_mm": (0.1, 0.1), "spacing_kind": "patient"}, "mm", 0.5),
        ({"spacing_mm": (0.1, 0.1), "spacing_kind": "detector"}, "mm at the detector", 0.5),
        ({"spacing_mm": (0.1, 0.1), "spacing_kind": "none"}, "px", 5.0),
        ({}, "px", 5.0),
        ({"aspect": 2.0}, "px", math.hypot(3, 8)),  # in pixel widths
    ],
)
def test_that_a_length_is_in_the_unit_the_file_vouches_for(given, unit, length):
    found = measure(drawn(KIND.LENGTH, (0, 0), (3, 4)), frame(**given))
    assert (found.scale.unit, found.length) == (unit, pytest.approx(length))


def test_that_ultrasound_is_measured_by_the_region_and_only_within_one():
    image = frame(regions=(CM, DOPPLER), spacing_mm=(9.0, 9.0), spacing_kind="patient")
    inside = measure(drawn(KIND.LENGTH, (0, 0), (30, 20.2)), image)
    assert inside.scale.unit == "px"  # the second end lies in the other region
    inside = measure(drawn(KIND.LENGTH, (0, 0), (30, 19)), image)
    assert (inside.length, inside.scale.unit) == (pytest.approx(math.hypot(30 * 0.1, 19 * 0.2)), "mm")
    outside = measure(drawn(KIND.LENGTH, (-20, -20), (-10, -20)), image)
    assert (outside.length, outside.scale.unit) == (10, "px")
    doppler = measure(drawn(KIND.LENGTH, (0, 25), (30, 25)), image)
    assert (doppler.length, doppler.scale.unit) == (30, "px")


def test_that_there_is_no_angle_between_time_and_velocity():
    image = frame(regions=(CM, DOPPLER))
    assert measure(drawn(KIND.ANGLE, (5, 30), (10, 35), (20, 35)), image).angle_deg is None
    assert measure(drawn(KIND.ANGLE, (5, 5), (10, 15), (20, 15)), image).angle_deg is not None


@pytest.mark.parametrize("degrees", [0.0, 0.001, 30.0, 90.0, 135.0, 179.9, 180.0])
def test_that_an_angle_is_that_of_the_patient_not_of_the_pixels(degrees: float):
    # Built in millimetres, drawn in pixels of 0.2 x 0.5 mm.
    end = (5 * math.cos(math.radians(degrees)), 5 * math.sin(math.radians(degrees)))
    points = [(20 + x / 0.2, 10 + y / 0.5) for x, y in ((5.0, 0.0), (0.0, 0.0), end)]
    found = measure(drawn(KIND.ANGLE, *points), frame(**ANISOTROPIC))
    assert found.angle_deg == pytest.approx(degrees, abs=1e-9)


@pytest.mark.parametrize("is_turned_round", [False, True])
def test_that_a_cobb_angle_does_not_depend_on_the_way_its_lines_were_drawn(is_turned_round: bool):
    upper = [(0, 0), (20, math.tan(math.radians(25)) * 20)]
    lower = [(0, 30), (20, 30 - math.tan(math.radians(18)) * 20)]
    points = [*upper, *(reversed(lower) if is_turned_round else lower)]
    assert measure(drawn(KIND.COBB, *points), frame()).angle_deg == pytest.approx(43)


@pytest.mark.parametrize("flips", [(False, False), (True, False), (False, True), (True, True)], ids=str)
@pytest.mark.parametrize("degrees", [0.5, 43.0, 89.9, 90.1, 120.0, 170.0])
def test_that_a_cobb_angle_is_that_of_the_arc_a_spine_makes(degrees: float, flips: tuple[bool, bool]):
    """A spine that bends evenly by so many degrees: its end plates are radii of the arc, at any tilt."""
    for tilt in (0.0, 25.0, 140.0):
        points = []
        for end, is_flipped in zip((-degrees / 2, degrees / 2), flips, strict=True):
            turn = math.radians(end + tilt)
            plate = [(radius * math.cos(turn), radius * math.sin(turn)) for radius in (90.0, 110.0)]
            points += reversed(plate) if is_flipped else plate
        pixels = [(x / 0.2, y / 0.5) for x, y in points]
        found = measure(drawn(KIND.COBB, *pixels), frame(**ANISOTROPIC))
        assert found.angle_deg == pytest.approx(degrees, abs=1e-9)


@pytest.mark.parametrize(
    ("lower", "degrees"),
    [
        ([(0, 30), (20, 30)], 30.0),  # one end plate level
        ([(0, 30), (20, 30 + 20 * math.tan(math.radians(10)))], 20.0),  # both tilted the same way
    ],
)
def test_that_tilts_to_the_same_side_are_subtracted_and_to_opposite_sides_added(lower, degrees: float):
    upper = [(0, 0), (20, 20 * math.tan(math.radians(30)))]
    assert measure(drawn(KIND.COBB, *upper, *lower), frame()).angle_deg == pytest.approx(degrees)


def test_that_lines_that_cross_in_their_middles_give_the_smaller_angle():
    steep = math.tan(math.radians(70))
    crossing = drawn(KIND.COBB, (0, 0), (20, 20 * steep), (20, 0), (0, 20 * steep))
    assert measure(crossing, frame()).angle_deg == pytest.approx(40)


def test_that_an_angle_needs_arms():
    assert measure(drawn(KIND.ANGLE, (1, 1), (1, 1), (5, 5)), frame()).angle_deg is None


def test_that_a_rectangle_gives_area_and_the_values_of_the_pixels_in_it():
    image = frame(slope=2.0, intercept=-100.0, units="HU", **ANISOTROPIC)
    found = measure(drawn(KIND.RECTANGLE, (14.5, 7.5), (9.5, 4.5)), image)
    assert found.area == pytest.approx(5 * 0.2 * 3 * 0.5)
    assert found.sides == pytest.approx((1.0, 1.5))
    values = image.values()[5:8, 10:15].astype(float)
    assert found.statistics is not None
    assert found.statistics.count == 15
    assert found.statistics.mean == pytest.approx(values.mean())
    assert found.statistics.sd == pytest.approx(values.std())
    assert (found.statistics.minimum, found.statistics.maximum) == (values.min(), values.max())


def test_that_an_ellipse_has_the_area_of_an_ellipse_and_only_the_pixels_in_it():
    found = measure(drawn(KIND.ELLIPSE, (10, 5), (50, 35)), frame(**ANISOTROPIC))
    assert found.area == pytest.approx(math.pi * 20 * 0.2 * 15 * 0.5)
    assert found.statistics is not None
    assert found.statistics.count == sum(
        ((c - 30) / 20) ** 2 + ((r - 20) / 15) ** 2 <= 1 for c in range(60) for r in range(40)
    )


def test_that_an_outline_encloses_what_lies_in_it():
    triangle = drawn(KIND.FREEHAND, (10, 10), (30, 10), (10, 30))
    found = measure(triangle, frame(**ANISOTROPIC))
    assert found.area == pytest.approx(200 * 0.2 * 0.5)
    assert found.statistics is not None
    assert 180 <= found.statistics.count <= 220
    mirrored = measure(drawn(KIND.FREEHAND, (10, 10), (10, 30), (30, 10)), frame(**ANISOTROPIC))
    assert (mirrored.area, mirrored.statistics) == (found.area, found.statistics)


def test_that_an_outline_that_crosses_itself_has_the_area_it_winds_around():
    # Two squares of side 10 that touch: the formula of the shoelace takes one from the other.
    eight = drawn(KIND.FREEHAND, (10, 10), (20, 10), (20, 30), (30, 30), (30, 20), (10, 20))
    assert measure(eight, frame()).area == pytest.approx(200, rel=0.01)
    # A circle whose end was drawn over its beginning.
    turns = np.radians(np.arange(0, 400, 5))
    circle = [(30 + 15 * math.cos(t), 20 + 15 * math.sin(t)) for t in turns]
    assert measure(drawn(KIND.FREEHAND, *circle), frame()).area == pytest.approx(math.pi * 225, rel=0.01)


def test_that_a_region_beyond_the_image_counts_the_pixels_there_are():
    found = measure(drawn(KIND.RECTANGLE, (-10, -10), (1, 1)), frame())
    assert found.statistics is not None
    assert found.statistics.count == 4
    outside = measure(drawn(KIND.ELLIPSE, (-10, -10), (-1, -1)), frame())
    assert (outside.statistics, outside.area) == (None, pytest.approx(math.pi / 4 * 81))


def test_that_padding_and_what_a_shutter_hides_are_no_part_of_a_region():
    shutter = np.zeros((40, 60), np.bool_)
    shutter[1] = True
    image = frame(padding=(0, 2), shutter=shutter)
    found = measure(drawn(KIND.RECTANGLE, (0, 0), (9, 1)), image)
    assert found.statistics is not None
    assert (found.statistics.count, found.statistics.minimum) == (7, 3)
    assert measure(drawn(KIND.PROBE, (1, 0)), image).value is None
    assert measure(drawn(KIND.PROBE, (3, 1)), image).value is None
    assert measure(drawn(KIND.PROBE, (3, 0)), image).value == 3


def test_that_a_probe_reads_the_pixel_it_lies_in():
    image = frame(slope=2.0, intercept=-1000.0)
    for point in ((10, 3), (10.49, 2.51), (9.5, 3.49)):
        assert measure(drawn(KIND.PROBE, point), image).value == 2 * (3 * 60 + 10) - 1000
    assert measure(drawn(KIND.PROBE, (-0.51, 3)), image).value is None
    assert measure(drawn(KIND.PROBE, (3, 39.5)), image).value is None


def test_that_a_probe_on_a_colour_image_reads_its_colour():
    rgb = np.zeros((4, 4, 3), np.uint8)
    rgb[2, 1] = (10, 20, 30)
    assert measure(drawn(KIND.PROBE, (1, 2)), Frame(pixels=rgb)).rgb == (10, 20, 30)


def test_that_statistics_can_be_left_out_and_what_they_cost_is_known():
    rectangle = drawn(KIND.RECTANGLE, (0, 0), (9, 4))
    assert measure(rectangle, frame(), with_statistics=False).statistics is None
    assert pixels_in_box(rectangle, frame()) == 50
    assert pixels_in_box(drawn(KIND.LENGTH, (0, 0), (9, 4)), frame()) == 0


def test_that_the_scale_of_an_image_without_regions_does_not_depend_on_the_place():
    assert scale_at(frame(**ANISOTROPIC), [(-5, 3), (900, 2)]).row == 0.5


@pytest.mark.parametrize(
    ("kind", "points", "reason"),
    [
        (KIND.LENGTH, ((0, 0),), "2 points"),
        (KIND.COBB, ((0, 0), (1, 1), (2, 2)), "4 points"),
        (KIND.FREEHAND, ((0, 0), (1, 1)), "3 to"),
        (KIND.PROBE, ((math.nan, 0),), "not a number"),
    ],
)
def test_that_a_measurement_without_its_points_is_refused(kind, points, reason):
    with pytest.raises(ValueError, match=reason):
        drawn(kind, *points)


def test_that_a_measurement_survives_its_payload_unchanged():
    made = drawn(KIND.ANGLE, (1.25, 2.0), (3.0, 4.0), (5.5, 6.0))
    assert Measurement.from_payload(made.to_payload()) == made


def test_that_ids_are_random():
    assert len({new_measurement_id() for _ in range(50)}) == 50
