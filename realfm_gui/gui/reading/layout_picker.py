"""A small grid to choose the layout from: the corner that is pointed at is the last viewport."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout, QWidget

from realfm_gui.gui.theme import DARK, GRID
from realfm_gui.gui.viewer.light_box import LARGEST_SIDE

CELL_PX = 36
GAP_PX = 4

_STEPS = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class LayoutGrid(QWidget):
    """Four by four cells; mouse or arrow keys mark a rectangle from the upper left one.

    Signals
    -------
    marked(int, int)
        Rows and columns under the mouse, or by the arrow keys.
    chosen(int, int)
        Rows and columns that are wanted.
    """

    marked = Signal(int, int)
    chosen = Signal(int, int)

    def __init__(self, rows: int, columns: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Rows and columns of the layout")
        self._marked = (rows, columns)

    def sizeHint(self) -> QSize:
        """Return the size of all cells."""
        side = LARGEST_SIDE * (CELL_PX + GAP_PX) - GAP_PX
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint the cells, those of the layout bright."""
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        for row in range(LARGEST_SIDE):
            for column in range(LARGEST_SIDE):
                is_in = row < self._marked[0] and column < self._marked[1]
                painter.setBrush(QColor(DARK.accent if is_in else DARK.raised))
                step = CELL_PX + GAP_PX
                painter.drawRoundedRect(QRectF(column * step, row * step, CELL_PX, CELL_PX), 2, 2)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Mark up to the cell under the mouse."""
        self._mark(*self._cell(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose what is marked."""
        self._mark(*self._cell(event))
        self.chosen.emit(*self._marked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows mark, Enter chooses."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is not None:
            self._mark(self._marked[0] + step[0], self._marked[1] + step[1])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(*self._marked)
        else:
            super().keyPressEvent(event)

    def _cell(self, event: QMouseEvent) -> tuple[int, int]:
        step = CELL_PX + GAP_PX
        return int(event.position().y() // step) + 1, int(event.position().x() // step) + 1

    def _mark(self, rows: int, columns: int) -> None:
        self._marked = min(max(rows, 1), LARGEST_SIDE), min(max(columns, 1), LARGEST_SIDE)
        self.marked.emit(*self._marked)
        self.update()


class LayoutPicker(QDialog):
    """Asks for rows and columns.

    Signals
    -------
    layout_chosen(int, int)
        Rows and columns.
    """

    layout_chosen = Signal(int, int)

    def __init__(self, rows: int, columns: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Layout")
        self._words = QLabel()
        self._words.setProperty("role", "caption")
        grid = LayoutGrid(rows, columns)
        grid.marked.connect(self._say)
        grid.chosen.connect(self._choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        column.setSpacing(GRID)
        column.addWidget(grid)
        column.addWidget(self._words)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)
        self._say(rows, columns)
        grid.setFocus()

    def _say(self, rows: int, columns: int) -> None:
        self._words.setText(f"{rows} {'row' if rows == 1 else 'rows'}, {columns} side by side")

    def _choose(self, rows: int, columns: int) -> None:
        self.layout_chosen.emit(rows, columns)
        self.accept()
