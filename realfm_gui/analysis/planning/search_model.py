"""Free-response studies: a search model of readers' marks, simulated, with its areas in closed form."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.errors import UserFacingError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(200)
_FARTHEST = 9.0
"""Standard deviations beyond which a normal rating does not lie, to sixteen digits."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrocStudy:
    """Marks of one simulated study; a place without a mark is rated -inf.

    Parameters
    ----------
    non_lesion : array of shape (2, readers, cases, most marks)
        Ratings of marks away from any lesion; positive cases first.
    lesion : array of shape (2, readers, positives, most lesions)
        Ratings of the lesions; -inf too where the case has fewer lesions.
    n_lesions : array of shape (positives,)
        Lesions of each positive case, at least one.
    truth : array of shape (cases,)
        Whether a case has a lesion.
    """

    non_lesion: Floats
    lesion: Floats
    n_lesions: NDArray[np.int64]
    truth: Bools

    def highest_ratings(self) -> Floats:
        """Return each case's highest rating, shape (2, readers, cases); -inf for a case without a mark."""
        highest: Floats = self.non_lesion.max(axis=3, initial=-np.inf)
        n_positive = len(self.n_lesions)
        highest[:, :, :n_positive] = np.maximum(highest[:, :, :n_positive], self.lesion.max(axis=3))
        return highest


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchModel:
    """Readers mark a Poisson number of non-lesions and find each lesion by chance.

    Marks away from lesions are rated N(0, 1). A lesion that is found is rated N(mu, 1) over readers'
    average: part of that 1 belongs to the case, shared by readers (`var_c`), or by the readers of a modality
    (`var_tc`). Readers shift mu (`var_r`), also per modality (`var_tr`). Cases differ in how many non-lesions
    they invite: the Poisson mean is multiplied by a gamma number of mean 1 and variance `busyness`, the same
    for all readers.

    Parameters
    ----------
    mu : tuple of two floats
        Mean rating of found lesions, per modality.
    marks_per_case : tuple of two floats
        Expected number of non-lesion marks (lambda').
    found_share : tuple of two floats
        Chance that a lesion is found (nu').
    lesion_shares : tuple of floats
        Share of positive cases with 1, 2, ... lesions; sums to 1.
    var_r, var_tr, var_c, var_tc, busyness : float
        Variances; `var_c` + `var_tc` at most 1.

    References
    ----------
    .. [1] Chakraborty DP. Phys Med Biol 2006;51(14):3449-3462 (search model).
    .. [2] Chakraborty DP. Observer Performance Methods for Diagnostic Imaging. CRC Press 2017.
    """

    mu: tuple[float, float]
    marks_per_case: tuple[float, float]
    found_share: tuple[float, float]
    lesion_shares: tuple[float, ...] = (1.0,)
    var_r: float = 0.0
    var_tr: float = 0.0
    var_c: float = 0.0
    var_tc: float = 0.0
    busyness: float = 0.0

    def __post_init__(self) -> None:
        variances = (self.var_r, self.var_tr, self.var_c, self.var_tc, self.busyness)
        if not all(math.isfinite(part) and part >= 0 for part in variances) or self.var_c + self.var_tc > 1:
            raise UserFacingError(
                "The variances of the search model are impossible.",
                hint="Give numbers from 0 upwards, with var_c + var_tc at most 1.",
            )
        if not all(0 <= share <= 1 for share in self.found_share):
            raise UserFacingError("A share of lesions found lies outside 0 to 1.", hint="Give a share.")
        if not all(math.isfinite(mean) and mean > 0 for mean in self.marks_per_case):
            raise UserFacingError(
                "The number of non-lesion marks must lie above 0.", hint="Give the mean per case, e.g. 0.5."
            )
        if not all(map(math.isfinite, self.mu)):
            raise UserFacingError("mu is not finite.", hint="Give the mean rating of found lesions.")
        if min(self.lesion_shares, default=-1.0) < 0 or abs(sum(self.lesion_shares) - 1) > 1e-9:
            raise UserFacingError(
                "The shares of cases with 1, 2, ... lesions do not sum to 1.", hint="Give shares of cases."
            )

    @property
    def expected_wafrocs(self) -> tuple[float, float]:
        """Expected area under the wAFROC curve (equal weights) of a random reader, per modality."""
        spread = math.sqrt(1 + self.var_r + self.var_tr)
        first, second = (
            _lesion_wins(mu, spread, marks, found, self.busyness)
            for mu, marks, found in zip(self.mu, self.marks_per_case, self.found_share, strict=True)
        )
        return first, second

    def simulate(
        self, rng: np.random.Generator, n_readers: int, n_positive: int, n_negative: int
    ) -> FrocStudy:
        """Return the marks of one fully crossed study.

        Parameters
        ----------
        rng : numpy Generator
            The only source of chance.
        n_readers, n_positive, n_negative : int
            Size of the study; at least one positive case.
        """
        n_cases = n_positive + n_negative
        n_lesions = 1 + rng.choice(len(self.lesion_shares), size=n_positive, p=self.lesion_shares)
        return FrocStudy(
            non_lesion=self._non_lesion_ratings(rng, n_readers, n_cases),
            lesion=self._lesion_ratings(rng, n_readers, n_lesions),
            n_lesions=n_lesions,
            truth=np.arange(n_cases) < n_positive,
        )

    def _non_lesion_ratings(self, rng: np.random.Generator, n_readers: int, n_cases: int) -> Floats:
        invites = np.ones(n_cases)
        if self.busyness > 0:
            invites = rng.gamma(1 / self.busyness, self.busyness, n_cases)
        means = np.array(self.marks_per_case)[:, np.newaxis, np.newaxis] * invites
        counts = rng.poisson(np.broadcast_to(means, (2, n_readers, n_cases)))
        places = np.arange(max(int(counts.max()), 1))
        ratings = rng.standard_normal((2, n_readers, n_cases, len(places)))
        return np.where(places < counts[..., np.newaxis], ratings, -np.inf)

    def _lesion_ratings(
        self, rng: np.random.Generator, n_readers: int, n_lesions: NDArray[np.int64]
    ) -> Floats:
        n_positive, most = len(n_lesions), int(n_lesions.max())
        readers = math.sqrt(self.var_r) * rng.standard_normal((1, n_readers, 1, 1)) + math.sqrt(
            self.var_tr
        ) * rng.standard_normal((2, n_readers, 1, 1))
        cases = math.sqrt(self.var_c) * rng.standard_normal((1, 1, n_positive, 1)) + math.sqrt(
            self.var_tc
        ) * rng.standard_normal((2, 1, n_positive, 1))
        rest = math.sqrt(1 - self.var_c - self.var_tc) * rng.standard_normal((2, n_readers, n_positive, most))
        by_modality = (2, 1, 1, 1)
        ratings = np.array(self.mu).reshape(by_modality) + readers + cases + rest
        is_found = rng.random(ratings.shape) < np.array(self.found_share).reshape(by_modality)
        exists = np.arange(most) < n_lesions[:, np.newaxis]
        return np.where(is_found & exists, ratings, -np.inf)


def _lesion_wins(mu: float, spread: float, marks: float, found: float, busyness: float) -> float:
    """Chance that a lesion outrates the highest mark of a case without one, ties (no mark) counting half."""
    z = mu + spread * _FARTHEST * _NODES
    density = np.exp(-((_FARTHEST * _NODES) ** 2) / 2) / math.sqrt(2 * math.pi)
    wins = float((density * _no_mark_above(z, marks, busyness) * _WEIGHTS).sum()) * _FARTHEST
    no_mark = float(_no_mark_above(np.array([-np.inf]), marks, busyness)[0])
    return found * wins + (1 - found) * no_mark / 2


def _no_mark_above(z: Floats, marks: float, busyness: float) -> Floats:
    """Chance that no non-lesion mark of a case is rated above z."""
    from scipy import special

    expected = marks * special.ndtr(-z)
    # Averaged over the gamma number that says how many marks the case invites.
    chance: Floats = np.exp(-expected) if busyness == 0 else (1 + busyness * expected) ** (-1 / busyness)
    return chance


def inferred_roc_auc(
    mu: float, marks_per_case: float, found_share: float, lesion_shares: tuple[float, ...] = (1.0,)
) -> float:
    """Return the area under the ROC curve of the highest ratings, without random effects.

    Parameters
    ----------
    mu, marks_per_case, found_share : float
        Of one modality; see `SearchModel`.
    lesion_shares : tuple of floats
        Share of positive cases with 1, 2, ... lesions.

    References
    ----------
    .. [1] Chakraborty DP. Phys Med Biol 2006;51(14):3463-3482 (curves predicted by the search model).
    """
    from scipy import special

    low, high = -_FARTHEST, _FARTHEST
    z = (high - low) / 2 * _NODES
    below = np.exp(-marks_per_case * special.ndtr(-z))
    density = marks_per_case * np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) * below
    missed = 1 - found_share * special.ndtr(mu - z)
    positive_below = below * sum(
        share * missed ** (lesions + 1) for lesions, share in enumerate(lesion_shares)
    )
    no_mark = math.exp(-marks_per_case)
    positive_no_mark = no_mark * sum(
        share * (1 - found_share) ** (lesions + 1) for lesions, share in enumerate(lesion_shares)
    )
    wins = float((density * (1 - positive_below) * _WEIGHTS).sum()) * (high - low) / 2
    return wins + no_mark * (1 - positive_no_mark / 2)


def wafroc_auc(mu: float, marks_per_case: float, found_share: float) -> float:
    """Return the area under the wAFROC curve with equal weights, without random effects."""
    return _lesion_wins(mu, 1.0, marks_per_case, found_share, 0.0)


def wafroc_effect_slope(
    *,
    mu: float,
    intrinsic_marks: float,
    intrinsic_finding: float,
    lesion_shares: tuple[float, ...] = (1.0,),
    step: float = 0.01,
) -> float:
    """Return how much the wAFROC area changes for one unit of change of the ROC area.

    An effect is a change of mu, the reader's skill, with which fewer non-lesions are marked
    (lambda' = lambda / mu) and more lesions found (nu' = 1 - exp(-mu nu)).

    Parameters
    ----------
    mu : float
        Skill around which the effect is small, above `step`.
    intrinsic_marks, intrinsic_finding : float
        lambda and nu of the search model, above 0.
    lesion_shares : tuple of floats
        Share of positive cases with 1, 2, ... lesions.
    step : float
        Change of mu to either side.

    References
    ----------
    .. [1] Chakraborty DP. Observer Performance Methods for Diagnostic Imaging. CRC Press 2017.
    """
    if not (mu > step > 0 and intrinsic_marks > 0 and intrinsic_finding > 0):
        raise UserFacingError(
            "The search model needs mu, lambda and nu above 0.", hint="Take them from a fit to pilot data."
        )
    areas = []
    for skill in (mu - step, mu + step):
        marks, found = intrinsic_marks / skill, -math.expm1(-skill * intrinsic_finding)
        areas.append((inferred_roc_auc(skill, marks, found, lesion_shares), wafroc_auc(skill, marks, found)))
    (roc_low, wafroc_low), (roc_high, wafroc_high) = areas
    return (wafroc_high - wafroc_low) / (roc_high - roc_low)


def wafroc_effect(roc_effect: float, *, slope: float) -> float:
    """Return the wAFROC effect that a plan should use for an effect stated as ROC area.

    Parameters
    ----------
    roc_effect : float
        Difference of ROC areas.
    slope : float
        From `wafroc_effect_slope` or from pilot fits, above 0.
    """
    if not (slope > 0 and math.isfinite(slope)):
        raise UserFacingError(f"The slope is {slope}.", hint="Give wAFROC effect per ROC effect, above 0.")
    return slope * roc_effect
