"""Time in a replay: what stood on the screen when, steps, speed, shortened waits."""

from dataclasses import replace

import pytest

from realfm_gui.domain.display_record import Absence, Arranged, Displayed
from realfm_gui.gui.replay.replay_state import ReplayState, Screen, clock
from tests.gui.replay.replay_examples import S, at, record


@pytest.fixture
def state() -> ReplayState:
    return ReplayState(record())


def frame_at(state: ReplayState, second: float) -> int | Absence | None:
    state.seek(second)
    shown = state.screen().panes.get(0)
    return shown.view.frame if isinstance(shown, Displayed) else shown


def test_that_every_moment_shows_what_stood_on_the_screen(state: ReplayState):
    assert state.duration_s == 40
    expected = {
        0: 0,
        0.99: 0,
        1: 1,
        3.99: 1,
        4: Absence.PAUSED,
        5.9: Absence.PAUSED,
        6: 2,
        35.9: 2,
        36: 2,
        39: 0,
    }
    assert {second: frame_at(state, second) for second in expected} == expected


def test_that_a_new_sitting_begins_with_an_empty_screen():
    first, second = record().segments
    late = replace(second, entries=second.entries[1:])
    state = ReplayState(replace(record(), segments=(first, late)))
    assert frame_at(state, 35.9) == 2
    assert frame_at(state, 36.0) is None
    assert frame_at(state, 39.0) == 0
    assert state.sittings_s == [36.0]


def test_that_steps_go_from_change_to_change_and_stop_playing(state: ReplayState):
    state.toggle()
    places = []
    for _ in range(8):
        state.step(1)
        places.append(state.position_s)
    assert places == [1, 2, 4, 6, 36, 39, 40, 40]
    assert not state.is_playing
    for expected in (39, 36, 6, 4, 2, 1, 0, 0):
        state.step(-1)
        assert state.position_s == expected


def test_that_playing_keeps_time_at_every_speed(state: ReplayState):
    state.shortens_waits = False
    state.toggle()
    state.advance(1.5)
    assert state.position_s == 1.5
    state.speed = 16.0
    state.advance(1.0)
    assert state.position_s == 17.5
    state.speed = 0.5
    state.advance(1.0)
    assert state.position_s == 18.0
    state.advance(1000)
    assert state.position_s == 40
    assert not state.is_playing
    state.toggle()
    assert (state.position_s, state.is_playing) == (0, True)


def test_that_waits_are_shortened_to_a_second(state: ReplayState):
    state.seek(6.0)
    state.toggle()
    state.advance(0.9)
    assert state.position_s == 6.9
    state.advance(0.2)  # more than a second after the last change: on to the next sitting
    assert state.position_s == 36.0


def test_that_time_stands_still_while_stopped(state: ReplayState):
    state.advance(5)
    assert state.position_s == 0


def test_that_bands_tell_map_pause_and_idle_time(state: ReplayState):
    assert state.ai_spans == [(2, 4)]
    assert state.hidden_spans == [(4, 6)]
    assert state.idle_spans == [(6, 36)]
    assert [(p.start_s, p.end_s, p.frame) for p in state.trace][:3] == [(0, 1, 0), (1, 2, 1), (2, 4, 1)]


def test_that_a_maximised_viewport_is_the_only_one_visible():
    screen = Screen().after(Arranged(time_ns=0, rows=2, columns=2))
    assert screen.visible == (0, 1, 2, 3)
    alone = screen.after(at(1, pane=3)).after(Arranged(time_ns=2 * S, rows=2, columns=2, alone=3))
    assert alone.visible == (3,)
    assert alone.after(Arranged(time_ns=3 * S, rows=1, columns=2)).visible == (0, 1)


def test_that_times_are_read_off_a_clock():
    assert [clock(second) for second in (0, 59.99, 60, 754.25)] == ["0:00.0", "0:59.9", "1:00.0", "12:34.2"]
