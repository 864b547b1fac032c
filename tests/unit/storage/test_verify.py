"""Verification: one flipped byte anywhere in an event is found, and the event named."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import Event
from realfm_gui.storage import StudyStore, verify_study
from realfm_gui.storage.event_log import FIELDS, canonical_json

from .scenario import CASES, RUN, filled_study, lock


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled_study(tmp_path_factory.mktemp("finished"))


@pytest.fixture
def root(finished: Path, tmp_path: Path) -> Path:
    """Return a copy of a finished study, to be damaged."""
    shutil.copytree(finished, tmp_path / "a.study")
    return tmp_path / "a.study"


def _events(root: Path) -> list[Event]:
    with StudyStore.open(root, read_only=True) as store:
        return list(store.events())


def _named(root: Path) -> set[int | None]:
    return {problem.sequence for problem in verify_study(root).problems}


def test_that_a_sound_study_verifies_with_its_number_of_events(root: Path) -> None:
    report = verify_study(root)
    assert report.is_ok
    assert report.problems == ()
    assert report.events == len(_events(root)) > 15


def _flip(database: Path, position: int, mask: int) -> None:
    content = bytearray(database.read_bytes())
    content[position] ^= mask
    database.write_bytes(content)


def _record_of(event: Event) -> bytes:
    """Return how SQLite stores an event (https://www.sqlite.org/fileformat.html, record format).

    A header of type codes (0 stands for the row id, which is kept outside), then the values.
    """
    values = [
        event.time_utc.encode(),
        event.monotonic_ns,
        event.actor.encode(),
        event.session.encode(),
        event.kind.value.encode(),
        canonical_json(event.payload).encode(),
        event.hash.encode(),
    ]
    types, body = [0], b""
    for value in values:
        if isinstance(value, int):
            types.append(6 if value >= 2**47 else 5)
            body += value.to_bytes(8 if value >= 2**47 else 6, "big")
        else:
            types.append(13 + 2 * len(value))
            body += value
    header = b"".join(bytes([t]) if t < 128 else bytes([0x80 | t >> 7, t & 0x7F]) for t in types)
    return bytes([len(header) + 1]) + header + body


def test_that_an_event_is_in_the_file_once(root: Path) -> None:
    # A stale copy could be damaged, or shown to somebody, without any check noticing.
    content = (root / "study.sqlite").read_bytes()
    assert [content.count(_record_of(event)) for event in _events(root)] == [1] * len(_events(root))
    assert [content.count(event.hash.encode()) for event in _events(root)] == [1] * len(_events(root))


def test_that_one_flipped_byte_in_any_event_names_the_event(root: Path) -> None:
    database = root / "study.sqlite"
    sound = database.read_bytes()
    choice = random.Random(4711)
    for event in _events(root):
        record = _record_of(event)
        start, values = sound.index(record), record.index(event.time_utc.encode())
        for offset in choice.sample(range(values, len(record)), 12):
            mask = choice.randrange(1, 256)
            _flip(database, start + offset, mask)
            assert event.sequence in _named(root), (offset, mask)
            database.write_bytes(sound)


def test_that_every_bit_around_an_events_values_counts(root: Path) -> None:
    # SQLite's length, the sequence number (the row id) and the type codes before the values.
    database = root / "study.sqlite"
    sound = database.read_bytes()
    for event in _events(root)[-2:]:
        record = _record_of(event)
        start, values = sound.index(record), record.index(event.time_utc.encode())
        for offset in range(-3, values):
            for bit in range(8):
                if (offset, bit) == (1, 3):
                    continue  # the code that stands for the row id: 8 says "nothing here" as 0 does
                _flip(database, start + offset, 1 << bit)
                assert event.sequence in _named(root), (offset, bit)
                database.write_bytes(sound)


def test_that_damage_anywhere_in_the_file_is_reported_without_a_crash(root: Path) -> None:
    database = root / "study.sqlite"
    sound = database.read_bytes()
    choice = random.Random(42)
    for _ in range(150):
        _flip(database, choice.randrange(100, len(sound)), choice.randrange(1, 256))
        report = verify_study(root)  # free space may change without harm; nothing may escape as an exception
        assert all(problem.what for problem in report.problems)
        database.write_bytes(sound)


def test_that_a_damaged_event_is_not_drowned_in_what_follows_from_it(root: Path) -> None:
    _rewrite(root, "UPDATE events SET payload = '{}' WHERE kind = 'case_added' AND sequence = 2")
    assert [problem.sequence for problem in verify_study(root).problems] == [2, None]


def test_that_every_copy_of_a_patient_id_counts(root: Path) -> None:
    # It stands in the event, in the table of cases and in the index over that table.
    database = root / "study.sqlite"
    sound = database.read_bytes()
    needle = f"p-{CASES[1][2:]}".encode()
    found = [k for k in range(len(sound)) if sound.startswith(needle, k)]
    assert len(found) >= 3
    for position in found:
        _flip(database, position + 4, 1)
        assert not verify_study(root).is_ok
        database.write_bytes(sound)


def test_that_verifying_after_a_crash_changes_no_byte(root: Path, tmp_path: Path) -> None:
    with StudyStore.open(root) as store:
        event = lock(store, "r1", CASES[2])
        shutil.copytree(root, tmp_path / "crashed.study")  # with the write-ahead log, as a crash leaves it
    crashed = tmp_path / "crashed.study"
    files = [crashed / "study.sqlite", crashed / "study.sqlite-wal"]
    before = [path.read_bytes() for path in files]
    report = verify_study(crashed)
    assert report.is_ok
    assert report.events == event.sequence
    assert [path.read_bytes() for path in files] == before


def test_that_a_destroyed_page_says_which_events_cannot_be_read(root: Path) -> None:
    with StudyStore.open(root) as store:
        for _ in range(60):
            store.append("session_started", {"reader": "r1"}, actor="r1")  # type: ignore[arg-type]
    events = _events(root)
    content = bytearray((root / "study.sqlite").read_bytes())
    page = content.index(events[40].hash.encode()) // 4096
    on_page = {e.sequence for e in events if content.find(e.hash.encode()) // 4096 == page}
    content[page * 4096 : page * 4096 + 8] = b"\xff" * 8
    (root / "study.sqlite").write_bytes(content)
    report = verify_study(root)
    assert on_page <= {problem.sequence for problem in report.problems}
    assert report.events >= len(events) - len(on_page) - 1
    assert not any("Traceback" in str(problem) for problem in report.problems)


def test_that_a_file_that_is_no_database_is_reported(root: Path) -> None:
    (root / "study.sqlite").write_bytes(b"x" * 5000)
    report = verify_study(root)
    assert (report.is_ok, report.events) == (False, 0)
    assert report.problems[0].file == "study.sqlite"


def _rewrite(root: Path, sql: str, *parameters: object) -> None:
    """Change the log as somebody with a database tool would: without the triggers, then put back."""
    database = sqlite3.connect(root / "study.sqlite", isolation_level=None)
    triggers = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        database.execute(f"DROP TRIGGER {name}")
    database.execute(sql, parameters)
    for _, definition in triggers:
        database.execute(definition)
    database.close()


@pytest.mark.parametrize("field", FIELDS[1:])
def test_that_a_change_of_any_field_names_the_event_and_no_other(root: Path, field: str) -> None:
    new = {"monotonic_ns": 7, "kind": "session_ended"}.get(field, "{}")
    _rewrite(root, f"UPDATE events SET {field} = ? WHERE sequence = 9", new)
    assert _named(root) - {None} == {9}


def test_that_an_event_moved_to_the_end_is_missed_where_it_was(root: Path) -> None:
    _rewrite(root, "UPDATE events SET sequence = 400 WHERE sequence = 9")
    assert 9 in _named(root)


def test_that_a_change_that_json_reads_alike_is_still_found(root: Path) -> None:
    _rewrite(root, "UPDATE events SET payload = replace(payload, ':', ': ') WHERE sequence = 9")
    assert _named(root) - {None} == {9}


def test_that_an_event_taken_out_of_the_middle_is_missed(root: Path) -> None:
    _rewrite(root, "DELETE FROM events WHERE sequence = 9")
    problems = verify_study(root).problems
    assert [p.sequence for p in problems if p.sequence] == [9]
    assert "missing" in problems[0].what


def test_that_renumbering_over_a_removed_event_is_found(root: Path) -> None:
    _rewrite(root, "DELETE FROM events WHERE sequence = 9")
    _rewrite(root, "UPDATE events SET sequence = sequence - 1 WHERE sequence > 9")
    assert 9 in _named(root)


def test_that_a_missing_trigger_is_found(root: Path) -> None:
    with sqlite3.connect(root / "study.sqlite") as database:
        database.execute("DROP TRIGGER events_are_never_deleted")
    database.close()
    (problem,) = verify_study(root).problems
    assert "events_are_never_deleted" in problem.what


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ("UPDATE readings SET answer = replace(answer, '71', '17') WHERE reader = 'r2'", "readings"),
        ("DELETE FROM readings WHERE reader = 'r2'", "readings"),
        ("UPDATE cases SET split = 'training'", "cases"),
        ("DELETE FROM reveals", "reveals"),
        ("UPDATE openings SET phase = 'aided'", "openings"),
        ("UPDATE files SET salted_sha256 = '00' WHERE file LIKE 'sealed/truth%'", "files"),
        ("INSERT INTO runs VALUES ('r-forged', 'm', 3)", "runs"),
        ("UPDATE images SET position = 9", "images"),
    ],
)
def test_that_a_projection_that_does_not_follow_from_the_log_is_found(
    root: Path, sql: str, table: str
) -> None:
    with sqlite3.connect(root / "study.sqlite") as database:
        database.execute(sql)
    database.close()
    problems = verify_study(root).problems
    assert problems
    assert all(f"table {table}" in problem.what for problem in problems)


def test_that_drafts_are_no_part_of_the_record(root: Path) -> None:
    with sqlite3.connect(root / "study.sqlite") as database:
        database.execute("DELETE FROM drafts")
    database.close()
    assert verify_study(root).is_ok


RECORDED = [
    f"images/i-{CASES[0][2:]}-0.dcm",
    "sealed/truth-reading.json",
    "sealed/sources.json",
    "predictions/efficientnet-lite0/head.bin",
    f"predictions/{RUN}/run.json",
    f"predictions/{RUN}/{CASES[0]}.npz",
    "protocol.toml",
]


def _delete(path: Path) -> None:
    path.unlink()


def _change(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("harm", [_delete, _change])
@pytest.mark.parametrize("file", RECORDED)
def test_that_a_missing_or_changed_file_is_named(root: Path, file: str, harm: Callable[[Path], None]) -> None:
    harm(root / file)
    (problem,) = verify_study(root).problems
    assert problem.file == file
    assert problem.sequence is not None


@pytest.mark.parametrize("file", ["images/extra.dcm", f"predictions/{RUN}/{CASES[2]}.npz"])
def test_that_a_file_no_event_mentions_is_named(root: Path, file: str) -> None:
    (root / file).write_bytes(b"x")
    (problem,) = verify_study(root).problems
    assert problem.file == file


def test_that_a_lost_salt_is_reported_once(root: Path) -> None:
    (root / "sealed" / "salt.bin").unlink()
    (problem,) = verify_study(root).problems
    assert problem.file == "sealed/salt.bin"


def test_that_a_study_can_be_verified_while_it_is_read(root: Path) -> None:
    with StudyStore.open(root) as store:
        lock(store, "r1", CASES[2])
        report = verify_study(root)
        assert report.is_ok
        assert report.events == store.head().sequence


def test_that_verifying_no_study_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserFacingError, match="no study"):
        verify_study(tmp_path / "nowhere.study")
