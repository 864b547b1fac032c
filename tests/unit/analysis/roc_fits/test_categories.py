"""From ratings to the runs that carry information."""

import numpy as np
import pytest

from realfm_gui.analysis.roc_fits.categories import CategoryCounts, categorise, find_runs


def test_that_neighbours_of_one_truth_state_become_one_run_and_empty_categories_vanish() -> None:
    positive = np.array([[0.0, 0, 2, 0, 1, 3, 0, 0]])
    negative = np.array([[3.0, 1, 1, 0, 0, 0, 4, 0]])
    runs = find_runs(positive, negative)
    assert runs.counts[:, :, 0].tolist() == [[4.0, 1.0, 0.0, 4.0], [0.0, 2.0, 4.0, 0.0]]
    assert runs.n_runs.tolist() == [4]
    assert runs.first_category[:, 0].tolist() == [0, 2, 4, 6]
    assert runs.run_of_category[0].tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


def test_that_an_empty_category_does_not_part_a_run() -> None:
    runs = find_runs(np.array([[0.0, 1, 0, 2, 1]]), np.array([[2.0, 0, 0, 0, 1]]))
    assert runs.counts[1, :, 0].tolist() == [0.0, 3.0, 1.0]


def test_that_mixed_neighbours_stay_apart() -> None:
    runs = find_runs(np.array([[1.0, 2, 3]]), np.array([[3.0, 2, 1]]))
    assert runs.n_runs.tolist() == [3]


def test_that_the_split_is_the_likelihood_lost_by_merging() -> None:
    runs = find_runs(np.array([[0.0, 1.0, 3.0]]), np.array([[2.0, 0.0, 0.0]]))
    assert runs.split[0] == pytest.approx(1 * np.log(1 / 4) + 3 * np.log(3 / 4))


def test_that_fits_of_different_size_are_padded_and_selected_without_padding() -> None:
    runs = find_runs(np.array([[1.0, 1, 1], [0, 0, 1]]), np.array([[1.0, 1, 1], [1, 1, 0]]))
    assert runs.n_runs.tolist() == [3, 2]
    assert runs.is_cut.tolist() == [[True, True], [True, False]]
    assert runs.select(np.array([1])).counts.shape == (2, 2, 1)


def test_that_only_the_order_of_ratings_matters() -> None:
    rng = np.random.default_rng(1)
    ratings, truth = rng.normal(size=(3, 40)), rng.random(40) < 0.5
    first, second = categorise(ratings, truth), categorise(np.exp(ratings) * 7 - 3, truth)
    np.testing.assert_array_equal(first.positive, second.positive)
    np.testing.assert_array_equal(first.negative, second.negative)


@pytest.mark.parametrize(
    ("ratings", "truth"),
    [
        ([[1.0, np.nan, 2.0]], [0, 1, 1]),
        ([[1.0, np.inf, 2.0]], [0, 1, 1]),
        ([[1.0, 2.0]], [0, 1, 1]),
        ([[1.0, 2.0, 3.0]], [1, 1, 1]),
    ],
)
def test_that_it_refuses_what_has_no_curve(ratings: list[list[float]], truth: list[int]) -> None:
    with pytest.raises(ValueError, match=r"rating|curve"):
        categorise(ratings, truth)


@pytest.mark.parametrize(
    ("positive", "negative"),
    [
        ([[1.0, 2]], [[1.0, 2, 3]]),
        ([[-1.0, 2]], [[1.0, 2]]),
        ([[0.0, 0]], [[1.0, 2]]),
        ([[np.nan, 1]], [[1.0, 2]]),
    ],
)
def test_that_counts_are_refused_where_they_are_none(
    positive: list[list[float]], negative: list[list[float]]
) -> None:
    with pytest.raises(ValueError, match=r"count|curve"):
        CategoryCounts(positive=np.array(positive), negative=np.array(negative))
