"""The empirical ROC curve of one observer under many sets of case weights at once."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from realfm_gui.analysis.mrmc.case_sample import FigureOfMerit
from realfm_gui.analysis.mrmc.endpoint import Bools, Floats, Integers, ratio

_SAME_PLACE = 1e-10
"""Sums of weights that differ by less than this share are the same operating point: rounding, not data."""
_REPLICATES_AT_ONCE = 64
"""Working arrays of so many curves stay in the processor's cache; measured with 2,000 cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingCurve:
    """Operating points of every replicate, joined by straight lines.

    Attributes
    ----------
    x, y : arrays of shape (replicates, points)
        Non-decreasing along the points. On an ROC curve `x` is the false-positive fraction and `y` the
        true-positive fraction, from (0, 0) to (1, 1). NaN where a replicate has no such cases.
    """

    x: Floats
    y: Floats

    def __post_init__(self) -> None:
        if self.x.shape != self.y.shape or self.x.ndim != 2 or self.x.shape[1] < 2:
            raise ValueError("a curve has at least two points, each with an x and a y")

    def mirrored(self) -> "OperatingCurve":
        """Return the curve seen from the other class: miss fraction across, specificity upwards."""
        return OperatingCurve(x=1.0 - self.y[:, ::-1], y=1.0 - self.x[:, ::-1])

    def height_at(self, place: float) -> Floats:
        """Return y at x = `place`, the upper end where the curve rises vertically; shape (replicates,)."""
        last = self.x.shape[1] - 2
        left = np.clip((self.x <= place + _SAME_PLACE).sum(axis=1) - 1, 0, last)[:, np.newaxis]
        x0, x1 = (np.take_along_axis(self.x, left + step, axis=1)[:, 0] for step in (0, 1))
        y0, y1 = (np.take_along_axis(self.y, left + step, axis=1)[:, 0] for step in (0, 1))
        along = np.where(x1 == x0, 1.0, np.clip(ratio(place - x0, x1 - x0), 0.0, 1.0))
        height: Floats = y0 + along * (y1 - y0)
        return height

    def height_attained_at(self, place: float) -> Floats:
        """Return the largest y of an operating point with x at most `place`, shape (replicates,)."""
        left = np.maximum((self.x <= place + _SAME_PLACE).sum(axis=1) - 1, 0)[:, np.newaxis]
        height: Floats = np.take_along_axis(self.y, left, axis=1)[:, 0] + 0.0 * self.x[:, 0]
        return height

    def area_between(self, low: float, high: float) -> Floats:
        """Return the area under the curve from x = `low` to x = `high`, shape (replicates,)."""
        x0, x1, y0, y1 = self.x[:, :-1], self.x[:, 1:], self.y[:, :-1], self.y[:, 1:]
        start, end = np.maximum(x0, low), np.minimum(x1, high)
        widths = np.maximum(end - start, 0.0)
        slopes = np.zeros_like(widths)
        np.divide(y1 - y0, x1 - x0, out=slopes, where=widths > 0)
        heights = y0 + slopes * (0.5 * (start + end) - x0)
        area: Floats = np.einsum("bp,bp->b", widths, heights)
        return area


def weighted_curve(
    truth: Bools, ratings: Floats, weights: Floats, *, can_be_hit: Bools | None = None
) -> OperatingCurve:
    """Return the ROC curve of one observer under every set of weights.

    Parameters
    ----------
    truth : bool array of shape (cases,)
        The reference standard.
    ratings : array of shape (cases,)
        Higher is more suspicious; no NaN.
    weights : array of shape (replicates, cases)
        At least 0.
    can_be_hit : bool array of shape (cases,), optional
        Positive cases that count as true positives at all; the others stay in the denominator. An LROC curve
        leaves out positives that were located wrongly. Default: every positive case.

    Returns
    -------
    OperatingCurve
        One point per distinct rating, after (0, 0).
    """
    hit = truth if can_be_hit is None else truth & can_be_hit
    thresholds = np.unique(ratings[hit | ~truth])[::-1]
    false_positive = weight_reached(ratings[~truth], weights[:, ~truth], thresholds)
    true_positive = weight_reached(ratings[hit], weights[:, hit], thresholds)
    # All are reached by the lowest threshold; the same sum in another order might end beside 1.
    n_positive = true_positive[:, -1:]
    if can_be_hit is not None:
        n_positive = weights[:, truth].sum(axis=1, keepdims=True)
    x, y = ratio(false_positive, false_positive[:, -1:]), ratio(true_positive, n_positive)
    if x.shape[1] == 1:  # nobody rated: two points at the origin keep the shape, and the fractions are NaN
        x, y = np.repeat(x, 2, axis=1), np.repeat(y, 2, axis=1)
    return OperatingCurve(x=x, y=y)


def weight_reached(ratings: Floats, weights: Floats, thresholds: Floats) -> Floats:
    """Return the weight of the items at or above each threshold, after 0.

    Parameters
    ----------
    ratings : array of shape (items,)
        Without NaN.
    weights : array of shape (replicates, items)
        What every item counts.
    thresholds : array of shape (thresholds,)
        Falling.

    Returns
    -------
    array of shape (replicates, 1 + thresholds)
    """
    order = np.argsort(ratings, kind="stable")[::-1]
    running = np.zeros((len(weights), len(order) + 1))
    np.cumsum(weights[:, order], axis=1, out=running[:, 1:])
    n_reached: Integers = len(order) - np.searchsorted(ratings[order[::-1]], thresholds, side="left")
    reached: Floats = running[:, np.append(0, n_reached)]
    return reached


def on_curve(
    read_off: Callable[[OperatingCurve], Floats],
    *,
    can_be_hit: Callable[[Bools, Floats], Bools] | None = None,
) -> FigureOfMerit:
    """Return the figure of merit that `read_off` takes from the ROC curve, a few replicates at a time.

    Parameters
    ----------
    read_off : callable
        From a curve to one number per replicate.
    can_be_hit : callable, optional
        From truth and ratings to the argument of `weighted_curve`.
    """

    def figure(truth: Bools, ratings: Floats, weights: Floats) -> Floats:
        hit = None if can_be_hit is None else can_be_hit(truth, ratings)
        result = np.full(len(weights), np.nan)
        for start in range(0, len(weights), _REPLICATES_AT_ONCE):
            mine = slice(start, start + _REPLICATES_AT_ONCE)
            result[mine] = read_off(weighted_curve(truth, ratings, weights[mine], can_be_hit=hit))
        return result

    return figure
