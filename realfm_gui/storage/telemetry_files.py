"""The files under ``telemetry/``: what was displayed, one file per reading, written while it is read."""

import errno
import os
from contextlib import suppress
from pathlib import Path

from realfm_gui.domain.display_decoding import decode_record, good_part
from realfm_gui.domain.display_encoding import block
from realfm_gui.domain.display_layout import HEADER
from realfm_gui.domain.display_record import DisplayRecord, FinishedRecord, ReadingKey
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.storage.open_study import OpenStudy
from realfm_gui.storage.paths import StudyPaths
from realfm_gui.storage.work_lock import try_lock


class RecordFile:
    """Appends to the record of one reading; belongs to the thread that made it.

    A record that is there already (a sitting that was stopped or crashed) is gone on with: what a crash tore
    off its end is cut away first. One program at a time: two windows of one reader would tear it.

    Parameters
    ----------
    path : Path
        Made, with its folders, where it is not there.

    Raises
    ------
    OSError
        If the file cannot be written, is no record, or another program writes it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a+b", buffering=0)
        try:
            self._file.seek(0)
            if not try_lock(self._file.fileno()):
                raise OSError(errno.EBUSY, "another window records this reading", str(path))
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
        if finished.reading != of:
            return {"records": 0, "incomplete": "the record is of another reading"}
        facts: dict[str, object] = {"records": finished.count}
        problem = finished.problem
        if finished.has_file:
            try:
                content = self.display_path(finished.reading).read_bytes()
            except OSError as error:
                problem = problem or f"the file cannot be read: {error.strerror}"
            else:
                facts |= {"salted_sha256": self.salted_sha256(content), "bytes": len(content)}
        return facts | ({"incomplete": problem} if problem else {})

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
