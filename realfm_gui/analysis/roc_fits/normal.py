"""The normal distribution, on arrays: what every one of the curve families is made of."""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_ROOT_TWO_PI = math.sqrt(2 * math.pi)


def cdf(values: Floats) -> Floats:
    """Return the standard normal distribution function, element by element."""
    from scipy.special import ndtr  # lazily: the first window does not wait for it

    result: Floats = np.asarray(ndtr(values), dtype=np.float64)
    return result


def pdf(values: Floats) -> Floats:
    """Return the standard normal density, element by element; nil from 38 on."""
    near = np.clip(values, -40.0, 40.0)
    result: Floats = np.exp(-0.5 * near * near) / _ROOT_TWO_PI
    return result


def quantile(probabilities: Floats) -> Floats:
    """Return the standard normal quantile, element by element; infinite at 0 and 1."""
    from scipy.special import ndtri

    result: Floats = np.asarray(ndtri(probabilities), dtype=np.float64)
    return result


def owens_t(height: Floats, slope: Floats) -> Floats:
    """Return Owen's T: half the chance of |X| > height and 0 < Y < slope |X| on one side.

    References
    ----------
    .. [1] Owen DB. Ann Math Stat 1956;27(4):1075-1090.
    """
    from scipy.special import owens_t as scipy_owens_t

    result: Floats = np.asarray(scipy_owens_t(height, slope), dtype=np.float64)
    return result


def difference(upper: Floats, lower: Floats) -> Floats:
    """Return ``cdf(upper) - cdf(lower)`` without losing digits where both are close to 1."""
    flip = lower > 0
    result: Floats = cdf(np.where(flip, -lower, upper)) - cdf(np.where(flip, -upper, lower))
    return result
