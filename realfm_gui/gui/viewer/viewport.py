"""The viewport: one picture, painted at the screen's own resolution on pure black."""

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from realfm_gui.gui.theme import DARK
from realfm_gui.gui.viewer.corner_painter import paint_corner_text, paint_words
from realfm_gui.gui.viewer.corner_text import CornerText, corner_text
from realfm_gui.gui.viewer.device_pixels import paint_pixels
from realfm_gui.gui.viewer.gestures import Effect
from realfm_gui.gui.viewer.lens import paint_lens
from realfm_gui.gui.viewer.measurement_layer import MeasurementLayer
from realfm_gui.gui.viewer.measuring_tools import MeasuringTools
from realfm_gui.gui.viewer.painted_frame import Content, PaintedFrame, PaintedMap
from realfm_gui.gui.viewer.painted_layer import Canvas
from realfm_gui.gui.viewer.picture_commands import PictureCommands
from realfm_gui.gui.viewer.plane_layer import PlaneLayer
from realfm_gui.gui.viewer.view_state import ViewState

__all__ = ["Content", "PaintedFrame", "Viewport"]

LONGEST_BAR_SHARE = 0.25
"""Of the viewport's width."""


class Viewport(PictureCommands):
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
    words_painted()
        Words are, in place of a picture.
    double_clicked()
        On the picture, not on something drawn there.
    """

    def __init__(self, parent: QWidget | None = None, *, tools: MeasuringTools | None = None) -> None:
        super().__init__(parent, tools=tools)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(96, 72)
        self.setAccessibleName("Image")
        self.awaits_slice = False
        """Whether the slice to be shown had not come yet when it was last painted."""
        self._mouse = QPointF()
        self._measured = MeasurementLayer()
        self._planes = PlaneLayer()
        self._surface: QWidget | None = None

    def sizeHint(self) -> QSize:
        """Return the size at which a chest radiograph is comfortable."""
        return QSize(960, 800)

    def draw_through(self, surface: QWidget) -> None:
        """Let another widget, a child that covers this one and calls `paint_with`, bring it to the screen."""
        self._surface = surface
        surface.setGeometry(self.rect())

    def update(self, *_: Any) -> None:
        """Paint everything anew when the events are next dealt with; what a signal says is not looked at."""
        if self._surface is None:
            super().update()
        else:
            self._surface.update()

    # Events

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the picture, the map and the words."""
        if self._surface is None:
            self.paint_with(QPainter(self))

    def paint_with(self, painter: QPainter) -> None:
        """Paint everything with a painter in logical pixels, and end it."""
        if self._content is not Content.PICTURE or self.state is None:
            self._paint_words(painter, *self._words)
            painter.end()
            return
        self.awaits_slice = self.state.is_loading
        if self.awaits_slice:  # said, and not recorded as displayed
            self._paint_words(painter, "Loading this slice", self.state.slice_words)
            self._paint_edge(painter)
            painter.end()
            self._go_on_stepping()
            return
        width, height = self._device_size()
        ratio = self.devicePixelRatioF()
        if not ratio.is_integer():  # else the picture covers everything
            painter.fillRect(self.rect(), Qt.GlobalColor.black)
        paint_pixels(painter, self._picture.image(self.state, width=width, height=height), ratio=ratio)
        overlay = None
        if self.shows_annotations and self.state.cut is None:  # a map belongs to a frame of the case
            overlay = self._overlay.image(self.state, self._picture.rectangle, width=width, height=height)
        if overlay is not None:
            paint_pixels(painter, overlay, ratio=ratio)
        self._paint_annotations(painter, self.state, ratio)
        if self.is_magnifying:
            paint_lens(painter, self._picture, self.state, self._mouse, ratio)
        self._paint_edge(painter)
        painter.end()
        self._after_paint(overlay_array=None if overlay is None else self._overlay.array)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Keep the picture's place when the room changes."""
        if self._surface is not None:
            self._surface.setGeometry(self.rect())
        self._fit_state()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the window to a screen of another density."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._fit_state()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to draw or pull a measurement, else a drag."""
        if not self._is_live() or self.state is None or self.state.is_loading:
            return
        self._mouse = event.position()
        ratio = self.devicePixelRatioF()
        is_taken = not self._gestures.is_active and any(
            hand.press(event, self.state, ratio) for hand in self._all_hands()
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
            any(hand.move(event, self.state, ratio) for hand in self._all_hands())
            self._show_cursor(self.state, ratio)
            return
        effect = self._gestures.move(event, self.state, ratio)
        if effect is Effect.SLICES:
            self.step(self._gestures.take_slices())
        if effect is not Effect.NOTHING:
            self.update()
        if effect is Effect.WINDOW:
            self.window_changing.emit(self.state.view.window)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a drag, or a line of a measurement."""
        if not self._gestures.is_active and self._is_live() and self.state is not None:
            ratio = self.devicePixelRatioF()
            any(hand.release(event, self.state, ratio) for hand in self._all_hands())
            return
        effect = self._gestures.release(event)
        if effect is Effect.WINDOW:
            self._announce_window()
        elif effect is Effect.PLACE:
            self._announce_place()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fit; with a tool in hand or on what it drew, it is a click like any other."""
        state, ratio = self.state, self.devicePixelRatioF()
        is_meant = state is not None and any(
            hand.is_chosen or hand.is_in_reach(event.position(), state, ratio) for hand in self._all_hands()
        )
        if is_meant:
            self.mousePressEvent(event)
        elif event.button() == Qt.MouseButton.LeftButton:
            self.double_clicked.emit()

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
        if self.tools.hint and self.shows_hints:
            doing.append(self.tools.hint)
        notices = (*self.notes, *self._overlay.notices)
        return corner_text(self.state, longest_bar_px=longest, notices=notices, doing=doing)

    def _paint_annotations(self, painter: QPainter, state: ViewState, ratio: float) -> None:
        if not self.shows_annotations:
            return
        width, height = self._device_size()
        planes = self._planes.image(state, width=width, height=height)
        if planes is not None:
            paint_pixels(painter, planes, ratio=ratio)
        canvas = Canvas(state=state, pane=self.pane, width=width, height=height, ratio=ratio)
        for layer in self.layers:
            layer.paint(painter, canvas)
        measurements = self.tools.painted(state)
        if measurements:
            image = self._measured.image(state, measurements, width=width, height=height, ratio=ratio)
            paint_pixels(painter, image, ratio=ratio)
        if self.has_text:
            paint_corner_text(painter, self.corner_text(), QRectF(self.rect()), device_ratio=ratio)

    def _paint_words(self, painter: QPainter, title: str, detail: str) -> None:
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        paint_words(painter, QRectF(self.rect()), title, detail)
        self.words_painted.emit()

    def _show_cursor(self, state: ViewState, ratio: float) -> None:
        shape = Qt.CursorShape.ArrowCursor
        hands = self._all_hands()
        if any(hand.is_chosen for hand in hands):
            shape = Qt.CursorShape.CrossCursor
        if any(not hand.is_busy and hand.is_in_reach(self._mouse, state, ratio) for hand in hands):
            shape = Qt.CursorShape.SizeAllCursor
        if self.cursor().shape() != shape:
            self.setCursor(shape)

    def _paint_edge(self, painter: QPainter) -> None:
        """Mark who has the keyboard; among several, the viewport that commands go to."""
        if self.is_marked or self.hasFocus():
            painter.setPen(QColor(DARK.accent if self.is_marked else DARK.hairline))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _go_on_stepping(self) -> None:
        self._is_step_unpainted = False
        if self._steps:
            QTimer.singleShot(0, self, self._next_step)

    def _after_paint(self, *, overlay_array: NDArray[np.uint8] | None) -> None:
        self._go_on_stepping()
        if self.state is None:
            return
        view, look = self.state.view, self._overlay.look
        width, height = self._device_size()
        ratio = self.devicePixelRatioF()
        shown = None
        if overlay_array is not None:
            shown = PaintedMap(name=self._map_name, opacity=look.opacity, threshold=look.threshold)
        self.frame_painted.emit(
            PaintedFrame(
                frame=view.frame,
                window=view.window,
                is_inverted=view.is_inverted,
                transform=self.state.transform(),
                turn=view.turn,
                has_overlay=overlay_array is not None,
                monotonic_ns=time.monotonic_ns(),
                pane=self.pane,
                series=self.state.series,
                rows=self.state.frame.rows,
                columns=self.state.frame.columns,
                width=width,
                height=height,
                ratio=ratio,
                cut=self.state.cut,
                map=shown,
                is_exact=view.is_exact,
                lens=(self._mouse.x() * ratio, self._mouse.y() * ratio) if self.is_magnifying else None,
                has_words=self.has_text and self.shows_annotations,
                has_annotations=self.shows_annotations,
                picture=self._picture.array,
                overlay=overlay_array,
            )
        )
