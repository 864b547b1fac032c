"""Measurements are part of the reading: in the log, in what follows from it, and in the draft."""

import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from realfm_gui.domain.measurement import Measurement, MeasurementKind
from realfm_gui.domain.reading import Phase
from realfm_gui.storage import StudyStore, verify_study

from .scenario import ANSWER, CASES, add_case, draft, lock, submit

LINE = Measurement(
    measurement_id="m-00000000000000aa",
    kind=MeasurementKind.LENGTH,
    frame=2,
    points=((1.125, 2.0), (30.5, 40.25)),
)
OUTLINE = Measurement(
    measurement_id="m-00000000000000bb",
    kind=MeasurementKind.FREEHAND,
    frame=0,
    points=((0.0, 0.0), (10.0, 0.0), (5.0, 8.0)),
)
MEASURED = replace(ANSWER, measurements=(LINE, OUTLINE))

SAVES = """
import sys
from pathlib import Path
from storage.scenario import CASES, draft
from dataclasses import replace
from realfm_gui.domain.measurement import Measurement, MeasurementKind
from realfm_gui.domain.reading import CaseAnswer
from realfm_gui.storage import StudyStore

with StudyStore.open(Path(sys.argv[1])) as store:
    drawn = ()
    for k in range(1000):
        point = (float(k), 0.5)
        drawn += (Measurement(measurement_id=f"m-{k}", kind=MeasurementKind.PROBE, frame=0, points=(point,)),)
        store.save_draft(replace(draft(CASES[0]), answer=CaseAnswer(measurements=drawn[-20:])))
        print(k, flush=True)
"""


def test_that_measurements_are_stored_with_the_answer_and_follow_from_the_log(store: StudyStore) -> None:
    add_case(store, CASES[0])
    lock(store, "r1", CASES[0], MEASURED)
    submit(store, "r1", CASES[0], replace(ANSWER, measurements=(LINE,)))
    unaided, aided = store.readings(reader="r1")
    assert (unaided.phase, unaided.answer) == (Phase.UNAIDED, MEASURED)
    assert aided.answer.measurements == (LINE,)
    assert verify_study(store.root).is_ok


def test_that_a_measurement_changed_behind_the_log_is_found(store: StudyStore) -> None:
    add_case(store, CASES[0])
    lock(store, "r1", CASES[0], MEASURED)
    root = store.root
    with sqlite3.connect(root / "study.sqlite") as database:
        database.execute("UPDATE readings SET answer = replace(answer, '40.25', '40.75')")
    database.close()
    assert any("table readings" in problem.what for problem in verify_study(root).problems)


def test_that_measurements_come_back_with_the_draft(store: StudyStore) -> None:
    add_case(store, CASES[0])
    kept = replace(draft(CASES[0]), answer=MEASURED)
    store.save_draft(kept)
    assert store.draft("r1") == kept


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is POSIX")
def test_that_what_was_drawn_last_survives_kill_9(store: StudyStore) -> None:
    add_case(store, CASES[0])
    here = Path(__file__).resolve()
    paths = os.pathsep.join([str(here.parents[3]), str(here.parents[1])])
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SAVES, str(store.root)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": paths},
    )
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(8)]
    process.send_signal(signal.SIGKILL)
    said += [line for line in process.stdout if line.endswith("\n")]
    process.stdout.close()
    process.wait(timeout=60)
    kept = store.draft("r1")
    assert kept is not None
    # One more than was said may have been stored when the signal came.
    assert int(kept.answer.measurements[-1].points[0][0]) - int(said[-1]) in (0, 1)
    assert verify_study(store.root).is_ok
