"""What a reader does next, in which order, and what an answer needs."""

import pytest

from realfm_gui.domain.case import Case, CaseImage, Split
from realfm_gui.domain.measurement import Measurement, MeasurementKind
from realfm_gui.domain.protocol import Reader, parse_protocol
from realfm_gui.domain.reading import CaseAnswer, CaseFlag, FindingAnswer, Phase, next_step
from realfm_gui.domain.worklist import worklist
from tests.unit.domain.test_protocol import MINIMAL

PROBE = Measurement(measurement_id="m-1", kind=MeasurementKind.PROBE, frame=0, points=((1.5, 2.0),))


def case(case_id: str, split: Split = Split.READING) -> Case:
    image = CaseImage(image_id="i", file="i.dcm", series=0, position=0, salted_sha256="0")
    return Case(case_id=case_id, patient_id="p", split=split, images=(image,))


def test_that_the_next_step_is_the_aided_look_at_a_case_whose_unaided_answer_is_locked() -> None:
    locked = {"a": {Phase.UNAIDED, Phase.AIDED}, "b": {Phase.UNAIDED}}
    step = next_step(["a", "b", "c"], locked, training=frozenset({"a"}))
    assert step is not None
    assert (step.case_id, step.phase, step.number, step.total, step.is_training) == (
        "b",
        Phase.AIDED,
        2,
        3,
        False,
    )


def test_that_nothing_is_next_when_everything_is_submitted() -> None:
    assert next_step(["a"], {"a": {Phase.UNAIDED, Phase.AIDED}}, training=frozenset()) is None


def test_that_practice_comes_before_the_test_set_and_development_never() -> None:
    cases = [case(f"r{i}") for i in range(5)]
    cases += [case(f"t{i}", Split.TRAINING) for i in range(3)] + [case("d", Split.DEVELOPMENT)]
    protocol = parse_protocol(MINIMAL)
    order = worklist(protocol, protocol.readers[0], cases)
    assert sorted(order[:3]) == ["t0", "t1", "t2"]
    assert sorted(order[3:]) == [f"r{i}" for i in range(5)]


def test_that_the_order_is_the_same_at_every_start_and_differs_between_readers() -> None:
    cases = [case(f"r{i:02d}") for i in range(40)]
    protocol = parse_protocol(MINIMAL)
    anna, ben = protocol.readers[0], Reader(id="ben", name="Ben")
    assert worklist(protocol, anna, cases) == worklist(protocol, anna, reversed(cases))
    assert worklist(protocol, anna, cases) != worklist(protocol, ben, cases)


def test_that_an_unrated_finding_is_missing_unless_the_case_cannot_be_assessed() -> None:
    protocol = parse_protocol(MINIMAL)
    assert CaseAnswer().missing(protocol) == ["Nodule"]
    assert CaseAnswer(flags=frozenset({CaseFlag.REMEMBERED})).missing(protocol) == ["Nodule"]
    assert CaseAnswer(flags=frozenset({CaseFlag.NON_DIAGNOSTIC})).missing(protocol) == []


def test_that_an_answer_survives_its_payload_unchanged() -> None:
    answer = CaseAnswer(
        findings=(FindingAnswer(finding="nodule", likelihood=0, recall=False, confidence=5),),
        flags=frozenset({CaseFlag.REMEMBERED, CaseFlag.TECHNICAL_FAULT}),
        measurements=(PROBE,),
    )
    assert CaseAnswer.from_payload(answer.to_payload()) == answer


def test_that_an_answer_without_measurements_reads_and_is_written_as_before_there_were_any() -> None:
    payload = {"findings": [], "flags": ["remembered"]}
    assert CaseAnswer.from_payload(payload).to_payload() == payload


def test_that_two_measurements_of_a_case_have_two_ids() -> None:
    with pytest.raises(ValueError, match="same id"):
        CaseAnswer(measurements=(PROBE, PROBE))


@pytest.mark.parametrize(("likelihood", "confidence"), [(-1, 1), (101, 1), (50, 0)])
def test_that_an_impossible_rating_is_refused(likelihood: int, confidence: int) -> None:
    with pytest.raises(ValueError, match=r"0 to 100|counts from 1"):
        FindingAnswer(finding="nodule", likelihood=likelihood, recall=True, confidence=confidence)
