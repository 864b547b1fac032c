"""What the workspaces share: the window, the open study, and at most one piece of long work."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from realfm_gui.domain.changes import Changes
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.protocol import Protocol
from realfm_gui.gui.shell.background_job import BackgroundJob
from realfm_gui.gui.shell.main_window import MainWindow
from realfm_gui.gui.shell.messages import Messages
from realfm_gui.gui.shell.operations import Operations
from realfm_gui.gui.shell.recent_studies import RecentStudies, RecentStudy
from realfm_gui.gui.widgets.progress_strip import ProgressStrip

if TYPE_CHECKING:
    from realfm_gui.storage import StudyStore
    from realfm_gui.workflows.overview import StudyOverview

BUSY = UserFacingError(
    "Something is still being computed.", hint="Wait until it has finished, or cancel it, and try again."
)


class Desk(QObject):
    """The open study and the work on it.

    Signals
    -------
    study_opened()
        Another study is open; `root`, `protocol` and `view` are set.
    view_changed()
        `view` is newer than before.
    work_began(), work_ended()
        Long work; no second piece can begin in between.
    """

    study_opened = Signal()
    view_changed = Signal()
    work_began = Signal()
    work_ended = Signal()

    def __init__(self, window: MainWindow, operations: Operations, recent: RecentStudies) -> None:
        super().__init__(window)
        self.window = window
        self.operations = operations
        self.messages = Messages(window)
        self.recent = recent
        self.root: Path | None = None
        self.protocol: Protocol | None = None
        self.view: StudyOverview | None = None
        self.job: BackgroundJob | None = None
        operations.failed.connect(self.messages.show_error)
        operations.changed.connect(self._note_changes)

    def open(
        self,
        root: Path,
        on_done: Callable[[], None] | None = None,
        *,
        opener: "Callable[[Path], StudyStore] | None" = None,
    ) -> None:
        """Open a study and show what is in it; a failure is told and leaves everything as it was."""
        if self.job is not None:
            self.messages.show_error(BUSY)
            return

        def opened(store: "StudyStore") -> None:
            self.root, self.protocol, self.view = store.root, store.protocol, None
            study = store.protocol.study
            self.window.show_study(study.title, is_simulated=study.simulated)
            self.refresh(lambda: self._announce(on_done))

        self.operations.open_study(
            root.expanduser().absolute(), on_done=opened, on_failed=self.messages.show_error, opener=opener
        )

    def refresh(self, on_done: Callable[[], None] | None = None) -> None:
        """Collect the overview again."""
        if self.root is None:
            return

        def collect(store: "StudyStore") -> "StudyOverview":
            from realfm_gui.workflows.overview import overview

            return overview(store)

        def show(view: "StudyOverview") -> None:
            self.view = view
            self._say_what_is_fixed(view)
            self._remember(view)
            self.view_changed.emit()
            if on_done is not None:
                on_done()

        self.operations.run(collect, on_done=show)

    def start_work(
        self,
        function: Callable[..., Any],
        *args: Any,
        what: str,
        strip: ProgressStrip,
        on_done: Callable[[Any], None],
        on_failed: Callable[[Exception], None] | None = None,
        on_cancelled: Callable[[], None] | None = None,
    ) -> bool:
        """Start long work in a child process and show it in `strip`; refuse while other work runs."""
        if self.job is not None:
            return False
        job = BackgroundJob(function, args, parent=self, what=what)
        self.job = job
        strip.begin(what)
        job.progressed.connect(strip.advance)
        strip.cancel_requested.connect(job.cancel)
        strip.cancel_requested.connect(strip.stopping)
        job.finished.connect(on_done)
        job.failed.connect(on_failed or self.messages.show_error)
        if on_cancelled is not None:
            job.cancelled.connect(on_cancelled)
        job.ended.connect(lambda: self._end_work(job, strip))
        self.work_began.emit()
        job.start()
        return True

    def _end_work(self, job: BackgroundJob, strip: ProgressStrip) -> None:
        strip.cancel_requested.disconnect(job.cancel)
        strip.cancel_requested.disconnect(strip.stopping)
        strip.end()
        self.job = None
        job.deleteLater()
        self.work_ended.emit()
        self.refresh()  # the child wrote into the study

    def _announce(self, on_done: Callable[[], None] | None) -> None:
        self.study_opened.emit()
        if on_done is not None:
            on_done()

    def _note_changes(self, changes: Changes) -> None:
        # Every answer changes readings; the overview is collected when a page that shows it comes up.
        if changes.study or changes.cases or changes.models:
            self.refresh()

    def _say_what_is_fixed(self, view: "StudyOverview") -> None:
        from realfm_gui.gui.coordinating.coordinating_page import NO_MORE_IMPORTS
        from realfm_gui.gui.coordinating.steps import has_begun

        self.window.forbid("import", NO_MORE_IMPORTS if has_begun(view) else "")

    def _remember(self, view: "StudyOverview") -> None:
        assert self.root is not None  # there is a view of it
        self.recent.remember(
            RecentStudy(
                path=str(self.root),
                title=view.title,
                state=state_in_words(view),
                opened_utc=datetime.now(UTC).isoformat(timespec="seconds"),
                is_simulated=view.is_simulated,
            )
        )


def state_in_words(view: "StudyOverview") -> str:
    """Return a study's state for the home page, e.g. "3 of 8 readers finished"; no outcome."""
    if not any(split.cases for split in view.splits):
        return "No case yet"
    from realfm_gui.gui.coordinating.steps import has_begun, is_read, readers_that_count

    counted = readers_that_count(view)
    if is_read(view):
        return "Reading finished"
    if any(reader.unaided_locked for reader in counted):
        finished = sum(reader.submitted == reader.total > 0 for reader in counted)
        return f"{finished} of {len(counted)} readers finished"
    if has_begun(view):
        return "Practice has begun"
    return "Being set up"
