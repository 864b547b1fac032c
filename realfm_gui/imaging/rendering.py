"""What the viewport paints: reduce to the resolution of the view first, then look up.

numpy only, so that the window can import it at start. Pixels stay 16-bit until the last step; a new window
costs one look-up at the resolution of the view, a new place one resampling.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.images import Frame, Window
from realfm_gui.imaging.view_transform import ViewTransform, fit

__all__ = [
    "Pyramid",
    "ViewPixels",
    "ViewTransform",
    "apply",
    "build_pyramid",
    "default_window",
    "fit",
    "lookup_table",
    "resample",
]

Pixels = NDArray[np.uint16] | NDArray[np.uint8] | NDArray[Any]

TABLE_SIZE = 1 << 16
_SMALLEST_LEVEL = 16
_STRIP_ROWS = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Pyramid:
    """An image at full, half, quarter, ... size, each level the area average of the one before.

    `levels` are uint16 (rows, columns) or uint8 (rows, columns, 3). Pixel i of level k covers pixels
    i * 2^k to (i + 1) * 2^k - 1 of the image, fewer at the far edge. `shutter` and `shutter_grey` are those
    of the frame.
    """

    levels: tuple[Pixels, ...]
    shutter: NDArray[np.bool_] | None = None
    shutter_grey: int = 0

    @property
    def nbytes(self) -> int:
        """Memory of all levels below the image itself."""
        return sum(level.nbytes for level in self.levels[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewPixels:
    """An image at the resolution of the view, not yet windowed.

    `pixels` holds only the part of the view that shows image: shape (bottom - top, right - left[, 3]);
    uint8 for colour, and for grey indices of a look-up table in the type that numpy looks up fastest.
    `rectangle` is (top, left, bottom, right) in view pixels, ends excluded; the rest of the `height` x
    `width` view is black. `hidden` (boolean, of the pixels' height and width) is what the file's shutter
    covers, painted in `hidden_grey`.
    """

    pixels: NDArray[np.intp] | NDArray[np.uint8]
    rectangle: tuple[int, int, int, int]
    height: int
    width: int
    hidden: NDArray[np.bool_] | None = None
    hidden_grey: int = 0


def build_pyramid(frame: Frame) -> Pyramid:
    """Reduce a frame by area averaging until it is smaller than any view (once, at load)."""
    levels: list[Pixels] = [frame.pixels]
    while min(levels[-1].shape[:2]) >= 2 * _SMALLEST_LEVEL:
        levels.append(_halved(levels[-1]))
    return Pyramid(levels=tuple(levels), shutter=frame.shutter, shutter_grey=frame.shutter_grey)


def _halved(pixels: Pixels) -> Pixels:
    rows, columns = pixels.shape[:2]
    if rows % 2 or columns % 2:
        # The last pixel averages what there is: repeating the edge is the same as leaving it out.
        edge = ((0, rows % 2), (0, columns % 2), (0, 0))[: pixels.ndim]
        pixels = np.pad(pixels, edge, mode="edge")
    wide = np.uint32 if pixels.dtype == np.uint16 else np.uint16
    rows_summed: NDArray[Any] = np.add(pixels[0::2], pixels[1::2], dtype=wide)
    total: NDArray[Any] = rows_summed[:, 0::2] + rows_summed[:, 1::2]
    total += 2
    total >>= 2
    return total.astype(pixels.dtype)


def resample(
    pyramid: Pyramid, transform: ViewTransform, height: int, width: int, *, smooth: bool = True
) -> ViewPixels:
    """Return an image at the resolution of a view.

    Parameters
    ----------
    pyramid : Pyramid
        From `build_pyramid`.
    transform : ViewTransform
        Zoom and place.
    height, width : int
        Size of the view in device pixels.
    smooth : bool
        Bilinear between the pixel centres of the level that comes nearest to the view's resolution; else
        the nearest pixel of the image itself.
    """
    rows, columns = pyramid.levels[0].shape[:2]
    image_rows, image_columns = transform.rows_at(height), transform.columns_at(width)
    top, bottom = _inside(image_rows, rows)
    left, right = _inside(image_columns, columns)
    image_rows, image_columns = image_rows[top:bottom], image_columns[left:right]
    nearest_rows = np.floor(image_rows + 0.5).astype(np.intp)
    nearest_columns = np.floor(image_columns + 0.5).astype(np.intp)
    if smooth:
        level = _level(pyramid, transform)
        pixels = _bilinear(
            pyramid.levels[level], _on_level(image_rows, level), _on_level(image_columns, level)
        )
    else:
        pixels = pyramid.levels[0][nearest_rows].take(nearest_columns, axis=1)
    hidden = None
    if pyramid.shutter is not None:
        hidden = pyramid.shutter[nearest_rows].take(nearest_columns, axis=1)
    # numpy would convert narrow indices at every look-up: half of a window/level drag's time.
    shown: NDArray[Any] = pixels if pixels.ndim == 3 else pixels.astype(np.intp)
    return ViewPixels(
        pixels=shown,
        rectangle=(top, left, bottom, right),
        height=height,
        width=width,
        hidden=hidden,
        hidden_grey=pyramid.shutter_grey,
    )


def _inside(positions: NDArray[np.float64], count: int) -> tuple[int, int]:
    # Positions increase; those within the image are one run.
    first, last = np.searchsorted(positions, (-0.5, count - 0.5))
    return int(first), int(max(first, last))


def _level(pyramid: Pyramid, transform: ViewTransform) -> int:
    scale = max(transform.scale, transform.row_scale)
    wanted = round(math.log2(1.0 / scale)) if scale < 1.0 else 0
    return min(wanted, len(pyramid.levels) - 1)


def _on_level(positions: NDArray[np.float64], level: int) -> NDArray[np.float64]:
    return (positions + 0.5) / (1 << level) - 0.5


def _neighbours(
    positions: NDArray[np.float64], count: int
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    clipped = np.clip(positions, 0, count - 1)
    first = clipped.astype(np.intp)
    return first, np.minimum(first + 1, count - 1), (clipped - first).astype(np.float32)


def _bilinear(pixels: Pixels, rows: NDArray[np.float64], columns: NDArray[np.float64]) -> Pixels:
    out: Pixels = np.empty((len(rows), len(columns), *pixels.shape[2:]), pixels.dtype)
    if not out.size:
        return out
    above, below, row_weight = _neighbours(rows, pixels.shape[0])
    before, after, column_weight = _neighbours(columns, pixels.shape[1])
    # Only what is needed, contiguous (`take` copies anything else, every time), and rows first: whole rows
    # copy fast. Strips of rows keep the intermediate results in the processor's cache: half the time.
    first_row, first_column = int(above[0]), int(before[0])
    part = np.ascontiguousarray(pixels[first_row : int(below[-1]) + 1, first_column : int(after[-1]) + 1])
    above, below = above - first_row, below - first_row
    before, after = before - first_column, after - first_column
    extra = (1,) * (pixels.ndim - 2)
    row_weight, column_weight = row_weight.reshape(-1, 1, *extra), column_weight.reshape(-1, *extra)
    for first in range(0, len(rows), _STRIP_ROWS):
        strip = slice(first, first + _STRIP_ROWS)
        mixed = part.take(above[strip], axis=0).astype(np.float32)
        _mix(mixed, part.take(below[strip], axis=0), row_weight[strip])
        result = mixed.take(before, axis=1, mode="clip")
        _mix(result, mixed.take(after, axis=1, mode="clip"), column_weight)
        result += 0.5
        out[strip] = result
    return out


def _mix(first: NDArray[np.float32], second: NDArray[Any], weight: NDArray[np.float32]) -> None:
    """Add `weight` of the way to `second` onto `first`."""
    if weight.any():
        difference = np.subtract(second, first, dtype=np.float32)
        difference *= weight
        first += difference


def default_window(frame: Frame) -> Window:
    """Return the frame's first window; for colour and frames without one, the range of the values."""
    if frame.windows:
        return frame.windows[0]
    if frame.is_colour:
        return Window(center=128.0, width=256.0)
    values = frame.values()
    low, high = float(values.min()), float(values.max())
    return Window(center=(low + high) / 2, width=max(high - low, 1e-6), function="linear_exact")


def lookup_table(frame: Frame, window: Window, *, invert: bool = False) -> NDArray[np.uint8]:
    """Return the grey level of every index: modality LUT, VOI function, photometric sense, padding.

    Parameters
    ----------
    frame : Frame
        A grey frame.
    window : Window
        In units of the modality LUT's output.
    invert : bool
        Swap black and white. MONOCHROME1 is inverted by itself, once; padding stays black either way.

    Returns
    -------
    ndarray of uint8, shape (65536,)

    References
    ----------
    DICOM PS3.3 C.11.2.1.1 (table), C.11.2.1.2 (linear and linear exact), C.11.2.1.3 (sigmoid).
    """
    if frame.modality_table is not None:
        values = frame.modality_table.astype(np.float64)
    else:
        values = (
            np.arange(TABLE_SIZE, dtype=np.float64) - frame.stored_offset
        ) * frame.slope + frame.intercept
    shown = voi(values, window)
    # The presentation LUT shape INVERSE and MONOCHROME1 are one inversion, not two.
    if frame.shows_low_as_white != invert:
        shown = 1.0 - shown
    table = np.rint(shown * 255.0).astype(np.uint8)
    if frame.padding is not None:
        table[frame.padding[0] : frame.padding[1] + 1] = 0
    return table


def voi(values: NDArray[np.float64], window: Window) -> NDArray[np.float64]:
    """Return a window's output for modality values, from 0 (lowest) to 1; see `lookup_table`.

    A table's entries are joined by straight lines, so that a table spread over another range (or values
    between whole numbers) do not go in steps; at its own whole values they are the entries themselves.
    """
    center, width = window.center, window.width
    if window.table is not None:
        levels = window.table.levels()
        at = (values - (center - width / 2)) * (len(levels) / width)
        return np.interp(at, np.arange(len(levels)), levels)
    if window.function == "sigmoid":
        exponent = np.clip(-4.0 * (values - center) / width, -700.0, 700.0)
        return 1.0 / (1.0 + np.exp(exponent))
    if window.function == "linear" and width >= 1.0:
        center, width = center - 0.5, width - 1.0
        if width == 0.0:
            return (values > center).astype(np.float64)
    return np.clip((values - center) / width + 0.5, 0.0, 1.0)


def apply(
    view: ViewPixels, table: NDArray[np.uint8] | None, out: NDArray[np.uint8] | None = None
) -> NDArray[np.uint8]:
    """Look a view up.

    Parameters
    ----------
    view : ViewPixels
        From `resample`.
    table : ndarray of uint8, shape (65536,), or None
        From `lookup_table`; colour takes none.
    out : ndarray of uint8, optional
        Where to write, shape (height, width) or (height, width, 3); last axis contiguous. Everything of it
        is written.

    Returns
    -------
    ndarray of uint8
        `out`, black outside the image.
    """
    top, left, bottom, right = view.rectangle
    if out is None:
        out = np.empty((view.height, view.width, *view.pixels.shape[2:]), np.uint8)
    out[:top] = 0
    out[bottom:] = 0
    out[top:bottom, :left] = 0
    out[top:bottom, right:] = 0
    target = out[top:bottom, left:right]
    if table is None or view.pixels.ndim == 3:
        target[...] = view.pixels
    elif target.flags.c_contiguous:
        np.take(table, view.pixels, out=target, mode="clip")  # "clip" writes without a buffer in between
    else:
        target[...] = table[view.pixels]
    if view.hidden is not None:
        target[view.hidden] = view.hidden_grey
    return out
