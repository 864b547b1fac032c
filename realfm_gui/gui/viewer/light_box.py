"""The light box: one to sixteen viewports on one case, linked by where their images lie in the patient."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from realfm_gui.domain.measurement import Measurement
from realfm_gui.domain.prediction import SaliencyMap
from realfm_gui.gui.theme import DARK
from realfm_gui.gui.viewer.links import Links
from realfm_gui.gui.viewer.measuring_tools import MeasuringTools
from realfm_gui.gui.viewer.overlay_layer import OverlayLook
from realfm_gui.gui.viewer.painted_frame import Content
from realfm_gui.gui.viewer.pane import Pane
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.imaging.rendering import Pyramid

LARGEST_SIDE = 4
"""Rows and columns of the largest layout."""

GAP_PX = 2
"""Logical pixels between viewports."""

NOTHING_HERE = "Drag a series here"


class LightBox(QWidget):
    """Shows a case in a grid of viewports; what every viewport shows alike (tools, map, words) is set here.

    `active` is the viewport that commands go to. Signals that are also a viewport's come from any of them.

    Signals
    -------
    window_changing(Window), window_changed(Window), view_changed(), overlay_changed(), frame_painted(...)
        As in `Viewport`.
    cine_changed()
        The slices of a viewport play or stand.
    active_changed()
        Commands go to another viewport.
    layout_changed()
        Viewports came or went, or show other series.
    """

    window_changing = Signal(object)
    window_changed = Signal(object)
    view_changed = Signal()
    overlay_changed = Signal()
    frame_painted = Signal(object)
    cine_changed = Signal()
    active_changed = Signal()
    layout_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tools = MeasuringTools(self)
        self.links = Links()
        self.is_linked = True
        """Whether viewports scroll together."""
        self._panes: list[Pane] = []
        self._furnish: list[Callable[[Pane], None]] = []
        self._active = 0
        self._layout = (1, 1)
        self._maximised: int | None = None
        self._case: ViewState | None = None
        self._pyramids: Mapping[int, Pyramid] | None = None
        self._pause_words: tuple[str, str] | None = None
        self._map: tuple[SaliencyMap | None, tuple[float, float] | None, str] = (None, None, "")
        self.setStyleSheet(f"LightBox, CaseBox {{ background: {DARK.hairline}; }}")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP_PX)
        self._add_pane()
        self._arrange()

    # The viewports

    @property
    def active(self) -> Pane:
        """The viewport that commands go to."""
        return self._panes[self._active]

    @property
    def panes(self) -> list[Pane]:
        """The viewports of the layout, row by row, those hidden behind a maximised one included."""
        return self._panes[: self._layout[0] * self._layout[1]]

    @property
    def shown(self) -> list[Pane]:
        """The viewports that can be seen."""
        return self.panes if self._maximised is None else [self._panes[self._maximised]]

    @property
    def layout_size(self) -> tuple[int, int]:
        """Rows and columns."""
        return self._layout

    @property
    def is_maximised(self) -> bool:
        """Whether one of several viewports has all the room."""
        return self._maximised is not None

    @property
    def case(self) -> ViewState | None:
        """The case, as the first viewport opened with it."""
        return self._case

    def furnish(self, equip: Callable[[Pane], None]) -> None:
        """Let `equip` add layers or hands to every viewport there is and every one to come."""
        self._furnish.append(equip)
        for pane in self._panes:
            equip(pane)

    def set_layout(self, rows: int, columns: int) -> None:
        """Show so many viewports; further series of the case fill the new ones."""
        if not (1 <= rows <= LARGEST_SIDE and 1 <= columns <= LARGEST_SIDE):
            raise ValueError(f"a layout has 1 to {LARGEST_SIDE} rows and columns, not {rows} and {columns}")
        had_focus = any(pane.hasFocus() for pane in self._panes)
        before = len(self.panes)
        self._layout, self._maximised = (rows, columns), None
        while len(self._panes) < rows * columns:
            self._add_pane()
        for pane in self._panes[rows * columns :]:
            pane.clear()
        for pane in self.panes[before:]:
            self._fill(pane)
        self._arrange()
        self.activate(self._active if self._active < rows * columns else 0)
        if had_focus:
            self.active.setFocus()
        self.layout_changed.emit()

    def activate(self, number: int) -> None:
        """Let commands go to another viewport."""
        changed, self._active = number != self._active, number
        if any(pane.hasFocus() and pane.pane != number for pane in self._panes):
            self.active.setFocus()  # keys and commands go to the same one
        self._mark()
        if changed:
            self._panes[number].update()
            self.active_changed.emit()

    def activate_next(self, by: int) -> None:
        """Let commands go to the next viewport that shows something, around the end."""
        panes = self.shown
        places = [pane.pane for pane in panes]
        start = places.index(self._active) if self._active in places else 0
        for step in range(1, len(panes) + 1):
            pane = panes[(start + by * step) % len(panes)]
            if pane.state is not None:
                pane.setFocus()
                self.activate(pane.pane)
                return

    def toggle_maximised(self) -> None:
        """Give the active viewport all the room, or the others theirs again."""
        if len(self.panes) > 1:
            self._maximised = self._active if self._maximised is None else None
            self._arrange()
            self._mark()
            self.layout_changed.emit()

    # The case

    def show_case(
        self,
        state: ViewState,
        pyramids: Mapping[int, Pyramid] | None = None,
        measurements: Sequence[Measurement] = (),
    ) -> None:
        """Show a case in every viewport of the layout; the first one shows `state` itself."""
        self.links = Links()
        self._case, self._pyramids = state, pyramids
        self._map = (None, None, "")
        self.tools.show_measurements(measurements)
        self.show_annotations()
        for pane in self.panes:
            self._fill(pane)
        self.layout_changed.emit()

    def show_state(self, pane: Pane, state: ViewState) -> None:
        """Show a view of the case, or of cuts of it, in one viewport."""
        pane.show_case(state, self._pyramids if state.cut is None else None, None)
        pane.set_saliency(self._map[0], self._map[1], name=self._map[2])
        self.layout_changed.emit()
        self.view_changed.emit()  # the others stay where they are

    def show_series(self, number: int, pane: Pane | None = None) -> None:
        """Show a series of the case in a viewport, by default the active one."""
        pane = pane or self.active
        if self._case is None or not 0 <= number < len(self._case.spans):
            return
        if pane.state is None or pane.state.cut is not None or pane.content is not Content.PICTURE:
            twin = self._case.twin()
            twin.show_series(number)
            self.show_state(pane, twin)
        else:
            pane.go_to_series(number)
            self.layout_changed.emit()

    def empty(self, pane: Pane) -> None:
        """Show nothing in a viewport, and what can be done about it."""
        pane.clear()
        pane.show_words(Content.EMPTY, "", NOTHING_HERE)

    def clear(self) -> None:
        """Forget the case."""
        self.end_pause()
        self._case, self._pyramids = None, None
        self._map = (None, None, "")
        self.tools.show_measurements(())
        for pane in self._panes:
            pane.clear()

    def show_words(self, content: Content, title: str, detail: str = "") -> None:
        """Show words in place of the pictures: loading, failed, nothing."""
        for pane in self.panes:
            words = (title, detail) if pane is self.shown[0] else ("", "")
            pane.show_words(content, *words)

    def pause(self, title: str, detail: str) -> None:
        """Hide all pictures behind words until `end_pause`, those of viewports that come meanwhile, too."""
        self._pause_words = (title, detail)
        for pane in self._panes:
            pane.pause(*((title, detail) if pane is self.shown[0] else ("", "")))

    def end_pause(self) -> None:
        """Show again what was hidden."""
        self._pause_words = None
        for pane in self._panes:
            pane.end_pause()

    # What all viewports show alike

    @property
    def overlay_look(self) -> OverlayLook:
        """How the map is shown."""
        return self._panes[0].overlay_look

    @property
    def is_overlay_visible(self) -> bool:
        """Whether there is a map and it is wanted on screen."""
        return self._panes[0].is_overlay_visible

    def set_saliency(
        self,
        saliency: SaliencyMap | None,
        common_range: tuple[float, float] | None = None,
        *,
        name: str = "",
    ) -> None:
        """Put a map over the picture it belongs to, wherever that is shown; see `Viewport.set_saliency`."""
        self._map = (saliency, common_range, name)
        for pane in self._panes:
            pane.set_saliency(saliency, common_range, name=name)

    def set_overlay_look(self, look: OverlayLook) -> None:
        """Change how the map is shown."""
        for pane in self._panes:
            pane.set_overlay_look(look)

    def toggle_overlay(self) -> None:
        """Show or hide the map."""
        self.set_overlay_look(replace(self.overlay_look, is_shown=not self.overlay_look.is_shown))

    def peek(self, is_held: bool) -> None:
        """While a key is held, hide a shown map or show a hidden one."""
        for pane in self._panes:
            pane.peek(is_held)

    def magnify(self, is_held: bool) -> None:
        """While a key is held, enlarge what is under the mouse."""
        for pane in self._panes:
            pane.magnify(is_held and pane is self.active)

    def toggle_cine(self) -> None:
        """Play the slices of the active viewport, or stop whichever plays."""
        playing = [pane for pane in self._panes if pane.cine.is_playing]
        for pane in playing:
            pane.cine.stop()
        if not playing:
            self.active.toggle_cine()

    def toggle_text(self) -> None:
        """Show or hide the corner text."""
        for pane in self._panes:
            pane.toggle_text()

    def toggle_annotations(self) -> None:
        """Hide everything but the pictures, or show it again."""
        for pane in self._panes:
            pane.toggle_annotations()

    def show_annotations(self) -> None:
        """Show words, measurements and map again where they were hidden."""
        for pane in self._panes:
            pane.show_annotations()

    def toggle_linked(self) -> None:
        """Let the viewports scroll together, or each alone."""
        self.is_linked = not self.is_linked
        self.layout_changed.emit()
        self.update_panes()

    def update_panes(self) -> None:
        """Paint every viewport anew."""
        for pane in self.shown:
            pane.update()

    # Inside

    def _add_pane(self) -> None:
        pane = Pane(len(self._panes), self.tools, self)
        self._panes.append(pane)
        first = self._panes[0]
        pane.has_text, pane.shows_annotations = first.has_text, first.shows_annotations
        pane.set_overlay_look(first.overlay_look)
        pane.window_changing.connect(self.window_changing)
        pane.window_changed.connect(self.window_changed)
        pane.frame_painted.connect(self.frame_painted)
        pane.view_changed.connect(lambda: self._moved(pane))
        pane.overlay_changed.connect(lambda: self._look_changed(pane))
        pane.cine.changed.connect(self.cine_changed)
        pane.chosen.connect(lambda: self.activate(pane.pane))
        pane.series_dropped.connect(lambda number: self.show_series(number, pane))
        pane.double_clicked.connect(self._double_clicked)
        for equip in self._furnish:
            equip(pane)
        if self._pause_words is not None:
            pane.pause("", "")

    def _fill(self, pane: Pane) -> None:
        """Open the case in a viewport: the first one with the case, the next one with its next series."""
        if self._case is None:
            return
        if pane.pane == 0:
            state = self._case
        elif (series := self._next_series(pane)) is not None:
            state = self._case.twin()
            state.show_series(series)
        else:
            self.empty(pane)
            return
        pane.show_case(state, self._pyramids, None)
        pane.set_saliency(self._map[0], self._map[1], name=self._map[2])

    def _next_series(self, pane: Pane) -> int | None:
        """Return the first series that no viewport before this one shows; None where all are shown."""
        assert self._case is not None  # there is one to fill with
        before = [other.state for other in self._panes[: pane.pane] if other.state is not None]
        shown = {s.series if s.cut is None else int(s.cut["series"]) for s in before}
        return next((n for n in range(len(self._case.spans)) if n not in shown), None)

    def _arrange(self) -> None:
        columns = self._layout[1]
        for pane in self._panes:
            self._grid.removeWidget(pane)
            pane.setVisible(pane in self.shown)
        for side in range(LARGEST_SIDE):
            is_alone = self._maximised is not None
            self._grid.setRowStretch(side, int(side < (1 if is_alone else self._layout[0])))
            self._grid.setColumnStretch(side, int(side < (1 if is_alone else columns)))
        for place, pane in enumerate(self.shown):
            self._grid.addWidget(pane, *divmod(place, columns))
        self._mark()

    def _mark(self) -> None:
        for pane in self._panes:
            pane.shows_hints = pane.pane == self._active
            is_marked = len(self.shown) > 1 and pane.pane == self._active
            if is_marked != pane.is_marked:
                pane.is_marked = is_marked
                pane.update()

    def _moved(self, pane: Pane) -> None:
        """Let the others follow to the place that one shows now."""
        if self.is_linked and pane.state is not None and len(self.panes) > 1:
            for other in self.panes:
                if other is not pane and other.state is not None:
                    index = self.links.following(pane.state, other.state)
                    if index is not None and other.state.show_frame(index):
                        other.update()
        for other in self.shown:
            if other is not pane and other.layers:
                other.update()  # lines of the other's place may have moved
        self.view_changed.emit()

    def _look_changed(self, pane: Pane) -> None:
        if pane is self._panes[0]:  # all follow it, one announcement is enough
            self.overlay_changed.emit()

    def _double_clicked(self) -> None:
        if len(self.panes) > 1:
            self.toggle_maximised()
        else:
            self.active.fit()
