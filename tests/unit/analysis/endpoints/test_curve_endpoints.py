"""Numbers read off the empirical ROC curve, by hand, against scikit-learn, and what leaves them alone."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve

from realfm_gui.analysis.endpoints.curve_endpoints import (
    AreaScale,
    CurveAxis,
    ExpectedUtility,
    PartialAuc,
    SensitivityAtSpecificity,
    SpecificityAtSensitivity,
)
from realfm_gui.analysis.endpoints.curve_sample import CurveSample
from realfm_gui.analysis.mrmc.case_sample import CaseSample
from realfm_gui.analysis.mrmc.endpoint import Endpoint
from realfm_gui.analysis.mrmc.observer_data import ObserverData, observer_data
from realfm_gui.analysis.mrmc.roc_endpoints import EmpiricalAuc

Study = Callable[..., ObserverData]
TPF, FPF = CurveAxis.TRUE_POSITIVE_FRACTION, CurveAxis.FALSE_POSITIVE_FRACTION


@pytest.fixture
def staircase() -> ObserverData:
    """Operating points (0, .4) (.2, .4) (.2, .6) (.6, .8) (.6, 1) (1, 1): steps both ways, and a slope."""
    positives, negatives = [9, 9, 7, 6, 5], [8, 6, 6, 2, 2]
    return observer_data(np.array([[positives + negatives]]), np.arange(10) < 5)


def value(endpoint: Endpoint, data: ObserverData) -> float:
    return float(endpoint.prepare(data).figures[0, 0])


@pytest.mark.parametrize(
    ("specificity", "between_points", "attained"),
    [(1.0, 0.4, 0.4), (0.9, 0.4, 0.4), (0.8, 0.6, 0.6), (0.6, 0.7, 0.6), (0.4, 1.0, 1.0), (0.0, 1.0, 1.0)],
)
def test_sensitivity_at_a_specificity_by_hand(
    staircase: ObserverData, specificity: float, between_points: float, attained: float
) -> None:
    assert value(SensitivityAtSpecificity(specificity=specificity), staircase) == pytest.approx(
        between_points
    )
    step = SensitivityAtSpecificity(specificity=specificity, interpolates=False)
    assert value(step, staircase) == pytest.approx(attained)


@pytest.mark.parametrize(
    ("sensitivity", "between_points", "attained"),
    [(0.0, 1.0, 1.0), (0.4, 1.0, 1.0), (0.5, 0.8, 0.8), (0.6, 0.8, 0.8), (0.7, 0.6, 0.4), (1.0, 0.4, 0.4)],
)
def test_specificity_at_a_sensitivity_by_hand(
    staircase: ObserverData, sensitivity: float, between_points: float, attained: float
) -> None:
    assert value(SpecificityAtSensitivity(sensitivity=sensitivity), staircase) == pytest.approx(
        between_points
    )
    step = SpecificityAtSensitivity(sensitivity=sensitivity, interpolates=False)
    assert value(step, staircase) == pytest.approx(attained)


def test_that_calling_everything_positive_finds_every_positive_even_the_lowest() -> None:
    data = observer_data(np.array([[[5.0, 1.0, 4.0, 3.0]]]), np.arange(4) < 2)
    assert value(SensitivityAtSpecificity(specificity=0.0), data) == 1.0
    assert value(SpecificityAtSensitivity(sensitivity=0.0), data) == 1.0


@pytest.mark.parametrize(
    "endpoint",
    [
        SensitivityAtSpecificity(specificity=0.8, interpolates=False),
        SpecificityAtSensitivity(sensitivity=0.8, interpolates=False),
    ],
    ids=lambda endpoint: endpoint.name,
)
@pytest.mark.parametrize("unread", [True, False], ids=["positives", "negatives"])
def test_that_an_attained_rate_is_nan_without_the_other_class(
    endpoint: Endpoint, unread: bool, rated: Study
) -> None:
    data = rated()
    data.ratings[0, 0, data.is_positive == unread] = np.nan
    assert np.isnan(endpoint.prepare(data).figures).tolist() == [[True, False], [False, False]]


@pytest.mark.parametrize(
    ("axis", "low", "high", "area"),
    [
        (FPF, 0.0, 0.2, 0.08),  # level at .4
        (FPF, 0.1, 0.4, 0.04 + 0.2 * 0.65),  # then from .6 to .7
        (FPF, 0.6, 1.0, 0.4),
        (TPF, 0.0, 0.4, 0.4),
        (TPF, 0.5, 0.7, 0.1 * 0.8 + 0.1 * 0.7),
        (TPF, 0.8, 1.0, 0.2 * 0.4),
    ],
)
def test_partial_areas_by_hand(
    staircase: ObserverData, axis: CurveAxis, low: float, high: float, area: float
) -> None:
    assert value(PartialAuc(axis=axis, low=low, high=high), staircase) == pytest.approx(area, abs=1e-12)
    mean_height = PartialAuc(axis=axis, low=low, high=high, scale=AreaScale.WIDTH)
    assert value(mean_height, staircase) == pytest.approx(area / (high - low), abs=1e-12)


@pytest.mark.parametrize(("slope", "utility"), [(0.1, 0.94), (1.0, 0.4), (3.0, 0.4), (0.5, 0.7)])
def test_expected_utility_by_hand(staircase: ObserverData, slope: float, utility: float) -> None:
    assert value(ExpectedUtility(slope=slope), staircase) == pytest.approx(utility)


@pytest.mark.parametrize("levels", [5, None])
@pytest.mark.parametrize("high", [0.05, 0.3, 0.99])
def test_standardised_partial_areas_against_scikit_learn(
    rated: Study, levels: int | None, high: float
) -> None:
    data = rated(levels=levels, n_cases=60)
    figures = PartialAuc(low=0.0, high=high, scale=AreaScale.MCCLISH).prepare(data).figures
    expected = [[roc_auc_score(data.is_positive, row, max_fpr=high) for row in rows] for rows in data.ratings]
    np.testing.assert_allclose(figures, expected, rtol=0, atol=1e-12)


def test_utilities_against_all_operating_points_of_scikit_learn(rated: Study) -> None:
    data = rated(levels=None, n_cases=80)
    false_positives, true_positives, _ = roc_curve(
        data.is_positive, data.ratings[1, 0], drop_intermediate=False
    )
    figures = ExpectedUtility(slope=0.7).prepare(data).figures
    assert figures[1, 0] == pytest.approx((true_positives - 0.7 * false_positives).max(), abs=1e-12)


@pytest.mark.parametrize("axis", list(CurveAxis))
@pytest.mark.parametrize("scale", list(AreaScale))
def test_that_the_area_over_everything_is_the_auc_under_many_weights(
    rated: Study, axis: CurveAxis, scale: AreaScale
) -> None:
    data = rated(missing=0.1, patients=15, is_weighted=True)
    weights = np.random.default_rng(4).uniform(0, 2, (40, 15))
    areas = PartialAuc(low=0.0, high=1.0, axis=axis, scale=scale).prepare(data)
    auc = EmpiricalAuc().prepare(data)
    np.testing.assert_allclose(areas.weighted(weights), auc.weighted(weights), rtol=0, atol=1e-12)
    np.testing.assert_allclose(areas.leave_one_out(), auc.leave_one_out(), rtol=0, atol=1e-12)


def test_that_the_areas_of_neighbouring_ranges_add_up(rated: Study) -> None:
    data = rated(levels=4)
    parts = [PartialAuc(low=a, high=b).prepare(data).figures for a, b in ((0, 0.17), (0.17, 0.5), (0.5, 1))]
    np.testing.assert_allclose(sum(parts), EmpiricalAuc().prepare(data).figures, rtol=0, atol=1e-12)


@pytest.mark.parametrize("axis", list(CurveAxis))
def test_that_chance_is_a_half_and_perfection_one_when_standardised(axis: CurveAxis) -> None:
    endpoint = PartialAuc(low=0.2, high=0.6, axis=axis, scale=AreaScale.MCCLISH)
    truth = np.arange(10) < 5
    assert value(endpoint, observer_data(np.ones((1, 1, 10)), truth)) == pytest.approx(0.5)
    assert value(endpoint, observer_data(truth[None, None] * 1.0, truth)) == pytest.approx(1.0)


@pytest.mark.parametrize(
    "endpoint",
    [
        PartialAuc(low=0.1, high=0.4),
        PartialAuc(low=0.5, high=0.9, axis=TPF),
        SensitivityAtSpecificity(specificity=0.8),
        SpecificityAtSensitivity(sensitivity=0.8),
        ExpectedUtility(slope=0.6),
    ],
    ids=lambda endpoint: endpoint.label,
)
def test_that_only_the_order_of_the_ratings_counts(rated: Study, endpoint: Endpoint) -> None:
    data = rated(levels=6)
    expected = endpoint.prepare(data).figures
    data.ratings[:] = np.where(
        data.ratings == 1, -np.inf, np.where(data.ratings == 6, np.inf, data.ratings**3)
    )
    np.testing.assert_array_equal(endpoint.prepare(data).figures, expected)


def test_that_a_patient_of_weight_two_is_worth_two_of_weight_one(rated: Study, repeated: Study) -> None:
    data = rated(levels=None)
    twice = repeated(data, np.where(np.arange(24) == 6, 2, 1))
    weights = np.where(np.arange(24) == 6, 2.0, 1.0)
    heavy = observer_data(data.ratings, data.is_positive, weights=weights)
    for endpoint in (PartialAuc(low=0.0, high=0.3), SensitivityAtSpecificity(specificity=0.9)):
        np.testing.assert_allclose(
            endpoint.prepare(heavy).figures, endpoint.prepare(twice).figures, rtol=0, atol=1e-12
        )


def test_that_an_operating_point_is_met_although_its_weights_add_up_with_rounding_errors() -> None:
    negatives, positives = [5.0] * 3 + [1.0] * 7, [5.0, 5.0, 3.0, 1.0]
    ratings = np.array([[negatives + positives]])
    # A vertical step at a false-positive fraction of .3, whose sum of tenths is not the number .3.
    ratings[0, 0, :3] = [7.0, 6.0, 5.0]
    ratings[0, 0, 10:] = [4.0, 4.0, 4.0, 1.0]
    data = observer_data(ratings, np.arange(14) >= 10, weights=np.where(np.arange(14) < 10, 0.1, 1.0))
    assert value(SensitivityAtSpecificity(specificity=0.7), data) == pytest.approx(0.75)


def test_that_cases_of_one_class_and_rating_are_left_out_once(rated: Study) -> None:
    data = rated(levels=4, n_cases=200, missing=0.1)
    sizes = []

    def count_and_read(truth: np.ndarray, ratings: np.ndarray, weights: np.ndarray) -> np.ndarray:
        sizes.append(len(weights))
        return weights @ np.where(truth, ratings, 0.0) / weights.sum(axis=1)

    quick = CurveSample(data, count_and_read).leave_one_out()
    assert max(sizes) <= 8
    np.testing.assert_array_equal(quick, CaseSample(data, count_and_read).leave_one_out())


@pytest.mark.parametrize(
    ("low", "high"), [(0.5, 0.5), (0.6, 0.2), (-0.1, 0.2), (0.5, 1.1), (float("nan"), 1.0)]
)
def test_that_an_empty_or_impossible_range_is_refused(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="low < high"):
        PartialAuc(low=low, high=high)
