"""How one series is shown, and the form in which a draft keeps that."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from realfm_gui.domain.images import Frame, Window
from realfm_gui.gui.viewer.turn import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesView:
    """How one series is shown. Settings follow the series, not the slice.

    `scale` is in device pixels per image column, None for "as large as fits"; `center` is the image
    position (row, column) in the middle of the viewport, pixel centres at whole numbers. `turn` is how the
    screen shows the view. `is_exact` paints every pixel of an enlarged image as a block of its own.
    """

    frame: int
    window: Window
    is_inverted: bool = False
    scale: float | None = None
    center: tuple[float, float] = (0.0, 0.0)
    turn: Turn = field(default_factory=Turn)
    edge: str = ""
    """Where the whole picture lies: "left" or "right" of the viewport, "" in the middle."""
    is_exact: bool = False


def view_to_payload(view: SeriesView, frame: Frame) -> dict[str, Any]:
    """Return a JSON-ready form; a window's table is named by its place among the windows of the frame."""
    window = view.window
    tables = [offered.table for offered in frame.windows]
    return {
        "frame": view.frame,
        "window": [window.center, window.width, window.name, window.function],
        "table": None if window.table is None or window.table not in tables else tables.index(window.table),
        "is_inverted": view.is_inverted,
        "scale": view.scale,
        "center": list(view.center),
        "turn": view.turn.to_payload(),
        "edge": view.edge,
        "is_exact": view.is_exact,
    }


def view_from_payload(saved: Mapping[str, Any], frame: Frame) -> SeriesView:
    """Read what `view_to_payload` wrote, or an earlier version of the program without tables and turns.

    Parameters
    ----------
    saved : mapping
    frame : Frame
        The frame that was on screen.
    """
    center, width, name, function = saved["window"]
    row, column = saved["center"]
    window = Window(center=center, width=width, name=name, function=function)
    return SeriesView(
        frame=saved["frame"],
        window=_with_table(window, saved, frame),
        is_inverted=saved["is_inverted"],
        scale=saved["scale"],
        center=(row, column),
        turn=Turn(**saved.get("turn", {})),
        edge=saved.get("edge", ""),
        is_exact=bool(saved.get("is_exact", False)),
    )


def _with_table(window: Window, saved: Mapping[str, Any], frame: Frame) -> Window:
    if "table" in saved:
        number = saved["table"]
        if number is None or not 0 <= number < len(frame.windows):
            return window
        return replace(window, table=frame.windows[number].table)
    # Written before tables were: the window of the file that is shown is still to be found by its numbers.
    for offered in frame.windows:
        if (offered.center, offered.width, offered.function) == (
            window.center,
            window.width,
            window.function,
        ):
            return replace(window, table=offered.table)
    return window
