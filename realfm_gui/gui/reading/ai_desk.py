"""Connects the AI panel with the pictures: maps, places, jumps, models switched on and off."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from realfm_gui.gui.reading.ai_board import AiBoard, ListedFinding
from realfm_gui.gui.reading.ai_entries import line_of, painted_on
from realfm_gui.gui.reading.ai_panel import AiPanel
from realfm_gui.gui.reading.ai_words import (
    METHOD_NAMES,
    no_places_words,
    resolution_words,
)
from realfm_gui.gui.viewer.ai_layer import AiLayer
from realfm_gui.gui.viewer.ai_painter import PaintedFinding
from realfm_gui.gui.viewer.case_box import CaseBox
from realfm_gui.gui.viewer.pane import Pane
from realfm_gui.gui.viewer.place_words import place_words
from realfm_gui.workflows.advice import Advice

SIDE_BY_SIDE = (1, 2)
"""The layout for the maps of two models; further models' maps are shown one at a time."""


class AiDesk(QObject):
    """What the AI says, brought to panel and pictures; holds nothing of it before it is revealed.

    `board` is its state. Nothing is drawn on a viewport, and no map set, before `show`.

    Signals
    -------
    finding_selected(str)
        The reader went to another finding of the protocol by way of the AI.
    """

    finding_selected = Signal(str)

    def __init__(self, box: CaseBox, panel: AiPanel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.board = AiBoard()
        self._box = box
        self._panel = panel
        self._is_comparing = False
        self._hung_before: Mapping[str, Any] | None = None
        box.furnish(self._equip)
        box.overlay_changed.connect(self._show_look)
        panel.map.overlay_changing.connect(box.set_overlay_look)
        panel.map.map_chosen.connect(self.choose_map)
        panel.map.comparison_toggled.connect(self.compare)
        panel.places.line_chosen.connect(lambda place: self._go_to(self.board.choose(place)))
        panel.finding_chosen.connect(self._go_to_finding)
        if panel.columns is not None:
            panel.columns.model_toggled.connect(self.set_model_shown)

    # What is shown

    def forget(self) -> None:
        """Begin a case: nothing of the AI is there."""
        self.board.forget()
        self._is_comparing = False
        self._panel.show_sealed()

    def show(self, advice: Advice, finding: str) -> None:
        """Show what the models say; `finding` is the one that the reader is at."""
        self.board.show(advice, finding)
        self._panel.show_advice(advice)
        self._box.show_annotations()
        self._box.set_overlay_look(replace(self._box.overlay_look, is_shown=True))
        self.refresh()

    def show_finding(self, finding: str) -> None:
        """Follow the reader to a finding, or the pictures to another place."""
        if not self.board.models:
            return
        if finding != self.board.finding or self._is_comparing:
            self.board.finding = finding
            self.refresh()
        else:
            self._show_legend()  # at every slice that is scrolled through: nothing else has changed

    def refresh(self) -> None:
        """Bring panel and pictures up to the board."""
        if not self.board.models:
            return
        self._show_maps()
        self._show_lines()
        if self._panel.columns is not None:
            models = range(len(self.board.models))
            self._panel.columns.show_switches([self.board.is_model_shown(model) for model in models])
        self._show_look()
        self._box.update_panes()

    # What keys and the panel do

    def step(self, by: int) -> None:
        """Go to the next or previous place that the AI marks."""
        self._go_to(self.board.step(by))

    def choose_map(self, model: int) -> None:
        """Put this model's map over the picture."""
        self.board.map_model = model
        self.board.set_model_shown(model, True)
        self.compare(False)

    def set_model_shown(self, model: int, is_shown: bool) -> None:
        """Show or hide a model's map and places."""
        self.board.set_model_shown(model, is_shown)
        self.refresh()

    def compare(self, is_wanted: bool) -> None:
        """Show the maps of two models side by side, or one at a time and the viewports as they were."""
        is_wanted = is_wanted and len(self.board.map_models()) > 1
        if is_wanted and not self._is_comparing:
            is_wanted = self._open_beside()
        elif self._is_comparing and not is_wanted and self._hung_before is not None:
            self._is_comparing = False
            if self._box.layout_size == SIDE_BY_SIDE:
                self._box.restore(self._hung_before)
        self._is_comparing = is_wanted
        self.refresh()

    # Inside

    def _equip(self, pane: Pane) -> None:
        pane.layers.append(
            AiLayer(
                lambda frame: self._painted_on(pane, frame),
                lambda: self._caption_of(pane),
                lambda: pane.is_ai_wanted,
            )
        )

    def _painted_on(self, pane: Pane, frame: int) -> list[PaintedFinding]:
        """Return what a viewport paints; side by side, each shows its own model's."""
        only = self._model_on(pane) if self._is_comparing else None
        return [
            painted_on(frame, listed, is_chosen=listed is self.board.selected)
            for listed in self.board.on_frame(frame)
            if only is None or listed.model == only
        ]

    def _caption_of(self, pane: Pane) -> str:
        """Return whose map a viewport shows, where that has to be said."""
        model = self._model_on(pane)
        said = self.board.said_of(model)
        if len(self.board.models) < 2 or said is None or said.saliency is None:
            return ""
        is_there = pane.state is not None and said.saliency.frame == pane.state.view.frame
        if not is_there or not self.board.is_model_shown(model):
            return ""
        return f"Heat map of model {self._panel.letter_of(model)}"

    def _model_on(self, pane: Pane) -> int:
        maps = self.board.map_models()
        return maps[pane.pane] if self._is_comparing and pane.pane < len(maps) else self.board.map_model

    def _show_maps(self) -> None:
        if self._is_comparing and self._box.layout_size != SIDE_BY_SIDE:
            self._is_comparing = False  # the reader chose another layout
        said = self.board.shown_map
        saliency = None if said is None else said.saliency
        self._box.set_saliency(
            saliency,
            None if said is None else said.map_range,
            name=self.board.map_name(self.board.map_model) if saliency is not None else "",
        )
        if self._is_comparing:
            for pane in self._box.panes:
                model = self._model_on(pane)
                there = self.board.said_of(model) if self.board.is_model_shown(model) else None
                if there is not None:
                    pane.set_saliency(there.saliency, there.map_range, name=self.board.map_name(model))
        self._panel.show_mapped(self.board.finding if saliency is not None else "")
        self._show_legend()
        self._panel.map.show_choices(
            self.board.map_model, possible=self.board.map_models(), is_comparing=self._is_comparing
        )

    def _show_legend(self) -> None:
        said = self.board.shown_map
        self._panel.map.show_map(
            None if said is None else said.saliency,
            common_range=None if said is None else said.map_range,
            legend=self._legend(),
        )

    def _legend(self) -> str:
        """Return what the map on the picture is: whose, how fine, where."""
        said = self.board.shown_map
        if said is None or said.saliency is None:
            if any(model.has_answer for model in self.board.models):
                return "No heat map for this finding"
            return ""
        saliency, state, case = said.saliency, self._box.active.state, self._box.case
        place = ""
        if state is not None and state.cut is None and state.view.frame != saliency.frame:
            place = f"on {words}" if (words := place_words(state, saliency.frame)) else ""
        is_in_case = case is not None and saliency.frame < len(case.frames)
        frame = case.frames[saliency.frame] if case is not None and is_in_case else None
        of = said.name if len(self.board.models[self.board.map_model].findings) > 1 else ""
        whose = self._panel.letter_of(self.board.map_model)
        method = METHOD_NAMES.get(saliency.method, saliency.method)
        parts = [" ".join(filter(None, (whose, of))), resolution_words(saliency, frame), method, place]
        return ", ".join(part for part in parts if part)

    def _show_lines(self) -> None:
        listed = self.board.listed
        if not listed:
            self._panel.places.show_note(no_places_words(self.board.models))
            return
        self._panel.places.show_lines([line_of(self.board, found, self._box.case) for found in listed])
        self._panel.places.show_chosen(self.board.selected_place)

    def _show_look(self) -> None:
        self._panel.map.show_look(self._box.overlay_look, is_visible=self._box.panes[0].is_ai_wanted)

    def _go_to_finding(self, finding: str) -> None:
        self.finding_selected.emit(finding)
        self.show_finding(finding)
        said = self.board.shown_map
        if said is not None and said.saliency is not None:
            self._pane_for(said.saliency.frame).go_to_frame(said.saliency.frame)

    def _go_to(self, listed: ListedFinding | None) -> None:
        """Show a place: on the viewport that shows its series already, else on the active one."""
        if listed is not None:
            found = listed.said.found
            if found.finding != self.board.finding:
                self.finding_selected.emit(found.finding)
                self.board.finding = found.finding
            pane = self._pane_for(found.frame, listed.model)
            pane.show_place(found.frame, None if found.region is None else found.region.center)
        self.refresh()

    def _pane_for(self, frame: int, model: int | None = None) -> Pane:
        """Return where to show a frame; side by side, on the viewport of its model."""
        panes = [self._box.active, *(pane for pane in self._box.shown if pane is not self._box.active)]
        if self._is_comparing and model is not None:
            panes.sort(key=lambda pane: self._model_on(pane) != model)
        for pane in panes:
            state = pane.state
            if state is not None and state.cut is None:
                span = state.span
                if span.first <= frame < span.first + span.count:
                    self._box.activate(pane.pane)
                    return pane
        active, case = self._box.active, self._box.case
        if active.state is not None and active.state.cut is not None and case is not None:
            starts = [span.first for span in case.spans]
            self._box.show_series(bisect_right(starts, frame) - 1, active)
        return active

    def _open_beside(self) -> bool:
        """Show the same slice twice, in the same place and window; False where there is none to show."""
        state = self._box.active.state
        if state is None or state.cut is not None:
            return False
        payload, self._hung_before = state.to_payload(), self._box.to_payload()
        self._box.set_layout(*SIDE_BY_SIDE)
        for pane in self._box.panes:
            if self._box.case is not None:
                twin = self._box.case if pane.pane == 0 else self._box.case.twin()
                twin.restore(payload)
                self._box.show_state(pane, twin)
        return True
