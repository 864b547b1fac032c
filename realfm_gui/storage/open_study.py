"""What every part of an open study shares: the folder, the connection, the salt."""

import hashlib
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.protocol import Protocol
from realfm_gui.storage.atomic_files import sync_folder, write_atomically
from realfm_gui.storage.database import in_the_users_words
from realfm_gui.storage.paths import StudyPaths, staged


class OpenStudy:
    """An open study folder; `StudyStore` puts its parts together.

    Attributes
    ----------
    root : Path
        The study folder.
    protocol : Protocol
        As frozen into the log.
    protocol_sha256 : str
        SHA-256 of the bytes of ``protocol.toml``.
    read_only : bool
        Whether nothing can be written through this object.
    """

    def __init__(
        self,
        *,
        paths: StudyPaths,
        connection: sqlite3.Connection,
        protocol: Protocol,
        protocol_sha256: str,
        salt: bytes,
        read_only: bool,
    ) -> None:
        self.root: Path = paths.root
        self.protocol = protocol
        self.protocol_sha256 = protocol_sha256
        self.read_only = read_only
        self._paths = paths
        self._connection = connection
        self._salt = salt

    def salted_sha256(self, content: bytes) -> str:
        """Return the SHA-256 (hexadecimal) of the study's salt followed by `content`.

        Without the salt, a hash in the log would let anyone who has a public image, or who tries the few
        possible truth files, recognise it.
        """
        return hashlib.sha256(self._salt + content).hexdigest()

    def _refuse_writing(self) -> None:
        if self.read_only:
            raise UserFacingError(
                f"The study {self.root} is open for reading only.",
                hint="Close it and open it for writing.",
            )

    def _write(self, path: Path, content: bytes) -> str:
        self._refuse_writing()
        write_atomically(path, content)
        return self.salted_sha256(content)

    def _stage(self, path: Path, content: bytes) -> str:
        """Write what is to replace a file beside it and return its salted hash; see `_put_in_place`.

        So the file itself is always what the log recorded, whenever the program was killed, and one that is
        not was changed by somebody: nothing of it may be carried over into the next version.
        """
        return self._write(staged(path), content)

    def _put_in_place(self, path: Path) -> None:
        """Replace a file with what was staged for it, if the log recorded that."""
        beside = staged(path)
        if self._as_recorded(path) == beside:
            with suppress(OSError):  # open in another program, on Windows: it is read from beside till then
                beside.replace(path)
                sync_folder(path.parent)

    def _as_recorded(self, path: Path) -> Path:
        """Return where the recorded version of a staged file lies: beside it where a kill came between."""
        beside = staged(path)
        is_recorded = beside.is_file() and self._recorded_hash(path) == self.salted_sha256(
            beside.read_bytes()
        )
        return beside if is_recorded else path

    def _read_staged(self, path: Path) -> bytes | None:
        """Return the bytes of a file that is replaced by staging; None if the log knows none, or it is gone.

        Raises
        ------
        UserFacingError
            If it is not what the log recorded.
        """
        if self._recorded_hash(path) is None:
            return None  # put there by hand, or left by an import that was killed: it counts for nothing
        beside = self._as_recorded(path)
        if beside != path:
            return beside.read_bytes()
        return self._read_recorded(path) if path.is_file() else None

    def _read_recorded(self, path: Path) -> bytes:
        """Return a file's bytes if they are what the log recorded; a file without a record is returned as is.

        Raises
        ------
        FileNotFoundError
            If it is not there.
        UserFacingError
            If it is not what was stored: a number computed from it would be nobody's.
        """
        content = path.read_bytes()
        recorded = self._recorded_hash(path)
        if recorded is not None and recorded != self.salted_sha256(content):
            raise UserFacingError(
                f"{self._paths.relative(path)} has changed since the log recorded it.",
                hint="Run 'realfm verify' on the study and restore the file from your last backup.",
            )
        return content

    def _rows(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with in_the_users_words(self.root):
            return self._connection.execute(sql, parameters).fetchall()

    def _recorded_hash(self, path: Path) -> str | None:
        rows = self._rows("SELECT salted_sha256 FROM files WHERE file = ?", (self._paths.relative(path),))
        return str(rows[0][0]) if rows else None
