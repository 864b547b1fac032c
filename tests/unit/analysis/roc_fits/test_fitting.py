"""Fits against theory: known parameters, invariances, and data that no smooth curve fits."""

import numpy as np
import pytest
from scipy import optimize, stats

from realfm_gui.analysis.roc_fits.curve_family import RocModel
from realfm_gui.analysis.roc_fits.curves import true_positive_fractions
from realfm_gui.analysis.roc_fits.degenerate import FitStatus
from realfm_gui.analysis.roc_fits.fitting import fit_counts
from realfm_gui.analysis.roc_fits.many_fits import binormal_aucs, contaminated_aucs, proper_aucs
from realfm_gui.analysis.roc_fits.roc_fit import fit_roc, fit_roc_counts

AUCS = {
    RocModel.BINORMAL: binormal_aucs,
    RocModel.PROPER: proper_aucs,
    RocModel.CONTAMINATED: contaminated_aucs,
}
POSITIVE, NEGATIVE = [4.0, 1, 2, 10, 28], [47.0, 9, 10, 2, 1]


def _simulated(model: RocModel, first: float, second: float, n: int, seed: int) -> tuple[np.ndarray, ...]:
    """Return ratings and truth of n negatives and n positives."""
    rng = np.random.default_rng(seed)
    negatives = rng.normal(size=n)
    if model is RocModel.CONTAMINATED:
        positives = rng.normal(size=n) + first * (rng.random(n) < second)
    elif model is RocModel.BINORMAL:
        positives = (first + rng.normal(size=n)) / second
    else:
        b = (1 + second) / (1 - second)
        a = first * np.sqrt((1 + b * b) / 2)
        positives = (a + rng.normal(size=n)) / b
    ratings = np.concatenate([negatives, positives])
    if model is RocModel.PROPER:
        ratings = stats.norm.logpdf(ratings, a / b, 1 / b) - stats.norm.logpdf(ratings)
    return ratings, np.arange(2 * n) >= n


@pytest.mark.parametrize(
    ("model", "first", "second"),
    [(RocModel.BINORMAL, 1.3, 0.7), (RocModel.PROPER, 1.2, -0.25), (RocModel.CONTAMINATED, 2.0, 0.7)],
)
def test_that_fits_recover_the_parameters_of_simulated_ratings_against_theory(
    model: RocModel, first: float, second: float
) -> None:
    ratings, truth = _simulated(model, first, second, 400, seed=3)
    fit = fit_roc(ratings, truth, model)
    assert fit.parameters is not None
    assert fit.covariance is not None
    errors = np.sqrt(np.diag(fit.covariance)[:2])
    assert abs(np.array(fit.parameters) - [first, second]) == pytest.approx([0, 0], abs=4 * errors.max())
    assert errors.max() < 0.3


@pytest.mark.parametrize("model", RocModel)
def test_that_a_general_optimiser_finds_nothing_higher(model: RocModel) -> None:
    """Direct search over all cuts and parameters, started at the fit and beside it."""
    from realfm_gui.analysis.roc_fits.families import family_of
    from realfm_gui.analysis.roc_fits.likelihood import log_likelihood

    fit = fit_roc_counts(POSITIVE, NEGATIVE, model)
    counts, family = np.array([NEGATIVE, POSITIVE])[:, :, None], family_of(model)

    def minus_level(x: np.ndarray) -> float:
        with np.errstate(all="ignore"):
            level = log_likelihood(family, counts, x[2:, None], x[:2, None], np.ones((4, 1), dtype=bool))[0]
        return float(-level) if np.isfinite(level) else 1e6

    assert fit.parameters is not None
    best = np.array([*fit.parameters, *fit.cutpoints])
    for shift in (0.0, 0.05):
        start = best + shift * np.arange(len(best)) / len(best)
        found = optimize.minimize(minus_level, start, method="Nelder-Mead", options={"maxfev": 3000})
        assert -found.fun <= fit.log_likelihood + 1e-8


@pytest.mark.parametrize("model", RocModel)
def test_that_fits_are_invariant_to_rising_transformations_of_the_ratings(model: RocModel) -> None:
    ratings, truth = _simulated(RocModel.BINORMAL, 1.0, 0.8, 60, seed=5)
    assert fit_roc(ratings, truth, model).auc == fit_roc(np.exp(ratings / 3) - 2, truth, model).auc


@pytest.mark.parametrize("model", RocModel)
def test_that_splitting_a_category_of_one_truth_state_changes_nothing_but_the_constant(
    model: RocModel,
) -> None:
    whole = fit_counts(model, [[2.0, 5, 4, 20]], [[30.0, 9, 6, 0]])
    split = fit_counts(model, [[2.0, 5, 4, 12, 0, 8]], [[30.0, 9, 6, 0, 0, 0]])
    np.testing.assert_array_equal(whole.parameters, split.parameters)
    lost = 12 * np.log(12 / 20) + 8 * np.log(8 / 20)
    assert split.log_likelihood[0] - whole.log_likelihood[0] == pytest.approx(lost, abs=1e-9)


@pytest.mark.parametrize("model", RocModel)
def test_that_weights_are_repeated_cases(model: RocModel) -> None:
    once = fit_counts(model, [POSITIVE], [NEGATIVE])
    halves = fit_counts(model, [np.array(POSITIVE) / 2], [np.array(NEGATIVE) / 2])
    np.testing.assert_allclose(halves.aucs, once.aucs, atol=1e-9)
    assert 2 * halves.log_likelihood[0] == pytest.approx(once.log_likelihood[0], abs=1e-7)


@pytest.mark.parametrize("model", RocModel)
def test_that_a_batch_gives_what_each_fit_alone_gives(model: RocModel) -> None:
    rng = np.random.default_rng(7)
    positive, negative = rng.poisson([1, 2, 4, 8, 9], (12, 5)), rng.poisson([9, 8, 4, 2, 1], (12, 5))
    alone = [AUCS[model](p, n) for p, n in zip(positive, negative, strict=True)]
    np.testing.assert_allclose(AUCS[model](positive, negative), alone, atol=1e-7)
    assert AUCS[model](positive.reshape(3, 4, 5), negative.reshape(3, 4, 5)).shape == (3, 4)


def test_that_the_higher_of_two_maxima_is_found() -> None:
    """The contaminated likelihood of these counts has a second, lower maximum with alpha at 1."""
    fit = fit_counts(RocModel.CONTAMINATED, [[0.0, 8, 1, 2, 34]], [[21.0, 35, 5, 6, 2]])
    assert fit.log_likelihood[0] == pytest.approx(-120.381169, abs=1e-5)
    assert fit.parameters[1, 0] == pytest.approx(0.7878, abs=1e-4)


@pytest.mark.parametrize("model", [RocModel.PROPER, RocModel.CONTAMINATED])
def test_that_proper_curves_neither_cross_the_chance_line_nor_turn_back(model: RocModel) -> None:
    rng = np.random.default_rng(11)
    positive, negative = rng.integers(0, 9, (40, 5)) + 0.0, rng.integers(0, 9, (40, 5)) + 0.0
    positive[:, 0] += 1
    negative[:, 4] += 1
    fits = fit_counts(model, positive, negative)
    fpf = np.linspace(0, 1, 201)
    tpf = true_positive_fractions(fits, fpf)
    assert (tpf >= fpf[:, None] - 1e-9).all()
    assert (np.diff(tpf[1:-1], n=2, axis=0) <= 1e-7).all()


def test_that_the_binormal_curve_may_cross_the_chance_line() -> None:
    fits = fit_counts(RocModel.BINORMAL, [[9.0, 1, 1, 1, 14]], [[2.0, 8, 9, 8, 2]])
    fpf = np.linspace(0.01, 0.99, 99)
    assert (true_positive_fractions(fits, fpf)[:, 0] < fpf).any()


@pytest.mark.parametrize(
    ("positive", "negative", "aucs", "status"),
    [
        ([0.0, 5], [5.0, 0], (1.0, 1.0, 1.0), FitStatus.SEPARATED),
        ([0.0, 1, 6, 38], [44.0, 4, 0, 0], (1.0, 1.0, 1.0), FitStatus.SEPARATED),
        ([5.0, 0], [0.0, 5], (0.0, 0.5, 0.5), FitStatus.REVERSED),
        ([5.0], [5.0], (0.5, 0.5, 0.5), FitStatus.NO_OPERATING_POINT),
        ([1.0, 3], [4.0, 0], (0.875, 0.875, 0.875), FitStatus.ONE_POINT_ON_EDGE),
        ([0.0, 4], [3.0, 1], (0.875, 0.875, 0.875), FitStatus.ONE_POINT_ON_EDGE),
        ([4.0, 0], [3.0, 1], (0.375, 0.5, 0.5), FitStatus.ONE_POINT_ON_EDGE),
    ],
)
def test_that_degenerate_ratings_give_the_corner_they_stand_for(
    positive: list[float], negative: list[float], aucs: tuple[float, ...], status: FitStatus
) -> None:
    for model, auc in zip(RocModel, aucs, strict=True):
        assert float(AUCS[model](positive, negative)) == auc
    fit = fit_roc_counts(positive, negative, RocModel.BINORMAL)
    assert fit.status is status
    assert fit.note
    assert fit.auc_se is None


@pytest.mark.parametrize("model", RocModel)
def test_that_one_operating_point_gives_the_equal_variance_curve_through_it(model: RocModel) -> None:
    fit = fit_roc_counts([2.0, 8], [7.0, 3], model)
    distance = stats.norm.ppf(0.8) - stats.norm.ppf(0.3)
    assert fit.auc == pytest.approx(stats.norm.cdf(distance / np.sqrt(2)), abs=1e-12)
    assert fit.sensitivity_at(0.7) == pytest.approx(0.8, abs=1e-9)
    # Independent binomial fractions, by hand.
    variance = (
        sum(p * (1 - p) / 10 / stats.norm.pdf(stats.norm.ppf(p)) ** 2 for p in (0.8, 0.3))
        * stats.norm.pdf(distance / np.sqrt(2)) ** 2
        / 2
    )
    assert fit.auc_se == pytest.approx(np.sqrt(variance), rel=1e-6)


@pytest.mark.parametrize(
    ("positive", "negative", "auc", "n_cases"),
    [
        ([2.0, 0, 1, 41], [62.0, 3, 4, 0], 42 / 44, 44),
        ([2.0, 8, 10], [6.0, 9, 0], 0.9, 20),
        ([0.0, 5, 5], [6.0, 2, 2], 0.8, 10),
        ([1.0, 0, 9], [0.0, 5, 0], 0.9, 10),
    ],
)
def test_that_points_on_one_line_give_a_step_and_the_limit_of_the_likelihood(
    positive: list[float], negative: list[float], auc: float, n_cases: int
) -> None:
    fit = fit_roc_counts(positive, negative, RocModel.BINORMAL)
    assert fit.status is FitStatus.STEP
    assert fit.auc == pytest.approx(auc, abs=1e-7)
    assert fit.auc_se == pytest.approx(np.sqrt(auc * (1 - auc) / n_cases))
    # Every point is met exactly, which no curve of a finite b does.
    exact = sum(n * np.log(n / sum(counts)) for counts in (positive, negative) for n in counts if n)
    assert fit.log_likelihood == pytest.approx(exact, abs=1e-9)


@pytest.mark.parametrize("model", RocModel)
def test_that_no_counts_however_poor_end_in_nan_or_an_unfinished_search(model: RocModel) -> None:
    rng = np.random.default_rng(17)
    positive, negative = rng.integers(0, 4, (150, 4)) + 0.0, rng.integers(0, 4, (150, 4)) + 0.0
    positive[positive.sum(axis=1) == 0, 0] = 1
    negative[negative.sum(axis=1) == 0, 3] = 1
    fits = fit_counts(model, positive, negative)
    assert np.isfinite(fits.aucs).all()
    assert np.isfinite(fits.log_likelihood).all()
    assert (fits.status != FitStatus.NOT_CONVERGED).all()
    if model is not RocModel.BINORMAL:
        assert (fits.aucs >= 0.5 - 1e-12).all()


@pytest.mark.parametrize("model", RocModel)
def test_that_it_refuses_an_empty_truth_state(model: RocModel) -> None:
    with pytest.raises(ValueError, match="positive and negative cases"):
        AUCS[model]([0.0, 0.0], [3.0, 2.0])
