"""Where a file's overlay is drawn in the view: numpy only, like `rendering`."""

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.images import OverlayPlane
from realfm_gui.imaging.view_transform import ViewTransform


def painted_plane(
    plane: OverlayPlane, transform: ViewTransform, height: int, width: int
) -> NDArray[np.bool_]:
    """Return which view pixels an overlay covers.

    Enlarged, every dot of the plane is as large as its image pixel. Reduced, a view pixel is covered where
    any dot falls into it: thin lines and small marks never vanish.

    Parameters
    ----------
    plane : OverlayPlane
        It may be larger or smaller than the image, and lie partly outside it.
    transform : ViewTransform
        The one the image is shown with.
    height, width : int
        Size of the view in device pixels.

    Returns
    -------
    ndarray of bool, shape (height, width)
    """
    painted = np.zeros((height, width), np.bool_)
    rows = np.floor(transform.rows_at(height) - plane.row + 0.5).astype(np.intp)
    columns = np.floor(transform.columns_at(width) - plane.column + 0.5).astype(np.intp)
    in_rows = (rows >= 0) & (rows < plane.mask.shape[0])
    in_columns = (columns >= 0) & (columns < plane.mask.shape[1])
    painted[np.ix_(in_rows, in_columns)] = plane.mask[np.ix_(rows[in_rows], columns[in_columns])]
    if min(transform.scale, transform.row_scale) < 1.0:
        _add_dots(painted, plane, transform)
    return painted


def _add_dots(painted: NDArray[np.bool_], plane: OverlayPlane, transform: ViewTransform) -> None:
    height, width = painted.shape
    rows, columns = np.nonzero(plane.mask)
    y, x = transform.image_to_view(0.0, 0.0, height, width)
    at_y = np.floor(y + (rows + plane.row) * transform.row_scale + 0.5).astype(np.intp)
    at_x = np.floor(x + (columns + plane.column) * transform.scale + 0.5).astype(np.intp)
    is_inside = (at_y >= 0) & (at_y < height) & (at_x >= 0) & (at_x < width)
    painted[at_y[is_inside], at_x[is_inside]] = True


def outlined(covered: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the covered pixels that have a neighbour (of four) beside them that is not covered.

    The border of the array counts as covered: a region that goes on beyond the view has no outline there.
    """
    padded = np.pad(covered, 1, mode="edge")
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    outline: NDArray[np.bool_] = covered & ~inner
    return outline


def edged(drawn: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the pixels that touch what is drawn (of four neighbours) and are not drawn themselves."""
    around = np.zeros_like(drawn)
    around[1:] |= drawn[:-1]
    around[:-1] |= drawn[1:]
    around[:, 1:] |= drawn[:, :-1]
    around[:, :-1] |= drawn[:, 1:]
    edge: NDArray[np.bool_] = around & ~drawn
    return edge
