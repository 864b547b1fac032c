"""Where an image of a case is found, in the words of the picture's corner."""

from realfm_gui.gui.viewer.corner_text import view_words
from realfm_gui.gui.viewer.view_state import RADIOGRAPHS, ViewState


def place_words(state: ViewState, index: int, *, of_all: bool = False) -> str:
    """Return where a frame is: "slice 34", "series 2, slice 3", "Right MLO"; "" for a single image.

    Parameters
    ----------
    state : ViewState
        A view of the case.
    index : int
        Of the case's frames.
    of_all : bool
        Say how many there are, too: "slice 34 of 56".
    """
    if len(state.frames) == 1:
        return ""
    number, span = next(
        (number, span)
        for number, span in enumerate(state.spans, start=1)
        if span.first <= index < span.first + span.count
    )
    frame = state.frames[index]
    named = view_words(frame)
    if frame.modality in RADIOGRAPHS and named:
        return named
    series = f"series {number}" if len(state.spans) > 1 else ""
    kind = "image" if frame.position_mm is None else "slice"
    of = f" of {span.count}" if of_all else ""
    place = f"{kind} {index - span.first + 1}{of}" if span.count > 1 else ""
    return ", ".join(part for part in (series, place) if part)
