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
