"""The front of the storage room: one open study."""

import hashlib
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import realfm_gui
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import Event, EventKind
from realfm_gui.domain.frame_order import FRAME_ORDER
from realfm_gui.domain.protocol import parse_protocol
from realfm_gui.domain.reading import Phase
from realfm_gui.storage.atomic_files import (
    PARTIAL_SUFFIX,
    remove_partial_files,
    sync_folder,
    write_atomically,
)
from realfm_gui.storage.database import connect, damaged, in_the_users_words, open_database, transaction
from realfm_gui.storage.display_checks import DisplayChecks
from realfm_gui.storage.event_log import EventLog
from realfm_gui.storage.hanging_files import HangingFiles
from realfm_gui.storage.import_files import ImportFiles
from realfm_gui.storage.lesion_files import LesionFiles
from realfm_gui.storage.migrations import FORMAT, migrate
from realfm_gui.storage.paths import StudyPaths, refuse_network_drive
from realfm_gui.storage.prediction_files import PredictionFiles
from realfm_gui.storage.projections import project
from realfm_gui.storage.sealed import SealedFiles
from realfm_gui.storage.study_queries import StudyQueries
from realfm_gui.storage.telemetry_files import TelemetryFiles
from realfm_gui.storage.work_lock import exclusive_work

SALT_BYTES = 32
_FIXED_BY_READING = {
    EventKind.CASE_ADDED: "no case can be added",
    EventKind.HANGING_STORED: "the hanging protocols cannot be changed",
}
_LOCKS = {EventKind.ANSWER_LOCKED: Phase.UNAIDED, EventKind.ANSWER_SUBMITTED: Phase.AIDED}


class StudyStore(
    StudyQueries,
    SealedFiles,
    LesionFiles,
    ImportFiles,
    PredictionFiles,
    TelemetryFiles,
    DisplayChecks,
    HangingFiles,
):
    """One open study: its log, what follows from it, and its files.

    Belongs to the thread that opened it, as its SQLite connection does; further threads and processes open
    their own. Use it as a context manager, or `close` it.
    """

    @classmethod
    def create(cls, root: Path, protocol_text: str) -> Self:
        """Make a new study folder and open it.

        The folder is built beside its place and renamed into it: a failure midway leaves nothing.

        Parameters
        ----------
        root : Path
            The folder to make; it may exist if it is empty.
        protocol_text : str
            The protocol, TOML; kept byte for byte and frozen by its hash into the first event.

        Raises
        ------
        UserFacingError
            If the protocol is wrong, the place is taken, on a network drive, or out of space.
        """
        parse_protocol(protocol_text)
        root = root.absolute()
        if root.is_file() or (root.is_dir() and any(root.iterdir())):
            raise UserFacingError(
                f"{root} already exists and is not empty.",
                hint="Choose another name for the new study, or open the study that is there.",
            )
        refuse_network_drive(root)
        made = [folder for folder in root.parents if not folder.exists()]
        building = root.parent / f".{root.name}.{os.getpid()}-{secrets.token_hex(4)}{PARTIAL_SUFFIX}"
        try:
            with in_the_users_words(root):
                _build(StudyPaths(root=building), protocol_text.encode("utf-8"))
                if root.is_dir():
                    root.rmdir()  # empty; Windows does not rename onto a folder
                building.rename(root)
                sync_folder(root.parent)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            with suppress(OSError):
                for folder in made:
                    folder.rmdir()
            raise
        return cls.open(root)

    @classmethod
    def open(cls, root: Path, *, read_only: bool = False) -> Self:
        """Open an existing study in the calling thread.

        Raises
        ------
        UserFacingError
            If there is no study there, it is damaged, of a newer format, on a network drive, or its
            protocol is not the one that was frozen into its log.
        """
        paths = StudyPaths(root=root.absolute())
        connection = open_database(paths, read_only=read_only)
        try:
            with in_the_users_words(paths.root):
                frozen_sha256 = _frozen_protocol_sha256(paths, connection)
            content = _read_part(paths, paths.protocol)
            if hashlib.sha256(content).hexdigest() != frozen_sha256:
                raise UserFacingError(
                    f"{paths.protocol} was changed after the study was created.",
                    hint="Put the original protocol back; a changed protocol is a new study.",
                )
            salt = _read_part(paths, paths.salt)
            if len(salt) != SALT_BYTES:
                raise UserFacingError(
                    f"The study {paths.root} is damaged: {paths.salt.name} is not what was written.",
                    hint="Restore sealed/salt.bin from your last backup.",
                )
            if not read_only:
                for folder in (paths.images, paths.sealed, paths.predictions, paths.hanging):
                    remove_partial_files(folder)
            return cls(
                paths=paths,
                connection=connection,
                protocol=parse_protocol(content.decode("utf-8")),
                protocol_sha256=frozen_sha256,
                salt=salt,
                read_only=read_only,
            )
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        """Close the study; everything appended is already on disk. Closing twice is harmless."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def append(self, kind: EventKind, payload: Mapping[str, Any], *, actor: str, session: str = "") -> Event:
        """Add an event to the log and bring the projections up to it, durably, as one change.

        Parameters
        ----------
        kind : EventKind
            What happened.
        payload : mapping
            Its details: plain JSON, with random ids and salted hashes only.
        actor : str
            Who did it; the reader's id for everything a reader does.
        session : str
            The sitting it belongs to.

        Returns
        -------
        Event
            As stored; once it is returned, it survives a crash and a power cut.

        Raises
        ------
        ValueError
            If the event cannot follow the ones before it (see `projections.project`) or holds what must
            stay sealed. Nothing was changed.
        UserFacingError
            If the disk is full or the study is locked by another program. Nothing was changed.
        """
        self._refuse_writing()
        with in_the_users_words(self.root), transaction(self._connection):
            self._refuse_late_change(kind, payload)
            event = EventLog(self._connection).add(kind, payload, actor=actor, session=session)
            project(self._connection, event)
            if event.kind in _LOCKS:
                self._connection.execute(
                    "DELETE FROM drafts WHERE reader = ? AND case_id = ? AND phase = ?",
                    (actor, payload["case_id"], _LOCKS[event.kind].value),
                )
        if event.kind is EventKind.TRUTH_SEALED:
            self._put_in_place(self._paths.truth(payload["split"]))
        elif event.kind is EventKind.LESIONS_SEALED:
            self._put_in_place(self._paths.lesions(payload["split"]))
        return event

    def _refuse_late_change(self, kind: EventKind, payload: Mapping[str, Any]) -> None:
        """Refuse to change what readers see once somebody has read, inside the transaction: no race wins."""
        model = self.protocol.model.name
        what = _FIXED_BY_READING.get(kind, "")
        if kind in (EventKind.MODEL_FITTED, EventKind.PREDICTIONS_STORED) and payload.get("model") == model:
            what = f"the readers' model {model} cannot be changed"
        if what and self._rows("SELECT 1 FROM readings LIMIT 1"):
            raise UserFacingError(
                f"Reading has begun, so {what} any more.", hint="Such a change needs a new study."
            )

    def exclusive_work(self) -> AbstractContextManager[None]:
        """Hold the study for an import, a fit or a prediction (see `work_lock`)."""
        return exclusive_work(self.root)

    def events(self) -> Iterator[Event]:
        """Yield every event from the first to the newest; `UserFacingError` where one cannot be read."""
        with in_the_users_words(self.root):
            try:
                yield from EventLog(self._connection).events()
            except ValueError as error:
                raise damaged(self.root, f"holds an event that cannot be read ({error})") from error

    def head(self) -> Event:
        """Return the newest event."""
        with in_the_users_words(self.root):
            event = EventLog(self._connection).head()
        if event is None:
            raise damaged(self.root, "holds no event")
        return event


def _frozen_protocol_sha256(paths: StudyPaths, connection: sqlite3.Connection) -> str:
    try:
        log = EventLog(connection)
        first, head = log.event(1), log.head()
    except ValueError as error:
        raise damaged(paths.root, f"holds an event that cannot be read ({error})") from error
    if first is None or head is None or first.kind != EventKind.STUDY_CREATED:
        raise damaged(paths.root, "does not begin with the creation of the study")
    return str(first.payload.get("protocol_sha256", ""))


def _read_part(paths: StudyPaths, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        name = paths.relative(path)
        raise UserFacingError(
            f"The study {paths.root} is incomplete: {name} is missing.",
            hint=f"Restore {name} from your last backup.",
        ) from error


def _build(paths: StudyPaths, protocol: bytes) -> None:
    """Write everything a study begins with."""
    write_atomically(paths.protocol, protocol)
    write_atomically(paths.salt, secrets.token_bytes(SALT_BYTES))
    paths.images.mkdir()
    paths.predictions.mkdir()
    with closing(connect(paths.database, create=True)) as connection:
        migrate(connection)
        with transaction(connection):
            created = EventLog(connection).add(
                EventKind.STUDY_CREATED,
                {
                    "protocol_sha256": hashlib.sha256(protocol).hexdigest(),
                    "format": FORMAT,
                    "app_version": realfm_gui.__version__,
                    "frame_order": FRAME_ORDER,
                },
                actor="realfm",
                session="",
            )
            project(connection, created)
    sync_folder(paths.root)
