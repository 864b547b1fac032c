"""Where the parts of the test pattern lie, in device pixels.

The parts are those that published patterns have in common, in an arrangement of our own: eighteen steps of
grey with low-contrast corners, 5 % in black and 95 % in white, ramps, lines of one and two pixels in the
middle and the corners, letters of falling contrast on three grounds, a grid and a circle.

References
----------
.. [1] Samei E, Badano A, Chakraborty D, et al. Assessment of display performance for medical imaging systems.
   AAPM On-Line Report 03 (Task Group 18), 2005.
.. [2] Bevins NB, Flynn MJ, Silosky MS, et al. Display quality assurance. AAPM Report 270, 2019.
.. [3] IEC 62563-1:2009. Medical electrical equipment. Medical image display systems. Evaluation methods.
.. [4] SMPTE RP 133:1991. Specifications for medical diagnostic imaging test pattern for television monitors
   and hard-copy recording cameras.
"""

from dataclasses import dataclass

from realfm_gui.domain.display_check import LETTERS

STEPS = 18
LEVELS = 256
SMALLEST_PX = (560, 420)
"""Below this, letters and steps would run into each other."""

MARGIN_PX = 16
LINE_BLOCK_PX = 48
"""Side of a block of lines; a multiple of 4, so that pairs of 1 and of 2 pixels fill it."""
GRID_CELLS = 12
"""Cells of the grid along the shorter side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle of whole device pixels: the left and top ones, and how many."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column that is no longer inside."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The first row that is no longer inside."""
        return self.top + self.height

    def inset(self, by_px: int) -> "Box":
        """Return the box smaller by so many pixels on each side."""
        return Box(
            left=self.left + by_px,
            top=self.top + by_px,
            width=self.width - 2 * by_px,
            height=self.height - 2 * by_px,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternLayout:
    """The parts of a pattern of `width` x `height` device pixels."""

    width: int
    height: int
    pitch: int
    """Distance of the grid's lines."""
    steps: tuple[Box, ...]
    """From black to white, two rows of nine."""
    black: Box
    white: Box
    """The squares that hold 5 % and 95 %."""
    ramps: tuple[Box, Box]
    """From black to white, and from white to black below."""
    letters: tuple[Box, Box, Box]
    """Rows on a dark, a middle and a bright ground."""
    lines: tuple[Box, ...]
    """Blocks of lines: middle, then the corners."""
    circle: tuple[int, int, int]
    """Centre (column, row) and radius."""


def lay_out(width: int, height: int) -> PatternLayout:
    """Return where the parts of a pattern of this size lie.

    Raises
    ------
    ValueError
        If it is smaller than `SMALLEST_PX`.
    """
    if width < SMALLEST_PX[0] or height < SMALLEST_PX[1]:
        raise ValueError(f"a pattern of {width} x {height} pixels has no room for its parts")
    inner = Box(left=0, top=0, width=width, height=height).inset(MARGIN_PX)
    cell = min(inner.width // 11, inner.height // 11)
    centre_x, centre_y = width // 2, height // 2
    steps_left = centre_x - 9 * cell // 2
    steps_top = inner.top + LINE_BLOCK_PX + MARGIN_PX
    steps = tuple(
        Box(
            left=steps_left + (n % 9) * cell,
            top=steps_top + (n // 9) * cell,
            width=cell,
            height=cell,
        )
        for n in range(STEPS)
    )
    ramp_height = max(12, cell // 2)
    ramp_unit = max(1, inner.width // LEVELS)
    ramp_width = ramp_unit * LEVELS
    ramps_top = inner.bottom - LINE_BLOCK_PX - MARGIN_PX - 2 * ramp_height
    ramps = tuple(
        Box(
            left=centre_x - ramp_width // 2,
            top=ramps_top + n * ramp_height,
            width=ramp_width,
            height=ramp_height,
        )
        for n in range(2)
    )
    between_top = steps_top + 2 * cell + MARGIN_PX
    between = ramps_top - MARGIN_PX - between_top
    row_height = between // 3
    letters_width = min(inner.width - 5 * cell, 9 * cell) // LETTERS * LETTERS
    letters_left = inner.right - letters_width
    letters = tuple(
        Box(left=letters_left, top=between_top + n * row_height, width=letters_width, height=row_height - 4)
        for n in range(3)
    )
    square = min(between // 2 - 4, (letters_left - inner.left - 3 * MARGIN_PX - LINE_BLOCK_PX))
    black = Box(left=inner.left, top=between_top, width=square, height=square)
    white = Box(left=inner.left, top=between_top + between - square, width=square, height=square)
    middle = Box(
        left=(black.right + letters_left - LINE_BLOCK_PX) // 2,
        top=between_top + (between - LINE_BLOCK_PX) // 2,
        width=LINE_BLOCK_PX,
        height=LINE_BLOCK_PX,
    )
    corners = tuple(
        Box(left=left, top=top, width=LINE_BLOCK_PX, height=LINE_BLOCK_PX)
        for top in (inner.top, inner.bottom - LINE_BLOCK_PX)
        for left in (inner.left, inner.right - LINE_BLOCK_PX)
    )
    return PatternLayout(
        width=width,
        height=height,
        pitch=max(8, min(width, height) // GRID_CELLS),
        steps=steps,
        black=black,
        white=white,
        ramps=(ramps[0], ramps[1]),
        letters=(letters[0], letters[1], letters[2]),
        lines=(middle, *corners),
        circle=(centre_x, centre_y, min(width, height) // 2 - 2),
    )
