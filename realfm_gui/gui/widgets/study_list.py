"""Lists of large rows: recent studies on the home page, readers at the reading room's door."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from realfm_gui.gui.theme import SIZE_BODY, SIZE_LEAD, SIZE_SMALL, palette_of

ROW_HEIGHT = 56
_PAD = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """One row: what it is, a quiet line under it, and its state on the right.

    `share` (0 to 1) draws a thin progress line under the state; None draws none.
    """

    key: str
    title: str
    caption: str = ""
    state: str = ""
    note: str = ""
    share: float | None = None
    is_enabled: bool = True


class RowList(QListWidget):
    """Rows that are chosen by click or arrow keys and opened by double click or Enter.

    Signals
    -------
    row_opened(str key)
    row_selected(str key)
        Empty while nothing is selected.
    """

    row_opened = Signal(str)
    row_selected = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "rows")
        self.setItemDelegate(_RowPainter(self))
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.itemActivated.connect(lambda item: self.row_opened.emit(self._key(item)))
        self.currentItemChanged.connect(lambda item, _before: self.row_selected.emit(self._key(item)))

    def show_rows(self, rows: list[ListRow], *, selected: str = "") -> None:
        """Replace the rows; select `selected`, or the first that can be."""
        self.clear()
        chosen = None
        for content in rows:
            item = QListWidgetItem(content.title)
            item.setData(Qt.ItemDataRole.UserRole, content)
            parts = (content.title, content.caption, content.state, content.note)
            item.setToolTip("\n".join(part for part in parts if part))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(part for part in parts if part))
            item.setSizeHint(QSize(0, ROW_HEIGHT))
            if not content.is_enabled:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.addItem(item)
            if content.is_enabled and (chosen is None or content.key == selected):
                chosen = item
        if chosen is not None:
            self.setCurrentItem(chosen)

    def selected_key(self) -> str:
        """Return the key of the selected row, or nothing."""
        return self._key(self.currentItem())

    def _key(self, item: QListWidgetItem | None) -> str:
        content = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        return content.key if isinstance(content, ListRow) else ""


class _RowPainter(QStyledItemDelegate):
    def sizeHint(self, *_: object) -> QSize:
        return QSize(0, ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        content: ListRow = index.data(Qt.ItemDataRole.UserRole)
        view = self.parent()
        assert isinstance(view, RowList)
        palette = palette_of(view)
        room: QRect = option.rect
        state = option.state
        is_selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        if is_selected:
            painter.fillRect(room, QColor(palette.selected))
            edge = palette.accent if view.hasFocus() else palette.ink_quiet
            painter.fillRect(QRect(room.left(), room.top(), 3, room.height()), QColor(edge))
        elif state & QStyle.StateFlag.State_MouseOver and content.is_enabled:
            painter.fillRect(room, QColor(palette.hover))
        painter.fillRect(QRect(room.left(), room.bottom(), room.width(), 1), QColor(palette.hairline))
        ink = QColor(palette.ink if content.is_enabled else palette.ink_quiet)
        quiet = QColor(palette.ink_quiet)
        right_width = min(280, room.width() // 3)
        left = QRect(room.left() + _PAD, room.top(), room.width() - right_width - 3 * _PAD, room.height())
        right = QRect(room.right() - right_width - _PAD, room.top(), right_width, room.height())
        _two_lines(painter, left, (content.title, ink, SIZE_LEAD), (content.caption, quiet, SIZE_SMALL), view)
        note = content.note if content.share is None else ""
        _two_lines(
            painter, right, (content.state, ink, SIZE_BODY), (note, quiet, SIZE_SMALL), view, right=True
        )
        if content.share is not None:
            track = QRect(right.left(), right.top() + 38, right.width(), 4)
            painter.fillRect(track, QColor(palette.ground if is_selected else palette.hairline))
            track.setWidth(round(track.width() * max(0.0, min(1.0, content.share))))
            painter.fillRect(track, QColor(palette.ink_quiet))
        painter.restore()


def _two_lines(
    painter: QPainter,
    room: QRect,
    upper: tuple[str, QColor, int],
    lower: tuple[str, QColor, int],
    view: QWidget,
    *,
    right: bool = False,
) -> None:
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    for (text, color, size), top in ((upper, 9), (lower, 32)):
        font = QFont(view.font())
        font.setPixelSize(size)
        painter.setFont(font)
        painter.setPen(color)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(QRect(room.left(), room.top() + top, room.width(), 20), side, shown)
