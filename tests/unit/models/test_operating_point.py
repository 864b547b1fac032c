import numpy as np
import pytest
from sklearn.metrics import roc_curve

from realfm_gui.domain.protocol import OperatingPoint
from realfm_gui.models.operating_point import choose_threshold

SCORES = [0.1, 0.4, 0.4, 0.6, 0.6, 0.9, 1.2, 1.2]
TRUTH = [False, False, True, False, True, True, False, True]


def rates(scores: object, truth: object, threshold: float) -> tuple[float, float]:
    call, positive = np.asarray(scores) >= threshold, np.asarray(truth)
    return float(call[positive].mean()), float((~call[~positive]).mean())


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("target", [0.5, 0.8, 0.9, 0.99])
def test_that_a_target_is_reached_and_no_other_threshold_does_better(seed: int, target: float) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 13, size=rng.integers(4, 41)).tolist()
    truth = rng.random(len(scores)) < 0.5
    truth[:2] = True, False
    every = [min(scores) - 1, *[s + 0.5 for s in set(scores)]]
    all_rates = [rates(scores, truth, t) for t in every]
    point = choose_threshold(scores, truth, OperatingPoint(rule="sensitivity", target=target))
    assert point.sensitivity >= target
    assert point.specificity == max(spec for sens, spec in all_rates if sens >= target)
    point = choose_threshold(scores, truth, OperatingPoint(rule="specificity", target=target))
    assert point.specificity >= target
    assert point.sensitivity == max(sens for sens, spec in all_rates if spec >= target)


def test_that_youdens_index_agrees_against_reference() -> None:
    rng = np.random.default_rng(2)
    truth = rng.random(300) < 0.3
    scores = rng.normal(size=300) + truth
    false_rate, true_rate, _ = roc_curve(truth, scores)
    point = choose_threshold(scores, truth, OperatingPoint())
    assert point.sensitivity + point.specificity - 1 == pytest.approx((true_rate - false_rate).max())


@pytest.mark.parametrize("rule", [("youden", None), ("sensitivity", 0.7), ("specificity", 0.7)])
def test_that_the_rates_stated_are_those_of_the_call(rule: tuple[str, float | None]) -> None:
    point = choose_threshold(
        SCORES, TRUTH, OperatingPoint.model_validate({"rule": rule[0], "target": rule[1]})
    )
    assert (point.sensitivity, point.specificity) == rates(SCORES, TRUTH, point.threshold)
    assert point.threshold not in SCORES


def test_that_of_equal_youden_indices_the_most_specific_wins() -> None:
    point = choose_threshold([1, 2, 3, 4], [False, True, False, True], OperatingPoint())
    assert (point.sensitivity, point.specificity) == (0.5, 1.0)


def test_that_neighbouring_floating_point_scores_are_kept_apart() -> None:
    low = 0.3
    high = float(np.nextafter(low, 1))
    point = choose_threshold([low, high], [False, True], OperatingPoint())
    assert (point.sensitivity, point.specificity) == (1.0, 1.0)


def test_that_one_class_is_refused() -> None:
    with pytest.raises(ValueError, match="with and without"):
        choose_threshold([1, 2], [True, True], OperatingPoint())
