"""Regions of an image, and how much of them a viewport showed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rectangle = tuple[float, float, float, float]
"""Top, left, bottom, right in image pixels: edges of pixels, so that pixel 0 reaches from -0.5 to 0.5."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Region:
    """A box on some frames of a case, or a mask within it.

    `frames` are indices into the case's frames. `mask`, boolean of shape (rows, columns) of the whole image,
    says which pixels belong to it; without one the whole box does. `has_size` is False for a mere point, with
    the box laid around it: it can be visible, but is neither large nor small.
    """

    frames: frozenset[int]
    box: Rectangle
    mask: NDArray[np.bool_] | None = None
    has_size: bool = True

    def __post_init__(self) -> None:
        top, left, bottom, right = self.box
        if not (self.frames and bottom > top and right > left):
            raise ValueError("a region lies on a frame and has an area")
        if self.mask is not None and not self.mask.any():
            raise ValueError("a mask without a pixel is no region")

    @classmethod
    def of_mask(cls, frames: frozenset[int], mask: NDArray[np.bool_]) -> "Region":
        """Return the region of a mask, shape (rows, columns); ValueError if nothing is marked."""
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not len(rows):
            raise ValueError("a mask without a pixel is no region")
        box = (rows[0] - 0.5, columns[0] - 0.5, rows[-1] + 0.5, columns[-1] + 0.5)
        top, left, bottom, right = (float(edge) for edge in box)
        return cls(frames=frames, box=(top, left, bottom, right), mask=mask)

    @property
    def extent(self) -> tuple[float, float]:
        """Height and width of the box in image pixels."""
        top, left, bottom, right = self.box
        return bottom - top, right - left

    def area_within(self, part: Rectangle) -> float:
        """Return how much of the region, in image pixels, lies in a rectangle."""
        if self.mask is None:
            return area(overlap(self.box, part))
        # A pixel of a mask counts by its centre.
        top, left, bottom, right = (max(0, int(np.ceil(edge))) for edge in overlap(self.box, part))
        return float(self.mask[top:bottom, left:right].sum())

    @property
    def area(self) -> float:
        """Its area in image pixels."""
        return area(self.box) if self.mask is None else float(self.mask.sum())

    def share_within(self, part: Rectangle) -> float:
        """Return how much of the region lies in a rectangle, 0 to 1."""
        return self.area_within(part) / self.area


def overlap(first: Rectangle, second: Rectangle) -> Rectangle:
    """Return what two rectangles share; its bottom is not below its top where they share nothing."""
    top, left = max(first[0], second[0]), max(first[1], second[1])
    return top, left, max(top, min(first[2], second[2])), max(left, min(first[3], second[3]))


def area(rectangle: Rectangle) -> float:
    """Return the area of a rectangle, 0 where it is turned inside out."""
    top, left, bottom, right = rectangle
    return max(0.0, bottom - top) * max(0.0, right - left)
