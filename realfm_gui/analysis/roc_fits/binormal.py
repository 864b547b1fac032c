"""The binormal ROC curve: two normal distributions, negatives N(0, 1) and positives N(a/b, 1/b^2).

References
----------
.. [1] Dorfman DD, Alf E. J Math Psychol 1969;6(3):487-496.
"""

import math
from dataclasses import dataclass

import numpy as np

from realfm_gui.analysis.roc_fits.curve_family import Slopes, Tails, slopes_of_normal, stacked
from realfm_gui.analysis.roc_fits.normal import Floats, cdf, pdf, quantile

SPREAD_LIMIT = 100.0
"""A ratio of standard deviations beyond this is a curve of straight lines, not a fit."""


@dataclass(frozen=True, slots=True)
class Binormal:
    """TPF = cdf(a + b quantile(FPF)), with b > 0."""

    parameter_names: tuple[str, str] = ("a", "b")

    def tails(self, cuts: Floats, parameters: Floats) -> Tails:
        """Return the share of cases above and below each cut."""
        a, b = parameters
        arguments = np.stack([-cuts, a - b * cuts])
        return Tails(survival=cdf(arguments), complement=cdf(-arguments))

    def slopes(self, cuts: Floats, parameters: Floats) -> Slopes:
        """Return the first and second derivatives of the survival."""
        a, b = parameters
        of_negatives = slopes_of_normal(
            -cuts, stacked(-1.0, 0.0, 0.0, like=cuts), stacked(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, like=cuts)
        )
        of_positives = slopes_of_normal(
            a - b * cuts,
            stacked(-b, 1.0, -cuts, like=cuts),
            stacked(0.0, 0.0, -1.0, 0.0, 0.0, 0.0, like=cuts),
        )
        return Slopes(
            first=np.stack([of_negatives[0], of_positives[0]], axis=1),
            second=np.stack([of_negatives[1], of_positives[1]], axis=1),
        )

    def reach(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Return a lowest and a highest cut, shape (fits,), between which practically all cases lie."""
        a, b = parameters
        return np.minimum(-9.0, (a - 9.0) / b), np.maximum(9.0, (a + 9.0) / b)

    def auc(self, parameters: Floats) -> Floats:
        """Return the area under the curve, shape (fits,)."""
        a, b = parameters
        return cdf(a / np.sqrt(1 + b * b))

    def auc_slope(self, parameters: Floats) -> Floats:
        """Return the derivative of the area by the parameters, shape (2, fits)."""
        a, b = parameters
        root = np.sqrt(1 + b * b)
        density = pdf(a / root)
        return np.stack([density / root, -density * a * b / root**3])

    def starts(self, aucs: Floats, top_shares: Floats) -> Floats:  # noqa: ARG002 - one call for all families
        """Return free parameters to start from, shape (starts, 2, fits), near these areas (fits,)."""
        distance = quantile(np.clip(aucs, 0.03, 0.97))
        return np.stack(
            [
                np.stack([distance * math.sqrt(1 + b * b), np.full_like(aucs, math.log(b))])
                for b in (0.8, 0.35, 2.0)
            ]
        )

    def from_free(self, free: Floats) -> Floats:
        """Return the parameters of free parameters."""
        return np.stack([free[0], np.exp(free[1])])

    def start_at(self, parameters: Floats) -> Floats:
        """Return free parameters from which a search can leave these parameters."""
        return np.stack([parameters[0], np.log(parameters[1])])

    def free_slopes(self, free: Floats) -> tuple[Floats, Floats]:
        """Return the first and second derivative of each parameter by its free parameter, (2, fits) each."""
        b = np.exp(free[1])
        return np.stack([np.ones_like(b), b]), np.stack([np.zeros_like(b), b])

    def folded(self, cuts: Floats, free: Floats) -> tuple[Floats, Floats]:
        """Return cuts and free parameters as they are: every curve has one description."""
        return cuts, free

    def at_limit(self, parameters: Floats) -> Floats:
        """Return 1 for a parameter at the edge of what it may be and 0 elsewhere, shape (2, fits)."""
        b = parameters[1]
        is_extreme = (b < 1 / SPREAD_LIMIT) | (b > SPREAD_LIMIT)
        return np.stack([np.zeros_like(b), is_extreme.astype(np.float64)])
