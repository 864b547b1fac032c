import json
import math

import numpy as np
import pytest

from realfm_gui.analysis.agreement.share_outperformed import FigureReplicates, share_outperformed

# Nine radiologists and a CAD system, 80 positive and 120 negative cases (Hupse 2013).
NICO_READERS = [
    *(0.8415625, 0.8411979167, 0.8997395833, 0.838125, 0.8563541667),
    *(0.8786979167, 0.8583854167, 0.79703125, 0.826875),
]
NICO_ALGORITHM = 0.8169270833


def test_share_of_radiologists_outperformed_against_the_nico_study() -> None:
    result = share_outperformed(
        NICO_READERS, NICO_ALGORITHM, error_variance=0.00139954909, cov2=0.000924168001
    )
    assert result.counted.value == pytest.approx(1 / 9)
    assert result.between_readers == pytest.approx(
        0.000877792697 - (0.00139954909 - 0.000924168001), abs=1e-11
    )
    # Phi(-.0317361111 / sqrt(.000402411608)) by an independent erfc.
    expected = 0.5 * math.erfc(0.0317361111 / math.sqrt(0.000402411608) / math.sqrt(2))
    assert result.shrunken.value == pytest.approx(expected, abs=1e-8)
    assert result.shrunken.value < result.counted.value


def test_that_a_tie_counts_half() -> None:
    assert share_outperformed([0.7, 0.8, 0.9, 0.8], 0.8).counted.value == 0.5


def test_that_readers_who_differ_by_chance_only_leave_all_half_or_none() -> None:
    def shrunken(algorithm: float) -> float | None:
        result = share_outperformed([0.79, 0.80, 0.81, 0.80], algorithm, error_variance=0.002, cov2=0.001)
        assert result.between_readers == 0.0
        assert "no more than chance" in result.shrunken.note
        return result.shrunken.value

    assert [shrunken(a) for a in (0.7, 0.8, 0.9)] == [0.0, 0.5, 1.0]


def resampled(
    seed: int, *, n_readers: int, sigma: float, error: float, algorithm: float
) -> tuple[np.ndarray, FigureReplicates]:
    """Readers' figures with sampling error, and replicates that add the same amount of error again."""
    rng = np.random.default_rng(seed)
    figures = 0.8 + rng.normal(0, sigma, n_readers) + rng.normal(0, error, n_readers)
    readers = figures + rng.normal(0, error, (800, n_readers))
    drawn = rng.multinomial(n_readers, np.full(n_readers, 1 / n_readers), size=800).astype(float)
    return figures, FigureReplicates(readers=readers, algorithm=np.full(800, algorithm), times_drawn=drawn)


def test_that_the_shrunken_share_is_unbiased_where_the_counted_one_is_pulled_to_a_half() -> None:
    # True readers N(.8, .02^2), algorithm at .84: it outperforms Phi(2) = 97.7 %.
    counted, shrunken = [], []
    for seed in range(40):
        figures, _ = resampled(seed, n_readers=40, sigma=0.02, error=0.03, algorithm=0.84)
        result = share_outperformed(figures, 0.84, error_variance=0.03**2, cov2=0.0)
        counted.append(result.counted.value)
        shrunken.append(result.shrunken.value)
    assert np.mean(np.array(counted, dtype=float)) < 0.90
    assert np.mean(np.array(shrunken, dtype=float)) == pytest.approx(0.977, abs=0.03)


def test_that_replicates_of_the_shrunken_share_centre_on_its_value() -> None:
    figures, replicates = resampled(3, n_readers=60, sigma=0.03, error=0.02, algorithm=0.82)
    result = share_outperformed(
        figures, 0.82, error_variance=0.02**2, cov2=0.0, replicates=replicates, alpha=0.999
    )
    # At alpha .999 the interval is the replicates' middle: with the error taken off once only it lies lower.
    assert result.shrunken.ci is not None
    assert result.shrunken.ci[0] == pytest.approx(result.shrunken.value, abs=0.01)


def test_that_the_spread_lost_by_drawing_readers_is_put_back() -> None:
    figures, algorithm = np.array([0.70, 0.74, 0.76, 0.80]), np.linspace(0.78, 0.82, 101)
    replicates = FigureReplicates(
        readers=np.tile(figures, (101, 1)), algorithm=algorithm, times_drawn=np.ones((101, 4))
    )
    result = share_outperformed(
        figures, 0.80, error_variance=0.0, cov2=0.0, replicates=replicates, alpha=0.999_999
    )
    z = (0.80 - 0.75) / math.sqrt(figures.var(ddof=1) * 4 / 3)
    assert result.shrunken.ci is not None
    assert result.shrunken.ci[0] == pytest.approx(0.5 * math.erfc(-z / math.sqrt(2)), abs=1e-6)


def test_that_drawing_readers_widens_the_interval_and_says_for_whom_it_holds() -> None:
    figures, replicates = resampled(4, n_readers=10, sigma=0.05, error=0.01, algorithm=0.80)
    random = share_outperformed(figures, 0.80, replicates=replicates).counted
    fixed = share_outperformed(
        figures, 0.80, replicates=FigureReplicates(readers=replicates.readers, algorithm=replicates.algorithm)
    ).counted
    assert random.se is not None
    assert fixed.se is not None
    assert random.se > 1.5 * fixed.se
    assert "cases and readers" in random.note
    assert "these readers" in fixed.note


def test_that_none_outperformed_in_any_resample_gets_the_exact_bound_of_the_readers() -> None:
    replicates = FigureReplicates(
        readers=np.full((100, 8), 0.9), algorithm=np.full(100, 0.7), times_drawn=np.ones((100, 8))
    )
    random = share_outperformed(np.full(8, 0.9), 0.7, replicates=replicates).counted
    assert random.ci == pytest.approx((0.0, 1 - 0.025 ** (1 / 8)))
    fixed = FigureReplicates(readers=replicates.readers, algorithm=replicates.algorithm)
    assert share_outperformed(np.full(8, 0.9), 0.7, replicates=fixed).counted.ci is None


def test_that_one_reader_and_missing_variances_get_a_sentence() -> None:
    one = share_outperformed([0.8], 0.9, error_variance=0.001, cov2=0.0)
    assert one.counted.value == 1.0
    assert one.shrunken.value is None
    assert "One reader" in one.shrunken.note
    without = share_outperformed([0.8, 0.7], 0.9)
    assert "error variance" in without.shrunken.note
    assert "Fewer than four" in without.warnings[0]
    for result in (one, without):
        json.dumps(result.to_json(), allow_nan=False)


def test_that_undefined_replicates_of_an_undrawn_reader_do_not_count() -> None:
    readers = np.tile([0.7, 0.8, np.nan], (50, 1))
    drawn = np.tile([2.0, 1.0, 0.0], (50, 1))
    drawn[0] = [1.0, 1.0, 1.0]
    replicates = FigureReplicates(readers=readers, algorithm=np.linspace(0.6, 0.9, 50), times_drawn=drawn)
    estimate = share_outperformed([0.7, 0.8, 0.75], 0.76, replicates=replicates).counted
    assert estimate.ci is not None
    assert "1 resamples had no value" in estimate.note
