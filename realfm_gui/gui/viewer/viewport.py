"""The viewport: one picture, painted at the screen's own resolution on pure black."""

import time

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from realfm_gui.gui.theme import DARK
from realfm_gui.gui.viewer.case_view import CaseView
from realfm_gui.gui.viewer.corner_painter import paint_corner_text, paint_words
from realfm_gui.gui.viewer.corner_text import CornerText, corner_text
from realfm_gui.gui.viewer.gestures import Effect
from realfm_gui.gui.viewer.lens import paint_lens
from realfm_gui.gui.viewer.measurement_layer import MeasurementLayer
from realfm_gui.gui.viewer.painted_frame import Content, PaintedFrame
from realfm_gui.gui.viewer.view_state import ViewState

__all__ = ["Content", "PaintedFrame", "Viewport"]

LONGEST_BAR_SHARE = 0.25
"""Of the viewport's width."""


class Viewport(CaseView):
    """Shows a case: window by left drag, pan, zoom, stack scroll, saliency map, measurements, corner text.

    Signals
    -------
    window_changing(Window)
        The window follows the mouse.
    window_changed(Window)
        A window is chosen: the mouse was released, or a preset, invert or reset was asked for.
    view_changed()
        Slice, zoom, place or turn changed.
    overlay_changed()
        The map was switched, or its look changed.
    frame_painted(PaintedFrame)
        A picture is on the screen.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(320, 240)
        self.setAccessibleName("Image")
        self._mouse = QPointF()
        self._measured = MeasurementLayer()

    def sizeHint(self) -> QSize:
        """Return the size at which a chest radiograph is comfortable."""
        return QSize(960, 800)

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
        overlay = None
        if self.shows_annotations:
            overlay = self._overlay.image(self.state, self._picture.rectangle, width=width, height=height)
        if overlay is not None:
            overlay.setDevicePixelRatio(ratio)
            painter.drawImage(QPointF(0, 0), overlay)
        self._paint_annotations(painter, self.state, ratio)
        if self.is_magnifying:
            paint_lens(painter, self._picture, self.state, self._mouse, ratio)
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
        """Begin to draw or pull a measurement, else a drag."""
        if not self._is_live() or self.state is None:
            return
        self._mouse = event.position()
        is_taken = not self._gestures.is_active and self.tools.press(
            event, self.state, self.devicePixelRatioF()
        )
        if not is_taken:
            self._gestures.press(event, self.state)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow a drag or a measurement."""
        if not self._is_live() or self.state is None:
            return
        self._mouse = event.position()
        ratio = self.devicePixelRatioF()
        if self.is_magnifying:
            self.update()
        if not self._gestures.is_active:
            self.tools.move(event, self.state, ratio)
            self._show_cursor(self.state, ratio)
            return
        effect = self._gestures.move(event, self.state, ratio)
        if effect is not Effect.NOTHING:
            self.update()
        if effect is Effect.WINDOW:
            self.window_changing.emit(self.state.view.window)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag, or a line of a measurement."""
        if not self._gestures.is_active and self._is_live() and self.state is not None:
            self.tools.release(event, self.state, self.devicePixelRatioF())
            return
        effect = self._gestures.release(event)
        if effect is Effect.WINDOW:
            self._announce_window()
        elif effect is Effect.PLACE:
            self._announce_place()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fit; with a tool in hand or on a measurement, it is a click like any other."""
        ratio = self.devicePixelRatioF()
        is_reached = self.state is not None and self.tools.is_in_reach(event.position(), self.state, ratio)
        if self.tools.kind is not None or is_reached:
            self.mousePressEvent(event)
        elif event.button() == Qt.MouseButton.LeftButton:
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
        doing = [f"▶ {self.cine.per_s} slices/s"] if self.cine.is_playing else []
        if self.tools.hint:
            doing.append(self.tools.hint)
        return corner_text(self.state, longest_bar_px=longest, notices=self._overlay.notices, doing=doing)

    def _paint_annotations(self, painter: QPainter, state: ViewState, ratio: float) -> None:
        if not self.shows_annotations:
            return
        measurements = self.tools.painted(state)
        if measurements:
            width, height = self._device_size()
            layer = self._measured.image(state, measurements, width=width, height=height, ratio=ratio)
            painter.drawImage(QPointF(0, 0), layer)
        if self.has_text:
            paint_corner_text(painter, self.corner_text(), QRectF(self.rect()), device_ratio=ratio)

    def _show_cursor(self, state: ViewState, ratio: float) -> None:
        shape = Qt.CursorShape.ArrowCursor
        if self.tools.kind is not None:
            shape = Qt.CursorShape.CrossCursor
        if not self.tools.is_busy and self.tools.is_in_reach(self._mouse, state, ratio):
            shape = Qt.CursorShape.SizeAllCursor
        if self.cursor().shape() != shape:
            self.setCursor(shape)

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
                    turn=view.turn,
                    has_overlay=has_overlay,
                    monotonic_ns=time.monotonic_ns(),
                )
            )
