"""A series of parallel planes in one array, and where its voxels lie in the patient. numpy only."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.images import Frame, SeriesWarning, Window
from realfm_gui.imaging.derived_window import derived_window

_OFFSET = 1 << 15
"""Added to a voxel to make the index of a look-up table of it."""
_SAMPLED_SLICES = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Volume:
    """Voxels of one series.

    `voxels` is int16 of shape (slices, rows, columns), sorted along the planes' normal; the value of a voxel
    of slice k is ``voxels[k] * slopes[k] + intercepts[k]`` (`slopes`, `intercepts`: shape (slices,)).
    `positions_mm`, shape (slices, 3), is where the first pixel's centre of each slice lies in the patient;
    `orientation` has the six direction cosines of all planes. `spacing_mm` is between rows and between
    columns; `padding` the first and last voxel value outside the image. `warnings` say what is unusual about
    the stack; where planes are missing, an interpolation along the normal is not to be believed.
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

    def __post_init__(self) -> None:
        if self.voxels.ndim != 3 or self.voxels.dtype != np.int16:
            raise ValueError("a volume is an int16 array of slices, rows and columns")
        slices = (self.voxels.shape[0],)
        if self.slopes.shape != slices or self.intercepts.shape != slices:
            raise ValueError("a volume has one slope and one intercept per slice")
        if self.positions_mm.shape != (*slices, 3) or len(self.orientation) != 6:
            raise ValueError("a volume has one position per slice and one orientation")

    @property
    def nbytes(self) -> int:
        """Memory of the voxels in bytes."""
        return self.voxels.nbytes

    @property
    def affine(self) -> NDArray[np.float64]:
        """Where a voxel's centre lies: (slice, row, column, 1) to patient (x, y, z, 1), mm, shape (4, 4).

        DICOM's patient axes: towards the left, the back and the head. A tilted gantry is a shear in it. The
        step between slices is the mean one: where the spacing varies (see `warnings`), `positions_mm` is
        exact and this is not.

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
            windows=self.windows,
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
            tags={"SeriesInstanceUID": self.series_uid, "FrameOfReferenceUID": self.frame_of_reference_uid},
        )


def window_from(volume: Volume) -> Window:
    """Return a window from the values inside a volume, of a few slices spread over it."""
    count = len(volume.voxels)
    inside = []
    for index in range(0, count, -(-count // _SAMPLED_SLICES)):
        values = volume.values(index)
        if volume.padding is not None:
            first, last = volume.padding
            values = values[(volume.voxels[index] < first) | (volume.voxels[index] > last)]
        inside.append(values.ravel())
    return derived_window(inside)
