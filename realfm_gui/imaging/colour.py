"""Colour: whatever the file holds becomes 8-bit RGB."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileDataset
from pydicom.pixels.processing import apply_color_lut

from realfm_gui.imaging.dataset import numbers, quiet, whole
from realfm_gui.imaging.errors import UnreadableImage


def palette_to_rgb(dataset: FileDataset, arrays: Sequence[NDArray[Any]]) -> list[NDArray[np.uint8]]:
    """Look stored values up in the object's colour palette.

    Entries of 16 bits keep their upper 8, as displays have 8 per channel.
    """
    descriptor = numbers(dataset, "RedPaletteColorLookupTableDescriptor", 3)
    if descriptor is None:
        raise UnreadableImage("The colour palette is missing or damaged.")
    palette = _palette(dataset)
    result = []
    for array in arrays:
        with quiet():
            try:
                rgb = apply_color_lut(array, palette)
            except Exception as error:
                raise UnreadableImage("The colour palette is missing or damaged.") from error
        result.append(rgb)
    brightest = max(int(rgb.max()) for rgb in result)
    # Some writers say 16 bits and store 8: the entries, not the descriptor, tell.
    shift = 8 if result[0].dtype == np.uint16 and brightest > 255 else 0
    return [np.ascontiguousarray(rgb[..., :3] >> shift, np.uint8) for rgb in result]


def _palette(dataset: FileDataset) -> Dataset:
    """Return the palette's attributes alone, the words of plain tables in little-endian order.

    pydicom 3 takes those for little-endian whatever the file's order is; it does mind it in segmented ones.
    """
    palette = Dataset()
    palette.file_meta = dataset.file_meta
    for element in dataset.group_dataset(0x0028):
        if "Palette" not in element.keyword:
            continue
        value = element.value
        is_plain = element.VR == "OW" and not element.keyword.startswith("Segmented")
        if is_plain and isinstance(value, bytes) and dataset.original_encoding[1] is False:
            value = np.frombuffer(value, ">u2").astype("<u2").tobytes()
        palette.add(DataElement(element.tag, element.VR, value))
    return palette


def rgb_frames(
    dataset: FileDataset, arrays: Sequence[NDArray[Any]], photometric: str
) -> list[NDArray[np.uint8]]:
    """Return decoded colour frames as 8-bit RGB.

    Raises
    ------
    UnreadableImage
        If they are in a colour model that did not become RGB, or signed.
    """
    if photometric not in ("RGB", "YBR_RCT", "YBR_ICT"):
        raise UnreadableImage(f"The colour model {photometric or 'of this file'} is not supported.")
    if arrays[0].ndim != 3 or arrays[0].shape[2] != 3 or arrays[0].dtype.kind != "u":
        raise UnreadableImage("The colour pixels are not three unsigned channels.")
    shift = max(0, whole(dataset, "BitsStored") - 8)
    return [np.ascontiguousarray(array >> shift, np.uint8) for array in arrays]
