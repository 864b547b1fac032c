import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from realfm_gui.models.logistic import Standardiser, fit_logistic, sigmoid


@pytest.mark.parametrize(("cases", "features"), [(120, 8), (40, 200)])
@pytest.mark.parametrize("penalty", [0.5, 30.0, 2000.0])
def test_that_logistic_regression_agrees_against_reference(cases: int, features: int, penalty: float) -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(cases, features))
    y = (x[:, 0] - x[:, 1] + rng.normal(size=cases) > 0.3).astype(float)
    reference = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=10_000, solver="newton-cg").fit(x, y)
    fit = fit_logistic(x, y, np.array([penalty]))[0]
    np.testing.assert_allclose(fit.weights, reference.coef_[0], atol=2e-6)
    assert fit.bias == pytest.approx(reference.intercept_[0], abs=2e-5)


def test_that_a_path_of_penalties_keeps_their_order_and_shrinks() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(60, 5))
    y = (x[:, 0] > 0).astype(float)
    weak, strong, middle = fit_logistic(x, y, np.array([0.1, 1000.0, 10.0]))
    norms = [np.linalg.norm(fit.weights) for fit in (weak, middle, strong)]
    assert norms == sorted(norms, reverse=True)


def test_that_a_constant_feature_is_left_alone_by_standardising() -> None:
    x = np.column_stack([np.full(7, 0.1), np.arange(7.0)])
    scaled = Standardiser.of(x).apply(x)
    np.testing.assert_allclose(scaled[:, 0], 0, atol=1e-12)
    assert scaled[:, 1].std() == pytest.approx(1)


def test_that_the_sigmoid_survives_extreme_logits() -> None:
    np.testing.assert_array_equal(sigmoid(np.array([-1e4, 0.0, 1e4])), [0.0, 0.5, 1.0])
