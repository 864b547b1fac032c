"""One algorithm against a group of readers on the same cases.

Signs: the difference is the algorithm minus the readers' mean: positive where the algorithm ranks better.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.analysis.auc import count_wins, jackknife_covariance, leave_one_out_aucs
from realfm_gui.analysis.crossed_mean_squares import FEWEST_RANDOM_READERS
from realfm_gui.analysis.estimate import Estimate, upper_tail_p, wald_estimate
from realfm_gui.analysis.obuchowski_rockette import (
    ONE_READER,
    OUT_OF_PANEL,
    Inference,
    hillis_df,
    mean_off_diagonal,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlgorithmComparison:
    """An algorithm compared with readers; `difference` is algorithm minus readers' mean.

    `noninferiority_p` is one-sided for "the algorithm is worse by `margin` or more"; with its statistic None
    where no standard error can be given. `readers_outperformed` counts readers whose AUC lies below the
    algorithm's, ties as half: descriptive, without error. `cov2` is None with one reader.
    """

    algorithm_auc: float
    reader_aucs: Floats
    difference: Estimate
    margin: float
    noninferiority_statistic: float | None
    noninferiority_p: float | None
    readers_outperformed: float
    inference: Inference
    error_variance: float
    cov2: float | None
    warnings: tuple[str, ...]


def compare_readers_with_algorithm(
    reader_scores: ArrayLike,
    algorithm_scores: ArrayLike,
    truth: ArrayLike,
    *,
    alpha: float = 0.05,
    margin: float = 0.05,
) -> AlgorithmComparison:
    """Compare an algorithm's AUC with the readers' mean, readers and cases random (1T-RRRC).

    The algorithm's own sampling error over cases counts: treating its AUC as a known number is
    anticonservative. Fewer than four readers are taken as fixed, with a warning.

    Parameters
    ----------
    reader_scores : array-like of shape (readers, cases)
        Finite ratings.
    algorithm_scores : array-like of shape (cases,)
        Finite scores on any scale.
    truth : array-like of shape (cases,)
        The reference standard; at least two positive and two negative cases.
    alpha : float
        One minus the confidence level.
    margin : float
        How much worse the algorithm may be and still be called non-inferior, on the AUC's scale.

    References
    ----------
    .. [1] Hillis SL, Obuchowski NA, Berbaum KS. Acad Radiol 2011;18(2):129-142.
    .. [2] Hupse R, et al. Radiology 2013;266(1):123-129.
    """
    readers = np.asarray(reader_scores, dtype=np.float64)
    algorithm = np.asarray(algorithm_scores, dtype=np.float64)
    is_positive = np.asarray(truth, dtype=np.bool_)
    stacked = np.vstack([algorithm, readers])
    aucs = count_wins(stacked, is_positive).aucs
    # Contrasts are formed before the covariance: nearly equal AUCs would cancel afterwards.
    left_out = leave_one_out_aucs(stacked, is_positive)
    covariance = jackknife_covariance(left_out[0] - left_out[1:])
    differences = aucs[0] - aucs[1:]
    n_readers = len(differences)
    error, cov2 = float(np.trace(covariance) / n_readers), None
    if n_readers > 1:
        cov2 = mean_off_diagonal(covariance)
    if n_readers >= FEWEST_RANDOM_READERS and cov2 is not None:
        ms_reader = float(differences.var(ddof=1))
        denominator = ms_reader + max(n_readers * cov2, 0.0)
        variance, df = denominator / n_readers, hillis_df(denominator, ms_reader, n_readers)
        inference, warnings = Inference.RANDOM_READERS_AND_CASES, tuple[str, ...]()
    else:
        variance, df = float(covariance.sum()) / n_readers**2, None
        inference = Inference.FIXED_READERS
        warnings = (ONE_READER if n_readers == 1 else OUT_OF_PANEL,)
    difference = wald_estimate(
        float(differences.mean()),
        variance,
        df=df,
        alpha=alpha,
        zero_variance_note="The algorithm and every reader rank the cases alike: no interval can be given.",
    )
    statistic = None
    if difference.se is not None and difference.value is not None:
        statistic = (difference.value + margin) / difference.se
    return AlgorithmComparison(
        algorithm_auc=float(aucs[0]),
        reader_aucs=aucs[1:],
        difference=difference,
        margin=margin,
        noninferiority_statistic=statistic,
        noninferiority_p=None if statistic is None else upper_tail_p(statistic, df),
        readers_outperformed=float((differences > 0).sum() + 0.5 * (differences == 0).sum()),
        inference=inference,
        error_variance=error,
        cov2=cov2,
        warnings=warnings,
    )
