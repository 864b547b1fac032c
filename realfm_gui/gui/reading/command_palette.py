"""Find a command by its words and run it."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from realfm_gui.domain.key_choice import KeyChoices
from realfm_gui.gui.reading.commands import COMMANDS, Command
from realfm_gui.gui.reading.key_choices import first_key
from realfm_gui.gui.theme import GRID

WIDTH_PX, HEIGHT_PX = 480, 420
_ITSELF = "palette"
_MOVES = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the palette."""

    command: Command
    title: str
    keys: str


def entries(*, levels: int, presets: Sequence[str], choices: KeyChoices | None = None) -> list[Entry]:
    """Return every command that can be run by name.

    Parameters
    ----------
    levels : int
        Of the confidence in this study.
    presets : sequence of str
        Names of the windows on the digit keys.
    choices : KeyChoices, optional
        The reader's keys; the program's own where left out.
    """
    found = []
    for command in COMMANDS:
        if command.is_held or command.id == _ITSELF:
            continue
        title, number = command.title, command.argument or 0
        if command.id.startswith("confidence-"):
            if number > levels:
                continue
            title = f"{title} {number}"
        elif command.id.startswith("preset-"):
            if number > len(presets):
                continue
            title = f"{title}: {presets[number - 1]}"
        keys = first_key(command.id, choices or KeyChoices())
        found.append(Entry(command=command, title=title, keys=keys))
    return found


def matching(offered: Sequence[Entry], words: str) -> list[Entry]:
    """Return the entries that hold every word, in title or group; those whose title begins with it first."""
    wanted = words.lower().split()
    found = [
        entry
        for entry in offered
        if all(word in f"{entry.title} {entry.command.group}".lower() for word in wanted)
    ]
    return sorted(found, key=lambda entry: not entry.title.lower().startswith(words.lower().strip()))


class CommandPalette(QDialog):
    """A field and the commands that fit it; the arrows choose, Enter runs, Escape closes.

    Parameters
    ----------
    offered : sequence of Entry
        From `entries`.
    parent : QWidget, optional

    Signals
    -------
    command_requested(str)
        The id of the chosen command; the palette is closed by then.
    """

    command_requested = Signal(str)

    def __init__(self, offered: Sequence[Entry], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Find a command")
        self.setFixedSize(WIDTH_PX, HEIGHT_PX)
        self._offered = list(offered)
        self.field = QLineEdit()
        self.field.setPlaceholderText("What do you want to do")
        self.field.setAccessibleName("Find a command")
        self.field.textChanged.connect(self._fill)
        self.field.installEventFilter(self)
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.itemClicked.connect(self._run)
        self.nothing = QLabel("No command fits these words.")
        self.nothing.setProperty("role", "caption")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID, GRID, GRID, GRID)
        layout.setSpacing(GRID)
        layout.addWidget(self.field)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.nothing)
        self._fill("")
        self.field.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the keys of the list work while the field has the focus."""
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self.list.currentItem())
                return True
            by = _MOVES.get(Qt.Key(event.key()))
            if by is not None:
                row = min(max(self.list.currentRow() + by, 0), self.list.count() - 1)
                self.list.setCurrentRow(row)
                return True
        return super().eventFilter(watched, event)

    def _fill(self, words: str) -> None:
        self.list.clear()
        for entry in matching(self._offered, words):
            item = QListWidgetItem(self.list)
            item.setData(Qt.ItemDataRole.UserRole, entry.command.id)
            row = _row(entry)
            item.setSizeHint(row.sizeHint())
            self.list.setItemWidget(item, row)
        self.list.setCurrentRow(0)
        self.nothing.setVisible(self.list.count() == 0)

    def _run(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            chosen = str(item.data(Qt.ItemDataRole.UserRole))
            self.accept()
            self.command_requested.emit(chosen)


def _row(entry: Entry) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(GRID, 4, GRID, 4)
    keys = QLabel(entry.keys)
    keys.setProperty("role", "caption")
    group = QLabel(entry.command.group)
    group.setProperty("role", "caption")
    layout.addWidget(QLabel(entry.title))
    layout.addWidget(group)
    layout.addStretch(1)
    layout.addWidget(keys)
    return row
