"""A full disk and a killed process: what was acknowledged stays, what was not leaves no trace."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from realfm_gui.domain.case import Split
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.reading import Phase
from realfm_gui.storage import StudyStore, atomic_files, verify_study

from .scenario import CASES, PROTOCOL, add_case, draft, fill, labels, lock

HERE = Path(__file__).resolve()
needs_limits = pytest.mark.skipif(os.name == "nt", reason="file size limits and kill -9 are POSIX")


def _start(script: str, *arguments: object) -> "subprocess.Popen[str]":
    """Run a script that sees the package and this folder's scenario."""
    paths = [str(HERE.parents[3]), str(HERE.parents[1])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-W", "error", "-c", script, *map(str, arguments)]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def _expect_full(message: pytest.ExceptionInfo[UserFacingError]) -> None:
    assert "full" in message.value.message
    assert "Nothing that was already answered or stored is lost" in message.value.message
    assert "Free some space" in message.value.hint


def test_that_a_full_database_refuses_an_answer_and_keeps_everything_before(store: StudyStore) -> None:
    fill(store)
    before = list(store.events())
    (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
    store._connection.execute(f"PRAGMA max_page_count = {pages}")

    def append_until_full() -> None:
        for _ in range(200):
            store.append(EventKind.STUDY_EXPORTED, {"note": "x" * 400}, actor="r1")

    with pytest.raises(UserFacingError) as caught:
        append_until_full()
    _expect_full(caught)
    kept = list(store.events())
    assert kept[: len(before)] == before
    assert verify_study(store.root).is_ok
    with pytest.raises(UserFacingError):
        store.append(EventKind.STUDY_EXPORTED, {"note": "x" * 4000}, actor="r1")
    assert store.readings() != []  # still answers while full
    store._connection.execute("PRAGMA max_page_count = 1073741823")
    event = lock(store, "r1", CASES[2])
    assert event.sequence == len(kept) + 1
    assert verify_study(store.root).is_ok


FULL_DISK = """
import resource, sys
from pathlib import Path
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.storage import StudyStore, verify_study
from storage.scenario import CASES, draft, labels
from realfm_gui.domain.case import Split

store = StudyStore.open(Path(sys.argv[1]))
# A file that may not grow: every write beyond fails in the operating system, as on a full disk.
wal = Path(sys.argv[1]) / "study.sqlite-wal"
store.append(EventKind.SESSION_STARTED, {"reader": "r1"}, actor="r1")
resource.setrlimit(resource.RLIMIT_FSIZE, (wal.stat().st_size + 20_000, resource.RLIM_INFINITY))
acknowledged = store.head().sequence
try:
    while True:
        acknowledged = store.append(EventKind.SESSION_STARTED, {"reader": "r1"}, actor="r1").sequence
except UserFacingError as error:
    assert "full" in error.message, error
assert store.head().sequence == acknowledged
for write in (
    lambda: store.add_image("i-big.dcm", bytes(10_000_000)),
    lambda: store.write_head("m", bytes(10_000_000)),
):
    try:
        write()
        raise SystemExit("a file beyond the limit was written")
    except UserFacingError as error:
        assert "full" in error.message, error
try:
    for _ in range(100):
        store.save_draft(draft(CASES[2]))
except UserFacingError as error:
    assert "full" in error.message, error
else:
    raise SystemExit("a draft beyond the limit was written")
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
assert store.append(EventKind.SESSION_ENDED, {"reader": "r1"}, actor="r1").sequence == acknowledged + 1
store.add_image("i-big.dcm", b"fits now")
store.discard_image("i-big.dcm")
print(acknowledged + 1)
store.close()
"""


@needs_limits
def test_that_after_a_full_disk_reading_goes_on_where_it_stopped(store: StudyStore) -> None:
    fill(store)
    before = list(store.events())
    store.close()
    process = _start(FULL_DISK, store.root)
    printed, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    with StudyStore.open(store.root) as again:
        events = list(again.events())
        assert events[: len(before)] == before
        assert len(events) == int(printed)
    assert verify_study(store.root).is_ok  # among others: no half image is left in images/


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
@pytest.mark.parametrize("fails_at", ["write", "fsync"])
def test_that_a_file_that_cannot_be_written_leaves_the_old_one_whole(
    store: StudyStore, monkeypatch: pytest.MonkeyPatch, number: int, fails_at: str
) -> None:
    sealed = {"split": "reading", "salted_sha256": store.write_truth(Split.READING, labels())}
    store.append(EventKind.TRUTH_SEALED, sealed, actor="coordinator")
    files = {path: path.read_bytes() for path in store.root.rglob("*") if path.is_file()}

    def fail(descriptor: int, *content: memoryview) -> int:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(atomic_files.os, fails_at, fail)
        for write in (
            lambda: store.write_truth(Split.READING, []),
            lambda: store.write_truth(Split.TRAINING, []),
            lambda: store.add_image("i-1.dcm", b"x"),
        ):
            with pytest.raises(UserFacingError) as caught:
                write()
            _expect_full(caught)
    assert {path: path.read_bytes() for path in store.root.rglob("*") if path.is_file()} == files
    assert store.read_truth(Split.READING) == labels()
    store.add_image("i-1.dcm", b"x")


def test_that_a_write_that_is_cut_short_goes_on(store: StudyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(atomic_files.os, "write", lambda descriptor, content: write(descriptor, content[:3]))
    store.add_image("i-1.dcm", b"0123456789")
    assert store.image_path("i-1.dcm").read_bytes() == b"0123456789"


SUBMISSIONS = 50
READS = """
import sys
from pathlib import Path
from realfm_gui.storage import StudyStore
from storage.scenario import lock, submit, draft

with StudyStore.open(Path(sys.argv[1])) as store:
    for case in store.cases():
        for record in (lock, submit):
            event = record(store, "r1", case.case_id)
            print(event.sequence, event.hash, flush=True)
"""


APPENDS = """
import sys
from pathlib import Path
from realfm_gui.domain.events import EventKind
from realfm_gui.storage import StudyStore

with StudyStore.open(Path(sys.argv[1])) as store:
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(100):
        store.append(EventKind.SESSION_STARTED, {"reader": sys.argv[2]}, actor=sys.argv[2])
"""


def test_that_two_programs_append_at_once_without_losing_an_event(store: StudyStore) -> None:
    processes = [_start(APPENDS, store.root, reader) for reader in ("r1", "r2")]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    actors = [event.actor for event in store.events()]
    assert (actors.count("r1"), actors.count("r2")) == (100, 100)
    assert verify_study(store.root).is_ok


@needs_limits
@pytest.mark.parametrize("killed_after", [1, 13, 26, 49])
def test_that_every_acknowledged_answer_survives_kill_9(tmp_path: Path, killed_after: int) -> None:
    root = tmp_path / "a.study"
    with StudyStore.create(root, PROTOCOL) as store:
        for k in range(SUBMISSIONS // 2):
            add_case(store, f"c-{k:016x}")
        started_at = store.head().sequence
    process = _start(READS, root)
    assert process.stdout is not None
    assert process.stderr is not None
    acknowledged = [process.stdout.readline().split() for _ in range(killed_after)]
    process.send_signal(signal.SIGKILL)
    acknowledged += [line.split() for line in process.stdout if line.endswith("\n")]
    assert process.stdin is not None
    process.stdin.close()
    process.stderr.close()
    process.stdout.close()
    assert process.wait(timeout=60) in (-signal.SIGKILL, 0)  # 0: it was done before the signal came

    assert verify_study(root).is_ok  # also from what the crash left in the write-ahead log
    # A complete line was printed after append had returned: each of them must be there.
    with StudyStore.open(root) as store:
        stored = {event.sequence: event.hash for event in store.events()}
        assert len(acknowledged) >= killed_after
        for sequence, digest in acknowledged:
            assert stored[int(sequence)] == digest
        assert len(store.readings()) == store.head().sequence - started_at
        unfinished = [c for c in store.cases() if store.locked_phases("r1").get(c.case_id) is None]
        if unfinished:
            lock(store, "r1", unfinished[0].case_id)
    assert verify_study(root).is_ok


def test_that_an_unsaved_draft_says_so_and_keeps_the_one_before(store: StudyStore) -> None:
    add_case(store, CASES[0])
    store.save_draft(draft(CASES[0]))
    (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    long = draft(CASES[0], Phase.UNAIDED)
    object.__setattr__(long, "view", {"note": "x" * 100_000})
    with pytest.raises(UserFacingError) as caught:
        store.save_draft(long)
    _expect_full(caught)
    assert store.draft("r1") == draft(CASES[0])
