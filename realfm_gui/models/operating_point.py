"""Where a score becomes a call: a threshold chosen on out-of-fold scores, with ties kept together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.domain.protocol import OperatingPoint


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenPoint:
    """A threshold (positive where score >= threshold) and what it did where it was chosen."""

    threshold: float
    sensitivity: float
    specificity: float


def choose_threshold(scores: ArrayLike, is_positive: ArrayLike, rule: OperatingPoint) -> ChosenPoint:
    """Choose the threshold that the protocol's rule asks for.

    Candidates lie midway between neighbouring *distinct* scores (and beyond both ends), so that equal scores
    get equal calls and a new score next to an old one falls on its side.

    - ``youden``: the largest sensitivity + specificity - 1 [1]_; of equal ones the most specific.
    - ``sensitivity``: at least the target, and then the most specific.
    - ``specificity``: at least the target, and then the most sensitive.

    Both targets can always be reached (by calling all, or none).

    Parameters
    ----------
    scores : array-like of shape (n_cases,)
        Finite; higher is more suspicious.
    is_positive : array-like of bool, shape (n_cases,)
        Both classes must occur.
    rule : OperatingPoint
        Rule and target of the protocol.

    References
    ----------
    .. [1] Youden WJ. Index for rating diagnostic tests. Cancer 1950;3(1):32-35.

    Examples
    --------
    >>> choose_threshold([1, 2, 2, 3], [False, False, True, True], OperatingPoint()).threshold
    2.5
    """
    values = np.asarray(scores, dtype=np.float64)
    positive = np.asarray(is_positive, dtype=np.bool_)
    if values.shape != positive.shape or values.ndim != 1 or not np.isfinite(values).all():
        raise ValueError("scores and truth must be two equally long lists, the scores finite")
    if positive.all() or not positive.any():
        raise ValueError("an operating point needs cases with and without the finding")
    thresholds = _candidates(values)
    positives, negatives = np.sort(values[positive]), np.sort(values[~positive])
    sensitivity = (len(positives) - np.searchsorted(positives, thresholds, side="left")) / len(positives)
    specificity = np.searchsorted(negatives, thresholds, side="left") / len(negatives)
    # Thresholds ascend: sensitivity falls, specificity rises.
    if rule.rule == "youden":
        # In whole counts, so that equal indices compare equal.
        index = np.rint((sensitivity + specificity) * len(positives) * len(negatives)).astype(np.int64)
        best = int(np.flatnonzero(index == index.max())[-1])
    elif rule.rule == "sensitivity":
        best = int(np.flatnonzero(_reaches(sensitivity, rule.target))[-1])
    else:
        best = int(np.flatnonzero(_reaches(specificity, rule.target))[0])
    return ChosenPoint(
        threshold=float(thresholds[best]),
        sensitivity=float(sensitivity[best]),
        specificity=float(specificity[best]),
    )


def _reaches(rate: NDArray[np.float64], target: float | None) -> NDArray[np.bool_]:
    if target is None:
        raise ValueError("this rule needs a target")
    # 18 of 20 is .9 whatever the last bit of the division says.
    result: NDArray[np.bool_] = rate >= target - 1e-12
    return result


def _candidates(values: NDArray[np.float64]) -> NDArray[np.float64]:
    distinct = np.unique(values)
    below, above = distinct[:-1], distinct[1:]
    middle = below + (above - below) / 2
    # Between two neighbouring floating-point numbers there is no middle: the upper one separates them.
    middle = np.where(middle > below, middle, above)
    return np.concatenate([[distinct[0]], middle, [np.nextafter(distinct[-1], np.inf)]])
