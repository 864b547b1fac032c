"""Centres, insides and overlaps of marked shapes, in image pixels."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.enclosed import Box, enclosed
from realfm_gui.domain.mark import MarkShape
from realfm_gui.domain.measurement import MeasurementKind, Point

_GRID = 512
"""Cells along the longer side of what two outlines cover together: their overlap is counted to about 1/100
even where one is a twentieth of the other."""


def centre_of(shape: MarkShape, points: Sequence[Point]) -> Point:
    """Return the centre (column, row): of a contour the centroid of what it encloses.

    The centroid is that of the polygon (Bourke P. Calculating the area and centroid of a polygon, 1988); an
    outline that encloses nothing has the mean of its points.

    Examples
    --------
    >>> centre_of(MarkShape.BOX, [(10.0, 20.0), (30.0, 24.0)])
    (20.0, 22.0)
    """
    if shape is not MarkShape.CONTOUR:
        return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)
    x0, y0 = points[0]  # from which the others are counted: far from 0 the terms cancel
    x, y = (np.array(part, np.float64) for part in zip(*points, strict=True))
    x, y = x - x0, y - y0
    cross = x * np.roll(y, -1) - np.roll(x, -1) * y
    doubled = float(cross.sum())
    if abs(doubled) < 1e-9 * max(1.0, float(np.ptp(x)) * float(np.ptp(y))):
        return float(x.mean()) + x0, float(y.mean()) + y0
    column = float(((x + np.roll(x, -1)) * cross).sum()) / (3 * doubled)
    row = float(((y + np.roll(y, -1)) * cross).sum()) / (3 * doubled)
    return column + x0, row + y0


def contains(shape: MarkShape, points: Sequence[Point], place: Point) -> bool:
    """Whether a place lies in a shape, its border included; a point encloses nothing but itself."""
    if shape is MarkShape.POINT:
        return place == points[0]
    if shape is MarkShape.BOX:
        (left, top), (right, bottom) = _corners(points)
        return left <= place[0] <= right and top <= place[1] <= bottom
    moved = [(column - place[0], row - place[1]) for column, row in points]
    here = Box(top=0, left=0, bottom=1, right=1)  # the place itself, now at (0, 0)
    return bool(enclosed(shape.drawn_as, moved, here)[0, 0])


def overlap(one: MarkShape, points: Sequence[Point], other: MarkShape, others: Sequence[Point]) -> float:
    """Return the intersection over union of two shapes, 0 to 1; points overlap nothing.

    Exact for two boxes, otherwise counted on a grid of 512 cells along the longer side of both.

    Examples
    --------
    >>> overlap(MarkShape.BOX, [(0, 0), (10, 10)], MarkShape.BOX, [(5, 0), (15, 10)])
    0.3333333333333333
    """
    if not (one.has_area and other.has_area):
        return 0.0
    if one is MarkShape.BOX and other is MarkShape.BOX:
        return _overlap_of_boxes(_corners(points), _corners(others))
    (left, top), (right, bottom) = _corners([*points, *others])
    side = max(right - left, bottom - top)
    if not side:
        return 0.0
    scale = _GRID / side
    grid = Box(
        top=0, left=0, bottom=math.ceil((bottom - top) * scale), right=math.ceil((right - left) * scale)
    )
    masks = [
        _mask(shape, [((x - left) * scale - 0.5, (y - top) * scale - 0.5) for x, y in shown], grid)
        for shape, shown in ((one, points), (other, others))
    ]
    union = int((masks[0] | masks[1]).sum())
    return int((masks[0] & masks[1]).sum()) / union if union else 0.0


def _mask(shape: MarkShape, points: Sequence[Point], grid: Box) -> NDArray[np.bool_]:
    if shape is MarkShape.BOX:
        (left, top), (right, bottom) = _corners(points)
        points = [(left, top), (right, top), (right, bottom), (left, bottom)]
        return enclosed(MeasurementKind.FREEHAND, points, grid)
    return enclosed(shape.drawn_as, points, grid)


def _overlap_of_boxes(one: tuple[Point, Point], other: tuple[Point, Point]) -> float:
    (left, top), (right, bottom) = one
    (other_left, other_top), (other_right, other_bottom) = other
    width = max(0.0, min(right, other_right) - max(left, other_left))
    height = max(0.0, min(bottom, other_bottom) - max(top, other_top))
    common = width * height
    union = (right - left) * (bottom - top) + (other_right - other_left) * (other_bottom - other_top) - common
    return common / union if union else 0.0


def _corners(points: Sequence[Point]) -> tuple[Point, Point]:
    """Return the upper left and lower right corner of what encloses the points."""
    columns, rows = zip(*points, strict=True)
    return (min(columns), min(rows)), (max(columns), max(rows))
