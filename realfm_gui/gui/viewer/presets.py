"""The windows a reader can choose from with a digit key."""

from dataclasses import replace
from functools import lru_cache

from realfm_gui.domain.images import Frame, Window
from realfm_gui.imaging.presets import DisplayPreset, load_presets, suitable_presets
from realfm_gui.resource_files import resource

MAX_PRESETS = 9
"""One per digit key."""


@lru_cache(maxsize=1)
def _shipped() -> tuple[DisplayPreset, ...]:
    return load_presets(resource("presets"))


def presets_for(frame: Frame, default: Window) -> tuple[Window, ...]:
    """Return the windows offered for a frame: its default, those of its file, then the shipped presets.

    A window that is already in the list is not offered twice; colour frames have none.

    Parameters
    ----------
    frame : Frame
        The frame on screen.
    default : Window
        The window it opens with.
    """
    if frame.is_colour:
        return ()
    offered: list[Window] = []
    shipped = [preset.of(default) for preset in suitable_presets(_shipped(), frame.modality)]
    named_default = replace(default, name=default.name or "Default")
    for window in (named_default, *frame.windows, *shipped):
        if all((window.center, window.width) != (other.center, other.width) for other in offered):
            offered.append(replace(window, name=window.name or f"From the file, {len(offered) + 1}"))
    return tuple(offered[:MAX_PRESETS])
