"""The log: durable, chained, append-only."""

import hashlib
import json
import sqlite3
from pathlib import Path

import pytest

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.storage import StudyStore, verify_study

from .scenario import ANSWER, CASES, MODEL, add_case, fill, lock


def test_that_the_first_event_freezes_the_protocol_and_chains_to_zeros(store: StudyStore) -> None:
    (first,) = store.events()
    assert first.sequence == 1
    assert first.kind == EventKind.STUDY_CREATED
    assert (
        first.payload["protocol_sha256"]
        == hashlib.sha256((store.root / "protocol.toml").read_bytes()).hexdigest()
    )
    assert first.payload["protocol_sha256"] == store.protocol_sha256
    assert set(first.payload) == {"protocol_sha256", "format", "app_version", "frame_order"}


def test_that_each_hash_is_sha256_of_the_previous_hash_and_the_canonical_json(store: StudyStore) -> None:
    fill(store)
    previous = "0" * 64
    for event in store.events():
        fields = {
            "actor": event.actor,
            "kind": event.kind.value,
            "monotonic_ns": event.monotonic_ns,
            "payload": event.payload,
            "sequence": event.sequence,
            "session": event.session,
            "time_utc": event.time_utc,
        }
        text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert event.hash == hashlib.sha256(previous.encode() + text.encode("utf-8")).hexdigest()
        previous = event.hash
    assert store.head().hash == previous


def test_that_events_read_back_as_they_were_appended(store: StudyStore) -> None:
    appended = store.append(EventKind.STUDY_EXPORTED, {"to": "Müller", "n": [1, 0.1, None]}, actor="ä")
    assert store.head() == appended
    assert list(store.events())[-1] == appended
    assert appended.sequence == 2


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE events SET actor = 'somebody else' WHERE sequence = 2",
        "DELETE FROM events WHERE sequence = 2",
        "DELETE FROM events",
        "INSERT OR REPLACE INTO events SELECT sequence, '', 0, '', '', kind, payload, hash"
        " FROM events WHERE sequence = 2",
        "INSERT INTO events SELECT sequence + 100, '', 0, '', '', kind, payload, hash FROM events"
        " WHERE sequence = 2",
    ],
)
def test_that_the_database_refuses_to_rewrite_the_log(store: StudyStore, sql: str) -> None:
    add_case(store, CASES[0])
    before = list(store.events())
    with (
        sqlite3.connect(store.root / "study.sqlite") as other,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        other.execute(sql)
    other.close()
    assert list(store.events()) == before


@pytest.mark.parametrize("payload", [{"x": float("nan")}, {"x": {1, 2}}, {"x": b"bytes"}, {"x": "\udc80"}])
def test_that_a_payload_json_cannot_say_exactly_is_refused(store: StudyStore, payload: object) -> None:
    head = store.head()
    with pytest.raises(ValueError):
        store.append(EventKind.STUDY_EXPORTED, payload, actor="x")  # type: ignore[arg-type]
    assert store.head() == head


@pytest.mark.parametrize("key", ["truth", "is_present", "score", "probability", "source_patient", "sop_uid"])
def test_that_no_payload_names_what_must_stay_sealed(store: StudyStore, key: str) -> None:
    with pytest.raises(ValueError, match="sealed"):
        store.append(EventKind.MODEL_FITTED, {"model": MODEL, "more": [{key: 1}]}, actor="x")
    assert store.head().sequence == 1


def test_that_two_connections_append_to_one_chain(store: StudyStore) -> None:
    with StudyStore.open(store.root) as other:
        for k in range(10):
            writer = (store, other)[k % 2]
            writer.append(EventKind.SESSION_STARTED, {"reader": "r1"}, actor="r1")
        assert store.head() == other.head()
    assert store.head().sequence == 11
    assert verify_study(store.root).is_ok


def test_that_events_appended_while_the_log_is_walked_do_not_join_the_walk(store: StudyStore) -> None:
    for case_id in CASES:
        add_case(store, case_id)
    walked = 0
    for _ in store.events():
        walked += 1
        store.append(EventKind.SESSION_STARTED, {"reader": "r1"}, actor="r1")
        assert walked < 9
    assert walked == 4


def test_that_an_append_waits_for_another_programs_transaction_and_then_says_who_is_in_the_way(
    store: StudyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = store.head()
    store._connection.execute("PRAGMA busy_timeout = 1")
    other = sqlite3.connect(store.root / "study.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UserFacingError, match="Another program"):
        store.append(EventKind.SESSION_STARTED, {"reader": "r1"}, actor="r1")
    other.execute("ROLLBACK")
    other.close()
    assert store.head() == head
    assert store.append(EventKind.SESSION_STARTED, {"reader": "r1"}, actor="r1").sequence == 2


def test_that_commits_are_flushed_to_the_disk(tmp_path: Path, store: StudyStore) -> None:
    assert store._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


def test_that_a_refused_event_leaves_neither_log_nor_projection(store: StudyStore) -> None:
    add_case(store, CASES[0])
    lock(store, "r1", CASES[0])
    before = list(store.events())
    with pytest.raises(ValueError, match="already locked"):
        lock(store, "r1", CASES[0], ANSWER)
    assert list(store.events()) == before
    assert len(store.readings()) == 1
    assert verify_study(store.root).is_ok
