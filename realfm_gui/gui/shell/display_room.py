"""The display check on its way: the page, the record, the luminances that are kept."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from realfm_gui.domain.display_check import CheckRequirement, DisplayCheck
from realfm_gui.domain.display_luminance import Luminances
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.gui.display_check.monitors import monitor_facts
from realfm_gui.gui.shell.desk import Desk
from realfm_gui.gui.shell.reader_arrival import Arrival
from realfm_gui.gui.shell.reader_preferences import PreferenceFiles

if TYPE_CHECKING:
    from realfm_gui.gui.display_check.check_page import CheckPage
    from realfm_gui.storage import StudyStore

CHECK_PAGE = "display-check"
MOVED = UserFacingError(
    "The window is on another monitor now.", hint="Look at the pattern there and answer again."
)


class DisplayRoom(QObject):
    """Takes a reader through the check and records it.

    Signals
    -------
    recorded(Arrival)
        The check is on disk.
    left()
        The reader went without one.
    """

    recorded = Signal(object)
    left = Signal()

    def __init__(self, desk: Desk, files: PreferenceFiles) -> None:
        super().__init__(desk)
        self._desk = desk
        self._files = files
        self._arrival: Arrival | None = None
        self.page: CheckPage | None = None

    def enter(self, arrival: Arrival) -> None:
        """Show the page to a reader."""
        self._arrival = arrival
        if self.page is None:
            from realfm_gui.gui.display_check.check_page import CheckPage

            self.page = CheckPage()
            self.page.checked.connect(self._checked)
            self.page.luminances_entered.connect(self._measured)
            self.page.left.connect(self.left)
            self._desk.window.add_page(CHECK_PAGE, self.page)
        self._begin(arrival)
        self._desk.window.show_page(CHECK_PAGE, workspace="read")

    def answer_all(self) -> None:
        """Answer every question as a sound display is answered, and record it: for tours and rehearsals."""
        if self.page is not None:
            self.page.questions.answer_all()
            self.page.done.click()

    def _begin(self, arrival: Arrival) -> None:
        assert self.page is not None  # `enter` made it
        is_required = arrival.requirement is CheckRequirement.REQUIRED
        self.page.begin(arrival.workstation, arrival.measured, is_required=is_required)

    def _checked(self, check: DisplayCheck) -> None:
        assert self._arrival is not None  # the page belongs to a reader
        now = self._arrival.on(monitor_facts(self._desk.window))
        if _key(now) != _key(self._arrival):
            self._arrival = now
            self._begin(now)
            self._desk.messages.show_error(MOVED)
            return
        reader_id = now.reader_id

        def record(store: "StudyStore") -> int:
            from realfm_gui.workflows.display_check import record_display_check

            return record_display_check(store, reader_id, check)

        self._desk.operations.run(
            record,
            on_done=lambda _: self.recorded.emit(now),
            on_failed=self._desk.messages.show_error,
        )

    def _measured(self, measured: Luminances) -> None:
        assert self._arrival is not None  # the page belongs to a reader
        monitor = self._arrival.workstation.monitor
        self._arrival = self._arrival.having_measured(measured)
        if monitor is not None:
            files, key = self._files, monitor.key
            self._desk.operations.run(
                lambda _: files.save_luminances(key, measured), on_failed=self._desk.messages.show_error
            )


def _key(arrival: Arrival) -> str:
    monitor = arrival.workstation.monitor
    return "" if monitor is None else monitor.key
