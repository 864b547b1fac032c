"""Where the frames of a replayed case are, as the reading room says it, and in which row of the time axis."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from realfm_gui.domain.images import Frame
from realfm_gui.gui.viewer.corner_text import prior_words, view_words
from realfm_gui.gui.viewer.place_words import place_words
from realfm_gui.gui.viewer.view_state import RADIOGRAPHS, SeriesSpan, ViewState
from realfm_gui.imaging.study_order import is_prior


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A row of the time axis: a series, or a radiograph of its own; `count` frames from index `first`.

    `words` say the same at full length.
    """

    name: str
    first: int
    count: int
    words: str


class CasePlaces:
    """Says where a frame is; asks for single frames only, which are cheap.

    Parameters
    ----------
    frames : sequence of Frame
        All frames of the case, series after series.
    series : sequence of int
        The series number of each frame.
    """

    def __init__(self, frames: Sequence[Frame], series: Sequence[int]) -> None:
        self._state = ViewState(frames, series)
        spans = self._state.spans
        self.lanes = tuple(
            lane for number, span in enumerate(spans, start=1) for lane in self._lanes_of(number, span)
        )
        self._firsts = [lane.first for lane in self.lanes]

    def words(self, frame: int) -> str:
        """Return where a frame is: "series 2, slice 40 of 56"; "" for a single image, or one not there."""
        return place_words(self._state, frame, of_all=True) if frame < len(self._state.frames) else ""

    def lane_of(self, frame: int) -> int | None:
        """Return the number of a frame's row; None where the case does not have it any more."""
        return bisect_right(self._firsts, frame) - 1 if frame < len(self._state.frames) else None

    def _lanes_of(self, number: int, span: SeriesSpan) -> list[Lane]:
        first = self._state.frames[span.first]
        if first.modality in RADIOGRAPHS and len(self._state.frames) > 1:
            return [self._picture(index) for index in range(span.first, span.first + span.count)]
        if len(self._state.spans) == 1:
            kind = "Picture" if span.count == 1 else "Image" if first.position_mm is None else "Slice"
            return [Lane(name=kind, first=0, count=span.count, words=kind)]
        words = " · ".join(part for part in (f"Series {number}", view_words(first)) if part)
        name = f"Series {number}{', prior' if is_prior(first) else ''}"
        return [Lane(name=name, first=span.first, count=span.count, words=words)]

    def _picture(self, index: int) -> Lane:
        frame = self._state.frames[index]
        words = self.words(index)
        name = words
        if is_prior(frame):
            # The view first: it is what is left where there is little room.
            view = view_words(frame).removeprefix(prior_words(frame)).removeprefix(" · ")
            name = f"{view or words}, prior"
        return Lane(name=_capital(name), first=index, count=1, words=_capital(words))


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
