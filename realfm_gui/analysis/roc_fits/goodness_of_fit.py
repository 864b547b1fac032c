"""Whether a fitted curve describes the ratings: Pearson's chi-square over pooled categories."""

from dataclasses import dataclass

import numpy as np

from realfm_gui.analysis.roc_fits.normal import Floats

FEWEST_EXPECTED = 5.0
"""Below this many expected cases the chi-square distribution is no guide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodnessOfFit:
    """Pearson's statistic, its degrees of freedom, p, and the categories that were left after pooling.

    Where too few are left there is no test, and `note` says so.
    """

    statistic: float | None
    df: int
    p: float | None
    n_categories: int
    note: str = ""

    def __post_init__(self) -> None:
        if self.statistic is None and not self.note:
            raise ValueError("a test that was not made says why")


def goodness_of_fit(observed: Floats, expected: Floats) -> GoodnessOfFit:
    """Compare observed with expected cases.

    Neighbouring categories are pooled, from the lowest up, until each holds at least `FEWEST_EXPECTED`
    expected cases of either truth state. Of the 2 (K - 1) free counts of K categories the curve uses K - 1
    cuts and two parameters.

    Parameters
    ----------
    observed, expected : array of shape (2, categories)
        Cases, negatives first.
    """
    groups = _pooled(expected)
    n_groups = int(groups[-1]) + 1
    df = n_groups - 3
    if df < 1:
        return GoodnessOfFit(
            statistic=None,
            df=max(df, 0),
            p=None,
            n_categories=n_groups,
            note=f"No test of fit: pooled until each holds {FEWEST_EXPECTED:g} expected cases of either "
            f"truth state, the categories come to {n_groups}, and a test needs four.",
        )
    from scipy import stats  # lazily: the first window does not wait for it

    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    seen, foreseen = (np.add.reduceat(cases, starts, axis=1) for cases in (observed, expected))
    statistic = float(((seen - foreseen) ** 2 / foreseen).sum())
    return GoodnessOfFit(
        statistic=statistic, df=df, p=float(stats.chi2.sf(statistic, df)), n_categories=n_groups
    )


def _pooled(expected: Floats) -> Floats:
    """Return the group of each category."""
    groups = np.zeros(expected.shape[1])
    group, held = 0, np.zeros(2)
    for k in range(expected.shape[1]):
        groups[k] = group
        held = held + expected[:, k]
        if held.min() >= FEWEST_EXPECTED:
            group, held = group + 1, np.zeros(2)
    # What is left at the top is too little to stand alone.
    if held.any():
        groups[groups == group] = max(group - 1, 0)
    return groups
