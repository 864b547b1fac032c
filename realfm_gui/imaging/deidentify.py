"""Copies for the study: nothing of the source's identity is in them.

Three walls, one behind the other: only allowed attributes are kept, a well-kept library (dicognito) replaces
every identifier among them, and the file is written anew with our own meta header.

Overlays (groups 60xx) never come along, graphics without any text attribute neither: a bit plane may draw a
name as well as a line, which no attribute tells, and what is drawn is often somebody's mark on the very
lesion the study asks for. So do bits of a pixel's cell that are no part of its value, where overlays used to
be put.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pydicom
from dicognito.anonymizer import Anonymizer
from dicognito.element_anonymizer import ElementAnonymizer
from pydicom._uid_dict import UID_dictionary
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, RLELossless, SecondaryCaptureImageStorage, generate_uid

from realfm_gui.domain.identifiers import new_patient_id
from realfm_gui.domain.images import Frame
from realfm_gui.imaging.allowed_attributes import keep_allowed
from realfm_gui.imaging.bit_planes import overlay_groups
from realfm_gui.imaging.dataset import open_dataset, quiet, text, whole
from realfm_gui.imaging.decoding import decode_content
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.hanging_attributes import complete_for_hanging
from realfm_gui.imaging.pixel_decoding import number_of_frames
from realfm_gui.imaging.secondary_capture import wrap_picture
from realfm_gui.imaging.sources import SourceImage

IMPLEMENTATION_UID = UID("2.25.126688539791048790877464486478959648299")
"""Names this program as the writer, in every file the same."""
METHOD = "RealFM: allow-list of attributes"
_PATIENT = "patient:"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedImage:
    """A DICOM Part 10 file without identity, ready to be stored, and its new identifiers."""

    content: bytes
    patient_id: str
    new_study_uid: str
    new_series_uid: str
    new_sop_uid: str
    notes: tuple[str, ...] = ()


class Deidentifier:
    """Gives every source identifier one random new one, throughout an import and those that follow.

    Parameters
    ----------
    known : mapping of str to str
        Source identifiers that already have a new one: an earlier import's `mapping` (which is kept sealed),
        and patients (`SourceImage.patient`, as they are) whose random id the caller chose.
    decode : callable
        How the finished copy is decoded to see that it can be shown, from its bytes to frames; it may raise
        `UnreadableImage`.
    """

    def __init__(
        self,
        known: Mapping[str, str] | None = None,
        *,
        decode: Callable[[bytes], tuple[Frame, ...]] = decode_content,
    ) -> None:
        self._uids: dict[str, str] = {}
        self._patients: dict[str, str] = {}
        for source, new in (known or {}).items():
            if source.startswith(_PATIENT) or not new[:1].isdigit():
                self._patients[source.removeprefix(_PATIENT)] = new
            else:
                self._uids[source] = new
        self._decode = decode
        self._anonymizer = Anonymizer()
        self._anonymizer.add_element_handler(_UidHandler(self._new_uid))

    @property
    def mapping(self) -> Mapping[str, str]:
        """New identifier of every source UID and patient met so far. To be sealed with the source names."""
        # Patients are marked, because a Patient ID may read like a UID, and even be that of the study.
        return self._uids | {f"{_PATIENT}{source}": new for source, new in self._patients.items()}

    def prepare(self, source: SourceImage, *, offset_days: float = 0.0) -> PreparedImage:
        """Return a copy of an image without its identity.

        Compressed pixels stay as they are. The copy is decoded before it is returned.

        Parameters
        ----------
        source : SourceImage
        offset_days : float
            Where its examination lies from the current one of its case: negative for a prior, which then says
            so (see `study_order`), 0 for the current one.

        Raises
        ------
        UnreadableImage
            If it cannot be shown or written; nothing of it is to be kept.
        """
        try:
            content = source.path.read_bytes()
        except OSError as error:
            raise UnreadableImage(f"The file cannot be read ({error.strerror or 'input/output'}).") from error
        with quiet():
            try:
                original = open_dataset(content) if source.kind == "dicom" else wrap_picture(content)
                notes = _notes(original)
                copy = self._copied(original, source)
                if offset_days:
                    copy.LongitudinalTemporalOffsetFromEvent = offset_days
                    copy.LongitudinalTemporalEventType = "BASELINE"
                    if source.series_uid:
                        # Careless copies give both examinations one series: it would be shown as one stack.
                        copy.SeriesInstanceUID = self._new_uid(f"{source.series_uid} {offset_days}")
                written = _written(copy)
            except UnreadableImage:
                raise
            except Exception as error:  # damaged values surface wherever they are converted or written
                raise UnreadableImage("The header is damaged; no clean copy can be written.") from error
        self._decode(written)
        return PreparedImage(
            content=written,
            patient_id=str(copy.PatientID),
            new_study_uid=str(copy.StudyInstanceUID),
            new_series_uid=str(copy.SeriesInstanceUID),
            new_sop_uid=str(copy.SOPInstanceUID),
            notes=notes,
        )

    def _copied(self, original: FileDataset, source: SourceImage) -> FileDataset:
        syntax = original.file_meta.TransferSyntaxUID
        kept = keep_allowed(original)
        meta = FileMetaDataset()
        meta.TransferSyntaxUID = syntax
        copy = FileDataset(
            "",
            kept,
            preamble=b"\0" * 128,
            file_meta=meta,
            is_implicit_VR=bool(syntax.is_implicit_VR),
            is_little_endian=bool(syntax.is_little_endian),
        )
        if str(copy.get("SOPClassUID", "")) not in UID_dictionary:
            copy.SOPClassUID = SecondaryCaptureImageStorage
        self._anonymizer.anonymize(copy)
        for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
            if not text(copy, keyword):
                setattr(copy, keyword, generate_uid(prefix=None))
        _trim_pixels(copy, syntax)
        _clear_unused_bits(copy, original)
        complete_for_hanging(copy, original)
        _identify(copy, self._new_patient(source.patient))
        meta.MediaStorageSOPClassUID = copy.SOPClassUID
        meta.MediaStorageSOPInstanceUID = copy.SOPInstanceUID
        meta.ImplementationClassUID = IMPLEMENTATION_UID
        meta.ImplementationVersionName = "REALFM"
        return copy

    def _new_uid(self, source_uid: str) -> str:
        return self._uids.setdefault(source_uid, str(generate_uid(prefix=None)))

    def _new_patient(self, patient: str) -> str:
        return self._patients.setdefault(patient, new_patient_id())


class _UidHandler(ElementAnonymizer):
    """Replaces UIDs from our own mapping, so that later imports of a patient agree with earlier ones."""

    def __init__(self, new_uid: Callable[[str], str]) -> None:
        self._new_uid = new_uid

    def __call__(self, dataset: Dataset, data_element: pydicom.DataElement) -> bool:  # noqa: ARG002
        if data_element.VR != "UI":
            return False
        value = data_element.value
        if not value:
            return True
        if isinstance(value, str):
            data_element.value = self._replaced(value)
        else:
            data_element.value = [self._replaced(uid) for uid in value]
        return True

    def _replaced(self, uid: str) -> str:
        return uid if uid in UID_dictionary else self._new_uid(uid)

    def describe_actions(self) -> Any:
        yield "Replace UIDs that the standard does not define"


def _identify(copy: Dataset, patient_id: str) -> None:
    # Empty, not absent: the standard requires these attributes in every image.
    copy.PatientID = copy.PatientName = patient_id
    for keyword in ("PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "AccessionNumber"):
        setattr(copy, keyword, "")
    copy.ReferringPhysicianName = copy.StudyID = ""
    copy.PatientIdentityRemoved = "YES"
    copy.DeidentificationMethod = [METHOD, "DICOGNITO"]


def _trim_pixels(copy: FileDataset, syntax: UID) -> None:
    # Bytes behind the last pixel are shown by nobody and may hold anything.
    if syntax.is_encapsulated or "PixelData" not in copy:
        return
    if str(copy.PhotometricInterpretation) == "YBR_FULL_422":
        return  # two bytes a pixel instead of three: the length below does not hold
    samples = int(copy.Rows) * int(copy.Columns) * int(copy.get("SamplesPerPixel", 1))
    expected = (samples * number_of_frames(copy) * int(copy.BitsAllocated) + 7) // 8
    if len(copy.PixelData) > expected + 1:
        copy.PixelData = copy.PixelData[: expected + expected % 2]


def _clear_unused_bits(copy: FileDataset, original: FileDataset) -> None:
    # They may hold an overlay, drawn text included. JPEG has no such bits. RLE has: where the source says
    # that an overlay is in them, its pixels are written out plain, which loses nothing.
    stored, allocated = whole(copy, "BitsStored", 0), whole(copy, "BitsAllocated", 0)
    if "PixelData" not in copy or allocated not in (8, 16) or not 0 < stored < allocated:
        return
    if copy.file_meta.TransferSyntaxUID == RLELossless and _has_embedded_overlay(original):
        copy.decompress(generate_instance_uid=False)
    syntax = copy.file_meta.TransferSyntaxUID
    if syntax.is_encapsulated:
        return
    high = whole(copy, "HighBit", stored - 1)
    high = high if stored - 1 <= high < allocated else stored - 1
    mask = ((1 << stored) - 1) << (high + 1 - stored)
    size = allocated // 8
    whole_cells = copy.PixelData[: len(copy.PixelData) // size * size]
    cells = np.frombuffer(whole_cells, f"{'<' if syntax.is_little_endian else '>'}u{size}")
    copy.PixelData = (cells & cells.dtype.type(mask)).astype(cells.dtype).tobytes()


def _has_embedded_overlay(original: FileDataset) -> bool:
    return any((group, 0x3000) not in original for group in overlay_groups(original))


def _notes(original: FileDataset) -> tuple[str, ...]:
    notes = []
    if overlay_groups(original):
        notes.append("An overlay was removed.")
    if text(original, "BurnedInAnnotation") == "YES":
        notes.append("The source says that text is burned into the image.")
    if str(original.get("SOPClassUID", "")) not in UID_dictionary:
        notes.append("The object's class was unknown; the copy is a secondary capture.")
    return tuple(notes)


def _written(copy: FileDataset) -> bytes:
    target = io.BytesIO()
    copy.save_as(target, enforce_file_format=True)
    return target.getvalue()
