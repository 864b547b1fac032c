"""One observer's fit: standard errors, test of fit, and the words that go with it."""

import dataclasses

import numpy as np
import pytest
from scipy import stats

from realfm_gui.analysis.roc_fits.curve_family import RocModel
from realfm_gui.analysis.roc_fits.degenerate import FitStatus
from realfm_gui.analysis.roc_fits.fitting import fit_counts
from realfm_gui.analysis.roc_fits.goodness_of_fit import goodness_of_fit
from realfm_gui.analysis.roc_fits.roc_fit import fit_roc_counts

EDGES = np.array([-np.inf, 0.0, 0.5, 1.0, 1.7, np.inf])
NEGATIVE_LAW, POSITIVE_LAW = stats.norm(0, 1), stats.norm(1.5, 1.25)


def _replicates(n: int, n_cases: int) -> tuple[np.ndarray, np.ndarray]:
    """Return counts (n, 5) of positives and negatives of a binormal observer with a = 1.2 and b = .8."""
    rng = np.random.default_rng(31)
    return tuple(  # type: ignore[return-value]
        rng.multinomial(n_cases, np.diff(law.cdf(EDGES)), size=n) + 0.0
        for law in (POSITIVE_LAW, NEGATIVE_LAW)
    )


def test_that_the_standard_error_is_the_spread_of_repeated_studies_against_theory() -> None:
    positive, negative = _replicates(600, 80)
    spread = fit_counts(RocModel.BINORMAL, positive, negative).aucs.std(ddof=1)
    errors = [
        fit_roc_counts(*pair, RocModel.BINORMAL).auc_se for pair in zip(positive[:60], negative, strict=False)
    ]
    # The spread of 600 values is known to 3 %.
    assert np.mean([error for error in errors if error is not None]) == pytest.approx(spread, rel=0.1)


def test_that_the_test_of_fit_has_its_chi_square_distribution_under_the_model() -> None:
    positive, negative = _replicates(150, 200)
    p = [fit_roc_counts(*pair, RocModel.BINORMAL).fit.p for pair in zip(positive, negative, strict=True)]  # type: ignore[union-attr]
    assert stats.kstest([x for x in p if x is not None], "uniform").pvalue > 0.01
    assert len([x for x in p if x is not None]) > 140


def test_that_the_test_of_fit_sees_a_curve_that_is_not_binormal() -> None:
    fit = fit_roc_counts([150, 5, 5, 5, 135], [60, 60, 60, 60, 60], RocModel.PROPER).fit
    assert fit is not None
    assert fit.p is not None
    assert fit.p < 1e-6


def test_that_pooling_leaves_no_category_with_too_few_expected_cases() -> None:
    expected = np.array([[40.0, 3, 9, 12, 8, 2], [2.0, 4, 9, 10, 12, 1]])
    observed = expected + np.array([[1.0, -1, 2, -2, 1, -1], [0.0, 1, -1, 1, -1, 0]])
    result = goodness_of_fit(observed, expected)
    pooled_expected = np.array([[43.0, 9, 12, 10], [6.0, 9, 10, 13]])
    pooled_observed = np.array([[43.0, 11, 10, 10], [7.0, 8, 11, 12]])
    assert result.n_categories == 4
    assert result.df == 1
    assert result.statistic == pytest.approx(
        ((pooled_observed - pooled_expected) ** 2 / pooled_expected).sum()
    )


def test_that_a_limit_is_said_and_its_parameter_held() -> None:
    fit = fit_roc_counts([0.0, 2, 8, 20], [30.0, 18, 6, 1], RocModel.CONTAMINATED)
    assert fit.status is FitStatus.AT_LIMIT
    assert "edge" in fit.note
    assert fit.parameters is not None
    assert fit.parameters[1] == pytest.approx(1.0, abs=1e-9)
    assert fit.covariance is not None
    assert (fit.covariance[1] == 0).all()
    assert fit.auc_se is not None


def test_that_a_fit_without_a_standard_error_says_why() -> None:
    fit = fit_roc_counts([0.0, 5], [5.0, 0], RocModel.BINORMAL)
    with pytest.raises(ValueError, match="says why"):
        dataclasses.replace(fit, note="")


@pytest.mark.parametrize("model", RocModel)
def test_that_ordinary_fits_carry_no_note(model: RocModel) -> None:
    fit = fit_roc_counts([4.0, 1, 2, 10, 28], [47.0, 9, 10, 2, 1], model)
    assert (fit.status, fit.note) == (FitStatus.MAXIMUM, "")
    assert fit.covariance is not None
    assert fit.covariance.shape == (6, 6)
    assert np.linalg.eigvalsh(fit.covariance)[0] > 0
