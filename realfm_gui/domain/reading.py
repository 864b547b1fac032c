"""Readings: what one reader answered for one case in one phase, and how long it took."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from realfm_gui.domain.mark import Mark, refuse_twice
from realfm_gui.domain.mark_rules import missing_marks
from realfm_gui.domain.measurement import Measurement
from realfm_gui.domain.protocol import Protocol


class Phase(StrEnum):
    """The two looks of a sequential reading; `AIDED` begins only after the unaided answer is locked."""

    UNAIDED = "unaided"
    AIDED = "aided"


class CaseFlag(StrEnum):
    """Answers of the real world."""

    NON_DIAGNOSTIC = "non_diagnostic"
    TECHNICAL_FAULT = "technical_fault"
    REMEMBERED = "remembered"


MISSING_FLAGS = frozenset({CaseFlag.NON_DIAGNOSTIC, CaseFlag.TECHNICAL_FAULT})
"""With one of these a case may be locked without a rating; the analysis counts it as missing and says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingAnswer:
    """One reader's answer for one finding.

    `likelihood` is 0 (surely absent) to 100 (surely present); `recall` is the call; `confidence` counts
    from 1 (guess) to the protocol's number of levels.
    """

    finding: str
    likelihood: int
    recall: bool
    confidence: int

    def __post_init__(self) -> None:
        if not 0 <= self.likelihood <= 100:
            raise ValueError(f"a likelihood is 0 to 100, not {self.likelihood}")
        if self.confidence < 1:
            raise ValueError(f"confidence counts from 1, not {self.confidence}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAnswer:
    """Everything a reader says of a case in one phase."""

    findings: tuple[FindingAnswer, ...] = ()
    flags: frozenset[CaseFlag] = frozenset()
    measurements: tuple[Measurement, ...] = ()
    """What the reader drew on the images, in the order of drawing."""
    marks: tuple[Mark, ...] = ()
    """Where the reader says lesions are, in the order of marking."""

    def __post_init__(self) -> None:
        ids = [m.measurement_id for m in self.measurements]
        if len(set(ids)) != len(ids):
            raise ValueError("two measurements of a case have the same id")
        refuse_twice(self.marks)

    def missing(self, protocol: Protocol) -> list[str]:
        """Return what still has to be answered before the answer can be locked, in the reader's words.

        An unrated mark is never locked, not even on a case that cannot be rated.
        """
        calls = {answer.finding: answer.recall for answer in self.findings}
        is_excused = bool(self.flags & MISSING_FLAGS)
        missing = []
        for finding in protocol.findings:
            if finding.id not in calls and not is_excused:
                missing.append(finding.name)
            recall = None if is_excused else calls.get(finding.id)
            lacking = missing_marks(finding, self.marks, recall=recall)
            missing += [f"{finding.name}: {part}" for part in lacking]
        return missing

    def to_payload(self) -> dict[str, Any]:
        """Return a JSON-ready form (inverse: `from_payload`).

        Without measurements and marks it is what it was before there were any: older logs keep their
        projections.
        """
        payload: dict[str, Any] = {
            "findings": [
                {
                    "finding": a.finding,
                    "likelihood": a.likelihood,
                    "recall": a.recall,
                    "confidence": a.confidence,
                }
                for a in self.findings
            ],
            "flags": sorted(flag.value for flag in self.flags),
        }
        if self.measurements:
            payload["measurements"] = [measurement.to_payload() for measurement in self.measurements]
        if self.marks:
            payload["marks"] = [mark.to_payload() for mark in self.marks]
        return payload

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """Read what `to_payload` wrote."""
        return cls(
            findings=tuple(FindingAnswer(**answer) for answer in payload["findings"]),
            flags=frozenset(CaseFlag(flag) for flag in payload["flags"]),
            measurements=tuple(Measurement.from_payload(drawn) for drawn in payload.get("measurements", ())),
            marks=tuple(Mark.from_payload(mark) for mark in payload.get("marks", ())),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseTimes:
    """How long a phase took, in ms: reading, without input beyond the idle limit, and paused.

    The clock starts when the picture is complete: waiting for an image is nobody's reading time.
    """

    active_ms: int = 0
    idle_ms: int = 0
    paused_ms: int = 0

    def __post_init__(self) -> None:
        if min(self.active_ms, self.idle_ms, self.paused_ms) < 0:
            raise ValueError("a duration is not negative")

    def __add__(self, other: "PhaseTimes") -> "PhaseTimes":
        return PhaseTimes(
            active_ms=self.active_ms + other.active_ms,
            idle_ms=self.idle_ms + other.idle_ms,
            paused_ms=self.paused_ms + other.paused_ms,
        )

    def to_payload(self) -> dict[str, int]:
        """Return a JSON-ready form; `PhaseTimes(**payload)` reads it."""
        return {"active_ms": self.active_ms, "idle_ms": self.idle_ms, "paused_ms": self.paused_ms}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reader, one case, one phase: answered and locked."""

    reader: str
    case_id: str
    phase: Phase
    answer: CaseAnswer
    times: PhaseTimes
    session: str
    sequence: int
    """Sequence number of the event that recorded it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the reader had typed but not locked: brought back after a crash, never part of the record."""

    reader: str
    case_id: str
    phase: Phase
    answer: CaseAnswer
    times: PhaseTimes
    view: Mapping[str, Any]
    """Where the reader was: frame, window, zoom; opaque to everything but the viewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a reader does next: this case, in this phase."""

    case_id: str
    phase: Phase
    number: int
    """Position of the case in the reader's list, from 1."""
    total: int
    is_training: bool


def next_step(
    worklist: Sequence[str], locked: Mapping[str, set[Phase]], *, training: frozenset[str]
) -> Step | None:
    """Return the first unfinished (case, phase) of a worklist, or None when everything is submitted.

    Parameters
    ----------
    worklist : sequence of str
        Case ids in the reader's order.
    locked : mapping
        Case id -> phases whose answer is locked.
    training : frozenset of str
        The ids that are practice.
    """
    for number, case_id in enumerate(worklist, start=1):
        done = locked.get(case_id, set())
        if Phase.AIDED in done:
            continue
        phase = Phase.AIDED if Phase.UNAIDED in done else Phase.UNAIDED
        return Step(
            case_id=case_id, phase=phase, number=number, total=len(worklist), is_training=case_id in training
        )
    return None
