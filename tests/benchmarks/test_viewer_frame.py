"""One frame of a window drag: 3000 x 2500, 16 bit, in a 1200 x 1000 view, beside pyqtgraph's own."""

import statistics
import time
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from realfm_gui.domain.images import Frame, Window
from realfm_gui.domain.prediction import GridGeometry, SaliencyMap
from realfm_gui.gui.viewer.overlay_layer import OverlayLook
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.gui.viewer.viewport import Viewport

pytestmark = pytest.mark.benchmark

ROWS, COLUMNS = 3000, 2500
WIDTH, HEIGHT = 1200, 1000
FRAMES = 120
CELLS = 7


def times_ms(set_window: Callable[[int], None], paint: Callable[[], None]) -> list[float]:
    """Return the duration of each frame: a new window, and its painting to the end."""
    taken = []
    for number in range(FRAMES + 5):
        start = time.perf_counter()
        set_window(number)
        paint()
        taken.append(1000 * (time.perf_counter() - start))
    return taken[5:]


def ours(qtbot: QtBot, pixels: np.ndarray) -> tuple[Viewport, ViewState]:
    viewport = Viewport()
    qtbot.addWidget(viewport)
    viewport.setMinimumSize(0, 0)
    viewport.resize(WIDTH, HEIGHT)
    state = ViewState([Frame(pixels=pixels, windows=(Window(center=2000, width=3000),))])
    with qtbot.waitExposed(viewport):
        viewport.show()
    viewport.show_case(state)
    viewport.repaint()
    return viewport, state


def saliency() -> SaliencyMap:
    geometry = GridGeometry(
        row_offset=ROWS / CELLS / 2 - 0.5,
        row_step=ROWS / CELLS,
        column_offset=COLUMNS / CELLS / 2 - 0.5,
        column_step=COLUMNS / CELLS,
    )
    values = np.random.default_rng(2).random((CELLS, CELLS)).astype(np.float32)
    return SaliencyMap(values=values, geometry=geometry, method="grad-cam")


def theirs(qtbot: QtBot, pixels: np.ndarray, *, has_overlay: bool) -> tuple[object, QWidget]:
    import pyqtgraph

    view = pyqtgraph.GraphicsView()
    qtbot.addWidget(view)
    view.resize(WIDTH, HEIGHT)
    item = pyqtgraph.ImageItem(pixels, axisOrder="row-major", levels=(500, 3500))
    view.addItem(item)
    if has_overlay:
        map_item = pyqtgraph.ImageItem(saliency().values, axisOrder="row-major", opacity=0.5)
        map_item.setRect(QRectF(0, 0, COLUMNS, ROWS))
        view.addItem(map_item)
    view.setRange(QRectF(0, 0, COLUMNS, ROWS), padding=0)
    with qtbot.waitExposed(view):
        view.show()
    return item, view


def described(name: str, taken: list[float]) -> str:
    return f"{name}: median {statistics.median(taken):.2f} ms, p95 {np.percentile(taken, 95):.2f} ms"


@pytest.mark.parametrize("has_overlay", [False, True], ids=["plain", "overlay"])
def test_window_drag_frame(qtbot: QtBot, capsys: pytest.CaptureFixture[str], has_overlay: bool):
    pixels = np.random.default_rng(1).integers(0, 4096, (ROWS, COLUMNS)).astype(np.uint16)
    viewport, state = ours(qtbot, pixels)
    if has_overlay:
        viewport.set_saliency(saliency())
        viewport.set_overlay_look(OverlayLook(opacity=0.5, threshold=0.3))
    mine = times_ms(
        lambda n: state.set_window(Window(center=2000 + n, width=3000 - n)),
        viewport.repaint,
    )
    viewport.hide()
    item, view = theirs(qtbot, pixels, has_overlay=has_overlay)

    def paint() -> None:
        view.viewport().repaint()
        QApplication.processEvents()

    peer = times_ms(lambda n: item.setLevels((500 + n, 3500 - n)), paint)
    ratio = statistics.median(peer) / statistics.median(mine)
    with capsys.disabled():
        kind = "with overlay" if has_overlay else "plain"
        print(
            f"\nwindow drag, {ROWS} x {COLUMNS} 16 bit in {WIDTH} x {HEIGHT}, {kind}\n"
            f"  {described('this viewport', mine)}\n  {described('pyqtgraph ImageItem', peer)}\n"
            f"  pyqtgraph / this: {ratio:.1f}"
        )


def test_opacity_drag_frame(qtbot: QtBot, capsys: pytest.CaptureFixture[str]):
    pixels = np.random.default_rng(1).integers(0, 4096, (ROWS, COLUMNS)).astype(np.uint16)
    viewport, _ = ours(qtbot, pixels)
    viewport.set_saliency(saliency())
    mine = times_ms(
        lambda n: viewport.set_overlay_look(OverlayLook(opacity=(n % 100) / 100, threshold=0.3)),
        viewport.repaint,
    )
    with capsys.disabled():
        print(f"\nopacity drag (indicative)\n  {described('this viewport', mine)}")
