import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from realfm_gui.app import Program
from realfm_gui.domain.reading import Phase
from realfm_gui.gui.analysing.confirm import ConfirmEarlyLook
from realfm_gui.gui.shell.messages import MessageDialog
from realfm_gui.gui.shell.recent_studies import RecentStudy
from tests.gui.shell import small_study

WAIT_MS = 20_000


@pytest.fixture
def program(qtbot: QtBot, tmp_path: Path) -> Iterator[Program]:
    made = Program(tmp_path / "settings", demo_folder=tmp_path / "demo")
    made.window.show()
    yield made
    if made.window.isVisible():
        made.close()
        qtbot.waitUntil(lambda: not made.window.isVisible(), timeout=WAIT_MS)
    made.window.deleteLater()


@pytest.fixture(scope="session")
def ready_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_study.make_study(tmp_path_factory.mktemp("ready"))


@pytest.fixture
def study(ready_study: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(ready_study, tmp_path / ready_study.name))


def _on_page(program: Program, page: str) -> bool:
    return program.window.page == page


def test_that_the_first_window_is_shown_before_the_heavy_libraries_are_imported(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from realfm_gui.app import Program, make_application
application = make_application()
program = Program(Path(sys.argv[1]))
program.start()
application.processEvents()
assert program.window.isVisible()
heavy = ("torch", "pydicom", "pandas", "matplotlib", "scipy", "monai", "pyqtgraph")
print([name for name in heavy if name in sys.modules])
program.close()
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_that_home_is_empty_on_a_new_machine_and_remembers_what_was_opened(
    qtbot: QtBot, program: Program, study: Path
) -> None:
    assert _on_page(program, "home")
    assert program.desk.recent.all() == ()
    program.open(study)
    qtbot.waitUntil(lambda: _on_page(program, "coordinating"), timeout=WAIT_MS)
    program.do("home")
    assert [(known.title, known.state) for known in program.desk.recent.all()] == [
        ("Bright squares", "Being set up")
    ]


@pytest.mark.parametrize("kind", ["no folder", "not a study", "newer"])
def test_that_a_study_that_cannot_be_opened_is_told_with_what_to_do(
    qtbot: QtBot, program: Program, study: Path, tmp_path: Path, kind: str
) -> None:
    root = {"no folder": tmp_path / "gone.study", "not a study": tmp_path / "photos", "newer": study}[kind]
    if kind == "not a study":
        root.mkdir()
    if kind == "newer":
        _make_newer(study)
    with qtbot.waitSignal(program.desk.messages.shown, timeout=WAIT_MS) as shown:
        program.open(root)
    dialog = shown.args[0]
    assert isinstance(dialog, MessageDialog)
    assert "went wrong" not in dialog.headline.text(), "the user can act on it: it is no fault of ours"
    assert _on_page(program, "home")
    assert program.desk.root is None
    dialog.close()


def _make_newer(study: Path) -> None:
    import sqlite3

    with sqlite3.connect(study / "study.sqlite") as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()


def test_that_a_study_is_set_up_from_the_window(qtbot: QtBot, program: Program, tmp_path: Path) -> None:
    pictures, truth, scores = small_study.write_sources(tmp_path)
    protocol = tmp_path / "squares.toml"
    protocol.write_text(small_study.PROTOCOL, encoding="utf-8")
    program.home.create(tmp_path / "new.study", protocol)
    qtbot.waitUntil(lambda: _on_page(program, "coordinating"), timeout=WAIT_MS)
    page = program.coordinating.page
    with (
        qtbot.waitSignal(program.desk.view_changed, timeout=WAIT_MS),
        qtbot.waitSignal(program.desk.work_ended),
    ):
        page.import_requested.emit([pictures], truth)
        page.import_requested.emit([pictures], truth)  # a second click while it runs does nothing
    qtbot.waitUntil(lambda: program.desk.operations.is_idle, timeout=WAIT_MS)
    view = program.desk.view
    assert view is not None
    assert [split.cases for split in view.splits] == [0, 2, 4]
    assert [Path(name).name for name, _ in view.refused] == ["notes.txt"]
    program.coordinating.save_refused(tmp_path / "refused.csv")
    qtbot.waitUntil(lambda: program.desk.operations.is_idle, timeout=WAIT_MS)
    assert "notes.txt" in (tmp_path / "refused.csv").read_text(encoding="utf-8")
    with qtbot.waitSignal(program.desk.work_ended, timeout=WAIT_MS):
        program.coordinating._predict("precomputed", scores)
    qtbot.waitUntil(lambda: program.desk.operations.is_idle, timeout=WAIT_MS)
    assert program.desk.view is not None
    assert program.desk.view.models[0].cases_answered == 6


def test_that_a_reader_reads_a_case_and_comes_back(qtbot: QtBot, program: Program, study: Path) -> None:
    program.open(study, reader="Ada Byron")
    qtbot.waitUntil(lambda: program.reading.room is not None, timeout=WAIT_MS)
    room = program.reading.room
    assert room is not None
    assert not program.window.menuBar().isVisible()
    qtbot.waitUntil(lambda: room.is_ready_in(Phase.UNAIDED), timeout=WAIT_MS)
    room.fill_in(80, 3)
    room.lock()
    qtbot.waitUntil(lambda: room.is_ready_in(Phase.AIDED), timeout=WAIT_MS)
    program.reading.leave()
    qtbot.waitUntil(
        lambda: (
            program.desk.view is not None
            and program.desk.view.readers[0].unaided_locked == 1
            and _on_page(program, "readers")
        ),
        timeout=WAIT_MS,
    )
    assert not program.window.has_page("reading")


def test_that_closing_the_window_in_mid_reading_keeps_the_draft(
    qtbot: QtBot, program: Program, study: Path
) -> None:
    from realfm_gui.storage import StudyStore

    program.open(study, reader="ada")
    qtbot.waitUntil(lambda: program.reading.room is not None, timeout=WAIT_MS)
    room = program.reading.room
    assert room is not None
    qtbot.waitUntil(lambda: room.is_ready_in(Phase.UNAIDED), timeout=WAIT_MS)
    room.fill_in(37, 2)
    program.window.close()
    qtbot.waitUntil(lambda: not program.window.isVisible(), timeout=WAIT_MS)
    with StudyStore.open(study, read_only=True) as store:
        draft = store.draft("ada")
    assert draft is not None
    assert draft.answer.findings[0].likelihood == 37


def test_that_a_wrong_reader_is_told_and_the_readers_are_offered(
    qtbot: QtBot, program: Program, study: Path
) -> None:
    with qtbot.waitSignal(program.desk.messages.shown, timeout=WAIT_MS) as shown:
        program.open(study, reader="nobody")
    assert "nobody" in shown.args[0].headline.text()
    assert _on_page(program, "readers")
    shown.args[0].close()


def test_that_outcomes_of_an_unfinished_study_open_only_after_a_yes(
    qtbot: QtBot, program: Program, study: Path
) -> None:
    small_study.read_everything(study, "ada")
    program.open(study, workspace="analyse")
    qtbot.waitUntil(lambda: bool(program.window.findChildren(ConfirmEarlyLook)), timeout=WAIT_MS)
    dialog = program.window.findChildren(ConfirmEarlyLook)[0]
    assert dialog.wait_button.isDefault()
    dialog.wait_button.click()
    qtbot.waitUntil(lambda: program.desk.operations.is_idle, timeout=WAIT_MS)
    assert not program.analysing.page.has_results
    assert program.desk.view is not None
    assert program.desk.view.outcomes_opened_utc == ()
    program.analysing.open_outcomes()
    qtbot.waitUntil(lambda: len(_open_questions(program)) == 1, timeout=WAIT_MS)
    _open_questions(program)[0].open_button.click()
    qtbot.waitUntil(lambda: program.analysing.page.has_results, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: program.desk.job is None and program.desk.operations.is_idle, timeout=WAIT_MS)
    assert len(program.desk.view.outcomes_opened_utc) == 1


def test_that_results_before_any_reading_are_refused_in_the_page(
    qtbot: QtBot, program: Program, study: Path
) -> None:
    program.open(study)
    qtbot.waitUntil(lambda: _on_page(program, "coordinating"), timeout=WAIT_MS)
    program.do("analyse")
    qtbot.waitUntil(lambda: _on_page(program, "nothing-to-analyse"), timeout=WAIT_MS)
    state = program.analysing.nothing_yet
    assert "read" in state.sentence
    assert "realfm" not in state.sentence
    assert state.button.text() == "Go to Read"
    qtbot.waitUntil(lambda: program.desk.operations.is_idle, timeout=WAIT_MS)
    assert program.desk.view is not None
    assert program.desk.view.outcomes_opened_utc == (), "nothing was shown, so nothing was logged"
    state.button.click()
    assert _on_page(program, "readers")


def test_that_results_of_a_study_that_is_not_set_up_lead_back_to_the_set_up(
    qtbot: QtBot, program: Program, tmp_path: Path
) -> None:
    program.open(small_study.make_study(tmp_path, is_ready=False), workspace="analyse")
    qtbot.waitUntil(lambda: _on_page(program, "nothing-to-analyse"), timeout=WAIT_MS)
    assert program.analysing.nothing_yet.button.text() == "Go to Set up"
    program.analysing.nothing_yet.button.click()
    assert _on_page(program, "coordinating")


def test_that_images_can_be_imported_until_somebody_has_read(
    qtbot: QtBot, program: Program, study: Path
) -> None:
    action = program.window.actions_by_id["import"]
    program.open(study)
    qtbot.waitUntil(lambda: _on_page(program, "coordinating"), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: program.desk.operations.is_idle, timeout=WAIT_MS)
    assert action.isEnabled()
    program.desk.operations.close_study()
    qtbot.waitUntil(lambda: program.desk.operations.is_idle, timeout=WAIT_MS)
    small_study.read_everything(study, "ada")
    program.open(study)
    qtbot.waitUntil(lambda: not action.isEnabled(), timeout=WAIT_MS)
    assert "reading has begun" in action.toolTip()


def test_that_the_tour_draws_every_workspace_and_leaves_the_study_as_it_was(
    qtbot: QtBot, study: Path, tmp_path: Path
) -> None:
    from realfm_gui.gui.shell.tour import SIZE, draw_tour
    from realfm_gui.storage import StudyStore

    small_study.read_everything(study, "ada")
    with StudyStore.open(study, read_only=True) as store:
        before = store.head()
    pictures = draw_tour(study, tmp_path / "out", make_program=Program)
    assert [path.name for path in pictures] == [
        "coordinator.png",
        "analyst.png",
        "performance.png",
        "reading-unaided.png",
        "reading-aided.png",
    ]
    for path in pictures:
        assert (QImage(str(path)).width(), QImage(str(path)).height()) == SIZE
    with StudyStore.open(study, read_only=True) as store:
        assert store.head() == before


def _open_questions(program: Program) -> list[ConfirmEarlyLook]:
    return [dialog for dialog in program.window.findChildren(ConfirmEarlyLook) if dialog.isVisible()]


def test_that_closing_in_the_middle_of_work_stops_it_first(
    qtbot: QtBot, program: Program, study: Path
) -> None:
    from tests.gui.shell import jobs_for_tests

    program.open(study)
    qtbot.waitUntil(lambda: _on_page(program, "coordinating"), timeout=WAIT_MS)
    strip = program.coordinating.page.progress
    program.desk.start_work(
        jobs_for_tests.count_for_ever, what="Counting", strip=strip, on_done=lambda _: None
    )
    job = program.desk.job
    assert job is not None
    with qtbot.waitSignal(job.progressed, timeout=WAIT_MS):
        pass
    program.window.close()
    assert program.window.isVisible(), "the window waits until what is finished is kept"
    qtbot.waitUntil(lambda: not program.window.isVisible(), timeout=WAIT_MS)


def test_that_every_command_does_something(program: Program) -> None:
    from realfm_gui.gui.shell.commands import CHECKABLE, COMMANDS

    assert {command.id for command in COMMANDS} - CHECKABLE == set(program._handlers)


def test_that_a_recent_study_whose_folder_is_gone_is_marked_without_waiting_for_it(
    qtbot: QtBot, program: Program, tmp_path: Path
) -> None:
    program.desk.recent.remember(RecentStudy(path=str(tmp_path / "gone.study"), title="Gone"))
    program.do("home")
    qtbot.waitUntil(lambda: not program.desk.recent.all()[0].is_there, timeout=WAIT_MS)
