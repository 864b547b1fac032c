"""The one door to a study's database: one worker thread that owns it."""

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from realfm_gui.domain.changes import Changes
from realfm_gui.domain.errors import UserFacingError

if TYPE_CHECKING:
    from realfm_gui.storage import StudyStore

_log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """A job on its way to the worker, or (with `outcome` or `error`) on its way back."""

    work: Callable[[], Any]
    on_done: Callable[[Any], None] | None
    on_failed: Callable[[Exception], None] | None
    outcome: Any = None
    error: Exception | None = None


def open_store(root: Path) -> "StudyStore":
    """Open a study for writing; the storage room is imported here, on the worker thread."""
    from realfm_gui.storage import StudyStore

    return StudyStore.open(root)


class Operations(QObject):
    """Runs jobs on the thread that owns the study's store, one after the other, in order.

    A SQLite connection belongs to the thread that opened it, so the store is opened by the worker's own
    first job. Results and errors come back on the thread that made this object (the main thread).

    Parameters
    ----------
    parent : QObject, optional
    opener : callable
        Opens a study folder; replaced in tests that need no real study.

    Signals
    -------
    changed(Changes)
        A job returned `Changes`: views whose flag is set refresh themselves.
    failed(Exception)
        A job raised and its caller gave no `on_failed`.
    idle()
        Nothing is queued or running any more, and every result has been delivered.
    """

    changed = Signal(object)
    failed = Signal(object)
    idle = Signal()
    _arrived = Signal()

    def __init__(
        self, parent: QObject | None = None, *, opener: Callable[[Path], "StudyStore"] = open_store
    ) -> None:
        super().__init__(parent)
        self._opener = opener
        self._queue: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        # Results travel in a deque and only the bell is a signal: no Python object crosses Qt's queue.
        self._results: deque[_Call] = deque()
        self._pending = 0
        self._is_closed = False
        self._store: StudyStore | None = None  # touched by the worker only
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._serve, name="study", daemon=True)
        self._thread.start()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is queued, running or waiting to be delivered."""
        return self._pending == 0

    def open_study(
        self,
        root: Path,
        *,
        on_done: "Callable[[StudyStore], None] | None" = None,
        on_failed: Callable[[Exception], None] | None = None,
        opener: "Callable[[Path], StudyStore] | None" = None,
    ) -> None:
        """Open a study; the one open before is closed once the new one is open, and kept if it fails.

        `on_done` gets the store so that its protocol and root can be read; it must not touch the database.
        `opener` opens it in another way, e.g. by creating it.
        """
        self._submit(lambda: self._swap(root, opener or self._opener), on_done, on_failed)

    def close_study(self) -> None:
        """Close the study after everything queued, so that another program may open it."""
        self._submit(self._drop, None, None)

    def run(
        self,
        job: "Callable[[StudyStore], T]",
        *,
        on_done: Callable[[T], None] | None = None,
        on_failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Queue `job`; it runs on the worker thread after every job queued before it.

        Raises
        ------
        RuntimeError
            After `close`: an answer would be lost silently.
        """

        def work() -> T:
            if self._store is None:
                raise UserFacingError("No study is open.", hint="Open a study first (File, Open study).")
            return job(self._store)

        self._submit(work, on_done, on_failed)

    def close(self) -> None:
        """Finish everything queued (answers), close the store and end the thread.

        Callbacks of jobs that finish in here are not called any more (their views are going away);
        errors are still reported through `failed` or `on_failed`.
        """
        if self._is_closed:
            return
        self._is_closed = True
        self._queue.put(_Call(work=self._drop, on_done=None, on_failed=None))
        self._queue.put(None)
        self._thread.join()
        self._deliver()

    def _submit(
        self,
        work: Callable[[], Any],
        on_done: Callable[[Any], None] | None,
        on_failed: Callable[[Exception], None] | None,
    ) -> None:
        if self._is_closed:
            raise RuntimeError("the study's worker thread is closed")
        self._pending += 1
        self._queue.put(_Call(work=work, on_done=on_done, on_failed=on_failed))

    def _serve(self) -> None:
        """Run the jobs: the body of the worker thread."""
        while (call := self._queue.get()) is not None:
            outcome, error = None, None
            try:
                outcome = call.work()
            except Exception as raised:
                error = raised
            except BaseException as raised:  # a dead worker would lose every later answer
                error = RuntimeError(f"a job ended with {type(raised).__name__}: {raised}")
            self._results.append(replace(call, outcome=outcome, error=error))
            self._arrived.emit()

    def _swap(self, root: Path, opener: "Callable[[Path], StudyStore]") -> "StudyStore":
        if self._store is not None and self._store.root.resolve() == root.resolve():
            self._drop()
        opened = opener(root)
        self._drop()
        self._store = opened
        return opened

    def _drop(self) -> None:
        if self._store is not None:
            store, self._store = self._store, None
            store.close()

    def _deliver(self) -> None:
        """Hand finished jobs to their callers, on the main thread."""
        while self._results:
            call = self._results.popleft()
            self._pending = max(0, self._pending - 1)
            if call.error is not None:
                self._report(call.error, call.on_failed)
                continue
            if self._is_closed:
                continue
            if isinstance(call.outcome, Changes) and call.outcome:
                self.changed.emit(call.outcome)
            if _is_alive(call.on_done):
                call.on_done(call.outcome)  # type: ignore[misc]  # _is_alive excludes None
        if self._pending == 0:
            self.idle.emit()

    def _report(self, error: Exception, on_failed: Callable[[Exception], None] | None) -> None:
        if not isinstance(error, UserFacingError):
            _log.error("a job on the study failed", exc_info=error)
        if _is_alive(on_failed):
            on_failed(error)  # type: ignore[misc]  # _is_alive excludes None
        else:
            self.failed.emit(error)


def _is_alive(callback: Callable[..., None] | None) -> bool:
    """Whether there is a callback and, where it belongs to a widget, the widget still exists."""
    if callback is None:
        return False
    owner = getattr(callback, "__self__", None)
    return not isinstance(owner, QObject) or isValid(owner)
