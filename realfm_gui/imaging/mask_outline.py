"""The border of what a model found, as closed lines that can be painted sharp at any zoom."""

import math

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.ai_finding import AiRegion, AiShape
from realfm_gui.domain.measurement import Point

Corner = tuple[float, float]
"""(column, row) on the mask's own grid: cell k reaches from k - 1/2 to k + 1/2."""

ELLIPSE_CORNERS = 72
"""One every five degrees looks round at any size."""

_Steps = dict[tuple[int, int], list[tuple[int, int]]]


def region_outlines(region: AiRegion) -> tuple[tuple[Point, ...], ...]:
    """Return the border lines of a place, closed, in image positions (column, row); none of a point."""
    if region.mask is not None and region.grid is not None:
        lines = []
        for line in mask_outlines(region.mask):
            placed = [region.grid.to_image(row, column) for column, row in line]
            lines.append(tuple((column, row) for row, column in placed))
        return tuple(lines)
    if region.shape is AiShape.POINT:
        return ()
    if region.shape is AiShape.CONTOUR:
        return (region.points,)
    left, top, right, bottom = region.bounds
    if region.shape is AiShape.BOX:
        return (((left, top), (right, top), (right, bottom), (left, bottom)),)
    turns = [2 * math.pi * step / ELLIPSE_CORNERS for step in range(ELLIPSE_CORNERS)]
    column, row = region.center
    return (
        tuple(
            (column + region.width / 2 * math.cos(turn), row + region.height / 2 * math.sin(turn))
            for turn in turns
        ),
    )


def mask_outlines(mask: NDArray[np.bool_]) -> list[list[Corner]]:
    """Return the border lines of a mask, outer ones clockwise on the screen, holes the other way round.

    Parameters
    ----------
    mask : ndarray of bool, shape (rows, columns)

    Returns
    -------
    list of closed lines, each a list of its corners without the first one repeated. Cells that meet at a
    corner only have lines of their own.

    Examples
    --------
    >>> mask_outlines(np.array([[True]]))
    [[(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]]
    """
    following = _edges(mask)
    lines: list[list[Corner]] = []
    while following:
        # The edges that were found first begin at corners: the leftmost upper edge of what is left.
        lines.append(_line_from(next(iter(following)), following))
    return lines


def _edges(mask: NDArray[np.bool_]) -> _Steps:
    """Return, per corner (column, row) of cell edges, where the border goes on with the mask to its right."""
    padded = np.pad(mask, 1)
    inside = padded[1:-1, 1:-1]
    following: _Steps = {}
    for neighbour, start, end in (
        (padded[:-2, 1:-1], (0, 0), (1, 0)),  # nothing above: along the upper edge to the right
        (padded[1:-1, 2:], (1, 0), (1, 1)),
        (padded[2:, 1:-1], (1, 1), (0, 1)),
        (padded[1:-1, :-2], (0, 1), (0, 0)),
    ):
        rows, columns = np.nonzero(inside & ~neighbour)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            here = (column + start[0], row + start[1])
            following.setdefault(here, []).append((column + end[0], row + end[1]))
    return following


def _line_from(start: tuple[int, int], following: _Steps) -> list[Corner]:
    """Take one closed line out of the edges; of two ways on, the right turn: it keeps to the same cell."""
    line: list[tuple[int, int]] = [start]
    here, came = start, (0, 0)
    while True:
        ways = following[here]
        way = ways[0] if len(ways) == 1 else max(ways, key=lambda end: _turn(came, _step(here, end)))
        ways.remove(way)
        if not ways:
            del following[here]
        step = _step(here, way)
        if step == came:
            line[-1] = way  # straight on: no corner here
        else:
            line.append(way)
        here, came = way, step
        if here == start:
            return [(column - 0.5, row - 0.5) for column, row in line[:-1]]


def _step(start: tuple[int, int], end: tuple[int, int]) -> tuple[int, int]:
    return end[0] - start[0], end[1] - start[1]


def _turn(before: tuple[int, int], after: tuple[int, int]) -> int:
    """Return 1 for a right turn on the screen (rows downwards), -1 for a left one, 0 for straight on."""
    return before[0] * after[1] - before[1] * after[0]
