"""The list of hanging protocols: the study's own, then the built-in ones."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from realfm_gui.gui.coordinating.hanging_state import ListedProtocol
from realfm_gui.gui.coordinating.hanging_words import layout, purpose
from realfm_gui.gui.theme import SIZE_SMALL, palette_of

_ROW_HEIGHT = 48
OWN, CHANGED, BUILT_IN = "this study's", "changed for this study", "built in"


class HangingList(QListWidget):
    """One row per protocol: its name, its layout and what it is for.

    Signals
    -------
    protocol_chosen(str id)
        The user wants to see this one.
    """

    protocol_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Hanging protocols")
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_ProtocolPainter(self))
        self.currentItemChanged.connect(self._chosen)

    def show_protocols(self, listed: Sequence[ListedProtocol], chosen: str) -> None:
        """Replace the rows and mark one; where the list was scrolled to stays."""
        scrolled = self.verticalScrollBar().value()
        self.blockSignals(True)
        self.clear()
        for entry in listed:
            protocol = entry.protocol
            whose = (CHANGED if entry.is_changed_built_in else OWN) if entry.is_own else BUILT_IN
            item = QListWidgetItem(protocol.name)
            item.setData(Qt.ItemDataRole.UserRole, entry)
            item.setToolTip(f"{protocol.name}\n{layout(protocol)}: {purpose(protocol)}\n{whose}")
            self.addItem(item)
            if protocol.id == chosen:
                self.setCurrentItem(item)
        self.blockSignals(False)
        self.verticalScrollBar().setValue(scrolled)
        self._show_current()

    def showEvent(self, event: QShowEvent) -> None:
        """Bring the chosen row into sight, now that there is a height to scroll in."""
        super().showEvent(event)
        self._show_current()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the chosen row in sight."""
        super().resizeEvent(event)
        self._show_current()

    def _show_current(self) -> None:
        item = self.currentItem()
        if item is not None:
            self.scrollToItem(item)

    def _chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.protocol_chosen.emit(item.data(Qt.ItemDataRole.UserRole).protocol.id)


class _ProtocolPainter(QStyledItemDelegate):
    def sizeHint(
        self,
        option: QStyleOptionViewItem,  # noqa: ARG002 - Qt's signature
        index: QModelIndex | QPersistentModelIndex,  # noqa: ARG002
    ) -> QSize:
        return QSize(120, _ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        shown = self.parent()
        assert isinstance(shown, HangingList)
        palette = palette_of(shown)
        entry: ListedProtocol = index.data(Qt.ItemDataRole.UserRole)
        room: QRect = option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(room, QColor(palette.selected))
        if entry.is_own:  # a bar beside the name, and a word below: never colour alone
            painter.fillRect(room.left(), room.top() + 6, 3, room.height() - 12, QColor(palette.accent))
        inner = room.adjusted(12, 6, -8, -6)
        upper, lower = (
            inner.adjusted(0, 0, 0, -inner.height() // 2),
            inner.adjusted(0, inner.height() // 2, 0, 0),
        )
        end = Qt.TextElideMode.ElideRight
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.setPen(QColor(palette.ink))
        name = painter.fontMetrics().elidedText(entry.protocol.name, end, upper.width())
        painter.drawText(upper, middle, name)
        font = painter.font()
        font.setPixelSize(SIZE_SMALL)
        painter.setFont(font)
        painter.setPen(QColor(palette.ink_quiet))
        words = [layout(entry.protocol), purpose(entry.protocol)]
        if entry.is_own:
            words.insert(0, "changed" if entry.is_changed_built_in else "own")
        below = painter.fontMetrics().elidedText(" · ".join(words), end, lower.width())
        painter.drawText(lower, middle, below)
        painter.restore()
