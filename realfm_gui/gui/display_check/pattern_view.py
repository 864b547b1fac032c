"""The test pattern on the screen, one level for each device pixel."""

import math

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from realfm_gui.gui.display_check.pattern import Grey, View, draw
from realfm_gui.gui.display_check.pattern_layout import SMALLEST_PX

TOO_SMALL = "The window is too small for the test pattern."


class PatternView(QWidget):
    """Paints a view 1:1; nothing is scaled and nothing is smoothed.

    Signals
    -------
    left()
        Escape, or a click: a view that fills the screen closes.
    """

    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Test pattern")
        self.setMinimumSize(*SMALLEST_PX)
        self._view = View.PATTERN
        self._drawn: tuple[View, int, int] | None = None
        self._grey: Grey | None = None

    @property
    def view(self) -> View:
        """What is shown."""
        return self._view

    @property
    def pattern_px(self) -> tuple[int, int]:
        """Width and height in device pixels."""
        first_x, first_y = self._first_pixel()
        ratio = self.devicePixelRatioF()
        origin = self.mapTo(self.window(), QPointF(0, 0))
        right, bottom = (origin.x() + self.width()) * ratio, (origin.y() + self.height()) * ratio
        return (
            max(1, math.floor(right + _ALMOST) - first_x),
            max(1, math.floor(bottom + _ALMOST) - first_y),
        )

    def sizeHint(self) -> QSize:
        """Return a size at which every part is easily seen."""
        return QSize(1216, 900)

    def show_view(self, view: View) -> None:
        """Show the pattern or an even field."""
        self._view = view
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the levels as they are, on whole device pixels."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), Qt.GlobalColor.black)
        grey = self._levels()
        if grey is None:
            painter.setPen(Qt.GlobalColor.lightGray)
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, TOO_SMALL)
            return
        ratio = self.devicePixelRatioF()
        rows, columns = grey.shape
        image = QImage(grey.data, columns, rows, columns, QImage.Format.Format_Grayscale8)
        image.setDevicePixelRatio(ratio)
        # At a ratio of 1.25 a widget may begin between two device pixels; the pattern never does.
        first_x, first_y = self._first_pixel()
        origin = self.mapTo(self.window(), QPointF(0, 0))
        painter.drawImage(QPointF(first_x / ratio - origin.x(), first_y / ratio - origin.y()), image)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go through the views with Space; leave with Escape."""
        if event.key() == Qt.Key.Key_Space:
            views = list(View)
            self.show_view(views[(views.index(self._view) + 1) % len(views)])
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Leave a view that fills the screen."""
        super().mouseReleaseEvent(event)
        self.left.emit()

    def _first_pixel(self) -> tuple[int, int]:
        """Return the first whole device pixel (column, row) of the window that is inside."""
        ratio = self.devicePixelRatioF()
        origin = self.mapTo(self.window(), QPointF(0, 0))
        return math.ceil(origin.x() * ratio - _ALMOST), math.ceil(origin.y() * ratio - _ALMOST)

    def _levels(self) -> Grey | None:
        wanted = (self._view, *self.pattern_px)
        if self._drawn != wanted:
            self._drawn = wanted
            try:
                self._grey = draw(*wanted)
            except ValueError:
                self._grey = None
        return self._grey


_ALMOST = 1e-6
"""Of a device pixel: what a sum of fractions may lack of a whole one."""
