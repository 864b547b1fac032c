"""Whether the files of a series are one volume, and what it is besides its voxels. numpy only."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.slice_header import SliceHeader
from realfm_gui.imaging.stacking import (
    SAME_PLACE_MM,
    has_same_direction,
    positions_along_normal,
    stack_warnings,
)
from realfm_gui.imaging.volume import Volume

_BIAS = 1 << 15
_SAME_SPACING = 1e-3
_MOST_VOXELS = 4_000_000_000


def in_order(headers: Sequence[SliceHeader]) -> list[SliceHeader]:
    """Return headers sorted along the normal of the first one's plane; in number where they have no place."""
    orientation = headers[0].orientation
    if orientation is None or any(header.position_mm is None for header in headers):
        return sorted(headers, key=lambda header: header.instance_number)
    along = positions_along_normal(orientation, np.array([header.position_mm for header in headers], float))
    return [headers[i] for i in np.argsort(along, kind="stable")]


def check_volume(headers: Sequence[SliceHeader]) -> None:
    """Refuse what cannot be one volume.

    Parameters
    ----------
    headers : sequence of SliceHeader
        In order.

    Raises
    ------
    UnreadableImage
        Saying what does not fit.
    """
    first = headers[0]
    for header in headers:
        misfit = _misfit(header, first)
        if misfit:
            raise UnreadableImage(f"The images of the series {misfit}: they are no volume.")
    if len(headers) * first.rows * first.columns > _MOST_VOXELS:
        raise UnreadableImage("The series is too large for one volume.")
    positions = np.array([header.position_mm for header in headers], np.float64)
    along = np.sort(positions_along_normal(first.orientation or (), positions))
    if len(headers) > 1 and float(np.diff(along).min()) <= SAME_PLACE_MM:
        raise UnreadableImage("Several images of the series lie at one place: they are no volume.")


def _misfit(header: SliceHeader, first: SliceHeader) -> str:
    if (header.rows, header.columns) != (first.rows, first.columns):
        return "are not of one size"
    if header.position_mm is None or header.orientation is None:
        return "do not say where they lie"
    if header.spacing_mm is None:
        return "have no pixel spacing"
    if not has_same_direction(header.orientation, first.orientation):
        return "differ in orientation"
    if not np.allclose(header.spacing_mm, first.spacing_mm or (), rtol=_SAME_SPACING):
        return "differ in pixel spacing"
    return "" if _storage(header) == _storage(first) else "are stored in different ways"


def _storage(header: SliceHeader) -> tuple[bool, bool, bool]:
    return header.is_signed, header.shows_low_as_white, is_biased(header)


def is_biased(header: SliceHeader) -> bool:
    """Whether stored values are kept less 32768, because they use all 16 bits without a sign."""
    return not header.is_signed and header.bits_stored == 16


def volume_of(headers: Sequence[SliceHeader], voxels: NDArray[np.int16]) -> Volume:
    """Return the volume of checked headers, in order, and their voxels, shape (slices, rows, columns)."""
    first = headers[0]
    assert first.orientation is not None  # checked
    assert first.spacing_mm is not None
    bias = _BIAS if is_biased(first) else 0
    slopes = np.array([header.slope for header in headers], np.float64)
    intercepts = np.array([header.intercept for header in headers], np.float64)
    positions = np.array([header.position_mm for header in headers], np.float64)
    padding = first.padding
    return Volume(
        voxels=voxels,
        slopes=slopes,
        intercepts=intercepts + bias * slopes,
        positions_mm=positions,
        orientation=first.orientation,
        spacing_mm=first.spacing_mm,
        windows=first.windows,
        units=first.units,
        modality=first.modality,
        shows_low_as_white=first.shows_low_as_white,
        is_lossy=first.is_lossy,
        padding=None if padding is None else (padding[0] - bias, padding[1] - bias),
        frame_of_reference_uid=first.frame_of_reference_uid,
        series_uid=first.series_uid,
        warnings=tuple(stack_warnings(first.orientation, positions)),
    )
