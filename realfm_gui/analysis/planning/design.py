"""The variance of the readers' mean difference, and its degrees of freedom, in every design one can plan.

With J readers and K cases, two modalities, `gap` = max(Cov2 - Cov3, 0) and every error covariance shrunk to
the cases that one reader reads (Hillis, Obuchowski and Berbaum 2011 [1]_):

Crossed, or split into G equal blocks (J/G readers read K/G cases in both modalities)
    Var(difference) = (2/J) [var_tr + error - Cov1 + (J/G - 1) gap]. Readers of different blocks share no
    case, so their error covariances are nil. The analysis takes MS_TR over all readers and averages the
    covariances over all pairs, nil ones included: a share q = (J/G - 1)/(J - 1) of the pairs lies within a
    block, so E(MS_TR) = var_tr + error - Cov1 - q gap and E(denominator) = E(MS_TR) + J q gap, which is the
    variance above times J/2; df = (J - 1) (denominator / MS_TR)^2 (Hillis 2007 [2]_). G = 1 is the crossed
    design, G = J is every reader with cases of their own: then df = J - 1, exactly [3]_.
Cases of their own in each modality
    Cov1 = Cov3 = 0.
Readers of their own in each modality (J1 and J2, not necessarily equal)
    Each modality's mean has variance M/J_i + Cov2 with M = var_r + var_tr + error - Cov2, and the two means
    covary by Cov3: Var = M (1/J1 + 1/J2) + 2 gap; df by Satterthwaite over the two M/J_i.
Clusters (m units per patient, e.g. breasts, with correlation rho within a patient)
    K patients hold as much as K m / (1 + (m - 1) rho) independent units (Obuchowski 1997 [4]_).

References
----------
.. [1] Hillis SL, Obuchowski NA, Berbaum KS. Acad Radiol 2011;18(2):129-142.
.. [2] Hillis SL. Stat Med 2007;26(3):596-619.
.. [3] Obuchowski NA, Gallas BD, Hillis SL. Acad Radiol 2012;19(12):1508-1517; Hillis SL. Stat Med
       2014;33(2):330-360 (split-plot).
.. [4] Obuchowski NA. Biometrics 1997;53(2):567-578.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.analysis.planning.components import PilotComponents
from realfm_gui.domain.errors import UserFacingError

Floats = NDArray[np.float64]
Readers = int | tuple[int, int]
"""Readers of the study, or of the first and of the second modality where these have readers of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyDesign:
    """Who reads what.

    Parameters
    ----------
    n_blocks : int
        Equal blocks that readers and cases are split into; 1 is fully crossed.
    are_cases_paired : bool
        Whether both modalities show the same cases; if not, numbers of cases are per modality.
    are_readers_paired : bool
        Whether the same readers read both modalities.
    units_per_patient : float
        Units (breasts, lobes, images) that each patient brings; numbers of cases are then patients.
    intracluster_correlation : float
        Correlation of the errors of two units of a patient, -1/(m - 1) to 1.

    Raises
    ------
    UserFacingError
        If the parts do not go together.
    """

    n_blocks: int = 1
    are_cases_paired: bool = True
    are_readers_paired: bool = True
    units_per_patient: float = 1.0
    intracluster_correlation: float = 0.0

    def __post_init__(self) -> None:
        if self.n_blocks < 1:
            raise UserFacingError(
                f"{self.n_blocks} blocks were asked for.", hint="One block is fully crossed."
            )
        if self.n_blocks > 1 and not (self.are_cases_paired and self.are_readers_paired):
            raise UserFacingError(
                "Blocks are planned for studies in which every reader reads both modalities of their cases.",
                hint="Use one block, or pair readers and cases.",
            )
        if self.units_per_patient < 1:
            raise UserFacingError(
                f"{self.units_per_patient} units per patient were given.",
                hint="A patient brings at least one.",
            )
        if self.intracluster_correlation > 1 or self.design_effect <= 0:
            raise UserFacingError(
                f"An intracluster correlation of {self.intracluster_correlation} is not possible.",
                hint="Give a number between 0 (unlike each other) and 1 (the same again).",
            )

    @property
    def design_effect(self) -> float:
        """How much more the variance is than with as many independent units: 1 + (m - 1) rho."""
        return 1 + (self.units_per_patient - 1) * self.intracluster_correlation

    def describe(self) -> str:
        """Return the design in words."""
        if self.n_blocks > 1:
            text = f"split-plot: {self.n_blocks} equal blocks, each reader reads the cases of one block"
        elif self.are_readers_paired and self.are_cases_paired:
            text = "fully crossed: every reader reads every case in both modalities"
        elif self.are_readers_paired:
            text = "every reader reads both modalities, each modality with cases of its own"
        elif self.are_cases_paired:
            text = "each modality has readers of its own, who all read the same cases"
        else:
            text = "each modality has readers and cases of its own"
        if self.units_per_patient > 1:
            text += (
                f"; {self.units_per_patient:g} units per patient with correlation "
                f"{self.intracluster_correlation:g} (design effect {self.design_effect:.3g})"
            )
        return text

    def check_readers(self, readers: Readers) -> None:
        """Raise `UserFacingError` where so many readers cannot fill the design."""
        if isinstance(readers, tuple):
            if self.are_readers_paired:
                raise UserFacingError(
                    "Two numbers of readers were given, but the same readers read both modalities.",
                    hint="Give one number, or a design in which readers are not paired.",
                )
            if min(readers) < 1:
                raise UserFacingError("A modality has no reader.", hint="Give at least one for each.")
        elif readers < 1 or readers % self.n_blocks:
            raise UserFacingError(
                f"{readers} readers cannot be split into {self.n_blocks} equal blocks.",
                hint=f"Take a multiple of {self.n_blocks}.",
            )


CROSSED = StudyDesign()


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceSpread:
    """Variance and degrees of freedom of the mean difference, shape of the cases asked for.

    `df` is infinite where the normal distribution holds.
    """

    variance: Floats
    df: Floats


def difference_spread(
    components: PilotComponents,
    readers: Readers,
    cases: ArrayLike,
    *,
    inference: Inference = Inference.RRRC,
    design: StudyDesign = CROSSED,
) -> DifferenceSpread:
    """Return the expected variance of the difference of two modalities' means; formulas at the module's head.

    Parameters
    ----------
    components : PilotComponents
        What the study is expected to look like.
    readers : int or tuple of two ints
        All readers, or (first, second) where each modality has its own; there, one number counts for each.
    cases : array-like of any shape
        All cases (patients), or cases per modality where these are not paired; split-plot blocks share them.
    inference : Inference
        Whom the result is to speak for.
    design : StudyDesign
        Who reads what.

    Raises
    ------
    UserFacingError
        If random readers are asked for with one reader, or the readers do not fill the design.
    """
    design.check_readers(readers)
    n_cases = np.asarray(cases, dtype=np.float64)
    if (n_cases <= 0).any():
        raise UserFacingError("A study without cases was asked for.", hint="Give at least one case.")
    units = n_cases / design.n_blocks * design.units_per_patient / design.design_effect
    shrink = components.n_cases / units
    if not design.are_readers_paired:
        pair = readers if isinstance(readers, tuple) else (readers, readers)
        return _own_readers(components, pair, shrink, inference=inference, design=design)
    assert isinstance(readers, int), "check_readers refuses two numbers for paired readers"
    return _same_readers(components, readers, shrink, inference=inference, design=design)


def _same_readers(
    parts: PilotComponents, readers: int, shrink: Floats, *, inference: Inference, design: StudyDesign
) -> DifferenceSpread:
    if inference is not Inference.FRRC:
        _refuse_one_reader(readers)
    cov1 = parts.cov1 if design.are_cases_paired else 0.0
    gap = shrink * (parts.gap if design.are_cases_paired else max(parts.cov2, 0.0))
    own = shrink * (parts.error - cov1)
    others_in_block = readers / design.n_blocks - 1
    if inference is Inference.FRRC:
        variance = 2 / readers * np.maximum(own + others_in_block * gap, 0.0)
        return DifferenceSpread(variance=variance, df=np.full(shrink.shape, np.inf))
    share = others_in_block / (readers - 1)
    mean_square = np.maximum(parts.interaction + own - share * gap, 0.0)
    if inference is Inference.RRFC:
        return DifferenceSpread(
            variance=2 / readers * mean_square, df=np.full(shrink.shape, float(readers - 1))
        )
    denominator = mean_square + readers * share * gap
    with np.errstate(divide="ignore", invalid="ignore"):
        # Readers who do not differ leave the degrees of freedom without limit.
        limited = (readers - 1) * (denominator / mean_square) ** 2
    df = np.where(mean_square > 1e-12 * denominator, limited, np.inf)
    return DifferenceSpread(variance=2 / readers * denominator, df=df)


def _own_readers(
    parts: PilotComponents,
    readers: tuple[int, int],
    shrink: Floats,
    *,
    inference: Inference,
    design: StudyDesign,
) -> DifferenceSpread:
    common = 2 * shrink * (parts.gap if design.are_cases_paired else max(parts.cov2, 0.0))
    error = shrink * (parts.error - parts.cov2)
    if inference is Inference.FRRC:
        variance = np.maximum(error, 0.0) * (1 / readers[0] + 1 / readers[1]) + common
        return DifferenceSpread(variance=variance, df=np.full(shrink.shape, np.inf))
    _refuse_one_reader(min(readers))
    if parts.var_r is None:
        raise UserFacingError(
            "Modalities with readers of their own are compared between readers, and the variance of readers "
            "is not given.",
            hint="Give var_r, the variance of the readers' true figures of merit.",
        )
    mean_square = np.maximum(max(parts.var_r, 0.0) + parts.interaction + error, 0.0)
    of_means = mean_square * (1 / readers[0] + 1 / readers[1])
    variance = of_means if inference is Inference.RRFC else of_means + common
    first, second = ((mean_square / n) ** 2 / (n - 1) for n in readers)
    spread = first + second
    with np.errstate(divide="ignore", invalid="ignore"):
        df = np.where(spread > 0, variance**2 / spread, np.inf)
    return DifferenceSpread(variance=variance, df=df)


def _refuse_one_reader(readers: int) -> None:
    if readers < 2:
        raise UserFacingError(
            "One reader says nothing of readers in general.",
            hint="Plan for two readers or more (better five), or for fixed readers.",
        )
