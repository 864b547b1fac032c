"""How every command talks: messages, exit statuses, a progress line."""

import codecs
import sys
import time
import traceback
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from realfm_gui.domain.errors import Cancelled, UserFacingError

P = ParamSpec("P")
T = TypeVar("T")

KEPT = "What was finished is kept."
NOTHING_WRITTEN = "Nothing was written."
_PLAIN_SPELLINGS = {"\u2212": "-", "\u2013": "-", "\u2026": "...", "\u00d7": "x"}

USER_ERROR = 2
PROBLEM_FOUND = 1
OUR_ERROR = 70
STOPPED = 130

JsonOption = click.option(
    "--json", "json_out", metavar="FILE", help="Write the result as JSON to FILE; - is standard output."
)


def speak_in_any_encoding() -> None:
    """Let standard output and error take every letter, whatever the terminal's encoding lacks.

    A minus sign becomes a hyphen there, and letters without a plain spelling are written as escapes.
    """
    codecs.register_error("realfm-plain", _plainly)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="realfm-plain")


def _plainly(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    escaped = (
        _PLAIN_SPELLINGS.get(each, each.encode("ascii", "backslashreplace").decode()) for each in letters
    )
    return "".join(escaped), error.end


def told_to_the_user(command: Callable[P, T]) -> Callable[P, T]:
    """Turn problems the user can solve, and Ctrl-C, into a message and an exit status."""
    return told_with(KEPT)(command)


def told_with(stopped: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Return `told_to_the_user` with another sentence for Ctrl-C: what became of the work."""

    def told(command: Callable[P, T]) -> Callable[P, T]:
        @wraps(command)
        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return command(*args, **kwargs)
            except UserFacingError as error:
                click.echo(error.message, err=True)
                if error.hint:
                    click.echo(error.hint, err=True)
                sys.exit(USER_ERROR)
            except (Cancelled, KeyboardInterrupt):
                click.echo(f"\nStopped. {stopped}", err=True)
                sys.exit(STOPPED)
            except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
                # Whoever reads our output has read enough; click ends quietly then.
                raise
            except Exception as error:
                # Ours, not the user's: the whole story for the report, one sentence for the person.
                traceback.print_exc()
                click.echo(
                    f"\nSomething went wrong in RealFM ({type(error).__name__}). "
                    "Nothing that was stored is lost.\nPlease report it with the lines above.",
                    err=True,
                )
                sys.exit(OUR_ERROR)

        return run

    return told


class TerminalProgress:
    """A progress line on standard error; in a log, one line per stage and quarter."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._what = ""
        self._started = 0.0
        self._told = -1

    def __call__(self, done: int, total: int, what: str) -> None:
        """See `realfm_gui.domain.progress.Progress`."""
        if what != self._what:
            self._what, self._started, self._told = what, time.monotonic(), -1
        total = max(total, 1)
        quarter = 4 * done // total
        seconds = time.monotonic() - self._started
        if self._is_terminal:
            filled = 24 * done // total
            left = f", {seconds / done * (total - done):.0f} s left" if 0 < done < total else ""
            line = f"{what:<28} [{'=' * filled}{' ' * (24 - filled)}] {done}/{total}{left}"
            click.echo("\r" + line.ljust(79), nl=done >= total, err=True)
        elif quarter > self._told:
            click.echo(f"{what}: {done}/{total} ({seconds:.0f} s)", err=True)
        self._told = quarter
