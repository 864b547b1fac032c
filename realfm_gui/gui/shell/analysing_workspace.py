"""Analyse: ask before outcomes are opened, compute, save."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from realfm_gui.domain.changes import Changes
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.gui.analysing.analysing_page import AnalysingPage
from realfm_gui.gui.analysing.confirm import ConfirmEarlyLook
from realfm_gui.gui.shell.desk import Desk
from realfm_gui.gui.shell.window_words import in_the_window, sentence_in_the_window
from realfm_gui.gui.widgets.empty_state import EmptyState

if TYPE_CHECKING:
    from realfm_gui.gui.shell.replay_workspace import ReplayWorkspace
    from realfm_gui.storage import StudyStore
    from realfm_gui.workflows.performance import Choice

ACTOR = "analyst"


class AnalysingWorkspace(QObject):
    """Connects the analyst's page with the analysis; the opening of outcomes is logged every time."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._is_asking = False
        self._measuring: Choice | None = None
        self._is_superseded = False
        self.page = AnalysingPage()
        self.page.performance.computation_requested.connect(self._measure)
        self.page.outcomes_requested.connect(self.open_outcomes)
        self.page.report_requested.connect(self._choose_report)
        self.page.export_requested.connect(self._choose_export)
        self.page.replay_requested.connect(self.open_replay)
        self._replay: ReplayWorkspace | None = None
        desk.study_opened.connect(self.page.show_closed)
        desk.work_began.connect(lambda: self.page.set_busy(True))
        desk.work_ended.connect(lambda: self.page.set_busy(False))
        desk.work_ended.connect(self._measure_what_is_wanted)
        desk.window.add_page("analysing", self.page)
        self._next = "set-up"
        self.nothing_yet = EmptyState("", "Go to Set up", is_primary=True)
        self.nothing_yet.action_requested.connect(lambda: desk.window.command_requested.emit(self._next))
        self.nothing_yet.setFocusProxy(self.nothing_yet.button)
        desk.window.add_page("nothing-to-analyse", self.nothing_yet)

    def enter(self) -> None:
        """Show the page; outcomes that are not open yet are asked for."""
        self._desk.window.show_page("analysing", workspace="analyse")
        if not self.page.has_results:
            self.open_outcomes()

    @property
    def replay(self) -> "ReplayWorkspace":
        """The replay of readings, built when it is first needed."""
        if self._replay is None:
            from realfm_gui.gui.shell.replay_workspace import ReplayWorkspace

            self._replay = ReplayWorkspace(self._desk, self.enter)
        return self._replay

    def open_replay(self) -> None:
        """Show the readings to replay; only while the outcomes are open: it tells why calls were wrong."""
        if self.page.has_results:
            self.replay.enter()

    def close(self) -> None:
        """End what works beside the window."""
        if self._replay is not None:
            self._replay.close()

    def open_outcomes(self, *, confirmed: bool = False) -> None:
        """Open the outcomes, asking first while the study is still being read; then compute."""
        if self._is_asking or self._desk.job is not None:
            return
        self._is_asking = True

        def look(store: "StudyStore") -> Changes:
            from realfm_gui.workflows.outcomes import open_outcomes

            return open_outcomes(store, actor=ACTOR, confirmed=confirmed)

        self._desk.operations.run(look, on_done=lambda _: self._compute(), on_failed=self._refused)

    def _refused(self, error: Exception) -> None:
        from realfm_gui.workflows.outcomes import StillBeingReadError

        if not isinstance(error, StillBeingReadError):
            self._is_asking = False
            if isinstance(error, UserFacingError):
                self._show_nothing_yet(error)
            else:
                self._desk.messages.show_error(error)
            return
        self.page.show_closed("The outcomes are closed: the study is still being read.")
        dialog = ConfirmEarlyLook(error.message, self._desk.window)
        dialog.finished.connect(self._answered)
        dialog.open()

    def _show_nothing_yet(self, error: UserFacingError) -> None:
        """Show why there is nothing to open, and the one way on; nothing has been logged."""
        self._next, title = self._way_on()
        self.nothing_yet.set_sentence(in_the_window(error.message))
        self.nothing_yet.set_action(title)
        self._desk.window.show_page("nothing-to-analyse", workspace="analyse")

    def _way_on(self) -> tuple[str, str]:
        from realfm_gui.gui.coordinating.steps import Action, next_step, readers_that_count

        view = self._desk.view
        if view is None or next_step(view).action is not Action.NOTHING:
            return "set-up", "Go to Set up"
        if any(not reader.is_simulated for reader in readers_that_count(view)):
            return "read", "Go to Read"
        return "set-up", "Go to Set up"

    def _answered(self, answer: int) -> None:
        self._is_asking = False
        if answer:
            self.open_outcomes(confirmed=True)

    def _compute(self) -> None:
        from realfm_gui.workflows import jobs

        self._is_asking = False
        self.page.show_computing()
        if self._desk.window.page == "nothing-to-analyse":
            self._desk.window.show_page("analysing", workspace="analyse")
        self._desk.start_work(
            jobs.analyse,
            self._desk.root,
            what="Analysing",
            strip=self.page.progress,
            on_done=self._show_results,
            on_failed=self._failed,
            on_cancelled=lambda: self.page.show_closed("The computation was stopped."),
        )

    def _failed(self, error: Exception) -> None:
        if isinstance(error, UserFacingError):
            self.page.show_closed(sentence_in_the_window(error))
            return
        self.page.show_closed("The results could not be computed.")
        self._desk.messages.show_error(error)

    def _show_results(self, results: Any) -> None:
        assert self._desk.protocol is not None  # its results have just been computed
        self.page.performance.open(self._desk.protocol)
        self.page.show_results(results)

    def _measure(self, choice: "Choice") -> None:
        """Compute a choice of the performance page; one under way for another choice is ended at once.

        Only reads the study, so there is nothing to keep of what is ended. Other work is waited for.
        """
        from realfm_gui.workflows.performance import performance

        if self._desk.job is not None:
            if self._measuring is not None and self._measuring != choice:
                self._is_superseded = True
                self._desk.job.kill()
            return
        page = self.page.performance
        self._measuring = choice
        self._desk.start_work(
            performance,
            self._desk.root,
            choice,
            what="Computing the performance",
            strip=page.progress,
            on_done=page.take,
            on_failed=lambda error: self._measuring_failed(choice, error),
            on_cancelled=lambda: self._measuring_stopped(choice),
        )

    def _measure_what_is_wanted(self) -> None:
        self._measuring, self._is_superseded = None, False
        choice = self.page.performance.wanted
        # A window that is closing is disabled: nothing new may begin in it.
        if choice is not None and self._desk.window.isEnabled():
            self._measure(choice)

    def _measuring_stopped(self, choice: "Choice") -> None:
        if not self._is_superseded:
            self.page.performance.show_failure(choice, "The computation was stopped.")

    def _measuring_failed(self, choice: "Choice", error: Exception) -> None:
        if isinstance(error, UserFacingError):
            self.page.performance.show_failure(choice, sentence_in_the_window(error))
            return
        self.page.performance.show_failure(choice, "The performance could not be computed.")
        self._desk.messages.show_error(error)

    def _choose_report(self) -> None:
        dialog = QFileDialog(self.page, "Save report", filter="Web pages (*.html)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("html")
        dialog.selectFile("report.html")
        dialog.fileSelected.connect(lambda path: self.save_report(Path(path)))
        dialog.open()

    def _choose_export(self) -> None:
        dialog = QFileDialog(self.page, "Folder for the export")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda path: self.export(Path(path)))
        dialog.open()

    def save_report(self, path: Path) -> None:
        """Write the report in a child process."""
        from realfm_gui.workflows import jobs

        self._save(jobs.report, path, "Writing the report")

    def export(self, out: Path) -> None:
        """Write tables, results and report in a child process."""
        from realfm_gui.workflows import jobs

        self._save(jobs.export, out, "Exporting")

    def _save(self, function: Any, path: Path, what: str) -> None:
        self._desk.start_work(
            function,
            self._desk.root,
            path,
            what=what,
            strip=self.page.progress,
            on_done=lambda _: self.page.show_notice(f"Saved: {path}"),
        )
