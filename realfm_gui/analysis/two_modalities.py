"""A study's two arms compared: the engine, with the rules a study's verdict needs.

Signs: every difference is second minus first. In a study of arms the first is unaided (0) and the second
aided (1), so a positive difference means that readers did better with the model. (The engine itself, like the
programs of the field, gives first minus second.)
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.analysis.auc import perfect_auc_estimate
from realfm_gui.analysis.estimate import Estimate, negated, wald_estimate
from realfm_gui.analysis.mrmc.covariance import CovarianceMethod, error_covariance
from realfm_gui.analysis.mrmc.observer_data import observer_data
from realfm_gui.analysis.mrmc.obuchowski_rockette import Options, analyse_crossed_readers
from realfm_gui.analysis.mrmc.results import Inference, VarianceComponents
from realfm_gui.analysis.mrmc.roc_endpoints import EmpiricalAuc
from realfm_gui.analysis.mrmc.sentences import NO_SPREAD, ONE_READER, of_still_readers
from realfm_gui.analysis.random_readers import FEWEST_RANDOM_READERS

Floats = NDArray[np.float64]

OUT_OF_PANEL = "Fewer than four readers: the result holds for these readers only, not for readers like them."


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
    inference: Inference | str = Inference.RRRC,
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
    """
    values, is_positive = np.asarray(scores, dtype=np.float64), np.asarray(truth, dtype=np.bool_)
    if values.ndim != 3 or values.shape[0] != 2:
        raise ValueError(f"expected scores of shape (2, readers, cases), not {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError("a score is missing or not finite: leave incomplete cases out first")
    if min(is_positive.sum(), (~is_positive).sum()) < 2:
        raise ValueError("a jackknife needs at least two positive and two negative cases")
    used, warnings = inference_for(values.shape[1], Inference(inference))
    sample = EmpiricalAuc().prepare(observer_data(values, is_positive))
    auc, covariance = sample.figures, error_covariance(sample, CovarianceMethod.JACKKNIFE).matrix
    found = analyse_crossed_readers(
        auc, covariance, ("first", "second"), Options(inference=used, alpha=alpha)
    )
    first, second = (mean.estimate for mean in found.means)
    n_positive, n_negative = int(is_positive.sum()), int((~is_positive).sum())
    means = [
        perfect_auc_estimate(float(values[0]), n_positive=n_positive, n_negative=n_negative, alpha=alpha)
        if np.ptp(values) == 0 and values[0] in (0.0, 1.0)
        else estimate
        for values, estimate in ((auc[0], first), (auc[1], second))
    ]
    return ModalityComparison(
        auc=auc,
        reader_covariance=covariance,
        means=(means[0], means[1]),
        difference=negated(found.comparisons[0].difference),
        reader_differences=_reader_differences(auc, covariance, alpha),
        inference=used,
        components=found.components,
        warnings=(*warnings, *of_still_readers(auc, np.diag(covariance)), *found.warnings),
    )


def inference_for(n_readers: int, asked: Inference) -> tuple[Inference, tuple[str, ...]]:
    """Return whom a result of this many readers can speak for, and a sentence where that is less."""
    if n_readers == 1:
        return Inference.FRRC, (ONE_READER,)
    if n_readers < FEWEST_RANDOM_READERS and asked is Inference.RRRC:
        return Inference.FRRC, (OUT_OF_PANEL,)
    return asked, ()


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
