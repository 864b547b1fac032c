"""Free-response and location ROC endpoints by hand, and how they relate to the AUC."""

from collections.abc import Callable

import numpy as np
import pytest

from realfm_gui.analysis.endpoints.free_response import FreeResponseArea, HighestRatingAuc
from realfm_gui.analysis.endpoints.froc_curve import LesionFractionAtFalseMarks, froc_curve
from realfm_gui.analysis.endpoints.lroc import CorrectLocalisation, LrocArea
from realfm_gui.analysis.endpoints.mark_fractions import (
    LesionLocalisationFraction,
    MarkedCases,
    NonLesionLocalisationFraction,
)
from realfm_gui.analysis.mrmc.endpoint import Endpoint
from realfm_gui.analysis.mrmc.observer_data import NO_LESION, Marks, ObserverData, observer_data
from realfm_gui.analysis.mrmc.roc_endpoints import EmpiricalAuc
from realfm_gui.domain.errors import UserFacingError

Study = Callable[..., ObserverData]
AREAS = [
    FreeResponseArea(weighs_lesions=weighs, uses_all_cases=uses_all)
    for weighs in (False, True)
    for uses_all in (False, True)
]


def study_of(
    marks: list[tuple[int, int, float]], lesion_weights: list[list[float]], clusters: list[int] | None = None
) -> ObserverData:
    """One reader, one modality; marks as (case, lesion, rating)."""
    weights = np.array(lesion_weights)
    cases, lesions, ratings = (np.array(column) for column in zip(*marks, strict=True))
    highest = np.full((1, 1, len(weights)), -np.inf)
    np.maximum.at(highest[0, 0], cases, ratings)
    nought = np.zeros(len(marks), dtype=np.int64)
    return observer_data(
        highest,
        ~np.isnan(weights).all(axis=1),
        clusters=None if clusters is None else np.array(clusters),
        marks=Marks(
            modality=nought, reader=nought, case=cases, lesion=lesions, rating=ratings, lesion_weights=weights
        ),
    )


NONE = float("nan")


@pytest.fixture
def free_response() -> ObserverData:
    """Two positive cases (lesions .75 + .25, and 1), two negative ones; ratings 1 to 4."""
    return study_of(
        [(0, 0, 4.0), (0, NO_LESION, 3.0), (1, 0, 2.0), (2, NO_LESION, 2.0), (2, NO_LESION, 1.0)],
        [[0.75, 0.25], [1.0, NONE], [NONE, NONE], [NONE, NONE]],
    )


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        # Lesion rated 4 beats both negatives; the unmarked one ties with the unmarked negative only;
        # the one rated 2 ties with one negative and beats the other.
        (AREAS[0], (1 + 0.25 + 0.75) / 3),
        (AREAS[2], (0.75 * 1 + 0.25 * 0.25 + 0.75) / 2),
        # False marks of all cases: 3, none, 2, none.
        (AREAS[1], (1 + (0.5 + 0.5) / 4 + (1 + 0.5 + 1) / 4) / 3),
        (AREAS[3], (0.75 + 0.25 * 0.25 + 0.625) / 2),
        (HighestRatingAuc(), (1 + 0.75) / 2),
        (MarkedCases(of_positives=True), 1.0),
        (MarkedCases(of_positives=False), 0.5),
        (LesionLocalisationFraction(), 2 / 3),
        (NonLesionLocalisationFraction(uses_all_cases=False), 1.0),
        (NonLesionLocalisationFraction(uses_all_cases=True), 0.75),
        (LesionFractionAtFalseMarks(false_marks_per_case=0.0), 1 / 3),
        (LesionFractionAtFalseMarks(false_marks_per_case=0.375), 0.5),
        (LesionFractionAtFalseMarks(false_marks_per_case=0.6), 2 / 3),
        (LesionFractionAtFalseMarks(false_marks_per_case=5.0), 2 / 3),
    ],
    ids=lambda value: getattr(value, "label", ""),
)
def test_free_response_figures_by_hand(
    free_response: ObserverData, endpoint: Endpoint, expected: float
) -> None:
    assert endpoint.prepare(free_response).figures[0, 0] == pytest.approx(expected, abs=1e-12)


def test_that_the_froc_curve_counts_lesions_and_false_marks_at_each_rating(
    free_response: ObserverData,
) -> None:
    curve = froc_curve(free_response, modality=0, reader=0)
    assert curve.thresholds.tolist() == [np.inf, 4, 3, 2, 1]
    np.testing.assert_allclose(curve.false_marks_per_case, [0, 0, 0.25, 0.5, 0.75])
    np.testing.assert_allclose(curve.lesion_fractions, [0, 1 / 3, 1 / 3, 2 / 3, 2 / 3])


@pytest.mark.parametrize("endpoint", [*AREAS[::2], HighestRatingAuc()], ids=lambda endpoint: endpoint.label)
@pytest.mark.parametrize("complication", [{}, {"missing": 0.15, "patients": 11, "is_weighted": True}])
def test_that_one_right_mark_per_positive_and_one_false_per_negative_is_the_auc(
    endpoint: Endpoint, complication: dict[str, float], rated: Study
) -> None:
    data = rated(**complication)
    modality, reader, case = np.nonzero(data.was_read)
    as_marks = observer_data(
        data.ratings,
        data.is_positive,
        clusters=data.clusters,
        weights=data.weights,
        marks=Marks(
            modality=modality,
            reader=reader,
            case=case,
            lesion=np.where(data.is_positive[case], 0, NO_LESION),
            rating=data.ratings[modality, reader, case],
            lesion_weights=np.where(data.is_positive, 1.0, np.nan)[:, np.newaxis],
        ),
    )
    ours, auc = endpoint.prepare(as_marks), EmpiricalAuc().prepare(data)
    np.testing.assert_allclose(ours.figures, auc.figures, atol=1e-12)
    np.testing.assert_allclose(ours.leave_one_out(), auc.leave_one_out(), atol=1e-12)
    assert np.allclose(ours.delong_covariance(), auc.delong_covariance(), atol=1e-12)  # type: ignore[arg-type]


@pytest.mark.parametrize("endpoint", AREAS, ids=lambda endpoint: endpoint.label)
def test_that_only_the_order_of_the_ratings_counts(endpoint: Endpoint, marked: Study) -> None:
    data = marked()
    expected = endpoint.prepare(data).figures
    assert data.marks is not None
    data.marks.rating[:] = np.exp(data.marks.rating) - 50
    np.testing.assert_array_equal(endpoint.prepare(data).figures, expected)


def test_that_splitting_a_lesion_into_two_alike_changes_weighted_areas_only_in_name() -> None:
    whole = study_of(
        [(0, 0, 3.0), (1, 0, 1.0), (2, NO_LESION, 2.0)], [[1.0, NONE], [1.0, NONE], [NONE, NONE]]
    )
    split = study_of(
        [(0, 0, 3.0), (0, 1, 3.0), (1, 0, 1.0), (2, NO_LESION, 2.0)], [[0.4, 0.6], [1.0, NONE], [NONE, NONE]]
    )
    afroc, _, weighted, weighted_1 = AREAS
    for endpoint in (weighted, weighted_1):
        assert endpoint.prepare(split).figures == pytest.approx(endpoint.prepare(whole).figures)
    assert afroc.prepare(split).figures[0, 0] == pytest.approx(2 / 3)
    assert afroc.prepare(whole).figures[0, 0] == pytest.approx(1 / 2)


def test_that_the_best_of_several_marks_on_a_lesion_counts() -> None:
    data = study_of([(0, 0, 1.0), (0, 0, 3.0), (0, 0, 2.0), (1, NO_LESION, 2.5)], [[1.0], [NONE]])
    assert AREAS[2].prepare(data).figures[0, 0] == 1.0
    assert LesionLocalisationFraction().prepare(data).figures[0, 0] == 1.0


def test_that_a_mark_on_a_case_that_was_not_read_counts_nothing(free_response: ObserverData) -> None:
    free_response.ratings[0, 0, 0] = np.nan
    assert LesionLocalisationFraction().prepare(free_response).figures[0, 0] == 1.0
    assert NonLesionLocalisationFraction(uses_all_cases=True).prepare(free_response).figures[0, 0] == (
        pytest.approx(2 / 3)
    )
    assert AREAS[0].prepare(free_response).figures[0, 0] == pytest.approx(0.75)
    curve = froc_curve(free_response, modality=0, reader=0)
    assert curve.lesion_fractions.tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    ("is_positive", "words"),
    [
        ([True, True, True, False], "Case 3 is positive, but"),
        ([True, False, False, False], "Case 2 is negative"),
    ],
)
def test_that_truth_and_lesions_that_contradict_each_other_are_refused(
    free_response: ObserverData, is_positive: list[bool], words: str
) -> None:
    free_response.is_positive[:] = is_positive
    with pytest.raises(UserFacingError, match=words) as refusal:
        AREAS[0].prepare(free_response)
    assert "truth file" in refusal.value.hint


@pytest.fixture
def one_mark_each() -> ObserverData:
    """Positives rated 5 right, 4 wrong, 3 right, 2 right; negatives 4, 3, 1, and one without a mark."""
    wrong = NO_LESION
    return study_of(
        [
            (0, 0, 5.0),
            (1, wrong, 4.0),
            (2, 0, 3.0),
            (3, 0, 2.0),
            (4, wrong, 4.0),
            (5, wrong, 3.0),
            (6, wrong, 1.0),
        ],
        [[1.0]] * 4 + [[NONE]] * 4,
    )


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        # Wins of the three right marks: 4, 2.5 and 2 of 4 negatives; the wrong one wins nothing.
        (LrocArea(), 8.5 / 16),
        (LrocArea(up_to=0.25), 0.25 * 0.25),
        (LrocArea(up_to=0.5), 0.25 * 0.25 + 0.25 * 0.375),
        (LrocArea(up_to=0.75), 0.25 * 0.25 + 0.25 * 0.375 + 0.25 * 0.75),
        (CorrectLocalisation(false_positive_fraction=0.0), 0.25),
        (CorrectLocalisation(false_positive_fraction=0.25), 0.25),
        (CorrectLocalisation(false_positive_fraction=0.375), 0.375),
        (CorrectLocalisation(false_positive_fraction=0.5), 0.75),
        (CorrectLocalisation(false_positive_fraction=1.0), 0.75),
    ],
    ids=lambda value: getattr(value, "label", ""),
)
def test_lroc_figures_by_hand(one_mark_each: ObserverData, endpoint: Endpoint, expected: float) -> None:
    assert endpoint.prepare(one_mark_each).figures[0, 0] == pytest.approx(expected, abs=1e-12)


def test_that_a_wrong_place_does_not_tie_with_a_negative_that_was_not_marked() -> None:
    data = study_of([(0, NO_LESION, 3.0)], [[1.0], [NONE]])
    assert LrocArea().prepare(data).figures[0, 0] == 0.0
    assert CorrectLocalisation(false_positive_fraction=1.0).prepare(data).figures[0, 0] == 0.0


def test_that_a_right_mark_on_a_case_that_was_not_read_is_no_success(one_mark_each: ObserverData) -> None:
    one_mark_each.ratings[0, 0, 0] = np.nan
    assert LrocArea().prepare(one_mark_each).figures[0, 0] == pytest.approx(4.5 / 12)


def test_that_a_reader_of_wrongly_located_positives_alone_has_no_lroc_figure(
    one_mark_each: ObserverData,
) -> None:
    one_mark_each.ratings[0, 0, [0, 2, 3, 4, 5, 6, 7]] = np.nan
    for endpoint in (LrocArea(), LrocArea(up_to=0.5), CorrectLocalisation(false_positive_fraction=0.5)):
        assert np.isnan(endpoint.prepare(one_mark_each).figures).all()


def test_that_the_whole_lroc_area_is_the_same_by_pairs_and_along_the_curve(marked: Study) -> None:
    data = marked(one_mark=True, missing=0.1, patients=9, is_weighted=True)
    weights = np.random.default_rng(3).uniform(0, 2, (30, 9))
    nearly = LrocArea(up_to=1 - 1e-13).prepare(data).weighted(weights)
    np.testing.assert_allclose(nearly, LrocArea().prepare(data).weighted(weights), atol=1e-10)


def test_that_with_every_place_right_lroc_is_roc(marked: Study) -> None:
    data = marked(one_mark=True)
    assert data.marks is not None
    data.marks.lesion[data.is_positive[data.marks.case]] = 0
    np.testing.assert_allclose(LrocArea().prepare(data).figures, EmpiricalAuc().prepare(data).figures)


def test_that_two_marks_on_a_case_are_refused_for_lroc_naming_the_case(free_response: ObserverData) -> None:
    with pytest.raises(UserFacingError, match="reader 1 made 2 on case 1 in modality 1") as refusal:
        LrocArea().prepare(free_response)
    assert "wafroc" in refusal.value.hint
