"""Between a reader's name and the reading room: the reader's keys, this workstation, a check that is due."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from realfm_gui.domain.display_check import CheckRequirement
from realfm_gui.domain.display_luminance import Luminances
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.key_choice import KeyRules
from realfm_gui.domain.workstation import MonitorFacts, Workstation
from realfm_gui.gui.shell.reader_preferences import PreferenceFiles, ReaderPreferences

if TYPE_CHECKING:
    from realfm_gui.storage import StudyStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A reader who has sat down.

    `luminances` are those entered here, by monitor; `problem` is what to tell about the reader's settings.
    """

    reader_id: str
    reader_name: str
    preferences: ReaderPreferences
    workstation: Workstation
    luminances: Mapping[str, Luminances]
    requirement: CheckRequirement
    is_check_due: bool
    problem: UserFacingError | None = None

    @property
    def measured(self) -> Luminances | None:
        """What was entered for the monitor the window is on."""
        monitor = self.workstation.monitor
        return None if monitor is None else self.luminances.get(monitor.key)

    def on(self, monitors: tuple[MonitorFacts, ...]) -> "Arrival":
        """Return the same reader at other monitors, or with the window on another."""
        return replace(self, workstation=replace(self.workstation, monitors=monitors))

    def having_measured(self, measured: Luminances) -> "Arrival":
        """Return the same reader with luminances entered for the monitor here."""
        monitor = self.workstation.monitor
        if monitor is None:
            return self
        return replace(self, luminances={**self.luminances, monitor.key: measured})


def arrive(
    store: "StudyStore",
    files: PreferenceFiles,
    reader_id: str,
    *,
    monitors: tuple[MonitorFacts, ...],
    rules: KeyRules,
) -> Arrival:
    """Collect what is needed before a reader reads; a job for the study's thread."""
    from realfm_gui.workflows.display_check import is_check_due

    reader = store.protocol.reader(reader_id)
    loaded = files.load(reader.id, reader.name, rules)
    workstation = Workstation(
        workstation_id=files.workstation_id(),
        monitors=monitors,
        changed_controls=loaded.preferences.changes(),
    )
    return Arrival(
        reader_id=reader.id,
        reader_name=reader.name,
        preferences=loaded.preferences,
        workstation=workstation,
        luminances=files.luminances(),
        requirement=store.protocol.reading.display_check,
        is_check_due=is_check_due(store, reader.id, workstation),
        problem=loaded.problem,
    )
