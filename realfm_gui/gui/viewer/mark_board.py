"""The marks of a case, with everything that was done to them: rate, undo, redo, selection. Without Qt."""

from collections.abc import Sequence
from dataclasses import replace

from realfm_gui.domain.mark import Mark

Marks = tuple[Mark, ...]


class MarkBoard:
    """Marks in the order of making; each change is one step of `undo`.

    Making a mark and rating it at once is one step: who takes it back wants the mark gone.

    Parameters
    ----------
    marks : sequence of Mark
        Those of the draft, or of the unaided answer; they are no step that can be undone.
    """

    def __init__(self, marks: Sequence[Mark] = ()) -> None:
        self._history: list[Marks] = [tuple(marks)]
        self._now = 0
        self._selected = ""

    @property
    def marks(self) -> Marks:
        """What there is now."""
        return self._history[self._now]

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return self._now > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a change that was taken back."""
        return self._now + 1 < len(self._history)

    @property
    def selected(self) -> Mark | None:
        """The mark that Delete removes."""
        return self.mark(self._selected)

    def mark(self, mark_id: str) -> Mark | None:
        """Return the mark with this id."""
        return next((mark for mark in self.marks if mark.mark_id == mark_id), None)

    def on_frame(self, frame: int) -> Marks:
        """Return the marks of one frame."""
        return tuple(mark for mark in self.marks if mark.frame == frame)

    def select(self, mark: Mark | None) -> None:
        """Choose a mark, or none."""
        self._selected = "" if mark is None else mark.mark_id

    def put(self, mark: Mark) -> bool:
        """Add a mark, or change the one with its id, and select it; return whether that is new."""
        self.select(mark)
        if self.mark(mark.mark_id) is None:
            return self._step((*self.marks, mark))
        return self._step(tuple(mark if old.mark_id == mark.mark_id else old for old in self.marks))

    def rate(self, mark_id: str, rating: int) -> bool:
        """Rate a mark; return whether that is another rating than before."""
        mark = self.mark(mark_id)
        if mark is None or mark.rating == rating:
            return False
        rated = tuple(replace(old, rating=rating) if old is mark else old for old in self.marks)
        if self._is_new(mark):
            self._history[self._now :] = [rated]
            return True
        return self._step(rated)

    def remove(self, mark_id: str) -> bool:
        """Remove a mark; return whether there was one.

        One that was only just made and never rated leaves no step behind: it was a slip of the hand.
        """
        mark = self.mark(mark_id)
        if mark is not None and self._is_new(mark):
            del self._history[self._now :]
            self._now -= 1
            return True
        return self._step(tuple(old for old in self.marks if old is not mark))

    def undo(self) -> bool:
        """Take the last change back; return whether there was one."""
        return self._go(-1) if self.can_undo else False

    def redo(self) -> bool:
        """Make the change again that was taken back last; return whether there was one."""
        return self._go(+1) if self.can_redo else False

    @property
    def steps(self) -> int:
        """How many changes could be taken back."""
        return self._now

    def _is_new(self, mark: Mark) -> bool:
        """Whether the last change made this mark, and nobody has rated it."""
        if mark.rating is not None or not self.can_undo:
            return False
        return self._history[self._now] == (*self._history[self._now - 1], mark)

    def _step(self, marks: Marks) -> bool:
        if marks == self.marks:
            return False
        self._history[self._now + 1 :] = [marks]
        self._now += 1
        return True

    def _go(self, by: int) -> bool:
        self._now += by
        return True
