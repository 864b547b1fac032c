"""What a model says of a case, and where."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class GridGeometry:
    """Where the cells of a coarse map lie on the image.

    The centre of cell (i, j) lies at image row ``row_offset + i * row_step`` and column
    ``column_offset + j * column_step``, in pixels; pixel centres are at whole numbers. A step is the
    distance of two cell centres, so cell i covers rows ``row_offset + (i ± 1/2) * row_step``.
    """

    row_offset: float
    row_step: float
    column_offset: float
    column_step: float

    def __post_init__(self) -> None:
        if not (self.row_step > 0 and self.column_step > 0):
            raise ValueError("a grid needs positive steps")

    def to_image(self, row: float, column: float) -> tuple[float, float]:
        """Return the image position (row, column) of a position on the grid."""
        return self.row_offset + row * self.row_step, self.column_offset + column * self.column_step


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
    """

    case_id: str
    finding: str
    score: float
    probability: float | None = None
    prevalence: float | None = None
    operating_point: float | None = None
    saliency: SaliencyMap | None = None

    def __post_init__(self) -> None:
        if not np.isfinite(self.score):
            raise ValueError(f"the score of case {self.case_id} is not a finite number")
        if self.probability is not None and not 0.0 <= self.probability <= 1.0:
            raise ValueError(f"the probability of case {self.case_id} is outside 0 to 1")

    @property
    def call(self) -> bool | None:
        """Whether the model recalls the case at its operating point."""
        return None if self.operating_point is None else self.score >= self.operating_point


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionFailure:
    """A case the model could not answer, and why. "Failed" is never shown as "nothing found"."""

    case_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One prediction run: which model, exactly, was asked how. Holds no score.

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
