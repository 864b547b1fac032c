"""How many readers an algorithm outperforms: counted, and freed of the readers' own sampling error.

Descriptive: a high share does not show that the algorithm is better than readers on the whole.
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.analysis.agreement.case_resampling import Replicates, Resampling, bootstrap_estimate
from realfm_gui.analysis.estimate import Estimate, not_estimable, unseen_share_bound
from realfm_gui.analysis.random_readers import FEWEST_RANDOM_READERS

Floats = NDArray[np.float64]

NO_REPLICATES = "Counted; without resamples no interval can be given."
NO_SPREAD = (
    "The readers differ by no more than chance, so that the share can only be none, half or all of them."
)
ONE_READER = "One reader does not show how readers differ."
FEW_READERS = "Fewer than four readers: their spread, and with it the share freed of error, is hardly known."


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareOutperformed:
    """Share of readers below the algorithm, ties counting half.

    `counted` is about the readers who took part; `shrunken` about readers like them, with true figures from a
    normal distribution of variance `between_readers` (None with one reader).
    """

    counted: Estimate
    shrunken: Estimate
    between_readers: float | None
    n_readers: int
    n_replicates: int
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types; absent numbers are null."""
        return {
            "counted": self.counted.to_json(),
            "shrunken": self.shrunken.to_json(),
            "between_readers": self.between_readers,
            "n_readers": self.n_readers,
            "n_replicates": self.n_replicates,
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FigureReplicates:
    """Figures of merit on bootstrap replicates of the cases, readers and algorithm on the same ones.

    Parameters
    ----------
    readers : array of shape (replicates, readers)
        Each reader's figure of merit.
    algorithm : array of shape (replicates,)
        The algorithm's.
    times_drawn : array of shape (replicates, readers), optional
        How often each reader was drawn (multinomial), for an interval about readers like these; without it
        the readers are fixed.
    """

    readers: Floats
    algorithm: Floats
    times_drawn: Floats | None = None

    def __post_init__(self) -> None:
        if self.readers.ndim != 2 or self.algorithm.shape != self.readers.shape[:1]:
            raise ValueError(
                f"replicates {self.readers.shape} and {self.algorithm.shape} do not fit together"
            )
        if self.times_drawn is not None and self.times_drawn.shape != self.readers.shape:
            raise ValueError(f"drawn {self.times_drawn.shape} for figures {self.readers.shape}")

    @property
    def weights(self) -> Floats:
        """How often each reader counts, shape (replicates, readers)."""
        return np.ones(self.readers.shape) if self.times_drawn is None else self.times_drawn


def share_outperformed(
    reader_figures: ArrayLike,
    algorithm_figure: float,
    *,
    error_variance: float | None = None,
    cov2: float | None = None,
    replicates: FigureReplicates | None = None,
    alpha: float = 0.05,
) -> ShareOutperformed:
    """Return the share of readers whose figure of merit lies below the algorithm's.

    Parameters
    ----------
    reader_figures : array-like of shape (readers,)
        One finite figure of merit per reader, higher is better.
    algorithm_figure : float
        The algorithm's, on the same cases.
    error_variance, cov2 : float, optional
        Variance of one reader's figure over cases, and its covariance between two readers. Those of the
        differences from the algorithm serve as well: only their difference matters. Without them there is no
        shrunken share.
    replicates : FigureReplicates, optional
        For the intervals.
    alpha : float
        One minus the confidence level.

    Notes
    -----
    Readers' figures scatter more than the readers' skills, by error_variance - cov2: the shrunken share is
    Phi((algorithm - mean) / sigma) with sigma^2 = max(MS_readers - (error_variance - cov2), 0). On a
    bootstrap replicate the cases are drawn twice over, so twice that error is taken off; readers drawn with
    replacement scatter less by (R - 1) / R, which is put back.

    References
    ----------
    .. [1] Hillis SL, Obuchowski NA, Berbaum KS. Acad Radiol 2011;18(2):129-142 (the variance components).
    .. [2] Efron B, Morris C. J Am Stat Assoc 1975;70(350):311-319 (why to shrink).

    Examples
    --------
    >>> share_outperformed([0.70, 0.80, 0.90, 0.95], 0.80).counted.value
    0.375
    """
    figures, algorithm = np.asarray(reader_figures, dtype=np.float64), float(algorithm_figure)
    if figures.ndim != 1 or not len(figures):
        raise ValueError(f"expected one figure of merit per reader, not shape {figures.shape}")
    if not (np.isfinite(figures).all() and math.isfinite(algorithm)):
        raise ValueError("a figure of merit is missing or not finite")
    if replicates is not None and replicates.readers.shape[1] != len(figures):
        raise ValueError(f"replicates of {replicates.readers.shape[1]} readers for {len(figures)} readers")
    n_readers, within = len(figures), None
    if error_variance is not None and cov2 is not None:
        within = error_variance - cov2
    shrunken, between = _shrunken(figures, algorithm, within, replicates, alpha)
    return ShareOutperformed(
        counted=_counted(figures, algorithm, replicates, alpha),
        shrunken=shrunken,
        between_readers=between,
        n_readers=n_readers,
        n_replicates=0 if replicates is None else len(replicates.algorithm),
        warnings=(FEW_READERS,) if 1 < n_readers < FEWEST_RANDOM_READERS else (),
    )


def _counted(
    figures: Floats, algorithm: float, replicates: FigureReplicates | None, alpha: float
) -> Estimate:
    share = float(_below(figures, np.asarray(algorithm)).mean())
    if replicates is None:
        return Estimate(value=share, note=NO_REPLICATES)
    below = _below(replicates.readers, replicates.algorithm[:, np.newaxis])
    values = _over_readers(below, replicates.weights)
    estimate = _estimate(share, values, replicates, alpha)
    if estimate.ci is None and share in (0.0, 1.0) and replicates.times_drawn is not None:
        unseen = unseen_share_bound(len(figures), alpha=alpha)
        ci = (1 - unseen, 1.0) if share else (0.0, unseen)
        note = f"The same in every resample; the interval is the exact bound of {len(figures)} readers."
        return replace(estimate, ci=ci, note=note)
    return estimate


def _shrunken(
    figures: Floats,
    algorithm: float,
    within: float | None,
    replicates: FigureReplicates | None,
    alpha: float,
) -> tuple[Estimate, float | None]:
    if len(figures) < 2:
        return not_estimable(ONE_READER), None
    if within is None:
        return not_estimable("Needs the error variance of a reader and its covariance between readers."), None
    between = max(float(figures.var(ddof=1)) - within, 0.0)
    value = float(_normal_share(np.asarray(algorithm - figures.mean()), np.asarray(between)))
    if replicates is None:
        return Estimate(value=value, note=NO_REPLICATES if between else NO_SPREAD), between
    drawn, n = replicates.weights, len(figures)
    means = _over_readers(replicates.readers, drawn)
    squares = _over_readers((replicates.readers - means[:, np.newaxis]) ** 2, drawn) * n / (n - 1)
    if replicates.times_drawn is not None:
        squares = squares * n / (n - 1)
    spread = np.where(np.isnan(squares), np.nan, np.maximum(squares - 2 * within, 0.0))
    estimate = _estimate(value, _normal_share(replicates.algorithm - means, spread), replicates, alpha)
    if between == 0:
        estimate = replace(estimate, note=f"{NO_SPREAD} {estimate.note}".strip())
    return estimate, between


def _below(readers: Floats, algorithm: Floats) -> Floats:
    """Return 1 where the algorithm is better, a half for a tie, NaN where a figure is undefined."""
    difference = algorithm - readers
    return np.where(np.isnan(difference), np.nan, (np.sign(difference) + 1) / 2)


def _over_readers(values: Floats, weights: Floats) -> Floats:
    """Return the mean over the readers drawn, shape (replicates,); those not drawn may be undefined."""
    drawn = np.where(weights > 0, values, 0.0) * weights
    mean: Floats = drawn.sum(axis=1) / weights.sum(axis=1)
    return mean


def _normal_share(ahead: Floats, variance: Floats) -> Floats:
    """Return Phi(ahead / sigma); its limit 0, a half or 1 where the variance is nil."""
    from scipy import stats  # lazily: the first window does not wait for it

    has_spread = variance > 0
    shares = stats.norm.cdf(ahead / np.sqrt(np.where(has_spread, variance, 1.0)))
    limit = np.where(np.isnan(ahead), np.nan, (np.sign(ahead) + 1) / 2)
    return np.where(has_spread, shares, limit)


def _estimate(value: float, values: Floats, replicates: FigureReplicates, alpha: float) -> Estimate:
    if replicates.times_drawn is None:
        basis = "resamples of the cases; it holds for these readers"
    else:
        basis = "resamples of cases and readers"
    return bootstrap_estimate(
        Replicates(point=value, values=values, left_out=np.empty(0)),
        Resampling(n_replicates=len(values), alpha=alpha),
        n_patients=2,  # the caller resampled; how many patients there were is not known here
        undefined="",
        basis=basis,
    )
