import math

import numpy as np
import pytest

from realfm_gui.analysis.estimate import Estimate, not_estimable
from realfm_gui.analysis.predictive_values import predictive_values


def _level(value: float, se: float | None = 0.02) -> Estimate:
    return Estimate(value=value, se=se, ci=None, note="test")


def test_predictive_values_against_bayes() -> None:
    values = predictive_values(_level(0.85), _level(0.90), prevalence=0.05, alpha=0.05)
    assert values.ppv.value == pytest.approx(0.3090909, abs=1e-7)
    assert values.npv.value == pytest.approx(0.9913043, abs=1e-7)


def test_the_interval_against_a_simulation_of_sensitivity_and_specificity() -> None:
    se, sp, covariance = 0.03, 0.02, -0.0003
    values = predictive_values(
        _level(0.8, se), _level(0.85, sp), prevalence=0.2, alpha=0.05, covariance=covariance
    )
    matrix = [[se**2, covariance], [covariance, sp**2]]
    draws = np.random.default_rng(1).multivariate_normal([0.8, 0.85], matrix, 200_000)
    ppv = 0.2 * draws[:, 0] / (0.2 * draws[:, 0] + 0.8 * (1 - draws[:, 1]))
    npv = 0.8 * draws[:, 1] / (0.8 * draws[:, 1] + 0.2 * (1 - draws[:, 0]))
    assert values.ppv.ci == pytest.approx(np.quantile(ppv, [0.025, 0.975]), abs=0.01)
    assert values.npv.ci == pytest.approx(np.quantile(npv, [0.025, 0.975]), abs=0.005)


@pytest.mark.parametrize(("sensitivity", "specificity"), [(1.0, 1.0), (0.0, 1.0), (1.0, 0.0), (0.5, 0.5)])
def test_that_extremes_give_a_value_or_a_reason_and_never_nan(sensitivity: float, specificity: float) -> None:
    values = predictive_values(
        _level(sensitivity, None), _level(specificity, None), prevalence=0.1, alpha=0.05
    )
    for estimate in (values.ppv, values.npv):
        assert estimate.ci is None
        assert estimate.note


def test_that_missing_sensitivity_is_passed_on_as_a_reason() -> None:
    values = predictive_values(not_estimable("none"), _level(0.9), prevalence=0.1, alpha=0.05)
    assert values.ppv.value is None


def test_that_a_small_panel_widens_the_interval_by_its_smaller_degrees_of_freedom() -> None:
    few, many = (Estimate(value=0.8, se=0.03, df=df, note="test", ci=(0.7, 0.9)) for df in (5.0, 500.0))
    small, large = (predictive_values(few, other, prevalence=0.2, alpha=0.05).ppv for other in (many, few))
    assert small.df == large.df == 5.0
    normal = predictive_values(_level(0.8, 0.03), _level(0.8, 0.03), prevalence=0.2, alpha=0.05).ppv
    assert normal.ci is not None
    assert small.ci is not None

    def width(bounds: tuple[float, float]) -> float:
        low, high = (math.log(bound / (1 - bound)) for bound in bounds)
        return high - low

    assert width(small.ci) / width(normal.ci) == pytest.approx(2.5706 / 1.9600, rel=1e-3)
    assert "5 degrees of freedom" in small.note
