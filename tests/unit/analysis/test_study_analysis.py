import json
import math
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from scipy import stats

from realfm_gui.analysis.missing_data import worst_case_for_the_aid
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


def _sentences(results: Any, part: str) -> bool:
    return any(part in sentence for sentence in (*results.missing, *results.warnings, *results.verdict.notes))


def test_that_patients_with_several_cases_block_a_favourable_verdict_and_are_warned_of(
    make_study: MakeStudy,
) -> None:
    single = tuple(f"p{c}" for c in range(160))
    double = (*single[:-2], "p0", "p0")
    assert analyse_study(make_study(patient_ids=single)).warnings == analyse_study(make_study()).warnings
    results = analyse_study(make_study(patient_ids=double))
    assert "1 patient has more than one analysed case" in " ".join(results.verdict.notes)
    assert _sentences(results, "too narrow")
    assert results.n.patients_with_several_cases == 1


def test_that_a_second_case_that_was_not_analysed_does_not_count(make_study: MakeStudy) -> None:
    data = make_study()
    patients = (*(f"p{c}" for c in range(159)), "p0")
    results = analyse_study(make_study(patient_ids=patients, **_with_gaps(data, [(AIDED, 0, 159)])))
    assert results.n.patients_with_several_cases == 0


def test_that_the_model_alone_rests_on_all_cases_and_the_contrasts_on_the_complete_ones(
    make_study: MakeStudy,
) -> None:
    data = make_study()
    gaps = _with_gaps(data, [(AIDED, 0, case) for case in (*range(5), *range(60, 65))])
    whole, partly = analyse_study(data), analyse_study(make_study(**gaps))
    assert partly.n.cases == 150
    assert partly.auc.ai == whole.auc.ai
    assert "n = 160 cases" in partly.auc.ai.note
    assert partly.sensitivity.ai == whole.sensitivity.ai
    assert partly.ai_curve is not None
    assert whole.ai_curve is not None
    assert np.array_equal(partly.ai_curve.thresholds, whole.ai_curve.thresholds)
    assert partly.ai_minus_unaided is not None
    kept = data.restricted_to(np.arange(6), np.delete(np.arange(160), [*range(5), *range(60, 65)]))
    assert partly.ai_minus_unaided.difference == analyse_study(kept).ai_minus_unaided.difference  # type: ignore[union-attr]


def test_that_dropped_and_kept_cases_are_compared_by_the_models_errors(make_study: MakeStudy) -> None:
    data = make_study()
    is_wrong = data.ai_calls != data.truth
    dropped = np.flatnonzero(is_wrong)[:4]
    results = analyse_study(make_study(**_with_gaps(data, [(AIDED, 1, int(case)) for case in dropped])))
    rest = int(is_wrong.sum()) - 4
    assert _sentences(results, f"was wrong on 4 of 4 cases left out and on {rest} of 156 cases kept")


def test_that_a_tenth_of_the_cases_lost_blocks_although_the_readings_are_there(make_study: MakeStudy) -> None:
    data = make_study(weight_of_model=0.8)
    gaps = _with_gaps(data, [(AIDED, 1, case) for case in range(20, 100, 8)])
    results = analyse_study(make_study(weight_of_model=0.8, **gaps))
    assert results.n.readings > 0.99 * results.n.planned
    assert "only 150 of 160 planned cases" in results.verdict.sentence


def test_that_a_verdict_that_hangs_on_missing_ratings_is_said_to_flip(make_study: MakeStudy) -> None:
    data = make_study()
    gaps = [(AIDED, reader, case) for reader, case in ((0, 3), (1, 9), (2, 30), (3, 70), (4, 71), (5, 120))]
    few, many = (
        analyse_study(make_study(**_with_gaps(data, cells))).missing_worst_case
        for cells in (gaps[:1], [(AIDED, j, c) for j in range(6) for c in range(0, 160, 4)])
    )
    assert few is not None
    assert many is not None
    assert many.difference.value < few.difference.value  # type: ignore[operator]
    assert many.is_flipped
    assert many.outcome.value == "harm"
    assert "instead of" in many.sentence
    assert analyse_study(data).missing_worst_case is None


def test_that_gaps_are_filled_against_the_aid_in_both_arms(make_study: MakeStudy) -> None:
    data = make_study()
    filled = worst_case_for_the_aid(make_study(**_with_gaps(data, [(UNAIDED, 0, 3), (AIDED, 1, 100)])))
    assert filled is not None
    assert (filled.scores[UNAIDED, 0, 3], filled.calls[UNAIDED, 0, 3]) == (100.0, 1.0)
    assert (filled.scores[AIDED, 1, 100], filled.calls[AIDED, 1, 100]) == (100.0, 1.0)
    assert filled.scores[AIDED, 0, 3] == data.scores[AIDED, 0, 3]


def test_that_early_looks_and_secondary_findings_reach_the_verdict(make_study: MakeStudy) -> None:
    results = analyse_study(make_study(early_looks=1, is_primary=False)).to_json()
    assert results["early_looks"] == 1
    assert not results["is_primary"]
    assert "opened 1 time before reading was complete" in results["verdict"]["sentence"]
    assert results["verdict"]["outcome"] != "helps"


def test_that_every_kind_of_gap_is_counted_apart(make_study: MakeStudy) -> None:
    flagged = np.zeros((2, 6), dtype=np.int64)
    faults = flagged.copy()
    flagged[0, 1], faults[1, 2] = 2, 1
    results = analyse_study(
        make_study(non_diagnostic=flagged, technical_faults=faults, remembered=3, cases_without_truth=4)
    )
    assert _sentences(results, "2 readings flagged as not assessable")
    assert _sentences(results, "1 reading flagged as a technical fault")
    assert _sentences(results, "4 cases without a reference standard")
    assert _sentences(results, "In 3 readings the reader remarked")


def test_that_constant_ratings_a_perfect_model_and_unchanged_ratings_are_warned_of(
    make_study: MakeStudy,
) -> None:
    data = make_study()
    scores = data.scores.copy()
    scores[AIDED] = scores[UNAIDED]
    scores[:, 2] = 40.0
    results = analyse_study(make_study(scores=scores, ai_scores=data.truth.astype(float)))
    assert _sentences(results, "Reader 3 gave every case the same rating without the model")
    assert _sentences(results, "The model's AUC is exactly 1")
    assert _sentences(results, "No reader changed a rating")
    assert not _sentences(analyse_study(data), "gave every case the same")
    assert not _sentences(analyse_study(data), "No reader changed")


def test_that_warnings_of_the_comparison_with_the_model_are_shown_once(make_study: MakeStudy) -> None:
    results = analyse_study(make_study(n_readers=2))
    assert results.ai_minus_unaided is not None
    for warning in results.ai_minus_unaided.warnings:
        assert results.warnings.count(warning) == 1


def test_that_worse_means_the_whole_interval_and_fell_the_estimate(make_study: MakeStudy) -> None:
    data = make_study()
    scores = data.scores.copy()
    scores[AIDED] = np.clip(scores[UNAIDED] + np.random.default_rng(1).normal(0, 6, (6, 160)), 0, 100)
    scores[AIDED, 0] = np.random.default_rng(2).uniform(0, 100, 160)  # a reader who guesses with the model
    rows = analyse_study(make_study(scores=scores)).to_json()["per_reader"]
    for row in rows:
        assert row["fell"] == (row["change"] < 0)
        assert row["got_worse"] == (row["ci"] is not None and row["ci"][1] < 0)
    assert rows[0]["got_worse"]
    assert any(row["fell"] and not row["got_worse"] for row in rows)


def test_that_tiles_hold_the_numbers_they_were_judged_by_where_the_model_failed(
    make_study: MakeStudy,
) -> None:
    data = make_study()
    ai_scores = np.where(np.arange(160) % 20 == 0, np.nan, data.ai_scores)
    results = analyse_study(make_study(ai_scores=ai_scores)).to_json()
    (tile,) = [t for t in results["verdict"]["tiles"] if t["id"] == "ai-unaided"]
    assert tile["se"] != results["ai_minus_readers"]["se"]
    half_width = tile["ci"][1] - tile["estimate"]
    assert half_width / tile["se"] == pytest.approx(stats.t.ppf(0.975, tile["df"]))
    assert results["ai_minus_readers"]["n"] == 152


def test_that_a_study_without_a_word_about_patients_is_refused(make_study: MakeStudy) -> None:
    data = make_study()
    values = {field.name: getattr(data, field.name) for field in fields(data) if field.name != "patient_ids"}
    with pytest.raises(TypeError, match="patient_ids"):
        StudyData(**values)
    with pytest.raises(ValueError, match="patient"):
        make_study(patient_ids=("p1",))
