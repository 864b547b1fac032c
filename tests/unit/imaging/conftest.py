"""Real DICOM objects, decoded once for all tests of this folder."""

import warnings
from functools import cache
from pathlib import Path

import pydicom
import pytest

from realfm_gui.domain.images import Frame
from realfm_gui.imaging.decoding import decode_frames


@pytest.fixture(scope="session")
def dicom(shared: Path) -> Path:
    return shared / "data" / "dicom"


@pytest.fixture(scope="session")
def damaged(shared: Path) -> Path:
    return shared / "data" / "dicom_bad"


@cache
def frames_of(path: Path) -> tuple[Frame, ...]:
    return decode_frames(path)


def dataset_of(path: Path) -> pydicom.FileDataset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pydicom.dcmread(path, force=True)
