"""What the AI panel says, in a reader's words."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from realfm_gui.domain.ai_finding import ScoreInterval
from realfm_gui.domain.protocol import Finding
from realfm_gui.gui.reading.ai_finding_list import ROW_PX, FindingLine
from realfm_gui.gui.reading.ai_panel import AiPanel
from realfm_gui.gui.reading.ai_words import (
    call_words,
    interval_words,
    number_words,
    resolution_words,
)
from realfm_gui.gui.reading.appearance import room_sheet
from realfm_gui.workflows.advice import ModelAdvice
from tests.gui.reading.ai_examples import a_box, a_map, advice, frames, said
from tests.gui.reading.conftest import planted_map

FAILED = ModelAdvice(model="alpha", failure="The model stopped with an error on this case.")
OUTSIDE = ModelAdvice(model="alpha", out_of_domain="Made for CR and DX; this image is CT.")


def a_panel(qtbot: QtBot, models: int = 1, findings: int = 1) -> AiPanel:
    page = QWidget()
    qtbot.addWidget(page)
    page.setStyleSheet(room_sheet())
    names = ("Nodule", "Effusion")[:findings]
    made = AiPanel([Finding(id=name.lower(), name=name) for name in names], models, page)
    made.page_kept = page  # the test owns it
    column = QVBoxLayout(page)
    column.addWidget(made)
    column.addStretch(1)
    page.resize(366, 600)
    page.show()
    return made


@pytest.fixture
def panel(qtbot: QtBot) -> AiPanel:
    made = a_panel(qtbot)
    made.show_advice(advice(said()))
    return made


def test_that_a_flat_map_is_said_to_show_no_place(panel: AiPanel):
    flat = replace(planted_map(), values=np.full((4, 4), 0.3, np.float32))
    panel.map.show_map(flat, common_range=(0, 1), legend="4 × 4 cells")
    assert panel.map.map_line.text() == "The heat map shows no particular place\n4 × 4 cells"
    assert panel.map.map_box.isHidden()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (True, "The AI would recall: yes"),
        (False, "The AI would recall: no"),
        (None, "The AI makes no yes or no call"),
    ],
)
def test_that_the_call_is_said_as_what_the_ai_would_do(call: bool | None, words: str):
    assert call_words(call) == words


def test_that_nothing_found_and_outside_and_failed_are_three_different_things(qtbot: QtBot):
    panel = a_panel(qtbot)
    panel.show_advice(advice(said(percent=6.0, call=False)))
    assert panel.rows["nodule"].call.text() == "○ Nothing found · no recall"
    assert panel.rows["nodule"].bar.value_text == "6"  # with its score
    assert not panel.trouble.isVisible()
    panel.show_advice(advice(OUTSIDE))
    assert panel.trouble_title.text() == "⊘ Outside what the AI was made for"
    assert panel.trouble.text().startswith("Made for CR and DX; this image is CT.")
    assert panel.rows == {}
    panel.show_advice(advice(FAILED))
    assert panel.trouble_title.text() == "⚠ The AI failed on this case"
    assert "does not mean that nothing was found" in panel.trouble.text()


@pytest.mark.parametrize("models", [1, 2])
@pytest.mark.parametrize("findings", [1, 2])
def test_that_the_panel_is_as_high_whatever_the_ai_says(qtbot: QtBot, models: int, findings: int):
    panel = a_panel(qtbot, models, findings)
    heights = [panel.height()]
    states = [
        said(saliency=a_map(), located=[a_box(0)] * 9, interval=ScoreInterval(low=40, high=80)),
        said(percent=None, call=None, locates=False),
        OUTSIDE,
        FAILED,
    ]
    for state in states:
        beside = [replace(said(), model="beta")] * (models - 1)
        panel.show_advice(advice(state, *beside))
        panel.places.show_note("")
        panel.map.show_map(a_map() if state.has_answer else None, common_range=None, legend="A map")
        qtbot.wait(1)
        heights.append(panel.height())
    assert set(heights) == {panel.sizeHint().height()}  # and its list takes the room there is


@pytest.mark.parametrize(("height", "lines"), [(600, 6), (380, None), (330, None)])
def test_that_the_list_shows_whole_lines_only(qtbot: QtBot, height: int, lines: int | None):
    panel = a_panel(qtbot, models=2)
    panel.show_advice(advice(said(), replace(said(), model="beta")))
    line = FindingLine(tag="1", name="Nodule", score="63 %", interval="", place="slice 4")
    panel.places.show_lines([replace(line, tag=str(number)) for number in range(9)])
    panel.page_kept.resize(366, height)
    QApplication.processEvents()
    shown = panel.places.lines.viewport().height()
    assert shown % ROW_PX == 0
    assert 0 <= panel.places.height() - shown < ROW_PX
    assert lines in (None, shown // ROW_PX)


def test_that_models_side_by_side_say_each_its_own(qtbot: QtBot):
    panel = a_panel(qtbot, models=2)
    answered = said(interval=ScoreInterval(low=41, high=78.4, level=0.95))
    panel.show_advice(advice(answered, replace(OUTSIDE, model="beta")))
    assert panel.columns is not None
    first, second = panel.columns.columns
    assert (first.cells["nodule"].number.text(), first.cells["nodule"].interval.text()) == ("63 %", "41–78")
    assert first.cells["nodule"].call.text() == "recall: yes"
    assert "The 95 % interval" in first.cells["nodule"].toolTip()
    assert not second.cells["nodule"].isVisible()
    assert second.note.text() == "⊘ Outside what it was made for\nMade for CR and DX; this image is CT."
    assert [column.switch.accessibleName() for column in (first, second)] == ["A  alpha", "B  beta"]


def test_that_a_number_without_an_interval_says_so_and_no_chance_is_certain(panel: AiPanel):
    assert panel.rows["nodule"].interval.text() == ""
    assert "gives no interval" in panel.rows["nodule"].toolTip()
    assert [number_words(percent, 2.5) for percent in (0.2, 99.7, 50.4, None)] == [
        "<1 %",
        ">99 %",
        "50 %",
        "2.5",
    ]
    assert interval_words(ScoreInterval(low=-1.25, high=3), is_percent=False) == "−1.25–3"


def test_that_the_size_of_a_cell_is_said_in_what_is_known_of_the_image():
    saliency = a_map()  # 4 x 4 cells of 25 x 25 pixels
    plain = frames(1)[0]
    assert resolution_words(saliency, plain) == "4 × 4 cells of 25 × 25 pixels"
    ct = replace(plain, spacing_mm=(0.7, 0.5), spacing_kind="patient")
    # 25 columns of .5 mm across, 25 rows of .7 mm down: 12.5 is even to a ten at two digits, 17.5 to 18.
    assert resolution_words(saliency, ct) == "4 × 4 cells of 12 × 18 mm"
    wide = replace(saliency, values=np.zeros((10, 8), np.float32))
    assert resolution_words(wide, None) == "8 × 10 cells"  # across, then down, as the lengths are
    assert resolution_words(saliency, replace(ct, spacing_kind="detector")).endswith("mm (detector)")
