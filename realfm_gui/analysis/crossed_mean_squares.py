"""Means of a value known for every reader and case: sensitivity, specificity, accuracy, log time, changes."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.analysis.estimate import (
    ZERO_VARIANCE,
    Estimate,
    not_estimable,
    unseen_share_bound,
    wald_estimate,
)
from realfm_gui.analysis.random_readers import FEWEST_RANDOM_READERS, hillis_df


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanSquares:
    """Two-way analysis of variance with one value per (reader, case) cell."""

    mean: float
    ms_reader: float
    ms_case: float
    ms_error: float
    n_readers: int
    n_cases: int

    @property
    def variance(self) -> float:
        """Variance of the mean over readers and cases, both random."""
        return (self.ms_reader + max(self.ms_case - self.ms_error, 0.0)) / (self.n_readers * self.n_cases)

    @property
    def df_hillis(self) -> float | None:
        """Hillis' degrees of freedom; None where readers do not differ (then they are without limit)."""
        numerator = self.ms_reader + max(self.ms_case - self.ms_error, 0.0)
        return hillis_df(numerator, self.ms_reader, self.n_readers - 1)

    @property
    def df_satterthwaite(self) -> float | None:
        """Satterthwaite's degrees of freedom over all three mean squares; None where they are undefined."""
        readers, cases = self.n_readers - 1, self.n_cases - 1
        numerator = self.ms_reader + self.ms_case - self.ms_error
        spread = self.ms_reader**2 / readers + self.ms_case**2 / cases + self.ms_error**2 / (readers * cases)
        return float(numerator**2 / spread) if numerator > 0 and spread > 0 else None


def mean_squares(values: ArrayLike) -> MeanSquares:
    """Return the mean squares of a complete table.

    Parameters
    ----------
    values : array-like of shape (readers, cases)
        At least two readers and two cases, all finite.
    """
    table = _checked(values)
    n_readers, n_cases = table.shape
    if min(table.shape) < 2:
        raise ValueError("mean squares need at least two readers and two cases")
    mean = float(table.mean())
    of_readers, of_cases = table.mean(axis=1), table.mean(axis=0)
    residual = table - of_readers[:, np.newaxis] - of_cases[np.newaxis] + mean
    return MeanSquares(
        mean=mean,
        ms_reader=float(n_cases * of_readers.var(ddof=1)),
        ms_case=float(n_readers * of_cases.var(ddof=1)),
        ms_error=float((residual**2).sum() / ((n_readers - 1) * (n_cases - 1))),
        n_readers=n_readers,
        n_cases=n_cases,
    )


def crossed_mean(
    values: ArrayLike,
    *,
    alpha: float,
    reach: tuple[float, float] | None = None,
    is_level: bool = False,
    is_cautious: bool = False,
) -> Estimate:
    """Return the mean of a readers x cases table with the interval that counts readers and cases as samples.

    Equals the Obuchowski-Rockette analysis with the jackknife for such means, over the cases that enter them.
    With fewer than four readers the interval holds for this panel only (cases random), and the note says so.

    Parameters
    ----------
    values : array-like of shape (readers, cases)
        One finite value per cell, e.g. 1 where the call is right, or a difference of two arms.
    alpha : float
        One minus the confidence level.
    reach : tuple of float, optional
        Smallest and largest possible value; cuts the interval and, where nothing varies, gives the exact
        bound on what the cases could still hide.
    is_level : bool
        The mean is a level (a sensitivity), not a difference: it is not tested against 0.
    is_cautious : bool
        For questions of safety and margins on calls; needs `reach`. The spread is taken with two pseudo-cases
        added, one at each end of `reach` for every reader, with the smaller of Hillis' and Satterthwaite's
        degrees of freedom, and the interval never ends inside the exact bound on what was seen in no case.
        Without them a table without any change gets a wider interval than one with a single harmful change,
        so that harm helps to pass. The estimate stays the plain mean; it is not tested against 0.

    Raises
    ------
    ValueError
        If a cautious interval is asked for without `reach`.

    References
    ----------
    .. [1] Hillis SL. Stat Med 2007;26(3):596-619.
    .. [2] Satterthwaite FE. Biometrics Bull 1946;2(6):110-114.
    .. [3] Agresti A, Min Y. Stat Med 2005;24(5):729-740 (pseudo-observations for paired proportions).
    """
    if is_cautious and reach is None:
        raise ValueError("a cautious interval needs to know what the values can reach")
    table = _checked(values)
    n_readers, n_cases = table.shape
    if n_readers == 0 or n_cases == 0:
        return not_estimable("There is no such reading.")
    mean = float(table.mean())
    if n_cases < 2:
        return Estimate(value=mean, note="A single case gives no interval.")
    if is_cautious and reach is not None:
        return _cautious(table, mean, alpha=alpha, reach=reach)
    if np.ptp(table) == 0:
        return _unvarying(mean, n_cases, alpha=alpha, reach=reach)
    variance, df, note = _spread(table, is_cautious=False)
    if variance <= ZERO_VARIANCE:
        return Estimate(
            value=mean,
            note="The readers agree in their averages and the cases do not differ beyond chance: "
            "no interval can be given.",
        )
    return wald_estimate(mean, variance, df=df, alpha=alpha, limits=reach, is_level=is_level, note=note)


def _spread(table: NDArray[np.float64], *, is_cautious: bool) -> tuple[float, float | None, str]:
    """Return the variance of the mean, its degrees of freedom, and for whom they hold."""
    n_readers, n_cases = table.shape
    if n_readers < FEWEST_RANDOM_READERS:
        note = "" if n_readers == 1 else "Holds for these readers only: fewer than four readers took part."
        return float(table.mean(axis=0).var(ddof=1)) / n_cases, n_cases - 1, note
    squares = mean_squares(table)
    df = squares.df_hillis
    if is_cautious and squares.df_satterthwaite is not None:
        df = min(df, squares.df_satterthwaite) if df is not None else squares.df_satterthwaite
    return squares.variance, df, ""


def _cautious(
    table: NDArray[np.float64], mean: float, *, alpha: float, reach: tuple[float, float]
) -> Estimate:
    n_readers, n_cases = table.shape
    pseudo_cases = np.broadcast_to(np.array(reach), (n_readers, 2))
    variance, df, note = _spread(np.hstack([table, pseudo_cases]), is_cautious=True)
    estimate = wald_estimate(mean, variance, df=df, alpha=alpha, limits=reach, is_level=True, note=note)
    if estimate.ci is None:
        return estimate
    unseen = unseen_share_bound(n_cases, alpha=alpha)
    middle = (reach[0] + reach[1]) / 2
    # A bound that moves with the mean only where the mean is better keeps "more harm, lower bound" true.
    low = min(estimate.ci[0], max(mean, middle) - unseen * (middle - reach[0]))
    high = max(estimate.ci[1], min(mean, middle) + unseen * (reach[1] - middle))
    if (low, high) == estimate.ci:
        return estimate
    exact = f"The interval is the exact bound of {n_cases} cases."
    return replace(estimate, ci=(max(low, reach[0]), min(high, reach[1])), note=f"{note} {exact}".strip())


def _unvarying(value: float, n_cases: int, *, alpha: float, reach: tuple[float, float] | None) -> Estimate:
    if reach is None:
        return Estimate(value=value, note="All values are the same: no interval can be given.")
    share = unseen_share_bound(n_cases, alpha=alpha)
    return Estimate(
        value=value,
        ci=(value - share * (value - reach[0]), value + share * (reach[1] - value)),
        note=f"Every reading gave the same value; the interval is the exact bound of {n_cases} cases.",
    )


def _checked(values: ArrayLike) -> NDArray[np.float64]:
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(f"expected a readers x cases table, not shape {table.shape}")
    if not np.isfinite(table).all():
        raise ValueError("a value is missing or not finite: leave incomplete cases out first")
    return table
