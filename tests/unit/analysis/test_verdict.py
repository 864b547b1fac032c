from dataclasses import replace
from typing import Any

import pytest

from realfm_gui.analysis.conditions import Evidence, Status, conditions_of
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


def test_the_sentence_names_finding_population_readers_cases_and_interval() -> None:
    sentence = judge(FAVOURABLE).sentence
    for part in ("pneumonia", "20 % prevalence", "6 readers", "160 cases", "80 positive", "95 % CI +0.010"):
        assert part in sentence


def test_that_harm_says_do_not_deploy_and_names_what_fell() -> None:
    sentence = judge(replace(FAVOURABLE, specificity=_interval(-0.2, -0.1))).sentence
    assert "do not deploy it as an aid" in sentence
    assert "specificity" in sentence


def test_that_a_gain_that_is_not_safe_is_told_as_both() -> None:
    sentence = judge(replace(FAVOURABLE, omission=_interval(-0.2, 0.0))).sentence
    assert "told cases apart better" in sentence
    assert "does not settle whether it is safe" in sentence


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
    assert any("wrong model pulls readers along" in note and "missed" in note for note in verdict.notes)
