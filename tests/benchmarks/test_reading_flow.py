"""What a reader waits for: the slices of a stack on their way past, the next case after the key.

Both on the raster surface of the off-screen platform: the screen's own delay comes on top.
"""

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt, QTimer
from pytestqt.qtbot import QtBot

from realfm_gui.domain.images import Window
from realfm_gui.domain.reading import Phase
from realfm_gui.gui.reading.state import Stage
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.gui.viewer.viewport import Viewport
from realfm_gui.imaging.case_loading import CaseSequence
from realfm_gui.imaging.phantom_dicom import phantom_file
from realfm_gui.imaging.volume import Volume
from realfm_gui.imaging.volume_frames import VolumeFrames
from tests.gui.reading.conftest import decoding, open_room  # noqa: F401 - fixtures
from tests.gui.reading.many_images import make_study_of

pytestmark = pytest.mark.benchmark

SLICES, SIZE = 300, 512
STEP_MS = 1000 / 60
VIEWS, ROWS, COLUMNS = 4, 3000, 2500
CASES = 4


def stack() -> Volume:
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 40, (SIZE, SIZE))
    y, x = np.ogrid[:SIZE, :SIZE]
    body = ((y / SIZE - 0.5) ** 2 + (x / SIZE - 0.5) ** 2 < 0.16) * 1000.0 - 1000.0
    voxels = np.stack([(body + np.roll(noise, 7 * k, axis=1)).astype(np.int16) for k in range(SLICES)])
    return Volume(
        voxels=voxels,
        slopes=np.ones(SLICES),
        intercepts=np.zeros(SLICES),
        positions_mm=np.column_stack([np.full((SLICES, 2), -200.0), -np.arange(SLICES)]),
        orientation=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
        spacing_mm=(0.78, 0.78),
        windows=(Window(center=40, width=400),),
    )


def test_that_no_slice_is_dropped_while_scrolling(qtbot: QtBot, capsys: pytest.CaptureFixture[str]) -> None:
    viewport = Viewport()
    qtbot.addWidget(viewport)
    viewport.resize(1000, 1000)
    viewport.show_case(ViewState(CaseSequence([VolumeFrames(stack())])))
    asked: dict[int, float] = {}
    painted: list[tuple[int, float]] = []
    viewport.frame_painted.connect(lambda paint: painted.append((paint.frame, time.perf_counter())))
    with qtbot.waitExposed(viewport):
        viewport.show()
    qtbot.waitUntil(lambda: bool(painted))
    painted.clear()
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.setInterval(round(STEP_MS))
    start = time.perf_counter()

    def turn() -> None:
        # As many steps as the wheel would have made by now: a late timer must not make it easier.
        wanted = min(SLICES - 1, int(1000 * (time.perf_counter() - start) / STEP_MS))
        for number in range(len(asked) + 1, wanted + 1):
            asked[number] = time.perf_counter()
            viewport.step(1)

    timer.timeout.connect(turn)
    timer.start()
    qtbot.waitUntil(lambda: bool(painted) and painted[-1][0] == SLICES - 1, timeout=60_000)
    timer.stop()
    first_painted = dict(reversed(painted))
    dropped = set(range(1, SLICES)) - set(first_painted)
    late = [1000 * (first_painted[number] - at) for number, at in asked.items()]
    with capsys.disabled():
        print(
            f"\nscroll of {SLICES} slices of {SIZE} x {SIZE} at 60 steps/s: {len(dropped)} dropped; "
            f"from step to paint median {statistics.median(late):.1f} ms, "
            f"p95 {np.percentile(late, 95):.1f} ms"
        )
    assert not dropped
    assert [frame for frame, _ in painted] == sorted(frame for frame, _ in painted)


def large_cases() -> Iterator[list[bytes]]:
    rng = np.random.default_rng(0)
    y = np.linspace(0, 2000, ROWS)[:, None]
    for case in range(CASES):
        views = [(y + rng.integers(0, 900, (ROWS, COLUMNS))).astype(np.uint16) for _ in range(VIEWS)]
        yield [
            phantom_file(view, name=f"{case} {number}", pixel_spacing_mm=0.1)
            for number, view in enumerate(views)
        ]


def test_how_long_the_next_case_takes(
    open_room,  # noqa: F811 - a fixture
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = tmp_path / "large.study"
    make_study_of(root, large_cases())
    room = open_room(root)
    desk, taken = room.controller.desk, []
    for number in range(2, CASES + 1):
        next_case = desk._opened.upcoming[0][0]
        room.wait(lambda name=next_case: name in desk.cache)
        room.lock()
        room.wait(lambda: room.state.phase is Phase.AIDED)
        painted: list[float] = []

        def note(_paint: object, number: int = number, painted: list[float] = painted) -> None:
            if room.state.step.number == number:
                painted.append(time.perf_counter())

        room.page.box.frame_painted.connect(note)
        start = time.perf_counter()
        room.press(Qt.Key.Key_Return)
        room.wait(
            lambda n=number, p=painted: room.state.step.number == n and len(p) >= len(room.page.box.shown)
        )
        room.wait_for(Stage.READING)
        taken.append(1000 * (painted[len(room.page.box.shown) - 1] - start))
        room.page.box.frame_painted.disconnect(note)
    with capsys.disabled():
        print(
            f"\nnext case, prefetched, {VIEWS} images of {ROWS} x {COLUMNS} in {len(room.page.box.shown)} "
            f"viewports, key press to full picture: median {statistics.median(taken):.0f} ms, "
            f"longest {max(taken):.0f} ms (indicative: 100 ms)"
        )
    assert room.shows_picture()
