"""Krippendorff's alpha: disagreement observed against disagreement expected, missing reads allowed."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.agreement.kappas import ratio
from realfm_gui.analysis.agreement.ratings import ReaderRatings

Floats = NDArray[np.float64]


class Metric(StrEnum):
    """How far apart two ratings are."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


def krippendorff_alpha(ratings: ReaderRatings, weights: Floats, metric: Metric) -> Floats:
    """Return alpha = 1 - observed / expected disagreement on every replicate.

    Parameters
    ----------
    ratings : ReaderRatings
        Cases with a single read say nothing about agreement and are left out.
    weights : array of shape (replicates, cases)
        Case weights.
    metric : Metric
        Nominal: 1 if different. Ordinal: the squared number of ratings between two values, counted on the
        replicate itself. Interval: the squared difference.

    Returns
    -------
    array of shape (replicates,)
        NaN where all pairable ratings are the same.

    References
    ----------
    .. [1] Krippendorff K. Content Analysis. 4th ed. Sage; 2019, chapter 12.
    .. [2] Hayes AF, Krippendorff K. Commun Methods Meas 2007;1(1):77-89.
    """
    paired = ratings.reads_per_case >= 2
    pairable, weights = ratings.of_cases(paired), weights[:, paired]
    reads = pairable.reads_per_case.astype(np.float64)
    if metric is Metric.NOMINAL:
        observed, expected = _nominal(pairable.counts, reads, weights)
    elif metric is Metric.ORDINAL:
        observed, expected = _ordinal(pairable.counts, reads, weights)
    else:
        observed, expected = _interval(pairable.values, reads, weights)
    n_ratings = weights @ reads
    return 1 - ratio((n_ratings - 1) * observed, expected)


def _nominal(counts: Floats, reads: Floats, weights: Floats) -> tuple[Floats, Floats]:
    of_case = (reads**2 - (counts**2).sum(axis=1)) / (reads - 1)
    chosen = weights @ counts
    return weights @ of_case, chosen.sum(axis=1) ** 2 - (chosen**2).sum(axis=1)


def _ordinal(counts: Floats, reads: Floats, weights: Floats) -> tuple[Floats, Floats]:
    # Krippendorff's sum over the ranks between two values is the distance of their mid-ranks, so the values
    # become numbers (on each replicate its own) and no table of pairs of categories is needed.
    chosen = weights @ counts
    mid_rank = np.cumsum(chosen, axis=1) - chosen / 2
    n_ratings = chosen.sum(axis=1, keepdims=True)
    # Shares, centred: the same alpha with no large numbers to cancel.
    mid_rank = mid_rank / np.maximum(n_ratings, 1) - 0.5
    squares, sums = mid_rank**2 @ counts.T, mid_rank @ counts.T
    observed = (weights * (2 * (reads * squares - sums**2) / (reads - 1))).sum(axis=1)
    total, total_squares = (chosen * mid_rank).sum(axis=1), (chosen * mid_rank**2).sum(axis=1)
    return observed, 2 * (n_ratings[:, 0] * total_squares - total**2)


def _interval(values: Floats, reads: Floats, weights: Floats) -> tuple[Floats, Floats]:
    if values.size == 0:
        return np.zeros(len(weights)), np.zeros(len(weights))
    # Alpha does not depend on origin or unit; without them the squares do not cancel.
    centred = values - np.nanmean(values)
    centred = centred / max(float(np.nanmax(np.abs(centred))), np.finfo(np.float64).tiny)
    sums, squares = np.nansum(centred, axis=0), np.nansum(centred**2, axis=0)
    observed = weights @ (2 * (reads * squares - sums**2) / (reads - 1))
    return observed, 2 * ((weights @ reads) * (weights @ squares) - (weights @ sums) ** 2)
