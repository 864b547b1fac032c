"""Which side of the patient an edge of the picture shows; silent where the file does not say."""

from dataclasses import dataclass

from realfm_gui.domain.images import Frame
from realfm_gui.domain.patient_geometry import direction_letters, opposite_letters

_LETTERS = frozenset("LRPAHF")
"""What Patient Orientation is written with (PS3.3 C.7.6.1.1.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeLetters:
    """Letters for the four edges of the picture; empty where unknown."""

    left: str = ""
    right: str = ""
    top: str = ""
    bottom: str = ""


def edge_letters(frame: Frame) -> EdgeLetters:
    """Return the orientation letters of a frame.

    Taken from the direction cosines of rows and columns (Image Orientation (Patient), DICOM PS3.3
    C.7.6.2.1.1), else from Patient Orientation as written (C.7.6.1.1.1); never guessed.
    """
    if frame.orientation is not None and len(frame.orientation) == 6:
        right, bottom = direction_letters(frame.orientation[:3]), direction_letters(frame.orientation[3:])
    else:
        parts = frame.tags.get("PatientOrientation", "").replace(",", "\\").split("\\")
        if len(parts) != 2:
            return EdgeLetters()
        right, bottom = (part.strip(" []'\"").upper() for part in parts)
        if not (right and bottom and set(right + bottom) <= _LETTERS):
            return EdgeLetters()
    return EdgeLetters(left=opposite_letters(right), right=right, top=opposite_letters(bottom), bottom=bottom)
