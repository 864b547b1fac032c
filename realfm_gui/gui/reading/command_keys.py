"""From the table of commands to what runs: shortcuts, held keys, buttons, as the reader chose them."""

from collections.abc import Callable
from operator import attrgetter

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from realfm_gui.domain.key_choice import KeyChoices
from realfm_gui.domain.mouse_choice import MouseChoices
from realfm_gui.gui.reading.commands import COMMANDS, Command, command
from realfm_gui.gui.reading.key_choices import first_key, keys_of, refresh_tooltips
from realfm_gui.gui.reading.key_editor import KeyEditor
from realfm_gui.gui.viewer.gestures import MouseSettings

_COMBINING = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)


class CommandKeys(QObject):
    """The keys and the mouse of one page, the program's own until `use` brings the reader's.

    Parameters
    ----------
    owner : QWidget
        The page; the commands' actions are its methods or those of its parts.

    Signals
    -------
    used()
        Other keys or another mouse are in use: show them.
    choices_changed(KeyChoices, MouseChoices)
        The reader has changed something in the editor: keep it.
    """

    used = Signal()
    choices_changed = Signal(object, object)

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self._owner = owner
        self.choices = KeyChoices()
        self.mouse = MouseSettings()
        self._shortcuts: list[tuple[QWidget, list[QShortcut]]] = []

    def use(self, choices: KeyChoices, mouse: MouseChoices) -> None:
        """Let these keys and this mouse work from now on."""
        self.mouse.choices = mouse
        if choices != self.choices:
            self.release_all()  # the key that would end it may mean something else by now
            self.choices = choices
            self._renew()
        self.used.emit()

    def _renew(self) -> None:
        rooms = [room for room, _ in self._shortcuts if isValid(room)]
        for _, made in self._shortcuts:
            for shortcut in made:
                if isValid(shortcut):
                    shortcut.setEnabled(False)  # deleted only later, and ambiguous until then
                    shortcut.deleteLater()
        self._shortcuts = []
        for room in rooms:
            self.work_in(room)
        refresh_tooltips(self._owner, self.choices)

    def work_in(self, room: QWidget) -> None:
        """Let the keys of every command work wherever in `room` the focus is."""
        made = []
        for each in COMMANDS:
            if each.is_held:
                continue
            for key in keys_of(each, self.choices):
                shortcut = QShortcut(QKeySequence(key), room)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.setAutoRepeat(each.repeats)
                shortcut.activated.connect(self._runner(each))
                made.append(shortcut)
        self._shortcuts = [(known, shortcuts) for known, shortcuts in self._shortcuts if isValid(known)]
        self._shortcuts.append((room, made))

    def run(self, command_id: str) -> None:
        """Do what a command that is not held does."""
        self._runner(command(command_id))()

    def press(self, event: QKeyEvent) -> bool:
        """Begin the command that lasts while this key is down; return whether there is one."""
        return self._hold(event, is_held=True)

    def release(self, event: QKeyEvent) -> bool:
        """End it; return whether there is one."""
        return self._hold(event, is_held=False)

    def release_all(self) -> None:
        """End every held command: a key released in another window is never heard of."""
        for each in COMMANDS:
            if each.is_held:
                attrgetter(each.action)(self._owner)(False)

    def name_of(self, command_id: str) -> str:
        """Return a command's first key as it is written, or nothing."""
        return first_key(command_id, self.choices)

    def open_editor(self, clock: str) -> KeyEditor:
        """Let the reader change keys and mouse; `clock` says what the clock does meanwhile."""
        editor = KeyEditor(self.choices, self.mouse.choices, clock=clock, parent=self._owner)
        editor.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        editor.choices_changed.connect(self._changed)
        editor.open()
        return editor

    def _changed(self, choices: KeyChoices, mouse: MouseChoices) -> None:
        self.use(choices, mouse)
        self.choices_changed.emit(choices, mouse)

    def _runner(self, each: Command) -> Callable[[], None]:
        # Looked up when it runs: which viewport is the active one changes.
        owner, action, argument = self._owner, attrgetter(each.action), each.argument
        return (lambda: action(owner)()) if argument is None else (lambda: action(owner)(argument))

    def _hold(self, event: QKeyEvent, *, is_held: bool) -> bool:
        # Without its modifiers: Shift that goes down while the key is held must not keep it from ending.
        if is_held and event.modifiers() & _COMBINING:
            return False  # Ctrl with it is another key
        pressed = QKeySequence(event.key()).toString()
        held = next((c for c in COMMANDS if c.is_held and pressed in keys_of(c, self.choices)), None)
        if held is None:
            return False
        if not event.isAutoRepeat():
            attrgetter(held.action)(self._owner)(is_held)
        return True
