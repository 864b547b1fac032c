"""One viewport of the light box: it can be chosen, and a series can be dropped on it."""

from PySide6.QtCore import QByteArray, QMimeData, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFocusEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from realfm_gui.gui.viewer.measuring_tools import MeasuringTools
from realfm_gui.gui.viewer.viewport import Viewport

SERIES_MIME = "application/x-realfm-series"
"""What a dragged series is known by: its number in the case, from 0."""


def series_in_hand(number: int) -> QMimeData:
    """Return what is dragged when a series of the case is."""
    data = QMimeData()
    data.setData(SERIES_MIME, QByteArray(str(number).encode()))
    return data


class Pane(Viewport):
    """A viewport beside others; its further signals are those of `Viewport`.

    Signals
    -------
    chosen()
        Commands are meant for this one now: it was clicked or got the keyboard.
    series_dropped(int)
        Show this series here.
    """

    chosen = Signal()
    series_dropped = Signal(int)

    def __init__(self, number: int, tools: MeasuringTools, parent: QWidget | None = None) -> None:
        super().__init__(parent, tools=tools)
        self.pane = number
        self.setAcceptDrops(True)
        self.setAccessibleName("Image" if number == 0 else f"Image {number + 1}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose this viewport, then do what the press means on its picture."""
        self.chosen.emit()
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Choose this viewport."""
        super().focusInEvent(event)
        self.chosen.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take series and nothing else."""
        if event.mimeData().hasFormat(SERIES_MIME):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Ask for the series to be shown here."""
        text = bytes(event.mimeData().data(SERIES_MIME).data())
        if text.isdigit():
            event.acceptProposedAction()
            self.chosen.emit()
            self.series_dropped.emit(int(text))
