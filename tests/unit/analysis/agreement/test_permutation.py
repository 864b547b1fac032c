import itertools
import json
import math

import numpy as np
import pytest
from scipy import stats

from realfm_gui.analysis.agreement import sign_flips
from realfm_gui.analysis.agreement.permutation import (
    auc_swap_contributions,
    case_swap_test,
    case_swap_test_of,
    reader_flip_test,
)
from realfm_gui.domain.errors import UserFacingError


def simulated(
    seed: int, *, readers: int = 3, cases: int = 12, gain: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Tied ratings of shape (2, readers, cases), the second modality better by `gain`, and the truth."""
    rng = np.random.default_rng(seed)
    truth = np.arange(cases) % 2 == 0
    latent = truth + rng.normal(0, 1, (2, readers, cases))
    latent[1] += gain * truth
    return np.round(latent * 2), truth


def pairwise_auc(truth: np.ndarray, scores: np.ndarray) -> float:
    positives, negatives = scores[truth][:, None], scores[~truth][None]
    return float(((positives > negatives) + 0.5 * (positives == negatives)).mean())


def auc_difference(scores: np.ndarray, truth: np.ndarray) -> float:
    first, second = ([pairwise_auc(truth, reader) for reader in arm] for arm in scores)
    return float(np.mean(second) - np.mean(first))


def test_every_swap_of_cases_against_the_auc_computed_anew() -> None:
    scores, truth = simulated(1, cases=8)
    contributions = auc_swap_contributions(scores, truth).mean(axis=0)
    for swaps in itertools.product([False, True], repeat=8):
        swapped = np.where(swaps, scores[::-1], scores)
        signs = np.where(swaps, -1, 1)
        assert signs @ contributions == pytest.approx(auc_difference(swapped, truth), abs=1e-14)


def test_exact_case_swaps_against_every_arrangement_computed_anew() -> None:
    scores, truth = simulated(2, cases=10)
    found = case_swap_test(scores, truth)

    values = [
        auc_difference(np.where(swaps, scores[::-1], scores), truth)
        for swaps in itertools.product([False, True], repeat=10)
    ]
    expected = np.mean(np.abs(values) >= abs(auc_difference(scores, truth)) - 1e-12)
    assert found.is_exact
    assert found.seed is None
    assert found.n_permutations == 1_024
    assert found.p == pytest.approx(expected, abs=1e-15)
    generic = case_swap_test_of(lambda s: [[pairwise_auc(truth, r) for r in arm] for arm in s], scores)
    assert generic.p == found.p
    assert generic.difference == pytest.approx(found.difference, abs=1e-14)


def test_reader_flips_against_scipy() -> None:
    differences = np.array([0.03, -0.01, 0.04, 0.02, 0.05, -0.005])
    found = reader_flip_test(differences)
    reference = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=np.inf, vectorized=False
    )
    assert found.p == pytest.approx(reference.pvalue, abs=1e-15)
    assert found.difference == pytest.approx(differences.mean())
    assert found.n_permutations == 64


def test_that_four_readers_who_all_gain_reach_the_smallest_p_there_is() -> None:
    test = reader_flip_test([0.02, 0.03, 0.01, 0.04])
    assert test.p == 2 / 2**4
    assert test.smallest_p == 2 / 2**4
    assert "With 4 readers no p below 0.125" in test.note
    assert reader_flip_test([0.1] * 6).note == ""


def test_that_monte_carlo_p_counts_the_observed_arrangement_and_agrees_with_the_exact_one() -> None:
    scores, truth = simulated(3, cases=12, gain=0.5)
    exact = case_swap_test(scores, truth, n_permutations=5_000)
    random = case_swap_test(scores, truth, n_permutations=4_000)
    assert exact.is_exact
    assert not random.is_exact
    assert random.seed is not None
    assert exact.p is not None
    assert random.p is not None
    assert (random.p * 4_001) == pytest.approx(round(random.p * 4_001), abs=1e-9)
    assert random.p == pytest.approx(exact.p, abs=4 * math.sqrt(exact.p * (1 - exact.p) / 4_000) + 1 / 4_001)


def test_that_no_monte_carlo_p_is_nil() -> None:
    truth = np.arange(60) % 2 == 0
    rng = np.random.default_rng(1)
    scores = np.stack([rng.normal(0, 1, (4, 60)), 10.0 * truth + rng.normal(0, 1, (4, 60))])
    test = case_swap_test(scores, truth, n_permutations=499)
    assert test.p == test.smallest_p == 1 / 500


def test_that_the_modalities_may_change_places() -> None:
    scores, truth = simulated(4)
    there, back = case_swap_test(scores, truth), case_swap_test(scores[::-1], truth)
    assert back.p == there.p
    assert back.difference == pytest.approx(-(there.difference or 0), abs=1e-15)


def test_that_p_is_uniform_where_the_modalities_are_exchangeable() -> None:
    p = []
    for seed in range(300):
        scores, truth = simulated(seed, readers=2, cases=30, gain=0.0)
        p.append(case_swap_test(scores, truth, n_permutations=199, seed=seed).p)
    values = np.array(p, dtype=float)
    for level in (0.05, 0.2, 0.5):
        assert (values <= level).mean() == pytest.approx(level, abs=4 * math.sqrt(level * (1 - level) / 300))


def test_that_a_gain_is_found() -> None:
    scores, truth = simulated(5, readers=4, cases=80, gain=1.0)
    test = case_swap_test(scores, truth, n_permutations=999)
    assert test.p is not None
    assert test.p < 0.01
    assert test.difference is not None
    assert test.difference > 0


def test_that_cases_of_one_patient_change_places_together() -> None:
    scores, truth = simulated(6, cases=12)
    patients = np.repeat(np.arange(6), 2)
    found = case_swap_test(scores, truth, patients=patients)
    values = [
        auc_difference(np.where(np.repeat(swaps, 2), scores[::-1], scores), truth)
        for swaps in itertools.product([False, True], repeat=6)
    ]
    assert found.n_units == 6
    assert found.p == pytest.approx(np.mean(np.abs(values) >= abs(auc_difference(scores, truth)) - 1e-12))
    generic = case_swap_test_of(
        lambda s: [[pairwise_auc(truth, r) for r in arm] for arm in s], scores, patients=patients
    )
    assert generic.p == found.p


def test_that_a_case_missing_in_one_arm_counts_in_neither() -> None:
    scores, truth = simulated(7, readers=2)
    scores[0, 1, 4] = np.nan
    contributions = auc_swap_contributions(scores, truth)
    assert contributions[1, 4] == 0.0
    kept = np.arange(12) != 4
    expected = pairwise_auc(truth[kept], scores[1, 1, kept]) - pairwise_auc(truth[kept], scores[0, 1, kept])
    assert contributions[1].sum() == pytest.approx(expected, abs=1e-14)


def test_that_random_signs_do_not_depend_on_the_size_of_the_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = np.concatenate(list(sign_flips.sign_blocks(7, 50, 3)))
    monkeypatch.setattr(sign_flips, "BLOCK_ELEMENTS", 7 * 9)
    blocks = list(sign_flips.sign_blocks(7, 50, 3))
    assert len(blocks) == 6
    assert np.array_equal(np.concatenate(blocks), whole)


def test_that_a_margin_is_refused_everywhere() -> None:
    scores, truth = simulated(8)
    for refused in (
        lambda: case_swap_test(scores, truth, margin=0.05),
        lambda: case_swap_test_of(lambda s: s.mean(axis=2), scores, margin=0.05),
        lambda: reader_flip_test([0.1, 0.2], margin=0.05),
    ):
        with pytest.raises(UserFacingError, match="cannot show non-inferiority"):
            refused()


def test_that_identical_modalities_one_reader_and_one_class_get_a_sentence() -> None:
    scores, truth = simulated(9)
    same = case_swap_test(np.stack([scores[0], scores[0]]), truth)
    assert same.p == 1.0
    assert "Nothing differs" in same.note
    one = reader_flip_test([0.1])
    assert one.p == 1.0
    assert "no p below 1" in one.note
    one_class = case_swap_test(scores, np.ones(12, dtype=bool))
    assert one_class.p is None
    assert "positive and a negative" in one_class.note
    undefined = case_swap_test_of(lambda s: np.full((2, 3), np.nan), scores)
    assert undefined.p is None
    for test in (same, one, one_class, undefined, reader_flip_test([])):
        json.dumps(test.to_json(), allow_nan=False)


def test_that_undefined_permutations_count_as_extreme() -> None:
    scores, _ = simulated(10, readers=1, cases=6)

    def figure(table: np.ndarray) -> np.ndarray:
        swapped = not np.array_equal(table, scores) and not np.array_equal(table, scores[::-1])
        return np.full((2, 1), np.nan) if swapped else table.mean(axis=2)

    test = case_swap_test_of(figure, scores)
    assert test.p == 1.0
    assert "count as extreme" in test.note
