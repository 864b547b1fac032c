"""What a reader's mouse does on the picture."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any, Self


class MouseEffect(StrEnum):
    """What a drag with a button does."""

    WINDOW = "window"
    PAN = "pan"
    ZOOM = "zoom"
    SCROLL = "scroll"
    MARK = "mark"
    NOTHING = "nothing"


class WheelEffect(StrEnum):
    """What the wheel does; with Ctrl it does the other."""

    SCROLL = "scroll"
    ZOOM = "zoom"


@dataclass(frozen=True, slots=True, kw_only=True)
class MouseChoices:
    """What each button does when it is dragged, and the wheel when it is turned.

    The left button with a tool in hand draws, whatever it does without one.
    """

    left: MouseEffect = MouseEffect.WINDOW
    middle: MouseEffect = MouseEffect.PAN
    right: MouseEffect = MouseEffect.ZOOM
    shift_left: MouseEffect = MouseEffect.PAN
    ctrl_left: MouseEffect = MouseEffect.WINDOW
    shift_right: MouseEffect = MouseEffect.ZOOM
    ctrl_right: MouseEffect = MouseEffect.ZOOM
    wheel: WheelEffect = WheelEffect.SCROLL
    is_wheel_reversed: bool = False

    def missing(self) -> list[MouseEffect]:
        """Return what no button does any more."""
        given = {getattr(self, name) for name in BUTTONS}
        return [effect for effect in MouseEffect if effect not in given and effect in _EXPECTED]

    def changed(self) -> dict[str, Any]:
        """Return what differs from the program's own, JSON-ready (inverse: `from_payload`)."""
        own = asdict(MouseChoices())
        return {name: _plain(value) for name, value in asdict(self).items() if value != own[name]}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """Read what `changed` wrote; ValueError or TypeError where it is something else."""
        known = {part.name for part in fields(cls)}
        values: dict[str, Any] = {}
        for name, value in payload.items():
            if name not in known:
                raise ValueError(f"a mouse has no {name!r}")
            if name == "is_wheel_reversed":
                if not isinstance(value, bool):
                    raise TypeError("the wheel is reversed or not")
                values[name] = value
            else:
                values[name] = WheelEffect(value) if name == "wheel" else MouseEffect(value)
        return cls(**values)


BUTTONS: Mapping[str, str] = {
    "left": "Left drag",
    "shift_left": "Shift + left drag",
    "ctrl_left": "Ctrl + left drag",
    "middle": "Middle drag",
    "right": "Right drag",
    "shift_right": "Shift + right drag",
    "ctrl_right": "Ctrl + right drag",
}
"""The drags a reader can choose for, in the order they are listed, with their names on screen."""

_EXPECTED = (MouseEffect.WINDOW, MouseEffect.PAN, MouseEffect.ZOOM)
"""What some button should do; slices have the wheel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MousePreset:
    """A set of choices under a name, so that a reader finds what the hand knows from work."""

    name: str
    choices: MouseChoices


PRESETS: tuple[MousePreset, ...] = (
    MousePreset(name="Window left, zoom right (this program's own)", choices=MouseChoices()),
    MousePreset(
        name="Scroll left, window right, pan middle",
        choices=MouseChoices(
            left=MouseEffect.SCROLL,
            shift_left=MouseEffect.PAN,
            ctrl_left=MouseEffect.ZOOM,
            middle=MouseEffect.PAN,
            right=MouseEffect.WINDOW,
            shift_right=MouseEffect.WINDOW,
            ctrl_right=MouseEffect.ZOOM,
        ),
    ),
    MousePreset(
        name="Scroll left, window middle, zoom right",
        choices=MouseChoices(
            left=MouseEffect.SCROLL,
            shift_left=MouseEffect.PAN,
            ctrl_left=MouseEffect.ZOOM,
            middle=MouseEffect.WINDOW,
            right=MouseEffect.ZOOM,
            shift_right=MouseEffect.PAN,
        ),
    ),
    MousePreset(
        name="Pan left, window right, zoom by the wheel",
        choices=MouseChoices(
            left=MouseEffect.PAN,
            shift_left=MouseEffect.ZOOM,
            ctrl_left=MouseEffect.SCROLL,
            middle=MouseEffect.ZOOM,
            right=MouseEffect.WINDOW,
            shift_right=MouseEffect.WINDOW,
            ctrl_right=MouseEffect.WINDOW,
            wheel=WheelEffect.ZOOM,
        ),
    ),
)
"""Generic sets under what they do, not under the names of products."""


def preset_of(choices: MouseChoices) -> MousePreset | None:
    """Return the preset these choices are whichever way the wheel turns, or None for a set of one's own."""
    plain = replace(choices, is_wheel_reversed=False)
    return next((preset for preset in PRESETS if preset.choices == plain), None)


def _plain(value: object) -> object:
    return value.value if isinstance(value, (MouseEffect, WheelEffect)) else value
