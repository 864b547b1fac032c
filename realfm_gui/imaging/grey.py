"""Stored grey values as indices of a look-up table, and what they mean.

The frames of one object share one offset, one slope and one table, so that they compare.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset

from realfm_gui.imaging.dataset import functional_group, items, number, numbers, text
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.units import rescale_units

INDICES = 1 << 16
"""Number of grey indices: every table of this program has so many entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GreyIndices:
    """Indices and what a stored value became: index = stored value + offset (or a quantised value).

    `arrays` are uint16, (rows, columns), one per frame. `value_slope` and `value_intercept` turn
    (index - offset) into the stored value: 1 and 0 for integers of up to 16 bits; not `is_exact` where
    values had to be rounded. `padding` is the first and last index outside the image, inclusive.
    """

    arrays: list[NDArray[np.uint16]]
    offset: int = 0
    value_slope: float = 1.0
    value_intercept: float = 0.0
    is_exact: bool = True
    padding: tuple[int, int] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Modality:
    """The modality LUT of one frame: a line or a table (float32, 65536 entries), and the units."""

    slope: float = 1.0
    intercept: float = 0.0
    table: NDArray[np.float32] | None = None
    units: str = ""


def index_grey(dataset: FileDataset, arrays: Sequence[NDArray[Any]]) -> GreyIndices:
    """Turn stored values of any type into indices from 0 to 65535.

    Integers of up to 16 bits keep their value (signed ones are shifted by 32768). Wider integers and
    floating point are quantised to 65535 equal steps between the smallest and the largest value of the
    object; integers that span fewer values than that keep them exactly.
    """
    kind = arrays[0].dtype.kind
    if kind in "bu" and arrays[0].dtype.itemsize <= 2:
        return GreyIndices(
            arrays=[np.ascontiguousarray(array, np.uint16) for array in arrays],
            padding=_padding(dataset, 0, is_signed=False),
        )
    if kind == "i" and arrays[0].dtype.itemsize <= 2:
        offset = INDICES // 2
        return GreyIndices(
            arrays=[(array.astype(np.int32) + offset).astype(np.uint16) for array in arrays],
            offset=offset,
            padding=_padding(dataset, offset, is_signed=True),
        )
    return _quantise(dataset, arrays)


def _padding(dataset: FileDataset, offset: int, *, is_signed: bool) -> tuple[int, int] | None:
    value = number(dataset, "PixelPaddingValue")
    if value is None:
        return None
    limit = number(dataset, "PixelPaddingRangeLimit")
    ends = [value, value if limit is None else limit]
    # The value is often written with the other sign: the same 16 bits are meant.
    ends = [end - INDICES if is_signed and end >= INDICES // 2 else end for end in ends]
    ends = [end + INDICES if not is_signed and end < 0 else end for end in ends]
    first, last = (int(end) + offset for end in sorted(ends))
    return (first, last) if first >= 0 and last < INDICES else None


def _quantise(dataset: FileDataset, arrays: Sequence[NDArray[Any]]) -> GreyIndices:
    padding_value = number(dataset, "DoubleFloatPixelPaddingValue")
    if padding_value is None:
        padding_value = number(dataset, "FloatPixelPaddingValue")
    if padding_value is None:
        padding_value = number(dataset, "PixelPaddingValue")
    outside = [~np.isfinite(array) for array in arrays]
    if padding_value is not None:
        outside = [mask | (array == padding_value) for mask, array in zip(outside, arrays, strict=True)]
    inside = [array[~mask] for mask, array in zip(outside, arrays, strict=True)]
    filled = [values for values in inside if values.size]
    if not filled:
        raise UnreadableImage("Every pixel is padding or not a number.")
    low = min(float(values.min()) for values in filled)
    high = max(float(values.max()) for values in filled)
    is_exact = arrays[0].dtype.kind in "iu" and high - low < INDICES - 1
    step = 1.0 if is_exact else (high - low) / (INDICES - 2) or 1.0
    indexed = []
    for mask, array in zip(outside, arrays, strict=True):
        steps = np.where(mask, 0.0, (np.where(mask, low, array).astype(np.float64) - low) / step + 1.0)
        indexed.append(np.rint(steps).astype(np.uint16))  # 0 is kept for what is no value
    note = "" if is_exact else f"Values are shown in {INDICES - 1} steps of {step:.3g}."
    return GreyIndices(
        arrays=indexed,
        offset=1,
        value_slope=step,
        value_intercept=low,
        is_exact=is_exact,
        padding=(0, 0),
        note=note,
    )


def modality_of(dataset: FileDataset, frame: int, indices: GreyIndices) -> Modality:
    """Return the modality LUT of one frame: its table, else its rescale, else identity."""
    table_items = items(dataset, "ModalityLUTSequence")
    if table_items and indices.is_exact:
        return _table(table_items[0], indices, is_little_endian=dataset.original_encoding[1] is not False)
    source: Dataset = functional_group(dataset, frame, "PixelValueTransformationSequence") or dataset
    slope, intercept = number(source, "RescaleSlope"), number(source, "RescaleIntercept")
    has_rescale = slope is not None and slope != 0.0
    slope = slope if has_rescale and slope is not None else 1.0
    intercept = intercept if has_rescale and intercept is not None else 0.0
    return Modality(
        slope=slope * indices.value_slope,
        intercept=slope * indices.value_intercept + intercept,
        units=_units(dataset, text(source, "RescaleType"), has_rescale=has_rescale),
    )


def _units(dataset: Dataset, declared: str, *, has_rescale: bool) -> str:
    if text(dataset, "Modality") == "PT" and has_rescale:
        return text(dataset, "Units")
    image_type = str(dataset.get("ImageType", ""))
    return rescale_units(text(dataset, "Modality"), declared, image_type, has_rescale=has_rescale)


def _table(item: Dataset, indices: GreyIndices, *, is_little_endian: bool) -> Modality:
    descriptor = numbers(item, "LUTDescriptor", 3)
    try:
        data = lut_entries(item["LUTData"].value, descriptor, is_little_endian=is_little_endian)
    except Exception as error:
        raise UnreadableImage("The modality LUT is damaged.") from error
    assert descriptor is not None  # lut_entries refuses None
    first = int(descriptor[1])
    if indices.offset and first >= INDICES // 2:
        first -= INDICES  # an unsigned reading of a signed first value
    stored = np.arange(INDICES) - indices.offset + int(indices.value_intercept)
    table = data[np.clip(stored - first, 0, len(data) - 1)].astype(np.float32)
    kind = text(item, "ModalityLUTType")
    return Modality(table=table, units=kind if kind in ("HU", "OD") else "")


def lut_entries(
    data: Any, descriptor: tuple[float, ...] | None, *, is_little_endian: bool = True
) -> NDArray[np.uint16]:
    """Return the entries of a look-up table (PS3.3 C.11.1.1) as uint16.

    Raises
    ------
    ValueError
        If the data do not fit the descriptor.
    """
    if descriptor is None:
        raise ValueError("a table needs a descriptor")
    count = int(descriptor[0]) or INDICES
    if isinstance(data, bytes):
        is_wide = len(data) >= 2 * count
        entries = np.frombuffer(data, ("<u2" if is_little_endian else ">u2") if is_wide else "u1")
    else:
        entries = np.asarray(data, np.int64) & 0xFFFF
    if len(entries) < count:
        raise ValueError("a table shorter than its descriptor says")
    return entries[:count].astype(np.uint16)
