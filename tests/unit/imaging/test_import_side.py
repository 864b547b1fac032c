"""From source files to copies without identity."""

import io
import re
import warnings
import zlib
from functools import cache
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom._uid_dict import UID_dictionary
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID

from realfm_gui.domain.images import Frame
from realfm_gui.imaging.allowed_attributes import KEPT
from realfm_gui.imaging.decoding import UnreadableImage, decode_content
from realfm_gui.imaging.deidentify import Deidentifier, PreparedImage
from realfm_gui.imaging.sources import discover, read_source

from .conftest import dataset_of, frames_of

IDENTIFYING = ("PN", "LO", "SH", "ST", "LT", "UT", "DA", "DT", "TM", "UI", "AE", "AS")
HARMLESS = ("WindowCenterWidthExplanation", "LUTExplanation", "RescaleType", "ModalityLUTType")
"""Texts from a fixed vocabulary, which may stay."""


@cache
def copies_of(dicom: Path) -> dict[Path, tuple[PreparedImage, tuple[Frame, ...]]]:
    """Copies of all objects, and the frames that the deidentifier itself decoded from each."""
    decoded: list[tuple[Frame, ...]] = []

    def decode(content: bytes) -> tuple[Frame, ...]:
        decoded.append(decode_content(content))
        return decoded[-1]

    deidentifier = Deidentifier(decode=decode)
    prepared = {path: prepare(path, deidentifier) for path in sorted(dicom.glob("*.dcm"))}
    return {path: (copy, frames) for (path, copy), frames in zip(prepared.items(), decoded, strict=True)}


def prepare(path: Path, deidentifier: Deidentifier | None = None) -> PreparedImage:
    return (deidentifier or Deidentifier()).prepare(read_source(path))


def test_that_files_are_found_at_any_depth_once_and_the_rest_is_told(tmp_path: Path) -> None:
    for name in ("b/c/2.dcm", "a/1.png", ".hidden", "b/DICOMDIR", ".git/x"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    found = discover([tmp_path, tmp_path / "a" / "1.png", tmp_path / "absent"])
    assert [path.name for path in found.files] == ["1.png", "2.dcm"]
    assert {skipped.path.name for skipped in found.skipped} == {".hidden", "DICOMDIR", "absent"}


def test_that_every_copy_shows_exactly_what_its_source_shows(dicom: Path) -> None:
    for path, (_, copies) in copies_of(dicom).items():
        sources = frames_of(path)
        assert len(copies) == len(sources), path.name
        for copy, source in zip(copies, sources, strict=True):
            assert np.array_equal(copy.pixels, source.pixels), path.name
            for field in ("slope", "intercept", "units", "spacing_mm", "spacing_kind", "aspect", "padding"):
                assert getattr(copy, field) == getattr(source, field), (path.name, field)
            for field in ("position_mm", "orientation", "is_lossy", "shows_low_as_white", "stored_offset"):
                assert getattr(copy, field) == getattr(source, field), (path.name, field)
            assert [(w.center, w.width, w.function) for w in copy.windows] == [
                (w.center, w.width, w.function) for w in source.windows
            ], path.name


def identifying_values(dataset: Dataset) -> set[str]:
    """Every name, date, text and instance UID of a source, at any depth, too long to occur by chance."""
    values: set[str] = set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for element in [*dataset.file_meta, *dataset.iterall()]:
            if element.VR not in IDENTIFYING or element.keyword in HARMLESS:
                continue
            for value in element.value if element.VM > 1 else [element.value]:
                text = str(value or "").strip()
                is_telling = (len(text) >= 6 and text.strip("0")) or (element.VR == "UI" and text)
                if is_telling and text not in UID_dictionary:
                    values.add(text)
    return values


def without_pixels(content: bytes) -> bytes:
    dataset = pydicom.dcmread(io.BytesIO(content))
    for keyword in ("PixelData", "FloatPixelData"):
        if keyword in dataset:
            del dataset[keyword]
    # A deflated copy would hide what is in it from the search.
    dataset.file_meta.TransferSyntaxUID = UID("1.2.840.10008.1.2.1")
    target = io.BytesIO()
    if dataset.original_encoding[1]:
        dataset.save_as(target, enforce_file_format=True)
        return target.getvalue()
    return content


def code_strings(content: bytes) -> set[str]:
    copy = pydicom.dcmread(io.BytesIO(content))
    codes = [e.value if e.VM > 1 else [e.value] for e in copy.iterall() if e.VR == "CS"]
    names = list(copy.get("WindowCenterWidthExplanation") or [])
    return {str(value) for values in codes for value in values} | {str(name) for name in names}


def test_that_nothing_of_the_sources_identity_is_in_any_copy(dicom: Path) -> None:
    looked_for = 0
    for path, (prepared, _) in copies_of(dicom).items():
        values = identifying_values(dataset_of(path))
        content = without_pixels(prepared.content)
        values -= code_strings(content)  # some sources repeat "BREAST" in their free text
        left = {value for value in values if value.encode("latin-1", "replace") in content}
        assert not left, path.name
        looked_for += len(values)
    assert looked_for > 800


def test_that_only_allowed_attributes_remain_and_none_is_private_or_free_text(dicom: Path) -> None:
    names = "PatientName PatientID PatientBirthDate PatientSex ReferringPhysicianName AccessionNumber StudyID"
    others = "StudyDate StudyTime PatientIdentityRemoved DeidentificationMethod"
    allowed = KEPT | set(names.split()) | set(others.split())
    for path, (prepared, _) in copies_of(dicom).items():
        copy = pydicom.dcmread(io.BytesIO(prepared.content))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for element in copy.iterall():
                assert element.keyword in allowed, (path.name, element.tag)
        assert copy.PatientIdentityRemoved == "YES"
        assert copy.file_meta.MediaStorageSOPInstanceUID == copy.SOPInstanceUID
        assert copy.preamble == b"\0" * 128


@pytest.fixture
def secretive(dicom: Path, tmp_path: Path) -> Path:
    """A source with identity in every corner."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = tmp_path / "SECRET.dcm"
        _with_secrets(dataset_of(dicom / "pydicom_data__693_UNCR.dcm")).save_as(
            path, enforce_file_format=True
        )
    return path


def _with_secrets(dataset: pydicom.FileDataset) -> pydicom.FileDataset:
    reference = Dataset()
    reference.ReferencedSOPInstanceUID = "1.2.777.1"
    dataset.ReferencedImageSequence = Sequence([reference])
    dataset.SourceImageSequence = Sequence([reference])
    group, measures = Dataset(), Dataset()
    measures.PixelSpacing = [0.478516, 0.478516]
    measures.ImageComments = "SECRET-NESTED"
    group.PixelMeasuresSequence = Sequence([measures])
    group.DerivationImageSequence = Sequence([reference])
    dataset.SharedFunctionalGroupsSequence = Sequence([group])
    dataset.PatientID = dataset.StudyInstanceUID  # seen in the wild: must not become one new identifier
    dataset.SeriesDescription = dataset.StationName = dataset.InstitutionName = "SECRET"
    dataset.BodyPartExamined = "SECRET, J."
    dataset.FrameOfReferenceUID = "SECRET"
    dataset.WindowCenterWidthExplanation = "SECRET"
    dataset.private_block(0x0011, "SECRET MAKER", create=True).add_new(1, "LO", "SECRET")
    dataset.add_new(0x60000010, "US", 2)
    dataset.add_new(0x60000022, "LO", "SECRET")
    dataset.PixelData += b"SECRET" * 10
    dataset.preamble = b"SECRET" + b"\0" * 122
    dataset.file_meta.SourceApplicationEntityTitle = "SECRET"
    dataset.file_meta.ImplementationVersionName = "SECRET"
    return dataset


def test_that_no_corner_of_an_object_keeps_its_secret(secretive: Path, caplog) -> None:
    prepared = prepare(secretive)
    assert "SECRET" not in caplog.text
    assert b"secret" not in prepared.content.lower()
    assert b"1.2.777.1" not in prepared.content
    assert "An overlay was removed." in prepared.notes
    assert prepared.patient_id.startswith("p-")
    assert re.fullmatch(r"2\.25\.\d+", prepared.new_study_uid)
    assert decode_content(prepared.content)[0].spacing_mm == pytest.approx((0.478516, 0.478516))


def test_that_one_study_stays_one_study_over_several_imports(dicom: Path) -> None:
    files = sorted((dicom / "series_ct_GE_dcm_qa").glob("*.dcm"))
    first_import = Deidentifier()
    first = prepare(files[0], first_import)
    later = prepare(files[1], Deidentifier(first_import.mapping))
    assert (first.patient_id, first.new_study_uid, first.new_series_uid) == (
        later.patient_id,
        later.new_study_uid,
        later.new_series_uid,
    )
    assert first.new_sop_uid != later.new_sop_uid
    assert prepare(files[0]).new_study_uid != first.new_study_uid


def test_that_a_patient_keeps_the_id_the_caller_chose(dicom: Path) -> None:
    path = dicom / "pydicom_data__693_UNCR.dcm"
    chosen = Deidentifier({read_source(path).patient: "p-0123456789abcdef"})
    assert prepare(path, chosen).patient_id == "p-0123456789abcdef"


def test_that_damaged_files_are_refused_with_a_reason_and_nothing_else_is_raised(damaged: Path) -> None:
    outcome = {}
    for path in sorted(damaged.iterdir()):
        try:
            prepare(path)
            outcome[path.name] = "kept"
        except UnreadableImage as error:
            outcome[path.name] = error.message
    kept = sorted(name for name, what in outcome.items() if what == "kept")
    assert kept == ["OT-PAL-8-face.dcm", "RG2_JPLY.dcm"]


def test_that_a_copy_is_decoded_by_whom_the_caller_says(dicom: Path) -> None:
    seen: list[bytes] = []

    def refuse(content: bytes):
        seen.append(content)
        raise UnreadableImage("The decoder stopped.")

    with pytest.raises(UnreadableImage, match="decoder stopped"):
        prepare(dicom / "pydicom_wheel__6247.dcm", Deidentifier(decode=refuse))
    assert len(seen) == 1


def picture(tmp_path: Path, pixels: np.ndarray, name: str, **options: object) -> Path:
    path = tmp_path / name
    Image.fromarray(pixels).save(path, **options)
    return path


RNG = np.random.default_rng(5)
GREY8 = RNG.integers(0, 255, (30, 40)).astype(np.uint8)
GREY16 = RNG.integers(0, 65535, (31, 41)).astype(np.uint16)
RGB = RNG.integers(0, 255, (30, 41, 3)).astype(np.uint8)


@pytest.mark.parametrize("pixels", [GREY8, GREY16, RGB], ids=["8-bit grey", "16-bit grey", "RGB"])
def test_that_a_png_keeps_every_value(tmp_path: Path, pixels: np.ndarray) -> None:
    prepared = prepare(picture(tmp_path, pixels, "x.png"))
    (frame,) = decode_content(prepared.content)
    assert np.array_equal(frame.pixels, pixels)
    assert not frame.is_lossy
    assert (frame.spacing_mm, frame.spacing_kind) == (None, "none")
    copy = pydicom.dcmread(io.BytesIO(prepared.content))
    assert (list(copy.ImageType), copy.ConversionType) == (["DERIVED", "SECONDARY"], "WSD")


def test_that_a_jpeg_is_marked_lossy_turned_upright_and_loses_its_exif(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E], exif[0x0112] = "SECRET", 6  # description; rotated by 90 degrees
    upright = np.zeros((40, 64, 3), np.uint8)
    upright[:8] = 250
    path = picture(tmp_path, upright, "x.jpg", exif=exif, quality=95)
    prepared = prepare(path)
    (frame,) = decode_content(prepared.content)
    assert frame.is_lossy
    assert (frame.rows, frame.columns) == (64, 40)
    assert frame.pixels[:, -4:].min() > 200  # what was on top is now at the right
    assert not frame.is_colour  # equal channels
    assert b"SECRET" not in prepared.content


def test_that_transparency_is_laid_over_black(tmp_path: Path) -> None:
    pixels = np.dstack([np.full((8, 8), 200, np.uint8)] * 3 + [np.zeros((8, 8), np.uint8)])
    pixels[:4, :, 3] = 255
    (frame,) = decode_content(prepare(picture(tmp_path, pixels, "x.png")).content)
    assert frame.pixels.tolist() == [[200] * 8] * 4 + [[0] * 8] * 4


@pytest.mark.parametrize("name", ["x.png", "x.jpg"])
def test_that_a_cut_picture_is_refused(tmp_path: Path, name: str) -> None:
    path = picture(tmp_path, RGB, name)
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(UnreadableImage, match=r"cut short|damaged"):
        prepare(path)


def test_that_a_decompression_bomb_is_refused_before_it_unfolds(tmp_path: Path) -> None:
    path = picture(tmp_path, GREY8, "bomb.png")
    content = bytearray(path.read_bytes())
    content[16:24] = (12000).to_bytes(4, "big") + (12000).to_bytes(4, "big")  # beyond Pillow's warning only
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    path.write_bytes(content)
    with pytest.raises(UnreadableImage, match="more pixels"):
        read_source(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.4", "PDF"),
        (b"PK\x03\x04", "zip"),
        (b"hello\n" * 99, "text"),
        (b"\x89PNG\r\n\x1a\nxx", "damaged"),
    ],
)
def test_that_foreign_files_are_refused_by_name(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "image.dcm"
    path.write_bytes(content)
    with pytest.raises(UnreadableImage, match=reason):
        read_source(path)


def test_that_patients_are_told_apart(dicom: Path, shared: Path) -> None:
    one, other = (read_source(path) for path in sorted((shared / "data/cxr/nih24").glob("*.png"))[:2])
    assert one.patient != other.patient
    assert read_source(dicom / "pydicom_data__693_UNCR.dcm").patient == "CQ500-CT-310"
    assert read_source(dicom / "pydicom_data__emri_small.dcm").patient.startswith("study:")
