"""The tour of two models side by side, as a protocol may ask for them."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from realfm_gui.domain.reading import Phase
from realfm_gui.gui.shell.tour_guide import Guide, Size, TouredProgram
from realfm_gui.workflows.tour_cases import MODEL, READER, SECOND_MODEL, Kind
from realfm_gui.workflows.tour_study import build_tour_study

LIKELIHOOD, CONFIDENCE = 12, 3


def draw_two_models(
    out: Path, *, make_program: Callable[[Path], TouredProgram], sizes: Sequence[Size]
) -> Sequence[Path]:
    """Draw a radiograph with what two models say of it, their maps one at a time and side by side."""
    with tempfile.TemporaryDirectory(prefix="realfm-tour-") as folder:
        study = build_tour_study(Path(folder), kinds=[Kind.CHEST], models=[MODEL, SECOND_MODEL])
        guide = Guide(make_program(Path(folder)), out, sizes=sizes)
        try:
            _go_through(guide, study.root)
        finally:
            guide.close()
        return guide.pictures


def _go_through(guide: Guide, root: Path) -> None:
    guide.start()
    guide.program.open(root, workspace="read")
    guide.wait("opening the study", lambda: guide.program.window.page == "readers")
    reading = guide.program.reading
    reading.read_as(READER)
    guide.wait("the reader", lambda: reading.room is not None)
    room = reading.room
    assert room is not None  # waited for
    guide.wait("the images", lambda: room.is_ready_in(Phase.UNAIDED))
    room.fill_in(LIKELIHOOD, CONFIDENCE)
    guide.settle()
    room.lock()
    guide.wait("the models' answers", lambda: room.is_ready_in(Phase.AIDED))
    guide.draw("ai-two-models")
    room.page.side.ai.map.side_by_side.click()
    guide.settle()
    guide.draw("ai-two-models-side-by-side")
