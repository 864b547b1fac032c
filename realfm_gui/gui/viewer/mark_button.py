"""A mouse button that marks at once, for readers who chose one: no tool is taken first."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from realfm_gui.domain.mouse_choice import MouseEffect
from realfm_gui.gui.viewer.gestures import MouseSettings, effect_of
from realfm_gui.gui.viewer.mark_tools import MarkingTools
from realfm_gui.gui.viewer.view_state import ViewState


class MarkButton:
    """A hand that holds the marking tool while its button draws (a `Hand` of `painted_layer`).

    Parameters
    ----------
    tools : MarkingTools
        What marks; with its tool in hand the left button is its own, as ever.
    settings : MouseSettings
        Which button marks.
    """

    is_chosen = False
    """It draws with its own button only."""

    def __init__(self, tools: MarkingTools, settings: MouseSettings) -> None:
        self._tools = tools
        self._settings = settings
        self._button = Qt.MouseButton.NoButton
        self._has_taken = False
        """Whether the tool is in hand because of the button."""

    @property
    def is_busy(self) -> bool:
        """Whether the button is down; what is drawn meanwhile is the marking tool's."""
        return self._button != Qt.MouseButton.NoButton

    def press(self, event: QMouseEvent, state: ViewState, ratio: float) -> bool:
        """Begin to mark, or take hold of a mark; return whether the button is the one that marks."""
        effect = effect_of(event.button(), event.modifiers(), self._settings.choices)
        if effect is not MouseEffect.MARK or self.is_busy:
            return False
        if not self._tools.is_chosen:
            self._tools.choose(True)
            self._has_taken = self._tools.is_chosen
        is_taken = self._tools.press(_as_left(event), state, ratio)
        if is_taken:
            self._button = event.button()
        else:
            self._put_back()
        return is_taken

    def move(self, event: QMouseEvent, state: ViewState, ratio: float) -> bool:  # noqa: ARG002 - a Hand's
        """Leave the move to the marking tool, which is a hand of its own."""
        return False

    def release(self, event: QMouseEvent, state: ViewState, ratio: float) -> bool:
        """End the mark; a shape that needs another click keeps the tool until then."""
        if not self.is_busy or event.button() != self._button:
            return False
        self._button = Qt.MouseButton.NoButton
        self._tools.release(_as_left(event), state, ratio)
        if not self._tools.is_busy:
            self._put_back()
        return True

    def is_in_reach(self, position: QPointF, state: ViewState, ratio: float) -> bool:  # noqa: ARG002 - a Hand's
        """Never: what can be taken hold of is the marking tool's to say."""
        return False

    def drop(self) -> None:
        """Forget what is half done."""
        self._button = Qt.MouseButton.NoButton
        self._put_back()

    def _put_back(self) -> None:
        if self._has_taken:
            self._has_taken = False
            self._tools.choose(False)


def _as_left(event: QMouseEvent) -> QMouseEvent:
    left = Qt.MouseButton.LeftButton
    return QMouseEvent(
        event.type(), event.position(), event.globalPosition(), left, left, Qt.KeyboardModifier.NoModifier
    )
