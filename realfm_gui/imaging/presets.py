"""Display presets: windows on the digit keys."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.images import Window

_FIELDS = frozenset({"id", "name", "modality", "key", "center", "width", "center_shift", "width_factor"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayPreset:
    """A named window.

    With `window`, values of a modality that have a fixed meaning (HU). Without, a change of the image's own
    window: the centre moves by `center_shift` widths, the width is multiplied by `width_factor`.
    `modality` is empty where it suits any; `key` is the digit that calls it.
    """

    id: str
    name: str
    modality: str
    key: str
    window: Window | None = None
    center_shift: float = 0.0
    width_factor: float = 1.0

    def __post_init__(self) -> None:
        if self.key not in tuple("0123456789"):
            raise ValueError(f"preset {self.id!r} needs a digit key, not {self.key!r}")
        if not self.width_factor > 0:
            raise ValueError(f"preset {self.id!r} needs a positive width factor")

    def of(self, own: Window) -> Window:
        """Return the window to show; `own` is the one the image came with."""
        if self.window is not None:
            return self.window
        return replace(
            own,
            center=own.center + self.center_shift * own.width,
            width=own.width * self.width_factor,
            name=self.name,
        )


def load_presets(folder: Path) -> tuple[DisplayPreset, ...]:
    """Read every TOML file of a folder.

    Raises
    ------
    UserFacingError
        Naming the file and what is wrong in it.
    """
    presets: list[DisplayPreset] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            presets += [_preset(entry) for entry in table["preset"]]
        except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
            raise UserFacingError(
                f"The display presets in {path.name} cannot be used: {error}.", hint=f"Correct {path.name}."
            ) from error
    return tuple(presets)


def suitable_presets(presets: Iterable[DisplayPreset], modality: str) -> tuple[DisplayPreset, ...]:
    """Return the presets that suit a modality: its own where it has any, else those for any image."""
    presets = tuple(presets)
    own = tuple(preset for preset in presets if preset.modality == modality and modality)
    general = tuple(preset for preset in presets if not preset.modality)
    taken = {preset.key for preset in own}
    return own + tuple(preset for preset in general if not own or preset.key not in taken)


def _preset(entry: dict[str, Any]) -> DisplayPreset:
    if unknown := sorted(set(entry) - _FIELDS):
        raise ValueError(f"unknown field {unknown[0]!r}")
    has_window = "center" in entry and "width" in entry
    return DisplayPreset(
        id=str(entry["id"]),
        name=str(entry["name"]),
        modality=str(entry.get("modality", "")),
        key=str(entry["key"]),
        window=Window(center=float(entry["center"]), width=float(entry["width"]), name=str(entry["name"]))
        if has_window
        else None,
        center_shift=float(entry.get("center_shift", 0.0)),
        width_factor=float(entry.get("width_factor", 1.0)),
    )
