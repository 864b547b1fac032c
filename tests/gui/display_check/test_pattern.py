"""The test pattern, level by level."""

import os
import subprocess
import sys

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from realfm_gui.gui.display_check.pattern import (
    LETTER_GROUNDS,
    View,
    draw,
    letter_contrast,
)
from realfm_gui.gui.display_check.pattern_layout import SMALLEST_PX, Box, lay_out
from realfm_gui.gui.display_check.pattern_view import PatternView

SIZES = [SMALLEST_PX, (856, 635), (1200, 900), (2560, 1440), (1500, 2000)]


def _part(grey: np.ndarray, box: Box) -> np.ndarray:
    return grey[box.top : box.bottom, box.left : box.right]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_that_no_part_lies_on_another_or_outside(width: int, height: int) -> None:
    layout = lay_out(width, height)
    boxes = [*layout.steps, layout.black, layout.white, *layout.ramps, *layout.letters, *layout.lines]
    taken = np.zeros((height, width), int)
    for box in boxes:
        assert box.left >= 1
        assert box.top >= 1
        assert box.right < width
        assert box.bottom < height
        assert min(box.width, box.height) >= 12
        _part(taken, box)[:] += 1
    assert taken.max() == 1


def test_that_a_pattern_without_room_is_refused() -> None:
    with pytest.raises(ValueError, match="no room"):
        lay_out(SMALLEST_PX[0] - 1, SMALLEST_PX[1])


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_that_the_levels_are_those_of_the_published_patterns(width: int, height: int) -> None:
    layout, grey = lay_out(width, height), draw(View.PATTERN, width, height)
    assert grey.shape == (height, width)
    assert grey.dtype == np.uint8
    middles = [int(grey[box.top + box.height // 2, box.left + box.width // 2]) for box in layout.steps]
    assert middles == [0, 15, 30, 45, 60, 75, 90, 105, 120, 135, 150, 165, 180, 195, 210, 225, 240, 255]
    eighth = layout.steps[8]
    corners = _part(grey, eighth)[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert corners.tolist() == [124, 116, 116, 124]
    for box, outer, inner in ((layout.black, 0, 13), (layout.white, 255, 242)):
        square = _part(grey, box)
        assert set(np.unique(square)) == {outer, inner}
        assert square[0, 0] == outer
        assert square[box.height // 2, box.width // 2] == inner
    up, down = (_part(grey, box) for box in layout.ramps)
    assert np.unique(np.diff(up[0].astype(int))).tolist() == [0, 1]
    assert np.array_equal(up[0], down[-1][::-1])
    assert np.bincount(up[0]).min() == np.bincount(up[0]).max() == up.shape[1] // 256


def test_that_letters_fade_by_one_level_each() -> None:
    layout, grey = lay_out(1200, 900), draw(View.PATTERN, 1200, 900)
    assert [letter_contrast(n) for n in range(10)] == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    for box, ground in zip(layout.letters, LETTER_GROUNDS, strict=True):
        cells = np.split(_part(grey, box).astype(int), 10, axis=1)
        assert [cell.max() - ground for cell in cells] == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
        assert [cell.min() for cell in cells] == [ground] * 10
        share = [float((cell > ground).mean()) for cell in cells]
        assert min(share) > 0.04, "every letter is there, of about the same size"


def test_that_lines_are_one_and_two_pixels_wide_along_rows_and_columns() -> None:
    layout, grey = lay_out(1200, 900), draw(View.PATTERN, 1200, 900)
    assert len(layout.lines) == 5
    for box in layout.lines:
        block = _part(grey, box)
        half = box.width // 2
        one_column, one_row = block[:half, :half], block[:half, half:]
        two_column, two_row = block[half:, :half], block[half:, half:]
        assert one_column[0, :4].tolist() == [0, 255, 0, 255]
        assert (one_column == one_column[0]).all()
        assert one_row[:4, 0].tolist() == [0, 255, 0, 255]
        assert two_column[0, :6].tolist() == [0, 0, 255, 255, 0, 0]
        assert two_row[:6, 0].tolist() == [0, 0, 255, 255, 0, 0]
        assert int(block.mean()) == 127


def test_that_the_circle_is_as_wide_as_high_and_closed() -> None:
    layout, grey = lay_out(1201, 901), draw(View.PATTERN, 1201, 901)
    column, row, radius = layout.circle
    assert (column, row, radius) == (600, 450, 448)
    assert grey[row - radius, column] == grey[row + radius, column] == 255
    above = grey[2 : layout.steps[0].top, :]
    columns = np.flatnonzero((above == 255).any(axis=0))
    inside = columns[(columns > 400) & (columns < 800)]
    assert np.diff(inside).max() == 1


@pytest.mark.parametrize(("view", "level"), [(View.DARK_FIELD, 26), (View.BRIGHT_FIELD, 204)])
def test_that_even_fields_are_ten_and_eighty_percent(view: View, level: int) -> None:
    assert (draw(view, 30, 20) == level).all()


def test_that_the_screen_gets_the_levels_unchanged(qtbot: QtBot) -> None:
    view = PatternView()
    qtbot.addWidget(view)
    view.resize(700, 500)
    image = view.grab().toImage().convertToFormat(view.grab().toImage().Format.Format_Grayscale8)
    shown = np.array(image.constBits(), np.uint8).reshape(500, image.bytesPerLine())[:, :700]
    assert np.array_equal(shown, draw(View.PATTERN, 700, 500))


def test_that_at_a_fractional_scale_each_level_is_still_one_device_pixel() -> None:
    # A device-pixel ratio is fixed when the program starts, so this needs a program of its own.
    code = """
import numpy as np
from PySide6.QtWidgets import QApplication, QWidget
from realfm_gui.gui.display_check.pattern import View, draw
from realfm_gui.gui.display_check.pattern_view import PatternView
application = QApplication([])
window = QWidget()
window.resize(801, 601)
view = PatternView(window)
view.setGeometry(11, 7, 701, 501)
window.show()
application.processEvents()
ratio = view.devicePixelRatioF()
image = window.grab().toImage()
image = image.convertToFormat(image.Format.Format_Grayscale8)
shown = np.array(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
width, height = view.pattern_px
# 11 x 1.25 = 13.75 and 7 x 1.25 = 8.75: the first whole device pixels are 14 and 9;
# 712 x 1.25 = 890 and 508 x 1.25 = 635 end the view, so it holds 876 x 626 of them.
print(ratio, width, height, np.array_equal(shown[9:635, 14:890], draw(View.PATTERN, width, height)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=os.environ
        | {
            "QT_QPA_PLATFORM": "offscreen",
            "QT_SCALE_FACTOR": "1.25",
            "QT_SCALE_FACTOR_ROUNDING_POLICY": "PassThrough",
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
    )
    assert done.stdout.split() == ["1.25", "876", "626", "True"], done.stderr


def test_that_space_goes_through_the_views_and_escape_or_a_click_leaves(qtbot: QtBot) -> None:
    from PySide6.QtCore import Qt

    view = PatternView()
    qtbot.addWidget(view)
    seen = []
    for _ in range(3):
        qtbot.keyClick(view, Qt.Key.Key_Space)
        seen.append(view.view)
    assert seen == [View.DARK_FIELD, View.BRIGHT_FIELD, View.PATTERN]
    with qtbot.waitSignal(view.left):
        qtbot.keyClick(view, Qt.Key.Key_Escape)
    with qtbot.waitSignal(view.left):
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton)
