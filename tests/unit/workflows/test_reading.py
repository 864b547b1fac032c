"""Reading: unaided, locked, only then the AI, submitted, next."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.reading import CaseAnswer, CaseFlag, Draft, FindingAnswer, Phase, PhaseTimes
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.reading import (
    end_session,
    lock_unaided,
    open_next,
    peek,
    reveal_ai,
    save_draft,
    start_session,
    submit_aided,
)
from tests.small_study import PROTOCOL, make_study, store_predictions

TIMES = PhaseTimes(active_ms=12_000)


def answer(likelihood: int = 60) -> CaseAnswer:
    rating = FindingAnswer(finding="nodule", likelihood=likelihood, recall=likelihood > 50, confidence=3)
    return CaseAnswer(findings=(rating,))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StudyStore]:
    with make_study(tmp_path / "s.study") as store:
        yield store


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """Collect the path of every file this process opens."""
    paths: list[str] = []
    listening = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if listening and event == "open":
            paths.append(str(arguments[0]))

    sys.addaudithook(hook)
    yield paths
    listening = False


def test_that_a_reader_goes_through_every_case_and_the_log_tells_the_story(store: StudyStore) -> None:
    session = start_session(store, "anna")
    seen = []
    while (case := open_next(store, session)) is not None:
        seen.append((case.step.number, case.step.phase, case.step.is_training))
        lock_unaided(store, session, case.case.case_id, answer(), TIMES)
        reveal_ai(store, session, case.case.case_id)
        submit_aided(store, session, case.case.case_id, answer(70), TIMES)
    receipt = end_session(store, session)
    assert seen == [(n, Phase.UNAIDED, n == 1) for n in range(1, 6)]
    assert receipt.sequence == store.head().sequence
    assert receipt.hash == store.head().hash
    kinds = [event.kind for event in store.events() if event.session == session.session_id]
    case_events = [
        EventKind.CASE_OPENED,
        EventKind.ANSWER_LOCKED,
        EventKind.AI_REVEALED,
        EventKind.ANSWER_SUBMITTED,
    ]
    assert kinds == [EventKind.SESSION_STARTED, *case_events * 5, EventKind.SESSION_ENDED]


def test_that_a_reader_cannot_see_the_ai_before_locking_the_unaided_answer(
    store: StudyStore, opened: list[str]
) -> None:
    session = start_session(store, "anna")
    case = open_next(store, session)
    assert case is not None
    opened.clear()
    with pytest.raises(ValueError, match="lock"):
        reveal_ai(store, session, case.case.case_id)
    assert not [path for path in opened if path.endswith(".npz")]
    lock_unaided(store, session, case.case.case_id, answer(), TIMES)
    assert not [path for path in opened if path.endswith(".npz")]
    reveal_ai(store, session, case.case.case_id)
    assert [Path(path).stem for path in opened if path.endswith(".npz")] == [case.case.case_id]


def test_that_nothing_of_another_case_is_shown_with_the_advice_of_one(store: StudyStore) -> None:
    session = start_session(store, "anna")
    case = open_next(store, session)
    assert case is not None
    other = peek(store, session.reader, count=2)[1]
    lock_unaided(store, session, case.case.case_id, answer(), TIMES)
    with pytest.raises(ValueError, match="lock"):
        reveal_ai(store, session, other.case_id)


def test_that_advice_states_its_meaning_at_the_protocols_prevalence(store: StudyStore) -> None:
    session = start_session(store, "anna")
    case = open_next(store, session)
    assert case is not None
    lock_unaided(store, session, case.case.case_id, answer(), TIMES)
    [advice] = reveal_ai(store, session, case.case.case_id).findings
    assert advice.percent == pytest.approx(20.0)  # .5 at 50 % prevalence is .2 at 20 %
    assert advice.meaning == "Of 100 such cases at 20 % prevalence about 20 have it."


@pytest.mark.parametrize(
    ("probability", "prevalence", "percent", "meaning"),
    [
        (None, None, None, "This model gives a score without a calibrated meaning."),
        (0.63, None, 63.0, "The model says 63 %; at which prevalence is not known."),
        (0.001, 0.5, 0.025, "Of 100 such cases at 20 % prevalence fewer than 1 has it."),
        (0.9999, 0.5, 99.96, "Of 100 such cases at 20 % prevalence more than 99 have it."),
    ],
)
def test_that_a_score_never_claims_more_meaning_than_it_has(
    tmp_path: Path, probability: float | None, prevalence: float | None, percent: float | None, meaning: str
) -> None:
    with make_study(tmp_path / "s.study", reading=0, predicted=False) as store:
        [case] = store.cases()
        store_predictions(store, [case.case_id], failed=[], probability=probability, prevalence=prevalence)
        session = start_session(store, "anna")
        lock_unaided(store, session, case.case_id, answer(), TIMES)
        [advice] = reveal_ai(store, session, case.case_id).findings
    assert advice.percent == (None if percent is None else pytest.approx(percent, rel=0.01))
    assert advice.meaning == meaning


def test_that_a_case_the_model_failed_on_says_so_instead_of_nothing_found(store: StudyStore) -> None:
    session = start_session(store, "ben")
    failures = []
    while (case := open_next(store, session)) is not None:
        lock_unaided(store, session, case.case.case_id, answer(), TIMES)
        advice = reveal_ai(store, session, case.case.case_id)
        failures += [advice.failure] if advice.failure else []
        assert bool(advice.failure) != bool(advice.findings)
        submit_aided(store, session, case.case.case_id, answer(), TIMES)
    assert failures == ["The model stopped with an error on this case."]  # why exactly is the coordinator's


def test_that_a_restart_brings_the_reader_back_to_the_same_case_and_phase(store: StudyStore) -> None:
    session = start_session(store, "anna")
    case = open_next(store, session)
    assert case is not None
    lock_unaided(store, session, case.case.case_id, answer(35), TIMES)
    draft = Draft(
        reader="anna",
        case_id=case.case.case_id,
        phase=Phase.AIDED,
        answer=answer(80),
        times=TIMES,
        view={"zoom": 1.5},
    )
    save_draft(store, draft)
    again = open_next(store, start_session(store, "anna"))
    assert again is not None
    assert (again.case.case_id, again.step.phase) == (case.case.case_id, Phase.AIDED)
    assert again.unaided is not None
    assert again.unaided.answer == answer(35)
    assert again.draft == draft


def test_that_a_locked_answer_cannot_be_locked_again(store: StudyStore) -> None:
    session = start_session(store, "anna")
    case = open_next(store, session)
    assert case is not None
    lock_unaided(store, session, case.case.case_id, answer(10), TIMES)
    with pytest.raises(UserFacingError, match="already locked"):
        lock_unaided(store, session, case.case.case_id, answer(90), TIMES)
    [reading] = store.readings(reader="anna")
    assert reading.answer == answer(10)


def test_that_an_incomplete_answer_is_refused_unless_the_case_is_non_diagnostic(store: StudyStore) -> None:
    session = start_session(store, "anna")
    case = open_next(store, session)
    assert case is not None
    with pytest.raises(UserFacingError, match="Nodule"):
        lock_unaided(store, session, case.case.case_id, CaseAnswer(), TIMES)
    assert store.readings() == []
    flagged = CaseAnswer(flags=frozenset({CaseFlag.NON_DIAGNOSTIC}))
    assert lock_unaided(store, session, case.case.case_id, flagged, TIMES).readings


def test_that_reading_does_not_start_before_the_model_has_been_run_on_every_case(tmp_path: Path) -> None:
    with make_study(tmp_path / "s.study", predicted=False) as store:
        with pytest.raises(UserFacingError, match="has not been run on 5") as caught:
            start_session(store, "anna")
        assert "realfm predict" in caught.value.hint


def test_that_a_simulated_reader_does_not_read_on_screen(store: StudyStore) -> None:
    with pytest.raises(UserFacingError, match="simulated"):
        start_session(store, "robot")


def test_that_a_reader_without_cases_is_told_what_to_import(tmp_path: Path) -> None:
    with (
        make_study(tmp_path / "s.study", reading=0, training=1) as store,
        pytest.raises(UserFacingError, match="no case for Ben") as caught,
    ):
        start_session(store, "ben")
    assert "realfm import" in caught.value.hint


def test_that_confidence_above_the_protocols_scale_is_a_bug_not_a_reading(tmp_path: Path) -> None:
    protocol = PROTOCOL + "[reading]\nconfidence_levels = 3\n"
    with make_study(tmp_path / "s.study", protocol=protocol) as store:
        session = start_session(store, "anna")
        case = open_next(store, session)
        assert case is not None
        rating = FindingAnswer(finding="nodule", likelihood=5, recall=False, confidence=4)
        with pytest.raises(ValueError, match="3 levels"):
            lock_unaided(store, session, case.case.case_id, CaseAnswer(findings=(rating,)), TIMES)
