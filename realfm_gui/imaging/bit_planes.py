"""The file's own overlays: bit planes of groups 60xx, packed or in unused bits of the pixels (PS3.3 C.9.2).

They are shown only where a file is opened as it is. Copies for a study leave them out (see `deidentify`).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset

from realfm_gui.domain.images import OverlayPlane
from realfm_gui.imaging.dataset import MAX_SAMPLES
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.pixel_decoding import stored_cells

_FIRST_GROUP, _LAST_GROUP = 0x6000, 0x60FE
_KINDS = {"G": "graphics", "R": "roi"}


def overlay_groups(dataset: FileDataset) -> tuple[int, ...]:
    """Return the groups in which the file has overlay attributes."""
    groups = {tag.group for tag in dataset.keys()}  # noqa: SIM118 - a Dataset is no dict
    return tuple(sorted(g for g in groups if _FIRST_GROUP <= g <= _LAST_GROUP and g % 2 == 0))


def overlays_of(dataset: FileDataset, frames: int) -> tuple[tuple[tuple[OverlayPlane, ...], ...], str]:
    """Decode every overlay of a file.

    Parameters
    ----------
    dataset : FileDataset
        With its pixels, for overlays in their unused bits.
    frames : int
        Number of frames of the image.

    Returns
    -------
    planes : tuple of tuple of OverlayPlane
        For each frame, what is drawn over it.
    note : str
        What had to be left out; empty where nothing was.
    """
    per_frame: list[list[OverlayPlane]] = [[] for _ in range(frames)]
    is_left_out = False
    for group in overlay_groups(dataset):
        try:
            _place(_Group(dataset, group), per_frame)
        except Exception:  # an overlay is an extra: a damaged one does not take the picture along
            is_left_out = True
    note = "An overlay of the file is damaged and not shown." if is_left_out else ""
    return tuple(tuple(planes) for planes in per_frame), note


class _Group:
    """The attributes of one overlay group."""

    def __init__(self, dataset: FileDataset, group: int) -> None:
        self._dataset, self._group = dataset, group
        self.rows = self.number(0x0010, int(dataset.Rows))
        self.columns = self.number(0x0011, int(dataset.Columns))
        self.frames = max(1, self.number(0x0015, 1))
        self.first_frame = self.number(0x0051, 1) - 1
        self.kind = _KINDS[str(self.value(0x0040) or "G").strip()]
        origin = self.value(0x0050)
        self.row, self.column = (int(origin[0]) - 1, int(origin[1]) - 1) if origin else (0, 0)
        if self.rows < 1 or self.columns < 1 or self.rows * self.columns * self.frames > MAX_SAMPLES:
            raise UnreadableImage("The overlay has no size, or one that is too large to open.")

    def value(self, element: int) -> Any:
        tag = (self._group, element)
        return self._dataset[tag].value if tag in self._dataset else None

    def number(self, element: int, default: int) -> int:
        value = self.value(element)
        return default if value is None else int(value)

    def masks(self) -> Sequence[NDArray[np.bool_]]:
        """Return the planes, one boolean (rows, columns) per frame of the overlay."""
        packed = self.value(0x3000)
        if packed:
            return self._unpacked(bytes(packed))
        cells = stored_cells(self._dataset)
        bit = self.number(0x0102, 0)
        if not cells or not 0 <= bit < 8 * cells[0].itemsize or self._is_value_bit(bit):
            raise UnreadableImage("The overlay has no data.")
        return [(array >> bit & 1).astype(np.bool_) for array in cells]

    def _unpacked(self, packed: bytes) -> Sequence[NDArray[np.bool_]]:
        # One bit a pixel, the lowest bit first, frames one after the other without a gap.
        if self._dataset.original_encoding[1] is False and self._is_word_data():
            packed = np.frombuffer(packed, ">u2").astype("<u2").tobytes()
        count = self.rows * self.columns * self.frames
        if len(packed) * 8 < count:  # first: unpacking would ask for the memory that the header claims
            raise UnreadableImage("The overlay is cut short.")
        bits = np.unpackbits(np.frombuffer(packed, np.uint8), bitorder="little", count=count)
        return list(bits.astype(np.bool_).reshape(self.frames, self.rows, self.columns))

    def _is_word_data(self) -> bool:
        return self._dataset[(self._group, 0x3000)].VR == "OW"

    def _is_value_bit(self, bit: int) -> bool:
        stored = int(self._dataset.BitsStored)
        high = int(self._dataset.get("HighBit", stored - 1))
        return high - stored < bit <= high


def _place(group: _Group, per_frame: list[list[OverlayPlane]]) -> None:
    masks = group.masks()
    # A single plane without a frame of origin belongs to the first frame; of several, one to each.
    for offset, mask in enumerate(masks):
        frame = group.first_frame + offset
        if 0 <= frame < len(per_frame) and mask.any():
            plane = OverlayPlane(mask=mask, row=group.row, column=group.column, kind=group.kind)
            per_frame[frame].append(plane)
