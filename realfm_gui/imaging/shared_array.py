"""An array that processes share: the decoders write into it, the window reads it, nobody copies.

multiprocessing's SharedMemory wants to be closed before its arrays die and complains otherwise; a mapped
file lives exactly as long as the arrays that look into it.
"""

import contextlib
import errno
import math
import mmap
import os
import secrets
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in memory, ours by a random name


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedArray:
    """Name and shape of an int16 array that another process can open.

    `name` is a file's path, or on Windows that of a mapping without a file.
    """

    name: str
    shape: tuple[int, int, int]

    @property
    def nbytes(self) -> int:
        """Size in bytes."""
        return 2 * math.prod(self.shape)

    def opened(self) -> NDArray[np.int16]:
        """Return the array, in any process, as long as the one that made it has not forgotten its name."""
        if sys.platform == "win32":
            memory = mmap.mmap(-1, self.nbytes, tagname=self.name)
        else:
            with Path(self.name).open("r+b") as file:
                memory = mmap.mmap(file.fileno(), self.nbytes)
        return np.frombuffer(memory, np.int16).reshape(self.shape)

    def forget_name(self) -> None:
        """Take the name away: nobody can open the array any more, and nothing stays when it dies."""
        if sys.platform != "win32":
            Path(self.name).unlink(missing_ok=True)


def new_shared_array(shape: tuple[int, int, int]) -> tuple[SharedArray, NDArray[np.int16]]:
    """Make an array that other processes can open.

    Raises
    ------
    OSError
        If there is no room for it.
    """
    name = f"realfm-{os.getpid():x}-{secrets.token_hex(6)}"
    if sys.platform == "win32":
        shared = SharedArray(name=name, shape=shape)
        return shared, shared.opened()
    _sweep(_IN_MEMORY)
    error: OSError | None = None
    for folder in (_IN_MEMORY, Path(tempfile.gettempdir())):
        shared = SharedArray(name=str(folder / name), shape=shape)
        try:
            _allocate(Path(shared.name), shared.nbytes)
            return shared, shared.opened()
        except OSError as failed:
            error = failed
            shared.forget_name()
    assert error is not None  # the loop ran
    raise error


def _sweep(folder: Path) -> None:
    """Remove what a process of this program left behind when it was killed: pixels, in memory."""
    for path in folder.glob("realfm-*-*"):
        try:
            os.kill(int(path.name.split("-")[1], 16), 0)
        except ProcessLookupError:
            with contextlib.suppress(OSError):
                path.unlink()
        except (ValueError, OverflowError, OSError):
            continue  # not ours, or somebody else's


def _allocate(path: Path, size: int) -> None:
    # Asked first: claiming more than there is takes all there is, from everybody, until it fails.
    if shutil.disk_usage(path.parent).free < size:
        raise OSError(errno.ENOSPC, "there is no room for the array")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with contextlib.closing(os.fdopen(descriptor, "r+b")) as file:
        if hasattr(os, "posix_fallocate"):
            # Writing to a file system in memory that has become full does not raise, it kills: claimed now.
            os.posix_fallocate(file.fileno(), 0, size)
        else:
            file.truncate(size)
