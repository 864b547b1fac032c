"""Cuts of the case in the light box: axial, coronal, sagittal, oblique, slabs; one cross per series."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from PySide6.QtCore import QObject, Qt, Signal

from realfm_gui.domain.images import Frame
from realfm_gui.domain.patient_geometry import MainPlane, Vector, vector
from realfm_gui.gui.viewer.cut_source import (
    DRAFT_KEY,
    Cut,
    Drafts,
    is_whole,
    may_be_cut,
    source_of,
    stack_in,
)
from realfm_gui.gui.viewer.light_box import LightBox
from realfm_gui.gui.viewer.links import shown_plane
from realfm_gui.gui.viewer.painted_frame import Content
from realfm_gui.gui.viewer.pane import Pane
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.imaging.crosshair import Crosshair, centred
from realfm_gui.imaging.cut_stack import CutStack
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.planes import Reformattable
from realfm_gui.imaging.slab import Projection

CUTS = (MainPlane.AXIAL, MainPlane.CORONAL, MainPlane.SAGITTAL)
SLABS_MM = (0.0, 3.0, 5.0, 10.0, 20.0, 40.0)
"""What the slab's thickness goes through, step by step."""

PROJECTIONS = (Projection.MEAN, Projection.MAXIMUM, Projection.MINIMUM)
NO_STACK = "Only a stack of slices can be cut"
AHEAD = 2
"""Cuts made ahead in the direction of the scroll."""


class CutDesk(QObject):
    """Makes cuts and puts them into viewports; volumes are made in a thread of their own.

    Parameters
    ----------
    box : LightBox
        Where the cuts are shown.

    Signals
    -------
    cuts_changed()
        A viewport shows another cut, or the cross was moved or turned.
    """

    cuts_changed = Signal()
    _made = Signal(int, object)

    def __init__(self, box: LightBox) -> None:
        super().__init__(box)
        self._box = box
        self._cuts: dict[int, Cut] = {}  # by the number of the viewport
        self._crosses: dict[int, Crosshair] = {}  # by the number of the series
        self._sources: dict[int, Future[Reformattable]] = {}
        self._waiting: dict[int, tuple[Cut, Mapping[str, Any] | None]] = {}
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="cuts")
        self._case: ViewState | None = None
        self._last: dict[int, int] = {}
        self._acquired_views: dict[int, ViewState] = {}  # what a viewport showed before it showed cuts
        self._made.connect(self._source_made, Qt.ConnectionType.QueuedConnection)
        box.view_changed.connect(self._scrolled)

    def close(self) -> None:
        """End the thread."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    # What is shown

    def cut_of(self, pane: Pane) -> Cut | None:
        """Return the cut that a viewport shows; None where it shows a series as acquired."""
        self._keep_up()
        is_cut = pane.state is not None and pane.state.cut is not None
        return self._cuts.get(pane.pane) if is_cut else None

    def cross(self, series: int) -> Crosshair | None:
        """Return where the cuts of a series cross; None before one was made."""
        return self._crosses.get(series)

    def start_again(self) -> None:
        """Forget crosses and slabs: the next cuts begin thin, straight and in the middle."""
        self._crosses, self._cuts, self._waiting, self._acquired_views = {}, {}, {}, {}

    def show_cut(
        self,
        plane: MainPlane,
        pane: Pane | None = None,
        *,
        series: int | None = None,
        description: Mapping[str, Any] | None = None,
        view: Mapping[str, Any] | None = None,
        window_of: ViewState | None = None,
    ) -> None:
        """Show a cut of a series in a viewport, by default the active one and what it shows.

        Parameters
        ----------
        plane : MainPlane
        pane : Pane, optional
        series : int, optional
        description : mapping, optional
            Of cuts that were shown before (`ViewState.cut`): these again.
        view : mapping, optional
            How they were shown (`ViewState.to_payload`).
        window_of : ViewState, optional
            Whose window to show them in; by default that of what the viewport showed, or of the series.
        """
        self._keep_up()
        pane = pane or self._box.active
        if self._case is None:
            return
        if series is None:
            now = self.cut_of(pane)
            series = now.series if now is not None else pane.state.series if pane.state is not None else 0
        if not may_be_cut(self._case, series):
            self._refuse(pane, NO_STACK)
            return
        if pane.state is not None and pane.state.cut is None:
            self._acquired_views[pane.pane] = pane.state
        cut = replace(self._cuts.get(pane.pane, Cut(series=series, plane=plane)), series=series, plane=plane)
        if description is not None:
            cut = replace(cut, slab_mm=float(description["slab_mm"]))
            if description["projection"] is not None:
                cut = replace(cut, projection=Projection(description["projection"]))
        self._cuts[pane.pane] = cut
        self._waiting[pane.pane] = (cut, {"description": description, "view": view, "window_of": window_of})
        pane.show_words(Content.LOADING, f"Preparing the {plane} view")
        self.begin_waiting()

    def show_acquired(self, pane: Pane) -> None:
        """Show in a viewport, as it was left, the series that it shows cuts of."""
        cut, before = self.cut_of(pane), self._acquired_views.get(pane.pane)
        if cut is not None and before is not None and before.series == cut.series:
            self._box.show_state(pane, before)
        elif cut is not None:
            self._box.show_series(cut.series, pane)

    def begin_waiting(self) -> None:
        """Begin with the cuts that wait: asked for just now, or while slices were still loading."""
        if self._case is None or not is_whole(self._case.frames):
            return
        for series in {cut.series for cut, _ in self._waiting.values()}:
            if self._source(series).done():
                self._source_made(series, self._case)

    def step_slab(self, by: int) -> None:
        """Make the cuts of the active viewport thicker or thinner."""
        cut = self.cut_of(self._box.active)
        if cut is not None:
            place = SLABS_MM.index(cut.slab_mm) if cut.slab_mm in SLABS_MM else 0
            slab_mm = SLABS_MM[min(max(place + by, 0), len(SLABS_MM) - 1)]
            self._reshow(self._box.active, replace(cut, slab_mm=slab_mm))

    def next_projection(self) -> None:
        """Let the active slab show the mean, the maximum or the minimum; a plane becomes 10 mm thick."""
        cut = self.cut_of(self._box.active)
        if cut is not None:
            following = PROJECTIONS[(PROJECTIONS.index(cut.projection) + 1) % len(PROJECTIONS)]
            slab_mm = cut.slab_mm or 10.0
            self._reshow(self._box.active, replace(cut, projection=following, slab_mm=slab_mm))

    # The cross

    def move_cross(self, series: int, position_mm: ArrayLike) -> None:
        """Let all cuts of a series go through a place in the patient."""
        cross = self._crosses.get(series)
        if cross is not None:
            position_mm = within(self._sources[series].result(), position_mm)
            self._crosses[series] = cross.moved(position_mm)
            for pane, stack in self._stacks_of(series):
                assert pane.state is not None  # it shows the stack
                if pane.state.show_frame(stack.index_of(position_mm)):
                    pane.update()
            self._box.update_panes()
            self.cuts_changed.emit()

    def turn_cross(self, pane: Pane, degrees: float, *, is_final: bool) -> None:
        """Turn the two other cuts in the view of a viewport, clockwise.

        Parameters
        ----------
        pane : Pane
            Shows a cut; it stays as it is.
        degrees : float
        is_final : bool
            False while the mouse still turns: the cuts are quickly made.
        """
        cut = self.cut_of(pane)
        cross = None if cut is None else self._crosses.get(cut.series)
        if cut is None or cross is None:
            return
        self._crosses[cut.series] = cross.turned(cut.plane, degrees)
        for other, _ in self._stacks_of(cut.series):
            if other is not pane:
                self._reshow(other, self._cuts[other.pane], is_draft=not is_final)
        self.cuts_changed.emit()

    def straighten(self) -> None:
        """Turn the cuts of the active viewport's series back to the standard planes."""
        cut = self.cut_of(self._box.active)
        if cut is not None:
            self._crosses[cut.series] = Crosshair(position_mm=self._crosses[cut.series].position_mm)
            for pane, _ in self._stacks_of(cut.series):
                self._reshow(pane, self._cuts[pane.pane])
            self.cuts_changed.emit()

    # Inside

    def _keep_up(self) -> None:
        """Forget volumes and crosses when another case has come."""
        if self._box.case is not self._case:
            self._case = self._box.case
            self._cuts, self._crosses, self._sources, self._waiting, self._last = {}, {}, {}, {}, {}
            self._acquired_views = {}

    def _source(self, series: int) -> "Future[Reformattable]":
        assert self._case is not None  # the caller looked
        if series not in self._sources:
            case, span = self._case, self._case.spans[series]
            made = self._executor.submit(source_of, case.frames, series, span)
            self._sources[series] = made
            made.add_done_callback(partial(self._announce, series, case))
        return self._sources[series]

    def _announce(self, series: int, case: ViewState, _: object) -> None:
        with suppress(RuntimeError):  # the window has gone meanwhile
            self._made.emit(series, case)

    def _source_made(self, series: int, case: object) -> None:
        if case is not self._case or series not in self._sources:
            return
        for number in [n for n, (cut, _) in self._waiting.items() if cut.series == series]:
            cut, earlier = self._waiting.pop(number)
            pane = self._box.panes[number] if number < len(self._box.panes) else None
            if pane is None or pane.content_behind is not Content.LOADING:
                continue  # the reader has gone on to something else
            try:
                source = self._sources[series].result()
            except UnreadableImage as error:
                self._cuts.pop(number, None)
                self._box.show_state(pane, self._acquired_views.get(number) or self._twin(series))
                self._refuse(pane, f"This series cannot be cut: {error}")
            else:
                self._show(pane, cut, source, **(earlier or {}))

    def _show(
        self,
        pane: Pane,
        cut: Cut,
        source: Reformattable,
        *,
        description: Mapping[str, Any] | None = None,
        view: Mapping[str, Any] | None = None,
        window_of: ViewState | None = None,
        is_draft: bool = False,
    ) -> None:
        if description is not None:
            stack = CutStack.from_description(source, description)
            self._crosses[cut.series] = stack.crosshair
        else:
            if cut.series not in self._crosses:
                self._crosses[cut.series] = self._first_cross(cut.series, source)
            cross = self._crosses[cut.series]
            stack = CutStack(source, cross, cut.plane, slab_mm=cut.slab_mm, projection=cut.projection)
        before = pane.state
        frames: Sequence[Frame] = Drafts(stack) if is_draft else stack
        described = {"series": cut.series, **stack.describe()}
        state = ViewState(frames, cut=described | {DRAFT_KEY: True} if is_draft else described)
        state.show_frame(stack.index_of(stack.crosshair.position_mm))
        self._adopt(state, before, cut, window_of)
        if view is not None:
            state.restore(view)
        self._box.show_state(pane, state)
        self.cuts_changed.emit()

    def _first_cross(self, series: int, source: Reformattable) -> Crosshair:
        """Return the cross in the middle of a series; the slice on screen, once scrolled to, stays in it."""
        cross = centred(source)
        for state in self._acquired(series):
            plane = shown_plane(state)
            if state.view.frame != state.span.first and plane is not None:
                return cross.moved(plane.centre_mm)
        for state in self._acquired(series):
            place = self._box.links.place(state, cross.position_mm, state)
            if place is not None:
                state.show_frame(state.span.first + place.index)
        self._box.update_panes()
        return cross

    def _twin(self, series: int) -> ViewState:
        assert self._case is not None  # it has cuts
        twin = self._case.twin()
        twin.show_series(series)
        return twin

    def _refuse(self, pane: Pane, words: str) -> None:
        """Say in the corner of a viewport why it shows no cut; its picture stays."""
        pane.notes = (words,)
        pane.update()

    def _acquired(self, series: int) -> list[ViewState]:
        """Return what shows a series as acquired."""
        states = [pane.state for pane in self._box.panes if pane.state is not None]
        return [state for state in states if state.cut is None and state.series == series]

    def _adopt(
        self, state: ViewState, before: ViewState | None, cut: Cut, window_of: ViewState | None
    ) -> None:
        """Show new cuts in the series' window, and at the place of the cuts of their plane before them."""
        is_same = before is not None and before.cut is not None and before.cut["series"] == cut.series
        # A viewport that a hanging protocol gave a window of its own keeps it for the cut.
        was_acquired = before is not None and before.cut is None and before.series == cut.series
        model = before if is_same or was_acquired else next(iter(self._acquired(cut.series)), None)
        model = window_of or model
        if model is None:
            return
        state.set_window(model.view.window)
        if model.view.is_inverted:
            state.invert()
        if is_same and before is not None and before.cut is not None and before.cut["cut"] == str(cut.plane):
            state.keep_place_of(before)

    def _reshow(self, pane: Pane, cut: Cut, *, is_draft: bool = False) -> None:
        self._cuts[pane.pane] = cut
        self._show(pane, cut, self._sources[cut.series].result(), is_draft=is_draft)

    def _stacks_of(self, series: int) -> list[tuple[Pane, CutStack]]:
        """Return the viewports that show cuts of a series, with what they show."""
        found = []
        for pane in self._box.panes:
            cut = self.cut_of(pane)
            stack = None if cut is None or pane.state is None else stack_in(pane.state)
            if cut is not None and cut.series == series and stack is not None:
                found.append((pane, stack))
        return found

    def _scrolled(self) -> None:
        """Take the crosses along with the cuts that were scrolled, and make the next cuts ahead."""
        for series in tuple(self._crosses):
            for pane, stack in self._stacks_of(series):
                assert pane.state is not None  # it shows the stack
                cross, index = self._crosses[series], pane.state.view.frame
                # Not to the middle of the cut it is in anyway: while it turns, it would wander off.
                if index != stack.index_of(cross.position_mm):
                    self._crosses[series] = cross.moved(stack.position_on(index, cross.position_mm))
        self._prepare_next(self._box.active)

    def _prepare_next(self, pane: Pane) -> None:
        cut = self.cut_of(pane)
        stack = None if cut is None or pane.state is None else stack_in(pane.state)
        if stack is None or pane.state is None:
            return
        index = pane.state.view.frame
        way = 1 if index >= self._last.get(pane.pane, index) else -1
        self._last[pane.pane] = index
        for step in range(1, AHEAD + 1):
            _submit(self._executor, partial(stack.prepare, index + way * step))


def _submit(executor: ThreadPoolExecutor, work: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # closed meanwhile
        executor.submit(work)


def within(source: Reformattable, position_mm: ArrayLike) -> Vector:
    """Return the place of a volume nearest to one that may lie outside it, along its own directions."""
    place = source.to_voxels @ np.append(np.asarray(position_mm, np.float64), 1.0)
    place[:3] = np.clip(place[:3], 0.0, np.array(source.volume.voxels.shape) - 1.0)
    return vector((source.volume.affine @ place)[:3])
