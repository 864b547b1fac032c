"""Coverage of the default interval by simulation, and how much too wide the plain bootstrap is (`make slow`).

Ratings follow Roe and Metz's model with two equal modalities, so the true difference is 0. In the split-plot
half of the readers read half of the cases. Run i of a setting is drawn from the seed (1997, setting, i).
"""

import numpy as np
import pytest
from numpy.typing import NDArray

from realfm_gui.analysis.mrmc.analysis import Request, analyse_readers
from realfm_gui.analysis.mrmc.bootstrap import bootstrap_contrast, draw_replicates
from realfm_gui.analysis.mrmc.design import Design, recognise_design
from realfm_gui.analysis.mrmc.observer_data import ObserverData, observer_data
from realfm_gui.analysis.mrmc.roc_endpoints import EmpiricalAuc
from realfm_gui.analysis.planning.roe_metz import classic_structure

RUNS = 4000
SETTINGS = [
    (design, readers, cases)
    for design in (Design.CROSSED, Design.SPLIT_PLOT)
    for readers in (5, 10)
    for cases in (50, 200)
]


def _reads(readers: int, cases: int) -> NDArray[np.bool_]:
    """Return who reads what in a split-plot of two blocks, shape (readers, cases)."""
    block_of_reader = np.arange(readers) % 2
    block_of_case = np.arange(cases) % 2
    return block_of_reader[:, np.newaxis] == block_of_case


def _study(design: Design, readers: int, cases: int, run: int) -> ObserverData:
    seed = [1997, SETTINGS.index((design, readers, cases)), run]
    ratings, truth = classic_structure("HL", auc=0.855).simulate(
        np.random.default_rng(seed), readers, cases, cases
    )
    if design is Design.SPLIT_PLOT:
        ratings = np.where(_reads(readers, 2 * cases), ratings, np.nan)
    return observer_data(ratings, truth)


@pytest.mark.slow
@pytest.mark.parametrize(("design", "readers", "cases"), SETTINGS, ids=str)
def test_that_ninety_five_percent_intervals_cover_the_true_difference_against_theory(
    design: Design, readers: int, cases: int
) -> None:
    assert recognise_design(_study(design, readers, cases, 0)).design is design
    covered = 0
    for run in range(RUNS):
        result = analyse_readers(_study(design, readers, cases, run), Request(endpoint=EmpiricalAuc()))
        interval = result.analysis.comparisons[0].difference.ci
        assert interval is not None
        covered += interval[0] <= 0.0 <= interval[1]
    share = covered / RUNS
    print(
        f"\n{design.value}, {readers} readers, {cases} + {cases} cases: "
        f"{100 * share:.1f} % of {RUNS} intervals cover the truth",
        end="",
    )
    assert 0.93 <= share <= 0.97


@pytest.mark.slow
def test_that_the_plain_two_way_bootstrap_is_wider_than_it_should_be() -> None:
    naive, corrected, values = [], [], []
    for run in range(300):
        sample = EmpiricalAuc().prepare(_study(Design.CROSSED, 5, 50, run))
        replicates = draw_replicates(sample, n_replicates=500, seed=run)
        result = bootstrap_contrast(replicates, lambda means: means[:, 0] - means[:, 1], alpha=0.05)
        values.append(result.estimate.value)
        naive.append(result.naive_se**2)
        corrected.append((result.estimate.se or 0.0) ** 2)
    true = float(np.var(values))
    print(
        f"\nvariance of the difference {true:.2e}; corrected bootstrap {np.mean(corrected):.2e}, "
        f"plain two-way bootstrap {np.mean(naive):.2e} ({np.mean(naive) / true:.2f} times)",
        end="",
    )
    assert np.mean(naive) > 1.15 * true
    assert np.mean(corrected) == pytest.approx(true, rel=0.25)
