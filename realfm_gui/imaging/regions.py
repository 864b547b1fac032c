"""Parts of an ultrasound image with scales of their own (PS3.3 C.8.5.5)."""

from pydicom.dataset import Dataset, FileDataset

from realfm_gui.domain.images import CalibratedRegion
from realfm_gui.imaging.dataset import items, number

_UNITS = {
    1: "%",
    2: "dB",
    3: "cm",
    4: "s",
    5: "Hz",
    6: "dB/s",
    7: "cm/s",
    8: "cm2",
    9: "cm2/s",
    12: "degrees",
}
"""PS3.3 C.8.5.5.1.15; 0 is "none". Volumes (10, 11) do not occur along an axis."""
_LOW_PRIORITY = 1


def regions_of(dataset: FileDataset, rows: int, columns: int) -> tuple[CalibratedRegion, ...]:
    """Return the calibrated regions of an image, cut to its size; those without any scale are left out.

    Parameters
    ----------
    dataset : FileDataset
        Of the image.
    rows, columns : int
        Size of the image.
    """
    found = (_region(item, rows, columns) for item in items(dataset, "SequenceOfUltrasoundRegions"))
    return tuple(region for region in found if region is not None)


def _region(item: Dataset, rows: int, columns: int) -> CalibratedRegion | None:
    corners = [number(item, f"RegionLocation{name}") for name in ("MinY0", "MinX0", "MaxY1", "MaxX1")]
    if any(corner is None for corner in corners):
        return None
    top, left, bottom, right = (int(corner) for corner in corners if corner is not None)
    top, left = max(0, top), max(0, left)
    bottom, right = min(rows - 1, bottom), min(columns - 1, right)
    row_units, column_units = _units(item, "Y"), _units(item, "X")
    if bottom < top or right < left or not (row_units or column_units):
        return None
    return CalibratedRegion(
        top=top,
        left=left,
        bottom=bottom,
        right=right,
        row_delta=number(item, "PhysicalDeltaY") or 0.0,
        column_delta=number(item, "PhysicalDeltaX") or 0.0,
        row_units=row_units,
        column_units=column_units,
        is_high_priority=not int(number(item, "RegionFlags") or 0) & _LOW_PRIORITY,
    )


def _units(item: Dataset, axis: str) -> str:
    return _UNITS.get(int(number(item, f"PhysicalUnits{axis}Direction") or 0), "")
