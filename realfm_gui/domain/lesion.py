"""Lesion truth: where the lesions of a case are. Sealed with the reference standard."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from realfm_gui.domain.mark import MarkShape
from realfm_gui.domain.measurement import Measurement, Point


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionRegion:
    """A lesion on one frame.

    `frame` counts the frames of the case from 0 in display order; `stack` are the first and last frame of the
    series it belongs to (only the frame itself where it stands alone). `points` are as in `Mark.points`.
    `spacing_mm` is (between rows, between columns) of that frame, None where it is not known; `aspect` the
    height of a pixel over its width.
    """

    frame: int
    shape: MarkShape
    points: tuple[Point, ...]
    stack: tuple[int, int] | None = None
    spacing_mm: tuple[float, float] | None = None
    aspect: float = 1.0

    def __post_init__(self) -> None:
        Measurement(
            measurement_id="of a lesion", kind=self.shape.drawn_as, frame=self.frame, points=self.points
        )  # whose checks of frame and points are these, too
        first, last = self.stack or (self.frame, self.frame)
        if not first <= self.frame <= last:
            raise ValueError(f"frame {self.frame} is not in the stack {first} to {last}")
        if not self.aspect > 0 or (self.spacing_mm is not None and not min(self.spacing_mm) > 0):
            raise ValueError("spacing and aspect are greater than 0")

    def to_payload(self) -> dict[str, Any]:
        """Return a JSON-ready form (inverse: `from_payload`)."""
        return {
            "frame": self.frame,
            "shape": self.shape.value,
            "points": [[column, row] for column, row in self.points],
            "stack": None if self.stack is None else list(self.stack),
            "spacing_mm": None if self.spacing_mm is None else list(self.spacing_mm),
            "aspect": self.aspect,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """Read what `to_payload` wrote; ValueError, KeyError or TypeError where it is something else."""
        stack, spacing = payload["stack"], payload["spacing_mm"]
        return cls(
            frame=int(payload["frame"]),
            shape=MarkShape(payload["shape"]),
            points=tuple((float(column), float(row)) for column, row in payload["points"]),
            stack=None if stack is None else (int(stack[0]), int(stack[1])),
            spacing_mm=None if spacing is None else (float(spacing[0]), float(spacing[1])),
            aspect=float(payload["aspect"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesion:
    """One lesion of one (case, finding), on one or several frames.

    `lesion_id` is its name within the case and finding. `weight` says how much it counts among the lesions of
    its case (wAFROC); None where all count alike.
    """

    lesion_id: str
    case_id: str
    finding: str
    regions: tuple[LesionRegion, ...]
    weight: float | None = None

    def __post_init__(self) -> None:
        if not self.regions:
            raise ValueError(f"lesion {self.lesion_id} of case {self.case_id} lies nowhere")
        if self.weight is not None and not (math.isfinite(self.weight) and self.weight >= 0):
            raise ValueError(f"a weight is at least 0, not {self.weight}")

    @property
    def frames(self) -> tuple[int, ...]:
        """The frames it lies on, ascending."""
        return tuple(sorted({region.frame for region in self.regions}))

    def to_payload(self) -> dict[str, Any]:
        """Return a JSON-ready form (inverse: `from_payload`)."""
        return {
            "lesion_id": self.lesion_id,
            "case_id": self.case_id,
            "finding": self.finding,
            "weight": self.weight,
            "regions": [region.to_payload() for region in self.regions],
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """Read what `to_payload` wrote; ValueError, KeyError or TypeError where it is something else."""
        weight = payload["weight"]
        return cls(
            lesion_id=str(payload["lesion_id"]),
            case_id=str(payload["case_id"]),
            finding=str(payload["finding"]),
            weight=None if weight is None else float(weight),
            regions=tuple(LesionRegion.from_payload(region) for region in payload["regions"]),
        )
