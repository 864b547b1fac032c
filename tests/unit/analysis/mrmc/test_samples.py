"""Endpoints as samples of patients: every short cut against the long way round."""

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from realfm_gui.analysis.mrmc import product_sums, weighted_pairs
from realfm_gui.analysis.mrmc.endpoint import Endpoint
from realfm_gui.analysis.mrmc.observer_data import ObserverData, observer_data
from realfm_gui.analysis.mrmc.product_sums_in_buckets import product_sums_in_buckets
from realfm_gui.analysis.mrmc.roc_endpoints import CustomEndpoint, EmpiricalAuc, ShareOfCalls

from .conftest import MakeStudy

ENDPOINTS: tuple[Endpoint, ...] = (
    EmpiricalAuc(),
    ShareOfCalls(threshold=3, of_positives=True, of_negatives=False),
    ShareOfCalls(threshold=3, of_positives=True, of_negatives=True),
)
STUDIES = (
    {},
    {"levels": None},
    {"share_missing": 0.2, "seed": 3},
    {"cases_per_patient": 3, "seed": 4},
    {"share_missing": 0.2, "cases_per_patient": 2, "n_modalities": 3, "seed": 5},
)


@pytest.mark.parametrize("study", STUDIES, ids=str)
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_that_leaving_a_patient_out_equals_a_study_without_that_patient(
    endpoint: Endpoint, study: dict[str, object], make_study: MakeStudy
) -> None:
    data = make_study(**study)
    left_out = endpoint.prepare(data).leave_one_out()
    for patient in range(data.clusters.max() + 1):
        without = endpoint.prepare(data.with_only(cases=data.clusters != patient)).figures
        assert left_out[:, :, patient] == pytest.approx(without, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("study", STUDIES, ids=str)
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_that_a_weight_counts_like_that_many_copies_of_a_patient(
    endpoint: Endpoint, study: dict[str, object], make_study: MakeStudy
) -> None:
    data = make_study(**study)
    sample = endpoint.prepare(data)
    weights = np.random.default_rng(1).integers(0, 3, (6, sample.n_units)).astype(np.float64)
    weighted = sample.weighted(weights)
    for row, counts in zip(weighted, weights, strict=True):
        copies = np.repeat(np.arange(len(data.cases)), counts[data.clusters].astype(int))
        copied = observer_data(data.ratings[:, :, copies], data.is_positive[copies])
        if not (copied.n_positive and copied.n_negative):
            assert np.isnan(row).all() or endpoint.name == "accuracy"
            continue
        assert row == pytest.approx(endpoint.prepare(copied).figures, abs=1e-12, nan_ok=True)


def test_weighted_aucs_against_an_independent_program(make_study: MakeStudy) -> None:
    data = make_study(n_positive=40, n_negative=50)
    weights = np.random.default_rng(2).random((20, 90))
    ours = EmpiricalAuc().prepare(data).weighted(weights)
    theirs = [
        roc_auc_score(data.is_positive, data.ratings[1, 2], sample_weight=weights[b][data.clusters])
        for b in range(20)
    ]
    assert ours[:, 1, 2] == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("study", STUDIES, ids=str)
def test_that_the_sorted_form_gives_the_dense_form_to_the_last_bit(
    study: dict[str, object], make_study: MakeStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = make_study(**(study | {"n_positive": 30, "n_negative": 45}))
    sample = EmpiricalAuc().prepare(data)
    weights = np.random.default_rng(5).integers(0, 4, (150, sample.n_units)).astype(np.float64)
    dense = sample.weighted(weights)
    monkeypatch.setattr(weighted_pairs, "_DENSE_ITEM_LIMIT", 0)
    assert np.array_equal(sample.weighted(weights), dense, equal_nan=True)
    halves = sample.weighted(weights + 0.125)
    monkeypatch.setattr(weighted_pairs, "_DENSE_ITEM_LIMIT", 1000)
    assert halves == pytest.approx(sample.weighted(weights + 0.125), abs=1e-12, nan_ok=True)


def test_that_weights_too_large_for_32_bits_are_not_rounded() -> None:
    # 3001 x 3001 pairs times 2 are more than 2^24: one pair more or less must still be seen
    n = 3001
    high, low = np.arange(2.0 * n)[n:], np.arange(2.0 * n)[:n].copy()
    low[0] = high[0] + 0.5  # exactly one pair is lost
    data = observer_data(np.concatenate([high, low])[np.newaxis, np.newaxis], np.arange(2 * n) < n)
    value = EmpiricalAuc().prepare(data).weighted(np.ones((1, 2 * n)))[0, 0, 0]
    assert value == pytest.approx(1 - 1 / n**2, abs=1e-14)


def _won(data: ObserverData, m: int, r: int) -> NDArray[np.float64]:
    """Return the pair kernel (positives, negatives), NaN where a case was not read."""
    x = data.ratings[m, r]
    high, low = x[data.is_positive][:, np.newaxis], x[~data.is_positive][np.newaxis]
    won = 0.5 * ((high > low).astype(float) + (high >= low))
    won[np.isnan(high + low)] = np.nan
    return won


@pytest.mark.parametrize("study", STUDIES[:3], ids=str)
def test_that_the_unbiased_covariance_equals_the_sum_over_all_quadruples(
    study: dict[str, object], make_study: MakeStudy
) -> None:
    data = make_study(**(study | {"n_positive": 5, "n_negative": 6, "n_readers": 2}))
    covariance = EmpiricalAuc().prepare(data).unbiased_covariance()
    assert covariance is not None
    kernels = [_won(data, m, r) for m in range(2) for r in range(2)]
    for a, b in itertools.product(range(4), repeat=2):
        apart = [
            kernels[a][i, j] * kernels[b][k, other]
            for i, k in itertools.product(range(5), repeat=2)
            for j, other in itertools.product(range(6), repeat=2)
            if i != k and j != other
        ]
        theta = np.nanmean(kernels[a]) * np.nanmean(kernels[b])
        assert covariance[a, b] == pytest.approx(theta - np.nanmean(apart), abs=1e-13)


def test_that_unbiased_and_delong_covariances_are_right_on_average() -> None:
    rng, n_studies = np.random.default_rng(11), 1500
    figures, unbiased, delong = [], [], []
    truth = np.arange(14) < 6
    for _ in range(n_studies):
        case = rng.normal(size=14)
        ratings = 1.0 * truth + case + 0.7 * rng.normal(size=(1, 2, 14))
        sample = EmpiricalAuc().prepare(observer_data(ratings, truth))
        figures.append(sample.figures.ravel())
        unbiased.append(sample.unbiased_covariance())
        delong.append(sample.delong_covariance())
    true = np.cov(np.array(figures).T)
    assert np.mean(unbiased, axis=0) == pytest.approx(true, rel=0.1)
    # DeLong's is known to be a little too large in small samples
    assert (np.diag(np.mean(delong, axis=0)) > np.diag(np.mean(unbiased, axis=0))).all()


def test_that_covariances_of_clusters_are_right_on_average() -> None:
    rng, n_studies = np.random.default_rng(12), 1200
    patients = np.arange(24) // 3
    truth = np.isin(patients, (0, 1, 2, 3))
    mixed = np.where(np.arange(24) % 3 == 0, ~truth, truth)
    figures: dict[str, list[NDArray[np.float64]]] = {"pure": [], "mixed": []}
    estimates: dict[str, list[NDArray[np.float64]]] = {"pure": [], "mixed": [], "unbiased": []}
    for _ in range(n_studies):
        ratings = rng.normal(size=8)[patients] + rng.normal(size=(1, 1, 24))
        for name, positive in (("pure", truth), ("mixed", mixed)):
            sample = EmpiricalAuc().prepare(
                observer_data(ratings + 1.0 * positive, positive, clusters=patients)
            )
            figures[name].append(sample.figures.ravel())
            covariance = sample.delong_covariance()
            assert covariance is not None
            estimates[name].append(covariance.ravel())
            if name == "pure":
                exact = sample.unbiased_covariance()
                assert exact is not None
                estimates["unbiased"].append(exact.ravel())
            else:
                assert sample.unbiased_covariance() is None
    assert np.mean(estimates["unbiased"]) == pytest.approx(np.var(figures["pure"]), rel=0.1)
    for name in ("pure", "mixed"):
        # few patients: right within a fifth, where ignoring the clusters is wrong by a factor
        assert np.mean(estimates[name]) == pytest.approx(np.var(figures[name]), rel=0.25)


@pytest.mark.parametrize("levels", [None, 5, 60])
def test_that_products_of_many_cases_are_counted_as_those_of_few(
    levels: int | None, make_study: MakeStudy
) -> None:
    data = make_study(n_positive=210, n_negative=160, n_readers=3, levels=levels, share_missing=0.15, seed=8)
    flat = data.ratings.reshape(6, -1)
    high, low = flat[:, data.is_positive], flat[:, ~data.is_positive]
    kernels = 0.5 * (
        (high[:, :, None] > low[:, None]).astype(float) + (high[:, :, None] >= low[:, None])
    ).reshape(6, -1)
    direct = kernels @ kernels.T
    ranks = np.unique(np.nan_to_num(flat, nan=-9.0), return_inverse=True)[1].reshape(flat.shape)
    counted = product_sums_in_buckets(
        np.where(np.isnan(high), -1, ranks[:, data.is_positive]),
        np.where(np.isnan(low), ranks.max() + 1, ranks[:, ~data.is_positive]),
    )
    assert np.array_equal(counted, direct)


def test_that_the_way_products_are_counted_does_not_change_the_covariance(
    make_study: MakeStudy, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = make_study(n_positive=90, n_negative=110, levels=None, share_missing=0.1)
    written_down = EmpiricalAuc().prepare(data).unbiased_covariance()
    monkeypatch.setattr(product_sums, "_MOST_PAIRS", 0)
    assert np.array_equal(EmpiricalAuc().prepare(data).unbiased_covariance(), written_down)


def test_auc_is_invariant_to_what_keeps_the_order(make_study: MakeStudy) -> None:
    data = make_study(levels=None)
    plain = EmpiricalAuc().prepare(data)
    bent = EmpiricalAuc().prepare(observer_data(np.exp(3 * data.ratings), data.is_positive))
    assert np.array_equal(plain.figures, bent.figures)
    assert np.array_equal(plain.unbiased_covariance(), bent.unbiased_covariance())


def test_that_infinite_ratings_are_ordered_like_any_other() -> None:
    ratings = np.array([[[np.inf, 3.0, -np.inf, 3.0, -np.inf]]])
    data = observer_data(ratings, np.array([True, True, True, False, False]))
    assert EmpiricalAuc().prepare(data).figures[0, 0] == pytest.approx((2 + 1.5 + 0.5) / 6)


def test_that_numbers_that_only_look_alike_do_not_tie() -> None:
    ratings = np.array([[[0.1 + 0.2, 0.3]]])
    data = observer_data(ratings, np.array([True, False]))
    assert EmpiricalAuc().prepare(data).figures[0, 0] == 1.0


def test_that_a_function_of_ones_own_is_resampled_like_the_built_in_ones(make_study: MakeStudy) -> None:
    def share_right(
        truth: NDArray[np.bool_], ratings: NDArray[np.float64], weights: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        is_right = (ratings >= 3) == truth
        result: NDArray[np.float64] = weights @ is_right / weights.sum(axis=1)
        return result

    data = make_study(share_missing=0.2, cases_per_patient=2)
    own = CustomEndpoint(name="own", label="share right", figure_of_merit=share_right).prepare(data)
    built_in = ShareOfCalls(threshold=3, of_positives=True, of_negatives=True).prepare(data)
    assert own.figures == pytest.approx(built_in.figures, abs=1e-14)
    assert own.leave_one_out() == pytest.approx(built_in.leave_one_out(), abs=1e-14)


def test_that_sampling_weights_count(make_study: MakeStudy) -> None:
    data = make_study(n_readers=1, n_modalities=1)
    weights = np.where(data.is_positive, 1.0, np.arange(1, len(data.cases) + 1))
    weighted = observer_data(data.ratings, data.is_positive, weights=weights)
    value = EmpiricalAuc().prepare(weighted).figures[0, 0]
    assert value == pytest.approx(
        roc_auc_score(data.is_positive, data.ratings[0, 0], sample_weight=weights), abs=1e-12
    )
