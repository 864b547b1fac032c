"""What cuts are made of: the volume of a series, and the frames that a viewport is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from realfm_gui.domain.image_stack import Stack
from realfm_gui.domain.images import Frame
from realfm_gui.domain.patient_geometry import MainPlane, plane_of
from realfm_gui.gui.viewer.view_state import SeriesSpan, ViewState
from realfm_gui.imaging.case_loading import CaseSequence
from realfm_gui.imaging.cut_stack import CutStack
from realfm_gui.imaging.planes import Reformattable, reformattable
from realfm_gui.imaging.slab import Projection
from realfm_gui.imaging.volume_frames import volume_of_frames

DRAFT_KEY = "is_draft"
"""In the description of cuts that are quickly made while the cross turns: a replay makes them likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What a viewport shows of a series: which of the cross' cuts, and how thick."""

    series: int
    plane: MainPlane
    slab_mm: float = 0.0
    projection: Projection = Projection.MEAN


class Drafts(Sequence[Frame]):
    """A stack of cuts as they are while the cross turns: quickly made."""

    def __init__(self, whole: CutStack) -> None:
        self.whole = whole

    def __len__(self) -> int:
        return len(self.whole)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self.whole.draft(i) for i in range(*index.indices(len(self)))]
        return self.whole.draft(index)

    def stack_at(self, _first: int, _count: int) -> Stack:
        """Return where the cuts lie."""
        return self.whole.stack


def stack_in(state: ViewState) -> CutStack | None:
    """Return the stack of cuts that a view shows; None where it shows a series as acquired."""
    frames = state.frames
    if isinstance(frames, Drafts):
        return frames.whole
    return frames if isinstance(frames, CutStack) else None


def is_whole(frames: Sequence[Frame]) -> bool:
    """Whether every slice is there: what is still loading must not be cut."""
    return not isinstance(frames, CaseSequence) or frames.loaded_count == len(frames)


def source_of(frames: Sequence[Frame], series: int, span: SeriesSpan) -> Reformattable:
    """Return a series as a volume to be cut; takes its time.

    Raises
    ------
    UnreadableImage
        If its frames are no volume.
    """
    if isinstance(frames, CaseSequence):  # a volume already: nothing is copied
        return reformattable(volume_of_frames(frames.parts[series]))
    return reformattable(volume_of_frames(frames[span.first : span.first + span.count]))


def may_be_cut(case: ViewState, series: int) -> bool:
    """Whether a series looks like a stack of slices in the patient; the rest shows when it is cut."""
    span = case.spans[series]
    first = case.frames[span.first]
    return span.count > 1 and not first.is_colour and plane_of(first) is not None
