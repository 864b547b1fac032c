"""Reduce to the resolution of the view first, look up afterwards: a pyramid made once, a resampling a place.

numpy only, so that the window can import it at start. Grey pixels stay 16-bit.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.images import Frame
from realfm_gui.imaging.view_transform import ViewTransform

Pixels = NDArray[np.uint16] | NDArray[np.uint8] | NDArray[Any]

Tap = tuple[NDArray[np.intp], NDArray[np.float32]]
"""For every place along an axis one pixel and its share of the result."""

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

    Reduced, a view pixel is the average of the part of the image that it covers. At one to one it is the
    stored value of the pixel it lies on, unchanged: never between two pixels. Each axis goes by its own
    scale.

    Parameters
    ----------
    pyramid : Pyramid
        From `build_pyramid`.
    transform : ViewTransform
        Zoom and place.
    height, width : int
        Size of the view in device pixels.
    smooth : bool
        Enlarged, go straight from one pixel's centre to the next; else every pixel of the image is a block.
    """
    rows, columns = pyramid.levels[0].shape[:2]
    image_rows, image_columns = transform.rows_at(height), transform.columns_at(width)
    top, bottom = _inside(image_rows, rows)
    left, right = _inside(image_columns, columns)
    image_rows, image_columns = image_rows[top:bottom], image_columns[left:right]
    level = _level(pyramid, transform)
    reduced = 1 << level
    source = pyramid.levels[level]
    taps = [
        _taps((at + 0.5) / reduced - 0.5, 1.0 / (scale * reduced), count, smooth=smooth)
        for at, scale, count in (
            (image_rows, transform.row_scale, source.shape[0]),
            (image_columns, transform.scale, source.shape[1]),
        )
    ]
    if all(len(along) == 1 for along in taps):
        pixels = source.take(taps[0][0][0], axis=0).take(taps[1][0][0], axis=1)
    else:
        pixels = _mixed(source, *taps)
    hidden = None
    if pyramid.shutter is not None:
        nearest_rows, nearest_columns = _nearest(image_rows), _nearest(image_columns)
        hidden = pyramid.shutter[nearest_rows].take(nearest_columns, axis=1)
    # numpy would convert narrow indices at every look-up: half of a window/level drag's time.
    shown: NDArray[Any] = pixels if pixels.ndim == 3 else pixels.astype(np.intp, copy=False)
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
    """Return the smallest level that is still at least as fine as the view, along both axes."""
    scale = max(transform.scale, transform.row_scale)
    wanted = math.floor(math.log2(1.0 / scale)) if scale < 1.0 else 0
    return min(wanted, len(pyramid.levels) - 1)


def _nearest(positions: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.floor(positions + 0.5).astype(np.intp)


def _taps(positions: NDArray[np.float64], step: float, count: int, *, smooth: bool) -> list[Tap]:
    """Return which of `count` pixels make up the result at each position, and with what share.

    Parameters
    ----------
    positions : ndarray of shape (n,)
        Pixel centres at whole numbers, increasing.
    step : float
        Pixels from one position to the next, which is also how much of the image one position covers.
    count : int
    smooth : bool
        See `resample`.

    Returns
    -------
    list of (pixels, shares)
        Both of shape (n,); a single tap has shares of 1.
    """
    if not positions.size:
        return [(positions.astype(np.intp), np.ones(0, np.float32))]
    is_one_to_one = math.isclose(step, 1.0, rel_tol=1e-9)
    if is_one_to_one or (step < 1.0 and not smooth):
        return [(np.clip(_nearest(positions), 0, count - 1), np.ones(len(positions), np.float32))]
    if step < 1.0:
        clipped = np.clip(positions, 0, count - 1)
        first = clipped.astype(np.intp)
        share = (clipped - first).astype(np.float32)
        return [(first, 1 - share), (np.minimum(first + 1, count - 1), share)]
    # Reduced: how much of each pixel, which covers i to i + 1 here, lies in the part that is averaged.
    low = np.clip(positions + 0.5 - step / 2, 0, count)
    high = np.clip(positions + 0.5 + step / 2, 0, count)
    first = np.minimum(low.astype(np.intp), count - 1)
    taps = []
    for number in range(math.ceil(step) + 1):
        at = first + number
        share = np.clip(np.minimum(high, at + 1) - np.maximum(low, at), 0.0, None) / (high - low)
        if share.any():
            taps.append((np.minimum(at, count - 1), share.astype(np.float32)))
    return taps


def _mixed(pixels: Pixels, rows: Sequence[Tap], columns: Sequence[Tap]) -> Pixels:
    """Return pixels mixed along both axes, shape (len of a row tap, len of a column tap[, 3]).

    Grey comes as the indices that `ViewPixels` holds, colour as it is.
    """
    kind = np.intp if pixels.ndim == 2 else pixels.dtype
    out: Pixels = np.empty((len(rows[0][0]), len(columns[0][0]), *pixels.shape[2:]), kind)
    if not out.size:
        return out
    # Only what is needed, contiguous (`take` copies anything else, every time). Along the rows first where
    # that leaves fewer of them: taking columns is what costs. Strips of rows keep the intermediate results in
    # the processor's cache: half the time.
    top, left = int(rows[0][0][0]), int(columns[0][0][0])
    bottom, right = int(rows[-1][0][-1]) + 1, int(columns[-1][0][-1]) + 1
    part = np.ascontiguousarray(pixels[top:bottom, left:right])
    extra = (1,) * (pixels.ndim - 2)
    row_taps = [(at - top, share.reshape(-1, 1, *extra)) for at, share in rows]
    column_taps = [(at - left, share.reshape(-1, *extra)) for at, share in columns]
    is_enlarged = len(out) > len(part)
    if is_enlarged:
        wide = np.empty((len(part), *out.shape[1:]), np.float32)
        for strip in _strips(len(part)):
            wide[strip] = _sum(part[strip], column_taps, axis=1)
        part = wide
    for strip in _strips(len(out)):
        result = _sum(part, [(at[strip], share[strip]) for at, share in row_taps], axis=0)
        if not is_enlarged:
            result = _sum(result, column_taps, axis=1)
        result += 0.5
        out[strip] = result
    return out


def _strips(count: int) -> Iterator[slice]:
    return (slice(first, first + _STRIP_ROWS) for first in range(0, count, _STRIP_ROWS))


def _sum(pixels: Pixels, taps: Sequence[Tap], *, axis: int) -> NDArray[np.float32]:
    total: NDArray[np.float32] | None = None
    for at, share in taps:
        if not share.any():
            continue
        taken = pixels.take(at, axis=axis, mode="clip").astype(np.float32, copy=False)
        if len(taps) > 1:
            taken *= share
        if total is None:
            total = taken
        else:
            total += taken
    assert total is not None  # the shares of every position add up to 1
    return total
