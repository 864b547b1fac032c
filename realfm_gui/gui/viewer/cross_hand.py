"""Takes hold of the cross of three cuts: at its middle to move it, at a line to turn it."""

import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from realfm_gui.domain.patient_geometry import ImagePoint
from realfm_gui.gui.viewer.cut_desk import CutDesk
from realfm_gui.gui.viewer.links import shown_plane
from realfm_gui.gui.viewer.pane import Pane
from realfm_gui.gui.viewer.shapes import distance_to_line
from realfm_gui.gui.viewer.view_state import ViewState

MIDDLE_PX = 12.0
"""Logical pixels around the middle within which the cross is moved."""
LINE_PX = 6.0
"""Logical pixels from a line within which it is turned, ..."""
TURN_FROM_PX = 48.0
"""... so far from the middle that a small movement is a small turn."""


class CrossHand:
    """The hand of one viewport.

    Parameters
    ----------
    desk : CutDesk
    pane : Pane
    lines : callable
        Returns the lines of the other cuts on this one, each two (row, column).
    """

    def __init__(
        self, desk: CutDesk, pane: Pane, lines: Callable[[], list[tuple[ImagePoint, ImagePoint]]]
    ) -> None:
        self._desk = desk
        self._pane = pane
        self._lines = lines
        self._is_moving = False
        self._angle: float | None = None  # degrees, of the mouse about the middle

    @property
    def is_chosen(self) -> bool:
        """It only takes what it reaches."""
        return False

    @property
    def is_busy(self) -> bool:
        """Whether the cross is in hand."""
        return self._is_moving or self._angle is not None

    def press(self, event: QMouseEvent, state: ViewState, ratio: float) -> bool:
        """Take the cross, if the press is on it."""
        if event.button() != Qt.MouseButton.LeftButton or event.modifiers():
            return False
        part = self._part_at(event.position(), state, ratio)
        self._is_moving = part == "middle"
        self._angle = self._angle_at(event.position(), state, ratio) if part == "line" else None
        return self.is_busy

    def move(self, event: QMouseEvent, state: ViewState, ratio: float) -> bool:
        """Move or turn the cross."""
        cut = self._desk.cut_of(self._pane)
        if cut is None or not self.is_busy:
            return False
        if self._is_moving:
            plane = shown_plane(state)
            if plane is not None:
                column, row = state.image_at(event.position().x() * ratio, event.position().y() * ratio)
                self._desk.move_cross(cut.series, plane.position_mm(row, column))
        elif self._angle is not None:
            angle = self._angle_at(event.position(), state, ratio)
            by = (angle - self._angle + 180.0) % 360.0 - 180.0
            self._angle = angle
            if by:
                self._desk.turn_cross(self._pane, by, is_final=False)
        return True

    def release(self, event: QMouseEvent, state: ViewState, ratio: float) -> bool:  # noqa: ARG002 - a Hand
        """Let go of the cross; turned cuts are made in full."""
        was_busy, was_turning = self.is_busy, self._angle is not None
        self.drop()
        if was_turning:
            self._desk.turn_cross(self._pane, 0.0, is_final=True)
        return was_busy

    def is_in_reach(self, position: QPointF, state: ViewState, ratio: float) -> bool:
        """Whether a press here would take the cross."""
        return self._part_at(position, state, ratio) != ""

    def drop(self) -> None:
        """Let go."""
        self._is_moving, self._angle = False, None

    def _middle(self, state: ViewState) -> tuple[float, float] | None:
        """Return where the cross lies on the cut, (column, row); None where there is none."""
        cut, plane = self._desk.cut_of(self._pane), shown_plane(state)
        cross = None if cut is None else self._desk.cross(cut.series)
        if cross is None or plane is None or state.cut is None:
            return None
        row, column, _ = plane.pixel_of(cross.position_mm)
        return float(column), float(row)

    def _part_at(self, position: QPointF, state: ViewState, ratio: float) -> str:
        middle, lines = self._middle(state), self._lines()
        if middle is None or not lines:
            return ""
        x, y = state.screen_at(middle)
        away = math.dist((position.x() * ratio, position.y() * ratio), (x, y)) / ratio
        if away <= MIDDLE_PX:
            return "middle"
        at = (position.x() * ratio, position.y() * ratio)
        for start, end in lines:
            ends = [state.screen_at((start[1], start[0])), state.screen_at((end[1], end[0]))]
            if away >= TURN_FROM_PX and distance_to_line(at, ends) <= LINE_PX * ratio:
                return "line"
        return ""

    def _angle_at(self, position: QPointF, state: ViewState, ratio: float) -> float:
        """Return the direction of the mouse from the middle, degrees clockwise on the cut as it lies."""
        middle = self._middle(state) or (0.0, 0.0)
        column, row = state.image_at(position.x() * ratio, position.y() * ratio)
        return math.degrees(math.atan2(row - middle[1], column - middle[0]))
