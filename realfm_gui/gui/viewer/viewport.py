"""The viewport: one picture, painted at the screen's own resolution on pure black."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from realfm_gui.domain.images import Window
from realfm_gui.domain.prediction import SaliencyMap
from realfm_gui.gui.theme import DARK
from realfm_gui.gui.viewer.corner_painter import paint_corner_text, paint_words
from realfm_gui.gui.viewer.corner_text import CornerText, corner_text
from realfm_gui.gui.viewer.gestures import Effect, Gestures
from realfm_gui.gui.viewer.overlay_layer import OverlayLayer, OverlayLook
from realfm_gui.gui.viewer.picture_layer import PictureLayer
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.imaging.rendering import Pyramid, ViewTransform

LONGEST_BAR_SHARE = 0.25
"""Of the viewport's width."""

ZOOM_PER_KEY = 1.25


class Content(Enum):
    """What the viewport shows."""

    EMPTY = "empty"
    LOADING = "loading"
    PICTURE = "picture"
    PAUSED = "paused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintedFrame:
    """What one paint put on the screen, for the record of what was really seen."""

    frame: int
    window: Window
    is_inverted: bool
    transform: ViewTransform
    has_overlay: bool
    monotonic_ns: int


class Viewport(QWidget):
    """Shows a case: window by left drag, pan, zoom, stack scroll, saliency map, corner text.

    Signals
    -------
    window_changing(Window)
        The window follows the mouse.
    window_changed(Window)
        A window is chosen: the mouse was released, or a preset, invert or reset was asked for.
    view_changed()
        Slice, zoom or place changed.
    overlay_changed()
        The map was switched, or its look changed.
    frame_painted(PaintedFrame)
        A picture is on the screen.
    """

    window_changing = Signal(object)
    window_changed = Signal(object)
    view_changed = Signal()
    overlay_changed = Signal()
    frame_painted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 240)
        self.setAccessibleName("Image")
        self.state: ViewState | None = None
        self.has_text = True
        self._content = Content.EMPTY
        self._words = ("", "")
        self._hidden = (Content.EMPTY, self._words)
        self._picture = PictureLayer()
        self._overlay = OverlayLayer()
        self._gestures = Gestures()
        self._steps = 0
        self._is_step_unpainted = False

    @property
    def content(self) -> Content:
        """What is shown."""
        return self._content

    @property
    def overlay_look(self) -> OverlayLook:
        """How the map is shown."""
        return self._overlay.look

    @property
    def is_overlay_visible(self) -> bool:
        """Whether there is a map and it is wanted on screen."""
        return self._overlay.is_visible

    def sizeHint(self) -> QSize:
        """Return the size at which a chest radiograph is comfortable."""
        return QSize(960, 800)

    # What is shown

    def show_case(self, state: ViewState, pyramids: Mapping[int, Pyramid] | None = None) -> None:
        """Show a case; `pyramids` (frame index -> pyramid) were built off the GUI thread."""
        self.state = state
        self._picture = PictureLayer(pyramids)
        self._overlay.saliency = None
        self._fit_state()
        self._show(Content.PICTURE)

    def show_words(self, content: Content, title: str, detail: str = "") -> None:
        """Show words in place of the picture: loading, paused, failed, nothing."""
        self._words = (title, detail)
        self._show(content)

    def pause(self, title: str, detail: str) -> None:
        """Hide whatever is shown behind words until `end_pause`."""
        if self._content is not Content.PAUSED:
            self._hidden = (self._content, self._words)
            self.show_words(Content.PAUSED, title, detail)

    def end_pause(self) -> None:
        """Show again what was hidden."""
        if self._content is Content.PAUSED:
            content, self._words = self._hidden
            self._show(content)

    def clear(self) -> None:
        """Forget the case."""
        self.state = None
        self._picture = PictureLayer()
        self._overlay.saliency = None
        self.show_words(Content.EMPTY, "")

    def set_saliency(
        self, saliency: SaliencyMap | None, common_range: tuple[float, float] | None = None
    ) -> None:
        """Put a map over the picture, or take it away; `common_range` is that of the maps of all cases."""
        self._overlay.saliency = saliency
        self._overlay.common_range = common_range
        self.update()

    def set_overlay_look(self, look: OverlayLook) -> None:
        """Change how the map is shown."""
        if look != self._overlay.look:
            self._overlay.look = look
            self.update()
            self.overlay_changed.emit()

    # Commands

    def toggle_overlay(self) -> None:
        """Show or hide the map."""
        self.set_overlay_look(replace(self._overlay.look, is_shown=not self._overlay.look.is_shown))

    def peek(self, is_held: bool) -> None:
        """While a key is held, hide a shown map or show a hidden one."""
        if is_held != self._overlay.is_peeking:
            self._overlay.is_peeking = is_held
            self.update()
            self.overlay_changed.emit()

    def toggle_text(self) -> None:
        """Show or hide the corner text."""
        self.has_text = not self.has_text
        self.update()

    def step(self, slices: int) -> None:
        """Scroll; every slice on the way is painted before the next one is shown."""
        if not self._is_live():
            return
        if self._steps * slices < 0:
            self._steps = 0  # turning round drops what was still ahead
        self._steps += slices
        self._next_step()

    def go_to_frame(self, index: int) -> None:
        """Jump to a frame of the case."""
        if self._is_live() and self.state is not None and self.state.show_frame(index):
            self._steps = 0
            self._announce_place()

    def go_to_series(self, number: int) -> None:
        """Show a series of the case, at the slice where it was left."""
        if self._is_live() and self.state is not None and self.state.show_series(number):
            self._steps = 0
            self._announce_place()

    def go_to_end(self, end: int) -> None:
        """Jump to the first (-1) or last (+1) slice of the series."""
        if self.state is not None:
            span = self.state.span
            self.go_to_frame(span.first if end < 0 else span.first + span.count - 1)

    def choose_preset(self, number: int) -> None:
        """Show the preset on this digit key, from 1."""
        if self._is_live() and self.state is not None and 1 <= number <= len(self.state.presets):
            self.state.set_window(self.state.presets[number - 1])
            self._announce_window()

    def invert(self) -> None:
        """Swap black and white."""
        if self._is_live() and self.state is not None and not self.state.frame.is_colour:
            self.state.invert()
            self._announce_window()

    def fit(self) -> None:
        """Show the whole picture."""
        if self._is_live() and self.state is not None:
            self.state.fit()
            self._announce_place()

    def one_to_one(self) -> None:
        """One image pixel per screen pixel."""
        if self._is_live() and self.state is not None:
            self.state.one_to_one()
            self._announce_place()

    def zoom_in(self) -> None:
        """Zoom in about the middle."""
        self.zoom(ZOOM_PER_KEY)

    def zoom_out(self) -> None:
        """Zoom out about the middle."""
        self.zoom(1 / ZOOM_PER_KEY)

    def zoom(self, factor: float) -> None:
        """Zoom about the middle."""
        if self._is_live() and self.state is not None:
            width, height = self._device_size()
            self.state.zoom_at(factor, x=width / 2, y=height / 2)
            self._announce_place()

    def reset(self) -> None:
        """Window and zoom as at the start."""
        if self._is_live() and self.state is not None:
            self.state.reset()
            self._announce_window()
            self._announce_place()

    # Events

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the picture, the map and the words."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        if self._content is not Content.PICTURE or self.state is None:
            paint_words(painter, QRectF(self.rect()), *self._words)
            return
        width, height = self._device_size()
        ratio = self.devicePixelRatioF()
        picture = self._picture.image(self.state, width=width, height=height)
        picture.setDevicePixelRatio(ratio)
        painter.drawImage(QPointF(0, 0), picture)
        overlay = self._overlay.image(self.state, self._picture.rectangle, width=width, height=height)
        if overlay is not None:
            overlay.setDevicePixelRatio(ratio)
            painter.drawImage(QPointF(0, 0), overlay)
        if self.has_text:
            paint_corner_text(painter, self.corner_text(), QRectF(self.rect()), device_ratio=ratio)
        if self.hasFocus():
            painter.setPen(QColor(DARK.hairline))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()
        self._after_paint(has_overlay=overlay is not None)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Keep the picture's place when the room changes."""
        self._fit_state()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the window to a screen of another density."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._fit_state()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a drag."""
        if self._is_live() and self.state is not None:
            self._gestures.press(event, self.state)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow a drag."""
        if self._is_live() and self.state is not None:
            effect = self._gestures.move(event, self.state, self.devicePixelRatioF())
            if effect is not Effect.NOTHING:
                self.update()
            if effect is Effect.WINDOW:
                self.window_changing.emit(self.state.view.window)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag."""
        effect = self._gestures.release(event)
        if effect is Effect.WINDOW:
            self._announce_window()
        elif effect is Effect.PLACE:
            self._announce_place()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fit."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll a stack, zoom a single picture."""
        event.accept()
        if not self._is_live() or self.state is None:
            return
        before = self.state.view
        slices = self._gestures.wheel(event, self.state, self.devicePixelRatioF())
        if slices:
            self.step(slices)
        elif self.state.view is not before:
            self._announce_place()

    # Inside

    def corner_text(self) -> CornerText:
        """Return the words on the picture; only while there is one."""
        if self.state is None:
            raise ValueError("no case is shown")
        longest = LONGEST_BAR_SHARE * self._device_size()[0]
        return corner_text(self.state, longest_bar_px=longest, notices=self._overlay.notices)

    def _is_live(self) -> bool:
        return self._content is Content.PICTURE and self.state is not None

    def _show(self, content: Content) -> None:
        self._content = content
        self._steps = 0
        self._is_step_unpainted = False
        self._gestures.cancel()
        self.update()

    def _device_size(self) -> tuple[int, int]:
        ratio = self.devicePixelRatioF()
        return max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))

    def _fit_state(self) -> None:
        if self.state is not None:
            width, height = self._device_size()
            self.state.resize(width=width, height=height)
        self.update()

    def _next_step(self) -> None:
        while self._steps and not self._is_step_unpainted and self.state is not None:
            direction = 1 if self._steps > 0 else -1
            self._steps -= direction
            if not self.state.step(direction):
                self._steps = 0
                return
            self._is_step_unpainted = self.isVisible()
            self._announce_place()

    def _after_paint(self, *, has_overlay: bool) -> None:
        self._is_step_unpainted = False
        if self._steps:
            QTimer.singleShot(0, self, self._next_step)
        if self.state is not None:
            view = self.state.view
            self.frame_painted.emit(
                PaintedFrame(
                    frame=view.frame,
                    window=view.window,
                    is_inverted=view.is_inverted,
                    transform=self.state.transform(),
                    has_overlay=has_overlay,
                    monotonic_ns=time.monotonic_ns(),
                )
            )

    def _announce_window(self) -> None:
        self.update()
        if self.state is not None:
            self.window_changed.emit(self.state.view.window)

    def _announce_place(self) -> None:
        self.update()
        self.view_changed.emit()
