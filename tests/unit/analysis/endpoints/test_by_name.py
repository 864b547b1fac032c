"""Endpoints by the names of the command line, and what is said when one cannot be made."""

from typing import Any

import pytest

from realfm_gui.analysis.endpoints.by_name import ENDPOINT_NAMES, OPTIONS, endpoint_from_name
from realfm_gui.domain.errors import UserFacingError

EVERYTHING: dict[str, Any] = {
    "threshold": 3,
    "prevalence": 0.1,
    "threshold_probability": 0.2,
    "specificity": 0.8,
    "sensitivity": 0.8,
    "slope": 1.0,
    "high": 0.3,
    "fpf": 0.2,
    "false_marks": 0.5,
}


def options_of(name: str) -> list[str]:
    """The options an endpoint refuses to go without, asked from it."""
    try:
        endpoint_from_name(name)
    except UserFacingError as refusal:
        return [key for key in OPTIONS if f"--{key.replace('_', '-')} (" in refusal.hint]
    return []


@pytest.mark.parametrize("name", ENDPOINT_NAMES)
def test_that_an_endpoint_has_the_name_it_was_asked_for_by(name: str) -> None:
    endpoint = endpoint_from_name(name, **{key: EVERYTHING[key] for key in options_of(name)})
    assert endpoint.name == name
    assert endpoint.label
    assert endpoint.limits[0] < endpoint.limits[1]


def test_that_options_that_were_not_given_do_not_count() -> None:
    assert endpoint_from_name("auc", threshold=None, prevalence=None).name == "auc"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("sensitivity", ["threshold"]),
        ("ppv", ["threshold", "prevalence"]),
        ("net-benefit", ["threshold", "prevalence", "threshold_probability"]),
        ("pauc", ["high"]),
        ("sens-at-spec", ["specificity"]),
        ("expected-utility", ["slope"]),
        ("pcl", ["fpf"]),
        ("alroc", []),
        ("wafroc1", []),
    ],
)
def test_that_a_missing_option_is_asked_for_by_name(name: str, options: list[str]) -> None:
    assert options_of(name) == options


def test_that_an_unknown_name_is_refused_with_all_names() -> None:
    with pytest.raises(UserFacingError, match="no endpoint called 'rauc'") as refusal:
        endpoint_from_name("rauc")
    assert all(name in refusal.value.hint for name in ENDPOINT_NAMES)


def test_that_an_option_the_endpoint_does_not_use_is_refused_not_ignored() -> None:
    with pytest.raises(UserFacingError, match="auc does not use --threshold"):
        endpoint_from_name("auc", threshold=3)


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("ppv", {"threshold": 3, "prevalence": 1.5}, "prevalence lies between 0 and 1"),
        ("pauc", {"high": 1.5}, "low < high"),
        ("pauc", {"high": 0.3, "scale": "normalised"}, "normalised"),
        ("sensitivity", {"threshold": "high"}, "high"),
        ("expected-utility", {"slope": -1.0}, "above 0"),
        ("sens-at-spec", {"specificity": 80}, "between 0 and 1"),
        ("pcl", {"fpf": -0.1}, "between 0 and 1"),
        ("llf", {"false_marks": -0.1}, "at least 0"),
    ],
)
def test_that_an_impossible_value_is_refused_in_words(name: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(UserFacingError, match=words):
        endpoint_from_name(name, **options)


def test_that_partial_areas_take_their_range_axis_and_scale() -> None:
    endpoint = endpoint_from_name("pauc", low=0.7, high=1, axis="tpf", scale="mcclish")
    assert endpoint.label == "partial AUC, TPF 0.7 to 1 (McClish-standardised)"
