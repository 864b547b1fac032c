"""What commands do to the picture of a viewport: window, zoom, turn."""

from collections.abc import Callable
from dataclasses import replace

from realfm_gui.gui.viewer.case_view import CaseView
from realfm_gui.gui.viewer.turn import Turn

ZOOM_PER_KEY = 1.25


class PictureCommands(CaseView):
    """A case in view whose picture can be commanded; nothing happens while no picture is shown."""

    def choose_preset(self, number: int) -> None:
        """Show the preset on this digit key, from 1."""
        if self._is_live() and self.state is not None and 1 <= number <= len(self.state.presets):
            self.state.set_window(self.state.presets[number - 1])
            self._announce_window()

    def set_window(self, center: float, width: float) -> None:
        """Show a window given by its numbers; a table stays that table."""
        if self._is_live() and self.state is not None and not self.state.frame.is_colour:
            now = self.state.view.window
            self.state.set_window(replace(now, center=center, width=width, name=""))
            self._announce_window()

    def rotate(self, quarters: int) -> None:
        """Turn the picture clockwise by so many quarters."""
        self._turn(lambda turn: turn.turned(quarters))

    def flip_across(self) -> None:
        """Swap left and right of the screen."""
        self._turn(Turn.flipped_across)

    def flip_down(self) -> None:
        """Swap top and bottom of the screen."""
        self._turn(Turn.flipped_down)

    def toggle_exact(self) -> None:
        """Show the pixels of an enlarged image as they are, or smooth again."""
        if self._is_live() and self.state is not None:
            self.state.toggle_exact()
            self._announce_place()

    def invert(self) -> None:
        """Swap black and white."""
        if self._is_live() and self.state is not None and not self.state.frame.is_colour:
            self.state.invert()
            self._announce_window()

    def fit(self) -> None:
        """Show the whole picture."""
        if self._is_live() and self.state is not None:
            self.state.fit()
            self._announce_place()

    def one_to_one(self) -> None:
        """One image pixel per screen pixel."""
        if self._is_live() and self.state is not None:
            self.state.one_to_one()
            self._announce_place()

    def zoom_in(self) -> None:
        """Zoom in about the middle."""
        self.zoom(ZOOM_PER_KEY)

    def zoom_out(self) -> None:
        """Zoom out about the middle."""
        self.zoom(1 / ZOOM_PER_KEY)

    def zoom(self, factor: float) -> None:
        """Zoom about the middle."""
        if self._is_live() and self.state is not None:
            width, height = self._device_size()
            self.state.zoom_at(factor, x=width / 2, y=height / 2)
            self._announce_place()

    def reset(self) -> None:
        """Window, zoom and turn as at the start."""
        if self._is_live() and self.state is not None:
            self.state.reset()
            self._announce_window()
            self._announce_place()

    # Inside

    def _turn(self, change: Callable[[Turn], Turn]) -> None:
        if self._is_live() and self.state is not None:
            self.state.set_turn(change(self.state.view.turn))
            self._announce_place()
