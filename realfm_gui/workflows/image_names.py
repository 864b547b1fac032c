"""Which images of a study a key in somebody's table names: by file, UID, patient or case."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from realfm_gui.storage import SourceRecord, StudyStore

ALL_IMAGES: frozenset[str] = frozenset()
"""In `Named.images`: every image of the case."""

_Index = Mapping[str, list[SourceRecord]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a key names: a case, or some of its images (`ALL_IMAGES`: all of them)."""

    case_id: str
    images: frozenset[str]


_NAMES: Mapping[str, Sequence[Callable[[SourceRecord], Iterable[str]]]] = {
    "case": (),
    "file": (lambda record: _parts(record.path)[-1:],),
    # The identifier may come as "issuer|identifier"; tables usually hold the latter.
    "patient": (lambda record: {record.source_patient, record.source_patient.rpartition("|")[2]},),
    "uid": (
        lambda record: (record.sop_uid,),
        lambda record: (record.series_uid,),
        lambda record: (record.study_uid,),
    ),
}
"""By the kind of key: what an image goes by, the most exact first; a file by the last part of its path."""


class PlaceError(Exception):
    """Why a row's place cannot be found."""


class ImageNames:
    """Knows the images of a study by the names their sources had; those of priors are not among them.

    Parameters
    ----------
    store : StudyStore
        Its sealed list of sources is read once.
    key_kind : str
        ``case``, ``file``, ``uid`` or ``patient``.
    """

    def __init__(self, store: StudyStore, key_kind: str) -> None:
        self._key_kind = key_kind
        self._cases = {case.case_id for case in store.cases()}
        records = [
            record for record in store.read_sources() if record.case_id in self._cases and not record.is_prior
        ]
        self._indexes = _indexes(records, key_kind)

    def knows(self, key: str) -> bool:
        """Whether a key names anything of the study."""
        return key in self._cases if self._key_kind == "case" else bool(self._found(key))

    def case_named(self, key: str) -> str:
        """Return the case that a key names, whichever of its images is meant.

        Raises
        ------
        PlaceError
            If it names nothing in the study, or images of several cases.
        """
        if self._key_kind == "case":
            if key not in self._cases:
                raise PlaceError(f"the study has no case {key}")
            return key
        cases = {record.case_id for record in self._found(key)}
        if not cases:
            raise PlaceError(f"the study has no image of the {self._key_kind} {key!r}")
        if len(cases) > 1:
            raise PlaceError(f"{len(cases)} cases of the study have the {self._key_kind} {key!r}")
        return cases.pop()

    def named(self, key: str) -> Named:
        """Return what a key names.

        Raises
        ------
        PlaceError
            If it names nothing in the study, images of several cases, or as a file several images.
        """
        case_id = self.case_named(key)
        if self._key_kind in ("case", "patient"):
            return Named(case_id=case_id, images=ALL_IMAGES)
        records = self._found(key)
        if self._key_kind == "file" and len(records) > 1:
            raise PlaceError(f"{len(records)} images of the study are called {key!r}")
        return Named(case_id=case_id, images=frozenset(record.image_id for record in records))

    def _found(self, key: str) -> list[SourceRecord]:
        if self._key_kind == "file":
            parts = _parts(key)
            [by_name] = self._indexes
            return [
                record
                for record in by_name.get(parts[-1] if parts else "", ())
                if _parts(record.path)[-len(parts) :] == parts
            ]
        return next((index[key] for index in self._indexes if key in index), [])


def _indexes(records: Iterable[SourceRecord], key_kind: str) -> list[_Index]:
    """Return name -> images for each of the `_NAMES`."""
    names = _NAMES[key_kind]
    indexes: list[dict[str, list[SourceRecord]]] = [{} for _ in names]
    for record in records:
        for index, names_of in zip(indexes, names, strict=True):
            for name in names_of(record):
                index.setdefault(name, []).append(record)
    return list(indexes)


def _parts(path: str) -> tuple[str, ...]:
    return PurePosixPath(path.replace("\\", "/")).parts
