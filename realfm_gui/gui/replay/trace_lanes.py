"""The upper rows of the replay's time axis: which slice was displayed when, a row for every series."""

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from realfm_gui.domain.reading import Phase
from realfm_gui.gui.replay.case_places import CasePlaces, Lane
from realfm_gui.gui.replay.replay_state import ReplayState
from realfm_gui.gui.theme import AIDED, DARK, SIZE_SMALL, UNAIDED

ARM_COLOUR = {Phase.UNAIDED: UNAIDED, Phase.AIDED: AIDED}

NAMES_WIDTH = 112
"""Left of the axis, for the names of the rows; logical pixels, as all here."""

LEAST_HEIGHT, MOST_HEIGHT, MORE_PER_LANE = 64, 112, 12
"""Of all rows together: pictures need the room more than they do."""

PLACE_FOR_ENDS = 24
"""Height from which the first and the last number of a row fit one over the other."""

ENDS_WIDTH = 30
NAME_HEIGHT = 13
LESION_COLOUR = "#336659"
"""Truth's colour, 2 parts in 5 over the panel; opaque, so that slices side by side do not add up."""

LESION_LEAST, LESION_MOST = 3.0, 10.0
"""Height of the band that marks a slice with a lesion: seen among 300 slices, no wall over a single image."""


def trace_height(lanes: int) -> int:
    """Return the height of so many rows.

    Examples
    --------
    >>> trace_height(1), trace_height(3), trace_height(16)
    (64, 88, 112)
    """
    return min(MOST_HEIGHT, LEAST_HEIGHT + MORE_PER_LANE * (max(1, lanes) - 1))


class TraceLanes:
    """Paints the rows, one under the other from the top.

    Parameters
    ----------
    places : CasePlaces
        Of the replayed case.
    """

    def __init__(self, places: CasePlaces) -> None:
        self._places = places
        self.height = trace_height(len(places.lanes))
        self._lane_height = self.height / len(places.lanes)
        self._margin = min(6.0, self._lane_height / 5)

    def y_of(self, frame: int) -> float | None:
        """Return the height of a frame, in the middle of its slice; None where the case has it no more."""
        number = self._places.lane_of(frame)
        if number is None:
            return None
        within = frame - self._places.lanes[number].first + 0.5
        return number * self._lane_height + self._margin + within * self._slice_height(number)

    def words_at(self, y: float) -> str:
        """Return what the row at a height is, at full length; empty below the last."""
        number = math.floor(y / self._lane_height)
        if not 0 <= number < len(self._places.lanes):
            return ""
        lane = self._places.lanes[number]
        return f"{lane.words}, 1 to {lane.count}" if lane.count > 1 else lane.words

    def paint(
        self,
        painter: QPainter,
        state: ReplayState,
        *,
        x_of: Callable[[float], float],
        lesion_frames: Sequence[int],
    ) -> None:
        """Paint names, the slices with lesions, and the slice over time; `x_of` places seconds."""
        self._paint_names(painter, x_of(state.duration_s))
        for frame in lesion_frames:
            self._paint_lesion(painter, frame, x_of(0.0), x_of(state.duration_s))
        painter.setPen(QPen(QColor(ARM_COLOUR[state.record.reading.phase]), 2))
        last: dict[int, tuple[float, float, int | None]] = {}
        for point in state.trace:
            y, lane = self.y_of(point.frame), self._places.lane_of(point.frame)
            if y is None:
                continue
            x, end = x_of(point.start_s), x_of(point.end_s)
            before = last.get(point.pane)
            # Only steps within a series are joined: from one series to another nothing was scrolled through.
            if before is not None and before[0] == point.start_s and before[2] == lane:
                painter.drawLine(QPointF(x, before[1]), QPointF(x, y))
            painter.drawLine(QPointF(x, y), QPointF(max(end, x + 1), y))
            last[point.pane] = (point.end_s, y, lane)

    def _paint_names(self, painter: QPainter, right: float) -> None:
        lanes, height = self._places.lanes, self._lane_height
        every = math.ceil(NAME_HEIGHT / height)
        for number, lane in enumerate(lanes):
            top = number * height
            if number:
                painter.setPen(QColor(DARK.hairline))
                painter.drawLine(QPointF(0, top), QPointF(right, top))
            painter.setPen(QColor(DARK.ink_quiet))
            has_ends = lane.count > 1 and height >= PLACE_FOR_ENDS
            is_beside = has_ends and len(lanes) > 1
            width = NAMES_WIDTH - 8 - (ENDS_WIDTH if is_beside else 0)
            if number % every == 0:
                _write(painter, lane.name, QRectF(0, top, width, max(height, NAME_HEIGHT)))
            if has_ends:
                self._paint_ends(painter, lane, top)

    def _paint_ends(self, painter: QPainter, lane: Lane, top: float) -> None:
        room = QRectF(0, top + 1, NAMES_WIDTH - 8, SIZE_SMALL)
        bottom = self._lane_height - SIZE_SMALL - self._margin + 3
        _write(painter, "1", room.translated(0, self._margin - 5))
        _write(painter, str(lane.count), room.translated(0, bottom))

    def _paint_lesion(self, painter: QPainter, frame: int, left: float, right: float) -> None:
        y, number = self.y_of(frame), self._places.lane_of(frame)
        if y is None or number is None:
            return
        height = min(max(LESION_LEAST, self._slice_height(number)), LESION_MOST)
        painter.fillRect(QRectF(left, y - height / 2, right - left, height), QColor(LESION_COLOUR))

    def _slice_height(self, number: int) -> float:
        return (self._lane_height - 2 * self._margin) / self._places.lanes[number].count


def _write(painter: QPainter, words: str, room: QRectF) -> None:
    shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(room.width()))
    painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), shown)
