"""What a hanging protocol asks for is what the viewports show."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from realfm_gui.domain.patient_geometry import MainPlane
from realfm_gui.gui.viewer.case_box import CaseBox
from realfm_gui.imaging.hanging_files import load_hanging
from realfm_gui.imaging.hung_panes import HangingRules, hang_case
from realfm_gui.imaging.presets import load_presets

from .test_light_box import along_z, case_of, series, wait_for_cuts


@pytest.fixture
def box(qtbot: QtBot) -> Iterator[CaseBox]:
    made = CaseBox()
    qtbot.addWidget(made)
    made.resize(640, 640)
    made.show()
    yield made
    made.end_work()


def test_that_a_chest_ct_opens_with_a_window_for_each_viewport_and_the_cross_in_its_middle(
    qtbot: QtBot, box: CaseBox, repository: Path
) -> None:
    resources = repository / "resources"
    rules = HangingRules(
        protocols=load_hanging(resources / "hanging"), presets=load_presets(resources / "presets")
    )
    frames = series(along_z(0, 2, 9), uid="a")
    for frame in frames:
        frame.tags["BodyPartExamined"] = "CHEST"
    state = case_of(frames)
    hung = hang_case(state.frames, [0] * 9, rules)
    box.show_case(state)
    # The second time the volume is ready and is cut at once; what is on screen is the same.
    for _ in range(2):
        box.hang(hung)
        wait_for_cuts(qtbot, box)
        states = [pane.state for pane in box.panes]
        assert [one.view.window.name for one in states] == ["Lung", "Mediastinum", "Lung", "Mediastinum"]
        cuts = [one.cut and one.cut["cut"] for one in states]
        assert cuts == [None, None, MainPlane.CORONAL, MainPlane.SAGITTAL]
        assert [one.view.frame for one in states[:2]] == [4, 4]
