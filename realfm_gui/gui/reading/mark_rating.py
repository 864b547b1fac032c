"""The small panel in which a mark is rated, beside the mark."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from realfm_gui.domain.mark_rules import MarkScale
from realfm_gui.domain.reading import Phase
from realfm_gui.gui.reading.appearance import icon, set_look
from realfm_gui.gui.reading.likelihood_slider import LikelihoodSlider
from realfm_gui.gui.reading.segment import Segment
from realfm_gui.gui.theme import GRID

PANEL_WIDTH = 272
"""Logical pixels: the likelihood as wide as beside the picture."""

FIRST_RATING = 50
"""Where the first arrow key starts from on the scale of 0 to 100, as for a finding's likelihood."""

_STEPS: Mapping[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_CONFIRM = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_REMOVE = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class MarkRatingPanel(QFrame):
    """Asks how sure the reader is of one mark. Nothing is rated until it is confirmed.

    With the keyboard: digits are the rating, arrows move it, Enter confirms, Esc takes back, Delete removes.

    Signals
    -------
    rating_confirmed(int)
        The mark is rated so.
    rating_abandoned()
        The rating was left as it was; a mark that never had one is taken back.
    removal_requested()
        The mark is to be removed.
    left(object)
        The keyboard went elsewhere; the rating chosen so far, None without one.
    """

    rating_confirmed = Signal(int)
    rating_abandoned = Signal()
    removal_requested = Signal()
    left = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(PANEL_WIDTH)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # which levels need: their keys are the panel's own
        self._scale = MarkScale(lowest=0, highest=100)
        self._phase = Phase.UNAIDED
        self._rating: int | None = None
        self._unaided: int | None = None
        self._was_rated = False
        self.title = QLabel()
        self.slider = LikelihoodSlider(is_narrow=True)
        self.slider.setAccessibleName("Rating of the mark, 0 to 100")
        self.levels: list[Segment] = []
        self._level_row = QHBoxLayout()
        self._level_row.setSpacing(2)
        self.remove = Segment("")
        self.remove.setIcon(icon("trash"))
        self.remove.setCheckable(False)
        self.remove.setFixedWidth(32)
        self.remove.setToolTip("Delete the mark (Del)")
        self.remove.setAccessibleName("Delete the mark")
        self.confirm = Segment("Rate  ⏎")
        self.confirm.setCheckable(False)
        self.confirm.setMinimumWidth(76)
        self._hint = QLabel()
        self._hint.setProperty("role", "caption")
        self._layout = QVBoxLayout(self)
        self._lay_out()
        self.slider.likelihood_changing.connect(self._choose)
        self.slider.likelihood_changed.connect(self._choose)
        for keyboard in (self, self.slider):
            keyboard.installEventFilter(self)
        self.confirm.clicked.connect(self._confirm)
        self.remove.clicked.connect(self.removal_requested)
        self.hide()

    @property
    def rating(self) -> int | None:
        """What is chosen, confirmed or not; None while nothing is."""
        return self._rating

    def ask(
        self, title: str, scale: MarkScale, *, rating: int | None, unaided: int | None, phase: Phase
    ) -> None:
        """Ask for the rating of a mark.

        Parameters
        ----------
        title : str
            What the mark is called.
        scale : MarkScale
        rating : int or None
            As it is now.
        unaided : int or None
            As it was locked without the AI; shown beside the new one.
        phase : Phase
            Whose colours it wears.
        """
        self._scale, self._phase, self._rating, self._unaided = scale, phase, rating, unaided
        self._was_rated = rating is not None
        self.title.setText(title)
        self.slider.setVisible(not scale.has_levels)
        # A click beside the scale must not send the digits to the questions of the page.
        self.setFocusProxy(None if scale.has_levels else self.slider)  # type: ignore[arg-type]  # None: no proxy
        self._show_levels(scale.highest if scale.has_levels else 0)
        self._show()
        self._layout.invalidate()  # a hidden panel has not yet heard what it shows and what not
        self.adjustSize()

    def take_keyboard(self) -> None:
        """Let keys rate the mark."""
        target = self if self._scale.has_levels else self.slider
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent) -> bool:
        """Claim the keys that mean the mark before the page's shortcuts take them."""
        is_override = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if is_override and self._meaning(event):  # type: ignore[arg-type]  # a QKeyEvent, see above
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Do what a key means for the mark."""
        meaning = self._meaning(event)
        if meaning == "confirm":
            self._confirm()
        elif meaning == "abandon":
            self.rating_abandoned.emit()
        elif meaning == "remove":
            self.removal_requested.emit()
        elif meaning == "step":
            by = _STEPS[event.key()] * (10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
            self._nudge(by)
        elif meaning == "level":
            self._choose(_level(event))
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice that the keyboard goes elsewhere; another window does not count."""
        if event.type() == QEvent.Type.FocusOut and isinstance(event, QFocusEvent) and self.isVisible():
            stays = event.reason() in (
                Qt.FocusReason.ActiveWindowFocusReason,
                Qt.FocusReason.PopupFocusReason,
            )
            focus = self.window().focusWidget()
            if not stays and not (focus is not None and (focus is self or self.isAncestorOf(focus))):
                self.left.emit(self._rating)
        return super().eventFilter(watched, event)

    # Inside

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID)
        head.addWidget(self.title, 1)
        head.addWidget(self.remove)
        foot = QHBoxLayout()
        foot.setSpacing(GRID)
        foot.addWidget(self._hint, 1)
        foot.addWidget(self.confirm)
        self._layout.setContentsMargins(12, GRID, 12, GRID)
        self._layout.setSpacing(4)
        self._layout.addLayout(head)
        self._layout.addWidget(self.slider)
        self._layout.addLayout(self._level_row)
        self._layout.addLayout(foot)

    def _show_levels(self, count: int) -> None:
        while len(self.levels) < count:
            level = len(self.levels) + 1
            button = Segment(str(level))
            button.clicked.connect(lambda _=False, level=level: self._choose(level))
            self._level_row.addWidget(button, 1)
            self.levels.append(button)
        for number, button in enumerate(self.levels, start=1):
            button.setVisible(number <= count)

    def _show(self) -> None:
        self.slider.show_value(self._rating, phase=self._phase, unaided=self._unaided, is_missing=False)
        for number, button in enumerate(self.levels, start=1):
            button.setChecked(number == self._rating)
            set_look(button, "arm", self._phase.value)
        self.confirm.setEnabled(self._rating is not None)
        self._hint.setText(self._words())

    def _words(self) -> str:
        if self._unaided is not None and self._scale.has_levels:
            return f"▼ Unaided, locked: {self._unaided}"
        if self._scale.has_levels:
            return f"1 surely none, {self._scale.highest} sure"
        return "Type 0 to 100. Esc: as it was" if self._was_rated else "Type 0 to 100. Esc: no mark"

    def _choose(self, rating: int) -> None:
        if self._scale.holds(rating):
            self._rating = rating
            self._show()

    def _nudge(self, by: int) -> None:
        scale = self._scale
        if scale.has_levels:
            start = (1 if by > 0 else scale.highest) if self._rating is None else self._rating + by
        else:
            start = (FIRST_RATING if self._rating is None else self._rating) + by
        self._choose(min(max(start, scale.lowest), scale.highest))

    def _confirm(self) -> None:
        if self._rating is not None:
            self.rating_confirmed.emit(self._rating)

    def _meaning(self, event: QKeyEvent) -> str:
        key, modifiers = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        is_plain = modifiers == Qt.KeyboardModifier.NoModifier
        if key in _STEPS and (is_plain or modifiers == Qt.KeyboardModifier.ShiftModifier):
            return "step"
        if not is_plain:
            return ""
        if key in _CONFIRM:
            return "confirm"
        if key == Qt.Key.Key_Escape:
            return "abandon"
        if key in _REMOVE:
            return "remove"
        return "level" if self._scale.has_levels and Qt.Key.Key_0 <= key <= Qt.Key.Key_9 else ""


def _level(event: QKeyEvent) -> int:
    """Return the level on a digit key; 0 is the tenth."""
    return (event.key() - Qt.Key.Key_0) or 10
