"""How long work tells where it is, and how it learns that it should stop."""

from typing import Protocol


class Progress(Protocol):
    """Called after each step of long work; raises `Cancelled` when the user wants to stop.

    The caller of a long operation passes one in; the operation calls it often (at least twice a
    second) and keeps what is finished when it raises.
    """

    def __call__(self, done: int, total: int, what: str) -> None:
        """Report that `done` of `total` steps of `what` ("Reading images") are finished."""


def silent(done: int, total: int, what: str) -> None:
    """Report nothing: for callers that do not wait on screen."""
