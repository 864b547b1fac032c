"""The display check in the log, and sessions that need one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from realfm_gui.domain.display_check import CheckRequirement, DisplayCheck, PatternAnswers
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.protocol import parse_protocol
from realfm_gui.domain.workstation import MonitorFacts, Workstation
from realfm_gui.storage import StudyStore
from realfm_gui.storage.verify import verify_study
from realfm_gui.workflows.display_check import holding_check, is_check_due, record_display_check
from realfm_gui.workflows.reading import start_session
from tests.small_study import PROTOCOL, make_study

REQUIRED = PROTOCOL + '[reading]\ndisplay_check = "required"\ndisplay_check_valid_h = {}\n'
MONITOR = MonitorFacts(name="DP-1", key="0123456789ab", width_px=1600, height_px=1000, holds_window=True)
HERE = Workstation(workstation_id="w-1", monitors=(MONITOR,))
CHECK = DisplayCheck(
    answers=PatternAnswers(
        sees_5_percent=True,
        sees_95_percent=False,
        dark_letters=7,
        middle_letters=8,
        bright_letters=7,
        lines_are_separate=True,
        ramp_is_smooth=True,
        fields_are_even=True,
    ),
    workstation=HERE,
    pattern_px=(1200, 900),
)


def _study(tmp_path: Path, valid_h: float = 12) -> StudyStore:
    return make_study(tmp_path / "s.study", protocol=REQUIRED.format(valid_h))


def _started(store: StudyStore) -> dict[str, object]:
    return dict([event for event in store.events() if event.kind is EventKind.SESSION_STARTED][-1].payload)


def test_that_older_protocols_offer_the_check_and_hold_it_for_half_a_day() -> None:
    reading = parse_protocol(PROTOCOL).reading
    assert reading.display_check is CheckRequirement.OFFERED
    assert reading.display_check_valid_h == 12


def test_that_a_required_check_keeps_the_session_closed_until_it_is_done(tmp_path: Path) -> None:
    with _study(tmp_path) as store:
        assert is_check_due(store, "anna", HERE)
        with pytest.raises(UserFacingError, match="not been checked"):
            start_session(store, "anna", HERE)
        assert all(event.kind is not EventKind.SESSION_STARTED for event in store.events())
        sequence = record_display_check(store, "anna", CHECK)
        assert not is_check_due(store, "anna", HERE)
        start_session(store, "anna", HERE)
        assert _started(store) == {
            "reader": "anna",
            "workstation": HERE.to_payload(),
            "display_check": sequence,
        }


def test_that_a_check_is_of_one_reader_at_one_desk(tmp_path: Path) -> None:
    with _study(tmp_path) as store:
        record_display_check(store, "anna", CHECK)
        assert is_check_due(store, "ben", HERE)
        elsewhere = replace(HERE, workstation_id="w-2")
        assert is_check_due(store, "anna", elsewhere)
        record_display_check(store, "anna", replace(CHECK, workstation=elsewhere))
        assert not is_check_due(store, "anna", HERE), "a check elsewhere leaves the one here as it was"
        with pytest.raises(UserFacingError, match="not been checked"):
            start_session(store, "anna")


def test_that_a_check_ends_with_its_hours(tmp_path: Path) -> None:
    with _study(tmp_path, valid_h=2) as store:
        record_display_check(store, "anna", CHECK)
        later = datetime.now(UTC) + timedelta(hours=3)
        assert holding_check(store, "anna", HERE) is not None
        assert holding_check(store, "anna", HERE, now_utc=later) is None


def test_that_with_no_hours_every_session_has_its_own_check(tmp_path: Path) -> None:
    with _study(tmp_path, valid_h=0) as store:
        record_display_check(store, "anna", CHECK)
        start_session(store, "anna", HERE)
        with pytest.raises(UserFacingError, match="not been checked"):
            start_session(store, "anna", HERE)


def test_that_a_session_says_on_which_monitors_it_was_read_where_no_check_is_asked(tmp_path: Path) -> None:
    with make_study(tmp_path / "s.study") as store:
        start_session(store, "anna", HERE)
        assert _started(store) == {"reader": "anna", "workstation": HERE.to_payload(), "display_check": None}
        start_session(store, "anna")
        assert _started(store) == {"reader": "anna"}


def test_that_verify_accepts_a_check_and_the_store_refuses_what_is_none(tmp_path: Path) -> None:
    with _study(tmp_path) as store:
        record_display_check(store, "anna", CHECK)
        with pytest.raises(ValueError, match="display_checked"):
            store.append(EventKind.DISPLAY_CHECKED, {"answers": {}}, actor="anna")
    assert [p.what for p in verify_study(tmp_path / "s.study").problems] == []
