import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from realfm_gui.domain.changes import Changes
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.gui.shell.operations import Operations


class NotebookStore:
    """A store that, like SQLite, answers only the thread that opened it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lines: list[str] = []
        self.is_closed = False
        self._owner = threading.get_ident()

    def write(self, line: str) -> None:
        assert threading.get_ident() == self._owner
        self.lines.append(line)

    def close(self) -> None:
        assert threading.get_ident() == self._owner
        self.is_closed = True


@pytest.fixture
def opened() -> list[NotebookStore]:
    return []


@pytest.fixture
def operations(opened: list[NotebookStore], qapp: object) -> Iterator[Operations]:
    def opener(root: Path) -> NotebookStore:
        if not root.name.endswith(".study"):
            raise UserFacingError(f"{root.name} is not a study.", hint="Choose another folder.")
        opened.append(NotebookStore(root))
        return opened[-1]

    made = Operations(opener=opener)  # type: ignore[arg-type]
    yield made
    made.close()


def _settle(qtbot: QtBot, operations: Operations) -> None:
    qtbot.waitUntil(lambda: operations.is_idle)


def test_that_jobs_run_in_order_on_the_thread_that_opened_the_study(
    qtbot: QtBot, operations: Operations, opened: list[NotebookStore], tmp_path: Path
) -> None:
    operations.open_study(tmp_path / "a.study")
    for number in range(200):
        operations.run(lambda store, line=str(number): store.write(line))
    _settle(qtbot, operations)
    assert opened[0].lines == [str(number) for number in range(200)]


def test_that_results_and_errors_come_back_on_the_main_thread(
    qtbot: QtBot, operations: Operations, tmp_path: Path
) -> None:
    came: list[tuple[object, int]] = []

    def fail(store: object) -> None:
        raise UserFacingError("The disk is full.")

    operations.open_study(tmp_path / "a.study")
    operations.run(lambda _: 42, on_done=lambda it: came.append((it, threading.get_ident())))
    operations.run(fail, on_failed=lambda it: came.append((str(it), threading.get_ident())))
    _settle(qtbot, operations)
    assert came == [(42, threading.get_ident()), ("The disk is full.", threading.get_ident())]


def test_that_changes_are_announced_to_every_view(
    qtbot: QtBot, operations: Operations, tmp_path: Path
) -> None:
    operations.open_study(tmp_path / "a.study")
    with qtbot.waitSignal(operations.changed) as announced:
        operations.run(lambda _: Changes(readings=True))
    assert announced.args == [Changes(readings=True)]


def test_that_an_error_nobody_waits_for_is_not_swallowed(
    qtbot: QtBot, operations: Operations, tmp_path: Path
) -> None:
    operations.open_study(tmp_path / "a.study")
    with qtbot.waitSignal(operations.failed) as failure:
        operations.run(lambda _: 1 // 0)
    assert isinstance(failure.args[0], ZeroDivisionError)
    came: list[int] = []
    operations.run(lambda _: 7, on_done=came.append)
    _settle(qtbot, operations)
    assert came == [7], "the worker goes on after a bug in one job"


def test_that_queued_answers_are_written_before_the_window_closes(
    operations: Operations, opened: list[NotebookStore], tmp_path: Path
) -> None:
    gate = threading.Event()
    operations.open_study(tmp_path / "a.study")
    operations.run(lambda _: gate.wait(10))
    for number in range(50):
        operations.run(lambda store, line=str(number): store.write(line))
    threading.Timer(0.05, gate.set).start()
    operations.close()
    assert len(opened[0].lines) == 50
    assert opened[0].is_closed


def test_that_nothing_is_taken_after_closing(operations: Operations) -> None:
    operations.close()
    with pytest.raises(RuntimeError, match="closed"):
        operations.run(lambda _: None)


def test_that_an_answer_that_could_not_be_written_while_closing_is_still_reported(
    operations: Operations, tmp_path: Path
) -> None:
    failures: list[Exception] = []
    operations.failed.connect(failures.append)
    operations.open_study(tmp_path / "a.study")
    operations.run(lambda _: 1 // 0)
    operations.close()
    assert [type(failure) for failure in failures] == [ZeroDivisionError]


def test_that_a_study_that_cannot_be_opened_leaves_the_one_that_is_open(
    qtbot: QtBot, operations: Operations, opened: list[NotebookStore], tmp_path: Path
) -> None:
    failures: list[Exception] = []
    operations.open_study(tmp_path / "a.study")
    operations.open_study(tmp_path / "holiday photos", on_failed=failures.append)
    operations.run(lambda store: store.write("still here"))
    _settle(qtbot, operations)
    assert [str(failure) for failure in failures] == ["holiday photos is not a study. Choose another folder."]
    assert opened[0].lines == ["still here"]
    assert not opened[0].is_closed


def test_that_opening_another_study_closes_the_first(
    qtbot: QtBot, operations: Operations, opened: list[NotebookStore], tmp_path: Path
) -> None:
    operations.open_study(tmp_path / "a.study")
    operations.open_study(tmp_path / "b.study")
    operations.run(lambda store: store.write("second"))
    _settle(qtbot, operations)
    assert [store.is_closed for store in opened] == [True, False]
    assert opened[1].lines == ["second"]


def test_that_a_job_without_a_study_says_what_to_do(qtbot: QtBot, operations: Operations) -> None:
    with qtbot.waitSignal(operations.failed) as failure:
        operations.run(lambda _: None)
    assert "Open a study first" in str(failure.args[0])


def test_that_a_result_for_a_view_that_is_gone_is_dropped(
    qtbot: QtBot, operations: Operations, tmp_path: Path
) -> None:
    class View(QObject):
        def show_result(self, result: object) -> None:
            self.setObjectName(str(result))

    view = View()
    gate = threading.Event()
    operations.open_study(tmp_path / "a.study")
    operations.run(lambda _: gate.wait(10), on_done=view.show_result)
    view.deleteLater()
    with qtbot.waitSignal(view.destroyed):
        pass
    with qtbot.waitSignal(operations.idle):
        gate.set()
