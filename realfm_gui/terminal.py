"""How every command talks: messages, exit statuses, a progress line."""

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

USER_ERROR = 2
PROBLEM_FOUND = 1
OUR_ERROR = 70
STOPPED = 130

JsonOption = click.option(
    "--json", "json_out", metavar="FILE", help="Write the result as JSON to FILE; - is standard output."
)


def told_to_the_user(command: Callable[P, T]) -> Callable[P, T]:
    """Turn problems the user can solve, and Ctrl-C, into a message and an exit status."""

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
            click.echo("\nStopped. What was finished is kept.", err=True)
            sys.exit(STOPPED)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
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
