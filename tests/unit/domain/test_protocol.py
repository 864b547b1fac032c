"""The protocol says what is wrong with it, field by field."""

from pathlib import Path

import pytest

from realfm_gui.domain.case import Split
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.protocol import parse_protocol

MINIMAL = """
version = 1
[study]
title = "A study"
[population]
prevalence = 0.1
[[findings]]
id = "nodule"
name = "Nodule"
[[readers]]
id = "anna"
name = "Anna"
[model]
name = "efficientnet-lite0"
"""


def test_that_a_minimal_protocol_gets_the_documented_defaults() -> None:
    protocol = parse_protocol(MINIMAL)
    assert protocol.design == "sequential"
    assert protocol.readers[0].reads == (Split.TRAINING, Split.READING)
    assert protocol.analysis.alpha == 0.05
    assert protocol.model.operating_point.rule == "youden"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("prevalence = 0.1", "prevalence = 1.0"), "population.prevalence"),
        (('id = "nodule"', 'id = "Lung Nodule"'), "findings[1].id"),
        (('title = "A study"', 'title = "  "'), "study.title"),
        (
            ('name = "Anna"', 'name = "Anna"\nreads = ["development"]'),
            "readers never read the development split",
        ),
        (("[model]", '[[readers]]\nid = "anna"\nname = "B"\n[model]'), "reader 'anna' is named twice"),
        (('name = "efficientnet-lite0"', 'name = "x"\ntreshold = 1'), "model.treshold"),
        (("version = 1", "version = 2"), "version"),
        (("[model]", "[model"), "not valid TOML"),
        (("[model]", '[model]\noperating_point = { rule = "sensitivity" }'), "give a target"),
    ],
)
def test_that_a_wrong_field_is_named(change: tuple[str, str], said: str) -> None:
    with pytest.raises(UserFacingError) as caught:
        parse_protocol(MINIMAL.replace(*change), source="mine.toml")
    assert said in caught.value.message
    assert "mine.toml" in caught.value.message
    assert caught.value.hint


def test_that_every_wrong_field_is_listed_at_once() -> None:
    text = MINIMAL.replace("0.1", "-3").replace('id = "nodule"', 'id = ""')
    with pytest.raises(UserFacingError) as caught:
        parse_protocol(text)
    assert "population.prevalence" in caught.value.message
    assert "findings[1].id" in caught.value.message


def test_that_a_reader_is_found_by_id_or_name_and_an_unknown_one_is_answered_with_the_list() -> None:
    protocol = parse_protocol(MINIMAL)
    assert protocol.reader("Anna") is protocol.reader("anna")
    with pytest.raises(UserFacingError) as caught:
        protocol.reader("ben")
    assert "anna" in caught.value.hint


def test_that_the_example_studies_have_valid_protocols(repository: Path) -> None:
    files = sorted((repository / "studies").glob("*/protocol.toml"))
    assert len(files) >= 2
    for file in files:
        parse_protocol(file.read_text(encoding="utf-8"), source=str(file))


def test_that_readers_are_shown_the_studys_model_unless_the_protocol_lists_several() -> None:
    assert parse_protocol(MINIMAL).model.shown_models == ("efficientnet-lite0",)
    several = parse_protocol(MINIMAL + 'shown = ["other", "efficientnet-lite0"]\n')
    anna = several.reader("anna")
    assert several.shown_to(anna) == ("other", "efficientnet-lite0")


def test_that_models_change_places_between_readers_as_often_as_there_are_models() -> None:
    people = "".join(f'[[readers]]\nid = "r{n}"\nname = "R{n}"\n' for n in range(6))
    shown = 'shown = ["a", "b", "efficientnet-lite0"]\nshown_order = "by_reader"\n'
    protocol = parse_protocol(MINIMAL.replace('[[readers]]\nid = "anna"\nname = "Anna"\n', people) + shown)
    orders = [protocol.shown_to(reader) for reader in protocol.readers]
    for place in range(3):
        assert sorted(order[place] for order in orders) == sorted(2 * list(protocol.model.shown_models))


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ('shown = ["other"]', "must include 'efficientnet-lite0'"),
        ('shown = ["efficientnet-lite0", "efficientnet-lite0"]', "is named twice"),
        ('shown = ["efficientnet-lite0", "pixels-16x16"]', "controls are never shown"),
        ('shown = ["a", "b", "c", "d", "efficientnet-lite0"]', "model.shown"),
    ],
)
def test_that_models_side_by_side_that_cannot_be_are_refused_in_words(model: str, said: str) -> None:
    with pytest.raises(UserFacingError, match=said):
        parse_protocol(MINIMAL + model + "\n")
