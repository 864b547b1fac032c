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

from realfm_gui.analysis.display.reading_display import reading_display
from realfm_gui.domain.case import Split
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
    Segment,
)
from realfm_gui.domain.display_spans import idle_spans
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.images import Window
from realfm_gui.domain.reading import CaseAnswer, CaseFlag, Phase, PhaseTimes
from realfm_gui.storage import verify_study
from realfm_gui.storage.telemetry_files import display_file, open_record
from realfm_gui.workflows import display_record, display_record_writer
from realfm_gui.workflows.display_record import DisplayRecorder, settled
from realfm_gui.workflows.display_record_writer import Begin, Painted, RecordWriter
from realfm_gui.workflows.display_touches import Touches
from realfm_gui.workflows.reading import ReaderSession, lock_unaided
from tests.small_study import make_study

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


class Written:
    """A record written without a thread, at times of the test's choosing; never closed, as by a power cut."""

    def __init__(self, root: Path, *, idle_after_s: float) -> None:
        self.begun_ns = time.monotonic_ns()
        self.touches = Touches(self.begun_ns, idle_after_s=idle_after_s)
        part = Segment(session="s", program="1", started_utc="", started_ns=self.begun_ns, series=(3,))
        self.writer = RecordWriter(lambda _: None, lambda _: None)
        self.writer.take(Begin(root=root, reading=READING, segment=part, touches=self.touches))

    def paint(self, after_s: float, **changes: object) -> None:
        time_ns = self.begun_ns + round(after_s * 1e9)
        view = replace(VIEW, **changes)
        self.writer.take(Painted(time_ns=time_ns, view=view, picture=None, overlay=None, waiting_bytes=0))

    def wait(self, from_s: float, to_s: float) -> None:
        for tenth in range(round(10 * from_s), round(10 * to_s), 5):
            self.writer.tick(self.begun_ns + tenth * 10**8)


def test_that_an_absence_that_a_power_cut_ends_is_idle(tmp_path: Path):
    written_here = Written(tmp_path, idle_after_s=60)
    written_here.paint(0)
    written_here.touches.note(written_here.begun_ns + 10 * 10**9)
    written_here.wait(0, 3600)
    numbers = reading_display(written(tmp_path))
    assert numbers.picture_s == pytest.approx(10)
    assert numbers.idle_s == pytest.approx(3590, abs=3)
    assert len(idle_spans(written(tmp_path))) == 1
    written_here.writer.leave(time.monotonic_ns())


def test_that_a_film_before_an_empty_chair_is_idle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    class Clock:
        now_ns = time.monotonic_ns()

        @classmethod
        def monotonic_ns(cls) -> int:
            return cls.now_ns

    monkeypatch.setattr(display_record_writer, "time", Clock)
    written_here = Written(tmp_path, idle_after_s=60)
    for second in range(300):  # a paint comes before every tick
        Clock.now_ns = written_here.begun_ns + second * 10**9
        written_here.paint(second, frame=second % 3)
    numbers = reading_display(written(tmp_path))
    assert numbers.idle_s == pytest.approx(299, abs=3)
    assert numbers.picture_s <= 3
    written_here.writer.leave(Clock.now_ns)


def test_that_a_short_wait_before_a_power_cut_is_display_time(tmp_path: Path):
    written_here = Written(tmp_path, idle_after_s=60)
    written_here.paint(0)
    written_here.wait(0, 50)
    numbers = reading_display(written(tmp_path))
    assert numbers.picture_s == pytest.approx(50, abs=3)
    assert numbers.idle_s == 0
    written_here.writer.leave(time.monotonic_ns())


def test_that_a_pause_that_a_power_cut_ends_is_neither_idle_nor_display(tmp_path: Path):
    written_here = Written(tmp_path, idle_after_s=60)
    written_here.paint(0)
    written_here.touches.pause(written_here.begun_ns + 5 * 10**9)
    hidden = Hidden(time_ns=written_here.begun_ns + 5 * 10**9, reason=Absence.PAUSED)
    written_here.writer.take(hidden)
    written_here.wait(5, 1000)
    numbers = reading_display(written(tmp_path))
    assert (numbers.picture_s, numbers.idle_s) == (pytest.approx(5), 0)
    written_here.writer.leave(time.monotonic_ns())


def test_that_a_sign_of_life_written_after_the_order_to_finish_does_not_cost_the_end(tmp_path: Path):
    written_here = Written(tmp_path, idle_after_s=60)
    written_here.paint(0)
    ordered_ns = written_here.begun_ns + 5 * 10**9
    written_here.writer.tick(ordered_ns + 1000)  # the order is on its way
    written_here.writer.leave(ordered_ns)
    assert written(tmp_path).is_complete


def test_that_a_window_that_comes_late_leaves_the_record_of_a_locked_answer_alone(
    recorder: DisplayRecorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    root = tmp_path / "a.study"
    with make_study(root) as store:
        case_id = store.cases(Split.READING)[0].case_id
        key = ReadingKey(reader="anna", case_id=case_id, phase=Phase.UNAIDED)
        session = ReaderSession(reader=store.protocol.reader("anna"), session_id="s-1")
        told: list[str] = []
        other = DisplayRecorder(told.append)
        # Both windows opened the case; the images of the other one are late.
        store.append(EventKind.CASE_OPENED, {"case_id": case_id, "phase": "unaided"}, actor="anna")
        recorder.begin(root, key, session="s-1", series=(1,))
        recorder.note(VIEW, GREY, None, time.monotonic_ns())
        displayed = settled(recorder.finish())
        append = store.append

        def append_while_another_tries(*args: object, **facts: object) -> object:
            with pytest.raises(OSError, match="another window records"):
                open_record(root, key)
            return append(*args, **facts)

        monkeypatch.setattr(store, "append", append_while_another_tries)
        answer = CaseAnswer(flags=frozenset({CaseFlag.NON_DIAGNOSTIC}))
        lock_unaided(store, session, case_id, answer, PhaseTimes(active_ms=1), displayed)
        other.begin(root, key, session="s-2", series=(1,))
        other.note(VIEW, GREY, None, time.monotonic_ns())
        late = settled(other.finish())
        other.close()
        assert late is not None
        assert (late.has_file, late.problem) == (False, "the answer has been locked in another window")
        assert told == [late.problem]
        record = store.read_display(key)
        assert record is not None
        assert [segment.session for segment in record.segments] == ["s-1"]
    assert verify_study(root).is_ok


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


def test_that_a_window_that_lost_the_race_leaves_the_stored_record_alone(tmp_path: Path):
    first = Written(tmp_path, idle_after_s=60)
    first.paint(0)
    told: list[str] = []
    other = DisplayRecorder(told.append)
    begin(other, tmp_path, session="s-2")
    assert not settled(other.finish()).has_file
    assert first.writer.leave(time.monotonic_ns()).has_file  # stored with its answer
    stored = display_file(tmp_path, READING).read_bytes()
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
