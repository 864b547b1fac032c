"""The child's half of `BackgroundJob`: imports no Qt, so that a job pays only for what it uses."""

import contextlib
import time
import traceback
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from typing import Any

from realfm_gui.domain.errors import Cancelled, UserFacingError

REPORT_EVERY_S = 0.05
"""A progress bar need not know more than twenty times a second."""


class JobCrashed(Exception):  # noqa: N818 - what happened, in the child
    """A bug in the child process; `details` holds its traceback."""

    def __init__(self, summary: str, details: str) -> None:
        super().__init__(summary, details)
        self.summary = summary
        self.details = details

    def __str__(self) -> str:
        return f"{self.summary}\n{self.details}"


def run_in_child(
    connection: Connection,
    cancel_requested: Event,
    function: Callable[..., Any],
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
) -> None:
    """Call `function` with a `progress=` that speaks through `connection`; send one last word and end.

    Messages are tuples: ("progress", done, total, what), then one of ("finished", result),
    ("failed", exception) and ("cancelled",).
    """
    progress = _Reporter(connection, cancel_requested)
    last_word: tuple[Any, ...]
    try:
        last_word = ("finished", function(*args, progress=progress, **kwargs))
    except Cancelled:
        last_word = ("cancelled",)
    except UserFacingError as error:
        last_word = ("failed", error)
    except Exception as error:
        last_word = ("failed", _crash(error))
    # A parent that was killed listens no more; there is nobody to tell.
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        try:
            connection.send(last_word)
        except (BrokenPipeError, ConnectionResetError):
            raise
        except Exception as error:  # the result cannot be pickled: a bug, told like one
            connection.send(("failed", _crash(error)))
    connection.close()


class _Reporter:
    def __init__(self, connection: Connection, cancel_requested: Event) -> None:
        self._connection = connection
        self._cancel_requested = cancel_requested
        self._last_s = 0.0
        self._last_what = ""

    def __call__(self, done: int, total: int, what: str) -> None:
        if self._cancel_requested.is_set():
            raise Cancelled
        now_s = time.monotonic()
        if now_s - self._last_s < REPORT_EVERY_S and what == self._last_what and done < total:
            return
        self._last_s, self._last_what = now_s, what
        try:
            self._connection.send(("progress", done, total, what))
        except (BrokenPipeError, ConnectionResetError):
            raise Cancelled from None  # the window is gone: stop as if it had asked


def _crash(error: Exception) -> JobCrashed:
    details = "".join(traceback.format_exception(error))
    return JobCrashed(f"{type(error).__name__}: {error}", details)
