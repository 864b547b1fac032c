"""Decoding beside the program: the window never waits, and a hostile file cannot take it along."""

import multiprocessing
import os
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import Any, cast

from realfm_gui.domain.images import Frame, LoadedCase
from realfm_gui.imaging.decoder_process import RELEASE, CaseTask, Reply, SlicesTask, main, unpacked
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.imaging.shared_array import SharedArray

Frames = tuple[Frame, ...]
_DEFAULT_MEMORY_BYTES = 16 << 30


@dataclass(frozen=True, slots=True)
class _Request:
    """What was asked for: the task, how its result is handed out, and to whom."""

    future: "Future[Any]"
    task: CaseTask | SlicesTask
    outcome: Callable[[object], object]


_Requests = SimpleQueue[_Request | None]


class DecodingService:
    """Decodes cases in spawned child processes, first come first served.

    A child that dies or exceeds the time limit is replaced; the request it worked on fails with
    `UnreadableImage`, the others go on. Any thread may call it; nothing here blocks the caller.

    Parameters
    ----------
    processes : int
        Children that decode at the same time.
    time_limit_s : float
        For one request.
    memory_limit_bytes : int
        Address space of a child (where the system can limit it), 0 for no limit.
    """

    def __init__(
        self,
        processes: int = 1,
        *,
        time_limit_s: float = 60.0,
        memory_limit_bytes: int = _DEFAULT_MEMORY_BYTES,
    ) -> None:
        self._requests: _Requests = SimpleQueue()
        self._lock = Lock()
        self._is_closed = False
        self._workers = [
            _Worker(self._requests, time_limit_s=time_limit_s, memory_limit_bytes=memory_limit_bytes)
            for _ in range(max(1, processes))
        ]

    def decode(self, paths: Sequence[Path]) -> "Future[Frames]":
        """Decode the files of one case.

        Returns
        -------
        Future
            The frames in display order (see `series.arrange`). It fails with `UnreadableImage`; one that
            has not begun can be cancelled. Callbacks run in a thread of this service.
        """
        future: Future[Frames] = Future()
        self._put(_Request(future, _case_task(paths), lambda loaded: cast(LoadedCase, loaded).frames))
        return future

    def decode_case(self, paths: Sequence[Path]) -> "Future[LoadedCase]":
        """Decode the files of one case, and say what is unusual about its series; see `decode`."""
        future: Future[LoadedCase] = Future()
        self._put(_Request(future, _case_task(paths), lambda loaded: loaded))
        return future

    def decode_slices(
        self, paths: Sequence[Path], places: Sequence[int], target: SharedArray
    ) -> "Future[None]":
        """Decode single-frame files into a shared array: file i becomes slice `places[i]`.

        Returns
        -------
        Future
            None when all are there. It fails with `UnreadableImage` at the first that cannot be decoded.
        """
        future: Future[None] = Future()
        task = SlicesTask(paths=tuple(map(str, paths)), places=tuple(places), target=target)
        self._put(_Request(future, task, lambda _: None))
        return future

    def _put(self, request: _Request) -> None:
        with self._lock:
            if self._is_closed:
                raise RuntimeError("the decoding service is closed")
            self._requests.put(request)

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Ids of the children that run at the moment."""
        return tuple(worker.process_id for worker in self._workers if worker.process_id is not None)

    def close(self) -> None:
        """Stop the children; requests that are not finished are cancelled or fail."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
        for worker in self._workers:
            worker.stop()
            self._requests.put(None)
        for worker in self._workers:
            worker.join()
        while not self._requests.empty():
            request = self._requests.get()
            if request is not None:
                request.future.cancel()


def _case_task(paths: Sequence[Path]) -> CaseTask:
    # the process in the name tells whose a forgotten segment is; macOS allows 30 characters
    name = f"realfm-{os.getpid():x}-{secrets.token_hex(6)}"
    return CaseTask(paths=tuple(map(str, paths)), segment=name)


class _Worker:
    """One child and the thread that speaks with it."""

    def __init__(
        self,
        requests: _Requests,
        *,
        time_limit_s: float,
        memory_limit_bytes: int,
    ) -> None:
        self._requests = requests
        self._time_limit_s = time_limit_s
        self._memory_limit_bytes = memory_limit_bytes
        self.process_id: int | None = None
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._should_stop = Event()
        self._thread = Thread(target=self._run, name="decoding", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._should_stop.set()
        process = self._process
        if process is not None:
            with suppress(ValueError):  # the thread may have closed it in the meantime
                process.kill()

    def join(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        self._ensure_child()  # before the first request, so that it need not wait for the start
        while (request := self._requests.get()) is not None:
            future = request.future
            if self._should_stop.is_set():
                future.cancel()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = request.outcome(self._answer(request.task))
            except Exception as error:  # belongs to whoever asked
                with suppress(InvalidStateError):
                    future.set_exception(error)
            else:
                with suppress(InvalidStateError):
                    future.set_result(result)
        self._discard_child()

    def _answer(self, task: CaseTask | SlicesTask) -> object:
        try:
            connection = self._ensure_child()
            connection.send(task)
            if not connection.poll(self._time_limit_s):
                self._discard_child()
                raise UnreadableImage(
                    f"The decoder stopped: it took longer than {self._time_limit_s:g} s for this image."
                )
            reply = connection.recv()
            if reply.error is not None:
                raise reply.error
            if isinstance(task, SlicesTask):
                return None
            result = _received(reply, task.segment)
            connection.send(RELEASE)
            return result
        except (EOFError, OSError) as error:
            self._discard_child()
            raise UnreadableImage("The decoder stopped at this image; it is probably damaged.") from error
        finally:
            if isinstance(task, CaseTask):
                _remove_segment(task.segment)

    def _ensure_child(self) -> Connection:
        if self._process is not None and self._connection is not None and self._process.is_alive():
            return self._connection
        self._discard_child()
        if self._should_stop.is_set():
            raise EOFError
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=main, args=(theirs, self._memory_limit_bytes), name="decoder", daemon=True
        )
        process.start()
        theirs.close()  # so that its death is seen as the end of the pipe
        self._process, self._connection, self.process_id = process, ours, process.pid
        if self._should_stop.is_set():  # `stop` may have looked before there was anything to kill
            process.kill()
        return ours

    def _discard_child(self) -> None:
        process, connection = self._process, self._connection
        self._process = self._connection = self.process_id = None
        if connection is not None:
            connection.close()
        if process is not None:
            process.kill()
            process.join()
            process.close()


def _received(reply: Reply, name: str) -> object:
    buffers: Sequence[bytes | bytearray]
    if reply.inline is not None:
        buffers = reply.inline
    else:
        segment = SharedMemory(name=name)
        assert segment.buf is not None  # it has just been opened
        buffers, start = [], 0
        for size in reply.sizes:
            buffers.append(bytearray(segment.buf[start : start + size]))
            start += size
        segment.close()
    return unpacked(reply, buffers)


def _remove_segment(name: str) -> None:
    with suppress(FileNotFoundError):
        segment = SharedMemory(name=name)
        segment.close()
        segment.unlink()
