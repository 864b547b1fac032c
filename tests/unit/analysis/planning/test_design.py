"""The spread of the mean difference in each design, against theory."""

from dataclasses import replace

import numpy as np
import pytest

from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.analysis.planning.components import PilotComponents
from realfm_gui.analysis.planning.design import StudyDesign, difference_spread
from realfm_gui.domain.errors import UserFacingError


def _variance_by_model(parts: PilotComponents, readers: int, cases: int, blocks: int) -> float:
    """The variance of the mean difference by summing every covariance of the estimates, pair by pair."""
    shrink = parts.n_cases / (cases / blocks)
    block = np.arange(readers) * blocks // readers
    total = 0.0
    for j in range(readers):
        for k in range(readers):
            same, across = (parts.cov2, parts.cov3) if j != k else (parts.error, parts.cov1)
            if block[j] == block[k]:
                total += 2 * shrink * (same - across)
            if j == k:
                total += 2 * parts.var_tr
    return total / readers**2


@pytest.mark.parametrize("blocks", [1, 2, 3, 6])
def test_split_plot_variance_against_the_sum_of_all_covariances(pilot: PilotComponents, blocks: int) -> None:
    spread = difference_spread(pilot, 6, 240, design=StudyDesign(n_blocks=blocks))
    assert spread.variance == pytest.approx(_variance_by_model(pilot, 6, 240, blocks), rel=1e-12)


def test_that_readers_with_cases_of_their_own_leave_the_degrees_of_freedom_of_a_t_test(
    pilot: PilotComponents,
) -> None:
    spread = difference_spread(pilot, 6, 600, design=StudyDesign(n_blocks=6))
    assert spread.df == pytest.approx(5.0)


def test_that_blocks_pay_where_cases_are_plenty_and_readings_are_dear(pilot: PilotComponents) -> None:
    """As many readings: six readers of 120 cases crossed, or of 240 cases in two blocks."""
    crossed = difference_spread(pilot, 6, 120)
    blocked = difference_spread(pilot, 6, 240, design=StudyDesign(n_blocks=2))
    assert blocked.variance < crossed.variance


def test_that_degrees_of_freedom_never_fall_below_those_of_the_readers(pilot: PilotComponents) -> None:
    spread = difference_spread(pilot, 5, np.arange(2, 100_000, 997))
    assert (spread.df >= 4).all()
    assert spread.df[-1] == pytest.approx(4, rel=0.05)


def test_that_more_of_anything_never_widens_the_spread(pilot: PilotComponents) -> None:
    cases = np.arange(20, 2000, 20)
    for inference in Inference:
        by_readers = np.stack(
            [difference_spread(pilot, n, cases, inference=inference).variance for n in range(2, 30)]
        )
        assert (np.diff(by_readers, axis=0) < 0).all()
        assert (np.diff(by_readers, axis=1) < 0).all()


def test_that_clusters_of_alike_units_hold_no_more_than_their_patients(pilot: PilotComponents) -> None:
    one = difference_spread(pilot, 6, 100)
    same_again = StudyDesign(units_per_patient=2, intracluster_correlation=1)
    unlike = StudyDesign(units_per_patient=2, intracluster_correlation=0)
    assert difference_spread(pilot, 6, 100, design=same_again).variance == pytest.approx(one.variance)
    assert difference_spread(pilot, 6, 100, design=unlike).variance == pytest.approx(
        difference_spread(pilot, 6, 200).variance
    )
    assert StudyDesign(units_per_patient=3, intracluster_correlation=0.25).design_effect == 1.5


def test_that_cases_of_their_own_lose_what_pairing_gives(pilot: PilotComponents) -> None:
    own = difference_spread(pilot, 6, 100, design=StudyDesign(are_cases_paired=False))
    shrink = pilot.n_cases / 100
    expected = 2 / 6 * (pilot.var_tr + shrink * pilot.error + 5 * shrink * pilot.cov2)
    assert own.variance == pytest.approx(expected, rel=1e-12)


def test_unequal_readers_of_each_modality_against_theory(pilot: PilotComponents) -> None:
    design = StudyDesign(are_readers_paired=False)
    spread = difference_spread(pilot, (4, 9), 114, design=design)
    assert pilot.var_r is not None
    own = pilot.var_r + pilot.var_tr + pilot.error - pilot.cov2
    assert spread.variance == pytest.approx(own * (1 / 4 + 1 / 9) + 2 * (pilot.cov2 - pilot.cov3), rel=1e-12)
    # With as many readers each the degrees of freedom are those of Hillis' formula for nested readers.
    even = difference_spread(pilot, (7, 7), 114, design=design)
    denominator = own + 7 * (pilot.cov2 - pilot.cov3)
    assert even.df == pytest.approx(2 * 6 * (denominator / own) ** 2, rel=1e-12)
    assert difference_spread(pilot, 7, 114, design=design).variance == pytest.approx(even.variance)


def test_that_fixed_cases_and_fixed_readers_bound_the_spread_of_both_random(pilot: PilotComponents) -> None:
    both = difference_spread(pilot, 6, 100).variance
    for inference in (Inference.RRFC, Inference.FRRC):
        assert difference_spread(pilot, 6, 100, inference=inference).variance < both
    assert np.isinf(difference_spread(pilot, 6, 100, inference=Inference.FRRC).df)


def test_that_readers_who_do_not_differ_leave_the_normal_distribution() -> None:
    alike = PilotComponents(var_tr=0, cov1=6e-4, cov2=4e-4, cov3=2e-4, error=8e-4, n_cases=100)
    assert np.isinf(difference_spread(alike, 6, 100).df)


@pytest.mark.parametrize(
    ("readers", "design", "words"),
    [
        (1, StudyDesign(), "One reader"),
        (5, StudyDesign(n_blocks=2), "multiple of 2"),
        ((4, 5), StudyDesign(), "Two numbers"),
        ((0, 5), StudyDesign(are_readers_paired=False), "no reader"),
        ((1, 5), StudyDesign(are_readers_paired=False), "One reader"),
    ],
)
def test_that_readers_who_cannot_fill_the_design_are_refused(
    pilot: PilotComponents, readers: "int | tuple[int, int]", design: StudyDesign, words: str
) -> None:
    with pytest.raises(UserFacingError) as caught:
        difference_spread(pilot, readers, 100, design=design)
    assert words in str(caught.value)


def test_that_nested_readers_need_to_know_how_much_readers_differ(pilot: PilotComponents) -> None:
    with pytest.raises(UserFacingError, match="variance of readers"):
        difference_spread(
            replace(pilot, var_r=None), (4, 4), 100, design=StudyDesign(are_readers_paired=False)
        )


@pytest.mark.parametrize(
    "parts",
    [
        {"n_blocks": 0},
        {"n_blocks": 2, "are_cases_paired": False},
        {"units_per_patient": 0.5},
        {"units_per_patient": 2, "intracluster_correlation": 1.5},
        {"units_per_patient": 3, "intracluster_correlation": -0.5},
    ],
)
def test_that_impossible_designs_are_refused(parts: "dict[str, float]") -> None:
    with pytest.raises(UserFacingError):
        StudyDesign(**parts)  # type: ignore[arg-type]


def test_that_a_study_without_cases_is_refused(pilot: PilotComponents) -> None:
    with pytest.raises(UserFacingError, match="without cases"):
        difference_spread(pilot, 6, 0)
