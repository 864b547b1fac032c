"""The table of keys."""

from collections import Counter

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from realfm_gui.domain.key_choice import KeyChoices
from realfm_gui.gui.reading.ai_desk import AiDesk
from realfm_gui.gui.reading.commands import COMMANDS, GROUPS, key_name
from realfm_gui.gui.reading.key_choices import tooltip_of
from realfm_gui.gui.reading.key_sheet import KeySheet
from realfm_gui.gui.reading.mark_desk import MarkDesk
from realfm_gui.gui.reading.reading_page import ReadingPage
from realfm_gui.gui.viewer.case_box import CaseBox
from realfm_gui.gui.viewer.cine import Cine
from realfm_gui.gui.viewer.cut_desk import CutDesk
from realfm_gui.gui.viewer.measuring_tools import MeasuringTools
from realfm_gui.gui.viewer.viewport import Viewport


def test_that_no_key_means_two_things():
    keys = Counter(QKeySequence(key).toString() for command in COMMANDS for key in command.keys)
    assert [key for key, count in keys.items() if count > 1] == []
    assert "" not in keys


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_that_every_command_is_a_method_of_the_page_and_in_a_group(command):
    owner, _, action = command.action.rpartition(".")
    owners = {
        "": ReadingPage,
        "ai": AiDesk,
        "box": CaseBox,
        "box.cuts": CutDesk,
        "box.tools": MeasuringTools,
        "marks": MarkDesk,
        "viewport": Viewport,
        "viewport.cine": Cine,
    }
    assert callable(getattr(owners[owner], action))
    assert command.group in GROUPS


def test_that_the_key_sheet_lists_every_listed_command(qtbot: QtBot):
    sheet = KeySheet(levels=3, clock="The clock goes on.")
    qtbot.addWidget(sheet)
    words = {label.text() for label in sheet.findChildren(QLabel)}
    assert {command.title for command in COMMANDS if command.is_listed} <= words


def test_that_the_key_sheet_has_a_title_the_studys_levels_and_says_what_the_clock_does(qtbot: QtBot):
    sheet = KeySheet(levels=3, clock="The clock goes on.")
    qtbot.addWidget(sheet)
    words = {label.text() for label in sheet.findChildren(QLabel)}
    assert {"Keys of the reading room", "The clock goes on.", "1 … 3"} <= words
    assert not any(text.startswith("1 … 9") for text in words)


def test_that_tooltips_name_the_key():
    assert tooltip_of(["invert"], KeyChoices()) == "Invert (I)"
    assert [key_name(key) for key in ("Shift+Right", "+", "Return")] == ["Shift+→", "+", "⏎"]
