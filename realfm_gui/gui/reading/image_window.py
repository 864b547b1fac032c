"""The pictures in a window of their own: images on one monitor, answers on the other."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QScreen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from realfm_gui.gui.theme import DARK


class ImageWindow(QWidget):
    """Holds the pictures and hands keys on to the page, so that commands work in both windows.

    Parameters
    ----------
    pictures : QWidget
        What moves into it; the owner takes it back.
    key_pressed, key_released : callable
        What the page does with a key that nobody here has taken.
    left : callable
        Called when another window of the desktop is used.

    Signals
    -------
    closing()
        The reader closes it: take the pictures back.
    """

    closing = Signal()

    def __init__(
        self,
        pictures: QWidget,
        *,
        key_pressed: Callable[[QKeyEvent], None],
        key_released: Callable[[QKeyEvent], None],
        left: Callable[[], None],
    ) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.setObjectName("page")
        self.setWindowTitle("RealFM images")
        self.setStyleSheet(f"QWidget#page {{ background: {DARK.ground}; }}")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._key_pressed, self._key_released, self._left = key_pressed, key_released, left
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(pictures)
        pictures.show()

    def show_beside(self, window: QWidget) -> None:
        """Open on the monitor that the other window is not on; as a window where there is only one."""
        other = next((s for s in QGuiApplication.screens() if s is not window.screen()), None)
        if other is None:
            self.resize(window.size())
            self.show()
        else:
            self._fill(other)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Hand the key on."""
        self._key_pressed(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Hand the key on."""
        self._key_released(event)

    def event(self, event: QEvent) -> bool:
        """End what was held when another window is used."""
        if event.type() == QEvent.Type.WindowDeactivate:
            self._left()
        return super().event(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Give the pictures back."""
        self.closing.emit()
        super().closeEvent(event)

    def _fill(self, screen: QScreen) -> None:
        self.setGeometry(screen.availableGeometry())
        self.showMaximized()
