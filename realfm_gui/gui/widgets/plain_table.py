"""Tables as tall as their content: the page scrolls, not the table."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from realfm_gui.gui.theme import palette_of
from realfm_gui.gui.widgets.status import State

ROW_HEIGHT = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its title, its width in pixels (0 shares what is left), numbers to the right."""

    title: str
    width: int = 0
    is_number: bool = False
    tip: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What stands in a cell.

    `state` draws a glyph and the state's colour; `bar` is (done, of, colour) and draws a bar with its
    numbers; `color` puts a square of an arm's colour before the text; `is_quiet` greys it.
    """

    text: str = ""
    tip: str = ""
    state: State | None = None
    bar: tuple[int, int, str] | None = None
    color: str = ""
    is_quiet: bool = False


class PlainTable(QTableWidget):
    """Rows of text, states and bars; nothing in it can be edited.

    Parameters
    ----------
    columns : sequence of Column
    name : str
        For accessibility tools.
    """

    def __init__(self, columns: Sequence[Column], name: str, parent: QWidget | None = None) -> None:
        super().__init__(0, len(columns), parent)
        self._columns = tuple(columns)
        self.setAccessibleName(name)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.setItemDelegate(_CellPainter(self))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(24)
        for number, column in enumerate(columns):
            item = QTableWidgetItem(column.title)
            self.setHorizontalHeaderItem(number, item)
            side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
            item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            item.setToolTip(column.tip)
            if column.width:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Fixed)
                self.setColumnWidth(number, column.width)
            else:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)

    def show_rows(self, rows: Sequence[Sequence[Cell | str]]) -> None:
        """Replace the rows."""
        self.setRowCount(0)  # takes the buttons of the rows before with it
        self.setRowCount(len(rows))
        for at, cells in enumerate(rows):
            for number, given in enumerate(cells):
                cell = given if isinstance(given, Cell) else Cell(text=given)
                item = QTableWidgetItem(cell.text)
                item.setData(Qt.ItemDataRole.UserRole, cell)
                side = (
                    Qt.AlignmentFlag.AlignRight
                    if self._columns[number].is_number
                    else Qt.AlignmentFlag.AlignLeft
                )
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                item.setToolTip(cell.tip or cell.text)
                self.setItem(at, number, item)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Return the height of all rows."""
        header = self.horizontalHeader().sizeHint().height()
        return QSize(super().sizeHint().width(), header + ROW_HEIGHT * self.rowCount() + 2)

    def minimumSizeHint(self) -> QSize:
        """Return the same height: no row is ever hidden."""
        return QSize(240, self.sizeHint().height())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the page scroll."""
        event.ignore()

    def viewportEvent(self, event: QEvent) -> bool:
        """Pass wheel events on to the page."""
        if event.type() == QEvent.Type.Wheel:
            return False
        return super().viewportEvent(event)


class _CellPainter(QStyledItemDelegate):
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        from realfm_gui.gui.widgets.icons import pixmap

        table = self.parent()
        assert isinstance(table, PlainTable)
        palette = palette_of(table)
        cell: Cell = index.data(Qt.ItemDataRole.UserRole)
        room: QRect = option.rect
        painter.save()
        painter.fillRect(QRect(room.left(), room.bottom(), room.width(), 1), QColor(palette.hairline))
        inner = room.adjusted(8, 0, -8, 0)
        painter.setPen(QColor(palette.ink_quiet if cell.is_quiet else palette.ink))
        if cell.color:
            painter.fillRect(inner.left(), inner.center().y() - 4, 10, 10, QColor(cell.color))
            inner = inner.adjusted(18, 0, 0, 0)
        if cell.state is not None:
            color = cell.state.color(palette)
            painter.setPen(QColor(cell.state.word_color(palette)))
            painter.drawPixmap(inner.left(), inner.center().y() - 7, pixmap(cell.state.value[0], color, 16))
            inner = inner.adjusted(22, 0, 0, 0)
        if cell.bar is not None:
            inner = _draw_bar(painter, inner, cell.bar, palette.hover)
        side = index.data(Qt.ItemDataRole.TextAlignmentRole)
        # The end of a path says which file; the beginning of a name says who.
        mode = Qt.TextElideMode.ElideMiddle if "/" in cell.text else Qt.TextElideMode.ElideRight
        text = painter.fontMetrics().elidedText(cell.text, mode, inner.width())
        painter.drawText(inner, int(side), text)
        painter.restore()


def _draw_bar(painter: QPainter, room: QRect, bar: tuple[int, int, str], ground: str) -> QRect:
    """Draw a bar in the left part of a cell; return what is left for its numbers."""
    done, of, color = bar
    width = max(0, room.width() - 72)
    track = QRect(room.left(), room.center().y() - 2, width, 6)
    painter.fillRect(track, QColor(ground))
    if of:
        track.setWidth(round(width * min(1.0, done / of)))
        painter.fillRect(track, QColor(color))
    return room.adjusted(width + 8, 0, 0, 0)
