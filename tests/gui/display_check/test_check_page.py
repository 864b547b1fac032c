"""The page of the display check."""

from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from realfm_gui.domain.display_check import CANNOT_CERTIFY
from realfm_gui.domain.display_luminance import Luminances
from realfm_gui.domain.workstation import MonitorFacts, Workstation
from realfm_gui.gui.display_check.check_page import CheckPage
from realfm_gui.gui.display_check.luminance_dialog import LuminanceDialog
from realfm_gui.gui.display_check.monitors import lines_of, monitor_facts, title_of
from realfm_gui.gui.display_check.pattern import View

MONITOR = MonitorFacts(
    name="DP-1",
    maker="Maker",
    model="M 1",
    key="0123456789ab",
    width_px=2560,
    height_px=1600,
    width_mm=512.0,
    height_mm=320.0,
    holds_window=True,
)
HERE = Workstation(workstation_id="w-1", monitors=(MONITOR,))
TODAY = date(2026, 11, 22)


@pytest.fixture
def page(qtbot: QtBot) -> CheckPage:
    made = CheckPage(today=lambda: TODAY)
    qtbot.addWidget(made)
    made.resize(1280, 760)
    made.begin(HERE, None, is_required=True)
    with qtbot.waitExposed(made):
        made.show()
    return made


def _words(page: CheckPage) -> str:
    QApplication.processEvents()  # a layout shows what was added to it a moment later
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page))


def test_that_nothing_is_answered_beforehand_and_a_check_needs_every_answer(page: CheckPage, qtbot: QtBot):
    assert page.questions.missing == 8
    assert not page.done.isEnabled()
    page.questions.answer_all()
    page.questions.counts["dark_letters"].setCurrentIndex(0)
    assert page.questions.answers is None
    assert not page.done.isEnabled()
    page.questions.counts["dark_letters"].setCurrentIndex(1)  # none of them can be read: an answer, too
    with qtbot.waitSignal(page.checked) as heard:
        page.done.click()
    check = heard.args[0]
    assert check.answers.dark_letters == 0
    assert check.answers.bright_letters == 8
    assert check.answers.sees_95_percent
    assert check.workstation == HERE
    assert check.pattern_px == page.pattern.pattern_px
    assert check.luminances is None


def test_that_what_was_not_seen_is_named_at_once(page: CheckPage):
    page.questions.answer_all()
    assert "5 % square" not in _words(page)
    page.questions.choices["sees_5_percent"][1].click()
    assert "The 5 % square is not visible in black" in _words(page)


def test_that_the_page_says_what_software_cannot_do_and_never_that_a_monitor_passed(page: CheckPage):
    page.questions.answer_all()
    good = Luminances(
        brightest_cd_m2=500, darkest_cd_m2=1.0, reflected_cd_m2=0.1, measured_on=TODAY.isoformat()
    )
    page._take_luminances(good)
    words = _words(page)
    assert CANNOT_CERTIFY in words
    assert "Ratio 455 with reflected light" in words
    for false_mark in ("pass", "✓", " OK", "compliant", "is calibrated"):
        assert false_mark not in words.replace(CANNOT_CERTIFY, "")


def test_that_a_second_check_is_another_look(page: CheckPage):
    page.questions.answer_all()
    page.show_view(View.DARK_FIELD)
    page.begin(HERE, None, is_required=False)
    assert page.questions.missing == 8
    assert page.pattern.view is View.PATTERN
    assert page.leave.text() == "Not now"


def test_that_the_monitor_is_described_with_its_units(page: CheckPage):
    words = _words(page)
    assert "Maker M 1 (DP-1)" in words
    assert "512 × 320 mm, 0.200 mm a pixel" in words
    unknown = MonitorFacts(name="", key="k", width_px=10, height_px=10)
    assert title_of(unknown) == "Monitor without a name"
    assert dict(lines_of(unknown))["Size"] == "not told by the monitor"


def test_that_the_window_is_on_one_of_the_monitors(page: CheckPage):
    facts = monitor_facts(page)
    assert sum(monitor.holds_window for monitor in facts) == 1
    assert sum(monitor.is_primary for monitor in facts) == 1
    assert Workstation(workstation_id="w-1", monitors=facts).monitor is not None


def test_that_luminances_are_typed_with_comma_or_point_and_kept(page: CheckPage, qtbot: QtBot):
    dialog = page.ask_for_luminance()
    dialog.brightest.setText("412,5")
    dialog.darkest.setText("1.1")
    dialog.instrument.setText(" LS-150 ")
    with qtbot.waitSignal(page.luminances_entered) as heard:
        dialog.save.click()
    assert heard.args[0] == Luminances(
        brightest_cd_m2=412.5, darkest_cd_m2=1.1, measured_on="2026-11-22", instrument="LS-150"
    )
    assert "Ratio 375 without reflected light" in _words(page)
    page.questions.answer_all()
    with qtbot.waitSignal(page.checked) as checked:
        page.done.click()
    assert checked.args[0].luminances == heard.args[0]


@pytest.mark.parametrize(
    ("white", "black", "day", "said"),
    [
        ("", "1", "2026-11-22", "White and black are needed"),
        ("bright", "1", "2026-11-22", "White is not a number"),
        ("100", "200", "2026-11-22", "White is brighter than black"),
        ("400", "1", "22.11.2026", "written like 2026-11-22"),
        ("nan", "1", "2026-11-22", "number of 0 or more"),
    ],
)
def test_that_a_wrong_luminance_is_refused_with_the_reason(
    qtbot: QtBot, white: str, black: str, day: str, said: str
):
    dialog = LuminanceDialog("DP-1", None, today=TODAY)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.brightest.setText(white)
    dialog.darkest.setText(black)
    dialog.day.setText(day)
    dialog.save.click()
    assert said in dialog.remark.text()
    assert dialog.isVisible()


def test_that_the_pattern_fills_the_screen_and_comes_back(page: CheckPage, qtbot: QtBot):
    page.fill_screen()
    view = page.screen_view
    assert view.isFullScreen()
    assert view.pattern_px == (page.screen().size().width(), page.screen().size().height())
    with qtbot.waitSignal(view.destroyed):
        qtbot.keyClick(view, Qt.Key.Key_Escape)
