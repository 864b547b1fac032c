"""What the mouse means on the picture."""

import math
from enum import Enum

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from realfm_gui.domain.images import Window
from realfm_gui.gui.viewer.view_state import ViewState

WHEEL_NOTCH = 120
"""What Qt reports for one notch of a wheel; touchpads report fractions of it."""

ZOOM_PER_NOTCH = 1.2
ZOOM_DRAG_PX = 160.0
"""Logical pixels of right drag that zoom by a factor of e."""


class Effect(Enum):
    """What a gesture did, so that the viewport announces it."""

    NOTHING = "nothing"
    WINDOW = "window"
    PLACE = "place"


class _Drag(Enum):
    WINDOW = "window"
    PAN = "pan"
    ZOOM = "zoom"


class Gestures:
    """Left drag: window. Middle or Shift + left drag: pan. Right drag: zoom. Wheel: see `wheel`."""

    def __init__(self) -> None:
        self._drag: _Drag | None = None
        self._button = Qt.MouseButton.NoButton
        self._origin = QPointF()
        self._last = QPointF()
        self._start: Window | None = None
        self._has_moved = False
        self._notches = 0.0

    @property
    def is_active(self) -> bool:
        """Whether a drag is going on."""
        return self._drag is not None

    def press(self, event: QMouseEvent, state: ViewState) -> None:
        """Begin a drag; the button pressed first decides until it is released."""
        if self._drag is not None:
            return
        is_shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        kinds = {
            Qt.MouseButton.LeftButton: _Drag.PAN if is_shifted else _Drag.WINDOW,
            Qt.MouseButton.MiddleButton: _Drag.PAN,
            Qt.MouseButton.RightButton: _Drag.ZOOM,
        }
        self._drag = kinds.get(event.button())
        self._button = event.button()
        self._origin = self._last = event.position()
        self._start = state.view.window
        self._has_moved = False

    def move(self, event: QMouseEvent, state: ViewState, device_ratio: float) -> Effect:
        """Follow a drag."""
        if self._drag is None:
            return Effect.NOTHING
        position = event.position()
        step, whole = position - self._last, position - self._origin
        self._last = position
        self._has_moved = True
        if self._drag is _Drag.WINDOW and self._start is not None:
            state.drag_window(whole.x(), whole.y(), start=self._start)
            return Effect.WINDOW
        if self._drag is _Drag.PAN:
            state.pan(step.x() * device_ratio, step.y() * device_ratio)
        else:
            factor = math.exp(-step.y() / ZOOM_DRAG_PX)
            state.zoom_at(factor, x=self._origin.x() * device_ratio, y=self._origin.y() * device_ratio)
        return Effect.PLACE

    def release(self, event: QMouseEvent) -> Effect:
        """End the drag; a click without a move did nothing."""
        if self._drag is None or event.button() != self._button:
            return Effect.NOTHING
        drag, self._drag = self._drag, None
        if not self._has_moved:
            return Effect.NOTHING
        return Effect.WINDOW if drag is _Drag.WINDOW else Effect.PLACE

    def cancel(self) -> None:
        """Forget a drag whose picture has gone."""
        self._drag = None
        self._notches = 0.0

    def wheel(self, event: QWheelEvent, state: ViewState, device_ratio: float) -> int:
        """Return the slices to scroll: Ctrl + wheel, or any wheel on a single image, zooms instead."""
        delta = event.angleDelta().y() / WHEEL_NOTCH
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier or state.span.count == 1:
            position = event.position() * device_ratio
            state.zoom_at(ZOOM_PER_NOTCH**delta, x=position.x(), y=position.y())
            return 0
        self._notches -= delta
        slices = math.trunc(self._notches)
        self._notches -= slices
        return slices
