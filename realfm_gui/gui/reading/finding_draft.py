"""What a reader has said of one finding so far."""

from dataclasses import dataclass
from enum import StrEnum

FIRST_LIKELIHOOD = 50
"""Where the first arrow key starts from on an untouched likelihood: the middle, which favours neither side.
The step is taken from there, so that one key press is one answer and never a mere waking up."""

QUARTER = 25


class Part(StrEnum):
    """What is asked of every finding."""

    LIKELIHOOD = "likelihood"
    RECALL = "recall"
    CONFIDENCE = "confidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingDraft:
    """A finding as far as it is answered; None is "not answered", never a number."""

    likelihood: int | None = None
    recall: bool | None = None
    confidence: int | None = None

    def missing(self) -> tuple[Part, ...]:
        """Return the parts that are not answered."""
        return tuple(part for part in Part if getattr(self, part.value) is None)

    def nudged(self, by: int) -> int:
        """Return the likelihood moved by so much, not yet held within the scale."""
        return (FIRST_LIKELIHOOD if self.likelihood is None else self.likelihood) + by

    def next_quarter(self, direction: int) -> int:
        """Return the next of 0, 25, 50, 75 and 100 upwards (+1) or downwards (-1)."""
        value = FIRST_LIKELIHOOD if self.likelihood is None else self.likelihood
        quarter = value // QUARTER + 1 if direction > 0 else (value - 1) // QUARTER
        return min(max(quarter * QUARTER, 0), 100)

    @property
    def contradiction(self) -> str:
        """Likelihood and recall in words where they point to different sides, else empty; 50 fits both."""
        if self.likelihood is None or self.recall is None:
            return ""
        if self.likelihood < FIRST_LIKELIHOOD and self.recall:
            return f"{self.likelihood} with recall yes"
        if self.likelihood > FIRST_LIKELIHOOD and not self.recall:
            return f"{self.likelihood} with recall no"
        return ""
