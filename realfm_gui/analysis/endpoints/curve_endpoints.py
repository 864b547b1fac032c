"""Endpoints read off the empirical ROC curve: partial areas, one rate at another, expected utility."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from realfm_gui.analysis.endpoints.curve_sample import CurveSample
from realfm_gui.analysis.endpoints.operating_curve import OperatingCurve, on_curve
from realfm_gui.analysis.mrmc.endpoint import Floats, Sample
from realfm_gui.analysis.mrmc.observer_data import ObserverData
from realfm_gui.analysis.mrmc.roc_endpoints import require_both_classes

_Area = TypeVar("_Area", float, Floats)


class CurveAxis(StrEnum):
    """Along which axis of the ROC plane a range is given."""

    FALSE_POSITIVE_FRACTION = "fpf"
    TRUE_POSITIVE_FRACTION = "tpf"


class AreaScale(StrEnum):
    """What a partial area is divided by; the three are all called partial AUC in the literature."""

    RAW = "raw"
    MCCLISH = "mcclish"
    WIDTH = "width"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialAuc:
    """Area under a part of the empirical ROC curve, operating points joined by straight lines.

    Over a range of false-positive fractions it is the area below the curve; over a range of true-positive
    fractions it is the area to the right of the curve, the mean specificity there times the width.

    Parameters
    ----------
    axis : CurveAxis
        Which fraction `low` and `high` are of.
    low, high : float
        The range, 0 <= low < high <= 1.
    scale : AreaScale
        ``raw``: the area itself. ``width``: divided by high - low, the mean height. ``mcclish``: stretched
        so that chance is .5 and a perfect reader 1.

    References
    ----------
    .. [1] McClish DK. Med Decis Making 1989;9(3):190-195 (standardisation).
    .. [2] Jiang Y, Metz CE, Nishikawa RM. Radiology 1996;201(3):745-750 (range of sensitivities).
    .. [3] Dodd LE, Pepe MS. Biometrics 2003;59(3):614-623.
    """

    low: float
    high: float
    axis: CurveAxis = CurveAxis.FALSE_POSITIVE_FRACTION
    scale: AreaScale = AreaScale.RAW

    def __post_init__(self) -> None:
        if not 0.0 <= self.low < self.high <= 1.0:
            raise ValueError(f"a partial AUC needs 0 <= low < high <= 1, not {self.low} and {self.high}")

    @property
    def name(self) -> str:
        """``pauc``."""
        return "pauc"

    @property
    def label(self) -> str:
        """Name with range and convention: ``partial AUC, FPF 0 to 0.3 (area)``."""
        scale = {
            AreaScale.RAW: "area",
            AreaScale.MCCLISH: "McClish-standardised",
            AreaScale.WIDTH: "area / width",
        }[self.scale]
        return f"partial AUC, {self.axis.upper()} {self.low:g} to {self.high:g} ({scale})"

    @property
    def limits(self) -> tuple[float, float]:
        """Value of a reader with no area at all, and of a perfect one."""
        return float(self._scaled(0.0)), float(self._scaled(self.high - self.low))

    def prepare(self, data: ObserverData) -> Sample:
        """Return the partial area of every modality and reader."""
        require_both_classes(data, self.label)
        return CurveSample(data, on_curve(self._area))

    def _area(self, curve: OperatingCurve) -> Floats:
        if self.axis is CurveAxis.FALSE_POSITIVE_FRACTION:
            return self._scaled(curve.area_between(self.low, self.high))
        return self._scaled(curve.mirrored().area_between(1.0 - self.high, 1.0 - self.low))

    def _scaled(self, area: _Area) -> _Area:
        width = self.high - self.low
        if self.scale is AreaScale.RAW:
            return area
        if self.scale is AreaScale.WIDTH:
            return area / width
        of_chance = (self.high**2 - self.low**2) / 2
        if self.axis is CurveAxis.TRUE_POSITIVE_FRACTION:
            of_chance = width - of_chance
        return 0.5 * (1.0 + (area - of_chance) / (width - of_chance))


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityAtSpecificity:
    """Sensitivity where the empirical ROC curve has a given specificity.

    Parameters
    ----------
    specificity : float
        From 0 to 1.
    interpolates : bool
        True (as MRMCaov does it): on the straight line between two operating points, which a reader reaches
        by tossing a coin between their thresholds; at a vertical step its upper end. False: the best
        operating point with at least this specificity.
    """

    specificity: float
    interpolates: bool = True
    name: str = "sens-at-spec"
    limits: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self) -> None:
        if not 0.0 <= self.specificity <= 1.0:
            raise ValueError(f"a specificity lies between 0 and 1, not at {self.specificity}")

    @property
    def label(self) -> str:
        """Name with the specificity: ``sensitivity at specificity 0.8``."""
        how = "" if self.interpolates else ", not interpolated"
        return f"sensitivity at specificity {self.specificity:g}{how}"

    def prepare(self, data: ObserverData) -> Sample:
        """Return the sensitivity of every modality and reader."""
        require_both_classes(data, self.label)
        return CurveSample(data, on_curve(self._height))

    def _height(self, curve: OperatingCurve) -> Floats:
        place = 1.0 - self.specificity
        return curve.height_at(place) if self.interpolates else curve.height_attained_at(place)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecificityAtSensitivity:
    """Specificity where the empirical ROC curve has a given sensitivity; see `SensitivityAtSpecificity`.

    Parameters
    ----------
    sensitivity : float
        From 0 to 1.
    interpolates : bool
        As in `SensitivityAtSpecificity`; at a horizontal step the end with the higher specificity.
    """

    sensitivity: float
    interpolates: bool = True
    name: str = "spec-at-sens"
    limits: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self) -> None:
        if not 0.0 <= self.sensitivity <= 1.0:
            raise ValueError(f"a sensitivity lies between 0 and 1, not at {self.sensitivity}")

    @property
    def label(self) -> str:
        """Name with the sensitivity: ``specificity at sensitivity 0.8``."""
        how = "" if self.interpolates else ", not interpolated"
        return f"specificity at sensitivity {self.sensitivity:g}{how}"

    def prepare(self, data: ObserverData) -> Sample:
        """Return the specificity of every modality and reader."""
        require_both_classes(data, self.label)
        return CurveSample(data, on_curve(self._height))

    def _height(self, curve: OperatingCurve) -> Floats:
        seen, place = curve.mirrored(), 1.0 - self.sensitivity
        return seen.height_at(place) if self.interpolates else seen.height_attained_at(place)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedUtility:
    """Largest value of sensitivity - slope x (1 - specificity) on the curve; with slope 1, Youden's best J.

    Parameters
    ----------
    slope : float
        Slope of the lines of equal utility in the ROC plane: (1 - prevalence) / prevalence x cost of a
        false positive / benefit of a true positive; above 0.

    References
    ----------
    .. [1] Abbey CK, Eckstein MP, Boone JM. Med Decis Making 2013;33(4):510-520.
    .. [2] Abbey CK, Samuelson FW, Gallas BD. Acad Radiol 2013;20(7):798-806.
    """

    slope: float = 1.0
    name: str = "expected-utility"

    def __post_init__(self) -> None:
        if not 0.0 < self.slope < float("inf"):
            raise ValueError(f"the slope of a line of equal utility is above 0, not {self.slope}")

    @property
    def label(self) -> str:
        """Name with the slope: ``expected utility, slope 1``."""
        return f"expected utility, slope {self.slope:g}"

    @property
    def limits(self) -> tuple[float, float]:
        """Value of calling all cases alike, whichever is better, and of a perfect reader."""
        return max(0.0, 1.0 - self.slope), 1.0

    def prepare(self, data: ObserverData) -> Sample:
        """Return the utility of every modality and reader."""
        require_both_classes(data, self.label)
        return CurveSample(data, on_curve(self._utility))

    def _utility(self, curve: OperatingCurve) -> Floats:
        utility: Floats = (curve.y - self.slope * curve.x).max(axis=1)
        return utility
