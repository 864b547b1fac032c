"""Power against theory: size, monotony, known distributions, and tests on simulated statistics."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.analysis.planning.components import PilotComponents
from realfm_gui.analysis.planning.power import (
    Goal,
    SizingMethod,
    StudyPlan,
    power,
    power_of_cases,
    power_surface,
    wald_power,
)
from realfm_gui.domain.errors import UserFacingError


@pytest.mark.parametrize("inference", list(Inference))
@pytest.mark.parametrize("alpha", [0.01, 0.05])
def test_that_the_power_of_no_effect_is_alpha(
    pilot: PilotComponents, inference: Inference, alpha: float
) -> None:
    plan = StudyPlan(components=pilot, effect=0.0, alpha=alpha, inference=inference)
    assert power(plan, 6, 100).power == pytest.approx(alpha, abs=1e-9)


@pytest.mark.parametrize("inference", list(Inference))
def test_that_the_power_of_an_effect_at_the_margin_is_half_of_alpha(
    pilot: PilotComponents, inference: Inference
) -> None:
    plan = StudyPlan(
        components=pilot, effect=-0.05, goal=Goal.NON_INFERIORITY, margin=0.05, inference=inference
    )
    assert power(plan, 6, 100).power == pytest.approx(0.025, abs=1e-9)


def test_that_the_sign_of_the_effect_does_not_matter_to_superiority(pilot: PilotComponents) -> None:
    plan = StudyPlan(components=pilot, effect=0.05)
    assert power(plan, 6, 100).power == pytest.approx(power(plan.with_effect(-0.05), 6, 100).power)


@pytest.mark.parametrize("goal", list(Goal))
def test_that_power_grows_with_readers_and_cases(pilot: PilotComponents, goal: Goal) -> None:
    effect, margin = (0.05, None) if goal is Goal.SUPERIORITY else (0.0, 0.05)
    plan = StudyPlan(components=pilot, effect=effect, goal=goal, margin=margin)
    surface = power_surface(plan, range(4, 16), range(60, 600, 20))
    assert surface.shape == (12, 27)
    assert (np.diff(surface, axis=0) > -1e-12).all()
    assert (np.diff(surface, axis=1) > -1e-12).all()
    assert surface[3, 5] == pytest.approx(power(plan, 7, 160).power)


@pytest.mark.parametrize("df", [4.0, 15.3, 200.0, np.inf])
@pytest.mark.parametrize("goal", list(Goal))
def test_power_against_simulated_statistics(df: float, goal: Goal) -> None:
    rng = np.random.default_rng([11, int(min(df, 1000))])
    n, effect, se, margin = 200_000, 0.012, 0.02, 0.06
    estimate = effect + se * rng.standard_normal(n)
    found = se * (np.sqrt(rng.chisquare(df, n) / df) if np.isfinite(df) else np.ones(n))
    reach = found * (stats.t.ppf(0.975, df) if np.isfinite(df) else stats.norm.ppf(0.975))
    shown = {
        Goal.SUPERIORITY: abs(estimate) > reach,
        Goal.NON_INFERIORITY: estimate - reach > -margin,
        Goal.EQUIVALENCE: (estimate - reach > -margin) & (estimate + reach < margin),
    }[goal]
    ours = wald_power(effect, np.array([se**2]), np.array([df]), alpha=0.05, goal=goal, margin=margin)
    share = float(shown.mean())
    assert ours[0] == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / n) + 1e-6)


def test_equivalence_against_a_fine_integral() -> None:
    effect, se, df, margin = 0.01, 0.02, 9.0, 0.05
    critical = stats.t.ppf(0.975, df)
    ratio = np.linspace(1e-6, margin / (critical * se), 400_001)
    density = 2 * df * ratio * stats.chi2.pdf(df * ratio**2, df)
    chance = stats.norm.cdf((margin - effect) / se - critical * ratio) - stats.norm.cdf(
        -(margin + effect) / se + critical * ratio
    )
    expected = np.trapezoid(density * chance, ratio)
    ours = wald_power(
        effect, np.array([se**2]), np.array([df]), alpha=0.05, goal=Goal.EQUIVALENCE, margin=margin
    )
    assert ours[0] == pytest.approx(expected, abs=1e-7)


def test_that_large_degrees_of_freedom_meet_the_normal_distribution_without_a_step() -> None:
    for goal, margin in ((Goal.SUPERIORITY, None), (Goal.NON_INFERIORITY, 0.03), (Goal.EQUIVALENCE, 0.06)):
        below, above = wald_power(
            0.02, np.full(2, 0.01**2), np.array([9.9e5, np.inf]), alpha=0.05, goal=goal, margin=margin
        )
        assert below == pytest.approx(above, abs=2e-6)


def test_that_a_hopeless_and_a_certain_study_have_powers_of_nil_and_one() -> None:
    tiny, df = np.array([1e-12]), np.array([8.0])
    assert wald_power(0.05, tiny, df, alpha=0.05)[0] == pytest.approx(1.0)
    assert wald_power(-0.2, tiny, df, alpha=0.05, goal=Goal.NON_INFERIORITY, margin=0.1)[0] == 0.0
    assert wald_power(0.0, tiny, df, alpha=0.05, goal=Goal.EQUIVALENCE, margin=0.1)[0] == pytest.approx(1.0)
    wide = np.array([4.0])
    assert wald_power(0.0, wide, df, alpha=0.05, goal=Goal.EQUIVALENCE, margin=0.1)[0] < 1e-3


@pytest.mark.parametrize("df", [1.0, 8.0, np.inf])
@pytest.mark.parametrize("variance", [0.0, 1e-30])
def test_that_an_estimate_without_spread_decides_by_its_value(variance: float, df: float) -> None:
    def reached(effect: float, goal: Goal, margin: float | None = None) -> float:
        return float(
            wald_power(effect, np.array([variance]), np.array([df]), alpha=0.05, goal=goal, margin=margin)[0]
        )

    assert reached(0.05, Goal.SUPERIORITY) == pytest.approx(1.0, abs=2e-3)
    assert reached(0.0, Goal.NON_INFERIORITY, 0.1) == pytest.approx(1.0, abs=2e-3)
    assert reached(-0.2, Goal.NON_INFERIORITY, 0.1) == pytest.approx(0.0, abs=1e-12)
    assert reached(0.05, Goal.EQUIVALENCE, 0.1) == pytest.approx(1.0, abs=1e-6)
    assert reached(0.2, Goal.EQUIVALENCE, 0.1) == pytest.approx(0.0, abs=1e-6)


def test_that_the_older_analysis_differs_for_fixed_readers_only(pilot: PilotComponents) -> None:
    for inference in Inference:
        plan = StudyPlan(components=pilot, effect=0.05, inference=inference)
        older = power(replace(plan, method=SizingMethod.DBM_2004), 6, 100)
        newer = power(plan, 6, 100)
        if inference is Inference.FRRC:
            assert older.power < newer.power
            assert (older.df, newer.df) == (99, None)
        else:
            assert older == newer


def test_that_many_numbers_of_cases_at_once_give_what_each_gives(pilot: PilotComponents) -> None:
    plan = StudyPlan(components=pilot, effect=0.04)
    cases = np.array([40, 100, 333])
    assert power_of_cases(plan, 5, cases) == pytest.approx([power(plan, 5, int(n)).power for n in cases])


@pytest.mark.parametrize(
    "change",
    [
        {"effect": np.nan},
        {"alpha": 0.0},
        {"alpha": 5.0},
        {"margin": 0.05},
        {"goal": Goal.NON_INFERIORITY},
        {"goal": Goal.EQUIVALENCE, "margin": -0.05},
    ],
)
def test_that_a_plan_that_asks_nothing_is_refused(
    pilot: PilotComponents, change: "dict[str, object]"
) -> None:
    with pytest.raises(UserFacingError) as caught:
        StudyPlan(**{"components": pilot, "effect": 0.05, **change})  # type: ignore[arg-type]
    assert caught.value.hint
