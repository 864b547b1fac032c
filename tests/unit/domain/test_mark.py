"""Marks: what they are, what a protocol asks of them, and what stays missing."""

import pytest

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.mark import Mark, MarkShape
from realfm_gui.domain.mark_rules import MarkScale, contradictions, marks_problem
from realfm_gui.domain.protocol import Protocol, parse_protocol
from realfm_gui.domain.reading import CaseAnswer, CaseFlag, FindingAnswer
from tests.unit.domain.test_protocol import MINIMAL


def protocol(fields: str = 'marks = "point"', analysis: str = "") -> Protocol:
    return parse_protocol(MINIMAL.replace('name = "Nodule"', f'name = "Nodule"\n{fields}') + analysis)


def mark(rating: int | None = 80, *, mark_id: str = "k-1", frame: int = 0, finding: str = "nodule") -> Mark:
    return Mark(
        mark_id=mark_id,
        finding=finding,
        frame=frame,
        shape=MarkShape.POINT,
        points=((3.5, 4.0),),
        rating=rating,
    )


def answer(*marks: Mark, recall: bool = True, likelihood: int = 80, **more: object) -> CaseAnswer:
    said = FindingAnswer(finding="nodule", likelihood=likelihood, recall=recall, confidence=3)
    return CaseAnswer(findings=(said,), marks=marks, **more)


@pytest.mark.parametrize("rating", [None, 0, 100])
@pytest.mark.parametrize("shape", list(MarkShape))
def test_that_a_mark_comes_back_from_its_payload(shape: MarkShape, rating: int | None) -> None:
    points = ((1.0, 2.0), (3.0, 4.5), (0.0, 9.0))
    count = {MarkShape.POINT: 1, MarkShape.CONTOUR: 3}.get(shape, 2)
    made = Mark(mark_id="k", finding="nodule", frame=2, shape=shape, points=points[:count], rating=rating)
    assert Mark.from_payload(made.to_payload()) == made


@pytest.mark.parametrize(
    "wrong",
    [{"rating": 101}, {"rating": -1}, {"frame": -1}, {"points": ()}, {"finding": ""}, {"mark_id": ""}],
    ids=str,
)
def test_that_a_mark_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    right = {
        "mark_id": "k",
        "finding": "nodule",
        "frame": 0,
        "shape": MarkShape.POINT,
        "points": ((0.0, 0.0),),
    }
    with pytest.raises(ValueError):
        Mark(**(right | wrong))


def test_that_an_answer_keeps_its_marks_and_one_from_before_there_were_any_still_loads() -> None:
    marked = answer(mark(), mark(None, mark_id="k-2"))
    assert CaseAnswer.from_payload(marked.to_payload()) == marked
    old = answer().to_payload()
    assert "marks" not in old, "the hash of an older log's projection must not change"
    assert CaseAnswer.from_payload(old).marks == ()
    with pytest.raises(ValueError, match="same id"):
        answer(mark(), mark())


@pytest.mark.parametrize("flags", [frozenset(), frozenset({CaseFlag.NON_DIAGNOSTIC})], ids=len)
def test_that_an_unrated_mark_is_missing_whatever_the_case_is_flagged_as(flags: frozenset[CaseFlag]) -> None:
    unrated = answer(mark(), mark(None, mark_id="k-2"), flags=flags)
    assert unrated.missing(protocol()) == ["Nodule: rating of mark 2"]
    assert answer(mark(), flags=flags).missing(protocol()) == []


def test_that_a_recall_needs_a_mark_only_where_the_protocol_says_so() -> None:
    required = protocol('marks = "point"\nmarks_required = true')
    assert answer().missing(required) == ["Nodule: a mark"]
    assert answer(recall=False, likelihood=10).missing(required) == []
    assert answer(mark()).missing(required) == []
    assert answer().missing(protocol()) == []


@pytest.mark.parametrize(
    ("fields", "marks", "said"),
    [
        ('marks = "point"', [mark(finding="mass")], "which the protocol does not have"),
        ('marks = "none"', [mark()], "asks for no marks"),
        ('marks = "box"', [mark()], "of the shape box, not point"),
        ('marks = "point"\nmark_levels = 5', [mark(6)], "rated 1 to 5, not 6"),
        ('marks = "point"\nmark_levels = 5', [mark(0)], "rated 1 to 5, not 0"),
        ('marks = "point"', [mark(frame=3)], "on slice 4, and the case has 3"),
        ('marks = "point"\nmarks_at_most = 1', [mark(), mark(mark_id="k-2")], "the protocol allows 1"),
    ],
)
def test_that_marks_the_protocol_does_not_ask_for_are_refused(
    fields: str, marks: list[Mark], said: str
) -> None:
    assert said in marks_problem(marks, protocol(fields), frames=3)


def test_that_marks_the_protocol_asks_for_are_accepted() -> None:
    two = [mark(0, frame=2), mark(None, mark_id="k-2")]
    assert marks_problem(two, protocol('marks = "point"\nmarks_at_most = 2'), frames=3) == ""


@pytest.mark.parametrize(
    ("ratings", "likelihood", "recall", "said"),
    [
        ([80, 60], 80, False, ["a mark rated 80 with recall no"]),
        ([80], 20, True, ["a mark rated 80 with likelihood 20"]),
        ([50], 20, False, []),
        ([20], 80, True, []),
        ([], 80, True, ["recall yes without a mark"]),
        ([], 20, False, []),
        ([None], 20, False, []),
        ([80], None, None, []),
    ],
)
def test_that_marks_which_contradict_the_call_are_asked_about(
    ratings: list[int | None], likelihood: int | None, recall: bool | None, said: list[str]
) -> None:
    finding = protocol().findings[0]
    marks = [mark(rating, mark_id=f"k-{number}") for number, rating in enumerate(ratings)]
    assert contradictions(finding, marks, likelihood=likelihood, recall=recall) == said


def test_that_a_finding_without_marks_is_never_asked_for_one() -> None:
    assert contradictions(protocol("").findings[0], [], likelihood=80, recall=True) == []


@pytest.mark.parametrize(("levels", "above"), [(5, {4, 5}), (4, {3, 4}), (None, set(range(51, 101)))])
def test_that_the_middle_of_a_scale_says_neither(levels: int | None, above: set[int]) -> None:
    fields = 'marks = "point"' + (f"\nmark_levels = {levels}" if levels else "")
    scale = MarkScale.of(protocol(fields).findings[0])
    assert {rating for rating in range(101) if scale.holds(rating) and scale.is_above_middle(rating)} == above


@pytest.mark.parametrize(
    ("fields", "analysis", "said"),
    [
        ("marks_required = true", "", "mean nothing while marks is 'none'"),
        ("marks_at_most = 1", "", "mean nothing while marks is 'none'"),
        ('marks = "circle"', "", "findings[1].marks"),
        ('marks = "point"\nmark_levels = 1', "", "findings[1].mark_levels"),
        ('marks = "box"', '[analysis.localisation]\nrule = "distance"', "give radius_mm or radius_px"),
        (
            'marks = "box"',
            '[analysis.localisation]\nrule = "distance"\nradius_mm = 5\nradius_px = 9',
            "give radius_mm or radius_px",
        ),
        ('marks = "box"', "[analysis.localisation]\noverlap = 0.5", "give overlap with the rule"),
        ('marks = "box"', '[analysis.localisation]\nrule = "overlap"', "give overlap with the rule"),
        ('marks = "point"', '[analysis.localisation]\nrule = "overlap"\noverlap = 0.5', "overlap nothing"),
    ],
)
def test_that_rules_for_marks_which_cannot_be_followed_are_refused(
    fields: str, analysis: str, said: str
) -> None:
    with pytest.raises(UserFacingError) as caught:
        protocol(fields, analysis)
    assert said in caught.value.message
