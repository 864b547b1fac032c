"""Which wish of the reading page changes the answer, and how."""

from collections.abc import Callable

from realfm_gui.gui.reading.reading_page import ReadingPage
from realfm_gui.gui.reading.state import RoomState

Change = Callable[[RoomState], None]


def connect_answer(page: ReadingPage, answer: Callable[[Change], None]) -> None:
    """Connect the page's wishes with the state of the answer.

    Parameters
    ----------
    page : ReadingPage
        Where the reader answers.
    answer : callable
        Applies a change to the state, if the case can be answered now.
    """
    page.likelihood_changed.connect(lambda f, v: answer(lambda s: s.set_likelihood(f, v)))
    page.likelihood_nudged.connect(lambda by: answer(lambda s: s.nudge_likelihood(by)))
    page.likelihood_stepped.connect(lambda by: answer(lambda s: s.step_likelihood(by)))
    page.recall_chosen.connect(lambda f, v: answer(lambda s: s.set_recall(f or s.selected, v)))
    page.confidence_chosen.connect(lambda f, v: answer(lambda s: s.set_confidence(f or s.selected, v)))
    page.flag_changed.connect(lambda flag, is_set: answer(lambda s: s.set_flag(flag, is_set)))
    page.flag_toggled.connect(lambda flag: answer(lambda s: s.set_flag(flag, flag not in s.flags)))
    page.marks_changed.connect(lambda marks: answer(lambda s: s.set_marks(marks)))
    page.finding_selected.connect(lambda f: answer(lambda s: s.select(f)))
    page.next_finding_requested.connect(lambda by: answer(lambda s: s.select_next(by)))
