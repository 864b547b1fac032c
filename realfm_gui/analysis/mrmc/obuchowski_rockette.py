"""Obuchowski-Rockette analysis of any number of modalities, with Hillis' degrees of freedom.

The readers' figures of merit and their error covariance over cases are all it takes, so one analysis serves
every endpoint and every design in which each reader reads in every modality, and the one in which every
reader reads in one modality only. Differences are first minus second.

References
----------
.. [1] Obuchowski NA, Rockette HE. Commun Stat Simul Comput 1995;24(2):285-308.
.. [2] Hillis SL. Stat Med 2007;26(3):596-619 (degrees of freedom).
.. [3] Hillis SL. Stat Med 2014;33(2):330-360 (means of single modalities, general designs).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.estimate import ZERO_VARIANCE, Estimate, f_upper_tail_p, wald_estimate
from realfm_gui.analysis.mrmc import sentences
from realfm_gui.analysis.mrmc.results import (
    Analysis,
    Comparison,
    GlobalTest,
    Inference,
    ModalityMean,
    VarianceComponents,
    holm_adjusted,
    margin_test,
)
from realfm_gui.analysis.random_readers import hillis_df

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to analyse.

    Attributes
    ----------
    inference : Inference
        Whom the result speaks for.
    alpha : float
        One minus the confidence level.
    margin : float or None
        Largest loss that still counts as no loss, for tests of non-inferiority.
    limits : tuple of float
        What the endpoint can reach; cuts the intervals of means.
    cut_fixed_readers : bool
        With fixed readers, whether a negative Cov2 - Cov3 is taken as nil (as RJafroc does) or kept (as
        MRMCaov does, and the default: the variance of these readers' mean is then estimated without bias).
    """

    inference: Inference = Inference.RRRC
    alpha: float = 0.05
    margin: float | None = None
    limits: tuple[float, float] | None = (0.0, 1.0)
    cut_fixed_readers: bool = False


def analyse_crossed_readers(
    figures: Floats, covariance: Floats, modalities: Sequence[str], options: Options
) -> Analysis:
    """Compare modalities that share their readers.

    Parameters
    ----------
    figures : array of shape (modalities, readers)
        Figure of merit of every reader in every modality, all finite.
    covariance : array of shape (modalities x readers, modalities x readers)
        Error covariance of ``figures.ravel()``.
    modalities : sequence of str
        Their names.
    options : Options
        How to analyse.
    """
    n_modalities, n_readers = figures.shape
    blocks = covariance.reshape(n_modalities, n_readers, n_modalities, n_readers)
    parts = _crossed_components(figures, blocks)
    ms_modality = _ms_modality(figures)
    ms_interaction = _ms_interaction(figures)
    between = n_readers * ((parts.cov2 or 0.0) - (parts.cov3 or 0.0))
    fixed_between = max(between, 0.0) if options.cut_fixed_readers else between
    df: float | None = None
    if options.inference is Inference.FRRC or ms_interaction is None:
        share = fixed_between * (n_readers - 1) / n_readers
        denominator = (parts.error or 0.0) - (parts.cov1 or 0.0) + share
    elif options.inference is Inference.RRFC:
        denominator, df = ms_interaction, float((n_modalities - 1) * (n_readers - 1))
    else:
        denominator = ms_interaction + max(between, 0.0)
        df = hillis_df(denominator, ms_interaction, (n_modalities - 1) * (n_readers - 1))
    means = means_of(figures, blocks, modalities, options)
    comparisons = _pairs(figures.mean(axis=1), modalities, 2 * denominator / n_readers, df, options)
    return Analysis(
        means=means,
        comparisons=comparisons,
        global_test=_global_test(ms_modality, denominator, n_modalities, df, options.inference),
        components=parts,
        warnings=sentences.of_components(figures, parts, options.inference, cut=options.cut_fixed_readers),
    )


def analyse_nested_readers(
    figures: Floats, covariance: Floats, modalities: Sequence[str], options: Options
) -> Analysis:
    """Compare modalities that were read by different readers.

    The readers' mean square within modalities is pooled. Two readers of different modalities are always two
    people, so every pair of them counts in Cov3. (MRMCaov 0.3.0 prints a standard error that is too small for
    this design; the U-statistic of iMRMC agrees with the one given here.)

    Parameters
    ----------
    figures : array of shape (modalities, readers)
        NaN where a reader did not read in the modality.
    covariance, modalities, options
        See `analyse_crossed_readers`.
    """
    n_modalities, n_readers = figures.shape
    blocks = covariance.reshape(n_modalities, n_readers, n_modalities, n_readers)
    present = ~np.isnan(figures)
    counts = present.sum(axis=1)
    mean_values = np.array([figures[m, present[m]].mean() for m in range(n_modalities)])
    means_covariance = np.array(
        [
            [blocks[m][present[m]][:, k][:, present[k]].mean() for k in range(n_modalities)]
            for m in range(n_modalities)
        ]
    )
    df_within = int((counts - 1).sum())
    within = sum(float(((figures[m, present[m]] - mean_values[m]) ** 2).sum()) for m in range(n_modalities))
    parts = _nested_components(blocks, present)
    ms_reader = within / df_within if df_within else None
    comparisons, spreads = [], []
    for first, second in combinations(range(n_modalities), 2):
        weight = 1 / counts[first] + 1 / counts[second]
        cov2 = 0.0 if parts.cov2 is None else parts.cov2
        between = 2 * (cov2 - (parts.cov3 or 0.0))
        of_readers = 0.0 if ms_reader is None else ms_reader * weight
        df: float | None = None
        if options.inference is Inference.FRRC or ms_reader is None:
            variance = float(
                means_covariance[first, first]
                + means_covariance[second, second]
                - 2 * means_covariance[first, second]
            )
        elif options.inference is Inference.RRFC:
            variance, df = of_readers, float(df_within)
        else:
            variance = of_readers + max(between, 0.0)
            df = hillis_df(variance, of_readers, df_within)
        spreads.append(variance)
        comparisons.append(
            _comparison(
                modalities[first],
                modalities[second],
                float(mean_values[first] - mean_values[second]),
                variance,
                df,
                options,
            )
        )
    return Analysis(
        means=means_of(figures, blocks, modalities, options),
        comparisons=with_holm(comparisons),
        global_test=_nested_global_test(mean_values, counts, spreads, ms_reader, df_within, options),
        components=parts,
        warnings=sentences.of_components(figures, parts, options.inference, cut=options.cut_fixed_readers),
    )


def _crossed_components(figures: Floats, blocks: Floats) -> VarianceComponents:
    n_modalities, n_readers = figures.shape
    same_modality = np.einsum("irij->rj", blocks) / n_modalities
    error = float(np.trace(same_modality) / n_readers)
    cov2 = mean_off_diagonal(same_modality)
    cov1 = cov3 = None
    if n_modalities > 1:
        n_pairs = n_modalities * (n_modalities - 1)
        across = (np.einsum("irkj->rj", blocks) - same_modality * n_modalities) / n_pairs
        cov1 = float(np.trace(across) / n_readers)
        cov3 = mean_off_diagonal(across)
    var_r = var_tr = None
    ms_interaction, ms_reader = _ms_interaction(figures), _ms_reader(figures)
    if None not in (ms_interaction, ms_reader, cov1, cov2, cov3):
        assert ms_interaction is not None  # the line above said so; mypy cannot see it
        assert ms_reader is not None
        assert cov1 is not None
        assert cov2 is not None
        assert cov3 is not None
        var_tr = ms_interaction - error + cov1 + cov2 - cov3
        var_r = (ms_reader - ms_interaction) / n_modalities - cov1 + cov3
    return VarianceComponents(
        error=error,
        cov1=cov1,
        cov2=cov2,
        cov3=cov3,
        var_r=var_r,
        var_tr=var_tr,
        ms_modality=_ms_modality(figures),
        ms_modality_reader=ms_interaction,
    )


def _nested_components(blocks: Floats, present: NDArray[np.bool_]) -> VarianceComponents:
    n_modalities = len(blocks)
    within = [blocks[m][present[m]][:, m][:, present[m]] for m in range(n_modalities)]
    across = [
        blocks[m][present[m]][:, k][:, present[k]].ravel() for m, k in combinations(range(n_modalities), 2)
    ]
    pairs = [values[~np.eye(len(values), dtype=np.bool_)] for values in within]
    all_pairs = np.concatenate(pairs)
    return VarianceComponents(
        error=float(np.concatenate([np.diag(values) for values in within]).mean()),
        cov2=float(all_pairs.mean()) if all_pairs.size else None,
        cov3=float(np.concatenate(across).mean()),
    )


def _ms_modality(figures: Floats) -> float:
    n_modalities, n_readers = figures.shape
    return float(n_readers * figures.mean(axis=1).var(ddof=1)) if n_modalities > 1 else 0.0


def _ms_reader(figures: Floats) -> float | None:
    n_modalities, n_readers = figures.shape
    return float(n_modalities * figures.mean(axis=0).var(ddof=1)) if n_readers > 1 else None


def _ms_interaction(figures: Floats) -> float | None:
    n_modalities, n_readers = figures.shape
    if min(n_modalities, n_readers) < 2:
        return None
    residual = figures - figures.mean(axis=1, keepdims=True) - figures.mean(axis=0) + figures.mean()
    return float((residual**2).sum() / ((n_modalities - 1) * (n_readers - 1)))


def mean_off_diagonal(matrix: Floats) -> float | None:
    """Return the mean of the elements off the diagonal; None for a single one."""
    n = len(matrix)
    return float((matrix.sum() - np.trace(matrix)) / (n * (n - 1))) if n > 1 else None


def means_of(
    figures: Floats, blocks: Floats, modalities: Sequence[str], options: Options
) -> tuple[ModalityMean, ...]:
    """Return the readers' mean in every modality; `blocks` is (modalities, readers, modalities, readers)."""
    found = []
    for m, modality in enumerate(modalities):
        present = ~np.isnan(figures[m])
        values, covariance = figures[m, present], blocks[m][present][:, m][:, present]
        n_readers = len(values)
        cov2 = mean_off_diagonal(covariance)
        df: float | None = None
        if options.inference is Inference.FRRC or cov2 is None:
            variance = float(covariance.sum()) / n_readers**2
        else:
            ms_reader = float(values.var(ddof=1))
            between = 0.0 if options.inference is Inference.RRFC else max(n_readers * cov2, 0.0)
            variance = (ms_reader + between) / n_readers
            df = hillis_df(ms_reader + between, ms_reader, n_readers - 1)
        estimate = wald_estimate(
            float(values.mean()),
            variance,
            df=df,
            alpha=options.alpha,
            limits=options.limits,
            is_level=True,
            zero_variance_note=sentences.NO_SPREAD_OF_MEAN,
        )
        found.append(ModalityMean(modality=modality, estimate=estimate))
    return tuple(found)


def _pairs(
    means: Floats, modalities: Sequence[str], variance: float, df: float | None, options: Options
) -> tuple[Comparison, ...]:
    return with_holm(
        [
            _comparison(
                modalities[first],
                modalities[second],
                float(means[first] - means[second]),
                variance,
                df,
                options,
            )
            for first, second in combinations(range(len(modalities)), 2)
        ]
    )


def _comparison(
    first: str, second: str, value: float, variance: float, df: float | None, options: Options
) -> Comparison:
    note = sentences.NEGATIVE_VARIANCE if variance < 0 else sentences.NO_SPREAD
    difference = wald_estimate(value, variance, df=df, alpha=options.alpha, zero_variance_note=note)
    return compared(first, second, difference, margin=options.margin)


def compared(first: str, second: str, difference: Estimate, *, margin: float | None) -> Comparison:
    """Return a comparison with its tests against the margin, where one is given."""
    comparison = Comparison(first=first, second=second, difference=difference)
    if margin is None:
        return comparison
    df = difference.df
    return replace(
        comparison,
        second_not_inferior=margin_test(difference, margin=margin, df=df, of_second=True),
        first_not_inferior=margin_test(difference, margin=margin, df=df, of_second=False),
    )


def with_holm(comparisons: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """Return the comparisons with p values adjusted over all of them that have one."""
    p_values = [each.difference.p for each in comparisons]
    known = [p for p in p_values if p is not None]
    adjusted = iter(holm_adjusted(known))
    return tuple(
        each if p is None else replace(each, p_holm=next(adjusted))
        for each, p in zip(comparisons, p_values, strict=True)
    )


def _global_test(
    ms_modality: float, denominator: float, n_modalities: int, df: float | None, inference: Inference
) -> GlobalTest | None:
    if n_modalities < 2 or denominator <= ZERO_VARIANCE:
        return None
    ratio, df1 = ms_modality / denominator, float(n_modalities - 1)
    if inference is Inference.FRRC or df is None:
        p = f_upper_tail_p(ratio, df1, None)
        return GlobalTest(statistic=ratio * df1, df1=df1, df2=None, p=p)
    return GlobalTest(statistic=ratio, df1=df1, df2=df, p=f_upper_tail_p(ratio, df1, df))


def _nested_global_test(
    means: Floats,
    counts: NDArray[np.int64],
    spreads: Sequence[float],
    ms_reader: float | None,
    df_within: int,
    options: Options,
) -> GlobalTest | None:
    """Return the test that all modalities are alike; only where all have equally many readers."""
    if len(set(counts.tolist())) > 1 or not spreads:
        return None
    n_readers = int(counts[0])
    denominator = float(np.mean(spreads)) * n_readers / 2
    df: float | None = None
    if ms_reader is not None and options.inference is not Inference.FRRC:
        df = hillis_df(denominator, ms_reader, df_within)
    ms_modality = float(n_readers * means.var(ddof=1)) if len(means) > 1 else 0.0
    return _global_test(ms_modality, denominator, len(means), df, options.inference)
