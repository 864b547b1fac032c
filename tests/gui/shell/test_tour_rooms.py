from pathlib import Path

import pytest
from click.testing import CliRunner
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPixmap
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from realfm_gui.app import Program
from realfm_gui.cli import realfm
from realfm_gui.domain.errors import UserFacingError
from realfm_gui.gui.shell import tour_guide, tour_rooms
from realfm_gui.gui.shell.tour_guide import Guide
from realfm_gui.gui.shell.tour_rooms import draw_rooms
from realfm_gui.storage import StudyStore
from realfm_gui.workflows.tour_cases import Kind
from realfm_gui.workflows.tour_study import build_tour_study

SETTLING_MS = 20


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tour_guide, "SETTLING_MS", SETTLING_MS)
    monkeypatch.setattr(tour_guide, "PATIENCE_MS", 30_000)


def test_that_the_tour_reads_a_case_to_the_end_and_draws_it_in_both_sizes(
    qtbot: QtBot, tmp_path: Path
) -> None:
    pictures = draw_rooms(tmp_path / "out", make_program=Program, kinds=[Kind.FLOW])
    names = ["readers", "display-check", "colour-flow", "ai-failed", "receipt"]
    assert [path.relative_to(tmp_path / "out").as_posix() for path in pictures] == [
        f"{folder}/{name}.png" for name in names for folder in ("1600x1000", "1280x800")
    ]
    for path in pictures:
        image = QImage(str(path))
        assert f"{image.width()}x{image.height()}" == path.parent.name
    flow = QImage(str(tmp_path / "out" / "1600x1000" / "colour-flow.png"))
    reds = sum(
        flow.pixelColor(x, y).red() - flow.pixelColor(x, y).blue() > 100
        for x in range(0, 1600, 8)
        for y in range(0, 1000, 8)
    )
    assert reds > 200  # the vessel itself is on the picture


@pytest.mark.slow
def test_that_the_tour_draws_every_kind_of_image_and_of_answer(qtbot: QtBot, tmp_path: Path) -> None:
    names = {path.stem for path in draw_rooms(tmp_path / "out", make_program=Program)}
    assert names >= {
        "radiograph",
        "mammography",
        "ct-prior-linked",
        "ct-planes",
        "mr-cursor",
        "ultrasound-loop",
        "colour-flow",
        "ai-chest-chosen",
        "ai-nothing-found",
        "ai-not-its-domain",
        "ai-failed",
        "mark-rated",
    }


def test_that_the_study_of_the_tour_is_simulated_and_answers_with_what_its_table_says(tmp_path: Path) -> None:
    study = build_tour_study(tmp_path, kinds=[Kind.LOOP, Kind.FLOW])
    assert sorted(study.kind_of.values()) == [Kind.FLOW, Kind.LOOP]
    with StudyStore.open(study.root, read_only=True) as store:
        assert store.protocol.study.simulated
        run = store.latest_run("precomputed")
        assert run is not None
        assert [study.kind_of[case.case_id] for case in run.out_of_domain] == [Kind.LOOP]
        assert [study.kind_of[case.case_id] for case in run.failures] == [Kind.FLOW]
        assert "SIMULATED" not in repr(list(store.events()))


def test_that_a_tour_that_meets_trouble_says_which_step_and_why(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Locked(Program):
        def open(self, root: Path, *, workspace: str = "set-up", reader: str | None = None) -> None:
            self.desk.messages.show_error(UserFacingError("The study is open elsewhere."))

    monkeypatch.setattr(tour_rooms, "build_tour_study", lambda folder, **_: _Nothing(folder))
    with pytest.raises(UserFacingError, match="opening the study: The study is open elsewhere"):
        draw_rooms(tmp_path / "out", make_program=Locked)


def test_that_a_dialog_is_drawn_over_the_middle_of_the_window(qtbot: QtBot, tmp_path: Path) -> None:
    program = Program(tmp_path)
    guide = Guide(program, tmp_path, sizes=[(1200, 800)])
    try:
        guide.start()
        dialog = QDialog(program.window)
        red = QWidget()
        red.setFixedSize(100, 60)
        red.setStyleSheet("background: #ff0000;")
        layout = QVBoxLayout(dialog)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(red)
        dialog.open()
        guide.draw("with-dialog")
        guide.close_dialogs()
        guide.draw("without")
    finally:
        guide.close()
    middle = [QPixmap(str(path)).toImage().pixelColor(600, 400) for path in guide.pictures]
    assert middle[0] == QColor(Qt.GlobalColor.red)
    assert middle[1] != middle[0]


@pytest.mark.parametrize(("given", "drawn"), [([], "rooms"), (["my.study"], "my.study")])
def test_that_the_command_draws_a_study_or_without_one_the_rooms(
    monkeypatch: pytest.MonkeyPatch, given: list[str], drawn: str
) -> None:
    monkeypatch.setattr("realfm_gui.app.draw_rooms", lambda out: [out / "rooms"])
    monkeypatch.setattr("realfm_gui.app.draw_tour", lambda root, out: [out / root])
    done = CliRunner().invoke(realfm, ["tour", *given, "--out", "pictures"])
    assert done.exit_code == 0
    assert done.output.split() == [str(Path("pictures") / drawn)]


class _Nothing:
    def __init__(self, folder: Path) -> None:
        self.root = folder / "none.study"
