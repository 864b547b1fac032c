import subprocess
import sys

import pytest
from pytestqt.qtbot import QtBot

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.gui.shell.background_job import BackgroundJob
from realfm_gui.gui.shell.child_process import JobCrashed
from tests.gui.shell import jobs_for_tests as jobs

WAIT_MS = 20_000


def test_that_the_result_and_the_last_step_arrive(qtbot: QtBot) -> None:
    steps: list[tuple[int, int, str]] = []
    job = BackgroundJob(jobs.count_to, (300,), {"what": "Counting sheep"})
    job.progressed.connect(lambda *step: steps.append(step))
    results: list[object] = []
    job.finished.connect(results.append)
    with qtbot.waitSignal(job.ended, timeout=WAIT_MS):
        job.start()
    assert results == [300]
    assert steps[0] == (0, 300, "Counting sheep")
    assert steps[-1] == (300, 300, "Counting sheep")
    assert len(steps) < 300, "twenty reports a second are enough"
    assert not job.is_running


def test_that_a_cancelled_job_stops_by_itself(qtbot: QtBot) -> None:
    job = BackgroundJob(jobs.count_for_ever)
    with qtbot.waitSignal(job.progressed, timeout=WAIT_MS):
        job.start()
    with qtbot.waitSignal(job.cancelled, timeout=WAIT_MS):
        job.cancel()
    assert not job.is_running


def test_that_a_job_that_does_not_listen_is_killed_after_the_grace_time(qtbot: QtBot) -> None:
    job = BackgroundJob(jobs.never_ask, grace_ms=50)
    with qtbot.waitSignal(job.progressed, timeout=WAIT_MS):
        job.start()
    with qtbot.waitSignal(job.cancelled, timeout=WAIT_MS):
        job.cancel()


def test_that_a_job_cancelled_before_its_process_is_up_does_no_work(qtbot: QtBot) -> None:
    job = BackgroundJob(jobs.count_to, (10**9,))
    with qtbot.waitSignal(job.cancelled, timeout=WAIT_MS):
        job.start()
        job.cancel()


def test_that_what_the_user_can_fix_arrives_with_its_hint(qtbot: QtBot) -> None:
    job = BackgroundJob(jobs.refuse)
    with qtbot.waitSignal(job.failed, timeout=WAIT_MS) as failure:
        job.start()
    assert failure.args[0].message == "row 7 of truth.csv has no file."
    assert failure.args[0].hint == "Add the file's name."


@pytest.mark.parametrize("function", [jobs.divide_by_zero, jobs.return_what_cannot_travel])
def test_that_a_bug_in_the_child_brings_its_traceback(qtbot: QtBot, function: object) -> None:
    job = BackgroundJob(function)  # type: ignore[arg-type]
    with qtbot.waitSignal(job.failed, timeout=WAIT_MS) as failure:
        job.start()
    assert isinstance(failure.args[0], JobCrashed)
    assert "Traceback" in failure.args[0].details


def test_that_a_child_that_dies_is_a_failure_with_its_name(qtbot: QtBot) -> None:
    job = BackgroundJob(jobs.die, what="Reading images")
    with qtbot.waitSignal(job.failed, timeout=WAIT_MS) as failure:
        job.start()
    assert isinstance(failure.args[0], UserFacingError)
    assert failure.args[0].message.startswith("Reading images stopped")


def test_that_a_child_loads_no_qt() -> None:
    code = "import sys, realfm_gui.gui.shell.child_process; print('PySide6' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "False"
