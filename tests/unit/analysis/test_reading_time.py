import numpy as np
import pytest

from realfm_gui.analysis.reading_time import assess_reading_time


def test_that_times_are_seconds_before_added_and_total_per_reader() -> None:
    active_ms = np.array([[[10_000, 20_000, 40_000]], [[2_000, 2_000, 16_000]]], dtype=float)
    times = assess_reading_time(active_ms, alpha=0.05)
    (reader,) = times.per_reader
    assert reader.before.median_s == 20
    assert reader.before.geometric_mean_s == pytest.approx(20)
    assert reader.added.geometric_mean_s == pytest.approx(4)
    assert reader.total.median_s == 22
    expected = np.exp(np.mean(np.log([12 / 10, 22 / 20, 56 / 40])))
    assert times.total_over_before.value == pytest.approx(expected)


def test_that_no_time_saving_is_ever_claimed() -> None:
    times = assess_reading_time(np.full((2, 4, 5), 1000.0), alpha=0.05)
    assert "cannot show that the model saves time" in times.note
    assert times.total_over_before.value == pytest.approx(2)


def test_that_readings_without_a_time_are_counted_and_left_out() -> None:
    active_ms = np.full((2, 2, 4), 3000.0)
    active_ms[0, 0, 0] = np.nan
    active_ms[1, 1, 2] = 0
    times = assess_reading_time(active_ms, alpha=0.05)
    assert times.untimed == 2
    assert times.overall.before.readings == 6
    assert times.total_over_before.value == pytest.approx(2)


def test_that_a_study_without_times_says_so() -> None:
    times = assess_reading_time(np.full((2, 2, 4), np.nan), alpha=0.05)
    assert times.overall.before.median_s is None
    assert times.total_over_before.note
