"""What lies in the folders somebody wants to import: files, and who and what each one is."""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from realfm_gui.imaging.errors import UnreadableImage

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedFile:
    """A file (or path) that is not looked at, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What `discover` found: files to read, in order, and those left aside."""

    files: tuple[Path, ...]
    skipped: tuple[SkippedFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceImage:
    """Who and what one source file is. Holds identifiers of the source: never to be stored unsealed.

    `kind` is "dicom", "png" or "jpeg". `patient` tells patients apart: the Patient ID (with its issuer) of
    a DICOM file, else its study; a PNG or JPEG has none, so it is taken for a patient of its own unless the
    caller knows better (``dataclasses.replace(source, patient=...)``). `examined_at` is the study's date and
    time, None where the file gives no date.
    """

    path: Path
    kind: str
    patient: str
    study_uid: str
    series_uid: str
    sop_uid: str
    modality: str
    instance_number: int | None
    sha256: str
    examined_at: datetime | None = None


def discover(paths: Sequence[Path]) -> Discovery:
    """Return all files at or below some paths, each once, sorted; hidden files and DICOMDIR are skipped."""
    found: dict[Path, Path] = {}
    skipped: list[SkippedFile] = []
    for given in paths:
        if given.is_dir():
            for folder, subfolders, names in os.walk(given, onerror=_note_unreadable(skipped)):
                subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
                for name in sorted(names):
                    _sort_in(Path(folder, name), found, skipped)
        elif given.exists():
            _sort_in(given, found, skipped)
        else:
            skipped.append(SkippedFile(path=given, reason="There is no such file or folder."))
    return Discovery(files=tuple(found.values()), skipped=tuple(skipped))


def _note_unreadable(skipped: list[SkippedFile]) -> Callable[[OSError], None]:
    def note(error: OSError) -> None:
        reason = f"The folder cannot be read ({error.strerror})."
        skipped.append(SkippedFile(path=Path(str(error.filename)), reason=reason))

    return note


def _sort_in(path: Path, found: dict[Path, Path], skipped: list[SkippedFile]) -> None:
    if path.name.startswith("."):
        skipped.append(SkippedFile(path=path, reason="It is a hidden file."))
    elif path.name.upper() == "DICOMDIR":
        skipped.append(SkippedFile(path=path, reason="It is a DICOM directory (DICOMDIR), not an image."))
    elif not path.is_file():
        skipped.append(SkippedFile(path=path, reason="It is not a regular file."))
    else:
        found.setdefault(path.resolve(), path)


def read_source(path: Path) -> SourceImage:
    """Return who and what a file is, from its header; its pixels are not decoded.

    Raises
    ------
    UnreadableImage
        If it is not a DICOM image, a PNG or a JPEG.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableImage(f"The file cannot be read ({error.strerror or 'input/output'}).") from error
    sha256 = hashlib.sha256(content).hexdigest()
    kind = _kind(content)
    if kind != "dicom":
        from realfm_gui.imaging.secondary_capture import check_picture

        check_picture(content)
        return SourceImage(
            path=path,
            kind=kind,
            patient=f"file:{sha256}",
            study_uid="",
            series_uid="",
            sop_uid="",
            modality="OT",
            instance_number=None,
            sha256=sha256,
        )
    return _dicom_source(path, content, sha256)


def _kind(content: bytes) -> str:
    if content.startswith(_PNG):
        return "png"
    return "jpeg" if content.startswith(_JPEG) else "dicom"


def _dicom_source(path: Path, content: bytes, sha256: str) -> SourceImage:
    from realfm_gui.imaging.dataset import number, open_dataset, quiet, text

    dataset = open_dataset(content)
    with quiet():
        study, series, sop = (
            text(dataset, key) for key in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
        )
        patient_id, issuer = text(dataset, "PatientID"), text(dataset, "IssuerOfPatientID")
        patient = f"{issuer}|{patient_id}" if issuer and patient_id else patient_id
        instance = number(dataset, "InstanceNumber")
        return SourceImage(
            path=path,
            kind="dicom",
            patient=patient or (f"study:{study}" if study else f"file:{sha256}"),
            study_uid=study,
            series_uid=series,
            sop_uid=sop,
            modality=text(dataset, "Modality"),
            instance_number=None if instance is None else int(instance),
            sha256=sha256,
            examined_at=_moment(text(dataset, "StudyDate"), text(dataset, "StudyTime")),
        )


def _moment(day: str, time: str) -> datetime | None:
    """Return a DICOM date and time (YYYYMMDD, HHMMSS.FFFFFF or the beginning of it), None without a date."""
    day = day.replace(".", "").replace("-", "")  # some write it as in the standard before 1993, or as ISO
    digits = time.partition(".")[0].replace(":", "")[:6].ljust(6, "0")
    try:
        at_midnight = datetime.strptime(day, "%Y%m%d")
        return datetime.strptime(day + digits, "%Y%m%d%H%M%S") if digits.isdecimal() else at_midnight
    except ValueError:
        return None
