"""Which refused files need somebody: a licence text among the images is no trouble, a damaged image is."""

from collections.abc import Sequence
from pathlib import PurePath

_NOT_IMAGES = (
    "This is a text file.",
    "This is a PDF document.",
    "This is an XML or HTML text.",
    "This is a JSON text.",
    "This is a DICOM directory (DICOMDIR), not an image.",
    "It is a DICOM directory (DICOMDIR), not an image.",
    "It is a hidden file.",
)
_FOREIGN = "This is not a DICOM file."
_IMAGE_SUFFIXES = frozenset({"", ".dcm", ".dicom", ".ima", ".png", ".jpg", ".jpeg"})


def is_no_image(file: str, reason: str) -> bool:
    """Whether a file was refused because it never was an image, so that nothing is missing without it.

    A file that bears an image's name (or, as many DICOM files do, no suffix) and cannot be read counts as an
    image that is missing.
    """
    if PurePath(file).suffix.lower() in _IMAGE_SUFFIXES - {""}:
        return False
    return reason in _NOT_IMAGES or (reason == _FOREIGN and bool(PurePath(file).suffix))


def sort_refused(
    refused: Sequence[tuple[str, str]],
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return (images that are missing, files that are no images) of (file, reason) pairs, in their order."""
    missing = [entry for entry in refused if not is_no_image(*entry)]
    return missing, [entry for entry in refused if is_no_image(*entry)]
