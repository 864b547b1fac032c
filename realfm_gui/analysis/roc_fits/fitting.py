"""Maximum-likelihood ROC curves of many observers, samples or replicates at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.analysis.roc_fits.categories import CategoryCounts, Ints, Runs, find_runs
from realfm_gui.analysis.roc_fits.curve_family import CurveFamily, RocModel
from realfm_gui.analysis.roc_fits.degenerate import FitStatus, KnownFits, chance_level, known_fits
from realfm_gui.analysis.roc_fits.families import family_of
from realfm_gui.analysis.roc_fits.maximum import Maximum, cuts_for, maximise
from realfm_gui.analysis.roc_fits.normal import Floats

_CELLS_AT_ONCE = 200_000
"""Runs times fits searched together: some hundred MB of derivatives, and arrays that stay near the cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveFits:
    """Fitted curves in a row.

    Attributes
    ----------
    model : RocModel
        The family.
    parameters : array of shape (2, fits)
        Natural parameters; NaN where the curve is two straight lines.
    corners : array of shape (2, fits)
        FPF and TPF where the two lines meet; NaN where the curve is smooth.
    cuts : array of shape (cuts, fits)
        Between the runs of `find_runs`; NaN where there is none.
    log_likelihood : array of shape (fits,)
        Of the categories given, without the multinomial coefficient.
    status : array of shape (fits,)
        Of `FitStatus`.
    n_steps : array of shape (fits,)
        Steps of the search that won.
    """

    model: RocModel
    parameters: Floats
    corners: Floats
    cuts: Floats
    log_likelihood: Floats
    status: Ints
    n_steps: Ints

    @property
    def is_smooth(self) -> NDArray[np.bool_]:
        """Where there are parameters, shape (fits,)."""
        result: NDArray[np.bool_] = np.isnan(self.corners[0])
        return result

    @property
    def aucs(self) -> Floats:
        """Area under each curve, shape (fits,); never NaN."""
        smooth = self.is_smooth
        fpf, tpf = self.corners
        result: Floats = (1 - fpf + tpf) / 2
        result[smooth] = family_of(self.model).auc(self.parameters[:, smooth])
        return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """A point in each likelihood: natural parameters (2, fits) and cuts (cuts, fits).

    NaN where there is none to give.
    """

    parameters: Floats
    cuts: Floats

    def select(self, fits: Ints, *, n_cuts: int) -> "Points":
        """Return the points of some of the fits, and no more cuts than they have."""
        return Points(parameters=self.parameters[:, fits], cuts=self.cuts[:n_cuts, fits])


def fit_counts(model: RocModel, counts_positive: ArrayLike, counts_negative: ArrayLike) -> CurveFits:
    """Fit one curve per row of counts.

    Parameters
    ----------
    model : RocModel
        The family.
    counts_positive, counts_negative : array-like of shape (fits, categories)
        Cases, or sums of weights, per ordered category, the least suspicious first.

    Raises
    ------
    ValueError
        If a count is negative or not finite, or a row has no positive or no negative case.
    """
    counts = CategoryCounts(
        positive=np.asarray(counts_positive, dtype=np.float64),
        negative=np.asarray(counts_negative, dtype=np.float64),
    )
    return fit_runs(model, find_runs(counts.positive, counts.negative))


def fit_runs(
    model: RocModel, runs: Runs, *, near: Points | None = None, is_thorough: bool = True
) -> CurveFits:
    """Fit one curve per set of runs.

    Parameters
    ----------
    model : RocModel
        The family.
    runs : Runs
        The counts.
    near : Points, optional
        A point per fit to start from, in addition to the family's own starts.
    is_thorough : bool
        False to start from `near` only; a fit whose search fails from there is started anew all the same.
    """
    known = known_fits(model, runs)
    fits = _without_search(model, runs, known)
    wanted = np.flatnonzero(known.status == FitStatus.MAXIMUM)
    # Like sizes together, so that padding costs little.
    wanted = wanted[np.argsort(runs.n_runs[wanted], kind="stable")]
    per_chunk = max(1, _CELLS_AT_ONCE // max(1, int(runs.n_runs.max(initial=1))))
    for begin in range(0, len(wanted), per_chunk):
        chunk = wanted[begin : begin + per_chunk]
        chosen = runs.select(chunk)
        points = None if near is None else near.select(chunk, n_cuts=chosen.counts.shape[1] - 1)
        _write(fits, chunk, _search(family_of(model), chosen, points, is_thorough=is_thorough), chosen, model)
    return fits


def _search(family: CurveFamily, runs: Runs, near: Points | None, *, is_thorough: bool) -> Maximum:
    """Return the highest maximum found from `near`, the family's starts, or both."""
    if near is None:
        return _highest(family, runs, _family_starts(family, runs))
    start = family.start_at(near.parameters), near.cuts
    if is_thorough:
        return _highest(family, runs, [*_family_starts(family, runs), start])
    found = maximise(family, runs, *start)
    lost = np.flatnonzero(~found.is_converged)
    if lost.size:
        again = runs.select(lost)
        found.put(lost, _highest(family, again, _family_starts(family, again)))
    return found


def _family_starts(family: CurveFamily, runs: Runs) -> list[tuple[Floats, Floats]]:
    negative, positive = runs.counts
    top = runs.n_runs - 1, np.arange(len(runs.n_runs))
    top_shares = np.where(negative[top] > 0, 0.0, positive[top] / positive.sum(axis=0))
    starts = family.starts(_empirical_aucs(runs), top_shares)
    return [(free, cuts_for(family, runs, family.from_free(free))) for free in starts]


def _highest(family: CurveFamily, runs: Runs, starts: list[tuple[Floats, Floats]]) -> Maximum:
    """Search from all starts side by side and return the highest maximum of each fit."""
    n_fits = len(runs.n_runs)
    found = maximise(
        family,
        runs.select(np.tile(np.arange(n_fits), len(starts))),
        np.concatenate([free for free, _ in starts], axis=1),
        np.concatenate([cuts for _, cuts in starts], axis=1),
    )
    # Of a maximum reached from several starts, the search that has arrived counts.
    merit = found.log_likelihood + np.where(found.is_converged, 1e-9, 0.0)
    best = merit.reshape(len(starts), n_fits).argmax(axis=0) * n_fits + np.arange(n_fits)
    return found.select(best)


def _empirical_aucs(runs: Runs) -> Floats:
    negative, positive = runs.counts
    below = np.cumsum(negative, axis=0) - negative / 2
    result: Floats = (positive * below).sum(axis=0) / (positive.sum(axis=0) * negative.sum(axis=0))
    return result


def _without_search(model: RocModel, runs: Runs, known: KnownFits) -> CurveFits:
    n_fits = len(runs.n_runs)
    cuts = np.full((max(runs.counts.shape[1] - 1, 0), n_fits), np.nan)
    inside = np.flatnonzero(known.status == FitStatus.ONE_POINT_INSIDE)
    if inside.size:
        cuts[0, inside] = cuts_for(family_of(model), runs.select(inside), known.parameters[:, inside])[0]
    return CurveFits(
        model=model,
        parameters=known.parameters,
        corners=known.corners,
        cuts=cuts,
        log_likelihood=known.levels,
        status=known.status,
        n_steps=np.zeros(n_fits, dtype=np.int64),
    )


def _write(fits: CurveFits, chunk: Ints, best: Maximum, runs: Runs, model: RocModel) -> None:
    """Put searched fits to their places in the row."""
    family = family_of(model)
    cuts, parameters = best.cuts, family.from_free(best.free)
    level = best.log_likelihood + runs.split
    status = np.where(best.is_converged, FitStatus.MAXIMUM, FitStatus.NOT_CONVERGED)
    at_limit = best.is_converged & (family.at_limit(parameters) > 0).any(axis=0)
    status = np.where(at_limit, FitStatus.AT_LIMIT, status)
    if model is not RocModel.BINORMAL:
        floor = chance_level(runs)
        is_chance = level <= floor + 1e-9
        status = np.where(is_chance, FitStatus.CHANCE, status)
        level = np.maximum(level, floor)
        fits.corners[:, chunk[is_chance]] = 0.5
        parameters = np.where(is_chance, np.nan, parameters)
        cuts = np.where(is_chance, np.nan, cuts)
    fits.parameters[:, chunk] = parameters
    fits.cuts[: len(cuts), chunk] = np.where(runs.is_cut, cuts, np.nan)
    fits.log_likelihood[chunk] = level
    fits.status[chunk] = status
    fits.n_steps[chunk] = best.n_steps
