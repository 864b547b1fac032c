"""Agreement of categories: percent, specific, Cohen, Fleiss and Gwet.

Every function goes from ratings and case weights of shape (replicates, cases) to values of shape
(replicates,), NaN where undefined: each case adds a few numbers, so all replicates are one matrix product.
"""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.agreement.ratings import ReaderRatings

Floats = NDArray[np.float64]


class CategoryWeights(StrEnum):
    """How much two different categories count as agreement."""

    NONE = "unweighted"
    LINEAR = "linear"
    QUADRATIC = "quadratic"


def partial_agreement(scale: Floats, weights: CategoryWeights) -> Floats:
    """Return the agreement of every two values of a scale, shape (categories, categories), 1 on the diagonal.

    Linear: 1 - |x - y| / range; quadratic: 1 - (x - y)^2 / range^2, from the values, not their ranks.

    References
    ----------
    .. [1] Cohen J. Psychol Bull 1968;70(4):213-220.

    Examples
    --------
    >>> partial_agreement(np.array([1.0, 2.0, 3.0]), CategoryWeights.LINEAR)[0].tolist()
    [1.0, 0.5, 0.0]
    """
    if weights is CategoryWeights.NONE or len(scale) < 2:
        return np.eye(len(scale))
    distance = np.abs(scale[:, np.newaxis] - scale[np.newaxis]) / (scale[-1] - scale[0])
    agreement: Floats = 1 - (distance if weights is CategoryWeights.LINEAR else distance**2)
    return agreement


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Return numerator / denominator, NaN where the denominator is nil up to rounding."""
    is_defined = np.abs(denominator) > 1e-12
    result = np.full(np.broadcast_shapes(numerator.shape, denominator.shape), np.nan)
    np.divide(numerator, denominator, out=result, where=is_defined)
    return result


def beyond_chance(observed: Floats, expected: Floats) -> Floats:
    """Return (observed - expected) / (1 - expected), NaN where chance alone gives full agreement."""
    return ratio(observed - expected, 1 - expected)


def percent_agreement(
    ratings: ReaderRatings, weights: Floats, partial: CategoryWeights = CategoryWeights.NONE
) -> Floats:
    """Share of pairs of readers who agree on a case, averaged over cases with at least two reads."""
    counts, reads = ratings.counts, ratings.reads_per_case.astype(np.float64)
    in_favour = counts @ partial_agreement(ratings.scale, partial)
    agreeing = (counts * (in_favour - 1)).sum(axis=1)
    is_paired = (reads >= 2).astype(np.float64)
    of_case = is_paired * agreeing / np.maximum(reads * (reads - 1), 1)
    return ratio(weights @ of_case, weights @ is_paired)


def specific_agreement(ratings: ReaderRatings, weights: Floats, category: int) -> Floats:
    """Chance that a second reader gives a case this category too, given that one reader did.

    With two readers and calls this is 2a / (2a + b + c). `category` is a position on the scale.

    References
    ----------
    .. [1] Cicchetti DV, Feinstein AR. J Clin Epidemiol 1990;43(6):551-558.
    .. [2] Spitzer RL, Fleiss JL. Br J Psychiatry 1974;125:341-347.
    """
    chosen, reads = ratings.counts[:, category], ratings.reads_per_case
    return ratio(weights @ (chosen * (chosen - 1)), weights @ (chosen * np.maximum(reads - 1, 0)))


def cohen_kappa(ratings: ReaderRatings, weights: Floats, partial: CategoryWeights) -> Floats:
    """Cohen's kappa of two readers; with more readers the mean over all pairs, each on the cases both read.

    References
    ----------
    .. [1] Cohen J. Educ Psychol Meas 1960;20(1):37-46.
    .. [2] Light RJ. Psychol Bull 1971;76(5):365-377 (the mean over pairs).
    """
    agreement, n_readers = partial_agreement(ratings.scale, partial), ratings.n_readers
    if n_readers < 2 or not len(agreement):
        return np.full(len(weights), np.nan)
    if ratings.is_read.all():
        of_pairs = _kappas_of_complete_reads(ratings.codes, agreement, weights)
    else:
        later = range(n_readers - 1)
        kappas = [_kappas_with_later_readers(ratings.codes, first, agreement, weights) for first in later]
        of_pairs = np.concatenate(kappas, axis=1)
    mean: Floats = of_pairs.mean(axis=1)
    return mean


def _kappas_of_complete_reads(codes: NDArray[np.int64], agreement: Floats, weights: Floats) -> Floats:
    """Return the kappas of all pairs, shape (replicates, pairs), where nobody missed a case.

    What a reader chose then is the same in every pair: an eighth of the work for twenty readers who choose
    among five categories.
    """
    first, second = np.triu_indices(len(codes), 1)
    n_pairs, n_cases = len(first), codes.shape[1]
    chosen = np.eye(len(agreement))[codes].transpose(1, 0, 2).reshape(n_cases, -1)
    sums = weights @ np.concatenate([agreement[codes[first], codes[second]].T, chosen], axis=1)
    shares = ratio(sums, weights.sum(axis=1, keepdims=True))
    of_reader = shares[:, n_pairs:].reshape(len(weights), len(codes), -1)
    expected = np.einsum("bpk,bpk->bp", (of_reader @ agreement)[:, first], of_reader[:, second])
    return beyond_chance(shares[:, :n_pairs], expected)


def _kappas_with_later_readers(
    codes: NDArray[np.int64], first: int, agreement: Floats, weights: Floats
) -> Floats:
    """Return the kappas of a reader with each later one, shape (replicates, later readers)."""
    one, others = codes[first], codes[first + 1 :]
    n_pairs, n_categories = len(others), len(agreement)
    both = ((one >= 0) & (others >= 0)).astype(np.float64)
    chosen = np.eye(n_categories)
    # Per pair and case: whether both read it, how far they agree, and which category each chose.
    parts = [
        both[..., np.newaxis],
        (both * agreement[one, others])[..., np.newaxis],
        both[..., np.newaxis] * chosen[one],
        both[..., np.newaxis] * chosen[others],
    ]
    of_case = (
        np.concatenate(parts, axis=2)
        .transpose(1, 0, 2)
        .reshape(codes.shape[1], n_pairs * (2 + 2 * n_categories))
    )
    sums = (weights @ of_case).reshape(len(weights), n_pairs, 2 + 2 * n_categories)
    shares = ratio(sums[..., 1:], sums[..., :1])
    expected = shares[..., 1 : 1 + n_categories] @ agreement * shares[..., 1 + n_categories :]
    return beyond_chance(shares[..., 0], expected.sum(axis=2))


def fleiss_kappa(
    ratings: ReaderRatings, weights: Floats, partial: CategoryWeights = CategoryWeights.NONE
) -> Floats:
    """Fleiss' kappa of any number of readers, who may differ from case to case.

    References
    ----------
    .. [1] Fleiss JL. Psychol Bull 1971;76(5):378-382.
    """
    shares = _category_shares(ratings, weights)
    expected = (shares @ partial_agreement(ratings.scale, partial) * shares).sum(axis=1)
    return beyond_chance(percent_agreement(ratings, weights, partial), expected)


def gwet_ac(
    ratings: ReaderRatings, weights: Floats, partial: CategoryWeights = CategoryWeights.NONE
) -> Floats:
    """Gwet's AC1, or AC2 with weighted categories; unlike kappa it holds where one category is rare.

    References
    ----------
    .. [1] Gwet KL. Br J Math Stat Psychol 2008;61(1):29-48.
    """
    n_categories = len(ratings.scale)
    if n_categories < 2:
        return np.full(len(weights), np.nan)
    shares = _category_shares(ratings, weights)
    total = partial_agreement(ratings.scale, partial).sum() / (n_categories * (n_categories - 1))
    expected = total * (shares * (1 - shares)).sum(axis=1)
    return beyond_chance(percent_agreement(ratings, weights, partial), expected)


def _category_shares(ratings: ReaderRatings, weights: Floats) -> Floats:
    """Return how often each category is chosen, every case read by anyone counting once."""
    reads = ratings.reads_per_case.astype(np.float64)
    of_case = ratings.counts / np.maximum(reads, 1)[:, np.newaxis]
    return ratio(weights @ of_case, (weights @ (reads > 0).astype(np.float64))[:, np.newaxis])
