"""Text on the screen: roles instead of fonts, and names of any length."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from realfm_gui.gui.theme import GRID


def text_label(text: str = "", role: str = "", *, wraps: bool = False) -> QLabel:
    """Return a plain-text label in a role of the style sheet ("title", "lead", "caption", ...)."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)  # names and reasons come from files: never markup
    label.setWordWrap(wraps)
    if wraps:
        label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    if role:
        label.setProperty("role", role)
    if role == "badge":  # as tall as its word, not as its row
        label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return label


def set_role(widget: QWidget, role: str) -> None:
    """Give a widget another role and let the style sheet see it."""
    widget.setProperty("role", role)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class ElidedLabel(QLabel):
    """One line that ends in an ellipsis where there is no room; the tooltip then holds all of it."""

    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if role:
            self.setProperty("role", role)
        self.setText(text)

    def minimumSizeHint(self) -> QSize:
        """Return a width of a few letters: the text itself needs no room."""
        return QSize(self.fontMetrics().averageCharWidth() * 6, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw as much of the text as fits."""
        painter = QPainter(self)
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, room.width())
        self.setToolTip(self.text() if shown != self.text() else "")
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, self.alignment() | Qt.AlignmentFlag.AlignVCenter, shown)


def hairline() -> QFrame:
    """Return a line of one pixel between two parts."""
    line = QFrame()
    line.setProperty("role", "hairline")
    line.setFixedHeight(1)
    return line


def column(*parts: QWidget | int, spacing: int = GRID, margins: Sequence[int] = (0, 0, 0, 0)) -> QVBoxLayout:
    """Return a vertical layout; a number among the parts is a gap in pixels, -1 a stretch."""
    layout = QVBoxLayout()
    layout.setSpacing(spacing)
    layout.setContentsMargins(*margins)
    for part in parts:
        if isinstance(part, QWidget):
            layout.addWidget(part)
        elif part < 0:
            layout.addStretch(1)
        else:
            layout.addSpacing(part)
    return layout


def row(*parts: QWidget | int, spacing: int = GRID, margins: Sequence[int] = (0, 0, 0, 0)) -> QHBoxLayout:
    """Return a horizontal layout; a number among the parts is a gap in pixels, -1 a stretch."""
    layout = QHBoxLayout()
    layout.setSpacing(spacing)
    layout.setContentsMargins(*margins)
    for part in parts:
        if isinstance(part, QWidget):
            layout.addWidget(part)
        elif part < 0:
            layout.addStretch(1)
        else:
            layout.addSpacing(part)
    return layout


def clear(layout: QVBoxLayout | QHBoxLayout) -> None:
    """Remove and delete everything in a layout."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.setParent(None)
            widget.deleteLater()
