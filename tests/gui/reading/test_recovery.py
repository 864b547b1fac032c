"""Nothing acknowledged is lost: crashes, full disks, closed windows."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import Qt

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.reading import Phase
from realfm_gui.gui.reading.state import Stage
from realfm_gui.storage import StudyStore
from tests.gui.reading.conftest import TWO, Room, make_study

OpenRoom = Callable[..., Room]


def crash(room: Room) -> None:
    """Stop a room as a killed process would: what is on disk is all there is."""
    room.controller._is_closed = True
    room.controller.drafts.stop()
    room.operations.close()
    room.window.hide()


def test_that_after_a_crash_the_reader_is_back_with_draft_view_and_times(open_room: OpenRoom, study: Path):
    room = open_room(study)
    room.press(Qt.Key.Key_Right)
    room.press(Qt.Key.Key_Y)  # confidence is still missing
    room.press(Qt.Key.Key_Plus)
    room.press(Qt.Key.Key_I)
    room.clock[0] += 12_000
    view = room.page.viewport.state.view
    room.qtbot.waitUntil(lambda: not room.controller.drafts.is_waiting, timeout=5_000)
    room.wait_until_stored()
    crash(room)

    again = open_room(study)
    assert again.state.step.case_id == room.state.step.case_id
    assert again.state.answers["nodule"].likelihood == 51
    assert again.state.answers["nodule"].recall is True
    assert again.state.answers["nodule"].confidence is None
    assert again.page.viewport.state.view == view
    assert again.state.times(again.clock[0]).active_ms == 12_000


def test_that_after_a_crash_in_the_aided_phase_the_ai_is_shown_again(open_room: OpenRoom, study: Path):
    room = open_room(study)
    room.lock()
    room.clock[0] += 3_000
    room.press(Qt.Key.Key_5)
    room.controller.drafts.save()
    room.wait_until_stored()
    spent = room.state.times(room.clock[0]).active_ms
    crash(room)

    again = open_room(study)
    assert again.state.phase is Phase.AIDED
    assert again.state.answers["nodule"].confidence == 5
    assert again.state.unaided.findings[0].confidence == 3
    assert "nodule" in again.page.side.ai.rows
    assert again.state.times(again.clock[0]).active_ms == spent


def test_that_answers_to_several_findings_survive_a_crash(open_room: OpenRoom, tmp_path: Path):
    make_study(tmp_path / "two.study", cases=1, findings=TWO)
    room = open_room(tmp_path / "two.study")
    room.answer()
    room.press(Qt.Key.Key_J)
    room.press(Qt.Key.Key_N)
    room.controller.drafts.save()
    room.wait_until_stored()
    crash(room)
    again = open_room(tmp_path / "two.study")
    assert again.state.answers == room.state.answers


def test_that_a_full_disk_at_the_lock_keeps_the_answer_and_can_be_tried_again(
    open_room: OpenRoom, study: Path
):
    room = open_room(study)
    room.answer()
    fill_disk(room)
    room.press(Qt.Key.Key_Return)
    room.wait(lambda: room.page.side.problem.isVisible())
    assert "full" in room.page.side.problem.text()
    assert room.state.phase is Phase.UNAIDED
    assert room.state.answers["nodule"].confidence == 3
    assert room.page.side.primary.isEnabled()
    free_disk(room)
    assert "answer_locked" not in room.events()
    room.press(Qt.Key.Key_Return)
    room.wait(lambda: room.state.phase is Phase.AIDED and room.state.stage is Stage.READING)
    assert not room.page.side.problem.isVisible()
    assert room.events().count("answer_locked") == 1


def test_that_the_last_edits_before_a_lock_that_failed_are_in_the_draft(open_room: OpenRoom, study: Path):
    room = open_room(study)
    room.answer()
    fill_disk(room)
    room.press(Qt.Key.Key_Return)
    room.wait(lambda: room.page.side.problem.isVisible())
    free_disk(room)
    room.wait(lambda: not room.controller.drafts.is_waiting)  # and no further input
    room.wait_until_stored()
    crash(room)
    assert open_room(study).state.answers["nodule"].confidence == 3


def test_that_a_showing_that_cannot_be_recorded_shows_nothing_and_can_be_tried_again(
    open_room: OpenRoom, study: Path
):
    room = open_room(study)
    room.answer()
    # Full between the lock and the showing: jobs run in order.
    room.press(Qt.Key.Key_Return)
    fill_disk(room)
    room.wait_for(Stage.STUCK)
    assert not room.page.side.ai.rows
    assert room.page.side.primary.text().startswith("Try again")
    free_disk(room)
    room.press(Qt.Key.Key_Return)
    room.wait_for(Stage.READING)
    assert "nodule" in room.page.side.ai.rows
    assert room.events().count("answer_locked") == 1


def test_that_closing_in_the_middle_keeps_the_draft_and_ends_the_session(open_room: OpenRoom, study: Path):
    room = open_room(study)
    room.answer()
    room.controller.close()
    assert room.events()[-1] == "session_ended"
    with StudyStore.open(study, read_only=True) as store:
        assert store.draft("anna").answer.findings[0].confidence == 3


def test_that_stopping_for_now_shows_a_receipt_and_the_way_back(open_room: OpenRoom, study: Path):
    room = open_room(study)
    with room.qtbot.waitSignal(room.controller.finished):
        room.press(Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert room.page.end.title.text() == "Thank you"
    assert room.page.end.detail.text().startswith("Stopped for now: 0 of 2 cases are read.")
    with room.qtbot.waitSignal(room.controller.left):
        room.press(Qt.Key.Key_Space)  # the way back has the focus


def test_that_nothing_is_recorded_in_a_session_after_its_end(open_room: OpenRoom, study: Path):
    room = open_room(study)
    room.answer()
    with room.qtbot.waitSignal(room.controller.finished):
        room.press(Qt.Key.Key_Return)
        room.controller.stop()  # the lock is still on its way to the disk
    assert room.events()[-2:] == ["answer_locked", "session_ended"]
    again = open_room(study)
    assert again.state.phase is Phase.AIDED


def test_that_a_session_whose_end_cannot_be_recorded_can_be_ended_again(open_room: OpenRoom, study: Path):
    room = open_room(study)
    fill_disk(room)
    room.controller.stop()
    room.wait_for(Stage.STUCK)
    free_disk(room)
    with room.qtbot.waitSignal(room.controller.finished):
        room.press(Qt.Key.Key_Return)
    assert room.events()[-1] == "session_ended"


def fill_disk(room: Room) -> None:
    """Let SQLite use up its pages and refuse to grow: the error a full disk gives."""
    room.operations.run(_use_up)


def free_disk(room: Room) -> None:
    room.operations.run(
        lambda store: store._connection.execute("PRAGMA max_page_count = 1073741823") and None
    )
    room.wait_until_stored()


def _use_up(store: StudyStore) -> None:
    (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    for size in (400, 1):
        with suppress(UserFacingError):
            for _ in range(1000):
                store.append(EventKind.STUDY_EXPORTED, {"note": "x" * size}, actor="test")
