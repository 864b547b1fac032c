"""The window's commands as data: one table makes menus, shortcuts and tooltips."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenuBar, QWidget


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something the user can ask for.

    `shortcut` is in Qt's portable notation ("Ctrl+O"); `needs_study` greys it out while none is open.
    """

    id: str
    menu: str
    title: str
    shortcut: str = ""
    tip: str = ""
    needs_study: bool = False
    is_separated: bool = False
    """Whether a line stands above it in its menu."""


COMMANDS: tuple[Command, ...] = (
    Command(id="home", menu="File", title="Home", shortcut="Ctrl+H", tip="Recent studies"),
    Command(id="open-study", menu="File", title="Open study…", shortcut="Ctrl+O", tip="Open a study folder"),
    Command(
        id="new-study",
        menu="File",
        title="New study from a protocol…",
        shortcut="Ctrl+N",
        tip="Create a study folder from a protocol file (TOML)",
    ),
    Command(
        id="demo",
        menu="File",
        title="Try the demo study",
        tip="Build a small simulated study on this machine",
    ),
    Command(id="quit", menu="File", title="Quit", shortcut="Ctrl+Q", tip="Close RealFM", is_separated=True),
    Command(id="read", menu="Study", title="Read", shortcut="Ctrl+1", tip="Read cases", needs_study=True),
    Command(
        id="set-up",
        menu="Study",
        title="Set up",
        shortcut="Ctrl+2",
        tip="Cases, models, readers, progress",
        needs_study=True,
    ),
    Command(id="analyse", menu="Study", title="Analyse", shortcut="Ctrl+3", tip="Results", needs_study=True),
    Command(
        id="import",
        menu="Study",
        title="Import images…",
        shortcut="Ctrl+I",
        tip="Add images and their reference standard",
        needs_study=True,
        is_separated=True,
    ),
    Command(
        id="hanging",
        menu="Study",
        title="Hanging protocols…",
        tip="Which image hangs where when a case is opened",
        needs_study=True,
    ),
    Command(id="light", menu="View", title="Light pages", tip="Light ground outside the reading room"),
    Command(id="fullscreen", menu="View", title="Full screen", shortcut="F11", tip="Use the whole screen"),
    Command(id="help", menu="Help", title="Help", tip="Protocol, models, and what sealing can do"),
    Command(id="shortcuts", menu="Help", title="Keyboard shortcuts", shortcut="F1", tip="All shortcuts"),
    Command(id="about", menu="Help", title="About RealFM", tip="Version and licence"),
)

CHECKABLE = frozenset({"light", "fullscreen"})


def build_actions(
    owner: QWidget, handlers: Mapping[str, Callable[[], object]], commands: tuple[Command, ...] = COMMANDS
) -> dict[str, QAction]:
    """Return one `QAction` per command, by id, connected to its handler.

    Raises
    ------
    KeyError
        If a command has no handler: a menu entry that does nothing is a bug.
    """
    actions: dict[str, QAction] = {}
    for command in commands:
        handler = handlers[command.id]
        action = QAction(command.title, owner)
        action.setCheckable(command.id in CHECKABLE)
        if command.shortcut:
            action.setShortcut(QKeySequence(command.shortcut))
        action.setToolTip(tooltip(command))
        action.setStatusTip("")
        action.triggered.connect(lambda _checked=False, act=handler: act())
        owner.addAction(action)  # so that the shortcut lives while the menu bar is hidden
        actions[command.id] = action
    return actions


def fill_menus(
    bar: QMenuBar, actions: Mapping[str, QAction], commands: tuple[Command, ...] = COMMANDS
) -> None:
    """Put the actions into the menus the table names, in its order."""
    menus = {command.menu: None for command in commands}
    for title in menus:
        menu = bar.addMenu(title)
        menu.setToolTipsVisible(True)
        for command in commands:
            if command.menu == title:
                if command.is_separated:
                    menu.addSeparator()
                menu.addAction(actions[command.id])


def tooltip(command: Command) -> str:
    """Return what the command does and its keys."""
    keys = QKeySequence(command.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
    return f"{command.tip or command.title} ({keys})" if keys else command.tip or command.title


def shortcut_sheet(commands: tuple[Command, ...] = COMMANDS) -> list[tuple[str, str]]:
    """Return (keys, what they do) of every command that has a shortcut."""
    return [(command.shortcut, command.title.rstrip("…")) for command in commands if command.shortcut]
