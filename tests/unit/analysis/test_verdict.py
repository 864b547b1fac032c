from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from realfm_gui.analysis.conditions import Evidence, Status, conditions_of
from realfm_gui.analysis.crossed_mean_squares import crossed_mean
from realfm_gui.analysis.estimate import Estimate, not_estimable
from realfm_gui.analysis.verdict import Outcome, judge


def _interval(low: float, high: float) -> Estimate:
    return Estimate(value=(low + high) / 2, se=(high - low) / 4, ci=(low, high))


FAVOURABLE = Evidence(
    finding="pneumonia",
    prevalence=0.2,
    n_readers=6,
    n_cases=160,
    n_positive=80,
    planned=1920,
    recorded=1920,
    design="sequential",
    is_simulated=False,
    alpha=0.05,
    margin_auc=0.05,
    margin_sensitivity=0.05,
    margin_specificity=0.05,
    margin_harm=0.10,
    unaided_auc=0.80,
    auc=_interval(0.01, 0.06),
    sensitivity=_interval(-0.01, 0.05),
    specificity=_interval(-0.03, 0.04),
    omission=_interval(-0.08, 0.01),
    commission=_interval(-0.05, 0.02),
    omission_n="6 readers, 20 such cases",
    commission_n="6 readers, 18 such cases",
    ai_minus_unaided=_interval(-0.02, 0.08),
    ai_minus_aided=_interval(-0.04, 0.04),
    ai_minus_unaided_sensitivity=_interval(-0.03, 0.1),
    ai_minus_unaided_specificity=_interval(-0.03, 0.1),
    ai_failures=0,
    perfect_aucs=0.0,
)

SCENARIOS: list[tuple[str, dict[str, Any], Outcome]] = [
    ("everything passes", {}, Outcome.HELPS),
    ("no gain shown", {"auc": _interval(-0.01, 0.05)}, Outcome.NOT_SETTLED),
    ("the gain touches nil", {"auc": _interval(0.0, 0.05)}, Outcome.NOT_SETTLED),
    ("sensitivity may be lost", {"sensitivity": _interval(-0.06, 0.05)}, Outcome.NOT_SETTLED),
    ("sensitivity touches its margin", {"sensitivity": _interval(-0.05, 0.05)}, Outcome.NOT_SETTLED),
    ("specificity may be lost", {"specificity": _interval(-0.09, 0.05)}, Outcome.NOT_SETTLED),
    ("AUC fell", {"auc": _interval(-0.06, -0.01)}, Outcome.HARM),
    ("AUC fell up to nil", {"auc": _interval(-0.06, 0.0)}, Outcome.NOT_SETTLED),
    ("sensitivity fell within its margin", {"sensitivity": _interval(-0.04, -0.01)}, Outcome.HARM),
    ("specificity fell although the AUC rose", {"specificity": _interval(-0.2, -0.1)}, Outcome.HARM),
    ("a wrong model pulls readers along", {"omission": _interval(-0.3, -0.15)}, Outcome.NOT_SUPPORTED),
    ("a wrong model may pull readers along", {"commission": _interval(-0.2, 0.0)}, Outcome.NOT_SETTLED),
    ("too few model errors", {"omission": not_estimable("too few")}, Outcome.NOT_SETTLED),
    ("no interval", {"auc": not_estimable("no spread")}, Outcome.NOT_SETTLED),
    ("a tenth is missing", {"recorded": 1728}, Outcome.NOT_SETTLED),
    ("exactly 95 % was read", {"recorded": 1824}, Outcome.HELPS),
    ("one reading below 95 %", {"recorded": 1823}, Outcome.NOT_SETTLED),
    ("nine positive cases", {"n_positive": 9}, Outcome.NOT_SETTLED),
    ("harm in an incomplete study", {"recorded": 100, "auc": _interval(-0.1, -0.01)}, Outcome.HARM),
    ("harm outweighs a wrong model", {"auc": _interval(-0.1, -0.01), "omission": _interval(-0.3, -0.2)},
     Outcome.HARM),
    ("cases are too easy", {"perfect_aucs": 0.6}, Outcome.NOT_SETTLED),
    ("three readers", {"n_readers": 3}, Outcome.HELPS),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "outcome"), [s[1:] for s in SCENARIOS], ids=[s[0] for s in SCENARIOS])
def test_the_outcome_of(changes: dict[str, Any], outcome: Outcome) -> None:
    assert judge(replace(FAVOURABLE, **changes)).outcome is outcome


REPLACEMENT: list[tuple[str, dict[str, Any], bool, str]] = [
    ("not worse than both arms", {}, True, ""),
    ("maybe worse than aided readers", {"ai_minus_aided": _interval(-0.06, 0.02)}, False, "aided readers"),
    ("touching the margin", {"ai_minus_aided": _interval(-0.05, 0.02)}, False, "aided readers"),
    ("maybe worse than unaided readers", {"ai_minus_unaided": _interval(-0.06, 0.02)}, False, "unaided"),
    ("lower sensitivity", {"ai_minus_unaided_sensitivity": _interval(-0.2, -0.1)}, False, "sensitivity"),
    ("three readers", {"n_readers": 3}, False, "fewer than four"),
    ("a margin a useless model could meet", {"unaided_auc": 0.55}, False, "useless"),
    ("an incomplete study", {"recorded": 100}, False, "planned readings"),
    ("no model scores", {"ai_minus_unaided": not_estimable("no scores")}, False, "no scores"),
]


@pytest.mark.parametrize(
    ("changes", "is_candidate", "why"), [r[1:] for r in REPLACEMENT], ids=[r[0] for r in REPLACEMENT]
)
def test_that_replacing_is_at_most_a_candidate(changes: dict[str, Any], is_candidate: bool, why: str) -> None:
    verdict = judge(replace(FAVOURABLE, **changes))
    assert verdict.is_replacement_candidate is is_candidate
    (line,) = [s for s in (*verdict.supports, *verdict.does_not_support) if s.startswith("Replacing readers")]
    assert why in line
    assert ("candidate only" in line) is is_candidate


def test_that_the_population_it_is_meant_for_is_told() -> None:
    assert any("20 % prevalence; 50 % of the analysed cases" in note for note in judge(FAVOURABLE).notes)


def test_the_sentence_names_finding_readers_cases_and_interval() -> None:
    sentence = judge(FAVOURABLE).sentence
    for part in (
        "pneumonia",
        "6 readers",
        "160 cases",
        "80 with the finding",
        "95 % CI +0.010",
    ):
        assert part in sentence


def test_that_harm_says_do_not_deploy_and_names_what_fell() -> None:
    sentence = judge(replace(FAVOURABLE, specificity=_interval(-0.2, -0.1))).sentence
    assert "do not deploy it as an aid" in sentence
    assert "specificity" in sentence


def test_that_a_gain_that_is_not_safe_is_told_as_both() -> None:
    verdict = judge(replace(FAVOURABLE, omission=_interval(-0.2, 0.0)))
    assert "told cases apart better" in verdict.sentence
    assert "does not settle whether it is safe" in verdict.sentence
    assert any("told apart better after the model was shown" in line for line in verdict.supports)
    assert not any(line.startswith("The model as an aid") for line in verdict.supports)


@pytest.mark.parametrize("changes", [s[1] for s in SCENARIOS], ids=[s[0] for s in SCENARIOS])
def test_that_no_verdict_claims_equivalence_or_time_saved(changes: dict[str, Any]) -> None:
    verdict = judge(replace(FAVOURABLE, **changes))
    claims = " ".join((verdict.sentence, *verdict.supports)).lower()
    for word in ("equivalent", "no difference", "significant", "faster", "saves time", "replaces"):
        assert word not in claims
    assert any(line.startswith("Saving time") for line in verdict.does_not_support)
    assert any("laboratory" in note for note in verdict.notes)


def test_that_an_interval_across_nil_is_said_to_show_neither() -> None:
    notes = judge(replace(FAVOURABLE, auc=_interval(-0.02, 0.03))).notes
    assert any("neither a difference nor equivalence" in note for note in notes)


def test_that_simulated_results_say_so_first() -> None:
    verdict = judge(replace(FAVOURABLE, is_simulated=True))
    assert verdict.sentence.startswith("Simulated data")
    assert any("nothing here is evidence" in note for note in verdict.notes)


def test_that_a_small_panel_speaks_for_itself() -> None:
    verdict = judge(replace(FAVOURABLE, n_readers=3))
    assert "readers like these" not in verdict.sentence
    assert any("this panel only" in note for note in verdict.notes)


def test_that_nothing_read_yet_is_said_plainly() -> None:
    verdict = judge(replace(FAVOURABLE, n_readers=0, n_cases=0, n_positive=0, auc=not_estimable("nothing")))
    assert verdict.outcome is Outcome.NOT_SETTLED
    assert "nothing can be said" in verdict.sentence


def test_that_unanswered_cases_are_told() -> None:
    notes = judge(replace(FAVOURABLE, ai_failures=3)).notes
    assert any("3 analysed cases" in note and "count as wrong" in note for note in notes)


def test_that_every_tile_has_a_word_and_says_on_how_much_it_rests() -> None:
    tiles = judge(FAVOURABLE).to_json()["tiles"]
    assert len(tiles) == len(conditions_of(FAVOURABLE)) == 9
    assert {tile["word"] for tile in tiles} == {Status.PASSES.value}
    assert all(tile["n"] and tile["name"] for tile in tiles)


def test_that_harm_where_the_model_is_wrong_is_told_even_within_its_margin() -> None:
    verdict = judge(replace(FAVOURABLE, omission=_interval(-0.09, -0.03)))
    assert verdict.outcome is Outcome.HELPS
    assert any("After a wrong model was shown" in note and "missed" in note for note in verdict.notes)
    assert "accuracy where the model missed fell, within the margin" in verdict.sentence
    (tile,) = [t for t in verdict.to_json()["tiles"] if t["id"] == "omission"]
    assert (tile["word"], tile["label"]) == ("passes", "below 0, within the margin")
    assert tile["is_below_zero"]


def test_that_a_loss_of_sensitivity_within_its_margin_is_named_on_its_tile_and_in_the_sentence() -> None:
    verdict = judge(replace(FAVOURABLE, sensitivity=_interval(-0.04, -0.01)))
    (tile,) = [t for t in verdict.to_json()["tiles"] if t["id"] == "sensitivity"]
    assert tile["label"] == "below 0, within the margin"
    assert "sensitivity \u22120.025" in verdict.sentence


VALIDITY: list[tuple[str, dict[str, Any], str]] = [
    ("outcomes opened early", {"early_looks": 2}, "opened 2 times before reading was complete: exploratory"),
    ("patients with several cases", {"patients_with_several_cases": 3}, "3 patients have more than one"),
    ("too few of the cases", {"planned_cases": 169}, "only 160 of 169 planned cases"),
]


@pytest.mark.parametrize(("changes", "reason"), [v[1:] for v in VALIDITY], ids=[v[0] for v in VALIDITY])
def test_that_no_favourable_verdict_survives(changes: dict[str, Any], reason: str) -> None:
    verdict = judge(replace(FAVOURABLE, **changes))
    assert verdict.outcome is Outcome.NOT_SETTLED
    assert not verdict.is_replacement_candidate
    assert reason in verdict.sentence
    assert any(reason in note for note in verdict.notes)


def test_that_exactly_ninety_five_percent_of_the_cases_are_enough() -> None:
    assert judge(replace(FAVOURABLE, planned_cases=168)).outcome is Outcome.HELPS


def test_that_a_secondary_finding_is_called_exploratory_and_blocks_nothing() -> None:
    verdict = judge(replace(FAVOURABLE, is_primary=False))
    assert verdict.outcome is Outcome.HELPS
    assert verdict.sentence.startswith("Secondary, exploratory; for pneumonia")
    assert any("not adjusted for multiplicity" in note for note in verdict.notes)
    assert not any("multiplicity" in note for note in judge(FAVOURABLE).notes)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({}, "candidate"),
        ({"ai_minus_aided": _interval(-0.06, 0.02)}, "not settled"),
        ({"recorded": 100}, "not settled"),
        ({"ai_minus_unaided_sensitivity": _interval(-0.2, -0.1)}, "not supported"),
    ],
)
def test_that_replacing_is_not_supported_only_where_an_interval_says_so(
    changes: dict[str, Any], word: str
) -> None:
    assert judge(replace(FAVOURABLE, **changes)).to_json()["replacement"] == word


def test_that_a_candidate_names_what_was_not_assessed() -> None:
    verdict = judge(FAVOURABLE)
    (note,) = [n for n in verdict.notes if n.startswith("Not assessed for replacing")]
    for part in ("pre-trained on", "circularity", "intended use"):
        assert part in note
    (line,) = [s for s in verdict.supports if "candidate only" in s]
    assert "pre-training overlap, truth circularity, intended use" in line


def test_that_a_sequential_design_says_what_it_cannot_separate() -> None:
    assert any("second look" in note and "read lax" in note for note in judge(FAVOURABLE).notes)


def test_that_only_the_gain_is_tested_against_nil() -> None:
    se = 0.0125
    estimate = Estimate(value=0.0, se=se, p=1.0, ci=(-1.959964 * se, 1.959964 * se))
    tiles = judge(replace(FAVOURABLE, sensitivity=estimate, auc=replace(FAVOURABLE.auc, p=0.01))).to_json()
    by_id = {tile["id"]: tile for tile in tiles["tiles"]}
    assert by_id["auc"]["p"] == 0.01
    assert by_id["auc"]["noninferiority_p"] is None
    assert all(tile["p"] is None for key, tile in by_id.items() if key != "auc")
    assert by_id["sensitivity"]["noninferiority_p"] == pytest.approx(3.167e-5, rel=1e-3)  # z = 4
    assert by_id["sensitivity"]["noninferiority_level"] == 0.025


def test_that_a_margin_decided_by_the_exact_bound_shows_no_p_that_contradicts_it() -> None:
    estimate = crossed_mean(np.zeros((6, 30)), alpha=0.05, reach=(-1.0, 1.0), is_cautious=True)
    tiles = judge(replace(FAVOURABLE, omission=estimate)).to_json()["tiles"]
    (tile,) = [t for t in tiles if t["id"] == "omission"]
    assert tile["word"] == "inconclusive"
    assert tile["noninferiority_p"] is None


@pytest.mark.parametrize("changes", [s[1] for s in SCENARIOS], ids=[s[0] for s in SCENARIOS])
def test_that_sentence_and_lines_stay_short_enough_to_be_read(changes: dict[str, Any]) -> None:
    verdict = judge(replace(FAVOURABLE, is_simulated=True, **changes))
    assert len(verdict.sentence) <= 300
    assert all(len(line) <= 240 for line in (*verdict.supports, *verdict.does_not_support))


def test_that_what_cannot_be_assessed_is_said_once() -> None:
    few = not_estimable("Only 36 readings of 6 cases; needed are 20 readings of 10 different cases.")
    sentence = judge(replace(FAVOURABLE, commission=few)).sentence
    assert "called in error cannot be assessed (only 36 readings of 6 cases)." in sentence


def test_that_one_reader_is_singular() -> None:
    tiles = judge(replace(FAVOURABLE, n_readers=1)).to_json()["tiles"]
    assert all("1 readers" not in tile["n"] for tile in tiles)
