"""What hanging rules are told of the images of a case, from their decoded frames.

Only the first frame of a stack and a few of its others are asked for, so that frames may be made on demand.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from realfm_gui.domain.images import Frame
from realfm_gui.domain.patient_geometry import direction_letters, main_plane, plane_of
from realfm_gui.imaging.hanging_rules import EDGE_LETTERS, ImageTags
from realfm_gui.imaging.study_order import days_before, prior_rank

USED_TAGS = (
    "AcquisitionContrast",
    "BodyPartExamined",
    "FrameNumber",
    "ImageLaterality",
    "ImageType",
    "InstanceNumber",
    "Laterality",
    "LongitudinalTemporalOffsetFromEvent",
    "PatientOrientation",
    "ViewPosition",
)
"""Keys of `Frame.tags` that are looked at here; whoever makes frames keeps them."""

PROJECTIONS = frozenset({"CR", "DX", "MG", "XA", "RF", "IO", "PX", "RG", "XC", "OP"})
"""Modalities whose images stand alone: a series of theirs may hold several views."""

FEWEST_SLICES_TO_CUT = 8
"""Across fewer slices another plane shows bars instead of anatomy."""

_CUT_MODALITIES = frozenset({"CT", "MR", "PT"})
_SAME_DIRECTION = 1e-3
_WEIGHTINGS = {
    "T1": "T1",
    "T2": "T2",
    "T2_STAR": "T2*",
    "PROTON_DENSITY": "PD",
    "FLUID_ATTENUATED": "FLAIR",
    "STIR": "STIR",
    "DIFFUSION": "DWI",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePlace:
    """Where in a case an image to hang is: its series, its first frame and how many it has.

    `first` is an index into all frames of the case.
    """

    series: int
    first: int
    count: int = 1

    @property
    def image_id(self) -> str:
        """The name that rules know it by."""
        return f"{self.series}/{self.first}"


def image_tags(frames: Sequence[Frame], series: Sequence[int]) -> list[ImageTags]:
    """Return what rules are told: per stack, and per image where each image stands alone.

    Parameters
    ----------
    frames : sequence of Frame
        Of a case, series after series.
    series : sequence of int
        The series number of each.

    Returns
    -------
    list of ImageTags
        In the order of the case; their `image_id` is that of `image_places`.
    """
    places = image_places(frames, series)
    firsts = [frames[place.first] for place in places]
    ages = [days_before(frame) for frame in firsts]
    return [
        _tags(frames, place, first, prior_rank(age, ages))
        for place, first, age in zip(places, firsts, ages, strict=True)
    ]


def series_numbers(frames: Sequence[Frame]) -> tuple[int, ...]:
    """Return the series of each frame, from 0; a frame without a series' UID is one of its own."""
    numbers: dict[str, int] = {}
    return tuple(
        numbers.setdefault(frame.tags.get("SeriesInstanceUID") or f"alone {at}", len(numbers))
        for at, frame in enumerate(frames)
    )


def image_places(frames: Sequence[Frame], series: Sequence[int]) -> list[ImagePlace]:
    """Return what is hung as one image, in the order of the case.

    A series of a cross-sectional modality or of ultrasound is one. Those of a projection series are hung one
    by one; a run of frames of one object (fluoroscopy, tomosynthesis) is one.
    """
    places: list[ImagePlace] = []
    at = 0
    while at < len(series):
        end = at
        while end < len(series) and series[end] == series[at]:
            end += 1
        if frames[at].modality in PROJECTIONS:
            places += _objects(frames, series[at], at, end)
        else:
            places.append(ImagePlace(series=series[at], first=at, count=end - at))
        at = end
    return places


def _objects(frames: Sequence[Frame], series: int, first: int, end: int) -> list[ImagePlace]:
    starts: list[int] = []
    instance, seen = "", set[str]()
    for index in range(first, end):
        tags = frames[index].tags
        here, number = tags.get("InstanceNumber", ""), tags.get("FrameNumber", "")
        # The frames of one object may be in either order; what repeats a number is another object.
        if not starts or here != instance or number in seen:
            starts.append(index)
            instance, seen = here, set()
        seen.add(number)
    return [
        ImagePlace(series=series, first=start, count=stop - start)
        for start, stop in zip(starts, [*starts[1:], end], strict=True)
    ]


def _tags(frames: Sequence[Frame], place: ImagePlace, first: Frame, prior: int) -> ImageTags:
    tags = first.tags
    return ImageTags(
        image_id=place.image_id,
        modality=first.modality,
        body_part=tags.get("BodyPartExamined", "").strip(),
        view_position=tags.get("ViewPosition", "").strip(),
        laterality=(tags.get("ImageLaterality") or tags.get("Laterality", "")).strip(),
        weighting=_WEIGHTINGS.get(tags.get("AcquisitionContrast", "").strip(), ""),
        plane=None if first.orientation is None else main_plane(first.orientation),
        patient_orientation=stored_edges(first),
        prior=prior,
        can_be_cut=_can_be_cut(frames, place, first),
        is_localizer="LOCALIZER" in tags.get("ImageType", "").split("\\"),
    )


def stored_edges(frame: Frame) -> tuple[str, str] | None:
    """Return the letters of the right and the lower edge as stored, None where the file does not say."""
    if frame.orientation is not None:
        return direction_letters(frame.orientation[:3]), direction_letters(frame.orientation[3:])
    letters = [part.strip().upper() for part in frame.tags.get("PatientOrientation", "").split("\\")]
    if len(letters) != 2 or not all(part and set(part) <= set(EDGE_LETTERS) for part in letters):
        return None
    return letters[0], letters[1]


def _can_be_cut(frames: Sequence[Frame], place: ImagePlace, first: Frame) -> bool:
    if place.count < FEWEST_SLICES_TO_CUT or first.modality not in _CUT_MODALITIES or first.is_colour:
        return False
    plane = plane_of(first)
    if plane is None:
        return False
    # Its ends and its middle: a series of several stacks or sizes shows there, at the cost of two frames.
    for step in (place.count // 2, place.count - 1):
        other = plane_of(frames[place.first + step])
        if other is None or other.shape != plane.shape:
            return False
        directions = (*other.along_row, *other.down_column), (*plane.along_row, *plane.down_column)
        if not np.allclose(*directions, atol=_SAME_DIRECTION):
            return False
    return True
