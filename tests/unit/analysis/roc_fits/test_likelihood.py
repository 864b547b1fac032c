"""The likelihood's derivatives against differences, and the batched solver against dense algebra."""

import numpy as np
import pytest
from scipy import stats

from realfm_gui.analysis.roc_fits.bordered_solver import BorderedSystem, ascent_step
from realfm_gui.analysis.roc_fits.covariance import observed_information
from realfm_gui.analysis.roc_fits.curve_family import RocModel
from realfm_gui.analysis.roc_fits.families import family_of
from realfm_gui.analysis.roc_fits.likelihood import (
    category_probabilities,
    likelihood_slopes,
    log_likelihood,
    masked_tails,
)

COUNTS = np.array([[30.0, 14.5, 8.0, 5.0, 2.0], [4.0, 3.0, 7.5, 10.0, 25.0]])
POINTS = {
    RocModel.BINORMAL: ([1.4, 0.8], [-0.1, 0.6, 1.1, 2.0]),
    RocModel.PROPER: ([1.5, -0.2], [-0.3, 0.3, 0.8, 1.5]),
    RocModel.CONTAMINATED: ([2.2, 0.8], [-0.1, 0.5, 1.1, 1.9]),
}
IS_CUT = np.ones((4, 1), dtype=bool)


def _level(model: RocModel, x: np.ndarray) -> float:
    value = log_likelihood(family_of(model), COUNTS[:, :, None], x[2:, None], x[:2, None], IS_CUT)
    return float(value[0])


def _gradient(model: RocModel, x: np.ndarray) -> np.ndarray:
    slopes = likelihood_slopes(family_of(model), COUNTS[:, :, None], x[2:, None], x[:2, None], IS_CUT)
    return np.concatenate([slopes.by_parameter[:, 0], slopes.by_cut[:, 0]])


@pytest.mark.parametrize("model", RocModel)
def test_that_gradient_and_information_are_differences_of_the_likelihood(model: RocModel) -> None:
    x, h = np.concatenate(POINTS[model]), 1e-5
    steps = np.eye(len(x)) * h
    gradient = [(_level(model, x + step) - _level(model, x - step)) / (2 * h) for step in steps]
    np.testing.assert_allclose(_gradient(model, x), gradient, atol=1e-6)
    bend = [-(_gradient(model, x + step) - _gradient(model, x - step)) / (2 * h) for step in steps]
    information = observed_information(model, COUNTS, x[2:], x[:2])
    np.testing.assert_allclose(information, bend, atol=1e-5)


def test_that_cuts_out_of_order_are_impossible() -> None:
    parameters, cuts = POINTS[RocModel.BINORMAL]
    assert _level(RocModel.BINORMAL, np.array([*parameters, cuts[1], cuts[0], *cuts[2:]])) == -np.inf


def test_that_a_rare_category_keeps_its_digits_in_either_tail() -> None:
    at, is_cut = np.array([[0.0], [1.0]]), np.ones((2, 1), dtype=bool)
    for sign in (-1.0, 1.0):
        cuts = np.sort(sign * np.array([9.0, 10.0]))[:, None]
        tails = masked_tails(family_of(RocModel.BINORMAL), cuts, at, is_cut)
        expected = stats.norm.cdf(-9) - stats.norm.cdf(-10)
        np.testing.assert_allclose(category_probabilities(tails)[:, 1, 0], expected, rtol=1e-12)


def test_that_padding_changes_nothing() -> None:
    parameters, cuts = POINTS[RocModel.BINORMAL]
    x = np.array([*parameters, *cuts])
    counts = np.pad(COUNTS, ((0, 0), (0, 2)))[:, :, None]
    padded = np.array([*cuts, np.nan, np.nan])[:, None]
    is_cut = np.isfinite(padded)
    level = log_likelihood(family_of(RocModel.BINORMAL), counts, padded, x[:2, None], is_cut)
    assert level[0] == pytest.approx(_level(RocModel.BINORMAL, x), abs=1e-12)


def _random_system(seed: int) -> tuple[BorderedSystem, np.ndarray]:
    """Return diagonally dominant systems of six cuts in three fits, and the same as dense matrices."""
    rng, m, fits = np.random.default_rng(seed), 6, 3
    system = BorderedSystem(
        diagonal=rng.uniform(4, 6, (m, fits)),
        off_diagonal=rng.uniform(-1, 1, (m - 1, fits)),
        border=rng.uniform(-0.5, 0.5, (2, m, fits)),
        corner=np.array([[5.0], [0.3], [6.0]]) + rng.uniform(0, 0.5, (3, fits)),
    )
    dense = np.zeros((fits, m + 2, m + 2))
    for k in range(fits):
        tridiagonal = np.diag(system.diagonal[:, k])
        tridiagonal += np.diag(system.off_diagonal[:, k], 1) + np.diag(system.off_diagonal[:, k], -1)
        dense[k, :m, :m] = tridiagonal
        dense[k, :m, m:], dense[k, m:, :m] = system.border[:, :, k].T, system.border[:, :, k]
        dense[k, m:, m:] = system.corner[[0, 1, 1, 2], k].reshape(2, 2)
    return system, dense


def test_that_the_step_is_newtons_where_the_matrix_is_definite() -> None:
    system, dense = _random_system(1)
    rng = np.random.default_rng(2)
    cuts, parameters = rng.normal(size=(6, 3)), rng.normal(size=(2, 3))
    step = ascent_step(system, cuts, parameters, longest=100.0)
    expected = np.linalg.solve(dense, np.concatenate([cuts, parameters]).T[:, :, None])[:, :, 0].T
    np.testing.assert_allclose(np.concatenate([step.cuts, step.parameters]), expected, atol=1e-12)


def test_that_the_step_leads_uphill_from_a_saddle() -> None:
    system, _ = _random_system(3)
    saddle = BorderedSystem(
        diagonal=system.diagonal,
        off_diagonal=system.off_diagonal,
        border=system.border,
        corner=np.array([[-3.0], [0.5], [2.0]]) * np.ones(3),
    )
    rng = np.random.default_rng(4)
    cuts, parameters = rng.normal(size=(6, 3)), rng.normal(size=(2, 3))
    step = ascent_step(saddle, cuts, parameters, longest=1.0)
    assert ((cuts * step.cuts).sum(axis=0) + (parameters * step.parameters).sum(axis=0) > 0).all()
    assert (np.hypot(*step.parameters) <= np.sqrt(2) + 1e-12).all()


def test_that_the_step_leads_uphill_where_the_matrix_of_the_cuts_is_indefinite() -> None:
    rng = np.random.default_rng(5)
    for seed in range(20):
        system, _ = _random_system(seed)
        system.diagonal[rng.integers(6), :] = [-4.0, -0.1, -1e-3]
        cuts, parameters = rng.normal(size=(6, 3)), rng.normal(size=(2, 3))
        step = ascent_step(system, cuts, parameters, longest=1.0)
        assert ((cuts * step.cuts).sum(axis=0) + (parameters * step.parameters).sum(axis=0) > 0).all()
