"""An estimate with its uncertainty, and the reference distributions it is judged by."""

import math
from dataclasses import dataclass, replace
from typing import Any

ZERO_VARIANCE = 1e-20
"""Variances of averages of 0..1 values below this are rounding, not spread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number, how sure we are of it, and, where something cannot be given, the reason in words.

    Parameters
    ----------
    value : float or None
        The estimate; None where it cannot be estimated, and then `note` says why.
    se : float or None
        Standard error; None where it cannot be estimated.
    df : float or None
        Degrees of freedom of the t distribution; None for the normal distribution or without `se`.
    statistic, p : float or None
        Test of "the true value is 0" and its two-sided p.
    ci : tuple of float or None
        Two-sided interval at the level the caller asked for.
    note : str
        A sentence for the user: why something is missing, or how the interval was made.
    """

    value: float | None
    se: float | None = None
    df: float | None = None
    statistic: float | None = None
    p: float | None = None
    ci: tuple[float, float] | None = None
    note: str = ""

    def __post_init__(self) -> None:
        numbers = [self.value, self.se, self.df, self.statistic, self.p, *(self.ci or ())]
        if any(number is not None and not math.isfinite(number) for number in numbers):
            raise ValueError("an estimate holds finite numbers or None, never NaN")
        if (self.value is None or self.ci is None) and not self.note:
            raise ValueError("an estimate without a value or an interval says why")
        if self.ci is not None and self.ci[0] > self.ci[1]:
            raise ValueError(f"the interval {self.ci} ends before it begins")

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON types; absent numbers are null."""
        return {
            "value": self.value,
            "se": self.se,
            "df": self.df,
            "statistic": self.statistic,
            "p": self.p,
            "ci": None if self.ci is None else list(self.ci),
            "note": self.note,
        }


def not_estimable(reason: str) -> Estimate:
    """Return an estimate that holds nothing but the reason why."""
    return Estimate(value=None, note=reason)


def wald_estimate(
    value: float,
    variance: float,
    *,
    df: float | None,
    alpha: float,
    limits: tuple[float, float] | None = None,
    is_level: bool = False,
    zero_variance_note: str = "No spread in the data: no interval can be given.",
    note: str = "",
) -> Estimate:
    """Return ``value`` with the interval value ± quantile x se and, for differences, the test of zero.

    Parameters
    ----------
    value, variance : float
        The estimate and the variance of it.
    df : float or None
        Degrees of freedom of t, None for the normal distribution.
    alpha : float
        One minus the confidence level.
    limits : tuple of float, optional
        The interval is cut at what the quantity can reach, e.g. (0, 1) for an AUC.
    is_level : bool
        A level (an AUC, a sensitivity) is not tested against 0: nobody asks.
    zero_variance_note : str
        Given instead of an interval of width nil where the variance is nil.
    note : str
        Passed on.
    """
    if variance <= ZERO_VARIANCE:
        return Estimate(value=value, note=zero_variance_note)
    se = math.sqrt(variance)
    half_width = quantile(1 - alpha / 2, df) * se
    low, high = value - half_width, value + half_width
    if limits is not None:
        low, high = max(low, limits[0]), min(high, limits[1])
    statistic = None if is_level else value / se
    return Estimate(
        value=value,
        se=se,
        df=df,
        statistic=statistic,
        p=None if statistic is None else two_sided_p(statistic, df),
        ci=(low, high),
        note=note,
    )


def negated(estimate: Estimate) -> Estimate:
    """Return the estimate of the difference taken the other way round."""
    return replace(
        estimate,
        value=None if estimate.value is None else -estimate.value,
        statistic=None if estimate.statistic is None else -estimate.statistic,
        ci=None if estimate.ci is None else (-estimate.ci[1], -estimate.ci[0]),
    )


def quantile(probability: float, df: float | None) -> float:
    """Return the quantile of Student's t, or of the normal distribution where `df` is None."""
    from scipy import special  # lazily: the first window does not wait for it

    return float(special.ndtri(probability) if df is None else special.stdtrit(df, probability))


def two_sided_p(statistic: float, df: float | None) -> float:
    """Return the two-sided p of a statistic under Student's t, or the normal where `df` is None."""
    return min(1.0, 2 * upper_tail_p(abs(statistic), df))


def upper_tail_p(statistic: float, df: float | None) -> float:
    """Return the chance of a statistic at least this large under t, or the normal where `df` is None."""
    from scipy import special

    return float(special.ndtr(-statistic) if df is None else special.stdtr(df, -statistic))


def f_upper_tail_p(statistic: float, df1: float, df2: float | None) -> float:
    """Return the chance of an F at least this large; of a chi-square over `df1` where `df2` is None."""
    from scipy import special

    if df2 is None:
        return float(special.chdtrc(df1, statistic * df1))
    return float(special.fdtrc(df1, df2, statistic))


def proportion(successes: int, n: int, *, alpha: float) -> Estimate:
    """Return a share with its exact interval.

    References
    ----------
    .. [1] Clopper CJ, Pearson ES. Biometrika 1934;26(4):404-413.

    Examples
    --------
    >>> low, high = proportion(0, 10, alpha=0.05).ci
    >>> low, round(high, 3)
    (0.0, 0.308)
    """
    if n == 0:
        return not_estimable("There is no case to count.")
    from scipy import special

    low, high = 0.0, 1.0
    if successes:
        low = float(special.betaincinv(successes, n - successes + 1, alpha / 2))
    if successes < n:
        high = float(special.betaincinv(successes + 1, n - successes, 1 - alpha / 2))
    share = successes / n
    return Estimate(
        value=share,
        se=math.sqrt(share * (1 - share) / n) or None,
        ci=(low, high),
        note="Exact (Clopper-Pearson) interval.",
    )


def unseen_share_bound(n_cases: int, *, alpha: float) -> float:
    """Return how large the share of what was seen in none of `n_cases` may still be (exact).

    Nothing in 10 cases is not "never": at alpha .05 up to 31 % of cases may still show it.
    """
    return float(1 - (alpha / 2) ** (1 / n_cases))
