"""One import, fit or prediction at a time, whichever programs have the study open."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from realfm_gui.domain.errors import UserFacingError

LOCK_FILE = ".work.lock"


@contextmanager
def exclusive_work(root: Path) -> Iterator[None]:
    """Hold the study for work that replaces files; the lock goes with the process, however it ends.

    Readers are not kept out: what they append is checked against their own events.

    Raises
    ------
    UserFacingError
        If another program does such work on this study right now.
    """
    descriptor = os.open(root / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not try_lock(descriptor):
            raise UserFacingError(
                f"Another import, fit or prediction is under way on {root.name}.",
                hint="Wait until it has finished, then try again.",
            )
        yield
    finally:
        os.close(descriptor)


if os.name == "nt":
    import msvcrt

    def try_lock(descriptor: int) -> bool:
        """Take an open file for this process alone if no other has it, until it is closed."""
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True

else:
    import fcntl

    def try_lock(descriptor: int) -> bool:
        """Take an open file for this process alone if no other has it, until it is closed."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
