"""Find the image and the frame that a row of a table of lesions means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from realfm_gui.domain.case import Case
from realfm_gui.storage import SourceRecord, StudyStore

ALL_IMAGES: frozenset[str] = frozenset()
"""In `Named.images`: every image of the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a key names: a case, or some of its images (`ALL_IMAGES`: all of them)."""

    case_id: str
    images: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FramePlace:
    """One frame of a case: of which image and series (from 0), how large, and its pixels' size."""

    image_id: str
    series: int
    rows: int
    columns: int
    spacing_mm: tuple[float, float] | None
    aspect: float


class PlaceError(Exception):
    """Why a row's place cannot be found."""


class ImageNames:
    """Knows the images of a study by the names their sources had.

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
        self._records = [
            record for record in store.read_sources() if record.case_id in self._cases and not record.is_prior
        ]
        self._by_name: dict[str, list[tuple[tuple[str, ...], SourceRecord]]] = {}
        for record in self._records:
            parts = PurePosixPath(record.path.replace("\\", "/")).parts
            self._by_name.setdefault(parts[-1], []).append((parts, record))

    def named(self, key: str) -> Named:
        """Return what a key names.

        Raises
        ------
        PlaceError
            If it names nothing in the study, or images of several cases.
        """
        if self._key_kind == "case":
            if key not in self._cases:
                raise PlaceError(f"the study has no case {key}")
            return Named(case_id=key, images=ALL_IMAGES)
        records = self._found(key)
        if not records:
            raise PlaceError(f"the study has no image of the {self._key_kind} {key!r}")
        cases = {record.case_id for record in records}
        if len(cases) > 1:
            raise PlaceError(f"{len(cases)} cases of the study have the {self._key_kind} {key!r}")
        if self._key_kind == "file" and len(records) > 1:
            raise PlaceError(f"{len(records)} images of the study are called {key!r}")
        (case_id,) = cases
        is_whole = self._key_kind == "patient"
        images = ALL_IMAGES if is_whole else frozenset(record.image_id for record in records)
        return Named(case_id=case_id, images=images)

    def _found(self, key: str) -> list[SourceRecord]:
        if self._key_kind == "file":
            parts = PurePosixPath(key.replace("\\", "/")).parts
            return [
                record for path, record in self._by_name.get(parts[-1], ()) if path[-len(parts) :] == parts
            ]
        if self._key_kind == "patient":
            return self._where(lambda record: key in _patient_names(record))
        return (
            self._where(lambda record: record.sop_uid == key)
            or self._where(lambda record: record.series_uid == key)
            or self._where(lambda record: record.study_uid == key)
        )

    def _where(self, is_meant: Callable[[SourceRecord], bool]) -> list[SourceRecord]:
        return [record for record in self._records if is_meant(record)]


def _patient_names(record: SourceRecord) -> tuple[str, str]:
    # The identifier may come as "issuer|identifier"; tables usually hold the latter.
    return record.source_patient, record.source_patient.rpartition("|")[2]


def case_places(store: StudyStore, case: Case) -> tuple[FramePlace, ...]:
    """Return the frames of a case in display order, each with the image it comes from.

    Raises
    ------
    PlaceError
        If an image cannot be decoded.
    """
    from realfm_gui.imaging.decoding import decode_frames
    from realfm_gui.imaging.errors import UnreadableImage
    from realfm_gui.imaging.series import arrange

    try:
        frames = [
            replace(frame, tags={**frame.tags, "image_id": image.image_id})
            for image in case.images
            for frame in decode_frames(store.image_path(image.file))
        ]
    except UnreadableImage as error:
        raise PlaceError(f"its images cannot be shown: {error}") from error
    places: list[FramePlace] = []
    series: dict[str, int] = {}
    for number, frame in enumerate(arrange(frames).frames):
        uid = frame.tags.get("SeriesInstanceUID") or f"alone {number}"
        places.append(
            FramePlace(
                image_id=frame.tags["image_id"],
                series=series.setdefault(uid, len(series)),
                rows=frame.rows,
                columns=frame.columns,
                spacing_mm=frame.spacing_mm,
                aspect=frame.aspect,
            )
        )
    return tuple(places)


def frame_named(
    places: Sequence[FramePlace], named: Named, *, slice_number: int | None, series: int | None
) -> int:
    """Return the index of the frame that a row means.

    The slice counts from 1 among the frames of what the key names, in display order.

    Raises
    ------
    PlaceError
        If that is no frame, or might be several.
    """
    meant = [
        index
        for index, place in enumerate(places)
        if (not named.images or place.image_id in named.images) and series in (None, place.series + 1)
    ]
    if not meant:
        raise PlaceError(f"there is no series {series}" if series else "it has no frame")
    count = len({places[index].series for index in meant})
    if count > 1:
        raise PlaceError(f"there are {count} series: say which in a column series")
    if slice_number is None:
        if len(meant) > 1:
            raise PlaceError(f"there are {len(meant)} slices: say which in a column frame")
        return meant[0]
    if slice_number > len(meant):
        raise PlaceError(f"there is no slice {slice_number}: there are {len(meant)}")
    return meant[slice_number - 1]


def stack_around(places: Sequence[FramePlace], index: int) -> tuple[int, int]:
    """Return the first and last frame of the series that a frame belongs to."""
    members = [number for number, place in enumerate(places) if place.series == places[index].series]
    return members[0], members[-1]
