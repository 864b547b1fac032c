"""What a protocol asks of marks: what is missing, what cannot be, what contradicts the rest of an answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from realfm_gui.domain.mark import FULL_SCALE, Mark
from realfm_gui.domain.protocol import Finding, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkScale:
    """From `lowest` (surely no lesion) to `highest` (surely one)."""

    lowest: int
    highest: int

    @classmethod
    def of(cls, finding: Finding) -> "MarkScale":
        """Return the scale that the marks of a finding are rated on."""
        if finding.mark_levels is None:
            return cls(lowest=0, highest=FULL_SCALE)
        return cls(lowest=1, highest=finding.mark_levels)

    @property
    def has_levels(self) -> bool:
        """Whether there are a few levels to choose from, not a number to give."""
        return self.lowest == 1

    def holds(self, rating: int) -> bool:
        """Whether the scale has this rating."""
        return self.lowest <= rating <= self.highest

    def is_above_middle(self, rating: int) -> bool:
        """Whether a rating says "rather a lesion than none"; the middle itself says neither."""
        return 2 * rating > self.lowest + self.highest


def marks_of(finding: str, marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Return the marks of one finding in the order of making; its numbers count them from 1."""
    return tuple(mark for mark in marks if mark.finding == finding)


def name_of(mark: Mark, marks: Sequence[Mark], protocol: Protocol) -> str:
    """Return what a mark is called: "mark 2", with its finding where several are marked."""
    number = 1 + marks_of(mark.finding, marks).index(mark)
    marked = [finding for finding in protocol.findings if finding.mark_shape is not None]
    finding = next((finding.name for finding in marked if finding.id == mark.finding), mark.finding)
    return f"mark {number}" if len(marked) < 2 else f"mark {number} ({finding})"


def missing_marks(finding: Finding, marks: Sequence[Mark], *, recall: bool | None) -> list[str]:
    """Return what one finding lacks before the answer can be locked, in the reader's words.

    Parameters
    ----------
    finding : Finding
    marks : sequence of Mark
        Those of the case.
    recall : bool or None
        The reader's call; None while there is none.
    """
    own = marks_of(finding.id, marks)
    lacking = [f"rating of mark {number}" for number, mark in enumerate(own, start=1) if mark.rating is None]
    if finding.mark_shape is not None and finding.marks_required and recall and not own:
        lacking.append("a mark")
    return lacking


def contradictions(
    finding: Finding, marks: Sequence[Mark], *, likelihood: int | None, recall: bool | None
) -> list[str]:
    """Return in words where the marks of a finding and the call point to different sides.

    A mark rated above the middle of its scale is a lesion that the reader believes in: it does not go with
    "no recall", nor with a likelihood below the middle. A recall without any mark is asked about, too, where
    marks are wanted; a lesion seen everywhere, or on another image, is a fair answer.
    """
    if finding.mark_shape is None:
        return []
    scale, own = MarkScale.of(finding), marks_of(finding.id, marks)
    believed = [mark.rating for mark in own if mark.rating is not None and scale.is_above_middle(mark.rating)]
    if believed and recall is False:
        return [f"a mark rated {max(believed)} with recall no"]
    if believed and likelihood is not None and 2 * likelihood < FULL_SCALE:
        return [f"a mark rated {max(believed)} with likelihood {likelihood}"]
    if recall and not own:
        return ["recall yes without a mark"]
    return []


def marks_problem(marks: Sequence[Mark], protocol: Protocol, *, frames: int | None = None) -> str:
    """Return why marks cannot be part of an answer, in one sentence; empty where they can.

    Parameters
    ----------
    marks : sequence of Mark
        Rated or not.
    protocol : Protocol
        Which findings ask for marks, of what shape and how many.
    frames : int, optional
        Number of frames of the case, where it is known.
    """
    findings = {finding.id: finding for finding in protocol.findings}
    for mark in marks:
        finding = findings.get(mark.finding)
        if finding is None:
            return f"A mark is for {mark.finding!r}, which the protocol does not have."
        if finding.mark_shape is None:
            return f"The protocol asks for no marks of {finding.name}."
        if mark.shape is not finding.mark_shape:
            return f"Marks of {finding.name} are of the shape {finding.mark_shape}, not {mark.shape}."
        scale = MarkScale.of(finding)
        if mark.rating is not None and not scale.holds(mark.rating):
            return f"Marks of {finding.name} are rated {scale.lowest} to {scale.highest}, not {mark.rating}."
        if frames is not None and mark.frame >= frames:
            return f"A mark lies on slice {mark.frame + 1}, and the case has {frames}."
    for finding in protocol.findings:
        count = len(marks_of(finding.id, marks))
        if finding.marks_at_most is not None and count > finding.marks_at_most:
            return f"{finding.name} has {count} marks; the protocol allows {finding.marks_at_most}."
    return ""
