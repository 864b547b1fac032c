"""The search for the maximum of many likelihoods at once.

Newton's method, turned uphill where the likelihood does not bend downwards; the step is halved until the
likelihood rises. Fits that have arrived leave the batch, so that a few stubborn ones do not hold up the many.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.roc_fits.bordered_solver import Step, ascent_step
from realfm_gui.analysis.roc_fits.categories import Ints, Runs
from realfm_gui.analysis.roc_fits.curve_family import CurveFamily
from realfm_gui.analysis.roc_fits.likelihood import LikelihoodSlopes, likelihood_slopes, log_likelihood
from realfm_gui.analysis.roc_fits.normal import Floats

MOST_STEPS = 200
"""Well-posed fits arrive in about ten; those that run towards a limit of the model need some dozens."""
SMALLEST_GAIN = 1e-10
"""A search has arrived where the next step would raise the log-likelihood by less than this."""
PATIENCE = 20
GAIN_AFTER_PATIENCE = 1e-7
"""A search still under way after so many steps creeps along a level ridge, and is ended sooner."""
LONGEST_STEP = 1.0
"""The free parameters are moved by no more than this at once in either principal direction."""
_ROUNDING = 1e-10
_MOST_HALVINGS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Maximum:
    """Where the searches ended: free parameters (2, fits), cuts (cuts, fits) and what was reached there.

    `log_likelihood`, `n_steps` and `is_converged` have shape (fits,).
    """

    free: Floats
    cuts: Floats
    log_likelihood: Floats
    n_steps: Ints
    is_converged: NDArray[np.bool_]

    def select(self, fits: Ints) -> "Maximum":
        """Return some of the searches."""
        return Maximum(
            free=self.free[:, fits],
            cuts=self.cuts[:, fits],
            log_likelihood=self.log_likelihood[fits],
            n_steps=self.n_steps[fits],
            is_converged=self.is_converged[fits],
        )

    def put(self, fits: Ints, other: "Maximum") -> None:
        """Put other searches in the place of some, in place; they have no more cuts than these."""
        self.free[:, fits] = other.free
        self.cuts[: len(other.cuts), fits] = other.cuts
        self.log_likelihood[fits] = other.log_likelihood
        self.n_steps[fits] = other.n_steps
        self.is_converged[fits] = other.is_converged


def cuts_for(family: CurveFamily, runs: Runs, parameters: Floats) -> Floats:
    """Return cuts (cuts, fits) at which the curve's mixture of both truth states matches the pooled counts.

    Bisection, because it cannot fail: the pooled survival falls monotonically in every family.
    """
    totals = runs.counts.sum(axis=(0, 1))
    share = runs.counts[1].sum(axis=0) / totals
    pooled = runs.counts.sum(axis=0) / totals
    target = np.cumsum(pooled[::-1], axis=0)[::-1][1:]
    ends = family.reach(parameters)
    low, high = (np.broadcast_to(end, target.shape).copy() for end in ends)
    for _ in range(30):
        middle = (low + high) / 2
        survival = family.tails(middle, parameters).survival
        is_too_low = (1 - share) * survival[0] + share * survival[1] > target
        low, high = np.where(is_too_low, middle, low), np.where(is_too_low, high, middle)
    result: Floats = (low + high) / 2
    return result


def maximise(family: CurveFamily, runs: Runs, free: Floats, cuts: Floats) -> Maximum:
    """Climb from the given points to the nearest maximum of each likelihood.

    Parameters
    ----------
    family : CurveFamily
        The curve.
    runs : Runs
        The counts of the fits.
    free : array of shape (2, fits)
        Free parameters to start from.
    cuts : array of shape (cuts, fits)
        Rising; what stands at padding is ignored.

    Returns
    -------
    Maximum
        With a log-likelihood of minus infinity where the start itself was impossible.
    """
    # A trial step may overshoot beyond the range of numbers; its likelihood is then nil and it is halved.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        return _maximise(family, runs, free, cuts)


def _maximise(family: CurveFamily, runs: Runs, free: Floats, cuts: Floats) -> Maximum:
    counts, is_cut = runs.counts, runs.is_cut
    free, cuts = free.copy(), cuts.copy()
    reached = log_likelihood(family, counts, cuts, family.from_free(free), is_cut)
    n_steps = np.zeros(len(reached), dtype=np.int64)
    is_converged = np.zeros(len(reached), dtype=np.bool_)
    active = np.flatnonzero(np.isfinite(reached))
    for step_number in range(MOST_STEPS):
        if not active.size:
            break
        x, z, n, valid = free[:, active], cuts[:, active], counts[:, :, active], is_cut[:, active]
        step, gain = _direction(family, n, z, x, valid)
        has_arrived = gain < (SMALLEST_GAIN if step_number < PATIENCE else GAIN_AFTER_PATIENCE)
        x, z, level = _climb(family, n, z, x, valid, step=step, level=reached[active], once=has_arrived)
        is_stuck = level <= reached[active]
        cuts[:, active], free[:, active] = family.folded(z, x)
        reached[active] = level
        n_steps[active] += 1
        # A search that finds nothing higher although it should is at the end of its digits, or lost.
        is_converged[active] = has_arrived | (is_stuck & (gain < 1e-6))
        active = active[~has_arrived & ~is_stuck]
    return Maximum(free=free, cuts=cuts, log_likelihood=reached, n_steps=n_steps, is_converged=is_converged)


def _direction(
    family: CurveFamily, counts: Floats, cuts: Floats, free: Floats, is_cut: NDArray[np.bool_]
) -> tuple[Step, Floats]:
    """Return the step to try and the gain it promises, shape (fits,)."""
    natural = likelihood_slopes(family, counts, cuts, family.from_free(free), is_cut)
    slopes = _in_free_parameters(family, natural, free)
    step = ascent_step(slopes.information, slopes.by_cut, slopes.by_parameter, longest=LONGEST_STEP)
    gain = ((slopes.by_cut * step.cuts).sum(axis=0) + (slopes.by_parameter * step.parameters).sum(axis=0)) / 2
    return step, gain


def _in_free_parameters(family: CurveFamily, slopes: LikelihoodSlopes, free: Floats) -> LikelihoodSlopes:
    """Return the derivatives by the free instead of the natural parameters (chain rule)."""
    first, second = family.free_slopes(free)
    system = slopes.information
    corner = system.corner * np.stack([first[0] ** 2, first[0] * first[1], first[1] ** 2])
    corner[[0, 2]] -= second * slopes.by_parameter
    return LikelihoodSlopes(
        by_cut=slopes.by_cut,
        by_parameter=slopes.by_parameter * first,
        information=replace(system, border=system.border * first[:, np.newaxis], corner=corner),
    )


def _climb(
    family: CurveFamily,
    counts: Floats,
    cuts: Floats,
    free: Floats,
    is_cut: NDArray[np.bool_],
    *,
    step: Step,
    level: Floats,
    once: NDArray[np.bool_],
) -> tuple[Floats, Floats, Floats]:
    """Return parameters, cuts and log-likelihood after the largest of the halved steps that goes up.

    Where `once` says so the full step is the last and worth taking unless it goes down.
    """
    free, cuts, level = free.copy(), cuts.copy(), level.copy()
    waiting = np.arange(len(level))
    size = 1.0
    for _ in range(_MOST_HALVINGS):
        x = free[:, waiting] + size * step.parameters[:, waiting]
        z = cuts[:, waiting] + size * step.cuts[:, waiting]
        found = log_likelihood(family, counts[:, :, waiting], z, family.from_free(x), is_cut[:, waiting])
        is_last = once[waiting]
        is_up = found > level[waiting] - np.where(is_last, _ROUNDING, 0.0)
        risen = waiting[is_up]
        free[:, risen], cuts[:, risen], level[risen] = x[:, is_up], z[:, is_up], found[is_up]
        waiting = waiting[~is_up & ~is_last]
        if not waiting.size:
            break
        size /= 2
    return free, cuts, level
