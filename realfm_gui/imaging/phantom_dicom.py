"""Write a phantom as a DICOM file, the way a detector would: sixteen bits, geometry, a window, an identity.

The identity is made up and says so; the file goes through the same import as anybody's, de-identification
included.
"""

import io

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

DIGITAL_X_RAY_FOR_PRESENTATION = "1.2.840.10008.5.1.4.1.1.1.1"


def phantom_file(pixels: NDArray[np.uint16], *, name: str, pixel_spacing_mm: float) -> bytes:
    """Return a DICOM Part 10 file.

    Parameters
    ----------
    pixels : uint16 array of shape (rows, columns)
        Stored values, 12 bits used.
    name : str
        Seeds the identifiers, so that the same name gives the same file.
    pixel_spacing_mm : float
        Detector spacing.
    """
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = pydicom.uid.UID(DIGITAL_X_RAY_FOR_PRESENTATION)
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=[name, "instance"])
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = meta.MediaStorageSOPClassUID
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    dataset.StudyInstanceUID = generate_uid(entropy_srcs=[name, "study"])
    dataset.SeriesInstanceUID = generate_uid(entropy_srcs=[name, "series"])
    dataset.PatientID = f"PHANTOM-{name}"
    dataset.PatientName = f"Phantom^{name}"
    dataset.Modality = "DX"
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.ImageType = ["DERIVED", "PRIMARY"]
    dataset.SeriesNumber = 1
    dataset.InstanceNumber = 1
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 12, 11
    dataset.PixelRepresentation = 0
    dataset.ImagerPixelSpacing = [pixel_spacing_mm, pixel_spacing_mm]
    low, high = (float(v) for v in np.percentile(pixels, (0.5, 99.8)))
    dataset.WindowCenter = round((low + high) / 2)
    dataset.WindowWidth = max(1, round(high - low))
    dataset.PixelData = np.ascontiguousarray(pixels, dtype="<u2").tobytes()
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
