"""A small study with marks: a positive and a negative radiograph, and a CT of five slices."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from pydicom.uid import generate_uid

from realfm_gui.domain.case import Split
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.truth import TruthLabel
from realfm_gui.imaging.phantom_dicom import phantom_file
from realfm_gui.imaging.secondary_capture import wrap_picture
from realfm_gui.storage import SourceRecord, StudyStore
from tests.small_study import PROTOCOL
from tests.unit.imaging.made_series import anatomy, write_series

POSITIVE, NEGATIVE, CT = (f"c-{number:016x}" for number in range(3))
SLICES = 5
MARKED = PROTOCOL.replace('name = "Nodule"', 'name = "Nodule"\nmarks = "point"')


def make_marked_study(folder: Path, protocol: str = MARKED) -> StudyStore:
    """Create a study of three cases; their sources are called one.dcm, two.dcm and ct/<number>.dcm."""
    rng = np.random.default_rng(0)
    pixels = [rng.integers(0, 4096, (24, 32)).astype(np.uint16) for _ in range(2)]
    files = [[phantom_file(image, name=str(n), pixel_spacing_mm=0.5)] for n, image in enumerate(pixels)]
    (folder / "ct").mkdir(parents=True)
    written = write_series(folder / "ct", anatomy(SLICES, 24, 32))
    files.append([path.read_bytes() for path in written[::-1]])  # stored from the last slice to the first
    names = [["one.dcm"], ["two.dcm"], [f"ct/{number}.dcm" for number in reversed(range(SLICES))]]
    store = StudyStore.create(folder / "marked.study", protocol)
    sources: list[SourceRecord] = []
    for case_id, contents, called in zip((POSITIVE, NEGATIVE, CT), files, names, strict=True):
        sources += add_case(store, case_id, contents, called)
    store.append(
        EventKind.IMPORT_FINISHED,
        {"accepted": 3, "refused": 0, "sources_salted_sha256": store.write_sources(sources)},
        actor="coordinator",
    )
    seal_truth(store, {POSITIVE: True, NEGATIVE: False, CT: True})
    return store


def seal_truth(store: StudyStore, is_present: dict[str, bool]) -> None:
    """Seal the reference standard of the test set."""
    labels = [TruthLabel(case_id=c, finding="nodule", is_present=value) for c, value in is_present.items()]
    sealed = {"split": Split.READING, "salted_sha256": store.write_truth(Split.READING, labels)}
    store.append(EventKind.TRUTH_SEALED, sealed, actor="coordinator")


def add_case(
    store: StudyStore, case_id: str, contents: Sequence[bytes], names: Sequence[str]
) -> list[SourceRecord]:
    """Add a case of these files to the test set; return where they came from."""
    images, sources = [], []
    for number, (content, name) in enumerate(zip(contents, names, strict=True)):
        image_id = f"i-{case_id[2:-2]}{number:02x}{case_id[-2:]}"
        images.append(
            {
                "image_id": image_id,
                "file": f"{image_id}.dcm",
                "series": 0,
                "position": number,
                "salted_sha256": store.add_image(f"{image_id}.dcm", content),
            }
        )
        sources.append(
            SourceRecord(
                case_id=case_id,
                patient_id=f"p-{case_id}",
                image_id=image_id,
                path=f"/data/{name}",
                source_patient=f"hospital|MRN-{case_id[-1]}",
                study_uid=f"1.2.{case_id[-1]}",
                series_uid=f"1.2.{case_id[-1]}.1",
                sop_uid=f"1.2.{case_id[-1]}.1.{number}",
                sha256=f"{case_id}{number}",
                split=Split.READING,
            )
        )
    added = {
        "case_id": case_id,
        "patient_id": f"p-{case_id}",
        "split": Split.READING,
        "indication": "",
        "images": images,
    }
    store.append(EventKind.CASE_ADDED, added, actor="coordinator")
    return sources


def wrapped(picture: Path) -> bytes:
    """Return a PNG or JPEG file as the import stores it."""
    dataset = wrap_picture(picture.read_bytes())
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
        setattr(dataset, keyword, generate_uid(entropy_srcs=[picture.name, keyword]))
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    content = BytesIO()
    dataset.save_as(content, enforce_file_format=True)
    return content.getvalue()
