"""One of a row of choices."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QPushButton, QWidget

from realfm_gui.domain.reading import Phase


class Segment(QPushButton):
    """One of a row of choices.

    The mouse does not give it the focus, so that Space stays the heat map's key; with the focus (by Tab)
    Space presses it.
    """

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(words, parent)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("segment", True)
        self.setProperty("arm", Phase.UNAIDED.value)

    def event(self, event: QEvent) -> bool:
        """Claim Space before the shortcut does."""
        if event.type() == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Space:  # type: ignore[attr-defined]  # a QKeyEvent by its type
            event.accept()
            return True
        return super().event(event)
