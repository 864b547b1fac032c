"""The 3-D cursor: a place in the patient, shown in every viewport that has it."""

import numpy as np
from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen

from realfm_gui.domain.patient_geometry import Vector, vector
from realfm_gui.gui.theme import DARK
from realfm_gui.gui.viewer.links import Links, shown_plane
from realfm_gui.gui.viewer.painted_layer import Canvas
from realfm_gui.gui.viewer.view_state import ViewState

ARM_PX, GAP_PX = 14.0, 4.0
"""Logical pixels: length of the four strokes, and the clear middle: the place itself is not covered."""


class PlaceCursor(QObject):
    """A hand that puts a place where the mouse is, and a layer that shows it.

    Signals
    -------
    placed(ViewState, tuple)
        The place is now this one: the view it was put in, and the patient position there in mm.
    chosen_changed()
        It is taken up or put down.
    """

    placed = Signal(object, object)
    chosen_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.links = Links()
        self._is_chosen = False
        self._is_held = False
        self._source: ViewState | None = None
        self._position_mm: Vector | None = None

    @property
    def is_chosen(self) -> bool:
        """Whether the mouse puts the cursor."""
        return self._is_chosen

    @property
    def is_busy(self) -> bool:
        """Whether it is being moved."""
        return self._is_held

    @property
    def position_mm(self) -> Vector | None:
        """Where it is in the patient; None before it was put anywhere."""
        return self._position_mm

    def choose(self, is_chosen: bool) -> None:
        """Take it up; put down, it is gone from the pictures."""
        if is_chosen != self._is_chosen:
            self._is_chosen = is_chosen
            self.forget()
            self.chosen_changed.emit()

    def forget(self) -> None:
        """Forget the place: another case comes."""
        self._source = self._position_mm = None
        self._is_held = False

    # The hand

    def press(self, event: QMouseEvent, state: ViewState, ratio: float) -> bool:
        """Put the cursor; not on an image that does not say where it lies."""
        if not self._is_chosen or event.button() != Qt.MouseButton.LeftButton or event.modifiers():
            return False
        self._is_held = self._put(event.position(), state, ratio)
        return self._is_held

    def move(self, event: QMouseEvent, state: ViewState, ratio: float) -> bool:
        """Let it follow the mouse."""
        return self._is_held and self._put(event.position(), state, ratio)

    def release(self, event: QMouseEvent, state: ViewState, ratio: float) -> bool:  # noqa: ARG002 - a Hand
        """Let it stay."""
        was_held, self._is_held = self._is_held, False
        return was_held

    def is_in_reach(self, position: QPointF, state: ViewState, ratio: float) -> bool:  # noqa: ARG002 - a Hand
        """Return False: it is not taken hold of, but put anew."""
        return False

    def drop(self) -> None:
        """Let go."""
        self._is_held = False

    # The layer

    def paint(self, painter: QPainter, canvas: Canvas) -> None:
        """Paint the cursor on the slice that shows its place."""
        if self._source is None or self._position_mm is None:
            return
        place = self.links.place(self._source, self._position_mm, canvas.state)
        if place is None or not place.is_on_image:
            return
        if canvas.state.span.first + place.index != canvas.state.view.frame:
            return
        _paint_cross(painter, canvas.place((place.column, place.row)))

    def _put(self, position: QPointF, state: ViewState, ratio: float) -> bool:
        plane = shown_plane(state)
        if plane is None:
            return False
        column, row = state.image_at(position.x() * ratio, position.y() * ratio)
        frame = state.frame
        row = float(np.clip(row, 0, frame.rows - 1))
        column = float(np.clip(column, 0, frame.columns - 1))
        self._source, self._position_mm = state, vector(plane.position_mm(row, column))
        self.placed.emit(state, self._position_mm)
        return True


def _paint_cross(painter: QPainter, at: QPointF) -> None:
    painter.save()
    for colour, width in ((QColor(0, 0, 0, 180), 3.0), (QColor(DARK.accent), 1.0)):
        painter.setPen(QPen(colour, width))
        for way in (QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1)):
            painter.drawLine(at + way * GAP_PX, at + way * (GAP_PX + ARM_PX))
    painter.restore()
