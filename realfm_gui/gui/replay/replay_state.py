"""Where a replay stands: what was on the screen at a moment, how time runs, what is marked. Without Qt."""

from bisect import bisect_right
from dataclasses import dataclass, field, replace

from realfm_gui.analysis.display.dwell import dwell_by_frame
from realfm_gui.domain.display_record import (
    Absence,
    Arranged,
    Displayed,
    DisplayRecord,
    Entry,
    Hidden,
)
from realfm_gui.domain.display_spans import Span, duration_s, idle_spans, merged, shown

SPEEDS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)

LONGEST_WAIT_S = 1.0
"""Where waits are shortened: nothing on the screen changes for longer than this, in reading time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """What was on the screen: by pane its picture, or why it had none; how the panes stood."""

    panes: dict[int, Displayed | Absence] = field(default_factory=dict)
    rows: int = 1
    columns: int = 1
    alone: int | None = None

    def after(self, entry: Entry | None) -> "Screen":
        """Return the screen after an entry; None is the beginning of a sitting."""
        if entry is None:
            return Screen()
        if isinstance(entry, Displayed):
            return replace(self, panes={**self.panes, entry.view.pane: entry})
        if isinstance(entry, Arranged):
            return replace(self, rows=entry.rows, columns=entry.columns, alone=entry.alone)
        if isinstance(entry, Hidden):
            gone = self.panes if entry.pane is None else [entry.pane]
            return replace(self, panes={**self.panes, **dict.fromkeys(gone, entry.reason)})
        return self

    @property
    def visible(self) -> tuple[int, ...]:
        """The panes that had room on the screen, row by row."""
        return (self.alone,) if self.alone is not None else tuple(range(self.rows * self.columns))


@dataclass(frozen=True, slots=True, kw_only=True)
class TracePoint:
    """The slice that a pane showed, for the trace over time; frames of the case, not cuts."""

    start_s: float
    end_s: float
    pane: int
    frame: int


class ReplayState:
    """A record on its time axis, and a position on it. Made in a thread of its own: records are long.

    Parameters
    ----------
    record : DisplayRecord
    """

    def __init__(self, record: DisplayRecord) -> None:
        self.record = record
        self.duration_s = duration_s(record)
        self.speed = 1.0
        self.is_playing = False
        self.shortens_waits = True
        self._position_s = 0.0
        self._times: list[float] = []
        self._screens: list[Screen] = []
        self._sittings: list[float] = []
        self._lay_out(record)
        pictures = shown(record)
        self.pictures = [e for s in record.segments for e in s.entries if isinstance(e, Displayed)]
        self.trace = [
            TracePoint(start_s=p.start_s, end_s=p.end_s, pane=p.view.pane, frame=p.view.frame)
            for p in pictures
            if p.view.cut is None
        ]
        self.ai_spans = merged(p.span for p in pictures if p.view.has_ai)
        self.cut_spans = merged(p.span for p in pictures if p.view.cut is not None)
        self.idle_spans = idle_spans(record)
        self.dwell = dwell_by_frame(record)
        """Where on the image of each frame display time went, over its series."""
        self.hidden_spans = self._hidden(merged(p.span for p in pictures))

    @property
    def position_s(self) -> float:
        """Where the replay stands on the reading's time axis."""
        return self._position_s

    @property
    def is_at_end(self) -> bool:
        """Whether there is nothing more to play."""
        return self._position_s >= self.duration_s

    @property
    def sittings_s(self) -> list[float]:
        """When the second and later sittings begin."""
        return self._sittings[1:]

    def screen(self) -> Screen:
        """Return what was on the screen now."""
        number = bisect_right(self._times, self._position_s) - 1
        return self._screens[number] if number >= 0 else Screen()

    def seek(self, position_s: float) -> None:
        """Go to a moment."""
        self._position_s = min(max(position_s, 0.0), self.duration_s)

    def step(self, by: int) -> None:
        """Go to the next (+1) or the previous (-1) change on the screen; playing stops."""
        self.is_playing = False
        if by > 0:
            number = bisect_right(self._times, self._position_s)
            self.seek(self._times[number] if number < len(self._times) else self.duration_s)
        else:
            before = [time for time in self._times if time < self._position_s]
            self.seek(before[-1] if before else 0.0)

    def toggle(self) -> None:
        """Play or stop; at the end, from the beginning."""
        if not self.is_playing and self.is_at_end:
            self.seek(0.0)
        self.is_playing = not self.is_playing

    def advance(self, elapsed_s: float) -> None:
        """Let so much time of the looker go by."""
        if not self.is_playing:
            return
        to = self._position_s + elapsed_s * self.speed
        if self.shortens_waits:
            number = bisect_right(self._times, self._position_s)
            following = self._times[number] if number < len(self._times) else self.duration_s
            last = self._times[number - 1] if number else 0.0
            if to - last > LONGEST_WAIT_S and to < following:
                to = following
        self.seek(to)
        if self.is_at_end:
            self.is_playing = False

    def faster(self, by: int) -> None:
        """Take the next faster (+1) or slower (-1) speed."""
        number = SPEEDS.index(self.speed) + by
        self.speed = SPEEDS[min(max(number, 0), len(SPEEDS) - 1)]

    def _lay_out(self, record: DisplayRecord) -> None:
        offset_s, screen = 0.0, Screen()
        for segment in record.segments:
            self._sittings.append(offset_s)
            screen = screen.after(None)
            self._note(offset_s, screen)
            for entry in segment.entries:
                after = screen.after(entry)
                if after is not screen:
                    self._note(offset_s + (entry.time_ns - segment.started_ns) / 1e9, after)
                    screen = after
            offset_s += (segment.ends_ns - segment.started_ns) / 1e9

    def _note(self, at_s: float, screen: Screen) -> None:
        if self._times and self._times[-1] == at_s:
            self._screens[-1] = screen  # several panes changed at once
        else:
            self._times.append(at_s)
            self._screens.append(screen)

    def _hidden(self, covered: list[Span]) -> list[Span]:
        """Return when no pane showed a picture."""
        edges = [0.0, *(edge for span in covered for edge in span), self.duration_s]
        pairs = zip(edges[::2], edges[1::2], strict=True)
        return [(start, end) for start, end in pairs if end > start]


def clock(seconds: float) -> str:
    """Return a time as it is read off a clock: minutes, seconds, tenths.

    Examples
    --------
    >>> clock(83.46)
    '1:23.4'
    """
    tenths = int(seconds * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"
