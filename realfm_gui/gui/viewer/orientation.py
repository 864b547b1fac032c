"""Which side of the patient an edge of the picture shows; silent where the file does not say."""

from dataclasses import dataclass

import numpy as np

from realfm_gui.domain.images import Frame

OBLIQUE_LIMIT = 0.35
"""A second letter is written where the edge leans at least this much (cosine, about 20°) that way."""

_POSITIVE, _NEGATIVE = "LPH", "RAF"
_OPPOSITE = dict(zip(_POSITIVE + _NEGATIVE, _NEGATIVE + _POSITIVE, strict=True))


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
        along_row, along_column = frame.orientation[:3], frame.orientation[3:]
        right, bottom = _letters(along_row), _letters(along_column)
    else:
        parts = frame.tags.get("PatientOrientation", "").replace(",", "\\").split("\\")
        if len(parts) != 2:
            return EdgeLetters()
        right, bottom = (part.strip(" []'\"").upper() for part in parts)
        if not (right and bottom and set(right + bottom) <= set(_OPPOSITE)):
            return EdgeLetters()
    return EdgeLetters(left=_opposite(right), right=right, top=_opposite(bottom), bottom=bottom)


def _letters(cosines: tuple[float, ...]) -> str:
    """Return the letters of a direction (x to the patient's left, y to the back, z to the head)."""
    order = np.argsort(-np.abs(cosines), kind="stable")
    return "".join(
        _POSITIVE[axis] if cosines[axis] > 0 else _NEGATIVE[axis]
        for rank, axis in enumerate(order)
        if rank == 0 or abs(cosines[axis]) >= OBLIQUE_LIMIT
    )


def _opposite(letters: str) -> str:
    return "".join(_OPPOSITE[letter] for letter in letters)
