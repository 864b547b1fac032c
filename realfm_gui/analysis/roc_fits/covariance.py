"""Covariance of one fit's parameters and cutpoints, from the observed information."""

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.roc_fits.curve_family import RocModel
from realfm_gui.analysis.roc_fits.families import family_of
from realfm_gui.analysis.roc_fits.likelihood import likelihood_slopes
from realfm_gui.analysis.roc_fits.normal import Floats


def observed_information(model: RocModel, counts: Floats, cuts: Floats, parameters: Floats) -> Floats:
    """Return minus the second derivative of the log-likelihood, shape (2 + cuts, 2 + cuts).

    Parameters
    ----------
    model : RocModel
        The family.
    counts : array of shape (2, categories)
        Cases, negatives first.
    cuts : array of shape (categories - 1,)
        Rising.
    parameters : array of shape (2,)
        Natural parameters; they come first in the matrix.
    """
    is_cut = np.ones((len(cuts), 1), dtype=np.bool_)
    system = likelihood_slopes(
        family_of(model), counts[:, :, np.newaxis], cuts[:, np.newaxis], parameters[:, np.newaxis], is_cut
    ).information
    matrix = np.zeros((2 + len(cuts), 2 + len(cuts)))
    matrix[:2, :2] = system.corner[[0, 1, 1, 2], 0].reshape(2, 2)
    matrix[:2, 2:], matrix[2:, :2] = system.border[:, :, 0], system.border[:, :, 0].T
    matrix[2:, 2:] = np.diag(system.diagonal[:, 0])
    off = system.off_diagonal[:, 0]
    matrix[2:, 2:] += np.diag(off, 1) + np.diag(off, -1)
    return matrix


def parameter_covariance(
    model: RocModel, counts: Floats, cuts: Floats, parameters: Floats, is_fixed: NDArray[np.bool_]
) -> Floats | None:
    """Return the inverse of the observed information, or None where it is not positive definite.

    Parameters as in `observed_information`; `is_fixed` (2,) names parameters at a limit, whose rows and
    columns are nil in the answer.
    """
    information = observed_information(model, counts, cuts, parameters)
    free = np.concatenate([np.flatnonzero(~is_fixed), np.arange(2, len(information))])
    kept = information[np.ix_(free, free)]
    # Scaled to a unit diagonal, so that cuts of very different information do not spoil the inverse.
    sizes = np.sqrt(np.maximum(np.diag(kept), 0.0))
    if not np.isfinite(kept).all() or (sizes == 0).any():
        return None
    scaled = kept / np.outer(sizes, sizes)
    try:
        lower = np.linalg.cholesky(scaled)
    except np.linalg.LinAlgError:
        return None
    if np.diag(lower).min() < 1e-6:
        return None
    root = np.linalg.inv(lower)
    covariance = np.zeros_like(information)
    covariance[np.ix_(free, free)] = root.T @ root / np.outer(sizes, sizes)
    return covariance
