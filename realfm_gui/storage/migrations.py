"""The schema of ``study.sqlite``, one small step after the other.

A step is never edited once released: what a released program wrote must open for ever. Steps are forward
only and import nothing of the program. Each sets ``user_version`` to its own number, so that whether a file
is current can be seen without loading anything.
"""

import sqlite3
from typing import Any

APPLICATION_ID = 0x52464D53
"""``RFMS`` in the database header: this file is a RealFM study."""

FORMAT = 1
"""The newest format this program knows, as ``PRAGMA user_version`` states it."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a database up to `FORMAT`; each step is one transaction, so a crash leaves a whole format."""
    # Imported here: it takes a third of a second, and a study that is current does not need it.
    from sqlite_utils import Database, Migrations

    steps = Migrations("realfm-study")
    for step in (m001_log_projections_and_drafts,):
        steps()(step)
    # No plug-ins: what somebody installed for the sqlite-utils command has no business in a study.
    steps.apply(Database(connection, execute_plugins=False))


def m001_log_projections_and_drafts(db: Any) -> None:
    """Create the append-only log, the projections derived from it, and the readers' drafts."""
    for statement in _M001:
        db.execute(statement)


# The sequence number of `events` is its row id: appending then never moves older rows to another page, and
# with `secure_delete` (see database.py) no stale copy of an event stays behind in the file.
_M001 = (
    "PRAGMA application_id = 0x52464D53",
    "PRAGMA user_version = 1",
    """CREATE TABLE events (
        sequence INTEGER PRIMARY KEY NOT NULL,
        time_utc TEXT NOT NULL,
        monotonic_ns INTEGER NOT NULL,
        actor TEXT NOT NULL,
        session TEXT NOT NULL,
        kind TEXT NOT NULL,
        payload TEXT NOT NULL,
        hash TEXT NOT NULL
    ) STRICT""",
    """CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
        BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END""",
    """CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
        BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END""",
    # Also stops INSERT OR REPLACE, which deletes without asking the trigger above.
    """CREATE TRIGGER events_follow_one_another BEFORE INSERT ON events
        WHEN NEW.sequence <> (SELECT coalesce(max(sequence), 0) + 1 FROM events)
        BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END""",
    """CREATE TABLE cases (
        case_id TEXT PRIMARY KEY NOT NULL,
        patient_id TEXT NOT NULL,
        split TEXT NOT NULL,
        indication TEXT NOT NULL,
        sequence INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX cases_by_patient ON cases (patient_id)",
    """CREATE TABLE images (
        image_id TEXT PRIMARY KEY NOT NULL,
        case_id TEXT NOT NULL REFERENCES cases (case_id),
        file TEXT NOT NULL UNIQUE,
        series INTEGER NOT NULL,
        position INTEGER NOT NULL,
        salted_sha256 TEXT NOT NULL,
        sequence INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX images_by_case ON images (case_id, series, position)",
    """CREATE TABLE readings (
        reader TEXT NOT NULL,
        case_id TEXT NOT NULL REFERENCES cases (case_id),
        phase TEXT NOT NULL,
        answer TEXT NOT NULL,
        active_ms INTEGER NOT NULL,
        idle_ms INTEGER NOT NULL,
        paused_ms INTEGER NOT NULL,
        session TEXT NOT NULL,
        sequence INTEGER NOT NULL UNIQUE,
        PRIMARY KEY (reader, case_id, phase)
    ) STRICT""",
    """CREATE TABLE openings (
        reader TEXT PRIMARY KEY NOT NULL,
        case_id TEXT NOT NULL REFERENCES cases (case_id),
        phase TEXT NOT NULL,
        sequence INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE reveals (
        reader TEXT NOT NULL,
        case_id TEXT NOT NULL REFERENCES cases (case_id),
        run_id TEXT NOT NULL,
        sequence INTEGER NOT NULL,
        PRIMARY KEY (reader, case_id)
    ) STRICT""",
    """CREATE TABLE runs (
        run_id TEXT PRIMARY KEY NOT NULL,
        model TEXT NOT NULL,
        sequence INTEGER NOT NULL UNIQUE
    ) STRICT""",
    """CREATE TABLE files (
        file TEXT PRIMARY KEY NOT NULL,
        salted_sha256 TEXT NOT NULL,
        sequence INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE drafts (
        reader TEXT PRIMARY KEY NOT NULL,
        case_id TEXT NOT NULL REFERENCES cases (case_id),
        phase TEXT NOT NULL,
        draft TEXT NOT NULL
    ) STRICT""",
)
