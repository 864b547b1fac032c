"""Loads what the replay's page asks for, in a thread of its own, with a read-only connection of its own."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.gui.replay.replay_page import ReplayPage
from realfm_gui.gui.replay.replay_state import ReplayState
from realfm_gui.gui.replay.rerender import ReplayedCase
from realfm_gui.imaging.decoding_service import DecodingService
from realfm_gui.imaging.errors import UnreadableImage
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.replay import (
    ReplayChoice,
    ReplaySource,
    load_frames,
    open_replay,
    replayable,
)

_log = logging.getLogger(__name__)


class ReplayDesk(QObject):
    """Brings readings to a `ReplayPage`. Call `close` before the page goes.

    Parameters
    ----------
    root : Path
        The study folder.
    decoding : DecodingService
        Decodes the images; it is not closed here.
    page : ReplayPage
    parent : QObject, optional

    Signals
    -------
    failed(Exception)
        A bug: to be shown as one. What the user can act on is on the page already.
    """

    failed = Signal(object)
    _done = Signal(int, object, object)

    def __init__(
        self, root: Path, decoding: DecodingService, page: ReplayPage, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._root = root
        self._decoding = decoding
        self._page = page
        self._number = 0
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="replay desk")
        self._done.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        page.reading_requested.connect(self.replay)

    def open(self, *, with_outcomes: bool) -> None:
        """List the readings.

        Parameters
        ----------
        with_outcomes : bool
            Class the wrong calls and show lesions: only where the look has been logged
            (`workflows.outcomes.open_outcomes`).
        """

        def listed() -> Callable[[], None]:
            with StudyStore.open(self._root, read_only=True) as store:
                names = {finding.id: finding.name for finding in store.protocol.findings}
                choices = replayable(store, with_outcomes=with_outcomes)
            return lambda: self._page.show_choices(choices, names)

        self._submit(listed)

    def replay(self, choice: ReplayChoice) -> None:
        """Load a reading and show it; of several asked for, the last."""
        self._page.show_loading(choice)

        def loaded() -> Callable[[], None]:
            with StudyStore.open(self._root, read_only=True) as store:
                source = open_replay(store, choice)
            case, state = self._case_of(source), ReplayState(source.record)
            return lambda: self._page.show_reading(source, case, state)

        self._submit(loaded)

    def close(self) -> None:
        """Load nothing more."""
        self._number += 1
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _case_of(self, source: ReplaySource) -> ReplayedCase:
        frames = load_frames(source.image_paths, self._decoding)
        return ReplayedCase(frames=frames, series=frames.series, maps=source.maps)

    def _submit(self, work: Callable[[], Callable[[], None]]) -> None:
        self._number += 1
        number = self._number

        def run() -> None:
            outcome: Any = None
            error: Exception | None = None
            try:
                outcome = work()
            except Exception as raised:
                error = raised
            with suppress(RuntimeError):  # the window has gone meanwhile
                self._done.emit(number, outcome, error)

        self._executor.submit(run)

    def _deliver(self, number: int, show: Callable[[], None] | None, error: Exception | None) -> None:
        if number != self._number:
            return
        if show is not None:
            show()
        elif isinstance(error, UserFacingError | UnreadableImage):
            self._page.show_failed(str(error))
        elif error is not None:
            _log.error("a reading could not be replayed", exc_info=error)
            self._page.show_failed("This reading could not be loaded.")
            self.failed.emit(error)
