"""The hand that marks lesions: draw, pull, open, delete, undo; one for all viewports of a case."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent

from realfm_gui.domain.mark import Mark, MarkShape, new_mark_id
from realfm_gui.domain.measurement import Measurement, Point
from realfm_gui.gui.viewer.drawing import Drawing
from realfm_gui.gui.viewer.mark_commands import CaseMarks
from realfm_gui.gui.viewer.mark_painter import PaintedMark, label_size
from realfm_gui.gui.viewer.mark_places import Place, ScreenBox, bounds_of, handle_at, is_on, label_place
from realfm_gui.gui.viewer.shapes import moved, rounded, with_handle_at
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.imaging.study_order import is_prior

ON_A_PRIOR = "This image is a prior; marks belong to the current examination."

DRAG_FROM_PX = 3.0
"""Logical pixels from which a press is a drag and not a click."""

OUTLINE_STEP_PX = 2.0
"""Logical pixels between the points of an outline drawn by hand."""

SMALLEST_PX = 1.0
"""Image pixels that a box, an ellipse or a contour is high and wide at least: less is a slip of the hand."""


@dataclass(slots=True, kw_only=True)
class _Pull:
    """A mark in hand: by a corner, or (None) as a whole; `now` is what it has become."""

    mark: Mark
    handle: int | None
    start: Point
    now: Mark


class MarkingTools(QObject):
    """The hand that marks, for every viewport (a `Hand` of `painted_layer`).

    Signals
    -------
    tool_changed()
        The marking tool was taken or put back.
    mark_opened(str)
        A mark was made or clicked: its rating is wanted.
    mark_refused(str)
        No further mark can be made, or none here, for this reason.
    """

    tool_changed = Signal()
    mark_opened = Signal(str)
    mark_refused = Signal(str)

    def __init__(self, marks: CaseMarks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._marks = marks
        self._target = next(iter(marks.findings), "")
        self.is_shown = True
        """Whether marks are on the screen; hidden ones cannot be taken hold of."""
        self.yields = False
        """Whether the mouse belongs to a measuring tool."""
        self._is_chosen = False
        self._drawing: Drawing | None = None
        self._pull: _Pull | None = None
        self._pressed = self._last = QPointF()
        self._was_dragged = False

    @property
    def is_chosen(self) -> bool:
        """Whether the marking tool is in hand."""
        return self._is_chosen

    @property
    def is_busy(self) -> bool:
        """Whether a mark is being drawn or pulled."""
        return self._drawing is not None or self._pull is not None

    def aim(self, finding: str) -> None:
        """Let new marks be of this finding; one that asks for none is passed over."""
        if finding in self._marks.findings and finding != self._target:
            self._target = finding
            self._drawing = None

    def choose(self, is_chosen: bool) -> None:
        """Take the marking tool, or put it back."""
        is_chosen = is_chosen and bool(self._marks.findings)
        if is_chosen != self._is_chosen:
            self._is_chosen = is_chosen
            self.drop()
            self.tool_changed.emit()

    def drop(self) -> None:
        """Forget what is half drawn or half pulled."""
        self._drawing = self._pull = None
        self._marks.changing.emit()

    # The mouse; positions are logical pixels, `ratio` device pixels per logical one

    def press(self, event: QMouseEvent, state: ViewState, ratio: float) -> bool:
        """Begin to mark or pull; return whether the press was meant for a mark."""
        if not self._may_take(state) or event.button() != Qt.MouseButton.LeftButton or event.modifiers():
            return False
        self._pressed = self._last = event.position()
        self._was_dragged = False
        if self._drawing is not None and self._drawing.frame != state.view.frame:
            self._drawing = None  # begun on another slice
        point = _image_point(event.position(), state, ratio)
        if self._drawing is None:
            self._pull = self._taken(event.position(), point, state, ratio)
        if self._pull is None and self._is_chosen:
            self._begin(point, state)
        self._marks.board.select(None if self._pull is None else self._pull.mark)
        self._marks.changing.emit()
        return self.is_busy or self._is_chosen

    def move(self, event: QMouseEvent, state: ViewState, ratio: float) -> bool:
        """Follow the mouse; return whether it is drawing or pulling."""
        if not self.is_busy:
            return False
        position = event.position()
        self._was_dragged = self._was_dragged or _is_far(position, self._pressed, DRAG_FROM_PX)
        point = _image_point(position, state, ratio)
        if self._pull is not None:
            self._pull.now = _pulled(self._pull, point, state) if self._was_dragged else self._pull.mark
        elif self._drawing is not None and self._drawing.frame == state.view.frame:
            is_far = _is_far(position, self._last, OUTLINE_STEP_PX)
            self._drawing.move(point, is_far=is_far)
            self._last = position if is_far else self._last
        self._marks.changing.emit()
        return True

    def release(self, event: QMouseEvent, state: ViewState, ratio: float) -> bool:
        """End what was drawn or pulled; a click on a mark opens it."""
        if not self.is_busy or event.button() != Qt.MouseButton.LeftButton:
            return False
        if self._pull is not None:
            pulled, self._pull = self._pull, None
            self._marks.put(pulled.now)
            if not self._was_dragged:
                self.mark_opened.emit(pulled.mark.mark_id)
        elif self._drawing is not None:
            self._end_drawing(_image_point(event.position(), state, ratio))
        self._marks.changing.emit()
        return True

    def is_in_reach(self, position: QPointF, state: ViewState, ratio: float) -> bool:
        """Whether a press here would take hold of a mark."""
        return self._may_take(state) and self._found(position, state, ratio) is not None

    # What is painted

    def painted(self, frame: int) -> Sequence[PaintedMark]:
        """Return the marks of a frame as they are to be painted, what is being drawn last.

        What the locked answer said elsewhere comes first: it lies below, and no hand takes hold of it.
        """
        selected, pull = self._marks.board.selected, self._pull
        shown = [
            PaintedMark(mark=mark, words=f"▼ {mark.rating}", is_locked=True)
            for mark in self._marks.left_behind(frame)
        ]
        shown += [
            PaintedMark(
                mark=pull.now if pull is not None and pull.mark == mark else mark,
                words=self._marks.words_of(mark),
                is_selected=mark == selected,
            )
            for mark in self._marks.board.on_frame(frame)
        ]
        made = None if self._drawing is None or self._drawing.frame != frame else self._drawing.preview()
        if made is not None:
            shown.append(PaintedMark(mark=self._as_mark(made), words=""))
        return shown

    # Inside

    def _may_take(self, state: ViewState) -> bool:
        is_free = self._marks.is_enabled and self.is_shown and not self.yields
        return is_free and bool(self._marks.findings) and state.cut is None

    def _begin(self, point: Point, state: ViewState) -> None:
        finding = self._marks.findings[self._target]
        refusal = self._marks.refusal(finding) if self._drawing is None else ""
        refusal = ON_A_PRIOR if is_prior(state.frame) else refusal
        if refusal:
            self.mark_refused.emit(refusal)
            return
        shape = MarkShape(finding.marks)
        self._drawing = self._drawing or Drawing(shape.drawn_as, state.view.frame)
        self._drawing.press(point)

    def _end_drawing(self, point: Point) -> None:
        assert self._drawing is not None
        made = self._drawing.release(point, was_dragged=self._was_dragged)
        if made is None:
            if self._marks.findings[self._target].mark_shape is MarkShape.CONTOUR:
                self._drawing = None
            return  # a click that begins a box waits for the next one
        self._drawing = None
        mark = self._as_mark(made, mark_id=new_mark_id())
        if mark.shape.has_area and min(_extent(mark)) < SMALLEST_PX:
            return
        self._marks.put(mark)
        self.mark_opened.emit(mark.mark_id)

    def _as_mark(self, drawn: Measurement, *, mark_id: str = "in hand") -> Mark:
        finding = self._marks.findings[self._target]
        return Mark(
            mark_id=mark_id,
            finding=finding.id,
            frame=drawn.frame,
            shape=MarkShape(finding.marks),
            points=drawn.points,
        )

    def _taken(self, position: QPointF, point: Point, state: ViewState, ratio: float) -> _Pull | None:
        found = self._found(position, state, ratio)
        if found is None:
            return None
        mark, handle = found
        return _Pull(mark=mark, handle=handle, start=point, now=mark)

    def _found(self, position: QPointF, state: ViewState, ratio: float) -> tuple[Mark, int | None] | None:
        """Return the mark under the mouse and the corner, newest first; labels before lines."""
        x, y = position.x(), position.y()
        place, room = _place(state, ratio), _room(state, ratio)
        here = list(reversed(self._marks.board.on_frame(state.view.frame)))
        for mark in here:
            handle = handle_at(mark, place, x, y)
            if handle is not None:
                return mark, handle
        for mark in here:
            label = label_place(bounds_of(mark, place), *label_size(self._marks.words_of(mark)), room)
            if label.holds(x, y) or is_on(mark, place, x, y):
                return mark, None
        return None


def _place(state: ViewState, ratio: float) -> Place:
    placed = state.screen_map()

    def place(point: Point) -> Point:
        x, y = placed(point)
        return x / ratio, y / ratio

    return place


def _room(state: ViewState, ratio: float) -> ScreenBox:
    # What makes a size upright makes an upright size that of the screen again.
    width, height = state.view.turn.upright_size(*state.upright_size)
    return ScreenBox(left=0, top=0, width=width / ratio, height=height / ratio)


def _image_point(position: QPointF, state: ViewState, ratio: float) -> Point:
    """Return the image position under the mouse, on the image even where the mouse is beside it."""
    column, row = state.image_at(position.x() * ratio, position.y() * ratio)
    frame = state.frame
    return (
        rounded(min(max(column, -0.5), frame.columns - 0.5)),
        rounded(min(max(row, -0.5), frame.rows - 0.5)),
    )


def _pulled(pull: _Pull, point: Point, state: ViewState) -> Mark:
    """Return a mark moved by the hand, never out of the image."""
    drawn = pull.mark.as_drawn()
    if pull.handle is not None:
        mark = replace(pull.mark, points=with_handle_at(drawn, pull.handle, point).points)
        return mark if min(_extent(mark)) >= SMALLEST_PX else pull.now
    columns, rows = zip(*drawn.points, strict=True)
    right, down = point[0] - pull.start[0], point[1] - pull.start[1]
    right = min(max(right, -0.5 - min(columns)), state.frame.columns - 0.5 - max(columns))
    down = min(max(down, -0.5 - min(rows)), state.frame.rows - 0.5 - max(rows))
    return replace(pull.mark, points=moved(drawn, right, down).points)


def _extent(mark: Mark) -> tuple[float, float]:
    columns, rows = zip(*mark.points, strict=True)
    return max(columns) - min(columns), max(rows) - min(rows)


def _is_far(position: QPointF, other: QPointF, limit_px: float) -> bool:
    return math.dist(position.toTuple(), other.toTuple()) >= limit_px
