"""Where marks lie on the screen: lines, handles, labels, and what the hand reaches. Without Qt's widgets."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from realfm_gui.domain.mark import Mark, MarkShape
from realfm_gui.domain.measurement import Point
from realfm_gui.gui.viewer.shapes import distance_to_line, handles_of, lines_of

REACH_PX = 7.0
"""Logical pixels from a line or a handle within which the hand takes hold of it."""

RING_PX = 11.0
"""Radius of the ring around a marked point: the lesion in it stays visible."""

LABEL_GAP_PX = 6.0

Place = Callable[[Point], Point]
"""Image position -> (x, y) on the screen, in logical pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenBox:
    """A rectangle in logical pixels."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height

    def holds(self, x: float, y: float) -> bool:
        """Whether a place lies in it."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom

    def covered_by(self, other: "ScreenBox") -> float:
        """Return the area that another box has in common with this one."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, width) * max(0.0, height)


def bounds_of(mark: Mark, place: Place) -> ScreenBox:
    """Return what a mark takes on the screen, the ring of a point included."""
    placed = [place(point) for point in _outer(mark)]
    left, top = min(x for x, _ in placed), min(y for _, y in placed)
    right, bottom = max(x for x, _ in placed), max(y for _, y in placed)
    around = RING_PX if mark.shape is MarkShape.POINT else 0.0
    return ScreenBox(
        left=left - around,
        top=top - around,
        width=right - left + 2 * around,
        height=bottom - top + 2 * around,
    )


def label_place(bounds: ScreenBox, width: float, height: float, room: ScreenBox) -> ScreenBox:
    """Return where a mark's label stands: at its upper right, at the left where there is no room."""
    left = bounds.right + LABEL_GAP_PX
    if left + width > room.right:
        left = bounds.left - LABEL_GAP_PX - width
    left = min(max(left, room.left), max(room.left, room.right - width))
    top = min(max(bounds.top - height / 2, room.top), max(room.top, room.bottom - height))
    return ScreenBox(left=left, top=top, width=width, height=height)


def beside(
    bounds: ScreenBox, width: float, height: float, room: ScreenBox, *, gap: float = 12.0
) -> ScreenBox:
    """Return where a panel stands beside a mark: within the room, and not on the mark while that can be.

    Right of it where there is room, else left, below, above; beside a mark that fills the room, in the corner
    that covers least of it.
    """
    left, top = bounds.left + bounds.width / 2 - width / 2, bounds.top + bounds.height / 2 - height / 2
    wanted = [
        (bounds.right + gap, top),
        (bounds.left - gap - width, top),
        (left, bounds.bottom + gap),
        (left, bounds.top - gap - height),
        *((x, y) for x in (room.right - width, room.left) for y in (room.bottom - height, room.top)),
    ]
    boxes = [
        ScreenBox(
            left=min(max(x, room.left), max(room.left, room.right - width)),
            top=min(max(y, room.top), max(room.top, room.bottom - height)),
            width=width,
            height=height,
        )
        for x, y in wanted
    ]
    return min(boxes, key=bounds.covered_by)  # the first of those that cover nothing


def handle_at(mark: Mark, place: Place, x: float, y: float) -> int | None:
    """Return the corner of a box or ellipse within the hand's reach, None where there is none."""
    if mark.shape is MarkShape.POINT:
        return None
    corners = [place(point) for point in handles_of(mark.shape.drawn_as, mark.points)]
    near = [(math.dist((x, y), corner), number) for number, corner in enumerate(corners)]
    return min(near)[1] if near and min(near)[0] <= REACH_PX else None


def is_on(mark: Mark, place: Place, x: float, y: float) -> bool:
    """Whether a place of the screen is on a mark: on its line, or in the ring of a point."""
    if mark.shape is MarkShape.POINT:
        return math.dist((x, y), place(mark.points[0])) <= RING_PX + REACH_PX / 2
    lines: Sequence[Sequence[Point]] = lines_of(mark.shape.drawn_as, mark.points)
    return any(distance_to_line((x, y), [place(point) for point in line]) <= REACH_PX for line in lines)


def _outer(mark: Mark) -> Sequence[Point]:
    if mark.shape in (MarkShape.BOX, MarkShape.ELLIPSE):
        return handles_of(mark.shape.drawn_as, mark.points)  # all four: a turned picture swaps their sides
    return mark.points
