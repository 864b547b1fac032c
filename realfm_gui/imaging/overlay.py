"""Painting a saliency map over an image: exactly in place, on a fixed colour scale.

The map keeps its own grid and raw scale up to here. It is sampled at the centres of the view's pixels, so the
peak of a map lies where its cell lies on the image, at every zoom.

References
----------
The colours are the map "inferno" by N. J. Smith and S. van der Walt (2015), released under CC0: lightness
rises evenly, and readers with colour vision deficiency see the same order. Its control points are written
down here, the rest is interpolated linearly.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.prediction import SaliencyMap
from realfm_gui.imaging.view_transform import ViewTransform

_CONTROL_POINTS = (
    (0, 0, 4),
    (10, 7, 34),
    (30, 12, 69),
    (56, 9, 98),
    (81, 14, 108),
    (105, 22, 110),
    (128, 31, 108),
    (152, 39, 102),
    (176, 49, 91),
    (198, 61, 77),
    (217, 77, 61),
    (233, 97, 43),
    (244, 121, 24),
    (250, 148, 7),
    (252, 176, 20),
    (248, 205, 55),
    (242, 234, 105),
    (252, 255, 164),
)
"""RGB at every 15th of 256 steps."""

_REACH = 1.0
"""Cells that an outer cell's centre may lie from the image's edge to be drawn up to it. Its own half cell is
0.5; what the model's grid leaves over beyond that is rounding, not a part of the image it did not look at."""

_TRANSPARENT = 0
_STEPS = 16 * 256
"""Enough for 256 colours and a threshold that cuts within one of them; few enough to stay in the cache."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaliencyView:
    """A map at the resolution of the view, not yet coloured.

    `steps` has shape (height, width) in the type numpy looks up fastest: 0 where there is no map, 1 to 4096
    from the lower to the upper end of `value_range` (raw scale), values outside it at its ends.
    """

    steps: NDArray[np.intp]
    value_range: tuple[float, float]


def sample_saliency(
    saliency: SaliencyMap,
    transform: ViewTransform,
    height: int,
    width: int,
    *,
    value_range: tuple[float, float],
    native: bool = False,
    rectangle: tuple[int, int, int, int] | None = None,
    image_shape: tuple[int, int] | None = None,
) -> SaliencyView:
    """Sample a map at the centres of the view's pixels: needed anew when the place changes.

    Parameters
    ----------
    saliency : SaliencyMap
        Its geometry places the centre of each cell on the image.
    transform : ViewTransform
        The one the image is shown with.
    height, width : int
        Size of the view in device pixels.
    value_range : (float, float)
        Raw values at the ends of the colour bar. One range per map (or study), whatever is in view.
    native : bool
        Show the cells as the model has them instead of interpolating between their centres.
    rectangle : (int, int, int, int), optional
        The part of the view that shows image (`ViewPixels.rectangle`); nothing is painted outside it.
    image_shape : (int, int), optional
        Rows and columns of the image. Where they are given, an outer cell that ends less than half a cell
        before the image's edge is continued up to it with its own value; one that ends earlier (the map of
        a crop) is not.
    """
    low, high = value_range
    if not high > low:
        raise ValueError(f"a colour bar needs a range, not {low} to {high}")
    geometry = saliency.geometry
    grid_rows = (transform.rows_at(height) - geometry.row_offset) / geometry.row_step
    grid_columns = (transform.columns_at(width) - geometry.column_offset) / geometry.column_step
    top, left, bottom, right = rectangle or (0, 0, height, width)
    rows, columns = image_shape or (None, None)
    row_ends = _ends(saliency.values.shape[0], geometry.row_offset, geometry.row_step, rows)
    column_ends = _ends(saliency.values.shape[1], geometry.column_offset, geometry.column_step, columns)
    shown_rows = _within(grid_rows, row_ends, top, bottom)
    shown_columns = _within(grid_columns, column_ends, left, right)
    scaled = (np.asarray(saliency.values, np.float32) - np.float32(low)) / np.float32(high - low)
    scaled[~np.isfinite(scaled)] = np.nan
    # Columns first: then the long second pass reads contiguous rows of the view's width.
    steps = _interpolated(scaled.T, grid_columns[shown_columns], native=native).T
    steps = _interpolated(np.ascontiguousarray(steps), grid_rows[shown_rows], native=native)
    steps *= _STEPS - 1
    steps += 1.5
    np.clip(steps, 1, _STEPS, out=steps)
    if np.isnan(scaled).any():
        steps[np.isnan(steps)] = _TRANSPARENT
    result = np.zeros((height, width), np.intp)
    result[shown_rows, shown_columns] = steps
    return SaliencyView(steps=result, value_range=value_range)


def _ends(count: int, offset: float, step: float, size: int | None) -> tuple[float, float]:
    """Return where a map of `count` cells ends along one axis, in cells from the first one's centre."""
    first, last = -0.5, count - 0.5
    if size is None:
        return first, last
    near, far = (-0.5 - offset) / step, (size - 0.5 - offset) / step
    return (
        near if -_REACH < near < first else first,
        far if last < far < count - 1 + _REACH else last,
    )


def _within(positions: NDArray[np.float64], ends: tuple[float, float], first: int, last: int) -> slice:
    # Positions increase; those on the grid, its outer cells up to their outer border, are one run.
    start, stop = np.searchsorted(positions, ends)
    start = max(first, int(start))
    return slice(start, max(start, min(last, int(stop))))


def _interpolated(
    values: NDArray[np.float32], positions: NDArray[np.float64], *, native: bool
) -> NDArray[np.float32]:
    """Return values (cells, n) at positions along their first axis, shape (len(positions), n)."""
    at = np.clip(positions, 0, len(values) - 1)
    if native:
        nearest: NDArray[np.float32] = values[np.floor(at + 0.5).astype(np.intp)]
        return nearest
    first = at.astype(np.intp)
    result: NDArray[np.float32] = values[first]
    difference = values[np.minimum(first + 1, len(values) - 1)]
    difference -= result
    difference *= (at - first).astype(np.float32)[:, None]
    result += difference
    return result


def colour_saliency(view: SaliencyView, *, threshold: float, opacity: float) -> NDArray[np.uint8]:
    """Colour a sampled map: one look-up, fast enough for a drag of the opacity.

    Parameters
    ----------
    view : SaliencyView
        From `sample_saliency`.
    threshold : float
        Raw value below which nothing is painted.
    opacity : float
        0 to 1.

    Returns
    -------
    ndarray of uint8, shape (height, width, 4)
        RGBA, premultiplied.
    """
    low, high = view.value_range
    table = np.zeros(_STEPS + 1, np.uint32)
    colours = np.rint(colour_bar(256) * min(1.0, max(0.0, opacity))).astype(np.uint8)
    table[1:] = np.repeat(colours.view(np.uint32)[:, 0], _STEPS // 256)
    first_shown = 1 + (threshold - low) / (high - low) * (_STEPS - 1)
    table[1 : int(min(_STEPS + 1, max(1.0, np.ceil(first_shown))))] = 0
    out = np.empty(view.steps.shape, np.uint32)
    np.take(table, view.steps, out=out, mode="clip")
    rgba: NDArray[np.uint8] = out.view(np.uint8).reshape(*view.steps.shape, 4)
    return rgba


def paint_saliency(
    saliency: SaliencyMap,
    transform: ViewTransform,
    height: int,
    width: int,
    *,
    threshold: float,
    opacity: float,
    value_range: tuple[float, float],
    native: bool = False,
    rectangle: tuple[int, int, int, int] | None = None,
    image_shape: tuple[int, int] | None = None,
) -> NDArray[np.uint8]:
    """Return a map as premultiplied RGBA at view resolution, shape (height, width, 4).

    `threshold` is on the map's raw scale. A flat map says nothing about the place and gives nothing to see.
    `sample_saliency` and `colour_saliency` are its two halves, for callers that change one at a time.
    """
    if saliency.is_flat or not value_range[1] > value_range[0]:
        return np.zeros((height, width, 4), np.uint8)
    view = sample_saliency(
        saliency,
        transform,
        height,
        width,
        value_range=value_range,
        native=native,
        rectangle=rectangle,
        image_shape=image_shape,
    )
    return colour_saliency(view, threshold=threshold, opacity=opacity)


def value_range_of(saliency: SaliencyMap) -> tuple[float, float]:
    """Return the raw range of a map's finite values, (0, 0) if there are none."""
    finite = saliency.values[np.isfinite(saliency.values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


def colour_bar(count: int) -> NDArray[np.uint8]:
    """Return `count` opaque colours from the lower to the upper end of the range, shape (count, 4), RGBA."""
    points = np.array(_CONTROL_POINTS, np.float64)
    at = np.linspace(0, len(points) - 1, count)
    colours = [np.interp(at, np.arange(len(points)), points[:, channel]) for channel in range(3)]
    rgba: NDArray[np.uint8] = np.rint(np.stack([*colours, np.full(count, 255.0)], axis=1)).astype(np.uint8)
    return rgba
