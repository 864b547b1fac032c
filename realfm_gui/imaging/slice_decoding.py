"""Single-frame files decoded into the slices of an array: the compressed half of loading a volume."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from realfm_gui.imaging.dataset import open_dataset, reading_values, whole
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.pixel_decoding import decode_arrays

UNSIGNED_BIAS = 1 << 15
"""Unsigned values of 16 bits are kept less this, so that they fit into int16."""


def decode_slices(paths: Sequence[str], places: Sequence[int], target: NDArray[np.int16]) -> None:
    """Decode file i into ``target[places[i]]``; stored values, unsigned ones of 16 bits less 32768.

    Raises
    ------
    UnreadableImage
        If a file cannot be decoded, or is not one grey plane of the target's size.
    """
    for path, place in zip(paths, places, strict=True):
        try:
            content = Path(path).read_bytes()
        except OSError as error:
            raise UnreadableImage(f"The file cannot be read ({error.strerror or 'input/output'}).") from error
        dataset = open_dataset(content)
        with reading_values():
            arrays, _ = decode_arrays(dataset)
            is_full = whole(dataset, "BitsStored") == 16
        if len(arrays) != 1 or arrays[0].shape != target.shape[1:]:
            raise UnreadableImage("The image is not one grey plane of the same size as the others.")
        target[place] = as_int16(arrays[0], is_full=is_full)


def as_int16(stored: NDArray[Any], *, is_full: bool) -> NDArray[np.int16]:
    """Return stored values as int16; unsigned ones that use all 16 bits (`is_full`) less 32768.

    Raises
    ------
    UnreadableImage
        If they have more than 16 bits or are not whole numbers.
    """
    if stored.dtype.kind not in "iu" or stored.dtype.itemsize > 2:
        raise UnreadableImage("The pixels of a volume are whole numbers of up to 16 bits.")
    if stored.dtype.kind == "u" and stored.dtype.itemsize == 2 and is_full:
        return (stored ^ np.uint16(UNSIGNED_BIAS)).astype(np.uint16).view(np.int16)
    return stored.astype(np.int16)
