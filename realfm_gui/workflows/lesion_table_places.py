"""Find the frame that a row of a table of lesions means."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from realfm_gui.domain.case import Case
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.image_names import Named, PlaceError


@dataclass(frozen=True, slots=True, kw_only=True)
class FramePlace:
    """One frame of a case: of which image and series (from 0), how large, its pixels' size, if of a prior."""

    image_id: str
    series: int
    rows: int
    columns: int
    spacing_mm: tuple[float, float] | None
    aspect: float
    is_prior: bool = False


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
    from realfm_gui.imaging.study_order import is_prior

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
                is_prior=is_prior(frame),
            )
        )
    return tuple(places)


def frame_named(
    places: Sequence[FramePlace], named: Named, *, slice_number: int | None, series: int | None
) -> int:
    """Return the index of the frame that a row means.

    The slice counts from 1 among the frames of what the key names, in display order. A lesion is one of the
    current examination: priors are not among them.

    Raises
    ------
    PlaceError
        If that is no frame, or might be several.
    """
    meant = [
        index
        for index, place in enumerate(places)
        if (not named.images or place.image_id in named.images)
        and series in (None, place.series + 1)
        and not place.is_prior
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
