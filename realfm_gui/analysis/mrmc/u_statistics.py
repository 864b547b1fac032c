"""Gallas' one-shot analysis: unbiased variances over readers and cases, in any design.

The reader-averaged figure of a modality is the share of all pairs won by all its readers, so a reader who
read more cases weighs more. Its variance is the square of the estimate minus the mean over products that
share no reader and no case: what an independent repetition of the study would give. The products are sorted
by what they share: the high case, the low case, the reader (eight kinds, "BDG moments").

References
----------
.. [1] Gallas BD. Acad Radiol 2006;13(3):353-362.
.. [2] Gallas BD, Bandos A, Samuelson FW, Wagner RF. Commun Stat Theory Methods 2009;38(15):2586-2603.
.. [3] Obuchowski NA, Gallas BD, Hillis SL. Acad Radiol 2012;19(12):1508-1517 (split-plot).
.. [4] Gaylor DW, Hopper FN. Technometrics 1969;11(4):691-706 (smallest degrees of freedom).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.estimate import Estimate, wald_estimate
from realfm_gui.analysis.mrmc import sentences
from realfm_gui.analysis.mrmc.moments import PairMoments
from realfm_gui.analysis.mrmc.obuchowski_rockette import Options, compared, with_holm
from realfm_gui.analysis.mrmc.results import Analysis, Inference, ModalityMean, VarianceComponents
from realfm_gui.analysis.random_readers import FEWEST_RANDOM_READERS
from realfm_gui.domain.errors import UserFacingError

Floats = NDArray[np.float64]

_NORMAL_FROM_DF = 50.0
"""iMRMC's convention: above this many degrees of freedom the normal distribution is used, and below it the
next lower whole number."""

# Which sums without sharing follow from the nested ones (inclusion and exclusion). Kinds, in order: same high
# and low case, same high, same low, neither; then the same four for two different readers.
_APART = np.array(
    [
        [1, 0, 0, 0, 0, 0, 0, 0],
        [-1, 1, 0, 0, 0, 0, 0, 0],
        [-1, 0, 1, 0, 0, 0, 0, 0],
        [1, -1, -1, 1, 0, 0, 0, 0],
        [-1, 0, 0, 0, 1, 0, 0, 0],
        [1, -1, 0, 0, -1, 1, 0, 0],
        [1, 0, -1, 0, -1, 0, 1, 0],
        [-1, 1, 1, -1, 1, -1, -1, 1],
    ],
    dtype=np.float64,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Covariance:
    """Covariance of two modalities' means, and what its degrees of freedom are made of.

    `sources` are the (biased) components of variance of low cases, high cases and readers; `dfs` their
    degrees of freedom.
    """

    value: float
    sources: Floats
    dfs: Floats


def analyse_u_statistics(
    moments: PairMoments,
    has_reader: NDArray[np.bool_],
    modalities: Sequence[str],
    options: Options,
) -> Analysis:
    """Compare modalities by U-statistics.

    Parameters
    ----------
    moments : PairMoments
        Over all (modality, reader) observers, modality by modality.
    has_reader : bool array of shape (modalities, readers)
        Who read in which modality.
    modalities : sequence of str
        Their names.
    options : Options
        `inference` may be random readers and cases, or fixed readers.

    Notes
    -----
    A mean is tested against nothing; intervals use Student's t with the next lower whole number of degrees of
    freedom, or the normal distribution above 50, as iMRMC does.
    """
    n_modalities = len(modalities)
    is_fixed = options.inference is Inference.FRRC
    values = np.array([_mean(moments, has_reader, m) for m in range(n_modalities)])
    pairs = {
        (m, k): _covariance(moments, has_reader, m, k, is_fixed=is_fixed)
        for m in range(n_modalities)
        for k in range(m, n_modalities)
    }
    means = tuple(
        ModalityMean(
            modality=modality,
            estimate=_estimate(float(values[m]), [pairs[m, m]], [1.0], options, is_mean=True),
        )
        for m, modality in enumerate(modalities)
    )
    comparisons = []
    for m, k in combinations(range(n_modalities), 2):
        parts = [pairs[m, m], pairs[k, k], pairs[m, k]]
        difference = _estimate(float(values[m] - values[k]), parts, [1.0, 1.0, -2.0], options, is_mean=False)
        comparisons.append(compared(modalities[m], modalities[k], difference, margin=options.margin))
    return Analysis(
        means=means,
        comparisons=with_holm(comparisons),
        global_test=None,
        components=VarianceComponents(),
        warnings=_warnings(has_reader, options),
    )


def _mean(moments: PairMoments, has_reader: NDArray[np.bool_], modality: int) -> float:
    mine = _observers(has_reader, modality)
    return float(moments.total[mine].sum() / moments.n_pairs[mine].sum())


def _observers(has_reader: NDArray[np.bool_], modality: int) -> NDArray[np.int64]:
    result: NDArray[np.int64] = modality * has_reader.shape[1] + np.flatnonzero(has_reader[modality])
    return result


def _covariance(
    moments: PairMoments, has_reader: NDArray[np.bool_], m: int, k: int, *, is_fixed: bool
) -> _Covariance:
    rows, columns = _observers(has_reader, m), _observers(has_reader, k)
    n_readers = has_reader.shape[1]
    same_reader = (rows[:, np.newaxis] % n_readers) == (columns[np.newaxis] % n_readers)
    won = moments.won[:, rows[:, np.newaxis], columns]
    count = moments.count[:, rows[:, np.newaxis], columns]
    won8 = np.concatenate([(won * same_reader).sum(axis=(1, 2)), won.sum(axis=(1, 2))])
    count8 = np.concatenate([(count * same_reader).sum(axis=(1, 2)), count.sum(axis=(1, 2))])
    product = won8[7] / count8[7]
    # where nothing is shared there is nothing in common: that source adds no covariance
    biased = np.where(count8 > 0, won8 / np.where(count8 > 0, count8, 1.0), product)
    # With fixed readers only products that share no case count as independent, whoever read them.
    kinds, signs = (slice(4, 8), _APART[3, :4]) if is_fixed else (slice(0, 8), _APART[7])
    n_apart = float(signs @ count8[kinds])
    if n_apart <= 0:
        raise UserFacingError(
            "There are too few reads for a U-statistic: no two of them share no reader and no case.",
            hint="Every modality needs two readers with two cases of each kind; or use another method.",
        )
    apart = float(signs @ won8[kinds]) / n_apart
    shares = (_APART @ count8) / count8[7]
    # The share of products with a common low case, high case, reader is one over its effective sample size.
    common = np.array([shares[[0, 2, 4, 6]].sum(), shares[[0, 1, 4, 5]].sum(), shares[:4].sum()])
    with np.errstate(divide="ignore"):
        dfs = np.round(1 / common - 1)
    sources = np.array([biased[6] - biased[7], biased[5] - biased[7], biased[3] - biased[7]])
    return _Covariance(value=float(product - apart), sources=sources, dfs=dfs)


def _estimate(
    value: float, parts: Sequence[_Covariance], signs: Sequence[float], options: Options, *, is_mean: bool
) -> Estimate:
    variance = sum(sign * part.value for sign, part in zip(signs, parts, strict=True))
    of_modalities = [part for sign, part in zip(signs, parts, strict=True) if sign > 0]
    dfs = np.min([part.dfs for part in of_modalities], axis=0)
    sources = np.sum([sign * part.sources for sign, part in zip(signs, parts, strict=True)], axis=0)
    note = "" if variance > 0 else sentences.NEGATIVE_VARIANCE if variance < 0 else sentences.NO_SPREAD
    df, df_used = None, None
    if variance > 0 and options.inference is not Inference.FRRC:
        df = _bdg_df(variance, sources, dfs)
        df_used = None if df is None or df > _NORMAL_FROM_DF else float(math.floor(df))
    estimate = wald_estimate(
        value,
        variance,
        df=df_used,
        alpha=options.alpha,
        limits=options.limits if is_mean else None,
        is_level=is_mean,
        zero_variance_note=note,
    )
    return estimate if estimate.se is None else _with_df(estimate, df)


def _bdg_df(variance: float, sources: Floats, dfs: Floats) -> float | None:
    counts = np.isfinite(dfs) & (dfs > 0)
    if not counts.any():
        return None
    spread = float((sources[counts] ** 2 / dfs[counts] ** 3).sum())
    smallest = float(dfs[counts].min())
    return max(variance**2 / spread, smallest) if spread > 0 else None


def _with_df(estimate: Estimate, df: float | None) -> Estimate:
    """Report the degrees of freedom as computed; test and interval have used the rounded ones."""
    return replace(estimate, df=df)


def _warnings(has_reader: NDArray[np.bool_], options: Options) -> tuple[str, ...]:
    fewest = int(has_reader.sum(axis=1).min())
    if fewest < FEWEST_RANDOM_READERS and options.inference is not Inference.FRRC:
        return (sentences.FEW_READERS,)
    return ()
