"""The place where a new key is pressed."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLabel, QWidget

from realfm_gui.gui.reading.key_choices import key_of

PRESS = "Press the new key…"


class KeyCapture(QLabel):
    """Takes the next key, whatever it is; a click elsewhere gives up.

    Signals
    -------
    key_pressed(str)
        The key in the notation of the table.
    given_up()
        Something else has the focus now.
    """

    key_pressed = Signal(str)
    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(PRESS, parent)
        self.setProperty("role", "badge")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.hide()

    def wait_for_key(self) -> None:
        """Take the keyboard until a key comes."""
        self.show()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent) -> bool:
        """Take Tab and every shortcut, too."""
        if isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._take(event)
                return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Give up."""
        super().focusOutEvent(event)
        if self.isVisible():
            self.hide()
            self.given_up.emit()

    def _take(self, event: QKeyEvent) -> None:
        event.accept()
        key = key_of(event)
        if key and not event.isAutoRepeat():
            self.hide()
            self.key_pressed.emit(key)
