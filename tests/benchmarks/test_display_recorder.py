"""What recording costs a paint: a window drag with a map in a 1200 x 1000 view, recorded and not."""

import statistics
import time
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from realfm_gui.domain.display_record import ReadingKey
from realfm_gui.domain.images import Frame, Window
from realfm_gui.domain.prediction import GridGeometry, SaliencyMap
from realfm_gui.domain.reading import Phase
from realfm_gui.gui.viewer.display_recorder import BoxRecorder
from realfm_gui.gui.viewer.light_box import LightBox
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.workflows.display_record import settled

pytestmark = pytest.mark.benchmark

FRAMES = 200
PACE_S = 1 / 60


def paint_times_ms(box: LightBox) -> list[float]:
    """Return how long each paint of a drag at 60 windows a second takes."""
    taken = []
    for number in range(FRAMES):
        begun = time.perf_counter()
        box.active.set_window(2000 + number, 3000 + 2 * number)
        box.active.repaint()
        spent_s = time.perf_counter() - begun
        taken.append(1000 * spent_s)
        time.sleep(max(0.0, PACE_S - spent_s))
    return taken


def test_that_recording_costs_a_paint_next_to_nothing(qtbot: QtBot, tmp_path: Path):
    rng = np.random.default_rng(1)
    box = LightBox()
    qtbot.addWidget(box)
    box.resize(1200, 1000)
    with qtbot.waitExposed(box):
        box.show()
    pixels = rng.integers(0, 4096, (3000, 2500), np.uint16)
    box.show_case(ViewState([Frame(pixels=pixels, windows=(Window(center=2000, width=3000),))]))
    grid = GridGeometry(row_offset=214, row_step=429, column_offset=178, column_step=357)
    values = rng.random((7, 7)).astype(np.float32)
    box.set_saliency(SaliencyMap(values=values, geometry=grid, method="grad-cam"), None, name="m/f")
    box.active.repaint()
    plain = paint_times_ms(box)
    recorder = BoxRecorder(box)
    key = ReadingKey(reader="anna", case_id="c-1", phase=Phase.AIDED)
    recorder.begin(tmp_path, key, session="s-1", idle_after_s=60)
    recorded = paint_times_ms(box)
    begun = time.perf_counter()
    finished = settled(recorder.finish())
    flush_ms = 1000 * (time.perf_counter() - begun)
    recorder.close()
    assert finished is not None
    assert finished.count >= FRAMES  # none was lost on the way
    (without, with_it) = (statistics.median(times) for times in (plain, recorded))
    p95 = [statistics.quantiles(times, n=20)[-1] for times in (plain, recorded)]
    print(
        f"\npaint {without:.2f} ms (p95 {p95[0]:.2f}), recorded {with_it:.2f} ms (p95 {p95[1]:.2f}): "
        f"ratio {with_it / without:.2f}; closing the record {flush_ms:.1f} ms; indicative"
    )
