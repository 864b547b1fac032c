"""One algorithm against a group of readers on the same cases.

Signs: the difference is the algorithm minus the readers' mean: positive where the algorithm ranks better.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.analysis.estimate import Estimate, negated
from realfm_gui.analysis.mrmc.algorithm import compare_with_algorithm
from realfm_gui.analysis.mrmc.covariance import CovarianceMethod, error_covariance
from realfm_gui.analysis.mrmc.observer_data import observer_data
from realfm_gui.analysis.mrmc.obuchowski_rockette import Options, mean_off_diagonal
from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.analysis.mrmc.roc_endpoints import EmpiricalAuc
from realfm_gui.analysis.two_modalities import inference_for

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAgainstReaders:
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


def compare_model_with_readers(
    reader_scores: ArrayLike,
    algorithm_scores: ArrayLike,
    truth: ArrayLike,
    *,
    alpha: float = 0.05,
    margin: float = 0.05,
) -> ModelAgainstReaders:
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
    .. [1] Hillis SL. Stat Med 2007;26(3):596-619 (one modality, random readers and cases).
    .. [2] Hupse R, et al. Radiology 2013;266(1):123-129.
    """
    readers = np.asarray(reader_scores, dtype=np.float64)
    is_positive = np.asarray(truth, dtype=np.bool_)
    stacked = np.vstack([readers, np.asarray(algorithm_scores, dtype=np.float64)])
    if not np.isfinite(stacked).all():
        raise ValueError("a score is missing or not finite: leave incomplete cases out first")
    n_readers = len(readers)
    inference, warnings = inference_for(n_readers, Inference.RRRC)
    sample = EmpiricalAuc().prepare(observer_data(stacked[np.newaxis], is_positive))
    aucs = sample.figures[0]
    covariance = error_covariance(sample, CovarianceMethod.JACKKNIFE).matrix
    found = compare_with_algorithm(
        aucs[:-1],
        float(aucs[-1]),
        covariance,
        modality="readers",
        options=Options(inference=inference, alpha=alpha, margin=margin),
    )
    contrast = np.hstack([np.eye(n_readers), -np.ones((n_readers, 1))])
    of_differences = contrast @ covariance @ contrast.T
    test = found.not_inferior
    return ModelAgainstReaders(
        algorithm_auc=float(aucs[-1]),
        reader_aucs=aucs[:-1],
        difference=negated(found.difference),
        margin=margin,
        noninferiority_statistic=None if test is None else test.statistic,
        noninferiority_p=None if test is None else test.p,
        readers_outperformed=n_readers * found.outperformed,
        inference=inference,
        error_variance=float(np.diag(of_differences).mean()),
        cov2=mean_off_diagonal(of_differences),
        warnings=warnings,
    )
