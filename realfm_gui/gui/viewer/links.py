"""Which slice of one viewport belongs to the place that another one shows. Without Qt."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.domain.image_stack import SlicePlace, Stack, linked_slice, nearest_slice, stack_of
from realfm_gui.domain.images import Frame
from realfm_gui.domain.patient_geometry import ImagePoint, Plane, plane_of, reference_line
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.imaging.cut_stack import CutStack

LEAST_CROSSING_DEGREES = 20.0
"""Images nearer to parallel cross somewhere, too, but that line says nothing about the place."""

NO_SHIFT = (0.0, 0.0, 0.0)


class Links:
    """How the viewports of one case hang together.

    Images of one frame of reference share their patient coordinates. Those of different ones (a prior) do
    not, until the reader says that two slices show the same place: see `match`.
    """

    def __init__(self) -> None:
        self._stacks: dict[tuple[int, int], tuple[Sequence[Frame], Stack | None]] = {}
        self._shifts: dict[tuple[str, str], NDArray[np.float64]] = {}

    def match(self, one: ViewState, other: ViewState) -> bool:
        """Take the slices on screen as the same place; return whether both say where they lie at all."""
        here, there = _coordinates_of(one), _coordinates_of(other)
        plane, beside = shown_plane(one), shown_plane(other)
        if plane is None or beside is None or not (here and there):
            return False
        if here != there:
            shift = beside.centre_mm - plane.centre_mm
            # Only along the normal of what scrolls: side by side the two fields of view stay as they are.
            self._shifts[here, there] = (shift @ beside.normal) * np.asarray(beside.normal)
            self._shifts[there, here] = -self._shifts[here, there]
        return True

    def shift(self, one: ViewState, other: ViewState) -> ArrayLike | None:
        """Return what to add to a place of `one` to come to that of `other`, mm; None where unknown."""
        here, there = _coordinates_of(one), _coordinates_of(other)
        if here and here == there:
            return NO_SHIFT
        return self._shifts.get((here, there))

    def following(self, leader: ViewState, follower: ViewState) -> int | None:
        """Return the frame of `follower` at the place that `leader` shows; None where there is none."""
        plane, stack, shift = shown_plane(leader), self.stack(follower), self.shift(leader, follower)
        if plane is None or stack is None or shift is None or len(stack.origins_mm) < 2:
            return None
        found = linked_slice(stack, plane, shift)
        return None if found is None else follower.span.first + found.index

    def place(self, source: ViewState, position_mm: ArrayLike, target: ViewState) -> SlicePlace | None:
        """Return where a patient position, in the coordinates of `source`, lies in the stack of `target`."""
        stack, shift = self.stack(target), self.shift(source, target)
        if stack is None or shift is None:
            return None
        return nearest_slice(stack, np.add(position_mm, shift))

    def line(self, source: ViewState, target: ViewState) -> tuple[ImagePoint, ImagePoint] | None:
        """Return the line, two (row, column) of `target`, in which the image of `source` crosses it."""
        here, there, shift = shown_plane(source), shown_plane(target), self.shift(source, target)
        if here is None or there is None or shift is None:
            return None
        here = here.moved(shift)
        if abs(float(here.normal @ there.normal)) > np.cos(np.radians(LEAST_CROSSING_DEGREES)):
            return None
        return reference_line(there, here)

    def stack(self, state: ViewState) -> Stack | None:
        """Return the stack that the series on screen is; None where its images lie nowhere or anyhow."""
        key = (id(state.frames), state.series)
        if key not in self._stacks:
            span = state.span
            # Frames that are made when asked for know where they lie without being made.
            known: Any = getattr(state.frames, "stack_at", None)
            if isinstance(state.frames, CutStack):
                made: Stack | None = state.frames.stack
            elif known is not None:
                made = known(span.first, span.count)
            else:
                made = stack_of(state.frames[span.first : span.first + span.count])
            self._stacks[key] = (state.frames, made)  # the frames are kept, so that their id stays theirs
        return self._stacks[key][1]


def reference_of(state: ViewState) -> str:
    """Return the frame of reference of the series on screen; "" where the file does not say."""
    return state.frame.tags.get("FrameOfReferenceUID", "")


def _coordinates_of(state: ViewState) -> str:
    """Return what names the patient coordinates of a series; its own where the file gives no reference."""
    series = state.frame.tags.get("SeriesInstanceUID", "")
    return reference_of(state) or (f"series {series}" if series else "")


def shown_plane(state: ViewState) -> Plane | None:
    """Return where the image on screen lies in the patient."""
    return plane_of(state.frame)
