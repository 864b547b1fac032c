"""The reading room's light box: layouts, reference lines, 3-D cursor, cuts, and how a draft keeps them."""

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtWidgets import QWidget

from realfm_gui.domain.patient_geometry import ImagePoint, MainPlane, Vector
from realfm_gui.gui.viewer.cross_hand import CrossHand
from realfm_gui.gui.viewer.cut_desk import CUTS, CutDesk
from realfm_gui.gui.viewer.cut_source import may_be_cut
from realfm_gui.gui.viewer.light_box import LightBox
from realfm_gui.gui.viewer.orientation import edge_letters
from realfm_gui.gui.viewer.pane import Pane
from realfm_gui.gui.viewer.place_cursor import PlaceCursor
from realfm_gui.gui.viewer.reference_layer import ReferenceLayer
from realfm_gui.gui.viewer.turn import Turn
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.imaging.hung_panes import HungCase
from realfm_gui.imaging.view_transform import chest_wall_edge

NOT_LINKED = "Not linked: match slices by hand"

LAYOUTS = ((1, 1), (1, 2), (2, 2), (2, 3), (3, 3), (2, 4), (4, 4))
"""Rows and columns that commands choose by number; the picker has all of them."""


class CaseBox(LightBox):
    """A light box whose viewports know of each other; its signals are those of `LightBox`.

    `cuts` makes cuts and shows them, `place_cursor` is the 3-D cursor, `lines` draws the reference lines.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cuts = CutDesk(self)
        self.place_cursor = PlaceCursor(self)
        self.lines = ReferenceLayer(lambda: self.links, self._leaders)
        self._hung: HungCase | None = None
        self.furnish(self._equip)
        self.place_cursor.placed.connect(self._go_to_place)
        self.place_cursor.chosen_changed.connect(self.update_panes)
        self.place_cursor.chosen_changed.connect(self.layout_changed)
        self.place_cursor.chosen_changed.connect(self._cursor_taken)
        self.tools.tool_changed.connect(self._tool_taken)
        self.active_changed.connect(self.update_panes)
        self.active_changed.connect(self._say_links)
        self.layout_changed.connect(self._say_links)

    def end_work(self) -> None:
        """End what works beside the window."""
        self.cuts.close()

    def show_case(self, *args: Any, **named: Any) -> None:
        """Show a case (see `LightBox.show_case`) in one viewport; the cursor of the one before is gone."""
        self._hung = None
        self.set_layout(1, 1)
        super().show_case(*args, **named)
        self.place_cursor.choose(False)
        self.place_cursor.links = self.links

    # Layouts

    def hang(self, hung: HungCase) -> None:
        """Show the case as a hanging protocol says."""
        if self.case is None:
            return
        self._hung = hung
        self.cuts.start_again()
        self.set_layout(hung.rows, hung.columns)
        self.is_linked = hung.is_linked
        for place, pane in zip(hung.panes, self.panes, strict=True):
            if place.series is None or place.frame is None:
                self.empty(pane)
                continue
            state = self.case.twin()  # as it opens, whatever was done to the one before
            state.show_frame(place.frame)
            if place.window is not None:
                state.set_window(place.window)
            state.set_turn(Turn(is_mirrored=place.is_flipped, quarters=place.rotation_degrees // 90))
            state.set_edge(_chest_wall(state))
            state.keep_as_opened()
            self.show_state(pane, state)
        # Once all hang: a volume that is ready is cut at once, and what hangs later would scroll the others.
        for place, pane in zip(hung.panes, self.panes, strict=True):
            if place.cut is not None:
                self.cuts.show_cut(place.cut, pane, series=place.series)
        self.activate(0)

    def hang_again(self) -> None:
        """Show the case as it opened."""
        if self._hung is not None:
            self.hang(self._hung)
        else:
            self.set_layout(1, 1)
            self.show_series(0)

    def choose_layout(self, number: int) -> None:
        """Show so many viewports: a number of `LAYOUTS`."""
        self.set_layout(*LAYOUTS[number])

    def show_mpr(self) -> None:
        """Show the series of the active viewport as acquired and in three cuts, two by two."""
        if self.case is None:
            return
        state = self.active.state or next((p.state for p in self.panes if p.state is not None), self.case)
        series = state.series if state.cut is None else int(state.cut["series"])
        if not may_be_cut(self.case, series):
            self.cuts.show_cut(CUTS[0], series=series)  # says why not
            return
        if self.layout_size != (2, 2) or self.is_maximised:
            self.set_layout(2, 2)
        acquired = state if state.cut is None else self.case.twin()
        acquired.show_series(series)
        self.show_state(self.panes[0], acquired)
        for pane, plane in zip(self.panes[1:], CUTS, strict=True):
            self.cuts.show_cut(plane, pane, series=series, window_of=state)

    def show_plane(self, number: int) -> None:
        """Show a cut of the active viewport's series: a number of `CUTS`; from -1 on, as acquired."""
        if number >= 0:
            self.cuts.show_cut(CUTS[number])
        else:
            self.cuts.show_acquired(self.active)

    # Places

    def toggle_cursor(self) -> None:
        """Take up the 3-D cursor or put it down."""
        self.place_cursor.choose(not self.place_cursor.is_chosen)

    def toggle_lines(self) -> None:
        """Show or hide the reference lines."""
        self.lines.is_shown = not self.lines.is_shown
        self.update_panes()

    def match_slices(self) -> None:
        """Take the slices on screen as the same place: so a prior scrolls with the current images."""
        leader = self.active.state
        for pane in self.panes:
            if leader is not None and pane is not self.active and pane.state is not None:
                self.links.match(leader, pane.state)
        self.is_linked = True
        self.update_panes()
        self.layout_changed.emit()

    # The draft

    def to_payload(self) -> dict[str, Any]:
        """Return layout and views, JSON-ready, for the draft."""
        panes = [
            None if pane.state is None else {"view": pane.state.to_payload(), "cut": pane.state.cut}
            for pane in self.panes
        ]
        return {
            "layout": list(self.layout_size),
            "active": self.active.pane,
            "panes": panes,
            "is_linked": self.is_linked,
            "has_lines": self.lines.is_shown,
        }

    def restore(self, payload: Mapping[str, Any]) -> None:
        """Go back to what `to_payload` wrote, or a version of the program with one viewport."""
        if self.case is None:
            return
        if "panes" not in payload:
            self.case.restore(payload)
            self.layout_changed.emit()
            return
        rows, columns = payload["layout"]
        self.set_layout(rows, columns)
        self.lines.is_shown = bool(payload.get("has_lines", True))
        for pane, saved in zip(self.panes, payload["panes"], strict=True):
            if saved is None:
                continue
            if saved["cut"] is not None:
                self._restore_cut(pane, saved["cut"], saved["view"])
            else:
                state = self.case if pane.pane == 0 else self.case.twin()
                state.restore(saved["view"])
                self.show_state(pane, state)
        self.is_linked = bool(payload.get("is_linked", True))
        self.activate(min(int(payload["active"]), len(self.panes) - 1))

    # Inside

    def _restore_cut(self, pane: Pane, cut: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        series = int(cut["series"])
        if self.case is not None and 0 <= series < len(self.case.spans):
            plane = MainPlane(cut["cut"])
            self.cuts.show_cut(plane, pane, series=series, description=cut, view=view)

    def _equip(self, pane: Pane) -> None:
        pane.layers += [self.lines, self.place_cursor]
        pane.hands += [self.place_cursor, CrossHand(self.cuts, pane, lambda: self._lines_on(pane))]

    def _cursor_taken(self) -> None:
        if self.place_cursor.is_chosen and self.tools.kind is not None:
            self.tools.leave()

    def _tool_taken(self) -> None:
        if self.tools.kind is not None:
            self.place_cursor.choose(False)

    def _leaders(self, number: int) -> Iterable[tuple[int, ViewState]]:
        """Return whose lines a viewport shows: the active one's, and on a cut those of the other cuts."""
        target = self.panes[number].state if number < len(self.panes) else None
        for pane in self.shown:
            if pane.state is None or pane.pane == number or target is None:
                continue
            are_both_cuts = pane.state.cut is not None and target.cut is not None
            if pane is self.active or are_both_cuts:
                yield pane.pane, pane.state

    def _lines_on(self, pane: Pane) -> list[tuple[ImagePoint, ImagePoint]]:
        if pane.state is None or pane.state.cut is None or not self.lines.is_shown:
            return []
        found = [
            self.links.line(state, pane.state)
            for _, state in self._leaders(pane.pane)
            if state.cut is not None
        ]
        return [line for line in found if line is not None]

    def _say_links(self) -> None:
        """Say of a stack that should scroll along why it does not."""
        leader = self.active.state
        for pane in self.panes:
            is_stack = pane.state is not None and pane.state.span.count > 1
            is_lost = (
                self.is_linked
                and is_stack
                and pane is not self.active
                and pane.state is not None
                and leader is not None
                and leader.span.count > 1
                and self.links.shift(leader, pane.state) is None
            )
            pane.notes = (NOT_LINKED,) if is_lost else ()

    def _go_to_place(self, source: ViewState, position_mm: Vector) -> None:
        for pane in self.panes:
            if pane.state is None or pane.state is source:
                continue
            place = self.links.place(source, position_mm, pane.state)
            if place is not None and pane.state.show_frame(pane.state.span.first + place.index):
                self.view_changed.emit()
        self.update_panes()


def _chest_wall(state: ViewState) -> str:
    """Return the edge at which the image of a view hangs (see `chest_wall_edge`)."""
    right = state.view.turn.letters(edge_letters(state.frame)).right
    return chest_wall_edge(state.frame.modality, right)
