"""Endpoints of calls at a threshold: net benefit, predictive values, balanced accuracy, Youden's index."""

from dataclasses import dataclass

import numpy as np

from realfm_gui.analysis.endpoints.call_rates import CallRatesSample, RateFunction, linear_rates
from realfm_gui.analysis.mrmc.endpoint import Floats, Sample, ratio
from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.analysis.mrmc.roc_endpoints import require_both_classes

_NO_CALLS = 1e-12
"""A smaller share of calls is none: what is left when sampling weights are subtracted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BalancedAccuracy:
    """Mean of sensitivity and specificity at a threshold.

    Parameters
    ----------
    threshold : float
        Lowest rating that is a positive call.
    """

    threshold: float
    name: str = "balanced-accuracy"
    limits: tuple[float, float] = (0.0, 1.0)

    @property
    def label(self) -> str:
        """Name with the threshold."""
        return f"balanced accuracy at rating >= {self.threshold:g}"

    def prepare(self, data: ObserverData) -> Sample:
        """Return the balanced accuracy of every modality and reader."""
        require_both_classes(data, self.label)
        function = linear_rates(of_sensitivity=0.5, of_specificity=0.5, constant=0.0)
        return CallRatesSample(data, threshold=self.threshold, function=function)


@dataclass(frozen=True, slots=True, kw_only=True)
class YoudenIndex:
    """Sensitivity + specificity - 1 at a threshold; the best over all thresholds is `ExpectedUtility`.

    Parameters
    ----------
    threshold : float
        Lowest rating that is a positive call.

    References
    ----------
    .. [1] Youden WJ. Cancer 1950;3(1):32-35.
    """

    threshold: float
    name: str = "youden"
    limits: tuple[float, float] = (-1.0, 1.0)

    @property
    def label(self) -> str:
        """Name with the threshold."""
        return f"Youden's index at rating >= {self.threshold:g}"

    def prepare(self, data: ObserverData) -> Sample:
        """Return the index of every modality and reader."""
        require_both_classes(data, self.label)
        function = linear_rates(of_sensitivity=1.0, of_specificity=1.0, constant=-1.0)
        return CallRatesSample(data, threshold=self.threshold, function=function)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetBenefit:
    """True positives per patient, minus false positives at the exchange rate of a threshold probability.

    Parameters
    ----------
    threshold : float
        Lowest rating that is a positive call.
    threshold_probability : float
        Probability of disease at which acting and not acting are worth the same, above 0 and below 1.
    prevalence : float
        In the population the claim is about, above 0 and below 1: a reader study is enriched, so its own
        share of positives is never used.

    References
    ----------
    .. [1] Vickers AJ, Elkin EB. Med Decis Making 2006;26(6):565-574.
    """

    threshold: float
    threshold_probability: float
    prevalence: float
    name: str = "net-benefit"

    def __post_init__(self) -> None:
        _require_probability(self.prevalence, "prevalence")
        _require_probability(self.threshold_probability, "threshold probability")

    @property
    def label(self) -> str:
        """Name with all three choices."""
        return (
            f"net benefit at rating >= {self.threshold:g}, threshold probability "
            f"{self.threshold_probability:g}, prevalence {self.prevalence:g}"
        )

    @property
    def limits(self) -> tuple[float, float]:
        """Every negative called positive and no positive; every case called right."""
        return -self._of_specificity, self.prevalence

    @property
    def _of_specificity(self) -> float:
        odds = self.threshold_probability / (1.0 - self.threshold_probability)
        return (1.0 - self.prevalence) * odds

    def prepare(self, data: ObserverData) -> Sample:
        """Return the net benefit of every modality and reader."""
        require_both_classes(data, self.label)
        function = linear_rates(
            of_sensitivity=self.prevalence,
            of_specificity=self._of_specificity,
            constant=-self._of_specificity,
        )
        return CallRatesSample(data, threshold=self.threshold, function=function)


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictiveValue:
    """Probability that a call is right at a stated prevalence: a ratio of sensitivity and specificity.

    Parameters
    ----------
    threshold : float
        Lowest rating that is a positive call.
    prevalence : float
        In the population the claim is about, above 0 and below 1.
    of_positive_calls : bool
        True for PPV, False for NPV. NaN for a reader who never makes such a call.

    References
    ----------
    .. [1] Mercaldo ND, Lau KF, Zhou XH. Stat Med 2007;26(10):2170-2183.
    """

    threshold: float
    prevalence: float
    of_positive_calls: bool
    limits: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self) -> None:
        _require_probability(self.prevalence, "prevalence")

    @property
    def name(self) -> str:
        """``ppv`` or ``npv``."""
        return "ppv" if self.of_positive_calls else "npv"

    @property
    def label(self) -> str:
        """Name with threshold and prevalence: ``PPV at rating >= 3, prevalence 0.05``."""
        return f"{self.name.upper()} at rating >= {self.threshold:g}, prevalence {self.prevalence:g}"

    def prepare(self, data: ObserverData) -> Sample:
        """Return the predictive value of every modality and reader."""
        require_both_classes(data, self.label)
        function = RateFunction(value=self._value, gradient=self._gradient, is_linear=False)
        return CallRatesSample(data, threshold=self.threshold, function=function)

    def _value(self, se: Floats, sp: Floats) -> Floats:
        right, wrong = self._right_and_wrong(se, sp)
        calls = right + wrong
        return ratio(right, np.where(calls > _NO_CALLS, calls, 0.0))

    def _gradient(self, se: Floats, sp: Floats) -> tuple[Floats, Floats]:
        """Return the derivatives of right / (right + wrong) by sensitivity and specificity."""
        right, wrong = self._right_and_wrong(se, sp)
        calls = right + wrong
        squared = np.where(calls > _NO_CALLS, calls, 0.0) ** 2
        by_right, by_wrong = ratio(wrong, squared), ratio(-right, squared)
        if self.of_positive_calls:
            return self.prevalence * by_right, -(1.0 - self.prevalence) * by_wrong
        return -self.prevalence * by_wrong, (1.0 - self.prevalence) * by_right

    def _right_and_wrong(self, se: Floats, sp: Floats) -> tuple[Floats, Floats]:
        """Return how often the call is made rightly and wrongly, per patient of the population."""
        if self.of_positive_calls:
            return self.prevalence * se, (1.0 - self.prevalence) * (1.0 - sp)
        return (1.0 - self.prevalence) * sp, self.prevalence * (1.0 - se)


def _require_probability(value: float, what: str) -> None:
    if not 0.0 < value < 1.0:
        raise ValueError(f"a {what} lies between 0 and 1, not at {value}")
