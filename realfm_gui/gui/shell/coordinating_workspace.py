"""Set up: import, fit, run, watch."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.gui.coordinating.coordinating_page import CoordinatingPage
from realfm_gui.gui.shell.desk import Desk
from realfm_gui.gui.shell.hanging_workspace import HangingWorkspace
from realfm_gui.models.registry import comes_from_file

if TYPE_CHECKING:
    from realfm_gui.storage import StudyStore
    from realfm_gui.workflows.import_images import ImportReport


class CoordinatingWorkspace(QObject):
    """Connects the coordinator's page with imports and model runs."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self.page = CoordinatingPage()
        self.hanging = HangingWorkspace(desk)
        self.page.hanging_requested.connect(self.hanging.enter)
        self.page.import_requested.connect(self.import_images)
        self.page.fit_requested.connect(self.fit)
        self.page.predict_requested.connect(self.predict)
        self.page.refused_list_requested.connect(self._choose_list_file)
        desk.view_changed.connect(self._show)
        desk.work_began.connect(lambda: self.page.set_busy(True))
        desk.work_ended.connect(lambda: self.page.set_busy(False))
        desk.window.add_page("coordinating", self.page)

    def enter(self) -> None:
        """Show the study as it is now."""
        self._desk.refresh()
        self._show()
        self._desk.window.show_page("coordinating", workspace="set-up")

    def close(self) -> None:
        """End what works in the background; for a window that closes."""
        self.hanging.close()

    def import_images(self, paths: Sequence[Path], truth_csv: Path | None) -> None:
        """Import in a child process; what was refused is then in the page."""
        from realfm_gui.workflows import jobs

        self._desk.start_work(
            jobs.import_into,
            self._desk.root,
            list(paths),
            truth_csv,
            what="Importing images",
            strip=self.page.progress,
            on_done=self._imported,
        )

    def fit(self, model: str) -> None:
        """Fit a model's head in a child process."""
        from realfm_gui.workflows import jobs

        self._desk.start_work(
            jobs.fit,
            self._desk.root,
            model,
            what=f"Fitting {model}",
            strip=self.page.progress,
            on_done=_nothing,
        )

    def predict(self, model: str) -> None:
        """Run a model in a child process; precomputed predictions are asked for as files first."""
        if comes_from_file(model):
            title = "The table of scores and, if there is one, the table of places"
            dialog = QFileDialog(self.page, title, filter="Tables (*.csv)")
            dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
            dialog.filesSelected.connect(lambda paths: self.predict_from_tables(model, paths))
            dialog.open()
        else:
            self._predict(model, None)

    def predict_from_tables(self, model: str, paths: Sequence[str]) -> None:
        """Take a model's answers from tables, in a child process."""
        from realfm_gui.workflows import jobs

        self._desk.start_work(
            jobs.predict_from_tables,
            self._desk.root,
            model,
            [Path(path) for path in paths],
            what=f"Reading the answers of {model}",
            strip=self.page.progress,
            on_done=_nothing,
        )

    def save_refused(self, path: Path) -> None:
        """Write the refused files and their reasons as a table."""
        assert self._desk.view is not None  # the button is on a page that shows it
        rows = self._desk.view.refused

        def write(_: "StudyStore") -> None:
            try:
                with path.open("w", newline="", encoding="utf-8") as file:
                    csv.writer(file).writerows([("file", "reason"), *rows])
            except OSError as error:
                raise UserFacingError(
                    f"The list cannot be written to {path}: {error.strerror}.", hint="Choose another folder."
                ) from error

        self._desk.operations.run(write)

    def _predict(self, model: str, scores: Path | None) -> None:
        from realfm_gui.workflows import jobs

        self._desk.start_work(
            jobs.predict,
            self._desk.root,
            model,
            None,
            scores,
            what=f"Running {model}",
            strip=self.page.progress,
            on_done=_nothing,
        )

    def _imported(self, report: "ImportReport") -> None:
        self.page.show_notice(report.summary())

    def _choose_list_file(self) -> None:
        dialog = QFileDialog(self.page, "Save the list of refused files", filter="Tables (*.csv)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.selectFile("refused.csv")
        dialog.fileSelected.connect(lambda path: self.save_refused(Path(path)))
        dialog.open()

    def _show(self) -> None:
        if self._desk.view is not None and self._desk.protocol is not None:
            self.page.show_study(self._desk.view, self._desk.protocol)


def _nothing(_: object) -> None:
    """Leave it to the refresh that follows every piece of work."""
