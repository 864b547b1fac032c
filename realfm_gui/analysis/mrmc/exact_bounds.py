"""Perfect AUCs: an exact bound instead of an interval of width nil."""

from dataclasses import replace

from realfm_gui.analysis.auc import perfect_auc_estimate
from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.analysis.mrmc.results import Analysis


def with_exact_bounds(analysis: Analysis, data: ObserverData, *, alpha: float) -> Analysis:
    """Return the analysis of AUCs with a bound for every mean of exactly 0 or 1.

    Of min(P, N) pairs without a common case every one was won, whoever read them (see
    `perfect_auc_estimate`); cases of one patient count once.
    """
    n_positive = len(set(data.clusters[data.is_positive].tolist()))
    n_negative = len(set(data.clusters[~data.is_positive].tolist()))
    means = tuple(
        replace(
            mean,
            estimate=perfect_auc_estimate(
                mean.estimate.value, n_positive=n_positive, n_negative=n_negative, alpha=alpha
            ),
        )
        if mean.estimate.value in (0.0, 1.0) and mean.estimate.ci is None
        else mean
        for mean in analysis.means
    )
    return replace(analysis, means=means)
