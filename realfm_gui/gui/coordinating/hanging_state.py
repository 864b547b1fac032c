"""Hanging protocols being edited: which ones there are, the one chosen, undo and redo. Plain state, no Qt."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from realfm_gui.imaging.hanging import choose_hanging
from realfm_gui.imaging.hanging_check import doubts
from realfm_gui.imaging.hanging_rules import CellRule, HangingProtocol, ImageTags
from realfm_gui.imaging.hung_panes import HangingRules

MOST_UNDO_STEPS = 200

Place = tuple[int, int]
"""Row and column, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedProtocol:
    """A protocol in the list; `is_own` tells the study's from the built-in ones."""

    protocol: HangingProtocol
    is_own: bool
    is_changed_built_in: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """What undo goes back to."""

    own: tuple[HangingProtocol, ...]
    chosen: str
    place: Place


class HangingState:
    """The study's own protocols as they are being edited, beside the built-in ones.

    Parameters
    ----------
    rules : HangingRules
        In force; its own protocols are those that are saved.
    is_fixed : bool
        Whether nothing can be changed any more.
    """

    def __init__(self, rules: HangingRules, *, is_fixed: bool = False) -> None:
        self.is_fixed = is_fixed
        self._rules = rules
        self._saved = rules.own
        self._own = rules.own
        self.place: Place = (1, 1)
        self.chosen = (*self._own, *rules.protocols)[0].id if (*self._own, *rules.protocols) else ""
        self._past: list[_Step] = []
        self._future: list[_Step] = []

    # What there is

    @property
    def rules(self) -> HangingRules:
        """The rules as edited."""
        return replace(self._rules, own=self._own)

    @property
    def own(self) -> tuple[HangingProtocol, ...]:
        """The study's own protocols as edited."""
        return self._own

    @property
    def listed(self) -> tuple[ListedProtocol, ...]:
        """The study's own protocols, then the built-in ones that none of them replaces."""
        built_in = {protocol.id for protocol in self._rules.protocols}
        own_ids = {protocol.id for protocol in self._own}
        own = [
            ListedProtocol(protocol=one, is_own=True, is_changed_built_in=one.id in built_in)
            for one in self._own
        ]
        others = [
            ListedProtocol(protocol=one, is_own=False)
            for one in self._rules.protocols
            if one.id not in own_ids
        ]
        return (*own, *others)

    @property
    def entry(self) -> ListedProtocol | None:
        """The one that is chosen."""
        return next((entry for entry in self.listed if entry.protocol.id == self.chosen), None)

    @property
    def can_edit(self) -> bool:
        """Whether the chosen protocol can be changed: one of the study's own, before the first reading."""
        return self.entry is not None and self.entry.is_own and not self.is_fixed

    @property
    def cell(self) -> CellRule | None:
        """The rule of the chosen place, None where it is empty."""
        return None if self.entry is None else cell_at(self.entry.protocol, self.place)

    @property
    def doubts(self) -> tuple[str, ...]:
        """What can hardly be meant in the chosen protocol."""
        return () if self.entry is None else doubts(self.entry.protocol, self._rules.presets)

    @property
    def is_changed(self) -> bool:
        """Whether anything differs from what is saved."""
        return self._own != self._saved

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step that was taken back."""
        return bool(self._future)

    def taken_by(self, cases: Mapping[str, Sequence[ImageTags]]) -> dict[str, HangingProtocol | None]:
        """Return which protocol each case takes by the rules as edited; None where none holds."""
        in_force = self.rules.in_force
        by_id = {protocol.id: protocol for protocol in in_force}
        # Most cases of a study are alike: asked once for each kind, whatever its slices are counted as.
        known: dict[tuple[ImageTags, ...], HangingProtocol | None] = {}
        taken = {}
        for case_id, images in cases.items():
            kind = tuple(replace(image, image_id=str(at)) for at, image in enumerate(images))
            if kind not in known:
                known[kind] = by_id.get(choose_hanging(kind, in_force).protocol_id)
            taken[case_id] = known[kind]
        return taken

    # Choosing

    def choose(self, protocol_id: str) -> None:
        """Show another protocol."""
        if any(entry.protocol.id == protocol_id for entry in self.listed):
            self.chosen, self.place = protocol_id, (1, 1)

    def choose_place(self, place: Place) -> None:
        """Show the rule of another place."""
        if self.entry is not None:
            row = min(max(place[0], 1), self.entry.protocol.rows)
            self.place = row, min(max(place[1], 1), self.entry.protocol.columns)

    # Changing; each of these can be undone

    def change(self, **changes: Any) -> None:
        """Change the chosen protocol; its layout keeps the rules that still have a place.

        Raises
        ------
        ValueError
            If that is no protocol, saying why; nothing was changed.
        """
        if not self.can_edit or self.entry is None:
            return
        before = self.entry.protocol
        rows, columns = changes.get("rows", before.rows), changes.get("columns", before.columns)
        cells: Iterable[CellRule] = changes.get("cells", before.cells)
        kept = tuple(cell for cell in cells if cell.row <= rows and cell.column <= columns)
        after = replace(before, **{**changes, "cells": kept})
        if not after.name.strip():
            raise ValueError("a hanging protocol needs a name")
        if after != before:
            self._step(tuple(after if one.id == before.id else one for one in self._own))
            self.choose_place(self.place)

    def change_cell(self, **changes: Any) -> None:
        """Change the rule of the chosen place, giving it one where it is empty; see `change`."""
        if not self.can_edit or self.entry is None:
            return
        before = self.cell or CellRule(row=self.place[0], column=self.place[1])
        others = [cell for cell in self.entry.protocol.cells if (cell.row, cell.column) != self.place]
        after = replace(before, **changes)
        self.change(cells=tuple(sorted((*others, after), key=lambda cell: (cell.row, cell.column))))

    def empty_cell(self) -> None:
        """Take the rule of the chosen place away; the last one stays (ValueError)."""
        if self.entry is not None:
            cells = self.entry.protocol.cells
            self.change(cells=tuple(cell for cell in cells if (cell.row, cell.column) != self.place))

    def adopt(self) -> None:
        """Make the chosen built-in protocol one of the study's own, which takes its place."""
        entry = self.entry
        if entry is not None and not entry.is_own and not self.is_fixed:
            self._step((*self._own, entry.protocol))

    def add(self, *, like_chosen: bool = False) -> None:
        """Add a protocol of the study's own: an empty one, or one like that which is chosen."""
        if self.is_fixed:
            return
        entry = self.entry
        if like_chosen and entry is not None:
            new = replace(
                entry.protocol, id=self._free_id(entry.protocol.id), name=f"{entry.protocol.name}, copy"
            )
        else:
            only = CellRule(row=1, column=1)
            new = HangingProtocol(
                id=self._free_id("own"),
                name="New protocol",
                rows=1,
                columns=1,
                cells=(only,),
                goes_first=True,
            )
        self._step((*self._own, new), chosen=new.id)

    def remove(self) -> None:
        """Take the chosen protocol of the study's own away; a built-in one of its id is back."""
        if not self.can_edit:
            return
        left = tuple(one for one in self._own if one.id != self.chosen)
        is_back = any(one.id == self.chosen for one in self._rules.protocols)
        others = [*left, *self._rules.protocols]
        self._step(left, chosen=self.chosen if is_back or not others else others[0].id)

    def undo(self) -> None:
        """Take the last change back."""
        self._go(self._past, self._future)

    def redo(self) -> None:
        """Make a change again that was taken back."""
        self._go(self._future, self._past)

    def revert(self) -> None:
        """Go back to what is saved; this can be undone, too."""
        if self.is_changed:
            self._step(self._saved)
            if self.entry is None and self.listed:
                self.choose(self.listed[0].protocol.id)

    def note_saved(self, own: tuple[HangingProtocol, ...]) -> None:
        """Remember what is saved now."""
        self._saved = own

    def _step(self, own: tuple[HangingProtocol, ...], *, chosen: str | None = None) -> None:
        self._past = [*self._past, self._now()][-MOST_UNDO_STEPS:]
        self._future = []
        self._own = own
        if chosen is not None and chosen != self.chosen:
            self.chosen, self.place = chosen, (1, 1)

    def _go(self, source: list[_Step], target: list[_Step]) -> None:
        if source:
            target.append(self._now())
            step = source.pop()
            self._own, self.chosen, self.place = step.own, step.chosen, step.place

    def _now(self) -> _Step:
        return _Step(own=self._own, chosen=self.chosen, place=self.place)

    def _free_id(self, stem: str) -> str:
        taken = {protocol.id for protocol in (*self._own, *self._rules.protocols)}
        return next(name for n in range(2, 9999) if (name := f"{stem}-{n}") not in taken)


def cell_at(protocol: HangingProtocol, place: Place) -> CellRule | None:
    """Return the rule of a place, None where it has none."""
    return next((cell for cell in protocol.cells if (cell.row, cell.column) == place), None)
