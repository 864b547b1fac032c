"""Records of what was displayed, written down by hand."""

from dataclasses import replace

from realfm_gui.domain.display_record import (
    Displayed,
    DisplayRecord,
    Ended,
    Entry,
    PaneView,
    Place,
    ReadingKey,
    Segment,
)
from realfm_gui.domain.images import Window
from realfm_gui.domain.reading import Phase

S = 1_000_000_000
WINDOW = Window(center=40, width=400)
# 200 x 400 image pixels, all of them visible at 2 device pixels each.
WHOLE = Place(
    width_px=800, height_px=400, scale=2.0, center_row=99.5, center_column=199.5, rows=200, columns=400
)
# The middle 100 x 200 of them, at 4.
MIDDLE = replace(WHOLE, scale=4.0)
VIEW = PaneView(pane=0, frame=0, window=WINDOW, place=WHOLE)


def at(second: float, **changes) -> Displayed:
    return Displayed(time_ns=round(second * S), view=replace(VIEW, **changes))


def record(*entries: Entry, until: float, series: tuple[int, ...] = (10,), phase=Phase.UNAIDED, end=True):
    last = (Ended(time_ns=round(until * S)),) if end else ()
    part = Segment(
        session="s-1",
        program="1",
        started_utc="2026-11-22T08:00:00Z",
        started_ns=0,
        series=series,
        entries=(*entries, *last),
    )
    return DisplayRecord(reading=ReadingKey(reader="anna", case_id="c-1", phase=phase), segments=(part,))
