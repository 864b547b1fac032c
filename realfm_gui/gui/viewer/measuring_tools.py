"""The measuring tools of the viewport: choose, draw, pull, delete, undo."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent

from realfm_gui.domain.measurement import REGIONS, Measurement, MeasurementKind, Point
from realfm_gui.domain.measuring import pixels_in_box
from realfm_gui.gui.viewer.drawing import HINTS, Drawing
from realfm_gui.gui.viewer.measurement_board import MeasurementBoard
from realfm_gui.gui.viewer.measurement_painter import PaintedMeasurement
from realfm_gui.gui.viewer.measurement_words import words_for
from realfm_gui.gui.viewer.shapes import (
    distance_to_line,
    handles_of,
    lines_of,
    moved,
    rounded,
    with_handle_at,
)
from realfm_gui.gui.viewer.view_state import ViewState

REACH_PX = 7.0
"""Logical pixels from a line or a handle within which the hand takes hold of it."""

DRAG_FROM_PX = 3.0
"""Logical pixels from which a press is a drag and not a click."""

OUTLINE_STEP_PX = 2.0
"""Logical pixels between the points of an outline drawn by hand."""

LIVE_PIXELS = 250_000
"""A region of more pixels is counted when the hand lets go, not at every move: a few ms each."""

KINDS = tuple(MeasurementKind)


@dataclass(slots=True, kw_only=True)
class _Pull:
    """A measurement in hand: by a handle, or (None) as a whole; `now` is what it has become."""

    measurement: Measurement
    handle: int | None
    start: Point
    now: Measurement


class MeasuringTools(QObject):
    """What mouse and commands do to the measurements of the case on screen.

    Signals
    -------
    tool_changed()
        Another tool is chosen, or none.
    measurements_changing()
        Something is being drawn or pulled: paint it.
    measurements_changed(tuple)
        The measurements of the case are now these.
    """

    tool_changed = Signal()
    measurements_changing = Signal()
    measurements_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.board = MeasurementBoard()
        self.is_enabled = True
        """Whether measurements may change: not while an answer is on its way to the disk."""
        self._is_shown = True
        self._kind: MeasurementKind | None = None
        self._drawing: Drawing | None = None
        self._pull: _Pull | None = None
        self._pressed = QPointF()
        self._last = QPointF()
        self._was_dragged = False
        self._words: dict[Measurement, tuple[str, ...]] = {}

    @property
    def kind(self) -> MeasurementKind | None:
        """The chosen tool; None: the mouse means window, zoom and pan."""
        return self._kind

    @property
    def is_chosen(self) -> bool:
        """Whether a tool is in hand."""
        return self._kind is not None

    @property
    def is_busy(self) -> bool:
        """Whether a measurement is being drawn or pulled."""
        return self._drawing is not None or self._pull is not None

    @property
    def hint(self) -> str:
        """What the tool in hand waits for, empty without one."""
        if self._kind is None:
            return ""
        begin, go_on = HINTS[self._kind]
        return go_on if self._drawing is not None and go_on else begin

    # Commands

    def show_measurements(self, measurements: Sequence[Measurement]) -> None:
        """Begin with the measurements of a case; what was drawn on the one before is forgotten."""
        self.board = MeasurementBoard(measurements)
        self._words = {}
        self.drop()

    def set_enabled(self, is_enabled: bool) -> None:
        """Allow or forbid changes; what is half drawn is dropped with the permission."""
        if is_enabled != self.is_enabled:
            self.is_enabled = is_enabled
            self.drop()

    def set_shown(self, is_shown: bool) -> None:
        """Show measurements or hide them; hidden ones cannot be taken hold of."""
        self._is_shown = is_shown
        if not is_shown:
            self._take(None)

    def choose(self, number: int) -> None:
        """Take the tool of this number in `KINDS`; the one in hand is put back."""
        kind = KINDS[number]
        self._take(None if kind is self._kind else kind)

    def leave(self) -> None:
        """Drop what is half drawn, else put the tool back, else let go of the selected measurement."""
        if self.is_busy:
            self.drop()
        elif self._kind is not None:
            self._take(None)
        else:
            self.board.select(None)
            self.measurements_changing.emit()

    def delete(self) -> None:
        """Remove the selected measurement."""
        self._change(self.is_enabled and self.board.remove_selected())

    def undo(self) -> None:
        """Take back what is half drawn, else the last change."""
        if self.is_busy:
            self.drop()
        else:
            self._change(self.is_enabled and self.board.undo())

    def redo(self) -> None:
        """Make again what was taken back."""
        self._change(self.is_enabled and not self.is_busy and self.board.redo())

    def drop(self) -> None:
        """Forget what is half drawn or half pulled."""
        self._drawing = self._pull = None
        self.measurements_changing.emit()

    # The mouse; positions are logical pixels, `ratio` device pixels per logical one

    def press(self, event: QMouseEvent, state: ViewState, ratio: float) -> bool:
        """Begin to draw or pull; return whether the press was meant for a measurement."""
        if not self.is_enabled or event.button() != Qt.MouseButton.LeftButton or event.modifiers():
            return False
        self._pressed = self._last = event.position()
        self._was_dragged = False
        if self._drawing is not None and not self._drawing.is_on(state.view.frame, state.cut_key):
            self._drawing = None  # begun on another slice
        point = _image_point(event.position(), state, ratio)
        if self._drawing is None:
            self._pull = self._taken(event.position(), point, state, ratio)
        if self._pull is None and self._kind is not None:
            self._drawing = self._drawing or Drawing(self._kind, state.view.frame, state.cut_key)
            self._drawing.press(point)
        self.board.select(None if self._pull is None else self._pull.measurement)
        self.measurements_changing.emit()
        return self.is_busy

    def move(self, event: QMouseEvent, state: ViewState, ratio: float) -> bool:
        """Follow the mouse; return whether it is drawing or pulling."""
        if not self.is_busy:
            return False
        position = event.position()
        self._was_dragged = self._was_dragged or _is_far(position, self._pressed, DRAG_FROM_PX)
        point = _image_point(position, state, ratio)
        if self._pull is not None:
            self._pull.now = _pulled(self._pull, point, is_moved=self._was_dragged)
        elif self._drawing is not None and self._drawing.is_on(state.view.frame, state.cut_key):
            is_far = _is_far(position, self._last, OUTLINE_STEP_PX)
            self._drawing.move(point, is_far=is_far)
            self._last = position if is_far else self._last
        self.measurements_changing.emit()
        return True

    def release(self, event: QMouseEvent, state: ViewState, ratio: float) -> bool:
        """End a line, an outline or a pull; return whether there was one."""
        if not self.is_busy or event.button() != Qt.MouseButton.LeftButton:
            return False
        if self._pull is not None:
            pulled, self._pull = self._pull.now, None
            self._change(self.board.put(pulled))
        elif self._drawing is not None:
            point = _image_point(event.position(), state, ratio)
            made = self._drawing.release(point, was_dragged=self._was_dragged)
            if made is not None or self._drawing.kind is MeasurementKind.FREEHAND:
                self._drawing = None
            self._change(made is not None and self.board.put(made))
        self.measurements_changing.emit()
        return True

    def is_in_reach(self, position: QPointF, state: ViewState, ratio: float) -> bool:
        """Whether a press here would take hold of a measurement."""
        return self.is_enabled and self._found(position, state, ratio) is not None

    # What is painted

    def painted(self, state: ViewState) -> list[PaintedMeasurement]:
        """Return the measurements on the frame on screen, with their labels, as they are to be painted."""
        index, selected = state.view.frame, self.board.selected
        shown = []
        for measurement in self.board.on_frame(index, state.cut_key):
            is_pulled = self._pull is not None and measurement == self._pull.measurement
            now = self._pull.now if self._pull is not None and is_pulled else measurement
            shown.append(
                PaintedMeasurement(
                    kind=now.kind,
                    points=now.points,
                    words=self._words_of(now, state, is_live=is_pulled),
                    is_selected=measurement == selected,
                )
            )
        drawing = self._drawing
        if drawing is not None and drawing.is_on(index, state.cut_key):
            made = drawing.preview()
            words = () if made is None else self._words_of(made, state, is_live=True)
            shown.append(PaintedMeasurement(kind=drawing.kind, points=drawing.points, words=words))
        return shown

    # Inside

    def _take(self, kind: MeasurementKind | None) -> None:
        self._kind = kind
        self.drop()
        self.tool_changed.emit()

    def _change(self, is_changed: bool) -> None:
        if is_changed:
            self.measurements_changed.emit(self.board.measurements)

    def _words_of(self, measurement: Measurement, state: ViewState, *, is_live: bool) -> tuple[str, ...]:
        frame = state.frame  # only what belongs to it is painted
        if is_live:
            is_small = measurement.kind not in REGIONS or pixels_in_box(measurement, frame) <= LIVE_PIXELS
            return words_for(measurement, frame, with_statistics=is_small)
        if measurement not in self._words:
            self._words[measurement] = words_for(measurement, frame)
        return self._words[measurement]

    def _taken(self, position: QPointF, point: Point, state: ViewState, ratio: float) -> _Pull | None:
        found = self._found(position, state, ratio)
        if found is None:
            return None
        measurement, handle = found
        return _Pull(measurement=measurement, handle=handle, start=point, now=measurement)

    def _found(
        self, position: QPointF, state: ViewState, ratio: float
    ) -> tuple[Measurement, int | None] | None:
        """Return the measurement under the mouse and the handle, newest first, handles before lines."""
        at = (position.x() * ratio, position.y() * ratio)
        reach = REACH_PX * ratio
        here = list(reversed(self.board.on_frame(state.view.frame, state.cut_key))) if self._is_shown else []
        placed = state.screen_map()
        for measurement in here:
            handles = [placed(point) for point in handles_of(measurement.kind, measurement.points)]
            near = [(math.dist(at, place), number) for number, place in enumerate(handles)]
            if near and min(near)[0] <= reach:
                return measurement, min(near)[1]
        for measurement in here:
            for line in lines_of(measurement.kind, measurement.points):
                if distance_to_line(at, [placed(point) for point in line]) <= reach:
                    return measurement, None
        return None


def _image_point(position: QPointF, state: ViewState, ratio: float) -> Point:
    """Return the image position under the mouse, on the image even where the mouse is beside it."""
    column, row = state.image_at(position.x() * ratio, position.y() * ratio)
    frame = state.frame
    return (
        rounded(min(max(column, -0.5), frame.columns - 0.5)),
        rounded(min(max(row, -0.5), frame.rows - 0.5)),
    )


def _pulled(pull: _Pull, point: Point, *, is_moved: bool) -> Measurement:
    if not is_moved:
        return pull.measurement  # a click selects; a trembling hand changes nothing
    if pull.handle is not None:
        return with_handle_at(pull.measurement, pull.handle, point)
    return moved(pull.measurement, point[0] - pull.start[0], point[1] - pull.start[1])


def _is_far(position: QPointF, other: QPointF, limit_px: float) -> bool:
    return math.dist(position.toTuple(), other.toTuple()) >= limit_px
