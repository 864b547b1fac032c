"""OpenGL where it is wished for and to be had; the same picture without it, and a word about that."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from realfm_gui.domain.images import Frame
from realfm_gui.gui.viewer import opengl_surface
from realfm_gui.gui.viewer.opengl_surface import WISH, draw_as_wished, trouble
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.gui.viewer.viewport import Viewport


@pytest.fixture
def viewport(qtbot: QtBot) -> Viewport:
    made = Viewport()
    qtbot.addWidget(made)
    made.resize(200, 150)
    made.show_case(ViewState([Frame(pixels=np.full((30, 40), 9, np.uint16))]))
    return made


def brightest(viewport: Viewport) -> int:
    image = viewport.grab().toImage()
    image = image.convertToFormat(image.Format.Format_RGB32)
    return int(np.array(image.constBits(), np.uint8).reshape(image.height(), -1, 4)[..., :3].max())


@pytest.fixture
def _no_context(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opengl_surface, "_has_context", lambda: False)


@pytest.mark.usefixtures("_no_context")
def test_that_without_a_context_the_picture_is_painted_all_the_same_and_the_user_is_told(
    viewport: Viewport, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(WISH, "1")
    draw_as_wished(viewport)
    assert brightest(viewport) > 100
    told = trouble()
    assert told is not None
    assert "drawn without it" in str(told)
    assert WISH in told.hint


@pytest.mark.usefixtures("_no_context")
def test_that_nobody_who_did_not_ask_for_it_is_told_of_it(monkeypatch: pytest.MonkeyPatch):
    for word in ("", "0", "no"):
        monkeypatch.setenv(WISH, word)
        assert trouble() is None


@pytest.mark.usefixtures("_no_context")
def test_that_the_program_says_so_when_it_starts(tmp_path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch):
    from realfm_gui.app import Program

    monkeypatch.setenv(WISH, "1")
    program = Program(tmp_path)
    qtbot.addWidget(program.window)
    shown = []
    monkeypatch.setattr(program.desk.messages, "show_error", shown.append)
    program.start()
    program.close()
    assert [str(error) for error in shown] == [str(trouble())]


class Recording(QWidget):
    """A surface that brings the painting to the screen when it is asked to."""

    def __init__(self, viewport: Viewport) -> None:
        super().__init__(viewport)
        self.viewport = viewport

    def paintEvent(self, _event) -> None:  # noqa: N802 - Qt's name
        self.viewport.paint_with(QPainter(self))


def test_that_a_surface_covers_the_viewport_and_every_change_reaches_it_once(
    viewport: Viewport, qtbot: QtBot
):
    surface = Recording(viewport)
    viewport.draw_through(surface)
    with qtbot.waitExposed(viewport):
        viewport.show()
    qtbot.waitUntil(lambda: surface.size() == viewport.size())
    viewport.resize(260, 180)
    assert surface.size() == viewport.size()
    painted = []
    viewport.frame_painted.connect(painted.append)
    viewport.invert()
    qtbot.waitUntil(lambda: bool(painted))
    assert [frame.is_inverted for frame in painted] == [True]


THROUGH_OPENGL = """
import numpy as np
from PySide6.QtWidgets import QApplication, QWidget
application = QApplication([])
from realfm_gui.domain.images import Frame, Window
from realfm_gui.domain.prediction import GridGeometry, SaliencyMap
from realfm_gui.gui.viewer.opengl_surface import draw_as_wished, trouble
from realfm_gui.gui.viewer.overlay_layer import OverlayLook
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.gui.viewer.viewport import Viewport

rng = np.random.default_rng(3)
pixels = rng.integers(0, 4096, (300, 400)).astype(np.uint16)
frame = Frame(pixels=pixels, windows=(Window(center=2048, width=4096),))
geometry = GridGeometry(row_offset=24.5, row_step=50, column_offset=24.5, column_step=50)
saliency = SaliencyMap(values=rng.random((6, 8)).astype(np.float32), geometry=geometry, method="m")

def picture(through_opengl):
    window = QWidget()
    window.resize(430, 330)
    viewport = Viewport(window)
    viewport.setGeometry(33, 17, 333, 251)
    if through_opengl:
        draw_as_wished(viewport)
    viewport.has_text = False
    window.show()
    viewport.clearFocus()
    viewport.show_case(ViewState([frame]))
    viewport.set_saliency(saliency)
    viewport.set_overlay_look(OverlayLook(opacity=0.5, threshold=0.3))
    for _ in range(20):
        application.processEvents()
    surface = viewport._surface
    image = surface.grabFramebuffer() if through_opengl else viewport.grab().toImage()
    image = image.convertToFormat(image.Format.Format_RGB32)
    painted = []
    viewport.frame_painted.connect(painted.append)
    viewport.invert()
    for _ in range(20):
        application.processEvents()
    assert [frame.is_inverted for frame in painted] == [True], painted
    window.hide()
    return np.array(image.constBits(), np.uint8).reshape(image.height(), -1, 4)[2:-2, 2:-2, :3].astype(int)

if trouble():
    print("none")
else:
    plain, through = picture(False), picture(True)
    rows, columns = (min(sizes) for sizes in zip(plain.shape[:2], through.shape[:2]))
    print(np.abs(plain[:rows, :columns] - through[:rows, :columns]).max(), plain.std() > 10)
"""


@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="no xvfb-run: no screen with OpenGL to be had")
def test_that_opengl_paints_the_picture_and_the_map_to_one_grey_level():
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb", "QT_SCALE_FACTOR": "1.25", WISH: "1"}
    done = subprocess.run(
        ["xvfb-run", "-a", sys.executable, "-c", THROUGH_OPENGL],
        capture_output=True,
        text=True,
        env=environment,
        timeout=100,
    )
    if done.stdout.strip() == "none" or "platform plugin" in done.stderr:
        pytest.skip(f"no OpenGL context under xvfb: {done.stderr.strip()[-200:]}")
    assert done.returncode == 0, done.stderr
    difference, has_picture = done.stdout.split()
    assert int(difference) <= 1
    assert has_picture == "True"
