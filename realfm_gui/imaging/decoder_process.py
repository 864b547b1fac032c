"""The child process that decodes: a crash of a native decoder ends it, and nothing else.

One request at a time: a task comes in, a `Reply` goes out. The pixels of a case go through a shared memory
segment whose name the parent chose, so that the parent can remove it even if this process dies half-way. The
segment stays open here until the next message (on Windows it would vanish). Slices of a volume are written
straight into the parent's array.
"""

import contextlib
import os
import pickle
import shutil
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.imaging.shared_array import SharedArray

RELEASE = "release"
_SHARED_MEMORY_FOLDER = Path("/dev/shm")  # noqa: S108 - asked for its free space only


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTask:
    """Decode the files of a case and put their frames in order."""

    paths: tuple[str, ...]
    segment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlicesTask:
    """Decode single-frame files into an array that the parent made: file i becomes slice `places[i]`."""

    paths: tuple[str, ...]
    places: tuple[int, ...]
    target: SharedArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the child answers.

    Either `error`, or `data`: a pickled result whose arrays lie outside, `sizes` bytes each, one after the
    other in the shared segment, or in `inline` where the segment could not be made. A task whose result lies
    elsewhere leaves all empty.
    """

    data: bytes = b""
    sizes: tuple[int, ...] = ()
    inline: tuple[bytes, ...] | None = None
    error: Exception | None = None


def main(connection: Connection, memory_limit_bytes: int) -> None:
    """Serve requests until the parent hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is the parent's to handle
    _limit_memory(memory_limit_bytes)
    _silence_native_decoders()
    from realfm_gui.imaging.series import load_case
    from realfm_gui.imaging.slice_decoding import decode_slices

    segment: SharedMemory | None = None
    while True:
        try:
            task = connection.recv()
        except (EOFError, OSError):
            return
        if segment is not None:
            segment.close()
            segment = None
        if task == RELEASE:
            continue
        try:
            if isinstance(task, SlicesTask):
                decode_slices(task.paths, task.places, task.target.opened())
                reply = Reply()
            else:
                reply, segment = _packed(load_case([Path(path) for path in task.paths]), task.segment)
        except UserFacingError as error:
            reply = Reply(error=error)
        except Exception as error:  # a bug of ours: the parent raises it, with what can be told of it
            reply = Reply(error=RuntimeError(f"decoding failed: {type(error).__name__}: {error}"))
        connection.send(reply)


def _packed(result: object, name: str) -> tuple[Reply, SharedMemory | None]:
    buffers: list[pickle.PickleBuffer] = []
    data = pickle.dumps(result, protocol=5, buffer_callback=buffers.append)
    views = [buffer.raw() for buffer in buffers]
    sizes = tuple(view.nbytes for view in views)
    if not _has_room(sum(sizes)):
        return Reply(data=data, sizes=sizes, inline=tuple(bytes(view) for view in views)), None
    segment = SharedMemory(name=name, create=True, size=max(1, sum(sizes)))
    assert segment.buf is not None  # it has just been opened
    start = 0
    for view, size in zip(views, sizes, strict=True):
        segment.buf[start : start + size] = view
        start += size
    return Reply(data=data, sizes=sizes), segment


def _has_room(size: int) -> bool:
    # Writing to a full shared memory file system does not raise, it kills (SIGBUS).
    if not _SHARED_MEMORY_FOLDER.is_dir():
        return True
    return shutil.disk_usage(_SHARED_MEMORY_FOLDER).free > 2 * size


def _limit_memory(limit_bytes: int) -> None:
    # A header can make a decoder ask for anything; it should get an error, not the computer.
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if limit_bytes:
            resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, limit_bytes))


def _silence_native_decoders() -> None:
    # libjpeg and openjpeg write to the terminal what this program says in its own words.
    with contextlib.suppress(OSError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 2)
        os.close(null)


def unpacked(reply: Reply, buffers: Sequence[bytearray | bytes]) -> object:
    """Rebuild what `main` sent, in the parent."""
    # The bytes come from our own child over a private pipe.
    return pickle.loads(reply.data, buffers=buffers)  # noqa: S301
