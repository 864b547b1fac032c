"""How well a calibration is known: the uncertainty of Platt's two numbers, from patient to patient."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95
_QUANTILE = 1.959963984540054
"""Of the standard normal distribution, at (1 + `LEVEL`) / 2."""

Covariance = tuple[float, float, float]
"""Variance of the slope, covariance of slope and offset, variance of the offset."""


def calibration_covariance(
    scores: NDArray[np.float64],
    is_positive: NDArray[np.bool_],
    patients: Sequence[str],
    *,
    slope: float,
    offset: float,
) -> Covariance | None:
    """Return the covariance of slope and offset of a calibrated logit, slope * score + offset.

    The sandwich estimate with patients as clusters [1]_: several images of one patient are not several
    patients. What it holds is the calibration alone, for this head: that the head's weights come from a
    sample, too, is not in it.

    Parameters
    ----------
    scores : ndarray of shape (cases,)
        Out-of-fold scores that slope and offset were fitted on.
    is_positive : ndarray of bool, shape (cases,)
    patients : sequence of str
        Patient of each case.
    slope, offset : float
        As fitted with Platt's targets.

    Returns
    -------
    (float, float, float) or None
        None where nothing can be said: no slope, a single patient, or classes so well apart that the
        likelihood has no curvature.

    References
    ----------
    .. [1] Liang KY, Zeger SL. Biometrika 1986;73(1):13-22.
    """
    groups, group_of = np.unique(np.asarray(patients), return_inverse=True)
    if slope <= 0 or len(groups) < 2:
        return None
    positives, negatives = int(is_positive.sum()), int((~is_positive).sum())
    targets = np.where(is_positive, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    design = np.stack([scores, np.ones_like(scores)], axis=1)
    chance = 1 / (1 + np.exp(-np.clip(design @ np.array([slope, offset]), -700, 700)))
    curvature = design.T @ (design * (chance * (1 - chance))[:, None])
    if not np.linalg.cond(curvature) < 1e12:
        return None
    per_patient = np.zeros((len(groups), 2))
    np.add.at(per_patient, group_of, design * (targets - chance)[:, None])
    bread = np.linalg.inv(curvature)
    spread = bread @ (per_patient.T @ per_patient) @ bread * len(groups) / (len(groups) - 1)
    if not (np.isfinite(spread).all() and spread[0, 0] > 0 and spread[1, 1] > 0):
        return None
    return float(spread[0, 0]), float(spread[0, 1]), float(spread[1, 1])


def probability_interval(
    score: float, *, slope: float, offset: float, covariance: Covariance
) -> tuple[float, float]:
    """Return the ends of the 95 % interval of the calibrated probability of a score (Wald, on the logit)."""
    of_slope, shared, of_offset = covariance
    variance = of_slope * score**2 + 2 * shared * score + of_offset
    reach = _QUANTILE * math.sqrt(max(variance, 0.0))
    logit = slope * score + offset
    low, high = (1 / (1 + math.exp(-min(max(end, -700.0), 700.0))) for end in (logit - reach, logit + reach))
    return low, high
