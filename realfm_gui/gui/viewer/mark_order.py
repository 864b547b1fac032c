"""In which order marks and measurements were changed: one Undo takes the last change of either back."""

from enum import Enum


class Board(Enum):
    """What was changed."""

    MARKS = "marks"
    MEASUREMENTS = "measurements"


class ChangeOrder:
    """Remembers which of two boards was changed when; each board keeps its own changes."""

    def __init__(self) -> None:
        self._done: list[Board] = []
        self._undone: list[Board] = []

    @property
    def last(self) -> Board | None:
        """Whose change Undo takes back; None while there is none."""
        return self._done[-1] if self._done else None

    @property
    def next(self) -> Board | None:
        """Whose change Redo makes again; None while there is none."""
        return self._undone[-1] if self._undone else None

    def note(self, board: Board) -> None:
        """Record that a board was changed: what was taken back before cannot be made again."""
        self._done.append(board)
        self._undone.clear()

    def note_undone(self) -> None:
        """Record that the last change was taken back."""
        self._undone.append(self._done.pop())

    def note_redone(self) -> None:
        """Record that the last change taken back was made again."""
        self._done.append(self._undone.pop())

    def forget(self, board: Board) -> None:
        """Strike out the last change of a board: it was taken back for good."""
        for place in reversed(range(len(self._done))):
            if self._done[place] is board:
                del self._done[place]
                return
