"""Keeps what is answered but not locked, often enough that a crash costs next to nothing."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from realfm_gui.domain.reading import Draft
from realfm_gui.gui.shell.operations import Operations
from realfm_gui.workflows import reading

DRAFT_EVERY_MS = 1500


class DraftSaver(QObject):
    """Stores the draft at most every `DRAFT_EVERY_MS` while something changes.

    Parameters
    ----------
    operations : Operations
        The door to the study's database.
    make_draft : callable
        Returns the present draft, or None while there is nothing to keep.
    on_failed : callable
        Told when a draft could not be stored.
    parent : QObject
    """

    def __init__(
        self,
        operations: Operations,
        make_draft: Callable[[], Draft | None],
        on_failed: Callable[[Exception], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._operations = operations
        self._make_draft = make_draft
        self._on_failed = on_failed
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAFT_EVERY_MS)
        self._timer.timeout.connect(self.save)

    @property
    def is_waiting(self) -> bool:
        """Whether a change has not been stored yet."""
        return self._timer.isActive()

    def schedule(self) -> None:
        """Store the draft soon."""
        if not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """Store nothing more until the next change."""
        self._timer.stop()

    def save(self) -> None:
        """Store the draft now."""
        self._timer.stop()
        draft = self._make_draft()
        if draft is not None:
            self._operations.run(lambda store: reading.save_draft(store, draft), on_failed=self._on_failed)
