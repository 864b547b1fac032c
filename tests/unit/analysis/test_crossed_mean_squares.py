import numpy as np
import pytest

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


def test_that_the_cautious_interval_takes_the_smaller_degrees_of_freedom() -> None:
    table = np.array(CHANGES * 2)
    squares = mean_squares(table)
    usual, cautious = crossed_mean(table, alpha=0.05), crossed_mean(table, alpha=0.05, is_cautious=True)
    assert usual.df == pytest.approx(squares.df_hillis)
    assert cautious.df == pytest.approx(min(squares.df_hillis, squares.df_satterthwaite))  # type: ignore[type-var]
    assert cautious.se == usual.se


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
