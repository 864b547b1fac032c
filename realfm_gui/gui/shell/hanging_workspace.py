"""Set up: the editor of the study's hanging protocols."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from realfm_gui.gui.shell.desk import Desk
from realfm_gui.imaging.hanging_rules import HangingProtocol
from realfm_gui.imaging.hung_panes import HangingRules

if TYPE_CHECKING:
    from realfm_gui.domain.changes import Changes
    from realfm_gui.gui.coordinating.hanging_page import HangingPage
    from realfm_gui.gui.coordinating.hanging_work import HangingWork
    from realfm_gui.imaging.decoding_service import DecodingService
    from realfm_gui.storage import StudyStore
    from realfm_gui.workflows.hanging import CaseFiles, StudyHanging

PAGE = "hanging"


class HangingWorkspace(QObject):
    """Opens the editor for the study on the desk and stores what it is told to save."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._decoding: DecodingService | None = None
        self._cases: dict[str, CaseFiles] = {}
        self.page: HangingPage | None = None
        self._work: HangingWork | None = None
        desk.study_opened.connect(self._forget)

    def enter(self) -> None:
        """Collect rules and cases and show the editor; changes that were not saved are still there."""
        if self.page is not None and self.page.state.is_changed:
            self._desk.window.show_page(PAGE, workspace="set-up")
            return
        self._forget()  # there may be more cases by now

        def collect(store: "StudyStore") -> "StudyHanging":
            from realfm_gui.workflows.hanging import study_hanging

            return study_hanging(store)

        self._desk.operations.run(collect, on_done=self._open)

    def close(self) -> None:
        """End the work on images and forget the editor."""
        self._forget()
        if self._decoding is not None:
            self._decoding.close()
            self._decoding = None

    def _open(self, opened: "StudyHanging") -> None:
        if self.page is not None:
            return
        from realfm_gui.gui.coordinating.hanging_page import HangingPage
        from realfm_gui.gui.coordinating.hanging_work import HangingWork

        self._cases = {case.case_id: case for case in opened.cases}
        page, work = HangingPage(opened), HangingWork(self._decoder, self)
        work.images_known.connect(page.show_images)
        work.pictures_drawn.connect(page.show_pictures)
        work.failed.connect(page.show_problem)
        page.preview_requested.connect(self._draw)
        page.save_requested.connect(self._save)
        page.closed.connect(self._leave)
        self.page, self._work = page, work
        self._desk.window.add_page(PAGE, page)
        self._desk.window.show_page(PAGE, workspace="set-up")
        work.read_headers(opened.cases)

    def _decoder(self) -> "DecodingService":
        from realfm_gui.imaging.decoding_service import DecodingService

        if self._decoding is None:
            self._decoding = DecodingService()
        return self._decoding

    def _draw(self, case_id: str, rules: HangingRules, width: int, height: int) -> None:
        if self._work is not None:
            self._work.draw(self._cases[case_id], rules, width, height)

    def _save(self, protocols: tuple[HangingProtocol, ...]) -> None:
        def store_them(store: "StudyStore") -> "Changes":
            from realfm_gui.workflows.hanging import store_hanging

            return store_hanging(store, protocols)

        def saved(_: "Changes") -> None:
            if self.page is not None:
                self.page.note_saved(protocols)

        self._desk.operations.run(store_them, on_done=saved)

    def _leave(self) -> None:
        is_changed = self.page is not None and self.page.state.is_changed
        if not is_changed:  # else it is kept as it is until the study is left
            self._forget()
        self._desk.window.command_requested.emit("set-up")

    def _forget(self) -> None:
        if self._work is not None:
            self._work.close()
            self._work.deleteLater()
            self._work = None
        if self.page is not None:
            self.page = None
            self._desk.window.remove_page(PAGE)
