"""The record of one reading on its way into its file: hashed, encoded, written block by block.

Belongs to one thread (see `display_record`).
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.display_encoding import RecordEncoder, pixel_hash
from realfm_gui.domain.display_record import (
    NOT_HASHED,
    Displayed,
    Ended,
    Entry,
    FinishedRecord,
    Hidden,
    Idle,
    PaneView,
    ReadingKey,
    Segment,
    Still,
)
from realfm_gui.storage.telemetry_files import RecordFile, open_record
from realfm_gui.workflows.display_touches import Touches

_log = logging.getLogger(__name__)

FLUSH_EVERY_S = 0.5
"""A crash costs at most this much of the record."""

STILL_EVERY_S = 2.0
"""While nothing changes, a sign that the picture was still there; and one that nobody touches anything."""

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """A picture on its way to be hashed."""

    time_ns: int
    view: PaneView
    picture: Pixels | None
    overlay: Pixels | None
    waiting_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """Open the record of a reading in a study folder; `goes_on`: only where this writer had it before.

    Another window may have stored the answer meanwhile, and with it the hash of its record.
    """

    root: Path
    reading: ReadingKey
    segment: Segment
    touches: Touches
    goes_on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """Close it; None comes back where no record was open."""

    time_ns: int
    done: "Future[FinishedRecord | None]"


Order = Painted | Entry | Begin | Finish


class RecordWriter:
    """Writes one record after the other.

    Parameters
    ----------
    on_failed : callable
        Told once per reading why nothing more of it is recorded.
    on_taken : callable
        Told how many bytes of painted pixels wait no longer.
    """

    def __init__(self, on_failed: Callable[[str], None], on_taken: Callable[[int], None]) -> None:
        self._on_failed = on_failed
        self._on_taken = on_taken
        self._file: RecordFile | None = None
        self._reading: ReadingKey | None = None
        self._encoder = RecordEncoder()
        self._waiting = bytearray()
        self._problem = ""
        self._count_before = 0
        self._has_file = False
        self._flushed_ns = 0
        self._noted_ns = 0
        self._touches: Touches | None = None
        self._idle_ns = 0
        self._last: dict[int, tuple[PaneView, bytes, bytes]] = {}
        self._hashed: dict[int, dict[str, tuple[Pixels, bytes]]] = {}

    @property
    def is_open(self) -> bool:
        """Whether a record is being written."""
        return self._file is not None

    def take(self, order: Order) -> None:
        """Do what was ordered."""
        match order:
            case Begin():
                self.leave(order.segment.started_ns)
                self._begin(order)
            case Finish():
                order.done.set_result(self.leave(order.time_ns))
            case Painted():
                self._on_taken(order.waiting_bytes)
                if self._file is not None:
                    self._painted(order)
            case _:
                if self._file is not None:
                    self._add(order)
        now_ns = time.monotonic_ns()
        # A film may run before an empty chair: then there is never nothing to do, and no tick.
        self._note_idle_where_due(now_ns)
        self._flush_where_due(now_ns)

    def tick(self, now_ns: int) -> None:
        """Say, now and then, that nothing has changed, or that nothing is touched."""
        self._note_idle_where_due(now_ns)
        if self._file is not None and now_ns - self._noted_ns > STILL_EVERY_S * 1e9:
            self._add(Still(time_ns=now_ns))
        self._flush_where_due(now_ns)

    def leave(self, now_ns: int) -> FinishedRecord | None:
        """Close the record that is open; None where none is."""
        reading = self._reading
        if self._file is not None:
            # A sign of life may have been written while the order was on its way; the end is the last entry.
            self._add(Ended(time_ns=max(now_ns, self._noted_ns)))
            try:
                self._flush()
                if self._file is not None:
                    self._file.close(durably=True)
            except OSError as error:
                self._failed(error)
        count, problem = self._count_before + self._encoder.count, self._problem
        self._file, self._reading, self._problem = None, None, ""
        if reading is None:
            return None
        return FinishedRecord(reading=reading, count=count, problem=problem, has_file=self._has_file)

    def give_up(self, why: str) -> None:
        """Record nothing more of this reading."""
        self._problem = why
        self._waiting.clear()
        if self._file is not None:
            try:
                self._file.close(durably=False)
            except OSError:
                _log.warning("the record of what is displayed could not be closed", exc_info=True)
        self._file = None
        self._on_failed(why)

    def _begin(self, order: Begin) -> None:
        self._reading, self._problem = order.reading, ""
        self._encoder, self._last, self._hashed = RecordEncoder(), {}, {}
        self._waiting.clear()
        self._count_before = 0
        if order.goes_on and not self._has_file:
            self._problem = "another window records this reading"
            return
        self._has_file = False
        try:
            self._file = open_record(order.root, order.reading)
        except OSError as error:
            self._failed(error)
            return
        self._touches, self._idle_ns = order.touches, order.segment.started_ns
        self._count_before, self._has_file = self._file.count_before, True
        self._waiting += self._encoder.segment(order.reading, order.segment)
        self._noted_ns = self._flushed_ns = order.segment.started_ns

    def _painted(self, order: Painted) -> None:
        pane = order.view.pane
        picture = self._hash_of(pane, "picture", order.picture)
        overlay = self._hash_of(pane, "overlay", order.overlay)
        now = (order.view, picture, overlay)
        # Painted again as it stood (a cursor passed, the focus moved): nothing has changed on the screen.
        if self._last.get(pane) != now:
            entry = Displayed(
                time_ns=order.time_ns, view=order.view, picture_hash=picture, overlay_hash=overlay
            )
            self._add(entry)
            self._last[pane] = now

    def _hash_of(self, pane: int, kind: str, pixels: Pixels | None) -> bytes:
        if pixels is None:
            return NOT_HASHED
        known = self._hashed.setdefault(pane, {})
        if kind not in known or known[kind][0] is not pixels:
            known[kind] = (pixels, pixel_hash(pixels))
        return known[kind][1]

    def _add(self, entry: Entry) -> None:
        if isinstance(entry, Hidden):
            gone = list(self._last) if entry.pane is None else [entry.pane]
            for pane in gone:
                self._last.pop(pane, None)
        self._waiting += self._encoder.entry(entry)
        self._noted_ns = max(self._noted_ns, entry.end_ns if isinstance(entry, Idle) else entry.time_ns)

    def _note_idle_where_due(self, now_ns: int) -> None:
        """Write idle time down while it lasts: the touch that would end it may never come."""
        if self._file is None or self._touches is None or now_ns - self._idle_ns <= STILL_EVERY_S * 1e9:
            return
        idle = self._touches.idle(now_ns)
        if idle is not None:
            self._add(idle)
            self._idle_ns = now_ns

    def _flush_where_due(self, now_ns: int) -> None:
        if self._file is not None and now_ns - self._flushed_ns > FLUSH_EVERY_S * 1e9:
            self._flush()
            self._flushed_ns = now_ns

    def _flush(self) -> None:
        if self._file is None or not self._waiting:
            return
        try:
            self._file.append(bytes(self._waiting))
        except OSError as error:
            self._failed(error)
        self._waiting.clear()

    def _failed(self, error: OSError) -> None:
        _log.warning("what is displayed is not recorded any more", exc_info=error)
        self.give_up(error.strerror or str(error))
