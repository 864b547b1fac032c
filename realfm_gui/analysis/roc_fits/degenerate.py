"""Data that no search can fit: too few operating points, or all of them on the edge of the unit square.

The best curve is then known without a search, and is not a smooth one: either the data fix it only up to a
convention, or the likelihood rises for ever towards a curve of straight lines. Two lines are described by
their corner (FPF, TPF); the area under them is (1 - FPF + TPF) / 2.

References
----------
.. [1] Metz CE. Invest Radiol 1989;24(3):234-245 (degenerate data sets).
.. [2] Dorfman DD, Berbaum KS. Acad Radiol 2000;7(6):427-437.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.roc_fits.categories import Runs
from realfm_gui.analysis.roc_fits.curve_family import RocModel
from realfm_gui.analysis.roc_fits.normal import Floats, quantile


class FitStatus(IntEnum):
    """How a fit came to its answer; `explanation` says it in a sentence."""

    MAXIMUM = 0
    AT_LIMIT = 1
    NOT_CONVERGED = 2
    SEPARATED = 3
    REVERSED = 4
    NO_OPERATING_POINT = 5
    ONE_POINT_INSIDE = 6
    ONE_POINT_ON_EDGE = 7
    CHANCE = 8
    STEP = 9

    @property
    def explanation(self) -> str:
        """A sentence for the user; empty for an ordinary maximum."""
        return _EXPLANATIONS[self]


_EXPLANATIONS = {
    FitStatus.MAXIMUM: "",
    FitStatus.AT_LIMIT: "The likelihood is highest at the edge of what the model allows; "
    "the standard error holds the parameter at that edge.",
    FitStatus.NOT_CONVERGED: "The search ended before the likelihood was at its highest; "
    "do not rely on this fit.",
    FitStatus.SEPARATED: "All operating points lie on the left and upper edges: "
    "the fitted curve is the corner and its area 1, without a standard error.",
    FitStatus.REVERSED: "All operating points lie on the lower and right edges: "
    "the ratings run against the truth, and no standard error can be given.",
    FitStatus.NO_OPERATING_POINT: "All ratings are the same: the curve is the chance line.",
    FitStatus.ONE_POINT_INSIDE: "The ratings give a single operating point; "
    "the curve through it is drawn with equal spread of both truth states (b = 1).",
    FitStatus.ONE_POINT_ON_EDGE: "The ratings give a single operating point, on an edge: "
    "any number of curves fit it exactly. Two straight lines through it are taken, the empirical curve.",
    FitStatus.STEP: "All operating points lie on one horizontal or vertical line and the edges: "
    "the fitted curve is a step (b of 0 or without limit).",
    FitStatus.CHANCE: "No curve above the chance line fits better than the chance line itself.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFits:
    """Fits that need no search.

    `status` (fits,) is `FitStatus.MAXIMUM` where a search is needed after all. `corners` (2, fits) are FPF
    and TPF of the corner, NaN where the curve is smooth. `parameters` (2, fits) are NaN where it is not.
    `levels` (fits,) is the log-likelihood.
    """

    status: NDArray[np.int64]
    corners: Floats
    parameters: Floats
    levels: Floats


def chance_level(runs: Runs) -> Floats:
    """Return the log-likelihood of the chance line, shape (fits,)."""
    return _multinomial(runs.counts, runs.counts.sum(axis=0)) + runs.split


def known_fits(model: RocModel, runs: Runs) -> KnownFits:
    """Find the fits whose answer is known without a search.

    Parameters
    ----------
    model : RocModel
        The family.
    runs : Runs
        The counts of the fits.
    """
    n = runs.n_runs
    fits = np.arange(len(n))
    negative, positive = runs.counts
    top, bottom = (positive[n - 1, fits], negative[n - 1, fits]), (positive[0], negative[0])
    on_left, on_top = top[1] == 0, bottom[0] == 0
    on_bottom, on_right = top[0] == 0, bottom[1] == 0
    fpf, tpf = top[1] / negative.sum(axis=0), top[0] / positive.sum(axis=0)
    few, two = n <= 3, n == 2
    status = np.full(len(n), FitStatus.MAXIMUM, dtype=np.int64)
    status[two] = FitStatus.ONE_POINT_INSIDE
    status[two & (on_left | on_top | on_bottom | on_right)] = FitStatus.ONE_POINT_ON_EDGE
    status[few & (n > 1) & on_left & on_top] = FitStatus.SEPARATED
    status[few & (n > 1) & on_bottom & on_right] = FitStatus.REVERSED
    status[n == 1] = FitStatus.NO_OPERATING_POINT
    parameters = np.full((2, len(n)), np.nan)
    if model is RocModel.BINORMAL:
        _find_steps(runs, status, parameters)
    levels = _multinomial(runs.counts, runs.counts) + runs.split
    below_chance = (status == FitStatus.REVERSED) | (two & (tpf < fpf))
    if model is not RocModel.BINORMAL:
        levels = np.where(below_chance, chance_level(runs), levels)
        status[below_chance] = FitStatus.CHANCE
    corners = np.full((2, len(n)), np.nan)
    for kind, corner in (
        (FitStatus.SEPARATED, (0.0, 1.0)),
        (FitStatus.REVERSED, (1.0, 0.0)),
        (FitStatus.NO_OPERATING_POINT, (0.5, 0.5)),
        (FitStatus.CHANCE, (0.5, 0.5)),
    ):
        corners[:, status == kind] = np.array(corner)[:, np.newaxis]
    on_edge = status == FitStatus.ONE_POINT_ON_EDGE
    corners[:, on_edge] = np.stack([fpf, tpf])[:, on_edge]
    inside = status == FitStatus.ONE_POINT_INSIDE
    distance = quantile(tpf[inside]) - quantile(fpf[inside])
    parameters[:, inside] = np.stack([distance, np.full_like(distance, _EQUAL_SPREAD[model])])
    return KnownFits(status=status, corners=corners, parameters=parameters, levels=levels)


def _find_steps(runs: Runs, status: NDArray[np.int64], parameters: Floats) -> None:
    """Mark the data that a binormal curve of b = 0, or of b without limit, fits exactly; in place.

    With b = 0 the curve rises along the left edge to TPF = p, runs level, and rises along the right edge.
    Runs allow it where, apart from a run of positives at either end, no positives lie between two cuts: what
    is left is one run, two, or three with negatives only in the middle. The other way round for b without
    limit.
    """
    n, fits = runs.n_runs, np.arange(len(runs.n_runs))
    for state, spread in ((1, NO_SPREAD), (0, 1 / NO_SPREAD)):
        cases, others = runs.counts[state], runs.counts[1 - state]
        ends = others[0] == 0, others[n - 1, fits] == 0
        first, n_core = ends[0].astype(np.int64), n - ends[0] - ends[1]
        middle = np.minimum(first + 1, n - 1)
        is_step = (n_core <= 2) | ((n_core == 3) & (cases[middle, fits] == 0))
        is_step &= (n > 2) & (status == FitStatus.MAXIMUM)
        below = np.cumsum(cases, axis=0) / cases.sum(axis=0)
        # One core run only lies between two end runs, and the level anywhere between their shares.
        one_run = (below[0] + below[np.minimum(1, n - 1), fits]) / 2
        level = np.where(n_core == 1, one_run, below[first, fits])
        distance = -quantile(level[is_step])
        parameters[:, is_step] = (
            np.stack([distance, np.full_like(distance, spread)])
            if state == 1
            else np.stack([-distance * spread, np.full_like(distance, spread)])
        )
        status[is_step] = FitStatus.STEP


NO_SPREAD = 1e-8
"""Stands for b = 0, and its inverse for b without limit."""

_EQUAL_SPREAD = {RocModel.BINORMAL: 1.0, RocModel.PROPER: 0.0, RocModel.CONTAMINATED: 1.0}
"""The second parameter with which each family is the equal-variance binormal curve."""


def _multinomial(counts: Floats, shape: Floats) -> Floats:
    """Return the log-likelihood, shape (fits,), of counts under probabilities in proportion to `shape`."""
    shares = np.broadcast_to(shape / shape.sum(axis=-2, keepdims=True), counts.shape)
    logs = np.log(np.where(counts > 0, shares, 1.0))
    result: Floats = (counts * logs).sum(axis=(0, 1))
    return result
