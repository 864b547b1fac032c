"""Import images and their reference standard: de-identified, under random ids, nothing lost on the way.

Three passes. *Look* (import_survey): read every file's header, match it with the truth table, sort it into a
case. *Store*: de-identify, decode once (in a child process, so that a hostile file costs only itself), keep.
*Record* (import_record): write the sealed files, then one event per case. A refused file is listed with its
reason and never stops the others; stopping early keeps the cases that are whole.
"""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from realfm_gui.domain.changes import Changes
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.identifiers import new_image_id
from realfm_gui.domain.images import Frame
from realfm_gui.domain.progress import Progress, silent
from realfm_gui.storage import SourceRecord, StudyStore
from realfm_gui.workflows.import_record import discard_leftovers, record_cases, record_late_truth
from realfm_gui.workflows.import_survey import Candidate, KnownSources, Refusal, survey
from realfm_gui.workflows.truth_matching import TruthMatcher
from realfm_gui.workflows.truth_table import read_truth_table

if TYPE_CHECKING:
    from realfm_gui.imaging.decoding_service import DecodingService
    from realfm_gui.imaging.deidentify import Deidentifier
    from realfm_gui.imaging.sources import SourceImage


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did.

    `refused` lists (file, reason), `notes` what was left out of accepted files; `late_truth` counts cases of
    earlier imports whose reference standard came with this one.
    """

    cases: int
    images: int
    late_truth: int
    refused: tuple[Refusal, ...]
    notes: tuple[Refusal, ...]

    @property
    def changes(self) -> Changes:
        """What is stale after it."""
        return Changes(cases=True, worklist=True)

    def summary(self) -> str:
        """Return what happened in a sentence or two."""
        said = f"Imported {self.images} images of {self.cases} cases."
        if self.late_truth:
            said += f" Added the reference standard of {self.late_truth} cases imported before."
        if self.refused:
            said += f" {len(self.refused)} refused, each with its reason."
        return said


def import_images(
    store: StudyStore,
    paths: Sequence[Path],
    *,
    truth_csv: Path | None = None,
    progress: Progress = silent,
) -> ImportReport:
    """Import files and folders into a study.

    Without a truth table every image goes to the reading split, its truth to come with a later import of the
    same files. With a table, an image without a row is refused, unless it is a prior that a row asks for
    (see `import_priors`). A case is one examination (DICOM study) of one patient, with its priors; a PNG or
    JPEG file is a case.

    Once somebody has read, no case is added; the reference standard of cases already there still may come.

    Raises
    ------
    UserFacingError
        If reading has begun and no truth table is given, nothing was found, the truth table as a whole cannot
        be used, or another import, fit or prediction is under way.
    Cancelled
        When the user stopped it; the cases that were whole are kept.
    """
    has_begun = bool(store.readings())
    if has_begun and truth_csv is None:
        raise UserFacingError(
            "Reading has begun, so no case can be added.",
            hint="A change of the test set after the first reading needs a new study.",
        )
    found, refused = _discover(paths, truth_csv)
    matcher = None
    if truth_csv is not None:
        table = read_truth_table(truth_csv, findings=[finding.id for finding in store.protocol.findings])
        refused += table.refused
        matcher = TruthMatcher(table)
    with store.exclusive_work():
        known = KnownSources.of(store)
        late_truth = 0 if matcher is None else record_late_truth(store, known, matcher, refused)
        candidates = survey(found, known, matcher, refused, progress)
        if has_begun:
            late = [path for candidate in candidates for path, _ in candidate.sources]
            refused += [(str(path), "reading has begun, so no case can be added") for path in late]
            candidates = []
        return _store(store, known, candidates, late_truth, refused, progress)


def _store(
    store: StudyStore,
    known: KnownSources,
    candidates: Sequence[Candidate],
    late_truth: int,
    refused: list[Refusal],
    progress: Progress,
) -> ImportReport:
    from realfm_gui.imaging.decoding_service import DecodingService
    from realfm_gui.imaging.deidentify import Deidentifier

    discard_leftovers(store)
    notes: list[Refusal] = []
    whole: list[Candidate] = []
    deidentifier: Deidentifier | None = None
    try:
        with closing(DecodingService()) as decoding, TemporaryDirectory() as work:
            probe = _Probe(decoding, Path(work) / "probe.dcm")
            # The patient inside the file bears the same random id as in the log.
            patients = {candidate.patient: candidate.patient_id for candidate in candidates}
            deidentifier = Deidentifier({**store.read_uid_map(), **patients}, decode=probe)
            for number, candidate in enumerate(candidates):
                progress(number, len(candidates), "Importing cases")
                _keep(store, deidentifier, candidate, refused, notes)
                if candidate.images:
                    whole.append(candidate)
        progress(len(candidates), len(candidates), "Importing cases")
    finally:
        # Also when stopped or out of space: what is whole is kept, what is half done leaves no file.
        discard_leftovers(store, keep={image["file"] for case in whole for image in case.images})
        try:
            if deidentifier is not None:
                store.write_uid_map(deidentifier.mapping)
            record_cases(store, known, whole, refused)
        finally:
            discard_leftovers(store)
    return ImportReport(
        cases=len(whole),
        images=sum(len(candidate.images) for candidate in whole),
        late_truth=late_truth,
        refused=tuple(refused),
        notes=tuple(notes),
    )


def _discover(paths: Sequence[Path], truth_csv: Path | None) -> tuple[list[Path], list[Refusal]]:
    from realfm_gui.imaging.sources import discover

    truth = None if truth_csv is None else truth_csv.resolve()
    discovery = discover([Path(path) for path in paths])
    found = [path for path in discovery.files if path.resolve() != truth]
    if not found:
        raise UserFacingError(
            "There is no file to import in " + ", ".join(str(path) for path in paths) + ".",
            hint="Give files or folders with DICOM, PNG or JPEG images.",
        )
    return found, [(str(skipped.path), skipped.reason) for skipped in discovery.skipped]


@dataclass(frozen=True, slots=True)
class _Probe:
    """Decodes what is about to be stored, in the decoder's own process.

    What is decoded is what is stored: a file that de-identification broke is refused, too.
    """

    decoding: "DecodingService"
    file: Path

    def __call__(self, content: bytes) -> tuple[Frame, ...]:
        self.file.write_bytes(content)
        return self.decoding.decode([self.file]).result()


def _keep(
    store: StudyStore,
    deidentifier: "Deidentifier",
    candidate: Candidate,
    refused: list[Refusal],
    notes: list[Refusal],
) -> None:
    series: dict[tuple[float, str], int] = {}
    offsets = candidate.offsets_days

    def place(item: "tuple[Path, SourceImage]") -> tuple[float, str, int]:
        # The current examination first, then its priors, the latest before the older ones.
        path, source = item
        return -offsets.get(path, 0.0), source.series_uid, source.instance_number or 0

    for path, source in sorted(candidate.sources, key=place):
        if path in offsets and not candidate.images:
            refused.append((str(path), "is a prior of an examination of which no image could be imported"))
            continue
        try:
            prepared = deidentifier.prepare(
                replace(source, patient=candidate.patient), offset_days=offsets.get(path, 0.0)
            )
        except UserFacingError as error:
            refused.append((str(path), str(error)))
            continue
        notes += [(str(path), note) for note in prepared.notes]
        image_id = new_image_id()
        file = f"{image_id}.dcm"
        candidate.images.append(
            {
                "image_id": image_id,
                "file": file,
                # Cases are shown series by series: one that a prior shares must not come before current ones.
                "series": series.setdefault((offsets.get(path, 0.0), source.series_uid), len(series)),
                "position": len(candidate.images),
                "salted_sha256": store.add_image(file, prepared.content),
            }
        )
        candidate.stored.append(
            SourceRecord(
                case_id=candidate.case_id,
                patient_id=candidate.patient_id,
                image_id=image_id,
                path=str(path),
                source_patient=candidate.patient,
                study_uid=source.study_uid or source.sha256 if path in offsets else candidate.examination,
                series_uid=source.series_uid,
                sop_uid=source.sop_uid,
                sha256=source.sha256,
                split=candidate.split,
                is_prior=path in offsets,
            )
        )
