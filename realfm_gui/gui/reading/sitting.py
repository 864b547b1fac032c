"""What the reading room asks of the study, as jobs for the thread that owns its database."""

from dataclasses import dataclass
from pathlib import Path

from realfm_gui.domain.protocol import Protocol
from realfm_gui.storage import StudyStore
from realfm_gui.workflows import reading
from realfm_gui.workflows.reading import CaseToRead, ReaderSession, Receipt

AHEAD = 3
"""Cases whose images are in memory: the one being read and the next two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The case to read now, and where the images of the next ones are."""

    to_read: CaseToRead
    upcoming: tuple[tuple[str, tuple[Path, ...]], ...]


def begin(store: StudyStore, reader_id: str) -> tuple[ReaderSession, Protocol]:
    """Start a session; see `workflows.reading.start_session` for what can be wrong."""
    return reading.start_session(store, reader_id), store.protocol


def open_case(store: StudyStore, session: ReaderSession) -> Opened | None:
    """Open the next unfinished case and look, by images only, at those after it."""
    to_read = reading.open_next(store, session)
    if to_read is None:
        return None
    upcoming = [
        (case.case_id, tuple(store.image_path(image.file) for image in case.images))
        for case in reading.peek(store, session.reader, count=AHEAD)
        if case.case_id != to_read.case.case_id
    ]
    return Opened(to_read=to_read, upcoming=tuple(upcoming))


def end(store: StudyStore, session: ReaderSession) -> Receipt:
    """End the session."""
    return reading.end_session(store, session)
