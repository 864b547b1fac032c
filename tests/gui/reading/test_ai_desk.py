"""What the AI found, on the picture and in the panel: in place, in its colour, and never too early."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from realfm_gui.domain.events import EventKind
from realfm_gui.domain.prediction import Prediction
from realfm_gui.domain.protocol import Finding
from realfm_gui.gui.reading.ai_desk import AiDesk
from realfm_gui.gui.reading.ai_panel import AiPanel
from realfm_gui.gui.viewer.case_box import CaseBox
from realfm_gui.gui.viewer.painted_frame import PaintedFrame
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.storage import StudyStore
from tests.gui.reading.ai_examples import a_box, a_map, advice, frames, said
from tests.gui.reading.conftest import Room

SIZE = 400
"""Of the viewport: four pixels of the screen per pixel of the image."""


class Desk:
    """A light box, a panel and what connects them, on a case of three slices."""

    def __init__(self, qtbot: QtBot, models: int) -> None:
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.box = CaseBox(self.window)
        self.panel = AiPanel([Finding(id="nodule", name="Nodule")], models, self.window)
        self.desk = AiDesk(self.box, self.panel)
        self.window.resize(SIZE + 400, SIZE + 200)
        self.box.resize(SIZE, SIZE)
        self.panel.setGeometry(SIZE, 0, 344, 500)
        self.box.toggle_text()
        with qtbot.waitExposed(self.window):
            self.window.show()
        self.box.show_case(ViewState(frames(3)))
        self.painted: list[PaintedFrame] = []
        self.box.frame_painted.connect(self.painted.append)

    def is_purple(self, x: int, y: int, pane: int = 0) -> bool:
        """Whether the AI's colour is on this pixel of a viewport, on a ground of neutral grey."""
        image = self.box.panes[pane].grab().toImage()
        color = image.pixelColor(x, y)
        return color.red() > color.green() + 20 and color.blue() > color.green() + 20


@pytest.fixture
def made(qtbot: QtBot) -> Iterator[Callable[..., Desk]]:
    desks: list[Desk] = []

    def make(models: int = 1) -> Desk:
        desks.append(Desk(qtbot, models))
        return desks[-1]

    yield make
    for desk in desks:
        desk.box.end_work()


EDGE = (100, 200)
"""On the left side of the box from column 24.5 to 74.5: (24.5 + 0.5) * 4 = 100."""


def test_that_a_box_is_painted_where_the_model_says_on_its_slice_alone(made: Callable[..., Desk]):
    desk = made()
    bare = desk.box.active.grab().toImage()
    desk.desk.show(advice(said(located=[a_box(1)])), "nodule")
    assert desk.box.active.grab().toImage() == bare
    desk.box.active.go_to_frame(1)
    assert desk.is_purple(*EDGE)
    assert desk.is_purple(300, 200)
    assert desk.is_purple(200, 100)
    assert not desk.is_purple(200, 200)  # the place itself stays free
    assert not desk.is_purple(92, 200)


def test_that_nothing_of_the_ai_is_on_the_picture_before_it_is_shown_or_in_the_next_case(
    made: Callable[..., Desk],
):
    desk = made()
    assert not desk.is_purple(*EDGE)
    assert desk.desk.board.on_frame(0) == ()
    desk.desk.show(advice(said(located=[a_box(0)])), "nodule")
    assert desk.is_purple(*EDGE)
    desk.desk.forget()
    desk.box.update_panes()
    assert not desk.is_purple(*EDGE)
    assert desk.panel.places.lines.count() == 0
    assert desk.panel.line.text() == "Shown after the lock"


def test_that_what_the_ai_marks_is_hidden_and_peeked_at_with_its_map(made: Callable[..., Desk]):
    desk = made()
    desk.desk.show(advice(said(located=[a_box(0)])), "nodule")
    desk.box.toggle_overlay()
    assert not desk.is_purple(*EDGE)
    assert desk.panel.map.switch.text() == "AI on image: off"
    desk.box.peek(True)
    assert desk.is_purple(*EDGE)
    desk.box.peek(False)
    assert not desk.is_purple(*EDGE)
    desk.box.toggle_overlay()
    desk.box.toggle_annotations()
    assert not desk.is_purple(*EDGE)


def test_that_nothing_is_painted_on_a_cut_that_only_has_the_same_number(made: Callable[..., Desk]):
    desk = made()
    desk.desk.show(advice(said(located=[a_box(0)])), "nodule")
    pane = desk.box.active
    cut = ViewState(frames(3), cut={"series": 0, "cut": "coronal"})
    pane.show_case(cut, None, None)
    assert not desk.is_purple(*EDGE)


def test_that_a_jump_from_a_cut_shows_the_images_as_acquired(made: Callable[..., Desk]):
    desk = made()
    desk.desk.show(advice(said(located=[a_box(2)])), "nodule")
    desk.box.active.show_case(ViewState(frames(3), cut={"series": 0, "cut": "coronal"}), None, None)
    desk.desk.step(1)
    state = desk.box.active.state
    assert state is not None
    assert (state.cut, state.view.frame) == (None, 2)
    assert desk.is_purple(*EDGE)


def test_that_the_list_is_sorted_and_its_lines_go_to_slice_and_place(made: Callable[..., Desk], qtbot: QtBot):
    desk = made()
    places = [a_box(2, score=0.3, x=2, y=2, side=4), a_box(1, score=0.9, x=21, y=23)]
    desk.desk.show(advice(said(located=places)), "nodule")
    lines = desk.panel.places.lines
    spoken = [lines.item(i).data(Qt.ItemDataRole.AccessibleTextRole) for i in range(lines.count())]
    assert spoken == ["1, Nodule, 90 %, image 2", "2, Nodule, 30 %, image 3"]
    pane = desk.box.active
    state = pane.state
    assert state is not None
    for _ in range(8):
        pane.zoom_in()
    zoomed, before = state.scale, state.screen_at((45.5, 47.5))
    qtbot.mouseClick(
        lines.viewport(), Qt.MouseButton.LeftButton, pos=lines.visualItemRect(lines.item(0)).center()
    )
    assert state.view.frame == 1
    assert state.screen_at((45.5, 47.5)) == before  # it was in view: the picture stays
    desk.desk.step(1)
    assert state.view.frame == 2
    x, y = state.screen_at((3.5, 3.5))  # pixels 2 to 5: its middle
    assert 0 < x < SIZE
    assert 0 < y < SIZE
    assert state.scale == zoomed
    assert lines.currentRow() == 1
    desk.desk.step(1)
    assert lines.currentRow() == 0  # around the end
    desk.desk.step(-1)
    assert lines.currentRow() == 1


def test_that_scrolling_does_not_set_the_map_again(made: Callable[..., Desk], monkeypatch):
    desk = made()
    desk.desk.show(advice(said(saliency=a_map())), "nodule")
    monkeypatch.setattr(desk.box, "set_saliency", lambda *_, **__: pytest.fail("set again"))
    desk.box.active.go_to_frame(2)
    desk.desk.show_finding("nodule")
    assert desk.panel.map.map_line.text().endswith("on image 1")


def locate_in(root: Path) -> None:
    """Store a newer run of the study's model that marks two places in every case."""
    with StudyStore.open(root) as store:
        said = {
            case.case_id: Prediction(
                case_id=case.case_id,
                finding="nodule",
                score=0.5,
                located=(a_box(0, score=0.9, x=1, y=1, side=9), a_box(0, score=0.2)),
            )
            for case in store.cases()
        }
        files = {case_id: store.write_prediction("r-2", case_id, [one]) for case_id, one in said.items()}
        record = replace(store.run_record("r-1"), run_id="r-2", case_ids=tuple(said), locates=("nodule",))
        payload = {"run_id": "r-2", "model": record.model, "run_salted_sha256": store.write_run(record)}
        store.append(EventKind.PREDICTIONS_STORED, payload | {"files": files}, actor="coordinator")


def test_that_a_reader_goes_from_place_to_place_by_key_and_only_after_the_lock(
    open_room: Callable[..., Room], study: Path
):
    locate_in(study)
    room = open_room(study)
    board = room.page.ai.board
    room.press(Qt.Key.Key_BracketRight)
    assert (board.listed, board.selected_place) == ((), None)
    assert "ai_revealed" not in room.events()
    room.lock()
    assert [listed.mark_words for listed in board.listed] == ["AI 1 · 90 %", "AI 2 · 20 %"]
    room.press(Qt.Key.Key_BracketRight)
    assert board.selected_place == 0
    room.press(Qt.Key.Key_BracketLeft)
    assert board.selected_place == 1
    room.press(Qt.Key.Key_Space)
    assert not room.page.viewport.is_ai_wanted
    room.press(Qt.Key.Key_Return)
    room.wait(lambda: room.state.step.number == 2 and room.shows_picture())
    assert board.listed == ()  # nothing of it goes with the reader to the next case


def test_that_the_record_of_a_paint_names_model_and_finding(made: Callable[..., Desk]):
    desk = made()
    desk.desk.show(advice(said(saliency=a_map())), "nodule")
    desk.box.active.grab()
    shown = desk.painted[-1].map
    assert shown is not None
    assert shown.name == "alpha/nodule"


def two_models() -> tuple:
    return (
        said("alpha", saliency=a_map(), located=[a_box(0)]),
        said("beta", saliency=a_map(peak=(2, 2)), located=[a_box(0, x=40, y=40, side=20)]),
    )


def test_that_each_model_has_its_own_switch_for_map_and_places(made: Callable[..., Desk]):
    desk = made(2)
    desk.desk.show(advice(*two_models()), "nodule")
    inner = (160, 200)  # (39.5 + 0.5) * 4
    assert [listed.tag for listed in desk.desk.board.listed] == ["A1", "B1"]
    desk.desk.set_model_shown(0, False)
    assert not desk.is_purple(*EDGE)
    assert desk.panel.map.map_line.text() == "No heat map for this finding"
    assert desk.panel.columns is not None
    assert [column.switch.isChecked() for column in desk.panel.columns.columns] == [False, True]
    desk.desk.step(1)  # what is switched off is left out
    assert desk.desk.board.selected is not None
    assert desk.desk.board.selected.tag == "B1"
    assert desk.is_purple(*inner)
    desk.desk.choose_map(1)
    desk.box.active.grab()
    shown = desk.painted[-1].map
    assert shown is not None
    assert shown.name == "beta/nodule"


def test_that_two_maps_stand_side_by_side_and_the_layout_comes_back(made: Callable[..., Desk]):
    desk = made(2)
    desk.desk.show(advice(*two_models()), "nodule")
    desk.desk.compare(True)
    assert desk.box.layout_size == (1, 2)
    for pane in desk.box.panes:
        pane.grab()
    names = {frame.pane: frame.map.name for frame in desk.painted if frame.map is not None}
    assert names == {0: "alpha/nodule", 1: "beta/nodule"}
    assert [state.state.view.frame for state in desk.box.panes if state.state is not None] == [0, 0]
    desk.desk.step(-1)
    assert desk.desk.board.selected is not None
    assert (desk.desk.board.selected.tag, desk.box.active.pane) == ("B1", 1)  # beta's place, on beta's side
    desk.desk.compare(False)
    assert desk.box.layout_size == (1, 1)
    assert not desk.panel.map.side_by_side.isChecked()


def test_that_one_model_without_a_map_leaves_nothing_to_compare(made: Callable[..., Desk]):
    desk = made(2)
    desk.desk.show(advice(said("alpha", saliency=a_map()), said("beta")), "nodule")
    desk.desk.compare(True)
    assert desk.box.layout_size == (1, 1)
    assert not desk.panel.map.side_by_side.isEnabled()
    assert [choice.isEnabled() for choice in desk.panel.map.choices] == [True, False]


def test_that_another_layout_ends_the_comparison(made: Callable[..., Desk]):
    desk = made(2)
    desk.desk.show(advice(*two_models()), "nodule")
    desk.desk.compare(True)
    desk.box.set_layout(2, 2)
    desk.desk.refresh()
    assert not desk.panel.map.side_by_side.isChecked()
