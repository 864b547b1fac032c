"""Write made-up examinations as DICOM files, as the machines of each kind would; all the same every time.

Names and numbers of the patients are made up and say so; the files go through the same import as anybody's.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

SOP_CLASS = {
    "CR": "1.2.840.10008.5.1.4.1.1.1",
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "MG": "1.2.840.10008.5.1.4.1.1.1.2",
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "US": "1.2.840.10008.5.1.4.1.1.6.1",
    "US loop": "1.2.840.10008.5.1.4.1.1.3.1",
}
"""Storage classes (PS3.4 B.5); mammograms are those for presentation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disc:
    """Where what is to be found lies on an image: (column, row) with pixel centres at whole numbers."""

    column: float
    row: float
    radius_px: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedFile:
    """A file of so many rows and columns, and where on it the lesion is.

    `is_best` says that it is the image of its examination that shows most of it, or what there is to see.
    """

    name: str
    content: bytes
    shape: tuple[int, int]
    lesion: Disc | None = None
    is_best: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What all files of an examination share; `day` is a DICOM date, and `name` decides the identifiers."""

    name: str
    patient: str
    day: str
    modality: str
    body_part: str

    def uid(self, *what: object) -> str:
        """Return an identifier, the same for the same words."""
        return str(generate_uid(entropy_srcs=["simulated", self.name, *map(str, what)]))


def write_file(
    examination: Examination,
    pixels: NDArray[Any],
    attributes: Mapping[str, Any],
    *,
    series: int,
    instance: int,
    bits: int,
    sop_class: str = "",
) -> bytes:
    """Return a DICOM Part 10 file.

    Parameters
    ----------
    examination : Examination
    pixels : uint8 or uint16 array
        (rows, columns) grey, (frames, rows, columns) of several grey frames, or (rows, columns, 3) colour
        (told by its last axis).
    attributes : mapping
        Keyword to value, of this image; they win.
    series, instance : int
        Numbers, from 1.
    bits : int
        Bits that are used of each value.
    sop_class : str
        Key of `SOP_CLASS` where it is not the modality.
    """
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = pydicom.uid.UID(SOP_CLASS[sop_class or examination.modality])
    meta.MediaStorageSOPInstanceUID = pydicom.uid.UID(examination.uid(series, instance))
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = meta.MediaStorageSOPClassUID
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.StudyInstanceUID = examination.uid("study")
    dataset.SeriesInstanceUID = examination.uid("series", series)
    dataset.PatientID = f"SIMULATED-{examination.patient}"
    dataset.PatientName = f"Simulated^{examination.patient}"
    dataset.StudyDate, dataset.StudyTime = examination.day, "101500"
    dataset.Modality, dataset.BodyPartExamined = examination.modality, examination.body_part
    dataset.ImageType = ["ORIGINAL", "PRIMARY"]
    dataset.SeriesNumber, dataset.InstanceNumber = series, instance
    dataset.BurnedInAnnotation = "NO"
    is_colour = pixels.ndim == 3 and pixels.shape[-1] == 3
    if pixels.ndim == 3 and not is_colour:
        dataset.NumberOfFrames = pixels.shape[0]
    dataset.Rows, dataset.Columns = pixels.shape[:2] if is_colour else pixels.shape[-2:]
    dataset.SamplesPerPixel = 3 if is_colour else 1
    dataset.PhotometricInterpretation = "RGB" if is_colour else "MONOCHROME2"
    if is_colour:
        dataset.PlanarConfiguration = 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = pixels.dtype.itemsize * 8, bits, bits - 1
    dataset.PixelRepresentation = 0
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    dataset.PixelData = np.ascontiguousarray(pixels, dtype=pixels.dtype.newbyteorder("<")).tobytes()
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def window(low: float, high: float) -> dict[str, Any]:
    """Return the window that shows these values and what lies between."""
    return {"WindowCenter": round((low + high) / 2), "WindowWidth": max(1, round(high - low))}


def place(origin_mm: Sequence[float], directions: Sequence[float]) -> dict[str, Any]:
    """Return where a slice lies: its first pixel's centre, and the directions of its rows and columns."""
    return {
        "ImagePositionPatient": [round(float(v), 4) for v in origin_mm],
        "ImageOrientationPatient": [round(float(v), 6) for v in directions],
    }


def region(bounds: tuple[int, int, int, int], *, mm_per_px: float, is_flow: bool = False) -> Dataset:
    """Return a calibrated region of an ultrasound image: left, top, right, bottom, inclusive."""
    item = Dataset()
    item.RegionSpatialFormat, item.RegionDataType, item.RegionFlags = 1, (2 if is_flow else 1), 0
    (
        item.RegionLocationMinX0,
        item.RegionLocationMinY0,
        item.RegionLocationMaxX1,
        item.RegionLocationMaxY1,
    ) = bounds
    item.PhysicalUnitsXDirection = item.PhysicalUnitsYDirection = 3  # centimetres
    item.PhysicalDeltaX = item.PhysicalDeltaY = mm_per_px / 10.0
    return item
