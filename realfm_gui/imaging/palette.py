"""Colour palettes: stored values looked up in three tables (PS3.3 C.7.6.3.1.5, C.7.9, C.7.6.19).

Written here because pydicom 3 takes the words of a big-endian palette for little-endian and cannot index
more than 256 entries of 8 bits; what it does apply is what the tests hold this against.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset

from realfm_gui.imaging.dataset import numbers, text
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.grey import lut_entries

_DISCRETE, _LINEAR, _INDIRECT = 0, 1, 2
_CHANNELS = ("Red", "Green", "Blue")


def has_supplemental_palette(dataset: FileDataset) -> bool:
    """Whether a grey image says that its highest values are colours (PS3.3 C.7.6.19)."""
    is_coloured = text(dataset, "PixelPresentation") in ("COLOR", "MIXED")
    return is_coloured and "RedPaletteColorLookupTableDescriptor" in dataset


def first_palette_value(dataset: FileDataset) -> int:
    """Return the lowest stored value that the palette maps.

    Raises
    ------
    UnreadableImage
        If the palette's descriptor is missing or damaged.
    """
    descriptor = numbers(dataset, "RedPaletteColorLookupTableDescriptor", 3)
    if descriptor is None:
        raise UnreadableImage("The colour palette is missing or damaged.")
    return int(descriptor[1])


def palette_to_rgb(dataset: FileDataset, arrays: Sequence[NDArray[Any]]) -> list[NDArray[np.uint8]]:
    """Look stored values up in the object's colour palette.

    Entries of 16 bits keep their upper 8, as displays have 8 per channel. Values outside the palette take
    its first or last colour.

    Parameters
    ----------
    dataset : FileDataset
        With plain or segmented palette data.
    arrays : sequence of ndarray
        Stored values, one (rows, columns) per frame.

    Returns
    -------
    list of ndarray of uint8, shape (rows, columns, 3)

    Raises
    ------
    UnreadableImage
        If the palette is missing or damaged.
    """
    first = first_palette_value(dataset)
    try:
        palette = _palette(dataset)
    except Exception as error:  # damaged values surface wherever they are converted
        raise UnreadableImage("The colour palette is missing or damaged.") from error
    at = [np.clip(array.astype(np.int64) - first, 0, len(palette) - 1) for array in arrays]
    return [palette[index] for index in at]


def _palette(dataset: FileDataset) -> NDArray[np.uint8]:
    """Return the colours, shape (entries, 3)."""
    is_little_endian = dataset.original_encoding[1] is not False
    tables = [_channel(dataset, name, is_little_endian=is_little_endian) for name in _CHANNELS]
    count = min(len(table) for table in tables)
    if count == 0:
        raise ValueError("an empty palette")
    colours = np.stack([table[:count] for table in tables], axis=1)
    # Some writers say 16 bits and store 8: the entries, not the descriptor, tell.
    shift = 8 if int(colours.max()) > 255 else 0
    return np.ascontiguousarray(colours >> shift, np.uint8)


def _channel(dataset: FileDataset, name: str, *, is_little_endian: bool) -> NDArray[np.uint16]:
    descriptor = numbers(dataset, f"{name}PaletteColorLookupTableDescriptor", 3)
    plain = dataset.get(f"{name}PaletteColorLookupTableData")
    if plain:
        return lut_entries(plain, descriptor, is_little_endian=is_little_endian)
    if descriptor is None:
        raise ValueError("a table needs a descriptor")
    segmented = dataset[f"Segmented{name}PaletteColorLookupTableData"].value
    order = "<" if is_little_endian else ">"
    words = np.frombuffer(segmented, "u1" if descriptor[2] == 8 else f"{order}u2")
    return expanded(words.tolist(), is_narrow=descriptor[2] == 8)


def expanded(words: list[int], *, is_narrow: bool = False) -> NDArray[np.uint16]:
    """Return the entries of a segmented palette (PS3.3 C.7.9.2).

    Parameters
    ----------
    words : list of int
        Segments one after the other: (0, n, n entries), (1, n, end of a line of n entries that begins after
        the entry before) or (2, n, offset of n earlier segments in two parts, lower first).
    is_narrow : bool
        Whether words are bytes; an offset then has four parts.

    Raises
    ------
    ValueError
        If the segments are damaged, begin with a line, or refer to one another.
    """
    entries: list[float] = []
    at = 0
    while at + 1 < len(words):
        at = _append_segment(words, at, entries, is_narrow=is_narrow)
    return np.rint(entries).astype(np.uint16)


def _append_segment(words: list[int], at: int, entries: list[float], *, is_narrow: bool) -> int:
    """Append one segment's entries and return where the next one begins."""
    kind, count = words[at], words[at + 1]
    if count == 0 or len(entries) > 1 << 16:
        # A hostile table must not keep this loop busy.
        raise ValueError("an empty segment, or more than 65,536 entries")
    if kind == _DISCRETE:
        segment = words[at + 2 : at + 2 + count]
        if len(segment) < count:
            raise ValueError("a discrete segment that is cut short")
        entries.extend(segment)
        return at + 2 + count
    if kind == _LINEAR and entries and at + 2 < len(words):
        start, end = entries[-1], words[at + 2]
        entries.extend(np.linspace(start, end, count + 1)[1:].tolist())
        return at + 3
    if kind == _INDIRECT:
        parts = 4 if is_narrow else 2
        bits = 8 if is_narrow else 16
        offset = sum(part << (bits * i) for i, part in enumerate(words[at + 2 : at + 2 + parts]))
        place = offset // (1 if is_narrow else 2)
        for _ in range(count):
            if place + 1 >= len(words) or words[place] == _INDIRECT:
                raise ValueError("an indirect segment that refers to no segment")
            place = _append_segment(words, place, entries, is_narrow=is_narrow)
        return at + 2 + parts
    raise ValueError("a segment of no known kind")
