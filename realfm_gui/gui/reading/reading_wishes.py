"""What a reader can wish for on the page, as signals, and the commands that do no more than wish."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from realfm_gui.domain.reading import CaseFlag


class ReadingWishes(QWidget):
    """Passes on what the reader wants.

    Signals
    -------
    likelihood_changed(str, int), recall_chosen(str, bool), confidence_chosen(str, int)
        Answers: finding id (empty: the selected one) and value. `likelihood_changed` also follows a drag.
    likelihood_nudged(int), likelihood_stepped(int)
        Move the selected finding's likelihood by so much; to the next quarter of the scale, up or down.
    flag_changed(CaseFlag, bool), flag_toggled(CaseFlag)
        A flag of the case.
    finding_selected(str), next_finding_requested(int)
        Which finding keys answer.
    primary_requested(), pause_requested(), leave_requested()
        Lock or submit; pause or go on; stop.
    measurements_changed(tuple)
        The measurements of the case are now these.
    marks_changed(tuple)
        The marks of the case are now these.
    view_changed()
        Slice, window, zoom or map changed.
    input_noted()
        The reader did something.
    ai_painted()
        The AI's answer is on the screen.
    """

    likelihood_changed = Signal(str, int)
    recall_chosen = Signal(str, bool)
    confidence_chosen = Signal(str, int)
    likelihood_nudged = Signal(int)
    likelihood_stepped = Signal(int)
    flag_changed = Signal(object, bool)
    flag_toggled = Signal(object)
    finding_selected = Signal(str)
    next_finding_requested = Signal(int)
    primary_requested = Signal()
    pause_requested = Signal()
    leave_requested = Signal()
    measurements_changed = Signal(object)
    marks_changed = Signal(object)
    view_changed = Signal()
    input_noted = Signal()
    ai_painted = Signal()

    def request_primary(self) -> None:
        """Lock or submit."""
        self.primary_requested.emit()

    def request_pause(self) -> None:
        """Pause or go on."""
        self.pause_requested.emit()

    def request_leave(self) -> None:
        """Stop for now."""
        self.leave_requested.emit()

    def nudge_likelihood(self, by: int) -> None:
        """Move the selected finding's likelihood."""
        self.likelihood_nudged.emit(by)

    def step_likelihood(self, direction: int) -> None:
        """Move the selected finding's likelihood to the next quarter of the scale."""
        self.likelihood_stepped.emit(direction)

    def choose_recall(self, call: int) -> None:
        """Answer the selected finding's recall question."""
        self.recall_chosen.emit("", bool(call))

    def choose_confidence(self, level: int) -> None:
        """Answer the selected finding's confidence."""
        self.confidence_chosen.emit("", level)

    def select_finding(self, by: int) -> None:
        """Go to another finding."""
        self.next_finding_requested.emit(by)

    def toggle_flag(self, number: int) -> None:
        """Set or take back a flag of the case."""
        self.flag_toggled.emit(list(CaseFlag)[number])
