"""What a measurement measures on its frame: lengths, angles, areas and pixel values, in honest units.

A length is in millimetres only where the file says what a pixel is worth at every point of the measurement;
everywhere else it is in pixels. A wrong millimetre is worse than a pixel.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.enclosed import Box, enclosed, outline_area
from realfm_gui.domain.images import Frame
from realfm_gui.domain.measurement import REGIONS, Measurement, MeasurementKind, Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What one step between columns and between rows is worth, in `unit`.

    `unit` is "mm", "mm at the detector" (projection: longer than in the patient by the unknown
    magnification) or "px" (pixel widths: rows count as much as they are higher than wide).
    `is_geometric` is False where the two directions are no lengths (time, velocity): an angle means nothing.
    """

    column: float
    row: float
    unit: str
    is_geometric: bool = True

    def vector(self, start: Point, end: Point) -> tuple[float, float]:
        """Return the way from one point to another, (along the columns, along the rows), in `unit`."""
        return (end[0] - start[0]) * self.column, (end[1] - start[1]) * self.row


@dataclass(frozen=True, slots=True, kw_only=True)
class PixelStatistics:
    """Of the modality values in a region: `count` pixels; `sd` divides by the count (it describes them)."""

    count: int
    mean: float
    sd: float
    minimum: float
    maximum: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The result of a measurement; what its kind does not give is None.

    `length` and the `sides` of a rectangle or ellipse's box (along the columns, along the rows) are in
    `scale.unit`, `area` in its square. `angle_deg` is 0 to 180. `value` is the
    modality value under a probe, `rgb` its colour; both None on a pixel that is no part of the image.
    """

    scale: Scale
    length: float | None = None
    angle_deg: float | None = None
    sides: tuple[float, float] | None = None
    area: float | None = None
    statistics: PixelStatistics | None = None
    value: float | None = None
    rgb: tuple[int, int, int] | None = None


def scale_at(frame: Frame, points: Sequence[Point]) -> Scale:
    """Return what pixels are worth at these points of a frame.

    An image with calibrated regions (ultrasound) has a scale only where all the points lie in the same one.
    """
    pixels = Scale(column=1.0, row=frame.aspect, unit="px")
    if frame.regions:
        regions = [frame.region_at(row, column) for column, row in points]
        first = regions[0] if regions else None
        if first is None:
            return pixels
        if any(region != first for region in regions) or first.spacing_mm is None:
            return replace(pixels, is_geometric=_is_length(first.row_units, first.column_units))
        row_mm, column_mm = first.spacing_mm
        return Scale(column=column_mm, row=row_mm, unit="mm")
    if frame.spacing_mm is None or frame.spacing_kind not in ("patient", "detector"):
        return pixels
    row_mm, column_mm = frame.spacing_mm
    unit = "mm" if frame.spacing_kind == "patient" else "mm at the detector"
    return Scale(column=column_mm, row=row_mm, unit=unit)


def _is_length(*units: str) -> bool:
    return set(units) <= {"cm", ""}


def measure(measurement: Measurement, frame: Frame, *, with_statistics: bool = True) -> Measured:
    """Return what a measurement says on its frame.

    Parameters
    ----------
    measurement : Measurement
    frame : Frame
        The frame it was drawn on.
    with_statistics : bool
        False leaves out the pixel statistics of a region, which cost time in proportion to its pixels.

    Notes
    -----
    Areas are those of the shape itself, not of counted pixels; an outline that crosses itself encloses what
    it winds around at all. The statistics are over pixels whose centre lies in the shape, without padding
    and what the file's shutter hides.
    """
    points = measurement.points
    scale = scale_at(frame, points)
    match measurement.kind:
        case MeasurementKind.LENGTH:
            return Measured(scale=scale, length=math.hypot(*scale.vector(*points)))
        case MeasurementKind.ANGLE:
            first, second = scale.vector(points[1], points[0]), scale.vector(points[1], points[2])
            return Measured(scale=scale, angle_deg=_angle_deg(first, second, scale))
        case MeasurementKind.COBB:
            return Measured(scale=scale, angle_deg=_cobb_deg(points, scale))
        case MeasurementKind.PROBE:
            return _probed(frame, points[0], scale)
    statistics = _statistics(measurement, frame) if with_statistics else None
    if measurement.kind is MeasurementKind.FREEHAND:
        area = outline_area(points) * scale.column * scale.row
        return Measured(scale=scale, area=area, statistics=statistics)
    width, height = (abs(side) for side in scale.vector(*points))
    filled = 1.0 if measurement.kind is MeasurementKind.RECTANGLE else math.pi / 4
    return Measured(scale=scale, sides=(width, height), area=filled * width * height, statistics=statistics)


def _angle_deg(first: tuple[float, float], second: tuple[float, float], scale: Scale) -> float | None:
    if not (scale.is_geometric and any(first) and any(second)):
        return None
    # atan2 of cross and dot product: exact near 0 and 180 degrees, where the arc cosine is not.
    cross = first[0] * second[1] - first[1] * second[0]
    dot = first[0] * second[0] + first[1] * second[1]
    return abs(math.degrees(math.atan2(cross, dot)))


def _cobb_deg(points: Sequence[Point], scale: Scale) -> float | None:
    """Return a Cobb angle, 0 to 180 degrees: where the two lines meet, the angle that looks at the spine.

    It is the angle, at the lines' intersection, of the triangle that this makes with their middles. Two lines
    alone leave open which of the two angles between them is meant; the way from one middle to the other, the
    spine's, tells. In vectors, which need no intersection (parallel lines have none): both lines are made to
    point to the same side of that way, and it is the angle between them. The order in which their ends were
    drawn does not matter. Where a line lies along that way, or the middles coincide, there is no such side,
    and the smaller angle is given.

    References
    ----------
    Cobb JR. Outline for the study of scoliosis. AAOS Instr Course Lect 1948;5:261-275 (lines along the end
    plates of the end vertebrae, which meet on the concave side of the curve).
    """
    first, second = scale.vector(*points[:2]), scale.vector(*points[2:])
    angle = _angle_deg(first, second, scale)
    if angle is None:
        return None
    middles = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in (points[:2], points[2:])]
    way = scale.vector(*middles)
    sides = [way[0] * line[1] - way[1] * line[0] for line in (first, second)]
    if not all(sides):
        return min(angle, 180.0 - angle)
    return angle if sides[0] * sides[1] > 0 else 180.0 - angle


def _probed(frame: Frame, point: Point, scale: Scale) -> Measured:
    column, row = (math.floor(part + 0.5) for part in point)
    if not (0 <= row < frame.rows and 0 <= column < frame.columns):
        return Measured(scale=scale)
    box = Box(top=row, left=column, bottom=row + 1, right=column + 1)
    if not _counted(frame, box)[0, 0]:
        return Measured(scale=scale)
    if frame.is_colour:
        red, green, blue = (int(part) for part in frame.pixels[row, column])
        return Measured(scale=scale, rgb=(red, green, blue))
    return Measured(scale=scale, value=float(_values(frame, box)[0, 0]))


def pixels_in_box(measurement: Measurement, frame: Frame) -> int:
    """Return how many pixels have to be looked at for the statistics of a region: what they cost."""
    return Box.around(measurement.points, frame).size if measurement.kind in REGIONS else 0


def _statistics(measurement: Measurement, frame: Frame) -> PixelStatistics | None:
    box = Box.around(measurement.points, frame)
    if not box.size:
        return None
    inside = enclosed(measurement.kind, measurement.points, box) & _counted(frame, box)
    values = _values(frame, box)[inside].astype(np.float64)
    if not values.size:
        return None
    return PixelStatistics(
        count=int(values.size),
        mean=float(values.mean()),
        sd=float(values.std()),
        minimum=float(values.min()),
        maximum=float(values.max()),
    )


def _values(frame: Frame, box: Box) -> NDArray[np.float32]:
    """Return the modality values of a part of a frame only: a whole radiograph takes a tenth of a second."""
    return replace(frame, pixels=frame.pixels[box.slices], shutter=None, overlays=()).values()


def _counted(frame: Frame, box: Box) -> NDArray[np.bool_]:
    """Return which pixels are part of the image: neither padding nor hidden by the file's shutter."""
    pixels = frame.pixels[box.slices]
    counted = np.ones(pixels.shape[:2], np.bool_)
    if frame.padding is not None and not frame.is_colour:
        counted &= (pixels < frame.padding[0]) | (pixels > frame.padding[1])
    if frame.shutter is not None:
        counted &= ~frame.shutter[box.slices]
    return counted
