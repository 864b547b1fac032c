"""Coverage of the random-reader random-case interval, by simulation (`make slow`)."""

import numpy as np
import pytest

from realfm_gui.analysis.obuchowski_rockette import compare_two_modalities
from realfm_gui.analysis.planning.roe_metz import classic_structure

RUNS = 2000


@pytest.mark.slow
@pytest.mark.parametrize("readers", [5, 10])
def test_that_ninety_five_percent_intervals_cover_the_true_difference_against_theory(readers: int) -> None:
    model = classic_structure("HL", auc=0.855)  # two equal modalities
    rng = np.random.default_rng([1997, readers])
    covered = 0
    for _ in range(RUNS):
        ratings, truth = model.simulate(rng, readers, 50, 50)
        interval = compare_two_modalities(ratings, truth).difference.ci
        assert interval is not None
        covered += interval[0] <= 0.0 <= interval[1]
    share = covered / RUNS
    print(f"{readers} readers, 50 + 50 cases: {100 * share:.1f} % of {RUNS} intervals cover the truth")
    assert 0.93 <= share <= 0.975
