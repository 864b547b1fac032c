import math

import numpy as np
import pytest
from numpy.typing import ArrayLike

from realfm_gui.analysis.crossed_mean_squares import crossed_mean, mean_squares
from realfm_gui.analysis.estimate import Estimate, proportion, unseen_share_bound

CHANGES = [[0, 1, 0, -1, 1, 0], [1, 1, 0, 0, 0, 0], [0, 1, 0, 0, 1, -1]]


def test_mean_squares_against_reference() -> None:
    squares = mean_squares(CHANGES)
    assert squares.mean == pytest.approx(2 / 9)
    assert squares.ms_reader == pytest.approx(0.0555556, abs=1e-7)
    assert squares.ms_case == pytest.approx(0.8888889, abs=1e-7)
    assert squares.ms_error == pytest.approx(0.2555556, abs=1e-7)
    assert squares.variance == pytest.approx(0.0382716, abs=1e-7)
    assert squares.df_hillis == pytest.approx(307.52)
    assert squares.df_satterthwaite == pytest.approx(2.857, abs=5e-4)


def _cautious(table: ArrayLike) -> Estimate:
    return crossed_mean(table, alpha=0.05, reach=(-1.0, 1.0), is_cautious=True)


def _low(table: ArrayLike) -> float:
    estimate = _cautious(table)
    assert estimate.ci is not None
    return estimate.ci[0]


def test_that_the_cautious_interval_adds_pseudo_cases_and_takes_the_smaller_degrees_of_freedom() -> None:
    table = np.array(CHANGES * 2)
    squares = mean_squares(np.hstack([table, np.tile([-1, 1], (6, 1))]))
    usual, cautious = crossed_mean(table, alpha=0.05), _cautious(table)
    assert usual.df == pytest.approx(mean_squares(table).df_hillis)
    assert cautious.df == pytest.approx(min(squares.df_hillis, squares.df_satterthwaite))  # type: ignore[type-var]
    assert cautious.se == pytest.approx(np.sqrt(squares.variance))
    assert cautious.value == usual.value


@pytest.mark.parametrize("n_cases", [10, 20, 40])
@pytest.mark.parametrize("n_readers", [3, 6])
def test_that_more_harm_never_raises_the_cautious_lower_bound(n_readers: int, n_cases: int) -> None:
    table = np.zeros((n_readers, n_cases))
    bounds = [_low(table)]
    for case in range(n_cases // 4):
        for reader in range(n_readers):
            table[reader, case] = -1
            bounds.append(_low(table))
    # Beyond the first case the spread between readers shrinks again as they come to agree.
    assert np.diff(bounds).max() <= 0.003
    assert bounds[1] <= bounds[0]
    assert bounds[n_readers] < bounds[0]


def test_that_one_harmful_change_does_not_help_to_pass() -> None:
    table = np.zeros((6, 10))
    table[0, 0] = -1
    plain = crossed_mean(table, alpha=0.05, reach=(-1.0, 1.0))
    assert plain.ci is not None
    assert plain.ci[0] > -0.10
    assert _low(table) <= _low(np.zeros((6, 10))) == pytest.approx(-0.3085, abs=5e-5)


@pytest.mark.parametrize("n_cases", [10, 20, 30, 40, 60, 80, 100])
def test_that_true_harm_at_the_margin_seldom_passes(n_cases: int) -> None:
    """Exact: each case turns all six readers with probability .10, the case effect at its strongest."""
    table = np.zeros((6, n_cases))
    chance = 0.0
    for harmed in range(n_cases + 1):
        table[:, :harmed] = -1
        if _low(table) <= -0.10:
            break
        chance += math.comb(n_cases, harmed) * 0.1**harmed * 0.9 ** (n_cases - harmed)
    # The plain interval reaches 0.08 here; a normal interval cannot do better for so skewed a count.
    assert chance < 0.055


def test_that_forty_harmless_cases_are_enough_to_pass() -> None:
    table = np.zeros((6, 40))
    table[0, 0] = table[3, 7] = -1
    assert _low(table) > -0.10


def test_that_a_cautious_interval_needs_its_reach() -> None:
    with pytest.raises(ValueError, match="reach"):
        crossed_mean(CHANGES, alpha=0.05, is_cautious=True)


def test_variance_against_theory_in_a_simulation_with_both_samples_random() -> None:
    rng = np.random.default_rng(5)
    readers, cases, sd_reader, sd_case, sd_error = 6, 40, 0.3, 0.5, 0.8
    true_variance = sd_reader**2 / readers + sd_case**2 / cases + sd_error**2 / (readers * cases)
    estimated = []
    for _ in range(1500):
        table = rng.normal(0, sd_reader, (readers, 1)) + rng.normal(0, sd_case, cases)
        estimated.append(mean_squares(table + rng.normal(0, sd_error, (readers, cases))).variance)
    assert np.mean(estimated) == pytest.approx(true_variance, rel=0.06)


def test_that_fewer_than_four_readers_are_analysed_over_cases_and_say_so() -> None:
    estimate = crossed_mean(CHANGES, alpha=0.05)
    of_cases = np.mean(CHANGES, axis=0)
    assert estimate.se == pytest.approx(of_cases.std(ddof=1) / np.sqrt(6))
    assert estimate.df == 5
    assert "these readers only" in estimate.note


def test_that_none_of_ten_is_not_never() -> None:
    estimate = crossed_mean(np.zeros((5, 10)), alpha=0.05, reach=(-1.0, 1.0))
    assert estimate.value == 0.0
    assert estimate.ci == pytest.approx((-0.3085, 0.3085), abs=5e-5)
    assert unseen_share_bound(10, alpha=0.05) == pytest.approx(0.3085, abs=5e-5)


def test_that_a_perfect_sensitivity_gets_the_exact_bound_of_its_cases() -> None:
    estimate = crossed_mean(np.ones((4, 12)), alpha=0.05, reach=(0.0, 1.0), is_level=True)
    assert estimate.ci == pytest.approx(proportion(12, 12, alpha=0.05).ci)


def test_that_levels_are_cut_to_what_they_can_reach_and_not_tested_against_nil() -> None:
    table = np.ones((4, 20))
    table[0, 0] = 0
    estimate = crossed_mean(table, alpha=0.05, reach=(0.0, 1.0), is_level=True)
    assert estimate.ci is not None
    assert estimate.ci[1] == 1.0
    assert estimate.p is None


@pytest.mark.parametrize(("shape", "value"), [((0, 5), None), ((3, 0), None), ((3, 1), 1.0)])
def test_that_too_little_data_give_a_reason_instead_of_an_interval(
    shape: tuple[int, int], value: float | None
) -> None:
    estimate = crossed_mean(np.ones(shape), alpha=0.05)
    assert estimate.value == value
    assert estimate.ci is None
    assert estimate.note


def test_refuses_missing_values() -> None:
    with pytest.raises(ValueError, match="missing"):
        crossed_mean([[1.0, np.nan], [0.0, 1.0]], alpha=0.05)


def test_exact_proportion_against_published_values() -> None:
    assert proportion(0, 10, alpha=0.05).ci == pytest.approx((0.0, 0.3085), abs=5e-5)
    assert proportion(8, 10, alpha=0.05).ci == pytest.approx((0.4439, 0.9748), abs=5e-5)


def test_that_an_estimate_refuses_nan_and_silence() -> None:
    with pytest.raises(ValueError, match="NaN"):
        Estimate(value=float("nan"), note="x")
    with pytest.raises(ValueError, match="says why"):
        Estimate(value=None)
