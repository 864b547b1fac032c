"""The door to the outcomes: asked for, and logged, every time."""

from realfm_gui.domain.case import Split
from realfm_gui.domain.changes import Changes
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.reading import Phase
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.overview import overview


class StillBeingReadError(UserFacingError):
    """Somebody has not finished: opening the outcomes now needs an explicit yes."""


def open_outcomes(store: StudyStore, *, actor: str, confirmed: bool) -> Changes:
    """Log that the outcomes are opened.

    Raises
    ------
    UserFacingError
        If there is nothing to look at: no finished reading of the test set, or no reference standard.
    StillBeingReadError
        If a reader of the test set has not finished and `confirmed` is False.
    """
    _refuse_nothing(store)
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


def _refuse_nothing(store: StudyStore) -> None:
    """Refuse before anything is logged: the log cannot take back a look that showed nothing."""
    if not store.has_truth(Split.READING):
        raise UserFacingError(
            "The test set has no reference standard yet.",
            hint="Import it: realfm import STUDY PATH... --truth CSV.",
        )
    test_set = {case.case_id for case in store.cases(Split.READING)}
    if not any(r.case_id in test_set and r.phase is Phase.AIDED for r in store.readings()):
        raise UserFacingError(
            "Nothing of the test set has been read yet.", hint="Read first: realfm open STUDY."
        )
