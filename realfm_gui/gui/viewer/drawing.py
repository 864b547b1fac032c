"""A measurement while it is being drawn: what presses, moves and releases make of it. Without Qt."""

from collections.abc import Sequence

from realfm_gui.domain.measurement import (
    MAX_OUTLINE_POINTS,
    POINTS_OF,
    Measurement,
    MeasurementKind,
    Point,
    new_measurement_id,
)

_SMALLEST_OUTLINE = 3


HINTS = {
    MeasurementKind.LENGTH: ("Length: drag from end to end", "click the other end"),
    MeasurementKind.ANGLE: ("Angle: drag along the first arm", "click the end of the other arm"),
    MeasurementKind.COBB: ("Cobb angle: drag along the first line", "drag along the other line"),
    MeasurementKind.RECTANGLE: ("Rectangle: drag from corner to corner", "click the other corner"),
    MeasurementKind.ELLIPSE: ("Ellipse: drag from corner to corner", "click the other corner"),
    MeasurementKind.FREEHAND: ("Outline: drag around", ""),
    MeasurementKind.PROBE: ("Value: click a pixel", ""),
}
"""What a tool waits for: nothing drawn yet, and part of it."""


class Drawing:
    """Collects the points of one measurement.

    A line is drawn by dragging from end to end, or by a click on each end; an angle by its first arm, then
    a click for the other; a Cobb angle by two lines; an outline by dragging around.

    Parameters
    ----------
    kind : MeasurementKind
    frame : int
        The frame it belongs to.
    cut : str
        What the frame is a cut of (`Measurement.cut`), "" for a frame of the case.
    """

    def __init__(self, kind: MeasurementKind, frame: int, cut: str = "") -> None:
        self.kind = kind
        self.frame, self.cut = frame, cut
        self._id = new_measurement_id()
        self._fixed: list[Point] = []
        self._floating: Point | None = None

    @property
    def points(self) -> tuple[Point, ...]:
        """What there is to be seen so far, the place of the mouse last."""
        return (*self._fixed, *(() if self._floating is None else (self._floating,)))

    def press(self, point: Point) -> None:
        """Begin a line or an outline, or place the end of one that was begun with a click."""
        if self._begins_a_line and self.kind is not MeasurementKind.PROBE:
            self._fixed.append(point)
        self._floating = point

    def move(self, point: Point, *, is_far: bool = True) -> None:
        """Follow the mouse; `is_far` says that an outline needs a point here."""
        if self._floating is None:
            return
        if self.kind is MeasurementKind.FREEHAND and is_far and len(self._fixed) < MAX_OUTLINE_POINTS - 1:
            self._fixed.append(point)
        self._floating = point

    def release(self, point: Point, *, was_dragged: bool) -> Measurement | None:
        """End a line; return the measurement where that was the last point.

        A click that began a line is no end of it: the line follows the mouse until the next one.
        """
        if self._floating is None:
            return None
        if self.kind is MeasurementKind.FREEHAND:
            return self._made(self._fixed)
        is_first_click = self._has_just_begun and not was_dragged and self.kind is not MeasurementKind.PROBE
        if is_first_click:
            return None
        self._fixed.append(point)
        # The other arm of an angle follows the mouse at once; the other line of a Cobb angle begins anew.
        self._floating = point if self.kind is MeasurementKind.ANGLE else None
        return self._made(self._fixed) if len(self._fixed) == POINTS_OF[self.kind] else None

    def preview(self) -> Measurement | None:
        """Return the measurement as it would be if the mouse let go now; None while points are missing."""
        return None if self._has_just_begun else self._made(self.points)

    def is_on(self, frame: int, cut: str) -> bool:
        """Whether it belongs to this frame."""
        return (self.frame, self.cut) == (frame, cut)

    @property
    def _begins_a_line(self) -> bool:
        return not self._fixed or (self.kind is MeasurementKind.COBB and len(self._fixed) == 2)

    @property
    def _has_just_begun(self) -> bool:
        """Whether the last fixed point is where the mouse was pressed: nothing is drawn from it yet."""
        return bool(self._fixed) and self._fixed[-1] == self._floating

    def _made(self, points: Sequence[Point]) -> Measurement | None:
        wanted = POINTS_OF.get(self.kind)
        if (wanted is None and len(points) < _SMALLEST_OUTLINE) or wanted not in (None, len(points)):
            return None
        return Measurement(
            measurement_id=self._id, kind=self.kind, frame=self.frame, points=tuple(points), cut=self.cut
        )
