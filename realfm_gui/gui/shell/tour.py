"""The tour: every workspace of a study drawn off-screen, by using the program as people do."""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QDialog

from realfm_gui.domain.errors import UserFacingError
from realfm_gui.domain.reading import Phase
from realfm_gui.gui.shell.analysing_workspace import AnalysingWorkspace
from realfm_gui.gui.shell.desk import Desk
from realfm_gui.gui.shell.main_window import MainWindow
from realfm_gui.gui.shell.messages import MessageDialog
from realfm_gui.gui.shell.reading_workspace import ReadingWorkspace


class TouredProgram(Protocol):
    """What the tour uses of the program; the composition root fits."""

    window: MainWindow
    desk: Desk

    @property
    def analysing(self) -> AnalysingWorkspace:
        """The analyst's workspace."""

    @property
    def reading(self) -> ReadingWorkspace:
        """The readers' workspace."""

    def open(self, root: Path) -> None:
        """Open a study for setting up."""

    def close(self) -> None:
        """Close the window when nothing can be lost."""


SIZE = (1600, 1000)
PATIENCE_MS = 180_000
LIKELIHOOD, CONFIDENCE = 62, 3


def draw_tour(root: Path, out: Path, *, make_program: Callable[[Path], TouredProgram]) -> Sequence[Path]:
    """Draw coordinator, analyst and both phases of the reading room as PNG files of 1600 x 1000 pixels.

    A copy of the study is toured: the tour locks an answer, and that belongs into no record.

    Parameters
    ----------
    root : Path
        The study.
    out : Path
        Folder of the pictures.
    make_program : callable
        Makes the program with its settings in the folder it is given.

    Raises
    ------
    UserFacingError
        Whatever the program would have told its user, or that a step of the tour never came.
    """
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="realfm-tour-") as folder:
        copy = Path(folder) / root.name
        shutil.copytree(root, copy)
        tour = _Tour(make_program(Path(folder)), out)
        try:
            return tour.draw(copy)
        finally:
            tour.close()


class _Tour:
    def __init__(self, program: TouredProgram, out: Path) -> None:
        self._program = program
        self._out = out
        self._trouble: list[str] = []
        self._pictures: list[Path] = []
        program.desk.messages.shown.connect(self._note_trouble)

    def draw(self, root: Path) -> Sequence[Path]:
        program = self._program
        program.window.resize(*SIZE)
        program.window.show()
        program.window.show_device("CPU")
        program.open(root)
        self._wait("opening the study", lambda: program.window.page == "coordinating")
        self._grab("coordinator")
        program.analysing.open_outcomes(confirmed=True)
        program.window.show_page("analysing", workspace="analyse")
        self._wait("the analysis", lambda: program.analysing.page.has_results and program.desk.job is None)
        self._grab("analyst")
        program.analysing.page.show_performance()
        performance = program.analysing.page.performance
        self._wait("the performance", lambda: performance.wanted is None and program.desk.job is None)
        self._grab("performance")
        self._read()
        return self._pictures

    def close(self) -> None:
        self._program.close()
        self._wait("closing", lambda: not self._program.window.isVisible(), is_strict=False)

    def _read(self) -> None:
        """Read one case as the first person who still has one; none is no fault of the study."""
        program = self._program
        view = program.desk.view
        people = () if view is None else view.readers
        waiting = [r.reader_id for r in people if not r.is_simulated and r.submitted < r.total]
        if not waiting:
            return
        program.reading.read_as(waiting[0])
        room = program.reading.room
        assert room is not None  # read_as opened it
        self._wait("the first image", lambda: room.is_ready_in(Phase.UNAIDED))
        room.fill_in(LIKELIHOOD, CONFIDENCE)
        self._grab("reading-unaided")
        room.lock()
        self._wait("the model's answer", lambda: room.is_ready_in(Phase.AIDED))
        self._grab("reading-aided")

    def _grab(self, name: str) -> None:
        self._settle()
        path = self._out / f"{name}.png"
        if not self._program.window.grab().save(str(path)):
            raise UserFacingError(
                f"The picture {path} cannot be written.", hint="Choose another folder with --out."
            )
        self._pictures.append(path)

    def _settle(self) -> None:
        """Let layouts and paints that are due happen."""
        loop = QEventLoop()
        QTimer.singleShot(250, loop.quit)
        loop.exec()

    def _wait(self, what: str, is_there: Callable[[], bool], *, is_strict: bool = True) -> None:
        loop = QEventLoop()
        tick, end = QTimer(interval=20), QTimer(singleShot=True, interval=PATIENCE_MS)
        tick.timeout.connect(lambda: loop.quit() if is_there() or self._trouble else None)
        end.timeout.connect(loop.quit)
        tick.start()
        end.start()
        loop.exec()
        if is_strict and self._trouble:
            raise UserFacingError(f"The tour stopped at {what}: {self._trouble[0]}")
        if is_strict and not is_there():
            raise UserFacingError(f"The tour stopped at {what}: it took too long.", hint="Start it again.")

    def _note_trouble(self, dialog: QDialog) -> None:
        if isinstance(dialog, MessageDialog):
            self._trouble.append(dialog.message)
            dialog.close()
