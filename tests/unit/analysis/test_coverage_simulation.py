"""Coverage of the random-reader random-case interval, by simulation (`make slow`)."""

import numpy as np
import pytest

from realfm_gui.analysis.obuchowski_rockette import compare_two_modalities

RUNS = 2000


def roe_metz(rng: np.random.Generator, *, readers: int, per_class: int) -> "tuple[np.ndarray, np.ndarray]":
    """Ratings of two equal modalities in the structure "HL" of Roe and Metz, Acad Radiol 1997;4(4):298-303.

    Variances: reader .0055, modality x reader .0055; case .3, modality x case .3, reader x case .2 and
    error .2 (they sum to 1); separation 1.5, a true AUC of about .856 in both modalities.
    """
    truth = np.repeat([True, False], per_class)
    ratings = np.zeros((2, readers, 2 * per_class))
    for diseased in (True, False):
        cases = truth == diseased
        n = int(cases.sum())
        part = (
            1.5 * diseased
            + rng.normal(0, np.sqrt(0.0055), (1, readers, 1))
            + rng.normal(0, np.sqrt(0.0055), (2, readers, 1))
            + rng.normal(0, np.sqrt(0.3), (1, 1, n))
            + rng.normal(0, np.sqrt(0.3), (2, 1, n))
            + rng.normal(0, np.sqrt(0.2), (1, readers, n))
            + rng.normal(0, np.sqrt(0.2), (2, readers, n))
        )
        ratings[:, :, cases] = part
    return ratings, truth


@pytest.mark.slow
@pytest.mark.parametrize("readers", [5, 10])
def test_that_ninety_five_percent_intervals_cover_the_true_difference_against_theory(readers: int) -> None:
    rng = np.random.default_rng([1997, readers])
    covered = 0
    for _ in range(RUNS):
        ratings, truth = roe_metz(rng, readers=readers, per_class=50)
        interval = compare_two_modalities(ratings, truth).difference.ci
        assert interval is not None
        covered += interval[0] <= 0.0 <= interval[1]
    share = covered / RUNS
    print(f"{readers} readers, 50 + 50 cases: {100 * share:.1f} % of {RUNS} intervals cover the truth")
    assert 0.93 <= share <= 0.975
