"""What the AI found where: one line each, the most suspicious first; a click goes to the place."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from realfm_gui.gui.reading.still_stack import StillStack
from realfm_gui.gui.theme import AI_ALONE, DARK, SIZE_BODY

ROW_PX, GAP_PX = 22, 8
MOST_ROWS = 6
"""As many lines as are shown without scrolling where there is room."""

_ROLE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine:
    """One line of the list, in words."""

    tag: str
    name: str
    score: str
    interval: str
    place: str
    tooltip: str = ""
    is_dim: bool = False
    """Its model is switched off on the picture."""

    @property
    def spoken(self) -> str:
        """The line for a screen reader."""
        parts = (self.tag, self.name, self.score, self.interval, self.place)
        return ", ".join(part for part in parts if part)


class FindingList(StillStack):
    """The list, or one sentence on why it is empty, in the same room.

    Parameters
    ----------
    least_rows : int
        Lines that are shown on the smallest screen.

    Signals
    -------
    line_chosen(int)
        The reader wants to see the place of this line, from 0.
    """

    line_chosen = Signal(int)

    def __init__(self, least_rows: int = 2, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._least_rows = least_rows
        self.note = QLabel()
        self.note.setProperty("role", "caption")
        self.note.setWordWrap(True)
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.lines = QListWidget()
        self.lines.setAccessibleName("What the AI found")
        self.lines.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keys [ and ] step through it from anywhere
        self.lines.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.lines.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.lines.setUniformItemSizes(True)
        self.lines.setFrameShape(QListWidget.Shape.NoFrame)
        self.lines.setStyleSheet("QListWidget { background: transparent; border: none; padding: 0; }")
        self.lines.setCursor(Qt.CursorShape.PointingHandCursor)
        self._delegate = _LineDelegate(self.lines)
        self.lines.setItemDelegate(self._delegate)
        self.lines.itemClicked.connect(lambda item: self.line_chosen.emit(self.lines.row(item)))
        self.addWidget(self.note)
        self.addWidget(self.lines)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        """Return the room of the lines that are shown without scrolling."""
        return QSize(240, MOST_ROWS * ROW_PX)

    def minimumSizeHint(self) -> QSize:
        """Return what is left of it on a small screen."""
        return QSize(120, self._least_rows * ROW_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show whole lines only: half a number is misread."""
        super().resizeEvent(event)
        self.lines.setMaximumHeight(max(1, self.height() // ROW_PX) * ROW_PX)

    def show_note(self, words: str) -> None:
        """Show a sentence in place of lines."""
        self.lines.clear()
        self.note.setText(words)
        self.setCurrentWidget(self.note)

    def show_lines(self, lines: Sequence[FindingLine]) -> None:
        """Show lines; each of their columns is as wide as the widest entry."""
        metrics = QFontMetrics(self._delegate.font_of(self.lines.font()))
        self._delegate.widths = {
            column: max((metrics.horizontalAdvance(getattr(line, column)) for line in lines), default=0)
            for column in ("tag", "score", "interval", "place")
        }
        if [self.lines.item(i).data(_ROLE) for i in range(self.lines.count())] != list(lines):
            self.lines.clear()
            for line in lines:
                item = QListWidgetItem()
                item.setData(_ROLE, line)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, line.spoken)
                item.setToolTip(line.tooltip)
                self.lines.addItem(item)
        self.setCurrentWidget(self.lines)

    def show_chosen(self, place: int | None) -> None:
        """Mark the line whose place is on the picture, and bring it into view."""
        if place is None:
            self.lines.setCurrentRow(-1)
        elif 0 <= place < self.lines.count():
            self.lines.setCurrentRow(place)
            self.lines.scrollToItem(self.lines.item(place))


class _LineDelegate(QStyledItemDelegate):
    """Paints a line in columns: what is compared stands below what it is compared with."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.widths: dict[str, int] = {}

    def font_of(self, font: QFont) -> QFont:
        """Return the font of the lines."""
        sized = QFont(font)
        sized.setPixelSize(SIZE_BODY)
        return sized

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return the height of a line."""
        return QSize(100, ROW_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint the line."""
        line = index.data(_ROLE)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setFont(self.font_of(painter.font()))
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, QColor(DARK.selected))
            painter.fillRect(rect.left(), rect.top(), 2, rect.height(), QColor(AI_ALONE))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(DARK.hover))
        ink, quiet = QColor(DARK.ink), QColor(DARK.ink_quiet)
        if line.is_dim:
            ink = QColor(DARK.ink_off)
            quiet = ink
        left, right = rect.left() + GAP_PX, rect.right() - 4
        for column, color in (("place", quiet), ("interval", quiet), ("score", ink)):
            width = self.widths.get(column, 0)
            if width:
                self._write(painter, getattr(line, column), QRect(right - width, rect.top(), width, ROW_PX),
                            color, Qt.AlignmentFlag.AlignRight)  # fmt: skip
                right -= width + GAP_PX + 4
        width = self.widths.get("tag", 0)
        tag_color = quiet if line.is_dim else QColor(AI_ALONE)
        self._write(painter, line.tag, QRect(left, rect.top(), width, ROW_PX), tag_color,
                    Qt.AlignmentFlag.AlignRight)  # fmt: skip
        left += width + GAP_PX
        name = painter.fontMetrics().elidedText(line.name, Qt.TextElideMode.ElideRight, right - left)
        self._write(painter, name, QRect(left, rect.top(), right - left, ROW_PX), ink,
                    Qt.AlignmentFlag.AlignLeft)  # fmt: skip
        painter.restore()

    @staticmethod
    def _write(painter: QPainter, words: str, where: QRect, color: QColor, across: Qt.AlignmentFlag) -> None:
        painter.setPen(color)
        painter.drawText(where, across | Qt.AlignmentFlag.AlignVCenter, words)
