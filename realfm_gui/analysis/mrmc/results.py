"""What an analysis returns: estimates with names, and sentences where something needs explaining."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.estimate import Estimate, upper_tail_p

Floats = NDArray[np.float64]


class Inference(StrEnum):
    """Whom the result speaks for: readers and cases like these, these readers, or these cases."""

    RRRC = "rrrc"
    FRRC = "frrc"
    RRFC = "rrfc"

    @property
    def words(self) -> str:
        """The choice in words."""
        return {
            "rrrc": "random readers and random cases",
            "frrc": "fixed readers, random cases",
            "rrfc": "random readers, fixed cases",
        }[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginTest:
    """One-sided test against a margin."""

    margin: float
    statistic: float
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """First minus second modality.

    `p_holm` is adjusted over all pairs of the analysis. `second_not_inferior` tests that the second modality
    is worse than the first by less than the margin, `first_not_inferior` the reverse; the larger of their
    p values is that of equivalence (two one-sided tests).
    """

    first: str
    second: str
    difference: Estimate
    p_holm: float | None = None
    second_not_inferior: MarginTest | None = None
    first_not_inferior: MarginTest | None = None

    @property
    def equivalence_p(self) -> float | None:
        """P of the two one-sided tests (Schuirmann 1987); None without a margin."""
        if self.second_not_inferior is None or self.first_not_inferior is None:
            return None
        return max(self.second_not_inferior.p, self.first_not_inferior.p)


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalTest:
    """Test that all modalities are alike: F, or chi-square where `df2` is None."""

    statistic: float
    df1: float
    df2: float | None
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class VarianceComponents:
    """Obuchowski and Rockette's components (Hillis' notation); None where a design has no such part.

    `error` is the variance of one reader's figure, `cov1` covaries two modalities of a reader, `cov2` two
    readers in one modality, `cov3` different readers in different modalities. `var_r` and `var_tr` are the
    variances between readers and of readers by modality, as estimated: they can be negative.
    `ms_modality` and `ms_modality_reader` are the mean squares they come from.
    """

    error: float | None = None
    cov1: float | None = None
    cov2: float | None = None
    cov3: float | None = None
    var_r: float | None = None
    var_tr: float | None = None
    ms_modality: float | None = None
    ms_modality_reader: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderFigure:
    """One reader's figure of merit in one modality."""

    modality: str
    reader: str
    estimate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class ModalityMean:
    """The readers' mean in one modality."""

    modality: str
    estimate: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """Modalities compared by one endpoint."""

    means: tuple[ModalityMean, ...]
    comparisons: tuple[Comparison, ...]
    global_test: GlobalTest | None
    components: VarianceComponents
    warnings: tuple[str, ...]


def margin_test(
    difference: Estimate, *, margin: float, df: float | None, of_second: bool
) -> MarginTest | None:
    """Return the test that one modality is worse than the other by less than a margin.

    Parameters
    ----------
    difference : Estimate
        First minus second.
    margin : float
        Greater than 0, on the endpoint's scale.
    df : float or None
        Degrees of freedom of the test.
    of_second : bool
        Whether the second is tested (not worse than the first), or the first.

    References
    ----------
    .. [1] Chen W, Petrick NA, Sahiner B. Acad Radiol 2012;19(9):1158-1165.
    """
    if difference.value is None or difference.se is None:
        return None
    gain = -difference.value if of_second else difference.value
    statistic = (gain + margin) / difference.se
    return MarginTest(margin=margin, statistic=statistic, p=upper_tail_p(statistic, df))


def holm_adjusted(p_values: Sequence[float]) -> list[float]:
    """Return Holm's step-down adjusted p values in the given order.

    References
    ----------
    .. [1] Holm S. Scand J Stat 1979;6(2):65-70.

    Examples
    --------
    >>> [round(p, 12) for p in holm_adjusted([0.01, 0.04, 0.03, 0.005])]
    [0.03, 0.06, 0.06, 0.02]
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    stepped = np.minimum(1.0, p[order] * (len(p) - np.arange(len(p))))
    adjusted = np.empty(len(p))
    adjusted[order] = np.maximum.accumulate(stepped)
    return [float(value) for value in adjusted]
