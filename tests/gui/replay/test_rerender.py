"""What a real light box painted is painted again from its record, to the last bit; a changed pixel is not."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from realfm_gui.domain.display_decoding import decode_record
from realfm_gui.domain.display_record import Arranged, Displayed, Hidden, ReadingKey
from realfm_gui.domain.images import Frame, VoiTable, Window
from realfm_gui.domain.patient_geometry import MainPlane
from realfm_gui.domain.prediction import GridGeometry, SaliencyMap
from realfm_gui.domain.reading import Phase
from realfm_gui.gui.replay.rerender import NotThereError, PanePainter, ReplayedCase
from realfm_gui.gui.viewer.cut_desk import CutDesk
from realfm_gui.gui.viewer.cut_source import DRAFT_KEY
from realfm_gui.gui.viewer.display_recorder import BoxRecorder, view_of
from realfm_gui.gui.viewer.light_box import LightBox
from realfm_gui.gui.viewer.overlay_layer import OverlayLook
from realfm_gui.gui.viewer.painted_frame import Content
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.storage.telemetry_files import display_file
from realfm_gui.workflows.display_record import settled

READING = ReadingKey(reader="anna", case_id="c-1", phase=Phase.AIDED)
SERIES = (0, 0, 0, 0, 1, 2)


def made_frames() -> tuple[Frame, ...]:
    """Four slices, a radiograph with a table and wide pixels, a colour picture."""
    rng = np.random.default_rng(7)
    window = Window(center=1000, width=1800)
    slices = [Frame(pixels=rng.integers(0, 2000, (90, 110), np.uint16), windows=(window,)) for _ in range(4)]
    table = VoiTable(first_value=0, bits=8, entries=np.arange(256, dtype="<u2")[::-1].tobytes())
    wide = Frame(
        pixels=rng.integers(0, 256, (120, 80), np.uint16),
        windows=(Window.of_table(table, "table"),),
        shows_low_as_white=True,
        aspect=1.3,
    )
    colour = Frame(pixels=rng.integers(0, 256, (64, 64, 3)).astype(np.uint8))
    return (*slices, wide, colour)


MAP = SaliencyMap(
    values=np.linspace(0, 1, 16, dtype=np.float32).reshape(4, 4),
    geometry=GridGeometry(row_offset=11, row_step=22, column_offset=13, column_step=27),
    method="grad-cam",
    frame=1,
)


@pytest.fixture
def box(qtbot: QtBot) -> LightBox:
    made = LightBox()
    qtbot.addWidget(made)
    made.resize(430, 370)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def recorder(box: LightBox) -> Iterator[BoxRecorder]:
    made = BoxRecorder(box, box)
    yield made
    made.close()


def painted(box: LightBox) -> None:
    """Let everything that is due be painted."""
    for pane in box.shown:
        pane.repaint()


def drag(box: LightBox, button: Qt.MouseButton, by: QPoint) -> None:
    pane = box.active
    start = QPointF(100, 100)
    end = start + QPointF(by)
    none = Qt.MouseButton.NoButton
    for kind, at, pressed, held in (
        (QMouseEvent.Type.MouseButtonPress, start, button, button),
        (QMouseEvent.Type.MouseMove, start + QPointF(by) / 3, none, button),
        (QMouseEvent.Type.MouseMove, end, none, button),
        (QMouseEvent.Type.MouseButtonRelease, end, button, none),
    ):
        modifiers = Qt.KeyboardModifier.NoModifier
        event = QMouseEvent(kind, at, pane.mapToGlobal(at), pressed, held, modifiers)
        QApplication.sendEvent(pane, event)
        painted(box)


def read(box: LightBox) -> None:
    """Do with the case what a reader does."""
    pane = box.active
    for step in (1, 1, 1, -1, -1):
        pane.step(step)
        painted(box)
    drag(box, Qt.MouseButton.LeftButton, QPoint(31, -17))
    drag(box, Qt.MouseButton.RightButton, QPoint(0, -40))
    drag(box, Qt.MouseButton.MiddleButton, QPoint(23, 9))
    for act in (pane.flip_across, lambda: pane.rotate(1), pane.invert, pane.one_to_one, pane.fit):
        act()
        painted(box)
    box.set_saliency(MAP, (0.0, 1.5), name="nodule")
    pane.go_to_frame(1)
    painted(box)
    for look in (OverlayLook(opacity=0.9, threshold=0.2), OverlayLook(opacity=0.3, threshold=0.5)):
        box.set_overlay_look(look)
        painted(box)
    box.toggle_annotations()
    painted(box)
    box.toggle_annotations()
    box.magnify(True)
    painted(box)
    box.magnify(False)
    box.resize(391, 333)
    painted(box)
    for series in (1, 2):
        box.show_series(series)
        painted(box)
    pane.zoom_in()
    painted(box)
    box.set_layout(2, 2)
    painted(box)
    box.pause("Paused", "")
    painted(box)
    box.end_pause()
    painted(box)
    box.toggle_maximised()
    painted(box)


def recorded(box: LightBox, recorder: BoxRecorder, root: Path, frames: tuple[Frame, ...]) -> list:
    box.show_case(ViewState(frames, SERIES))
    painted(box)
    recorder.begin(root, READING, session="s-1", idle_after_s=60)
    painted(box)
    read(box)
    finished = settled(recorder.finish())
    assert finished is not None
    assert finished.problem == ""
    record = decode_record(display_file(root, READING).read_bytes())
    assert record.is_complete
    assert record.segments[0].series == (4, 1, 1)
    return list(record.segments[0].entries)


def test_that_every_recorded_picture_is_painted_again_to_the_last_bit(
    box: LightBox, recorder: BoxRecorder, tmp_path: Path
):
    frames = made_frames()
    entries = recorded(box, recorder, tmp_path, frames)
    pictures = [entry for entry in entries if isinstance(entry, Displayed)]
    assert len(pictures) > 25
    assert sum(entry.view.overlay is not None for entry in pictures) >= 3
    assert any(entry.view.lens is not None for entry in pictures)
    assert {entry.view.frame for entry in pictures} == {0, 1, 2, 3, 4, 5}
    assert any(isinstance(entry, Hidden) for entry in entries)
    assert [(e.rows, e.columns, e.alone) for e in entries if isinstance(e, Arranged)] == [
        (1, 1, None),
        (2, 2, None),
        (2, 2, box.active.pane),
    ]
    painter = PanePainter(ReplayedCase(frames=frames, series=SERIES, maps={"nodule": (MAP, (0.0, 1.5))}))
    assert [painter.paint(entry.view).matches(entry) for entry in pictures] == [True] * len(pictures)


def test_that_one_changed_pixel_is_found_wherever_it_was_displayed(
    box: LightBox, recorder: BoxRecorder, tmp_path: Path
):
    frames = made_frames()
    pictures = [e for e in recorded(box, recorder, tmp_path, frames) if isinstance(e, Displayed)]
    changed = frames[2].pixels.copy()
    changed[45, 55] += 900
    other = (*frames[:2], replace(frames[2], pixels=changed), *frames[3:])
    case = ReplayedCase(frames=other, series=SERIES, maps={"nodule": (MAP, (0.0, 1.5))})
    painter = PanePainter(case)
    for entry in pictures:
        assert painter.paint(entry.view).matches(entry) is (entry.view.frame != 2)


def test_that_another_map_or_scale_is_found(box: LightBox, recorder: BoxRecorder, tmp_path: Path):
    frames = made_frames()
    pictures = [e for e in recorded(box, recorder, tmp_path, frames) if isinstance(e, Displayed)]
    case = ReplayedCase(frames=frames, series=SERIES, maps={"nodule": (MAP, (0.0, 1.2))})
    painter = PanePainter(case)
    for entry in pictures:
        assert painter.paint(entry.view).matches(entry) is (entry.view.overlay is None)


def test_that_the_finished_image_is_what_stood_on_the_screen(box: LightBox, qtbot: QtBot):
    frames = made_frames()
    box.show_case(ViewState(frames, SERIES))
    pane = box.active
    pane.clearFocus()
    box.toggle_text()
    box.set_saliency(MAP, (0.0, 1.5), name="nodule")
    pane.go_to_frame(1)
    seen = []
    box.frame_painted.connect(seen.append)
    screen = pane.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    case = ReplayedCase(frames=frames, series=SERIES, maps={"nodule": (MAP, (0.0, 1.5))})
    again = PanePainter(case).paint(view_of(seen[-1]))
    assert again.overlay is not None
    assert again.image == screen


def test_that_what_is_not_in_the_study_is_said(box: LightBox):
    frames = made_frames()
    box.show_case(ViewState(frames, SERIES))
    seen = []
    box.frame_painted.connect(seen.append)
    box.set_saliency(MAP, None, name="gone")
    box.active.go_to_frame(1)
    painted(box)
    view = view_of(seen[-1])
    with pytest.raises(NotThereError, match="gone"):
        PanePainter(ReplayedCase(frames=frames, series=SERIES)).paint(view)
    with pytest.raises(NotThereError, match="frame 9"):
        PanePainter(ReplayedCase(frames=frames, series=SERIES)).paint(replace(view, frame=8))


def volume_slices() -> tuple[Frame, ...]:
    rng = np.random.default_rng(3)
    return tuple(
        Frame(
            pixels=rng.integers(0, 2000, (40, 50), np.uint16),
            windows=(Window(center=1000, width=1800),),
            spacing_mm=(0.8, 0.8),
            spacing_kind="patient",
            modality="CT",
            position_mm=(0.0, 0.0, 2.5 * number),
            orientation=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
            tags={"SeriesInstanceUID": "1.2", "FrameOfReferenceUID": "1.3"},
        )
        for number in range(12)
    )


@pytest.mark.parametrize("is_draft", [False, True])
def test_that_cuts_through_a_volume_are_painted_again(box: LightBox, qtbot: QtBot, is_draft: bool):
    frames = volume_slices()
    desk = CutDesk(box)
    box.show_case(ViewState(frames, [0] * 12))
    seen = []
    box.frame_painted.connect(seen.append)
    desk.show_cut(MainPlane.CORONAL)
    qtbot.waitUntil(lambda: box.active.state is not None and box.active.state.cut is not None)
    painted(box)
    if is_draft:
        box.set_layout(1, 2)
        desk.show_cut(MainPlane.AXIAL, box.panes[1], series=0)
        qtbot.waitUntil(lambda: box.panes[1].content is Content.PICTURE)
        desk.turn_cross(box.panes[1], 20.0, is_final=False)
        painted(box)
    else:
        desk.step_slab(2)
        box.active.step(-1)
        painted(box)
    desk.close()
    painter = PanePainter(ReplayedCase(frames=frames, series=[0] * 12))
    cuts = [frame for frame in seen if frame.cut is not None]
    assert any(frame.cut.get(DRAFT_KEY, False) for frame in cuts) is is_draft
    for frame in cuts:
        again = painter.paint(view_of(frame))
        np.testing.assert_array_equal(again.picture, frame.picture)
