"""The record of what is displayed, as the reading room needs it: begun, finished, told of."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from realfm_gui.domain.display_record import FinishedRecord, ReadingKey
from realfm_gui.gui.reading.reading_page import ReadingPage
from realfm_gui.gui.reading.sitting import Opened
from realfm_gui.gui.reading.state import RoomState
from realfm_gui.gui.viewer.display_recorder import BoxRecorder
from realfm_gui.workflows.display_record import settled
from realfm_gui.workflows.reading import ReaderSession


class ReadingRecord(QObject):
    """Records what the page displays, one phase of one case after the other.

    Parameters
    ----------
    page : ReadingPage
    parent : QObject
    """

    def __init__(self, page: ReadingPage, parent: QObject) -> None:
        super().__init__(parent)
        self._page = page
        self._recorder = BoxRecorder(page.box, self)
        self._recorder.recording_failed.connect(self._tell)
        page.input_noted.connect(self._recorder.note_input)

    def begin(self, opened: Opened | None, session: ReaderSession | None, state: RoomState) -> None:
        """Record the phase that begins now: its first picture, or the AI's turn, is on the screen."""
        if opened is not None and session is not None and state.step is not None:
            self._recorder.begin(
                opened.root,
                ReadingKey(reader=session.reader.id, case_id=state.step.case_id, phase=state.phase),
                session=session.session_id,
                idle_after_s=state.protocol.reading.idle_after_s,
            )

    def finish(self) -> Callable[[], FinishedRecord | None]:
        """Close the record; what is returned waits for the disk: call it on the study's thread."""
        return partial(settled, self._recorder.finish())

    def go_on(self) -> None:
        """Record on: the answer could not be stored."""
        self._recorder.go_on()

    def close(self) -> None:
        """Close what is open and end the recorder's thread."""
        self._recorder.close()

    def _tell(self, why: str) -> None:
        self._page.side.show_problem(
            f"What this case displays is no longer recorded ({why}). Your answers are stored as before."
        )
