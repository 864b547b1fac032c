"""A reader's own keys and mouse in the reading room."""

from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from realfm_gui.domain.images import Frame, Window
from realfm_gui.domain.key_choice import MAX_KEYS, KeyChoices
from realfm_gui.domain.mouse_choice import PRESETS, MouseChoices, MouseEffect, WheelEffect
from realfm_gui.domain.protocol import parse_protocol
from realfm_gui.gui.reading.command_palette import entries
from realfm_gui.gui.reading.commands import COMMANDS, key_name
from realfm_gui.gui.reading.key_choices import ALWAYS, key_of, mouse_rows, rules, sheet_rows
from realfm_gui.gui.reading.key_editor import KeyEditor
from realfm_gui.gui.reading.key_editor_state import KeyEditorState
from realfm_gui.gui.reading.key_sheet import KeySheet
from realfm_gui.gui.reading.reading_page import ReadingPage
from realfm_gui.gui.viewer.gestures import Effect, Gestures
from realfm_gui.gui.viewer.view_state import ViewState
from tests.gui.reading.conftest import ONE, PROTOCOL

Key, Modifier = Qt.Key, Qt.KeyboardModifier
NONE = Modifier.NoModifier
OWN = KeyChoices()


# The table


def test_that_every_command_has_a_key_or_is_in_the_palette_and_no_two_share_one():
    offered = {entry.command.id for entry in entries(levels=9, presets=[""] * 9)}
    for command in COMMANDS:
        assert command.keys or command.id in offered, command.id
        assert command.id in offered or command.id in ALWAYS or command.is_held, command.id
    keys = [key for command in COMMANDS for key in command.keys]
    assert len(set(keys)) == len(keys)


def test_that_the_programs_own_keys_keep_the_rules_for_a_readers():
    for command in COMMANDS:
        assert len(command.keys) <= MAX_KEYS
        for key in rules().defaults[command.id]:
            assert QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText) == key != ""
            assert not (command.is_held and "+" in key)
            assert key not in rules().reserved or command.id.startswith("confidence-")
    assert all(rules().defaults[name] for name in ALWAYS | rules().held)


@pytest.mark.parametrize(
    ("key", "modifiers", "name"),
    [
        (Key.Key_X, NONE, "X"),
        (Key.Key_X, Modifier.ShiftModifier, "Shift+X"),
        (Key.Key_Question, Modifier.ShiftModifier, "?"),
        (Key.Key_Plus, Modifier.ShiftModifier, "+"),
        (Key.Key_Plus, Modifier.ControlModifier | Modifier.ShiftModifier, "Ctrl++"),
        (Key.Key_7, Modifier.KeypadModifier, "7"),
        (Key.Key_Enter, Modifier.KeypadModifier, "Enter"),
        (Key.Key_PageUp, Modifier.ShiftModifier, "Shift+PgUp"),
        (Key.Key_Space, Modifier.ShiftModifier, "Shift+Space"),
        (Key.Key_Backtab, Modifier.ShiftModifier, "Shift+Tab"),
        (Key.Key_Adiaeresis, Modifier.ShiftModifier, "Shift+Ä"),
        (Key.Key_Shift, Modifier.ShiftModifier, ""),
        (Key.Key_AltGr, NONE, ""),
    ],
)
def test_that_a_pressed_key_gets_the_name_it_has_in_the_table(key: Key, modifiers: Modifier, name: str):
    assert key_of(QKeyEvent(QEvent.Type.KeyPress, key, modifiers)) == name


def test_that_a_plus_with_a_modifier_is_written_in_full():
    assert [key_name(key) for key in ("Ctrl++", "Ctrl+Shift+Left", "Escape")] == [
        "Ctrl++",
        "Ctrl+Shift+←",
        "Esc",
    ]


def _by_words(rows: list[tuple[str, str]]) -> dict[str, str]:
    return {words: keys for keys, words in rows}


def test_that_the_sheet_shows_the_readers_keys_and_opens_up_a_row_of_digits_that_was_changed():
    own = _by_words(sheet_rows("Picture", OWN, levels=5))
    assert own["Window preset"] == "Ctrl+1 … Ctrl+9"
    changed = KeyChoices(changed={"preset-3": ("F3",), "invert": ()})
    now = _by_words(sheet_rows("Picture", changed, levels=5))
    assert now["Window preset 3"] == "F3"
    assert now["Window preset 4"] == "Ctrl+4"
    assert now["Invert"] == "no key"
    two_keys = KeyChoices(changed={"confidence-2": ("2", "F2")})
    answers = _by_words(sheet_rows("Answer", two_keys, levels=3))
    assert answers["Confidence 2"] == "2 or F2"
    assert "Confidence 4" not in answers


def test_that_the_sheet_fits_a_small_screen(qtbot: QtBot):
    window = QWidget()
    window.resize(1280, 800)
    qtbot.addWidget(window)
    every = KeyChoices(changed={f"confidence-{n}": (str(n), f"F{12 + n}") for n in range(1, 10)})
    for choices in (OWN, every):
        sheet = KeySheet(levels=9, clock="The clock goes on.", choices=choices, parent=window)
        assert sheet.sizeHint().width() <= 1280
        assert sheet.sizeHint().height() <= 800


def test_that_the_mouse_is_told_as_chosen():
    own = dict(mouse_rows(MouseChoices()))
    assert own["Left drag"].startswith("Window")
    assert "Ctrl + left drag" not in own, "it does what the plain drag does"
    other = dict(mouse_rows(PRESETS[-1].choices))
    assert other["Left drag"] == "Pan"
    assert other["Wheel"] == "Zoom to the cursor"


# The editor


@pytest.fixture
def editor(qtbot: QtBot) -> KeyEditor:
    made = KeyEditor(OWN, MouseChoices(), clock="The clock goes on.")
    qtbot.addWidget(made)
    made.heard = []
    made.choices_changed.connect(lambda keys, mouse: made.heard.append((keys.to_payload(), mouse.changed())))
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def _choose(editor: KeyEditor, command_id: str, column: int = 1) -> None:
    page = editor.keys
    row = next(at for at in range(page.table.rowCount()) if page._command_at(at) == command_id)
    page.table.setCurrentCell(row, column)


def test_that_a_new_key_is_pressed_by_keyboard_alone(editor: KeyEditor, qtbot: QtBot):
    _choose(editor, "invert")
    qtbot.keyClick(editor.keys.table, Key.Key_Return)
    assert editor.keys.capture.hasFocus()
    qtbot.keyClick(editor.keys.capture, Key.Key_F2)
    assert editor.heard == [({"invert": ["F2"]}, {})]
    assert editor.keys.table.hasFocus()
    qtbot.keyClick(editor.keys.table, Key.Key_Delete)
    assert editor.heard[-1] == ({"invert": []}, {})


def test_that_a_key_in_use_is_named_and_exchanged_only_when_asked(editor: KeyEditor, qtbot: QtBot):
    _choose(editor, "invert")
    editor.keys.begin_capture()
    qtbot.keyClick(editor.keys.capture, Key.Key_F)
    assert "Fit" in editor.keys.message.text()
    assert editor.heard == []
    assert editor.keys.exchange.hasFocus()
    editor.keys.keep.click()
    assert editor.heard == []
    assert not editor.keys.exchange.isVisible()
    editor.keys.begin_capture()
    qtbot.keyClick(editor.keys.capture, Key.Key_F)
    editor.keys.exchange.click()
    assert editor.heard == [({"fit": ["I"], "invert": ["F"]}, {})]


@pytest.mark.parametrize("key", [Key.Key_Escape, Key.Key_Tab, Key.Key_Return])
def test_that_while_a_key_is_waited_for_no_key_does_what_it_does_elsewhere(
    editor: KeyEditor, qtbot: QtBot, key: Key
):
    _choose(editor, "invert")
    editor.keys.begin_capture()
    qtbot.keyClick(editor.keys.capture, key)
    assert editor.isVisible()
    assert editor.keys.message.text(), "it belongs to something else, which is said"
    assert editor.heard == []


def test_that_looking_elsewhere_gives_up_waiting(editor: KeyEditor):
    editor.keys.begin_capture()
    editor.keys.filter.setFocus()
    assert not editor.keys.capture.isVisible()
    assert editor.heard == []


def test_that_the_editor_says_why_a_digit_and_the_last_key_that_locks_stay():
    state = KeyEditorState(OWN, rules())
    state.choose("invert", 0)
    assert not state.press("5")
    assert "digits" in state.message
    state.choose("primary", 0)
    assert state.clear()
    assert not state.clear()
    assert "must keep a key" in state.message
    assert state.reset_chosen()
    assert state.choices == OWN


def test_that_everything_is_found_by_words_or_by_key(editor: KeyEditor):
    page = editor.keys

    def shown() -> set[str]:
        rows = [row for row in range(page.table.rowCount()) if not page.table.isRowHidden(row)]
        return {page._command_at(row) for row in rows} - {""}

    page.filter.setText("flip top")
    assert shown() == {"flip-down"}
    page.filter.setText("ctrl+z")
    assert shown() == {"undo"}
    page.filter.setText("")
    assert shown() == {command.id for command in COMMANDS}


def test_that_the_mouse_is_chosen_at_once_or_button_by_button(editor: KeyEditor):
    page = editor.mouse
    page.preset.setCurrentIndex(1)
    page.preset.activated.emit(1)
    assert page.choices == PRESETS[1].choices
    assert editor.heard[-1][1]["left"] == "scroll"
    page.drags["left"].setCurrentIndex(list(MouseEffect).index(MouseEffect.NOTHING))
    page.drags["left"].activated.emit(0)
    assert page.choices.left is MouseEffect.NOTHING
    assert page.preset.currentText() == "A set of your own"
    page.reversed.click()
    assert editor.heard[-1][1]["is_wheel_reversed"] is True


# In the room


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[ReadingPage]:
    made = ReadingPage(parse_protocol(PROTOCOL.format(findings=ONE)))
    qtbot.addWidget(made)
    made.resize(1280, 740)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.viewport.setFocus()
    made.asked = []
    made.pause_requested.connect(lambda: made.asked.append("pause"))
    made.primary_requested.connect(lambda: made.asked.append("primary"))
    made.held = []
    made.box.magnify = made.held.append
    return made


def test_that_the_readers_key_works_and_the_old_one_does_not(page: ReadingPage, qtbot: QtBot):
    page.keys.use(KeyChoices(changed={"pause": ("F10",), "primary": ("F12",)}), MouseChoices())
    for key in (Key.Key_P, Key.Key_Pause, Key.Key_F10, Key.Key_Return, Key.Key_F12):
        qtbot.keyClick(page.viewport, key)
    assert page.asked == ["pause", "primary"]
    page.keys.use(OWN, MouseChoices())
    for key in (Key.Key_P, Key.Key_F10):
        qtbot.keyClick(page.viewport, key)
    assert page.asked == ["pause", "primary", "pause"]


def test_that_a_key_exchanged_at_once_means_the_new_thing_alone(page: ReadingPage, qtbot: QtBot):
    # Before the event loop turns the old shortcut still exists; two for one key would both do nothing.
    page.keys.use(KeyChoices(changed={"pause": ("Return",), "primary": ("P",)}), MouseChoices())
    qtbot.keyClick(page.viewport, Key.Key_Return)
    assert page.asked == ["pause"]


def test_that_what_is_held_follows_its_new_key_and_is_let_go_when_keys_change(
    page: ReadingPage, qtbot: QtBot
):
    page.keys.use(KeyChoices(changed={"magnify": ("F3",)}), MouseChoices())
    page.held.clear()
    qtbot.keyPress(page.viewport, Key.Key_M)
    assert page.held == []
    qtbot.keyPress(page.viewport, Key.Key_F3)
    qtbot.keyRelease(page.viewport, Key.Key_F3, Modifier.ShiftModifier)
    assert page.held == [True, False]
    qtbot.keyPress(page.viewport, Key.Key_F3)
    page.keys.use(OWN, MouseChoices())
    assert page.held[-1] is False


def test_that_a_readers_letter_is_only_a_letter_in_a_text_field(page: ReadingPage, qtbot: QtBot):
    page.keys.use(KeyChoices(changed={"pause": ("B",), "tool-rectangle": ()}), MouseChoices())
    field = QLineEdit(page._room)
    field.show()
    field.setFocus()
    qtbot.keyClick(field, Key.Key_B)
    assert field.text() == "b"
    assert page.asked == []


def test_that_words_on_screen_name_the_readers_key(page: ReadingPage):
    page.keys.use(
        KeyChoices(changed={"primary": ("F12",), "undo": ("F4",), "pause": ("F10",)}), MouseChoices()
    )
    assert page.bar.buttons["undo"].toolTip() == "Undo (F4)"
    assert page.header.pause.toolTip().endswith("(F10)")
    assert page.side.primary.toolTip().endswith("(F12)")
    assert page.side.primary.text().endswith("F12")
    found = {
        entry.command.id: entry.keys for entry in entries(levels=5, presets=[], choices=page.keys.choices)
    }
    assert found["undo"] == "F4"
    page.show_keys()
    sheet = page.findChild(KeySheet)
    words = {label.text() for label in sheet.findChildren(QLabel)}
    assert {"F12", "F4", "F10"} <= words
    sheet.close()


def test_that_the_sheet_leads_to_the_editor_and_a_change_there_works_and_is_told(
    page: ReadingPage, qtbot: QtBot
):
    page.show_keys()
    page.findChild(KeySheet).change.click()
    editor = page.findChild(KeyEditor)
    with qtbot.waitSignal(page.keys.choices_changed) as told:
        editor.keys.state.choose("pause", 0)
        editor.keys._after(editor.keys.state.press("F10"))
    assert told.args[0].to_payload() == {"pause": ["F10", "Pause"]}
    with qtbot.waitActive(page):
        editor.close()
        page.activateWindow()
    page.viewport.setFocus()
    qtbot.keyClick(page.viewport, Key.Key_F10)
    assert page.asked == ["pause"]


def test_that_every_viewport_obeys_the_mouse(page: ReadingPage):
    page.keys.use(OWN, PRESETS[1].choices)
    page.box.set_layout(1, 2)
    assert [pane._gestures.settings.choices for pane in page.box.panes] == [PRESETS[1].choices] * 2
    page.keys.use(OWN, PRESETS[2].choices)
    assert [pane._gestures.settings.choices for pane in page.box.panes] == [PRESETS[2].choices] * 2


def test_that_a_button_marks_without_a_tool_and_leaves_none_in_hand(qtbot: QtBot):
    protocol = parse_protocol(PROTOCOL.format(findings=ONE + '\nmarks = "point"'))
    page = ReadingPage(protocol)
    qtbot.addWidget(page)
    page.resize(1280, 740)
    page.keys.use(OWN, MouseChoices(ctrl_right=MouseEffect.MARK))
    frame = Frame(pixels=np.full((64, 64), 1000, np.uint16), windows=(Window(center=1000, width=400),))
    page.box.show_case(ViewState((frame,)))
    with qtbot.waitExposed(page):
        page.show()
    page.marks.marks.is_enabled = True
    middle = page.viewport.rect().center()
    qtbot.mouseClick(page.viewport, Qt.MouseButton.RightButton, NONE, middle)
    assert page.marks.marks.board.marks == ()
    qtbot.mouseClick(page.viewport, Qt.MouseButton.RightButton, Modifier.ControlModifier, middle)
    (mark,) = page.marks.marks.board.marks
    assert mark.points[0] == pytest.approx((31.5, 31.5), abs=0.2)
    assert not page.marks.tools.is_chosen
    qtbot.mouseClick(page.viewport, Qt.MouseButton.LeftButton, NONE, middle + QPoint(60, 0))
    assert page.marks.marks.board.marks == (mark,)


# Gestures


class _Stack:
    """What gestures ask of a view, noted."""

    def __init__(self) -> None:
        self.span = SimpleNamespace(count=10)
        self.view = SimpleNamespace(window="now")
        self.done: list[str] = []

    def drag_window(self, *_at: float, start: object) -> None:
        self.done.append("window")

    def pan(self, *_by: float) -> None:
        self.done.append("pan")

    def zoom_at(self, _factor: float, **_at: float) -> None:
        self.done.append("zoom")


def _drag(
    gestures: Gestures, stack: _Stack, button: Qt.MouseButton, modifiers: Modifier = NONE, by: int = 30
):
    def event(kind: QEvent.Type, y: float) -> QMouseEvent:
        return QMouseEvent(kind, QPointF(50, y), QPointF(50, y), button, button, modifiers)

    gestures.press(event(QEvent.Type.MouseButtonPress, 50), stack)
    effect = gestures.move(event(QEvent.Type.MouseMove, 50 + by), stack, 1.0)
    slices = gestures.take_slices()
    gestures.release(event(QEvent.Type.MouseButtonRelease, 50 + by))
    return effect, slices


def test_that_each_button_does_what_was_chosen_for_it():
    gestures, stack = Gestures(), _Stack()
    gestures.settings.choices = PRESETS[1].choices
    left, middle, right = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
    assert _drag(gestures, stack, left) == (Effect.SLICES, 2), "30 pixels at 12 a slice, downwards is further"
    assert _drag(gestures, stack, left, by=-25) == (Effect.SLICES, -2)
    assert _drag(gestures, stack, left, by=5) == (Effect.NOTHING, 0)
    for button, modifiers in (
        (left, Modifier.ShiftModifier),
        (left, Modifier.ControlModifier),
        (middle, NONE),
        (right, NONE),
        (right, Modifier.ControlModifier | Modifier.ShiftModifier),
    ):
        _drag(gestures, stack, button, modifiers)
    assert stack.done == ["pan", "zoom", "pan", "window", "zoom"]
    gestures.settings.choices = MouseChoices(left=MouseEffect.NOTHING)
    assert _drag(gestures, stack, left) == (Effect.NOTHING, 0)
    assert not gestures.is_active


@pytest.mark.parametrize(
    ("choices", "modifiers", "slices"),
    [
        (MouseChoices(), NONE, 1),
        (MouseChoices(), Modifier.ControlModifier, 0),
        (MouseChoices(is_wheel_reversed=True), NONE, -1),
        (MouseChoices(wheel=WheelEffect.ZOOM), NONE, 0),
        (MouseChoices(wheel=WheelEffect.ZOOM), Modifier.ControlModifier, 1),
    ],
)
def test_that_the_wheel_turns_as_chosen(choices: MouseChoices, modifiers: Modifier, slices: int):
    gestures, stack = Gestures(), _Stack()
    gestures.settings.choices = choices
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    assert gestures.wheel(event, stack, 1.0) == slices
    assert stack.done == ([] if slices else ["zoom"])
