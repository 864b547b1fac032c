"""Power by simulation: against the formulas, stopped, and repeated."""

import numpy as np
import pytest

from realfm_gui.analysis.auc import count_wins, jackknife_covariance, leave_one_out_aucs
from realfm_gui.analysis.crossed_mean_squares import crossed_mean
from realfm_gui.analysis.estimate import Estimate
from realfm_gui.analysis.mrmc.obuchowski_rockette import Options, analyse_crossed_readers
from realfm_gui.analysis.planning.design import StudyDesign
from realfm_gui.analysis.planning.power import Goal, StudyPlan, power
from realfm_gui.analysis.planning.roe_metz import RoeMetz, classic_structure
from realfm_gui.analysis.planning.roe_metz_calls import RoeMetzCalls
from realfm_gui.analysis.planning.simulated_power import interval_decides, power_by_simulation
from realfm_gui.analysis.two_modalities import compare_two_modalities
from realfm_gui.domain.errors import Cancelled, UserFacingError

Study = tuple[np.ndarray, np.ndarray]


def _difference(study: Study) -> Estimate:
    return compare_two_modalities(*study).difference


def test_power_of_simulated_studies_against_the_formula() -> None:
    model = classic_structure("HL", auc=0.855).with_difference(0.06)
    plan = StudyPlan(components=model.components(50, 50), effect=model.expected_difference)
    formula = power(plan, 6, 100).power
    found = power_by_simulation(
        lambda study: interval_decides(_difference(study)),
        lambda rng: model.simulate(rng, 6, 50, 50),
        n_runs=400,
        seed=2011,
    )
    assert 0.4 < formula < 0.7
    assert found.power.value == pytest.approx(formula, abs=4 * np.sqrt(formula * (1 - formula) / 400))
    assert found.n_undecided == 0


def test_power_of_simulated_calls_against_the_formula() -> None:
    """A gain of sensitivity, judged by the crossed analysis of variance of calls."""
    ratings = classic_structure("HH", auc=0.855).with_difference(0.06)
    model = RoeMetzCalls(ratings=ratings, thresholds=(0.9, 0.9))
    first, second = model.expected_sensitivities
    plan = StudyPlan(components=model.components(is_positive=True, n_cases=80), effect=second - first)
    formula = power(plan, 6, 80).power

    def shows(study: Study) -> bool | None:
        calls = study[0][:, :, study[1]].astype(float)
        return interval_decides(crossed_mean(calls[1] - calls[0], alpha=0.05))

    found = power_by_simulation(shows, lambda rng: model.simulate(rng, 6, 80, 1), n_runs=800, seed=2013)
    assert 0.4 < formula < 0.9
    assert found.power.value == pytest.approx(formula, abs=4 * np.sqrt(formula * (1 - formula) / 800))


def _blocked_study(model: RoeMetz, rng: np.random.Generator, n_blocks: int) -> list[Study]:
    """One fully crossed study of three readers per block; readers and cases of blocks are independent."""
    return [model.simulate(rng, 3, 25, 25) for _ in range(n_blocks)]


def _blocked_difference(blocks: list[Study]) -> Estimate:
    """Obuchowski-Rockette with nil covariances between blocks."""
    n_readers = 3 * len(blocks)
    aucs, covariance = np.empty((2, n_readers)), np.zeros((2, n_readers, 2, n_readers))
    for number, (scores, truth) in enumerate(blocks):
        own = slice(3 * number, 3 * number + 3)
        stacked = scores.reshape(6, -1)
        aucs[:, own] = count_wins(stacked, truth).aucs.reshape(2, 3)
        covariance[:, own, :, own] = jackknife_covariance(leave_one_out_aucs(stacked, truth)).reshape(
            2, 3, 2, 3
        )
    matrix = covariance.reshape(2 * n_readers, 2 * n_readers)
    return analyse_crossed_readers(aucs, matrix, ("1", "2"), Options()).comparisons[0].difference


def test_power_of_simulated_split_plot_studies_against_the_formula() -> None:
    model = classic_structure("HH", auc=0.855).with_difference(0.07)
    design = StudyDesign(n_blocks=3)
    plan = StudyPlan(
        # Components of one block's 50 cases: so many does each reader read.
        components=model.components(25, 25),
        effect=model.expected_difference,
        design=design,
    )
    formula = power(plan, 9, 150).power
    found = power_by_simulation(
        lambda blocks: interval_decides(_blocked_difference(blocks)),
        lambda rng: _blocked_study(model, rng, 3),
        n_runs=400,
        seed=2012,
    )
    assert 0.4 < formula < 0.9
    assert found.power.value == pytest.approx(formula, abs=4 * np.sqrt(formula * (1 - formula) / 400))


def test_that_a_run_repeats_and_its_interval_holds_the_share() -> None:
    results = [
        power_by_simulation(lambda x: x > 0, lambda rng: float(rng.normal()), n_runs=50, seed=seed)
        for seed in (1, 1, 2)
    ]
    assert results[0] == results[1]
    assert results[0].n_shown != results[2].n_shown
    share, interval = results[0].power.value, results[0].power.ci
    assert share == results[0].n_shown / 50
    assert interval is not None
    assert interval[0] < 0.5 < interval[1]
    assert not results[0].was_stopped


def test_that_a_stopped_simulation_keeps_what_is_finished() -> None:
    seen: list[tuple[int, int]] = []
    result = power_by_simulation(
        lambda x: x > 0,
        lambda rng: float(rng.normal()),
        n_runs=1000,
        seed=3,
        should_stop=lambda: len(seen) == 7,
        progress=lambda done, total, what: seen.append((done, total)),
    )
    assert (result.n_runs, result.was_stopped) == (7, True)
    assert seen == [(n, 1000) for n in range(1, 8)]


def test_that_stopping_before_the_first_run_gives_no_number() -> None:
    with pytest.raises(Cancelled):
        power_by_simulation(lambda x: True, lambda rng: 0.0, n_runs=5, seed=1, should_stop=lambda: True)
    with pytest.raises(UserFacingError, match="0 runs"):
        power_by_simulation(lambda x: True, lambda rng: 0.0, n_runs=0, seed=1)


def test_that_studies_without_an_interval_count_as_showing_nothing() -> None:
    result = power_by_simulation(
        lambda x: None if x < 0 else True, lambda rng: float(rng.normal()), n_runs=40, seed=1
    )
    assert result.n_undecided + result.n_shown == 40
    assert result.n_undecided > 0
    assert interval_decides(Estimate(value=0.1, note="no spread")) is None


@pytest.mark.parametrize(
    ("interval", "shown"),
    [
        ((0.01, 0.08), {Goal.SUPERIORITY, Goal.NON_INFERIORITY}),
        ((-0.08, -0.01), {Goal.SUPERIORITY}),
        ((-0.04, 0.04), {Goal.NON_INFERIORITY, Goal.EQUIVALENCE}),
        ((-0.04, 0.06), {Goal.NON_INFERIORITY}),
        ((-0.06, 0.04), set()),
    ],
)
def test_what_an_interval_shows_at_a_margin_of_five_points(
    interval: tuple[float, float], shown: set[Goal]
) -> None:
    estimate = Estimate(value=sum(interval) / 2, ci=interval)
    assert {goal for goal in Goal if interval_decides(estimate, goal=goal, margin=0.05)} == shown
