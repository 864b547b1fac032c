"""Pictures of the case being read and of the next ones, loaded and reduced before they are asked for."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, InvalidStateError, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Event, Lock
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.images import Frame, SeriesWarning
from realfm_gui.gui.reading.series_strip import THUMBNAIL
from realfm_gui.imaging.case_loading import CaseSequence, CaseStep, loading_case
from realfm_gui.imaging.decoding_service import DecodingService
from realfm_gui.imaging.hung_panes import HangingRules, HungCase, hang_case
from realfm_gui.imaging.rendering import (
    Pyramid,
    apply,
    build_pyramid,
    default_window,
    fit,
    lookup_table,
    resample,
)
from realfm_gui.imaging.volume_frames import LOADING_TAG, VolumeFrames

LARGE_FRAME_PX = 1_000_000
"""Frames from this size on are reduced ahead (tens of ms each); smaller ones when they are first shown."""

READY_AHEAD = 8
"""Frames of a case that are reduced ahead at most: enough for a mammogram of four views and its priors."""

NOT_YET_GREY = 48
"""Of the thumbnail of a series that is still loading: black would look like an empty picture."""

GROWTH_TOLD_EVERY_S = 0.1
"""While a case is loading: often enough to see it come, seldom enough not to be work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePicture:
    """A case that can be painted, all of it or what has come so far.

    `frames` is one and the same sequence however far the case is; a frame that has not come yet is tagged
    `LOADING_TAG`. `series` numbers each frame's series from 0; `pyramids` maps frame indices to their reduced
    copies; `thumbnails` holds one uint8 picture per series where there are several, else none.
    """

    case_id: str
    frames: CaseSequence
    series: tuple[int, ...]
    loaded_count: int
    pyramids: Mapping[int, Pyramid]
    thumbnails: tuple[NDArray[np.uint8], ...]
    hung: HungCase
    """What each viewport shows at first."""
    warnings: tuple[SeriesWarning, ...] = ()
    """What is unusual about a series: gaps, duplicates, tilt."""

    @property
    def is_complete(self) -> bool:
        """Whether all of it is there."""
        return self.loaded_count == len(self.frames)

    @property
    def nbytes(self) -> int:
        """Memory of pixels, tables and reduced copies in bytes."""
        return self.frames.nbytes + sum(pyramid.nbytes for pyramid in self.pyramids.values())


class Pictures:
    """Loads cases one after the other, away from the GUI thread.

    Holds images only: nothing of the AI is ever fetched ahead.

    Parameters
    ----------
    decoding : DecodingService
        Decodes in child processes; it is not closed here.
    on_growth : callable, optional
        Called in another thread with the picture of a case that can be painted but is not complete.
    """

    def __init__(
        self, decoding: DecodingService, on_growth: Callable[[CasePicture], None] | None = None
    ) -> None:
        self.rules = HangingRules()
        """What the cases that are asked for from now on are hung by."""
        self._decoding = decoding
        self._on_growth = on_growth
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pictures")
        self._requested: dict[str, _Request] = {}
        self._lock = Lock()

    def request(self, case_id: str, paths: Sequence[Path]) -> "Future[CasePicture]":
        """Return the complete picture of a case, now or later; a case asked for before is not loaded again.

        The future fails with what loading raised. Its callbacks run in another thread.
        """
        with self._lock:
            known = self._requested.get(case_id)
            if known is not None:
                return known.complete
            request = self._requested[case_id] = _Request(case_id, tuple(paths))
        self._executor.submit(self._load, request)
        return request.complete

    def is_requested(self, case_id: str) -> bool:
        """Whether a case is here or on its way."""
        return case_id in self._requested

    def is_done(self, case_id: str) -> bool:
        """Whether a case is here, or known not to be readable."""
        request = self._requested.get(case_id)
        return request is not None and request.complete.done()

    def result(self, case_id: str) -> CasePicture:
        """Return the complete picture of a case that is done, or raise what its loading raised."""
        return self._requested[case_id].complete.result(timeout=0)

    def begun(self, case_id: str) -> CasePicture | None:
        """Return what there is of a case; None before its first picture."""
        request = self._requested.get(case_id)
        return None if request is None else request.picture

    def keep_only(self, case_ids: Iterable[str]) -> None:
        """Forget every other case; one that is loading stops."""
        kept = set(case_ids)
        for case_id in [name for name in self._requested if name not in kept]:
            self.forget(case_id)

    def forget(self, case_id: str) -> None:
        """Forget one case, so that it can be tried again."""
        with self._lock:
            request = self._requested.pop(case_id, None)
        if request is not None:
            request.is_dropped.set()
            request.complete.cancel()

    def close(self) -> None:
        """Forget everything and end the thread."""
        self.keep_only(())
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _load(self, request: "_Request") -> None:
        if request.is_dropped.is_set():
            return
        try:
            with closing(loading_case(request.paths, self._decoding)) as steps:
                told_at = -GROWTH_TOLD_EVERY_S
                for step in steps:
                    if request.is_dropped.is_set():
                        return
                    if step.is_complete or monotonic() - told_at >= GROWTH_TOLD_EVERY_S:
                        request.picture = pictured(request.case_id, step, self.rules, request.picture)
                        told_at = monotonic()
                        if not step.is_complete and self._on_growth is not None:
                            self._on_growth(request.picture)
        except CancelledError:  # the decoder is closing
            request.complete.cancel()
        except Exception as error:  # whoever asked for the picture shows it
            with suppress(InvalidStateError):
                request.complete.set_exception(error)
        else:
            assert request.picture is not None  # the last step is complete
            with suppress(InvalidStateError):
                request.complete.set_result(request.picture)


class _Request:
    """A case that was asked for."""

    def __init__(self, case_id: str, paths: tuple[Path, ...]) -> None:
        self.case_id, self.paths = case_id, paths
        self.complete: Future[CasePicture] = Future()
        self.picture: CasePicture | None = None
        self.is_dropped = Event()


def pictured(
    case_id: str, step: CaseStep, rules: HangingRules, before: CasePicture | None = None
) -> CasePicture:
    """Reduce the large frames of a case, draw its thumbnails and hang it, as far as it has come.

    `before` is the picture of an earlier step: what has not changed since is taken over.
    """
    frames = step.frames
    pyramids = _large_ones_reduced(frames) if before is None else before.pyramids
    thumbnails = () if before is None else before.thumbnails
    if len(frames.parts) > 1 and (before is None or step.is_complete):
        thumbnails = tuple(_thumbnail(part, pyramids) for part in _numbered(frames))
    return CasePicture(
        case_id=case_id,
        frames=frames,
        series=frames.series if before is None else before.series,
        loaded_count=step.loaded_count,
        pyramids=pyramids,
        thumbnails=thumbnails,
        hung=hang_case(frames, frames.series, rules) if before is None else before.hung,
        warnings=step.warnings,
    )


def _numbered(frames: CaseSequence) -> Iterator[tuple[int, Sequence[Frame]]]:
    """Give each series and the number of its first frame in the case."""
    first = 0
    for part in frames.parts:
        yield first, part
        first += len(part)


def _large_ones_reduced(frames: CaseSequence) -> dict[int, Pyramid]:
    # Slices of a volume are small, and reduced in no time when they are shown.
    large = (
        (first + place, frame)
        for first, part in _numbered(frames)
        if not isinstance(part, VolumeFrames)
        for place, frame in enumerate(part)
        if frame.rows * frame.columns >= LARGE_FRAME_PX
    )
    return {index: build_pyramid(frame) for index, frame in islice(large, READY_AHEAD)}


def _thumbnail(series: tuple[int, Sequence[Frame]], pyramids: Mapping[int, Pyramid]) -> NDArray[np.uint8]:
    """Draw the middle of a series; an even grey while that is not there."""
    first, part = series
    middle = len(part) // 2
    frame = part[middle]
    if LOADING_TAG in frame.tags:
        return np.full((THUMBNAIL, THUMBNAIL), NOT_YET_GREY, np.uint8)
    pyramid = pyramids.get(first + middle) or build_pyramid(frame)
    place = fit(frame.rows, frame.columns, frame.aspect, THUMBNAIL, THUMBNAIL)
    table = None if frame.is_colour else lookup_table(frame, default_window(frame))
    return apply(resample(pyramid, place, THUMBNAIL, THUMBNAIL), table)
