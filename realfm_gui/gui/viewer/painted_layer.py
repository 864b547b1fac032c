"""What others may put on a viewport: layers that are painted over the picture, hands that take the mouse."""

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QMouseEvent, QPainter

from realfm_gui.domain.measurement import Point
from realfm_gui.gui.viewer.view_state import ViewState


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """The viewport that a layer is painted on.

    `pane` is its number in the light box; `width` and `height` its size in device pixels, `ratio` device
    pixels per logical one. Painters work in logical pixels.
    """

    state: ViewState
    pane: int
    width: int
    height: int
    ratio: float

    @property
    def room(self) -> QRectF:
        """The viewport in logical pixels."""
        return QRectF(0, 0, self.width / self.ratio, self.height / self.ratio)

    def place(self, point: Point) -> QPointF:
        """Return where an image position (column, row) lies, in logical pixels."""
        x, y = self.state.screen_at(point)
        return QPointF(x / self.ratio, y / self.ratio)


class PaintedLayer(Protocol):
    """Something over the picture; not painted while the reader wants the picture alone."""

    def paint(self, painter: QPainter, canvas: Canvas) -> None:
        """Paint what belongs to the frame on screen; at every paint, so keep what is costly."""


class Hand(Protocol):
    """Something that the mouse can draw with or take hold of. Positions are logical pixels."""

    @property
    def is_busy(self) -> bool:
        """Whether it holds something: then every move and the release are its own."""

    def press(self, event: QMouseEvent, state: ViewState, ratio: float) -> bool:
        """Begin; return whether the press was meant for it."""

    def move(self, event: QMouseEvent, state: ViewState, ratio: float) -> bool:
        """Follow the mouse; return whether it is holding something."""

    def release(self, event: QMouseEvent, state: ViewState, ratio: float) -> bool:
        """End; return whether it held something."""

    def is_in_reach(self, position: QPointF, state: ViewState, ratio: float) -> bool:
        """Whether a press here would take hold of something."""

    @property
    def is_chosen(self) -> bool:
        """Whether it draws wherever the mouse is pressed."""

    def drop(self) -> None:
        """Forget what is half done."""
