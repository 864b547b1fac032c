"""The editor of a reader's own keys and mouse."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from realfm_gui.domain.key_choice import KeyChoices
from realfm_gui.domain.mouse_choice import MouseChoices
from realfm_gui.gui.reading.key_editor_keys import KeyTablePage
from realfm_gui.gui.reading.key_editor_mouse import MousePage
from realfm_gui.gui.theme import GRID
from realfm_gui.gui.widgets.labels import text_label

WIDTH_PX, HEIGHT_PX = 760, 656
TITLE = "Your keys and mouse"


class KeyEditor(QDialog):
    """Every command with its keys, and what the mouse does; a change works at once and Escape closes it.

    Parameters
    ----------
    choices : KeyChoices
    mouse : MouseChoices
        Those in use.
    clock : str
        What the clock does meanwhile, in words.
    parent : QWidget, optional

    Signals
    -------
    choices_changed(KeyChoices, MouseChoices)
        The reader changed something.
    """

    choices_changed = Signal(object, object)

    def __init__(
        self, choices: KeyChoices, mouse: MouseChoices, *, clock: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(TITLE)
        self.resize(WIDTH_PX, HEIGHT_PX)
        self.keys = KeyTablePage(choices)
        self.mouse = MousePage(mouse)
        self.keys.choices_changed.connect(self._announce)
        self.mouse.choices_changed.connect(self._announce)
        self._stack = QStackedWidget()
        switch = QHBoxLayout()
        switch.setSpacing(0)
        self.switches = QButtonGroup(self)
        for number, (words, page) in enumerate((("Keys", self.keys), ("Mouse", self.mouse))):
            self._stack.addWidget(page)
            button = QPushButton(words)
            button.setProperty("role", "switch")
            button.setCheckable(True)
            button.setAutoDefault(False)
            self.switches.addButton(button, number)
            switch.addWidget(button)
        self.switches.button(0).setChecked(True)
        self.switches.idClicked.connect(self._stack.setCurrentIndex)
        switch.addStretch(1)
        close = QPushButton("Close")
        close.setAutoDefault(False)
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        kept = text_label("Kept for you at this workstation, not in the study.", "caption")
        foot.addWidget(kept)
        foot.addStretch(1)
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        layout.setSpacing(GRID)
        layout.addWidget(text_label(TITLE, "title"))
        layout.addWidget(text_label(clock, "caption"))
        layout.addLayout(switch)
        layout.addWidget(self._stack, 1)
        layout.addLayout(foot)
        self.keys.table.setFocus()

    def _announce(self) -> None:
        self.choices_changed.emit(self.keys.state.choices, self.mouse.choices)
