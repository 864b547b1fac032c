"""What the editor of keys is about to change; without a widget."""

from realfm_gui.domain.key_choice import KeyChoices, KeyRules, KeyWish, granted, refusal, reset_one
from realfm_gui.gui.reading.commands import key_name


class KeyEditorState:
    """The choices so far, the cell that is chosen, and a wish that waits for an exchange.

    `message` says why something was refused or what an exchange would do; empty where nothing is to say.
    """

    def __init__(self, choices: KeyChoices, rules: KeyRules) -> None:
        self.rules = rules
        self.choices = choices
        self.command_id = next(iter(rules.defaults))
        self.slot = 0
        self.asked: KeyWish | None = None
        self.message = ""

    @property
    def title(self) -> str:
        """The chosen command."""
        return self.rules.titles[self.command_id]

    @property
    def key(self) -> str:
        """The key in the chosen cell, or nothing."""
        keys = self.choices.keys(self.command_id, self.rules)
        return keys[self.slot] if self.slot < len(keys) else ""

    @property
    def is_changed(self) -> bool:
        """Whether the chosen command has other keys than the program's own."""
        return self.command_id in self.choices.changed

    def choose(self, command_id: str, slot: int) -> None:
        """Choose a command and which of its keys; a wish that waited is dropped."""
        self.command_id = command_id
        # A second key where there is no first would only become the first.
        self.slot = min(slot, len(self.choices.keys(command_id, self.rules)))
        self._say("")

    def press(self, key: str) -> bool:
        """Take a pressed key for the chosen cell; return whether the choices changed."""
        wish = KeyWish(command_id=self.command_id, slot=self.slot, key=key)
        reason = refusal(self.choices, wish, self.rules)
        owner = self.choices.owner(key, self.rules)
        if reason or not key:
            self._say(reason)
            return False
        if owner is not None and owner != self.command_id:
            self._say(self._offer(wish, owner), asked=wish)
            return False
        return self._grant(wish)

    def exchange(self) -> bool:
        """Do what was offered; return whether the choices changed."""
        return self.asked is not None and self._grant(self.asked)

    def keep(self) -> None:
        """Leave everything as it is."""
        self._say("")

    def clear(self) -> bool:
        """Take the key in the chosen cell away; return whether the choices changed."""
        wish = KeyWish(command_id=self.command_id, slot=self.slot, key="")
        reason = refusal(self.choices, wish, self.rules)
        if reason or not self.key:
            self._say(reason)
            return False
        return self._grant(wish)

    def reset_chosen(self) -> bool:
        """Give the chosen command the program's own keys; return whether the choices changed."""
        before = self.choices
        try:
            self.choices = reset_one(self.choices, self.command_id, self.rules)
        except ValueError as reason:
            self._say(str(reason))
            return False
        self._say("")
        return self.choices != before

    def reset_all(self) -> bool:
        """Give every command the program's own keys; return whether the choices changed."""
        before, self.choices = self.choices, KeyChoices()
        self._say("")
        return self.choices != before

    def _grant(self, wish: KeyWish) -> bool:
        before = self.choices
        self.choices = granted(self.choices, wish, self.rules)
        self._say("")
        return self.choices != before

    def _offer(self, wish: KeyWish, owner: str) -> str:
        now = self.choices.keys(owner, self.rules)
        then = granted(self.choices, wish, self.rules).keys(owner, self.rules)
        gained = [key for key in then if key not in now]
        if gained:
            after = f"If you exchange them, that gets {key_name(gained[0])}."
        elif then:
            after = f"If you take it, that keeps {key_name(then[0])}."
        else:
            after = "If you take it, that has no key and is found by its name."
        return f"{key_name(wish.key)} belongs to “{self.rules.titles[owner]}”. {after}"

    def _say(self, message: str, *, asked: KeyWish | None = None) -> None:
        self.message = message
        self.asked = asked
