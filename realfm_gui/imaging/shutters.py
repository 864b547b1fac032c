"""The display shutter: what the file asks to be hidden around the picture (PS3.3 C.7.6.11)."""

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset
from pydicom.multival import MultiValue

from realfm_gui.imaging.dataset import number, numbers

_BLACK = 0
_P_VALUES = 0xFFFF
_MOST_COORDINATES = 2000
"""A polygon of more corners than this is damage: it would keep the decoder busy, not hide anything."""


def shutter_of(
    dataset: FileDataset, rows: int, columns: int, aspect: float = 1.0
) -> NDArray[np.bool_] | None:
    """Return what the shutter hides.

    Several shapes hide what any of them hides: the opening is their intersection.

    Parameters
    ----------
    dataset : FileDataset
        Of the image.
    rows, columns : int
        Size of the image.
    aspect : float
        Display height of a pixel over its width: a circular shutter is round on screen.

    Returns
    -------
    ndarray of bool, shape (rows, columns), or None
        True where the image is hidden; None where there is no shutter, it is damaged, or it hides nothing
        or everything (a picture that is all shutter is a mistake in the header).
    """
    open_part: NDArray[np.bool_] | None = None
    for shape in _shapes(dataset):
        found = _OPENINGS[shape](dataset, *_grid(rows, columns), aspect)
        if found is not None:
            open_part = found if open_part is None else open_part & found
    if open_part is None or open_part.all() or not open_part.any():
        return None
    return ~open_part


def shutter_grey_of(dataset: FileDataset) -> int:
    """Return the grey level (0 to 255) the file wants its shutter painted in; black where it says none."""
    value = number(dataset, "ShutterPresentationValue")
    if value is None or not 0 <= value <= _P_VALUES:
        return _BLACK
    return round(value * 255 / _P_VALUES)


def _shapes(dataset: Dataset) -> list[str]:
    value = dataset.get("ShutterShape")
    listed = list(value) if isinstance(value, (list, tuple, MultiValue)) else [value]
    return [
        shape for shape in dict.fromkeys(str(item).strip().upper() for item in listed) if shape in _OPENINGS
    ]


def _rectangle(
    dataset: Dataset, row: NDArray[np.float64], column: NDArray[np.float64], _: float
) -> NDArray[np.bool_] | None:
    edges = [
        number(dataset, f"Shutter{name}Edge")
        for name in ("UpperHorizontal", "LowerHorizontal", "LeftVertical", "RightVertical")
    ]
    if any(edge is None for edge in edges):
        return None
    upper, lower, left, right = (float(edge) for edge in edges if edge is not None)
    return (row >= upper) & (row <= lower) & (column >= left) & (column <= right)


def _circle(
    dataset: Dataset, row: NDArray[np.float64], column: NDArray[np.float64], aspect: float
) -> NDArray[np.bool_] | None:
    center = numbers(dataset, "CenterOfCircularShutter", 2)
    radius = number(dataset, "RadiusOfCircularShutter")  # counts columns
    if center is None or radius is None or radius <= 0:
        return None
    opening: NDArray[np.bool_] = ((row - center[0]) * aspect) ** 2 + (column - center[1]) ** 2 <= radius**2
    return opening


def _polygon(
    dataset: Dataset, row: NDArray[np.float64], column: NDArray[np.float64], _: float
) -> NDArray[np.bool_] | None:
    flat = numbers(dataset, "VerticesOfThePolygonalShutter")
    if flat is None or not 6 <= len(flat) <= _MOST_COORDINATES or len(flat) % 2:
        return None
    vertices = np.array(flat, np.float64).reshape(-1, 2)
    inside = np.zeros((len(row), column.shape[1]), np.bool_)
    edge = np.zeros_like(inside)
    # Even-odd rule, one edge at a time: a ray to the right crosses it or not. Pixel centres on an edge show.
    for (r1, c1), (r2, c2) in zip(vertices, np.roll(vertices, -1, axis=0), strict=True):
        cross = (column - c1) * (r2 - r1) - (row - r1) * (c2 - c1)
        between = (row >= min(r1, r2)) & (row <= max(r1, r2))
        between = between & (column >= min(c1, c2)) & (column <= max(c1, c2))
        edge |= between & (cross == 0)
        if r1 != r2:
            is_left = cross < 0 if r2 > r1 else cross > 0
            inside ^= (row >= min(r1, r2)) & (row < max(r1, r2)) & is_left
    return inside | edge


def _grid(rows: int, columns: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return row numbers (rows, 1) and column numbers (1, columns); the standard counts from 1 here."""
    return np.arange(1.0, rows + 1)[:, None], np.arange(1.0, columns + 1)[None, :]


_OPENINGS = {"RECTANGULAR": _rectangle, "CIRCULAR": _circle, "POLYGONAL": _polygon}
