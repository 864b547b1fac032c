"""The sheet that lists every key, built from the table of commands."""

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from realfm_gui.gui.reading.commands import (
    AI,
    ANSWER,
    COMMANDS,
    GROUPS,
    MEASURE,
    MOUSE,
    PICTURE,
    ROOM,
    STACK,
    Command,
    key_name,
)
from realfm_gui.gui.theme import GRID

KEY_WIDTH = 100
"""Of the column of keys in logical pixels, at least: three columns fit a screen of 1280."""


class KeySheet(QDialog):
    """All keys and what the mouse does; Escape closes it.

    Reading goes on below it: the picture stays and the clock is as it was, which the sheet says.

    Parameters
    ----------
    levels : int
        Of the confidence in this study.
    clock : str
        What the clock does meanwhile, in words.
    parent : QWidget, optional
    """

    def __init__(self, *, levels: int, clock: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys of the reading room")
        title = QLabel("Keys of the reading room")
        title.setProperty("role", "title")
        self.clock = QLabel(clock)
        self.clock.setProperty("role", "caption")
        tables = {
            group: [
                (f"1 … {levels}" if c.id == "confidence-1" else keys_of(c), c.title)
                for c in COMMANDS
                if c.group == group and c.is_listed
            ]
            for group in GROUPS
        }
        columns = QHBoxLayout()
        columns.setSpacing(3 * GRID)
        columns.addLayout(_column({group: tables[group] for group in (ANSWER, AI, ROOM)}))
        columns.addLayout(_column({group: tables[group] for group in (PICTURE, STACK)}))
        measuring = {MEASURE: tables[MEASURE]}
        columns.addLayout(_column(measuring | {"Mouse on the picture": list(MOUSE)}))
        close = QPushButton("Close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        layout.addWidget(title)
        layout.addWidget(self.clock)
        layout.addSpacing(GRID)
        layout.addLayout(columns)
        layout.addLayout(foot)


def keys_of(command: Command) -> str:
    """Return a command's keys as they are written."""
    return command.shown_as or " or ".join(key_name(key) for key in command.keys)


def _column(tables: Mapping[str, Sequence[tuple[str, str]]]) -> QGridLayout:
    """Return the groups below each other, keys left and what they do right."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(2 * GRID)
    grid.setVerticalSpacing(4)
    grid.setColumnMinimumWidth(0, KEY_WIDTH)
    grid.setColumnStretch(1, 1)
    row = 0
    for title, entries in tables.items():
        heading = QLabel(title)
        heading.setProperty("role", "caption")
        if row:
            grid.setRowMinimumHeight(row, GRID)
            row += 1
        grid.addWidget(heading, row, 0, 1, 2)
        for keys, words in entries:
            row += 1
            grid.addWidget(QLabel(keys), row, 0)
            grid.addWidget(QLabel(words), row, 1)
        row += 1
    grid.setRowStretch(row, 1)
    return grid
