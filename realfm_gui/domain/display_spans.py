"""From a record of changes to what stood on the screen, from when to when, on the reading's own time axis.

The axis begins with the first entry of the record, in seconds, and leaves out the time between two sittings
at the same reading.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from realfm_gui.domain.display_record import (
    Displayed,
    DisplayRecord,
    Entry,
    Hidden,
    Idle,
    PaneView,
    Segment,
)

Span = tuple[float, float]
"""From, to; in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One picture in one pane for a while; `entry` is what was recorded of it."""

    entry: Displayed
    segment: int
    start_s: float
    end_s: float

    @property
    def view(self) -> PaneView:
        """What the pane showed."""
        return self.entry.view

    @property
    def duration_s(self) -> float:
        """How long it stood there."""
        return self.end_s - self.start_s

    @property
    def span(self) -> Span:
        """From when to when."""
        return self.start_s, self.end_s


def shown(record: DisplayRecord) -> tuple[Shown, ...]:
    """Return every picture of a record, in the order in which they came on the screen.

    A picture stays until the next entry of its pane, or until the sitting ends.
    """
    pictures: list[Shown] = []
    for number, (segment, offset_s) in enumerate(_placed(record)):
        on_screen: dict[int, Displayed] = {}
        for entry in (*segment.entries, None):
            now_ns = segment.ends_ns if entry is None else entry.time_ns
            for pane in _changed(entry, on_screen):
                before = on_screen.pop(pane)
                pictures.append(
                    Shown(
                        entry=before,
                        segment=number,
                        start_s=offset_s + (before.time_ns - segment.started_ns) / 1e9,
                        end_s=offset_s + (now_ns - segment.started_ns) / 1e9,
                    )
                )
            if isinstance(entry, Displayed):
                on_screen[entry.view.pane] = entry
    return tuple(sorted(pictures, key=lambda picture: picture.start_s))


def idle_spans(record: DisplayRecord) -> list[Span]:
    """Return when nothing was touched for longer than the protocol's limit, without overlaps.

    While such a time lasts it is recorded again and again, each time longer.
    """
    return merged(
        (offset_s + (e.time_ns - segment.started_ns) / 1e9, offset_s + (e.end_ns - segment.started_ns) / 1e9)
        for segment, offset_s in _placed(record)
        for e in segment.entries
        if isinstance(e, Idle)
    )


def duration_s(record: DisplayRecord) -> float:
    """Return the length of the reading's time axis."""
    return sum(_length_s(segment) for segment in record.segments)


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the same time without overlaps: two panes that show a slice at once show it once."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        elif end > start:
            result.append((start, end))
    return result


def without(spans: Iterable[Span], taken: Sequence[Span]) -> list[Span]:
    """Return what of the spans lies outside others."""
    result = merged(spans)
    for start, end in taken:
        result = [
            part
            for first, last in result
            for part in ((first, min(last, start)), (max(first, end), last))
            if part[1] > part[0]
        ]
    return result


def total_s(spans: Iterable[Span]) -> float:
    """Return the time in spans, overlaps once."""
    return sum(end - start for start, end in merged(spans))


def _changed(entry: Entry | None, on_screen: dict[int, Displayed]) -> list[int]:
    """Return the panes whose picture ends with an entry; None is the end of the sitting."""
    if entry is None or (isinstance(entry, Hidden) and entry.pane is None):
        return list(on_screen)
    if isinstance(entry, Displayed):
        pane: int | None = entry.view.pane
    elif isinstance(entry, Hidden):
        pane = entry.pane
    else:
        return []
    return [] if pane is None or pane not in on_screen else [pane]


def _placed(record: DisplayRecord) -> list[tuple[Segment, float]]:
    placed, offset_s = [], 0.0
    for segment in record.segments:
        placed.append((segment, offset_s))
        offset_s += _length_s(segment)
    return placed


def _length_s(segment: Segment) -> float:
    return (segment.ends_ns - segment.started_ns) / 1e9
