"""Recording what is displayed while a case is read: a thread that hashes and writes, and never holds a paint.

Nothing here raises into a paint, and no answer waits for more than the last block to be written. Where
recording fails (a full disk), it stops, says so once, and the submission carries the reason.
"""

import logging
import math
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import realfm_gui
from realfm_gui.domain.display_record import Entry, FinishedRecord, Idle, PaneView, ReadingKey, Segment
from realfm_gui.workflows.display_record_writer import (
    FLUSH_EVERY_S,
    Begin,
    Finish,
    Order,
    Painted,
    Pixels,
    RecordWriter,
)
from realfm_gui.workflows.display_touches import Touches

_log = logging.getLogger(__name__)

MOST_WAITING_BYTES = 256 * 2**20
"""Painted pixels that may wait for their hash; beyond, pictures are recorded without one."""

FINISH_WITHIN_S = 5.0
"""An answer waits no longer for its record: a disk that does not answer must not lose it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finishing:
    """A record on its way to the disk: `done` comes then and never fails. No `reading`: there is none."""

    reading: ReadingKey | None = None
    done: "Future[FinishedRecord | None]" = field(default_factory=Future)


class DisplayRecorder:
    """Writes the record of one reading after the other; its methods only queue and return at once.

    Parameters
    ----------
    on_failed : callable, optional
        Told once per reading, in the recorder's own thread, why nothing more is recorded.
    """

    def __init__(self, on_failed: Callable[[str], None] | None = None) -> None:
        self._orders: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
        self._reading: ReadingKey | None = None
        self._touches = Touches(0, idle_after_s=math.inf)
        self._waiting_bytes = 0
        self._lock = threading.Lock()
        self._writer = RecordWriter(on_failed or (lambda _: None), self._taken)
        self._thread = threading.Thread(target=self._serve, name="display record", daemon=True)
        self._thread.start()

    def begin(
        self,
        root: Path,
        reading: ReadingKey,
        *,
        session: str,
        series: tuple[int, ...],
        idle_after_s: float = math.inf,
        goes_on: bool = False,
    ) -> None:
        """Begin or go on with the record of a reading; a record still open is closed first.

        Parameters
        ----------
        root : Path
            The study folder.
        reading : ReadingKey
        session : str
            The sitting.
        series : tuple of int
            Number of frames of each series of the case.
        idle_after_s : float
            The protocol's limit: longer without a touch is idle time.
        goes_on : bool
            The reading is the last one again, whose answer could not be stored.
        """
        segment = Segment(
            session=session,
            program=realfm_gui.__version__,
            started_utc=datetime.now(UTC).isoformat(timespec="milliseconds"),
            started_ns=time.monotonic_ns(),
            series=series,
        )
        self._reading = reading
        self._touches = Touches(segment.started_ns, idle_after_s=idle_after_s)
        self._orders.put(
            Begin(root=root, reading=reading, segment=segment, touches=self._touches, goes_on=goes_on)
        )

    def note(self, view: PaneView, picture: Pixels | None, overlay: Pixels | None, time_ns: int) -> None:
        """Record a paint.

        Parameters
        ----------
        view : PaneView
        picture, overlay : ndarray of uint8 or None
            What was painted; never changed in place by whoever painted it.
        time_ns : int
            Monotonic.
        """
        size = sum(array.nbytes for array in (picture, overlay) if array is not None)
        with self._lock:
            if self._waiting_bytes + size > MOST_WAITING_BYTES:
                picture, overlay, size = None, None, 0
            self._waiting_bytes += size
        self._orders.put(
            Painted(time_ns=time_ns, view=view, picture=picture, overlay=overlay, waiting_bytes=size)
        )

    def note_entry(self, entry: Entry) -> None:
        """Record that a picture was hidden, or how the viewports stand."""
        self._orders.put(entry)

    def note_touch(self, now_ns: int) -> None:
        """Note that the reader touched something; a long time without is recorded."""
        self._note_idle(self._touches.note(now_ns))

    def note_pause(self, now_ns: int) -> None:
        """Note that a pause hides the pictures: nobody need touch anything."""
        self._note_idle(self._touches.pause(now_ns))

    def note_no_pause(self, now_ns: int) -> None:
        """Note that something else than a pause is on the screen."""
        self._touches.go_on(now_ns)

    def _note_idle(self, idle: Idle | None) -> None:
        if idle is not None:
            self._orders.put(idle)

    def finish(self) -> Finishing:
        """Close the record of the reading; `settled` waits for it."""
        finishing = Finishing(reading=self._reading)
        self._reading = None
        self._orders.put(Finish(time_ns=time.monotonic_ns(), done=finishing.done))
        return finishing

    def close(self) -> None:
        """Close what is open and end the thread, waiting for the last block to be written."""
        self._orders.put(None)
        self._thread.join(FINISH_WITHIN_S)

    def _taken(self, size: int) -> None:
        with self._lock:
            self._waiting_bytes -= size

    def _serve(self) -> None:
        while True:
            try:
                order = self._orders.get(timeout=FLUSH_EVERY_S if self._writer.is_open else None)
            except queue.Empty:
                self._writer.tick(time.monotonic_ns())
                continue
            try:
                if order is None:
                    self._writer.leave(time.monotonic_ns())
                    return
                self._writer.take(order)
            except Exception:  # a bug in the record must not end it for every later reading
                _log.exception("what is displayed could not be recorded")
                self._writer.give_up("an error in the program")


def settled(finishing: Finishing) -> FinishedRecord | None:
    """Return what the submission says of a record, waiting for it no longer than `FINISH_WITHIN_S`.

    Not on the thread that paints. None where nothing is recorded at all.
    """
    if finishing.reading is None:
        return None
    try:
        return finishing.done.result(FINISH_WITHIN_S)
    except FutureTimeoutError:
        return FinishedRecord(
            reading=finishing.reading, problem="the disk took too long to store it", has_file=False
        )
