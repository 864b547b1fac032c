"""One reading in numbers: slices, times, windows, zoom, with or without the map."""

from collections.abc import Mapping
from dataclasses import dataclass

from realfm_gui.domain.display_record import DisplayRecord, PaneView
from realfm_gui.domain.display_spans import Shown, Span, duration_s, idle_spans, shown, total_s, without

SETTLED_S = 0.5
"""A window counts as used from this long on: those that a drag passes through do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingDisplay:
    """What was displayed in one reading; idle time is left out of every time but `idle_s`.

    `slice_s` maps the frames of the case that were displayed to seconds; a slice in two viewports at once
    counts once. `picture_s` is the time with any picture, `cuts_s` that with a reformation, `ai_s` that with
    the AI's map or places over it, `magnified_s` that with the magnifier. `largest_zoom` is in device pixels
    per image column, of the frames of the case; 0 where none was displayed.
    """

    slices_total: int
    slice_s: Mapping[int, float]
    picture_s: float
    cuts_s: float
    ai_s: float
    magnified_s: float
    idle_s: float
    duration_s: float
    windows: int
    largest_zoom: float
    is_complete: bool

    @property
    def slices_displayed(self) -> int:
        """Number of slices that came on the screen."""
        return len(self.slice_s)

    @property
    def share_displayed(self) -> float | None:
        """Slices displayed over all slices, None where the case has none."""
        return self.slices_displayed / self.slices_total if self.slices_total else None


def reading_display(record: DisplayRecord, *, settled_s: float = SETTLED_S) -> ReadingDisplay:
    """Return what was displayed in one reading.

    Parameters
    ----------
    record : DisplayRecord
    settled_s : float
        A window that stood at least this long at once, or the reading through, counts as used.
    """
    pictures, idle = shown(record), idle_spans(record)
    on_slices = [picture for picture in pictures if picture.view.cut is None]
    by_slice: dict[int, list[Span]] = {}
    for picture in on_slices:
        by_slice.setdefault(picture.view.frame, []).append(picture.span)
    return ReadingDisplay(
        slices_total=max((segment.frames for segment in record.segments), default=0),
        slice_s={frame: _total(spans, idle) for frame, spans in sorted(by_slice.items())},
        picture_s=_total([p.span for p in pictures], idle),
        cuts_s=_total([p.span for p in pictures if p.view.cut is not None], idle),
        ai_s=_total([p.span for p in pictures if p.view.has_ai], idle),
        magnified_s=_total([p.span for p in pictures if p.view.lens is not None], idle),
        idle_s=total_s(idle),
        duration_s=duration_s(record),
        windows=_windows(pictures, settled_s),
        largest_zoom=max((picture.view.place.scale for picture in on_slices), default=0.0),
        is_complete=record.is_complete,
    )


def _total(spans: list[Span], idle: list[Span]) -> float:
    return total_s(without(spans, idle))


def _windows(pictures: tuple[Shown, ...], settled_s: float) -> int:
    """Return the number of different windows that stood for a while in a viewport.

    A scroll with one window is one stand; so the pictures of a viewport are joined as long as it stays.
    """
    used, standing = set(), dict[int, tuple[object, float, float]]()
    for picture in pictures:
        look = _look(picture.view)
        start_s = picture.start_s
        known = standing.get(picture.view.pane)
        if known is not None and known[0] == look and known[2] == start_s:
            start_s = known[1]
        standing[picture.view.pane] = (look, start_s, picture.end_s)
        if picture.end_s - start_s >= settled_s:
            used.add(look)
    return len(used)


def _look(view: PaneView) -> object:
    window = view.window
    return window.center, window.width, window.function, window.table, view.is_inverted
