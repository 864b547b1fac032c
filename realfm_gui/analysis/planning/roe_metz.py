"""Roe and Metz's model of readers' ratings: simulated studies, and their averages in closed form."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from realfm_gui.analysis.planning.bivariate_normal import (
    bivariate_normal_cdf,
    normal_cdf,
    normal_quantile,
)
from realfm_gui.analysis.planning.components import PilotComponents
from realfm_gui.domain.errors import UserFacingError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CLASSIC_SEPARATIONS: Mapping[float, float] = MappingProxyType({0.702: 0.75, 0.855: 1.5, 0.961: 2.5})
"""Separation of the class means by the median reader's AUC that names it."""

_CASES_BY_CORRELATION = MappingProxyType({"H": (0.3, 0.3, 0.2, 0.2), "L": (0.1, 0.1, 0.2, 0.6)})
_LOW_READER_VARIANCE = 0.0055
_HIGH_READER_VARIANCES = MappingProxyType({0.75: 0.011, 1.5: 0.03, 2.5: 0.056})


@dataclass(frozen=True, slots=True, kw_only=True)
class RoeMetz:
    """Normal ratings with crossed random effects of readers and cases.

    A rating is: separation of its modality (positive cases only) + reader + modality x reader (both drawn
    for each class apart) + case + modality x case + reader x case + error.

    Parameters
    ----------
    separations : tuple of two floats
        How far the positive cases' mean lies above the negative cases', per modality.
    var_r, var_tr : float
        Variance of readers and of modality x reader, in each class.
    var_c, var_tc, var_rc, var_error : float
        Variance of cases, modality x case, reader x case and error among negative cases; their sum is 1.
    b : float
        Standard deviation of a reader's negative cases over that of the positive ones: the case variances
        of positive cases are 1 / b^2 as large.

    References
    ----------
    .. [1] Roe CA, Metz CE. Acad Radiol 1997;4(4):298-303.
    .. [2] Hillis SL. Acad Radiol 2012;19(12):1518-1528 (unequal variances).
    """

    separations: tuple[float, float]
    var_r: float
    var_tr: float
    var_c: float
    var_tc: float
    var_rc: float
    var_error: float
    b: float = 1.0

    def __post_init__(self) -> None:
        parts = (self.var_r, self.var_tr, self.var_c, self.var_tc, self.var_rc, self.var_error)
        if not all(math.isfinite(part) and part >= 0 for part in parts):
            raise UserFacingError(
                "A variance is negative or not finite.", hint="Give numbers from 0 upwards."
            )
        total = self.var_c + self.var_tc + self.var_rc + self.var_error
        if abs(total - 1) > 1e-9:
            raise UserFacingError(
                f"The variances of cases, modality x case, reader x case and error sum to {total:g}.",
                hint="Scale them so that they sum to 1: ratings have no unit.",
            )
        if not (self.b > 0 and math.isfinite(self.b)) or not all(map(math.isfinite, self.separations)):
            raise UserFacingError("b or a separation is impossible.", hint="Give b above 0.")

    @property
    def latent_variance(self) -> float:
        """Variance of a positive minus a negative case's rating, readers random."""
        return 1 + self.b**-2 + 2 * (self.var_r + self.var_tr)

    @property
    def expected_aucs(self) -> tuple[float, float]:
        """Expected AUC of a random reader in the first and second modality."""
        first, second = (normal_cdf(delta / math.sqrt(self.latent_variance)) for delta in self.separations)
        return first, second

    @property
    def expected_difference(self) -> float:
        """Expected AUC of the second minus the first modality."""
        first, second = self.expected_aucs
        return second - first

    def with_difference(self, difference: float) -> "RoeMetz":
        """Return the same model with the second modality's AUC so far above the first's."""
        auc = self.expected_aucs[0] + difference
        if not 0 < auc < 1:
            raise UserFacingError(f"The second AUC would be {auc:.3f}.", hint="Choose a smaller difference.")
        second = math.sqrt(self.latent_variance) * normal_quantile(auc)
        return replace(self, separations=(self.separations[0], second))

    def simulate(
        self, rng: np.random.Generator, n_readers: int, n_positive: int, n_negative: int
    ) -> tuple[Floats, Bools]:
        """Return the ratings of one fully crossed study.

        Parameters
        ----------
        rng : numpy Generator
            The only source of chance.
        n_readers, n_positive, n_negative : int
            Size of the study.

        Returns
        -------
        scores : array of shape (2, readers, cases)
            Positive cases first.
        truth : array of shape (cases,)
            Whether a case is positive.
        """
        truth = np.arange(n_positive + n_negative) < n_positive
        positive = self._ratings(rng, n_readers, n_positive, scale=1 / self.b)
        positive += np.array(self.separations)[:, np.newaxis, np.newaxis]
        negative = self._ratings(rng, n_readers, n_negative, scale=1.0)
        return np.concatenate([positive, negative], axis=2), truth

    def _ratings(self, rng: np.random.Generator, readers: int, cases: int, *, scale: float) -> Floats:
        of_cases = (
            math.sqrt(self.var_c) * rng.standard_normal((1, 1, cases))
            + math.sqrt(self.var_tc) * rng.standard_normal((2, 1, cases))
            + math.sqrt(self.var_rc) * rng.standard_normal((1, readers, cases))
            + math.sqrt(self.var_error) * rng.standard_normal((2, readers, cases))
        )
        of_readers = math.sqrt(self.var_r) * rng.standard_normal((1, readers, 1)) + math.sqrt(
            self.var_tr
        ) * rng.standard_normal((2, readers, 1))
        ratings: Floats = of_readers + scale * of_cases
        return ratings

    def components(self, n_positive: int, n_negative: int) -> PilotComponents:
        """Return the Obuchowski-Rockette components that empirical AUCs of such studies have.

        Every covariance of two AUCs is a weighted sum of the chances that both win a pair of cases: the same
        pair, pairs with one case in common, and pairs without. Each is a bivariate normal probability.

        References
        ----------
        .. [1] Hillis SL. Stat Med 2018;37(13):2067-2093.
        """
        reader = self.var_r + self.var_tr
        var_r = self._shared_wins((0, 1), 2 * self.var_r, 0.0, 0.0) - math.prod(self.expected_aucs)
        both = [self._shared_wins((i, i), 2 * reader, 0.0, 0.0) - self.expected_aucs[i] ** 2 for i in (0, 1)]
        sizes = (n_positive, n_negative)
        same_modality = [self._error_covariance((i, i), 2 * reader, 1.0, sizes) for i in (0, 1)]
        other_reader = [self._error_covariance((i, i), 0.0, self.var_c + self.var_tc, sizes) for i in (0, 1)]
        return PilotComponents(
            var_r=var_r,
            var_tr=sum(both) / 2 - var_r,
            error=sum(same_modality) / 2,
            cov1=self._error_covariance((0, 1), 2 * self.var_r, self.var_c + self.var_rc, sizes),
            cov2=sum(other_reader) / 2,
            cov3=self._error_covariance((0, 1), 0.0, self.var_c, sizes),
            n_cases=n_positive + n_negative,
        )

    def _shared_wins(
        self, modalities: tuple[int, int], of_readers: float, of_positive: float, of_negative: float
    ) -> float:
        """Chance that two pairs are both ranked rightly, by what their latent differences share."""
        root = math.sqrt(self.latent_variance)
        shared = of_readers + of_positive / self.b**2 + of_negative
        return bivariate_normal_cdf(
            self.separations[modalities[0]] / root,
            self.separations[modalities[1]] / root,
            min(shared / self.latent_variance, 1.0),
        )

    def _error_covariance(
        self, modalities: tuple[int, int], of_readers: float, of_cases: float, sizes: tuple[int, int]
    ) -> float:
        n_positive, n_negative = sizes
        same_pair = self._shared_wins(modalities, of_readers, of_cases, of_cases)
        same_positive = self._shared_wins(modalities, of_readers, of_cases, 0.0)
        same_negative = self._shared_wins(modalities, of_readers, 0.0, of_cases)
        apart = self._shared_wins(modalities, of_readers, 0.0, 0.0)
        return (
            same_pair
            + (n_negative - 1) * same_positive
            + (n_positive - 1) * same_negative
            + (1 - n_positive - n_negative) * apart
        ) / (n_positive * n_negative)


def classic_structure(name: str, *, auc: float, b: float = 1.0) -> RoeMetz:
    """Return one of the 12 structures by which methods of this field are tested.

    Parameters
    ----------
    name : str
        "HL", "LL", "HH" or "LH": high or low correlation of the data, then high or low reader variance.
    auc : float
        Of the median reader, .702, .855 or .961.
    b : float
        See `RoeMetz`; separation and reader variances grow with the spread so that every reader keeps
        the AUC (Hillis 2012).

    References
    ----------
    .. [1] Roe CA, Metz CE. Acad Radiol 1997;4(4):298-303, table 1.
    .. [2] Hillis SL. Acad Radiol 2012;19(12):1518-1528, table 1.

    Examples
    --------
    >>> model = classic_structure("LH", auc=0.855, b=0.71082)
    >>> round(model.separations[0], 3), round(model.var_r, 4)
    (1.831, 0.0447)
    """
    if len(name) != 2 or not set(name) <= {"H", "L"} or auc not in CLASSIC_SEPARATIONS:
        raise UserFacingError(
            f'There is no classic structure "{name}" with an AUC of {auc}.',
            hint="Choose HL, LL, HH or LH, and 0.702, 0.855 or 0.961.",
        )
    separation = CLASSIC_SEPARATIONS[auc]
    var_reader = _LOW_READER_VARIANCE if name[1] == "L" else _HIGH_READER_VARIANCES[separation]
    var_c, var_tc, var_rc, var_error = _CASES_BY_CORRELATION[name[0]]
    stretch = (1 + b**-2) / 2
    return RoeMetz(
        separations=(separation * math.sqrt(stretch),) * 2,
        var_r=var_reader * stretch,
        var_tr=var_reader * stretch,
        var_c=var_c,
        var_tc=var_tc,
        var_rc=var_rc,
        var_error=var_error,
        b=b,
    )
