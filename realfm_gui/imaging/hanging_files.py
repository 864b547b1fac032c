"""Hanging protocols as TOML: `resources/hanging` and what sites add to it.

A file holds tables ``[[protocol]]`` with ``id``, ``name``, ``rows``, ``columns``, an optional
``[protocol.when]`` and one ``[[protocol.cell]]`` per place; see the files in `resources/hanging`, and the
classes of `hanging` for the meaning of the keys.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.patient_geometry import MainPlane
from realfm_gui.imaging.hanging_rules import WEIGHTINGS, CellRule, HangingProtocol, ImageConditions

_CONDITIONS = ("modality", "body_part", "view_position", "laterality", "plane", "weighting")
_PROTOCOL_KEYS = frozenset({"id", "name", "rows", "columns", "first", "link", "when", "cell"})
_WHEN_KEYS = frozenset({*_CONDITIONS, "min_images", "max_images", "has_prior", "complete"})
_CELL_KEYS = frozenset(
    {
        *_CONDITIONS,
        "row",
        "column",
        "prior",
        "cut",
        "repeat",
        "optional",
        "preset",
        "right_edge",
        "bottom_edge",
        "flip",
        "rotate",
    }
)


def load_hanging(*folders: Path) -> tuple[HangingProtocol, ...]:
    """Read every TOML file of some folders; a later folder's protocol replaces one of the same id.

    Raises
    ------
    UserFacingError
        Naming the file, the protocol and what is wrong in it.
    """
    protocols: dict[str, HangingProtocol] = {}
    for folder in folders:
        own: dict[str, str] = {}
        for path in sorted(folder.glob("*.toml")):
            try:
                text = path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise _unusable(path.name, str(error)) from error
            for protocol in parse_hanging(text, path.name):
                if protocol.id in own:
                    raise _unusable(path.name, f"protocol {protocol.id!r} is in {own[protocol.id]} too")
                own[protocol.id] = path.name
                protocols[protocol.id] = protocol
    return tuple(protocols.values())


def parse_hanging(text: str, file_name: str) -> tuple[HangingProtocol, ...]:
    """Return the protocols of a TOML text; `file_name` is for messages.

    Raises
    ------
    UserFacingError
        Naming the file, the protocol, the cell and the key.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _unusable(file_name, str(error)) from error
    entries = tables.get("protocol")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise _unusable(file_name, "it has no [[protocol]]")
    if unknown := sorted(set(tables) - {"protocol"}):
        raise _unusable(file_name, f"unknown key {unknown[0]!r}")
    protocols: list[HangingProtocol] = []
    for number, entry in enumerate(entries, start=1):
        where = f"protocol {entry.get('id') or number!r}"
        try:
            protocol = _protocol(entry)
        except ValueError as error:
            raise _unusable(file_name, f"{where}: {error}") from error
        if any(protocol.id == other.id for other in protocols):
            raise _unusable(file_name, f"{where} is given twice")
        protocols.append(protocol)
    return tuple(protocols)


def _unusable(file_name: str, problem: str) -> UserFacingError:
    return UserFacingError(
        f"The hanging protocols in {file_name} cannot be used: {problem}.", hint=f"Correct {file_name}."
    )


def _protocol(entry: Mapping[str, Any]) -> HangingProtocol:
    _check_keys(entry, _PROTOCOL_KEYS)
    when = entry.get("when", {})
    if not isinstance(when, dict):
        raise ValueError("when is a table: [protocol.when]")
    try:
        _check_keys(when, _WHEN_KEYS)
        conditions = _conditions(when)
        min_images, max_images = _whole(when, "min_images"), _whole(when, "max_images")
        needs_prior, is_complete = _yes(when, "has_prior"), _yes(when, "complete")
    except ValueError as error:
        raise ValueError(f"when: {error}") from error
    cells = entry.get("cell", [])
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise ValueError("cells are tables: [[protocol.cell]]")
    return HangingProtocol(
        id=_text(entry, "id", required=True),
        name=_text(entry, "name", required=True),
        rows=_required_whole(entry, "rows"),
        columns=_required_whole(entry, "columns"),
        cells=tuple(_cell(cell, number) for number, cell in enumerate(cells, start=1)),
        conditions=conditions,
        min_images=min_images,
        max_images=max_images,
        needs_prior=needs_prior,
        is_complete=is_complete,
        goes_first=_yes(entry, "first"),
        is_linked=_yes(entry, "link"),
    )


def _cell(entry: Mapping[str, Any], number: int) -> CellRule:
    try:
        _check_keys(entry, _CELL_KEYS)
        cut = _text(entry, "cut")
        return CellRule(
            row=_required_whole(entry, "row"),
            column=_required_whole(entry, "column"),
            conditions=_conditions(entry),
            prior=_whole(entry, "prior") or 0,
            cut=_plane("cut", cut) if cut else None,
            repeats=_yes(entry, "repeat"),
            is_optional=_yes(entry, "optional"),
            preset=_text(entry, "preset"),
            right_edge=_text(entry, "right_edge"),
            bottom_edge=_text(entry, "bottom_edge"),
            is_flipped=_yes(entry, "flip"),
            rotation_degrees=_whole(entry, "rotate") or 0,
        )
    except ValueError as error:
        raise ValueError(f"cell {number}: {error}") from error


def _check_keys(entry: Mapping[str, Any], known: frozenset[str]) -> None:
    if unknown := sorted(set(entry) - known):
        raise ValueError(f"unknown key {unknown[0]!r}")


def _conditions(entry: Mapping[str, Any]) -> ImageConditions:
    values = {key: _texts(entry, key) for key in _CONDITIONS}
    for plane in values["plane"]:
        _plane("plane", plane)
    for weighting in values["weighting"]:
        if weighting.upper() not in WEIGHTINGS:
            raise ValueError(f"weighting is one of {', '.join(WEIGHTINGS)}, not {weighting!r}")
    return ImageConditions(**values)


def _texts(entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = entry.get(key, [])
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(one, str) and one for one in values):
        raise ValueError(f"{key} is a text or a list of texts, not {value!r}")
    if key in entry and not values:
        raise ValueError(f"{key} is empty: leave it out where any will do")
    return tuple(values)


def _text(entry: Mapping[str, Any], key: str, *, required: bool = False) -> str:
    value = entry.get(key, "")
    if not isinstance(value, str):
        raise ValueError(f"{key} is a text, not {value!r}")
    if required and not value:
        raise ValueError(f"{key} is missing")
    return value


def _whole(entry: Mapping[str, Any], key: str) -> int | None:
    value = entry.get(key)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise ValueError(f"{key} is a whole number, not {value!r}")
    return value


def _required_whole(entry: Mapping[str, Any], key: str) -> int:
    value = _whole(entry, key)
    if value is None:
        raise ValueError(f"{key} is missing")
    return value


def _yes(entry: Mapping[str, Any], key: str) -> bool:
    value = entry.get(key, False)
    if not isinstance(value, bool):
        raise ValueError(f"{key} is true or false, not {value!r}")
    return value


def _plane(key: str, value: str) -> MainPlane:
    if value not in tuple(MainPlane):
        raise ValueError(f"{key} is axial, coronal or sagittal, not {value!r}")
    return MainPlane(value)
