"""The power of the tests that a study will be judged by, for given readers and cases."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.analysis.planning.components import PilotComponents
from realfm_gui.analysis.planning.design import CROSSED, Readers, StudyDesign, difference_spread
from realfm_gui.domain.errors import UserFacingError

Floats = NDArray[np.float64]

UNLIMITED_DF = 1e6
"""From here on t is the normal distribution to six digits, and noncentral distributions lose accuracy."""

FARTHEST_SHIFT = 40.0
"""Standard errors beyond which an effect is certain to show (with two readers: in .998 of studies)."""

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)


class Goal(StrEnum):
    """What the study is to show about the second modality minus the first."""

    SUPERIORITY = "superiority"
    NON_INFERIORITY = "non-inferiority"
    EQUIVALENCE = "equivalence"


class SizingMethod(StrEnum):
    """Which analysis the plan is for; they differ for fixed readers only.

    There the Obuchowski-Rockette analysis refers to the normal distribution and the Dorfman-Berbaum-Metz
    analysis of 2004 to F with cases - 1 degrees of freedom.
    """

    OBUCHOWSKI_ROCKETTE = "Obuchowski-Rockette"
    DBM_2004 = "Dorfman-Berbaum-Metz 2004"


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPlan:
    """What a study is expected to find and how it will be judged.

    Parameters
    ----------
    components : PilotComponents
        Variance components of the figure of merit.
    effect : float
        Expected difference, second modality minus first, in units of the figure of merit.
    alpha : float
        One minus the level of the two-sided interval that decides; superiority is the two-sided test,
        non-inferiority and equivalence ask where the same interval lies (each one-sided test at alpha / 2).
    goal : Goal
        Superiority (the interval leaves out 0), non-inferiority (it lies above -margin) or equivalence
        (it lies between -margin and margin).
    margin : float, optional
        For non-inferiority and equivalence, above 0.
    inference, design, method
        Whom the result speaks for, who reads what, and the analysis.

    References
    ----------
    .. [1] Chen W, Petrick NA, Sahiner B. Acad Radiol 2012;19(9):1158-1165 (non-inferiority, equivalence).
    """

    components: PilotComponents
    effect: float
    alpha: float = 0.05
    goal: Goal = Goal.SUPERIORITY
    margin: float | None = None
    inference: Inference = Inference.RRRC
    design: StudyDesign = CROSSED
    method: SizingMethod = SizingMethod.OBUCHOWSKI_ROCKETTE

    def __post_init__(self) -> None:
        if not np.isfinite(self.effect):
            raise UserFacingError(f"The effect is {self.effect}.", hint="Give a finite difference.")
        if not 0 < self.alpha < 1:
            raise UserFacingError(f"Alpha is {self.alpha}.", hint="Give a number between 0 and 1, e.g. 0.05.")
        if self.goal is Goal.SUPERIORITY:
            if self.margin is not None:
                raise UserFacingError(
                    "Superiority is tested against no difference, not against a margin.",
                    hint="Leave the margin out, or plan for non-inferiority or equivalence.",
                )
        elif self.margin is None or not self.margin > 0:
            raise UserFacingError(
                f"{self.goal.capitalize()} needs a margin above 0.", hint="Give the largest loss to accept."
            )

    def with_effect(self, effect: float) -> "StudyPlan":
        """Return the same plan for another effect."""
        return replace(self, effect=effect)


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerPoint:
    """Power at one number of readers and cases, and what it follows from.

    `df` is None for the normal distribution; `noncentrality` is the squared expected statistic,
    (effect / se)^2 for superiority and ((effect + margin) / se)^2 for the others; `critical_f` the squared
    quantile that it is judged by.
    """

    readers: Readers
    cases: int
    power: float
    se: float
    df: float | None
    noncentrality: float
    critical_f: float


def power(plan: StudyPlan, readers: Readers, cases: int) -> PowerPoint:
    """Return the power of a planned study.

    Parameters
    ----------
    plan : StudyPlan
        Effect, components, test and design.
    readers : int or tuple of two ints
        See `difference_spread`.
    cases : int
        Cases, as the design counts them.

    References
    ----------
    .. [1] Hillis SL, Obuchowski NA, Berbaum KS. Acad Radiol 2011;18(2):129-142.
    .. [2] Hillis SL, Schartz KM. J Med Imaging 2018;5(4):045503.
    """
    variance, df = _spread(plan, readers, np.array([float(cases)]))
    reached = wald_power(plan.effect, variance, df, alpha=plan.alpha, goal=plan.goal, margin=plan.margin)
    shift = plan.effect + (plan.margin or 0.0)
    noncentrality = float(shift**2 / variance[0]) if variance[0] > 0 else float("inf")
    return PowerPoint(
        readers=readers,
        cases=cases,
        power=float(reached[0]),
        se=float(np.sqrt(variance[0])),
        df=float(df[0]) if np.isfinite(df[0]) else None,
        noncentrality=noncentrality,
        critical_f=float(_critical(plan.alpha, df)[0] ** 2),
    )


def power_of_cases(plan: StudyPlan, readers: Readers, cases: ArrayLike) -> Floats:
    """Return the power for many numbers of cases at once, shape of `cases`."""
    variance, df = _spread(plan, readers, np.asarray(cases, dtype=np.float64))
    return wald_power(plan.effect, variance, df, alpha=plan.alpha, goal=plan.goal, margin=plan.margin)


def power_surface(plan: StudyPlan, readers: Sequence[Readers], cases: Sequence[int]) -> Floats:
    """Return the power over a grid, shape (readers, cases)."""
    return np.stack([power_of_cases(plan, number, np.asarray(cases)) for number in readers])


def _spread(plan: StudyPlan, readers: Readers, cases: Floats) -> tuple[Floats, Floats]:
    spread = difference_spread(plan.components, readers, cases, inference=plan.inference, design=plan.design)
    df = spread.df
    if plan.method is SizingMethod.DBM_2004 and plan.inference is Inference.FRRC:
        df = np.maximum(cases - 1, 1.0)
    return spread.variance, df


def wald_power(
    effect: float,
    variance: ArrayLike,
    df: ArrayLike,
    *,
    alpha: float,
    goal: Goal = Goal.SUPERIORITY,
    margin: float | None = None,
) -> Floats:
    """Return the power of tests by estimate ± t x se.

    Parameters
    ----------
    effect : float
        True difference.
    variance : array-like
        Variance of the estimated difference.
    df : array-like of the same shape
        Degrees of freedom; infinite for the normal distribution.
    alpha, goal, margin
        See `StudyPlan`. The power of superiority counts both tails, like the F test of it: with no effect
        it is alpha.

    References
    ----------
    .. [1] Schuirmann DJ. J Pharmacokinet Biopharm 1987;15(6):657-680 (two one-sided tests).
    """
    se: Floats = np.sqrt(np.asarray(variance, dtype=np.float64))
    freedom = np.broadcast_to(np.asarray(df, dtype=np.float64), se.shape)
    critical = _critical(alpha, freedom)
    if goal is Goal.SUPERIORITY:
        return _two_sided(effect, se, freedom, critical)
    if margin is None:
        raise ValueError(f"{goal} needs a margin")
    if goal is Goal.NON_INFERIORITY:
        return _one_sided(effect + margin, se, freedom, critical)
    return _two_one_sided(effect, margin, se, freedom, critical)


def _critical(alpha: float, df: Floats) -> Floats:
    from scipy import stats

    is_normal = df >= UNLIMITED_DF
    of_t = stats.t.ppf(1 - alpha / 2, np.where(is_normal, 1.0, df))
    return np.where(is_normal, stats.norm.ppf(1 - alpha / 2), of_t)


def _two_sided(effect: float, se: Floats, df: Floats, critical: Floats) -> Floats:
    from scipy import stats

    is_normal = df >= UNLIMITED_DF
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.where(se > 0, abs(effect) / se, np.inf if effect else 0.0)
    of_normal = stats.norm.sf(critical - shift) + stats.norm.cdf(-critical - shift)
    # scipy's noncentral F is wrong at a noncentrality of exactly 0.
    noncentrality = np.maximum(np.where(is_normal, 1.0, np.minimum(shift, FARTHEST_SHIFT)) ** 2, 1e-300)
    of_f = stats.ncf.sf(critical**2, 1, np.where(is_normal, 1.0, df), noncentrality)
    return np.clip(np.where(is_normal, of_normal, of_f), 0.0, 1.0)


def _one_sided(distance: float, se: Floats, df: Floats, critical: Floats) -> Floats:
    from scipy import stats

    is_normal = df >= UNLIMITED_DF
    with np.errstate(divide="ignore", invalid="ignore"):
        shift = np.where(se > 0, distance / se, np.sign(distance) * np.inf if distance else 0.0)
    of_normal = stats.norm.sf(critical - shift)
    finite = np.where(is_normal, 0.0, np.clip(shift, -FARTHEST_SHIFT, FARTHEST_SHIFT))
    of_t = stats.nct.sf(critical, np.where(is_normal, 1.0, df), finite)
    return np.clip(np.where(is_normal, of_normal, of_t), 0.0, 1.0)


def _two_one_sided(effect: float, margin: float, se: Floats, df: Floats, critical: Floats) -> Floats:
    """Power of TOST: the estimate must lie inside the margins by `critical` times the se that was found.

    Given that se, sqrt(chi2 / df) times the true one, the chance is a difference of two normal ones; it is
    averaged over the quantiles of chi2, up to the se at which no estimate can pass. The quantiles are taken
    as squares, which smooths their steep start.
    """
    from scipy import stats

    is_normal = df >= UNLIMITED_DF
    freedom = np.where(is_normal, 1.0, df)[..., np.newaxis]
    scale = np.maximum(se, 1e-9 * margin)[..., np.newaxis]  # an estimate without spread decides by its value
    reach = critical[..., np.newaxis]
    highest: Floats = np.asarray(stats.chi2.cdf(freedom * (margin / (reach * scale)) ** 2, freedom))
    root = (_NODES + 1) / 2
    quantiles = highest * root**2
    found = np.sqrt(stats.chi2.ppf(quantiles, freedom) / freedom)
    ratio = np.where(is_normal[..., np.newaxis], 1.0, found)
    chance: Floats = stats.norm.cdf((margin - effect) / scale - reach * ratio) - stats.norm.cdf(
        -(margin + effect) / scale + reach * ratio
    )
    averaged = highest[..., 0] * (chance * root * _WEIGHTS).sum(axis=-1)
    power_found: Floats = np.clip(np.where(is_normal, chance[..., 0], averaged), 0.0, 1.0)
    return power_found
