"""What is said beside a number that needs explaining."""

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.estimate import ZERO_VARIANCE
from realfm_gui.analysis.mrmc.design import Design, Reads
from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.analysis.mrmc.results import Inference, VarianceComponents
from realfm_gui.analysis.random_readers import FEWEST_RANDOM_READERS

Floats = NDArray[np.float64]

NO_SPREAD = (
    "No spread: the modalities rank the cases alike, or every reader differs by the same amount; "
    "no interval can be given."
)
NO_SPREAD_OF_MEAN = "No spread: every reader ranks the cases alike, or without any error; no interval."
NEGATIVE_VARIANCE = (
    "The estimated variance is negative, as unbiased estimates of a small variance can be; "
    "no standard error or p value can be given. The jackknife cannot be negative with random readers."
)
ONE_READER = "One reader: the result says how sure we are about this reader, and nothing about others."
ONE_READER_SOMEWHERE = (
    "A modality was read by one reader only: nothing tells how readers differ there, so the result holds for "
    "these readers (frrc), and says nothing about others."
)
ONE_SHARED_READER = "One reader read both: the result holds for this reader only."
UNEQUAL_PATIENTS = (
    "Patients have different numbers of cases. The unbiased covariance holds if that number has nothing to "
    "do with how they are rated; the jackknife needs no such assumption."
)
FEW_READERS = (
    "Fewer than four readers: what they say of readers in general is fragile. "
    "Report the result for these readers (frrc) beside it."
)
GAPS_IN_U_STATISTICS = (
    "Reads are missing, so the U-statistic weighs readers differently in the modalities: the level of the "
    "figures no longer cancels from a difference, and its standard error can exceed Obuchowski-Rockette's by "
    "far."
)
CASES_IGNORED = "Fixed cases: the result says nothing about other cases than these."

_GAPS = (
    "Gaps that were planned (readers reading different cases) do no harm. Reads that were lost are taken as "
    "lost by chance: if hard cases were left out, every figure here is too good."
)


def of_data(data: ObserverData, reads: Reads) -> tuple[str, ...]:
    """Return what has to be said of the data before any number."""
    found = []
    n_cells = int(reads.has_reader.sum()) * len(data.cases)
    n_missing = round(reads.share_missing * n_cells)
    if n_missing and reads.design is Design.PARTIALLY_PAIRED:
        found.append(
            f"{n_missing} of {n_cells} possible reads are missing ({reads.share_missing:.1%}). {_GAPS}"
        )
    n_patients = len(np.unique(data.clusters))
    if n_patients < len(data.cases):
        found.append(
            f"{len(data.cases)} cases of {n_patients} patients: patients are the sample, "
            "so cases of one patient do not count as independent."
        )
    if not np.allclose(data.weights, data.weights[0]):
        found.append("Cases are weighted by their sampling weights; the figures speak for that population.")
    return tuple(found)


def of_still_readers(figures: Floats, variances: Floats) -> tuple[str, ...]:
    """Return what has to be said of readers whose figure does not vary over cases.

    Parameters
    ----------
    figures : array of shape (modalities, readers)
        NaN where a reader has none.
    variances : array of shape (modalities x readers,)
        Error variance of ``figures.ravel()``.
    """
    present = ~np.isnan(figures.ravel())
    n_still = int((np.nan_to_num(variances)[present] <= ZERO_VARIANCE).sum())
    if not n_still:
        return ()
    return (
        f"{n_still} of {present.sum()} reader figures do not vary over cases (a perfect ranking, or the same "
        "rating everywhere): they add no sampling error, so intervals are too narrow where there are any.",
    )


def of_components(
    figures: Floats, parts: VarianceComponents, inference: Inference, *, cut: bool
) -> tuple[str, ...]:
    """Return what has to be said of an Obuchowski-Rockette analysis."""
    found = []
    fewest = int((~np.isnan(figures)).sum(axis=1).min())
    if fewest < FEWEST_RANDOM_READERS and inference is not Inference.FRRC:
        found.append(FEW_READERS)
    if inference is Inference.RRFC:
        found.append(CASES_IGNORED)
    if parts.cov2 is not None and parts.cov3 is not None and parts.cov2 + ZERO_VARIANCE < parts.cov3:
        kept = inference is Inference.FRRC and not cut
        what = "kept as it is" if kept else "taken as nil"
        if inference is not Inference.RRFC:
            found.append(
                "Two readers agree less within a modality than across modalities (Cov2 < Cov3); "
                f"the difference is {what}. Programs differ here."
            )
    return tuple(found)
