"""Colour: whatever the file holds becomes 8-bit RGB."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset

from realfm_gui.imaging.dataset import whole
from realfm_gui.imaging.errors import UnreadableImage

_FROM_PARTIAL_RANGE = np.array([[1.1644, 0.0, 1.5960], [1.1644, -0.3917, -0.8129], [1.1644, 2.0173, 0.0]])
"""YBR of partial range, less (16, 128, 128), to RGB: the inverse of PS3.3 C.7.6.3.1.2 (ITU-R BT.601)."""


def rgb_frames(
    dataset: FileDataset, arrays: Sequence[NDArray[Any]], photometric: str
) -> list[NDArray[np.uint8]]:
    """Return decoded colour frames as 8-bit RGB.

    Raises
    ------
    UnreadableImage
        If they are in a colour model that did not become RGB, or signed.
    """
    if photometric == "YBR_PARTIAL_422" and all(array.dtype == np.uint8 for array in arrays):
        return [_from_partial_range(array) for array in arrays]
    if photometric not in ("RGB", "YBR_RCT", "YBR_ICT"):
        raise UnreadableImage(f"The colour model {photometric or 'of this file'} is not supported.")
    if arrays[0].ndim != 3 or arrays[0].shape[2] != 3 or arrays[0].dtype.kind != "u":
        raise UnreadableImage("The colour pixels are not three unsigned channels.")
    shift = max(0, whole(dataset, "BitsStored") - 8)
    return [np.ascontiguousarray(array >> shift, np.uint8) for array in arrays]


def _from_partial_range(ybr: NDArray[np.uint8]) -> NDArray[np.uint8]:
    rgb = (ybr.astype(np.float32) - (16, 128, 128)) @ _FROM_PARTIAL_RANGE.T
    return np.ascontiguousarray(np.clip(np.rint(rgb), 0, 255), np.uint8)
