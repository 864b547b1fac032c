"""Sensitivity and specificity: components of calls, cases of both kinds, and how many to enrol."""

import numpy as np
import pytest
from scipy import stats

from realfm_gui.analysis.crossed_mean_squares import mean_squares
from realfm_gui.analysis.planning.calls import (
    call_components,
    cases_to_collect,
    sensitivity_and_specificity_components,
    size_calls,
)
from realfm_gui.analysis.planning.design import difference_spread
from realfm_gui.analysis.planning.power import Goal, StudyPlan
from realfm_gui.analysis.planning.roe_metz import classic_structure
from realfm_gui.analysis.planning.roe_metz_calls import RoeMetzCalls
from realfm_gui.domain.errors import UserFacingError


def _pilot(seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    ratings = classic_structure("HH", auc=0.855).with_difference(0.05)
    return RoeMetzCalls(ratings=ratings, thresholds=(0.8, 0.8)).simulate(
        np.random.default_rng(seed), 6, 60, 90
    )


def test_the_spread_of_a_pilot_of_calls_against_the_analysis_of_variance() -> None:
    """At the pilot's own size the plan gives the standard error that the pilot's analysis gives."""
    calls, truth = _pilot()
    sensitivity, specificity = sensitivity_and_specificity_components(calls, truth)
    for parts, right in ((sensitivity, calls[:, :, truth]), (specificity, ~calls[:, :, ~truth])):
        squares = mean_squares(right[1].astype(float) - right[0])
        spread = difference_spread(parts, 6, parts.n_cases)
        assert spread.variance == pytest.approx(squares.variance, rel=1e-9)
        assert spread.df == pytest.approx(squares.df_hillis, rel=1e-9)
    assert (sensitivity.n_cases, specificity.n_cases) == (60, 90)


def test_that_more_patients_than_the_average_are_enrolled_for_assurance() -> None:
    average = cases_to_collect(50, 100, prevalence=0.1, assurance=0.5)
    sure = cases_to_collect(50, 100, prevalence=0.1, assurance=0.95)
    assert 495 <= average.consecutive <= 505
    assert sure.consecutive > average.consecutive
    assert sure.enriched == 150


@pytest.mark.parametrize("prevalence", [0.01, 0.3, 0.5, 0.9])
def test_that_one_patient_less_is_not_enough_against_the_binomial(prevalence: float) -> None:
    found = cases_to_collect(30, 40, prevalence=prevalence, assurance=0.9)

    def chance(patients: int) -> float:
        positives = np.arange(30, patients - 40 + 1)
        return float(stats.binom.pmf(positives, patients, prevalence).sum())

    assert chance(found.consecutive) >= 0.9 > chance(found.consecutive - 1)


def test_that_both_endpoints_are_planned_and_their_joint_power_bounded() -> None:
    sensitivity, specificity = sensitivity_and_specificity_components(*_pilot())
    rows = size_calls(
        StudyPlan(components=sensitivity, effect=0.12),
        StudyPlan(components=specificity, effect=0.0, goal=Goal.NON_INFERIORITY, margin=0.1),
        [8, 12],
        prevalence=0.2,
        target=0.9,
    )
    assert [row.readers for row in rows] == [8, 12]
    for row in rows:
        assert row.cases is not None
        assert row.joint_power_at_least is not None
        assert 0.8 <= row.joint_power_at_least <= 0.9
        assert row.cases.consecutive >= row.cases.enriched
        plain = row.to_json()
        assert plain["n_positive"] == row.sensitivity.cases
        assert plain["consecutive_cases"] == row.cases.consecutive


def test_that_an_endpoint_out_of_reach_leaves_no_number_to_enrol() -> None:
    sensitivity, specificity = sensitivity_and_specificity_components(*_pilot())
    (row,) = size_calls(
        StudyPlan(components=sensitivity, effect=0.001),
        StudyPlan(components=specificity, effect=0.2),
        [6],
        prevalence=0.2,
        most_cases=300,
    )
    assert (row.cases, row.joint_power_at_least) == (None, None)
    assert row.to_json()["enriched_cases"] is None
    assert any("300 cases reach" in words for words in row.to_json()["warnings"])


def test_that_pilots_without_anything_to_learn_from_are_refused() -> None:
    with pytest.raises(UserFacingError, match="nothing varies"):
        call_components(np.ones((2, 4, 30)))
    with pytest.raises(UserFacingError, match="1 cases"):
        call_components(np.ones((2, 4, 1)))
    with pytest.raises(ValueError, match="missing"):
        call_components(np.full((2, 4, 5), np.nan))


@pytest.mark.parametrize(("prevalence", "assurance"), [(0.0, 0.9), (5.0, 0.9), (0.1, 1.0)])
def test_that_percentages_are_refused_as_shares(prevalence: float, assurance: float) -> None:
    with pytest.raises(UserFacingError, match="strictly between 0 and 1"):
        cases_to_collect(10, 10, prevalence=prevalence, assurance=assurance)
