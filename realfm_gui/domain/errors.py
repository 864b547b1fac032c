"""What can go wrong in a way the user can act on, and a wish to stop."""


class UserFacingError(Exception):
    """A problem the user can solve.

    Parameters
    ----------
    message : str
        What is wrong: which file, row or case, in the user's words.
    hint : str
        What to do about it.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        # Raised in child processes, shown in this one: the default pickling would drop the hint.
        return _rebuild, (type(self), self.message, self.hint)

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


def _rebuild(cls: type[UserFacingError], message: str, hint: str) -> UserFacingError:
    return cls(message, hint=hint)


class Cancelled(Exception):  # noqa: N818 - a wish of the user, not an error
    """The user asked a long operation to stop; what was finished is kept."""
