"""Penalised logistic regression, quick where there are more features than cases."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_STEPS = 5000
GRADIENT = 1e-7
"""The solver (L-BFGS) stops when no component of the summed gradient exceeds this."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LogisticFit:
    """Coefficients on the scale of the features that were given; logit = features @ weights + bias."""

    weights: NDArray[np.float64]
    bias: float

    def logits(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the logits of `features`, shape (cases,)."""
        result: NDArray[np.float64] = features @ self.weights + self.bias
        return result


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standardiser:
    """Shift and scale to mean 0 and standard deviation 1; a feature that never varies keeps scale 1."""

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]

    @classmethod
    def of(cls, features: NDArray[np.float64]) -> "Standardiser":
        """Learn mean and (population) standard deviation from `features`, shape (cases, features)."""
        mean = features.mean(axis=0)
        sd = features.std(axis=0)
        # A mean in floating point leaves a residue on a constant feature: judge it against its own size.
        is_constant = sd <= 1e-9 * np.maximum(np.abs(mean), 1e-30)
        return cls(mean=mean, scale=np.where(is_constant, 1.0, sd))

    def apply(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return standardised features."""
        result: NDArray[np.float64] = (features - self.mean) / self.scale
        return result


def fit_logistic(
    features: NDArray[np.float64], targets: NDArray[np.float64], penalties: NDArray[np.float64]
) -> list[LogisticFit]:
    r"""Minimise :math:`\sum_i \ell(y_i, x_i w + b) + \lambda |w|^2 / 2` for every penalty λ.

    The bias is not penalised. With more features than cases the solution lies in the span of the cases, so
    the problem is solved there (as many unknowns as cases) without loss.

    Parameters
    ----------
    features : ndarray of shape (n_cases, n_features)
    targets : ndarray of shape (n_cases,)
        In 0 to 1; fractions are allowed (Platt's targets).
    penalties : ndarray of shape (n_penalties,)
        λ; equals 1/C of scikit-learn.

    Returns
    -------
    list of LogisticFit
        One per penalty, in the order given.

    References
    ----------
    .. [1] Hastie T, Tibshirani R. Efficient quadratic regularization for expression arrays.
       Biostatistics 2004;5(3):329-340 (the rotation into the span of the cases).
    """
    features = np.asarray(features, dtype=np.float64)
    targets = np.asarray(targets, dtype=np.float64)
    basis, reduced = _span(features)
    fits: dict[float, LogisticFit] = {}
    start = np.zeros(reduced.shape[1] + 1)
    # From the strongest penalty down, each solution starts the next.
    for penalty in sorted({float(p) for p in penalties}, reverse=True):
        start = _minimise(reduced, targets, penalty, start)
        weights = start[:-1] if basis is None else basis @ start[:-1]
        fits[penalty] = LogisticFit(weights=weights, bias=float(start[-1]))
    return [fits[float(p)] for p in penalties]


def _span(features: NDArray[np.float64]) -> tuple[NDArray[np.float64] | None, NDArray[np.float64]]:
    """Return an orthonormal basis (features, rank) of the cases' span and the cases in it, (cases, rank)."""
    cases, count = features.shape
    if count <= cases:
        return None, features
    values, vectors = np.linalg.eigh(features @ features.T)
    keep = values > values[-1] * 1e-12
    lengths = np.sqrt(values[keep])
    return features.T @ (vectors[:, keep] / lengths), vectors[:, keep] * lengths


def _minimise(
    features: NDArray[np.float64], targets: NDArray[np.float64], penalty: float, start: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the minimiser (weights, then bias) of the convex problem."""
    from scipy.optimize import minimize

    def loss_and_gradient(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, bias = point[:-1], point[-1]
        logits = features @ weights + bias
        loss = np.sum(np.logaddexp(0.0, logits) - targets * logits) + 0.5 * penalty * (weights @ weights)
        residual = sigmoid(logits) - targets
        gradient = np.append(features.T @ residual + penalty * weights, residual.sum())
        return float(loss), gradient

    solution = minimize(
        loss_and_gradient,
        start,
        jac=True,
        method="L-BFGS-B",
        options={
            "maxiter": MAX_STEPS,
            "maxfun": 2 * MAX_STEPS,
            "maxcor": 20,
            "ftol": 1e-14,
            "gtol": GRADIENT,
        },
    )
    return np.asarray(solution.x, dtype=np.float64)


def sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 / (1 + exp(-logits)) without overflow."""
    result: NDArray[np.float64] = 0.5 * (1.0 + np.tanh(0.5 * np.asarray(logits, dtype=np.float64)))
    return result
