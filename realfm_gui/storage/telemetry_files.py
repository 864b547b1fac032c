"""The files under ``telemetry/``: what was displayed, one file per reading, written while it is read."""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

from realfm_gui.domain.display_decoding import decode_record, good_part
from realfm_gui.domain.display_encoding import block
from realfm_gui.domain.display_layout import HEADER
from realfm_gui.domain.display_record import DisplayRecord, FinishedRecord, ReadingKey
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.storage.database import connect
from realfm_gui.storage.open_study import OpenStudy
from realfm_gui.storage.paths import StudyPaths
from realfm_gui.storage.projections import is_locked
from realfm_gui.storage.work_lock import try_lock

HELD = "another window records this reading"
LOCKED = "the answer has been locked in another window"


class RecordFile:
    """Appends to the record of one reading; belongs to the thread that made it.

    A record that is there already (a sitting that was stopped or crashed) is gone on with: what a crash tore
    off its end is cut away first. One program at a time: two windows of one reader would tear it.

    Parameters
    ----------
    path : Path
        Made, with its folders, where it is not there.
    is_final : callable, optional
        Whether nothing may be added any more; asked while no other program can write the file.

    Raises
    ------
    OSError
        If the file cannot be written, is no record, is final, or another program writes it.
    """

    def __init__(self, path: Path, is_final: Callable[[], bool] = lambda: False) -> None:
        self.path = path
        if is_final():  # before a file is made
            raise OSError(errno.EROFS, LOCKED, str(path))
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a+b", buffering=0)
        try:
            self._file.seek(0)
            if not try_lock(self._file.fileno()):
                raise OSError(errno.EBUSY, HELD, str(path))
            if is_final():  # until now another window could lock the answer
                raise OSError(errno.EROFS, LOCKED, str(path))
            content = self._file.read()
            end = _end_of_good_part(content)
            self._file.truncate(end)
            self.count_before = decode_record(content[:end]).count if end > len(HEADER) else 0
            """Number of pictures in the record so far."""
            if not end:
                self._write(HEADER)
        except BaseException:
            self._file.close()
            raise

    def append(self, payload: bytes) -> None:
        """Write encoded entries as one block; the system has them when this returns, the disk soon after.

        A block that does not fit on the disk is taken back: what was written before it stays readable.
        """
        end = self._file.seek(0, os.SEEK_END)
        try:
            self._write(block(payload))
        except OSError:
            with suppress(OSError):
                self._file.truncate(end)
            raise

    def close(self, *, durably: bool) -> None:
        """Close the file; `durably` waits for the disk."""
        try:
            if durably:
                os.fsync(self._file.fileno())
        finally:
            self._file.close()

    def _write(self, content: bytes) -> None:
        remaining = memoryview(content)
        while remaining:
            remaining = remaining[self._file.write(remaining) :]


def open_record(root: Path, reading: ReadingKey) -> RecordFile:
    """Open the record of a reading, new or to go on with, unless its answer is locked.

    The event of a locked answer holds the hash of the record: one more byte and the record is nobody's.

    Raises
    ------
    OSError
        As `RecordFile`; or if the study cannot be asked.
    """
    paths = StudyPaths(root=root)

    def is_final() -> bool:
        if not paths.database.is_file():
            return False
        try:
            with closing(connect(paths.database, read_only=True)) as connection:
                return is_locked(connection, reading.reader, reading.case_id, reading.phase)
        except sqlite3.Error as error:
            raise OSError(errno.EIO, "the study cannot be asked whether the answer is locked") from error

    return RecordFile(display_file(root, reading), is_final)


def _end_of_good_part(content: bytes) -> int:
    """Return where the good part of a record ends; 0 for one that a crash cut before its first block."""
    if HEADER.startswith(content):
        return 0
    try:
        return good_part(content)
    except ValueError as error:
        raise OSError(errno.EINVAL, str(error)) from error


class TelemetryFiles(OpenStudy):
    """The part of a study that keeps what was displayed."""

    def display_path(self, reading: ReadingKey) -> Path:
        """Return where the record of a reading lies, or is to be written."""
        return self._paths.display_record(reading.reader, reading.case_id, reading.phase.value)

    def display_facts(self, finished: FinishedRecord, *, of: ReadingKey) -> dict[str, object]:
        """Return what the event that stores the answer says of the record (JSON-ready).

        Never fails for want of the record: an answer counts without it, and then it says why it is missing.
        So it does for the record of another reading than the answer is `of`.
        """
        with self.held_display(finished, of=of) as facts:
            return facts

    @contextmanager
    def held_display(self, finished: FinishedRecord, *, of: ReadingKey) -> Iterator[dict[str, object]]:
        """Give what `display_facts` says, and let no other window write the record until the block ends.

        Store the event within the block: a window that finds the answer open goes on with the record.
        """
        if finished.reading != of:
            yield {"records": 0, "incomplete": "the record is of another reading"}
            return
        facts: dict[str, object] = {"records": finished.count}
        problem = finished.problem
        with ExitStack() as stack:
            if finished.has_file:
                try:
                    # Open for writing: a network file system locks nothing else for one alone.
                    file = stack.enter_context(self.display_path(of).open("r+b"))
                    if not try_lock(file.fileno()):
                        raise OSError(errno.EBUSY, HELD)
                    content = file.read()
                except OSError as error:
                    problem = problem or f"the file cannot be read: {error.strerror}"
                else:
                    facts |= {"salted_sha256": self.salted_sha256(content), "bytes": len(content)}
            yield facts | ({"incomplete": problem} if problem else {})

    def has_display(self, reading: ReadingKey) -> bool:
        """Return whether the log names a record of this reading."""
        return self._recorded_hash(self.display_path(reading)) is not None

    def read_display(self, reading: ReadingKey) -> DisplayRecord | None:
        """Return the record of a locked reading, None where none was made.

        Raises
        ------
        UserFacingError
            If the log names a record that is missing, has changed or cannot be read.
        """
        path = self.display_path(reading)
        if not self.has_display(reading):
            return None
        name = self._paths.relative(path)
        try:
            return decode_record(self._read_recorded(path))
        except (FileNotFoundError, ValueError) as error:
            raise UserFacingError(
                f"The record of what was displayed ({name}) is missing or cannot be read.",
                hint="Run 'realfm verify' on the study and restore the file from your last backup.",
            ) from error


def display_file(root: Path, reading: ReadingKey) -> Path:
    """Return where the record of a reading is written, by the study folder alone."""
    paths = StudyPaths(root=root)
    return paths.display_record(reading.reader, reading.case_id, reading.phase.value)
