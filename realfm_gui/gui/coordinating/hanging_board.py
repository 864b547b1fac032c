"""A layout drawn as a board of places that can be clicked: as rules in words, or as pictures of a case."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from realfm_gui.gui.coordinating.hanging_state import Place
from realfm_gui.gui.theme import DARK, SIZE_SMALL, Palette, palette_of
from realfm_gui.gui.viewer.picture_layer import image_of
from realfm_gui.imaging.hanging_preview import HungPicture
from realfm_gui.imaging.hanging_rules import opposite_edge

_GAP = 2
_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class HangingBoard(QWidget):
    """Places in rows and columns, one of them chosen; arrow keys go from one to the next.

    Signals
    -------
    place_chosen(int row, int column)
        Counted from 1.
    """

    place_chosen = Signal(int, int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._rows = self._columns = 1
        self._place: Place | None = None

    def show_layout(self, rows: int, columns: int, place: Place | None) -> None:
        """Show so many places; `place` is the chosen one, None where none can be."""
        self._rows, self._columns, self._place = rows, columns, place
        self.update()

    def mark_place(self, place: Place | None) -> None:
        """Mark another place as the chosen one."""
        self._place = place
        self.update()

    def room_of(self, place: Place) -> QRect:
        """Return where a place is drawn."""
        row, column = place[0] - 1, place[1] - 1
        left, right = (round(self.width() * at / self._columns) for at in (column, column + 1))
        top, bottom = (round(self.height() * at / self._rows) for at in (row, row + 1))
        return QRect(left, top, right - left, bottom - top).adjusted(_GAP, _GAP, -_GAP, -_GAP)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the place under the pointer."""
        row = int(event.position().y() * self._rows / max(1, self.height())) + 1
        column = int(event.position().x() * self._columns / max(1, self.width())) + 1
        self._choose(row, column)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the next place with an arrow key."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None or self._place is None:
            super().keyPressEvent(event)
        else:
            self._choose(self._place[0] + step[0], self._place[1] + step[1])

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw every place, then the frame of the chosen one."""
        painter = QPainter(self)
        for row in range(1, self._rows + 1):
            for column in range(1, self._columns + 1):
                self.paint_place(painter, (row, column), self.room_of((row, column)))
        if self._place is not None:
            painter.setPen(QColor(self.palette_drawn_in().accent))
            painter.drawRect(self.room_of(self._place).adjusted(-1, -1, 0, 0))
            if self.hasFocus():
                painter.drawRect(self.room_of(self._place).adjusted(0, 0, -1, -1))

    def palette_drawn_in(self) -> Palette:
        """Return the colours of the board: those of its page."""
        return palette_of(self)

    def paint_place(self, painter: QPainter, place: Place, room: QRect) -> None:  # noqa: ARG002 - drawn here
        """Draw one place: an empty one here, more in the boards below."""
        painter.fillRect(room, QColor(self.palette_drawn_in().raised))
        painter.setPen(QColor(self.palette_drawn_in().hairline))
        painter.drawRect(room.adjusted(0, 0, -1, -1))

    def _choose(self, row: int, column: int) -> None:
        if self._place is not None and 1 <= row <= self._rows and 1 <= column <= self._columns:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.place_chosen.emit(row, column)


class RuleBoard(HangingBoard):
    """The places of a protocol, each with its rule in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Places of the layout", parent)
        self._lines: Mapping[Place, Sequence[str]] = {}

    def show_rules(
        self, rows: int, columns: int, lines: Mapping[Place, Sequence[str]], place: Place | None
    ) -> None:
        """Show the rules of all places; those without lines are empty."""
        self._lines = lines
        self.show_layout(rows, columns, place)

    def sizeHint(self) -> QSize:
        """Return a height that gives each row room for three lines."""
        return QSize(320, max(120, 72 * self._rows))

    def paint_place(self, painter: QPainter, place: Place, room: QRect) -> None:
        """Draw the rule of a place in as many lines as fit."""
        palette = palette_of(self)
        super().paint_place(painter, place, room)
        font = painter.font()
        font.setPixelSize(SIZE_SMALL)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        inner = room.adjusted(8, 6, -4, -4)
        for at, line in enumerate(self._lines.get(place, ())):
            top = inner.top() + at * (metrics.height() + 2)
            if top + metrics.height() > inner.bottom():
                break
            is_plain = at == 0 and line != "empty"
            painter.setPen(QColor(palette.ink if is_plain else palette.ink_quiet))
            shown = metrics.elidedText(line, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(inner.left(), top + metrics.ascent(), shown)


class PictureBoard(HangingBoard):
    """The places of a layout with the pictures of a case, as the reader would see them at first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Preview of a case", parent)
        self._pictures: dict[Place, tuple[HungPicture, QImage | None]] = {}
        self._sentence = ""
        self.setMinimumSize(320, 200)

    @property
    def sentence(self) -> str:
        """What is said instead of pictures, "" where there are some."""
        return self._sentence

    @property
    def captions(self) -> dict[Place, str]:
        """What is written in each place."""
        return {place: picture.caption for place, (picture, _) in self._pictures.items()}

    def show_pictures(
        self, rows: int, columns: int, pictures: Sequence[HungPicture], place: Place | None
    ) -> None:
        """Show the pictures of a case; `place` is the one whose rule is being edited, if it is this one."""
        self._sentence = ""
        self._pictures = {
            (one.row, one.column): (one, None if one.picture is None else image_of(one.picture).copy())
            for one in pictures
        }
        self.show_layout(rows, columns, place)

    def say(self, sentence: str) -> None:
        """Show a sentence in place of pictures."""
        self._sentence, self._pictures = sentence, {}
        self.show_layout(1, 1, None)

    def palette_drawn_in(self) -> Palette:
        """Return the colours of the reading room: pictures hang on black."""
        return DARK

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pictures on black, or the sentence."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#000000"))
        if self._sentence:
            painter.setPen(QColor(DARK.ink_quiet))
            wraps = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(24, 24, -24, -24), wraps, self._sentence)
            return
        painter.end()
        super().paintEvent(event)

    def paint_place(self, painter: QPainter, place: Place, room: QRect) -> None:
        """Draw a picture with its caption and the letters of its sides."""
        painter.setPen(QColor(DARK.hairline))
        painter.drawRect(room.adjusted(0, 0, -1, -1))
        picture, image = self._pictures.get(place, (None, None))
        font = painter.font()
        font.setPixelSize(SIZE_SMALL)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        if picture is None or image is None:
            painter.setPen(QColor(DARK.ink_quiet))
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, "empty")
            return
        inside = room.adjusted(1, 1, -1, -1)
        size = image.size().scaled(inside.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRect(0, 0, size.width(), size.height())
        target.moveCenter(inside.center())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(target, image)
        text = inside.adjusted(6, 4, -6, -4)
        caption = metrics.elidedText(picture.caption, Qt.TextElideMode.ElideRight, text.width())
        middle = Qt.AlignmentFlag.AlignVCenter
        for words, side in (
            (caption, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop),
            (picture.right[:1], middle | Qt.AlignmentFlag.AlignRight),
            (opposite_edge(picture.right[:1]), middle | Qt.AlignmentFlag.AlignLeft),
            (picture.bottom[:1], Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom),
        ):
            _write(painter, text, side, words)


def _write(painter: QPainter, room: QRect, side: Qt.AlignmentFlag, words: str) -> None:
    """Write on a picture, on a dark ground of its own: the picture may be white there."""
    if words:
        ground = painter.boundingRect(room, side, words).adjusted(-3, -1, 3, 1)
        painter.fillRect(ground, QColor(0, 0, 0, 150))
        painter.setPen(QColor(DARK.ink))
        painter.drawText(room, side, words)
