"""The 0-100 scale: empty until it is answered."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from realfm_gui.domain.reading import Phase
from realfm_gui.gui.reading.appearance import ARM_COLOUR
from realfm_gui.gui.theme import DARK, SIZE_SMALL, SIZE_TITLE, UNAIDED

VALUE_WIDTH = 48
"""Room for the number at the right; the AI's bar keeps the same, so that both scales lie under each other."""

HANDLE = 7
"""Radius of the handle; the track is inset by it."""

NUMBER_ENDS_AFTER_MS = 1500
"""A digit typed later begins a new number."""


class LikelihoodSlider(QWidget):
    """A scale without a handle until the reader has set one: an untouched slider is not an answer.

    With the keyboard focus, digits are the value: each one counts at once, a fourth one begins anew.

    Parameters
    ----------
    parent : QWidget, optional
    is_narrow : bool
        Leave out the word that digits can be typed: there is no room for it.

    Signals
    -------
    likelihood_changing(int)
        The value follows the mouse.
    likelihood_changed(int)
        The reader has chosen a value.
    """

    likelihood_changing = Signal(int)
    likelihood_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None, *, is_narrow: bool = False) -> None:
        super().__init__(parent)
        self._is_narrow = is_narrow
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Likelihood, 0 to 100")
        self._value: int | None = None
        self._unaided: int | None = None
        self._phase = Phase.UNAIDED
        self._is_missing = False
        self._typed = ""
        self._number_end = QTimer(self)
        self._number_end.setSingleShot(True)
        self._number_end.setInterval(NUMBER_ENDS_AFTER_MS)
        self._number_end.timeout.connect(self._end_number)

    @property
    def value(self) -> int | None:
        """The likelihood, or None while it is not answered."""
        return self._value

    @property
    def value_text(self) -> str:
        """The number as it is written beside the scale."""
        return "–" if self._value is None else str(self._value)

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(240, 39)

    def show_value(self, value: int | None, *, phase: Phase, unaided: int | None, is_missing: bool) -> None:
        """Show an answer, in its arm's colour, with the locked unaided one as a tick."""
        shown = (value, phase, unaided, is_missing)
        if shown != (self._value, self._phase, self._unaided, self._is_missing):
            self._value, self._phase, self._unaided, self._is_missing = shown
            self.setAccessibleDescription(f"likelihood {self.value_text}")
            self.update()

    def x_of(self, value: float) -> float:
        """Return where a value lies, in logical pixels."""
        left, right = HANDLE, self.width() - VALUE_WIDTH - HANDLE
        return left + (right - left) * value / 100

    def event(self, event: QEvent) -> bool:
        """Claim the digits before the shortcuts of the confidence do."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _digit(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take digits as the value."""
        digit = _digit(event)
        if not digit:
            self._end_number()
            super().keyPressEvent(event)
            return
        longer = self._typed + digit
        self._typed = longer if len(longer) <= 3 and int(longer) <= 100 else digit
        self._number_end.start()
        self._value = int(self._typed)
        self.update()
        self.likelihood_changed.emit(self._value)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """End a number that was being typed."""
        self._end_number()
        super().focusOutEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Set the value where the scale is pressed."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the mouse."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._follow(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the value."""
        if event.button() == Qt.MouseButton.LeftButton and self._value is not None:
            self.likelihood_changed.emit(self._value)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the scale, the unaided tick and, once answered, the handle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y = 14.0
        left, right = self.x_of(0), self.x_of(100)
        # What is missing shines in plain ink: amber would look like the aided arm.
        quiet = QColor(DARK.ink if self._is_missing else DARK.ink_quiet)
        painter.setPen(QPen(QColor(DARK.ink) if self._is_missing else QColor("#4A4A4A"), 2))
        painter.drawLine(QPointF(left, y), QPointF(right, y))
        for tick in (0, 25, 50, 75, 100):
            x = self.x_of(tick)
            painter.drawLine(QPointF(x, y - 3), QPointF(x, y + 3))
        font = QFont(self.font())
        font.setPixelSize(SIZE_SMALL)
        painter.setFont(font)
        painter.setPen(quiet)
        below = QRectF(left - HANDLE, y + 10, right - left + 2 * HANDLE, 15)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "0 surely absent")
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, "surely present 100")
        if self.hasFocus() and not self._is_narrow:
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, "type 0 to 100")
        if self._unaided is not None:
            self._paint_unaided(painter, self.x_of(self._unaided), y)
        if self._value is not None:
            colour = QColor(ARM_COLOUR[self._phase])
            painter.setPen(QPen(colour, 2))
            painter.drawLine(QPointF(left, y), QPointF(self.x_of(self._value), y))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(QPointF(self.x_of(self._value), y), HANDLE, HANDLE)
        font.setPixelSize(SIZE_TITLE)
        painter.setFont(font)
        painter.setPen(QColor(DARK.ink if self._value is not None else quiet))
        inset = 4 if self._is_narrow else 0
        number = QRectF(self.width() - VALUE_WIDTH, y - 14, VALUE_WIDTH - inset, 28)
        painter.drawText(number, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.value_text)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(DARK.accent), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)

    def _paint_unaided(self, painter: QPainter, x: float, y: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(UNAIDED))
        painter.drawPolygon(QPolygonF([QPointF(x - 5, y - 14), QPointF(x + 5, y - 14), QPointF(x, y - 7)]))
        painter.drawRect(QRectF(x - 0.75, y - 8, 1.5, 16))

    def _end_number(self) -> None:
        self._typed = ""
        self._number_end.stop()

    def _follow(self, event: QMouseEvent) -> None:
        left, right = self.x_of(0), self.x_of(100)
        share = (event.position().x() - left) / max(1.0, right - left)
        self._value = min(max(round(100 * share), 0), 100)
        self.update()
        self.likelihood_changing.emit(self._value)


def _digit(event: QKeyEvent) -> str:
    """Return the digit of a key pressed without modifiers, else an empty string."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    is_digit = Qt.Key.Key_0 <= event.key() <= Qt.Key.Key_9 and modifiers == Qt.KeyboardModifier.NoModifier
    return chr(event.key()) if is_digit else ""
