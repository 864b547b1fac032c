"""The performance page in the program: outcomes first, work in the background, another choice ends it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from realfm_gui.app import Program
from realfm_gui.workflows.performance import Measure
from tests.gui.shell import small_study

WAIT_MS = 60_000


@pytest.fixture(scope="module")
def _read_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = small_study.make_study(tmp_path_factory.mktemp("read"))
    small_study.read_everything(root, "ada")
    small_study.read_everything(root, "ben", likelihoods=(30, 40, 70, 60, 20, 90))
    return root


@pytest.fixture
def read_study(_read_once: Path, tmp_path: Path) -> Path:
    """Return a study of the test's own: every look at the outcomes is logged in it."""
    return Path(shutil.copytree(_read_once, tmp_path / "read" / _read_once.name))


@pytest.fixture
def program(qtbot: QtBot, tmp_path: Path) -> Iterator[Program]:
    made = Program(tmp_path / "settings", demo_folder=tmp_path / "demo")
    made.window.show()
    yield made
    made.close()
    qtbot.waitUntil(lambda: not made.window.isVisible(), timeout=WAIT_MS)
    made.window.deleteLater()


def _is_quiet(program: Program) -> bool:
    return program.desk.job is None and program.desk.operations.is_idle


@pytest.mark.parametrize(
    ("turns", "last"),
    [(("sensitivity", "auc", "specificity"), Measure.SPECIFICITY), (("sensitivity", "auc"), Measure.AUC)],
)
def test_that_another_choice_ends_the_work_under_way_and_only_the_last_one_is_shown(
    qtbot: QtBot, program: Program, read_study: Path, turns: tuple[str, ...], last: Measure
) -> None:
    program.open(read_study, workspace="analyse")
    qtbot.waitUntil(lambda: program.analysing.page.has_results, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: _is_quiet(program), timeout=WAIT_MS)
    page = program.analysing.page.performance
    jobs = []
    program.desk.work_began.connect(lambda: jobs.append(program.desk.job))
    program.analysing.page.show_performance()
    assert program.desk.job is not None, "computed in a process of its own"
    assert not page.has_results
    ended = []
    jobs[0].finished.connect(lambda _: ended.append("finished"))
    jobs[0].cancelled.connect(lambda: ended.append("cancelled"))
    box = page.choices.box("measure")
    for turn in turns:
        box.setCurrentIndex(box.findData(turn))
    qtbot.waitUntil(lambda: page.has_results or bool(page.failure()), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: _is_quiet(program), timeout=WAIT_MS)
    assert page.failure() == ""
    assert ended == ["cancelled"]
    assert len(jobs) == 2
    known = page.state.known()
    assert known is not None
    assert known.choice.measure is last
    assert (last.value if last is not Measure.AUC else "AUC") in page.sections.sentence.text()
    assert program.desk.view is not None
    assert len(program.desk.view.outcomes_opened_utc) == 1, "one look, however many ways of looking"


def test_that_a_wish_to_stop_is_heard_and_a_closed_study_leaves_no_number(
    qtbot: QtBot, program: Program, read_study: Path, tmp_path: Path
) -> None:
    program.open(read_study, workspace="analyse")
    qtbot.waitUntil(lambda: program.analysing.page.has_results and _is_quiet(program), timeout=WAIT_MS)
    page = program.analysing.page.performance
    program.analysing.page.show_performance()
    page.progress.cancel_requested.emit()
    qtbot.waitUntil(lambda: page.failure() != "", timeout=WAIT_MS)
    assert page.failure() == "The computation was stopped."
    qtbot.waitUntil(lambda: _is_quiet(program), timeout=WAIT_MS)
    page._failed.button.click()
    qtbot.waitUntil(lambda: page.has_results and _is_quiet(program), timeout=WAIT_MS)
    program.open(small_study.make_study(tmp_path))
    qtbot.waitUntil(lambda: program.window.page == "coordinating", timeout=WAIT_MS)
    assert not page.state.is_open
    assert page.state.known() is None
    assert not program.analysing.page.has_results


def test_that_work_of_another_kind_is_waited_for(
    qtbot: QtBot, program: Program, read_study: Path, tmp_path: Path
) -> None:
    program.open(read_study, workspace="analyse")
    qtbot.waitUntil(lambda: program.analysing.page.has_results and _is_quiet(program), timeout=WAIT_MS)
    program.analysing.save_report(tmp_path / "report.html")
    saving = program.desk.job
    program.analysing.page.show_performance()
    assert program.desk.job is saving
    qtbot.waitUntil(lambda: program.analysing.page.performance.has_results, timeout=WAIT_MS)
    assert (tmp_path / "report.html").is_file(), "the report was finished first"


def test_that_no_new_work_begins_in_a_window_that_is_closing(
    qtbot: QtBot, program: Program, read_study: Path
) -> None:
    program.open(read_study, workspace="analyse")
    qtbot.waitUntil(lambda: program.analysing.page.has_results and _is_quiet(program), timeout=WAIT_MS)
    begun = []
    program.desk.work_began.connect(lambda: begun.append(program.desk.job))
    program.analysing.page.show_performance()
    program.analysing.page.performance.choices.box("measure").setCurrentIndex(1)
    program.window.close()
    qtbot.waitUntil(lambda: not program.window.isVisible(), timeout=WAIT_MS)
    assert len(begun) == 1
    assert program.desk.job is None
