"""From a decoded frame to a network's input, with the way back to image coordinates."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.images import Frame
from realfm_gui.domain.prediction import GridGeometry

if TYPE_CHECKING:
    import torch

LOW_PERCENTILE, HIGH_PERCENTILE = 0.5, 99.5
MAX_SAMPLES = 1_000_000
"""Percentiles come from a regular subsample of at most this many pixels: the rest changes nothing visible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterbox:
    """Where the image lies on the square canvas: resized to `rows` x `columns` at (`top`, `left`).

    Positions follow the pixel-centre convention on both sides: canvas row r shows image row
    ``(r - top + 1/2) * image_rows / rows - 1/2``.
    """

    size: int
    rows: int
    columns: int
    top: int
    left: int
    image_rows: int
    image_columns: int

    def to_image(self, row: float, column: float) -> tuple[float, float]:
        """Return the image position of a canvas position, both (row, column) in pixels."""
        return (
            (row - self.top + 0.5) * self.image_rows / self.rows - 0.5,
            (column - self.left + 0.5) * self.image_columns / self.columns - 0.5,
        )

    def grid(self, *, first: float, step: float) -> GridGeometry:
        """Return where a grid lies on the image whose cell i is centred at canvas ``first + i * step``."""
        row_offset, column_offset = self.to_image(first, first)
        return GridGeometry(
            row_offset=row_offset,
            row_step=step * self.image_rows / self.rows,
            column_offset=column_offset,
            column_step=step * self.image_columns / self.columns,
        )


def letterbox(frame: Frame, size: int) -> Letterbox:
    """Return how a frame is fitted into a square of `size` pixels, its displayed aspect kept, centred."""
    height, width = frame.rows * frame.aspect, float(frame.columns)
    scale = size / max(height, width)
    rows = min(size, max(1, round(height * scale)))
    columns = min(size, max(1, round(width * scale)))
    return Letterbox(
        size=size,
        rows=rows,
        columns=columns,
        top=(size - rows) // 2,
        left=(size - columns) // 2,
        image_rows=frame.rows,
        image_columns=frame.columns,
    )


def brightness(frame: Frame) -> NDArray[np.float32]:
    """Return the frame between 0 and 1, bright where it is shown bright, float32 of shape (rows, columns).

    The window runs from the 0.5th to the 99.5th percentile of the pixels inside the image, whatever window
    the file asks for: a model's answer must not hang on a display setting. Where the two percentiles coincide
    it runs from the lowest to the highest value. MONOCHROME1 is inverted; padding is 0; a flat image is 0
    everywhere.
    """
    values = frame.values()
    inside: NDArray[np.bool_] | None = None
    if frame.padding is not None and not frame.is_colour:
        inside = (frame.pixels < frame.padding[0]) | (frame.pixels > frame.padding[1])
    stride = max(1, math.ceil(math.sqrt(values.size / MAX_SAMPLES)))
    sample = values[::stride, ::stride]
    if inside is not None:
        sample = sample[inside[::stride, ::stride]]
    if not sample.size:
        return np.zeros_like(values)
    low, high = (float(v) for v in np.percentile(sample, [LOW_PERCENTILE, HIGH_PERCENTILE]))
    if high <= low:
        # Less than half a percent of the pixels differ from the rest: they are all there is to see.
        everything = values if inside is None else values[inside]
        low, high = float(everything.min()), float(everything.max())
    # NaN bounds pass this test on purpose: they reach the score, which is then refused as not finite.
    if high <= low:
        return np.zeros_like(values)
    shown: NDArray[np.float32] = np.clip((values - np.float32(low)) / np.float32(high - low), 0.0, 1.0)
    if frame.shows_low_as_white:
        shown = 1.0 - shown
    if inside is not None:
        shown = np.where(inside, shown, np.float32(0.0))
    return shown.astype(np.float32, copy=False)


def to_canvas(frame: Frame, size: int) -> "tuple[torch.Tensor, Letterbox]":
    """Return the frame on a black square canvas, (size, size), float32 in 0 to 1, and its place there.

    Reduced by area-weighted (antialiased) interpolation, enlarged bilinearly, both with half-pixel centres.
    """
    import torch
    from torch.nn.functional import interpolate

    box = letterbox(frame, size)
    image = torch.from_numpy(brightness(frame))[None, None]
    if (box.rows, box.columns) != (frame.rows, frame.columns):
        image = interpolate(
            image, size=(box.rows, box.columns), mode="bilinear", align_corners=False, antialias=True
        )
    canvas = torch.zeros((size, size), dtype=torch.float32)
    canvas[box.top : box.top + box.rows, box.left : box.left + box.columns] = image[0, 0]
    return canvas, box


def describe(size: int) -> str:
    """Return the steps above in one line, for the record of a prediction run."""
    return (
        f"modality values, window {LOW_PERCENTILE}-{HIGH_PERCENTILE} percentile, MONOCHROME1 inverted, "
        f"letterboxed to {size} x {size} (antialiased bilinear, displayed aspect kept)"
    )
