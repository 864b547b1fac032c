import numpy as np
import pytest
from scipy import stats

from realfm_gui.analysis.agreement import case_resampling
from realfm_gui.analysis.agreement.case_resampling import (
    Interval,
    Replicates,
    Resampling,
    bootstrap_estimate,
    case_weights,
    patient_numbers,
    resample,
)


def mean_of(values: np.ndarray) -> case_resampling.Statistic:
    def mean(weights: np.ndarray) -> np.ndarray:
        return np.asarray(weights @ values / weights.sum(axis=1))

    return mean


def estimate_of(values: np.ndarray, how: Resampling) -> case_resampling.Estimate:
    numbers = patient_numbers(None, len(values))
    (replicates,) = resample([mean_of(values)], numbers, how)
    return bootstrap_estimate(replicates, how, n_patients=len(values), undefined="never")


def test_that_as_many_patients_are_drawn_as_there_are_and_their_cases_go_together() -> None:
    numbers = patient_numbers(["b", "a", "b", "c", "a", "a"], 6)
    (weights,) = list(case_weights(numbers, Resampling(n_replicates=50)))
    assert np.array_equal(weights[:, 0], weights[:, 2])
    assert np.array_equal(weights[:, 1], weights[:, 5])
    assert (weights[:, 0] + weights[:, 1] + weights[:, 3] == 3).all()
    assert len(np.unique(weights, axis=0)) > 5


def test_that_weights_do_not_depend_on_the_size_of_the_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers, how = np.arange(17), Resampling(n_replicates=23)
    whole = np.concatenate(list(case_weights(numbers, how)))
    monkeypatch.setattr(case_resampling, "BLOCK_ELEMENTS", 17 * 5)
    blocks = list(case_weights(numbers, how))
    assert len(blocks) == 5
    assert np.array_equal(np.concatenate(blocks), whole)


def test_bootstrap_of_a_mean_against_theory() -> None:
    values = np.random.default_rng(1).normal(size=200)
    how = Resampling(n_replicates=8_000)
    estimate = estimate_of(values, how)
    theory = values.std() / np.sqrt(200)
    # Monte-Carlo error of a standard deviation: 1 / sqrt(2 B).
    assert estimate.se == pytest.approx(theory, rel=4 / np.sqrt(2 * how.n_replicates))
    assert estimate.ci is not None
    assert estimate.ci == pytest.approx(
        (values.mean() - 1.96 * theory, values.mean() + 1.96 * theory), abs=0.1 * theory
    )


def test_bca_interval_against_scipy() -> None:
    values = np.random.default_rng(2).lognormal(size=40)
    how = Resampling(n_replicates=20_000, interval=Interval.BCA)
    found = estimate_of(values, how).ci
    reference = stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(3)
    )
    expected = (reference.confidence_interval.low, reference.confidence_interval.high)
    assert found == pytest.approx(expected, abs=5 * reference.standard_error / np.sqrt(20_000) * 3)
    percentile = estimate_of(values, Resampling(n_replicates=20_000)).ci
    assert found is not None
    assert percentile is not None
    assert found[1] > percentile[1]


def test_that_bca_leaves_symmetric_replicates_alone_ties_with_the_estimate_included() -> None:
    values = np.concatenate([np.linspace(-1, 1, 100), np.zeros(100)])
    replicates = Replicates(point=0.0, values=values, left_out=np.array([-1.0, 0.0, 1.0]))
    percentile, bca = (
        bootstrap_estimate(replicates, Resampling(interval=kind), n_patients=3, undefined="").ci
        for kind in Interval
    )
    assert bca == pytest.approx(percentile, abs=1e-12)


def test_that_undefined_replicates_are_counted_and_too_many_give_no_interval() -> None:
    values = np.linspace(0, 1, 100)
    how = Resampling(n_replicates=100)

    def estimate(n_undefined: int) -> case_resampling.Estimate:
        holes = np.where(np.arange(100) < n_undefined, np.nan, values)
        replicates = Replicates(point=0.5, values=holes, left_out=np.empty(0))
        return bootstrap_estimate(replicates, how, n_patients=20, undefined="")

    assert "3 resamples had no value" in estimate(3).note
    assert estimate(3).ci is not None
    assert estimate(6).ci is None
    assert "Undefined in 6 of 100" in estimate(6).note


def test_that_one_patient_or_no_spread_gives_the_reason_instead_of_an_interval() -> None:
    how = Resampling(n_replicates=10)
    same = Replicates(point=1.0, values=np.ones(10), left_out=np.empty(0))
    assert "Every resample" in bootstrap_estimate(same, how, n_patients=9, undefined="").note
    assert "single patient" in bootstrap_estimate(same, how, n_patients=1, undefined="").note


def test_that_a_resampling_plan_cannot_be_wrong() -> None:
    with pytest.raises(ValueError, match="replicate"):
        Resampling(n_replicates=0)
    with pytest.raises(ValueError, match="alpha"):
        Resampling(alpha=1.0)
