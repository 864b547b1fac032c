"""Marks: where a reader says a lesion is, and how sure."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from realfm_gui.domain.measurement import Measurement, MeasurementKind, Point

FULL_SCALE = 100
"""A mark without levels is rated from 0 to this, as a likelihood is."""


class MarkShape(StrEnum):
    """What a mark looks like."""

    POINT = "point"
    BOX = "box"
    ELLIPSE = "ellipse"
    CONTOUR = "contour"

    @property
    def drawn_as(self) -> MeasurementKind:
        """The measurement whose points have the same meaning: both are drawn by the same hand."""
        return _DRAWN_AS[self]

    @property
    def has_area(self) -> bool:
        """Whether it encloses pixels."""
        return self is not MarkShape.POINT


_DRAWN_AS = {
    MarkShape.POINT: MeasurementKind.PROBE,
    MarkShape.BOX: MeasurementKind.RECTANGLE,
    MarkShape.ELLIPSE: MeasurementKind.ELLIPSE,
    MarkShape.CONTOUR: MeasurementKind.FREEHAND,
}


def new_mark_id() -> str:
    """Return a fresh random id: it tells nothing of reader, case or time."""
    return f"k-{secrets.token_hex(8)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One place that a reader marked for one finding, and its rating.

    `frame` counts the frames of the case from 0 in display order. `points` are image positions, (column, row)
    with pixel centres at whole numbers: the place (point), two opposite corners (box, ellipse), or the
    outline, closed from the last point to the first (contour). `rating` is 0 to 100, or a level from 1 where
    the protocol has levels; None while the reader has not said.
    """

    mark_id: str
    finding: str
    frame: int
    shape: MarkShape
    points: tuple[Point, ...]
    rating: int | None = None

    def __post_init__(self) -> None:
        if not self.mark_id or not self.finding:
            raise ValueError("a mark has an id and a finding")
        if self.rating is not None and not 0 <= self.rating <= FULL_SCALE:
            raise ValueError(f"a mark is rated from 0 to {FULL_SCALE}, not {self.rating}")
        try:
            self.as_drawn()
        except ValueError as error:
            raise ValueError(f"a mark of the shape {self.shape}: {error}") from error

    def as_drawn(self) -> Measurement:
        """Return the measurement of the same points: what draws, pulls and encloses those does so here."""
        return Measurement(
            measurement_id=self.mark_id, kind=self.shape.drawn_as, frame=self.frame, points=self.points
        )

    def to_payload(self) -> dict[str, Any]:
        """Return a JSON-ready form (inverse: `from_payload`)."""
        return {
            "id": self.mark_id,
            "finding": self.finding,
            "frame": self.frame,
            "shape": self.shape.value,
            "points": [[column, row] for column, row in self.points],
            "rating": self.rating,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """Read what `to_payload` wrote; ValueError, KeyError or TypeError where it is something else."""
        rating = payload["rating"]
        return cls(
            mark_id=str(payload["id"]),
            finding=str(payload["finding"]),
            frame=int(payload["frame"]),
            shape=MarkShape(payload["shape"]),
            points=tuple((float(column), float(row)) for column, row in payload["points"]),
            rating=None if rating is None else int(rating),
        )


def refuse_twice(marks: Iterable[Mark]) -> None:
    """Raise ValueError where two marks have the same id."""
    ids = [mark.mark_id for mark in marks]
    if len(set(ids)) != len(ids):
        raise ValueError("two marks of a case have the same id")
