"""The room's memory, without Qt."""

import pytest

from realfm_gui.domain.protocol import Protocol, parse_protocol
from realfm_gui.domain.reading import CaseAnswer, CaseFlag, FindingAnswer, Phase, PhaseTimes, Reading, Step
from realfm_gui.gui.reading.state import ARMING_MS, Part, RoomState, Stage

TOML = """
[study]
title = "t"
[population]
prevalence = 0.2
[[findings]]
id = "nodule"
name = "Nodule"
[[findings]]
id = "effusion"
name = "Effusion"
[[readers]]
id = "a"
name = "A"
[model]
name = "m"
[reading]
confidence_levels = 4
idle_after_s = 10
"""


@pytest.fixture
def protocol() -> Protocol:
    return parse_protocol(TOML)


def step(phase: Phase = Phase.UNAIDED) -> Step:
    return Step(case_id="c-1", phase=phase, number=1, total=2, is_training=False)


@pytest.fixture
def room(protocol: Protocol) -> RoomState:
    state = RoomState(protocol=protocol)
    state.open_case(step(), unaided=None, draft=None)
    state.start_clock(0)
    return state


def fill(state: RoomState) -> None:
    for finding in ("nodule", "effusion"):
        state.set_likelihood(finding, 30)
        state.set_recall(finding, False)
        state.set_confidence(finding, 2)


def test_that_a_new_case_has_no_answer_at_all(room: RoomState):
    assert room.missing() == {"nodule": tuple(Part), "effusion": tuple(Part)}
    assert room.answer() == CaseAnswer()


def test_that_missing_parts_are_named_in_the_readers_words(room: RoomState):
    fill(room)
    assert room.missing_text() == ""
    room.answers["effusion"] = type(room.answers["effusion"])(likelihood=3)
    assert room.missing_text() == "Still missing: Effusion (recall, confidence)"


def test_that_a_half_answered_finding_never_enters_an_answer(room: RoomState):
    room.set_likelihood("nodule", 80)
    room.set_recall("nodule", True)
    assert room.answer().findings == ()
    room.set_confidence("nodule", 1)
    assert [a.finding for a in room.answer().findings] == ["nodule"]


@pytest.mark.parametrize("flag", [CaseFlag.NON_DIAGNOSTIC, CaseFlag.TECHNICAL_FAULT])
def test_that_a_case_without_a_diagnosis_needs_no_rating(room: RoomState, flag: CaseFlag):
    room.set_flag(flag, True)
    assert room.missing() == {}
    room.set_flag(flag, False)
    assert room.missing() != {}


def test_that_remembering_a_case_does_not_replace_its_rating(room: RoomState):
    room.set_flag(CaseFlag.REMEMBERED, True)
    assert room.missing() != {}


@pytest.mark.parametrize(("by", "value"), [(1, 51), (-1, 49), (10, 60), (-10, 40)])
def test_that_the_first_arrow_takes_its_step_from_the_middle(room: RoomState, by: int, value: int):
    room.nudge_likelihood(by)
    assert room.answers["nodule"].likelihood == value


def test_that_the_scale_has_ends(room: RoomState):
    for _ in range(7):
        room.nudge_likelihood(10)
    assert room.answers["nodule"].likelihood == 100
    for _ in range(12):
        room.nudge_likelihood(-10)
    assert room.answers["nodule"].likelihood == 0


@pytest.mark.parametrize(
    ("start", "up", "down"),
    [(None, 75, 25), (0, 25, 0), (24, 25, 0), (25, 50, 0), (62, 75, 50), (99, 100, 75), (100, 100, 75)],
)
def test_that_quarter_steps_land_on_the_marks_of_the_scale(room: RoomState, start, up: int, down: int):
    for direction, value in ((1, up), (-1, down)):
        room.answers["nodule"] = type(room.answers["nodule"])(likelihood=start)
        room.step_likelihood(direction)
        assert room.answers["nodule"].likelihood == value


@pytest.mark.parametrize(
    ("likelihood", "recall", "question"),
    [
        (49, True, "Nodule 49 with recall yes: keep it? ⏎"),
        (51, False, "Nodule 51 with recall no: keep it? ⏎"),
        (50, True, ""),
        (50, False, ""),
        (51, True, ""),
        (0, False, ""),
    ],
)
def test_that_likelihood_and_recall_contradict_each_other_around_the_middle(
    room: RoomState, likelihood: int, recall: bool, question: str
):
    fill(room)
    room.set_likelihood("nodule", likelihood)
    room.set_recall("nodule", recall)
    assert room.has_unasked_contradiction() is bool(question)
    if question:
        room.ask(0)
    assert room.question() == question


def test_that_a_contradiction_is_asked_about_once_in_a_case_and_a_new_one_again(room: RoomState):
    fill(room)
    room.set_recall("nodule", True)
    room.ask(1_000)
    assert not room.accepts_primary(1_000 + ARMING_MS - 1)  # a double press has not read the question
    assert room.accepts_primary(1_000 + ARMING_MS)
    assert not room.has_unasked_contradiction()
    room.begin_aided()
    assert room.question() == ""
    assert not room.has_unasked_contradiction()
    room.start_clock(5_000)
    room.set_likelihood("nodule", 20)
    assert room.has_unasked_contradiction()


def test_that_an_answer_takes_the_question_back(room: RoomState):
    fill(room)
    room.set_recall("nodule", True)
    room.ask(1_000)
    room.set_recall("nodule", False)
    assert room.question() == ""
    assert room.accepts_primary(1_001)


def test_that_a_case_without_a_diagnosis_is_asked_nothing(room: RoomState):
    fill(room)
    room.set_recall("nodule", True)
    room.set_flag(CaseFlag.NON_DIAGNOSTIC, True)
    assert not room.has_unasked_contradiction()


def test_that_the_aided_phase_begins_at_the_first_finding(room: RoomState):
    fill(room)
    assert room.selected == "effusion"
    room.begin_aided()
    assert room.selected == "nodule"


def test_that_confidence_levels_beyond_the_protocols_are_ignored(room: RoomState):
    room.set_confidence("nodule", 5)
    assert room.answers["nodule"].confidence is None


def test_that_keys_answer_the_finding_last_touched(room: RoomState):
    room.set_recall("effusion", True)
    assert room.selected == "effusion"
    room.select_next(1)
    assert room.selected == "nodule"


@pytest.mark.parametrize("stage", [Stage.OPENING, Stage.SAVING, Stage.REVEALING, Stage.FINISHED])
def test_that_nothing_is_answered_or_locked_outside_reading(room: RoomState, stage: Stage):
    room.stage = stage
    room.set_likelihood("nodule", 5)
    assert room.answers["nodule"].likelihood is None
    assert not room.accepts_primary(1e9)


def test_that_nothing_is_answered_or_locked_while_paused(room: RoomState):
    room.pause(10)
    room.set_recall("nodule", True)
    assert room.answers["nodule"].recall is None
    assert not room.accepts_primary(1e9)


def test_that_submitting_waits_until_the_ai_was_seen(room: RoomState):
    fill(room)
    room.begin_aided()
    room.start_clock(5_000)
    assert not room.accepts_primary(1e9)
    room.note_reveal_painted(5_000)
    room.note_reveal_painted(9_000)  # painted again: the first time counts
    assert not room.accepts_primary(5_000 + ARMING_MS - 1)
    assert room.accepts_primary(5_000 + ARMING_MS)


def test_that_the_aided_answer_starts_from_the_unaided_one_and_leaves_it_alone(room: RoomState):
    fill(room)
    unaided = room.answer()
    room.begin_aided()
    room.start_clock(0)
    room.set_likelihood("nodule", 90)
    assert room.phase is Phase.AIDED
    assert room.unaided == unaided
    assert room.answer().findings[0].likelihood == 90
    assert room.answer().findings[1] == unaided.findings[1]


def test_that_each_phase_has_its_own_time_and_waiting_for_the_ai_has_none(room: RoomState):
    room.note_input(4_000)
    room.note_input(30_000)
    assert room.times(31_000) == PhaseTimes(active_ms=5_000, idle_ms=26_000)
    fill(room)
    room.begin_aided()
    assert room.times(60_000) == PhaseTimes()
    room.start_clock(60_000)
    assert room.times(61_000) == PhaseTimes(active_ms=1_000)


def test_that_a_draft_brings_back_half_an_answer_and_the_time_spent(room: RoomState, protocol: Protocol):
    fill(room)
    room.answers["effusion"] = type(room.answers["effusion"])(recall=False)
    room.set_flag(CaseFlag.REMEMBERED, True)
    draft = room.draft("a", {"series": 0}, 7_000)
    assert draft is not None
    again = RoomState(protocol=protocol)
    again.open_case(step(), unaided=None, draft=draft)
    assert again.answers == room.answers
    assert again.flags == room.flags
    again.start_clock(100_000)
    assert again.times(101_000).active_ms == 8_000
    assert draft.view["viewport"] == {"series": 0}


def test_that_there_is_no_draft_before_the_picture_is_complete(protocol: Protocol):
    state = RoomState(protocol=protocol)
    assert state.draft("a", {}, 0) is None
    state.open_case(step(), unaided=None, draft=None)
    assert state.draft("a", {}, 0) is None


def test_that_an_aided_case_opened_again_starts_from_the_locked_answer(protocol: Protocol):
    answer = CaseAnswer(findings=(FindingAnswer(finding="nodule", likelihood=7, recall=False, confidence=1),))
    locked = Reading(
        reader="a",
        case_id="c-1",
        phase=Phase.UNAIDED,
        answer=answer,
        times=PhaseTimes(),
        session="s",
        sequence=3,
    )
    state = RoomState(protocol=protocol)
    state.open_case(step(Phase.AIDED), unaided=locked, draft=None)
    assert state.unaided == answer
    assert state.answers["nodule"].likelihood == 7
    assert state.answers["effusion"].likelihood is None
