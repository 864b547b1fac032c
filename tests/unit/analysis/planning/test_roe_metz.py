"""Simulated ratings and calls against their closed forms."""

import numpy as np
import pytest

from realfm_gui.analysis.auc import count_wins, jackknife_covariance, leave_one_out_aucs
from realfm_gui.analysis.planning.components import PilotComponents, components_from_estimates
from realfm_gui.analysis.planning.roe_metz import CLASSIC_SEPARATIONS, RoeMetz, classic_structure
from realfm_gui.analysis.planning.roe_metz_calls import RoeMetzCalls
from realfm_gui.domain.errors import UserFacingError

STRUCTURES = ("HL", "LL", "HH", "LH")


@pytest.mark.parametrize("name", STRUCTURES)
@pytest.mark.parametrize("auc", CLASSIC_SEPARATIONS)
def test_that_the_median_reader_of_a_classic_structure_has_the_auc_that_names_it(
    name: str, auc: float
) -> None:
    model = classic_structure(name, auc=auc)
    median = RoeMetz(
        separations=model.separations, var_r=0, var_tr=0, var_c=1, var_tc=0, var_rc=0, var_error=0
    )
    assert median.expected_aucs[0] == pytest.approx(auc, abs=6e-4)


@pytest.mark.parametrize(
    ("auc", "b", "separation", "var_r"),
    [(0.702, 0.84566, 0.821, 0.0132), (0.855, 0.71082, 1.831, 0.0447), (0.961, 0.55140, 3.661, 0.1201)],
)
def test_unequal_variances_against_the_published_parameters(
    auc: float, b: float, separation: float, var_r: float
) -> None:
    """Table 1 of Hillis, Acad Radiol 2012;19(12):1518-1528, lines of structure LH."""
    model = classic_structure("LH", auc=auc, b=b)
    assert model.separations[0] == pytest.approx(separation, abs=6e-4)
    assert (model.var_r, model.var_tr) == pytest.approx((var_r, var_r), abs=6e-5)
    assert (model.var_c, model.var_tc, model.var_rc, model.var_error) == (0.1, 0.1, 0.2, 0.6)
    assert model.expected_aucs == pytest.approx(classic_structure("LH", auc=auc).expected_aucs)


@pytest.mark.parametrize(("name", "b"), [("HL", 1.0), ("LH", 0.7)])
def test_simulated_aucs_against_their_expected_moments(name: str, b: float) -> None:
    """Every expected mean, variance and covariance of two readers' AUCs, with unequal class sizes."""
    model = classic_structure(name, auc=0.855, b=b).with_difference(0.05)
    n_runs, n_positive, n_negative = 2500, 20, 35
    aucs = np.empty((n_runs, 4))
    for run in range(n_runs):
        scores, truth = model.simulate(np.random.default_rng([1997, run]), 2, n_positive, n_negative)
        assert scores.shape == (2, 2, n_positive + n_negative)
        aucs[run] = count_wins(scores.reshape(4, -1), truth).aucs
    parts = model.components(n_positive, n_negative)
    assert parts.var_r is not None
    expected_means = np.repeat(model.expected_aucs, 2)
    assert aucs.mean(axis=0) == pytest.approx(
        expected_means, abs=4 * float(aucs.std(axis=0).max()) / np.sqrt(n_runs)
    )
    products = (aucs - expected_means)[:, :, np.newaxis] * (aucs - expected_means)[:, np.newaxis]
    kinds = {
        "one reader": ([(0, 0), (1, 1), (2, 2), (3, 3)], parts.var_r + parts.var_tr + parts.error),
        "one reader, two modalities": ([(0, 2), (1, 3)], parts.var_r + parts.cov1),
        "two readers": ([(0, 1), (2, 3)], parts.cov2),
        "both different": ([(0, 3), (1, 2)], parts.cov3),
    }
    for kind, (pairs, expected) in kinds.items():
        values = np.mean([products[:, i, j] for i, j in pairs], axis=0)
        assert values.mean() == pytest.approx(expected, abs=4 * values.std() / np.sqrt(n_runs)), kind


def test_that_the_analysis_of_simulated_studies_finds_the_components_of_the_model() -> None:
    model = classic_structure("HH", auc=0.855)
    found = []
    for run in range(400):
        scores, truth = model.simulate(np.random.default_rng([7, run]), 5, 40, 40)
        stacked = scores.reshape(10, -1)
        covariance = jackknife_covariance(leave_one_out_aucs(stacked, truth))
        aucs = count_wins(stacked, truth).aucs.reshape(2, 5)
        found.append(components_from_estimates(aucs, covariance, n_cases=80))
    expected = model.components(40, 40)
    for name in ("var_r", "var_tr", "error", "cov1", "cov2", "cov3"):
        values = np.array([getattr(parts, name) for parts in found])
        # The jackknife is a little too large by design; 3 % of the error variance is its known excess.
        slack = 4 * values.std() / np.sqrt(len(values)) + 0.03 * expected.error
        assert values.mean() == pytest.approx(getattr(expected, name), abs=slack), name


def test_that_the_same_generator_gives_the_same_study() -> None:
    model = classic_structure("HL", auc=0.702)
    first, _ = model.simulate(np.random.default_rng(5), 3, 10, 12)
    again, truth = model.simulate(np.random.default_rng(5), 3, 10, 12)
    assert np.array_equal(first, again)
    assert truth.sum() == 10
    assert truth[:10].all()


def test_that_covariances_of_large_studies_shrink_with_the_cases() -> None:
    """The rule by which pilots are scaled: components x cases tends to a constant."""
    model = classic_structure("HL", auc=0.855)
    small, large = model.components(100, 100), model.components(400, 400)
    for name in ("error", "cov1", "cov2", "cov3"):
        assert 4 * getattr(large, name) == pytest.approx(getattr(small, name), rel=0.02)


def test_that_an_asked_difference_is_the_difference_of_the_expected_aucs() -> None:
    model = classic_structure("LH", auc=0.702, b=0.8).with_difference(-0.06)
    assert model.expected_difference == pytest.approx(-0.06, abs=1e-12)
    with pytest.raises(UserFacingError, match="second AUC"):
        classic_structure("HL", auc=0.961).with_difference(0.1)


def test_calls_against_their_expected_shares_and_moments() -> None:
    ratings = classic_structure("HH", auc=0.855, b=0.8).with_difference(0.04)
    model = RoeMetzCalls(ratings=ratings, thresholds=(0.7, 0.9))
    n_runs, n_cases = 2500, 25
    shares = {True: np.empty((n_runs, 4)), False: np.empty((n_runs, 4))}
    for run in range(n_runs):
        calls, truth = model.simulate(np.random.default_rng([2007, run]), 2, n_cases, n_cases)
        shares[True][run] = calls[:, :, truth].mean(axis=2).ravel()
        shares[False][run] = 1 - calls[:, :, ~truth].mean(axis=2).ravel()
    expected = {True: model.expected_sensitivities, False: model.expected_specificities}
    for is_positive, values in shares.items():
        means = np.repeat(expected[is_positive], 2)
        assert values.mean(axis=0) == pytest.approx(
            means, abs=4 * float(values.std(axis=0).max()) / np.sqrt(n_runs)
        )
        parts = model.components(is_positive=is_positive, n_cases=n_cases)
        _assert_moments(values - means, parts)


def _assert_moments(centred: np.ndarray, parts: PilotComponents) -> None:
    assert parts.var_r is not None
    products = centred[:, :, np.newaxis] * centred[:, np.newaxis]
    for pairs, expected in (
        ([(0, 0), (1, 1), (2, 2), (3, 3)], parts.var_r + parts.var_tr + parts.error),
        ([(0, 2), (1, 3)], parts.var_r + parts.cov1),
        ([(0, 1), (2, 3)], parts.cov2),
        ([(0, 3), (1, 2)], parts.cov3),
    ):
        values = np.mean([products[:, i, j] for i, j in pairs], axis=0)
        assert values.mean() == pytest.approx(expected, abs=4 * values.std() / np.sqrt(len(values)))


@pytest.mark.parametrize(
    "change",
    [{"var_r": -0.1}, {"var_error": 0.3}, {"b": 0.0}, {"separations": (np.nan, 1.0)}],
)
def test_that_an_impossible_model_is_refused(change: "dict[str, object]") -> None:
    sound = {
        "separations": (1.5, 1.5),
        "var_r": 0.01,
        "var_tr": 0.01,
        "var_c": 0.3,
        "var_tc": 0.3,
        "var_rc": 0.2,
        "var_error": 0.2,
    }
    with pytest.raises(UserFacingError):
        RoeMetz(**{**sound, **change})  # type: ignore[arg-type]


def test_that_unknown_structures_and_endless_thresholds_are_refused() -> None:
    for name, auc in (("HX", 0.855), ("H", 0.855), ("HL", 0.9)):
        with pytest.raises(UserFacingError, match="classic structure"):
            classic_structure(name, auc=auc)
    with pytest.raises(UserFacingError, match="threshold"):
        RoeMetzCalls(ratings=classic_structure("HL", auc=0.855), thresholds=(0.0, np.inf))
