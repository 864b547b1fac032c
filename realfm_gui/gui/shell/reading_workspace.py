"""Read: who reads, then the reading room."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from realfm_gui.domain.reading import Phase
from realfm_gui.gui.shell.desk import BUSY, Desk
from realfm_gui.gui.shell.reader_choice import ReaderChoice

if TYPE_CHECKING:
    from realfm_gui.gui.reading.controller import ReadingController
    from realfm_gui.gui.reading.reading_page import ReadingPage
    from realfm_gui.imaging.decoding_service import DecodingService


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A sitting under way: its controller and its page."""

    controller: "ReadingController"
    page: "ReadingPage"

    def is_ready_in(self, phase: Phase) -> bool:
        """Whether the reader can answer in this phase."""
        state = self.controller.state
        return state is not None and state.phase is phase and state.can_answer

    def fill_in(self, likelihood: int, confidence: int) -> None:
        """Answer every finding alike, recall included."""
        state = self.controller.state
        for finding in state.protocol.findings if state is not None else ():
            self.page.likelihood_changed.emit(finding.id, likelihood)
            self.page.recall_chosen.emit(finding.id, likelihood >= 50)
            self.page.confidence_chosen.emit(finding.id, confidence)

    def lock(self) -> None:
        """Lock or submit the answer."""
        self.page.primary_requested.emit()


class ReadingWorkspace(QObject):
    """Leads a reader from the choice of a name into the reading room and back."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._decoding: DecodingService | None = None
        self.room: Room | None = None
        self._choice = ReaderChoice()
        self._choice.reader_chosen.connect(self.read_as)
        self._choice.set_up_requested.connect(lambda: desk.window.command_requested.emit("set-up"))
        desk.view_changed.connect(self._show_readers)
        desk.window.add_page("readers", self._choice)

    def enter(self) -> None:
        """Show who may read, as it is now."""
        self._desk.refresh()
        self._show_readers()
        self._desk.window.show_page("readers", workspace="read")

    def read_as(self, reader_id: str) -> None:
        """Open the reading room for a reader; a second wish while one reads is ignored."""
        if self.room is not None or not reader_id or self._desk.protocol is None:
            return
        if self._desk.job is not None:
            self._desk.messages.show_error(BUSY)
            return
        from realfm_gui.gui.reading.controller import ReadingController
        from realfm_gui.gui.reading.reading_page import ReadingPage

        page = ReadingPage(self._desk.protocol)
        controller = ReadingController(self._desk.operations, self._decoder(), page, reader_id, parent=self)
        controller.left.connect(self.leave)
        controller.failed.connect(self._failed)
        self.room = Room(controller=controller, page=page)
        self._desk.window.add_page("reading", page)
        self._desk.window.show_page("reading", workspace="read")
        controller.start()

    def leave(self) -> None:
        """Leave the reading room; drafts are kept."""
        room, self.room = self.room, None
        if room is None:
            return
        room.controller.close()
        room.controller.deleteLater()
        self.enter()
        self._desk.window.remove_page("reading")

    def close(self) -> None:
        """Keep the draft, end the session and the decoding processes; for a window that closes."""
        if self.room is not None:
            self.room.controller.close()
            self.room = None
        if self._decoding is not None:
            self._decoding.close()
            self._decoding = None

    def _decoder(self) -> "DecodingService":
        if self._decoding is None:
            from realfm_gui.imaging.decoding_service import DecodingService

            self._decoding = DecodingService()
        return self._decoding

    def _failed(self, error: Exception) -> None:
        # A sitting that never began has nothing to show; one under way stays, the page says what to do.
        if self.room is not None and self.room.controller.state is None:
            self.leave()
        self._desk.messages.show_error(error)

    def _show_readers(self) -> None:
        if self._desk.view is not None:
            self._choice.show_readers(self._desk.view.readers)
