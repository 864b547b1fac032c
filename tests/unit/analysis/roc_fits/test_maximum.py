"""The search itself: from hard places, and back to where it should end."""

import numpy as np
import pytest

from realfm_gui.analysis.roc_fits.categories import find_runs
from realfm_gui.analysis.roc_fits.curve_family import RocModel
from realfm_gui.analysis.roc_fits.families import family_of
from realfm_gui.analysis.roc_fits.maximum import cuts_for, maximise

RUNS = find_runs(np.array([[4.0, 1, 2, 10, 28]]), np.array([[47.0, 9, 10, 2, 1]]))
HIGHEST = -115.927856496
"""Of the contaminated likelihood of these counts."""


@pytest.mark.parametrize(
    ("parameters", "cuts"),
    [
        ([5.25, 0.62], [-1.65, -0.85, 0.65, 3.56]),
        ([5.89, 0.10], [-1.06, 0.89, 3.15, 3.88]),
        ([5.67, 0.67], [-1.78, -1.74, 1.33, 4.51]),
    ],
)
def test_that_it_climbs_from_where_the_likelihood_bends_upwards_in_the_cuts(
    parameters: list[float], cuts: list[float]
) -> None:
    family = family_of(RocModel.CONTAMINATED)
    free = family.start_at(np.array(parameters)[:, None])
    found = maximise(family, RUNS, free, np.array(cuts)[:, None])
    assert found.is_converged[0]
    assert found.n_steps[0] < 40
    assert found.log_likelihood[0] + RUNS.split[0] == pytest.approx(HIGHEST, abs=1e-8)


def test_that_an_impossible_start_is_left_where_it_is() -> None:
    family = family_of(RocModel.BINORMAL)
    cuts = np.array([[2.0], [1.0], [0.5], [0.0]])
    found = maximise(family, RUNS, np.array([[1.0], [0.0]]), cuts)
    assert found.log_likelihood[0] == -np.inf
    assert not found.is_converged[0]


@pytest.mark.parametrize("model", RocModel)
def test_that_cuts_to_start_from_match_the_pooled_counts(model: RocModel) -> None:
    family = family_of(model)
    parameters = family.from_free(family.starts(np.array([0.9]), np.array([0.0]))[0])
    survival = family.tails(cuts_for(family, RUNS, parameters), parameters).survival[:, :, 0]
    negative, positive = RUNS.counts[:, :, 0].sum(axis=1)
    pooled = (negative * survival[0] + positive * survival[1]) / (negative + positive)
    counts = RUNS.counts[:, :, 0].sum(axis=0)
    np.testing.assert_allclose(pooled, 1 - np.cumsum(counts)[:-1] / counts.sum(), atol=1e-7)
