"""What a reader drew on an image to measure it: kinds, points, and their form on disk."""

import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

Point = tuple[float, float]
"""(column, row) of an image position: pixel centres at whole numbers, the first pixel at (0, 0)."""

MAX_OUTLINE_POINTS = 4000
"""Of a freehand outline: a line around a whole radiograph, a point every few pixels, has far fewer."""


class MeasurementKind(StrEnum):
    """What can be measured, and what its points mean (see `Measurement`)."""

    LENGTH = "length"
    ANGLE = "angle"
    COBB = "cobb"
    RECTANGLE = "rectangle"
    ELLIPSE = "ellipse"
    FREEHAND = "freehand"
    PROBE = "probe"


POINTS_OF: Mapping[MeasurementKind, int] = {
    MeasurementKind.LENGTH: 2,
    MeasurementKind.ANGLE: 3,
    MeasurementKind.COBB: 4,
    MeasurementKind.RECTANGLE: 2,
    MeasurementKind.ELLIPSE: 2,
    MeasurementKind.PROBE: 1,
}
"""How many points a kind has; a freehand outline has three or more."""

REGIONS = frozenset({MeasurementKind.RECTANGLE, MeasurementKind.ELLIPSE, MeasurementKind.FREEHAND})
"""The kinds that enclose pixels."""


def new_measurement_id() -> str:
    """Return a fresh random id: it tells nothing of reader, case or time."""
    return f"m-{secrets.token_hex(8)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One measurement on one frame of a case; what it measures follows from the frame (`measuring.measure`).

    `frame` counts the frames of the case from 0 in display order; with a `cut`, which describes a stack of
    cuts through a volume (JSON), it counts those. `points` are image positions, (column,
    row) with pixel centres at whole numbers:

    ========= =====================================================
    length    its two ends
    angle     end of the first arm, vertex, end of the second arm
    cobb      the two ends of the first line, those of the second
    rectangle two opposite corners; sides along rows and columns
    ellipse   two opposite corners of the rectangle it fills
    freehand  the outline, closed from the last point to the first
    probe     the place
    ========= =====================================================
    """

    measurement_id: str
    kind: MeasurementKind
    frame: int
    points: tuple[Point, ...]
    cut: str = ""

    def __post_init__(self) -> None:
        if not self.measurement_id:
            raise ValueError("a measurement has an id")
        if self.frame < 0:
            raise ValueError(f"frames count from 0, not {self.frame}")
        count, wanted = len(self.points), POINTS_OF.get(self.kind)
        if wanted is None and not 3 <= count <= MAX_OUTLINE_POINTS:
            raise ValueError(f"an outline has 3 to {MAX_OUTLINE_POINTS} points, not {count}")
        if wanted is not None and count != wanted:
            raise ValueError(f"a measurement of the kind {self.kind} has {wanted} points, not {count}")
        if not all(math.isfinite(column) and math.isfinite(row) for column, row in self.points):
            raise ValueError("a point of a measurement is not a number")

    def to_payload(self) -> dict[str, Any]:
        """Return a JSON-ready form (inverse: `from_payload`)."""
        payload = {
            "id": self.measurement_id,
            "kind": self.kind.value,
            "frame": self.frame,
            "points": [[column, row] for column, row in self.points],
        }
        return payload | ({"cut": self.cut} if self.cut else {})

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """Read what `to_payload` wrote; ValueError, KeyError or TypeError where it is something else."""
        return cls(
            measurement_id=str(payload["id"]),
            kind=MeasurementKind(payload["kind"]),
            frame=int(payload["frame"]),
            points=tuple((float(column), float(row)) for column, row in payload["points"]),
            cut=str(payload.get("cut", "")),
        )
