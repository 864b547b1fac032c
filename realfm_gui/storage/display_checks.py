"""The display checks that stand in a study's log."""

import json

from realfm_gui.domain.display_check import CheckOnRecord, DisplayCheck
from realfm_gui.domain.events import EventKind
from realfm_gui.storage.open_study import OpenStudy


class DisplayChecks(OpenStudy):
    """The part of a study that knows when a reader last checked a display, and where."""

    def last_display_check(self, reader: str, workstation_id: str) -> CheckOnRecord | None:
        """Return this reader's newest check at this workstation, or None.

        Asked of the log itself: a table of its own would be a new format for one row a day.
        """
        rows = self._rows(
            "SELECT sequence, time_utc, payload FROM events WHERE kind = ? AND actor = ?"
            " AND json_extract(payload, '$.workstation.id') = ? ORDER BY sequence DESC LIMIT 1",
            (EventKind.DISPLAY_CHECKED.value, reader, workstation_id),
        )
        if not rows:
            return None
        sequence, time_utc, payload = rows[0]
        later = self._rows(
            "SELECT 1 FROM events WHERE kind = ? AND actor = ? AND sequence > ? LIMIT 1",
            (EventKind.SESSION_STARTED.value, reader, sequence),
        )
        return CheckOnRecord(
            sequence=sequence,
            checked_utc=time_utc,
            check=DisplayCheck.from_payload(json.loads(payload)),
            has_served=bool(later),
        )
