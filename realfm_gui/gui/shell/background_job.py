"""Long work in a process of its own: importing torch in a thread would stall the window."""

import logging
import multiprocessing
import threading
from collections import deque
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.gui.shell.child_process import JobCrashed, run_in_child

_log = logging.getLogger(__name__)

GRACE_MS = 10_000
"""How long a cancelled child may take to keep what it has finished."""


class BackgroundJob(QObject):
    """Calls a function in a spawned child process and tells how far it is.

    Parameters
    ----------
    function : callable
        A top-level function of a module; it gets `progress=` (`domain.progress.Progress`) beside its own
        arguments. Arguments and result travel by pickle.
    args, kwargs
        What to call it with.
    what : str
        The work in the user's words ("Reading images"), for the message if the process dies.
    grace_ms : int
        How long a cancelled child may take before it is killed.

    Signals
    -------
    progressed(int done, int total, str what)
    finished(object)
        The function's result.
    failed(Exception)
        A `UserFacingError`, or a `JobCrashed` with the child's traceback.
    cancelled()
        The child stopped, or was killed, after `cancel`.
    ended()
        Any of the three, last of all: nothing follows.
    """

    progressed = Signal(int, int, str)
    finished = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    ended = Signal()
    _arrived = Signal()

    def __init__(
        self,
        function: Callable[..., Any],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
        parent: QObject | None = None,
        *,
        what: str = "The work in the background",
        grace_ms: int = GRACE_MS,
    ) -> None:
        super().__init__(parent)
        self._what = what
        self._messages: deque[tuple[Any, ...]] = deque()
        self._is_running = False
        self._was_cancelled = False
        self._is_killed = False
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._deadline = QTimer(self, singleShot=True, interval=grace_ms)
        self._deadline.timeout.connect(self.kill)
        context = multiprocessing.get_context("spawn")
        self._receiver, self._sender = context.Pipe(duplex=False)
        self._cancel_requested = context.Event()
        # Not a daemon: those may not have children, and decoding uses some.
        self._process = context.Process(
            target=run_in_child,
            args=(self._sender, self._cancel_requested, function, args, dict(kwargs or {})),
            daemon=False,
        )

    @property
    def is_running(self) -> bool:
        """Whether the work has been started and has not ended."""
        return self._is_running

    def start(self) -> None:
        """Start the child and a small thread that listens to it."""
        self._is_running = True
        threading.Thread(target=self._listen, args=(self._receiver,), name="job", daemon=True).start()

    def cancel(self) -> None:
        """Ask the child to stop and keep what is finished; after the grace time it is killed."""
        if not self._is_running or self._was_cancelled:
            return
        self._was_cancelled = True
        self._cancel_requested.set()
        self._deadline.start()

    def kill(self) -> None:
        """End the child at once."""
        self._was_cancelled = self._is_killed = True
        self._cancel_requested.set()
        if self._process.pid is not None:
            self._process.kill()

    def _listen(self, receiver: Connection) -> None:
        """Start the child and collect its messages: the body of the listening thread.

        Started here because spawning takes tens of milliseconds in which the window would not paint.
        """
        try:
            self._process.start()
            self._sender.close()  # or the end of the child would not end the pipe
        except Exception as error:  # not picklable, no process to be had: told like any other failure
            self._tell(("failed", error))
            return
        if self._is_killed:  # before there was a process to kill
            self._process.kill()
        last_word: tuple[Any, ...] | None = None
        while last_word is None:
            try:
                message = receiver.recv()
            except (EOFError, OSError):
                break
            if message[0] == "progress":
                self._tell(message)
            else:
                last_word = message
        self._process.join()
        self._tell(last_word or ("died", self._process.exitcode))

    def _tell(self, message: tuple[Any, ...]) -> None:
        self._messages.append(message)
        self._arrived.emit()

    def _deliver(self) -> None:
        """Turn the child's messages into signals, on the main thread."""
        while self._messages:
            kind, *content = self._messages.popleft()
            if kind == "progress":
                if not self._was_cancelled:
                    self.progressed.emit(*content)
                continue
            self._is_running = False
            self._deadline.stop()
            if kind == "finished":
                self.finished.emit(content[0])
            elif kind == "cancelled" or (kind == "died" and self._was_cancelled):
                self.cancelled.emit()
            elif kind == "died":
                self.failed.emit(self._death(content[0]))
            else:
                if isinstance(content[0], JobCrashed):
                    _log.error("%s failed in its process: %s", self._what, content[0])
                self.failed.emit(content[0])
            self.ended.emit()

    def _death(self, exit_code: int | None) -> UserFacingError:
        how = (
            f"was ended by signal {-exit_code}" if exit_code is not None and exit_code < 0 else "ended early"
        )
        return UserFacingError(
            f"{self._what} stopped: its process {how} (exit code {exit_code}).",
            hint="Often this is too little memory. Close other programs and start it again; "
            "what was finished is kept.",
        )
