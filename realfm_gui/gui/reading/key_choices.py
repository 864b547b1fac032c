"""The table of commands as one reader's keys: what may be chosen, and how it is written on screen."""

from collections.abc import Iterable
from functools import lru_cache

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from realfm_gui.domain.key_choice import KeyChoices, KeyRules
from realfm_gui.domain.mouse_choice import BUTTONS, MouseChoices, MouseEffect, WheelEffect
from realfm_gui.gui.reading.commands import COMMANDS, Command, key_name
from realfm_gui.gui.shell.commands import COMMANDS as WINDOW_COMMANDS
from realfm_gui.gui.shell.main_window import WHILE_READING

ALWAYS = frozenset({"primary", "pause", "palette", "keys"})
"""Commands that keep a key: answers are locked by keyboard alone, the clock can be stopped at once, and
everything else is found through these."""

DIGITS_SAID = (
    "The digits 0 to 9 are the answer's: the confidence, or the likelihood while its scale has the focus."
)
FOCUS_SAID = "Tab moves from field to field."

_MODIFIER_KEYS = frozenset(
    {
        Qt.Key.Key_Shift,
        Qt.Key.Key_Control,
        Qt.Key.Key_Alt,
        Qt.Key.Key_AltGr,
        Qt.Key.Key_Meta,
        Qt.Key.Key_Super_L,
        Qt.Key.Key_Super_R,
        Qt.Key.Key_CapsLock,
        Qt.Key.Key_NumLock,
        Qt.Key.Key_ScrollLock,
        Qt.Key.Key_unknown,
    }
)
_FIRST_SYMBOL, _LAST_SYMBOL = 0x21, 0xFF
"""Qt's codes of printed characters are those of Latin-1; the blank is not among them."""

_COMMAND = "command"
"""The dynamic property of a widget whose tooltip names commands."""

EFFECT_NAMES = {
    MouseEffect.WINDOW: "Window",
    MouseEffect.PAN: "Pan",
    MouseEffect.ZOOM: "Zoom",
    MouseEffect.SCROLL: "Slices",
    MouseEffect.MARK: "Mark a lesion",
    MouseEffect.NOTHING: "Nothing",
}
_EFFECT_DETAILS = EFFECT_NAMES | {
    MouseEffect.WINDOW: "Window: right widens, up brightens",
    MouseEffect.SCROLL: "Slices: down is further",
}


@lru_cache(maxsize=1)
def rules() -> KeyRules:
    """Return what the table of commands allows."""
    reserved = {str(digit): DIGITS_SAID for digit in range(10)}
    reserved |= {"Tab": FOCUS_SAID, "Shift+Tab": FOCUS_SAID}
    for window_command in WINDOW_COMMANDS:
        if window_command.id in WHILE_READING and window_command.shortcut:
            title = window_command.title.lower()
            reserved[window_command.shortcut] = f"{window_command.shortcut} is the window's own: {title}."
    return KeyRules(
        # As a pressed key is named: the table may write "Escape", Qt's notation is "Esc".
        defaults={command.id: tuple(_portable(key) for key in command.keys) for command in COMMANDS},
        titles={command.id: title_of(command) for command in COMMANDS},
        always=ALWAYS,
        held={command.id for command in COMMANDS if command.is_held},
        reserved=reserved,
    )


def title_of(command: Command) -> str:
    """Return a command's title; one of a row of digits says which."""
    is_of_a_row = command.id.startswith(("confidence-", "preset-"))
    return f"{command.title} {command.argument}" if is_of_a_row else command.title


def keys_of(command: Command, choices: KeyChoices) -> tuple[str, ...]:
    """Return the keys of a command as the reader chose them."""
    return choices.keys(command.id, rules())


def key_words(command: Command, choices: KeyChoices) -> str:
    """Return a command's keys as they are written, e.g. "Del or Backspace"; "no key" where it has none."""
    keys = keys_of(command, choices)
    return " or ".join(key_name(key) for key in keys) if keys else "no key"


def first_key(command_id: str, choices: KeyChoices) -> str:
    """Return a command's first key as it is written, or nothing."""
    keys = choices.keys(command_id, rules())
    return key_name(keys[0]) if keys else ""


def tooltip_of(command_ids: Iterable[str], choices: KeyChoices) -> str:
    """Return what commands do, each with the reader's key."""
    said = []
    for command_id in command_ids:
        command = next(c for c in COMMANDS if c.id == command_id)
        key = first_key(command_id, choices)
        said.append(f"{command.title} ({key})" if key else command.title)
    return ". ".join(said)


def name_commands(widget: QWidget, *command_ids: str) -> None:
    """Give a widget the tooltip of these commands, which then follows the reader's choice of keys."""
    widget.setProperty(_COMMAND, list(command_ids))
    widget.setToolTip(tooltip_of(command_ids, KeyChoices()))


def refresh_tooltips(parent: QWidget, choices: KeyChoices) -> None:
    """Rewrite the tooltips below `parent` that name commands."""
    for widget in parent.findChildren(QWidget):
        named = widget.property(_COMMAND)
        if named:
            widget.setToolTip(tooltip_of([str(name) for name in named], choices))


def sheet_rows(group: str, choices: KeyChoices, *, levels: int) -> list[tuple[str, str]]:
    """Return (keys, what they do) of a group's commands for the sheet of keys.

    A row of digits is one line until the reader changes one of it; then each has its own.
    """
    rows: list[tuple[str, str]] = []
    for family in _families(group):
        if any(command.id in choices.changed for command in family) and len(family) > 1:
            shown = [c for c in family if not (c.id.startswith("confidence-") and (c.argument or 0) > levels)]
            rows += [(key_words(command, choices), title_of(command)) for command in shown]
        else:
            first = family[0]
            keys = f"1 … {levels}" if first.id == "confidence-1" else _written(first, choices)
            rows.append((keys, first.title))
    return rows


def mouse_rows(mouse: MouseChoices) -> list[tuple[str, str]]:
    """Return (gesture, what it does) for the sheet of keys."""
    said: list[tuple[str, str]] = []
    for name, words in BUTTONS.items():
        effect = getattr(mouse, name)
        plain = getattr(mouse, name.rpartition("_")[2])
        if "_" not in name or effect is not plain:  # a modifier that changes nothing needs no line
            said.append((words, _EFFECT_DETAILS[effect]))
    scrolls = mouse.wheel is WheelEffect.SCROLL
    return [
        *said,
        ("Left drag with a tool", "Draws; a click begins a line, too"),
        ("Left drag on a line", "Changes a measurement"),
        ("Wheel", "Slices; zoom on a single image" if scrolls else "Zoom to the cursor"),
        ("Ctrl + wheel", "Zoom to the cursor" if scrolls else "Slices"),
    ]


def key_of(event: QKeyEvent) -> str:
    """Return the key of an event in the notation of the table; empty for a modifier alone.

    A printed character that needs Shift is known by the character ("?"), a letter by Shift and the letter;
    keys of the number pad are known by what they type.
    """
    key = Qt.Key(event.key()) if event.key() else Qt.Key.Key_unknown
    if key in _MODIFIER_KEYS:
        return ""
    kept = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.GroupSwitchModifier)
    if key == Qt.Key.Key_Backtab:
        key = Qt.Key.Key_Tab
    code = event.key()
    if _FIRST_SYMBOL <= code <= _LAST_SYMBOL and not chr(code).isalpha():
        kept &= ~Qt.KeyboardModifier.ShiftModifier
    return _portable(QKeyCombination(kept, key))


def _portable(key: str | QKeyCombination) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


def _written(command: Command, choices: KeyChoices) -> str:
    is_own = command.id not in choices.changed
    return command.shown_as if is_own and command.shown_as else key_words(command, choices)


def _families(group: str) -> list[list[Command]]:
    """Return the commands of a group; those that are not listed follow the one that is listed for them."""
    found: list[list[Command]] = []
    for command in COMMANDS:
        if command.group == group:
            if command.is_listed or not found:
                found.append([])
            found[-1].append(command)
    return found
