"""The lines and handles of measurements in image coordinates, and what a hand means by pulling at them."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from realfm_gui.domain.measurement import Measurement, MeasurementKind, Point

_BOXES = (MeasurementKind.RECTANGLE, MeasurementKind.ELLIPSE)
ELLIPSE_CORNERS = 72
"""Of the polygon that an ellipse is drawn as: one every five degrees looks round at any size."""


def lines_of(kind: MeasurementKind, points: Sequence[Point]) -> list[list[Point]]:
    """Return what is drawn, polylines of (column, row); `points` may still be fewer than the kind needs."""
    if kind is MeasurementKind.PROBE or len(points) < 2:
        return []
    if kind is MeasurementKind.COBB:
        return [list(points[:2]), *([list(points[2:])] if len(points) > 3 else [])]
    if kind is MeasurementKind.FREEHAND:
        return [[*points, points[0]]]
    if kind in _BOXES:
        corners = corners_of(points)
        if kind is MeasurementKind.RECTANGLE:
            return [[*corners, corners[0]]]
        (left, top), (right, bottom) = points[0], points[1]
        turns = [2 * math.pi * step / ELLIPSE_CORNERS for step in range(ELLIPSE_CORNERS + 1)]
        return [
            [
                (
                    (left + right) / 2 + (right - left) / 2 * math.cos(turn),
                    (top + bottom) / 2 + (bottom - top) / 2 * math.sin(turn),
                )
                for turn in turns
            ]
        ]
    return [list(points)]


def corners_of(points: Sequence[Point]) -> list[Point]:
    """Return the four corners of a box from two opposite ones, around."""
    (left, top), (right, bottom) = points[0], points[1]
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def handles_of(kind: MeasurementKind, points: Sequence[Point]) -> list[Point]:
    """Return the places that can be pulled; an outline drawn by hand has none and is moved as a whole."""
    if kind is MeasurementKind.FREEHAND:
        return []
    return corners_of(points) if kind in _BOXES and len(points) == 2 else list(points)


def with_handle_at(measurement: Measurement, handle: int, point: Point) -> Measurement:
    """Return a measurement with one of its handles moved to a place."""
    points = list(measurement.points)
    if measurement.kind in _BOXES:
        opposite = corners_of(points)[(handle + 2) % 4]
        return replace(measurement, points=(point, opposite))
    points[handle] = point
    return replace(measurement, points=tuple(points))


def moved(measurement: Measurement, columns: float, rows: float) -> Measurement:
    """Return a measurement moved as a whole."""
    points = tuple((rounded(column + columns), rounded(row + rows)) for column, row in measurement.points)
    return replace(measurement, points=points)


def rounded(part: float) -> float:
    """Return a coordinate as it is stored: a thousandth of a pixel is finer than any hand."""
    return round(part, 3)


def distance_to_line(at: Point, line: Sequence[Point]) -> float:
    """Return the distance of a place from the nearest part of a polyline, all in the same unit."""
    return min(
        (_distance_to_segment(at, start, end) for start, end in pairwise(line)),
        default=math.inf,
    )


def _distance_to_segment(at: Point, start: Point, end: Point) -> float:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length2 = dx * dx + dy * dy
    along = 0.0 if not length2 else ((at[0] - start[0]) * dx + (at[1] - start[1]) * dy) / length2
    along = min(max(along, 0.0), 1.0)
    return math.dist(at, (start[0] + along * dx, start[1] + along * dy))
