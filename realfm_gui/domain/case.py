"""Cases: what a reader is shown, under names that say nothing."""

from dataclasses import dataclass
from enum import StrEnum


class Split(StrEnum):
    """What a case is for. A patient belongs to one split only."""

    DEVELOPMENT = "development"
    """Fits the model's head; never read."""
    TRAINING = "training"
    """Readers practise on it; never enters the statistics."""
    READING = "reading"
    """The test set: read by the readers, analysed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseImage:
    """One image object (a DICOM file, possibly with several frames) of a case.

    `file` is relative to the study's ``images/`` folder; `series` numbers the series within the
    case from 0; `salted_sha256` is the SHA-256 of the study's salt followed by the stored bytes.
    """

    image_id: str
    file: str
    series: int
    position: int
    salted_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case under its random id. Truth, scores and source names are kept elsewhere, sealed."""

    case_id: str
    patient_id: str
    split: Split
    images: tuple[CaseImage, ...]
    indication: str = ""

    def __post_init__(self) -> None:
        if not self.images:
            raise ValueError(f"case {self.case_id} has no image")
