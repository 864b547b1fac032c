"""What the AI panel says, in a reader's words."""

from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from realfm_gui.domain.protocol import Finding
from realfm_gui.gui.reading.advice_row import call_words
from realfm_gui.gui.reading.ai_panel import AiPanel
from realfm_gui.workflows.reading import Advice, FindingAdvice
from tests.gui.reading.conftest import planted_map


@pytest.fixture
def panel(qtbot: QtBot) -> AiPanel:
    made = AiPanel([Finding(id="nodule", name="Nodule")])
    qtbot.addWidget(made)
    advice = FindingAdvice(
        finding="nodule",
        name="Nodule",
        score=0.2,
        percent=20.0,
        prevalence=0.2,
        calls_for_recall=False,
        meaning="Of 100 such cases at 20 % prevalence, about 20 have it.",
        saliency=None,
    )
    made.show_advice(Advice(model="m", findings=(advice,)))
    return made


def test_that_a_finding_without_a_map_says_so(panel: AiPanel):
    panel.show_map(None)
    assert panel.map_line.text() == "No heat map for this finding"
    assert panel.map_box.isHidden()


def test_that_a_flat_map_is_said_to_show_no_place(panel: AiPanel):
    panel.show_map(replace(planted_map(), values=np.full((4, 4), 0.3, np.float32)), common_range=(0, 1))
    assert panel.map_line.text().startswith("The heat map shows no particular place")
    assert panel.map_box.isHidden()


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


def test_that_the_panel_is_as_high_before_the_answer_as_after_it(panel: AiPanel):
    after = panel.sizeHint().height()
    panel.show_sealed()
    assert panel.sizeHint().height() == after
