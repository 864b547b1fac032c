"""The images of a case: what is a volume is shown from its first slice on, everything else decoded whole.

Files are grouped to series. A series of single grey planes that lie one behind the other is read into one
array, slice by slice in the order of display; the frames on screen look into it. Everything else
(projections, colour, multi-frame objects, odd series) is decoded as it always was. Either way the frames come
in the same order with the same values, and the same is said of what is unusual.
"""

from bisect import bisect_right
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, overload

from realfm_gui.domain.image_stack import Stack, stack_of
from realfm_gui.domain.images import CaseFrames, Frame, LoadedCase, SeriesWarning
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.slice_dataset import series_tags_of, series_uid_of
from realfm_gui.imaging.slice_header import SliceHeader
from realfm_gui.imaging.stacked_headers import check_volume, in_order
from realfm_gui.imaging.volume import is_shown_by_its_window
from realfm_gui.imaging.volume_frames import VolumeFrames
from realfm_gui.imaging.volume_loading import header_of, loading_slices

if TYPE_CHECKING:
    from realfm_gui.imaging.decoding_service import DecodingService


class CaseSequence(Sequence[Frame]):
    """All frames of a case, series after series, as one sequence; those of a volume are made on demand.

    Parameters
    ----------
    parts : sequence of sequence of Frame
        The series in display order; none is empty.
    """

    def __init__(self, parts: Sequence[Sequence[Frame]]) -> None:
        self.parts = tuple(parts)
        self._ends = tuple(accumulate(len(part) for part in self.parts))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> Frame: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Frame]: ...
    def __getitem__(self, index: int | slice) -> Frame | Sequence[Frame]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        number, place = self._place(range(len(self))[index])
        return self.parts[number][place]

    def __iter__(self) -> Iterator[Frame]:
        return (frame for part in self.parts for frame in part)

    @property
    def series(self) -> tuple[int, ...]:
        """The series of each frame, from 0."""
        return tuple(number for number, part in enumerate(self.parts) for _ in part)

    @property
    def loaded_count(self) -> int:
        """How many frames have their pixels."""
        return sum(part.loaded_count if isinstance(part, VolumeFrames) else len(part) for part in self.parts)

    @property
    def nbytes(self) -> int:
        """Memory of pixels and tables in bytes."""
        return sum(
            part.nbytes if isinstance(part, VolumeFrames) else _nbytes_of(tuple(part)) for part in self.parts
        )

    def stack_at(self, first: int, count: int) -> Stack | None:
        """Return the stack that `count` frames from `first` on are, for linked scroll; None if they are none.

        They are frames of one series; those of a volume are not made for it.
        """
        number, place = self._place(first)
        part = self.parts[number]
        if isinstance(part, VolumeFrames):
            return part.stack_at(place, count)
        return stack_of(part[place : place + count])

    def _place(self, index: int) -> tuple[int, int]:
        number = bisect_right(self._ends, index)
        return number, index - (self._ends[number - 1] if number else 0)


def _nbytes_of(frames: tuple[Frame, ...]) -> int:
    return CaseFrames(case_id="", frames=frames).nbytes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseStep:
    """How far a case is: from the first step on all frames have their places, later ones more pixels.

    `frames` is the same sequence in every step; `warnings` say what is unusual about the series.
    """

    frames: CaseSequence
    warnings: tuple[SeriesWarning, ...]
    loaded_count: int

    @property
    def is_complete(self) -> bool:
        """Whether every frame has its pixels."""
        return self.loaded_count == len(self.frames)


def loading_case(paths: Sequence[Path], decoding: "DecodingService") -> Generator[CaseStep]:
    """Load the images of a case, step by step; for a thread of its own, which waits for the decoder.

    Yields
    ------
    CaseStep
        The first when there is something to look at: the first slice of the case, or all of its images
        where they are no volumes. One more after every slice (or few slices) read. Leaving early stops the
        loading.

    Raises
    ------
    UnreadableImage
        If an image cannot be shown: a case with a hole is not shown as if it were whole.
    """
    volumes = _volumes_among(paths)
    in_volumes = {header.path for volume in volumes for header in volume.headers}
    others = [path for path in paths if path not in in_volumes]
    series: list[_VolumeSeries | _DecodedSeries] = [*volumes]
    if others:
        places = {path.name: place for place, path in reversed(list(enumerate(paths)))}
        series += _decoded(decoding.decode_case(others).result(), places)
    series.sort(key=lambda each: each.first_path)
    with ExitStack() as stack:
        yield from _steps(series, decoding, stack)


@dataclass(frozen=True, slots=True, kw_only=True)
class _VolumeSeries:
    """Files that are one volume: headers in the order of display; `first_path` is a place in the case."""

    headers: tuple[SliceHeader, ...]
    tags: Mapping[str, str]
    first_path: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _DecodedSeries:
    """A series that came from the decoder."""

    frames: tuple[Frame, ...]
    warnings: tuple[SeriesWarning, ...]
    first_path: int


def _volumes_among(paths: Sequence[Path]) -> list[_VolumeSeries]:
    groups: dict[str, list[SliceHeader]] = {}
    strange: list[Path] = []
    for path in paths:
        try:
            header = header_of(path)
        except UnreadableImage:
            strange.append(path)  # the decoder shall say what is wrong with it, or show it
            continue
        groups.setdefault(header.series_uid, []).append(header)
    places = {path: place for place, path in enumerate(paths)}
    volumes = []
    for uid, headers in groups.items():
        ordered = in_order(headers)
        try:
            if not uid or len(headers) < 2:
                continue
            check_volume(ordered)
            tags = series_tags_of(ordered[0].path)
        except UnreadableImage:
            continue
        first = places[headers[0].path]
        volumes.append(_VolumeSeries(headers=tuple(ordered), tags=tags, first_path=first))
    if not volumes or not strange:
        return volumes
    # A series is shown as one: with a file in it that is no slice, it is no volume.
    mixed = {series_uid_of(path) for path in strange}
    return [volume for volume in volumes if volume.headers[0].series_uid not in mixed]


def _decoded(case: LoadedCase, places: Mapping[str, int]) -> list[_DecodedSeries]:
    """Return decoded frames series by series; `places` says where in the case a file of this name comes."""
    parts: dict[str, list[Frame]] = {}
    for number, frame in enumerate(case.frames):
        parts.setdefault(frame.tags.get("SeriesInstanceUID") or f"alone {number}", []).append(frame)
    return [
        _DecodedSeries(
            frames=tuple(frames),
            warnings=tuple(warning for warning in case.warnings if warning.series == number),
            first_path=min(places[frame.tags["ImageFile"]] for frame in frames),
        )
        for number, frames in enumerate(parts.values())
    ]


class _LoadingVolume:
    """One volume on its way, and its frames."""

    def __init__(self, series: _VolumeSeries, decoding: "DecodingService", stack: ExitStack) -> None:
        self._steps = loading_slices(series.headers, decoding=decoding, tags=series.tags)
        stack.enter_context(closing(self._steps))
        begun = next(self._steps)
        assert begun.volume is not None  # there is no preview
        self.frames = VolumeFrames(begun.volume, begun.is_loaded)

    def advance(self) -> bool:
        """Load some more; return whether there was more."""
        step = next(self._steps, None)
        if step is not None and step.is_complete and step.volume is not None:
            self.frames.complete(step.volume)
        return step is not None

    def advance_until_shown(self) -> None:
        """Load until the first slice is there, at a window under which it is seen."""
        while self.frames.volume.windows and not self.frames.is_loaded(0):
            self.advance()
        # A window to be found in the values comes first: better a picture a little later than one whose grey
        # changes before the reader's eyes.
        if not is_shown_by_its_window(self.frames.volume, 0):
            while self.advance():
                pass


def _steps(
    series: Sequence[_VolumeSeries | _DecodedSeries], decoding: "DecodingService", stack: ExitStack
) -> Iterator[CaseStep]:
    loadings: list[_LoadingVolume] = []
    parts: list[Sequence[Frame]] = []
    warnings: list[SeriesWarning] = []
    for number, each in enumerate(series):
        if isinstance(each, _VolumeSeries):
            loadings.append(_LoadingVolume(each, decoding, stack))
            parts.append(loadings[-1].frames)
            found = loadings[-1].frames.volume.warnings
        else:
            parts.append(each.frames)
            found = each.warnings
        warnings += [replace(warning, series=number) for warning in found]
    frames = CaseSequence(parts)
    for loading in loadings:
        if loading.frames is parts[0] or not loading.frames.volume.windows:
            loading.advance_until_shown()
    yield CaseStep(frames=frames, warnings=tuple(warnings), loaded_count=frames.loaded_count)
    for loading in loadings:
        while loading.advance():
            yield CaseStep(frames=frames, warnings=tuple(warnings), loaded_count=frames.loaded_count)
