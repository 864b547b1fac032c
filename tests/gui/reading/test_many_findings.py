"""A study of more findings than a small screen has room for: their cards scroll, the button stays."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QWidget

from tests.gui.reading.conftest import Room, make_study

OpenRoom = Callable[..., Room]
NAMES = ("nodule", "effusion", "pneumothorax", "consolidation")
FINDINGS = "\n".join(
    f'[[findings]]\nid = "{name}"\nname = "{name.title()}"\nmarks = "point"' for name in NAMES
)


@pytest.fixture
def room(open_room: OpenRoom, tmp_path: Path) -> Room:
    make_study(tmp_path / "many.study", cases=1, findings=FINDINGS)
    return open_room(tmp_path / "many.study")


def place_in(outer: QWidget, part: QWidget) -> QRect:
    return QRect(part.mapTo(outer, QPoint(0, 0)), part.size())


def test_that_the_lock_button_stays_in_sight_and_the_findings_scroll(room: Room):
    side = room.page.side
    scroll, cards = side.answers.finding_scroll, side.answers.cards
    assert room.page.height() == 740
    assert room.page.minimumSizeHint().height() <= 740
    before = place_in(room.page, side.primary)
    assert room.page.rect().contains(before)
    assert scroll.verticalScrollBar().maximum() > 0
    assert scroll.viewport().rect().contains(place_in(scroll.viewport(), cards["nodule"]))
    for name in NAMES:
        assert room.state.selected == name
        QApplication.processEvents()
        assert scroll.viewport().rect().contains(place_in(scroll.viewport(), cards[name])), name
        for key in (Qt.Key.Key_Left, Qt.Key.Key_N, Qt.Key.Key_3, Qt.Key.Key_J):
            room.press(key)
    room.press(Qt.Key.Key_Return)
    room.wait(lambda: bool(side.ai.rows))
    assert place_in(room.page, side.primary) == before
    for name in reversed(NAMES):
        side.ai.show_mapped(name)
        row = side.ai.rows[name]
        shown = row.visibleRegion().boundingRect()
        assert shown == row.rect(), name


def test_that_nothing_scrolls_where_there_is_room(room: Room):
    side = room.page.side
    for height, scrolls in ((1200, False), (740, True), (1100, False)):
        room.window.resize(1280, height)
        room.page.resize(1280, height)
        QApplication.processEvents()
        assert (side.answers.finding_scroll.verticalScrollBar().maximum() > 0) == scrolls, height
        assert room.page.rect().contains(place_in(room.page, side.primary))
