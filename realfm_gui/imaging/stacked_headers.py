"""Whether the files of a series are one volume, and what it is besides its voxels. numpy only."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.images import Window
from realfm_gui.imaging.derived_window import FULL_RANGE
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.slice_header import SliceHeader
from realfm_gui.imaging.stacking import (
    SAME_PLACE_MM,
    display_order,
    has_same_direction,
    positions_along_normal,
    stack_warnings,
)
from realfm_gui.imaging.volume import Volume

_BIAS = 1 << 15
_SAME_SPACING = 1e-3
_MOST_VOXELS = 4_000_000_000


class PlacedPlane(Protocol):
    """What lies somewhere in the patient: the header of a file or a decoded frame."""

    @property
    def rows(self) -> int:
        """Height in pixels."""

    @property
    def columns(self) -> int:
        """Width in pixels."""

    @property
    def position_mm(self) -> tuple[float, float, float] | None:
        """Of the first pixel's centre."""

    @property
    def orientation(self) -> tuple[float, ...] | None:
        """Six direction cosines."""

    @property
    def spacing_mm(self) -> tuple[float, float] | None:
        """Between rows, between columns."""


def in_order(headers: Sequence[SliceHeader]) -> list[SliceHeader]:
    """Return headers in the order of display (`display_order`); in number where they have no place."""
    orientation = headers[0].orientation
    if orientation is None or any(header.position_mm is None for header in headers):
        return sorted(headers, key=lambda header: header.instance_number)
    positions = np.array([header.position_mm for header in headers], float)
    return [headers[i] for i in display_order(orientation, positions)]


def check_volume(headers: Sequence[SliceHeader]) -> None:
    """Refuse files that cannot be one volume.

    Parameters
    ----------
    headers : sequence of SliceHeader
        In any order.

    Raises
    ------
    UnreadableImage
        Saying what does not fit.
    """
    check_planes(headers)
    if any(_storage(header) != _storage(headers[0]) for header in headers):
        raise no_volume("are stored in different ways")


def check_planes(planes: Sequence[PlacedPlane]) -> None:
    """Refuse planes that do not lie one behind the other, each at a place of its own.

    Parameters
    ----------
    planes : sequence of SliceHeader or of Frame
        In any order.

    Raises
    ------
    UnreadableImage
        Saying what does not fit.
    """
    first = planes[0]
    for plane in planes:
        misfit = _misfit(plane, first)
        if misfit:
            raise no_volume(misfit)
    if len(planes) * first.rows * first.columns > _MOST_VOXELS:
        raise UnreadableImage("The series is too large for one volume.")
    positions = np.array([plane.position_mm for plane in planes], np.float64)
    along = np.sort(positions_along_normal(first.orientation or (), positions))
    if len(planes) > 1 and float(np.diff(along).min()) <= SAME_PLACE_MM:
        raise UnreadableImage("Several images of the series lie at one place: they are no volume.")


def no_volume(misfit: str) -> UnreadableImage:
    """Return the refusal of a series, such as of one whose images "are not of one size"."""
    return UnreadableImage(f"The images of the series {misfit}: they are no volume.")


def _misfit(plane: PlacedPlane, first: PlacedPlane) -> str:
    if (plane.rows, plane.columns) != (first.rows, first.columns):
        return "are not of one size"
    if plane.position_mm is None or plane.orientation is None:
        return "do not say where they lie"
    if plane.spacing_mm is None:
        return "have no pixel spacing"
    if not has_same_direction(plane.orientation, first.orientation):
        return "differ in orientation"
    is_spaced_alike = plane.spacing_mm == first.spacing_mm
    if not is_spaced_alike and not np.allclose(plane.spacing_mm, first.spacing_mm or (), rtol=_SAME_SPACING):
        return "differ in pixel spacing"
    return ""


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
        windows=first.windows or _full_range(first),
        units=first.units,
        modality=first.modality,
        shows_low_as_white=first.shows_low_as_white,
        is_lossy=any(header.is_lossy for header in headers),
        padding=None if padding is None else (padding[0] - bias, padding[1] - bias),
        frame_of_reference_uid=first.frame_of_reference_uid,
        series_uid=first.series_uid,
        warnings=tuple(stack_warnings(first.orientation, positions)),
        slice_tags=tuple(_tags(header) for header in headers),
        slice_windows=own_windows([header.windows for header in headers]),
    )


def _full_range(header: SliceHeader) -> tuple[Window, ...]:
    # Eight bits without rescale were rendered by whoever wrote them: shown as they are.
    is_plain = not header.is_signed and (header.slope, header.intercept) == (1.0, 0.0)
    return (FULL_RANGE,) if header.bits_stored == 8 and is_plain else ()


def _tags(header: SliceHeader) -> dict[str, str]:
    number = {"InstanceNumber": str(header.instance_number)} if header.instance_number else {}
    return {**number, **header.tags, "ImageFile": header.path.name}


def own_windows(windows: Sequence[tuple[Window, ...]]) -> tuple[tuple[Window, ...], ...]:
    """Return the windows of each slice, nothing where all have the same or some have none."""
    return tuple(windows) if all(windows) and any(each != windows[0] for each in windows) else ()
