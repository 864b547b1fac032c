import numpy as np
import pytest

from realfm_gui.analysis.model_against_readers import compare_model_with_readers
from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.analysis.two_modalities import compare_two_modalities


def _scores(
    seed: int, readers: int = 5, positive: int = 30, negative: int = 40
) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = np.arange(positive + negative) < positive
    case = rng.normal(0, 0.7, truth.size)
    gain = np.array([1.0, 1.6])[:, None, None]
    return gain * truth + case + rng.normal(0, 0.7, (2, readers, truth.size)), truth


def test_that_the_difference_is_second_minus_first() -> None:
    scores, truth = _scores(1)
    comparison = compare_two_modalities(scores, truth)
    assert comparison.difference.value == pytest.approx(
        comparison.means[1].value - comparison.means[0].value  # type: ignore[operator]
    )
    turned = compare_two_modalities(scores[::-1], truth)
    assert turned.difference.value == pytest.approx(-comparison.difference.value)  # type: ignore[operator]
    assert turned.difference.se == pytest.approx(comparison.difference.se)
    assert turned.difference.p == pytest.approx(comparison.difference.p)


def test_invariant_to_the_order_of_readers_and_cases() -> None:
    scores, truth = _scores(2)
    order = np.random.default_rng(3).permutation(truth.size)
    shuffled = compare_two_modalities(scores[:, ::-1][:, :, order], truth[order])
    straight = compare_two_modalities(scores, truth)
    assert shuffled.difference.se == pytest.approx(straight.difference.se)
    assert shuffled.difference.df == pytest.approx(straight.difference.df)


def test_that_fixed_readers_give_the_jackknife_variance_of_the_mean_difference() -> None:
    scores, truth = _scores(4)
    comparison = compare_two_modalities(scores, truth, inference="frrc")
    contrast = np.repeat([-1.0, 1.0], 5) / 5
    variance = contrast @ comparison.reader_covariance @ contrast
    assert comparison.difference.se == pytest.approx(np.sqrt(variance))


def test_that_fewer_than_four_readers_speak_for_themselves_only() -> None:
    scores, truth = _scores(5, readers=3)
    comparison = compare_two_modalities(scores, truth)
    assert comparison.inference is Inference.FRRC
    assert any("these readers only" in warning for warning in comparison.warnings)
    four, truth = _scores(5, readers=4)
    assert compare_two_modalities(four, truth).inference is Inference.RRRC


def test_that_one_reader_is_a_paired_comparison_over_cases() -> None:
    scores, truth = _scores(6, readers=1)
    comparison = compare_two_modalities(scores, truth)
    assert comparison.difference == comparison.reader_differences[0]
    assert comparison.difference.df is None
    assert comparison.components.cov2 is None
    assert comparison.warnings


def test_that_equal_ratings_have_no_interval_rather_than_one_of_width_nil() -> None:
    scores, truth = _scores(7)
    comparison = compare_two_modalities(np.stack([scores[0], scores[0]]), truth)
    assert (comparison.difference.value, comparison.difference.ci, comparison.difference.p) == (
        0.0,
        None,
        None,
    )
    assert "no interval" in comparison.difference.note


def test_that_a_perfect_arm_gets_a_bound_and_a_warning() -> None:
    scores, truth = _scores(8)
    scores[1] = truth * 10.0
    comparison = compare_two_modalities(scores, truth)
    assert comparison.means[1].value == 1.0
    assert comparison.means[1].ci == pytest.approx((0.025 ** (1 / 30), 1.0))
    assert any("too narrow" in warning for warning in comparison.warnings)


def test_that_the_same_change_in_every_reader_leaves_only_case_sampling() -> None:
    scores, truth = _scores(9, readers=1)
    comparison = compare_two_modalities(np.repeat(scores, 5, axis=1), truth)
    single = compare_two_modalities(scores, truth)
    assert comparison.difference.se == pytest.approx(single.difference.se)
    assert comparison.difference.df is None


def test_refuses_scores_of_one_modality() -> None:
    scores, truth = _scores(10)
    with pytest.raises(ValueError, match="2, readers, cases"):
        compare_two_modalities(scores[:1], truth)


def test_coverage_of_the_interval_against_theory_in_a_null_simulation() -> None:
    """Both arms are drawn alike, so the true difference is 0 and about 95 % of intervals hold it."""
    rng = np.random.default_rng(2026)
    truth = np.arange(60) < 30
    hits = 0
    runs = 300
    for _ in range(runs):
        case = rng.normal(0, 0.6, 60)
        reader = rng.normal(0, 0.2, (5, 1))
        both = rng.normal(0, 0.2, (2, 5, 1))
        scores = truth * (1.2 + reader + both) + case + rng.normal(0, 0.8, (2, 5, 60))
        low, high = compare_two_modalities(scores, truth).difference.ci  # type: ignore[misc]
        hits += low <= 0 <= high
    # Four binomial standard errors below .95; conservative intervals are allowed, liberal ones are not.
    assert hits / runs > 0.95 - 4 * np.sqrt(0.95 * 0.05 / runs)


def test_that_the_algorithm_contrast_is_algorithm_minus_readers() -> None:
    scores, truth = _scores(11)
    comparison = compare_model_with_readers(scores[0], truth * 1.0, truth)
    assert comparison.difference.value == pytest.approx(1 - comparison.reader_aucs.mean())
    assert comparison.readers_outperformed == 5


def test_that_an_algorithm_equal_to_every_reader_has_no_interval_and_no_p() -> None:
    scores, truth = _scores(12, readers=1)
    same = np.repeat(scores[0], 4, axis=0)
    comparison = compare_model_with_readers(same, scores[0, 0], truth)
    assert comparison.difference.ci is None
    assert comparison.noninferiority_p is None
    assert comparison.readers_outperformed == 2.0


def test_that_one_reader_against_the_algorithm_is_fixed_and_says_so() -> None:
    scores, truth = _scores(13, readers=1)
    comparison = compare_model_with_readers(scores[0], scores[1, 0], truth)
    assert comparison.inference is Inference.FRRC
    assert comparison.warnings
    paired = compare_two_modalities(scores, truth)
    assert comparison.difference.value == pytest.approx(paired.difference.value)
    assert comparison.difference.se == pytest.approx(paired.difference.se)
