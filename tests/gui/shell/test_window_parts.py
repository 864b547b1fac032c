import json
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.gui import theme
from realfm_gui.gui.fonts import use_study_font
from realfm_gui.gui.shell.commands import COMMANDS, build_actions
from realfm_gui.gui.shell.home_page import HomePage
from realfm_gui.gui.shell.main_window import BANNER, MainWindow
from realfm_gui.gui.shell.messages import NOTHING_LOST, Messages
from realfm_gui.gui.shell.reader_choice import ReaderChoice
from realfm_gui.gui.shell.recent_studies import RecentStudies, RecentStudy
from tests.gui.coordinating import example_overviews as example


def _contrast(a: str, b: str) -> float:
    """Contrast ratio of two sRGB colours (WCAG 2.1)."""

    def luminance(color: str) -> float:
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [theme.DARK, theme.LIGHT], ids=["dark", "light"])
def test_that_text_keeps_its_contrast_on_every_surface(palette: theme.Palette) -> None:
    for surface in (palette.ground, palette.panel, palette.raised):
        for ink in (palette.ink, palette.ink_quiet, palette.good, palette.warn, palette.bad):
            assert _contrast(ink, surface) >= 4.5, (ink, surface)
    assert _contrast(palette.on_accent, palette.accent) >= 4.5


def test_that_the_style_sheet_leaves_no_name_unreplaced() -> None:
    assert "@" not in theme.style_sheet(theme.DARK)


def test_that_every_workstation_uses_the_same_font(qapp: QApplication) -> None:
    assert use_study_font(qapp) == "Roboto"
    assert qapp.font().pixelSize() == theme.SIZE_BODY


def test_that_every_command_has_its_own_shortcut_and_a_handler() -> None:
    shortcuts = [command.shortcut for command in COMMANDS if command.shortcut]
    assert len(shortcuts) == len(set(shortcuts))
    with pytest.raises(KeyError):
        build_actions(QWidget(), {})


def test_that_the_banner_and_the_simulated_mark_are_always_in_the_status_bar(qtbot: QtBot) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    texts = [label.text() for label in window.statusBar().findChildren(QWidget) if hasattr(label, "text")]
    assert BANNER in texts
    assert not window._simulated_below.isVisible()
    window.show_study("A" * 60, is_simulated=True)
    assert window._simulated_below.isVisible()
    window.close_now()


def test_that_keys_belong_to_the_image_while_somebody_reads(qtbot: QtBot) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    window.add_page("reading", QWidget())
    window.add_page("home", QWidget())
    window.show_study("Study", is_simulated=False)
    window.show_page("reading")
    enabled = {key for key, action in window.actions_by_id.items() if action.isEnabled()}
    assert enabled == {"quit", "fullscreen"}
    window.show_page("home")
    assert window.actions_by_id["import"].isEnabled()


def test_that_home_without_studies_offers_the_demo_first(qtbot: QtBot) -> None:
    page = HomePage()
    qtbot.addWidget(page)
    page.show()
    assert page._empty.button.isVisible()
    with qtbot.waitSignal(page.demo_requested):
        page._empty.button.click()
    page.set_busy(True)
    with qtbot.assertNotEmitted(page.demo_requested):
        page._empty.button.click()


def test_that_doors_lead_into_the_selected_study(qtbot: QtBot) -> None:
    page = HomePage()
    qtbot.addWidget(page)
    page.show_recent([RecentStudy(path="/a.study", title="A"), RecentStudy(path="/b.study", title="B")])
    page._list.setCurrentRow(1)
    with qtbot.waitSignal(page.workspace_requested) as wish:
        page._doors["analyse"].click()
    assert wish.args == ["analyse", "/b.study"]


def test_that_a_study_whose_folder_is_gone_can_only_be_removed(qtbot: QtBot) -> None:
    page = HomePage()
    qtbot.addWidget(page)
    page.show_recent([RecentStudy(path="/gone.study", title="Gone", is_there=False)])
    assert not any(door.isEnabled() for door in page._doors.values())
    with qtbot.waitSignal(page.removal_requested) as wish:
        page._remove.click()
    assert wish.args == ["/gone.study"]


def test_that_recent_studies_are_kept_newest_first_and_a_broken_list_starts_anew(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "recent.json"
    recent = RecentStudies(file)
    for name in ("a", "b", "a"):
        recent.remember(RecentStudy(path=f"/{name}.study", title=name))
    assert [study.title for study in RecentStudies(file).all()] == ["a", "b"]
    assert not RecentStudies(file).all()[0].is_there
    assert "is_there" not in json.loads(file.read_text())[0]
    file.write_text("{broken", encoding="utf-8")
    assert RecentStudies(file).all() == ()


def test_that_only_people_may_choose_to_read(qtbot: QtBot) -> None:
    page = ReaderChoice()
    qtbot.addWidget(page)
    page.show_readers(example.overview_of(readers=6, submitted=0.3).readers)
    assert page._list.count() == 1
    page.show_readers(example.overview_of(readers=40, simulated=False, submitted=0.3).readers)
    page._filter.setText("featherstone")
    assert page._list.count() == 1
    assert page._start.text() == "Continue reading"
    with qtbot.waitSignal(page.reader_chosen) as wish:
        page._start.click()
    assert wish.args == ["reader-4"]
    page.set_busy(True)
    assert not page._start.isEnabled()


def test_that_a_problem_of_the_user_is_shown_with_what_to_do(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    messages = Messages(window)
    with qtbot.waitSignal(messages.shown) as shown:
        messages.show_error(UserFacingError("row 7 has no file.", hint="Add its name."))
    assert shown.args[0].headline.text() == "row 7 has no file."
    assert not hasattr(shown.args[0], "copy_button")
    shown.args[0].close()


def test_that_a_fault_of_ours_says_so_and_its_details_can_be_copied(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    messages = Messages(window)
    with qtbot.waitSignal(messages.shown) as shown:
        messages.show_error(ZeroDivisionError("division by zero"))
    dialog = shown.args[0]
    assert dialog.headline.text() == "Something went wrong in RealFM."
    assert "Nothing you answered is lost" in NOTHING_LOST
    dialog.copy_button.click()
    assert "ZeroDivisionError" in QGuiApplication.clipboard().text()
    dialog.close()


def test_that_messages_are_shown_one_after_the_other(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    messages = Messages(window)
    opened = []
    messages.shown.connect(opened.append)
    for number in range(2):
        messages.show_error(UserFacingError(f"problem {number}"))
    qtbot.waitUntil(lambda: len(opened) == 1)
    opened[0].close()
    qtbot.waitUntil(lambda: len(opened) == 2)
    assert opened[1].headline.text() == "problem 1"
    opened[1].close()
