"""A reader's way through the cases, on a real study."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from realfm_gui.domain.reading import CaseFlag, Phase
from realfm_gui.gui.reading.key_sheet import KeySheet
from realfm_gui.gui.reading.state import ARMING_MS, Stage
from realfm_gui.gui.viewer.viewport import Content
from realfm_gui.storage import StudyStore
from tests.gui.reading.conftest import CELLS, ONE, PLANTED, SIZE, TWO, Room, make_study

OpenRoom = Callable[..., Room]


def test_that_a_reader_gets_from_first_to_last_case_by_keyboard_alone(open_room: OpenRoom, study: Path):
    room = open_room(study)
    receipts = []
    room.controller.finished.connect(receipts.append)
    for number in (1, 2):
        room.wait(lambda n=number: room.state.step.number == n and room.state.stage is Stage.READING)
        room.press(Qt.Key.Key_Right)
        room.press(Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
        room.press(Qt.Key.Key_Left)
        room.press(Qt.Key.Key_Y)
        room.press(Qt.Key.Key_4)
        room.press(Qt.Key.Key_Return)
        room.wait(lambda: room.state.phase is Phase.AIDED and room.state.stage is Stage.READING)
        room.clock[0] += ARMING_MS
        room.press(Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
        room.press(Qt.Key.Key_N)
        room.press(Qt.Key.Key_Enter)
    room.wait(lambda: bool(receipts))
    with StudyStore.open(study, read_only=True) as store:
        readings = store.readings(reader="anna")
        head = store.head()
    assert [r.phase for r in readings] == [Phase.UNAIDED, Phase.AIDED] * 2
    assert [(a.likelihood, a.recall, a.confidence) for r in readings for a in r.answer.findings] == [
        (60, True, 4),
        (50, False, 4),
    ] * 2
    assert (receipts[0].sequence, receipts[0].hash) == (head.sequence, head.hash)
    assert room.page.end.title.text() == "Thank you"
    assert room.page.end.detail.text() == "All 2 cases are read. Every answer is stored."


def test_that_the_receipt_is_folded_away_until_it_is_wanted(open_room: OpenRoom, study: Path):
    room = open_room(study)
    with room.qtbot.waitSignal(room.controller.finished):
        room.press(Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    end = room.page.end
    assert not end.receipt.isVisible()
    QApplication.processEvents()
    place = end.title.mapTo(room.page, QPoint())
    end.unfold.click()
    assert end.receipt.isVisible()
    assert end.copy.isVisible()
    QApplication.processEvents()
    assert end.title.mapTo(room.page, QPoint()) == place


def test_that_the_receipt_can_be_copied(open_room: OpenRoom, study: Path):
    room = open_room(study)
    with room.qtbot.waitSignal(room.controller.finished) as ended:
        room.press(Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    room.page.end.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert f"Entry {ended.args[0].sequence}" in copied
    assert ended.args[0].hash in "".join(copied.split("\n")[1:]).replace(" ", "")


def test_that_no_prediction_file_is_opened_before_the_lock(
    open_room: OpenRoom, study: Path, opened_files: list[str]
):
    room = open_room(study)
    desk = room.controller.desk
    room.wait(lambda: [name in desk.cache for name, _ in desk._opened.upcoming] == [True])
    room.answer()
    room.wait_until_stored()
    assert [name for name in opened_files if "predictions" in name and "c-" in Path(name).name] == []
    room.press(Qt.Key.Key_Return)
    room.wait(lambda: room.state.phase is Phase.AIDED and room.state.stage is Stage.READING)
    touched = {Path(name).name for name in opened_files if "predictions" in name and "c-" in Path(name).name}
    assert len(touched) == 1
    assert room.state.step.case_id in touched.pop()


def test_that_the_ai_panel_is_empty_before_the_lock(open_room: OpenRoom, study: Path):
    room = open_room(study)
    panel = room.page.side.ai
    assert panel.line.text() == "Shown after the lock"
    assert not panel.rows
    assert not panel.map.map_box.isVisible()
    assert not panel.places.lines.isVisible()
    room.lock()
    assert panel.rows["nodule"].bar.value_text == "20"
    assert panel.rows["nodule"].call.text() == "The AI would recall: yes"
    legend = "4 × 4 cells of 1.6 × 1.6 mm (detector), Grad-CAM"
    assert panel.map.map_line.text() == f"Scaled to this case only\n{legend}"
    assert panel.map.colour_bar.end_texts == ("low", "high")
    assert panel.map.colour_bar.toolTip() == "Heat map scale, raw values 0.1 to 0.9"


def test_that_maps_of_a_run_share_one_scale_and_a_weak_one_says_so(open_room: OpenRoom, tmp_path: Path):
    make_study(tmp_path / "s.study", map_range=(0.0, 4.0))
    room = open_room(tmp_path / "s.study")
    room.lock()
    panel = room.page.side.ai.map
    assert panel.colour_bar.toolTip() == "Heat map scale, raw values 0 to 4"
    assert panel.map_line.text().startswith("Nothing above the threshold in this case")
    panel.threshold.setValue(10)
    assert panel.map_line.text().startswith("Same scale in every case")


def test_that_a_double_enter_locks_but_does_not_submit(open_room: OpenRoom, study: Path):
    room = open_room(study)
    room.answer()
    room.press(Qt.Key.Key_Return)
    room.press(Qt.Key.Key_Return)
    room.wait(lambda: room.state.phase is Phase.AIDED and room.state.stage is Stage.READING)
    room.clock[0] += ARMING_MS - 1
    room.press(Qt.Key.Key_Return)
    room.page.side.primary.click()
    assert "answer_submitted" not in room.events()
    room.clock[0] += 1
    room.press(Qt.Key.Key_Return)
    room.wait(lambda: room.state.step.number == 2)
    assert room.events().count("answer_submitted") == 1


def test_that_enter_on_an_incomplete_answer_stores_nothing_and_shows_what_is_missing(
    open_room: OpenRoom, study: Path
):
    room = open_room(study)
    room.press(Qt.Key.Key_Y)
    room.press(Qt.Key.Key_Return)
    card = room.page.side.answers.cards["nodule"]
    assert room.page.side.missing.text() == "○ Still missing: likelihood, confidence"
    assert card.confidence[1].property("missing") is True
    assert card.recall[True].property("missing") is False
    assert "answer_locked" not in room.events()


def test_that_a_contradictory_answer_is_asked_about_and_kept_by_a_second_enter(
    open_room: OpenRoom, study: Path
):
    room = open_room(study)
    card = room.page.side.answers.cards["nodule"]
    room.page.likelihood_changed.emit("nodule", 20)
    room.press(Qt.Key.Key_Y)
    room.press(Qt.Key.Key_3)
    room.press(Qt.Key.Key_Return)
    assert room.page.side.missing.text() == "◆ 20 with recall yes: keep it? ⏎"
    assert card.isEnabled()
    assert "answer_locked" not in room.events()
    room.clock[0] += ARMING_MS
    room.page.side.primary.click()
    room.wait(lambda: room.state.phase is Phase.AIDED and room.state.stage is Stage.READING)
    assert room.state.unaided.findings[0].likelihood == 20


def test_that_digits_are_the_likelihood_while_its_scale_has_the_focus(open_room: OpenRoom, study: Path):
    room = open_room(study)
    room.press(Qt.Key.Key_Tab)
    slider = room.page.side.answers.cards["nodule"].slider
    assert slider.hasFocus()
    for keys, value in (("7", 7), ("2", 72), ("9", 9), ("0", 90), ("100", 100), ("4", 4)):
        for key in keys:
            room.qtbot.keyClick(slider, key)
        assert room.state.answers["nodule"].likelihood == value
    assert room.state.answers["nodule"].confidence is None
    slider._number_end.timeout.emit()  # a pause in typing
    room.qtbot.keyClick(slider, "8")
    assert room.state.answers["nodule"].likelihood == 8
    room.press(Qt.Key.Key_L)
    room.press(Qt.Key.Key_3)
    assert (room.state.answers["nodule"].likelihood, room.state.answers["nodule"].confidence) == (8, 3)
    room.press(Qt.Key.Key_L)
    assert slider.hasFocus()


def test_that_digits_are_confidence_again_after_the_lock(open_room: OpenRoom, study: Path):
    room = open_room(study)
    room.press(Qt.Key.Key_L)
    room.press(Qt.Key.Key_8)
    room.press(Qt.Key.Key_L)
    room.press(Qt.Key.Key_Y)
    room.press(Qt.Key.Key_3)
    room.page.likelihood_changed.emit("nodule", 80)
    room.press(Qt.Key.Key_L)
    room.press(Qt.Key.Key_Return)
    room.wait(lambda: room.state.phase is Phase.AIDED and room.state.stage is Stage.READING)
    room.press(Qt.Key.Key_5)
    answer = room.state.answers["nodule"]
    assert (answer.likelihood, answer.confidence) == (80, 5)


@pytest.mark.parametrize("findings", [ONE, TWO])
def test_that_nothing_in_the_column_moves_between_cases_and_phases(
    open_room: OpenRoom, tmp_path: Path, findings: str
):
    """Indications of one line, none and many; a model that has an answer and one that has not."""
    indications = ("cough", "", "Cough and fever for three weeks, no contact to tuberculosis. " * 5)
    make_study(
        tmp_path / "m.study", cases=4, findings=findings, failed=1, indications=indications, map_range=(0, 1)
    )
    room = open_room(tmp_path / "m.study")
    seen = []
    for number in range(1, 5):
        room.wait(lambda n=number: room.state.step.number == n and room.state.stage is Stage.READING)
        seen.append(_places(room))
        for finding in room.state.answers:
            room.page.likelihood_changed.emit(finding, 80)
            room.page.recall_chosen.emit(finding, True)
            room.page.confidence_chosen.emit(finding, 3)
        room.press(Qt.Key.Key_Return)
        room.wait(lambda: room.state.phase is Phase.AIDED and room.state.stage is Stage.READING)
        seen.append(_places(room))
        room.press(Qt.Key.Key_P)
        seen.append(_places(room))
        room.press(Qt.Key.Key_P)
        room.clock[0] += ARMING_MS + 1
        room.press(Qt.Key.Key_Return)
    assert len(set(seen)) == 1


def _places(room: Room) -> tuple[tuple[int, int, int, int], ...]:
    QApplication.processEvents()
    side = room.page.side
    card = list(side.answers.cards.values())[-1]
    widgets = [side.indication, side.answers, card.slider, card.recall[True], side.ai, side.missing]
    corners = [(w, w.mapTo(room.page, QPoint())) for w in [*widgets, side.primary]]
    return tuple((at.x(), at.y(), w.width(), w.height()) for w, at in corners)


def test_that_a_case_without_an_indication_says_so(open_room: OpenRoom, tmp_path: Path):
    make_study(tmp_path / "i.study", cases=1, indications=("",))
    room = open_room(tmp_path / "i.study")
    assert room.page.side.indication.words.text() == "No indication given"


def test_that_an_untouched_slider_is_no_answer(open_room: OpenRoom, study: Path):
    room = open_room(study)
    slider = room.page.side.answers.cards["nodule"].slider
    assert (slider.value, slider.value_text) == (None, "–")
    room.qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(round(slider.x_of(62)), 14))
    assert room.state.answers["nodule"].likelihood == 62
    assert slider.value_text == "62"


def test_that_the_unaided_answer_stays_beside_the_aided_one(open_room: OpenRoom, study: Path):
    room = open_room(study)
    room.lock()
    card = room.page.side.answers.cards["nodule"]
    room.press(Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert card._before.text() == "▼ Unaided, locked: 51 · recall · confidence 3"
    assert card.slider.value == 61
    assert card.slider._unaided == 51


def test_that_a_technical_fault_can_be_locked_without_a_rating(open_room: OpenRoom, study: Path):
    room = open_room(study)
    room.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert room.state.flags == {CaseFlag.TECHNICAL_FAULT}
    room.press(Qt.Key.Key_Return)
    room.wait(lambda: room.state.phase is Phase.AIDED and room.state.stage is Stage.READING)


def test_that_pause_blanks_the_picture_stops_the_clock_and_is_logged(open_room: OpenRoom, study: Path):
    room = open_room(study)
    assert _mean(room) > 20
    room.clock[0] += 5_000
    room.press(Qt.Key.Key_P)
    assert room.page.viewport.content is Content.PAUSED
    room.page.viewport._words = ("", "")  # the words themselves are not black
    assert _mean(room) == 0
    room.clock[0] += 90_000
    room.press(Qt.Key.Key_Y)
    assert room.state.answers["nodule"].recall is None
    side = room.page.side
    assert not any(part.isVisible() for part in (side.indication, side.answers, side.ai))
    assert "Paused" in room.page.header.phase_line.text()
    room.press(Qt.Key.Key_P)
    assert room.shows_picture()
    assert all(part.isVisible() for part in (side.indication, side.answers, side.ai))
    assert room.page.header.phase_line.text() == "◐ Unaided"
    room.clock[0] += 2_000
    times = room.state.times(room.clock[0])
    assert (times.active_ms, times.paused_ms, times.idle_ms) == (7_000, 90_000, 0)
    assert room.events()[-2:] == ["reading_paused", "reading_resumed"]


def test_that_the_heat_map_lands_where_it_was_planted(open_room: OpenRoom, study: Path):
    room = open_room(study)
    room.lock()
    viewport = room.page.viewport
    viewport.has_text = False
    with_map = _pixels(room)
    room.press(Qt.Key.Key_Space)
    assert not viewport.is_overlay_visible
    changed = np.abs(with_map - _pixels(room)).sum(axis=2)
    height, width = changed.shape
    row = (PLANTED[0] + 0.5) * SIZE / CELLS - 0.5
    column = (PLANTED[1] + 0.5) * SIZE / CELLS - 0.5
    y, x = viewport.state.transform().image_to_view(row, column, height, width)
    weights = changed / changed.sum()
    found_y = (weights.sum(axis=1) * np.arange(height)).sum()
    found_x = (weights.sum(axis=0) * np.arange(width)).sum()
    cell_px = viewport.state.scale * SIZE / CELLS
    assert abs(found_y - y) < 0.1 * cell_px
    assert abs(found_x - x) < 0.1 * cell_px


def test_that_a_held_key_hides_the_map_only_while_it_is_held(open_room: OpenRoom, study: Path):
    room = open_room(study)
    room.lock()
    viewport = room.page.viewport
    room.qtbot.keyPress(viewport, Qt.Key.Key_V)
    assert not viewport.is_overlay_visible
    room.qtbot.keyRelease(viewport, Qt.Key.Key_V)
    assert viewport.is_overlay_visible


def test_that_the_next_case_is_decoded_while_this_one_is_read(open_room: OpenRoom, study: Path):
    room = open_room(study)
    room.lock()
    desk = room.controller.desk
    room.wait(lambda: [name in desk.cache for name, _ in desk._opened.upcoming] == [True])
    asked = []
    decode = room.controller.desk.pictures._decoding.decode_case
    room.controller.desk.pictures._decoding.decode_case = lambda paths: asked.append(paths) or decode(paths)
    try:
        room.press(Qt.Key.Key_Return)
        room.wait(lambda: room.state.step.number == 2 and room.state.stage is Stage.READING)
    finally:
        del room.controller.desk.pictures._decoding.decode_case
    assert asked == []
    assert room.shows_picture()


def test_that_decoding_ahead_stops_at_the_memory_it_may_take(open_room: OpenRoom, tmp_path: Path):
    make_study(tmp_path / "n.study", cases=4)
    room = open_room(tmp_path / "n.study")
    desk = room.controller.desk
    pictures = desk.pictures
    upcoming = [case_id for case_id, _ in desk._opened.upcoming]
    room.wait(lambda: all(case_id in desk.cache for case_id in upcoming))  # there is room for both
    one = desk.cache.get(upcoming[0]).nbytes
    assert one == 2 * SIZE * SIZE
    desk.cache.clear()
    desk._ahead_bytes = round(1.5 * one)
    desk.prefetch()
    room.wait(lambda: desk._is_ahead_full)
    assert [case_id in desk.cache for case_id in upcoming] == [True, False]
    assert not any(pictures.is_requested(case_id) for case_id in upcoming)


def test_that_a_next_case_larger_than_expected_is_let_go(open_room: OpenRoom, study: Path):
    room = open_room(study)
    desk = room.controller.desk
    ((next_case, _),) = desk._opened.upcoming
    room.wait(lambda: next_case in desk.cache)
    picture = desk.cache.get(next_case)
    desk.cache.clear()
    desk._ahead_bytes = picture.nbytes - 1
    desk._keep_ahead(picture)
    assert next_case not in desk.cache
    assert desk._is_ahead_full


def test_that_a_failure_of_the_model_is_not_shown_as_a_low_score(open_room: OpenRoom, tmp_path: Path):
    make_study(tmp_path / "f.study", cases=1, failed=1)
    room = open_room(tmp_path / "f.study")
    room.lock()
    panel = room.page.side.ai
    assert panel.trouble.isVisible()
    assert panel.trouble_title.text() == "⚠ The AI failed on this case"
    assert panel.trouble.text().endswith("this does not mean that nothing was found.")
    assert "too dark" not in panel.trouble.text()  # the exact reason is for the coordinator
    assert not panel.rows
    room.press(Qt.Key.Key_Return)
    room.wait_for(Stage.FINISHED)


def test_that_an_unreadable_image_says_why_and_the_reader_can_go_on(open_room: OpenRoom, tmp_path: Path):
    make_study(tmp_path / "b.study", cases=1, broken=1)
    room = open_room(tmp_path / "b.study")
    assert room.page.viewport.content is Content.FAILED
    assert room.page.viewport._words[0] == "This image cannot be shown"
    assert room.page.viewport._words[1]
    room.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    room.press(Qt.Key.Key_Return)
    room.wait(lambda: room.state.phase is Phase.AIDED and room.state.stage is Stage.READING)


def test_that_a_pause_does_not_turn_a_failed_image_into_an_empty_one(open_room: OpenRoom, tmp_path: Path):
    make_study(tmp_path / "b.study", cases=1, broken=1)
    room = open_room(tmp_path / "b.study")
    words = room.page.viewport._words
    room.press(Qt.Key.Key_P)
    assert room.page.viewport.content is Content.PAUSED
    room.press(Qt.Key.Key_P)
    assert (room.page.viewport.content, room.page.viewport._words) == (Content.FAILED, words)


def test_that_space_presses_the_button_that_has_the_focus_instead_of_the_map(
    open_room: OpenRoom, study: Path
):
    room = open_room(study)
    room.lock()
    no = room.page.side.answers.cards["nodule"].recall[False]
    no.setFocus(Qt.FocusReason.TabFocusReason)
    room.press(Qt.Key.Key_Space)
    assert room.state.answers["nodule"].recall is False
    assert room.page.viewport.is_overlay_visible
    room.qtbot.mouseClick(room.page.viewport, Qt.MouseButton.LeftButton)
    room.press(Qt.Key.Key_Space)
    assert not room.page.viewport.is_overlay_visible


def test_that_mouse_clicks_on_answers_leave_the_keys_with_the_picture(open_room: OpenRoom, study: Path):
    room = open_room(study)
    card = room.page.side.answers.cards["nodule"]
    room.qtbot.mouseClick(card.confidence[4], Qt.MouseButton.LeftButton)
    assert room.state.answers["nodule"].confidence == 4
    assert room.page.viewport.hasFocus()


def test_that_the_key_sheet_says_whether_the_clock_runs(open_room: OpenRoom, study: Path):
    room = open_room(study)
    room.wait(lambda: room.page.side.answers.isEnabled())
    for words in ("The clock goes on", "Paused: the clock stands still"):
        room.page.show_keys()
        sheet = room.page.findChild(KeySheet)
        assert sheet.clock.text().startswith(words)
        sheet.close()
        QApplication.sendPostedEvents(sheet, QEvent.Type.DeferredDelete)
        room.page.request_pause()


def test_that_practice_cases_come_first_and_say_so(open_room: OpenRoom, tmp_path: Path):
    make_study(tmp_path / "t.study", cases=1, training=1)
    room = open_room(tmp_path / "t.study")
    assert room.page.header.practice.isVisible()
    room.lock()
    room.press(Qt.Key.Key_Return)
    room.wait(lambda: room.state.step.number == 2 and room.state.stage is Stage.READING)
    assert not room.page.header.practice.isVisible()


def test_that_the_map_follows_the_selected_finding(open_room: OpenRoom, tmp_path: Path):
    make_study(tmp_path / "two.study", cases=1, findings=TWO)
    room = open_room(tmp_path / "two.study")
    room.answer()
    room.press(Qt.Key.Key_J)
    room.lock()
    assert room.state.selected == "nodule"
    cards = room.page.side.answers.cards
    assert [card.property("chosen") for card in cards.values()] == [True, False]
    legend = "4 × 4 cells of 1.6 × 1.6 mm (detector), Grad-CAM"
    assert room.page.side.ai.map.map_line.text().endswith(f"Nodule, {legend}")
    room.press(Qt.Key.Key_J)
    assert room.page.side.ai.map.map_line.text().endswith(f"Effusion, {legend}")


def test_that_everything_fits_at_1280_by_800_without_scrolling(open_room: OpenRoom, tmp_path: Path):
    make_study(tmp_path / "two.study", cases=1, findings=TWO)
    room = open_room(tmp_path / "two.study")
    room.answer()
    room.press(Qt.Key.Key_J)
    room.lock()
    QApplication.processEvents()
    assert room.page.minimumSizeHint().height() <= 800 - 60  # menu and status bar
    assert room.page.minimumSizeHint().width() <= 1280


def test_that_an_unknown_reader_is_reported_and_no_session_begins(open_room: OpenRoom, study: Path):
    room = open_room(study, reader="nobody", waits=False)
    room.wait(lambda: bool(room.failures))
    assert "no reader 'nobody'" in str(room.failures[0])
    assert "session_started" not in room.events()


def _pixels(room: Room) -> np.ndarray:
    image = (
        room.page.viewport.grab()
        .toImage()
        .convertToFormat(room.page.viewport.grab().toImage().Format.Format_RGB32)
    )
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    # The frame that shows the focus is not the picture.
    return raw[2:-2, 2 : image.width() - 2, :3].astype(int)


def _mean(room: Room) -> float:
    return float(_pixels(room).mean())


@pytest.fixture
def opened_files() -> list[str]:
    """Names of every file this process opens while the test runs."""
    names: list[str] = []
    is_listening = [True]

    def listen(event: str, args: tuple[object, ...]) -> None:
        if is_listening[0] and event == "open" and isinstance(args[0], str | Path):
            names.append(str(args[0]))

    sys.addaudithook(listen)  # cannot be removed, only silenced
    yield names
    is_listening[0] = False
