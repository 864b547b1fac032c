"""The reading room's memory: where the reader is, what is answered, what is missing. Without Qt."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from realfm_gui.domain.clock import ReadingClock
from realfm_gui.domain.mark import Mark
from realfm_gui.domain.measurement import Measurement
from realfm_gui.domain.protocol import Finding, Protocol
from realfm_gui.domain.reading import (
    MISSING_FLAGS,
    CaseAnswer,
    CaseFlag,
    Draft,
    FindingAnswer,
    Phase,
    PhaseTimes,
    Reading,
    Step,
)
from realfm_gui.gui.reading.finding_draft import FindingDraft, Part
from realfm_gui.gui.reading.mark_words import all_contradictions, missing_parts

NEEDS_FLAG = "technical fault or non-diagnostic"
"""What a case needs whose images cannot be shown."""

ARMING_MS = 400
"""After the AI's answer has been painted, Enter is ignored this long: a second press of an impatient
Enter or double click belongs to the lock, not to the submission. So too after a question."""


def monotonic_ms() -> float:
    """Return the time that the reading clock is fed with."""
    return time.monotonic_ns() / 1e6


class Stage(StrEnum):
    """What the room is doing with the case."""

    OPENING = "opening"
    """Waiting for the case or its picture; the clock has not started."""
    READING = "reading"
    SAVING = "saving"
    """An answer is on its way to the disk."""
    REVEALING = "revealing"
    """The unaided answer is locked; the AI's output is being fetched."""
    STUCK = "stuck"
    """Something could not be read or stored; the primary button tries again."""
    FINISHED = "finished"


@dataclass(slots=True, kw_only=True)
class RoomState:
    """One case in one phase, from opening to the stored answer.

    Times are monotonic milliseconds that the caller passes in.
    """

    protocol: Protocol
    stage: Stage = Stage.OPENING
    step: Step | None = None
    unaided: CaseAnswer | None = None
    """The locked unaided answer, while the aided one is being given."""
    answers: dict[str, FindingDraft] = field(default_factory=dict)
    flags: frozenset[CaseFlag] = frozenset()
    measurements: tuple[Measurement, ...] = ()
    marks: tuple[Mark, ...] = ()
    selected: str = ""
    """The finding that keys answer."""
    is_paused: bool = False
    loading: str = ""
    """How far the images are while some are missing: until then nothing is locked."""
    is_unreadable: bool = False
    """Images of the case cannot be shown: a rating would be one of something never seen."""
    _clock: ReadingClock | None = None
    _before: PhaseTimes = field(default_factory=PhaseTimes)
    _reveal_painted_ms: float | None = None
    _asked_ms: float | None = None
    """When the question about a contradiction was put; None while none waits for an answer."""
    _kept: frozenset[tuple[str, str]] = frozenset()
    """Contradictions that the reader was asked about in this case: asked once each."""

    @property
    def phase(self) -> Phase:
        """The phase of the case; unaided before any case is open."""
        return self.step.phase if self.step else Phase.UNAIDED

    @property
    def can_answer(self) -> bool:
        """Whether the reader's input counts as an answer now."""
        return self.stage is Stage.READING and not self.is_paused

    def open_case(self, step: Step, *, unaided: Reading | None, draft: Draft | None) -> None:
        """Begin with a case, or go on where a draft was left."""
        self.step = step
        self.stage = Stage.OPENING
        self.is_paused = False
        self.loading = ""
        self.is_unreadable = False
        self._clock = None
        self._reveal_painted_ms = None
        self._asked_ms = None
        self._kept = frozenset()
        self.unaided = unaided.answer if unaided else None
        self._before = draft.times if draft else PhaseTimes()
        self._fill(self.unaided or CaseAnswer())
        if draft is not None:
            self._fill(draft.answer)
            self._fill_partly(draft.view.get("answers", ()))
        self.selected = self.protocol.findings[0].id

    def start_clock(self, now_ms: float) -> None:
        """Begin reading: the picture is complete and, aided, the AI's answer is on the screen."""
        self._clock = ReadingClock(
            now_ms, idle_after_ms=1000 * self.protocol.reading.idle_after_s, before=self._before
        )
        self.stage = Stage.READING

    def note_input(self, now_ms: float) -> None:
        """Record that the reader did something."""
        if self._clock is not None:
            self._clock.note_input(now_ms)

    def pause(self, now_ms: float) -> None:
        """Stop the clock."""
        self.is_paused = True
        if self._clock is not None:
            self._clock.pause(now_ms)

    def resume(self, now_ms: float) -> None:
        """Go on."""
        self.is_paused = False
        if self._clock is not None:
            self._clock.resume(now_ms)

    def times(self, now_ms: float) -> PhaseTimes:
        """Return the account of this phase up to now."""
        return self._before if self._clock is None else self._clock.times(now_ms)

    def set_likelihood(self, finding: str, value: int) -> None:
        """Answer the likelihood, 0 to 100."""
        self._answer(finding, likelihood=min(max(value, 0), 100))

    def nudge_likelihood(self, by: int) -> None:
        """Move the selected finding's likelihood; an untouched one starts from the middle."""
        self.set_likelihood(self.selected, self.answers[self.selected].nudged(by))

    def step_likelihood(self, direction: int) -> None:
        """Move the selected finding's likelihood to the next quarter of the scale, up (+1) or down (-1)."""
        self.set_likelihood(self.selected, self.answers[self.selected].next_quarter(direction))

    def set_recall(self, finding: str, value: bool) -> None:
        """Answer the recall question."""
        self._answer(finding, recall=value)

    def set_confidence(self, finding: str, value: int) -> None:
        """Answer the confidence; levels the protocol does not have are ignored."""
        if 1 <= value <= self.protocol.reading.confidence_levels:
            self._answer(finding, confidence=value)

    def set_flag(self, flag: CaseFlag, is_set: bool) -> None:
        """Set or take back a flag of the case."""
        if self.can_answer:
            self.flags = self.flags | {flag} if is_set else self.flags - {flag}
            self._asked_ms = None

    def set_measurements(self, measurements: tuple[Measurement, ...]) -> None:
        """Take over what is drawn on the images."""
        if self.can_answer:
            self.measurements = measurements

    def set_marks(self, marks: tuple[Mark, ...]) -> None:
        """Take over where the reader says lesions are."""
        if self.can_answer:
            self.marks = marks
            self._asked_ms = None

    def select(self, finding: str) -> None:
        """Choose the finding that keys answer."""
        if finding in self.answers:
            self.selected = finding

    def select_next(self, by: int) -> None:
        """Choose the next finding, around the end."""
        ids = [finding.id for finding in self.protocol.findings]
        self.selected = ids[(ids.index(self.selected) + by) % len(ids)]

    def missing(self) -> dict[str, tuple[str, ...]]:
        """Return, per finding, what has to be answered before the case can be locked."""
        is_excused = bool(self.flags & MISSING_FLAGS)
        if self.is_unreadable and not is_excused:
            return {finding.id: (NEEDS_FLAG,) for finding in self.protocol.findings}
        return missing_parts(self.protocol, self.answers, self.marks, is_excused=is_excused)

    def missing_text(self) -> str:
        """Return what is missing in one line, empty when nothing is."""
        missing = self.missing()
        if not missing:
            return ""
        if len(self.answers) == 1 or self.is_unreadable:
            parts = next(iter(missing.values()))
            return f"Still missing: {', '.join(parts)}"
        named = [
            f"{finding.name} ({', '.join(missing[finding.id])})"
            for finding in self.protocol.findings
            if finding.id in missing
        ]
        return f"Still missing: {'; '.join(named)}"

    def has_unasked_contradiction(self) -> bool:
        """Whether likelihood, recall and marks contradict each other and nobody has asked yet."""
        return bool(self._contradictions() - self._kept)

    def ask(self, now_ms: float) -> None:
        """Put the question about the contradictions; the next Enter keeps them."""
        self._kept |= self._contradictions()
        self._asked_ms = now_ms

    def question(self) -> str:
        """Return the question that is open, empty when none is."""
        if self._asked_ms is None:
            return ""
        said = [
            (f"{self.finding(finding).name} " if len(self.answers) > 1 else "") + words
            for finding, words in all_contradictions(self.protocol, self.answers, self.marks)
        ]
        return f"{'; '.join(said)}: keep {'it' if len(said) == 1 else 'them'}? ⏎"

    def answer(self) -> CaseAnswer:
        """Return every finding that is answered in full, the flags, the measurements and the marks."""
        return CaseAnswer(
            findings=tuple(
                FindingAnswer(finding=finding.id, likelihood=likelihood, recall=recall, confidence=confidence)
                for finding in self.protocol.findings
                if (d := self.answers[finding.id])
                and (likelihood := d.likelihood) is not None
                and (recall := d.recall) is not None
                and (confidence := d.confidence) is not None
            ),
            flags=self.flags,
            measurements=self.measurements,
            marks=self.marks,
        )

    def draft(self, reader: str, viewport: Mapping[str, Any], now_ms: float) -> Draft | None:
        """Return what a crash must not lose, or None before a case is open.

        `Draft.answer` holds complete findings only; half-answered ones travel in `Draft.view["answers"]`.
        """
        if self.step is None or self._clock is None:
            return None
        partly = [
            {"finding": name}
            | {part.value: value for part in Part if (value := getattr(d, part.value)) is not None}
            for name, d in self.answers.items()
        ]
        return Draft(
            reader=reader,
            case_id=self.step.case_id,
            phase=self.step.phase,
            answer=self.answer(),
            times=self.times(now_ms),
            view={"viewport": dict(viewport), "answers": partly},
        )

    def begin_aided(self) -> None:
        """Go on to the aided answer, which starts from the stored unaided one and waits for the AI."""
        if self.step is None:
            raise ValueError("no case is open")
        self.unaided = self.answer()
        self.step = replace(self.step, phase=Phase.AIDED)
        self.stage = Stage.REVEALING
        self._before = PhaseTimes()
        self._clock = None
        self._reveal_painted_ms = None
        self._asked_ms = None
        self.selected = self.protocol.findings[0].id

    def note_reveal_painted(self, now_ms: float) -> None:
        """Record that the AI's answer has been painted; only the first time counts."""
        if self._reveal_painted_ms is None:
            self._reveal_painted_ms = now_ms

    def accepts_primary(self, now_ms: float) -> bool:
        """Whether Enter or the primary button means this phase, not a leftover of the one before."""
        is_just_asked = self._asked_ms is not None and now_ms - self._asked_ms < ARMING_MS
        if self.loading or not self.can_answer or is_just_asked:
            return False
        if self.phase is Phase.UNAIDED:
            return True
        painted = self._reveal_painted_ms
        return painted is not None and now_ms - painted >= ARMING_MS

    def finding(self, finding_id: str) -> Finding:
        """Return a finding of the protocol."""
        return next(finding for finding in self.protocol.findings if finding.id == finding_id)

    def _answer(self, finding: str, **changes: Any) -> None:
        if self.can_answer and finding in self.answers:
            self.answers[finding] = replace(self.answers[finding], **changes)
            self.selected = finding
            self._asked_ms = None

    def _contradictions(self) -> frozenset[tuple[str, str]]:
        if self.flags & MISSING_FLAGS:
            return frozenset()
        return frozenset(all_contradictions(self.protocol, self.answers, self.marks))

    def _fill(self, answer: CaseAnswer) -> None:
        given = {a.finding: a for a in answer.findings}
        self.flags = answer.flags
        self.measurements = answer.measurements
        self.marks = answer.marks
        self.answers = {
            finding.id: FindingDraft(likelihood=a.likelihood, recall=a.recall, confidence=a.confidence)
            if (a := given.get(finding.id))
            else FindingDraft()
            for finding in self.protocol.findings
        }

    def _fill_partly(self, partly: Iterable[Mapping[str, Any]]) -> None:
        for given in partly:
            name = given["finding"]
            if name in self.answers:
                known = {part.value: given[part.value] for part in Part if part.value in given}
                self.answers[name] = replace(self.answers[name], **known)
