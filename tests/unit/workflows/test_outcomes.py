"""The door to the outcomes: nothing to see is refused before it is logged, an early look needs a yes."""

from pathlib import Path

import pytest

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.reading import PhaseTimes
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.outcomes import StillBeingReadError, open_outcomes
from realfm_gui.workflows.reading import lock_unaided, open_next, reveal_ai, start_session, submit_aided
from tests.small_study import PROTOCOL, make_study
from tests.unit.workflows.test_reading import answer

ONE_READER = PROTOCOL.replace('[[readers]]\nid = "anna"\nname = "Anna"\n', "").replace(
    '[[readers]]\nid = "robot"\nname = "Robot"\nsimulated = true\nreads = ["reading"]\n', ""
)


def looks(store: StudyStore) -> list[bool]:
    return [event.payload["complete"] for event in store.events() if event.kind is EventKind.OUTCOMES_OPENED]


def read(store: StudyStore, count: int) -> None:
    session = start_session(store, "ben")
    for _ in range(count):
        case = open_next(store, session)
        assert case is not None
        lock_unaided(store, session, case.case.case_id, answer(), PhaseTimes())
        reveal_ai(store, session, case.case.case_id)
        submit_aided(store, session, case.case.case_id, answer(), PhaseTimes())


def test_that_a_study_nobody_has_read_is_not_opened_and_not_logged(tmp_path: Path) -> None:
    with make_study(tmp_path / "s.study") as store:
        with pytest.raises(UserFacingError, match="Nothing of the test set has been read"):
            open_outcomes(store, actor="analyst", confirmed=True)
        assert looks(store) == []


def test_that_an_empty_study_is_not_opened_and_not_logged(tmp_path: Path) -> None:
    with StudyStore.create(tmp_path / "s.study", PROTOCOL) as store:
        with pytest.raises(UserFacingError, match="no reference standard"):
            open_outcomes(store, actor="analyst", confirmed=True)
        assert looks(store) == []


def test_that_an_early_look_needs_a_yes_and_is_logged_as_early(tmp_path: Path) -> None:
    with make_study(tmp_path / "s.study", protocol=ONE_READER) as store:
        read(store, 2)
        with pytest.raises(StillBeingReadError, match="1 of 1 readers has not finished"):
            open_outcomes(store, actor="analyst", confirmed=False)
        assert looks(store) == []
        open_outcomes(store, actor="analyst", confirmed=True)
        assert looks(store) == [False]
        read(store, 2)
        open_outcomes(store, actor="analyst", confirmed=False)
        assert looks(store) == [False, True]
