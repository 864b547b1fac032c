"""The event log: what happened, in order, each entry chained to the one before."""

import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from realfm_gui.domain.events import Event, EventKind

GENESIS = "0" * 64
"""What the first event chains to."""

FIELDS = ("sequence", "time_utc", "monotonic_ns", "actor", "session", "kind", "payload", "hash")

SEALED_KEYS = frozenset(
    {
        "truth",
        "is_present",
        "label",
        "labels",
        "subgroups",
        "score",
        "scores",
        "probability",
        "operating_point",
        "saliency",
        "source",
        "source_path",
        "source_file",
        "source_patient",
        "patient_name",
        "study_uid",
        "series_uid",
        "sop_uid",
    }
)
"""Keys no payload may hold at any depth: an append-only log can never be sealed afterwards."""


def canonical_json(value: Any) -> str:
    """Return the one JSON text of a value: sorted keys, no blanks, UTF-8 as it is, no NaN or infinity.

    Examples
    --------
    >>> canonical_json({"b": 1, "a": ["ä", None]})
    '{"a":["ä",null],"b":1}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def event_hash(
    previous_hash: str,
    *,
    sequence: int,
    time_utc: str,
    monotonic_ns: int,
    actor: str,
    session: str,
    kind: str,
    payload: Any,
) -> str:
    """Return the hash of an event, 64 hexadecimal digits.

    SHA-256 over the previous event's hash (as text) followed by the canonical JSON of the other fields.
    """
    fields = {
        "sequence": sequence,
        "time_utc": time_utc,
        "monotonic_ns": monotonic_ns,
        "actor": actor,
        "session": session,
        "kind": kind,
        "payload": payload,
    }
    return hashlib.sha256((previous_hash + canonical_json(fields)).encode("utf-8")).hexdigest()


class EventLog:
    """The table ``events`` of one connection. Triggers refuse every change but the next event."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add(self, kind: EventKind, payload: Mapping[str, Any], *, actor: str, session: str) -> Event:
        """Add the next event inside the caller's transaction and return it as stored.

        Raises
        ------
        ValueError
            If the payload holds what must stay sealed, or something JSON cannot say exactly.
        """
        refuse_sealed_keys(payload)
        try:
            text = canonical_json(payload)
        except TypeError as error:
            raise ValueError(f"the payload of {kind} is not plain JSON: {error}") from error
        head = self.head()
        fields: dict[str, Any] = {
            "sequence": head.sequence + 1 if head else 1,
            "time_utc": datetime.now(UTC).isoformat(timespec="microseconds"),
            "monotonic_ns": time.monotonic_ns(),
            "actor": actor,
            "session": session,
            "kind": EventKind(kind).value,
        }
        # Hashed from the text that is stored: what is read back is what was hashed.
        digest = event_hash(head.hash if head else GENESIS, payload=json.loads(text), **fields)
        row = (*fields.values(), text, digest)
        self._connection.execute(f"INSERT INTO events ({', '.join(FIELDS)}) VALUES (?,?,?,?,?,?,?,?)", row)  # noqa: S608 - constant names
        return event_from_row(row)

    def head(self) -> Event | None:
        """Return the newest event, or None before the first."""
        row = self._connection.execute(f"{_SELECT} ORDER BY sequence DESC LIMIT 1").fetchone()
        return None if row is None else event_from_row(row)

    def event(self, sequence: int) -> Event | None:
        """Return one event, or None if there is none of that number."""
        row = self._connection.execute(f"{_SELECT} WHERE sequence = ?", (sequence,)).fetchone()
        return None if row is None else event_from_row(row)

    def events(self) -> Iterator[Event]:
        """Yield every event from the first to the newest."""
        # Fetched at once: what is appended while the caller walks must not show up in the walk.
        for row in self._connection.execute(f"{_SELECT} ORDER BY sequence").fetchall():
            yield event_from_row(row)


_SELECT = f"SELECT {', '.join(FIELDS)} FROM events"  # noqa: S608 - constant names


def event_from_row(row: tuple[Any, ...]) -> Event:
    """Return the event in a row of `FIELDS`; raise ValueError if its kind or payload is not ours."""
    sequence, time_utc, monotonic_ns, actor, session, kind, payload, digest = row
    return Event(
        sequence=sequence,
        time_utc=time_utc,
        monotonic_ns=monotonic_ns,
        actor=actor,
        session=session,
        kind=EventKind(kind),
        payload=json.loads(payload),
        hash=digest,
    )


def refuse_sealed_keys(value: Any) -> None:
    """Raise ValueError if a payload names, at any depth, something that must stay sealed."""
    if isinstance(value, Mapping):
        sealed = sorted(str(key) for key in value if key in SEALED_KEYS)
        if sealed:
            raise ValueError(f"{sealed[0]!r} must never enter the event log: it belongs in a sealed file")
        for part in value.values():
            refuse_sealed_keys(part)
    elif isinstance(value, list | tuple):
        for part in value:
            refuse_sealed_keys(part)
