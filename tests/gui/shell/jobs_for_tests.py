"""Small top-level functions a spawned child can import."""

import os
import signal
from typing import Any

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.progress import Progress


def count_to(number: int, *, progress: Progress, what: str = "Counting") -> int:
    for done in range(number + 1):
        progress(done, number, what)
    return number


def count_for_ever(*, progress: Progress) -> None:
    done = 0
    while True:
        done = min(done + 1, 10**6)
        progress(done, 2 * 10**6, "Counting")


def never_ask(*, progress: Progress) -> None:
    progress(0, 1, "Deaf")
    while True:
        signal.pause()


def refuse(*, progress: Progress) -> None:
    raise UserFacingError("row 7 of truth.csv has no file.", hint="Add the file's name.")


def divide_by_zero(*, progress: Progress) -> float:
    return 1 / 0


def die(*, progress: Progress) -> None:
    progress(1, 2, "Dying")
    os.kill(os.getpid(), signal.SIGKILL)


def return_what_cannot_travel(*, progress: Progress) -> Any:
    return lambda: None
