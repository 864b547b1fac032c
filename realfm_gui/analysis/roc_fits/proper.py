"""The proper ROC curve: two normal distributions read through their likelihood ratio.

Where the spreads differ the likelihood ratio is high on both sides, so each fraction is the sum of two normal
tails and the curve never turns back: its slope only falls. Parameters are d_a >= 0 and -1 < c < 1, with
b = (1 + c)/(1 - c); the cut is the variable v of Metz and Pan, bounded by d_a sqrt(1 + c^2) / (4 c).

References
----------
.. [1] Metz CE, Pan X. J Math Psychol 1999;43(1):1-33.
.. [2] Pan X, Metz CE. Acad Radiol 1997;4(5):380-389.
"""

import math
from dataclasses import dataclass

import numpy as np

from realfm_gui.analysis.roc_fits.curve_family import Slopes, Tails, slopes_of_normal, stacked
from realfm_gui.analysis.roc_fits.normal import Floats, cdf, difference, owens_t, pdf, quantile

_NARROWEST = 1e-6
"""Below this c the second tail is nil, and c is kept off 0 in its denominators only."""
C_LIMIT = 0.98
"""Beyond this c (b of .01 or 100) the curve consists of straight lines."""
D_A_LIMIT = 0.25
"""Below this d_a the curve is that of d_a = 0 with another c.

Read through |x|, a small shift of a normal distribution is a widening of it up to the fourth power of the
shift, so the likelihood is level in d_a there and tells nothing of it.
"""


@dataclass(frozen=True, slots=True)
class Proper:
    """FPF and TPF of the likelihood ratio of two normal distributions."""

    parameter_names: tuple[str, str] = ("d_a", "c")

    def tails(self, cuts: Floats, parameters: Floats) -> Tails:
        """Return the share of cases above and below each cut."""
        near, far = _arguments(cuts, parameters)
        # With c < 0 both tails lie above; with c > 0 what is above lies between the two.
        is_two_sided = np.broadcast_to(parameters[1] < 0, near.shape)
        far_size = np.where(is_two_sided, far, -far)
        total = cdf(near) + cdf(far_size), difference(near, far_size)
        other = difference(-near, far_size), cdf(-near) + cdf(far_size)
        return Tails(
            survival=np.where(is_two_sided, *total),
            complement=np.where(is_two_sided, *other),
        )

    def slopes(self, cuts: Floats, parameters: Floats) -> Slopes:
        """Return the first and second derivatives of the survival."""
        d_a, c = parameters
        safe = _off_zero(c)
        root = np.sqrt(1 + c * c)
        half = d_a * root / 2
        half_d, half_c = root / 2, d_a * c / (2 * root)
        half_dc, half_cc = c / (2 * root), d_a / (2 * root**3)
        far_d = half_d / safe
        far_c = half_c / safe - half / safe**2
        far_dc = half_dc / safe - half_d / safe**2
        far_cc = half_cc / safe - 2 * half_c / safe**2 + 2 * half / safe**3
        near, far = _arguments(cuts, parameters)
        first, second = [], []
        # A negative's argument falls by (1 - c) per unit of the cut, a positive's by (1 + c).
        for truth, sign in enumerate((-1.0, 1.0)):
            slope, cut_c = -(1 + sign * c), -sign
            near_slopes = slopes_of_normal(
                near[truth],
                stacked(slope, sign * half_d, sign * half_c + cut_c * cuts, like=cuts),
                stacked(0.0, 0.0, cut_c, 0.0, sign * half_dc, sign * half_cc, like=cuts),
            )
            far_slopes = slopes_of_normal(
                far[truth],
                stacked(slope, far_d, far_c + cut_c * cuts, like=cuts),
                stacked(0.0, 0.0, cut_c, 0.0, far_dc, far_cc, like=cuts),
            )
            first.append(near_slopes[0] + far_slopes[0])
            second.append(near_slopes[1] + far_slopes[1])
        return Slopes(first=np.stack(first, axis=1), second=np.stack(second, axis=1))

    def reach(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Return a lowest and a highest cut, shape (fits,), between which practically all cases lie."""
        d_a, c = parameters
        half = d_a * np.sqrt(1 + c * c) / 2
        far = (9.0 + np.abs(half)) / (1 - np.abs(c))
        fold = half / (2 * _off_zero(c))
        return np.where(c < 0, np.maximum(-far, fold), -far), np.where(c < 0, far, np.minimum(far, fold))

    def auc(self, parameters: Floats) -> Floats:
        """Return the area under the curve, shape (fits,).

        The bivariate normal integral of the published form has one limit at 0 and so is Owen's T:
        AUC = 1 - 2 T(d_a / sqrt(2), (1 - c^2) / (2 |c|)).
        """
        d_a, c = parameters
        size = np.abs(_off_zero(c))
        result: Floats = 1 - 2 * owens_t(d_a / math.sqrt(2), (1 - c * c) / (2 * size))
        return result

    def auc_slope(self, parameters: Floats) -> Floats:
        """Return the derivative of the area by the parameters, shape (2, fits)."""
        d_a, c = parameters
        height, safe = d_a / math.sqrt(2), _off_zero(c)
        ratio = (1 - c * c) / (2 * np.abs(safe))
        by_d = math.sqrt(2) * pdf(height) * (cdf(ratio * height) - 0.5)
        reach = np.exp(-((height * (1 + c * c) / safe) ** 2) / 8)
        return np.stack([by_d, 2 * np.sign(safe) * reach / (math.pi * (1 + c * c))])

    def starts(self, aucs: Floats, top_shares: Floats) -> Floats:  # noqa: ARG002 - one call for all families
        """Return free parameters to start from, shape (starts, 2, fits), near these areas (fits,)."""
        distance = math.sqrt(2) * quantile(np.clip(aucs, 0.6, 0.97))
        equal, wide = np.full_like(aucs, 0.1), np.full_like(aucs, 0.7)
        nearly_centred = 0.3 * np.ones_like(aucs)
        return np.stack(
            [
                np.stack([distance, -equal]),
                np.stack([distance, equal]),
                np.stack([nearly_centred, -np.arctanh(wide)]),
                np.stack([nearly_centred, np.arctanh(wide)]),
            ]
        )

    def from_free(self, free: Floats) -> Floats:
        """Return the parameters of free parameters; d_a may be negative until it is `folded`."""
        return np.stack([free[0], np.tanh(free[1])])

    def start_at(self, parameters: Floats) -> Floats:
        """Return free parameters from which a search can leave these parameters.

        At d_a = 0 the likelihood is level, the mirror image being the same curve.
        """
        d_a, c = np.maximum(parameters[0], 0.05), np.clip(parameters[1], -C_LIMIT, C_LIMIT)
        return np.stack([d_a, np.arctanh(c)])

    def free_slopes(self, free: Floats) -> tuple[Floats, Floats]:
        """Return the first and second derivative of each parameter by its free parameter, (2, fits) each."""
        c = np.tanh(free[1])
        slope = 1 - c * c
        return np.stack([np.ones_like(c), slope]), np.stack([np.zeros_like(c), -2 * c * slope])

    def folded(self, cuts: Floats, free: Floats) -> tuple[Floats, Floats]:
        """Return cuts and free parameters with d_a >= 0; the mirror image is the same curve, cuts shifted."""
        d_a, c = self.from_free(free)
        shift = np.where(d_a < 0, np.abs(d_a) * np.sqrt(1 + c * c) / (2 * _off_zero(c)), 0.0)
        return cuts + shift, np.stack([np.abs(d_a), free[1]])

    def at_limit(self, parameters: Floats) -> Floats:
        """Return 1 for a parameter at the edge of what it may be and 0 elsewhere, shape (2, fits)."""
        d_a, c = parameters
        return np.stack([d_a < D_A_LIMIT, np.abs(c) > C_LIMIT]).astype(np.float64)


def _off_zero(c: Floats) -> Floats:
    result: Floats = np.where(c < 0, np.minimum(c, -_NARROWEST), np.maximum(c, _NARROWEST))
    return result


def _arguments(cuts: Floats, parameters: Floats) -> tuple[Floats, Floats]:
    """Return the arguments of the near and the far tail, (2, cuts, fits) each, negatives first."""
    d_a, c = parameters
    half = d_a * np.sqrt(1 + c * c) / 2
    far = half / _off_zero(c)
    of_negatives, of_positives = -(1 - c) * cuts, -(1 + c) * cuts
    return (
        np.stack([of_negatives - half, of_positives + half]),
        np.stack([of_negatives + far, of_positives + far]),
    )
