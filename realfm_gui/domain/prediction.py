"""What a model says of a case, and where."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.ai_finding import AiFinding, ScoreInterval
from realfm_gui.domain.grid_geometry import GridGeometry

__all__ = [
    "DomainAspect",
    "FailureKind",
    "GridGeometry",
    "OutOfDomain",
    "Prediction",
    "PredictionFailure",
    "RunRecord",
    "SaliencyMap",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SaliencyMap:
    """A map on the model's own grid and raw scale; nothing is normalised or resized before it is painted.

    `values` is float32 of shape (grid rows, grid columns); `frame` is the index into the case's frames.
    """

    values: NDArray[np.float32]
    geometry: GridGeometry
    method: str
    frame: int = 0

    @property
    def is_flat(self) -> bool:
        """Whether the map says nothing about the place: its range is nil or lost in rounding."""
        if not np.isfinite(self.values).all():
            return False
        spread = float(np.ptp(self.values))
        return spread <= 1e-6 * max(1e-12, float(np.abs(self.values).max()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """A model's output for one (case, finding).

    `score` is what the model ranks by (higher is more suspicious, any finite scale). `probability` is the
    calibrated chance that the finding is present at `prevalence` (the share of positives where it was
    calibrated), or None where the model gives none. `call` is score >= `operating_point`, None without one.
    `interval` is how sure the model is of the probability, or of the score where there is none; `located` is
    what it found where. No located finding says nothing by itself: many models only score.
    """

    case_id: str
    finding: str
    score: float
    probability: float | None = None
    prevalence: float | None = None
    operating_point: float | None = None
    saliency: SaliencyMap | None = None
    interval: ScoreInterval | None = None
    located: tuple[AiFinding, ...] = ()

    def __post_init__(self) -> None:
        if not np.isfinite(self.score):
            raise ValueError(f"the score of case {self.case_id} is not a finite number")
        if self.probability is not None and not 0.0 <= self.probability <= 1.0:
            raise ValueError(f"the probability of case {self.case_id} is outside 0 to 1")
        if self.interval is not None:
            number = self.score if self.probability is None else self.probability
            self.interval.check_holds(number, is_probability=self.probability is not None)
        if any(found.finding != self.finding for found in self.located):
            raise ValueError(f"a located finding of case {self.case_id} belongs to another finding")

    @property
    def call(self) -> bool | None:
        """Whether the model recalls the case at its operating point."""
        return None if self.operating_point is None else self.score >= self.operating_point


class FailureKind(StrEnum):
    """Why there is no answer, as coarse as a reader may know it."""

    ERROR = "error"
    """The model stopped with an error."""
    MEMORY = "memory"
    IMAGE = "image"
    """The image could not be read."""
    NO_ANSWER = "no_answer"
    """The model, or its file, says nothing of this case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionFailure:
    """A case the model could not answer, and why. "Failed" is never shown as "nothing found".

    `reason` is for the coordinator: it may say something about the case. Readers are told the `kind` alone.
    """

    case_id: str
    reason: str
    kind: FailureKind = FailureKind.ERROR


class DomainAspect(StrEnum):
    """In what a case is not what a model was made for."""

    MODALITY = "modality"
    BODY_PART = "body_part"
    VIEW = "view"
    RESOLUTION = "resolution"
    OWN_JUDGEMENT = "own_judgement"
    """The model says so itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfDomain:
    """A case the model was not made for: asked and declined, which is no failure and no "nothing found".

    `reason` is one sentence. Of `OWN_JUDGEMENT` it is the model's own and for the coordinator alone; of the
    other aspects it only compares what the model card declares with what the image says of itself.
    """

    case_id: str
    reason: str
    aspect: DomainAspect = DomainAspect.OWN_JUDGEMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One prediction run: which model, exactly, was asked how. Holds no score.

    Every case that was asked about is in one of `case_ids` (answered), `out_of_domain` and `failures`.

    `map_range` is the range of the saliency maps over all cases (lowest value, 90th percentile of the cases'
    highest): painted with one scale, a weak map looks weak. None where the run has no map.
    """

    run_id: str
    model: str
    version: str
    weights_sha256: str
    head_sha256: str
    preprocessing: str
    saliency_method: str
    device: str
    case_ids: tuple[str, ...]
    failures: tuple[PredictionFailure, ...] = ()
    map_range: tuple[float, float] | None = None
    out_of_domain: tuple[OutOfDomain, ...] = ()
    locates: tuple[str, ...] = ()
    """The findings that the model said the place of in any case: then none in another one means something."""

    def outcome_of(self, case_id: str) -> str:
        """Return "answered", "failed" or "out_of_domain"; empty for a case that was not asked about."""
        if case_id in self.case_ids:
            return "answered"
        if any(failure.case_id == case_id for failure in self.failures):
            return "failed"
        return "out_of_domain" if any(o.case_id == case_id for o in self.out_of_domain) else ""

    @property
    def asked(self) -> frozenset[str]:
        """The cases the run has an outcome for, whichever."""
        failed = {failure.case_id for failure in self.failures}
        return frozenset({*self.case_ids, *failed, *(other.case_id for other in self.out_of_domain)})
