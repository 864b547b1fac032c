"""CT series written file by file, for loading them again."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.uid import CTImageStorage, ImplicitVRLittleEndian, JPEGLSLossless, generate_uid

from .made_objects import made, quietly

AXIAL = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0]


def anatomy(slices: int, rows: int = 64, columns: int = 48, seed: int = 0) -> np.ndarray:
    """Smooth shapes with noise, as CT has them: int16, (slices, rows, columns)."""
    noise = np.random.default_rng(seed).normal(0, 12, (slices, rows, columns))
    z, y, x = np.ogrid[:slices, :rows, :columns]
    body = ((y / rows - 0.5) ** 2 + (x / columns - 0.5) ** 2 < 0.16) * 1000.0
    waves = 150 * np.sin(y / rows * 9 + z / slices * 5) * np.cos(x / columns * 11)
    return (body + waves + noise).astype(np.int16)


def ct_slice(
    pixels: np.ndarray, *, uid: str, number: int, position: Iterable[float], **changes: Any
) -> pydicom.FileDataset:
    """One CT image with the attributes a scanner writes, values less 1024."""
    dataset = made(pixels, Modality="CT", SOPClassUID=CTImageStorage, SeriesInstanceUID=uid)
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"{uid}.{number + 1}"
    dataset.StudyInstanceUID, dataset.FrameOfReferenceUID = f"{uid}.0.1", f"{uid}.0.2"
    dataset.PatientName, dataset.PatientID = "Made^Up", "made-up"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.StudyDate, dataset.StudyTime, dataset.Manufacturer = "20200101", "120000", "None"
    dataset.SeriesDescription, dataset.BodyPartExamined = "made for a test", "CHEST"
    dataset.KVP, dataset.SliceThickness, dataset.ConvolutionKernel = "120", "1", "B"
    dataset.InstanceNumber, dataset.PatientPosition = number + 1, "HFS"
    dataset.ImagePositionPatient, dataset.ImageOrientationPatient = list(position), AXIAL
    dataset.PixelSpacing, dataset.RescaleSlope, dataset.RescaleIntercept = [0.7, 0.5], "1", "-1024"
    dataset.RescaleType, dataset.WindowCenter, dataset.WindowWidth = "HU", "40", "400"
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    return dataset


def write_series(
    folder: Path, voxels: np.ndarray, *, is_jpeg_ls: bool = False, is_implicit: bool = False, **changes: Any
) -> list[Path]:
    """Write slices from the head down, each into a file of a random place in the alphabet."""
    uid, paths = str(generate_uid())[:40], []
    names = np.random.default_rng(1).permutation(len(voxels))
    for number, pixels in enumerate(voxels):
        dataset = ct_slice(pixels, uid=uid, number=number, position=(-10.0, 5.0, -2.0 * number), **changes)
        if is_jpeg_ls:
            quietly(lambda d=dataset: d.compress(JPEGLSLossless, generate_instance_uid=False))
        if is_implicit:
            dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
        path = folder / f"{names[number]:05}.dcm"
        quietly(lambda d=dataset, p=path: pydicom.dcmwrite(p, d, enforce_file_format=True))
        paths.append(path)
    return paths
