"""Checking a whole study against its own log."""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from realfm_gui.domain.events import Event, EventKind
from realfm_gui.domain.reading import Phase
from realfm_gui.storage.database import UNREADABLE, DamagedStudyError, open_database
from realfm_gui.storage.log_check import check_log, lenient_text
from realfm_gui.storage.migrations import migrate
from realfm_gui.storage.paths import StudyPaths, staged
from realfm_gui.storage.projections import TABLES, display_record_file, project
from realfm_gui.storage.verify_report import Problem, VerifyReport

_DATABASE = "study.sqlite"


def verify_study(root: Path) -> VerifyReport:
    """Check every event, everything derived from the events, and every file they mention.

    Opens the study for reading only. Walks the log (numbers without gaps, types, text, the hash chain),
    checks SQLite's own structure and the triggers that keep the log append-only, rebuilds every projection
    from the log in memory and compares it with the stored one, and hashes every image, truth, source, head
    and prediction file, every record of what was displayed, and the protocol. Files in ``images/``,
    ``predictions/`` and ``hanging/`` that no event mentions are problems too; so are those in ``telemetry/``,
    but for the records of readings under way.

    What a chain cannot show: whoever cuts events off the end, together with what follows from them, or puts
    an older copy of the whole folder in its place, leaves a shorter log that is sound. Only a record kept
    elsewhere (the number of events and the last hash) shows that. Nor does the chain prove who wrote an
    event: whoever can write the file can recompute the hashes of every event after a forged one.

    Raises
    ------
    UserFacingError
        If there is no study at `root`, or it was made by a newer program.
    """
    paths = StudyPaths(root=root.absolute())
    # Before the snapshot of the log: a reading opened after it may have a record by then, and no event yet.
    records = tuple(_files_in(paths, paths.telemetry))
    try:
        connection = open_database(paths, read_only=True)
    except DamagedStudyError as error:
        return VerifyReport(events=0, problems=(Problem(file=_DATABASE, what=error.message),))
    with closing(connection):
        connection.text_factory = lenient_text
        try:
            connection.execute("BEGIN")  # one snapshot, whatever other programs append meanwhile
            count, events, problems = check_log(connection)
            problems += _check_structure(connection)
        except UNREADABLE as error:
            return VerifyReport(events=0, problems=(Problem(file=_DATABASE, what=f"is damaged: {error}"),))
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as rebuilt:
            migrate(rebuilt)
            is_log_sound = not problems and count > 0
            problems += _rebuild(rebuilt, events)
            if is_log_sound:
                problems += _compare_tables(connection, rebuilt)
            else:
                problems.append(
                    Problem(
                        file=_DATABASE, what="its tables were not compared with the log, which is damaged"
                    )
                )
            problems += _check_files(paths, rebuilt, events)
            if is_log_sound:
                problems += _extra_files(paths, rebuilt)
                problems += _extra_records(records, rebuilt, events)
    return VerifyReport(events=count, problems=tuple(problems))


def _check_structure(connection: sqlite3.Connection) -> Iterator[Problem]:
    try:
        messages = [message for (message,) in connection.execute("PRAGMA integrity_check")]
    except UNREADABLE as error:
        messages = [str(error)]
    for message in messages:
        if message != "ok":
            yield Problem(file=_DATABASE, what=f"is damaged: {message}")


def _rebuild(rebuilt: sqlite3.Connection, events: Sequence[Event]) -> Iterator[Problem]:
    for event in events:
        try:
            project(rebuilt, event)
        except ValueError as error:
            yield Problem(sequence=event.sequence, what=f"could not have happened: {error}")


def _compare_tables(stored: sqlite3.Connection, rebuilt: sqlite3.Connection) -> Iterator[Problem]:
    schema = "SELECT type || ' ' || name, sql FROM sqlite_master"
    for name in sorted(dict(stored.execute(schema)).items() ^ dict(rebuilt.execute(schema)).items()):
        yield Problem(file=_DATABASE, what=f"{name[0]} is missing or is not as it was made")
    for table, key in TABLES.items():
        try:
            rows = _rows_by_key(stored, table, key)
        except UNREADABLE as error:
            yield Problem(file=_DATABASE, what=f"table {table} cannot be read: {error}")
            continue
        expected = _rows_by_key(rebuilt, table, key)
        for name in sorted(rows.keys() | expected.keys(), key=str):
            if rows.get(name) != expected.get(name):
                source = expected.get(name)
                yield Problem(
                    sequence=None if source is None else source["sequence"],
                    file=_DATABASE,
                    what=f"the row {name} of table {table} does not follow from the log",
                )


def _rows_by_key(connection: sqlite3.Connection, table: str, key: str) -> dict[Any, dict[str, Any]]:
    cursor = connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - names from TABLES
    columns = [column[0] for column in cursor.description]
    keys = key.split(", ")
    rows = [dict(zip(columns, row, strict=True)) for row in cursor]
    return {tuple(row[name] for name in keys): row for row in rows}


def _check_files(
    paths: StudyPaths, rebuilt: sqlite3.Connection, events: Sequence[Event]
) -> Iterator[Problem]:
    yield from _check_protocol(paths, events)
    salt = paths.salt.read_bytes() if paths.salt.is_file() else None
    if salt is None:
        yield Problem(file=paths.relative(paths.salt), what="is missing, so no file can be checked")
    for file, digest, sequence in rebuilt.execute(
        "SELECT file, salted_sha256, sequence FROM files ORDER BY file"
    ):
        path = paths.root / file
        versions = [path]
        if path in paths.replaced_by_staging:
            versions.append(staged(path))  # an import that was killed at its very end leaves it there
        found = [version for version in versions if version.is_file()]
        if not found:
            yield Problem(sequence=sequence, file=file, what="is missing")
        elif salt is not None and all(_salted(salt, version) != digest for version in found):
            yield Problem(sequence=sequence, file=file, what="has changed since the log recorded it")


def _extra_files(paths: StudyPaths, rebuilt: sqlite3.Connection) -> Iterator[Problem]:
    recorded = _recorded(rebuilt)
    for folder in (paths.images, paths.predictions, paths.hanging):
        for file in _files_in(paths, folder):
            if file not in recorded:
                what = "is in no event: left by an interrupted import or run, or put there by hand"
                yield Problem(file=file, what=what)


def _extra_records(
    records: Sequence[str], rebuilt: sqlite3.Connection, events: Sequence[Event]
) -> Iterator[Problem]:
    """Report what lies in ``telemetry/`` and is neither in an event nor the record of a reading under way."""
    answered = set(rebuilt.execute("SELECT reader, case_id, phase FROM readings"))
    opened = {
        (event.actor, str(event.payload.get("case_id")), str(event.payload.get("phase")))
        for event in events
        if event.kind == EventKind.CASE_OPENED
    }
    # The AI comes on as soon as the unaided answer is locked: the case is not opened a second time.
    opened |= {(reader, case_id, Phase.AIDED.value) for reader, case_id, _ in answered}
    accounted = _recorded(rebuilt)
    accounted |= {display_record_file(*reading) for reading in opened - answered}
    for file in records:
        if file not in accounted:
            what = "is in no event: the answer was stored without this record, or it was put there by hand"
            yield Problem(file=file, what=what)


def _recorded(rebuilt: sqlite3.Connection) -> set[str]:
    return {file for (file,) in rebuilt.execute("SELECT file FROM files")}


def _files_in(paths: StudyPaths, folder: Path) -> Iterator[str]:
    return (paths.relative(path) for path in sorted(folder.rglob("*")) if path.is_file())


def _salted(salt: bytes, path: Path) -> str:
    return hashlib.sha256(salt + path.read_bytes()).hexdigest()


def _check_protocol(paths: StudyPaths, events: Sequence[Event]) -> Iterator[Problem]:
    if not paths.protocol.is_file():
        yield Problem(sequence=1, file="protocol.toml", what="is missing")
    for event in events:
        if event.kind == EventKind.STUDY_CREATED and paths.protocol.is_file():
            digest = hashlib.sha256(paths.protocol.read_bytes()).hexdigest()
            if event.payload["protocol_sha256"] != digest:
                yield Problem(
                    sequence=event.sequence,
                    file="protocol.toml",
                    what="has changed since it was frozen into the log",
                )
