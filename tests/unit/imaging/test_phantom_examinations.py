import math
from io import BytesIO

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from realfm_gui.imaging import phantom_examinations as made
from realfm_gui.imaging.decoding import decode_content
from realfm_gui.imaging.hung_panes import hang_case
from realfm_gui.imaging.phantom_files import Disc, SimulatedFile
from realfm_gui.imaging.phantom_shapes import chord, stamp_tube
from realfm_gui.imaging.phantom_ultrasound import colour_flow
from realfm_gui.workflows.hanging import hanging_rules


@pytest.fixture(scope="module")
def tomograms() -> list[SimulatedFile]:
    return list(made.chest_tomography(slices=20))


@pytest.fixture(scope="module")
def breasts() -> list[SimulatedFile]:
    return list(made.mammography())


@pytest.fixture(scope="module")
def brains() -> list[SimulatedFile]:
    return list(made.brain_resonance())


def _opened(file: SimulatedFile) -> Dataset:
    return pydicom.dcmread(BytesIO(file.content))


def _best(files: list[SimulatedFile], word: str = "") -> tuple[SimulatedFile, Disc]:
    file = next(file for file in files if file.is_best and word in file.name)
    assert file.lesion is not None
    return file, file.lesion


def _ring_and_middle(values: NDArray[np.float64], disc: Disc) -> tuple[float, float]:
    """Return the means around a disc (1.6 to 2.2 radii) and in its inner half."""
    rows, columns = np.ogrid[: values.shape[0], : values.shape[1]]
    distance = np.hypot(rows - disc.row, columns - disc.column) / disc.radius_px
    return float(values[(distance > 1.6) & (distance < 2.2)].mean()), float(values[distance < 0.5].mean())


def test_that_a_tube_is_as_thick_as_its_rays_are_long() -> None:
    axis = np.arange(-6.0, 7.0)
    depth = np.full((13, 13), -1.0, dtype=np.float32)
    stamp_tube(depth, [(x, 0.0) for x in axis], 5.0, (axis, axis))
    # A ray 3 mm beside the axis of a tube of 5 mm crosses 2 * sqrt(25 - 9) = 8 mm of it.
    assert chord(depth, 5.0)[6, 6] == pytest.approx(10.0)
    assert chord(depth, 5.0)[6, 9] == pytest.approx(8.0)
    assert chord(depth, 5.0)[6, 12] == 0.0


def test_that_the_nodule_is_where_it_is_said_to_be_and_was_smaller_before(
    tomograms: list[SimulatedFile],
) -> None:
    radii = []
    for word, shift in (("ct-0", (0.0, 0.0, 0.0)), ("prior", made.PRIOR_SHIFT_MM)):
        file, disc = _best(tomograms, word)
        header = _opened(file)
        x, y, z = (float(v) for v in header.ImagePositionPatient)
        spacing = float(header.PixelSpacing[0])
        wanted = [place + move for place, move in zip(made.NODULE_MM, shift, strict=True)]
        assert [x + disc.column * spacing, y + disc.row * spacing] == pytest.approx(wanted[:2])
        assert abs(z - wanted[2]) <= made.CT_STEP_MM / 2
        around, middle = _ring_and_middle(header.pixel_array.astype(float) - 1024, disc)
        assert middle > -150
        assert around < -400
        radii.append(disc.radius_px)
    assert radii[1] < 0.7 * radii[0]


def test_that_the_prior_is_the_same_patient_in_another_frame_of_reference(
    tomograms: list[SimulatedFile],
) -> None:
    current, prior = (_opened(_best(tomograms, word)[0]) for word in ("ct-0", "prior"))
    assert current.PatientID == prior.PatientID == "SIMULATED-C"
    assert prior.StudyDate < current.StudyDate
    assert current.StudyInstanceUID != prior.StudyInstanceUID
    assert current.FrameOfReferenceUID != prior.FrameOfReferenceUID


def test_that_a_mammogram_hangs_back_to_back_as_it_is_stored(breasts: list[SimulatedFile]) -> None:
    frames = [frame for file in breasts for frame in decode_content(file.content)]
    hung = hang_case(frames, [0] * len(frames), hanging_rules())
    shown = [frames[pane.frame] for pane in hung.panes if pane.frame is not None]
    assert (hung.rows, hung.columns) == (2, 2)
    assert [(f.tags["ImageLaterality"], f.tags["ViewPosition"]) for f in shown] == [
        ("R", "CC"),
        ("L", "CC"),
        ("R", "MLO"),
        ("L", "MLO"),
    ]
    assert not any(pane.is_flipped or pane.rotation_degrees for pane in hung.panes)
    for frame, wall in zip(shown, (-1, 0, -1, 0), strict=True):
        pixels = np.asarray(frame.pixels)
        front = 0 if wall == -1 else -1
        assert pixels[600, wall] > 500  # tissue at the chest wall
        assert not pixels[:, front].any()  # air in front of the breast


def test_that_the_mass_is_in_both_views_of_the_right_breast_only(breasts: list[SimulatedFile]) -> None:
    assert [file.name for file in breasts if file.lesion] == ["breast-R-CC.dcm", "breast-R-MLO.dcm"]
    for file in breasts[::2]:
        assert file.lesion is not None
        around, middle = _ring_and_middle(_opened(file).pixel_array.astype(float), file.lesion)
        assert middle > around + 250


def test_that_both_series_of_the_brain_show_one_head_one_of_them_tilted(brains: list[SimulatedFile]) -> None:
    (t1, disc1), (t2, disc2) = (
        next((_opened(file), file.lesion) for file in brains if file.lesion and word in file.name)
        for word in ("T1", "T2")
    )
    assert t1.FrameOfReferenceUID == t2.FrameOfReferenceUID
    normals = [
        np.cross(header.ImageOrientationPatient[:3], header.ImageOrientationPatient[3:])
        for header in (t1, t2)
    ]
    assert math.degrees(math.acos(normals[0] @ normals[1])) == pytest.approx(14.0, abs=0.01)
    assert disc1 is not None
    assert disc2 is not None
    dark = _ring_and_middle(t1.pixel_array.astype(float), disc1)
    bright = _ring_and_middle(t2.pixel_array.astype(float), disc2)
    assert dark[1] < 0.8 * dark[0]
    assert bright[1] > 1.5 * bright[0]


def test_that_a_lateral_chest_radiograph_is_stored_inverted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "CHEST_SHAPE", (130, 120))
    monkeypatch.setattr(made, "CHEST_SPACING_MM", 3.0)
    frontal, lateral = (_opened(file) for file in made.chest_radiograph())
    assert (frontal.PhotometricInterpretation, lateral.PhotometricInterpretation) == (
        "MONOCHROME2",
        "MONOCHROME1",
    )
    corner = (slice(0, 5), slice(0, 5))  # air beside the neck
    assert frontal.pixel_array[corner].mean() < 100
    assert lateral.pixel_array[corner].mean() > 4000


def test_that_an_ultrasound_loop_moves_inside_a_calibrated_region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "LOOP_FRAMES", 3)
    (file,) = made.abdomen_loop()
    frames = decode_content(file.content)
    assert len(frames) == 3
    (region,) = frames[0].regions
    assert region.row_units == "cm"
    assert region.row_delta == pytest.approx(0.034)
    outside = np.asarray(frames[0].pixels).copy()
    outside[region.top : region.bottom + 1, region.left : region.right + 1] = 0
    assert not outside.any()
    assert (np.asarray(frames[0].pixels) != np.asarray(frames[1].pixels)).any()


def test_that_colour_flow_has_both_directions_and_is_the_same_every_time() -> None:
    (file,), (again,) = (list(made.vessel_flow()) for _ in range(2))
    assert file.content == again.content
    colours = np.asarray(decode_content(file.content)[0].pixels)
    np.testing.assert_array_equal(colours, colour_flow(np.random.default_rng(61)))
    red_over_blue = colours[..., 0].astype(int) - colours[..., 2]
    assert (red_over_blue > 100).sum() > 5000
    assert (red_over_blue < -100).sum() > 5000
