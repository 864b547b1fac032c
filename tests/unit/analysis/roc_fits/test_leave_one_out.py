"""Leave-one-out fits against fits of the data without the case."""

import numpy as np
import pytest

from realfm_gui.analysis.roc_fits import leave_one_out
from realfm_gui.analysis.roc_fits.categories import categorise
from realfm_gui.analysis.roc_fits.curve_family import RocModel
from realfm_gui.analysis.roc_fits.fitting import fit_counts
from realfm_gui.analysis.roc_fits.leave_one_out import leave_one_out_curves, leave_one_out_fits


def _ratings(n_categories: int | None) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(23)
    truth = np.arange(40) >= 22
    latent = rng.normal(size=(3, 40)) + truth * np.array([[1.5], [0.8], [2.4]])
    return (latent if n_categories is None else np.clip(np.round(latent * 1.5), -2, n_categories - 3)), truth


def _without(ratings: np.ndarray, truth: np.ndarray, case: int, model: RocModel) -> np.ndarray:
    counts = categorise(np.delete(ratings, case, axis=1), np.delete(truth, case))
    return fit_counts(model, counts.positive, counts.negative).aucs


@pytest.mark.parametrize("n_categories", [5, None])
@pytest.mark.parametrize(
    ("model", "is_thorough"),
    # With so few cases the contaminated likelihood has maxima that only a search from all starts compares.
    [
        (RocModel.BINORMAL, True),
        (RocModel.PROPER, True),
        (RocModel.CONTAMINATED, True),
        (RocModel.BINORMAL, False),
        (RocModel.PROPER, False),
    ],
)
def test_that_each_value_is_the_fit_without_the_case(
    model: RocModel, n_categories: int | None, is_thorough: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not is_thorough:
        monkeypatch.setattr(leave_one_out, "_CELLS_FROM_ALL_STARTS", 0)
    ratings, truth = _ratings(n_categories)
    values, left_out = leave_one_out_fits(ratings, truth, model)
    counts = categorise(ratings, truth)
    expected = fit_counts(model, counts.positive, counts.negative).aucs
    np.testing.assert_allclose(values, expected, atol=1e-12)
    # A search from the full fit may stop elsewhere on a level ridge, where the area hardly changes.
    for case in (0, 7, 21, 22, 30, 39):
        np.testing.assert_allclose(left_out[:, case], _without(ratings, truth, case, model), atol=2e-5)


def test_that_cases_of_one_state_in_one_category_share_a_fit() -> None:
    ratings, truth = _ratings(5)
    _, distinct, index = leave_one_out_curves(ratings, truth, RocModel.BINORMAL)
    assert len(distinct.status) <= 3 * 5 * 2
    for row, numbers in zip(ratings, index, strict=True):
        for state in (False, True):
            for rating in np.unique(row[truth == state]):
                assert len(np.unique(numbers[(row == rating) & (truth == state)])) == 1
    assert len(np.unique(index)) == len(distinct.status)


def test_that_a_case_whose_leaving_makes_the_data_degenerate_gives_the_corner() -> None:
    ratings = np.array([[1.0, 1, 1, 3, 2, 4, 4, 4]])
    truth = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    _, left_out = leave_one_out_fits(ratings, truth, RocModel.BINORMAL)
    assert left_out[0, 4] == 1.0
    assert left_out[0, 3] == 1.0
    assert (left_out[0, [0, 5]] < 1.0).all()


def test_that_it_refuses_when_a_truth_state_would_be_left_empty() -> None:
    with pytest.raises(ValueError, match="at least two"):
        leave_one_out_fits([[1, 2, 3]], [0, 0, 1], RocModel.BINORMAL)
