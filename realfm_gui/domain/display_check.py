"""The display check: what a reader saw of the test pattern, on which monitor, with which luminances."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from realfm_gui.domain.display_luminance import Luminances
from realfm_gui.domain.workstation import Workstation

LETTERS = 10
"""In each row of the pattern, the last one a single grey level off its ground."""

CANNOT_CERTIFY = (
    "Software alone cannot certify calibration: it cannot measure light. This check records what you see and "
    "what somebody measured."
)


ONE_SESSION_WITHIN_H = 1.0
"""How soon a session has to begin after a check that holds for that session alone."""


class CheckRequirement(StrEnum):
    """What the protocol asks: no check, one that is offered, or one without which no session begins."""

    NONE = "none"
    OFFERED = "offered"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternAnswers:
    """What the reader saw of the test pattern.

    `dark_letters`, `middle_letters` and `bright_letters` count those that can be read in each row, from the
    left, of `LETTERS`.
    """

    sees_5_percent: bool
    sees_95_percent: bool
    dark_letters: int
    middle_letters: int
    bright_letters: int
    lines_are_separate: bool
    """Every pair of lines of one pixel, along rows and columns, in the middle and in the corners."""
    ramp_is_smooth: bool
    fields_are_even: bool
    """The dark and the bright field show no spots, no dead pixels and no change towards the edges."""

    def __post_init__(self) -> None:
        counts = (self.dark_letters, self.middle_letters, self.bright_letters)
        if not all(0 <= count <= LETTERS for count in counts):
            raise ValueError(f"a row has 0 to {LETTERS} letters")

    def cautions(self) -> list[str]:
        """Return what was not seen as it should be, in the reader's words."""
        found = [
            words
            for is_seen, words in (
                (self.sees_5_percent, "the 5 % square is not visible in black"),
                (self.sees_95_percent, "the 95 % square is not visible in white"),
                (
                    self.lines_are_separate,
                    "lines of one pixel run together: does the system scale the image?",
                ),
                (self.ramp_is_smooth, "the ramp has steps or bands"),
                (self.fields_are_even, "the even fields have spots or fall off"),
            )
            if not is_seen
        ]
        for count, row in (
            (self.dark_letters, "dark"),
            (self.middle_letters, "middle"),
            (self.bright_letters, "bright"),
        ):
            if count < LETTERS // 2:
                found.append(f"{count} of {LETTERS} letters can be read in the {row} row")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayCheck:
    """One check of one monitor."""

    answers: PatternAnswers
    workstation: Workstation
    pattern_px: tuple[int, int]
    """Width and height of the pattern in device pixels, as it was painted."""
    luminances: Luminances | None = None

    def __post_init__(self) -> None:
        if min(self.pattern_px) < 1:
            raise ValueError("a pattern has at least one pixel")

    def to_payload(self) -> dict[str, Any]:
        """Return a JSON-ready form (inverse: `from_payload`)."""
        return {
            "answers": asdict(self.answers),
            "workstation": self.workstation.to_payload(),
            "pattern_px": list(self.pattern_px),
            "luminances": None if self.luminances is None else self.luminances.to_payload(),
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """Read what `to_payload` wrote; ValueError, KeyError or TypeError where it is something else."""
        answers, luminances = payload["answers"], payload["luminances"]
        width, height = payload["pattern_px"]
        return cls(
            answers=PatternAnswers(**{part.name: answers[part.name] for part in fields(PatternAnswers)}),
            workstation=Workstation.from_payload(payload["workstation"]),
            pattern_px=(int(width), int(height)),
            luminances=None if luminances is None else Luminances.from_payload(luminances),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOnRecord:
    """A check that stands in the log."""

    sequence: int
    checked_utc: str
    check: DisplayCheck
    has_served: bool
    """Whether a session of this reader has begun since."""

    def holds_for(self, workstation: Workstation, *, now_utc: datetime, valid_h: float) -> bool:
        """Whether it speaks for a session that begins now, here.

        It does at the same workstation, on the monitor the window is on, for so many hours; with 0 hours, for
        one session that begins within `ONE_SESSION_WITHIN_H`. A clock that was set back makes it void.
        """
        checked, here = self.check.workstation, workstation
        if checked.workstation_id != here.workstation_id or _key(checked) != _key(here):
            return False
        age = now_utc - datetime.fromisoformat(self.checked_utc)
        is_spent = valid_h == 0 and self.has_served
        return not is_spent and timedelta(0) <= age <= timedelta(hours=valid_h or ONE_SESSION_WITHIN_H)


def _key(workstation: Workstation) -> str:
    return workstation.monitor.key if workstation.monitor is not None else ""
