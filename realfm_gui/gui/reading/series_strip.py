"""The series of a case at the left of the picture; absent where there is only one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QDrag, QIcon, QMouseEvent, QPixmap
from PySide6.QtWidgets import QApplication, QToolButton, QVBoxLayout, QWidget

from realfm_gui.gui.theme import GRID, SIZE_SMALL
from realfm_gui.gui.viewer.pane import series_in_hand
from realfm_gui.gui.viewer.picture_layer import image_of
from realfm_gui.gui.viewer.view_state import SeriesSpan

THUMBNAIL = 72
"""Side of a series' picture in logical pixels."""


_ELIDE = Qt.TextElideMode.ElideRight


class _SeriesButton(QToolButton):
    """A series that can be pressed, or dragged onto a viewport."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self._pressed = QPoint()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a drag would begin."""
        self._pressed = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the series once the hand has gone far enough."""
        away = (event.position().toPoint() - self._pressed).manhattanLength()
        if not event.buttons() & Qt.MouseButton.LeftButton or away < QApplication.startDragDistance():
            super().mouseMoveEvent(event)
            return
        self.setDown(False)
        drag = QDrag(self)
        drag.setMimeData(series_in_hand(self._number))
        drag.setPixmap(self.icon().pixmap(self.iconSize()))
        drag.exec(Qt.DropAction.CopyAction)


class SeriesStrip(QWidget):
    """One button per series; pressed it shows in the active viewport, dragged in the one it is dropped on.

    Signals
    -------
    series_chosen(int)
        The series to show, from 0.
    """

    series_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(THUMBNAIL + 2 * GRID)
        self.buttons: list[QToolButton] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID)
        self._column.addStretch(1)
        self.hide()

    def show_series(
        self,
        spans: Sequence[SeriesSpan],
        thumbnails: Sequence[NDArray[np.uint8]],
        captions: Sequence[str] = (),
    ) -> None:
        """Show the series of a case: one grey or RGB thumbnail each; none for a case of one series.

        `captions` say what a series is, "" where nothing does.
        """
        for button in self.buttons:
            button.hide()
            button.deleteLater()
        self.buttons = []
        for number, (span, thumbnail) in enumerate(zip(spans, thumbnails, strict=False)):
            button = _SeriesButton(number)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setIconSize(QSize(THUMBNAIL, THUMBNAIL))
            button.setIcon(_icon(thumbnail))
            button.setStyleSheet(f"padding: 3px; font-size: {SIZE_SMALL}px;")
            size = f"{span.count} slices" if span.count > 1 else "1 image"
            caption = captions[number] if number < len(captions) else ""
            named = f", {caption}" if caption else ""
            button.setToolTip(f"Series {number + 1} of {len(spans)}{named}, {size}")
            if caption:
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
                # "Prior, 14 months before" is whole in the tooltip and on the picture.
                button.setText(button.fontMetrics().elidedText(caption.split(",")[0], _ELIDE, THUMBNAIL))
            button.setAccessibleName(button.toolTip())
            button.clicked.connect(lambda _=False, number=number: self.series_chosen.emit(number))
            self._column.insertWidget(number, button)
            self.buttons.append(button)
        self.setVisible(len(self.buttons) > 1)

    def show_thumbnails(self, thumbnails: Sequence[NDArray[np.uint8]]) -> None:
        """Show other pictures of the same series."""
        for button, thumbnail in zip(self.buttons, thumbnails, strict=False):
            button.setIcon(_icon(thumbnail))

    def show_chosen(self, number: int) -> None:
        """Mark the series on screen."""
        for n, button in enumerate(self.buttons):
            button.setChecked(n == number)


def _icon(thumbnail: NDArray[np.uint8]) -> QIcon:
    return QIcon(QPixmap.fromImage(image_of(np.ascontiguousarray(thumbnail)).copy()))
