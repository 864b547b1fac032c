"""What `realfm verify` found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is not as the log says it was written.

    `sequence` is the event concerned, `file` the file concerned (relative to the study), each None where
    there is none.
    """

    sequence: int | None = None
    file: str | None = None
    what: str

    def __str__(self) -> str:
        event = "" if self.sequence is None else f"event {self.sequence}"
        return f"{', '.join(part for part in (event, self.file) if part) or 'study'}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """The number of events in the log, and everything that is wrong with the study."""

    events: int
    problems: tuple[Problem, ...]

    @property
    def is_ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems
