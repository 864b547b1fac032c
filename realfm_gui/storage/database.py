"""Opening ``study.sqlite``, and saying in the user's words what SQLite has to say."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.storage.atomic_files import disk_full
from realfm_gui.storage.migrations import APPLICATION_ID, FORMAT, migrate
from realfm_gui.storage.paths import StudyPaths, refuse_network_drive

BUSY_TIMEOUT_MS = 10_000
"""How long to wait for another program's transaction; ours take milliseconds."""


def connect(database: Path, *, read_only: bool = False, create: bool = False) -> sqlite3.Connection:
    """Open a database durably: a COMMIT that returned survives a power cut.

    The connection belongs to the calling thread, and is in autocommit mode: every transaction is explicit.
    """
    mode = _reading_mode(database) if read_only else "rwc" if create else "rw"
    uri = f"{database.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000)
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")  # what a draft said is gone when the draft is
        connection.execute("PRAGMA fullfsync = ON")  # macOS only: its plain fsync stops at the drive's cache
        connection.execute("PRAGMA trusted_schema = OFF")
        if read_only:
            connection.execute("PRAGMA query_only = ON")
        if create:
            connection.execute("PRAGMA journal_mode = WAL")
    except BaseException:
        connection.close()
        raise
    return connection


def _reading_mode(database: Path) -> str:
    """Return how to open a database that will only be read, so that reading leaves the folder as it was."""
    has_log = database.with_name(f"{database.name}-wal").exists()
    if has_log:
        return "ro"
    if not os.access(database.parent, os.W_OK):
        return "ro&immutable=1"  # SQLite could not make its -wal and -shm files there; nor can a writer
    # As the last one out, a connection that may write takes those two files away again; query_only
    # keeps it from changing anything else.
    return "rw"


UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What reading a damaged database raises; the second where SQLite quotes damaged text in its message."""


class DamagedStudyError(UserFacingError):
    """The database of a study is not what was written."""


def damaged(root: Path, what: str = "cannot be read") -> DamagedStudyError:
    """Return the message for a study whose database is not what was written."""
    return DamagedStudyError(
        f"The study {root} is damaged: study.sqlite {what}.",
        hint="Run 'realfm verify' on it to see what is affected, keep the folder as it is, and go on with "
        "a copy from your last backup.",
    )


@contextmanager
def in_the_users_words(root: Path) -> Iterator[None]:
    """Turn what SQLite raises for reasons outside the program into `UserFacingError`; bugs pass."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except UnicodeDecodeError as error:
        raise damaged(root) from error
    except sqlite3.DatabaseError as error:
        # The low byte is the primary code: https://www.sqlite.org/rescode.html
        code = getattr(error, "sqlite_errorcode", None)
        primary = None if code is None else code & 0xFF
        if primary in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise disk_full(root) from error
        if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or "decode to UTF-8" in str(error):
            raise damaged(root) from error
        if primary == sqlite3.SQLITE_BUSY:
            raise UserFacingError(
                f"Another program has been writing to the study {root} for {BUSY_TIMEOUT_MS // 1000} s.",
                hint="Nothing was changed. Let it finish, or close it, and try again.",
            ) from error
        if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            raise UserFacingError(
                f"The study {root} cannot be opened for writing.",
                hint="Check that you may write to the folder and everything in it, and try again.",
            ) from error
        raise


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run the block as one change: all of it durable when the block ends, or none of it.

    The write lock is taken at the start, so that what the block reads cannot change under it.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk may already have ended it
            connection.execute("ROLLBACK")
        raise


def open_database(paths: StudyPaths, *, read_only: bool) -> sqlite3.Connection:
    """Open the database of a study, checking that it is one and of a format this program knows.

    An older format is brought up to date unless `read_only`.
    """
    if not paths.root.is_dir():
        raise UserFacingError(
            f"There is no study {paths.root}.", hint="Check the path; a study is a folder NAME.study."
        )
    if not paths.database.is_file():
        raise UserFacingError(
            f"{paths.root} is not a RealFM study: it holds no study.sqlite.",
            hint="Choose a folder NAME.study, or create a study: realfm create STUDY --protocol FILE",
        )
    refuse_network_drive(paths.root)
    with in_the_users_words(paths.root):
        connection = connect(paths.database, read_only=read_only)
        try:
            _refuse_other_formats(paths, connection, read_only=read_only)
        except BaseException:
            connection.close()
            raise
    return connection


def _refuse_other_formats(paths: StudyPaths, connection: sqlite3.Connection, *, read_only: bool) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise UserFacingError(
            f"{paths.database} is not the database of a RealFM study.",
            hint="Choose a folder NAME.study that RealFM made.",
        )
    if version > FORMAT:
        raise UserFacingError(
            f"The study {paths.root} was made by a newer RealFM "
            f"(file format {version}; this one knows {FORMAT}).",
            hint="Update RealFM and open it again; nothing was changed.",
        )
    if version < FORMAT and read_only:
        raise UserFacingError(
            f"The study {paths.root} was made by an older RealFM (file format {version}).",
            hint="Open it once for writing, which brings it up to date.",
        )
    if version < FORMAT:
        migrate(connection)
