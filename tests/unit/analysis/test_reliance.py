import numpy as np
import pytest

from realfm_gui.analysis.reliance import assess_reliance

TRUTH = [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]
UNAIDED = [1, 1, 0, 0, 0, 0, 0, 0, 1, 1]
MODEL = [1, 0, 1, 0, 0, 0, 0, 1, 0, 1]
AIDED = [1, 1, 1, 0, 0, 0, 0, 1, 0, 1]


def test_changes_against_the_toy_of_the_definitions() -> None:
    reliance = assess_reliance([[UNAIDED], [AIDED]], MODEL, TRUTH, alpha=0.05)
    right, wrong = reliance.ai_right.pooled, reliance.ai_wrong.pooled
    assert (right.wrong_to_right, right.wrong_before, right.right_to_wrong, right.right_before) == (
        2,
        2,
        0,
        4,
    )
    assert (wrong.right_to_wrong, wrong.right_before, wrong.wrong_to_right, wrong.wrong_before) == (
        1,
        2,
        0,
        2,
    )
    assert (right.cases, wrong.cases) == (6, 4)


def test_that_a_handful_of_readings_is_not_made_a_rate() -> None:
    reliance = assess_reliance([[UNAIDED], [AIDED]], MODEL, TRUTH, alpha=0.05)
    assert reliance.relied_when_right.value is None
    assert "2 of 2 readings" in reliance.relied_when_right.note
    assert "1 of 2 readings" in reliance.held_when_model_wrong.note
    assert reliance.omission.value is None


def _repeated(times: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    calls = np.tile(np.array([[UNAIDED], [AIDED]], dtype=float), (1, 5, times))
    return calls, np.tile(np.array(MODEL, dtype=float), times), np.tile(TRUTH, times)


def test_rates_and_strata_where_there_is_enough() -> None:
    reliance = assess_reliance(*_repeated(10), alpha=0.05)
    assert reliance.relied_when_right.value == 1.0
    assert reliance.held_when_model_wrong.value == 0.5
    assert reliance.ai_right.accuracy_change.value == pytest.approx(2 / 6)
    assert reliance.ai_wrong.accuracy_change.value == pytest.approx(-1 / 4)
    # The model misses cases 2 and 4 (nobody turns) and calls 8 and 10 in error (one call of two turns).
    assert reliance.omission.value == 0.0
    assert reliance.commission.value == pytest.approx(-1 / 2)
    assert reliance.omission_counts.cases == 20


def test_that_readers_add_up_to_the_pool() -> None:
    reliance = assess_reliance(*_repeated(3), alpha=0.05)
    for stratum in (reliance.ai_right, reliance.ai_wrong):
        for name in ("readings", "wrong_to_right", "right_to_wrong", "wrong_before", "right_before"):
            assert sum(getattr(r, name) for r in stratum.per_reader) == getattr(stratum.pooled, name)


def test_that_cases_without_a_model_call_are_left_out_and_counted() -> None:
    calls, model, truth = _repeated(3)
    model[:4] = np.nan
    reliance = assess_reliance(calls, model, truth, alpha=0.05)
    assert reliance.cases_without_call == 4
    assert reliance.ai_right.pooled.cases + reliance.ai_wrong.pooled.cases == 26


def test_the_rates_interval_against_a_bootstrap_of_cases() -> None:
    rng = np.random.default_rng(3)
    truth = np.ones(80)
    difficulty = rng.uniform(0.2, 0.9, 80)
    calls = np.stack([np.zeros((6, 80)), rng.uniform(size=(6, 80)) < difficulty]).astype(float)
    estimate = assess_reliance(calls, np.ones(80), truth, alpha=0.05).relied_when_right
    draws = [calls[1][:, rng.integers(0, 80, 80)].mean() for _ in range(2000)]
    assert estimate.se == pytest.approx(np.std(draws), rel=0.1)


def test_refuses_calls_that_are_missing() -> None:
    calls, model, truth = _repeated(2)
    calls[0, 0, 0] = np.nan
    with pytest.raises(ValueError, match="missing"):
        assess_reliance(calls, model, truth, alpha=0.05)
