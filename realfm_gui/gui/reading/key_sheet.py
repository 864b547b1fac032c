"""The sheet that lists every key, built from the table of commands."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from realfm_gui.gui.reading.commands import ANSWER, COMMANDS, GROUPS, MOUSE, key_name
from realfm_gui.gui.theme import DARK, GRID

KEY_WIDTH = 176
"""Of the column of keys in logical pixels: the longest entry fits."""


class KeySheet(QDialog):
    """All keys and what the mouse does; Escape closes it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys of the reading room")
        left, right = QVBoxLayout(), QVBoxLayout()
        for group in GROUPS:
            rows = [
                (c.shown_as or " or ".join(key_name(key) for key in c.keys), c.title)
                for c in COMMANDS
                if c.group == group and c.is_listed
            ]
            column = left if group in (ANSWER, "Room", "AI") else right
            column.addWidget(_table(group, rows))
        right.addWidget(_table("Mouse on the picture", list(MOUSE)))
        left.addStretch(1)
        right.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(6 * GRID)
        columns.addLayout(left)
        columns.addLayout(right)
        close = QPushButton("Close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        layout.addLayout(columns)
        layout.addLayout(foot)


def _table(title: str, rows: list[tuple[str, str]]) -> QWidget:
    box = QWidget()
    box.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
    grid = QGridLayout(box)
    grid.setContentsMargins(0, GRID, 0, GRID)
    grid.setHorizontalSpacing(2 * GRID)
    grid.setVerticalSpacing(4)
    heading = QLabel(title)
    heading.setProperty("role", "caption")
    grid.addWidget(heading, 0, 0, 1, 2)
    for number, (keys, words) in enumerate(rows, start=1):
        key = QLabel(keys)
        key.setStyleSheet(f"color: {DARK.ink};")
        key.setAlignment(Qt.AlignmentFlag.AlignLeft)
        key.setMinimumWidth(KEY_WIDTH)
        grid.addWidget(key, number, 0)
        grid.addWidget(QLabel(words), number, 1)
    grid.setColumnStretch(1, 1)
    return box
