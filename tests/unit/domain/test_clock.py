"""Active, idle and paused time are kept apart, and every millisecond is in exactly one of them."""

import random

from realfm_gui.domain.clock import ReadingClock
from realfm_gui.domain.reading import PhaseTimes


def clock(**kwargs: object) -> ReadingClock:
    return ReadingClock(1000.0, idle_after_ms=60_000, **kwargs)  # type: ignore[arg-type]


def test_that_steady_input_is_active_time() -> None:
    c = clock()
    c.note_input(21_000)
    c.note_input(51_000)
    assert c.times(56_000) == PhaseTimes(active_ms=55_000)


def test_that_a_gap_longer_than_the_limit_is_idle_as_a_whole() -> None:
    c = clock()
    c.note_input(11_000)
    c.note_input(11_000 + 60_001)
    assert c.times(71_001) == PhaseTimes(active_ms=10_000, idle_ms=60_001)


def test_that_a_gap_of_exactly_the_limit_still_counts_as_reading() -> None:
    c = clock()
    c.note_input(61_000)
    assert c.times(61_000) == PhaseTimes(active_ms=60_000)


def test_that_a_pause_stops_the_clock_whatever_its_length() -> None:
    c = clock()
    c.pause(6_000)
    c.resume(906_000)
    assert c.times(907_000) == PhaseTimes(active_ms=6_000, paused_ms=900_000)


def test_that_asking_for_the_time_does_not_hide_that_the_reader_left() -> None:
    c = clock()
    for now_ms in range(2_000, 100_000, 1_500):
        c.times(now_ms)
    c.note_input(101_000)
    assert c.times(101_000) == PhaseTimes(idle_ms=100_000)


def test_that_time_from_before_a_crash_is_carried_on() -> None:
    before = PhaseTimes(active_ms=7_000, idle_ms=70_000, paused_ms=3_000)
    c = clock(before=before)
    c.note_input(2_000)
    assert c.times(2_000) == before + PhaseTimes(active_ms=1_000)


def test_that_every_moment_is_counted_once() -> None:
    rng = random.Random(3)
    for _ in range(200):
        c, now = clock(), 1000
        for _ in range(30):
            now += rng.choice([10, 900, 59_999, 60_000, 60_001, 300_000])
            rng.choice([c.note_input, c.note_input, c.pause, c.resume])(now)
        times = c.times(now)
        assert times.active_ms + times.idle_ms + times.paused_ms == now - 1000
