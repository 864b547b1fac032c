"""The FROC curve, and the share of lesions found at a stated number of false marks per case."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from realfm_gui.analysis.endpoints.located_marks import (
    LocatedMarks,
    located_marks,
    require_class,
    require_marks,
)
from realfm_gui.analysis.endpoints.operating_curve import OperatingCurve, weight_reached
from realfm_gui.analysis.mrmc.endpoint import Floats, Integers, Sample, ratio, strata_of_units
from realfm_gui.analysis.mrmc.observer_data import NO_LESION, ObserverData

_MARKS_TIMES_REPLICATES_AT_ONCE = 1 << 17
"""Running sums of about this many numbers stay in the processor's cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrocCurve:
    """Operating points of one observer, one per distinct rating; arrays of shape (points,).

    `thresholds` starts at infinity, where nothing is marked. There is no area: the curve ends where the
    reader stopped marking.

    References
    ----------
    .. [1] Bunch PC, Hamilton JF, Sanderson GK, Simmons AH. J Appl Photogr Eng 1978;4(4):166-171.
    """

    false_marks_per_case: Floats
    lesion_fractions: Floats
    thresholds: Floats


def froc_curve(data: ObserverData, *, modality: int, reader: int) -> FrocCurve:
    """Return the FROC curve of one observer over all cases read.

    Parameters
    ----------
    data : ObserverData
        The study, with marks.
    modality, reader : int
        Indices of the observer.

    Raises
    ------
    UserFacingError
        If the study has no marks or no positive case.
    """
    part = data.with_only(modalities=[modality], readers=[reader])
    sample = _FrocSample(part, label="The FROC curve", false_marks_per_case=0.0)
    curve = sample.curve(0, np.ones((1, sample.n_units)))
    return FrocCurve(
        false_marks_per_case=curve.x[0, :-1],
        lesion_fractions=curve.y[0, :-1],
        thresholds=np.concatenate([[np.inf], sample.thresholds(0)]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionFractionAtFalseMarks:
    """Share of lesions found at a number of false marks per case, on the FROC curve over all cases.

    Between two operating points on the straight line that joins them; beyond the last one, where the reader
    stopped marking, the share there.

    Parameters
    ----------
    false_marks_per_case : float
        At least 0.
    """

    false_marks_per_case: float
    name: str = "llf"
    limits: tuple[float, float] = (0.0, 1.0)

    def __post_init__(self) -> None:
        if not 0.0 <= self.false_marks_per_case < float("inf"):
            raise ValueError(f"false marks per case are at least 0, not {self.false_marks_per_case}")

    @property
    def label(self) -> str:
        """Name with the number: ``lesions found at 0.5 false marks per case``."""
        return f"lesions found at {self.false_marks_per_case:g} false marks per case"

    def prepare(self, data: ObserverData) -> Sample:
        """Return the share of every modality and reader."""
        return _FrocSample(data, label=self.label, false_marks_per_case=self.false_marks_per_case)


class _FrocSample(Sample):
    """The FROC curves of a study, read off at one number of false marks per case."""

    def __init__(self, data: ObserverData, *, label: str, false_marks_per_case: float) -> None:
        require_marks(data, label)
        require_class(data, label, positive=True)
        self._data = data
        self._place = false_marks_per_case
        self._located: LocatedMarks = located_marks(data, label)
        self._strata = strata_of_units(data)

    @property
    def unit_strata(self) -> Integers:
        """Stratum of every unit, shape (units,)."""
        return self._strata

    @cached_property
    def figures(self) -> Floats:
        """Share of lesions found, shape (modalities, readers)."""
        figures: Floats = self.weighted(np.ones((1, self.n_units)))[0]
        return figures

    def weighted(self, weights: Floats, *, device: str = "cpu") -> Floats:  # noqa: ARG002  # no tensor form
        """Return the shares under unit weights, shape (replicates, modalities, readers)."""
        shape = self._data.ratings.shape[:2]
        result = np.full((len(weights), shape[0] * shape[1]), np.nan)
        for observer in range(result.shape[1]):
            step = max(1, _MARKS_TIMES_REPLICATES_AT_ONCE // self._data.ratings.shape[2])
            for start in range(0, len(weights), step):
                mine = slice(start, start + step)
                result[mine, observer] = self.curve(observer, weights[mine]).height_at(self._place)
        return result.reshape(-1, *shape)

    def thresholds(self, observer: int) -> Floats:
        """Return the distinct ratings of an observer's marks, falling."""
        hit_ratings, _, false_ratings, _ = self._marks_of(observer)
        distinct: Floats = np.unique(np.concatenate([hit_ratings, false_ratings]))[::-1]
        return distinct

    def curve(self, observer: int, weights: Floats) -> OperatingCurve:
        """Return the curve under every set of unit weights: false marks per case, and share of lesions."""
        data, located = self._data, self._located
        of_cases = weights[:, data.clusters] * data.weights
        was_read = ~np.isnan(data.ratings.reshape(-1, len(data.cases))[observer])
        hit_ratings, hit_cases, false_ratings, false_cases = self._marks_of(observer)
        thresholds = self.thresholds(observer)
        lesions = located.lesion_cases[was_read[located.lesion_cases]]
        n_lesions = of_cases[:, lesions].sum(axis=1, keepdims=True)
        n_cases = of_cases[:, was_read].sum(axis=1, keepdims=True)
        x = ratio(weight_reached(false_ratings, of_cases[:, false_cases], thresholds), n_cases)
        y = ratio(weight_reached(hit_ratings, of_cases[:, hit_cases], thresholds), n_lesions)
        # The last point twice: beyond it the curve is level.
        return OperatingCurve(x=np.append(x, x[:, -1:], axis=1), y=np.append(y, y[:, -1:], axis=1))

    def _marks_of(self, observer: int) -> tuple[Floats, Integers, Floats, Integers]:
        """Return rating and case of the lesions found, then of the false marks."""
        data, located = self._data, self._located
        modality, reader = divmod(observer, len(data.readers))
        of_lesions = located.lesion_ratings[modality, reader]
        is_found = of_lesions > -np.inf
        marks = require_marks(data, "The FROC curve")
        is_false = (marks.modality == modality) & (marks.reader == reader) & (marks.lesion == NO_LESION)
        is_false &= ~np.isnan(data.ratings[modality, reader])[marks.case]
        return (
            of_lesions[is_found],
            located.lesion_cases[is_found],
            marks.rating[is_false],
            marks.case[is_false],
        )
