"""From the table of commands to what runs: shortcuts, held keys, buttons."""

from collections.abc import Callable
from operator import attrgetter

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from realfm_gui.gui.reading.commands import COMMANDS, Command


def runner(owner: QWidget, command: Command) -> Callable[[], None]:
    """Return what does a command of the page `owner` that is not held."""
    action = attrgetter(command.action)(owner)
    argument = command.argument
    return (lambda: action()) if argument is None else (lambda: action(argument))


def make_shortcuts(owner: QWidget, room: QWidget) -> None:
    """Let the keys of every command work wherever in the room the focus is."""
    for command in COMMANDS:
        if command.is_held:
            continue
        for key in command.keys:
            shortcut = QShortcut(QKeySequence(key), room)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.setAutoRepeat(command.repeats)
            shortcut.activated.connect(runner(owner, command))


def held_command(event: QKeyEvent) -> Command | None:
    """Return the command that lasts as long as this key is down."""
    pressed = QKeySequence(event.key()).toString()
    return next((c for c in COMMANDS if c.is_held and pressed in c.keys), None)


def hold(owner: QWidget, command: Command, is_held: bool) -> None:
    """Begin or end a held command."""
    attrgetter(command.action)(owner)(is_held)


def release_all(owner: QWidget) -> None:
    """End every held command: a key released in another window is never heard of."""
    for command in COMMANDS:
        if command.is_held:
            hold(owner, command, False)
