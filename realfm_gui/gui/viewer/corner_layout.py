"""Where the words of a picture go, from a whole screen down to one of sixteen panes. Plain state, without Qt.

What there is no room for is left out, the least important first; nothing is written onto something else:

========= ================================================================ =====================
room      what is written                                                   size of words, letters
========= ================================================================ =====================
large     everything                                                       13, 15
medium    everything, in more and shorter lines                             11, 13
small     slice and window in their short form, one notice, the letters    11, 11
          of the upper corners and edge
========= ================================================================ =====================
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from realfm_gui.gui.viewer.corner_text import CornerText

_WIDE, _HIGH = 440.0, 320.0
_SMALL_WIDTH, _SMALL_HEIGHT = 260.0, 190.0
_MOST_ABOVE, _MOST_BELOW = 0.4, 0.35
"""Shares of the room's height that words may take at the top and at the bottom."""

_ELLIPSIS = "…"


class Ruler(Protocol):
    """Measures words: logical pixels at a type size."""

    def width(self, words: str, size: int) -> float:
        """Return how wide words are."""

    def height(self, size: int) -> float:
        """Return the distance between lines."""


class Room(Enum):
    """How much room a viewport has: (margin across, margin down, size of words, size of letters, gap)."""

    LARGE = (12.0, 8.0, 13, 15, 20.0)
    MEDIUM = (8.0, 6.0, 11, 13, 14.0)
    SMALL = (6.0, 4.0, 11, 11, 10.0)

    @classmethod
    def of(cls, width: float, height: float) -> "Room":
        """Return the room of a viewport of so many logical pixels."""
        if width < _SMALL_WIDTH or height < _SMALL_HEIGHT:
            return cls.SMALL
        return cls.LARGE if width >= _WIDE and height >= _HIGH else cls.MEDIUM


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Words in a box of logical pixels; `is_letter` marks an orientation letter."""

    words: str
    left: float
    top: float
    width: float
    height: float
    size: int
    is_letter: bool = False

    @property
    def right(self) -> float:
        """The end of the box."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The lower end of the box."""
        return self.top + self.height

    def overlaps(self, other: "Placed") -> bool:
        """Whether two boxes share more than an edge."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedBar:
    """The scale bar: a line from `left` to `right` at height `y`, and its label."""

    left: float
    right: float
    y: float
    label: Placed


@dataclass(frozen=True, slots=True, kw_only=True)
class CornerLayout:
    """All words in their places; the bar is None where there is none or no room for it."""

    words: tuple[Placed, ...]
    bar: PlacedBar | None


def laid_out(text: CornerText, *, width: float, height: float, ratio: float, ruler: Ruler) -> CornerLayout:
    """Return where the words of a picture go.

    Parameters
    ----------
    text : CornerText
    width, height : float
        The viewport in logical pixels.
    ratio : float
        Device pixels per logical pixel, for the length of the scale bar.
    ruler : Ruler
    """
    return _Arranging(width, height, ruler).arranged(text, ratio)


class _Arranging:
    """One layout while it is made: a box is placed only where nothing lies yet and the room does not end."""

    def __init__(self, width: float, height: float, ruler: Ruler) -> None:
        self.room = Room.of(width, height)
        across, down, self.size, self.letter_size, self.gap = self.room.value
        self.left, self.top, self.right, self.bottom = across, down, width - across, height - down
        self.middle = width / 2
        self.height = self.bottom - self.top
        self.ruler = ruler
        self.line = ruler.height(self.size)
        self.words: list[Placed] = []
        self.bar: PlacedBar | None = None

    def arranged(self, text: CornerText, ratio: float) -> CornerLayout:
        is_small = self.room is Room.SMALL
        upper_left = self.letter(text.letters.left, self.left)
        upper_right = self.letter(text.letters.right, self.right, share=1.0)
        upper = self.letter(text.letters.top, self.middle, share=0.5)
        if text.bar is not None and not is_small:
            self.place_bar(text.bar.label, text.bar.length_px / ratio)
        self.place_status(text)
        start = self.left if upper_left is None else upper_left.right + self.gap / 2
        ends = [box.left - self.gap / 2 for box in (upper, upper_right) if box is not None]
        self.place_notices(text, start, ends)
        if not is_small:
            self.place_lower_letter(text.letters.bottom)
        return CornerLayout(words=tuple(self.words), bar=self.bar)

    def letter(self, letters: str, at: float, share: float = 0.0) -> Placed | None:
        """Place a letter at the top, `share` of its width left of `at`."""
        return self.place(letters, at, self.top, size=self.letter_size, share=share, is_letter=True)

    def place(
        self, words: str, at: float, top: float, *, size: int, share: float = 0.0, is_letter: bool = False
    ) -> Placed | None:
        """Place words unless there are none, they would lie on others, or the room ends before they do."""
        if not words:
            return None
        width = self.ruler.width(words, size)
        box = Placed(
            words=words,
            left=at - share * width,
            top=top,
            width=width,
            height=self.ruler.height(size),
            size=size,
            is_letter=is_letter,
        )
        is_inside = (
            box.left >= self.left - 0.5
            and box.right <= self.right + 0.5
            and box.top >= self.top - 0.5
            and box.bottom <= self.bottom + 0.5
        )
        taken = [*self.words, *([] if self.bar is None else [self.bar.label])]
        if not is_inside or any(box.overlaps(other) for other in taken):
            return None
        self.words.append(box)
        return box

    def place_bar(self, label: str, length: float) -> None:
        """Place the scale bar in the lower right corner, its label above it."""
        width = self.ruler.width(label, self.size)
        if max(width, length) > 0.45 * (self.right - self.left):
            return
        y = self.bottom - 4.0
        box = Placed(
            words=label,
            left=self.right - width,
            top=y - 6.0 - self.line,
            width=width,
            height=self.line,
            size=self.size,
        )
        self.bar = PlacedBar(left=self.right - length, right=self.right, y=y, label=box)

    def place_status(self, text: CornerText) -> None:
        """Place window, zoom and slice in the lower left corner, in short where there is no room for more."""
        end = self.right
        if self.bar is not None:
            end = min(self.bar.left, self.bar.label.left) - self.gap
        most = max(1, int(_MOST_BELOW * self.height / self.line))
        rows = [] if self.room is Room.SMALL else self.flowed(text.status, end - self.left)
        if not rows or len(rows) > most:
            rows = self.flowed(text.short, end - self.left)[:most]
        top = self.bottom - len(rows) * self.line
        for number, row in enumerate(rows):
            self.place(row, self.left, top + number * self.line, size=self.size)

    def flowed(self, items: Sequence[str], width: float) -> list[str]:
        """Return items in rows no wider than `width`, one that is too wide for a row cut short."""
        rows: list[str] = []
        between = " " * max(1, round(self.gap / max(1.0, self.ruler.width(" ", self.size))))
        for item in items:
            longer = f"{rows[-1]}{between}{item}" if rows else item
            if rows and self.ruler.width(longer, self.size) <= width:
                rows[-1] = longer
            else:
                rows.append(self.cut(item, width))
        return [row for row in rows if row]

    def cut(self, words: str, width: float) -> str:
        """Return words that fit, with an ellipsis where something is missing; "" where nothing fits."""
        if self.ruler.width(words, self.size) <= width:
            return words
        for end in range(len(words) - 1, 0, -1):
            shorter = words[:end].rstrip() + _ELLIPSIS
            if self.ruler.width(shorter, self.size) <= width:
                return shorter
        return ""

    def place_notices(self, text: CornerText, start: float, ends: Sequence[float]) -> None:
        """Place the view and what must be known of the picture below one another, beside the letters."""
        notices = [words for words in (text.view, *text.notices) if words]
        most = max(1, int(_MOST_ABOVE * self.height / self.line))
        if self.room is Room.SMALL:
            most = min(most, 2)
        beside = min(ends, default=self.right) - start  # the first row ends at the next letter
        rows: list[str] = []
        if notices and self.ruler.width(notices[0], self.size) > beside:
            rows.append("")  # below the letters there is more room: better whole there than broken here
        for words in notices:
            rest = words
            while rest:
                width = beside if not rows else self.right - start
                row, rest = self.broken(rest, width)
                rows.append(row)
        if len(rows) > most:
            width = beside if most == 1 else self.right - start
            rows = [*rows[: most - 1], self.cut(rows[most - 1] + _ELLIPSIS, width)]
        # Below the letters, not only below the first row: their type is larger.
        step = max(self.line, self.ruler.height(self.letter_size)) if len(rows) > 1 else self.line
        for number, row in enumerate(rows):
            top = self.top if number == 0 else self.top + step + (number - 1) * self.line
            self.place(row, start, top, size=self.size)

    def broken(self, words: str, width: float) -> tuple[str, str]:
        """Return what of the words fits into a row, and the rest; a single word too wide is cut short."""
        parts = words.split(" ")
        for count in range(len(parts), 0, -1):
            row = " ".join(parts[:count])
            if self.ruler.width(row, self.size) <= width:
                return row, " ".join(parts[count:])
        return self.cut(words, width), ""

    def place_lower_letter(self, letters: str) -> None:
        """Place the letter of the lower edge, above whatever lies in its way."""
        height = self.ruler.height(self.letter_size)
        for rise in range(4):
            top = self.bottom - height - rise * self.line
            if self.place(letters, self.middle, top, size=self.letter_size, share=0.5, is_letter=True):
                return
