"""The calibration's interval against theory: how often it holds the truth, and what may not change it."""

import numpy as np
import pytest

from realfm_gui.models.calibration import calibration_covariance, probability_interval
from realfm_gui.models.head import platt_calibration

TRUE_SLOPE, TRUE_OFFSET = 0.8, -0.5


def a_sample(rng: np.random.Generator, cases: int = 200) -> tuple[np.ndarray, np.ndarray]:
    scores = rng.normal(0, 1.5, cases)
    chance = 1 / (1 + np.exp(-(TRUE_SLOPE * scores + TRUE_OFFSET)))
    return scores, rng.random(cases) < chance


def fitted(scores: np.ndarray, is_positive: np.ndarray) -> tuple[float, float]:
    """Return slope and offset by Newton's method on Platt's targets: quicker than the program's solver."""
    positives, negatives = is_positive.sum(), (~is_positive).sum()
    targets = np.where(is_positive, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    design, found = np.stack([scores, np.ones_like(scores)], axis=1), np.zeros(2)
    for _ in range(8):
        chance = 1 / (1 + np.exp(-design @ found))
        curvature = design.T @ (design * (chance * (1 - chance))[:, None])
        found = found + np.linalg.solve(curvature, design.T @ (targets - chance))
    return float(found[0]), float(found[1])


def interval_of(scores, is_positive, patients, at: float) -> tuple[float, float]:
    slope, offset = fitted(scores, is_positive)
    spread = calibration_covariance(scores, is_positive, patients, slope=slope, offset=offset)
    assert spread is not None
    return probability_interval(at, slope=slope, offset=offset, covariance=spread)


def test_that_the_interval_holds_the_true_chance_as_often_as_it_says_against_theory() -> None:
    rng = np.random.default_rng(7)
    at, rounds = 1.0, 400
    truth = 1 / (1 + np.exp(-(TRUE_SLOPE * at + TRUE_OFFSET)))
    held = 0
    for _ in range(rounds):
        scores, is_positive = a_sample(rng)
        low, high = interval_of(scores, is_positive, [str(i) for i in range(len(scores))], at)
        held += low <= truth <= high
    # 95 % of 400 with a standard error of 1.1 points.
    assert 0.92 <= held / rounds <= 0.98


def test_that_showing_every_patient_twice_makes_nothing_surer() -> None:
    scores, is_positive = a_sample(np.random.default_rng(1), 400)
    people = [str(i) for i in range(len(scores))]
    once = interval_of(scores, is_positive, people, 0.7)
    twice = interval_of(np.tile(scores, 2), np.tile(is_positive, 2), people * 2, 0.7)
    strangers = interval_of(
        np.tile(scores, 2), np.tile(is_positive, 2), [str(i) for i in range(2 * len(scores))], 0.7
    )
    assert twice == pytest.approx(once, abs=0.003)  # Platt's targets differ a little with the counts
    assert (strangers[1] - strangers[0]) / (once[1] - once[0]) == pytest.approx(2**-0.5, rel=0.02)


def test_that_the_quick_fit_is_the_programs_own() -> None:
    scores, is_positive = a_sample(np.random.default_rng(3))
    assert fitted(scores, is_positive) == pytest.approx(platt_calibration(scores, is_positive), abs=1e-4)


def test_that_nothing_is_said_where_nothing_can_be() -> None:
    scores, is_positive = a_sample(np.random.default_rng(2))
    people = [str(i) for i in range(len(scores))]
    assert calibration_covariance(scores, is_positive, people, slope=0.0, offset=0.1) is None
    assert calibration_covariance(scores, is_positive, ["a"] * len(scores), slope=1.0, offset=0.0) is None
    apart = np.where(is_positive, 1e3, -1e3)
    assert calibration_covariance(apart, is_positive, people, slope=5.0, offset=0.0) is None
