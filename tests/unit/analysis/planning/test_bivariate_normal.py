"""Bivariate normal probabilities against known values and another integration."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from realfm_gui.analysis.planning.bivariate_normal import (
    bivariate_normal_cdf,
    normal_cdf,
    normal_quantile,
)


@pytest.mark.parametrize("correlation", [-0.99, -0.5, 0.0, 0.3, 0.9, 0.999])
def test_the_quadrant_probability_against_sheppards_formula(correlation: float) -> None:
    expected = 0.25 + math.asin(correlation) / (2 * math.pi)
    assert bivariate_normal_cdf(0, 0, correlation) == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize("correlation", [-0.8, 0.1, 0.6, 0.95])
@pytest.mark.parametrize(("x", "y"), [(0.7, 1.4), (-1.2, 2.0), (1.1, 1.1)])
def test_probabilities_against_an_integral_over_the_first_limit(
    x: float, y: float, correlation: float
) -> None:
    root = math.sqrt(1 - correlation**2)
    expected, _ = integrate.quad(
        lambda z: stats.norm.pdf(z) * stats.norm.cdf((y - correlation * z) / root), -np.inf, x, epsabs=1e-13
    )
    assert bivariate_normal_cdf(x, y, correlation) == pytest.approx(expected, abs=1e-10)


def test_that_full_correlation_leaves_one_variable() -> None:
    assert bivariate_normal_cdf(0.5, 0.501, 1.0) == normal_cdf(0.5)
    assert bivariate_normal_cdf(0.5, 1.5, -1.0) == pytest.approx(normal_cdf(1.5) - normal_cdf(-0.5))
    assert bivariate_normal_cdf(-0.5, -1.5, -1.0) == 0.0


def test_that_an_impossible_correlation_is_a_bug_of_the_caller() -> None:
    with pytest.raises(ValueError, match="correlation"):
        bivariate_normal_cdf(0, 0, 1.1)


def test_that_the_quantile_undoes_the_distribution_function() -> None:
    assert normal_cdf(normal_quantile(0.855)) == pytest.approx(0.855, abs=1e-15)
