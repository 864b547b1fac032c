"""One algorithm against a group of readers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.agreement.share_outperformed import share_outperformed
from realfm_gui.analysis.estimate import Estimate, wald_estimate
from realfm_gui.analysis.mrmc import sentences
from realfm_gui.analysis.mrmc.obuchowski_rockette import Options, mean_off_diagonal
from realfm_gui.analysis.mrmc.results import Inference, MarginTest, margin_test
from realfm_gui.analysis.random_readers import FEWEST_RANDOM_READERS, hillis_df

Floats = NDArray[np.float64]

KNOWN_WITHOUT_ERROR = (
    "Fixed cases: the algorithm's figure is taken as known without error, which makes differences look surer "
    "than they are."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlgorithmComparison:
    """The readers' mean minus the algorithm.

    Attributes
    ----------
    modality : str
        In which modality the readers read.
    algorithm : Estimate
        The algorithm's figure of merit, cases random.
    difference : Estimate
        Readers' mean minus algorithm.
    outperformed : float
        Share of readers below the algorithm, ties as half: as observed, with the readers' own sampling error.
    outperformed_true : float or None
        The same share of readers' true figures, modelled as normal around their mean with the variance that
        is left after sampling error (see `share_outperformed`); None with one reader.
    not_inferior : MarginTest or None
        That the algorithm is worse than the readers' mean by less than the margin.
    """

    modality: str
    algorithm: Estimate
    difference: Estimate
    outperformed: float
    outperformed_true: float | None
    not_inferior: MarginTest | None
    warnings: tuple[str, ...]


def compare_with_algorithm(
    readers: Floats,
    algorithm: float,
    covariance: Floats,
    *,
    modality: str,
    options: Options,
) -> AlgorithmComparison:
    """Compare readers with one algorithm on the same cases.

    Parameters
    ----------
    readers : array of shape (readers,)
        Figures of merit.
    algorithm : float
        The algorithm's.
    covariance : array of shape (readers + 1, readers + 1)
        Error covariance of the readers' figures, then the algorithm's.
    modality : str
        Name of the readers' modality.
    options : Options
        With random readers and cases (RJafroc's 1T-RRRC) the algorithm's own sampling error counts.

    References
    ----------
    .. [1] Hillis SL. Stat Med 2007;26(3):596-619 (one modality, random readers and cases).
    .. [2] Hupse R, et al. Radiology 2013;266(1):123-129.
    """
    n_readers = len(readers)
    differences = readers - algorithm
    # Contrasts first: the covariances of nearly equal figures would cancel afterwards.
    contrast = np.hstack([np.eye(n_readers), -np.ones((n_readers, 1))])
    of_differences = contrast @ covariance @ contrast.T
    cov2 = mean_off_diagonal(of_differences)
    df: float | None = None
    warnings: tuple[str, ...] = ()
    if n_readers == 1 or options.inference is Inference.FRRC:
        variance = float(of_differences.sum()) / n_readers**2
    else:
        ms_reader = float(differences.var(ddof=1))
        between = 0.0 if options.inference is Inference.RRFC else max(n_readers * (cov2 or 0.0), 0.0)
        variance = (ms_reader + between) / n_readers
        df = hillis_df(ms_reader + between, ms_reader, n_readers - 1)
    if n_readers == 1:
        warnings = (sentences.ONE_READER,)
    elif n_readers < FEWEST_RANDOM_READERS and options.inference is not Inference.FRRC:
        warnings = (sentences.FEW_READERS,)
    if options.inference is Inference.RRFC:
        warnings = (*warnings, KNOWN_WITHOUT_ERROR)
    difference = wald_estimate(
        float(differences.mean()),
        variance,
        df=df,
        alpha=options.alpha,
        zero_variance_note=sentences.NO_SPREAD,
    )
    own = covariance[:-1, :-1]
    outperformed = share_outperformed(
        readers, algorithm, error_variance=float(np.diag(own).mean()), cov2=mean_off_diagonal(own)
    )
    test = None
    if options.margin is not None:
        test = margin_test(difference, margin=options.margin, df=difference.df, of_second=True)
    return AlgorithmComparison(
        modality=modality,
        algorithm=wald_estimate(
            algorithm,
            float(covariance[-1, -1]),
            df=None,
            alpha=options.alpha,
            limits=options.limits,
            is_level=True,
            zero_variance_note=sentences.NO_SPREAD_OF_MEAN,
        ),
        difference=difference,
        outperformed=float(outperformed.counted.value or 0.0),
        outperformed_true=outperformed.shrunken.value,
        not_inferior=test,
        warnings=warnings,
    )
