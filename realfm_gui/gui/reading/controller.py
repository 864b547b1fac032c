"""Runs a sitting: case after case, unaided, locked, aided, submitted."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.measurement import Measurement
from realfm_gui.domain.reading import Draft, Phase, Step
from realfm_gui.domain.workstation import Workstation
from realfm_gui.gui.reading.answer_wishes import connect_answer
from realfm_gui.gui.reading.breaks import all_read_words, stopped_words, toggle_pause
from realfm_gui.gui.reading.coming_images import ComingImages
from realfm_gui.gui.reading.draft_saver import DraftSaver
from realfm_gui.gui.reading.picture_desk import PictureDesk
from realfm_gui.gui.reading.pictures import CasePicture
from realfm_gui.gui.reading.reading_page import ReadingPage
from realfm_gui.gui.reading.reading_record import ReadingRecord
from realfm_gui.gui.reading.side_panel import OUR_FAULT
from realfm_gui.gui.reading.sitting import Begun, Opened, begin, end, open_case
from realfm_gui.gui.reading.state import RoomState, Stage, monotonic_ms
from realfm_gui.gui.shell.operations import Operations
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.imaging.decoding_service import DecodingService
from realfm_gui.storage import StudyStore
from realfm_gui.workflows import reading
from realfm_gui.workflows.advice import Advice
from realfm_gui.workflows.reading import ReaderSession, Receipt

T = TypeVar("T")

SAYS_SAVING_AFTER_MS = 150


class ReadingController(QObject):
    """Connects the page's wishes with the study, one reader and one sitting at a time.

    Call `close` before the window goes: it stores the draft and ends the session.

    Parameters
    ----------
    operations : Operations
        The one door to the study's database; a study is open in it.
    decoding : DecodingService
        Decodes images.
    page : ReadingPage
        The page of this sitting.
    reader_id : str
        Who reads.
    parent : QObject, optional
    now_ms : callable, optional
        The clock, monotonic.

    Signals
    -------
    finished(Receipt)
        The session has ended, all cases read or not; the page shows the receipt.
    failed(Exception)
        The sitting could not begin, or met a bug; what the reader can act on is on the page already.
    left()
        The reader wants to go back.
    """

    finished = Signal(object)
    failed = Signal(object)
    left = Signal()

    def __init__(
        self,
        operations: Operations,
        decoding: DecodingService,
        page: ReadingPage,
        reader_id: str,
        parent: QObject | None = None,
        *,
        now_ms: Callable[[], float] = monotonic_ms,
    ) -> None:
        super().__init__(parent)
        self._operations = operations
        self._page = page
        self._reader_id = reader_id
        self._now_ms = now_ms
        self._session: ReaderSession | None = None
        self._opened: Opened | None = None
        self._retry: Callable[[], None] | None = None
        self._highlights_missing = False
        self._is_closed = False
        self.state: RoomState | None = None
        self.desk = PictureDesk(decoding, self)
        self.displayed = ReadingRecord(page, self)
        self.drafts = DraftSaver(operations, self._draft, self._tell, self)
        self._saving_timer = QTimer(self)
        self._saving_timer.setSingleShot(True)
        self._saving_timer.setInterval(SAYS_SAVING_AFTER_MS)
        self._saving_timer.timeout.connect(lambda: self._show(is_slow=True))
        self._connect()

    # The sitting

    def start(self, workstation: Workstation | None = None) -> None:
        """Begin the session at this workstation and open the first unfinished case."""
        reader_id = self._reader_id
        self._operations.run(
            lambda store: begin(store, reader_id, workstation),
            on_done=self._started,
            on_failed=self.failed.emit,
        )

    def stop(self) -> None:
        """Stop for now: keep the draft, end the session, show the receipt."""
        if self._session is not None and not self._is_closed:
            self.drafts.save()
            self.displayed.finish()
            self._end(partial(self._show_end, stopped_words))

    def close(self) -> None:
        """Keep the draft and end the session without showing anything; for a window that closes."""
        if self._is_closed:
            return
        self.drafts.save()
        self._is_closed = True
        self._saving_timer.stop()
        self.desk.close()
        self._page.take_images_back()
        self._page.box.end_work()
        self.displayed.close()
        session, self._session = self._session, None
        if session is not None:
            self._operations.run(lambda store: end(store, session), on_failed=_ignore)

    def _started(self, begun: Begun) -> None:
        self._session = begun.session
        self.desk.pictures.rules = begun.rules
        self.state = RoomState(protocol=begun.protocol)
        self._open_next()

    def _open_next(self) -> None:
        self._run(open_case, self._case_opened, retry=self._open_next)

    def _case_opened(self, opened: Opened | None) -> None:
        if opened is None:
            self._end(partial(self._show_end, all_read_words))
            return
        assert self.state is not None  # the session began
        self._opened = opened
        self._highlights_missing = False
        case = opened.to_read
        self.state.open_case(case.step, unaided=case.unaided, draft=case.draft)
        self._page.begin_case(case.case.indication)
        self._show()
        self.desk.open_case(opened)

    def _picture_ready(self, picture: CasePicture) -> None:
        assert self._opened is not None  # a picture belongs to the open case
        assert self.state is not None
        view = ViewState(picture.frames, picture.series, picture.warnings)
        self._page.show_case(view, picture, self.state.measurements)
        draft = self._opened.to_read.draft
        if draft is not None and draft.view.get("viewport"):
            self._page.box.restore(draft.view["viewport"])
        # The clock starts when it has been painted, see `_painted`.

    def _picture_failed(self, reason: str) -> None:
        if self.state is not None:
            self.state.is_unreadable = True
        self._page.show_unreadable(reason)
        self._painted()
        self._show()

    def _painted(self) -> None:
        if self.state is not None and self.state.stage is Stage.OPENING:
            self._picture_complete()

    def _picture_complete(self) -> None:
        assert self.state is not None  # there is a case
        self.displayed.begin(self._opened, self._session, self.state)
        if self.state.phase is Phase.AIDED:
            self._reveal()
        else:
            self.state.start_clock(self._now_ms())
        # Not from within a paint: the buttons change their looks.
        QTimer.singleShot(0, self, self._show)
        self.desk.prefetch()

    # Answers

    def _answer(self, change: Callable[[RoomState], None]) -> None:
        if self.state is None or not self.state.can_answer:
            return
        self.state.note_input(self._now_ms())
        selected = self.state.selected
        change(self.state)
        if self.state.selected != selected:
            self._page.show_map_of(self.state.selected)
        self._show()
        self.drafts.schedule()

    def _measured(self, measurements: tuple[Measurement, ...]) -> None:
        self._answer(lambda state: state.set_measurements(measurements))
        self.drafts.save()  # at once: an outline takes longer to draw again than to store

    def _primary(self) -> None:
        state = self.state
        if state is None:
            return
        if state.stage is Stage.STUCK and self._retry is not None:
            retry, self._retry = self._retry, None
            self._page.side.show_problem("")
            retry()
        elif state.accepts_primary(self._now_ms()):
            state.note_input(self._now_ms())
            self._highlights_missing = bool(state.missing())
            if self._highlights_missing:
                self._show()
            elif state.has_unasked_contradiction():
                state.ask(self._now_ms())
                self._show()
            else:
                self._store_answer(state)

    def _store_answer(self, state: RoomState) -> None:
        assert state.step is not None  # answers belong to a case
        case_id, phase = state.step.case_id, state.phase
        answer, times = state.answer(), state.times(self._now_ms())
        store_answer = reading.lock_unaided if phase is Phase.UNAIDED else reading.submit_aided
        displayed = self.displayed.finish()
        state.stage = Stage.SAVING
        self.drafts.stop()
        self._saving_timer.start()
        self._page.side.show_problem("")
        self._show()
        self._run(
            lambda store, session: store_answer(store, session, case_id, answer, times, displayed()),
            self._locked if phase is Phase.UNAIDED else self._submitted,
            on_failed=self._not_stored,
        )

    def _not_stored(self, error: Exception) -> None:
        assert self.state is not None
        self._saving_timer.stop()
        self.state.stage = Stage.READING
        self.drafts.schedule()  # the last edits had been waiting
        self.displayed.go_on()
        self._tell(error)
        self._show()

    def _locked(self, _: object) -> None:
        assert self.state is not None
        self._saving_timer.stop()
        self.state.begin_aided()
        self.displayed.begin(self._opened, self._session, self.state)
        self._page.viewport.setFocus()  # digits are confidence again
        self._page.side.ai.show_waiting()
        self._reveal()

    def _reveal(self) -> None:
        assert self.state is not None
        assert self.state.step is not None
        self.state.stage = Stage.REVEALING
        case_id = self.state.step.case_id
        self._show()
        self._run(
            lambda store, session: reading.reveal_ai(store, session, case_id),
            self._revealed,
            retry=self._reveal,
        )

    def _revealed(self, advice: Advice) -> None:
        assert self.state is not None
        self._page.show_advice(advice)
        self._page.show_map_of(self.state.selected)
        # The aided clock starts when the answer has been painted, see `_ai_painted`.

    def _ai_painted(self) -> None:
        if self.state is not None and self.state.stage is Stage.REVEALING:
            self.state.start_clock(self._now_ms())
            self.state.note_reveal_painted(self._now_ms())
            QTimer.singleShot(0, self, self._show)

    def _submitted(self, _: object) -> None:
        self._saving_timer.stop()
        self._open_next()

    # Pause, input, draft

    def _toggle_pause(self) -> None:
        state = self.state
        if state is None or self._session is None or state.stage is not Stage.READING:
            return
        self._run(toggle_pause(state, self._page, self._now_ms()), _ignore)
        self._show()
        self.drafts.save()

    def _input_noted(self) -> None:
        if self.state is not None and self.state.stage is Stage.READING:
            self.state.note_input(self._now_ms())
            self.drafts.schedule()

    def _view_changed(self) -> None:
        if self.state is not None and self.state.stage is Stage.READING:
            self._page.show_map_of(self.state.selected)
            self.drafts.schedule()

    def _draft(self) -> Draft | None:
        if self.state is None or self.state.stage is not Stage.READING or self._session is None:
            return None
        box = self._page.box
        payload = {} if box.case is None else box.to_payload()
        return self.state.draft(self._session.reader.id, payload, self._now_ms())

    # The end

    def _end(self, on_done: Callable[[Receipt], None]) -> None:
        session = self._session
        self._run(end, on_done, on_failed=lambda error: self._not_ended(session, error, on_done))
        self._session = None  # nothing is recorded in a session after its end

    def _not_ended(
        self, session: ReaderSession | None, error: Exception, on_done: Callable[[Receipt], None]
    ) -> None:
        self._session = session
        self._stuck(error, lambda: self._end(on_done))

    def _show_end(self, words: Callable[[Step | None], str], receipt: Receipt) -> None:
        if self.state is not None:
            self.state.stage = Stage.FINISHED
        self._page.show_end(words(self.state.step if self.state is not None else None), receipt)
        self.finished.emit(receipt)

    # Inside

    def _run(
        self,
        job: Callable[[StudyStore, ReaderSession], T],
        on_done: Callable[[T], None],
        *,
        retry: Callable[[], None] | None = None,
        on_failed: Callable[[Exception], None] | None = None,
    ) -> None:
        session = self._session
        if session is None or self._is_closed:
            return

        def failed(error: Exception) -> None:
            if self._is_closed:
                return
            if on_failed is not None:
                on_failed(error)
            else:
                self._stuck(error, retry)

        self._operations.run(
            lambda store: job(store, session),
            on_done=lambda result: None if self._is_closed else on_done(result),
            on_failed=failed,
        )

    def _stuck(self, error: Exception, retry: Callable[[], None] | None) -> None:
        self._tell(error)
        if retry is not None and self.state is not None:
            self._retry = retry
            self.state.stage = Stage.STUCK
            self._show()

    def _tell(self, error: Exception) -> None:
        if self._is_closed:
            return
        is_theirs = isinstance(error, UserFacingError)
        self._page.side.show_problem(str(error) if is_theirs else OUR_FAULT)
        if not is_theirs:
            self.failed.emit(error)

    def _show(self, *, is_slow: bool = False) -> None:
        if self.state is not None and not self._is_closed:
            self._page.show_state(self.state, highlights_missing=self._highlights_missing, is_slow=is_slow)

    def _connect(self) -> None:
        page = self._page
        connect_answer(page, self._answer)
        page.marks_changed.connect(lambda _: self.drafts.save())  # at once, as measurements are
        page.measurements_changed.connect(self._measured)
        page.primary_requested.connect(self._primary)
        page.pause_requested.connect(self._toggle_pause)
        page.leave_requested.connect(self.stop)
        page.end.leave_requested.connect(self.left)
        page.view_changed.connect(self._view_changed)
        page.input_noted.connect(self._input_noted)
        page.ai_painted.connect(self._ai_painted)
        page.box.frame_painted.connect(lambda _: self._painted())
        self.desk.picture_ready.connect(self._picture_ready)
        self.desk.picture_failed.connect(self._picture_failed)
        ComingImages(self.desk, page, lambda: self.state, self._show, self)


def _ignore(_: object) -> None:
    """Nothing to do: the record is in the log."""
