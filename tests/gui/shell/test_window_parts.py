import ast
import json
import re
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.gui import theme
from realfm_gui.gui.fonts import use_study_font
from realfm_gui.gui.shell.commands import COMMANDS, build_actions
from realfm_gui.gui.shell.help_pages import HelpDialog
from realfm_gui.gui.shell.home_page import HomePage
from realfm_gui.gui.shell.main_window import BANNER, MainWindow
from realfm_gui.gui.shell.messages import NOTHING_LOST, Messages
from realfm_gui.gui.shell.reader_choice import ReaderChoice
from realfm_gui.gui.shell.recent_studies import RecentStudies, RecentStudy
from realfm_gui.gui.shell.window_words import in_the_window
from realfm_gui.gui.widgets.study_list import ROW_HEIGHT
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
    for surface in (palette.ground, palette.panel, palette.raised, palette.hover, palette.selected):
        for ink in (palette.ink, palette.ink_quiet, palette.accent):
            assert _contrast(ink, surface) >= 4.5, (ink, surface)
    for surface in (palette.ground, palette.panel, palette.raised):
        for ink in (palette.good, palette.warn, palette.bad):
            assert _contrast(ink, surface) >= 4.5, (ink, surface)
    assert _contrast(palette.on_accent, palette.accent) >= 4.5


@pytest.mark.parametrize("palette", [theme.DARK, theme.LIGHT], ids=["dark", "light"])
def test_that_what_can_be_pressed_has_no_hue_an_arm_could_own(palette: theme.Palette) -> None:
    channels = [int(palette.accent[at : at + 2], 16) for at in (1, 3, 5)]
    assert max(channels) - min(channels) <= 8
    for arm in (theme.UNAIDED, theme.AIDED, theme.AI_ALONE, theme.TRUTH):
        assert _saturation(arm) > 0.2 > _saturation(palette.accent)
    assert f"chunk {{ background: {palette.ink_quiet};" in theme.style_sheet(palette)


def _saturation(color: str) -> float:
    return float(QColor(color).hsvSaturationF())


@pytest.mark.parametrize("palette", [theme.DARK, theme.LIGHT], ids=["dark", "light"])
def test_that_the_chosen_row_stands_out_from_the_page(palette: theme.Palette) -> None:
    assert _contrast(palette.selected, palette.ground) >= 1.2


def test_that_the_style_sheet_leaves_no_name_unreplaced() -> None:
    assert "@" not in theme.style_sheet(theme.DARK)


@pytest.mark.parametrize("palette", [theme.DARK, theme.LIGHT], ids=["dark", "light"])
def test_that_the_pictures_of_the_style_sheet_exist_in_the_colours_of_its_palette(
    palette: theme.Palette,
) -> None:
    pictures = {Path(path) for path in re.findall(r'url\("(.+?)"\)', theme.style_sheet(palette))}
    strokes = {
        picture.stem.split("-")[0] + ("-off" if picture.stem.endswith("-off") else ""): re.findall(
            'stroke="(#.{6})"', picture.read_text(encoding="utf-8")
        )
        for picture in pictures
    }
    assert strokes == {
        "tick": [palette.ink],
        "tick-off": [palette.ink_off],
        "arrow": [palette.ink_quiet],
        "arrow-off": [palette.ink_off],
    }


@pytest.mark.parametrize("palette", [theme.DARK, theme.LIGHT], ids=["dark", "light"])
def test_that_a_checked_box_has_a_tick_and_a_combo_box_no_square_behind_its_arrow(
    qtbot: QtBot, palette: theme.Palette
) -> None:
    box, field = QCheckBox("Show lesions"), QComboBox()
    for widget in (box, field):
        qtbot.addWidget(widget)
        widget.setStyleSheet(theme.style_sheet(palette))
    field.resize(120, 30)
    empty = box.grab(QRect(0, 0, 16, box.height())).toImage()
    box.setChecked(True)
    ticked = box.grab(QRect(0, 0, 16, box.height())).toImage()
    middle = QRect(4, box.height() // 2 - 4, 8, 8)
    inks = [_near(image.copy(middle), palette.ink) for image in (empty, ticked)]
    assert inks[0] == 0
    assert 5 <= inks[1] < 32
    colors = field.grab(QRect(92, 4, 26, 22)).toImage()  # arrow and what is behind it
    behind = [colors.pixelColor(x, y).name().upper() for x in range(26) for y in (0, 1, 20, 21)]
    assert set(behind) == {palette.raised}
    assert _near(colors, palette.ink_quiet) > 3


def _near(image: QImage, color: str) -> int:
    """Return how many pixels have a colour, but for the smoothing at edges."""
    wanted = QColor(color).lightness()
    near = (
        abs(image.pixelColor(x, y).lightness() - wanted) < 30
        for x in range(image.width())
        for y in range(image.height())
    )
    return sum(near)


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
    again = RecentStudies(file)
    assert again.all()[0].is_there, "nothing is looked up on the way to the first window"
    gone = again.all()[0].path
    assert again.note_which_are_there({gone: False})
    assert not again.all()[0].is_there
    assert not again.note_which_are_there({gone: False})
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
    assert not hasattr(shown.args[0], "details_button")
    shown.args[0].close()


def test_that_a_message_prescribes_no_shell_and_shortens_a_long_path(qtbot: QtBot) -> None:
    path = "/home/anna/" + "a folder of a study/".replace(" ", "-") * 6 + "IM-0001.dcm"
    window = QWidget()
    qtbot.addWidget(window)
    messages = Messages(window)
    with qtbot.waitSignal(messages.shown) as shown:
        messages.show_error(
            UserFacingError(
                f"{path} cannot be read.", hint="Import it: realfm import STUDY PATH --truth CSV."
            )
        )
    dialog = shown.args[0]
    assert dialog.hint.text() == "Import it: Set up > Import images…"
    assert dialog.headline.text().startswith("/home/anna/…/")
    assert dialog.headline.text().endswith("/IM-0001.dcm cannot be read.")
    assert len(dialog.headline.text()) < 80
    assert dialog.headline.toolTip() == f"{path} cannot be read."
    gap = dialog.hint.geometry().top() - dialog.headline.geometry().bottom()
    assert gap >= 8
    dialog.copy_button.click()
    assert path in QGuiApplication.clipboard().text()
    assert "Import it" in QGuiApplication.clipboard().text()
    dialog.close()


@pytest.mark.parametrize(
    ("said", "in_window"),
    [
        ("Import it: realfm import STUDY PATH... --truth CSV.", "Import it: Set up > Import images…"),
        ("Import images first: realfm import.", "Import images first: Set up > Import images…"),
        (
            "Import cases of the split reading first (realfm import STUDY PATH --truth CSV).",
            "Import cases of the split reading first (Set up > Import images…).",
        ),
        (
            "Run it before reading starts: realfm predict my.study --model pixels-16x16.",
            "Run it before reading starts: Set up > Models.",
        ),
        ("realfm predict STUDY --model precomputed --scores SCORES.csv", "Set up > Models"),
        ("Fit the model again (realfm fit).", "Fit the model again (Set up > Models)."),
        ("Read first: realfm open STUDY.", "Read first: Study > Read."),
        ("Run realfm analyze STUDY --yes, then export.", "Run Study > Analyse, then export."),
        (
            "Choose a folder NAME.study, or create a study: realfm create STUDY --protocol FILE",
            "Choose a folder NAME.study, or create a study: Home > New study",
        ),
        (
            "Wait, or confirm that you want to look (--yes).",
            "Wait, or confirm that you want to look.",
        ),
        ("Run 'realfm verify' on the study.", "Run 'realfm verify' on the study."),
        ("Row 7 of realfm.csv has no file.", "Row 7 of realfm.csv has no file."),
    ],
)
def test_that_a_command_line_becomes_a_place_in_the_window(said: str, in_window: str) -> None:
    assert in_the_window(said) == in_window


def test_that_no_hint_of_the_program_prescribes_a_command_the_window_has(repository: Path) -> None:
    told = [
        literal.value
        for file in (repository / "realfm_gui").rglob("*.py")
        if file.parent.name in {"workflows", "storage", "models", "imaging", "analysis"}
        for literal in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(literal, ast.Constant) and isinstance(literal.value, str)
    ]
    hints = [text for text in told if re.search(r"realfm (?!verify)[a-z]+\b", text)]
    assert len(hints) > 5
    for text in hints:
        assert not re.search(r"realfm (import|fit|predict|create|open|analyze)", in_the_window(text)), text


def test_that_help_pages_link_to_each_other_and_to_nothing_else(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "b.md").write_text("# Beta\n\n[home](index.md) [out](https://example.org/index.md)\n")
    (tmp_path / "index.md").write_text("# Start\n\n[Beta](b.md)\n")
    dialog = HelpDialog(folder=tmp_path)
    qtbot.addWidget(dialog)
    dialog.show()
    assert [dialog.contents.item(at).text() for at in range(2)] == ["Start", "Beta"]
    dialog.text.anchorClicked.emit(QUrl("b.md"))
    assert dialog.page == "b.md"
    assert "Beta" in dialog.text.toPlainText()
    dialog.text.anchorClicked.emit(QUrl("https://example.org/index.md"))
    assert dialog.page == "b.md"
    assert not dialog.text.openLinks()
    assert not dialog.text.openExternalLinks()
    dialog.text.anchorClicked.emit(QUrl("index.md"))
    assert dialog.page == "index.md"


def test_that_every_help_page_of_the_program_can_be_read(qtbot: QtBot) -> None:
    dialog = HelpDialog()
    qtbot.addWidget(dialog)
    assert dialog.contents.count() >= 3
    for at in range(dialog.contents.count()):
        dialog.contents.setCurrentRow(at)
        assert dialog.contents.item(at).text() in dialog.text.toPlainText()


def test_that_the_light_look_covers_menus_and_bars_but_never_the_reading_room(qtbot: QtBot) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    window.add_page("home", QWidget())
    window.add_page("reading", QWidget())
    window.show_page("home")
    window.show()
    window.set_light(True)
    bars = (window.menuBar(), window._bar, window.statusBar())
    for bar in bars:
        assert _ground_of(bar) == theme.LIGHT.panel, bar
    window.show_page("reading")
    assert _ground_of(window.statusBar()) == theme.DARK.panel
    window.show_page("home")
    assert _ground_of(window.statusBar()) == theme.LIGHT.panel
    window.close_now()


def _ground_of(widget: QWidget) -> str:
    return widget.grab().toImage().pixelColor(widget.width() // 2, 4).name().upper()


def test_that_a_forbidden_command_says_why_and_is_given_back_with_another_study(qtbot: QtBot) -> None:
    window = MainWindow()
    qtbot.addWidget(window)
    window.add_page("home", QWidget())
    window.show_study("A", is_simulated=False)
    window.forbid("import", "Reading has begun.")
    window.show_page("home")
    action = window.actions_by_id["import"]
    assert not action.isEnabled()
    assert action.toolTip() == "Reading has begun."
    window.show_study("B", is_simulated=False)
    assert action.isEnabled()
    assert "Ctrl+I" in action.toolTip()


def _gap_below(upper: QWidget, lower: QWidget) -> int:
    return lower.mapToGlobal(lower.rect().topLeft()).y() - upper.mapToGlobal(upper.rect().bottomLeft()).y()


def test_that_start_reading_stands_under_the_list_and_forty_readers_scroll(qtbot: QtBot) -> None:
    page = ReaderChoice()
    qtbot.addWidget(page)
    page.resize(1280, 640)
    page.show()
    for readers, is_long in ((2, False), (40, True)):
        page.show_readers(example.overview_of(readers=readers, simulated=False, submitted=0.3).readers)
        qtbot.waitUntil(lambda long=is_long: (page._list.verticalScrollBar().maximum() > 0) is long)
        qtbot.waitUntil(lambda: 0 < _gap_below(page._list, page._start) <= 40)
        top = page._start.mapTo(page, page._start.rect().topLeft()).y()
        assert page._list.height() <= readers * ROW_HEIGHT + 2, "no empty room between the last name and it"
        assert top + page._start.height() <= page.height()


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
