"""The contaminated binormal ROC curve: a share of the positives looks like negatives.

Negatives are N(0, 1); of the positives the share alpha is N(mu, 1), the abnormality being visible, and the
rest is N(0, 1) as the negatives are.

References
----------
.. [1] Dorfman DD, Berbaum KS. Acad Radiol 2000;7(6):427-437.
"""

import math
from dataclasses import dataclass

import numpy as np

from realfm_gui.analysis.roc_fits.curve_family import Slopes, Tails, stacked
from realfm_gui.analysis.roc_fits.normal import Floats, cdf, pdf, quantile

WIDEST = 8.0
"""A mean this many standard deviations away leaves no overlap that any number of cases could show."""


@dataclass(frozen=True, slots=True)
class Contaminated:
    """TPF = (1 - alpha) FPF + alpha cdf(mu + quantile(FPF)), with mu >= 0 and 0 <= alpha <= 1."""

    parameter_names: tuple[str, str] = ("mu", "alpha")

    def tails(self, cuts: Floats, parameters: Floats) -> Tails:
        """Return the share of cases above and below each cut."""
        mu, alpha = parameters
        above, below = cdf(-cuts), cdf(cuts)
        return Tails(
            survival=np.stack([above, (1 - alpha) * above + alpha * cdf(mu - cuts)]),
            complement=np.stack([below, (1 - alpha) * below + alpha * cdf(cuts - mu)]),
        )

    def slopes(self, cuts: Floats, parameters: Floats) -> Slopes:
        """Return the first and second derivatives of the survival."""
        mu, alpha = parameters
        hidden, visible, shifted = pdf(cuts), pdf(mu - cuts), mu - cuts
        bend = alpha * shifted * visible
        first_of_positives = stacked(
            -(1 - alpha) * hidden - alpha * visible,
            alpha * visible,
            cdf(shifted) - cdf(-cuts),
            like=cuts,
        )
        second_of_positives = stacked(
            (1 - alpha) * cuts * hidden - bend, bend, hidden - visible, -bend, visible, 0.0, like=cuts
        )
        return Slopes(
            first=np.stack([stacked(-hidden, 0.0, 0.0, like=cuts), first_of_positives], axis=1),
            second=np.stack(
                [stacked(cuts * hidden, 0.0, 0.0, 0.0, 0.0, 0.0, like=cuts), second_of_positives], axis=1
            ),
        )

    def reach(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Return a lowest and a highest cut, shape (fits,), between which practically all cases lie."""
        mu = parameters[0]
        return np.full_like(mu, -9.0), mu + 9.0

    def auc(self, parameters: Floats) -> Floats:
        """Return the area under the curve, shape (fits,)."""
        mu, alpha = parameters
        result: Floats = (1 - alpha) / 2 + alpha * cdf(mu / math.sqrt(2))
        return result

    def auc_slope(self, parameters: Floats) -> Floats:
        """Return the derivative of the area by the parameters, shape (2, fits)."""
        mu, alpha = parameters
        scaled = mu / math.sqrt(2)
        return np.stack([alpha * pdf(scaled) / math.sqrt(2), cdf(scaled) - 0.5])

    def starts(self, aucs: Floats, top_shares: Floats) -> Floats:
        """Return free parameters to start from, shape (starts, 2, fits).

        With a large and a middling visible share and the smallest that can reach the area; and with those
        positives visible that lie above all negatives, which can be a maximum of its own.
        """
        found = []
        for alpha in (np.full_like(aucs, 0.97), np.full_like(aucs, 0.8), np.clip(2 * aucs - 1, 0.1, 0.97)):
            visible = np.clip((aucs - (1 - alpha) / 2) / alpha, 0.55, 0.998)
            found.append(self.start_at(np.stack([math.sqrt(2) * quantile(visible), alpha])))
        found.append(self.start_at(np.stack([np.full_like(aucs, 5.0), np.clip(top_shares, 0.02, 0.97)])))
        return np.stack(found)

    def from_free(self, free: Floats) -> Floats:
        """Return mu = free^2 and alpha = sin^2(free): limits that are met exactly and at full speed."""
        return np.stack([free[0] ** 2, np.sin(free[1]) ** 2])

    def start_at(self, parameters: Floats) -> Floats:
        """Return free parameters from which a search can leave these parameters.

        At a limit the likelihood is level in the free parameters, and a search would stay there.
        """
        mu, alpha = np.clip(parameters[0], 0.05, WIDEST), np.clip(parameters[1], 0.005, 0.995)
        return np.stack([np.sqrt(mu), np.arcsin(np.sqrt(alpha))])

    def free_slopes(self, free: Floats) -> tuple[Floats, Floats]:
        """Return the first and second derivative of each parameter by its free parameter, (2, fits) each."""
        first = np.stack([2 * free[0], np.sin(2 * free[1])])
        return first, np.stack([np.full_like(free[0], 2.0), 2 * np.cos(2 * free[1])])

    def folded(self, cuts: Floats, free: Floats) -> tuple[Floats, Floats]:
        """Return cuts and free parameters as they are: every curve has one description."""
        return cuts, free

    def at_limit(self, parameters: Floats) -> Floats:
        """Return 1 for a parameter at the edge of what it may be and 0 elsewhere, shape (2, fits)."""
        mu, alpha = parameters
        # Without overlap the likelihood is flat in mu long before `WIDEST`; a mean at 0 leaves alpha free.
        distance_at_limit = (mu > WIDEST) | (mu < 1e-6)
        share_at_limit = (alpha > 1 - 1e-9) | (alpha < 1e-9)
        return np.stack([distance_at_limit, share_at_limit]).astype(np.float64)
