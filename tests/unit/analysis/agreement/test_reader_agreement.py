import json
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from realfm_gui.analysis.agreement.case_resampling import Interval, Resampling
from realfm_gui.analysis.agreement.coefficients import Coefficient
from realfm_gui.analysis.agreement.reader_agreement import (
    agreement_change,
    change_by_algorithm_correctness,
    reader_agreement,
)
from realfm_gui.domain.errors import UserFacingError

FEW = Resampling(n_replicates=200)

DEGENERATE: dict[str, list[list[float]]] = {
    "all readers always agree": [[0, 1, 0, 1, 1, 0]] * 3,
    "one category": [[1, 1, 1, 1]] * 3,
    "constant readers who differ": [[0, 0, 0, 0], [1, 1, 1, 1], [1, 1, 1, 1]],
    "one reader": [[0, 1, 0, 1]],
    "no case": [[], [], []],
    "one case": [[0], [1], [1]],
    "nothing read": [[math.nan] * 4] * 3,
    "no case shared": [[0, 1, math.nan, math.nan], [math.nan, math.nan, 1, 0]],
    "two cases": [[0, 1], [1, 0]],
}


def numbers_in(value: Any) -> Iterator[float]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from numbers_in(part)
    elif isinstance(value, float):
        yield value


@pytest.mark.parametrize("coefficient", list(Coefficient))
@pytest.mark.parametrize("name", list(DEGENERATE))
def test_that_degenerate_ratings_get_a_sentence_never_a_nan_or_an_exception(
    name: str, coefficient: Coefficient
) -> None:
    table = np.array(DEGENERATE[name], dtype=float)
    result = reader_agreement(table, coefficient, how=FEW)
    if result.estimate.value is None or result.estimate.ci is None:
        assert result.estimate.note
    written = json.loads(json.dumps(result.to_json(), allow_nan=False))
    assert all(math.isfinite(number) for number in numbers_in(written))
    change = agreement_change(np.stack([table, table]), coefficient, how=FEW)
    json.dumps(change.to_json(), allow_nan=False)
    assert change.difference.note


def test_that_a_table_without_readers_says_so() -> None:
    assert "no reader" in reader_agreement(np.empty((0, 4)), "icc-2-1", how=FEW).estimate.note


def test_that_unanimous_readers_in_one_category_leave_kappa_undefined_and_say_so() -> None:
    result = reader_agreement([[1, 1, 1, 1]] * 3, "fleiss-kappa", how=FEW)
    assert result.estimate.value is None
    assert "always agree" in result.estimate.note
    assert result.percent_agreement == 1.0
    assert "One reader" in reader_agreement([[0, 1]], "fleiss-kappa", how=FEW).estimate.note


@pytest.mark.parametrize("coefficient", [c for c in Coefficient if c.startswith(("icc", "kripp", "fleiss"))])
def test_that_rounding_is_not_taken_for_spread(coefficient: Coefficient) -> None:
    estimate = reader_agreement([[0.1] * 7] * 3, coefficient, how=FEW).estimate
    assert estimate.value is None
    assert "Every rating is 0.1" in estimate.note


def test_that_rounding_is_not_taken_for_differences_between_cases() -> None:
    for n_cases in range(3, 30):
        constant = np.repeat([[0.1], [0.3], [0.7]], n_cases, axis=1)
        assert reader_agreement(constant, "icc-3-1", how=Resampling(n_replicates=2)).estimate.value is None


def test_that_a_negative_denominator_gives_no_intraclass_correlation() -> None:
    # Cases with equal means: no case effect at all, and the ratio of two negative numbers would be 2.
    assert reader_agreement([[0, 1], [1, 0]], "icc-2-k", how=FEW).estimate.value is None


def test_that_unanimous_readers_get_the_exact_bound_on_percent_agreement() -> None:
    estimate = reader_agreement([[0, 1] * 5] * 3, "percent-agreement", how=FEW).estimate
    assert estimate.value == 1.0
    # Clopper-Pearson for 10 of 10.
    assert estimate.ci == pytest.approx((0.025 ** (1 / 10), 1.0))
    assert reader_agreement([[0, 1] * 5] * 3, "fleiss-kappa", how=FEW).estimate.ci is None


def test_interval_against_an_explicit_bootstrap_of_cases(make_ratings: Callable[..., np.ndarray]) -> None:
    table = make_ratings(21, readers=2, cases=80)
    found = reader_agreement(table, "cohen-kappa", how=Resampling(n_replicates=4_000)).estimate
    rng = np.random.default_rng(5)
    draws = rng.integers(0, 80, (1_000, 80))
    values = np.array([cohen_kappa_score(*table[:, drawn]) for drawn in draws])
    monte_carlo = values.std() / math.sqrt(2 * len(values))
    assert found.se == pytest.approx(values.std(ddof=1), abs=4 * monte_carlo)
    # A 2.5 % quantile has about 2.7 times the Monte-Carlo error of the mean.
    assert found.ci == pytest.approx(
        np.quantile(values, [0.025, 0.975]), abs=4 * 2.7 * values.std() / math.sqrt(1_000)
    )


def test_that_readers_are_never_resampled(make_ratings: Callable[..., np.ndarray]) -> None:
    # Two readers who never agree: a reader drawn twice would agree with themselves.
    calls = (np.arange(40) % 2).astype(float)
    result = reader_agreement([calls, 1 - calls], "percent-agreement", how=FEW)
    assert result.estimate.value == 0.0
    assert result.estimate.ci is not None
    assert result.estimate.ci[1] == pytest.approx(1 - 0.025 ** (1 / 40))


def test_that_cases_of_one_patient_widen_the_interval(make_ratings: Callable[..., np.ndarray]) -> None:
    table = np.repeat(make_ratings(22, cases=30), 4, axis=1)
    alone = reader_agreement(table, "gwet-ac1").estimate
    together = reader_agreement(table, "gwet-ac1", patients=np.repeat(np.arange(30), 4)).estimate
    of_patients = reader_agreement(table[:, ::4], "gwet-ac1").estimate
    assert alone.se is not None
    assert together.se is not None
    assert together.se == pytest.approx(2 * alone.se, rel=0.1)
    assert together.se == pytest.approx(of_patients.se, rel=1e-9)


def test_that_the_same_seed_gives_the_same_interval_and_another_one_does_not(
    make_ratings: Callable[..., np.ndarray],
) -> None:
    table = make_ratings(23)
    first, again, other = (reader_agreement(table, "icc-2-1", how=Resampling(seed=s)) for s in (1, 1, 2))
    assert first == again
    assert first.estimate.ci != other.estimate.ci
    assert first.seed == 1


def test_leave_one_reader_out_against_the_definition(make_ratings: Callable[..., np.ndarray]) -> None:
    table = make_ratings(24, readers=5)
    result = reader_agreement(table, "fleiss-kappa", scale=range(5), how=FEW)
    without = [
        reader_agreement(np.delete(table, j, axis=0), "fleiss-kappa", scale=range(5), how=FEW).estimate.value
        for j in range(5)
    ]
    assert result.without_reader.values == pytest.approx(without)
    assert result.without_reader.se == pytest.approx(math.sqrt(4 / 5 * 5 * np.var(without)))
    two = reader_agreement(table[:2], "fleiss-kappa", how=FEW).without_reader
    assert two.se is None
    assert "three readers" in two.note


def test_that_a_reader_apart_from_the_rest_stands_out_when_left_out(
    make_ratings: Callable[..., np.ndarray],
) -> None:
    table = make_ratings(25, noise=0.2)
    table[2] = np.random.default_rng(1).permutation(table[2])
    values = reader_agreement(table, "krippendorff-alpha-ordinal", how=FEW).without_reader.values
    assert int(np.argmax(np.array(values, dtype=float))) == 2


def test_that_two_equal_modalities_differ_by_exactly_nothing(make_ratings: Callable[..., np.ndarray]) -> None:
    table = make_ratings(26)
    change = agreement_change(np.stack([table, table]), "fleiss-kappa", how=FEW)
    assert change.difference.value == 0.0
    assert change.difference.ci is None
    assert change.first == change.second


def test_that_a_difference_uses_the_same_cases_in_both_modalities(
    make_ratings: Callable[..., np.ndarray],
) -> None:
    first = make_ratings(27, cases=60)
    second = first.copy()
    second[0, 0] = (second[0, 0] + 1) % 5
    change = agreement_change(np.stack([first, second]), "percent-agreement")
    assert change.difference.se is not None
    assert change.first.estimate.se is not None
    # One case differs: with separate resamples the difference would vary as much as both levels together.
    assert change.difference.se < 0.3 * change.first.estimate.se


def test_that_a_change_is_second_minus_first_and_comes_with_the_caution(
    make_ratings: Callable[..., np.ndarray],
) -> None:
    loose, tight = make_ratings(28, noise=1.5), make_ratings(28, noise=0.2)
    change = agreement_change(np.stack([loose, tight]), "icc-2-1", how=FEW)
    assert change.difference.value is not None
    assert change.difference.value > 0.3
    assert change.difference.value == pytest.approx(
        (change.second.estimate.value or 0) - (change.first.estimate.value or 0)
    )
    without = [
        b - a for a, b in zip(*(r.without_reader.values for r in (change.first, change.second)), strict=True)
    ]
    assert change.without_reader.values == pytest.approx(without)
    assert change.without_reader.se is not None
    assert "no benefit by itself" in change.to_json()["caution"]


def test_that_convergence_on_a_wrong_algorithm_shows_where_it_is_wrong(
    make_ratings: Callable[..., np.ndarray],
) -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 120).astype(float)
    algorithm = np.where(rng.random(120) < 0.7, truth, 1 - truth)
    unaided = np.where(rng.random((5, 120)) < 0.75, truth, 1 - truth)
    aided = np.where(rng.random((5, 120)) < 0.9, algorithm, unaided)
    change = change_by_algorithm_correctness(
        np.stack([unaided, aided]), algorithm == truth, "percent-agreement", how=FEW
    )
    where_wrong = change.where_wrong.difference
    assert where_wrong.ci is not None
    assert where_wrong.ci[0] > 0
    assert change.where_right.first.n_cases + change.where_wrong.first.n_cases == 120
    assert "by itself" in change.to_json()["caution"]


def test_that_the_paradox_of_a_rare_category_is_pointed_out(paradox_table: np.ndarray) -> None:
    (warning,) = reader_agreement(paradox_table, "cohen-kappa", how=FEW).warnings
    assert "94%" in warning
    assert "AC1" in warning
    assert not reader_agreement(paradox_table, "gwet-ac1", how=FEW).warnings


def test_that_cases_left_out_of_an_intraclass_correlation_are_counted(krippendorff_table: np.ndarray) -> None:
    (warning,) = reader_agreement(krippendorff_table, "icc-2-1", how=FEW).warnings
    assert warning.startswith("4 cases")


def test_that_positive_agreement_of_ratings_is_refused_with_a_way_out() -> None:
    with pytest.raises(UserFacingError, match="Apply a threshold"):
        reader_agreement([[0, 50], [10, 90]], "positive-agreement")


def test_that_measurements_are_not_taken_for_categories() -> None:
    table = np.random.default_rng(1).normal(size=(3, 200))
    note = reader_agreement(table, "fleiss-kappa", how=FEW).estimate.note
    assert "600 different values" in note
    assert reader_agreement(table, "krippendorff-alpha-interval", how=FEW).estimate.ci is not None


def test_that_a_bca_interval_is_named_as_such(make_ratings: Callable[..., np.ndarray]) -> None:
    table = make_ratings(29, noise=0.3)
    how = Resampling(n_replicates=500, interval=Interval.BCA)
    assert "accelerated" in reader_agreement(table, "fleiss-kappa", how=how).estimate.note
    assert "Percentile" in reader_agreement(table, "fleiss-kappa", how=FEW).estimate.note
