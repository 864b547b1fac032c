"""Decoding beside the program: the window never waits, and a hostile file cannot take it along."""

import multiprocessing
import secrets
from collections.abc import Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Lock, Thread
from typing import cast

from realfm_gui.domain.images import Frame
from realfm_gui.imaging.decoder_process import RELEASE, Reply, main, unpacked
from realfm_gui.imaging.errors import UnreadableImage

Frames = tuple[Frame, ...]
_DEFAULT_MEMORY_BYTES = 16 << 30


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
        self._requests: SimpleQueue[tuple[Future[Frames], list[str]] | None] = SimpleQueue()
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
        with self._lock:
            if self._is_closed:
                raise RuntimeError("the decoding service is closed")
            self._requests.put((future, [str(path) for path in paths]))
        return future

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
                request[0].cancel()


class _Worker:
    """One child and the thread that speaks with it."""

    def __init__(
        self,
        requests: "SimpleQueue[tuple[Future[Frames], list[str]] | None]",
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
            future, paths = request
            if self._should_stop.is_set():
                future.cancel()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = self._answer(paths)
            except Exception as error:  # belongs to whoever asked
                with suppress(InvalidStateError):
                    future.set_exception(error)
            else:
                with suppress(InvalidStateError):
                    future.set_result(result)
        self._discard_child()

    def _answer(self, paths: list[str]) -> Frames:
        name = f"realfm-{secrets.token_hex(8)}"
        try:
            connection = self._ensure_child()
            connection.send((name, paths))
            if not connection.poll(self._time_limit_s):
                self._discard_child()
                raise UnreadableImage(
                    f"The decoder stopped: it took longer than {self._time_limit_s:g} s for this image."
                )
            reply = connection.recv()
            frames = self._received(reply, name)
            connection.send(RELEASE)
            return frames
        except (EOFError, OSError) as error:
            self._discard_child()
            raise UnreadableImage("The decoder stopped at this image; it is probably damaged.") from error
        finally:
            _remove_segment(name)

    def _received(self, reply: Reply, name: str) -> Frames:
        if reply.error is not None:
            raise reply.error
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
        return cast(Frames, unpacked(reply, buffers))

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


def _remove_segment(name: str) -> None:
    with suppress(FileNotFoundError):
        segment = SharedMemory(name=name)
        segment.close()
        segment.unlink()
