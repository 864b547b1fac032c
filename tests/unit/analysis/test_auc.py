import itertools

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from sklearn.metrics import roc_curve as sklearn_roc_curve

from realfm_gui.analysis.auc import (
    auc_estimate,
    count_wins,
    dense_ranks,
    empirical_auc,
    jackknife_covariance,
    leave_one_out_aucs,
    roc_curve,
)


def _tied_scores(seed: int, observers: int = 4, cases: int = 37) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 9, (observers, cases)) / 10, np.arange(cases) % 3 == 0


def test_auc_against_the_definition_over_all_pairs_with_ties() -> None:
    scores, truth = _tied_scores(1)
    for observer, auc in zip(scores, count_wins(scores, truth).aucs, strict=True):
        pairs = [(x > y) + 0.5 * (x == y) for x, y in itertools.product(observer[truth], observer[~truth])]
        assert auc == pytest.approx(np.mean(pairs), abs=1e-15)


def test_auc_against_scikit_learn() -> None:
    scores, truth = _tied_scores(2)
    assert count_wins(scores, truth).aucs == pytest.approx(
        [roc_auc_score(truth, s) for s in scores], abs=1e-14
    )


def test_that_scores_equal_only_in_single_precision_are_not_ties() -> None:
    assert empirical_auc([0.1 + 0.2, 0.3], [True, False]).auc == 1.0
    assert empirical_auc([1e9 + 1, 1e9], [True, False]).auc == 1.0


def test_auc_invariant_to_any_increasing_change_of_scale() -> None:
    scores, truth = _tied_scores(3)
    assert np.array_equal(count_wins(scores, truth).aucs, count_wins(np.exp(7 * scores) - 3, truth).aucs)


def test_auc_of_turned_around_scores_is_the_complement() -> None:
    scores, truth = _tied_scores(4)
    assert count_wins(-scores, truth).aucs == pytest.approx(1 - count_wins(scores, truth).aucs)


def test_that_observers_do_not_influence_each_other() -> None:
    scores, truth = _tied_scores(5, observers=6)
    together = count_wins(scores, truth)
    for j in range(6):
        alone = count_wins(scores[[j]], truth)
        assert np.array_equal(together.of_positives[j], alone.of_positives[0])
        assert np.array_equal(together.of_negatives[j], alone.of_negatives[0])


def test_that_dense_ranks_leave_no_number_out() -> None:
    assert dense_ranks([[5.0, -1.0, 5.0, 7.0], [1, 1, 1, 1]]).tolist() == [[1, 0, 1, 2], [0, 0, 0, 0]]


def test_leave_one_out_aucs_against_leaving_every_case_out_in_turn() -> None:
    scores, truth = _tied_scores(6)
    closed_form = leave_one_out_aucs(scores, truth)
    for case in range(truth.size):
        kept = np.arange(truth.size) != case
        assert closed_form[:, case] == pytest.approx(count_wins(scores[:, kept], truth[kept]).aucs, abs=1e-14)


def test_jackknife_covariance_of_means_against_theory() -> None:
    values = np.random.default_rng(7).normal(size=(3, 25))
    left_out = (values.sum(axis=1, keepdims=True) - values) / 24
    assert jackknife_covariance(left_out) == pytest.approx(np.cov(values) / 25)


def test_roc_curve_against_scikit_learn() -> None:
    scores, truth = _tied_scores(8)
    curve = roc_curve(scores[0], truth)
    fpr, tpr, thresholds = sklearn_roc_curve(truth, scores[0], drop_intermediate=False)
    assert curve.false_positive_fractions == pytest.approx(fpr)
    assert curve.true_positive_fractions == pytest.approx(tpr)
    assert np.array_equal(curve.thresholds, thresholds)


def test_that_the_area_under_the_drawn_curve_is_the_auc() -> None:
    scores, truth = _tied_scores(9)
    curve = roc_curve(scores[0], truth)
    area = np.trapezoid(curve.true_positive_fractions, curve.false_positive_fractions)
    assert area == pytest.approx(empirical_auc(scores[0], truth).auc)


def test_that_a_perfect_ranking_gets_an_exact_bound_and_no_interval_of_width_nil() -> None:
    estimate = auc_estimate(np.arange(30), np.arange(30) >= 20, alpha=0.05)
    assert estimate.value == 1.0
    assert estimate.ci == pytest.approx((0.025**0.1, 1.0))
    assert "exact bound" in estimate.note


def test_that_scores_without_spread_say_so_instead_of_giving_an_interval() -> None:
    estimate = auc_estimate(np.ones(20), np.arange(20) < 8, alpha=0.05)
    assert (estimate.value, estimate.ci, estimate.se) == (0.5, None, None)
    assert "no interval" in estimate.note


@pytest.mark.parametrize(
    ("scores", "truth", "message"),
    [
        ([1.0, np.nan, 2.0], [True, False, False], "not finite"),
        ([1.0, 2.0], [True, True], "positive and negative"),
        ([1.0, 2.0], [True, False, False], "do not belong together"),
    ],
)
def test_auc_refuses_what_has_none(scores: list[float], truth: list[bool], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        empirical_auc(scores, truth)


def test_the_jackknife_refuses_a_single_positive_case() -> None:
    with pytest.raises(ValueError, match="at least two"):
        leave_one_out_aucs([[1.0, 2.0, 3.0]], [True, False, False])
