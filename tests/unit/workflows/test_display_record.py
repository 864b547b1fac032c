"""The recorder's thread: what is painted reaches the file, and nothing that fails reaches the reader."""

import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from realfm_gui.domain.display_decoding import decode_record
from realfm_gui.domain.display_encoding import pixel_hash
from realfm_gui.domain.display_record import (
    Absence,
    Displayed,
    DisplayRecord,
    Ended,
    Hidden,
    PaneView,
    Place,
    ReadingKey,
)
from realfm_gui.domain.images import Window
from realfm_gui.domain.reading import Phase
from realfm_gui.storage.telemetry_files import display_file
from realfm_gui.workflows import display_record
from realfm_gui.workflows.display_record import DisplayRecorder, settled

READING = ReadingKey(reader="anna", case_id="c-1", phase=Phase.UNAIDED)
VIEW = PaneView(
    pane=0,
    frame=0,
    window=Window(center=1, width=2),
    place=Place(width_px=9, height_px=9, scale=1, center_row=4, center_column=4, rows=9, columns=9),
)
GREY = np.arange(81, dtype=np.uint8).reshape(9, 9)


@pytest.fixture
def failures() -> list[str]:
    return []


@pytest.fixture
def recorder(failures: list[str]):
    made = DisplayRecorder(failures.append)
    yield made
    made.close()


def begin(recorder: DisplayRecorder, root: Path, *, session: str = "s-1", series=(3,)) -> None:
    recorder.begin(root, READING, session=session, series=series)


def written(root: Path) -> DisplayRecord:
    return decode_record(display_file(root, READING).read_bytes())


def test_that_a_paint_is_recorded_with_the_hash_of_its_pixels(recorder: DisplayRecorder, tmp_path: Path):
    begin(recorder, tmp_path)
    overlay = np.zeros((9, 9, 4), np.uint8)
    recorder.note(VIEW, GREY, overlay, time.monotonic_ns())
    finished = settled(recorder.finish())
    assert finished is not None
    assert (finished.count, finished.problem) == (1, "")
    (segment,) = written(tmp_path).segments
    shown, ended = segment.entries
    assert isinstance(shown, Displayed)
    assert isinstance(ended, Ended)
    assert shown.view == VIEW
    assert (shown.picture_hash, shown.overlay_hash) == (pixel_hash(GREY), pixel_hash(overlay))
    assert segment.series == (3,)


def test_that_painting_the_same_again_is_no_record_but_showing_it_again_is(
    recorder: DisplayRecorder, tmp_path: Path
):
    begin(recorder, tmp_path)
    for _ in range(3):
        recorder.note(VIEW, GREY, None, time.monotonic_ns())
    recorder.note_entry(Hidden(time_ns=time.monotonic_ns(), reason=Absence.PAUSED))
    recorder.note(VIEW, GREY, None, time.monotonic_ns())
    settled(recorder.finish())
    kinds = [type(entry) for entry in written(tmp_path).segments[0].entries]
    assert kinds == [Displayed, Hidden, Displayed, Ended]


def test_that_a_second_sitting_goes_on_and_counts_on(recorder: DisplayRecorder, tmp_path: Path):
    for session in ("s-1", "s-2"):
        begin(recorder, tmp_path, session=session)
        recorder.note(VIEW, GREY, None, time.monotonic_ns())
        finished = settled(recorder.finish())
    assert finished is not None
    assert finished.count == 2
    assert [segment.session for segment in written(tmp_path).segments] == ["s-1", "s-2"]
    assert written(tmp_path).is_complete


def test_that_a_window_that_lost_the_race_leaves_the_stored_record_alone(
    recorder: DisplayRecorder, tmp_path: Path
):
    begin(recorder, tmp_path)
    recorder.note(VIEW, GREY, None, time.monotonic_ns())
    told: list[str] = []
    other = DisplayRecorder(told.append)
    begin(other, tmp_path, session="s-2")
    assert settled(recorder.finish()).has_file  # stored with its answer
    stored = display_file(tmp_path, READING).read_bytes()
    assert not settled(other.finish()).has_file
    other.begin(tmp_path, READING, session="s-2", series=(3,), goes_on=True)  # its answer was refused
    other.note(VIEW, GREY, None, time.monotonic_ns())
    assert not settled(other.finish()).has_file
    other.close()
    assert display_file(tmp_path, READING).read_bytes() == stored
    assert told == ["another window records this reading"]


def test_that_a_reading_whose_answer_could_not_be_stored_is_recorded_on(
    recorder: DisplayRecorder, tmp_path: Path
):
    begin(recorder, tmp_path)
    recorder.note(VIEW, GREY, None, time.monotonic_ns())
    settled(recorder.finish())
    recorder.begin(tmp_path, READING, session="s-1", series=(3,), goes_on=True)
    recorder.note(VIEW, GREY, None, time.monotonic_ns())
    assert settled(recorder.finish()).count == written(tmp_path).count == 2


def test_that_nothing_is_said_of_a_record_that_was_never_begun(recorder: DisplayRecorder):
    recorder.note(VIEW, GREY, None, 1)
    assert settled(recorder.finish()) is None


def test_that_too_many_waiting_pixels_cost_the_hash_and_not_the_memory(
    recorder: DisplayRecorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(display_record, "MOST_WAITING_BYTES", 80)
    begin(recorder, tmp_path)
    recorder.note(VIEW, GREY, None, time.monotonic_ns())
    finished = settled(recorder.finish())
    assert finished is not None
    assert finished.count == 1
    shown = written(tmp_path).segments[0].entries[0]
    assert isinstance(shown, Displayed)
    assert shown.picture_hash == b""


def test_that_a_record_that_cannot_be_begun_is_told_once_and_holds_nobody_up(
    recorder: DisplayRecorder, failures: list[str], tmp_path: Path
):
    (tmp_path / "telemetry").write_text("a file where the folder should be")
    begin(recorder, tmp_path)
    for number in range(5):
        recorder.note(replace(VIEW, frame=number), GREY, None, number)
    finished = settled(recorder.finish())
    assert finished is not None
    assert finished.problem
    assert not finished.has_file
    assert failures == [finished.problem]
    (tmp_path / "telemetry").unlink()
    begin(recorder, tmp_path)  # the next reading is recorded again
    recorder.note(VIEW, GREY, None, time.monotonic_ns())
    assert settled(recorder.finish()).problem == ""
    assert written(tmp_path).count == 1


@pytest.mark.skipif(os.name == "nt", reason="file size limits are POSIX")
def test_that_a_full_disk_keeps_what_was_written_and_says_so(
    recorder: DisplayRecorder, failures: list[str], tmp_path: Path
):
    import resource

    begin(recorder, tmp_path)
    recorder.note(VIEW, GREY, None, time.monotonic_ns())
    settled(recorder.finish())
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    begin(recorder, tmp_path)
    for number in range(4000):
        recorder.note(replace(VIEW, frame=number), None, None, time.monotonic_ns())
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limits[1]))
    try:
        finished = settled(recorder.finish())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert finished is not None
    assert "large" in finished.problem
    assert failures == [finished.problem]
    record = written(tmp_path)
    assert not record.is_torn
    assert record.count >= 1


def test_that_an_answer_does_not_wait_for_a_disk_that_hangs(
    recorder: DisplayRecorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(display_record, "FINISH_WITHIN_S", 0.01)
    hung = threading.Event()
    real = display_record.RecordWriter.leave

    def leave(writer, now_ns):
        hung.wait(10)
        return real(writer, now_ns)

    begin(recorder, tmp_path)
    recorder.note(VIEW, GREY, None, time.monotonic_ns())
    monkeypatch.setattr(display_record.RecordWriter, "leave", leave)
    finishing = recorder.finish()
    late = settled(finishing)
    assert late is not None
    assert "too long" in late.problem
    assert not late.has_file  # it will change yet
    hung.set()
    assert finishing.done.result(10) is not None


KILLED = """
import sys, time
from dataclasses import replace
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_display_record import READING, VIEW, GREY, DisplayRecorder, begin, display_file
recorder = DisplayRecorder()
begin(recorder, Path(sys.argv[1]))
number = 0
while True:
    recorder.note(replace(VIEW, frame=number), GREY, None, time.monotonic_ns())
    number += 1
    path = display_file(Path(sys.argv[1]), READING)
    if path.is_file() and path.stat().st_size > 800:
        print("written", flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is POSIX")
def test_that_a_killed_program_leaves_a_record_that_is_read_and_gone_on_with(
    recorder: DisplayRecorder, tmp_path: Path
):
    here = Path(__file__).resolve()
    environment = os.environ | {"PYTHONPATH": str(here.parents[3])}
    command = [sys.executable, "-c", KILLED, str(tmp_path), str(here.parent)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.kill()
    before = written(tmp_path)
    assert before.count > 3
    assert not before.is_complete
    begin(recorder, tmp_path, session="s-2")
    recorder.note(VIEW, GREY, None, time.monotonic_ns())
    finished = settled(recorder.finish())
    assert finished is not None
    assert finished.count == written(tmp_path).count >= before.count + 1
