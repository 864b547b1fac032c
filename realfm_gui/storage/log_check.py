"""Walking the event log of a study that may be damaged, and naming every event that is."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from realfm_gui.domain.events import Event, EventKind
from realfm_gui.storage.database import UNREADABLE
from realfm_gui.storage.event_log import FIELDS, GENESIS, canonical_json, event_from_row, event_hash
from realfm_gui.storage.verify_report import Problem

Row = tuple[Any, ...]
_SELECT = f"SELECT {', '.join(FIELDS)} FROM events"  # noqa: S608 - constant names
SMALLEST_EVENT_BYTES = 100
"""No event is shorter: its hash and its time alone take 96."""
_TYPES: dict[str, type] = dict.fromkeys(FIELDS, str) | {"sequence": int, "monotonic_ns": int}


def lenient_text(stored: bytes) -> str:
    """Read text that may not be UTF-8 any more, keeping what it is (a `sqlite3` text factory)."""
    return stored.decode("utf-8", errors="surrogateescape")


def check_log(connection: sqlite3.Connection) -> tuple[int, list[Event], list[Problem]]:
    """Return the number of events found, the sound ones among them, and what is wrong with the others.

    Parameters
    ----------
    connection : sqlite3.Connection
        With `lenient_text` as its text factory.
    """
    rows, unreadable = _read_rows(connection)
    problems = [
        Problem(sequence=sequence, what="cannot be read: the database is damaged there")
        for sequence in unreadable
    ]
    numbered, missing = _number(rows, set(unreadable))
    problems += missing
    events: list[Event] = []
    # What the next event may chain to: the hash as stored or, where that was damaged, as it should be.
    # Empty where the event before is lost; then the next one's own hash cannot be checked.
    previous: set[str] = {GENESIS}
    expected = 1
    for sequence, row in numbered:
        if sequence != expected:
            previous = set()
        event, wrong, previous = _check_event(sequence, row, previous)
        if event is not None:
            events.append(event)
        problems += [Problem(sequence=sequence, what=what) for what in wrong]
        expected = sequence + 1
    problems.sort(key=lambda problem: problem.sequence or 0)
    return len(rows), events, problems


def _read_rows(connection: sqlite3.Connection) -> tuple[list[Row], list[int]]:
    """Return the rows of the log in stored order, and the numbers of those SQLite cannot read."""
    rows: list[Row] = []
    try:
        for row in connection.execute(f"{_SELECT} ORDER BY sequence"):
            rows.append(row)  # noqa: PERF402 - what was read before an error must be kept
    except UNREADABLE:
        pass
    else:
        return rows, []
    # Go on behind the damage, one event at a time, up to the last that anything in the file mentions.
    unreadable = []
    for sequence in range(len(rows) + 1, max(_last_mentioned(connection), len(rows) + 1) + 1):
        try:
            row = connection.execute(f"{_SELECT} WHERE sequence = ?", (sequence,)).fetchone()
        except UNREADABLE:
            row = None
        if row is None:
            unreadable.append(sequence)
        else:
            rows.append(row)
    return rows, unreadable


def _last_mentioned(connection: sqlite3.Connection) -> int:
    """Return the highest sequence number any table mentions that a file of this size can hold."""
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
    possible = pages * page_bytes // SMALLEST_EVENT_BYTES
    found = [0]
    for table in ("events", "readings", "files", "cases", "openings"):
        try:
            sql = f"SELECT sequence FROM {table} ORDER BY sequence DESC LIMIT 1"  # noqa: S608 - as above
            row = connection.execute(sql).fetchone()
        except UNREADABLE:
            continue
        if row and isinstance(row[0], int) and row[0] <= possible:
            found.append(row[0])
    return max(found)


def _number(rows: Sequence[Row], unreadable: set[int]) -> tuple[list[tuple[int, Row]], list[Problem]]:
    """Give each row the number it should have, and report numbers that no row has.

    A row whose own number is wrong is told from a gap by the row after it, which goes on counting.
    """
    numbered: list[tuple[int, Row]] = []
    problems: list[Problem] = []
    expected = 1
    for position, row in enumerate(rows):
        while expected in unreadable:
            expected += 1
        following = rows[position + 1][0] if position + 1 < len(rows) else None
        own = row[0]
        is_gap = isinstance(own, int) and own > expected and following not in (expected + 1, None)
        if is_gap:
            lost = f"event {expected} is" if own == expected + 1 else f"events {expected} to {own - 1} are"
            problems.append(Problem(sequence=expected, what=f"{lost} missing from the log"))
            expected = own
        numbered.append((expected, row))
        expected += 1
    return numbered, problems


def _check_event(sequence: int, row: Row, previous: set[str]) -> tuple[Event | None, list[str], set[str]]:
    """Check one row.

    Returns
    -------
    tuple
        The event if it is sound; what is wrong with it; the hashes the next event may chain to.
    """
    fields = dict(zip(FIELDS, row, strict=True))
    stored_hash = fields.pop("hash")
    accepted = {stored_hash} if isinstance(stored_hash, str) and _is_unicode(stored_hash) else set()
    wrong = list(_damaged_fields(sequence, fields))
    if wrong:
        return None, wrong, accepted
    computed = {
        event_hash(before, **{**fields, "payload": json.loads(fields["payload"])}) for before in previous
    }
    if not accepted or (previous and stored_hash not in computed):
        return None, ["was changed: its hash does not follow from its content"], accepted | computed
    return event_from_row(row), [], accepted


def _damaged_fields(sequence: int, fields: dict[str, Any]) -> Iterator[str]:
    for name, value in fields.items():
        if type(value) is not _TYPES[name]:
            yield f"was changed: its {name} is not of the type that was written"
            return
        if isinstance(value, str) and not _is_unicode(value):
            yield f"was changed: its {name} is not valid text"
            return
    if fields["sequence"] != sequence:
        yield f"was changed: its sequence number reads {fields['sequence']}"
    if fields["kind"] not in set(EventKind):
        yield f"was changed: there is no event of kind {fields['kind']!r}"
    try:
        is_canonical = canonical_json(json.loads(fields["payload"])) == fields["payload"]
    except (ValueError, RecursionError):
        is_canonical = False
    if not is_canonical:
        yield "was changed: its payload is not the JSON that was written"


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
