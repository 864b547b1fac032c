"""A case in view: what is shown, and where in it; `picture_commands` and `viewport` add the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from realfm_gui.domain.measurement import Measurement, Point
from realfm_gui.domain.prediction import SaliencyMap
from realfm_gui.gui.viewer.cine import Cine
from realfm_gui.gui.viewer.gestures import Gestures, MouseSettings
from realfm_gui.gui.viewer.measuring_tools import MeasuringTools
from realfm_gui.gui.viewer.overlay_layer import OverlayLayer, OverlayLook
from realfm_gui.gui.viewer.painted_frame import Content
from realfm_gui.gui.viewer.painted_layer import Hand, PaintedLayer
from realfm_gui.gui.viewer.picture_layer import PictureLayer
from realfm_gui.gui.viewer.view_state import ViewState
from realfm_gui.imaging.rendering import Pyramid

EDGE_SHARE = 0.05
"""Of the viewport's shorter side: what lies nearer to an edge is brought to the middle."""


class CaseView(QWidget):
    """What the viewport shows and every command of it.

    `tools` are the measuring tools, `cine` plays the slices; the signals are described in `Viewport`.
    """

    window_changing = Signal(object)
    window_changed = Signal(object)
    view_changed = Signal()
    overlay_changed = Signal()
    frame_painted = Signal(object)
    words_painted = Signal()
    double_clicked = Signal()

    def __init__(self, parent: QWidget | None = None, *, tools: MeasuringTools | None = None) -> None:
        super().__init__(parent)
        self.pane = 0
        """The number of this viewport among those beside it."""
        self.layers: list[PaintedLayer] = []
        """Painted over the picture in this order, below the measurements."""
        self.hands: list[Hand] = []
        """Asked for the mouse in this order, before the measuring tools."""
        self.state: ViewState | None = None
        self.has_text = True
        self.shows_annotations = True
        """False: nothing but the picture, neither words nor measurements nor map."""
        self._owns_tools = tools is None
        self.tools = tools or MeasuringTools(self)
        self.tools.measurements_changing.connect(self.update)
        self.tools.measurements_changed.connect(self.update)
        self.tools.tool_changed.connect(self._tool_changed)
        self.cine = Cine(self)
        self.cine.step_due.connect(self._cine_step)
        self.cine.changed.connect(self.update)
        self._content = Content.EMPTY
        self._words = ("", "")
        self._hidden = (Content.EMPTY, self._words)
        self._is_paused = False
        self._picture = PictureLayer()
        self._overlay = OverlayLayer()
        self._map_name = ""
        self._gestures = Gestures()
        self.notes: tuple[str, ...] = ()
        """What is to be said of this viewport beside the others, in its corner."""
        self.shows_hints = True
        """Whether what the tool in hand waits for is said here: in one of several viewports."""
        self.is_marked = False
        """Whether this is the one of several viewports that commands go to."""
        self.is_magnifying = False
        """Whether what is under the mouse is enlarged."""
        self._steps = 0
        self._is_step_unpainted = False

    def use_mouse(self, settings: MouseSettings) -> None:
        """Let the mouse do what the reader chose."""
        self._gestures.settings = settings

    @property
    def content(self) -> Content:
        """What is shown."""
        return self._content

    @property
    def content_behind(self) -> Content:
        """What is shown, or would be without the pause."""
        return self._hidden[0] if self._is_paused else self._content

    @property
    def words(self) -> tuple[str, str]:
        """Title and detail of what is said in the picture's place."""
        return self._words

    @property
    def overlay_look(self) -> OverlayLook:
        """How the map is shown."""
        return self._overlay.look

    @property
    def is_overlay_visible(self) -> bool:
        """Whether there is a map and it is wanted on screen."""
        return self._overlay.is_visible and self.shows_annotations

    @property
    def is_ai_wanted(self) -> bool:
        """Whether what the AI says is wanted on the picture: its map, and its places."""
        return self._overlay.is_wanted and self.shows_annotations

    # What is shown

    def show_case(
        self,
        state: ViewState,
        pyramids: Mapping[int, Pyramid] | None = None,
        measurements: Sequence[Measurement] | None = (),
    ) -> None:
        """Show a case.

        Parameters
        ----------
        state : ViewState
        pyramids : mapping, optional
            Frame index -> pyramid, built off the GUI thread.
        measurements : sequence of Measurement, optional
            None leaves those of the tools as they are: another viewport shows the same case.
        """
        self.state = state
        if measurements is not None:
            self.tools.show_measurements(measurements)
            self.show_annotations()  # what must be known of a picture is not hidden by a key from the last
        self._picture = PictureLayer(pyramids)
        self._overlay.saliency = None
        self._fit_state()
        self._show(Content.PICTURE)

    def show_words(self, content: Content, title: str, detail: str = "") -> None:
        """Show words in place of the picture: loading, paused, failed, nothing."""
        if self._is_paused:
            self._hidden = (content, (title, detail))
        else:
            self._words = (title, detail)
            self._show(content)

    def pause(self, title: str, detail: str) -> None:
        """Hide whatever is shown, and whatever comes meanwhile, behind words until `end_pause`."""
        if not self._is_paused:
            self._hidden = (self._content, self._words)
            self.show_words(Content.PAUSED, title, detail)
            self._is_paused = True

    def end_pause(self) -> None:
        """Show again what was hidden."""
        if self._is_paused:
            self._is_paused = False
            content, self._words = self._hidden
            self._show(content)

    def clear(self) -> None:
        """Forget the case."""
        self.state = None
        if self._owns_tools:  # others may still show the case whose measurements these are
            self.tools.show_measurements(())
        self._picture = PictureLayer()
        self._overlay.saliency = None
        self.show_words(Content.EMPTY, "")

    def set_saliency(
        self,
        saliency: SaliencyMap | None,
        common_range: tuple[float, float] | None = None,
        *,
        name: str = "",
    ) -> None:
        """Put a map over the picture, or take it away.

        Parameters
        ----------
        saliency : SaliencyMap or None
        common_range : (float, float), optional
            Of the maps of all cases.
        name : str
            Whose map it is, for the record of what was displayed.
        """
        self._overlay.saliency = saliency
        self._overlay.common_range = common_range
        self._map_name = name
        self.update()

    def set_overlay_look(self, look: OverlayLook) -> None:
        """Change how the map is shown."""
        if look != self._overlay.look:
            self._overlay.look = look
            self.update()
            self.overlay_changed.emit()

    # Commands

    def toggle_overlay(self) -> None:
        """Show or hide the map."""
        self.set_overlay_look(replace(self._overlay.look, is_shown=not self._overlay.look.is_shown))

    def peek(self, is_held: bool) -> None:
        """While a key is held, hide a shown map or show a hidden one."""
        if is_held != self._overlay.is_peeking:
            self._overlay.is_peeking = is_held
            self.update()
            self.overlay_changed.emit()

    def toggle_text(self) -> None:
        """Show or hide the corner text."""
        self.has_text = not self.has_text
        self.update()

    def show_annotations(self) -> None:
        """Show words, measurements and map again where they were hidden."""
        if not self.shows_annotations:
            self.toggle_annotations()

    def toggle_annotations(self) -> None:
        """Hide everything but the picture, or show it again."""
        self.shows_annotations = not self.shows_annotations
        self.tools.set_shown(self.shows_annotations)
        self.update()
        self.overlay_changed.emit()

    def magnify(self, is_held: bool) -> None:
        """While a key is held, enlarge what is under the mouse."""
        if is_held != self.is_magnifying:
            self.is_magnifying = is_held
            self.update()

    def step(self, slices: int) -> None:
        """Scroll; every slice on the way is painted before the next one is shown."""
        if not self._is_live():
            return
        if self._steps * slices < 0:
            self._steps = 0  # turning round drops what was still ahead
        self._steps += slices
        self._next_step()

    def go_to_frame(self, index: int) -> None:
        """Jump to a frame of the case."""
        if self._is_live() and self.state is not None and self.state.show_frame(index):
            self._steps = 0
            self._announce_place()

    def show_place(self, index: int, point: Point | None) -> None:
        """Jump to a frame of the case, and to a place on it where that is not in view."""
        self.go_to_frame(index)
        if self._is_live() and self.state is not None and point is not None:
            width, height = self._device_size()
            x, y = self.state.screen_at(point)
            room = EDGE_SHARE * min(width, height)
            if not (room <= x <= width - room and room <= y <= height - room):
                self.state.pan(width / 2 - x, height / 2 - y)
                self._announce_place()

    def go_to_series(self, number: int) -> None:
        """Show a series of the case, at the slice where it was left."""
        if self._is_live() and self.state is not None and self.state.show_series(number):
            self._steps = 0
            self._announce_place()

    def go_to_end(self, end: int) -> None:
        """Jump to the first (-1) or last (+1) slice of the series."""
        if self.state is not None:
            span = self.state.span
            self.go_to_frame(span.first if end < 0 else span.first + span.count - 1)

    def toggle_cine(self) -> None:
        """Play the slices of the series, or stop."""
        if self.cine.is_playing:
            self.cine.stop()
        elif self._is_live() and self.state is not None and self.state.span.count > 1:
            self.cine.play()

    # Inside

    def _is_live(self) -> bool:
        return self._content is Content.PICTURE and self.state is not None

    def _show(self, content: Content) -> None:
        if self._is_paused:
            self._hidden = (content, self._hidden[1])
            return
        self._content = content
        self._steps = 0
        self._is_step_unpainted = False
        self._gestures.cancel()
        for hand in self._all_hands():
            hand.drop()
        self.cine.stop()
        self.update()

    def _all_hands(self) -> list[Hand]:
        """Return who may take the mouse."""
        return [*self.hands, self.tools]

    def _device_size(self) -> tuple[int, int]:
        ratio = self.devicePixelRatioF()
        # Halves go up, as in Qt: rounded to even, a viewport would lack its last row at some sizes.
        return max(1, int(self.width() * ratio + 0.5)), max(1, int(self.height() * ratio + 0.5))

    def _fit_state(self) -> None:
        if self.state is not None:
            width, height = self._device_size()
            self.state.resize(width=width, height=height)
        self.update()

    def _next_step(self) -> None:
        while self._steps and not self._is_step_unpainted and self.state is not None:
            direction = 1 if self._steps > 0 else -1
            self._steps -= direction
            if not self.state.step(direction):
                self._steps = 0
                return
            self._is_step_unpainted = self.isVisible()
            self._announce_place()

    def _cine_step(self) -> None:
        if not self._is_live() or self.state is None or self._is_step_unpainted or self._steps:
            return  # the one before is not on the screen yet: none is left out
        span, index = self.state.span, self.state.view.frame
        if index == span.first + span.count - 1:
            self.state.show_frame(span.first)
        else:
            self.state.step(1)
        self._is_step_unpainted = self.isVisible()
        self._announce_place()

    def _tool_changed(self) -> None:
        if self.tools.kind is not None:
            self.show_annotations()  # who draws wants to see it

    def _announce_window(self) -> None:
        self.update()
        if self.state is not None:
            self.window_changed.emit(self.state.view.window)

    def _announce_place(self) -> None:
        self.update()
        self.view_changed.emit()
