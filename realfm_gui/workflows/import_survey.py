"""The first pass of an import: which file belongs to which case, and which is refused why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from realfm_gui.domain.case import Split
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.identifiers import new_case_id, new_patient_id
from realfm_gui.domain.progress import Progress
from realfm_gui.storage import SourceRecord, StudyStore
from realfm_gui.workflows.import_priors import Examination, MatchedSource, mark_priors
from realfm_gui.workflows.truth_matching import TruthMatcher
from realfm_gui.workflows.truth_table import TruthRow

if TYPE_CHECKING:
    from realfm_gui.imaging.sources import SourceImage

Refusal = tuple[str, str]
"""(file, reason)."""


@dataclass(slots=True, kw_only=True)
class Candidate:
    """A case in the making: its sources, and what was stored of them so far.

    `offsets_days` says of each file of a prior examination where that lies from the current one.
    """

    case_id: str
    patient_id: str
    patient: str
    examination: str
    """The source's study UID; the file's own hash where there is none."""
    split: Split
    row: TruthRow | None
    sources: "list[tuple[Path, SourceImage]]"
    offsets_days: dict[Path, float] = field(default_factory=dict)
    stored: list[SourceRecord] = field(default_factory=list)
    images: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSources:
    """What earlier imports brought."""

    records: tuple[SourceRecord, ...]
    by_sha256: Mapping[str, str]
    by_sop_uid: Mapping[str, str]
    patients: Mapping[str, str]
    """Patient as the source names them -> random id."""
    examinations: frozenset[Examination]
    split_of: Mapping[str, Split]

    @classmethod
    def of(cls, store: StudyStore) -> "KnownSources":
        """Collect it from the sealed list of sources."""
        # An import that was killed may have left sources of cases that no event knows.
        recorded = {case.case_id for case in store.cases()}
        records = [record for record in store.read_sources() if record.case_id in recorded]
        return cls(
            records=tuple(records),
            by_sha256={record.sha256: record.path for record in records},
            by_sop_uid={record.sop_uid: record.path for record in records if record.sop_uid},
            patients={record.source_patient: record.patient_id for record in records},
            examinations=frozenset((record.source_patient, record.study_uid) for record in records),
            split_of={record.source_patient: record.split for record in records},
        )


class _RefusedError(Exception):
    """Why one file is not imported."""


def survey(
    found: Sequence[Path],
    known: KnownSources,
    matcher: TruthMatcher | None,
    refused: list[Refusal],
    progress: Progress,
) -> list[Candidate]:
    """Read every file's header and sort it into a case; append to `refused` what cannot be used."""
    from realfm_gui.imaging.sources import read_source

    matched: list[MatchedSource] = []
    for number, path in enumerate(found):
        progress(number, len(found), "Reading headers")
        try:
            source = read_source(path)
            row = None
            if matcher is not None:
                uids = (source.sop_uid, source.series_uid, source.study_uid)
                row = matcher.row_for(path, patient=source.patient, uids=uids)
            matched.append(MatchedSource(path=path, source=source, row=row))
        except UserFacingError as error:
            refused.append((str(path), str(error)))
    progress(len(found), len(found), "Reading headers")
    matched = mark_priors(matched, refused, needs_row=matcher is not None)
    cases = _Sorter(known, _split_of_each_patient(known, matched))
    for image in matched:
        try:
            cases.add(image)
        except _RefusedError as error:
            refused.append((str(image.path), str(error)))
    return list(cases.candidates.values())


def _split_of(image: MatchedSource) -> Split:
    return Split.READING if image.row is None else image.row.split


def _split_of_each_patient(known: KnownSources, matched: Sequence[MatchedSource]) -> dict[str, Split]:
    """Give every patient one split: the imported one, else the one that spares the test set.

    A patient in two splits leaks. Dropping the development image costs the model a little; dropping the
    reading image would cost the study a case.
    """
    precedence = [Split.READING, Split.TRAINING, Split.DEVELOPMENT]
    split_of: dict[str, Split] = {}
    for image in matched:
        if image.prior_of is None:  # a prior is in its case's split
            before = split_of.get(image.patient, _split_of(image))
            split_of[image.patient] = min(before, _split_of(image), key=precedence.index)
    return {**split_of, **known.split_of}


class _Sorter:
    """Sorts sources into cases and refuses what would break the study."""

    def __init__(self, known: KnownSources, split_of: Mapping[str, Split]) -> None:
        self.candidates: dict[Examination, Candidate] = {}
        self._known = known
        self._sha256 = dict(known.by_sha256)
        self._sop_uids = dict(known.by_sop_uid)
        self._patients = dict(known.patients)
        self._split_of = split_of

    def add(self, image: MatchedSource) -> None:
        """Sort an image in; those of priors come after all others."""
        path, source = image.path, image.source
        if source.sha256 in self._sha256:
            raise _RefusedError(f"is the same file as {self._sha256[source.sha256]}")
        if source.sop_uid and source.sop_uid in self._sop_uids:
            raise _RefusedError(f"has the same SOP instance UID as {self._sop_uids[source.sop_uid]}")
        if image.examination in self._known.examinations:
            raise _RefusedError("belongs to a case that is already imported")
        if image.prior_of is None:
            self._add_current(image)
        else:
            self._add_prior(image, image.prior_of)
        self._sha256[source.sha256] = str(path)
        if source.sop_uid:
            self._sop_uids[source.sop_uid] = str(path)

    def _add_current(self, image: MatchedSource) -> None:
        path, source, row = image.path, image.source, image.row
        patient, split = image.patient, self._split_of[image.patient]
        if _split_of(image) is not split:
            reason = f"its patient is in the split {split}, this image would be in {_split_of(image)}"
            raise _RefusedError(f"{reason}: no patient may be in two")
        key = image.examination
        candidate = self.candidates.get(key)
        if candidate is None:
            self.candidates[key] = Candidate(
                case_id=new_case_id(),
                patient_id=self._patients.setdefault(patient, new_patient_id()),
                patient=patient,
                examination=key[1],
                split=split,
                row=row,
                sources=[(path, source)],
            )
        elif row is not None and candidate.row is not None and row.truth != candidate.row.truth:
            raise _RefusedError("its truth differs from that of another image of the same examination")
        else:
            candidate.sources.append((path, source))

    def _add_prior(self, image: MatchedSource, case: Examination) -> None:
        candidate = self.candidates.get(case)
        if candidate is None:
            raise _RefusedError("is a prior of an examination that is not imported now")
        candidate.sources.append((image.path, image.source))
        candidate.offsets_days[image.path] = image.offset_days
