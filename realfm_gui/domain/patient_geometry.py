"""Where images lie in the patient: planes, the lines in which they cross, the letters at their edges.

Patient coordinates are DICOM's: x towards the left, y towards the back, z towards the head, in mm. Image
positions are (row, column) with pixel centres at whole numbers, as in `ViewTransform`: an image of n rows
reaches from -0.5 to n - 0.5.

References
----------
DICOM PS3.3 C.7.6.2.1.1 (image plane), C.7.6.1.1.1 (patient orientation).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.domain.images import Frame

Vector = tuple[float, float, float]
ImagePoint = tuple[float, float]
"""(row, column)."""

OBLIQUE_LIMIT = 0.35
"""A further letter is written where a direction leans at least this much (cosine, about 20°) that way."""

_PARALLEL = 1e-3
"""Sine of the angle below which two planes cross nowhere worth drawing: cosines in files are rounded."""
_UNIT_TOLERANCE = 1e-6
_FILE_TOLERANCE = 1e-2
_POSITIVE, _NEGATIVE = "LPH", "RAF"
_OPPOSITE = dict(zip(_POSITIVE + _NEGATIVE, _NEGATIVE + _POSITIVE, strict=True))


class MainPlane(StrEnum):
    """The three standard ways to cut a patient."""

    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """A rectangle of pixels in the patient.

    `origin_mm` is the first pixel's centre; `along_row` the unit direction in which columns are counted (to
    the right of the picture), `down_column` the one in which rows are. `spacing_mm` is (between rows, between
    columns), `shape` (rows, columns).
    """

    origin_mm: Vector
    along_row: Vector
    down_column: Vector
    spacing_mm: tuple[float, float]
    shape: tuple[int, int]

    def __post_init__(self) -> None:
        across, down = np.array(self.along_row), np.array(self.down_column)
        products = np.array([across @ across - 1.0, down @ down - 1.0, across @ down])
        if not np.abs(products).max() < _UNIT_TOLERANCE:
            raise ValueError("a plane needs two unit directions at right angles (see Plane.placed)")
        if not np.isfinite(self.origin_mm).all():
            raise ValueError(f"a plane needs a place, not {self.origin_mm}")
        if not (min(self.spacing_mm) > 0 and np.isfinite(self.spacing_mm).all()):
            raise ValueError(f"a plane needs a positive spacing, not {self.spacing_mm}")
        if min(self.shape) < 1:
            raise ValueError(f"a plane has one row and one column at least, not {self.shape}")

    @classmethod
    def placed(
        cls,
        position_mm: Iterable[float],
        orientation: Sequence[float],
        spacing_mm: tuple[float, float],
        shape: tuple[int, int],
    ) -> Self:
        """Return the plane of an image from its attributes, their rounding taken out.

        Parameters
        ----------
        position_mm : iterable of 3 floats
            Image Position (Patient).
        orientation : sequence of 6 floats
            Image Orientation (Patient): direction cosines of the rows, then of the columns.
        spacing_mm : (float, float)
            Between rows, between columns.
        shape : (int, int)
            Rows, columns.

        Raises
        ------
        ValueError
            If the cosines are not two unit directions at right angles, to a hundredth.
        """
        across, down = np.array(orientation[:3], np.float64), np.array(orientation[3:], np.float64)
        products = np.array([across @ across - 1.0, down @ down - 1.0, across @ down])
        if not np.abs(products).max() < _FILE_TOLERANCE:
            raise ValueError(f"{tuple(orientation)} are no directions of rows and columns")
        across /= np.linalg.norm(across)
        down -= (down @ across) * across
        return cls(
            origin_mm=vector(position_mm),
            along_row=vector(across),
            down_column=vector(down / np.linalg.norm(down)),
            spacing_mm=spacing_mm,
            shape=shape,
        )

    @property
    def normal(self) -> NDArray[np.float64]:
        """Unit direction away from the looker, shape (3,): right x down."""
        return np.cross(self.along_row, self.down_column)

    @property
    def affine(self) -> NDArray[np.float64]:
        """(row, column, mm along the normal, 1) to patient (x, y, z, 1) in mm, shape (4, 4)."""
        matrix = np.eye(4)
        matrix[:3, 0] = np.array(self.down_column) * self.spacing_mm[0]
        matrix[:3, 1] = np.array(self.along_row) * self.spacing_mm[1]
        matrix[:3, 2] = self.normal
        matrix[:3, 3] = self.origin_mm
        return matrix

    @property
    def centre_mm(self) -> NDArray[np.float64]:
        """The patient position of the middle of the image, shape (3,)."""
        return self.position_mm((self.shape[0] - 1) / 2, (self.shape[1] - 1) / 2)

    def position_mm(self, row: ArrayLike, column: ArrayLike) -> NDArray[np.float64]:
        """Return the patient positions of image positions: numbers or arrays of one shape, (..., 3)."""
        rows, columns = np.asarray(row, np.float64)[..., None], np.asarray(column, np.float64)[..., None]
        matrix = self.affine
        position: NDArray[np.float64] = rows * matrix[:3, 0] + columns * matrix[:3, 1] + matrix[:3, 3]
        return position

    def pixel_of(self, position_mm: ArrayLike) -> NDArray[np.float64]:
        """Return (row, column, mm along the normal) of patient positions (..., 3), shape (..., 3).

        The inverse of `position_mm` where the third is 0; elsewhere the foot of the perpendicular.
        """
        offset = np.asarray(position_mm, np.float64) - self.origin_mm
        along = np.stack([offset @ self.down_column, offset @ self.along_row, offset @ self.normal], axis=-1)
        pixel: NDArray[np.float64] = along / (*self.spacing_mm, 1.0)
        return pixel

    def contains(self, row: float, column: float) -> bool:
        """Whether an image position lies on a pixel."""
        rows, columns = self.shape
        return -0.5 <= row <= rows - 0.5 and -0.5 <= column <= columns - 0.5

    def corners_mm(self) -> NDArray[np.float64]:
        """Return the outer corners of the corner pixels in patient coordinates, shape (4, 3)."""
        last_row, last_column = self.shape[0] - 0.5, self.shape[1] - 0.5
        return self.position_mm([-0.5, -0.5, last_row, last_row], [-0.5, last_column, -0.5, last_column])

    def moved(self, shift_mm: ArrayLike) -> Self:
        """Return the plane elsewhere: `shift_mm` in patient coordinates, shape (3,)."""
        return replace(self, origin_mm=vector(np.add(self.origin_mm, shift_mm)))


def plane_of(frame: Frame) -> Plane | None:
    """Return where a frame lies in the patient; None where its file does not say, or not in patient mm."""
    if frame.position_mm is None or frame.orientation is None or frame.spacing_mm is None:
        return None
    if frame.spacing_kind != "patient":
        return None
    return Plane.placed(frame.position_mm, frame.orientation, frame.spacing_mm, (frame.rows, frame.columns))


def reference_line(plane: Plane, other: Plane) -> tuple[ImagePoint, ImagePoint] | None:
    """Return the line in which another image crosses this one: what localisers show.

    Returns
    -------
    two (row, column) on `plane`, or None
        The ends of the line, cut to both images. None where the planes are parallel or where the images,
        as large as they are, do not meet.
    """
    if np.linalg.norm(np.cross(plane.normal, other.normal)) < _PARALLEL:
        return None
    # How far off the other plane an image position lies is linear: zero on the line looked for.
    at_origin = float(other.pixel_of(plane.origin_mm)[2])
    slope = np.array([other.normal @ plane.down_column, other.normal @ plane.along_row])
    slope *= plane.spacing_mm
    start = -at_origin * slope / (slope @ slope)
    direction = np.array([-slope[1], slope[0]]) / np.linalg.norm(slope)
    on_other = other.pixel_of(
        plane.position_mm([start[0], start[0] + direction[0]], [start[1], start[1] + direction[1]])
    )
    reach = (-np.inf, np.inf)
    for first, step, count in (
        (start[0], direction[0], plane.shape[0]),
        (start[1], direction[1], plane.shape[1]),
        (on_other[0, 0], on_other[1, 0] - on_other[0, 0], other.shape[0]),
        (on_other[0, 1], on_other[1, 1] - on_other[0, 1], other.shape[1]),
    ):
        reach = _cut(reach, float(first), float(step), count)
    if not reach[0] < reach[1]:
        return None
    near, far = start + reach[0] * direction, start + reach[1] * direction
    return (float(near[0]), float(near[1])), (float(far[0]), float(far[1]))


def _cut(reach: tuple[float, float], first: float, step: float, count: int) -> tuple[float, float]:
    """Cut a range of t to where first + t * step lies within an image of `count` rows or columns."""
    low, high = -0.5 - first, count - 0.5 - first
    if abs(step) < 1e-12:
        return reach if low <= 0 <= high else (0.0, 0.0)
    near, far = sorted((low / step, high / step))
    return max(reach[0], near), min(reach[1], far)


def main_plane(orientation: Sequence[float]) -> MainPlane:
    """Return which standard plane an image comes nearest to, from its six direction cosines."""
    normal = np.abs(np.cross(orientation[:3], orientation[3:]))
    return (MainPlane.SAGITTAL, MainPlane.CORONAL, MainPlane.AXIAL)[int(np.argmax(normal))]


def direction_letters(direction: Sequence[float]) -> str:
    """Return the letters of a direction in the patient, the main one first: "L", "AH", "PLF".

    Parameters
    ----------
    direction : sequence of 3 floats
        Need not be of unit length.

    Returns
    -------
    str
        L or R (left, right), P or A (posterior, anterior), H or F (head, feet). One letter, and further ones
        where the direction leans at least about 20° their way. "" for no direction.
    """
    length = float(np.linalg.norm(direction))
    if not length > 0:
        return ""
    # Rounded: of two equal parts the first in x, y, z order leads, whatever the last digit says.
    cosines = np.round(np.asarray(direction, np.float64) / length, 9)
    order = np.argsort(-np.abs(cosines), kind="stable")
    return "".join(
        _POSITIVE[axis] if cosines[axis] > 0 else _NEGATIVE[axis]
        for rank, axis in enumerate(order)
        if rank == 0 or abs(cosines[axis]) >= OBLIQUE_LIMIT
    )


def opposite_letters(letters: str) -> str:
    """Return the letters of the opposite direction: "FR" for "HL"."""
    return "".join(_OPPOSITE[letter] for letter in letters)


def vector(numbers: Iterable[float]) -> Vector:
    """Return three numbers as the plain floats that values here are made of."""
    x, y, z = (float(number) for number in numbers)
    return x, y, z
