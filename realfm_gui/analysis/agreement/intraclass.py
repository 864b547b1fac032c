"""Intraclass correlation of readers' measurements: six forms from one two-way table."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.agreement.kappas import ratio
from realfm_gui.analysis.agreement.ratings import ReaderRatings

Floats = NDArray[np.float64]


class Icc(StrEnum):
    """Shrout and Fleiss' forms: model 1, 2 or 3; of a single reader or of the readers' mean."""

    ONE_WAY = "ICC(1,1)"
    AGREEMENT = "ICC(2,1)"
    CONSISTENCY = "ICC(3,1)"
    ONE_WAY_MEAN = "ICC(1,k)"
    AGREEMENT_MEAN = "ICC(2,k)"
    CONSISTENCY_MEAN = "ICC(3,k)"


def intraclass_correlation(ratings: ReaderRatings, weights: Floats, form: Icc) -> Floats:
    """Return one form of the intraclass correlation on every replicate.

    Parameters
    ----------
    ratings : ReaderRatings
        Cases that a reader did not read are left out: the forms need a complete table.
    weights : array of shape (replicates, cases)
        Case weights; their sum counts as the number of cases.
    form : Icc
        Model 1: every case has its own readers; 2: readers are a sample, absolute agreement; 3: these
        readers, consistency (a constant offset between readers does not count).

    Returns
    -------
    array of shape (replicates,)
        NaN with fewer than two readers or cases, or without any spread.

    References
    ----------
    .. [1] Shrout PE, Fleiss JL. Psychol Bull 1979;86(2):420-428.
    .. [2] McGraw KO, Wong SP. Psychol Methods 1996;1(1):30-46.
    """
    complete = ratings.reads_per_case == ratings.n_readers
    table, weights = ratings.values[:, complete], weights[:, complete]
    n_readers = len(table)
    if n_readers < 2 or table.shape[1] < 2:
        return np.full(len(weights), np.nan)
    n_cases = weights.sum(axis=1)
    between_cases, between_readers, within, error = _mean_squares(table, weights, n_cases)
    offset = ratio(between_readers - error, n_cases)
    k = n_readers
    numerator, denominator = {
        Icc.ONE_WAY: (between_cases - within, between_cases + (k - 1) * within),
        Icc.AGREEMENT: (between_cases - error, between_cases + (k - 1) * error + k * offset),
        Icc.CONSISTENCY: (between_cases - error, between_cases + (k - 1) * error),
        Icc.ONE_WAY_MEAN: (between_cases - within, between_cases),
        Icc.AGREEMENT_MEAN: (between_cases - error, between_cases + offset),
        Icc.CONSISTENCY_MEAN: (between_cases - error, between_cases),
    }[form]
    return np.where(denominator > 0, ratio(numerator, denominator), np.nan)


def _mean_squares(table: Floats, weights: Floats, n_cases: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the mean squares of cases, of readers, within cases and of error, each (replicates,)."""
    n_readers = len(table)
    # An ICC does not depend on origin or unit; in units of the largest deviation nothing cancels.
    table = table - table.mean()
    table = table / max(float(np.abs(table).max()), np.finfo(np.float64).tiny)
    of_case = table.mean(axis=0)
    sums = weights @ np.column_stack([of_case**2, (table**2).sum(axis=0), table.T])
    reader_means = ratio(sums[:, 2:], n_cases[:, np.newaxis])
    mean = reader_means.mean(axis=1)
    between_cases = np.maximum(n_readers * (sums[:, 0] - n_cases * mean**2), 0)
    between_readers = n_cases * ((reader_means - mean[:, np.newaxis]) ** 2).sum(axis=1)
    total = sums[:, 1] - n_readers * n_cases * mean**2
    within = np.maximum(total - between_cases, 0)
    error = np.maximum(within - between_readers, 0)
    return (
        ratio(between_cases, n_cases - 1),
        between_readers / (n_readers - 1),
        ratio(within, n_cases * (n_readers - 1)),
        ratio(error, (n_cases - 1) * (n_readers - 1)),
    )
