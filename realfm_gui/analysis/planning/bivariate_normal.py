"""The chance that two correlated normal numbers both stay below their limits."""

import math

import numpy as np

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(80)


def bivariate_normal_cdf(x: float, y: float, correlation: float) -> float:
    """Return P(X <= x, Y <= y) of two standard normal numbers with the given correlation.

    Integrates the density over the correlation, as the arcsine, from 0: smooth to the ends, so 80 nodes
    give 12 digits and more for the correlations that ratings have.

    Parameters
    ----------
    x, y : float
        Limits.
    correlation : float
        -1 to 1.

    References
    ----------
    .. [1] Plackett RL. Biometrika 1954;41(3/4):351-360.
    .. [2] Drezner Z, Wesolowsky GO. J Stat Comput Simul 1990;35(1-2):101-107.

    Examples
    --------
    >>> round(bivariate_normal_cdf(0.0, 0.0, 0.5), 12) == round(1 / 3, 12)
    True
    """
    if not -1 <= correlation <= 1:
        raise ValueError(f"a correlation lies between -1 and 1, not at {correlation}")
    below_x, below_y = normal_cdf(x), normal_cdf(y)
    if correlation == 1:
        return min(below_x, below_y)
    if correlation == -1:
        return max(below_x + below_y - 1, 0.0)
    end = math.asin(correlation)
    sine = np.sin(end * (_NODES + 1) / 2)
    density = np.exp(-(x * x + y * y - 2 * x * y * sine) / (2 * (1 - sine**2)))
    return below_x * below_y + float((density * _WEIGHTS).sum()) * end / (4 * math.pi)


def normal_cdf(x: float) -> float:
    """Return the standard normal distribution function."""
    return 0.5 * math.erfc(-x / math.sqrt(2))


def normal_quantile(probability: float) -> float:
    """Return the standard normal quantile."""
    from scipy import special

    return float(special.ndtri(probability))
