"""Luminances beside recommendations, and when a display check speaks for a session."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from realfm_gui.domain.display_check import CheckOnRecord, DisplayCheck, PatternAnswers
from realfm_gui.domain.display_luminance import Luminances, Weight, remarks
from realfm_gui.domain.workstation import MonitorFacts, Workstation, monitor_key

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GOOD = Luminances(
    brightest_cd_m2=500,
    darkest_cd_m2=1.0,
    reflected_cd_m2=0.2,
    room_lux=30,
    measured_on="2026-11-01",
)
MONITOR = MonitorFacts(
    name="DP-1", key="0123456789ab", width_px=2560, height_px=1600, width_mm=512.0, holds_window=True
)
HERE = Workstation(workstation_id="w-1", monitors=(MONITOR,), changed_controls={"keys": {"invert": ["F2"]}})
ANSWERS = PatternAnswers(
    sees_5_percent=True,
    sees_95_percent=True,
    dark_letters=7,
    middle_letters=8,
    bright_letters=7,
    lines_are_separate=True,
    ramp_is_smooth=True,
    fields_are_even=True,
)
CHECK = DisplayCheck(answers=ANSWERS, workstation=HERE, pattern_px=(1200, 900), luminances=GOOD)


def _cautions(measured: Luminances) -> list[str]:
    return [r.words for r in remarks(measured, today=TODAY) if r.weight is Weight.CAUTION]


def test_that_the_ratio_counts_the_light_the_screen_reflects() -> None:
    # (350 + 0.25) / (0.75 + 0.25), and 350 / 0.75 in a dark room
    measured = replace(GOOD, brightest_cd_m2=350.0, darkest_cd_m2=0.75, reflected_cd_m2=0.25)
    assert measured.ratio == pytest.approx(350.25)
    assert replace(measured, reflected_cd_m2=None).ratio == pytest.approx(466.6667)


def test_that_good_numbers_bring_no_caution_and_never_the_word_passed() -> None:
    assert _cautions(GOOD) == []
    said = " ".join(remark.words.lower() for remark in remarks(GOOD, today=TODAY))
    assert not any(word in said for word in ("pass", "compl", "certif", "calibrated"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"brightest_cd_m2": 300.0}, "Ratio 250 with reflected light: below 350"),
        ({"brightest_cd_m2": 200.0}, "Ratio 167 with reflected light: below 250"),
        ({"brightest_cd_m2": 300.0}, "White 300 cd/m²: below 350"),
        ({"darkest_cd_m2": 0.5}, "Black 0.5 cd/m²: below 1.0"),
        ({"reflected_cd_m2": 0.3}, "above a quarter of black"),
        ({"room_lux": 200.0}, "Room 200 lux: above 20 to 40"),
        ({"measured_on": "2025-11-01"}, "Measured 386 days ago"),
        ({"measured_on": "2026-11-23"}, "in the future"),
    ],
)
def test_that_a_number_beside_a_recommendation_is_told(change: dict[str, object], said: str) -> None:
    assert any(said in words for words in _cautions(replace(GOOD, **change)))


@pytest.mark.parametrize(
    "change",
    [
        {"darkest_cd_m2": 600.0},
        {"darkest_cd_m2": 0.0, "reflected_cd_m2": 0.0},
        {"darkest_cd_m2": 0.0, "reflected_cd_m2": None},
        {"brightest_cd_m2": float("nan")},
        {"room_lux": -1.0},
        {"measured_on": "yesterday"},
    ],
)
def test_that_luminances_that_cannot_be_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        replace(GOOD, **change)


def test_that_what_was_not_seen_is_told_in_words() -> None:
    assert ANSWERS.cautions() == []
    seen = replace(ANSWERS, sees_5_percent=False, lines_are_separate=False, dark_letters=3)
    assert len(seen.cautions()) == 3
    with pytest.raises(ValueError, match="0 to 10"):
        replace(ANSWERS, bright_letters=11)


def test_that_a_check_comes_back_from_its_payload() -> None:
    assert DisplayCheck.from_payload(CHECK.to_payload()) == CHECK
    bare = replace(CHECK, luminances=None, workstation=Workstation(workstation_id="w-1"))
    assert DisplayCheck.from_payload(bare.to_payload()) == bare


def test_that_a_monitor_is_known_again_without_its_serial_number() -> None:
    key = monitor_key("Maker", "M1", "SN-4711", "DP-1")
    assert key == monitor_key("Maker", "M1", "SN-4711", "DP-1")
    assert key != monitor_key("Maker", "M1", "SN-4712", "DP-1")
    assert "4711" not in key
    assert MONITOR.pitch_mm == 0.2
    assert replace(MONITOR, width_mm=0.0).pitch_mm is None


def _recorded(hours_ago: float, *, has_served: bool = False) -> CheckOnRecord:
    at = NOW - timedelta(hours=hours_ago)
    return CheckOnRecord(sequence=7, checked_utc=at.isoformat(), check=CHECK, has_served=has_served)


def _at(**change: object) -> Workstation:
    return replace(HERE, monitors=(replace(MONITOR, **change),))


@pytest.mark.parametrize(
    ("record", "here", "valid_h", "holds"),
    [
        (_recorded(11), HERE, 12, True),
        (_recorded(13), HERE, 12, False),
        (_recorded(-0.1), HERE, 12, False),
        (_recorded(1), replace(HERE, workstation_id="w-2"), 12, False),
        (_recorded(1), _at(key="ba9876543210"), 12, False),
        (_recorded(1), _at(holds_window=False), 12, False),
        (_recorded(1), replace(HERE, changed_controls={}), 12, True),
        (_recorded(1, has_served=True), HERE, 12, True),
        (_recorded(0.5), HERE, 0, True),
        (_recorded(0.5, has_served=True), HERE, 0, False),
        (_recorded(2), HERE, 0, False),
    ],
    ids=[
        "fresh",
        "old",
        "clock set back",
        "other desk",
        "other monitor",
        "no monitor known",
        "other keys",
        "second session",
        "for one session",
        "for one session that has been",
        "for one session long ago",
    ],
)
def test_that_a_check_speaks_for_its_own_monitor_and_time(
    record: CheckOnRecord, here: Workstation, valid_h: float, holds: bool
) -> None:
    assert record.holds_for(here, now_utc=NOW, valid_h=valid_h) is holds
