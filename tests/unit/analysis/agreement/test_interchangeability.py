import itertools
import json
import math

import numpy as np
import pytest

from realfm_gui.analysis.agreement.case_resampling import Resampling
from realfm_gui.analysis.agreement.interchangeability import (
    Interchangeability,
    interchangeability_of_calls,
    interchangeability_of_scores,
)
from realfm_gui.analysis.conditions import Status
from realfm_gui.domain.errors import UserFacingError

FEW = Resampling(n_replicates=300)


def simulated(
    seed: int, *, cases: int = 200, readers: int = 5, skill: float = 0.9
) -> tuple[np.ndarray, np.ndarray]:
    """Calls of readers who are right in 90 % and of an algorithm right with chance `skill`, independently."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, cases)
    calls = np.where(rng.random((readers, cases)) < 0.9, truth, 1 - truth)
    return calls.astype(float), np.where(rng.random(cases) < skill, truth, 1 - truth).astype(float)


def test_gamma_against_the_definition_over_all_pairs() -> None:
    readers, algorithm = simulated(1, cases=30, readers=4)
    result = interchangeability_of_calls(readers, algorithm, how=FEW)
    pairs = [(readers[a] != readers[b]).mean() for a, b in itertools.combinations(range(4), 2)]
    assert result.between_readers == pytest.approx(np.mean(pairs), abs=1e-14)
    assert result.with_algorithm == pytest.approx((readers != algorithm).mean(), abs=1e-14)
    assert result.gamma.value == pytest.approx((readers != algorithm).mean() - np.mean(pairs), abs=1e-14)


def test_gamma_of_scores_against_the_definition_with_missing_reads() -> None:
    rng = np.random.default_rng(2)
    readers, algorithm = rng.normal(50, 10, (4, 25)), rng.normal(50, 10, 25)
    readers[rng.random(readers.shape) < 0.2] = np.nan
    algorithm[3] = np.nan
    result = interchangeability_of_scores(readers, algorithm, margin=25.0, how=FEW)
    with_algorithm = np.nanmean((readers - algorithm) ** 2)
    kept = readers[:, ~np.isnan(algorithm)]
    squares = [(kept[a] - kept[b]) ** 2 for a, b in itertools.combinations(range(4), 2)]
    assert result.gamma.value == pytest.approx(
        with_algorithm - np.nanmean(np.concatenate(squares)), abs=1e-10
    )


def test_that_replacing_each_reader_averages_to_gamma() -> None:
    readers, algorithm = simulated(3)
    result = interchangeability_of_calls(readers, algorithm, how=FEW)
    others = np.delete(readers, 1, axis=0)
    of_second = (others != algorithm).mean() - (others != readers[1]).mean()
    assert result.of_readers[1] == pytest.approx(of_second, abs=1e-14)
    assert np.mean(np.array(result.of_readers, dtype=float)) == pytest.approx(result.gamma.value, abs=1e-14)


def test_gamma_and_its_standard_error_against_theory() -> None:
    # Readers right in 90 %, the algorithm in 75 %: disagreement .9*.25+.1*.75 = .30 against 2*.9*.1 = .18.
    gammas, errors = [], []
    for seed in range(60):
        readers, algorithm = simulated(seed, skill=0.75)
        result = interchangeability_of_calls(readers, algorithm, how=FEW)
        gammas.append(result.gamma.value)
        errors.append(result.gamma.se)
    found = np.array(gammas, dtype=float)
    assert found.mean() == pytest.approx(0.12, abs=4 * found.std() / math.sqrt(60))
    assert np.mean(np.array(errors, dtype=float)) == pytest.approx(found.std(), rel=4 / math.sqrt(2 * 60))


def test_that_the_margin_decides_between_the_three_answers() -> None:
    def status(skill: float, cases: int) -> Status:
        readers, algorithm = simulated(4, cases=cases, skill=skill)
        return interchangeability_of_calls(readers, algorithm, how=FEW).status

    assert status(0.95, 2_000) is Status.PASSES
    assert status(0.6, 2_000) is Status.CONTRADICTED
    assert status(0.9, 40) is Status.INCONCLUSIVE


def test_that_agreeing_with_most_readers_is_not_interchangeability() -> None:
    # Readers agree with one another always; the algorithm with them in 88 % of cases.
    truth = np.arange(200) % 2
    algorithm = np.where(np.arange(200) % 25 < 3, 1 - truth, truth)
    result = interchangeability_of_calls(np.tile(truth, (4, 1)), algorithm, how=FEW)
    assert result.with_algorithm == pytest.approx(0.12)
    assert result.status is Status.CONTRADICTED


def perfect(cases: int, n_wrong: int = 0) -> Interchangeability:
    calls = (np.arange(cases) % 2).astype(float)
    algorithm = np.where(np.arange(cases) < n_wrong, 1 - calls, calls)
    return interchangeability_of_calls(np.tile(calls, (3, 1)), algorithm, how=FEW)


def test_that_perfect_agreement_on_few_cases_passes_no_margin() -> None:
    few, many = perfect(20), perfect(100)
    assert few.gamma.value == 0.0
    assert few.gamma.ci == pytest.approx((-(1 - 0.025 ** (1 / 20)), 1 - 0.025 ** (1 / 20)))
    assert few.status is Status.INCONCLUSIVE
    assert many.status is Status.PASSES


def test_that_more_disagreement_never_lowers_the_upper_bound() -> None:
    bounds = [perfect(60, n_wrong).gamma.ci for n_wrong in range(5)]
    upper = [bound[1] for bound in bounds if bound is not None]
    assert len(upper) == 5
    assert upper == sorted(upper)


def test_that_readers_are_fixed_and_left_out_one_by_one() -> None:
    readers, algorithm = simulated(5, readers=4)
    result = interchangeability_of_calls(readers, algorithm, how=FEW)
    without = interchangeability_of_calls(np.delete(readers, 2, axis=0), algorithm, how=FEW)
    assert result.without_reader.values[2] == pytest.approx(without.gamma.value)
    assert result.without_reader.se is not None
    assert "these readers" in result.gamma.note


def test_that_cases_of_one_patient_count_once() -> None:
    readers, algorithm = simulated(6, cases=50)
    four = np.repeat(readers, 4, axis=1), np.repeat(algorithm, 4)
    clustered = interchangeability_of_calls(*four, patients=np.repeat(np.arange(50), 4))
    alone = interchangeability_of_calls(readers, algorithm)
    assert clustered.n_patients == 50
    assert clustered.n_cases == 200
    assert clustered.gamma.se == pytest.approx(alone.gamma.se, rel=1e-9)


def test_gamma_of_scores_invariant_to_a_common_origin() -> None:
    rng = np.random.default_rng(7)
    readers, algorithm = rng.normal(0, 1, (3, 40)), rng.normal(0, 1, 40)
    at_home = interchangeability_of_scores(readers, algorithm, margin=1.0, how=FEW).gamma
    far_away = interchangeability_of_scores(readers + 1e6, algorithm + 1e6, margin=1.0, how=FEW).gamma
    assert far_away.value == pytest.approx(at_home.value, abs=1e-8)


@pytest.mark.parametrize(
    ("readers", "algorithm", "reason"),
    [
        ([[0, 1, 0]], [0, 1, 1], "One reader"),
        ([[0, math.nan], [math.nan, 1]], [0, 1], "two readers"),
        ([[0, 1], [0, 1]], [math.nan, math.nan], "two readers"),
        ([[], []], [], "two readers"),
        ([[0], [1]], [1], "single patient"),
    ],
)
def test_that_what_cannot_be_assessed_says_why(
    readers: list[list[float]], algorithm: list[float], reason: str
) -> None:
    result = interchangeability_of_calls(np.array(readers, dtype=float), algorithm, how=FEW)
    assert result.status is Status.NOT_ASSESSABLE
    assert reason in result.gamma.note
    json.dumps(result.to_json(), allow_nan=False)


def test_that_scores_without_spread_get_an_interval_only_where_their_reach_is_known() -> None:
    readers, algorithm = np.tile(np.linspace(0, 100, 30), (3, 1)), np.linspace(0, 100, 30)
    unknown = interchangeability_of_scores(readers, algorithm, margin=4.0, how=FEW)
    known = interchangeability_of_scores(readers, algorithm, margin=4.0, largest_difference=100.0, how=FEW)
    assert unknown.status is Status.NOT_ASSESSABLE
    assert known.status is Status.INCONCLUSIVE


@pytest.mark.parametrize("margin", [0.0, -0.05, math.inf, math.nan])
def test_that_a_margin_without_room_is_refused(margin: float) -> None:
    with pytest.raises(UserFacingError, match="positive margin"):
        interchangeability_of_calls([[0, 1], [0, 1]], [0, 1], margin=margin)
