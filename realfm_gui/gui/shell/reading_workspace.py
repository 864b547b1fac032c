"""Read: who reads, then the reading room."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from realfm_gui.domain.display_check import CheckRequirement
from realfm_gui.domain.key_choice import KeyChoices
from realfm_gui.domain.mouse_choice import MouseChoices
from realfm_gui.domain.reading import Phase
from realfm_gui.gui.display_check.monitors import monitor_facts
from realfm_gui.gui.shell.desk import BUSY, Desk
from realfm_gui.gui.shell.display_room import CHECK_PAGE, DisplayRoom
from realfm_gui.gui.shell.reader_arrival import Arrival, arrive
from realfm_gui.gui.shell.reader_choice import ReaderChoice
from realfm_gui.gui.shell.reader_preferences import PreferenceFiles, ReaderPreferences

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
    """Leads a reader from the choice of a name, past the display check, into the reading room and back.

    Parameters
    ----------
    desk : Desk
    settings : Path
        The user's settings folder; it is read and written on the study's thread.
    """

    def __init__(self, desk: Desk, settings: Path) -> None:
        super().__init__(desk)
        self._desk = desk
        self._files = PreferenceFiles(settings)
        self._arriving = ""
        self._reads_next = False
        """Whether the reading room opens once the display is checked."""
        self.display = DisplayRoom(desk, self._files)
        self.display.recorded.connect(self._display_checked)
        self.display.left.connect(self.enter)
        self._decoding: DecodingService | None = None
        self.room: Room | None = None
        self._choice = ReaderChoice()
        self._choice.reader_chosen.connect(self.read_as)
        self._choice.display_check_requested.connect(self.check_display_as)
        self._choice.set_up_requested.connect(lambda: desk.window.command_requested.emit("set-up"))
        desk.view_changed.connect(self._show_readers)
        desk.window.add_page("readers", self._choice)

    @property
    def is_at_the_check(self) -> bool:
        """Whether the display check is on screen."""
        return self._desk.window.page == CHECK_PAGE

    def enter(self) -> None:
        """Show who may read, as it is now."""
        self._desk.refresh()
        self._show_readers()
        self._desk.window.show_page("readers", workspace="read")

    def read_as(self, reader_id: str) -> None:
        """Open the reading room for a reader; a second wish while one reads is ignored."""
        self._arrive(reader_id, self._sit_down)

    def check_display_as(self, reader_id: str) -> None:
        """Open the display check for a reader who asks for it."""
        self._arrive(reader_id, lambda arrival: self._check_display(arrival, reads_next=False))

    def _arrive(self, reader_id: str, then: Callable[[Arrival], None]) -> None:
        if self.room is not None or self._arriving or not reader_id or self._desk.protocol is None:
            return
        if self._desk.job is not None:
            self._desk.messages.show_error(BUSY)
            return
        from realfm_gui.gui.reading.key_choices import rules

        self._arriving = reader_id
        self._choice.set_busy(True)
        files, monitors, allowed = self._files, monitor_facts(self._desk.window), rules()

        def arrived(arrival: Arrival) -> None:
            self._let_go()
            if arrival.problem is not None:
                self._desk.messages.show_error(arrival.problem)
            then(arrival)

        self._desk.operations.run(
            lambda store: arrive(store, files, reader_id, monitors=monitors, rules=allowed),
            on_done=arrived,
            on_failed=self._not_arrived,
        )

    def _not_arrived(self, error: Exception) -> None:
        self._let_go()
        self._desk.messages.show_error(error)

    def _let_go(self) -> None:
        self._arriving = ""
        self._choice.set_busy(False)

    def _sit_down(self, arrival: Arrival) -> None:
        if arrival.is_check_due:
            self._check_display(arrival, reads_next=True)
        else:
            self._open_room(arrival)

    def _check_display(self, arrival: Arrival, *, reads_next: bool) -> None:
        self._reads_next = reads_next
        self.display.enter(arrival)

    def _display_checked(self, arrival: Arrival) -> None:
        if self._reads_next:
            self._open_room(arrival)
        else:
            self.enter()

    def _open_room(self, arrival: Arrival) -> None:
        if self.room is not None or self._desk.protocol is None:
            return
        from realfm_gui.gui.reading.controller import ReadingController
        from realfm_gui.gui.reading.reading_page import ReadingPage

        page = ReadingPage(self._desk.protocol)
        controller = ReadingController(
            self._desk.operations, self._decoder(), page, arrival.reader_id, parent=self
        )
        page.keys.use(arrival.preferences.keys, arrival.preferences.mouse)
        page.keys.choices_changed.connect(lambda keys, mouse: self._keep(arrival, keys, mouse))
        controller.left.connect(self.leave)
        controller.failed.connect(self._failed)
        self.room = Room(controller=controller, page=page)
        self._desk.window.add_page("reading", page)
        self._desk.window.show_page("reading", workspace="read")
        controller.start(arrival.workstation)

    def _keep(self, arrival: Arrival, keys: KeyChoices, mouse: MouseChoices) -> None:
        files, preferences = self._files, ReaderPreferences(keys=keys, mouse=mouse)
        self._desk.operations.run(
            lambda _: files.save(arrival.reader_id, arrival.reader_name, preferences),
            on_failed=self._desk.messages.show_error,
        )

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
        if self._desk.protocol is not None:
            requirement = self._desk.protocol.reading.display_check
            self._choice.show_display_check(requirement is not CheckRequirement.NONE)
