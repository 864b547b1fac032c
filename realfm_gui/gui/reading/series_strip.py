"""The series of a case at the left of the picture; absent where there is only one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from realfm_gui.gui.theme import GRID
from realfm_gui.gui.viewer.picture_layer import image_of
from realfm_gui.gui.viewer.view_state import SeriesSpan

THUMBNAIL = 72
"""Side of a series' picture in logical pixels."""


class SeriesStrip(QWidget):
    """One button per series.

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

    def show_series(self, spans: Sequence[SeriesSpan], thumbnails: Sequence[NDArray[np.uint8]]) -> None:
        """Show the series of a case: one grey or RGB thumbnail each; none for a case of one series."""
        for button in self.buttons:
            button.hide()
            button.deleteLater()
        self.buttons = []
        for number, (span, thumbnail) in enumerate(zip(spans, thumbnails, strict=False)):
            button = QToolButton()
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setIconSize(QSize(THUMBNAIL, THUMBNAIL))
            button.setIcon(QIcon(QPixmap.fromImage(image_of(np.ascontiguousarray(thumbnail)).copy())))
            button.setStyleSheet("padding: 3px;")
            size = f"{span.count} slices" if span.count > 1 else "1 image"
            button.setToolTip(f"Series {number + 1} of {len(spans)}, {size}")
            button.setAccessibleName(button.toolTip())
            button.clicked.connect(lambda _=False, number=number: self.series_chosen.emit(number))
            self._column.insertWidget(number, button)
            self.buttons.append(button)
        self.setVisible(len(self.buttons) > 1)

    def show_chosen(self, number: int) -> None:
        """Mark the series on screen."""
        for n, button in enumerate(self.buttons):
            button.setChecked(n == number)
