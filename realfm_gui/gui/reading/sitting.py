"""What the reading room asks of the study, as jobs for the thread that owns its database."""

from dataclasses import dataclass
from pathlib import Path

from realfm_gui.domain.protocol import Protocol
from realfm_gui.domain.workstation import Workstation
from realfm_gui.imaging.hung_panes import HangingRules
from realfm_gui.storage import StudyStore
from realfm_gui.workflows import reading
from realfm_gui.workflows.hanging import hanging_rules
from realfm_gui.workflows.reading import CaseToRead, ReaderSession, Receipt

AHEAD = 3
"""Cases whose images are in memory: the one being read and the next two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The case to read now, where the images of the next ones are, and the study folder."""

    to_read: CaseToRead
    upcoming: tuple[tuple[str, tuple[Path, ...]], ...]
    root: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A session under way, and what holds for all of its cases."""

    session: ReaderSession
    protocol: Protocol
    rules: HangingRules


def begin(store: StudyStore, reader_id: str, workstation: Workstation | None = None) -> Begun:
    """Start a session; see `workflows.reading.start_session` for what can be wrong."""
    rules = hanging_rules(store)
    session = reading.start_session(store, reader_id, workstation)
    return Begun(session=session, protocol=store.protocol, rules=rules)


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
    return Opened(to_read=to_read, upcoming=tuple(upcoming), root=store.root)


def end(store: StudyStore, session: ReaderSession) -> Receipt:
    """End the session."""
    return reading.end_session(store, session)
