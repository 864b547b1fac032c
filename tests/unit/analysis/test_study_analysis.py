import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from realfm_gui.analysis.study_analysis import analyse_study
from realfm_gui.analysis.study_data import AIDED, UNAIDED, StudyData

MakeStudy = Callable[..., StudyData]


def _numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [n for item in value.values() for n in _numbers(item)]
    if isinstance(value, list):
        return [n for item in value for n in _numbers(item)]
    return [value] if isinstance(value, float) else []


def _with_gaps(data: StudyData, gaps: list[tuple[int, int, int]]) -> dict[str, Any]:
    scores, calls = data.scores.copy(), data.calls.copy()
    for cell in gaps:
        scores[cell] = calls[cell] = np.nan
    return {"scores": scores, "calls": calls}


STUDIES: list[tuple[str, dict[str, Any]]] = [
    ("an ordinary study", {}),
    ("two readers", {"n_readers": 2}),
    ("one reader", {"n_readers": 1}),
    ("no reader", {"n_readers": 0}),
    ("two positive cases", {"n_positive": 2}),
    ("one positive case", {"n_positive": 1}),
    ("no positive case", {"n_positive": 0}),
    ("perfect readers", {"reader_skill": 40.0, "model_skill": 40.0}),
    ("no control", {"control_scores": {}}),
    ("a silent model", {"ai_scores": np.full(160, np.nan), "ai_calls": np.full(160, np.nan)}),
    ("a model without a call", {"ai_calls": np.full(160, np.nan)}),
    ("no times", {"active_ms": np.full((2, 6, 160), np.nan)}),
    ("nothing read", {"scores": np.full((2, 6, 160), np.nan), "calls": np.full((2, 6, 160), np.nan)}),
]


@pytest.mark.parametrize("changes", [s[1] for s in STUDIES], ids=[s[0] for s in STUDIES])
def test_that_results_are_plain_json_without_nan(make_study: MakeStudy, changes: dict[str, Any]) -> None:
    results = analyse_study(make_study(**changes)).to_json()
    assert json.loads(json.dumps(results, allow_nan=False)) == results
    assert all(math.isfinite(number) for number in _numbers(results))
    for keys in (("auc", "unaided"), ("auc", "aided"), ("auc", "ai")):
        entry = results[keys[0]][keys[1]]
        assert entry["ci"] is not None or entry["note"]
    assert results["difference"]["ci"] is not None or results["difference"]["note"]
    assert results["verdict"]["sentence"]


def test_that_the_nested_keys_of_the_results_file_are_there(make_study: MakeStudy) -> None:
    results = analyse_study(make_study()).to_json()
    assert {"unaided", "aided", "ai", "controls"} <= results["auc"].keys()
    assert {"estimate", "se", "df", "p", "ci", "inference"} <= results["difference"].keys()
    assert {"estimate", "ci", "margin", "noninferiority_p"} <= results["ai_minus_readers"].keys()
    assert {"readers", "cases", "positive", "negative", "readings", "planned", "missing"} <= results[
        "n"
    ].keys()
    assert {"ai_right", "ai_wrong", "per_reader"} <= results["changes"].keys()


def test_that_signs_are_aided_minus_unaided_and_model_minus_readers(make_study: MakeStudy) -> None:
    results = analyse_study(make_study(model_skill=2.5)).to_json()
    auc = results["auc"]
    assert results["difference"]["estimate"] == pytest.approx(auc["aided"]["value"] - auc["unaided"]["value"])
    assert results["difference"]["estimate"] > 0
    expected = auc["ai"]["value"] - auc["unaided"]["value"]
    assert results["ai_minus_readers"]["estimate"] == pytest.approx(expected)
    se = results["sensitivity"]
    assert se["difference"]["estimate"] == pytest.approx(se["aided"]["value"] - se["unaided"]["value"])


def test_that_turning_arms_around_turns_the_difference_around(make_study: MakeStudy) -> None:
    data = make_study()
    turned = make_study(scores=data.scores[::-1].copy(), calls=data.calls[::-1].copy())
    there, back = analyse_study(data), analyse_study(turned)
    assert back.auc.difference.value == pytest.approx(-there.auc.difference.value)  # type: ignore[operator]
    assert back.sensitivity.difference.value == pytest.approx(
        -there.sensitivity.difference.value  # type: ignore[operator]
    )


def test_that_a_case_one_reader_did_not_rate_is_left_out_for_all_and_told(make_study: MakeStudy) -> None:
    data = make_study()
    results = analyse_study(make_study(**_with_gaps(data, [(AIDED, 2, 5), (UNAIDED, 0, 5), (AIDED, 1, 120)])))
    assert results.n.cases == 158
    assert results.n.missing == 3
    assert any("2 of 160 cases (1 with the finding)" in sentence for sentence in results.missing)


def test_that_a_reader_with_less_than_half_is_left_out_and_named(make_study: MakeStudy) -> None:
    data = make_study()
    gaps = [(arm, 3, case) for arm in (UNAIDED, AIDED) for case in range(81)]
    results = analyse_study(make_study(**_with_gaps(data, gaps)))
    assert results.n.readers == 5
    assert results.n.cases == 160
    assert any("Reader 4 is left out: 158 of 320" in sentence for sentence in results.missing)


def test_that_a_reader_with_exactly_half_stays(make_study: MakeStudy) -> None:
    data = make_study()
    gaps = [(arm, 3, case) for arm in (UNAIDED, AIDED) for case in range(20, 100)]
    results = analyse_study(make_study(**_with_gaps(data, gaps)))
    assert (results.n.readers, results.n.cases) == (6, 80)


def test_that_cases_the_model_failed_on_leave_the_readers_comparison_alone(make_study: MakeStudy) -> None:
    data = make_study()
    ai_scores, ai_calls = data.ai_scores.copy(), data.ai_calls.copy()
    ai_scores[[1, 100]] = ai_calls[[1, 100]] = np.nan
    whole, partly = analyse_study(data), analyse_study(make_study(ai_scores=ai_scores, ai_calls=ai_calls))
    assert partly.auc.difference == whole.auc.difference
    assert partly.n.ai_failures == 2
    assert partly.reliance is not None
    assert partly.reliance.cases_without_call == 2
    assert any("no answer for 2 of 160" in sentence for sentence in partly.missing)


def test_that_a_model_silent_on_its_errors_does_not_gain_as_a_replacement(make_study: MakeStudy) -> None:
    data = make_study()
    wrong = data.ai_calls != data.truth
    ai_scores = np.where(wrong, np.nan, data.ai_scores)
    silent = analyse_study(make_study(ai_scores=ai_scores, ai_calls=np.where(wrong, np.nan, data.ai_calls)))
    outspoken = analyse_study(data)
    assert silent.auc.ai.value > outspoken.auc.ai.value  # type: ignore[operator]

    def judged(results: Any) -> float:
        (tile,) = [c for c in results.verdict.conditions if c.id == "ai-unaided"]
        return float(tile.estimate.value)

    assert judged(silent) <= judged(outspoken)


def test_invariant_to_the_order_of_cases_and_readers(make_study: MakeStudy) -> None:
    data = make_study()
    cases = np.random.default_rng(4).permutation(160)
    shuffled = data.restricted_to(np.arange(6)[::-1], cases)
    there, back = analyse_study(data).to_json(), analyse_study(shuffled).to_json()
    assert back["difference"]["se"] == pytest.approx(there["difference"]["se"])
    assert back["verdict"]["sentence"] == there["verdict"]["sentence"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scores": np.zeros((2, 6, 3))}, "scores has shape"),
        ({"calls": np.full((2, 6, 160), 2.0)}, "calls are 0, 1"),
        ({"truth": np.zeros(160)}, "true or false"),
        ({"prevalence": 1.0}, "prevalence"),
        ({"reader_names": ("A",)}, "name"),
        ({"control_scores": {"x": np.zeros(2)}}, "control x has shape"),
    ],
)
def test_refuses_arrays_that_do_not_belong_together(
    make_study: MakeStudy, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        make_study(**changes)
