"""The tour: every workspace of a study drawn off-screen, by using the program as people do."""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from realfm_gui.domain.reading import Phase
from realfm_gui.gui.shell.tour_guide import Guide, TouredProgram

SIZE = (1600, 1000)
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
        guide = Guide(make_program(Path(folder)), out, sizes=[SIZE])
        try:
            _go_through(guide, copy)
        finally:
            guide.close()
        return guide.pictures


def _go_through(guide: Guide, root: Path) -> None:
    program = guide.program
    guide.start()
    program.open(root)
    guide.wait("opening the study", lambda: program.window.page == "coordinating")
    guide.draw("coordinator")
    program.analysing.open_outcomes(confirmed=True)
    program.window.show_page("analysing", workspace="analyse")
    guide.wait("the analysis", lambda: program.analysing.page.has_results and program.desk.job is None)
    guide.draw("analyst")
    program.analysing.page.show_performance()
    performance = program.analysing.page.performance
    guide.wait("the performance", lambda: performance.wanted is None and program.desk.job is None)
    guide.draw("performance")
    _read(guide)


def _read(guide: Guide) -> None:
    """Read one case as the first person who still has one; none is no fault of the study."""
    program = guide.program
    view = program.desk.view
    people = () if view is None else view.readers
    waiting = [r.reader_id for r in people if not r.is_simulated and r.submitted < r.total]
    if not waiting:
        return
    reading = program.reading
    reading.read_as(waiting[0])
    guide.wait("the reader", lambda: reading.room is not None or reading.is_at_the_check)
    if reading.is_at_the_check:
        guide.draw("display-check")
        reading.display.answer_all()
        guide.wait("the display check", lambda: reading.room is not None)
    room = reading.room
    assert room is not None  # waited for
    guide.wait("the first image", lambda: room.is_ready_in(Phase.UNAIDED))
    room.fill_in(LIKELIHOOD, CONFIDENCE)
    guide.draw("reading-unaided")
    room.lock()
    guide.wait("the model's answer", lambda: room.is_ready_in(Phase.AIDED))
    guide.draw("reading-aided")
