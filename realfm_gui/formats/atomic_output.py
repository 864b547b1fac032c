"""Large files that are there in full or not at all."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.storage.atomic_files import PARTIAL_SUFFIX, sync_folder


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a file beside `path` to write into, which takes its place once it is complete.

    Whatever goes wrong before leaves `path` as it was, and nothing beside it.

    Raises
    ------
    UserFacingError
        If the file cannot be written.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}{PARTIAL_SUFFIX}")
    try:
        try:
            yield partial
            with partial.open("rb+") as file:
                os.fsync(file.fileno())
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
    except OSError as error:
        raise UserFacingError(
            f"{path.name} could not be written ({error.strerror or error}).",
            hint="Choose a folder that exists, with free space, where you may write.",
        ) from error
