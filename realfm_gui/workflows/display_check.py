"""The display check before a session: recorded, asked for, and named by the session that relies on it."""

from datetime import UTC, datetime
from typing import Any

from realfm_gui.domain.display_check import CheckOnRecord, CheckRequirement, DisplayCheck
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.workstation import Workstation
from realfm_gui.storage import StudyStore


def record_display_check(store: StudyStore, reader_id: str, check: DisplayCheck) -> int:
    """Put a check on record and return its place in the log; it is on disk by then."""
    reader = store.protocol.reader(reader_id)
    return store.append(EventKind.DISPLAY_CHECKED, check.to_payload(), actor=reader.id).sequence


def holding_check(
    store: StudyStore, reader_id: str, workstation: Workstation, *, now_utc: datetime | None = None
) -> CheckOnRecord | None:
    """Return the check that speaks for a session of this reader that begins here and now, or None."""
    last = store.last_display_check(store.protocol.reader(reader_id).id, workstation.workstation_id)
    if last is None:
        return None
    valid_h = store.protocol.reading.display_check_valid_h
    holds = last.holds_for(workstation, now_utc=now_utc or datetime.now(UTC), valid_h=valid_h)
    return last if holds else None


def is_check_due(store: StudyStore, reader_id: str, workstation: Workstation) -> bool:
    """Whether the reader has to check the display before a session can begin here."""
    is_required = store.protocol.reading.display_check is CheckRequirement.REQUIRED
    return is_required and holding_check(store, reader_id, workstation) is None


def session_display(store: StudyStore, reader_id: str, workstation: Workstation | None) -> dict[str, Any]:
    """Return what the start of a session says of the display: monitors, controls, and the check it relies on.

    Parameters
    ----------
    workstation : Workstation, optional
        None for sessions without a window, which have no display.

    Raises
    ------
    UserFacingError
        If the protocol requires a check and none holds.
    """
    is_required = store.protocol.reading.display_check is CheckRequirement.REQUIRED
    check = None if workstation is None else holding_check(store, reader_id, workstation)
    if is_required and check is None:
        raise UserFacingError(
            "The display has not been checked for this session.",
            hint="Choose your name again under Read: the display check opens first.",
        )
    if workstation is None:
        return {}
    return {
        "workstation": workstation.to_payload(),
        "display_check": None if check is None else check.sequence,
    }
