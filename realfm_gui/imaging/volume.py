"""A series of parallel planes in one array, and where its voxels lie in the patient. numpy only."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.images import Frame, SeriesWarning, Window
from realfm_gui.imaging.derived_window import derived_window, misses_above, spanning_window, window_sample

_OFFSET = 1 << 15
"""Added to a voxel to make the index of a look-up table of it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Volume:
    """Voxels of one series.

    `voxels` is int16 of shape (slices, rows, columns), the slices one behind the other in the order of
    display: along the planes' normal or against it (see `stacking.display_order`). The value of a voxel of
    slice k is ``voxels[k] * slopes[k] + intercepts[k]`` (`slopes`, `intercepts`: shape (slices,)).
    `positions_mm`, shape (slices, 3), is where the first pixel's centre of each slice lies in the patient;
    `orientation` has the six direction cosines of all planes. `spacing_mm` is between rows and between
    columns; `padding` the first and last voxel value outside the image. `warnings` say what is unusual about
    the stack; where planes are missing, an interpolation along the normal is not to be believed. `tags` are
    attributes that all slices share, as in `Frame.tags`. `slice_tags` and `slice_windows` have each slice's
    own, or are empty; the volume opens with the first of `windows`.
    """

    voxels: NDArray[np.int16]
    slopes: NDArray[np.float64]
    intercepts: NDArray[np.float64]
    positions_mm: NDArray[np.float64]
    orientation: tuple[float, ...]
    spacing_mm: tuple[float, float]
    windows: tuple[Window, ...] = ()
    units: str = ""
    modality: str = ""
    shows_low_as_white: bool = False
    is_lossy: bool = False
    padding: tuple[int, int] | None = None
    frame_of_reference_uid: str = ""
    series_uid: str = ""
    warnings: tuple[SeriesWarning, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    slice_tags: tuple[Mapping[str, str], ...] = ()
    slice_windows: tuple[tuple[Window, ...], ...] = ()

    def __post_init__(self) -> None:
        if self.voxels.ndim != 3 or self.voxels.dtype != np.int16:
            raise ValueError("a volume is an int16 array of slices, rows and columns")
        slices = (self.voxels.shape[0],)
        if self.slopes.shape != slices or self.intercepts.shape != slices:
            raise ValueError("a volume has one slope and one intercept per slice")
        if self.positions_mm.shape != (*slices, 3) or len(self.orientation) != 6:
            raise ValueError("a volume has one position per slice and one orientation")
        if {len(self.slice_tags), len(self.slice_windows)} - {0, len(self.voxels)}:
            raise ValueError("a volume has tags and windows of each slice, or of none")

    @property
    def nbytes(self) -> int:
        """Memory of the voxels in bytes."""
        return self.voxels.nbytes

    @property
    def affine(self) -> NDArray[np.float64]:
        """Where a voxel's centre lies: (slice, row, column, 1) to patient (x, y, z, 1), mm, shape (4, 4).

        DICOM's patient axes: towards the left, the back and the head. A tilted gantry is a shear in it. The
        step between slices is the mean one: where the spacing varies (see `warnings`), `positions_mm` is
        exact and this is not. Slices that go against the normal make it left-handed.

        References
        ----------
        DICOM PS3.3 C.7.6.2.1.1.
        """
        along_row, down_column = np.array(self.orientation[:3]), np.array(self.orientation[3:])
        matrix = np.eye(4)
        count = len(self.positions_mm)
        if count > 1:
            matrix[:3, 0] = (self.positions_mm[-1] - self.positions_mm[0]) / (count - 1)
        else:
            matrix[:3, 0] = np.cross(along_row, down_column)
        matrix[:3, 1] = down_column * self.spacing_mm[0]
        matrix[:3, 2] = along_row * self.spacing_mm[1]
        matrix[:3, 3] = self.positions_mm[0]
        return matrix

    def values(self, index: int) -> NDArray[np.float32]:
        """Return the values of a slice (HU for CT), float32, shape (rows, columns)."""
        plane: NDArray[np.float32] = self.voxels[index].astype(np.float32)
        plane *= np.float32(self.slopes[index])
        plane += np.float32(self.intercepts[index])
        return plane

    def frame(self, index: int) -> Frame:
        """Return a slice as the frame that the viewport paints; its pixels are a copy."""
        pixels = (self.voxels[index].view(np.uint16) ^ np.uint16(_OFFSET)).astype(np.uint16)
        x, y, z = (float(number) for number in self.positions_mm[index])
        return Frame(
            pixels=pixels,
            stored_offset=_OFFSET,
            slope=float(self.slopes[index]),
            intercept=float(self.intercepts[index]),
            windows=self.windows_of(index),
            units=self.units,
            modality=self.modality,
            shows_low_as_white=self.shows_low_as_white,
            is_lossy=self.is_lossy,
            spacing_mm=self.spacing_mm,
            spacing_kind="patient",
            aspect=self.spacing_mm[0] / self.spacing_mm[1],
            padding=None if self.padding is None else (self.padding[0] + _OFFSET, self.padding[1] + _OFFSET),
            position_mm=(x, y, z),
            orientation=self.orientation,
            tags=self.tags_of(index),
        )

    def windows_of(self, index: int) -> tuple[Window, ...]:
        """Return the windows of a slice."""
        return self.slice_windows[index] if self.slice_windows else self.windows

    def tags_of(self, index: int | None = None) -> dict[str, str]:
        """Return the attributes of a slice, or those that all slices share."""
        own = {} if index is None or not self.slice_tags else self.slice_tags[index]
        uids = {"SeriesInstanceUID": self.series_uid, "FrameOfReferenceUID": self.frame_of_reference_uid}
        return {**self.tags, **{keyword: uid for keyword, uid in uids.items() if uid}, **own}

    def values_inside(self, index: int, *, sampled: bool = False) -> NDArray[np.float32]:
        """Return a slice's values without its padding, shape (n,), or a sample of them."""
        stored = window_sample(self.voxels[index]) if sampled else self.voxels[index]
        if self.padding is not None:
            stored = stored[(stored < self.padding[0]) | (stored > self.padding[1])]
        values: NDArray[np.float32] = stored.ravel().astype(np.float32)
        values *= np.float32(self.slopes[index])
        values += np.float32(self.intercepts[index])
        return values


def window_from(volume: Volume) -> Window:
    """Return a window from the values inside a volume: it spans those derived from every slice by itself.

    That is how single images of one series get theirs (see `series.arrange`).
    """
    windows = [
        derived_window([volume.values_inside(index, sampled=True)]) for index in range(len(volume.voxels))
    ]
    return spanning_window(windows)


def is_shown_by_its_window(volume: Volume, index: int) -> bool:
    """Whether a slice is seen at a window of its file: there is one, and it does not end below all values."""
    lowest = float(volume.values_inside(index, sampled=True).min(initial=np.inf))
    return bool(volume.windows) and not misses_above(volume.windows, lowest)


def with_window(volume: Volume) -> Volume:
    """Return a volume, all of whose slices are there, that opens with a window at which it is seen."""
    if any(is_shown_by_its_window(volume, index) for index in range(len(volume.voxels))):
        return volume
    return replace(volume, windows=(window_from(volume), *volume.windows), slice_windows=())
