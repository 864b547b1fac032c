"""The light box: what several viewports show of one case, and how they follow one another."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from realfm_gui.domain.images import Frame, Window
from realfm_gui.domain.measurement import Measurement, MeasurementKind
from realfm_gui.domain.patient_geometry import MainPlane, plane_of
from realfm_gui.domain.prediction import GridGeometry, SaliencyMap
from realfm_gui.gui.viewer.case_box import NOT_LINKED, CaseBox
from realfm_gui.gui.viewer.cut_desk import NO_STACK
from realfm_gui.gui.viewer.overlay_layer import OverlayLayer
from realfm_gui.gui.viewer.painted_frame import Content
from realfm_gui.gui.viewer.pane import series_in_hand
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.imaging.hanging_rules import CellRule, HangingProtocol
from realfm_gui.imaging.hung_panes import HangingRules, hang_case

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
SIDE = 16
SIDE_BY_SIDE = HangingProtocol(
    id="two",
    name="Two",
    rows=1,
    columns=2,
    cells=(CellRule(row=1, column=1), CellRule(row=1, column=2)),
)


def series(
    positions: Sequence[tuple[float, float, float]],
    *,
    uid: str,
    reference: str = "here",
    orientation: tuple[float, ...] = AXIAL,
    spacing: tuple[float, float] = (1.0, 1.0),
    bright: tuple[int, int, int] | None = None,
) -> list[Frame]:
    """Make the slices of a series; `bright` (slice, row, column) is the one voxel that is not 100."""
    frames = []
    for number, position in enumerate(positions):
        pixels = np.full((SIDE, SIDE), 100, np.uint16)
        if bright is not None and bright[0] == number:
            pixels[bright[1:]] = 1000
        frames.append(
            Frame(
                pixels=pixels,
                windows=(Window(center=500, width=1000),),
                spacing_mm=spacing,
                spacing_kind="patient",
                aspect=spacing[0] / spacing[1],
                position_mm=position,
                orientation=orientation,
                modality="CT",
                tags={"SeriesInstanceUID": uid, "FrameOfReferenceUID": reference},
            )
        )
    return frames


def along_z(start: float, step: float, count: int) -> list[tuple[float, float, float]]:
    return [(0.0, 0.0, start + step * i) for i in range(count)]


def case_of(*members: list[Frame]) -> ViewState:
    frames = [frame for member in members for frame in member]
    numbers = [number for number, member in enumerate(members) for _ in member]
    return ViewState(frames, numbers)


@pytest.fixture
def box(qtbot: QtBot) -> Iterator[CaseBox]:
    made = CaseBox()
    qtbot.addWidget(made)
    made.resize(640, 640)
    made.show()
    yield made
    made.end_work()


def wait_for_cuts(qtbot: QtBot, box: CaseBox) -> None:
    qtbot.waitUntil(
        lambda: all(pane.content in (Content.PICTURE, Content.FAILED) for pane in box.panes), timeout=20_000
    )


# Layouts


def test_that_further_viewports_open_with_the_further_series(box: CaseBox):
    box.show_case(case_of(series(along_z(0, 2, 3), uid="a"), series(along_z(0, 2, 3), uid="b")))
    box.set_layout(2, 2)
    assert [pane.state and pane.state.series for pane in box.panes] == [0, 1, None, None]
    assert box.panes[2].content is Content.EMPTY


def test_that_a_dropped_series_shows_where_it_was_dropped(box: CaseBox):
    box.show_case(case_of(series(along_z(0, 2, 3), uid="a"), series(along_z(0, 2, 3), uid="b")))
    box.set_layout(1, 2)
    target = box.panes[0]
    dragged = series_in_hand(1)  # the event borrows it
    drop = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        dragged,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    target.dropEvent(drop)
    assert target.state is not None
    assert target.state.series == 1


def test_that_a_double_click_maximises_one_of_several_and_fits_a_single_one(box: CaseBox, qtbot: QtBot):
    box.show_case(case_of(series(along_z(0, 2, 3), uid="a"), series(along_z(0, 2, 3), uid="b")))
    box.set_layout(1, 2)
    qtbot.mouseDClick(box.panes[1], Qt.MouseButton.LeftButton)
    assert box.shown == [box.panes[1]]
    qtbot.mouseDClick(box.panes[1], Qt.MouseButton.LeftButton)
    assert box.shown == box.panes
    box.set_layout(1, 1)
    box.active.zoom(3)
    qtbot.mouseDClick(box.active, Qt.MouseButton.LeftButton)
    assert box.active.state is not None
    assert box.active.state.view.scale is None


def test_that_commands_go_to_the_viewport_that_was_clicked(box: CaseBox, qtbot: QtBot):
    box.show_case(case_of(series(along_z(0, 2, 3), uid="a"), series(along_z(0, 2, 3), uid="b")))
    box.set_layout(1, 2)
    qtbot.mouseClick(box.panes[1], Qt.MouseButton.LeftButton)
    assert box.active is box.panes[1]
    box.activate_next(1)
    assert box.active is box.panes[0]


def test_that_annotations_and_the_map_are_shown_alike_in_every_viewport_old_and_new(box: CaseBox):
    box.show_case(case_of(series(along_z(0, 2, 3), uid="a"), series(along_z(0, 2, 3), uid="b")))
    box.toggle_annotations()
    box.toggle_overlay()
    box.set_layout(2, 2)
    assert not any(pane.shows_annotations for pane in box.panes)
    assert not any(pane.overlay_look.is_shown for pane in box.panes)


# Linked scroll


def test_that_viewports_scroll_together_by_place_and_not_by_number(box: CaseBox):
    # 2 mm and 3 mm slices, the second from the head down: 6 mm is the 4th and, of 9, 6, 3, ..., the 2nd.
    first = series(along_z(0, 2, 8), uid="a")
    second = series(along_z(9, -3, 6), uid="b")
    box.show_case(case_of(first, second))
    box.set_layout(1, 2)
    box.panes[0].go_to_frame(3)
    follower = box.panes[1].state
    assert follower is not None
    assert follower.view.frame - follower.span.first == 1
    box.panes[0].go_to_frame(0)
    assert follower.view.frame - follower.span.first == 3


def test_that_viewports_switched_apart_scroll_alone(box: CaseBox):
    box.show_case(case_of(series(along_z(0, 2, 8), uid="a"), series(along_z(0, 2, 8), uid="b")))
    box.set_layout(1, 2)
    box.toggle_linked()
    box.panes[0].go_to_frame(5)
    assert box.panes[1].state is not None
    assert box.panes[1].state.view.frame == 8


def test_that_a_prior_follows_only_after_it_was_matched_by_hand(box: CaseBox):
    current = series(along_z(0, 2, 10), uid="a", reference="today")
    prior = series(along_z(500, 2, 10), uid="b", reference="last year")
    box.show_case(case_of(current, prior))
    box.set_layout(1, 2)
    other = box.panes[1].state
    assert other is not None
    box.panes[0].go_to_frame(4)
    assert other.view.frame == 10
    box.toggle_linked()
    box.panes[1].go_to_frame(13)  # the fourth of the prior shows what the fifth of today does
    box.activate(0)
    box.match_slices()
    box.panes[0].go_to_frame(7)
    assert other.view.frame == 16


# Reference lines and the 3-D cursor


def test_that_a_reference_line_lies_where_the_other_image_crosses(box: CaseBox):
    axial = series(along_z(0, 2, 8), uid="a")
    # Sagittal at x = 5: rows go from z = 15 down, columns along y from 0.
    sagittal = series([(5.0, 0.0, 15.0)], uid="b", orientation=SAGITTAL)
    box.show_case(case_of(axial, sagittal))
    box.set_layout(1, 2)
    box.panes[0].go_to_frame(3)
    axial_state, sagittal_state = box.panes[0].state, box.panes[1].state
    assert axial_state is not None
    assert sagittal_state is not None
    # The axial slice at z = 6 is row 15 - 6 = 9 of the sagittal image, which is column 5 of the axial one.
    (row, _), (last_row, _) = box.links.line(axial_state, sagittal_state)
    assert (row, last_row) == pytest.approx((9.0, 9.0))
    (_, column), (_, last_column) = box.links.line(sagittal_state, axial_state)
    assert (column, last_column) == pytest.approx((5.0, 5.0))


def test_that_the_3d_cursor_takes_every_viewport_to_its_place(box: CaseBox, qtbot: QtBot):
    axial = series(along_z(0, 2, 8), uid="a")
    sagittal = series([(float(x), 0.0, 15.0) for x in range(12)], uid="b", orientation=SAGITTAL)
    box.show_case(case_of(axial, sagittal))
    box.set_layout(1, 2)
    box.panes[0].go_to_frame(4)
    box.toggle_cursor()
    state = box.panes[0].state
    assert state is not None
    x, y = state.screen_at((7.0, 3.0))  # column 7, row 3 at z = 8
    qtbot.mouseClick(box.panes[0], Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    beside = box.panes[1].state
    assert beside is not None
    assert beside.view.frame - beside.span.first == 7
    place = box.links.place(state, box.place_cursor.position_mm, beside)
    assert (place.row, place.column) == pytest.approx((7.0, 3.0), abs=0.1)


# Cuts


def bright_ct() -> ViewState:
    """Slices 3 mm apart, pixels 1 mm; slice 4, row 10, column 6 is bright: the place (6, 10, 12)."""
    return case_of(series(along_z(0, 3, 8), uid="a", bright=(4, 10, 6)))


def test_that_three_cuts_cross_where_the_cross_is_put(box: CaseBox, qtbot: QtBot):
    box.show_case(bright_ct())
    box.show_mpr()
    wait_for_cuts(qtbot, box)
    box.cuts.move_cross(0, (6.0, 10.0, 12.0))
    for pane, plane in zip(box.panes[1:], MainPlane, strict=True):
        state = pane.state
        assert state is not None
        frame = state.frame
        row, column, off = plane_of(frame).pixel_of((6.0, 10.0, 12.0))
        assert abs(off) <= 0.51
        values = np.where(frame.shutter, -1, frame.values())
        peak = np.unravel_index(np.argmax(values), values.shape)
        assert np.abs(np.array(peak) - (row, column)).max() <= 0.75, plane


def test_that_cuts_open_in_the_window_of_their_series_and_at_the_slice_it_was_scrolled_to(
    box: CaseBox, qtbot: QtBot
):
    box.show_case(bright_ct())
    box.active.set_window(300, 60)
    box.active.go_to_frame(6)
    box.show_mpr()
    wait_for_cuts(qtbot, box)
    assert [pane.state.view.window.center for pane in box.panes] == [300] * 4
    axial = next(pane for pane in box.panes[1:] if pane.state.cut["cut"] == "axial")
    assert plane_of(axial.state.frame).origin_mm[2] == pytest.approx(18.0, abs=1.5)


def test_that_a_series_nobody_has_scrolled_goes_with_its_cuts_to_the_middle(box: CaseBox, qtbot: QtBot):
    box.show_case(bright_ct())
    box.show_mpr()
    wait_for_cuts(qtbot, box)
    assert box.panes[0].state.view.frame in (3, 4)


def test_that_turning_the_cross_in_one_cut_turns_the_lines_of_the_others_by_as_much(
    box: CaseBox, qtbot: QtBot
):
    box.show_case(bright_ct())
    box.show_mpr()
    wait_for_cuts(qtbot, box)
    axial = next(pane for pane in box.panes[1:] if pane.state.cut["cut"] == "axial")
    coronal = next(pane for pane in box.panes[1:] if pane.state.cut["cut"] == "coronal")
    box.cuts.turn_cross(axial, 30.0, is_final=True)
    start, end = box.links.line(coronal.state, axial.state)
    down, right = np.subtract(end, start)
    angle = np.degrees(np.arctan2(down, right))  # clockwise on the screen, rows going down
    assert abs((angle - 30.0 + 90.0) % 180.0 - 90.0) < 1e-6
    box.activate(axial.pane)
    box.cuts.straighten()
    start, end = box.links.line(coronal.state, axial.state)
    assert start[0] == pytest.approx(end[0])


def test_that_a_thicker_slab_keeps_the_place(box: CaseBox, qtbot: QtBot):
    box.show_case(bright_ct())
    box.show_mpr()
    wait_for_cuts(qtbot, box)
    box.cuts.move_cross(0, (6.0, 10.0, 12.0))
    coronal = next(pane for pane in box.panes[1:] if pane.state.cut["cut"] == "coronal")
    box.activate(coronal.pane)
    box.cuts.step_slab(2)
    box.cuts.next_projection()
    assert (coronal.state.cut["slab_mm"], coronal.state.cut["projection"]) == (5.0, "maximum")
    assert abs(plane_of(coronal.state.frame).pixel_of((6.0, 10.0, 12.0))[2]) <= 0.51


def test_that_a_single_image_stays_on_the_screen_and_says_why_it_cannot_be_cut(box: CaseBox):
    box.show_case(case_of(series(along_z(0, 3, 1), uid="a")))
    for ask in (lambda: box.show_plane(1), box.show_mpr):
        ask()
        assert box.layout_size == (1, 1)
        assert box.active.content is Content.PICTURE
        assert NO_STACK in box.active.corner_text().notices


def test_that_a_stack_that_turns_out_to_be_no_volume_comes_back_with_the_reason(box: CaseBox, qtbot: QtBot):
    twice = series([(0.0, 0.0, 0.0), (0.0, 0.0, 0.0)], uid="a")  # two slices at one place
    box.show_case(case_of(twice))
    box.active.go_to_frame(1)
    box.show_plane(1)
    qtbot.waitUntil(lambda: box.active.content is Content.PICTURE, timeout=20_000)
    assert box.active.state is not None
    assert (box.active.state.cut, box.active.state.view.frame) == (None, 1)
    assert any("cannot be cut" in note for note in box.active.corner_text().notices)


def test_that_the_way_back_from_a_cut_leads_to_slice_window_and_zoom_as_they_were(box: CaseBox, qtbot: QtBot):
    box.show_case(bright_ct())
    box.active.go_to_frame(5)
    box.active.set_window(412, 90)
    box.active.zoom(2)
    before = box.active.state.view
    box.show_plane(1)
    wait_for_cuts(qtbot, box)
    assert box.active.state.cut is not None
    box.show_plane(-1)
    assert box.active.state.cut is None
    assert box.active.state.view == before


def test_that_the_cross_goes_with_the_3d_cursor_and_with_linked_scrolling(box: CaseBox, qtbot: QtBot):
    box.show_case(bright_ct())
    box.show_mpr()
    wait_for_cuts(qtbot, box)
    box.panes[0].go_to_frame(6)  # z = 18: the axial cut follows
    assert box.cuts.cross(0).position_mm[2] == pytest.approx(18.0, abs=1.6)
    axial = next(pane for pane in box.panes[1:] if pane.state.cut["cut"] == "axial")
    box.toggle_cursor()
    row, column, _ = plane_of(axial.state.frame).pixel_of((4.0, 11.0, 18.0))
    x, y = axial.state.screen_at((column, row))
    qtbot.mouseClick(axial, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    assert box.cuts.cross(0).position_mm[:2] == pytest.approx((4.0, 11.0), abs=0.8)


def test_that_the_cross_stays_in_the_volume(box: CaseBox, qtbot: QtBot):
    box.show_case(bright_ct())
    box.show_mpr()
    wait_for_cuts(qtbot, box)
    box.cuts.move_cross(0, (500.0, -500.0, 12.0))
    assert box.cuts.cross(0).position_mm == pytest.approx((15.0, 0.0, 12.0))


def test_that_a_volume_made_during_a_pause_is_cut_after_it(box: CaseBox, qtbot: QtBot):
    box.show_case(bright_ct())
    box.pause("Paused", "")
    box.show_plane(1)
    qtbot.waitUntil(lambda: box.cuts.cut_of(box.active) is not None, timeout=20_000)
    assert box.active.content is Content.PAUSED
    box.end_pause()
    wait_for_cuts(qtbot, box)
    assert box.active.content is Content.PICTURE
    assert box.active.state.cut["cut"] == "coronal"


def test_that_cuts_begin_thin_after_the_case_was_hung_again(box: CaseBox, qtbot: QtBot):
    state = bright_ct()
    box.show_case(state)
    hung = hang_case(state.frames, [0] * 8, HangingRules())
    box.hang(hung)
    box.show_plane(0)
    wait_for_cuts(qtbot, box)
    box.cuts.step_slab(3)
    box.hang_again()
    box.show_plane(0)
    wait_for_cuts(qtbot, box)
    assert box.active.state.cut["slab_mm"] == 0


def test_that_a_heat_map_of_an_image_is_never_painted_on_a_cut(box: CaseBox, qtbot: QtBot):
    box.show_case(bright_ct())
    values = np.zeros((4, 4), np.float32)
    values[1, 1] = 1.0
    geometry = GridGeometry(row_offset=1.5, row_step=4, column_offset=1.5, column_step=4)
    box.show_mpr()
    wait_for_cuts(qtbot, box)
    cut = box.panes[1]
    box.set_saliency(SaliencyMap(values=values, geometry=geometry, method="grad-cam", frame=0), name="nodule")
    cut.go_to_frame(0)  # the first cut has the number of the frame that the map belongs to
    with qtbot.waitSignal(cut.frame_painted) as painted:
        cut.update()
    assert not painted.args[0].has_overlay
    with qtbot.waitSignal(box.panes[0].frame_painted) as painted:
        box.panes[0].go_to_frame(0)
        box.panes[0].update()
    assert painted.args[0].has_overlay


def test_that_a_length_on_a_cut_is_in_mm_and_stays_on_that_cut(box: CaseBox, qtbot: QtBot):
    # Slices 3 mm apart: the coronal cut has square pixels of 1 mm, from slice to slice 3 of them.
    box.show_case(bright_ct())
    box.show_mpr()
    wait_for_cuts(qtbot, box)
    pane = next(pane for pane in box.panes[1:] if pane.state.cut["cut"] == "coronal")
    box.cuts.move_cross(0, (6.0, 10.0, 12.0))
    plane = plane_of(pane.state.frame)
    ends = [plane.pixel_of(position)[1::-1] for position in ((2.0, 10.0, 3.0), (14.0, 10.0, 12.0))]
    box.tools.choose(0)
    start, end = (QPoint(*(int(number + 0.5) for number in pane.state.screen_at(point))) for point in ends)
    qtbot.mousePress(pane, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(pane, end)
    qtbot.mouseRelease(pane, Qt.MouseButton.LeftButton, pos=end)
    (drawn,) = box.tools.painted(pane.state)
    length = float(drawn.words[0].removesuffix(" mm"))
    assert length == pytest.approx(15.0, abs=0.3)  # 12 mm across and 9 mm up
    others = [other for other in box.panes if other is not pane]
    assert not any(box.tools.painted(other.state) for other in others)
    pane.step(1)
    assert not box.tools.painted(pane.state)
    pane.step(-1)
    box.cuts.move_cross(0, (8.0, 10.0, 15.0))  # the cross moves within the cut
    assert box.tools.painted(pane.state)
    (kept,) = box.tools.board.measurements
    assert Measurement.from_payload(kept.to_payload()) == kept


# The draft


def test_that_a_draft_brings_back_layout_places_and_cuts(box: CaseBox, qtbot: QtBot):
    box.show_case(bright_ct())
    box.show_mpr()
    wait_for_cuts(qtbot, box)
    box.cuts.move_cross(0, (6.0, 10.0, 12.0))
    box.activate(2)
    box.panes[2].set_window(600, 80)
    kept = box.to_payload()
    shown = [pane.state.frame.values() for pane in box.panes]

    box.show_case(bright_ct())
    box.restore(kept)
    wait_for_cuts(qtbot, box)
    qtbot.waitUntil(lambda: all(pane.state is not None for pane in box.panes))
    assert box.layout_size == (2, 2)
    assert box.active is box.panes[2]
    assert box.panes[2].state.view.window.center == 600
    for pane, before in zip(box.panes, shown, strict=True):
        assert np.array_equal(pane.state.frame.values(), before)


def test_that_a_draft_of_a_version_with_one_viewport_is_understood(box: CaseBox):
    state = case_of(series(along_z(0, 2, 8), uid="a"))
    state.show_frame(5)
    kept = state.to_payload()
    box.show_case(case_of(series(along_z(0, 2, 8), uid="a")))
    box.restore(kept)
    assert box.active.state is not None
    assert box.active.state.view.frame == 5


# What several images of one case must not have in common


def radiograph(
    *, uid: str, window: float, modality: str = "CR", rows: int = 40, columns: int = 20, **tags: str
) -> Frame:
    return Frame(
        pixels=np.full((rows, columns), 100, np.uint16),
        windows=(Window(center=window, width=200),),
        modality=modality,
        tags={"SeriesInstanceUID": uid, **tags},
    )


def test_that_pa_and_lateral_of_one_series_keep_their_own_windows_and_zoom(box: CaseBox):
    box.show_case(case_of([radiograph(uid="a", window=1000), radiograph(uid="a", window=300)]))
    view = box.active
    view.zoom(3)
    view.go_to_frame(1)
    assert view.state is not None
    assert (view.state.view.window.center, view.state.view.scale) == (300, None)
    view.set_window(350, 90)
    view.go_to_frame(0)
    assert view.state.view.window.center == 1000
    assert view.state.view.scale is not None
    view.go_to_frame(1)
    assert view.state.view.window.center == 350
    view.reset()
    assert view.state.view.window.center == 300


def test_that_mammograms_hang_with_the_chest_walls_back_to_back(box: CaseBox):
    right = radiograph(uid="a", window=500, modality="MG", PatientOrientation="A\\F")
    left = radiograph(uid="b", window=500, modality="MG", PatientOrientation="P\\F")
    state = case_of([right], [left])
    box.show_case(state)
    box.hang(hang_case(state.frames, (0, 1), HangingRules(protocols=(SIDE_BY_SIDE,))))
    for pane, wall in ((box.panes[0], "left"), (box.panes[1], "right")):
        edge = -0.5 if wall == "left" else 19.5
        x, _ = pane.state.screen_at((edge, 10.0))
        assert x == pytest.approx(0 if wall == "left" else pane.width(), abs=1e-6)
        assert pane.state.scale == pytest.approx(pane.height() / 40)
    box.panes[0].flip_across()
    x, _ = box.panes[0].state.screen_at((19.5, 10.0))
    assert x == pytest.approx(0, abs=1e-6)  # turned over, it stays at the edge of the screen it was hung at


def test_that_a_prior_says_that_it_is_one_and_how_old(box: CaseBox):
    old = radiograph(uid="b", window=500, LongitudinalTemporalOffsetFromEvent="-426")
    box.show_case(case_of([radiograph(uid="a", window=500)], [old]))
    box.set_layout(1, 2)
    assert [pane.corner_text().view for pane in box.panes] == ["", "Prior, 14 months before"]


def test_that_a_stack_that_cannot_scroll_along_says_so_until_it_is_matched(box: CaseBox):
    current = series(along_z(0, 2, 10), uid="a", reference="today")
    prior = series(along_z(500, 2, 10), uid="b", reference="last year")
    box.show_case(case_of(current, prior))
    box.set_layout(1, 2)
    assert NOT_LINKED in box.panes[1].corner_text().notices
    assert NOT_LINKED not in box.panes[0].corner_text().notices
    box.match_slices()
    assert NOT_LINKED not in box.panes[1].corner_text().notices


def test_that_nearly_parallel_images_have_no_reference_line(box: CaseBox):
    angle = np.radians(14.0)
    tilted = (1.0, 0.0, 0.0, 0.0, float(np.cos(angle)), float(np.sin(angle)))
    box.show_case(
        case_of(series(along_z(0, 2, 8), uid="a"), series(along_z(0, 2, 8), uid="b", orientation=tilted))
    )
    box.set_layout(1, 2)
    assert box.links.line(box.panes[0].state, box.panes[1].state) is None


# What must not be lost, or shown too long


def test_that_measurements_stay_when_viewports_are_emptied_or_go(box: CaseBox):
    kept = Measurement(measurement_id="m-1", kind=MeasurementKind.PROBE, frame=0, points=((3.0, 4.0),))
    box.show_case(case_of(series(along_z(0, 2, 3), uid="a")), None, (kept,))
    box.set_layout(2, 2)  # three of them are empty
    box.set_layout(1, 1)
    box.empty(box.panes[0])
    assert box.tools.board.measurements == (kept,)
    box.clear()
    assert box.tools.board.measurements == ()


def test_that_nothing_comes_on_the_screen_while_paused_whatever_is_asked_for(box: CaseBox, qtbot: QtBot):
    box.show_case(case_of(series(along_z(0, 3, 8), uid="a"), series(along_z(0, 3, 8), uid="b")))
    box.pause("Paused", "")
    box.show_series(1)
    box.set_layout(2, 2)
    box.show_mpr()
    box.hang_again()
    box.toggle_maximised()
    qtbot.wait(300)  # long enough for a volume that was asked for
    assert {pane.content for pane in box.panes} == {Content.PAUSED}
    box.end_pause()
    assert box.panes[0].content is Content.PICTURE


def test_that_the_case_opens_again_without_what_was_done_to_it(box: CaseBox):
    state = case_of(series(along_z(0, 2, 8), uid="a"))
    box.show_case(state)
    hung = hang_case(state.frames, [0] * 8, HangingRules())
    box.hang(hung)
    box.active.invert()
    box.active.zoom(3)
    box.hang_again()
    assert box.active.state is not None
    assert (box.active.state.view.is_inverted, box.active.state.view.scale) == (False, None)


def test_that_series_without_a_frame_of_reference_are_linked_the_right_way_by_hand(box: CaseBox):
    first = series(along_z(0, 2, 10), uid="a", reference="")
    second = series(along_z(100, 2, 10), uid="b", reference="")
    box.show_case(case_of(first, second))
    box.set_layout(1, 2)
    one, other = box.panes[0].state, box.panes[1].state
    assert box.links.shift(one, other) is None
    box.match_slices()
    assert box.links.shift(one, other) == pytest.approx((0, 0, 100))
    assert box.links.shift(other, one) == pytest.approx((0, 0, -100))
    box.panes[0].go_to_frame(6)
    assert other.view.frame == 16


def test_that_a_map_is_sampled_anew_for_another_map_even_at_the_address_of_the_last(box: CaseBox):
    layer = OverlayLayer()
    state = ViewState([Frame(pixels=np.full((16, 16), 100, np.uint16), windows=(Window(center=1, width=2),))])
    state.resize(width=64, height=64)
    geometry = GridGeometry(row_offset=3.5, row_step=8, column_offset=3.5, column_step=8)

    def painted(cell: tuple[int, int]) -> np.ndarray:
        values = np.zeros((2, 2), np.float32)
        values[cell] = 1.0
        layer.saliency = SaliencyMap(values=values, geometry=geometry, method="grad-cam")
        layer.image(state, (0, 0, 64, 64), width=64, height=64)
        layer.saliency = None  # as a case is left; the next map may get its address
        assert layer.array is not None
        return layer.array

    for number in range(50):
        cell = (number % 2, number // 2 % 2)
        shown = painted(cell)[..., 3]
        quarter = shown[32 * cell[0] : 32 * cell[0] + 32, 32 * cell[1] : 32 * cell[1] + 32]
        assert quarter.sum() > shown.sum() / 2


def test_that_reset_goes_back_to_how_a_picture_was_hung(box: CaseBox):
    state = case_of(series(along_z(0, 2, 8), uid="a"))
    box.show_case(state)
    box.hang(hang_case(state.frames, [0] * 8, HangingRules()))
    hung_window = Window(center=40, width=80, name="Brain")
    box.active.state.set_window(hung_window)
    box.active.state.keep_as_opened()
    box.active.set_window(500, 1000)
    box.active.go_to_frame(3)
    box.active.reset()
    assert (box.active.state.view.window, box.active.state.view.frame) == (hung_window, 3)


def test_that_a_tool_and_the_3d_cursor_are_never_both_in_hand(box: CaseBox):
    box.show_case(case_of(series(along_z(0, 2, 8), uid="a")))
    box.toggle_cursor()
    box.tools.choose(0)
    assert not box.place_cursor.is_chosen
    box.toggle_cursor()
    assert box.tools.kind is None
    box.show_case(case_of(series(along_z(0, 2, 8), uid="b")))
    assert not box.place_cursor.is_chosen


def test_that_a_larger_layout_shows_the_series_that_are_not_shown_yet(box: CaseBox):
    box.show_case(case_of(*(series(along_z(0, 2, 2), uid=uid) for uid in "abc")))
    box.show_series(2)
    box.set_layout(2, 2)
    assert [pane.state and pane.state.series for pane in box.panes] == [2, 0, 1, None]


def test_that_one_viewport_plays_at_a_time(box: CaseBox):
    box.show_case(case_of(series(along_z(0, 2, 8), uid="a"), series(along_z(0, 2, 8), uid="b")))
    box.set_layout(1, 2)
    box.toggle_cine()
    box.activate(1)
    box.toggle_cine()
    assert not any(pane.cine.is_playing for pane in box.panes)


def test_that_the_keyboard_stays_with_the_active_viewport_when_the_layout_shrinks(box: CaseBox, qtbot: QtBot):
    box.show_case(case_of(series(along_z(0, 2, 8), uid="a"), series(along_z(0, 2, 8), uid="b")))
    box.set_layout(1, 2)
    with qtbot.waitActive(box):
        box.activateWindow()
    box.panes[1].setFocus()
    box.set_layout(1, 1)
    assert box.panes[0].hasFocus()


def test_that_a_draft_keeps_whether_viewports_are_linked(box: CaseBox):
    state = case_of(series(along_z(0, 2, 8), uid="a"), series(along_z(0, 2, 8), uid="b"))
    box.show_case(state)
    box.set_layout(1, 2)
    box.toggle_linked()
    box.toggle_lines()
    kept = box.to_payload()
    box.toggle_linked()
    box.toggle_lines()
    box.restore(kept)
    assert (box.is_linked, box.lines.is_shown) == (False, False)
