"""A located finding as a line of the list and as a mark on the picture."""

from dataclasses import replace

from realfm_gui.gui.reading.ai_board import AiBoard, ListedFinding
from realfm_gui.gui.reading.ai_finding_list import FindingLine
from realfm_gui.gui.reading.ai_words import interval_meaning, interval_words
from realfm_gui.gui.viewer.ai_painter import PaintedFinding
from realfm_gui.gui.viewer.place_words import place_words
from realfm_gui.gui.viewer.view_state import ViewState


def line_of(board: AiBoard, listed: ListedFinding, case: ViewState | None) -> FindingLine:
    """Return an entry as a line; `case` says how its slices are counted."""
    found = listed.said.found
    parts = [
        f"{listed.mark_words}: {listed.said.name}",
        found.text,
        f"{board.models[listed.model].model}. {interval_meaning(found.interval)}",
    ]
    return FindingLine(
        tag=listed.tag,
        name=listed.said.name,
        score=listed.score_words,
        interval=_interval_of(listed),
        place="" if case is None else place_words(case, found.frame),
        tooltip="\n".join(part for part in parts if part),
        is_dim=not board.is_model_shown(listed.model),
    )


def painted_on(frame: int, listed: ListedFinding, *, is_chosen: bool) -> PaintedFinding:
    """Return an entry with a place as it is painted on a frame of the case."""
    found = listed.said.found
    if found.region is None:
        raise ValueError("a finding without a place is not painted")
    return PaintedFinding(
        shape=found.region.shape,
        outlines=listed.said.outlines,
        center=found.region.center,
        words=listed.mark_words,
        style=listed.model,
        is_chosen=is_chosen,
        is_passing=found.frame != frame,
    )


def _interval_of(listed: ListedFinding) -> str:
    found = listed.said.found
    if found.interval is None or found.probability is None:
        return interval_words(found.interval, is_percent=False)
    in_percent = replace(found.interval, low=100 * found.interval.low, high=100 * found.interval.high)
    return interval_words(in_percent, is_percent=True)
