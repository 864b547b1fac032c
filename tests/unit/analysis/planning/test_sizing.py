"""The sample size table: smallest numbers, words and JSON."""

import json
from dataclasses import replace

import pytest

from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.analysis.planning.components import PilotComponents
from realfm_gui.analysis.planning.design import StudyDesign
from realfm_gui.analysis.planning.power import Goal, StudyPlan, power
from realfm_gui.analysis.planning.sizing import cases_for_power, power_table, readers_for_power
from realfm_gui.domain.errors import UserFacingError


@pytest.mark.parametrize("readers", [4, 7, 12])
def test_that_one_case_less_does_not_reach_the_power(pilot: PilotComponents, readers: int) -> None:
    plan = StudyPlan(components=pilot, effect=0.05)
    cases = cases_for_power(plan, readers)
    assert cases is not None
    assert power(plan, readers, cases).power >= 0.8 > power(plan, readers, cases - 1).power


def test_that_more_readers_never_need_more_cases(pilot: PilotComponents) -> None:
    plan = StudyPlan(components=pilot, effect=0.05)
    needed = [cases_for_power(plan, readers) for readers in range(4, 20)]
    assert None not in needed
    assert needed == sorted(needed, reverse=True)  # type: ignore[type-var]


def test_that_one_reader_less_does_not_reach_the_power(pilot: PilotComponents) -> None:
    plan = StudyPlan(components=pilot, effect=0.05)
    readers = readers_for_power(plan, 170)
    assert readers is not None
    assert power(plan, readers, 170).power >= 0.8 > power(plan, readers - 1, 170).power
    assert readers_for_power(plan, 20, most_readers=30) is None
    blocked = readers_for_power(replace(plan, design=StudyDesign(n_blocks=4)), 240)
    assert blocked is not None
    assert blocked % 4 == 0


def test_that_readers_to_speak_for_others_are_four_at_least_and_fixed_ones_may_be_one(
    pilot: PilotComponents,
) -> None:
    for inference, fewest in (
        (Inference.RRRC, 4),
        (Inference.RRFC, 2),
        (Inference.FRRC, 1),
    ):
        plan = StudyPlan(components=pilot, effect=0.9, inference=inference)
        assert readers_for_power(plan, 100) == fewest


def test_that_blocks_get_equal_numbers_of_cases(pilot: PilotComponents) -> None:
    plan = StudyPlan(components=pilot, effect=0.05, design=StudyDesign(n_blocks=3))
    row = power_table(plan, [9]).rows[0]
    assert row.cases is not None
    assert row.cases % 3 == 0
    assert row.readings == 2 * 9 * row.cases // 3
    assert power(plan, 9, row.cases - 3).power < 0.8


def test_that_patients_with_several_units_are_counted_as_patients(pilot: PilotComponents) -> None:
    plan = StudyPlan(components=pilot, effect=0.05)
    pairs = replace(plan, design=StudyDesign(units_per_patient=2, intracluster_correlation=0.0))
    single, paired = cases_for_power(plan, 6), cases_for_power(pairs, 6)
    assert single is not None
    assert paired == (single + 1) // 2


def test_that_a_power_out_of_reach_is_said_and_not_invented(pilot: PilotComponents) -> None:
    result = power_table(StudyPlan(components=pilot, effect=0.02), [3], most_cases=500)
    (row,) = result.rows
    assert row.cases is None
    assert row.point is None
    assert 0 < row.largest_power < 0.8
    told = " ".join(row.warnings)
    assert "500 cases reach" in told
    assert result.sentences()[0].startswith("3 readers do not reach a power of 0.8; at most 0.")
    assert "speaks for this panel only" in told


def test_that_fixed_readers_are_not_warned_of_being_few(pilot: PilotComponents) -> None:
    plan = StudyPlan(components=pilot, effect=0.05, inference=Inference.FRRC)
    assert power_table(plan, [3]).rows[0].warnings == ()


def test_that_degrees_of_freedom_at_their_floor_are_told(pilot: PilotComponents) -> None:
    alike_cases = replace(pilot, cov3=pilot.cov2)  # only the readers carry the study then
    row = power_table(StudyPlan(components=alike_cases, effect=0.05), [5]).rows[0]
    assert any("at their floor" in words for words in row.warnings)
    fixed = StudyPlan(components=pilot, effect=0.05, inference=Inference.RRFC)
    assert power_table(fixed, [6]).rows[0].warnings == ()  # there it is the t test's own number


def test_that_a_handful_of_cases_is_doubted(pilot: PilotComponents) -> None:
    row = power_table(StudyPlan(components=pilot, effect=0.3), [8]).rows[0]
    assert row.cases is not None
    assert row.cases < 20
    assert any("too few" in words for words in row.warnings)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"effect": 0.0}, "no study is large enough"),
        ({"effect": -0.06, "goal": Goal.NON_INFERIORITY, "margin": 0.05}, "beyond the margin"),
        ({"effect": 0.06, "goal": Goal.EQUIVALENCE, "margin": 0.05}, "beyond the margin"),
    ],
)
def test_that_plans_that_cannot_succeed_are_told(
    pilot: PilotComponents, change: "dict[str, object]", words: str
) -> None:
    plan = StudyPlan(**{"components": pilot, "effect": 0.05, **change})  # type: ignore[arg-type]
    assert any(words in told for told in power_table(plan, [6], most_cases=100).warnings)


def test_that_the_result_is_plain_json_with_its_assumptions(pilot: PilotComponents) -> None:
    plan = StudyPlan(
        components=pilot, effect=0.0, goal=Goal.NON_INFERIORITY, margin=0.05, design=StudyDesign(n_blocks=2)
    )
    result = power_table(plan, [6, 8])
    found = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert [row["readers"] for row in found["rows"]] == [6, 8]
    assert all(row["power"] >= 0.8 for row in found["rows"])
    assert found["components"]["n_cases"] == 114
    told = " ".join(found["assumptions"])
    for words in ("non-inferiority by a margin of 0.05", "split-plot: 2 equal blocks", "Cov1 0.00035"):
        assert words in told
    assert any("randomised" in words for words in found["warnings"])
    assert found["sentences"][0].startswith(f"6 readers need {found['rows'][0]['cases']:,} cases")


def test_that_both_numbers_of_nested_readers_stay_in_the_json(pilot: PilotComponents) -> None:
    plan = StudyPlan(components=pilot, effect=0.1, design=StudyDesign(are_readers_paired=False))
    result = power_table(plan, [(10, 14)])
    row = result.rows[0]
    assert row.cases is not None
    assert row.readings == 24 * row.cases
    assert result.to_json()["rows"][0]["readers"] == [10, 14]
    assert result.sentences()[0].startswith("10 + 14 readers need")


def test_that_a_power_that_is_no_probability_is_refused(pilot: PilotComponents) -> None:
    with pytest.raises(UserFacingError, match="80"):
        cases_for_power(StudyPlan(components=pilot, effect=0.05), 6, target=80)
