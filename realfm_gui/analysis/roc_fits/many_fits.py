"""Figures of merit of fitted curves for many samples at once: what a jackknife or bootstrap calls."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from realfm_gui.analysis.roc_fits.curve_family import RocModel
from realfm_gui.analysis.roc_fits.curves import sensitivities_at, specificities_at
from realfm_gui.analysis.roc_fits.fitting import CurveFits, fit_counts
from realfm_gui.analysis.roc_fits.normal import Floats


def binormal_aucs(counts_positive: ArrayLike, counts_negative: ArrayLike) -> Floats:
    """Return the area under the binormal curve of every sample.

    Parameters
    ----------
    counts_positive, counts_negative : array-like of shape (..., categories)
        Cases, or sums of case weights, per ordered category, the least suspicious first; a category may be
        empty.

    Returns
    -------
    array of shape (...)
        Never NaN: data that fix no smooth curve get the area of the straight lines that
        `roc_fits.degenerate` describes.

    Raises
    ------
    ValueError
        If a count is negative or not finite, or a sample has no positive or no negative case.

    Examples
    --------
    >>> round(float(binormal_aucs([4, 1, 2, 10, 28], [47, 9, 10, 2, 1])), 4)
    0.9332
    """
    return _of_each(RocModel.BINORMAL, counts_positive, counts_negative, lambda fits: fits.aucs)


def proper_aucs(counts_positive: ArrayLike, counts_negative: ArrayLike) -> Floats:
    """Return the area under the proper curve of every sample; otherwise as `binormal_aucs`."""
    return _of_each(RocModel.PROPER, counts_positive, counts_negative, lambda fits: fits.aucs)


def contaminated_aucs(counts_positive: ArrayLike, counts_negative: ArrayLike) -> Floats:
    """Return the area under the contaminated binormal curve; otherwise as `binormal_aucs`."""
    return _of_each(RocModel.CONTAMINATED, counts_positive, counts_negative, lambda fits: fits.aucs)


def binormal_sensitivity_at(
    counts_positive: ArrayLike, counts_negative: ArrayLike, specificity: float
) -> Floats:
    """Return the sensitivity of the binormal curve at a specificity; otherwise as `binormal_aucs`.

    Examples
    --------
    >>> round(float(binormal_sensitivity_at([4, 1, 2, 10, 28], [47, 9, 10, 2, 1], 0.8)), 4)
    0.8944
    """
    return _of_each(
        RocModel.BINORMAL, counts_positive, counts_negative, lambda fits: sensitivities_at(fits, specificity)
    )


def binormal_specificity_at(
    counts_positive: ArrayLike, counts_negative: ArrayLike, sensitivity: float
) -> Floats:
    """Return the specificity of the binormal curve at a sensitivity; otherwise as `binormal_aucs`."""
    return _of_each(
        RocModel.BINORMAL, counts_positive, counts_negative, lambda fits: specificities_at(fits, sensitivity)
    )


def _of_each(
    model: RocModel, positive: ArrayLike, negative: ArrayLike, measure: Callable[[CurveFits], Floats]
) -> Floats:
    of_positives, of_negatives = np.broadcast_arrays(
        np.asarray(positive, dtype=np.float64), np.asarray(negative, dtype=np.float64)
    )
    *leading, n_categories = of_positives.shape
    fits = fit_counts(model, of_positives.reshape(-1, n_categories), of_negatives.reshape(-1, n_categories))
    return measure(fits).reshape(leading)
