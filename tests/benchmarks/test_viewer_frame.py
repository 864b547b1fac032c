"""One frame of a window drag: 3000 x 2500, 16 bit, in a 1200 x 1000 view, beside pyqtgraph and matplotlib."""

import statistics
import time
from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
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
FRAMES, SLOW_FRAMES = 120, 20
"""Of what takes a few milliseconds, and of what takes half a second."""
CELLS = 7


def times_ms(
    set_window: Callable[[int], object], paint: Callable[[], object], *, frames: int = FRAMES
) -> list[float]:
    """Return the duration of each frame: a new window, and its painting to the end."""
    taken = []
    for number in range(frames + 5):
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


def in_matplotlib(pixels: np.ndarray, *, has_overlay: bool) -> tuple[AxesImage, FigureCanvasAgg]:
    """Return the same picture drawn by matplotlib into memory: what it would cost to show it comes on top."""
    figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100, facecolor="black")
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    image = axes.imshow(pixels, cmap="gray", vmin=500, vmax=3500)
    if has_overlay:
        edges = (-0.5, COLUMNS - 0.5, ROWS - 0.5, -0.5)
        axes.imshow(saliency().values, cmap="inferno", alpha=0.5, extent=edges, interpolation="bilinear")
    return image, canvas


def in_vtk(pixels: np.ndarray) -> tuple[Callable[[int], None], Callable[[], None]]:
    """Return how VTK's image viewer takes a window and draws; skipped where it is not installed."""
    vtk = pytest.importorskip("vtk", reason="VTK is not installed")
    from vtk.util.numpy_support import numpy_to_vtk

    data = vtk.vtkImageData()
    data.SetDimensions(COLUMNS, ROWS, 1)
    data.GetPointData().SetScalars(numpy_to_vtk(np.ascontiguousarray(pixels[::-1]).ravel(), deep=True))
    viewer = vtk.vtkImageViewer2()
    viewer.SetInputData(data)
    viewer.SetOffScreenRendering(True)
    viewer.SetSize(WIDTH, HEIGHT)
    viewer.GetRenderer().ResetCamera()

    def set_window(number: int) -> None:
        viewer.SetColorWindow(3000 - number)
        viewer.SetColorLevel(2000 + number)

    return set_window, viewer.Render


def in_napari(pixels: np.ndarray) -> tuple[Callable[[int], None], Callable[[], object]]:
    """Return how napari takes a window and draws; skipped where it is not installed."""
    napari = pytest.importorskip("napari", reason="napari is not installed")
    viewer = napari.Viewer(show=False)
    viewer.window.resize(WIDTH, HEIGHT)
    layer = viewer.add_image(pixels, contrast_limits=(500, 3500))

    def set_window(number: int) -> None:
        layer.contrast_limits = (500 + number, 3500 - number)

    return set_window, lambda: viewer.screenshot(canvas_only=True, flash=False)


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
    image, canvas = in_matplotlib(pixels, has_overlay=has_overlay)
    slow = times_ms(lambda n: image.set_clim(500 + n, 3500 - n), canvas.draw, frames=SLOW_FRAMES)
    item, view = theirs(qtbot, pixels, has_overlay=has_overlay)

    def paint() -> None:
        view.viewport().repaint()
        QApplication.processEvents()

    peer = times_ms(lambda n: item.setLevels((500 + n, 3500 - n)), paint)
    ratio = statistics.median(peer) / statistics.median(mine)
    slow_ratio = statistics.median(slow) / statistics.median(mine)
    with capsys.disabled():
        kind = "with overlay" if has_overlay else "plain"
        print(
            f"\nwindow drag, {ROWS} x {COLUMNS} 16 bit in {WIDTH} x {HEIGHT}, {kind}\n"
            f"  {described('this viewport', mine)}\n  {described('pyqtgraph ImageItem', peer)}\n"
            f"  {described('matplotlib imshow', slow)}\n"
            f"  pyqtgraph / this: {ratio:.1f} (wanted: 3)   matplotlib / this: {slow_ratio:.1f} (wanted: 10)"
        )


@pytest.mark.parametrize("peer", [in_vtk, in_napari], ids=["vtk", "napari"])
def test_window_drag_frame_beside_a_peer_that_may_be_installed(
    qtbot: QtBot,
    capsys: pytest.CaptureFixture[str],
    peer: Callable[[np.ndarray], tuple[Callable[[int], None], Callable[[], object]]],
):
    pixels = np.random.default_rng(1).integers(0, 4096, (ROWS, COLUMNS)).astype(np.uint16)
    set_window, paint = peer(pixels)
    theirs_ms = times_ms(set_window, paint, frames=SLOW_FRAMES)
    viewport, state = ours(qtbot, pixels)
    mine = times_ms(
        lambda n: state.set_window(Window(center=2000 + n, width=3000 - n)),
        viewport.repaint,
    )
    with capsys.disabled():
        print(
            f"\nwindow drag, plain\n  {described('this viewport', mine)}\n"
            f"  {described(peer.__name__.removeprefix('in_'), theirs_ms)}\n"
            f"  ratio: {statistics.median(theirs_ms) / statistics.median(mine):.1f} (wanted: 10)"
        )


@pytest.mark.parametrize("layout", [1, 4])
def test_zoom_frame(qtbot: QtBot, capsys: pytest.CaptureFixture[str], layout: int):
    """What costs a resampling: every step of a zoom or pan, in one viewport and in one of sixteen."""
    pixels = np.random.default_rng(1).integers(0, 4096, (ROWS, COLUMNS)).astype(np.uint16)
    viewport, state = ours(qtbot, pixels)
    viewport.resize(WIDTH // layout, HEIGHT // layout)
    mine = times_ms(lambda n: state.zoom_at(1.01, x=100.0, y=100.0), viewport.repaint)
    with capsys.disabled():
        size = f"{WIDTH // layout} x {HEIGHT // layout}"
        print(f"\nzoom, {ROWS} x {COLUMNS} in {size} (indicative)\n  {described('this viewport', mine)}")


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
