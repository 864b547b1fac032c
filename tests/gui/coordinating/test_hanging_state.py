"""Editing hanging protocols, without a window."""

from dataclasses import replace

import pytest

from realfm_gui.gui.coordinating.hanging_state import HangingState, cell_at
from realfm_gui.gui.coordinating.hanging_words import cell_lines, purpose
from realfm_gui.imaging.hanging_rules import CellRule, HangingProtocol, ImageConditions, ImageTags
from realfm_gui.imaging.hung_panes import HangingRules
from realfm_gui.imaging.presets import DisplayPreset

CT = ImageConditions(modality=("CT",))
PAIR = HangingProtocol(
    id="pair",
    name="Pair",
    rows=1,
    columns=2,
    conditions=CT,
    cells=(CellRule(row=1, column=1), CellRule(row=1, column=2)),
)
ANY = HangingProtocol(id="any", name="Any", rows=1, columns=1, cells=(CellRule(row=1, column=1),))
LUNG = DisplayPreset(id="ct-lung", name="Lung", modality="CT", key="1")


def state(own: tuple[HangingProtocol, ...] = (), **more) -> HangingState:
    return HangingState(HangingRules(protocols=(PAIR, ANY), own=own, presets=(LUNG,)), **more)


def ids(of: HangingState) -> list[tuple[str, bool]]:
    return [(entry.protocol.id, entry.is_own) for entry in of.listed]


def test_that_a_built_in_protocol_is_changed_only_after_it_was_made_the_studys_own() -> None:
    editing = state()
    editing.change(name="Other")
    assert not editing.is_changed
    editing.adopt()
    assert ids(editing) == [("pair", True), ("any", False)]
    assert editing.chosen == "pair"
    editing.change(name="Other")
    assert editing.own[0].name == "Other"
    editing.remove()
    assert ids(editing) == [("pair", False), ("any", False)]
    assert (editing.chosen, editing.is_changed) == ("pair", False)


def test_that_a_smaller_layout_keeps_the_rules_that_still_have_a_place() -> None:
    editing = state((PAIR,))
    editing.choose_place((1, 2))
    editing.change(columns=1)
    assert editing.own[0].cells == (CellRule(row=1, column=1),)
    assert editing.place == (1, 1)
    editing.undo()
    assert (editing.own, editing.place) == ((PAIR,), (1, 2))


def test_that_what_is_no_protocol_is_refused_with_its_reason_and_changes_nothing() -> None:
    editing = state((PAIR,))
    with pytest.raises(ValueError, match="cannot be 3 to 2 images"):
        editing.change(min_images=3, max_images=2)
    with pytest.raises(ValueError, match="needs a name"):
        editing.change(name="  ")
    with pytest.raises(ValueError, match="lie across each other"):
        editing.change_cell(right_edge="L", bottom_edge="R")
    editing.empty_cell()
    editing.choose_place((1, 2))
    with pytest.raises(ValueError, match="needs a cell"):
        editing.empty_cell()
    editing.undo()
    assert (editing.own, editing.can_undo) == ((PAIR,), False)


def test_that_an_empty_place_gets_a_rule_and_loses_it_again() -> None:
    editing = state((ANY,))
    editing.change(columns=2)
    editing.choose_place((1, 2))
    assert editing.cell is None
    editing.change_cell(preset="ct-lung")
    assert editing.cell == CellRule(row=1, column=2, preset="ct-lung")
    editing.empty_cell()
    assert cell_at(editing.own[0], (1, 2)) is None


def test_that_every_change_can_be_undone_and_made_again() -> None:
    editing = state()
    editing.adopt()
    editing.change(is_linked=True)
    editing.add(like_chosen=True)
    assert editing.chosen == "pair-2"
    after = editing.own
    for _ in range(3):
        editing.undo()
    assert (editing.own, editing.can_undo, editing.chosen) == ((), False, "pair")
    for _ in range(3):
        editing.redo()
    assert (editing.own, editing.can_redo, editing.chosen) == (after, False, "pair-2")
    editing.undo()
    editing.change(name="Another way")
    assert not editing.can_redo


def test_that_reverting_goes_back_to_what_is_saved_and_can_be_undone() -> None:
    editing = state((PAIR,))
    editing.change(name="One")
    editing.note_saved(editing.own)
    assert not editing.is_changed
    editing.change(name="Two")
    editing.add()
    editing.revert()
    assert [one.name for one in editing.own] == ["One"]
    assert editing.entry is not None
    editing.undo()
    assert [one.name for one in editing.own] == ["Two", "New protocol"]


def test_that_nothing_is_changed_once_the_display_is_fixed() -> None:
    editing = state((PAIR,), is_fixed=True)
    editing.change(name="X")
    editing.change_cell(preset="ct-lung")
    editing.empty_cell()
    editing.add()
    editing.remove()
    editing.choose("any")
    editing.adopt()
    assert not editing.is_changed


def test_that_a_new_protocol_has_an_id_that_is_free() -> None:
    editing = state()
    editing.add()
    editing.add()
    assert [one.id for one in editing.own] == ["own-2", "own-3"]


def test_that_cases_are_told_by_which_rule_they_hang() -> None:
    editing = state()
    cases = {
        "c-1": (ImageTags(image_id="0/0", modality="CT"),),
        "c-2": (ImageTags(image_id="0/7", modality="CT"),),
        "c-3": (ImageTags(image_id="0/0", modality="CT", prior=1),),
        "c-4": (ImageTags(image_id="0/0", modality="MR"),),
    }
    assert [rule and rule.id for rule in editing.taken_by(cases).values()] == ["pair", "pair", None, "any"]
    editing.add()  # a new one goes first, however little it asks
    assert {rule.id for rule in editing.taken_by(cases).values() if rule} == {"own-2"}
    editing.change(goes_first=False)
    assert [rule and rule.id for rule in editing.taken_by(cases).values()] == ["pair", "pair", None, "own-2"]


def test_that_rules_are_said_in_words() -> None:
    assert purpose(PAIR) == "CT"
    assert purpose(ANY) == "any image"
    several = replace(PAIR, min_images=2, max_images=4, needs_prior=True)
    assert purpose(several) == "CT, 2 to 4 images, with a prior"
    mammogram = ImageConditions(modality=("MG",), laterality=("R",), view_position=("CC",))
    breast = CellRule(row=1, column=1, conditions=mammogram, right_edge="P", bottom_edge="L", prior=1)
    rule = replace(ANY, conditions=ImageConditions(modality=("MG",)))
    assert cell_lines(breast, rule, ()) == ("R, CC", "latest prior", "edges P/L")
    lung = CellRule(row=1, column=1, conditions=CT, preset="ct-lung", rotation_degrees=90, is_flipped=True)
    assert cell_lines(lung, PAIR, (LUNG,)) == ("CT", "window lung", "flipped, turned 90°")
    assert cell_lines(None, PAIR, ()) == ("empty",)
