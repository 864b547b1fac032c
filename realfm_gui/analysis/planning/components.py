"""Variance components a plan starts from: of a pilot study, of published work, or conjectured."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.analysis.two_modalities import ModalityComparison
from realfm_gui.domain.errors import UserFacingError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PilotComponents:
    """Obuchowski-Rockette components of a figure of merit in two modalities.

    Parameters
    ----------
    var_tr : float
        Variance of the modality-by-reader interaction, as estimated: it may be negative, and counts as nil.
    cov1, cov2, cov3 : float
        Error covariances: same reader in the two modalities, two readers in one modality, both different.
    error : float
        Error variance of one reader's figure of merit in one modality.
    n_cases : float
        Independent cases that `error` and the covariances belong to; with ``n`` cases they are
        ``n_cases / n`` times as large, as long as the share of positive cases stays the same.
    n_readers : int, optional
        Readers of the pilot study, for the record and the warning about few of them.
    var_r : float, optional
        Variance of the readers themselves; needed only where each modality has its own readers.

    Raises
    ------
    UserFacingError
        If a number is missing, not finite or impossible.

    References
    ----------
    .. [1] Hillis SL, Obuchowski NA, Berbaum KS. Acad Radiol 2011;18(2):129-142.
    """

    var_tr: float
    cov1: float
    cov2: float
    cov3: float
    error: float
    n_cases: float
    n_readers: int | None = None
    var_r: float | None = None

    def __post_init__(self) -> None:
        numbers = {
            name: getattr(self, name) for name in ("var_tr", "cov1", "cov2", "cov3", "error", "n_cases")
        }
        for name, number in numbers.items():
            if not math.isfinite(number):
                raise UserFacingError(f"The component {name} is {number}.", hint="Give a finite number.")
        if self.error <= 0:
            raise UserFacingError(
                f"The error variance is {self.error}.",
                hint="A figure of merit has an error variance above 0.",
            )
        if self.n_cases < 2:
            raise UserFacingError(
                f"The components belong to {self.n_cases} cases.",
                hint="Give the number of cases of the pilot study, at least 2.",
            )
        for name in ("cov1", "cov2", "cov3"):
            if abs(numbers[name]) > self.error * (1 + 1e-9):
                raise UserFacingError(
                    f"{name} ({numbers[name]:.4g}) exceeds the error variance ({self.error:.4g}).",
                    hint="It cannot. If these are correlations, multiply them by the error variance.",
                )
        if self.var_r is not None and not math.isfinite(self.var_r):
            raise UserFacingError(f"The reader variance is {self.var_r}.", hint="Give a finite number.")

    @property
    def interaction(self) -> float:
        """`var_tr`, never below nil: an estimate below nil says that there is none to see."""
        return max(self.var_tr, 0.0)

    @property
    def gap(self) -> float:
        """Cov2 minus Cov3, never below nil: what two readers share in one modality alone."""
        return max(self.cov2 - self.cov3, 0.0)

    def warnings(self) -> tuple[str, ...]:
        """Return what the user should know about these numbers, in sentences."""
        found = []
        if self.var_tr < 0:
            found.append(
                "The estimated modality-by-reader variance is negative and counts as nil; "
                "the readers of the new study may differ more than those of the pilot."
            )
        if self.cov2 < self.cov3:
            found.append(
                "Two readers agree less within a modality than across modalities (Cov2 < Cov3); "
                "the difference counts as nil."
            )
        if self.error - self.cov1 - self.gap < 0:
            found.append(
                "The covariances leave a negative residual variance (Var - Cov1 - (Cov2 - Cov3) < 0); "
                "these components do not come from one study."
            )
        if self.n_readers is not None and self.n_readers < 4:
            found.append(
                f"The pilot had {self.n_readers} readers: how much readers differ is hardly known. "
                "Try a larger modality-by-reader variance, too."
            )
        return tuple(found)

    def to_json(self) -> dict[str, float | int | None]:
        """Return plain JSON types."""
        return {
            "var_r": self.var_r,
            "var_tr": self.var_tr,
            "cov1": self.cov1,
            "cov2": self.cov2,
            "cov3": self.cov3,
            "error": self.error,
            "n_cases": self.n_cases,
            "n_readers": self.n_readers,
        }


def components_from_estimates(
    figures_of_merit: ArrayLike, covariance: ArrayLike, *, n_cases: float
) -> PilotComponents:
    """Return the components of a fully crossed pilot with two modalities.

    Parameters
    ----------
    figures_of_merit : array-like of shape (2, readers)
        Any figure of merit: AUC, sensitivity, wAFROC, ...; at least two readers.
    covariance : array-like of shape (2 x readers, 2 x readers)
        Error covariance of the estimates in the order of ``figures_of_merit.ravel()``.
    n_cases : float
        Independent cases behind them: positives for a sensitivity, negatives for a specificity.

    Raises
    ------
    UserFacingError
        If the pilot has one reader, whose number says nothing of how readers differ.

    References
    ----------
    .. [1] Hillis SL. Stat Med 2014;33(2):330-360 (moment estimates of the components).
    """
    values = np.asarray(figures_of_merit, dtype=np.float64)
    matrix = np.asarray(covariance, dtype=np.float64)
    if values.ndim != 2 or values.shape[0] != 2 or matrix.shape != (values.size, values.size):
        raise ValueError(f"estimates {values.shape} and covariance {matrix.shape} do not belong together")
    n_readers = values.shape[1]
    if n_readers < 2:
        raise UserFacingError(
            "The pilot has one reader.", hint="Components need two readers or more, better five."
        )
    blocks = matrix.reshape(2, n_readers, 2, n_readers)
    same = (blocks[0, :, 0] + blocks[1, :, 1]) / 2
    across = (blocks[0, :, 1] + blocks[1, :, 0]) / 2
    is_other = ~np.eye(n_readers, dtype=np.bool_)
    error, cov1 = float(np.diag(same).mean()), float(np.diag(across).mean())
    cov2, cov3 = float(same[is_other].mean()), float(across[is_other].mean())
    of_readers = values.mean(axis=0)
    residual = values - values.mean(axis=1, keepdims=True) - of_readers + values.mean()
    ms_reader = 2 * float(of_readers.var(ddof=1))
    ms_modality_reader = float((residual**2).sum() / (n_readers - 1))
    return PilotComponents(
        # E(MS_R) - E(MS_TR) = 2 (var_r + cov1 - cov3); nothing is cut here, `interaction` and `gap` cut.
        var_r=(ms_reader - ms_modality_reader) / 2 - cov1 + cov3,
        var_tr=ms_modality_reader - error + cov1 + max(cov2 - cov3, 0.0),
        cov1=cov1,
        cov2=cov2,
        cov3=cov3,
        error=error,
        n_cases=n_cases,
        n_readers=n_readers,
    )


def components_from_comparison(comparison: ModalityComparison, *, n_cases: float) -> PilotComponents:
    """Return the components of an analysed pilot study; see `components_from_estimates`."""
    return components_from_estimates(comparison.auc, comparison.reader_covariance, n_cases=n_cases)


def components_from_correlations(
    *,
    error: float,
    correlations: tuple[float, float, float],
    var_tr: float,
    n_cases: float,
    var_r: float | None = None,
) -> PilotComponents:
    """Return components from an error variance and the three error correlations r1, r2 and r3.

    Where there is no pilot: `error` from `auc_error_variance` or `proportion_error_variance`, correlations
    and reader variance from studies like the one planned.

    Parameters
    ----------
    error : float
        Error variance of one reader's figure of merit with `n_cases` cases.
    correlations : tuple of three floats
        Same reader in two modalities, two readers in one modality, both different; often
        r1 >= r2 >= r3.
    var_tr, n_cases, var_r
        See `PilotComponents`.
    """
    for number in correlations:
        if not -1 <= number <= 1:
            raise UserFacingError(
                f"A correlation of {number} was given.", hint="Correlations lie between -1 and 1."
            )
    cov1, cov2, cov3 = (error * number for number in correlations)
    return PilotComponents(
        var_tr=var_tr, cov1=cov1, cov2=cov2, cov3=cov3, error=error, n_cases=n_cases, var_r=var_r
    )


def auc_error_variance(auc: float, *, n_positive: int, n_negative: int) -> float:
    """Return the variance of an empirical AUC that ratings of exponential shape would have.

    A conjecture for planning, known to lie close to the truth for other shapes.

    References
    ----------
    .. [1] Hanley JA, McNeil BJ. Radiology 1982;143(1):29-36.

    Examples
    --------
    >>> round(auc_error_variance(0.85, n_positive=50, n_negative=50), 6)
    0.001525
    """
    if not 0 < auc < 1 or min(n_positive, n_negative) < 1:
        raise UserFacingError(
            f"Nothing can be planned from an AUC of {auc} with {n_positive} + {n_negative} cases.",
            hint="Give an AUC between 0 and 1 and cases of both kinds.",
        )
    both_positives, both_negatives = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = (
        auc * (1 - auc)
        + (n_positive - 1) * (both_positives - auc**2)
        + (n_negative - 1) * (both_negatives - auc**2)
    )
    return spread / (n_positive * n_negative)


def proportion_error_variance(proportion: float, *, n_cases: int) -> float:
    """Return the binomial variance of a sensitivity or specificity."""
    if not 0 < proportion < 1 or n_cases < 1:
        raise UserFacingError(
            f"A proportion of {proportion} of {n_cases} cases cannot be planned with.",
            hint="Give a proportion between 0 and 1 and at least one case.",
        )
    return proportion * (1 - proportion) / n_cases
