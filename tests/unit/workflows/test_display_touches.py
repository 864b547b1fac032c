"""Idle time in the record is what the reading clock takes for idle."""

import pytest

from realfm_gui.domain.clock import ReadingClock
from realfm_gui.domain.display_record import Idle
from realfm_gui.workflows.display_touches import Touches

S = 1_000_000_000


def test_that_a_long_gap_is_idle_as_a_whole_while_it_lasts_and_when_it_ends():
    touches = Touches(0, idle_after_s=60)
    assert touches.idle(60 * S) is None
    assert touches.idle(61 * S) == Idle(time_ns=0, end_ns=61 * S)
    assert touches.note(90 * S) == Idle(time_ns=0, end_ns=90 * S)
    assert touches.note(149 * S) is None
    assert touches.idle(209 * S) is None


def test_that_a_pause_is_not_idle_and_ends_what_was():
    touches = Touches(0, idle_after_s=60)
    assert touches.pause(70 * S) == Idle(time_ns=0, end_ns=70 * S)
    assert touches.pause(80 * S) is None  # painted again
    assert touches.note(900 * S) is None  # the key that ends the pause
    assert touches.idle(900 * S) is None
    touches.go_on(901 * S)
    assert touches.idle(950 * S) is None
    touches.go_on(955 * S)  # the next picture: no touch
    assert touches.idle(962 * S) == Idle(time_ns=901 * S, end_ns=962 * S)


@pytest.mark.parametrize("gaps_s", [(30, 61, 5), (60, 60.001), (500,), (1, 2, 3)])
def test_that_it_agrees_with_the_reading_clock(gaps_s):
    touches, clock, now_s = Touches(0, idle_after_s=60), ReadingClock(0, idle_after_ms=60_000), 0.0
    found_s = 0.0
    for gap_s in gaps_s:
        now_s += gap_s
        clock.note_input(1000 * now_s)
        idle = touches.note(round(now_s * S))
        found_s += 0 if idle is None else (idle.end_ns - idle.time_ns) / S
    assert clock.times(1000 * now_s).idle_ms == pytest.approx(1000 * found_s)
