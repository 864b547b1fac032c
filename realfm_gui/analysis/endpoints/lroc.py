"""Endpoints of location ROC studies: one mark per case, right only where it hits a lesion."""

from dataclasses import dataclass, replace

import numpy as np

from realfm_gui.analysis.endpoints.curve_sample import CurveSample
from realfm_gui.analysis.endpoints.located_marks import require_class, require_marks
from realfm_gui.analysis.endpoints.operating_curve import OperatingCurve, on_curve
from realfm_gui.analysis.mrmc.endpoint import Bools, Floats, Sample, strata_of_units
from realfm_gui.analysis.mrmc.observer_data import NO_LESION, Marks, ObserverData
from realfm_gui.analysis.mrmc.pair_sample import PairSample
from realfm_gui.domain.errors import UserFacingError


@dataclass(frozen=True, slots=True, kw_only=True)
class LrocArea:
    """Area under the LROC curve up to a false-positive fraction (ALROC).

    Over the whole range it is the probability that a positive case is located rightly and its mark is rated
    above that of a negative case, ties counting half.

    Parameters
    ----------
    up_to : float
        Largest false-positive fraction, above 0 and at most 1; the area is not divided by it.

    References
    ----------
    .. [1] Swensson RG. Med Phys 1996;23(10):1709-1725.
    """

    up_to: float = 1.0
    name: str = "alroc"

    def __post_init__(self) -> None:
        if not 0.0 < self.up_to <= 1.0:
            raise ValueError(
                f"a range of false-positive fractions ends above 0 and by 1, not at {self.up_to}"
            )

    @property
    def label(self) -> str:
        """Name, with the range where it is not the whole one."""
        return "ALROC" if self.up_to == 1.0 else f"ALROC, FPF 0 to {self.up_to:g} (area)"

    @property
    def limits(self) -> tuple[float, float]:
        """Area of a reader who never finds the place, and of a perfect one."""
        return 0.0, self.up_to

    def prepare(self, data: ObserverData) -> Sample:
        """Return the area of every modality and reader."""
        located = _right_places_only(data, self.label)
        if self.up_to < 1.0:
            return CurveSample(located, on_curve(self._area, can_be_hit=_is_located))
        truth = data.is_positive
        return PairSample(
            located.ratings[:, :, truth],
            located.ratings[:, :, ~truth],
            high_weights=data.weights[truth],
            low_weights=data.weights[~truth],
            high_units=data.clusters[truth],
            low_units=data.clusters[~truth],
            unit_strata=strata_of_units(data),
        )

    def _area(self, curve: OperatingCurve) -> Floats:
        return curve.area_between(0.0, self.up_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectLocalisation:
    """Share of positive cases located rightly at a false-positive fraction (PCL), on the LROC curve.

    Parameters
    ----------
    false_positive_fraction : float
        From 0 to 1; between two operating points on the straight line that joins them, at a vertical step
        its upper end.

    References
    ----------
    .. [1] Swensson RG. Med Phys 1996;23(10):1709-1725.
    """

    false_positive_fraction: float
    name: str = "pcl"
    limits: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self) -> None:
        if not 0.0 <= self.false_positive_fraction <= 1.0:
            raise ValueError(f"a fraction lies between 0 and 1, not at {self.false_positive_fraction}")

    @property
    def label(self) -> str:
        """Name with the fraction: ``correct localisation at FPF 0.2``."""
        return f"correct localisation at FPF {self.false_positive_fraction:g}"

    def prepare(self, data: ObserverData) -> Sample:
        """Return the share of every modality and reader."""
        return CurveSample(
            _right_places_only(data, self.label), on_curve(self._height, can_be_hit=_is_located)
        )

    def _height(self, curve: OperatingCurve) -> Floats:
        return curve.height_at(self.false_positive_fraction)


def _is_located(truth: Bools, ratings: Floats) -> Bools:
    """Return which positive cases are located rightly in what `_right_places_only` returns."""
    return truth & (ratings > -np.inf)


def _right_places_only(data: ObserverData, label: str) -> ObserverData:
    """Return the study with minus infinity for positive cases that were not located rightly.

    A negative case without a mark is rated below every mark but above minus infinity: a wrong place never
    ties with it.
    """
    marks = require_marks(data, label)
    require_class(data, label, positive=True)
    require_class(data, label, positive=False)
    _require_one_mark_per_case(data, marks, label)
    ratings = data.ratings.copy()
    ratings[ratings == -np.inf] = min(0.0, float(marks.rating.min(initial=0.0)) - 1.0)
    ratings[:, :, data.is_positive] = np.where(np.isnan(ratings[:, :, data.is_positive]), np.nan, -np.inf)
    hits = marks.lesion != NO_LESION
    hit_at = (marks.modality[hits], marks.reader[hits], marks.case[hits])
    was_read = ~np.isnan(ratings[hit_at])
    ratings[hit_at] = np.where(was_read, marks.rating[hits], np.nan)
    return replace(data, ratings=ratings)


def _require_one_mark_per_case(data: ObserverData, marks: Marks, label: str) -> None:
    count = np.zeros(data.ratings.shape, dtype=np.int64)
    np.add.at(count, (marks.modality, marks.reader, marks.case), 1)
    if (count <= 1).all():
        return
    modality, reader, case = (int(index[0]) for index in np.nonzero(count > 1))
    where = f"case {data.cases[case]} in modality {data.modalities[modality]}"
    raise UserFacingError(
        f"{label} needs one mark per case, and reader {data.readers[reader]} made "
        f"{count[modality, reader, case]} on {where}.",
        hint="Keep the mark the reader is surest of, or choose an endpoint of free-response data: afroc, "
        "wafroc, hr-auc.",
    )
