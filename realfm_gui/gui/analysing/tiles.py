"""A tile: a name, an estimate, its interval as a forest line with the margin as a tick, n, a word."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QWidget

from realfm_gui.analysis.wording import signed
from realfm_gui.gui.theme import (
    AI_ALONE,
    AIDED,
    SIZE_BODY,
    SIZE_SMALL,
    SIZE_TITLE,
    Palette,
    palette_of,
)
from realfm_gui.gui.widgets.icons import pixmap
from realfm_gui.gui.widgets.status import State

HEIGHT = 100
_PAD = 12
_LONG_WORDS = 14
STATES = {
    "passes": State.DONE,
    "inconclusive": State.TO_DO,
    "contradicted": State.PROBLEM,
    "not assessable": State.INFO,
}


def common_span(tiles: Sequence[Mapping[str, Any]]) -> float:
    """Return the half-width of the axis all tiles share, so that their lines compare; capped at 0.4."""
    ends = [abs(end) for tile in tiles if tile["ci"] is not None for end in tile["ci"]]
    ends += [abs(tile["bound"]) for tile in tiles]
    return float(min(0.4, max(0.1, *ends) * 1.1))


class Tile(QPushButton):
    """One condition of the verdict; a click asks how it was computed.

    Parameters
    ----------
    tile : mapping
        An entry of ``verdict.tiles``.
    span : float
        Half-width of the forest line's axis.
    """

    def __init__(self, tile: Mapping[str, Any], *, span: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "tile")
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.tile = tile
        self._span = span
        self._color = AI_ALONE if tile["family"] == "replace" else AIDED
        self.setAccessibleName(
            f"{tile['name']}: {self.estimate_text()} {self.interval_text()}, {tile['label']}"
        )
        self.setToolTip(f"{tile['name']}\n{tile['note']}".strip() + "\nClick: how it was computed")

    def sizeHint(self) -> QSize:
        """Return a height that fits three lines."""
        return QSize(280, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return the narrowest a tile is still read."""
        return QSize(200, HEIGHT)

    def estimate_text(self) -> str:
        """Return the estimate with its sign, or a dash."""
        return "–" if self.tile["estimate"] is None else signed(self.tile["estimate"])

    def interval_text(self) -> str:
        """Return the interval, or why there is none."""
        if self.tile["ci"] is None:
            return str(self.tile["note"]) or "no interval"
        low, high = (signed(end) for end in self.tile["ci"])
        return f"{low} to {high}"

    def word(self) -> str:
        """Return the words of the tile; an interval wholly below 0 is said even within the margin."""
        return str(self.tile["label"])

    def state(self) -> State:
        """Return the glyph and colour of the words; a loss never wears the colour of a pass."""
        is_loss = self.tile["is_below_zero"] and self.tile["word"] != "contradicted"
        return State.WARNING if is_loss else STATES[self.tile["word"]]

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the frame of the style sheet, then the content."""
        palette = palette_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        self.style().drawControl(QStyle.ControlElement.CE_PushButtonBevel, option, painter, self)
        inner = QRectF(self.rect()).adjusted(_PAD, 8, -_PAD, -8)
        state = self.state()
        self._text(painter, SIZE_SMALL, state.word_color(palette))
        width = painter.fontMetrics().horizontalAdvance(self.word())
        top = QRectF(inner.left(), inner.top(), inner.width(), 18)
        bottom = QRectF(inner.left(), inner.bottom() - 16, inner.width(), 16)
        middle = bottom.translated(0, -16)
        interval_width = painter.fontMetrics().horizontalAdvance(self.interval_text())
        # Words that would cover the interval take the line of n, which the panel beside repeats.
        is_long = len(self.word()) > _LONG_WORDS and interval_width + width + 30 > inner.width()
        place = bottom if is_long else middle
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self.word())
        glyph = pixmap(state.value[0], state.color(palette), 14)
        painter.drawPixmap(QPointF(place.right() - width - 18, place.top() + 1), glyph)
        self._text(painter, SIZE_BODY, palette.ink)
        _elided(painter, top, short_name(self.tile["name"]))
        self._text(painter, SIZE_TITLE, palette.ink)
        left = QRectF(inner.left(), inner.top() + 20, 84, 28)
        painter.drawText(left, Qt.AlignmentFlag.AlignVCenter, self.estimate_text())
        line = QRectF(inner.left() + 92, inner.top() + 20, inner.width() - 92, 28)
        if self.tile["ci"] is not None:
            self._forest(painter, line, palette)
        self._text(painter, SIZE_SMALL, palette.ink_quiet)
        beside = -width - 22
        _elided(painter, middle.adjusted(0, 0, 0 if is_long else beside, 0), self.interval_text())
        _elided(painter, bottom.adjusted(0, 0, beside if is_long else 0, 0), str(self.tile["n"]))

    def _text(self, painter: QPainter, size: int, color: str) -> None:
        font = QFont(self.font())
        font.setPixelSize(size)
        painter.setFont(font)
        painter.setPen(QColor(color))

    def _forest(self, painter: QPainter, room: QRectF, palette: Palette) -> None:
        """Draw axis, zero, margin tick, interval and estimate; an end beyond the axis becomes an arrow."""
        middle = room.center().y()

        def x(value: float) -> float:
            clipped = max(-self._span, min(self._span, value))
            return room.left() + room.width() * (clipped + self._span) / (2 * self._span)

        painter.setPen(QPen(QColor(palette.hairline), 1))
        painter.drawLine(QPointF(room.left(), middle), QPointF(room.right(), middle))
        painter.drawLine(QPointF(x(0), room.top() + 4), QPointF(x(0), room.bottom() - 4))
        if self.tile["bound"] != 0:
            painter.setPen(QPen(QColor(palette.ink), 2))
            painter.drawLine(
                QPointF(x(self.tile["bound"]), middle + 3), QPointF(x(self.tile["bound"]), room.bottom() - 2)
            )
        low, high = self.tile["ci"]
        pen = QPen(QColor(self._color), 2)
        painter.setPen(pen)
        painter.drawLine(QPointF(x(low), middle), QPointF(x(high), middle))
        for end, sign in ((low, -1), (high, 1)):
            if abs(end) > self._span:
                tip = QPointF(x(end), middle)
                painter.drawLine(tip, tip + QPointF(-5 * sign, -4))
                painter.drawLine(tip, tip + QPointF(-5 * sign, 4))
        painter.setBrush(QColor(self._color))
        painter.setPen(Qt.PenStyle.NoPen)
        if abs(self.tile["estimate"]) <= self._span:
            painter.drawEllipse(QPointF(x(self.tile["estimate"]), middle), 4, 4)


def short_name(name: str) -> str:
    """Return a tile's name without what the line above its group says already."""
    short = name.removesuffix(", aided minus unaided").replace(", model minus ", " against ")
    short = short.removeprefix("Accuracy w")
    return f"W{short}" if short.startswith("here ") else short


def _elided(painter: QPainter, room: QRectF, text: str) -> None:
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
