"""Error covariance of the readers' figures of merit over cases, in four ways."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from realfm_gui.analysis.auc import jackknife_covariance
from realfm_gui.analysis.mrmc.endpoint import Floats, Sample
from realfm_gui.analysis.mrmc.replicates import weight_blocks
from realfm_gui.domain.errors import UserFacingError

_TWO_OF_EACH = "Every reader needs at least two cases of each kind that the endpoint counts."
_FEW_UNITS = 20
"""Below this many cases of a kind the bootstrap is noticeably too sure."""


class CovarianceMethod(StrEnum):
    """How the covariance over cases is estimated."""

    JACKKNIFE = "jackknife"
    DELONG = "delong"
    UNBIASED = "unbiased"
    BOOTSTRAP = "bootstrap"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCovariance:
    """Covariance of ``figures.ravel()``, shape (modalities x readers, modalities x readers), and notes."""

    matrix: Floats
    notes: tuple[str, ...] = ()


def error_covariance(
    sample: Sample,
    method: CovarianceMethod,
    *,
    n_replicates: int = 2000,
    seed: int = 1,
    device: str = "cpu",
) -> ErrorCovariance:
    """Return the covariance of all figures of merit, cases random and readers as they are.

    Parameters
    ----------
    sample : Sample
        The endpoint on the study.
    method : CovarianceMethod
        Jackknife (every endpoint), DeLong and unbiased (shares of pairs and means), or bootstrap over cases,
        stratified by truth.
    n_replicates, seed
        Of the bootstrap.
    device : str
        Where the bootstrap is computed.

    Raises
    ------
    UserFacingError
        If the endpoint has no covariance of this kind, or there are too few cases for one.
    """
    if method is CovarianceMethod.JACKKNIFE:
        return _jackknife(sample)
    if method is CovarianceMethod.BOOTSTRAP:
        return _bootstrap(sample, n_replicates=n_replicates, seed=seed, device=device)
    is_delong = method is CovarianceMethod.DELONG
    matrix = sample.delong_covariance() if is_delong else sample.unbiased_covariance()
    if matrix is None:
        raise UserFacingError(
            f"This endpoint on these data has no {'DeLong' if is_delong else 'unbiased'} covariance.",
            hint="It needs an endpoint that counts pairs or averages cases, and for the unbiased form "
            "patients whose cases are all positive or all negative. Use the jackknife.",
        )
    present = ~np.isnan(sample.figures.ravel())
    if not np.isfinite(matrix[np.ix_(present, present)]).all():
        raise UserFacingError(
            f"A covariance ({method.value}) needs two cases of a kind, and here a reader has one.",
            hint=_TWO_OF_EACH,
        )
    return ErrorCovariance(matrix=matrix)


def _jackknife(sample: Sample) -> ErrorCovariance:
    takes_part = sample.takes_part
    left_out = sample.leave_one_out().reshape(-1, sample.n_units)[:, takes_part]
    is_missing = np.isnan(sample.figures.ravel())
    if takes_part.sum() < 2 or np.isnan(left_out[~is_missing]).any():
        raise UserFacingError(
            "A jackknife leaves every case out in turn, and here a reader would have none left of a kind.",
            hint=_TWO_OF_EACH,
        )
    return ErrorCovariance(matrix=jackknife_covariance(left_out))


def _bootstrap(sample: Sample, *, n_replicates: int, seed: int, device: str) -> ErrorCovariance:
    strata = sample.unit_strata[sample.takes_part]
    fewest = int(np.unique(strata, return_counts=True)[1].min())
    if fewest < 2:
        raise UserFacingError(
            "A bootstrap cannot tell how cases of a kind differ of which there is one.", hint=_TWO_OF_EACH
        )
    blocks = weight_blocks(sample.unit_strata, n_replicates=n_replicates, seed=seed)
    parts = [sample.weighted(weights, device=device) for weights in blocks]
    drawn = np.concatenate(parts).reshape(n_replicates, -1)
    present = ~np.isnan(sample.figures.ravel())
    usable = ~np.isnan(drawn[:, present]).any(axis=1)
    if usable.sum() < n_replicates / 2:
        raise UserFacingError(
            f"Only {usable.sum()} of {n_replicates} bootstrap samples gave a figure for every reader.",
            hint="There are too few cases of a kind for a bootstrap; use the jackknife.",
        )
    matrix = np.full((drawn.shape[1],) * 2, np.nan)
    matrix[np.ix_(present, present)] = np.cov(drawn[np.ix_(usable, present)].T)
    notes = []
    if dropped := n_replicates - int(usable.sum()):
        notes.append(
            f"{dropped} of {n_replicates} bootstrap samples gave no figure for some reader and were left out."
        )
    if fewest < _FEW_UNITS:
        notes.append(
            f"With {fewest} cases of a kind the bootstrap's variance is too small by about 1 in {fewest}; "
            "the jackknife is not."
        )
    return ErrorCovariance(matrix=matrix, notes=tuple(notes))
