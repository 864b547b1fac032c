"""Yes-or-no decisions of Roe and Metz's readers: a threshold on the latent rating."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.planning.bivariate_normal import bivariate_normal_cdf, normal_cdf
from realfm_gui.analysis.planning.components import PilotComponents
from realfm_gui.analysis.planning.roe_metz import RoeMetz
from realfm_gui.domain.errors import UserFacingError


@dataclass(frozen=True, slots=True, kw_only=True)
class RoeMetzCalls:
    """A reader calls a case positive where the latent rating exceeds the modality's threshold.

    Parameters
    ----------
    ratings : RoeMetz
        The latent ratings.
    thresholds : tuple of two floats
        On the scale of the ratings, where negative cases have mean 0 and case variance 1.

    References
    ----------
    .. [1] Roe CA, Metz CE. Acad Radiol 1997;4(4):298-303.
    .. [2] Gallas BD, Pennello GA, Myers KJ. J Opt Soc Am A 2007;24(12):B70-B80.
    """

    ratings: RoeMetz
    thresholds: tuple[float, float]

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, self.thresholds)):
            raise UserFacingError("A threshold is not finite.", hint="Give a number for each modality.")

    @property
    def expected_sensitivities(self) -> tuple[float, float]:
        """Expected sensitivity of a random reader in the first and second modality."""
        first, second = (normal_cdf(limit) for limit in self._limits(is_positive=True))
        return first, second

    @property
    def expected_specificities(self) -> tuple[float, float]:
        """Expected specificity of a random reader in the first and second modality."""
        first, second = (normal_cdf(limit) for limit in self._limits(is_positive=False))
        return first, second

    def simulate(
        self, rng: np.random.Generator, n_readers: int, n_positive: int, n_negative: int
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return calls of shape (2, readers, cases), True for positive, and truth of shape (cases,)."""
        scores, truth = self.ratings.simulate(rng, n_readers, n_positive, n_negative)
        return scores > np.array(self.thresholds)[:, np.newaxis, np.newaxis], truth

    def components(self, *, is_positive: bool, n_cases: int) -> PilotComponents:
        """Return the components of the sensitivity (positive cases) or of the specificity (negative ones).

        Two calls covary over cases by the chance that both are right on one case less that on two cases.
        """
        model = self.ratings
        reader = model.var_r + model.var_tr
        var_r = self._both_right((0, 1), model.var_r, 0.0, is_positive) - math.prod(
            self.expected_sensitivities if is_positive else self.expected_specificities
        )
        shares = self.expected_sensitivities if is_positive else self.expected_specificities
        both = [self._both_right((i, i), reader, 0.0, is_positive) - shares[i] ** 2 for i in (0, 1)]

        def covariance(modalities: tuple[int, int], of_readers: float, of_cases: float) -> float:
            same = self._both_right(modalities, of_readers, of_cases, is_positive)
            return (same - self._both_right(modalities, of_readers, 0.0, is_positive)) / n_cases

        return PilotComponents(
            var_r=var_r,
            var_tr=sum(both) / 2 - var_r,
            error=sum(covariance((i, i), reader, 1.0) for i in (0, 1)) / 2,
            cov1=covariance((0, 1), model.var_r, model.var_c + model.var_rc),
            cov2=sum(covariance((i, i), 0.0, model.var_c + model.var_tc) for i in (0, 1)) / 2,
            cov3=covariance((0, 1), 0.0, model.var_c),
            n_cases=n_cases,
        )

    def _case_variance(self, is_positive: bool) -> float:
        return self.ratings.b**-2 if is_positive else 1.0

    def _limits(self, *, is_positive: bool) -> list[float]:
        root = math.sqrt(self._case_variance(is_positive) + self.ratings.var_r + self.ratings.var_tr)
        if is_positive:
            pairs = zip(self.ratings.separations, self.thresholds, strict=True)
            return [(mean - threshold) / root for mean, threshold in pairs]
        return [threshold / root for threshold in self.thresholds]

    def _both_right(
        self, modalities: tuple[int, int], of_readers: float, of_cases: float, is_positive: bool
    ) -> float:
        case_variance = self._case_variance(is_positive)
        total = case_variance + self.ratings.var_r + self.ratings.var_tr
        limits = self._limits(is_positive=is_positive)
        shared = min((of_readers + of_cases * case_variance) / total, 1.0)
        return bivariate_normal_cdf(limits[modalities[0]], limits[modalities[1]], shared)
