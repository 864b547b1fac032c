"""The studies this user opened last, with the state they were left in."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

_log = logging.getLogger(__name__)

KEPT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentStudy:
    """One line of the home page. Holds no outcome: the file lies outside the study."""

    path: str
    title: str
    state: str = ""
    """Its state in words when it was last open, e.g. "3 of 8 readers finished"."""
    opened_utc: str = ""
    is_simulated: bool = False
    is_there: bool = True
    """Whether the folder existed when somebody last looked (`note_which_are_there`); not stored."""


class RecentStudies:
    """A small JSON file; a broken one is started anew, because it can be.

    Parameters
    ----------
    file : Path
        Where; tests pass their own.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._studies = self._read()

    def all(self) -> Sequence[RecentStudy]:
        """Return the studies, the newest first."""
        return tuple(self._studies)

    def remember(self, study: RecentStudy) -> None:
        """Put a study first, replacing what was known of it."""
        self._studies = [study, *(known for known in self._studies if known.path != study.path)][:KEPT]
        self._write()

    def note_which_are_there(self, is_there: Mapping[str, bool]) -> bool:
        """Note which folders exist, by path; return whether that changed anything."""
        before = self._studies
        self._studies = [
            replace(known, is_there=is_there.get(known.path, known.is_there)) for known in before
        ]
        return self._studies != before

    def forget(self, path: str) -> None:
        """Take a study off the list; its folder stays."""
        self._studies = [known for known in self._studies if known.path != path]
        self._write()

    def _read(self) -> list[RecentStudy]:
        try:
            rows = json.loads(self._file.read_text(encoding="utf-8"))
            return [RecentStudy(**{**row, "is_there": True}) for row in rows]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            _log.warning("the list of recent studies cannot be read (%s); it starts anew", error)
            return []

    def _write(self) -> None:
        rows = []
        for study in self._studies:
            row = asdict(study)
            row.pop("is_there")
            rows.append(row)
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(json.dumps(rows, indent=1), encoding="utf-8")
        except OSError as error:  # a list of convenience never stands in the way of a study
            _log.warning("the list of recent studies cannot be written (%s)", error)
