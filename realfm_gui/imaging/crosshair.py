"""The cross that three views of a volume share: a place in the patient and the directions of three cuts.

Unturned, the cuts are the standard ones as radiologists hang them: axial seen from the feet (the patient's
right at the left of the picture, front at the top), coronal from the front, sagittal from the left side
(front at the left of the picture); head at the top of both.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from realfm_gui.domain.patient_geometry import MainPlane, Plane, Vector, vector
from realfm_gui.imaging.planes import Reformattable

_RIGHT_AND_DOWN = {
    MainPlane.AXIAL: ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)),
    MainPlane.CORONAL: ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0)),
    MainPlane.SAGITTAL: ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0)),
}
_IDENTITY: tuple[Vector, Vector, Vector] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Crosshair:
    """A place in the patient, and how the three cuts through it are turned.

    `axes` are the turned directions to the left, the back and the head: unit and at right angles.
    """

    position_mm: Vector
    axes: tuple[Vector, Vector, Vector] = _IDENTITY

    def __post_init__(self) -> None:
        matrix = np.array(self.axes)
        if not np.allclose(matrix @ matrix.T, np.eye(3), atol=1e-6) or np.linalg.det(matrix) < 0:
            raise ValueError("a crosshair has three unit axes at right angles, turned and not mirrored")

    @property
    def is_turned(self) -> bool:
        """Whether any cut is oblique."""
        return not np.allclose(self.axes, _IDENTITY, atol=1e-9)

    def moved(self, position_mm: ArrayLike) -> Self:
        """Return the cross at another place: array-like of shape (3,)."""
        return replace(self, position_mm=vector(np.asarray(position_mm, np.float64)))

    def scrolled(self, cut: MainPlane, by_mm: float) -> Self:
        """Return the cross moved along a cut's normal, away from the looker."""
        return self.moved(np.array(self.position_mm) + by_mm * self.normal(cut))

    def turned(self, cut: MainPlane, degrees: float) -> Self:
        """Return the cross turned in the view of a cut, clockwise: the two other cuts become oblique."""
        rotation = _rotation(self.normal(cut), np.radians(degrees))
        first, second, third = (vector(rotation @ axis) for axis in self.axes)
        return replace(self, axes=(first, second, third))

    def normal(self, cut: MainPlane) -> NDArray[np.float64]:
        """Return a cut's normal, away from the looker, shape (3,)."""
        right, down = _RIGHT_AND_DOWN[cut]
        normal: NDArray[np.float64] = np.array(self.axes).T @ np.cross(right, down)
        return normal

    def directions(self, cut: MainPlane) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the directions along rows and down columns of a cut, shape (3,) each.

        Those of the standard cut, turned the shortest way onto the cut's normal: a view does not spin when
        the cross is turned within it.
        """
        right, down = (np.array(direction) for direction in _RIGHT_AND_DOWN[cut])
        standard, normal = np.cross(right, down), self.normal(cut)
        cosine = float(standard @ normal)
        if cosine < -1.0 + 1e-9:
            return -right, down  # half a turn: keep the head, or the back, where it is
        axis = np.cross(standard, normal)
        cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
        shortest = np.eye(3) + cross + cross @ cross / (1.0 + cosine)
        return shortest @ right, shortest @ down


def _rotation(axis: NDArray[np.float64], angle: float) -> NDArray[np.float64]:
    """Return the rotation about a unit axis, right-handed (Rodrigues' formula)."""
    x, y, z = axis
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    rotation: NDArray[np.float64] = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    return rotation


def centred(source: Reformattable) -> Crosshair:
    """Return an unturned cross in the middle of a volume."""
    return Crosshair(position_mm=vector(source.corners_mm().mean(axis=0)))


def cut_plane(
    source: Reformattable, crosshair: Crosshair, cut: MainPlane, *, spacing_mm: float | None = None
) -> Plane:
    """Return a cut through the cross that covers the volume.

    Moving the cross within the cut leaves it as it is: its rectangle depends on volume and directions only.

    Parameters
    ----------
    source : Reformattable
        The volume.
    crosshair : Crosshair
        Place and directions.
    cut : MainPlane
        Which of the three.
    spacing_mm : float, optional
        Of the square pixels; by default the smallest distance of voxels.
    """
    right, down = crosshair.directions(cut)
    normal = crosshair.normal(cut)
    spacing = spacing_mm or float(np.linalg.norm(source.volume.affine[:3, :3], axis=0).min())
    corners = source.corners_mm()
    ends = [(float((corners @ way).min()), float((corners @ way).max())) for way in (down, right)]
    rows, columns = (max(1, int(np.ceil((high - low) / spacing - 1e-6))) for low, high in ends)
    first_row, first_column = (
        (low + high - (count - 1) * spacing) / 2
        for (low, high), count in zip(ends, (rows, columns), strict=True)
    )
    depth = float(normal @ crosshair.position_mm)
    return Plane(
        origin_mm=vector(first_row * down + first_column * right + depth * normal),
        along_row=vector(right),
        down_column=vector(down),
        spacing_mm=(spacing, spacing),
        shape=(rows, columns),
    )


def scroll_range_mm(source: Reformattable, crosshair: Crosshair, cut: MainPlane) -> tuple[float, float]:
    """Return how far the cross may go in the volume along a cut's normal: back (negative), forth."""
    depths = (source.corners_mm() - crosshair.position_mm) @ crosshair.normal(cut)
    return float(depths.min()), float(depths.max())


def scroll_step_mm(source: Reformattable, crosshair: Crosshair, cut: MainPlane) -> float:
    """Return the step along a cut's normal from one layer of voxels to the next.

    Where slices are unevenly spaced, of those that lie closest (but half the mean step at least): no layer is
    passed over.
    """
    layers = np.abs(source.per_mm(crosshair.normal(cut)))
    layers[0] /= max(source.smallest_step, 0.5)
    return 1.0 / float(layers.max())
