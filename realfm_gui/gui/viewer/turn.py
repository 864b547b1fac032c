"""How a picture is turned and mirrored on the screen, exact to the pixel: quarter turns and flips only."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from realfm_gui.gui.viewer.orientation import EdgeLetters
from realfm_gui.imaging.view_transform import edge_before_turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """First mirrored left to right where `is_mirrored`, then turned clockwise by so many quarters (0 to 3).

    The *upright* view is what would be shown without it; the screen shows that view turned. Positions are
    in device pixels from the upper left corner of either.
    """

    quarters: int = 0
    is_mirrored: bool = False

    def __post_init__(self) -> None:
        if self.quarters not in (0, 1, 2, 3):
            raise ValueError(f"there are four quarters of a turn, from 0 to 3, not {self.quarters}")

    @property
    def is_plain(self) -> bool:
        """Whether the screen shows the upright view as it is."""
        return not (self.quarters or self.is_mirrored)

    def turned(self, quarters: int) -> Self:
        """Return this followed by so many quarters clockwise."""
        return replace(self, quarters=(self.quarters + quarters) % 4)

    def edge_upright(self, edge: str) -> str:
        """Return which edge of the upright view an edge of the screen is: "left", "right"; "" for another."""
        return edge_before_turn(edge, is_mirrored=self.is_mirrored, quarters=self.quarters)

    def flipped_across(self) -> Self:
        """Return this with left and right of the screen swapped."""
        return replace(self, quarters=-self.quarters % 4, is_mirrored=not self.is_mirrored)

    def flipped_down(self) -> Self:
        """Return this with top and bottom of the screen swapped."""
        return self.flipped_across().turned(2)

    def upright_size(self, width: int, height: int) -> tuple[int, int]:
        """Return width and height of the upright view of a screen of this size (and the other way round)."""
        return (height, width) if self.quarters % 2 else (width, height)

    def to_screen(self, x: float, y: float, width: float, height: float) -> tuple[float, float]:
        """Return where a place of the upright view lies on a screen of `width` x `height`."""
        if self.quarters % 2:
            width, height = height, width
        if self.is_mirrored:
            x = width - x
        for _ in range(self.quarters):
            x, y, width, height = height - y, x, height, width
        return x, y

    def to_upright(self, x: float, y: float, width: float, height: float) -> tuple[float, float]:
        """Return which place of the upright view a place of a screen of `width` x `height` shows."""
        for _ in range(self.quarters):
            x, y, width, height = y, width - x, height, width
        return (width - x if self.is_mirrored else x), y

    def step_to_upright(self, dx: float, dy: float) -> tuple[float, float]:
        """Return the way in the upright view of a way on the screen."""
        for _ in range(self.quarters):
            dx, dy = dy, -dx
        return (-dx if self.is_mirrored else dx), dy

    def applied(self, array: NDArray[Any]) -> NDArray[Any]:
        """Return an upright picture, shape (height, width, ...), as the screen shows it, C-contiguous."""
        if self.is_plain:
            return array
        mirrored = array[:, ::-1] if self.is_mirrored else array
        return np.ascontiguousarray(np.rot90(mirrored, -self.quarters))

    def letters(self, upright: EdgeLetters) -> EdgeLetters:
        """Return the letters of the screen's edges from those of the upright view."""
        left, top, right, bottom = upright.left, upright.top, upright.right, upright.bottom
        if self.is_mirrored:
            left, right = right, left
        for _ in range(self.quarters):
            left, top, right, bottom = bottom, left, top, right
        return EdgeLetters(left=left, right=right, top=top, bottom=bottom)

    def to_payload(self) -> dict[str, Any]:
        """Return a JSON-ready form; `Turn(**payload)` reads it."""
        return {"quarters": self.quarters, "is_mirrored": self.is_mirrored}
