"""The windows a reader can choose from with a digit key."""

from dataclasses import replace

from realfm_gui.domain.images import Frame, Window

MAX_PRESETS = 9
"""One per digit key."""

_BY_MODALITY: dict[str, tuple[Window, ...]] = {
    # The usual windows of CT in HU, as printed in textbooks and preset on scanners.
    "CT": (
        Window(center=40, width=400, name="Soft tissue"),
        Window(center=-600, width=1500, name="Lung"),
        Window(center=500, width=2000, name="Bone"),
        Window(center=40, width=80, name="Brain"),
        Window(center=60, width=150, name="Liver"),
    ),
}


def presets_for(frame: Frame, default: Window) -> tuple[Window, ...]:
    """Return the windows offered for a frame: its default, those of its file, then its modality's.

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
    named_default = replace(default, name=default.name or "Default")
    for window in (named_default, *frame.windows, *_BY_MODALITY.get(frame.modality, ())):
        if all((window.center, window.width) != (other.center, other.width) for other in offered):
            offered.append(replace(window, name=window.name or f"From the file, {len(offered) + 1}"))
    return tuple(offered[:MAX_PRESETS])
