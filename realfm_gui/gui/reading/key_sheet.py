"""The sheet that lists every key, built from the table of commands."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from realfm_gui.domain.key_choice import KeyChoices
from realfm_gui.domain.mouse_choice import MouseChoices
from realfm_gui.gui.reading.commands import (
    AI,
    ANSWER,
    GROUPS,
    MEASURE,
    PICTURE,
    ROOM,
    STACK,
    VIEWS,
)
from realfm_gui.gui.reading.key_choices import mouse_rows, sheet_rows
from realfm_gui.gui.theme import GRID, SIZE_SMALL

KEY_WIDTH = 96
"""Of the column of keys in logical pixels, at least: three columns fit a screen of 1280."""

BESIDE_PX, ABOVE_AND_BELOW_PX = 10 * GRID, 22 * GRID
"""What the sheet needs around its columns, in logical pixels."""

MOUSE = "Mouse on the picture"
COLUMNS = ((ANSWER, AI, MOUSE), (VIEWS, STACK), (PICTURE, MEASURE, ROOM))
"""Which groups stand below each other."""

_LINE = f"font-size: {SIZE_SMALL}px;"


class KeySheet(QDialog):
    """All keys and what the mouse does; Escape closes it.

    Reading goes on below it: the picture stays and the clock is as it was, which the sheet says.

    Parameters
    ----------
    levels : int
        Of the confidence in this study.
    clock : str
        What the clock does meanwhile, in words.
    choices : KeyChoices, optional
    mouse : MouseChoices, optional
        The reader's; the program's own where left out.
    parent : QWidget, optional

    Signals
    -------
    change_requested()
        The reader wants other keys; the sheet is closed by then.
    """

    change_requested = Signal()

    def __init__(
        self,
        *,
        levels: int,
        clock: str,
        choices: KeyChoices | None = None,
        mouse: MouseChoices | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys of the reading room")
        title = QLabel("Keys of the reading room")
        title.setProperty("role", "title")
        self.clock = QLabel(clock)
        self.clock.setProperty("role", "caption")
        tables = {group: sheet_rows(group, choices or KeyChoices(), levels=levels) for group in GROUPS}
        tables[MOUSE] = mouse_rows(mouse or MouseChoices())
        self.columns = QWidget()
        across = QHBoxLayout(self.columns)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(4 * GRID)
        for groups in COLUMNS:
            across.addLayout(_column({group: tables[group] for group in groups}))
        close = QPushButton("Close")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        self.change = QPushButton("Change keys and mouse")
        self.change.clicked.connect(self._ask_for_change)
        foot = QHBoxLayout()
        foot.addWidget(self.change)
        foot.addStretch(1)
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 2 * GRID)
        layout.addWidget(title)
        layout.addWidget(self.clock)
        layout.addSpacing(GRID)
        layout.addWidget(self._scroll(), 1)
        layout.addLayout(foot)

    def _scroll(self) -> QScrollArea:
        """Return the columns as large as they are, or as the window has room for."""
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.columns)
        parent = self.parentWidget()
        room = parent.window().size() if parent is not None else self.screen().availableSize()
        needed, bar = self.columns.sizeHint(), scroll.verticalScrollBar().sizeHint().width()
        scroll.setMinimumSize(
            min(needed.width() + bar, room.width() - BESIDE_PX),
            min(needed.height(), room.height() - ABOVE_AND_BELOW_PX),
        )
        return scroll

    def _ask_for_change(self) -> None:
        self.accept()
        self.change_requested.emit()


def _column(tables: Mapping[str, Sequence[tuple[str, str]]]) -> QGridLayout:
    """Return the groups below each other, keys left and what they do right."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(2 * GRID)
    grid.setVerticalSpacing(2)
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
            for column, text in enumerate((keys, words)):
                label = QLabel(text)
                label.setStyleSheet(_LINE)
                grid.addWidget(label, row, column)
        row += 1
    grid.setRowStretch(row, 1)
    return grid
