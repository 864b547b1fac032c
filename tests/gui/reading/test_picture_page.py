"""The picture half of the reading room: layouts by key and mouse, and images in a window of their own."""

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from realfm_gui.gui.reading.layout_picker import CELL_PX, GAP_PX, LayoutGrid, LayoutPicker
from realfm_gui.gui.viewer.painted_frame import Content


def test_that_function_keys_change_the_layout_and_f9_hangs_the_case_again(open_room, study: Path):
    room = open_room(study)
    room.press(Qt.Key.Key_F7)
    assert room.page.box.layout_size == (2, 2)
    room.press(Qt.Key.Key_F9)
    assert room.page.box.layout_size == (1, 1)
    assert room.page.viewport.content is Content.PICTURE


def test_that_the_next_case_opens_as_it_is_hung_and_not_in_the_last_layout(open_room, study: Path):
    room = open_room(study)
    room.press(Qt.Key.Key_F7)
    room.lock()
    first = room.state.step.case_id
    room.press(Qt.Key.Key_Return)
    room.wait(lambda: room.state.step.case_id != first and room.state.can_answer)
    assert room.page.box.layout_size == (1, 1)


def test_that_the_layout_of_a_case_comes_back_after_a_crash(open_room, study: Path):
    room = open_room(study)
    room.press(Qt.Key.Key_F6)
    room.controller.drafts.save()
    room.wait_until_stored()
    again = open_room(study)
    assert again.page.box.layout_size == (1, 2)


def test_that_the_picker_answers_with_what_is_pointed_at(qtbot: QtBot):
    picker = LayoutPicker(1, 1)
    qtbot.addWidget(picker)
    grid = picker.findChild(LayoutGrid)
    step = CELL_PX + GAP_PX
    with qtbot.waitSignal(picker.layout_chosen) as chosen:
        qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=QPoint(2 * step + 5, step + 5))
    assert chosen.args == [2, 3]


def test_that_the_picker_works_by_arrow_keys(qtbot: QtBot):
    picker = LayoutPicker(1, 1)
    qtbot.addWidget(picker)
    grid = picker.findChild(LayoutGrid)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Up):
        qtbot.keyClick(grid, key)
    with qtbot.waitSignal(picker.layout_chosen) as chosen:
        qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert chosen.args == [1, 3]


def test_that_the_images_can_leave_for_another_window_and_answers_go_on_by_key(open_room, study: Path):
    room = open_room(study)
    room.page.toggle_image_window()
    window = room.page.image_window
    assert window is not None
    assert room.page.box.window() is window
    with room.qtbot.waitActive(window):
        window.activateWindow()
    room.page.viewport.setFocus()
    room.qtbot.keyClick(room.page.viewport, Qt.Key.Key_Y)
    assert room.state.answers["nodule"].recall is True
    room.qtbot.keyPress(room.page.viewport, Qt.Key.Key_M)
    assert room.page.viewport.is_magnifying
    room.qtbot.keyRelease(room.page.viewport, Qt.Key.Key_M)
    assert not room.page.viewport.is_magnifying
    window.close()
    room.wait(lambda: room.page.image_window is None)
    assert room.page.box.window() is room.window
    assert room.page.viewport.content is Content.PICTURE


def test_that_the_image_window_goes_with_the_sitting(open_room, study: Path):
    room = open_room(study)
    room.page.toggle_image_window()
    window = room.page.image_window
    room.controller.stop()
    room.wait(lambda: room.page.image_window is None)
    assert not window.isVisible()
    assert window not in QApplication.topLevelWidgets() or window.isHidden()


def test_that_the_image_window_closes_with_the_sitting_when_the_program_does(open_room, study: Path):
    room = open_room(study)
    room.page.toggle_image_window()
    window = room.page.image_window
    room.controller.close()
    assert room.page.image_window is None
    assert not window.isVisible()


def test_that_keys_bring_no_picture_back_while_paused(open_room, study: Path):
    room = open_room(study)
    room.press(Qt.Key.Key_P)
    for key in (Qt.Key.Key_S, Qt.Key.Key_F8, Qt.Key.Key_F9, Qt.Key.Key_F7, Qt.Key.Key_F5):
        room.press(key)
    assert {pane.content for pane in room.page.box.panes} == {Content.PAUSED}
    room.press(Qt.Key.Key_P)
    assert room.page.viewport.content is Content.PICTURE


def test_that_a_case_whose_images_failed_is_locked_only_with_a_flag(open_room, study: Path):
    room = open_room(study)
    room.controller.desk.picture_failed.emit("cut short")
    for key in (Qt.Key.Key_S, Qt.Key.Key_F9):
        room.press(key)
    assert room.page.viewport.content is Content.FAILED
    room.answer()
    room.press(Qt.Key.Key_Return)
    assert "answer_locked" not in room.events()
    assert "technical fault" in room.state.missing_text()
    room.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    room.press(Qt.Key.Key_Return)
    room.wait(lambda: "answer_locked" in room.events())
