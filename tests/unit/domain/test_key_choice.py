"""A reader's own keys: exchanged, never lost, never with two meanings."""

import pytest

from realfm_gui.domain.key_choice import (
    KeyChoices,
    KeyRules,
    KeyWish,
    granted,
    refusal,
    reset_one,
    without_what_cannot_be,
)
from realfm_gui.domain.mouse_choice import PRESETS, MouseChoices, MouseEffect, WheelEffect, preset_of

RULES = KeyRules(
    defaults={
        "lock": ("Return", "Enter"),
        "invert": ("I",),
        "fit": ("F",),
        "peek": ("V",),
        "one": ("1",),
        "spare": (),
    },
    titles={
        "lock": "Lock",
        "invert": "Invert",
        "fit": "Fit",
        "peek": "Peek",
        "one": "One",
        "spare": "Spare",
    },
    always=frozenset({"lock"}),
    held=frozenset({"peek"}),
    reserved={"1": "Digits answer.", "F11": "F11 is the window's own."},
)
OWN = KeyChoices()


def _keys(choices: KeyChoices) -> dict[str, tuple[str, ...]]:
    return {name: choices.keys(name, RULES) for name in RULES.defaults}


def _wish(command_id: str, key: str, slot: int = 0) -> KeyWish:
    return KeyWish(command_id=command_id, slot=slot, key=key)


def test_that_a_free_key_replaces_the_one_in_its_place() -> None:
    choices = granted(OWN, _wish("invert", "F2"), RULES)
    assert _keys(choices)["invert"] == ("F2",)
    assert choices.to_payload() == {"invert": ["F2"]}
    assert granted(choices, _wish("invert", "I"), RULES) == OWN, "back at the program's own, nothing is kept"


def test_that_a_key_in_use_is_exchanged_for_the_one_it_replaces() -> None:
    choices = granted(OWN, _wish("invert", "F"), RULES)
    assert _keys(choices)["invert"] == ("F",)
    assert _keys(choices)["fit"] == ("I",)


def test_that_a_further_key_is_taken_from_whoever_has_it() -> None:
    choices = granted(OWN, _wish("invert", "F", slot=1), RULES)
    assert _keys(choices)["invert"] == ("I", "F")
    assert _keys(choices)["fit"] == ()


def test_that_the_second_key_can_become_the_first() -> None:
    assert granted(OWN, _wish("lock", "Enter"), RULES).keys("lock", RULES) == ("Enter",)


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (_wish("peek", ""), "must keep a key"),
        (_wish("invert", "F11"), "the window's own"),
        (_wish("invert", "1"), "Digits answer"),
        (_wish("one", "F2"), "Digits answer"),
        (_wish("one", ""), "Digits answer"),
        (_wish("peek", "Ctrl+V"), "without Ctrl"),
        (_wish("spare", "V"), "must keep one"),
    ],
)
def test_that_what_would_lose_a_command_is_refused(wish: KeyWish, why: str) -> None:
    assert why in refusal(OWN, wish, RULES)
    with pytest.raises(ValueError):
        granted(OWN, wish, RULES)


def test_that_the_last_key_that_locks_cannot_be_lost() -> None:
    one_left = granted(OWN, _wish("lock", "", slot=1), RULES)
    assert one_left.keys("lock", RULES) == ("Return",)
    assert "must keep a key" in refusal(one_left, _wish("lock", ""), RULES)
    assert "must keep one" in refusal(one_left, _wish("spare", "Return"), RULES)
    assert granted(one_left, _wish("invert", "Return"), RULES).keys("lock", RULES) == ("I",), "exchanged"


def test_that_an_exchange_gives_no_combination_to_what_is_held() -> None:
    choices = granted(OWN, _wish("invert", "Ctrl+I"), RULES)
    assert "without Ctrl" in refusal(choices, _wish("invert", "V"), RULES)
    assert refusal(choices, _wish("peek", "+"), RULES) == "", "the plus itself is a key like any other"


def test_that_reset_takes_the_keys_back() -> None:
    choices = granted(OWN, _wish("invert", "F"), RULES)
    assert _keys(reset_one(choices, "fit", RULES)) == {**_keys(OWN), "invert": ()}
    assert reset_one(reset_one(choices, "fit", RULES), "invert", RULES) == OWN
    held = granted(OWN, _wish("invert", "V"), RULES)  # peek has I now
    assert reset_one(held, "invert", RULES) == OWN, "peek cannot be without a key and goes back to its own"


def test_that_no_sequence_of_wishes_gives_a_key_two_meanings_or_loses_one_that_must_be() -> None:
    choices = OWN
    keys = ["F", "I", "V", "Return", "Enter", "F2", "", "1", "Ctrl+I"]
    for number in range(400):
        name = list(RULES.defaults)[number * 7 % 6]
        wish = _wish(name, keys[number * 5 % 9], slot=min(number % 2, len(choices.keys(name, RULES))))
        if not refusal(choices, wish, RULES):
            choices = granted(choices, wish, RULES)
        given = [key for found in _keys(choices).values() for key in found]
        assert len(set(given)) == len(given)
        assert choices.keys("lock", RULES)
        assert choices.keys("peek", RULES)
        assert "1" in choices.keys("one", RULES)
        assert without_what_cannot_be(choices, RULES) == (choices, [])


@pytest.mark.parametrize(
    ("stored", "kept", "left_out"),
    [
        ({"gone": ["F2"], "fit": ["F3"]}, {"fit": ["F3"]}, ["gone"]),
        ({"fit": ["I"]}, {}, ["Fit"]),
        ({"fit": ["F3"], "invert": ["F3"]}, {"invert": ["F3"]}, ["Fit"]),
        ({"lock": []}, {}, ["Lock"]),
        ({"one": ["F2"]}, {}, ["One"]),
        ({"fit": ["F11"]}, {}, ["Fit"]),
        ({"peek": ["Shift+V"]}, {}, ["Peek"]),
        ({"invert": ["F"], "fit": ["I"]}, {"invert": ["F"], "fit": ["I"]}, []),
    ],
)
def test_that_stored_choices_that_do_not_fit_this_program_are_left_out_by_name(
    stored: dict[str, list[str]], kept: dict[str, list[str]], left_out: list[str]
) -> None:
    found, said = without_what_cannot_be(KeyChoices.from_payload(stored), RULES)
    assert (found.to_payload(), said) == (kept, left_out)


@pytest.mark.parametrize("wrong", [{"fit": "F"}, {"fit": [1]}, {"fit": [""]}, {"fit": ["A", "B", "C"]}])
def test_that_what_is_no_choice_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError)):
        KeyChoices.from_payload(wrong)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_that_every_mouse_preset_windows_pans_and_zooms_and_comes_back_from_its_payload(preset) -> None:
    choices = preset.choices
    wheel_zooms = {MouseEffect.ZOOM} if choices.wheel is WheelEffect.ZOOM else set()
    assert set(choices.missing()) <= wheel_zooms
    assert MouseChoices.from_payload(choices.changed()) == choices
    assert preset_of(choices) == preset


def test_that_a_mouse_of_ones_own_is_no_preset_and_nonsense_is_refused() -> None:
    own = MouseChoices(left=MouseEffect.NOTHING)
    assert preset_of(own) is None
    assert own.missing() == []
    assert MouseChoices(ctrl_left=MouseEffect.PAN, left=MouseEffect.PAN).missing() == [MouseEffect.WINDOW]
    for wrong in ({"tail": "pan"}, {"left": "dance"}, {"is_wheel_reversed": "yes"}):
        with pytest.raises((ValueError, TypeError)):
            MouseChoices.from_payload(wrong)
