"""Start to window: from the command to the first painted window, against an empty PySide6 window."""

import os
import statistics
import subprocess
import sys
import textwrap

import pytest

RUNS = 5

EMPTY = """
from PySide6.QtWidgets import QApplication, QMainWindow
application = QApplication([])
window = QMainWindow()
"""

OURS = """
import tempfile
from pathlib import Path
from realfm_gui.app import Program, make_application
application = make_application()
program = Program(Path(tempfile.mkdtemp()))
window = program.window
"""

PAINTED = """
from PySide6.QtCore import QObject, QEvent, QTimer
import os, time
class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and watched.isVisible():
            print(time.clock_gettime(time.CLOCK_MONOTONIC) - float(os.environ["STARTED"]), flush=True)
            os._exit(0)
        return False
watch = Watch()
(window.centralWidget() or window).installEventFilter(watch)
window.installEventFilter(watch)
window.show()
application.exec()
"""


def seconds_to_paint(program: str) -> float:
    import time

    environment = {**os.environ, "STARTED": str(time.clock_gettime(time.CLOCK_MONOTONIC))}
    code = textwrap.dedent(program) + textwrap.dedent(PAINTED)
    told = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    return float(told.stdout.strip())


@pytest.mark.benchmark
def test_start_to_window() -> None:
    pairs = [(seconds_to_paint(OURS), seconds_to_paint(EMPTY)) for _ in range(RUNS + 1)][1:]
    ours, empty = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"\nstart to painted window: ours {ours:.2f} s, an empty PySide6 window {empty:.2f} s")
    print(f"start: {ours / empty:.1f} x the empty window (indicative: <= 1.5 s)")
