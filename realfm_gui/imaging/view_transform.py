"""Which place of an image lies at which place of the view.

Both sides count pixel centres as whole numbers: image pixel (r, c) covers r ± 1/2, c ± 1/2, and view pixel
(y, x) covers y ± 1/2, x ± 1/2. (A Qt position has its origin at the corner of the first pixel: subtract 1/2
to come here.) The view is measured in device pixels.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewTransform:
    """A zoom and a place.

    `scale` is view pixels per image column; rows get `scale * aspect`, `aspect` being the display height of
    an image pixel over its width. Image position (`center_row`, `center_column`) lies in the view's centre.
    """

    scale: float
    center_row: float
    center_column: float
    aspect: float = 1.0

    def __post_init__(self) -> None:
        if not (self.scale > 0 and self.aspect > 0):
            raise ValueError("a view needs a positive scale and a positive aspect")

    @property
    def row_scale(self) -> float:
        """View pixels per image row."""
        return self.scale * self.aspect

    def image_to_view(self, row: float, column: float, height: int, width: int) -> tuple[float, float]:
        """Return where (y, x) an image position lies in a view of `height` x `width` device pixels."""
        return (
            (row - self.center_row) * self.row_scale + (height - 1) / 2,
            (column - self.center_column) * self.scale + (width - 1) / 2,
        )

    def view_to_image(self, y: float, x: float, height: int, width: int) -> tuple[float, float]:
        """Return the image position (row, column) at a view position: the inverse of `image_to_view`."""
        return (
            self.center_row + (y - (height - 1) / 2) / self.row_scale,
            self.center_column + (x - (width - 1) / 2) / self.scale,
        )

    def rows_at(self, height: int) -> NDArray[np.float64]:
        """Return the image row at the centre of every view row, shape (height,)."""
        return self.center_row + (np.arange(height, dtype=np.float64) - (height - 1) / 2) / self.row_scale

    def columns_at(self, width: int) -> NDArray[np.float64]:
        """Return the image column at the centre of every view column, shape (width,)."""
        return self.center_column + (np.arange(width, dtype=np.float64) - (width - 1) / 2) / self.scale

    def panned(self, down: float, right: float) -> Self:
        """Return the transform after the picture was dragged by so many view pixels."""
        return replace(
            self,
            center_row=self.center_row - down / self.row_scale,
            center_column=self.center_column - right / self.scale,
        )

    def zoomed(self, factor: float, y: float, x: float, height: int, width: int) -> Self:
        """Return the transform magnified by `factor` with what lies at view position (y, x) kept there."""
        row, column = self.view_to_image(y, x, height, width)
        return replace(
            self,
            scale=self.scale * factor,
            center_row=row + (self.center_row - row) / factor,
            center_column=column + (self.center_column - column) / factor,
        )


def fit(rows: int, columns: int, aspect: float, height: int, width: int) -> ViewTransform:
    """Return the transform that shows a whole image as large as possible, centred."""
    scale = min(max(1, width) / columns, max(1, height) / (rows * aspect))
    return ViewTransform(
        scale=scale, center_row=(rows - 1) / 2, center_column=(columns - 1) / 2, aspect=aspect
    )


def at_edge(transform: ViewTransform, edge: str, *, columns: int, width: int) -> ViewTransform:
    """Return a transform moved across so that the image begins at the left, or ends at the right, of a view.

    Parameters
    ----------
    transform : ViewTransform
    edge : str
        "left", "right", or "" for no move.
    columns : int
        Of the image.
    width : int
        Of the view in device pixels.
    """
    half = width / (2 * transform.scale)
    if edge == "left":
        return replace(transform, center_column=half - 0.5)
    if edge == "right":
        return replace(transform, center_column=columns - 0.5 - half)
    return transform


def edge_before_turn(edge: str, *, is_mirrored: bool, quarters: int) -> str:
    """Return which edge of the picture lies at an edge of the screen after it was mirrored, then turned.

    Parameters
    ----------
    edge : str
        Of the screen: "left", "right", or "" for none.
    is_mirrored : bool
        Whether left and right were swapped first.
    quarters : int
        Of a turn, clockwise, 0 to 3.

    Returns
    -------
    str
        "left" or "right" of the picture as stored; "" for none, and for its upper or lower edge.
    """
    if not edge or quarters % 2:
        return ""
    is_swapped = is_mirrored != (quarters == 2)
    return {"left": "right", "right": "left"}[edge] if is_swapped else edge


def chest_wall_edge(modality: str, right: str) -> str:
    """Return the edge of the viewport at which an image hangs: a mammogram with its chest wall, others none.

    So the left and the right breast lie back to back, and nothing but breast is between them.

    Parameters
    ----------
    modality : str
    right : str
        Letters of what lies to the right of the image as shown, such as "P" or "PR"; "" where unknown.

    Returns
    -------
    str
        "left", "right", or "" for the middle.
    """
    if modality != "MG":
        return ""
    return {"P": "right", "A": "left"}.get(right[:1], "")
