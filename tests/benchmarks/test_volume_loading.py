"""A CT series from disk to one sorted volume, and to its first painted slice, beside SimpleITK and pydicom.

The series is made here: 512 x 512, values like a body's, one file per slice, names out of order. Files are in
the system's cache for everybody; each round times every side once, in turn, so that a busy minute hits all.
"""

import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, JPEGLSLossless

from realfm_gui.domain.images import Frame
from realfm_gui.imaging.case_loading import loading_case
from realfm_gui.imaging.decoding_service import DecodingService
from realfm_gui.imaging.rendering import apply, build_pyramid, default_window, fit, lookup_table, resample
from realfm_gui.imaging.volume_loading import load_volume, loading_volume

pytestmark = pytest.mark.benchmark

SIZE = 512
SLICES = 300
ROUNDS = 7
VIEW = 1000
HUGE_SLICES = 1000


def body(number: int, count: int) -> np.ndarray:
    y, x = np.ogrid[:SIZE, :SIZE]
    noise = np.random.default_rng(number).normal(0, 12, (SIZE, SIZE))
    inside = ((y / SIZE - 0.5) ** 2 + (x / SIZE - 0.5) ** 2 < 0.16) * 1000.0
    waves = 150 * np.sin(y / 57 + number / count * 5) * np.cos(x / 46)
    return (inside + waves + noise).astype(np.int16)


def write_series(folder: Path, count: int, *, is_jpeg_ls: bool = False) -> list[Path]:
    names = np.random.default_rng(1).permutation(count)
    distinct = [body(number, count) for number in range(min(count, 50))]
    paths = []
    for number in range(count):
        dataset = ct_slice(distinct[number % len(distinct)], number)
        if is_jpeg_ls:
            dataset.compress(JPEGLSLossless, generate_instance_uid=False)
        paths.append(folder / f"{names[number]:05}.dcm")
        dataset.save_as(paths[-1], enforce_file_format=True)
    return sorted(paths)


def ct_slice(pixels: np.ndarray, number: int) -> FileDataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = CTImageStorage, f"1.2.3.{number + 1}"
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, f"1.2.3.{number + 1}"
    dataset.ImageType, dataset.Modality = ["ORIGINAL", "PRIMARY", "AXIAL"], "CT"
    dataset.StudyDate = dataset.SeriesDate = dataset.AcquisitionDate = dataset.ContentDate = "20200101"
    dataset.StudyTime = dataset.SeriesTime = dataset.AcquisitionTime = dataset.ContentTime = "120000"
    dataset.AccessionNumber, dataset.Manufacturer, dataset.InstitutionName = "1", "None", "Made up"
    dataset.StudyDescription, dataset.SeriesDescription, dataset.StationName = "CHEST", "1 mm", "CT1"
    dataset.ManufacturerModelName, dataset.PatientName, dataset.PatientID = "None", "Made^Up", "1"
    dataset.PatientBirthDate, dataset.PatientSex, dataset.PatientAge = "19500101", "O", "070Y"
    dataset.BodyPartExamined, dataset.ScanOptions, dataset.SliceThickness = "CHEST", "HELICAL", "1"
    dataset.KVP, dataset.SpacingBetweenSlices, dataset.DataCollectionDiameter = "120", "1", "500"
    dataset.SoftwareVersions, dataset.ProtocolName, dataset.ReconstructionDiameter = "1", "CHEST", "400"
    dataset.GantryDetectorTilt, dataset.TableHeight, dataset.RotationDirection = "0", "150", "CW"
    dataset.ExposureTime, dataset.XRayTubeCurrent, dataset.Exposure = "500", "200", "100"
    dataset.FilterType, dataset.GeneratorPower, dataset.ConvolutionKernel = "BODY", "40", "B30"
    dataset.PatientPosition, dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "HFS", "1.2.4", "1.2.5"
    dataset.StudyID, dataset.SeriesNumber, dataset.AcquisitionNumber = "1", 2, 1
    dataset.InstanceNumber, dataset.FrameOfReferenceUID = number + 1, "1.2.6"
    dataset.ImagePositionPatient = [-200.0, -200.0, 1.0 * number]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.SliceLocation = float(number)
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows = dataset.Columns = SIZE
    dataset.PixelSpacing = [0.78, 0.78]
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit, dataset.PixelRepresentation = 15, 1
    dataset.WindowCenter, dataset.WindowWidth = "40", "400"
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = "-1024", "1", "HU"
    dataset.PixelData = pixels.tobytes()
    dataset["PixelData"].VR = "OW"
    return dataset


def in_turn(sides: dict[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Return the times of every side in ms, one per round; the first round is for warming up."""
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds + 1):
        for name, side in sides.items():
            start = time.perf_counter()
            result = side()
            elapsed = 1000 * (time.perf_counter() - start)
            del result
            if number:
                taken[name].append(elapsed)
    return taken


def told(title: str, taken: dict[str, list[float]], budget: float) -> str:
    lines = [
        f"  {name}: median {statistics.median(times):.1f} ms, p95 {np.percentile(times, 95):.1f} ms"
        for name, times in taken.items()
    ]
    mine, peer = taken.values()
    per_round = [a / b for a, b in zip(mine, peer, strict=True)]
    ratio = f"{statistics.median(per_round):.2f} (p95 {np.percentile(per_round, 95):.2f}), budget {budget}"
    return "\n".join([f"\n{title}", *lines, f"  this / peer: {ratio}"])


def by_simpleitk(folder: Path) -> object:
    import SimpleITK

    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(SimpleITK.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder)))
    return reader.Execute()


def paint_first(paths: list[Path]) -> np.ndarray:
    with closing(loading_volume(paths)) as steps:
        frame = next(steps).preview
    assert frame is not None
    return painted(frame)


def paint_first_of_case(paths: list[Path], service: DecodingService) -> np.ndarray:
    """Paint what the reading room shows first: the first slice in the order of display."""
    with closing(loading_case(paths, service)) as steps:
        return painted(next(steps).frames[0])


def painted(frame: Frame) -> np.ndarray:
    view = resample(build_pyramid(frame), fit(SIZE, SIZE, 1.0, VIEW, VIEW), VIEW, VIEW)
    return apply(view, lookup_table(frame, default_window(frame)))


def test_raw_ct_as_a_volume(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("SimpleITK", reason="the peer: pip install SimpleITK")
    paths = write_series(tmp_path, SLICES)
    whole = in_turn({"this volume": lambda: load_volume(paths), "SimpleITK": lambda: by_simpleitk(tmp_path)})
    first = in_turn(
        {
            "first painted slice": lambda: paint_first(paths),
            "SimpleITK, whole": lambda: by_simpleitk(tmp_path),
        }
    )
    with closing(DecodingService()) as service:
        of_case = in_turn(
            {
                "first picture of the case": lambda: paint_first_of_case(paths, service),
                "SimpleITK, whole": lambda: by_simpleitk(tmp_path),
            }
        )
    with capsys.disabled():
        print(told(f"{SLICES} raw slices of {SIZE} x {SIZE}, sorted", whole, 0.6))
        print(told("the same: first slice in a view of 1000 x 1000", first, 0.1))
        print(
            told(
                "the same: slice nearest the head, all headers read before, as the room shows it",
                of_case,
                0.1,
            )
        )


def by_pydicom(paths: list[Path]) -> object:
    return np.stack([pydicom.dcmread(path).pixel_array for path in paths])


def test_jpeg_ls_ct_as_a_volume(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        paths = write_series(tmp_path, SLICES, is_jpeg_ls=True)
        service = DecodingService(processes=2)
        try:
            taken = in_turn(
                {
                    "two processes": lambda: load_volume(paths, decoding=service),
                    "pydicom, one after the other": lambda: by_pydicom(paths),
                },
                rounds=3,
            )
        finally:
            service.close()
    with capsys.disabled():
        print(told(f"{SLICES} JPEG-LS slices of {SIZE} x {SIZE}", taken, 0.7))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks Linux for the peak of memory")
def test_memory_of_a_long_raw_ct(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_series(tmp_path, HUGE_SLICES)
    code = f"""
from pathlib import Path
from realfm_gui.imaging.volume_loading import load_volume
volume = load_volume(sorted(Path({str(tmp_path)!r}).iterdir()))
assert volume.voxels.shape == ({HUGE_SLICES}, {SIZE}, {SIZE})
print(Path("/proc/self/status").read_text())
"""
    # Not ru_maxrss: that one remembers the process that started this one.
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    peak = next(1024 * int(line.split()[1]) for line in done.stdout.splitlines() if line.startswith("VmHWM"))
    size = 2 * HUGE_SLICES * SIZE * SIZE
    with capsys.disabled():
        print(
            f"\n{HUGE_SLICES} raw slices: peak resident {peak / 1e6:.0f} MB for {size / 1e6:.0f} MB of "
            f"voxels; budget {(1.3 * size + 4e8) / 1e6:.0f} MB"
        )
