"""What the mouse means on the picture."""

import math
from enum import Enum

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from realfm_gui.domain.images import Window
from realfm_gui.domain.mouse_choice import MouseChoices, MouseEffect, WheelEffect
from realfm_gui.gui.viewer.view_state import ViewState

WHEEL_NOTCH = 120
"""What Qt reports for one notch of a wheel; touchpads report fractions of it."""

ZOOM_PER_NOTCH = 1.2
ZOOM_DRAG_PX = 160.0
"""Logical pixels of a drag that zooms by a factor of e."""

SCROLL_DRAG_PX = 12.0
"""Logical pixels of a drag that scrolls by one slice."""


class Effect(Enum):
    """What a gesture did, so that the viewport announces it."""

    NOTHING = "nothing"
    WINDOW = "window"
    PLACE = "place"
    SLICES = "slices"
    """There are slices to scroll, see `Gestures.take_slices`."""


class MouseSettings:
    """What the reader's mouse does now; one object for all viewports, so that a change reaches each."""

    def __init__(self, choices: MouseChoices | None = None) -> None:
        self.choices = choices or MouseChoices()


class Gestures:
    """Turns drags and the wheel into what the reader chose for them (see `MouseChoices`)."""

    def __init__(self) -> None:
        self.settings = MouseSettings()
        self._drag: MouseEffect | None = None
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
        effect = effect_of(event.button(), event.modifiers(), self.settings.choices)
        # Marking is a hand's (see `mark_button`); it comes here where there is nothing to mark.
        self._drag = None if effect in (MouseEffect.NOTHING, MouseEffect.MARK) else effect
        self._button = event.button()
        self._origin = self._last = event.position()
        self._start = state.view.window
        self._has_moved = False
        self._notches = 0.0

    def move(self, event: QMouseEvent, state: ViewState, device_ratio: float) -> Effect:
        """Follow a drag."""
        if self._drag is None:
            return Effect.NOTHING
        position = event.position()
        step, whole = position - self._last, position - self._origin
        self._last = position
        self._has_moved = True
        if self._drag is MouseEffect.WINDOW and self._start is not None:
            state.drag_window(whole.x(), whole.y(), start=self._start)
            return Effect.WINDOW
        if self._drag is MouseEffect.SCROLL:
            if state.span.count > 1:
                self._notches += step.y() / SCROLL_DRAG_PX
            return Effect.SLICES if abs(self._notches) >= 1 else Effect.NOTHING
        if self._drag is MouseEffect.PAN:
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
        if not self._has_moved or drag is MouseEffect.SCROLL:  # each slice has announced itself
            return Effect.NOTHING
        return Effect.WINDOW if drag is MouseEffect.WINDOW else Effect.PLACE

    def take_slices(self) -> int:
        """Return the whole slices that were dragged or turned and not yet taken; down is further."""
        slices = math.trunc(self._notches)
        self._notches -= slices
        return slices

    def cancel(self) -> None:
        """Forget a drag whose picture has gone."""
        self._drag = None
        self._notches = 0.0

    def wheel(self, event: QWheelEvent, state: ViewState, device_ratio: float) -> int:
        """Return the slices to scroll; Ctrl does the other of scroll and zoom, one image always zooms."""
        choices = self.settings.choices
        delta = event.angleDelta().y() / WHEEL_NOTCH * (-1 if choices.is_wheel_reversed else 1)
        is_other = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        zooms = (choices.wheel is WheelEffect.ZOOM) != is_other
        if zooms or state.span.count == 1:
            position = event.position() * device_ratio
            state.zoom_at(ZOOM_PER_NOTCH**delta, x=position.x(), y=position.y())
            return 0
        self._notches -= delta
        return self.take_slices()


def effect_of(button: Qt.MouseButton, modifiers: Qt.KeyboardModifier, choices: MouseChoices) -> MouseEffect:
    """Return what a drag with this button does; Ctrl counts before Shift."""
    has_ctrl = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
    has_shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
    if button == Qt.MouseButton.LeftButton:
        return choices.ctrl_left if has_ctrl else choices.shift_left if has_shift else choices.left
    if button == Qt.MouseButton.RightButton:
        return choices.ctrl_right if has_ctrl else choices.shift_right if has_shift else choices.right
    return choices.middle if button == Qt.MouseButton.MiddleButton else MouseEffect.NOTHING
