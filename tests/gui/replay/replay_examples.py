"""A record written down by hand, and the case it shows."""

from dataclasses import replace

import numpy as np

from realfm_gui.domain.display_encoding import pixel_hash
from realfm_gui.domain.display_record import (
    Absence,
    Arranged,
    Displayed,
    DisplayRecord,
    Ended,
    Hidden,
    Idle,
    OverlayShown,
    PaneView,
    Place,
    ReadingKey,
    Segment,
)
from realfm_gui.domain.images import Frame, Window
from realfm_gui.domain.lesion import Lesion, LesionRegion
from realfm_gui.domain.mark import MarkShape
from realfm_gui.domain.prediction import GridGeometry, SaliencyMap
from realfm_gui.domain.reading import Phase
from realfm_gui.gui.replay.rerender import PanePainter, ReplayedCase
from realfm_gui.workflows.replay import ReplayChoice, ReplaySource

S = 1_000_000_000
KEY = ReadingKey(reader="anna", case_id="c-1", phase=Phase.AIDED)
WINDOW = Window(center=500, width=1000)
PLACE = Place(width_px=120, height_px=90, scale=2.0, center_row=19.5, center_column=29.5, rows=40, columns=60)
VIEW = PaneView(pane=0, frame=0, window=WINDOW, place=PLACE)
MAP = SaliencyMap(
    values=np.linspace(0, 1, 16, dtype=np.float32).reshape(4, 4),
    geometry=GridGeometry(row_offset=4.5, row_step=10, column_offset=7, column_step=15),
    method="grad-cam",
    frame=1,
)
SHOWN = OverlayShown(name="m/nodule", opacity=0.5, threshold=0.4)
SLICES = 3


def case() -> ReplayedCase:
    rng = np.random.default_rng(5)
    frames = tuple(
        Frame(pixels=rng.integers(0, 1000, (40, 60), np.uint16), windows=(WINDOW,)) for _ in range(SLICES)
    )
    return ReplayedCase(frames=frames, series=[0] * SLICES, maps={"m/nodule": (MAP, (0.0, 1.0))})


def at(second: float, **changes) -> Displayed:
    """A picture with the hashes of the case above."""
    view = replace(VIEW, **changes)
    again = PanePainter(case()).paint(view)
    overlay = b"" if again.overlay is None else pixel_hash(again.overlay)
    return Displayed(
        time_ns=round(second * S), view=view, picture_hash=pixel_hash(again.picture), overlay_hash=overlay
    )


def record() -> DisplayRecord:
    """Slices 1, 2 with the map, a pause, slice 3, nothing touched for long; then a second sitting."""
    first = Segment(
        session="s-1",
        program="1",
        started_utc="2026-11-22T08:00:00Z",
        started_ns=0,
        series=(SLICES,),
        entries=(
            Arranged(time_ns=0, rows=1, columns=1),
            at(0),
            at(1, frame=1),
            at(2, frame=1, overlay=SHOWN),
            Hidden(time_ns=4 * S, pane=0, reason=Absence.PAUSED),
            at(6, frame=2),
            Idle(time_ns=6 * S, end_ns=36 * S),
            Ended(time_ns=36 * S),
        ),
    )
    second = replace(
        first,
        session="s-2",
        started_ns=0,
        entries=(at(0, frame=2), at(3, is_inverted=True), Ended(time_ns=4 * S)),
    )
    return DisplayRecord(reading=KEY, segments=(first, second))


def choice(**changes) -> ReplayChoice:
    given = {
        "reading": KEY,
        "reader_name": "Anna",
        "position": 3,
        "is_practice": False,
        "active_ms": 40_000,
        "errors": {"nodule": "displayed_and_rejected"},
    }
    return ReplayChoice(**(given | changes))


def source(**changes) -> ReplaySource:
    region = LesionRegion(frame=1, shape=MarkShape.BOX, points=((10.0, 10.0), (20.0, 18.0)))
    lesion = Lesion(lesion_id="1", case_id="c-1", finding="nodule", regions=(region,))
    given = {
        "choice": choice(),
        "record": record(),
        "image_paths": (),
        "maps": {},
        "answer_words": "Nodule: 20, recall no",
        "lesions": (lesion,),
    }
    return ReplaySource(**(given | changes))
