"""Areas under fitted curves as endpoints; the fits themselves are tested where they are made."""

from collections.abc import Callable

import numpy as np
import pytest

from realfm_gui.analysis.endpoints.fitted_auc import FittedAuc
from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.analysis.roc_fits.curve_family import RocModel

Study = Callable[..., ObserverData]
WHERE_A_SEARCH_STOPS = 1e-5


@pytest.mark.parametrize("model", [RocModel.BINORMAL, RocModel.CONTAMINATED])
@pytest.mark.parametrize(
    "complication",
    [{"missing": 0.15}, {"patients": 12}, {"is_weighted": True}],
    ids=["missing", "patients", "weighted"],
)
def test_that_leaving_a_patient_out_is_refitting_without_it(
    model: RocModel, complication: dict[str, float], rated: Study
) -> None:
    data = rated(n_cases=30, **complication)
    endpoint = FittedAuc(model=model)
    left_out = endpoint.prepare(data).leave_one_out()
    for unit in (0, 5, 6):
        without = endpoint.prepare(data.with_only(cases=data.clusters != unit)).figures
        np.testing.assert_allclose(left_out[:, :, unit], without, rtol=0, atol=WHERE_A_SEARCH_STOPS)


def test_that_a_weight_of_three_is_three_such_patients(rated: Study, repeated: Study) -> None:
    data = rated(n_cases=30, missing=0.1)
    counts = np.random.default_rng(3).integers(0, 4, 30)
    endpoint = FittedAuc(model=RocModel.BINORMAL)
    figures = endpoint.prepare(data).weighted(counts[np.newaxis].astype(float))[0]
    expected = endpoint.prepare(repeated(data, counts)).figures
    np.testing.assert_allclose(figures, expected, rtol=0, atol=WHERE_A_SEARCH_STOPS)


@pytest.mark.parametrize("model", list(RocModel))
def test_that_the_fitted_area_is_close_to_the_truth_in_a_large_sample(model: RocModel, rated: Study) -> None:
    figures = FittedAuc(model=model).prepare(rated(n_cases=3000, levels=6)).figures
    # Equal variances, shifted by 1.2: the area is cdf(1.2 / sqrt 2); its standard error here is .0085.
    np.testing.assert_allclose(figures, 0.80193, rtol=0, atol=0.03)


def test_that_only_the_order_of_the_ratings_counts_infinite_ones_too(rated: Study) -> None:
    data = rated(n_cases=40)
    endpoint = FittedAuc(model=RocModel.BINORMAL)
    expected = endpoint.prepare(data).figures
    data.ratings[:] = np.where(data.ratings == 1, -np.inf, np.exp(data.ratings))
    np.testing.assert_array_equal(endpoint.prepare(data).figures, expected)


def test_that_an_observer_without_positives_gives_nan_and_the_others_their_area(rated: Study) -> None:
    data = rated(n_cases=30)
    data.ratings[1, 0, data.is_positive] = np.nan
    sample = FittedAuc(model=RocModel.BINORMAL).prepare(data)
    expected = np.array([[False, False], [True, False]])
    assert (np.isnan(sample.figures) == expected).all()
    assert (np.isnan(sample.leave_one_out()).any(axis=2) == expected).all()
