"""States: a glyph, a word and a colour, so that none of them carries the meaning alone."""

from enum import Enum

from PySide6.QtCore import QEvent
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from realfm_gui.gui.theme import Palette, palette_of
from realfm_gui.gui.widgets.icons import pixmap
from realfm_gui.gui.widgets.labels import text_label


class State(Enum):
    """Where something stands: (icon, name of the palette's colour)."""

    DONE = ("check-circle-outline", "good")
    UNDER_WAY = ("progress-clock", "ink")
    TO_DO = ("circle-outline", "ink_quiet")
    WARNING = ("alert-outline", "warn")
    PROBLEM = ("close-circle-outline", "bad")
    INFO = ("information-outline", "ink_quiet")

    def color(self, palette: Palette) -> str:
        """Return the glyph's colour."""
        return str(getattr(palette, self.value[1]))

    def word_color(self, palette: Palette) -> str:
        """Return the word's colour: what is done needs no attention, so its word stays plain."""
        return palette.ink if self is State.DONE else self.color(palette)


class StatusMark(QWidget):
    """A glyph and its word."""

    def __init__(self, state: State = State.TO_DO, word: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glyph = QLabel()
        self._word = text_label()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._glyph)
        layout.addWidget(self._word, 1)
        self.show_state(state, word)

    def showEvent(self, event: QShowEvent) -> None:
        """Take the colours of the page the mark stands on by now."""
        super().showEvent(event)
        self.show_state(self._state, self._word.text())

    def changeEvent(self, event: QEvent) -> None:
        """Take the colours of another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.show_state(self._state, self._word.text())

    def show_state(self, state: State, word: str) -> None:
        """Change glyph, word and colour together."""
        self._state = state
        palette = palette_of(self)
        color = state.color(palette)
        self._glyph.setPixmap(pixmap(state.value[0], color, 16))
        self._glyph.setFixedWidth(16)
        self._word.setText(word)
        self._word.setStyleSheet(f"color: {state.word_color(palette)};")
        self.setAccessibleName(word)
