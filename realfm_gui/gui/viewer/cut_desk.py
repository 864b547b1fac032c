"""Cuts of the case in the light box: axial, coronal, sagittal, oblique, slabs; one cross per series."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from numpy.typing import ArrayLike
from PySide6.QtCore import QObject, Qt, Signal

from realfm_gui.domain.image_stack import Stack
from realfm_gui.domain.images import Frame
from realfm_gui.domain.patient_geometry import MainPlane
from realfm_gui.gui.viewer.light_box import LightBox
from realfm_gui.gui.viewer.links import shown_plane
from realfm_gui.gui.viewer.painted_frame import Content
from realfm_gui.gui.viewer.pane import Pane
from realfm_gui.gui.viewer.view_state import SeriesSpan, ViewState
from realfm_gui.imaging.case_loading import CaseSequence
from realfm_gui.imaging.crosshair import Crosshair, centred
from realfm_gui.imaging.cut_stack import CutStack
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.planes import Reformattable, reformattable
from realfm_gui.imaging.slab import Projection
from realfm_gui.imaging.volume_frames import volume_of_frames

CUTS = (MainPlane.AXIAL, MainPlane.CORONAL, MainPlane.SAGITTAL)
SLABS_MM = (0.0, 3.0, 5.0, 10.0, 20.0, 40.0)
"""What the slab's thickness goes through, step by step."""

PROJECTIONS = (Projection.MEAN, Projection.MAXIMUM, Projection.MINIMUM)
DRAFT_KEY = "is_draft"
"""In the description of cuts that are quickly made while the cross turns: a replay makes them likewise."""

AHEAD = 2
"""Cuts made ahead in the direction of the scroll."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What a viewport shows of a series: which of the cross' cuts, and how thick."""

    series: int
    plane: MainPlane
    slab_mm: float = 0.0
    projection: Projection = Projection.MEAN


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
        """Forget where the crosses were moved and turned to: the next cuts begin in the middle."""
        self._crosses = {}

    def show_cut(
        self,
        plane: MainPlane,
        pane: Pane | None = None,
        *,
        series: int | None = None,
        description: Mapping[str, Any] | None = None,
        view: Mapping[str, Any] | None = None,
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
        """
        self._keep_up()
        pane = pane or self._box.active
        if self._case is None:
            return
        if series is None:
            now = self.cut_of(pane)
            series = now.series if now is not None else pane.state.series if pane.state is not None else 0
        cut = replace(self._cuts.get(pane.pane, Cut(series=series, plane=plane)), series=series, plane=plane)
        if description is not None:
            cut = replace(cut, slab_mm=float(description["slab_mm"]))
            if description["projection"] is not None:
                cut = replace(cut, projection=Projection(description["projection"]))
        self._cuts[pane.pane] = cut
        self._waiting[pane.pane] = (cut, {"description": description, "view": view})
        pane.show_words(Content.LOADING, f"Preparing the {plane} view")
        self.begin_waiting()

    def begin_waiting(self) -> None:
        """Begin with the cuts that wait: asked for just now, or while slices were still loading."""
        if self._case is None or not _is_whole(self._case.frames):
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

    def _source(self, series: int) -> "Future[Reformattable]":
        assert self._case is not None  # the caller looked
        if series not in self._sources:
            case, span = self._case, self._case.spans[series]
            made = self._executor.submit(_source_of, case.frames, series, span)
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
            if pane is None or pane.content is not Content.LOADING:
                continue  # the reader has gone on to something else
            try:
                source = self._sources[series].result()
            except UnreadableImage as error:
                self._cuts.pop(number, None)
                pane.show_words(Content.FAILED, "This series cannot be cut", str(error))
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
        frames: Sequence[Frame] = _Drafts(stack) if is_draft else stack
        described = {"series": cut.series, **stack.describe()}
        state = ViewState(frames, cut=described | {DRAFT_KEY: True} if is_draft else described)
        state.show_frame(stack.index_of(stack.crosshair.position_mm))
        self._adopt(state, before, cut)
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

    def _acquired(self, series: int) -> list[ViewState]:
        """Return what shows a series as acquired."""
        states = [pane.state for pane in self._box.panes if pane.state is not None]
        return [state for state in states if state.cut is None and state.series == series]

    def _adopt(self, state: ViewState, before: ViewState | None, cut: Cut) -> None:
        """Show new cuts in the series' window, and at the place of the cuts of their plane before them."""
        is_same = before is not None and before.cut is not None and before.cut["series"] == cut.series
        # A viewport that a hanging protocol gave a window of its own keeps it for the cut.
        was_acquired = before is not None and before.cut is None and before.series == cut.series
        model = before if is_same or was_acquired else next(iter(self._acquired(cut.series)), None)
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
            stack = None if cut is None or pane.state is None else _stack_in(pane.state)
            if cut is not None and cut.series == series and stack is not None:
                found.append((pane, stack))
        return found

    def _scrolled(self) -> None:
        """Take the cross along with the cut that is scrolled, and make the next cuts ahead."""
        pane = self._box.active
        cut = self.cut_of(pane)
        stack = None if cut is None or pane.state is None else _stack_in(pane.state)
        if cut is None or stack is None or pane.state is None:
            return
        index = pane.state.view.frame
        cross = self._crosses.get(cut.series)
        if cross is not None:
            self._crosses[cut.series] = cross.moved(stack.position_on(index, cross.position_mm))
        way = 1 if index >= self._last.get(pane.pane, index) else -1
        self._last[pane.pane] = index
        for step in range(1, AHEAD + 1):
            _submit(self._executor, partial(stack.prepare, index + way * step))


class _Drafts(Sequence[Frame]):
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


def _stack_in(state: ViewState) -> CutStack | None:
    frames = state.frames
    if isinstance(frames, _Drafts):
        return frames.whole
    return frames if isinstance(frames, CutStack) else None


def _is_whole(frames: Sequence[Frame]) -> bool:
    """Whether every slice is there: what is still loading must not be cut."""
    return not isinstance(frames, CaseSequence) or frames.loaded_count == len(frames)


def _source_of(frames: Sequence[Frame], series: int, span: SeriesSpan) -> Reformattable:
    if isinstance(frames, CaseSequence):  # a volume already: nothing is copied
        return reformattable(volume_of_frames(frames.parts[series]))
    return reformattable(volume_of_frames(frames[span.first : span.first + span.count]))


def _submit(executor: ThreadPoolExecutor, work: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # closed meanwhile
        executor.submit(work)
