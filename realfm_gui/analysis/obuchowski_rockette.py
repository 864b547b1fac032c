"""Obuchowski-Rockette analysis of two modalities read by the same readers on the same cases.

Signs: every difference is second minus first. In a study of arms the first is unaided (0) and the second
aided (1), so a positive difference means that readers did better with the model.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.analysis.auc import (
    count_wins,
    jackknife_covariance,
    leave_one_out_aucs,
    perfect_auc_estimate,
)
from realfm_gui.analysis.crossed_mean_squares import FEWEST_RANDOM_READERS
from realfm_gui.analysis.estimate import ZERO_VARIANCE, Estimate, wald_estimate

Floats = NDArray[np.float64]

NO_SPREAD = "No spread: both ratings rank the cases alike or without any error, so no interval can be given."
OUT_OF_PANEL = "Fewer than four readers: the result holds for these readers only, not for readers like them."
ONE_READER = "One reader: the result says how sure we are about this reader, and nothing about others."


class Inference(StrEnum):
    """Whom the result speaks for."""

    RANDOM_READERS_AND_CASES = "random readers and cases"
    FIXED_READERS = "fixed readers"
    FIXED_CASES = "fixed cases"


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceComponents:
    """What the analysis is made of (Hillis' notation).

    `error` is the variance of one reader's estimate; `cov1` covaries the modalities of a reader, `cov2` two
    readers in one modality, `cov3` both different (None with one reader, like `ms_modality_reader`).
    """

    error: float
    cov1: float
    cov2: float | None
    cov3: float | None
    ms_modality: float
    ms_modality_reader: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModalityComparison:
    """Two modalities compared; `difference` is second minus first.

    `auc` and `reader_covariance` have shape (2, readers) and (2 x readers, 2 x readers), first
    modality first;
    `means` holds one estimate per modality, `reader_differences` one per reader (cases random, jackknife).
    """

    auc: Floats
    reader_covariance: Floats
    means: tuple[Estimate, Estimate]
    difference: Estimate
    reader_differences: tuple[Estimate, ...]
    inference: Inference
    components: VarianceComponents
    warnings: tuple[str, ...]


def compare_two_modalities(
    scores: ArrayLike,
    truth: ArrayLike,
    *,
    alpha: float = 0.05,
    inference: Inference | str = Inference.RANDOM_READERS_AND_CASES,
) -> ModalityComparison:
    """Compare the readers' mean AUC in two modalities, covariances by the jackknife.

    Parameters
    ----------
    scores : array-like of shape (2, readers, cases)
        Finite ratings; higher is more suspicious. Fully crossed: every reader read every case in both.
    truth : array-like of shape (cases,)
        The reference standard; at least two positive and two negative cases.
    alpha : float
        One minus the confidence level of every interval.
    inference : Inference or str
        Whom the result speaks for. With fewer than four readers, random readers become fixed readers,
        and a warning says so; one reader is a paired case-level comparison.

    Notes
    -----
    For fixed readers the programs of the field disagree where Cov2 < Cov3: the variance here is the jackknife
    variance of the mean difference itself, so nothing is cut at nil (as MRMCaov; RJafroc cuts).

    References
    ----------
    .. [1] Obuchowski NA, Rockette HE. Commun Stat Simul Comput 1995;24(2):285-308.
    .. [2] Hillis SL. Stat Med 2007;26(3):596-619.
    .. [3] Hillis SL. Stat Med 2014;33(2):330-360.
    """
    values, is_positive = np.asarray(scores, dtype=np.float64), np.asarray(truth, dtype=np.bool_)
    if values.ndim != 3 or values.shape[0] != 2:
        raise ValueError(f"expected scores of shape (2, readers, cases), not {values.shape}")
    n_readers = values.shape[1]
    stacked = values.reshape(2 * n_readers, -1)
    wins = count_wins(stacked, is_positive)
    return compare_from_covariance(
        wins.aucs.reshape(2, n_readers),
        jackknife_covariance(leave_one_out_aucs(stacked, is_positive)),
        alpha=alpha,
        inference=Inference(inference),
        n_positive=wins.n_positive,
        n_negative=wins.n_negative,
    )


def compare_from_covariance(
    auc: Floats,
    covariance: Floats,
    *,
    alpha: float,
    inference: Inference,
    n_positive: int,
    n_negative: int,
) -> ModalityComparison:
    """Compare two modalities from reader-level AUCs and their error covariance.

    Parameters
    ----------
    auc : array of shape (2, readers)
        Figure of merit per modality and reader.
    covariance : array of shape (2 x readers, 2 x readers)
        Error covariance in the order of ``auc.ravel()``.
    alpha, inference
        See `compare_two_modalities`.
    n_positive, n_negative : int
        Case counts, for the exact bound of a perfect mean.
    """
    n_readers = auc.shape[1]
    used, warnings = _inference_for(n_readers, inference)
    parts = _components(auc, covariance)
    difference = float((auc[1] - auc[0]).mean())
    variance, df = _difference_variance(parts, n_readers, used)
    means = []
    for modality in (0, 1):
        block = slice(modality * n_readers, (modality + 1) * n_readers)
        if np.ptp(auc[modality]) == 0 and auc[modality, 0] in (0.0, 1.0):
            means.append(
                perfect_auc_estimate(
                    float(auc[modality, 0]), n_positive=n_positive, n_negative=n_negative, alpha=alpha
                )
            )
        else:
            means.append(_mean_estimate(auc[modality], covariance[block, block], used, alpha))
    warnings += _warnings(auc, parts, used)
    return ModalityComparison(
        auc=auc,
        reader_covariance=covariance,
        means=(means[0], means[1]),
        difference=wald_estimate(difference, variance, df=df, alpha=alpha, zero_variance_note=NO_SPREAD),
        reader_differences=_reader_differences(auc, covariance, alpha),
        inference=used,
        components=parts,
        warnings=tuple(warnings),
    )


def _inference_for(n_readers: int, asked: Inference) -> tuple[Inference, list[str]]:
    if n_readers == 1:
        return Inference.FIXED_READERS, [ONE_READER]
    if n_readers < FEWEST_RANDOM_READERS and asked is Inference.RANDOM_READERS_AND_CASES:
        return Inference.FIXED_READERS, [OUT_OF_PANEL]
    return asked, []


def _components(auc: Floats, covariance: Floats) -> VarianceComponents:
    n_readers = auc.shape[1]
    # (modality, reader, modality, reader): each covariance is an average over one kind of pair.
    blocks = covariance.reshape(2, n_readers, 2, n_readers)
    same, across = (blocks[0, :, 0] + blocks[1, :, 1]) / 2, (blocks[0, :, 1] + blocks[1, :, 0]) / 2
    of_modalities, of_readers, overall = auc.mean(axis=1), auc.mean(axis=0), auc.mean()
    ms_modality = float(n_readers * ((of_modalities - overall) ** 2).sum())
    if n_readers == 1:
        return VarianceComponents(
            error=float(same[0, 0]),
            cov1=float(across[0, 0]),
            cov2=None,
            cov3=None,
            ms_modality=ms_modality,
            ms_modality_reader=None,
        )
    residual = auc - of_modalities[:, np.newaxis] - of_readers[np.newaxis] + overall
    return VarianceComponents(
        error=float(np.trace(same) / n_readers),
        cov1=float(np.trace(across) / n_readers),
        cov2=mean_off_diagonal(same),
        cov3=mean_off_diagonal(across),
        ms_modality=ms_modality,
        ms_modality_reader=float((residual**2).sum() / (n_readers - 1)),
    )


def mean_off_diagonal(matrix: Floats) -> float:
    """Return the mean of the elements off the diagonal of a square matrix of at least two rows."""
    n = len(matrix)
    return float((matrix.sum() - np.trace(matrix)) / (n * (n - 1)))


def _difference_variance(
    parts: VarianceComponents, n_readers: int, inference: Inference
) -> tuple[float, float | None]:
    if parts.cov2 is None or parts.cov3 is None or parts.ms_modality_reader is None:
        return 2 * (parts.error - parts.cov1), None
    if inference is Inference.FIXED_CASES:
        return 2 * parts.ms_modality_reader / n_readers, n_readers - 1
    if inference is Inference.FIXED_READERS:
        between = (n_readers - 1) * (parts.cov2 - parts.cov3)
        return 2 * (parts.error - parts.cov1 + between) / n_readers, None
    denominator = parts.ms_modality_reader + max(n_readers * (parts.cov2 - parts.cov3), 0.0)
    return 2 * denominator / n_readers, hillis_df(denominator, parts.ms_modality_reader, n_readers)


def hillis_df(denominator: float, mean_square: float, n_readers: int) -> float | None:
    """Return Hillis' degrees of freedom; None where the readers do not differ (then without limit)."""
    if mean_square <= 1e-12 * denominator:
        return None
    return denominator**2 / (mean_square**2 / (n_readers - 1)) if mean_square > 0 else None


def _mean_estimate(auc: Floats, covariance: Floats, inference: Inference, alpha: float) -> Estimate:
    n_readers = len(auc)
    if inference is Inference.FIXED_READERS:
        variance, df = float(covariance.sum()) / n_readers**2, None
    else:
        ms_reader = float(auc.var(ddof=1))
        between = 0.0
        if inference is Inference.RANDOM_READERS_AND_CASES:
            between = max(n_readers * mean_off_diagonal(covariance), 0.0)
        variance = (ms_reader + between) / n_readers
        df = hillis_df(ms_reader + between, ms_reader, n_readers)
    return wald_estimate(
        float(auc.mean()),
        variance,
        df=df,
        alpha=alpha,
        limits=(0.0, 1.0),
        is_level=True,
        zero_variance_note="The ratings have no spread: no interval can be given.",
    )


def _reader_differences(auc: Floats, covariance: Floats, alpha: float) -> tuple[Estimate, ...]:
    n_readers = auc.shape[1]
    variances = np.diag(covariance)
    between = np.diag(covariance[:n_readers, n_readers:])
    return tuple(
        wald_estimate(
            float(auc[1, j] - auc[0, j]),
            float(variances[j] + variances[n_readers + j] - 2 * between[j]),
            df=None,
            alpha=alpha,
            zero_variance_note=NO_SPREAD,
        )
        for j in range(n_readers)
    )


def _warnings(auc: Floats, parts: VarianceComponents, inference: Inference) -> list[str]:
    found = []
    n_perfect = int(((auc == 1.0) | (auc == 0.0)).sum())
    if n_perfect:
        found.append(
            f"{n_perfect} of {auc.size} reader AUCs are exactly 0 or 1: these add no sampling error, "
            "so the intervals are too narrow."
        )
    if parts.cov2 is not None and parts.cov3 is not None and parts.cov2 + ZERO_VARIANCE < parts.cov3:
        what = "kept as it is" if inference is Inference.FIXED_READERS else "taken as nil"
        found.append(
            "Two readers agree less within a modality than across modalities (Cov2 < Cov3); "
            f"the difference is {what}. Programs differ here."
        )
    return found
