"""Free-response studies of the search model against closed forms and published values."""

import numpy as np
import pytest

from realfm_gui.analysis.planning.search_model import (
    FrocStudy,
    SearchModel,
    inferred_roc_auc,
    wafroc_auc,
    wafroc_effect,
    wafroc_effect_slope,
)
from realfm_gui.domain.errors import UserFacingError

MODEL = SearchModel(
    mu=(1.5, 2.0),
    marks_per_case=(1.0, 0.8),
    found_share=(0.7, 0.8),
    lesion_shares=(0.6, 0.3, 0.1),
    var_r=0.1,
    var_tr=0.05,
    var_c=0.3,
    var_tc=0.1,
    busyness=0.5,
)


def _wafroc(study: FrocStudy) -> np.ndarray:
    """wAFROC areas (2, readers) with equal weights, every lesion against every case without one."""
    false_marks = study.non_lesion.max(axis=3)[:, :, np.newaxis, np.newaxis, ~study.truth]
    rated = study.lesion[..., np.newaxis]
    wins = (rated > false_marks).mean(axis=-1) + (rated == false_marks).mean(axis=-1) / 2
    exists = np.arange(study.lesion.shape[3]) < study.n_lesions[:, np.newaxis]
    areas: np.ndarray = (wins * exists / study.n_lesions[:, np.newaxis]).sum(axis=-1).mean(axis=-1)
    return areas


def test_simulated_wafroc_areas_against_the_closed_form() -> None:
    areas = np.array(
        [
            _wafroc(MODEL.simulate(np.random.default_rng([3, run]), 4, 30, 30)).mean(axis=1)
            for run in range(800)
        ]
    )
    error = areas.std(axis=0) / np.sqrt(len(areas))
    assert abs(areas.mean(axis=0) - MODEL.expected_wafrocs) == pytest.approx(0, abs=4 * float(error.max()))


def test_areas_of_the_search_model_against_rjafroc() -> None:
    """mu 2, lambda' 1, nu' .9 and up to four lesions; RJafroc's source quotes .9698827 and .8566404.

    Its AFROC area is taken from a lowest threshold of -3, so it agrees to four digits only.
    """
    assert inferred_roc_auc(2, 1, 0.9, (0.1, 0.4, 0.4, 0.1)) == pytest.approx(0.9698827, abs=1e-7)
    assert wafroc_auc(2, 1, 0.9) == pytest.approx(0.8566404, abs=5e-5)


def test_the_highest_ratings_against_the_inferred_roc_area() -> None:
    plain = SearchModel(
        mu=(1.5, 1.5), marks_per_case=(0.6, 0.6), found_share=(0.8, 0.8), lesion_shares=(0.5, 0.5)
    )
    areas = []
    for run in range(200):
        study = plain.simulate(np.random.default_rng([8, run]), 1, 60, 60)
        ratings = study.highest_ratings()[:, 0]
        positive, negative = ratings[:, study.truth, np.newaxis], ratings[:, np.newaxis, ~study.truth]
        areas.append((positive > negative).mean() + (positive == negative).mean() / 2)
    error = np.std(areas) / np.sqrt(len(areas))
    assert np.mean(areas) == pytest.approx(inferred_roc_auc(1.5, 0.6, 0.8, (0.5, 0.5)), abs=4 * error)


def test_simulated_marks_against_their_counts() -> None:
    study = MODEL.simulate(np.random.default_rng(1), 3, 4000, 4000)
    counts = np.isfinite(study.non_lesion).sum(axis=3)
    # Poisson with a gamma mean: variance mean + busyness x mean^2; shared by readers through the case.
    assert counts.mean(axis=(1, 2)) == pytest.approx([1.0, 0.8], abs=0.04)
    assert counts[0].var() == pytest.approx(1 + 0.5, abs=0.12)
    assert np.corrcoef(counts[0, 0], counts[0, 1])[0, 1] == pytest.approx(0.5 / 1.5, abs=0.05)
    exists = np.arange(3) < study.n_lesions[:, np.newaxis]
    found = np.isfinite(study.lesion)
    assert not found[:, :, ~exists].any()
    assert found[:, :, exists].mean(axis=(1, 2)) == pytest.approx([0.7, 0.8], abs=0.02)
    assert np.bincount(study.n_lesions)[1:] / 4000 == pytest.approx([0.6, 0.3, 0.1], abs=0.03)


def test_that_an_effect_on_the_wafroc_scale_exceeds_that_on_the_roc_scale() -> None:
    slope = wafroc_effect_slope(mu=2.5, intrinsic_marks=2.0, intrinsic_finding=0.5)
    assert slope > 1
    assert wafroc_effect(0.03, slope=slope) == pytest.approx(0.03 * slope)


def test_the_slope_against_areas_a_small_skill_apart() -> None:
    areas = []
    for mu in (2.45, 2.55):
        found = 1 - np.exp(-0.5 * mu)
        areas.append((inferred_roc_auc(mu, 2 / mu, found), wafroc_auc(mu, 2 / mu, found)))
    expected = (areas[1][1] - areas[0][1]) / (areas[1][0] - areas[0][0])
    assert wafroc_effect_slope(mu=2.5, intrinsic_marks=2.0, intrinsic_finding=0.5) == pytest.approx(
        expected, rel=1e-3
    )


@pytest.mark.parametrize(
    "change",
    [
        {"found_share": (0.5, 1.2)},
        {"marks_per_case": (0.0, 1.0)},
        {"mu": (np.inf, 1.0)},
        {"lesion_shares": (0.5, 0.4)},
        {"lesion_shares": ()},
        {"var_c": 0.9, "var_tc": 0.2},
        {"busyness": -1.0},
    ],
)
def test_that_an_impossible_search_model_is_refused(change: "dict[str, object]") -> None:
    sound = {"mu": (1.5, 2.0), "marks_per_case": (1.0, 0.8), "found_share": (0.7, 0.8)}
    with pytest.raises(UserFacingError) as caught:
        SearchModel(**{**sound, **change})  # type: ignore[arg-type]
    assert caught.value.hint


def test_that_a_slope_needs_a_model_and_a_sign() -> None:
    with pytest.raises(UserFacingError, match="search model"):
        wafroc_effect_slope(mu=0.0, intrinsic_marks=2.0, intrinsic_finding=0.5)
    with pytest.raises(UserFacingError, match="slope"):
        wafroc_effect(0.05, slope=-1.0)
