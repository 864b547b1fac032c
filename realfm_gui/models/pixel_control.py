"""The control: sixteen by sixteen pixels. What it can tell apart needs no foundation model."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.images import Frame
from realfm_gui.models.adapter import ModelInfo
from realfm_gui.models.linear_probe import LinearProbe
from realfm_gui.models.preprocessing import HIGH_PERCENTILE, LOW_PERCENTILE, brightness

SIDE = 16


class PixelControl(LinearProbe):
    """A logistic regression on the image averaged down to 16 x 16 pixels.

    Exposure, collimation, position and body size survive in such an image; a lesion's look does not. A model
    that is hardly better than this control has learnt a shortcut.

    Parameters
    ----------
    input_size : int
        Accepted so that every model is made alike; the control always uses 16.
    device : str
        Accepted likewise; the control runs on the CPU.
    """

    info = ModelInfo(
        name="pixels-16x16",
        title="16 × 16 pixels (shortcut control)",
        version="1",
        licence="Apache-2.0",
        description="The same logistic regression on 16 x 16 averaged pixels; never shown to readers.",
    )

    def __init__(self, *, input_size: int = SIDE, device: str = "cpu") -> None:  # noqa: ARG002 - see above
        self.input_size = SIDE
        self.device = "cpu"

    def preprocessing(self) -> str:
        """Return, in one line, what is done to the pixels before they are used."""
        return (
            f"modality values, window {LOW_PERCENTILE}-{HIGH_PERCENTILE} percentile, MONOCHROME1 inverted, "
            f"area-averaged to {SIDE} x {SIDE} (whole image, aspect not kept)"
        )

    def encode(self, frames: Sequence[Frame]) -> NDArray[np.float64]:
        """Return the averaged pixels, shape (frames, 256)."""
        return np.stack([area_average(brightness(frame), SIDE).ravel() for frame in frames])


def area_average(image: NDArray[np.float32], side: int) -> NDArray[np.float64]:
    """Return `image` (rows, columns) averaged into side x side equal areas, pixels cut where they straddle.

    Examples
    --------
    >>> area_average(np.array([[0.0, 3.0, 6.0]], dtype=np.float32), 2)
    array([[1., 5.],
           [1., 5.]])
    """
    result: NDArray[np.float64] = (
        _overlaps(image.shape[0], side) @ image.astype(np.float64) @ _overlaps(image.shape[1], side).T
    )
    return result


def _overlaps(pixels: int, cells: int) -> NDArray[np.float64]:
    """Return the share of each pixel in each cell's mean, (cells, pixels); rows sum to 1."""
    edges = np.arange(cells + 1) * pixels / cells
    start = np.maximum(edges[:-1, None], np.arange(pixels))
    end = np.minimum(edges[1:, None], np.arange(pixels) + 1)
    overlap: NDArray[np.float64] = np.maximum(0.0, end - start) * cells / pixels
    return overlap
