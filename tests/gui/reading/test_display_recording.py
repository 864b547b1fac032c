"""The reading room records what it displays: files, their hashes in the answers, a replay that matches."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from realfm_gui.domain.display_record import Absence, Displayed, DisplayRecord, Hidden, ReadingKey
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.reading import Phase
from realfm_gui.gui.reading.state import Stage
from realfm_gui.gui.replay.replay_desk import ReplayDesk
from realfm_gui.gui.replay.replay_page import ReplayPage
from realfm_gui.gui.replay.rerender import PanePainter, ReplayedCase
from realfm_gui.imaging.decoding_service import DecodingService
from realfm_gui.storage import StudyStore, verify_study
from realfm_gui.workflows.replay import load_frames, open_replay, replayable
from tests.gui.reading.conftest import Room
from tests.gui.reading.test_recovery import crash

OpenRoom = Callable[..., Room]


def read_first_case(room: Room) -> str:
    """Read a case by keys, as readers do, and wait for the next one; return its id."""
    case_id = room.state.step.case_id
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_I, Qt.Key.Key_R):
        room.press(key)
        room.page.viewport.repaint()
    room.press(Qt.Key.Key_P)
    room.page.viewport.repaint()
    room.press(Qt.Key.Key_P)
    room.lock()
    room.press(Qt.Key.Key_Space)
    room.page.viewport.repaint()
    room.press(Qt.Key.Key_Space)
    room.page.viewport.repaint()
    room.press(Qt.Key.Key_Return)
    room.wait(lambda: room.state.step.case_id != case_id and room.state.stage is Stage.READING)
    return case_id


def records(root: Path, case_id: str) -> dict[Phase, DisplayRecord]:
    found = {}
    with StudyStore.open(root, read_only=True) as store:
        for phase in Phase:
            record = store.read_display(ReadingKey(reader="anna", case_id=case_id, phase=phase))
            if record is not None:
                found[phase] = record
    return found


def test_that_a_case_read_by_keyboard_is_replayed_to_the_last_bit(
    open_room: OpenRoom, study: Path, decoding: DecodingService
):
    room = open_room(study)
    case_id = read_first_case(room)
    room.controller.close()
    room.wait_until_stored()
    with StudyStore.open(study, read_only=True) as store:
        answers = {
            event.kind: event.payload["telemetry"]
            for event in store.events()
            if event.kind in (EventKind.ANSWER_LOCKED, EventKind.ANSWER_SUBMITTED)
        }
        sources = [open_replay(store, choice) for choice in replayable(store)]
    assert [source.choice.reading.phase for source in sources] == [Phase.UNAIDED, Phase.AIDED]
    assert {choice.choice.reading.case_id for choice in sources} == {case_id}
    for source in sources:
        assert source.is_same_program
        assert source.record.is_complete
        kind = {Phase.UNAIDED: EventKind.ANSWER_LOCKED, Phase.AIDED: EventKind.ANSWER_SUBMITTED}
        assert answers[kind[source.choice.reading.phase]]["records"] == source.record.count > 0
        assert "incomplete" not in answers[kind[source.choice.reading.phase]]
        frames = load_frames(source.image_paths, decoding)
        painter = PanePainter(ReplayedCase(frames=frames, series=frames.series, maps=source.maps))
        pictures = [e for e in source.record.segments[0].entries if isinstance(e, Displayed)]
        assert [painter.paint(e.view).matches(e) for e in pictures] == [True] * len(pictures)
    assert verify_study(study).is_ok


def test_that_a_stored_reading_is_chosen_and_replayed(
    open_room: OpenRoom, study: Path, decoding: DecodingService, qtbot: QtBot
):
    room = open_room(study)
    case_id = read_first_case(room)
    room.controller.close()
    room.wait_until_stored()
    page = ReplayPage()
    qtbot.addWidget(page)
    desk = ReplayDesk(study, decoding, page)
    desk.open(with_outcomes=False)
    qtbot.waitUntil(lambda: page.readings.list.count() == 2)
    aided = page.readings.list.item(1)
    assert aided.text() == "Case 1, aided, Anna"
    page.readings.list.itemClicked.emit(aided)
    qtbot.waitUntil(lambda: page._check._word.text().startswith("Identical to what was painted"))
    assert page._answer.text() == "Nodule: 51, recall yes"
    with StudyStore.open(study, read_only=True) as store:
        image = store.case(case_id).images[0].file
    (study / "images" / image).write_bytes(b"damaged")
    page.readings.list.itemClicked.emit(page.readings.list.item(0))
    qtbot.waitUntil(lambda: "Loading" not in page._empty.sentence)
    assert page._stack.currentWidget() is page._empty
    desk.close()
    page.close_replay()


def test_that_the_unaided_record_holds_the_pause_and_no_map(open_room: OpenRoom, study: Path):
    room = open_room(study)
    case_id = read_first_case(room)
    both = records(study, case_id)
    unaided, aided = (list(both[phase].segments[0].entries) for phase in Phase)
    assert any(isinstance(e, Hidden) and e.reason is Absence.PAUSED for e in unaided)
    assert not any(isinstance(e, Displayed) and e.view.overlay is not None for e in unaided)
    assert {e.view.overlay is not None for e in aided if isinstance(e, Displayed)} == {True, False}
    assert {e.view.is_inverted for e in unaided if isinstance(e, Displayed)} == {False, True}


def test_that_a_second_sitting_goes_on_with_the_record(open_room: OpenRoom, study: Path):
    room = open_room(study)
    case_id = room.state.step.case_id
    room.press(Qt.Key.Key_I)
    room.page.viewport.repaint()
    room.controller.close()
    room.operations.close()
    room.window.hide()
    again = open_room(study)
    assert read_first_case(again) == case_id
    record = records(study, case_id)[Phase.UNAIDED]
    assert len(record.segments) == 2
    assert record.is_complete
    assert len({segment.session for segment in record.segments}) == 2


def test_that_an_answer_is_stored_where_nothing_can_be_recorded_and_the_reader_is_told(
    open_room: OpenRoom, study: Path
):
    (study / "telemetry").write_text("in the way")
    room = open_room(study)
    room.wait(lambda: "no longer recorded" in room.page.side.problem.text())
    case_id = read_first_case(room)
    with StudyStore.open(study, read_only=True) as store:
        locked = next(event for event in store.events() if event.kind is EventKind.ANSWER_LOCKED)
        assert locked.payload["case_id"] == case_id
        assert locked.payload["telemetry"]["records"] == 0
        assert locked.payload["telemetry"]["incomplete"]
    assert verify_study(study).is_ok


def test_that_a_second_window_on_the_same_case_does_not_tear_the_record(open_room: OpenRoom, study: Path):
    room = open_room(study)
    other = open_room(study)
    other.wait(lambda: "another window" in other.page.side.problem.text())
    crash(other)
    with room.qtbot.waitActive(room.window):
        room.window.activateWindow()
    case_id = read_first_case(room)
    assert records(study, case_id)[Phase.UNAIDED].is_complete
    assert verify_study(study).is_ok
