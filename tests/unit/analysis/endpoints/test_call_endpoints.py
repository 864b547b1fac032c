"""Functions of sensitivity and specificity at a threshold, and their covariances."""

from collections.abc import Callable

import numpy as np
import pytest

from realfm_gui.analysis.auc import jackknife_covariance
from realfm_gui.analysis.endpoints.call_endpoints import (
    BalancedAccuracy,
    NetBenefit,
    PredictiveValue,
    YoudenIndex,
)
from realfm_gui.analysis.mrmc.endpoint import Endpoint, Sample
from realfm_gui.analysis.mrmc.observer_data import ObserverData, observer_data
from realfm_gui.analysis.mrmc.roc_endpoints import EmpiricalAuc, ShareOfCalls

Study = Callable[..., ObserverData]

PPV = PredictiveValue(threshold=4, prevalence=0.05, of_positive_calls=True)
NPV = PredictiveValue(threshold=4, prevalence=0.05, of_positive_calls=False)
ENDPOINTS: list[Endpoint] = [
    PPV,
    NPV,
    BalancedAccuracy(threshold=4),
    YoudenIndex(threshold=4),
    NetBenefit(threshold=4, threshold_probability=0.2, prevalence=0.3),
]
by_name = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)


@pytest.fixture
def study_85_90() -> ObserverData:
    """Sensitivity .85 and specificity .90 at a rating of at least 4."""
    positives, negatives = [4] * 17 + [1] * 3, [5] * 2 + [3] * 18
    return observer_data(np.array([[positives + negatives]]), np.arange(40) < 20)


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        (PPV, 0.3090909090909),
        (NPV, 0.9913043478261),
        (BalancedAccuracy(threshold=4), 0.875),
        (YoudenIndex(threshold=4), 0.75),
        # .3 x .85 true positives less .7 x .1 false ones at 1 : 4
        (NetBenefit(threshold=4, threshold_probability=0.2, prevalence=0.3), 0.2375),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_values_by_hand(study_85_90: ObserverData, endpoint: Endpoint, expected: float) -> None:
    assert endpoint.prepare(study_85_90).figures[0, 0] == pytest.approx(expected, abs=1e-12)


def test_that_at_a_threshold_probability_of_prevalence_treating_all_is_worth_nothing() -> None:
    data = observer_data(np.full((1, 1, 10), 5.0), np.arange(10) < 5)
    endpoint = NetBenefit(threshold=4, threshold_probability=0.3, prevalence=0.3)
    assert endpoint.prepare(data).figures[0, 0] == pytest.approx(0.0, abs=1e-15)


@by_name
def test_that_gradients_are_derivatives(endpoint: Endpoint, rated: Study) -> None:
    sample = endpoint.prepare(rated())
    function = sample._function  # type: ignore[attr-defined]
    se, sp, step = np.array([[0.3], [0.8]]), np.array([[0.6], [0.9]]), 1e-6
    by_se = (function.value(se + step, sp) - function.value(se - step, sp)) / (2 * step)
    by_sp = (function.value(se, sp + step) - function.value(se, sp - step)) / (2 * step)
    np.testing.assert_allclose(function.gradient(se, sp), (by_se, by_sp), rtol=1e-7)


def covariances(sample: Sample) -> tuple[np.ndarray, np.ndarray]:
    delong = sample.delong_covariance()
    assert delong is not None
    return delong, jackknife_covariance(sample.leave_one_out().reshape(sample.figures.size, -1))


@by_name
@pytest.mark.parametrize("complication", [{}, {"patients": 700}], ids=["plain", "patients"])
def test_that_the_delta_method_and_the_jackknife_agree_in_a_large_sample(
    endpoint: Endpoint, complication: dict[str, int], rated: Study
) -> None:
    delong, jackknife = covariances(endpoint.prepare(rated(n_cases=2000, **complication)))
    np.testing.assert_allclose(delong.diagonal(), jackknife.diagonal(), rtol=0.03)
    np.testing.assert_allclose(delong, jackknife, atol=0.03 * delong.max())


@pytest.mark.parametrize(
    "complication", [{}, {"missing": 0.2}, {"patients": 13}], ids=["plain", "missing", "patients"]
)
def test_that_balanced_accuracy_of_two_ratings_has_the_covariances_of_their_auc(
    complication: dict[str, float], rated: Study
) -> None:
    data = rated(**complication)
    data.ratings[:] = np.where(np.isnan(data.ratings), np.nan, (data.ratings >= 4).astype(float))
    ours, auc = BalancedAccuracy(threshold=1).prepare(data), EmpiricalAuc().prepare(data)
    np.testing.assert_allclose(ours.figures, auc.figures, atol=1e-12)
    delong, of_auc = ours.delong_covariance(), auc.delong_covariance()
    assert delong is not None
    assert of_auc is not None
    np.testing.assert_allclose(delong, of_auc, atol=1e-12)


def test_that_the_unbiased_covariance_of_a_sum_is_the_sum_of_those_of_its_parts(rated: Study) -> None:
    data = rated(missing=0.1)
    of_sum = YoudenIndex(threshold=4).prepare(data).unbiased_covariance()
    parts = [
        ShareOfCalls(threshold=4, of_positives=positives, of_negatives=not positives)
        .prepare(data)
        .unbiased_covariance()
        for positives in (True, False)
    ]
    assert of_sum is not None
    np.testing.assert_allclose(of_sum, parts[0] + parts[1], atol=1e-15)


def test_that_ratios_and_shared_patients_have_no_unbiased_covariance(rated: Study) -> None:
    assert PPV.prepare(rated()).unbiased_covariance() is None
    assert YoudenIndex(threshold=4).prepare(rated(patients=7)).unbiased_covariance() is None


def test_that_a_reader_who_never_calls_positive_has_no_ppv_with_fractional_weights_either(
    rated: Study,
) -> None:
    data = rated(is_weighted=True, levels=3)  # nobody rates 4
    sample = PPV.prepare(data)
    assert np.isnan(sample.figures).all()
    assert np.isnan(sample.leave_one_out()).all()
    assert np.isfinite(NPV.prepare(data).figures).all()


def test_that_without_its_only_positive_call_a_reader_has_no_ppv_whatever_the_weights_leave_over() -> None:
    # Reader j calls negative j positive and nothing else; subtracting its weight leaves rounding errors.
    n_readers = 30
    called = np.concatenate([np.zeros((n_readers, 5)), np.eye(n_readers)], axis=1)
    weights = np.random.default_rng(1).uniform(0.1, 3.0, 5 + n_readers)
    data = observer_data(1.0 + 4.0 * called[np.newaxis], np.arange(5 + n_readers) < 5, weights=weights)
    np.testing.assert_array_equal(np.isnan(PPV.prepare(data).leave_one_out()[0]), called == 1)


@pytest.mark.parametrize("prevalence", [0.0, 1.0, -0.1, float("nan")])
def test_that_an_impossible_prevalence_is_refused(prevalence: float) -> None:
    with pytest.raises(ValueError, match="prevalence lies between 0 and 1"):
        PredictiveValue(threshold=1, prevalence=prevalence, of_positive_calls=True)
