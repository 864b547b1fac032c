"""Components from a pilot, from correlations, and what is refused."""

import math
from typing import Any

import numpy as np
import pytest

from realfm_gui.analysis.planning.components import (
    PilotComponents,
    auc_error_variance,
    components_from_correlations,
    components_from_estimates,
    proportion_error_variance,
)
from realfm_gui.domain.errors import UserFacingError


def _simulated_estimates(rng: np.random.Generator, parts: PilotComponents, n_readers: int) -> np.ndarray:
    """Draw figures of merit (2, readers) of one study from the Obuchowski-Rockette model."""
    assert parts.var_r is not None
    reader = np.sqrt(parts.var_r) * rng.standard_normal((1, n_readers))
    interaction = np.sqrt(parts.var_tr) * rng.standard_normal((2, n_readers))
    # Errors with the four covariances, as sums of independent effects.
    shares = (
        (parts.cov3, (1, 1)),
        (parts.cov2 - parts.cov3, (2, 1)),
        (parts.cov1 - parts.cov3, (1, n_readers)),
        (parts.error - parts.cov1 - parts.cov2 + parts.cov3, (2, n_readers)),
    )
    errors = sum(np.sqrt(variance) * rng.standard_normal(shape) for variance, shape in shares)
    return reader + interaction + errors


def _model_covariance(parts: PilotComponents, n_readers: int) -> np.ndarray:
    same_modality = np.full((n_readers, n_readers), parts.cov2)
    np.fill_diagonal(same_modality, parts.error)
    across = np.full((n_readers, n_readers), parts.cov3)
    np.fill_diagonal(across, parts.cov1)
    return np.block([[same_modality, across], [across, same_modality]])


def test_moment_estimates_of_the_reader_variances_against_theory(pilot: PilotComponents) -> None:
    rng, n_readers = np.random.default_rng(4), 6
    covariance = _model_covariance(pilot, n_readers)
    found = [
        components_from_estimates(_simulated_estimates(rng, pilot, n_readers), covariance, n_cases=114)
        for _ in range(2500)
    ]
    for name in ("var_r", "var_tr"):
        values = np.array([getattr(parts, name) for parts in found])
        error = values.std(ddof=1) / math.sqrt(len(values))
        assert values.mean() == pytest.approx(getattr(pilot, name), abs=4 * error)
    assert (found[0].cov1, found[0].cov2, found[0].cov3) == pytest.approx(
        (pilot.cov1, pilot.cov2, pilot.cov3), rel=1e-12
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"error": 0.0}, "error variance"),
        ({"cov2": 0.43}, "cov2"),
        ({"n_cases": 1}, "1 cases"),
        ({"var_tr": math.nan}, "var_tr"),
        ({"var_r": math.inf}, "reader variance"),
    ],
)
def test_that_impossible_components_are_refused_in_words(change: dict[str, Any], words: str) -> None:
    sound = {"var_tr": 2e-4, "cov1": 3e-4, "cov2": 3e-4, "cov3": 2e-4, "error": 8e-4, "n_cases": 114}
    with pytest.raises(UserFacingError, match=words) as caught:
        PilotComponents(**{**sound, **change})
    assert caught.value.hint


def test_that_a_pilot_of_one_reader_is_refused() -> None:
    with pytest.raises(UserFacingError, match="one reader"):
        components_from_estimates([[0.8], [0.9]], np.eye(2) * 0.001, n_cases=50)


def test_that_a_negative_interaction_and_swapped_covariances_count_as_nil_and_are_told() -> None:
    parts = PilotComponents(
        var_tr=-1e-4, cov1=3e-4, cov2=2e-4, cov3=3e-4, error=8e-4, n_cases=100, n_readers=3
    )
    assert (parts.interaction, parts.gap) == (0.0, 0.0)
    told = " ".join(parts.warnings())
    for words in ("negative and counts as nil", "Cov2 < Cov3", "3 readers"):
        assert words in told


def test_that_correlations_become_covariances_of_the_error_variance() -> None:
    parts = components_from_correlations(error=0.002, correlations=(0.5, 0.4, 0.3), var_tr=0.001, n_cases=80)
    assert (parts.cov1, parts.cov2, parts.cov3) == pytest.approx((0.001, 0.0008, 0.0006))
    with pytest.raises(UserFacingError, match="correlation"):
        components_from_correlations(error=0.002, correlations=(5, 0.4, 0.3), var_tr=0.0, n_cases=80)


def test_conjectured_error_variances_against_theory() -> None:
    # An AUC of .5 from ratings that say nothing: the variance of the rank-sum statistic, (m + n + 1) / 12mn.
    assert auc_error_variance(0.5, n_positive=40, n_negative=60) == pytest.approx(101 / (12 * 40 * 60))
    assert proportion_error_variance(0.8, n_cases=50) == pytest.approx(0.8 * 0.2 / 50)
    with pytest.raises(UserFacingError):
        auc_error_variance(1.0, n_positive=10, n_negative=10)
    with pytest.raises(UserFacingError):
        proportion_error_variance(0.0, n_cases=10)
