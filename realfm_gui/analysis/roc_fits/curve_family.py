"""What a family of ROC curves has to say for itself so that one likelihood and one search serve them all.

A family has two parameters and a decision variable. With `cut` a threshold on that variable, the survival is
the share of cases above it: of negatives the false positive fraction, of positives the true positive
fraction. Arrays keep the order (truth state, cut, fit), negatives first, so that a loop over cuts runs over
contiguous fits.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np

from realfm_gui.analysis.roc_fits.normal import Floats, pdf

PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
"""The order of second derivatives; 0 is the cut, 1 and 2 are the parameters."""


class RocModel(StrEnum):
    """The families of fitted ROC curves."""

    BINORMAL = "binormal"
    PROPER = "proper"
    CONTAMINATED = "contaminated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tails:
    """Share of cases above each cut and at or below it; both, so that neither tail loses digits.

    `survival` and `complement` have shape (2, cuts, fits).
    """

    survival: Floats
    complement: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Slopes:
    """Derivatives of the survival.

    `first` has shape (3, 2, cuts, fits): by cut, by first and by second parameter; `second` has shape
    (6, 2, cuts, fits) in the order of `PAIRS`.
    """

    first: Floats
    second: Floats


class CurveFamily(Protocol):
    """A two-parameter family of ROC curves.

    Parameters have shape (2, fits), cuts (cuts, fits). *Free* parameters are an unbounded image of them, in
    which the search moves.
    """

    @property
    def parameter_names(self) -> tuple[str, str]:
        """Names of the two parameters, as the literature writes them."""

    def tails(self, cuts: Floats, parameters: Floats) -> Tails:
        """Return the share of cases above and below each cut."""

    def slopes(self, cuts: Floats, parameters: Floats) -> Slopes:
        """Return the first and second derivatives of the survival."""

    def reach(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Return a lowest and a highest cut, shape (fits,), between which practically all cases lie."""

    def auc(self, parameters: Floats) -> Floats:
        """Return the area under the curve, shape (fits,)."""

    def auc_slope(self, parameters: Floats) -> Floats:
        """Return the derivative of the area by the parameters, shape (2, fits)."""

    def starts(self, aucs: Floats, top_shares: Floats) -> Floats:
        """Return free parameters to start from, shape (starts, 2, fits).

        Given are the empirical areas and the shares of positives above all negatives, (fits,) each.
        """

    def from_free(self, free: Floats) -> Floats:
        """Return the parameters of free parameters."""

    def start_at(self, parameters: Floats) -> Floats:
        """Return free parameters from which a search can leave these parameters."""

    def free_slopes(self, free: Floats) -> tuple[Floats, Floats]:
        """Return the first and second derivative of each parameter by its free parameter, (2, fits) each."""

    def folded(self, cuts: Floats, free: Floats) -> tuple[Floats, Floats]:
        """Return cuts and free parameters in their published form where several describe one curve."""

    def at_limit(self, parameters: Floats) -> Floats:
        """Return 1 for a parameter at the edge of what it may be and 0 elsewhere, shape (2, fits)."""


def slopes_of_normal(argument: Floats, first: Floats, second: Floats) -> tuple[Floats, Floats]:
    """Return the derivatives of ``cdf(argument)`` from those of its argument.

    Parameters
    ----------
    argument : array of shape (cuts, fits)
        The argument.
    first, second : array of shape (3, cuts, fits) and (6, cuts, fits)
        Its derivatives, in the order of `Slopes`.
    """
    density = pdf(argument)
    curvature = np.stack([second[k] - argument * first[i] * first[j] for k, (i, j) in enumerate(PAIRS)])
    return density * first, density * curvature


def stacked(*parts: Floats | float, like: Floats) -> Floats:
    """Return the parts, numbers or arrays, as one array of the shape of `like`, first axis parts."""
    result: Floats = np.stack(
        [np.broadcast_to(np.asarray(part, dtype=np.float64), like.shape) for part in parts]
    )
    return result
