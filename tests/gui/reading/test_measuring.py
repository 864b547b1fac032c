"""Measuring in the reading room: by key and button, stored with the answer, back after a crash."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from realfm_gui.domain.images import Window
from realfm_gui.domain.key_choice import KeyChoices
from realfm_gui.domain.measurement import Measurement, MeasurementKind
from realfm_gui.domain.reading import Phase
from realfm_gui.gui.reading.command_palette import CommandPalette, entries, matching
from realfm_gui.gui.reading.commands import COMMANDS
from realfm_gui.gui.reading.key_choices import tooltip_of
from realfm_gui.gui.reading.state import Stage
from realfm_gui.gui.reading.tool_bar import ToolBar
from realfm_gui.gui.reading.window_entry import WindowEntry
from realfm_gui.storage import StudyStore, verify_study
from tests.gui.reading.conftest import Room
from tests.gui.reading.test_recovery import crash

OpenRoom = Callable[..., Room]
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


def ready(room: Room) -> Room:
    """Wait until the page has heard that the case can be answered."""
    room.wait(lambda: room.page.viewport.tools.is_enabled)
    return room


def draw(room: Room, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Draw with the tool in hand; places in logical pixels from the middle of the picture."""
    viewport, middle = room.page.viewport, room.page.viewport.rect().center()
    room.qtbot.mousePress(viewport, LEFT, pos=middle + QPoint(*start))
    room.qtbot.mouseMove(viewport, middle + QPoint(*end))
    room.qtbot.mouseRelease(viewport, LEFT, pos=middle + QPoint(*end))


def drawn(room: Room) -> tuple[Measurement, ...]:
    return room.page.viewport.tools.board.measurements


def test_that_a_measurement_is_drawn_undone_and_made_again_by_keys(open_room: OpenRoom, study: Path):
    room = ready(open_room(study))
    room.press(Qt.Key.Key_D)
    assert room.page.bar.buttons["tool-length"].isChecked()
    draw(room, (-50, 0), (50, 0))
    assert [m.kind for m in room.state.measurements] == [MeasurementKind.LENGTH]
    room.press(Qt.Key.Key_Z, CTRL)
    assert room.state.measurements == ()
    room.press(Qt.Key.Key_Z, CTRL | SHIFT)
    assert room.state.measurements == drawn(room) != ()
    draw(room, (0, 0), (0, 0))  # a click on the line selects it
    room.press(Qt.Key.Key_Delete)
    assert room.state.measurements == ()
    room.press(Qt.Key.Key_Escape)
    assert room.page.bar.buttons["tool-none"].isChecked()


def test_that_measuring_counts_as_input_and_never_as_an_answer(open_room: OpenRoom, study: Path):
    room = ready(open_room(study))
    room.press(Qt.Key.Key_E)
    draw(room, (-50, -50), (50, 50))
    assert room.state.missing_text().startswith("Still missing")


def test_that_measurements_are_locked_with_the_answer_and_carried_on(open_room: OpenRoom, study: Path):
    room = ready(open_room(study))
    room.press(Qt.Key.Key_D)
    draw(room, (-50, 0), (50, 0))
    (first,) = drawn(room)
    room.lock()
    draw(room, (-50, 80), (50, 80))
    assert len(drawn(room)) == 2
    case_id = room.state.step.case_id
    room.press(Qt.Key.Key_Return)
    room.wait(lambda: room.state.step.case_id != case_id and room.state.stage is Stage.READING)
    assert drawn(room) == room.state.measurements == ()
    room.wait_until_stored()
    with StudyStore.open(study, read_only=True) as store:
        unaided, aided = store.readings(reader="anna")
    assert unaided.answer.measurements == (first,)
    assert len(aided.answer.measurements) == 2
    assert verify_study(study).is_ok


@pytest.mark.parametrize("phase", list(Phase))
def test_that_after_a_crash_what_was_drawn_is_back(open_room: OpenRoom, study: Path, phase: Phase):
    room = ready(open_room(study))
    if phase is Phase.AIDED:
        room.lock()
    room.press(Qt.Key.Key_D)
    draw(room, (-50, 0), (50, 0))
    room.press(Qt.Key.Key_Q)
    draw(room, (20, 30), (20, 30))
    before = drawn(room)
    assert len(before) == 2
    room.wait_until_stored()  # nothing else is waited for: it is stored at once
    crash(room)

    again = ready(open_room(study))
    assert again.state.phase is phase
    assert again.state.measurements == drawn(again) == before


def test_that_nothing_is_drawn_while_paused(open_room: OpenRoom, study: Path):
    room = ready(open_room(study))
    room.press(Qt.Key.Key_D)
    room.press(Qt.Key.Key_P)
    draw(room, (-50, 0), (50, 0))
    room.press(Qt.Key.Key_P)
    assert drawn(room) == ()


def test_that_nothing_is_drawn_while_an_answer_is_being_stored(open_room: OpenRoom, study: Path):
    room = ready(open_room(study))
    room.answer()
    room.press(Qt.Key.Key_D)
    room.press(Qt.Key.Key_Return)
    assert room.state.stage is Stage.SAVING
    draw(room, (-50, 0), (50, 0))
    assert drawn(room) == ()
    room.wait(lambda: room.state.phase is Phase.AIDED and room.state.can_answer)
    room.wait(lambda: room.page.viewport.tools.is_enabled)
    draw(room, (-50, 0), (50, 0))
    assert drawn(room) == room.state.measurements != ()


def test_that_keys_turn_and_flip_the_picture(open_room: OpenRoom, study: Path):
    room = ready(open_room(study))
    room.press(Qt.Key.Key_Period)
    room.press(Qt.Key.Key_X)
    turn = room.page.viewport.state.view.turn
    assert (turn.quarters, turn.is_mirrored) == (3, True)
    room.press(Qt.Key.Key_R)
    assert room.page.viewport.state.view.turn.is_plain


def test_that_a_held_key_magnifies_until_it_or_the_window_is_left(open_room: OpenRoom, study: Path):
    room = ready(open_room(study))
    room.qtbot.keyPress(room.page.viewport, Qt.Key.Key_M)
    assert room.page.viewport.is_magnifying
    room.qtbot.keyRelease(room.page.viewport, Qt.Key.Key_M)
    assert not room.page.viewport.is_magnifying
    room.qtbot.keyPress(room.page.viewport, Qt.Key.Key_M)
    other = QWidget()
    room.qtbot.addWidget(other)
    with room.qtbot.waitActive(other):
        other.show()
        other.activateWindow()
    room.wait(lambda: not room.page.viewport.is_magnifying)


def test_that_the_palette_finds_a_command_and_runs_it(open_room: OpenRoom, study: Path):
    room = ready(open_room(study))
    room.press(Qt.Key.Key_K, CTRL)
    palette = room.page.findChild(CommandPalette)
    room.wait(palette.field.hasFocus)
    room.qtbot.keyClicks(palette.field, "cobb")
    with room.qtbot.waitSignal(palette.command_requested):
        room.qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert room.page.viewport.tools.kind is MeasurementKind.COBB


def test_that_the_palette_offers_every_command_the_study_has_and_no_other():
    offered = entries(levels=3, presets=["Lung", "Bone"])
    titles = [entry.title for entry in offered]
    assert len(set(titles)) == len(titles)
    assert {"Confidence 3", "Window preset: Bone"} <= set(titles)
    assert not {"Confidence 4", "Window preset"} & set(titles)
    ids = {entry.command.id for entry in offered}
    left_out = {command.id for command in COMMANDS} - ids
    assert all(
        name.startswith(("confidence-", "preset-")) for name in left_out - {"peek", "magnify", "palette"}
    )


@pytest.mark.parametrize(
    ("words", "first"), [("flip", "Flip left and right"), ("LENGTH", "Length"), ("measure undo", "Undo")]
)
def test_that_words_find_the_command(words: str, first: str):
    assert matching(entries(levels=5, presets=[]), words)[0].title == first


def test_that_the_arrows_choose_and_nothing_found_runs_nothing(qtbot: QtBot):
    palette = CommandPalette(entries(levels=5, presets=[]))
    qtbot.addWidget(palette)
    asked = []
    palette.command_requested.connect(asked.append)
    palette.field.setText("no such command")
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert asked == []
    palette.field.setText("flip")
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert asked == ["flip-down"]


def test_that_every_button_has_the_tooltip_and_the_command_of_the_table(qtbot: QtBot):
    bar = ToolBar()
    qtbot.addWidget(bar)
    asked = []
    bar.command_requested.connect(asked.append)
    with_icon = [command.id for command in COMMANDS if command.icon]
    assert list(bar.buttons) == with_icon
    for name, button in bar.buttons.items():
        assert button.toolTip() == tooltip_of([name], KeyChoices())
        button.setEnabled(True)
        button.click()
    assert asked == with_icon


def test_that_a_second_click_on_a_tool_puts_it_back(open_room: OpenRoom, study: Path):
    room = ready(open_room(study))
    room.page.bar.buttons["tool-cobb"].click()
    assert room.page.viewport.tools.kind is MeasurementKind.COBB
    room.page.bar.buttons["tool-cobb"].click()
    assert room.page.viewport.tools.kind is None
    assert room.page.bar.buttons["tool-none"].isChecked()


def test_that_the_window_can_be_typed(open_room: OpenRoom, study: Path):
    room = ready(open_room(study))
    room.press(Qt.Key.Key_W)
    entry = room.page.findChild(WindowEntry)
    room.wait(entry.width_field.hasFocus)
    entry.width_field.setText("350")
    entry.level_field.setText("-40.5")
    room.qtbot.keyClick(entry.level_field, Qt.Key.Key_Return)
    window = room.page.viewport.state.view.window
    assert (window.width, window.center) == (350, -40.5)
    QApplication.processEvents()


def test_that_a_window_that_is_none_is_refused_with_a_reason(qtbot: QtBot):
    entry = WindowEntry(Window(center=40, width=400), "HU")
    qtbot.addWidget(entry)
    for width, reason in (("0", "above 0"), ("", "numbers")):
        entry.width_field.setText(width)
        with qtbot.assertNotEmitted(entry.window_entered):
            entry._enter()
        assert reason in entry.remark.text()


def test_that_the_room_fits_a_small_screen_with_its_tools(open_room: OpenRoom, study: Path):
    room = ready(open_room(study))
    bar = room.page.bar
    assert bar.minimumSizeHint().height() <= bar.height()
    assert room.page.width() <= 1280
