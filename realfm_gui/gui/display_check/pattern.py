"""The test pattern as numbers: one grey level for every device pixel, painted unchanged.

Levels are 0 to 255: what the window hands to the monitor. Whether the monitor shows more of them than 8 bits
cannot be tested through it.
"""

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from realfm_gui.domain.display_check import LETTERS
from realfm_gui.gui.display_check.pattern_layout import LEVELS, STEPS, Box, PatternLayout, lay_out

GROUND = 64
"""Around everything: a quarter of white, near the mean of a radiograph."""
GRID_LEVEL = 84
BLACK, WHITE = 0, 255
FIVE_PERCENT, NINETY_FIVE_PERCENT = 13, 242
"""Of 255, to the nearest level."""
STEP = WHITE // (STEPS - 1)
"""15 levels: 17 steps of 15 are exactly 255."""
CORNER_CONTRAST = 4
"""Levels that the corners of a step differ from it by."""
LETTER_GROUNDS = (20, 128, 235)
FIELD_LEVELS = {"dark": 26, "bright": 204}
"""10 % and 80 % of white."""

LETTER_WORD = "KZHSNRDVCO"
"""Letters of about equal difficulty (those of Sloan's charts, 1959), one for each contrast."""

_GLYPHS = {
    "C": ("01110", "10001", "10000", "10000", "10000", "10001", "01110"),
    "D": ("11110", "10001", "10001", "10001", "10001", "10001", "11110"),
    "H": ("10001", "10001", "10001", "11111", "10001", "10001", "10001"),
    "K": ("10001", "10010", "10100", "11000", "10100", "10010", "10001"),
    "N": ("10001", "11001", "10101", "10101", "10011", "10001", "10001"),
    "O": ("01110", "10001", "10001", "10001", "10001", "10001", "01110"),
    "R": ("11110", "10001", "10001", "11110", "10100", "10010", "10001"),
    "S": ("01111", "10000", "10000", "01110", "00001", "00001", "11110"),
    "V": ("10001", "10001", "10001", "10001", "01010", "01010", "00100"),
    "Z": ("11111", "00001", "00010", "00100", "01000", "10000", "11111"),
}
_GLYPH_ROWS, _GLYPH_COLUMNS = 7, 5

Grey = NDArray[np.uint8]
"""Of shape (rows, columns): a level for every device pixel, top row first."""


class View(Enum):
    """What is shown: the pattern, or an even field that shows spots and edges."""

    PATTERN = "pattern"
    DARK_FIELD = "dark"
    BRIGHT_FIELD = "bright"


def draw(view: View, width: int, height: int) -> Grey:
    """Return a view in this size.

    Raises
    ------
    ValueError
        If the pattern has no room for its parts (see `lay_out`).
    """
    if view is View.PATTERN:
        return _pattern(lay_out(width, height))
    return np.full((height, width), FIELD_LEVELS[view.value], np.uint8)


def letter_contrast(number: int) -> int:
    """Return how many levels letter `number` (from 0) differs from its ground: 10 down to 1."""
    return LETTERS - number


def _pattern(layout: PatternLayout) -> Grey:
    grey = np.full((layout.height, layout.width), GROUND, np.uint8)
    _draw_grid(grey, layout)
    for number, box in enumerate(layout.steps):
        _draw_step(grey, box, number * STEP)
    for box, level, inner in (
        (layout.black, BLACK, FIVE_PERCENT),
        (layout.white, WHITE, NINETY_FIVE_PERCENT),
    ):
        _fill(grey, box, level)
        _fill(grey, box.inset(box.width // 4), inner)
    for number, box in enumerate(layout.ramps):
        ramp = np.repeat(np.arange(LEVELS, dtype=np.uint8), box.width // LEVELS)
        _part(grey, box)[:] = ramp if number == 0 else ramp[::-1]
    for box, ground in zip(layout.letters, LETTER_GROUNDS, strict=True):
        _draw_letters(grey, box, ground)
    for box in layout.lines:
        _draw_lines(grey, box)
    return grey


def _draw_grid(grey: Grey, layout: PatternLayout) -> None:
    """Draw lines of one pixel from the middle outwards, the circle, and a white line around everything."""
    column, row, radius = layout.circle
    grey[:, column % layout.pitch :: layout.pitch] = GRID_LEVEL
    grey[row % layout.pitch :: layout.pitch] = GRID_LEVEL
    # Row by row, both ends of the chord; then column by column, so that the line is closed everywhere.
    offsets = np.arange(-radius, radius + 1)
    chords = np.rint(np.sqrt(radius**2 - offsets.astype(float) ** 2)).astype(int)
    for sign in (-1, 1):
        grey[row + offsets, column + sign * chords] = WHITE
        grey[row + sign * chords, column + offsets] = WHITE
    grey[[0, -1]] = WHITE
    grey[:, [0, -1]] = WHITE


def _draw_step(grey: Grey, box: Box, level: int) -> None:
    """Draw a step of grey, brighter at the top left and bottom right, darker at the other corners."""
    _fill(grey, box, level)
    side = box.width // 4
    brighter, darker = min(level + CORNER_CONTRAST, WHITE), max(level - CORNER_CONTRAST, BLACK)
    for at_right in (False, True):
        for at_bottom in (False, True):
            corner = Box(
                left=box.right - side if at_right else box.left,
                top=box.bottom - side if at_bottom else box.top,
                width=side,
                height=side,
            )
            _fill(grey, corner, brighter if at_right == at_bottom else darker)


def _draw_letters(grey: Grey, box: Box, ground: int) -> None:
    _fill(grey, box, ground)
    cell = box.width // LETTERS
    scale = max(1, min(cell // (_GLYPH_COLUMNS + 2), box.height // (_GLYPH_ROWS + 2)))
    for number, letter in enumerate(LETTER_WORD):
        shape = np.array([[int(dot) for dot in line] for line in _GLYPHS[letter]], bool)
        shape = np.kron(shape, np.ones((scale, scale), bool))
        glyph = Box(
            left=box.left + number * cell + (cell - shape.shape[1]) // 2,
            top=box.top + (box.height - shape.shape[0]) // 2,
            width=shape.shape[1],
            height=shape.shape[0],
        )
        _part(grey, glyph)[shape] = ground + letter_contrast(number)


def _draw_lines(grey: Grey, box: Box) -> None:
    """Draw black and white lines: 1 pixel above, 2 below; along the columns left, along the rows right."""
    half = box.width // 2
    rows, columns = np.indices((half, half))
    for top, thickness in ((0, 1), (half, 2)):
        for left, along in ((0, columns), (half, rows)):
            part = Box(left=box.left + left, top=box.top + top, width=half, height=half)
            _part(grey, part)[:] = np.where(along // thickness % 2, WHITE, BLACK)


def _part(grey: Grey, box: Box) -> Grey:
    return grey[box.top : box.bottom, box.left : box.right]


def _fill(grey: Grey, box: Box, level: int) -> None:
    _part(grey, box)[:] = level
