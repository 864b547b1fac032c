"""A real study folder with real images, and a reading room on it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from realfm_gui.domain.case import Split
from realfm_gui.domain.events import EventKind
from realfm_gui.domain.prediction import GridGeometry, Prediction, PredictionFailure, RunRecord, SaliencyMap
from realfm_gui.gui.reading.controller import ReadingController
from realfm_gui.gui.reading.reading_page import ReadingPage
from realfm_gui.gui.reading.state import ARMING_MS, Stage
from realfm_gui.gui.shell.operations import Operations
from realfm_gui.gui.viewer.viewport import Content
from realfm_gui.imaging.decoding_service import DecodingService
from realfm_gui.imaging.phantom_dicom import phantom_file
from realfm_gui.storage import StudyStore

PROTOCOL = """
version = 1
[study]
title = "Reading room"
[population]
prevalence = 0.2
{findings}
[[readers]]
id = "anna"
name = "Anna"
[model]
name = "efficientnet-lite0"
[reading]
idle_after_s = 60
"""

ONE = '[[findings]]\nid = "nodule"\nname = "Nodule"\nquestion = "Is there a nodule?"'
TWO = ONE + '\n[[findings]]\nid = "effusion"\nname = "Effusion"'

SIZE = 64
CELLS = 4
PLANTED = (2, 1)
"""The cell of the map that is high."""


def planted_map() -> SaliencyMap:
    values = np.full((CELLS, CELLS), 0.1, np.float32)
    values[PLANTED] = 0.9
    step = SIZE / CELLS
    geometry = GridGeometry(
        row_offset=step / 2 - 0.5, row_step=step, column_offset=step / 2 - 0.5, column_step=step
    )
    return SaliencyMap(values=values, geometry=geometry, method="grad-cam")


def make_study(
    root: Path,
    *,
    cases: int = 2,
    training: int = 0,
    findings: str = ONE,
    failed: int = 0,
    broken: int = 0,
    indications: Sequence[str] = ("cough",),
    map_range: tuple[float, float] | None = None,
) -> None:
    """Make a study; the model fails on the last `failed` cases, the images of the last `broken` are cut."""
    with StudyStore.create(root, PROTOCOL.format(findings=findings)) as store:
        splits = [Split.TRAINING] * training + [Split.READING] * cases
        ids = []
        for number, split in enumerate(splits):
            rng = np.random.default_rng(number)
            content = phantom_file(
                rng.integers(500, 3500, (SIZE, SIZE)).astype(np.uint16),
                name=str(number),
                pixel_spacing_mm=0.1,
            )
            if number >= len(splits) - broken:
                content = content[: len(content) // 2]
            case_id, image_id = f"c-{number:016x}", f"i-{number:016x}"
            image = {
                "image_id": image_id,
                "file": f"{image_id}.dcm",
                "series": 0,
                "position": 0,
                "salted_sha256": store.add_image(f"{image_id}.dcm", content),
            }
            store.append(
                EventKind.CASE_ADDED,
                {
                    "case_id": case_id,
                    "patient_id": f"p-{number:016x}",
                    "split": split,
                    "indication": indications[number % len(indications)],
                    "images": [image],
                },
                actor="coordinator",
            )
            ids.append(case_id)
        _predict(store, ids, failed, map_range)


def _predict(store: StudyStore, ids: list[str], failed: int, map_range: tuple[float, float] | None) -> None:
    answered = ids[: len(ids) - failed]
    files = {
        case_id: store.write_prediction(
            "r-1",
            case_id,
            [
                Prediction(
                    case_id=case_id,
                    finding=finding.id,
                    score=0.5,
                    probability=0.5,
                    prevalence=0.5,
                    operating_point=0.4,
                    saliency=planted_map(),
                )
                for finding in store.protocol.findings
            ],
        )
        for case_id in answered
    }
    record = RunRecord(
        run_id="r-1",
        model="efficientnet-lite0",
        version="1",
        weights_sha256="ab",
        head_sha256="cd",
        preprocessing="none",
        saliency_method="grad-cam",
        device="cpu",
        map_range=map_range,
        case_ids=tuple(answered),
        failures=tuple(PredictionFailure(case_id=c, reason="too dark") for c in ids[len(answered) :]),
    )
    store.append(
        EventKind.PREDICTIONS_STORED,
        {
            "run_id": "r-1",
            "model": record.model,
            "run_salted_sha256": store.write_run(record),
            "files": files,
        },
        actor="coordinator",
    )


@dataclass
class Room:
    """A reading room on a study, with a clock that a test moves."""

    qtbot: QtBot
    root: Path
    operations: Operations
    page: ReadingPage
    controller: ReadingController
    clock: list[float]
    window: QWidget
    failures: list[Exception] = field(default_factory=list)

    @property
    def state(self):
        assert self.controller.state is not None
        return self.controller.state

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=60_000)

    def wait_for(self, stage: Stage) -> None:
        self.wait(lambda: self.controller.state is not None and self.state.stage is stage)

    def wait_until_stored(self) -> None:
        self.wait(lambda: self.operations.is_idle)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        target: QWidget = self.page.focusWidget() or self.page.viewport
        self.qtbot.keyClick(target, key, modifiers)

    def answer(self) -> None:
        """Give a full answer for the selected finding, by keys."""
        self.press(Qt.Key.Key_Right)
        self.press(Qt.Key.Key_Y)
        self.press(Qt.Key.Key_3)

    def lock(self) -> None:
        """Answer, lock, and wait until the AI is on the screen and Enter counts again."""
        self.answer()
        self.press(Qt.Key.Key_Return)
        self.wait(lambda: self.state.stage is Stage.READING and self.page.side.answers.isEnabled())
        self.clock[0] += ARMING_MS + 1

    def events(self) -> list[str]:
        self.wait_until_stored()
        with StudyStore.open(self.root, read_only=True) as store:
            return [str(event.kind) for event in store.events()]

    def shows_picture(self) -> bool:
        return self.page.viewport.content is Content.PICTURE


@pytest.fixture(scope="session")
def decoding() -> Iterator[DecodingService]:
    service = DecodingService()
    yield service
    service.close()


@pytest.fixture
def study(tmp_path: Path) -> Path:
    root = tmp_path / "room.study"
    make_study(root)
    return root


@pytest.fixture
def open_room(qtbot: QtBot, decoding: DecodingService) -> Iterator[Callable[..., Room]]:
    rooms: list[Room] = []

    def opened(root: Path, *, reader: str = "anna", waits: bool = True) -> Room:
        operations = Operations()
        protocols = []
        operations.open_study(root, on_done=lambda store: protocols.append(store.protocol))
        qtbot.waitUntil(lambda: bool(protocols))
        # A window without a layout has no least size, of which the off-screen platform cannot be told.
        window = QWidget()
        qtbot.addWidget(window)
        page = ReadingPage(protocols[0])
        page.setParent(window)
        window.resize(1280, 740)
        page.resize(1280, 740)
        clock = [1000.0]
        controller = ReadingController(operations, decoding, page, reader, now_ms=lambda: clock[0])
        room = Room(qtbot, root, operations, page, controller, clock, window)
        controller.failed.connect(room.failures.append)
        rooms.append(room)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        controller.start()
        if waits:
            room.wait_for(Stage.READING)
            room.wait(page.side.answers.isEnabled)  # shown a turn of the event loop later
        return room

    yield opened
    for room in rooms:
        room.controller.close()
        room.operations.close()
