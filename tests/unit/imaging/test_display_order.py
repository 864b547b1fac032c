"""Which slice comes first: axial ones go from the head to the feet, however they lie or are cut."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from realfm_gui.domain.frame_order import FRAME_ORDER
from realfm_gui.domain.image_stack import linked_slice
from realfm_gui.domain.patient_geometry import MainPlane
from realfm_gui.imaging.case_loading import loading_case
from realfm_gui.imaging.crosshair import centred
from realfm_gui.imaging.cut_stack import CutStack
from realfm_gui.imaging.decoding_service import DecodingService
from realfm_gui.imaging.planes import reformattable, stack_of_volume
from realfm_gui.imaging.series import load_case
from realfm_gui.imaging.stacking import display_order
from realfm_gui.imaging.volume_frames import VolumeFrames, volume_of_frames
from realfm_gui.imaging.volume_loading import load_volume

from .made_series import anatomy, ct_slice

COS, SIN = math.cos(math.radians(20)), math.sin(math.radians(20))
HALF = math.sqrt(0.5)
UP, DOWN = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), (-1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
CORONAL, SAGITTAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0), (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)

# Normals (row x column): up (0, 0, 1), down (0, 0, -1), tilted (0, -sin, cos) and (0, sin, -cos), coronal
# (0, 1, 0), sagittal (-1, 0, 0). Places in the order in which a scanner might have gone: shuffled.
ALONG_THE_TABLE = [(0, 0, 0), (0, 0, 10), (0, 0, 5), (0, 0, -5)]
STACKS = {
    "normal up": (UP, ALONG_THE_TABLE, [1, 2, 0, 3]),
    "normal down": (DOWN, ALONG_THE_TABLE, [1, 2, 0, 3]),
    "tilted, up": ((1.0, 0.0, 0.0, 0.0, COS, SIN), ALONG_THE_TABLE, [1, 2, 0, 3]),
    "tilted, down": ((-1.0, 0.0, 0.0, 0.0, COS, SIN), ALONG_THE_TABLE, [1, 2, 0, 3]),
    # y grows to the back: the front comes first. x grows to the left, from where one looks.
    "coronal": (CORONAL, [(0, 0, 0), (0, 10, 0), (0, 5, 0), (0, -5, 0)], [3, 0, 2, 1]),
    "sagittal": (SAGITTAL, [(0, 0, 0), (10, 0, 0), (5, 0, 0), (-5, 0, 0)], [1, 2, 0, 3]),
}
AXIAL_STACKS = [name for name in STACKS if name not in ("coronal", "sagittal")]


@pytest.fixture(scope="module")
def service() -> Iterator[DecodingService]:
    service = DecodingService()
    yield service
    service.close()


def written(folder: Path, name: str) -> list[Path]:
    """Write a stack, each slice with pixels of its own, file by file in the order of `STACKS`."""
    orientation, places, _ = STACKS[name]
    paths = []
    for number, (pixels, place) in enumerate(zip(anatomy(len(places), 12, 10), places, strict=True)):
        dataset = ct_slice(pixels, uid="1.2.3", number=number, position=place)
        dataset.ImageOrientationPatient, dataset.PixelSpacing = list(orientation), [1.0, 1.0]
        paths.append(folder / f"{number}.dcm")
        dataset.save_as(paths[-1], enforce_file_format=True)
    return paths


def numbers(frames: Sequence) -> list[int]:
    """Places of frames in `STACKS`."""
    return [int(frame.tags["InstanceNumber"]) - 1 for frame in frames]


@pytest.mark.parametrize("name", STACKS)
def test_that_axial_planes_come_head_first_coronal_front_first_and_sagittal_left_first(name: str) -> None:
    orientation, places, expected = STACKS[name]
    assert display_order(orientation, places).tolist() == expected
    # Studies hold slice numbers: whoever changes what is expected here raises it.
    assert FRAME_ORDER == 2


def test_that_of_two_planes_at_one_place_the_first_comes_first() -> None:
    places = [(0, 0, 5), (0, 0, 9), (0, 0, 5)]
    assert display_order(UP, places).tolist() == display_order(DOWN, places).tolist() == [1, 0, 2]


@pytest.mark.parametrize("rounding", [-1e-4, 0.0, 1e-4])
def test_that_planes_half_way_to_coronal_come_head_first_whatever_the_rounding(rounding: float) -> None:
    # Which slice is asked for the orientation of all differs between the ways of loading a case.
    leaning = (1.0, 0.0, 0.0, 0.0, HALF - rounding, HALF + rounding)
    places = [(0, -5.0 * k, 5.0 * k) for k in range(3)]
    assert display_order(leaning, places).tolist() == [2, 1, 0]


@pytest.mark.parametrize("name", STACKS)
def test_that_volume_and_decoded_frames_have_one_order(tmp_path: Path, service, name: str) -> None:
    paths = written(tmp_path, name)
    voxels, expected = anatomy(4, 12, 10), STACKS[name][2]
    decoded = load_case(paths).frames
    *_, step = loading_case(paths, service)
    (shown,) = step.frames.parts
    volumes = (load_volume(paths[::-1]), volume_of_frames(decoded[::-1]), shown.volume)
    for frames in (decoded, step.frames, *(VolumeFrames(volume) for volume in volumes)):
        assert numbers(frames) == expected
        for frame, number in zip(frames, expected, strict=True):
            assert frame.position_mm == pytest.approx(STACKS[name][1][number])
            assert np.array_equal(frame.values(), voxels[number] - 1024)


@pytest.mark.parametrize("name", AXIAL_STACKS)
def test_that_axial_cuts_scroll_the_same_way_as_the_slices_they_are_made_of(
    tmp_path: Path, name: str
) -> None:
    volume = load_volume(written(tmp_path, name))
    source = reformattable(volume)
    cuts, acquired = CutStack(source, centred(source), MainPlane.AXIAL), stack_of_volume(volume)
    followed = [linked_slice(acquired, cuts.plane(index)) for index in range(len(cuts))]
    indices = [found.index for found in followed if found is not None]
    assert indices == sorted(indices)
    if name.startswith("tilted"):
        # Set upright, a cut crosses slices: the first is followed to the first, a later one to a later one.
        assert indices[0] == 0
        assert indices[-1] >= 2
        return
    assert indices == [0, 1, 2, 3]
    assert [cut.position_mm[2] for cut in cuts] == pytest.approx([10, 5, 0, -5])
    across = slice(None) if name == "normal up" else slice(None, None, -1)  # seen from the feet
    for cut, own in zip(cuts, VolumeFrames(volume), strict=True):
        assert np.array_equal(cut.values(), own.values()[:, across])
