"""What belongs to a reader at this workstation: keys, mouse, and the luminances measured of its monitors.

Small JSON files in the user's settings folder, never in a study. Reading and writing them touches the disk:
call it from the worker's thread.
"""

import hashlib
import json
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from realfm_gui.domain.display_luminance import Luminances
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.key_choice import KeyChoices, KeyRules, without_what_cannot_be
from realfm_gui.domain.mouse_choice import MouseChoices
from realfm_gui.storage.atomic_files import write_atomically

_log = logging.getLogger(__name__)

T = TypeVar("T")

VERSION = 1
DAMAGED_SUFFIX = ".damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderPreferences:
    """One reader's hand at this workstation."""

    keys: KeyChoices = field(default_factory=KeyChoices)
    mouse: MouseChoices = field(default_factory=MouseChoices)

    def to_payload(self) -> dict[str, Any]:
        """Return what differs from the program's own, JSON-ready (inverse: `from_payload`)."""
        return {"keys": self.keys.to_payload(), "mouse": self.mouse.changed()}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> "ReaderPreferences":
        """Read what `to_payload` wrote; ValueError, KeyError or TypeError where it is something else."""
        return cls(
            keys=KeyChoices.from_payload(payload["keys"]), mouse=MouseChoices.from_payload(payload["mouse"])
        )

    def changes(self) -> dict[str, Any]:
        """Return the parts that differ from the program's own: what a session's record says of them."""
        return {name: changed for name, changed in self.to_payload().items() if changed}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What was read, and what there is to tell the reader about it (None: nothing)."""

    preferences: ReaderPreferences
    problem: UserFacingError | None = None


class PreferenceFiles:
    """The files of one settings folder.

    Parameters
    ----------
    folder : Path
        The user's settings folder; tests pass their own.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made_id = f"w-{secrets.token_hex(8)}"

    def load(self, reader_id: str, reader_name: str, rules: KeyRules) -> Loaded:
        """Return a reader's preferences; a file that cannot be read is set aside, told of, and ignored."""
        path = self._path(reader_id, reader_name)
        try:
            preferences = self._read(path, ReaderPreferences.from_payload)
        except UserFacingError as error:
            return Loaded(preferences=ReaderPreferences(), problem=error)
        if preferences is None:
            return Loaded(preferences=ReaderPreferences())
        keys, left_out = without_what_cannot_be(preferences.keys, rules)
        problem = None
        if left_out:
            problem = UserFacingError(
                f"These keys are the program's own again: {', '.join(left_out)}.",
                hint="What you had chosen for them does not fit this version. Choose anew under Keys.",
            )
        return Loaded(preferences=ReaderPreferences(keys=keys, mouse=preferences.mouse), problem=problem)

    def save(self, reader_id: str, reader_name: str, preferences: ReaderPreferences) -> None:
        """Keep a reader's preferences, whole or not at all.

        Raises
        ------
        UserFacingError
            If they cannot be written; those in use go on.
        """
        self._write(self._path(reader_id, reader_name), preferences.to_payload())

    def workstation_id(self) -> str:
        """Return what this workstation is known by in studies: random, made at the first call.

        Where it cannot be kept it holds until the program ends: nobody is kept from reading by it.
        """
        path = self._folder / "workstation.json"
        try:
            known = self._read(path, lambda payload: str(payload["id"]))
        except UserFacingError as problem:
            _log.warning("%s It gets a new one.", problem.message)
            known = None
        if not known:
            known = self._made_id
            try:
                self._write(path, {"id": known})
            except UserFacingError as problem:
                _log.warning("%s", problem.message)
        return known

    def luminances(self) -> dict[str, Luminances]:
        """Return what was last entered, by the key of the monitor; nothing where it cannot be read."""
        try:
            found = self._read(self._folder / "luminances.json", _luminances)
        except UserFacingError as problem:
            _log.warning("%s", problem.message)
            found = None
        return found or {}

    def save_luminances(self, monitor_key: str, measured: Luminances) -> None:
        """Keep what was entered for a monitor, for every reader here."""
        known = self.luminances() | {monitor_key: measured}
        self._write(
            self._folder / "luminances.json", {"monitors": {k: m.to_payload() for k, m in known.items()}}
        )

    def _path(self, reader_id: str, reader_name: str) -> Path:
        # Ids are a study's own: two people called "reader-1" in two studies are told apart by their names.
        digest = hashlib.sha256(f"{reader_id}\n{reader_name}".encode()).hexdigest()[:8]
        return self._folder / "readers" / f"{reader_id}-{digest}.json"

    def _read(self, path: Path, parse: Callable[[Mapping[str, Any]], T]) -> T | None:
        try:
            payload = json.loads(path.read_text(encoding="utf-8"))
            if payload["version"] > VERSION:
                raise UserFacingError(
                    f"{path.name} was written by a newer version of the program.",
                    hint="The program's own settings are used; the file stays as it is.",
                )
            return parse(payload)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise self._set_aside(path, error) from error

    def _set_aside(self, path: Path, error: Exception) -> UserFacingError:
        _log.warning("%s cannot be read: %r", path.name, error)
        aside = path.with_name(path.name + DAMAGED_SUFFIX)
        try:
            path.replace(aside)
        except OSError:
            aside = path
        return UserFacingError(
            f"Your settings could not be read: {path.name} is damaged.",
            hint=f"The program's own are used. The file is kept as {aside}.",
        )

    def _write(self, path: Path, payload: Mapping[str, Any]) -> None:
        text = json.dumps({"version": VERSION, **payload}, indent=1, sort_keys=True, ensure_ascii=False)
        try:
            write_atomically(path, text.encode("utf-8"))
        except OSError as error:
            raise UserFacingError(
                f"Your settings could not be kept: {path.parent} cannot be written ({error.strerror}).",
                hint="They work until the program ends. Make the folder writable, or move it with "
                "REALFM_SETTINGS.",
            ) from error


def _luminances(payload: Mapping[str, Any]) -> dict[str, Luminances]:
    return {key: Luminances.from_payload(measured) for key, measured in payload["monitors"].items()}
