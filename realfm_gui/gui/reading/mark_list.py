"""The marks of the case, listed under the questions: number, slice, rating."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QWidget

from realfm_gui.gui.reading.appearance import set_look
from realfm_gui.gui.reading.key_choices import name_commands
from realfm_gui.gui.reading.segment import Segment
from realfm_gui.gui.theme import GRID

TOOL = "tool-mark"
"""The command of the marking tool."""

NO_MARKS = "Marks: none"
ROW_PX = 26
"""Height of a row with the gap below, in logical pixels."""

TOOL_PX = 56
"""Width of the button that takes the tool."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedMark:
    """One mark as it is listed: its number, and its finding where several are marked.

    `place` is its slice, empty on a single image.
    """

    mark_id: str
    title: str
    place: str
    rating: int | None
    unaided: int | None = None
    """The locked rating, where it was another one."""
    is_selected: bool = False

    @property
    def words(self) -> str:
        """Return what the list says."""
        rating = "?" if self.rating is None else str(self.rating)
        before = f" ▼{self.unaided}" if self.unaided is not None else ""
        return " · ".join(part for part in (self.title, self.place, rating + before) if part)


class MarkList(QWidget):
    """Marks in the order of making; a click goes to one.

    The list keeps its room whatever it holds, so that nothing below it moves: further marks scroll.

    Parameters
    ----------
    is_only : bool
        There is one finding, and room for a line of words and two rows of marks; otherwise it is all in one
        row.
    parent : QWidget, optional

    Signals
    -------
    mark_chosen(str)
        The reader wants to see this mark.
    tool_requested()
        The reader wants to mark.
    """

    mark_chosen = Signal(str)
    tool_requested = Signal()

    def __init__(self, *, is_only: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.caption = QLabel(NO_MARKS)
        self.caption.setProperty("role", "caption")
        self.tool = Segment("Mark")
        self.tool.setProperty("compact", True)
        self.tool.setProperty("arm", "mark")
        self.tool.setFixedWidth(TOOL_PX)
        name_commands(self.tool, TOOL)
        self.tool.clicked.connect(self.tool_requested)
        self.buttons: list[Segment] = []
        self._listed: tuple[ListedMark, ...] = ()
        self._is_only = is_only
        self._columns = 3 if is_only else 2
        self._scroll, self._grid = self._made_scroll()
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(GRID)
        layout.setVerticalSpacing(2)
        layout.setColumnStretch(0, 1)
        layout.addWidget(self.caption, 0, 0)
        layout.addWidget(self.tool, 0, 1, Qt.AlignmentFlag.AlignTop)
        if is_only:
            layout.addWidget(self._scroll, 1, 0, 1, 2)
        else:
            layout.addWidget(self._scroll, 0, 0)  # in place of the words, once there is a mark
            self._scroll.hide()
        self.setFixedHeight(ROW_PX * (3 if is_only else 1))

    def show_marks(self, listed: Sequence[ListedMark]) -> None:
        """List these marks."""
        if tuple(listed) == self._listed:
            return
        self._listed = tuple(listed)
        self.caption.setText(self._caption())
        if not self._is_only:
            self._scroll.setVisible(bool(listed))
            self.caption.setVisible(not listed)
        while len(self.buttons) < len(listed):
            self._add_button()
        for button, mark in zip(self.buttons, listed, strict=False):
            button.setText(mark.words)
            button.setChecked(mark.is_selected)
            button.setAccessibleName(f"Mark {mark.words}")
            hint = "not rated yet, click to rate it" if mark.rating is None else "click to go there"
            button.setToolTip(f"Mark {mark.words}: {hint}")
            set_look(button, "missing", mark.rating is None)
        for number, button in enumerate(self.buttons):
            button.setVisible(number < len(listed))

    def show_tool(self, is_chosen: bool) -> None:
        """Show whether the marking tool is in hand."""
        self.tool.setChecked(is_chosen)

    def _made_scroll(self) -> tuple[QScrollArea, QGridLayout]:
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(2)
        for column in range(self._columns):
            grid.setColumnStretch(column, 1)
        grid.setAlignment(Qt.AlignmentFlag.AlignTop)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inner)
        return scroll, grid

    def _caption(self) -> str:
        unrated = sum(mark.rating is None for mark in self._listed)
        if not self._listed:
            return NO_MARKS
        return f"Marks: {len(self._listed)}" + (f" ({unrated} not rated)" if unrated else "")

    def _add_button(self) -> None:
        number = len(self.buttons)
        button = Segment("")
        button.setProperty("compact", True)
        button.setProperty("arm", "mark")
        button.clicked.connect(lambda: self._choose(number))
        self._grid.addWidget(button, number // self._columns, number % self._columns)
        self.buttons.append(button)

    def _choose(self, number: int) -> None:
        self.buttons[number].setChecked(self._listed[number].is_selected)  # the page says what is selected
        self.mark_chosen.emit(self._listed[number].mark_id)
