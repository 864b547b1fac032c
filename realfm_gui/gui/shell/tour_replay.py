"""The tour of the replay: what a reading displayed, painted again from its record."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox

from realfm_gui.domain.reading import Phase
from realfm_gui.gui.shell.tour_guide import Guide
from realfm_gui.workflows.tour_cases import Kind

if TYPE_CHECKING:
    from realfm_gui.gui.replay.replay_page import ReplayPage
    from realfm_gui.workflows.replay import ReplayChoice
    from realfm_gui.workflows.tour_study import TourStudy

REPLAYED = (Kind.CHEST, Kind.CT, Kind.MR)
SHARE = 0.7
"""Of the reading, where the replay is stopped for its picture."""


def draw_replay(guide: Guide, study: "TourStudy") -> None:
    """Open the outcomes and replay some of the readings that the tour has made."""
    program = guide.program
    wanted = {case_id: kind for case_id, kind in study.kind_of.items() if kind in REPLAYED}
    if not wanted:
        return
    analysing = program.analysing
    analysing.open_outcomes(confirmed=True)
    program.window.show_page("analysing", workspace="analyse")
    guide.wait("the outcomes", lambda: analysing.page.has_results and program.desk.job is None)
    analysing.open_replay()
    page = analysing.replay.page
    guide.wait("the list of readings", lambda: page.readings.list.count() > 0)
    guide.draw("replay-readings")
    for number in range(page.readings.list.count()):
        choice = page.readings.list.item(number).data(Qt.ItemDataRole.UserRole)
        kind = wanted.get(choice.reading.case_id)
        if kind is not None and choice.reading.phase is Phase.AIDED:
            _open(guide, page, choice)
            guide.draw(f"replay-{kind.name.lower()}")
    _show_all(page)
    guide.settle()
    guide.draw("replay-lesions-and-times")


def _open(guide: Guide, page: "ReplayPage", choice: "ReplayChoice") -> None:
    """Replay a reading and stop in the midst of it."""
    before = page.state
    page.readings.reading_requested.emit(choice)
    guide.wait("the replay", lambda: page.state is not None and page.state is not before)
    assert page.state is not None  # waited for
    page.seek(SHARE * page.state.duration_s)
    guide.settle()


def _show_all(page: "ReplayPage") -> None:
    """Tick everything that can be laid over the picture."""
    for box in page.findChildren(QCheckBox):
        if box.isEnabled() and not box.isChecked():
            box.click()
