"""Pictures of the case being read and of the next ones, decoded and reduced before they are asked for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import CancelledError, Future, InvalidStateError, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.images import CaseFrames, Frame, LoadedCase, SeriesWarning
from realfm_gui.gui.reading.series_strip import THUMBNAIL
from realfm_gui.imaging.decoding_service import DecodingService
from realfm_gui.imaging.rendering import (
    Pyramid,
    apply,
    build_pyramid,
    default_window,
    fit,
    lookup_table,
    resample,
)

LARGE_FRAME_PX = 1_000_000
"""Frames from this size on are reduced ahead (tens of ms each); smaller ones when they are first shown."""

READY_AHEAD = 8
"""Frames of a case that are reduced ahead at most: enough for a mammogram of four views and its priors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePicture:
    """A case ready to be painted.

    `series` numbers each frame's series from 0; `pyramids` maps frame indices to their reduced copies;
    `thumbnails` holds one uint8 picture per series where there are several, else none.
    """

    case_id: str
    frames: tuple[Frame, ...]
    series: tuple[int, ...]
    pyramids: Mapping[int, Pyramid]
    thumbnails: tuple[NDArray[np.uint8], ...]
    warnings: tuple[SeriesWarning, ...] = ()
    """What is unusual about a series: gaps, duplicates, tilt."""

    @property
    def nbytes(self) -> int:
        """Memory of pixels, tables and reduced copies in bytes."""
        reduced = sum(pyramid.nbytes for pyramid in self.pyramids.values())
        return CaseFrames(case_id=self.case_id, frames=self.frames).nbytes + reduced


class Pictures:
    """Asks for decoding and prepares what comes back, away from the GUI thread.

    Holds images only: nothing of the AI is ever fetched ahead.

    Parameters
    ----------
    decoding : DecodingService
        Decodes in child processes; it is not closed here.
    """

    def __init__(self, decoding: DecodingService) -> None:
        self._decoding = decoding
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pictures")
        self._requested: dict[str, Future[CasePicture]] = {}

    def request(self, case_id: str, paths: Sequence[Path]) -> "Future[CasePicture]":
        """Return the picture of a case, now or later; a case asked for before is not decoded again.

        The future fails with what decoding raised. Its callbacks run in another thread.
        """
        known = self._requested.get(case_id)
        if known is not None:
            return known
        ready: Future[CasePicture] = Future()
        self._requested[case_id] = ready
        decoded = self._decoding.decode_case(paths)
        decoded.add_done_callback(lambda done: self._hand_on(case_id, done, ready))
        return ready

    def is_requested(self, case_id: str) -> bool:
        """Whether a case is decoded or on its way."""
        return case_id in self._requested

    def is_done(self, case_id: str) -> bool:
        """Whether a case is here, or known not to be readable."""
        ready = self._requested.get(case_id)
        return ready is not None and ready.done()

    def nbytes_of(self, case_id: str) -> int:
        """Return the memory of a case in bytes; 0 while it is not decoded, or cannot be."""
        ready = self._requested.get(case_id)
        if ready is None or not ready.done() or ready.cancelled() or ready.exception() is not None:
            return 0
        return ready.result().nbytes

    def keep_only(self, case_ids: Iterable[str]) -> None:
        """Forget every other case."""
        kept = set(case_ids)
        self._requested = {name: future for name, future in self._requested.items() if name in kept}

    def forget(self, case_id: str) -> None:
        """Forget one case, so that it can be tried again."""
        self._requested.pop(case_id, None)

    def close(self) -> None:
        """Forget everything and end the thread."""
        self._requested = {}
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _hand_on(self, case_id: str, decoded: "Future[LoadedCase]", ready: "Future[CasePicture]") -> None:
        try:
            loaded = decoded.result()
            self._executor.submit(_fulfil, ready, lambda: prepare(case_id, loaded))
        except CancelledError:
            ready.cancel()
        except Exception as error:  # whoever asked for the picture shows it
            with suppress(InvalidStateError):
                ready.set_exception(error)


def _fulfil(ready: "Future[CasePicture]", work: Callable[[], CasePicture]) -> None:
    try:
        result = work()
    except Exception as error:
        ready.set_exception(error)
    else:
        ready.set_result(result)


def prepare(case_id: str, loaded: LoadedCase) -> CasePicture:
    """Reduce the large frames of a case and draw its thumbnails."""
    frames = loaded.frames
    series = series_numbers(frames)
    large = [i for i, frame in enumerate(frames) if frame.rows * frame.columns >= LARGE_FRAME_PX]
    pyramids = {i: build_pyramid(frames[i]) for i in large[:READY_AHEAD]}
    thumbnails: list[NDArray[np.uint8]] = []
    if series[-1] > 0:
        for number in range(series[-1] + 1):
            members = [i for i, n in enumerate(series) if n == number]
            middle = members[len(members) // 2]
            pyramid = pyramids.get(middle) or build_pyramid(frames[middle])
            thumbnails.append(_thumbnail(frames[middle], pyramid))
    return CasePicture(
        case_id=case_id,
        frames=frames,
        series=series,
        pyramids=pyramids,
        thumbnails=tuple(thumbnails),
        warnings=loaded.warnings,
    )


def series_numbers(frames: Sequence[Frame]) -> tuple[int, ...]:
    """Return the series of each frame, from 0; frames without a series' UID stand alone."""
    numbers: dict[str, int] = {}
    return tuple(
        numbers.setdefault(frame.tags.get("SeriesInstanceUID") or f"alone {i}", len(numbers))
        for i, frame in enumerate(frames)
    )


def _thumbnail(frame: Frame, pyramid: Pyramid) -> NDArray[np.uint8]:
    place = fit(frame.rows, frame.columns, frame.aspect, THUMBNAIL, THUMBNAIL)
    table = None if frame.is_colour else lookup_table(frame, default_window(frame))
    return apply(resample(pyramid, place, THUMBNAIL, THUMBNAIL), table)
