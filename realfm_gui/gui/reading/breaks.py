"""A break in a case, and the words a sitting ends with."""

from collections.abc import Callable

from realfm_gui.domain.reading import Step
from realfm_gui.gui.reading.reading_page import ReadingPage
from realfm_gui.gui.reading.state import RoomState
from realfm_gui.storage import StudyStore
from realfm_gui.workflows import reading
from realfm_gui.workflows.reading import ReaderSession

Job = Callable[[StudyStore, ReaderSession], None]


def toggle_pause(state: RoomState, page: ReadingPage, now_ms: float) -> Job:
    """Stop the clock and blank the pictures, or go on; return what records that in the study.

    Parameters
    ----------
    state : RoomState
        A case is being read.
    page : ReadingPage
    now_ms : float
        Monotonic milliseconds.
    """
    assert state.step is not None  # a case is being read
    case_id, phase = state.step.case_id, state.phase
    if state.is_paused:
        state.resume(now_ms)
        page.box.end_pause()
        return lambda store, session: reading.resume(store, session, case_id, phase)
    state.pause(now_ms)
    page.box.pause("Paused", f"The clock stands still. Press {page.keys.name_of('pause')} to go on.")
    return lambda store, session: reading.pause(store, session, case_id, phase)


def all_read_words(step: Step | None) -> str:
    """Return what the last page says after the last case."""
    done = f"All {step.total} cases are read" if step else "All cases are read"
    return f"{done}. Every answer is stored."


def stopped_words(step: Step | None) -> str:
    """Return what the last page says of a sitting that was stopped."""
    done = f": {step.number - 1} of {step.total} cases are read" if step else ""
    return f"Stopped for now{done}.\nYou come back to the same case, as you left it."
