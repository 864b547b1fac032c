"""The buttons left of the picture: every command of the table that has an icon."""

from itertools import groupby

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout, QWidget

from realfm_gui.domain.measurement import MeasurementKind
from realfm_gui.gui.reading.commands import COMMANDS, Command
from realfm_gui.gui.reading.key_choices import name_commands
from realfm_gui.gui.theme import DARK, GRID
from realfm_gui.gui.widgets.icons import pixmap

BUTTON_PX = 32
ICON_PX = 18
NO_TOOL = "tool-none"
SWITCHES = ("linked", "cursor")
"""Commands that are on or off."""


class ToolBar(QWidget):
    """A column of icons; the chosen tool is marked, and what cannot be done now recedes.

    Signals
    -------
    command_requested(str)
        The id of a command.
    """

    command_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(BUTTON_PX)
        self.buttons: dict[str, QToolButton] = {}
        self._tools = QButtonGroup(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        with_icon = [command for command in COMMANDS if command.icon]
        for number, (_, members) in enumerate(groupby(with_icon, key=_part)):
            if number:
                column.addWidget(_line())
            for command in members:
                column.addWidget(self._button(command))
        column.addStretch(1)
        self.show_tool(None)

    def show_tool(self, kind: MeasurementKind | None) -> None:
        """Mark the tool in hand."""
        self.buttons[NO_TOOL if kind is None else f"tool-{kind}"].setChecked(True)

    def show_possible(self, *, can_undo: bool, can_redo: bool, can_delete: bool, has_slices: bool) -> None:
        """Let what cannot be done now recede."""
        for name, is_possible in (
            ("undo", can_undo),
            ("redo", can_redo),
            ("delete", can_delete),
            ("cine", has_slices),
        ):
            self.buttons[name].setEnabled(is_possible)

    def show_switched(self, *, is_linked: bool, has_cursor: bool) -> None:
        """Show what is switched on: scrolling together, the 3-D cursor."""
        self.buttons["linked"].setChecked(is_linked)
        self.buttons["cursor"].setChecked(has_cursor)

    def show_playing(self, is_playing: bool) -> None:
        """Show what the button of the cine does next."""
        self.buttons["cine"].setIcon(_icon("stop" if is_playing else "play"))

    def _button(self, command: Command) -> QToolButton:
        button = QToolButton()
        button.setIcon(_icon(command.icon))
        button.setIconSize(QSize(ICON_PX, ICON_PX))
        button.setFixedSize(BUTTON_PX, BUTTON_PX)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setProperty("role", "tool")
        name_commands(button, command.id)
        button.setAccessibleName(command.title)
        if command.id.startswith("tool-"):
            button.setCheckable(True)
            self._tools.addButton(button)
        elif command.id in SWITCHES:
            button.setCheckable(True)
        button.clicked.connect(lambda: self.command_requested.emit(command.id))
        self.buttons[command.id] = button
        return button


def _icon(name: str) -> QIcon:
    """Return an icon that recedes while its button cannot be pressed."""
    made = QIcon(pixmap(name, DARK.ink, ICON_PX))
    made.addPixmap(pixmap(name, DARK.ink_off, ICON_PX), QIcon.Mode.Disabled)
    return made


def _part(command: Command) -> tuple[str, bool]:
    """Return what buttons stand together: tools, what changes measurements, and the other groups."""
    return command.group, command.id.startswith("tool-")


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("role", "hairline")
    line.setFixedHeight(1)
    line.setContentsMargins(0, GRID // 2, 0, GRID // 2)
    return line
