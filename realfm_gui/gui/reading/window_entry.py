"""The window by its numbers."""

from PySide6.QtCore import QLocale, Signal
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from realfm_gui.domain.images import Window
from realfm_gui.gui.reading.appearance import set_look
from realfm_gui.gui.theme import GRID

FIELD_WIDTH = 120
LARGEST = 1e7
"""Beyond every stored value."""


class WindowEntry(QDialog):
    """Two numbers, width and level, in the units of the picture; Enter shows them, Escape closes.

    Parameters
    ----------
    window : Window
        The one on screen.
    units : str
        Of the picture's values; empty where it has none.
    parent : QWidget, optional

    Signals
    -------
    window_entered(float, float)
        Center and width.
    """

    window_entered = Signal(float, float)

    def __init__(self, window: Window, units: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Window")
        self.width_field = _field(window.width)
        self.level_field = _field(window.center)
        form = QFormLayout()
        form.setHorizontalSpacing(2 * GRID)
        form.setVerticalSpacing(GRID)
        form.addRow("Width", _with_units(self.width_field, units))
        form.addRow("Level", _with_units(self.level_field, units))
        self.remark = QLabel(" ")
        self.remark.setProperty("role", "caption")
        show = QPushButton("Show")
        show.setProperty("role", "primary")
        show.setDefault(True)
        show.clicked.connect(self._enter)
        foot = QHBoxLayout()
        foot.addWidget(self.remark, 1)
        foot.addWidget(show)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        layout.setSpacing(GRID)
        layout.addLayout(form)
        layout.addLayout(foot)
        self.width_field.selectAll()
        self.width_field.setFocus()

    def _enter(self) -> None:
        width, level = _number(self.width_field), _number(self.level_field)
        if width is None or level is None:
            self._refuse("Width and level are numbers.")
        elif not width > 0:
            self._refuse("The width is above 0.")
        else:
            self.window_entered.emit(level, width)
            self.accept()

    def _refuse(self, words: str) -> None:
        self.remark.setText(words)
        set_look(self.remark, "role", "missing")


def _field(value: float) -> QLineEdit:
    field = QLineEdit(f"{value:.10g}")
    validator = QDoubleValidator(-LARGEST, LARGEST, 6, field)
    validator.setLocale(QLocale.c())
    field.setValidator(validator)
    field.setFixedWidth(FIELD_WIDTH)
    return field


def _number(field: QLineEdit) -> float | None:
    try:
        return float(field.text())
    except ValueError:
        return None


def _with_units(field: QLineEdit, units: str) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(field)
    caption = QLabel(units)
    caption.setProperty("role", "caption")
    layout.addWidget(caption)
    layout.addStretch(1)
    return row
