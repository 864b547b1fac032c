"""The replay's page: chosen, played, dragged, checked."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

import realfm_gui
from realfm_gui.domain.display_record import Displayed, Ended
from realfm_gui.gui.replay.replay_page import ReplayPage
from realfm_gui.gui.replay.replay_state import ReplayState
from realfm_gui.gui.replay.rerender import PanePainter, ReplayedCase
from realfm_gui.gui.replay.screen_view import DARKEST, on_screen
from realfm_gui.gui.replay.timeline import RIGHT_MARGIN, tick_s
from realfm_gui.gui.replay.trace_lanes import NAMES_WIDTH
from realfm_gui.gui.theme import TRUTH_ON_IMAGE
from realfm_gui.gui.viewer.turn import Turn
from realfm_gui.gui.viewer.view_draft import SeriesView
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.workflows.replay import ReplaySource
from tests.gui.replay.replay_examples import KEY, PLACE, VIEW, S, at, case, choice, record, source


@pytest.fixture
def now() -> list[float]:
    return [0.0]


@pytest.fixture
def page(qtbot: QtBot, now: list[float]) -> Iterator[ReplayPage]:
    made = ReplayPage(now_s=lambda: now[0])
    qtbot.addWidget(made)
    made.resize(1280, 800)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    yield made
    made.close_replay()


def shown_frame(page: ReplayPage, pane: int = 0) -> int:
    shown = page.displayed._screen.panes[pane]
    assert isinstance(shown, Displayed)
    return shown.view.frame


def show(page: ReplayPage, given: ReplaySource, images: ReplayedCase) -> None:
    page.show_reading(given, images, ReplayState(given.record))


def opened(page: ReplayPage, qtbot: QtBot, **changes) -> None:
    show(page, source(**changes), case())
    qtbot.waitUntil(lambda: bool(page.displayed._painted.images))


def test_that_all_pictures_are_checked_and_the_page_says_identical(page: ReplayPage, qtbot: QtBot):
    opened(page, qtbot)
    qtbot.waitUntil(lambda: "Identical to what was painted: 6 of 6" in page._check._word.text())


def test_that_pictures_that_differ_are_counted_and_the_version_is_named(page: ReplayPage, qtbot: QtBot):
    given = case()
    pixels = given.frames[1].pixels.copy()
    pixels[20, 30] ^= 512
    frames = (given.frames[0], replace(given.frames[1], pixels=pixels), given.frames[2])
    old = replace(record(), segments=tuple(replace(s, program="0.0.1") for s in record().segments))
    show(page, source(record=old), ReplayedCase(frames=frames, series=given.series, maps=given.maps))
    qtbot.waitUntil(lambda: "2 of 6 pictures are not what was painted" in page._check._word.text())
    remark = page._remark.text()
    assert remark == f"Painted by version 0.0.1, this is {realfm_gui.__version__}: it may differ"
    page.seek(1.5)
    qtbot.waitUntil(lambda: "not what was painted" in page._size.text())
    page.seek(6.5)
    qtbot.waitUntil(lambda: "not what was painted" not in page._size.text())


def test_that_a_map_that_is_gone_is_said_in_its_viewport(page: ReplayPage, qtbot: QtBot):
    given = case()
    show(page, source(), ReplayedCase(frames=given.frames, series=given.series))
    page.seek(2.5)
    qtbot.waitUntil(lambda: "m/nodule" in page.displayed._painted.missing.get(0, ""))
    qtbot.waitUntil(lambda: "1 of 6" in page._check._word.text())


def test_that_what_is_shown_is_the_recorded_picture_pixel_by_pixel(page: ReplayPage, qtbot: QtBot):
    opened(page, qtbot)
    page.seek(2.5)
    qtbot.waitUntil(lambda: shown_frame(page) == 1)
    assert "pixel by pixel" in page._size.text()
    wanted = PanePainter(case()).paint(
        replace(VIEW, frame=1, overlay=record().segments[0].entries[3].view.overlay)
    )
    grabbed = page.displayed.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    left = round((page.displayed.width() - PLACE.width_px) / 2)
    top = round((page.displayed.height() - PLACE.height_px) / 2)
    assert grabbed.copy(left, top, PLACE.width_px, PLACE.height_px) == wanted.image


def test_that_keys_play_step_and_jump(page: ReplayPage, qtbot: QtBot):
    opened(page, qtbot)
    for key, expected in (
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Right, 2),
        (Qt.Key.Key_Left, 1),
        (Qt.Key.Key_End, 40),
        (Qt.Key.Key_Home, 0),
    ):
        qtbot.keyClick(page, key)
        assert page.state.position_s == expected
    qtbot.keyClick(page, Qt.Key.Key_Space)
    assert page.state.is_playing
    qtbot.keyClick(page, Qt.Key.Key_Plus)
    assert page.state.speed == 2
    qtbot.keyClick(page, Qt.Key.Key_Minus)
    qtbot.keyClick(page, Qt.Key.Key_Minus)
    assert page.state.speed == 0.5
    qtbot.keyClick(page, Qt.Key.Key_Space)
    assert not page.state.is_playing
    with qtbot.waitSignal(page.leave_requested):
        qtbot.keyClick(page, Qt.Key.Key_Escape)


def test_that_playing_goes_on_with_the_clock_and_ends_at_the_end(
    page: ReplayPage, qtbot: QtBot, now: list[float]
):
    opened(page, qtbot)
    page.controls.waits.setChecked(False)
    page.toggle()
    now[0] = 2.5
    qtbot.waitUntil(lambda: page.state.position_s == 2.5)
    now[0] = 99.0
    qtbot.waitUntil(lambda: page.state.is_at_end and not page._timer.isActive())
    assert page.controls.clock.text() == "0:40.0 / 0:40.0"


def test_that_a_page_nobody_looks_at_stops_playing(page: ReplayPage, qtbot: QtBot):
    opened(page, qtbot)
    page.toggle()
    page.hide()
    assert not page.state.is_playing


def test_that_the_timeline_is_dragged_to_a_moment(page: ReplayPage, qtbot: QtBot):
    opened(page, qtbot)
    width = page.timeline.width() - NAMES_WIDTH - RIGHT_MARGIN
    middle = QPointF(NAMES_WIDTH + width / 2, 20).toPoint()
    qtbot.mouseClick(page.timeline, Qt.MouseButton.LeftButton, pos=middle)
    assert page.state.position_s == pytest.approx(20, abs=0.05)
    assert tick_s(754, most=10) == 120


def test_that_a_click_on_an_error_asks_for_its_reading(page: ReplayPage, qtbot: QtBot):
    right = choice(reading=replace(KEY, case_id="c-2"), position=4, errors={})
    page.show_choices([choice(), right], {"nodule": "Nodule"})
    assert page.readings.list.count() == 2
    page.readings.filter.setCurrentIndex(1)
    assert page.readings.list.count() == 1
    item = page.readings.list.item(0)
    assert item.text() == "Case 3, aided, Anna\nMissed: displayed and rejected"
    with qtbot.waitSignal(page.reading_requested) as heard:
        page.readings.list.itemClicked.emit(item)
    assert heard.args == [choice()]


def test_that_closed_outcomes_show_no_classes(page: ReplayPage):
    page.show_choices([choice(errors=None)], {"nodule": "Nodule"})
    assert page.readings.list.item(0).text() == "Case 3, aided, Anna"
    assert page.readings.filter.count() == 1


def test_that_loading_and_failing_are_said(page: ReplayPage, qtbot: QtBot):
    opened(page, qtbot)
    page.show_loading(choice())
    assert page._stack.currentWidget() is page._empty
    assert page._empty.sentence == "Loading the images of case 3, aided, Anna"
    qtbot.keyClick(page, Qt.Key.Key_Space)
    assert not page._timer.isActive()
    page.show_failed("The images cannot be read.")
    assert page._empty.sentence == "The images cannot be read."


@pytest.mark.parametrize("turn", [Turn(), Turn(quarters=1), Turn(quarters=2, is_mirrored=True)])
def test_that_lesions_are_drawn_where_the_viewport_places_them(turn: Turn):
    region = source().lesions[0].regions[0]
    place = replace(PLACE, quarters=turn.quarters, is_mirrored=turn.is_mirrored, center_row=12.0)
    state = ViewState(case().frames)
    state.resize(width=place.width_px, height=place.height_px)
    state._views[0] = SeriesView(
        frame=1, window=VIEW.window, scale=place.scale, center=(12.0, place.center_column), turn=turn
    )
    drawn = [(at.x(), at.y()) for at in on_screen(region.points, place)]
    np.testing.assert_allclose(drawn, [state.screen_at(point) for point in region.points])


def test_that_lesions_are_shown_only_when_asked_for(page: ReplayPage, qtbot: QtBot):
    opened(page, qtbot)
    page.seek(1.5)
    qtbot.waitUntil(lambda: shown_frame(page) == 1)
    plain = page.displayed.grab().toImage()
    page.controls.lesions.setChecked(True)
    drawn = page.displayed.grab().toImage()
    # The box's left side, image column 10: 20.5 - 59.5 px from the middle of a pane of 120, enlarged twice.
    left = round((page.displayed.width() - PLACE.width_px) / 2) + 21
    row = page.displayed.height() // 2 - 10
    across = [drawn.pixelColor(x, row) for x in range(left - 4, left + 5)]
    line = [number for number, color in enumerate(across) if color == QColor(TRUTH_ON_IMAGE)]
    assert len(line) == 2
    assert max(across[line[0] - 1].lightness(), across[line[-1] + 1].lightness()) < 30  # its dark rim
    page.controls.lesions.setChecked(False)
    assert page.displayed.grab().toImage() == plain


def test_that_what_was_displayed_for_a_shorter_time_is_darkened_where_it_lies(page: ReplayPage, qtbot: QtBot):
    # 1 s of the whole image, then 3 s of its right half, turned a quarter: the left half is the upper one.
    half = replace(PLACE, scale=2.0, center_column=59.5)
    turned = replace(PLACE, width_px=90, height_px=120, quarters=1)
    first, _ = record().segments
    entries = (at(0), at(1, place=half), at(4, place=turned), Ended(time_ns=4 * S))
    short = replace(record(), segments=(replace(first, entries=entries),))
    opened(page, qtbot, record=short)
    page.seek(4.0)
    qtbot.waitUntil(lambda: page.displayed._painted.images[0].width() == 90)
    plain = page.displayed.grab().toImage()
    page.controls.shading.setChecked(True)
    qtbot.waitUntil(lambda: "brightest 4.0 s" in page._size.text())
    shaded = page.displayed.grab().toImage()
    middle, top = page.displayed.width() // 2, (page.displayed.height() - 120) // 2
    upper = [
        (plain.pixelColor(x, top + 30).red(), shaded.pixelColor(x, top + 30).red())
        for x in range(middle - 30, middle + 30)
    ]
    lower = [
        (plain.pixelColor(x, top + 90).red(), shaded.pixelColor(x, top + 90).red())
        for x in range(middle - 30, middle + 30)
    ]
    kept = 1 - DARKEST * 0.75 / 255
    assert all(abs(after - before * kept) <= 2 for before, after in upper)
    assert all(before == after for before, after in lower)
