"""Files that are there in full or not at all."""

import errno
import os
import secrets
from pathlib import Path

from realfm_gui.domain.errors import UserFacingError

PARTIAL_SUFFIX = ".partial"
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def disk_full(folder: Path) -> UserFacingError:
    """Return the one message for a disk that takes no more, about the disk that holds `folder`."""
    return UserFacingError(
        f"This could not be saved: the disk that holds {folder} is full or cannot be written. "
        "Nothing that was already answered or stored is lost.",
        hint="Free some space on that disk and try again.",
    )


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file durably: after a crash at any moment, `path` holds the old content or the new, whole.

    Missing parent folders are made.

    Raises
    ------
    UserFacingError
        If the disk is full; `path` is as it was before.
    """
    # The process id lets a later start tell a file that a crash left behind from one being written now.
    partial = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}{PARTIAL_SUFFIX}")
    try:
        _make_folders(path.parent)
        try:
            _write_durably(partial, content)
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise disk_full(path.parent) from error
        raise


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut (a folder cannot be opened for this on Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_partial_files(folder: Path) -> None:
    """Delete what a killed process left half-written anywhere below `folder`."""
    for partial in folder.rglob(f".*{PARTIAL_SUFFIX}"):
        process = partial.name.removesuffix(PARTIAL_SUFFIX).rpartition(".")[2].partition("-")[0]
        if process.isdigit() and not _is_running(int(process)):
            partial.unlink(missing_ok=True)


def _make_folders(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folders(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def _write_durably(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
    try:
        remaining = memoryview(content)
        while remaining:
            remaining = remaining[os.write(descriptor, remaining) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_running(process: int) -> bool:
    if os.name == "nt":
        return True  # on Windows os.kill ends the process it asks about
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
