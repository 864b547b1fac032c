"""Ten cases without a mouse: looked at, answered, locked, submitted by key; then replayed to the pixel."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from realfm_gui.app import Program
from realfm_gui.domain.display_record import Displayed
from realfm_gui.domain.reading import Phase
from realfm_gui.gui.replay.rerender import PanePainter, ReplayedCase
from realfm_gui.gui.viewer.painted_frame import Content
from realfm_gui.imaging.decoding_service import DecodingService
from realfm_gui.imaging.phantom import PhantomRecipe, generate_case
from realfm_gui.imaging.phantom_dicom import phantom_file
from realfm_gui.storage import StudyStore, verify_study
from realfm_gui.workflows.import_images import import_images
from realfm_gui.workflows.replay import load_frames, open_replay, replayable
from tests.small_study import PROTOCOL, store_predictions
from tests.unit.imaging.made_series import anatomy, write_series

RADIOGRAPHS = 9
SLICES = 12
LOOKS = (
    ("Down", "Down", "End", "Home"),
    ("Ctrl+2", "I", "I"),
    ("+", "+", "-", "F"),
    (".", "X", "R"),
    ("F6", "Alt+Right", "Alt+Left", "F5"),
    ("Shift+O", "O", "F", "Shift+O"),
    ("U", "U", "H", "H"),
    ("Shift+C", "Shift+C"),
    ("F7", "Shift+F", "Shift+F", "F9"),
    ("Shift+L", "Ctrl+L", "Ctrl+L"),
)
"""What a reader does with the picture before the answer, a row for each case."""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    images = tmp_path / "images"
    (images / "ct").mkdir(parents=True)
    write_series(images / "ct", anatomy(SLICES), PatientID="made-up-ct")
    recipe = PhantomRecipe(rows=96, columns=96, margin_px=24.0, speck_spread_px=8.0)
    for number in range(RADIOGRAPHS):
        made = generate_case(number, has_cluster=False, recipe=recipe)
        content = phantom_file(made.pixels, name=f"p{number}", pixel_spacing_mm=0.1)
        (images / f"p{number}.dcm").write_bytes(content)
    root = tmp_path / "ten.study"
    with StudyStore.create(root, PROTOCOL) as store:
        import_images(store, [images])
        store_predictions(store, [case.case_id for case in store.cases()], failed=[])
    return root


@pytest.fixture
def program(qtbot: QtBot, tmp_path: Path) -> Iterator[Program]:
    made = Program(tmp_path / "me")
    made.start()
    made.window.resize(1280, 800)
    with qtbot.waitActive(made.window):
        made.window.show()
        made.window.activateWindow()
    yield made
    made.close()
    qtbot.waitUntil(lambda: not made.window.isVisible(), timeout=30_000)


@pytest.fixture
def press(program: Program) -> Callable[[str], None]:
    """Press a key where the focus is: wherever that is, commands must work."""

    def pressed(keys: str) -> None:
        if QApplication.focusWidget() is None:
            # Off screen there is no window manager, and a window that changes its bars is not kept active.
            program.window.activateWindow()
            assert QTest.qWaitForWindowActive(program.window)
        target = QApplication.focusWidget()
        assert target is not None, f"nothing has the focus that could take {keys}"
        combination = QKeySequence(keys)[0]
        QTest.keyClick(target, combination.key(), combination.keyboardModifiers())

    return pressed


def wait(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=60_000)


def test_that_ten_cases_are_read_by_keyboard_alone_and_every_painted_picture_can_be_painted_again(
    program: Program, study: Path, press: Callable[[str], None], qtbot: QtBot
):
    program.open(study)
    wait(qtbot, lambda: program.window.page == "coordinating")
    press("Ctrl+1")
    wait(qtbot, lambda: program.window.page == "readers")
    press("Return")  # the first reader of the list
    wait(qtbot, lambda: program.reading.room is not None)
    room = program.reading.room
    assert room is not None
    for number, look in enumerate(LOOKS):
        wait(qtbot, lambda: room.is_ready_in(Phase.UNAIDED))
        for keys in look:
            press(keys)
            qtbot.wait(5)  # a paint each, as fingers leave time for
        likelihood = 10 * number
        press("L")
        for digit in str(likelihood):
            press(digit)
        press("L")
        press("Y" if likelihood >= 50 else "N")
        press("3")
        press("Return")
        wait(qtbot, lambda: room.is_ready_in(Phase.AIDED))
        press("Space")
        qtbot.wait(5)
        press("Space")
        wait(qtbot, lambda: room.controller.state.accepts_primary(now(room)))
        is_last = number == len(LOOKS) - 1
        press("Return")
        if not is_last:
            wait(qtbot, lambda: room.is_ready_in(Phase.UNAIDED))
    wait(qtbot, lambda: room.page.viewport.content is Content.EMPTY)
    press("Return")  # the one button of the last page: back
    wait(qtbot, lambda: program.window.page == "readers")
    replay_one(program, qtbot)
    program.close()
    wait(qtbot, lambda: not program.window.isVisible())

    report = verify_study(study)
    assert not report.problems, report
    with StudyStore.open(study, read_only=True) as store:
        readings = store.readings(reader="anna")
        assert len(readings) == 2 * len(LOOKS)
        asked = [r.answer.findings[0].likelihood for r in readings if r.phase is Phase.UNAIDED]
        assert asked == [10 * number for number in range(len(LOOKS))]
        choices = replayable(store)
        assert len(choices) == len(readings)
        sources = [open_replay(store, choice) for choice in choices]
    assert_painted_again(sources)


def replay_one(program: Program, qtbot: QtBot) -> None:
    """Replay the first reading on the analyst's page, which checks every picture against its record."""
    replay = program.analysing.replay
    choices: list = []
    show = replay.page.show_choices
    replay.page.show_choices = lambda found, names: (choices.extend(found), show(found, names))
    replay.enter()
    wait(qtbot, lambda: bool(choices))
    counts: list = []
    replay.page.painter.checked.connect(counts.append)
    replay.page.reading_requested.emit(choices[0])
    wait(qtbot, lambda: bool(counts) and counts[-1].is_over)
    assert counts[-1].identical == counts[-1].total > 0


def now(room: object) -> float:
    return room.controller._now_ms()


def assert_painted_again(sources: list) -> None:
    """Paint every picture of the longest and of the CT's readings again, from the record and the images."""
    chosen = [source for source in sources if len(source.image_paths) == SLICES]
    longest = max(sources, key=lambda source: source.record.count)
    decoding = DecodingService()
    try:
        for source in {id(s): s for s in (*chosen, longest)}.values():
            frames = load_frames(source.image_paths, decoding)
            painter = PanePainter(ReplayedCase(frames=frames, series=frames.series, maps=source.maps))
            pictures = [
                entry
                for segment in source.record.segments
                for entry in segment.entries
                if isinstance(entry, Displayed)
            ]
            assert pictures
            assert all(painter.paint(entry.view).matches(entry) for entry in pictures)
    finally:
        decoding.close()
