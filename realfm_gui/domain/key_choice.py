"""A reader's own keys and mouse buttons: what differs from the program's own, and how one is changed.

Keys are names in Qt's portable notation ("Ctrl+Shift+Z"); here they are opaque, two are the same key where
their names are. Nothing in a choice belongs to a study: it is the reader's hand.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any, Self

MAX_KEYS = 2
"""Of one command."""
MAX_NAME = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRules:
    """What the table of commands allows.

    `defaults` are the program's own keys, by command; `always` are the commands that must keep one: without
    a key they could not be reached. `held` last as long as their key is down, so theirs has no modifier.
    `reserved` says of keys that belong to something else what that is.
    """

    defaults: Mapping[str, tuple[str, ...]]
    titles: Mapping[str, str]
    always: Set[str]
    held: Set[str]
    reserved: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyChoices:
    """The keys of the commands that differ from the program's own, by command; () is no key at all."""

    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def keys(self, command_id: str, rules: KeyRules) -> tuple[str, ...]:
        """Return a command's keys, the first one shown."""
        return self.changed.get(command_id, rules.defaults[command_id])

    def owner(self, key: str, rules: KeyRules) -> str | None:
        """Return the command that has a key, or None."""
        return next((name for name in rules.defaults if key in self.keys(name, rules)), None)

    def with_keys(self, command_id: str, keys: tuple[str, ...], rules: KeyRules) -> Self:
        """Return the choices with a command's keys replaced; the program's own keys leave no trace."""
        changed = {name: chosen for name, chosen in self.changed.items() if name != command_id}
        if keys != rules.defaults[command_id]:
            changed[command_id] = keys
        return type(self)(changed=changed)

    def to_payload(self) -> dict[str, list[str]]:
        """Return a JSON-ready form (inverse: `from_payload`)."""
        return {name: list(keys) for name, keys in sorted(self.changed.items())}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """Read what `to_payload` wrote; ValueError or TypeError where it is something else."""
        changed = {}
        for name, keys in payload.items():
            if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
                raise TypeError(f"the keys of {name!r} are not a list of names")
            if len(keys) > MAX_KEYS or not all(0 < len(key) <= MAX_NAME for key in keys):
                raise ValueError(f"the keys of {name!r} are not key names")
            changed[name] = tuple(keys)
        return cls(changed=changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyWish:
    """A key for a command, in place of its key number `slot` (from 0) or as a further one; "" for none."""

    command_id: str
    slot: int
    key: str


def refusal(choices: KeyChoices, wish: KeyWish, rules: KeyRules) -> str:
    """Return why a wish cannot be granted, in the reader's words; empty where it can."""
    before = choices.keys(wish.command_id, rules)
    replaced = next(iter(before[wish.slot : wish.slot + 1]), "")
    if replaced in rules.reserved and replaced != wish.key:
        return rules.reserved[replaced]
    if not wish.key:
        left = _without_slot(before, wish.slot)
        if not left and _must_keep(wish.command_id, rules):
            return f"“{rules.titles[wish.command_id]}” must keep a key: nothing else reaches it."
        return ""
    if wish.key in rules.reserved and wish.key not in rules.defaults[wish.command_id]:
        return rules.reserved[wish.key]
    if wish.command_id in rules.held and "+" in wish.key.removesuffix("+"):
        return "What lasts while a key is held takes a key without Ctrl, Shift or Alt."
    exchanged = _after_exchange(choices, wish, rules)
    if exchanged is not None:
        other, keys = exchanged
        if not keys and _must_keep(other, rules):
            return f"“{rules.titles[other]}” has only this key and must keep one: give it another first."
        if other in rules.held and any("+" in key.removesuffix("+") for key in keys):
            return f"“{rules.titles[other]}” takes a key without Ctrl, Shift or Alt: give it another first."
    return ""


def granted(choices: KeyChoices, wish: KeyWish, rules: KeyRules) -> KeyChoices:
    """Return the choices with a wish fulfilled; whoever had the key gets the one it replaces, if any.

    Raises
    ------
    ValueError
        Where `refusal` has a reason.
    """
    reason = refusal(choices, wish, rules)
    if reason:
        raise ValueError(reason)
    exchanged = _after_exchange(choices, wish, rules)
    if exchanged is not None:
        choices = choices.with_keys(*exchanged, rules)
    before = choices.keys(wish.command_id, rules)
    keys = [*before]
    if wish.key in keys and keys.index(wish.key) != wish.slot:  # its own other key: no use in having it twice
        keys.remove(wish.key)
    if not wish.key:
        keys = list(_without_slot(before, wish.slot))
    elif wish.slot < len(keys):
        keys[wish.slot] = wish.key
    else:
        keys.append(wish.key)
    return choices.with_keys(wish.command_id, tuple(keys[:MAX_KEYS]), rules)


def reset_one(choices: KeyChoices, command_id: str, rules: KeyRules) -> KeyChoices:
    """Return the choices with one command at the program's own keys, taken back from whoever has them now.

    Raises
    ------
    ValueError
        Where another command would be left without the key it must have.
    """
    wanted = rules.defaults[command_id]
    cleared = choices.with_keys(command_id, wanted, rules)
    for name in rules.defaults:
        keys = cleared.keys(name, rules)
        left = tuple(key for key in keys if key not in wanted)
        if name == command_id or left == keys:
            continue
        if not left and _must_keep(name, rules):
            left = rules.defaults[name]
            if any(choices.owner(key, rules) not in (None, name, command_id) for key in left):
                raise ValueError(f"“{rules.titles[name]}” would be left without a key: reset it first.")
        cleared = cleared.with_keys(name, left, rules)
    return cleared


def without_what_cannot_be(choices: KeyChoices, rules: KeyRules) -> tuple[KeyChoices, list[str]]:
    """Return what of stored choices fits this program, and the titles or ids of what was left out.

    Commands come and go with versions, and a file can be edited by hand: a command that is unknown here, a
    reserved key, a key with two meanings, or a command that must have a key and has none goes back to the
    program's own keys.
    """
    known = {name: keys for name, keys in choices.changed.items() if name in rules.defaults}
    left_out = sorted(set(choices.changed) - set(known))
    while True:
        found = KeyChoices(changed=known)
        wrong = next((name for name in known if _is_wrong(found, name, rules)), None)
        if wrong is None:
            return found, left_out
        left_out.append(rules.titles[wrong])
        del known[wrong]


def _is_wrong(choices: KeyChoices, name: str, rules: KeyRules) -> bool:
    keys = choices.keys(name, rules)
    others = {key for other in rules.defaults if other != name for key in choices.keys(other, rules)}
    has_reserved = any(key in rules.reserved and key not in rules.defaults[name] for key in keys)
    lost_reserved = any(key in rules.reserved and key not in keys for key in rules.defaults[name])
    is_combined = name in rules.held and any("+" in key.removesuffix("+") for key in keys)
    is_lost = not keys and _must_keep(name, rules)
    is_double = len(set(keys)) < len(keys) or not others.isdisjoint(keys)
    return has_reserved or lost_reserved or is_combined or is_lost or is_double


def _must_keep(command_id: str, rules: KeyRules) -> bool:
    return command_id in rules.always or command_id in rules.held


def _without_slot(keys: tuple[str, ...], slot: int) -> tuple[str, ...]:
    return keys[:slot] + keys[slot + 1 :]


def _after_exchange(
    choices: KeyChoices, wish: KeyWish, rules: KeyRules
) -> tuple[str, tuple[str, ...]] | None:
    """Return who has the wished key now, and its keys once the two have been exchanged."""
    other = choices.owner(wish.key, rules)
    if other is None or other == wish.command_id:
        return None
    mine = choices.keys(wish.command_id, rules)
    given = mine[wish.slot : wish.slot + 1]
    keys = choices.keys(other, rules)
    at = keys.index(wish.key)
    return other, keys[:at] + given + keys[at + 1 :]
