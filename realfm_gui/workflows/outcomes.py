"""The door to the outcomes: asked for, and logged, every time."""

from realfm_gui.domain.changes import Changes
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.overview import overview


class StillBeingReadError(UserFacingError):
    """Somebody has not finished: opening the outcomes now needs an explicit yes."""


def open_outcomes(store: StudyStore, *, actor: str, confirmed: bool) -> Changes:
    """Log that the outcomes are opened.

    Raises
    ------
    StillBeingReadError
        If a reader of the test set has not finished and `confirmed` is False.
    """
    readers = [reader for reader in overview(store).readers if "reading" in reader.reads]
    unfinished = [reader for reader in readers if reader.submitted < reader.total]
    if unfinished and not confirmed:
        who = f"{len(unfinished)} of {len(readers)} readers {'has' if len(unfinished) == 1 else 'have'}"
        raise StillBeingReadError(
            f"{who} not finished reading. Looking at outcomes now is logged, and the report will say so.",
            hint="Wait until reading is finished, or confirm that you want to look (--yes).",
        )
    store.append(EventKind.OUTCOMES_OPENED, {"complete": not unfinished}, actor=actor)
    return Changes(study=True)
