"""Files that are there in full or not at all."""

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from realfm_gui.domain.errors import UserFacingError

_PARTIAL_SUFFIX = ".partial"


def refuse_special(path: Path) -> None:
    """Refuse to write where something else than a file stands, which a rename would remove.

    Raises
    ------
    UserFacingError
        If `path` is a folder, a device or a pipe.
    """
    if path.is_dir():
        raise UserFacingError(
            f"{str(path)!r} is a folder and cannot be written as a file.", hint="Add the name of a file."
        )
    if path.exists() and not path.is_file():
        raise UserFacingError(
            f"{path} is a device or a pipe, and cannot be written as a file.",
            hint="Choose the name of a file; --json - writes to standard output.",
        )


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a file beside `path` to write into, which takes its place once it is complete.

    Whatever goes wrong before leaves `path` as it was, and nothing beside it.

    Raises
    ------
    UserFacingError
        If the file cannot be written, or something else than a file stands there.
    """
    refuse_special(path)
    partial = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}{_PARTIAL_SUFFIX}")
    try:
        try:
            yield partial
            _sync_file(partial)
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise UserFacingError(
            f"{_plain_name(path)} could not be written ({error.strerror or error}).",
            hint="Choose a folder that exists, with free space, where you may write.",
        ) from error


def write_together(outputs: Mapping[Path, Callable[[Path], object]]) -> None:
    """Write several files: every one is complete before the first takes its place.

    Parameters
    ----------
    outputs : mapping of Path to function of Path
        For every file the function that writes it to the path that it is given.

    Raises
    ------
    UserFacingError
        If one of them cannot be written; then none is.
    """
    with ExitStack() as files:
        for path, write in outputs.items():
            partial = files.enter_context(written_whole(path))
            write(partial)
            _sync_file(partial)


def _sync_file(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _plain_name(path: Path) -> str:
    """Return a name to show: that of the file itself where `path` is one that is to take its place."""
    if not path.name.endswith(_PARTIAL_SUFFIX):
        return path.name
    return path.name.removesuffix(_PARTIAL_SUFFIX).removeprefix(".").rpartition(".")[0]


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut (a folder cannot be opened for this on Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
