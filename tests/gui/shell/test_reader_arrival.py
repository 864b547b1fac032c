"""From a reader's name, past the display check, into the reading room, with the reader's own keys."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from realfm_gui.app import Program
from realfm_gui.domain.events import Event, EventKind
from realfm_gui.domain.key_choice import KeyChoices
from realfm_gui.domain.mouse_choice import PRESETS
from realfm_gui.domain.reading import Phase
from realfm_gui.gui.shell.reader_preferences import ReaderPreferences
from realfm_gui.storage import StudyStore
from tests.gui.reading import conftest as room

WAIT_MS = 20_000
PROTOCOL = room.PROTOCOL.replace("[reading]", '[reading]\ndisplay_check = "required"').replace(
    "[model]", '[[readers]]\nid = "ben"\nname = "Ben"\n[model]'
)


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(room, "PROTOCOL", PROTOCOL)
    root = tmp_path / "room.study"
    room.make_study(root, cases=1)
    return root


@pytest.fixture
def program(qtbot: QtBot, tmp_path: Path) -> Iterator[Program]:
    made = Program(tmp_path / "settings", demo_folder=tmp_path / "demo")
    made.window.show()
    yield made
    if made.window.isVisible():
        made.close()
        qtbot.waitUntil(lambda: not made.window.isVisible(), timeout=WAIT_MS)
    made.window.deleteLater()


def _events(study: Path, kind: EventKind) -> list[Event]:
    with StudyStore.open(study, read_only=True) as store:
        return [event for event in store.events() if event.kind is kind]


def _wait_for_page(qtbot: QtBot, program: Program, page: str) -> None:
    qtbot.waitUntil(lambda: program.window.page == page, timeout=WAIT_MS)


def _wait_for_answers(qtbot: QtBot, program: Program) -> None:
    qtbot.waitUntil(
        lambda: program.reading.room is not None and program.reading.room.is_ready_in(Phase.UNAIDED),
        timeout=WAIT_MS,
    )


def test_that_a_required_check_stands_before_the_room_once_and_not_again_that_day(
    qtbot: QtBot, program: Program, study: Path
) -> None:
    program.open(study, reader="anna")
    _wait_for_page(qtbot, program, "display-check")
    assert program.reading.room is None
    assert not program.window.menuBar().isVisible(), "as dark and quiet as the room"
    program.reading.display.page.leave.click()
    _wait_for_page(qtbot, program, "readers")
    assert _events(study, EventKind.SESSION_STARTED) == []

    program.reading.read_as("anna")
    _wait_for_page(qtbot, program, "display-check")
    program.reading.display.answer_all()
    _wait_for_answers(qtbot, program)
    (check,) = _events(study, EventKind.DISPLAY_CHECKED)
    (started,) = _events(study, EventKind.SESSION_STARTED)
    assert started.payload["display_check"] == check.sequence
    assert started.payload["workstation"] == check.payload["workstation"]
    (monitor,) = started.payload["workstation"]["monitors"]
    assert (monitor["width_px"], monitor["holds_window"]) == (program.window.screen().size().width(), True)

    program.reading.leave()
    _wait_for_page(qtbot, program, "readers")
    program.reading.read_as("anna")
    _wait_for_answers(qtbot, program)
    assert len(_events(study, EventKind.DISPLAY_CHECKED)) == 1
    program.reading.leave()
    program.reading.read_as("ben")
    _wait_for_page(qtbot, program, "display-check")


def test_that_a_window_that_moved_to_another_monitor_is_checked_again_there(
    qtbot: QtBot, program: Program, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.open(study, reader="anna")
    _wait_for_page(qtbot, program, "display-check")
    page = program.reading.display.page
    here = page._workstation.monitor
    elsewhere = type(here).from_payload({**here.to_payload(), "key": "ba9876543210", "name": "Other"})
    monkeypatch.setattr("realfm_gui.gui.shell.display_room.monitor_facts", lambda _: (elsewhere,))
    with qtbot.waitSignal(program.desk.messages.shown) as shown:
        program.reading.display.answer_all()
    assert "another monitor" in shown.args[0].message
    shown.args[0].close()
    assert page.questions.missing == 8
    assert _events(study, EventKind.DISPLAY_CHECKED) == []


def test_that_a_reader_finds_the_own_keys_and_mouse_again_and_the_session_says_so(
    qtbot: QtBot, program: Program, study: Path
) -> None:
    program.open(study)
    _wait_for_page(qtbot, program, "coordinating")
    program.enter("read")
    program.reading.check_display_as("anna")
    _wait_for_page(qtbot, program, "display-check")
    program.reading.display.answer_all()
    _wait_for_page(qtbot, program, "readers")
    assert program.reading.room is None, "only the check was asked for"

    program.reading.read_as("anna")
    _wait_for_answers(qtbot, program)
    choices = KeyChoices(changed={"pause": ("F10",)})
    program.reading.room.page.keys._changed(choices, PRESETS[1].choices)
    program.reading.leave()
    _wait_for_page(qtbot, program, "readers")
    program.reading.read_as("anna")
    _wait_for_answers(qtbot, program)
    page = program.reading.room.page
    assert page.keys.choices == choices
    assert page.viewport._gestures.settings.choices == PRESETS[1].choices
    with qtbot.waitActive(program.window):
        program.window.activateWindow()
    with qtbot.waitSignal(page.pause_requested):
        qtbot.keyClick(page.viewport, Qt.Key.Key_F10)
    first, second = _events(study, EventKind.SESSION_STARTED)
    assert first.payload["workstation"]["changed_controls"] == {}
    assert second.payload["workstation"]["changed_controls"]["keys"] == {"pause": ["F10"]}
    assert not list(study.rglob("anna-*.json")), "what is in the hand stays at the workstation"


def test_that_a_study_without_display_check_shows_no_button_for_it(
    qtbot: QtBot, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "PROTOCOL", PROTOCOL.replace('"required"', '"none"'))
    root = tmp_path / "none.study"
    room.make_study(root, cases=1)
    program.open(root)
    _wait_for_page(qtbot, program, "coordinating")
    program.enter("read")
    assert program.reading._choice._check.isHidden()
    program.reading.read_as("anna")
    _wait_for_answers(qtbot, program)
    (started,) = _events(root, EventKind.SESSION_STARTED)
    assert started.payload["display_check"] is None
    assert started.payload["workstation"]["monitors"]


def test_that_a_damaged_file_of_keys_is_told_and_reading_goes_on(
    qtbot: QtBot, program: Program, study: Path, tmp_path: Path
) -> None:
    program.open(study)
    _wait_for_page(qtbot, program, "coordinating")
    program.enter("read")
    program.reading._files.save("anna", "Anna", ReaderPreferences())
    for path in (tmp_path / "settings" / "readers").glob("anna-*.json"):
        path.write_text("{", encoding="utf-8")
    with qtbot.waitSignal(program.desk.messages.shown, timeout=WAIT_MS) as shown:
        program.reading.read_as("anna")
    assert "damaged" in shown.args[0].message
    shown.args[0].close()
    _wait_for_page(qtbot, program, "display-check")
