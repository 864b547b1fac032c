"""Where the image of one viewport crosses that of another: reference lines, and the cross of three cuts."""

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from realfm_gui.gui.theme import DARK, SIZE_SMALL
from realfm_gui.gui.viewer.links import Links
from realfm_gui.gui.viewer.painted_layer import Canvas
from realfm_gui.gui.viewer.view_state import ViewState

LINE_PX = 1.0
LINE_ALPHA = 190
DASH = (6.0, 4.0)
"""Of the line of an acquired slice; those of cuts are drawn through."""

CLEAR_PX = 12.0
"""Logical pixels around the middle of the cross that stay clear."""
MARGIN_PX = 28.0
"""Logical pixels along the edges of a viewport that lines leave to the letters there."""

LABEL_INSET_PX = 64.0
"""Logical pixels from the end of a line to its name."""


class ReferenceLayer:
    """Draws, on every viewport, the lines in which the images that lead cross it.

    The image of the active viewport leads; where cuts of one volume are shown, they all do: their lines are
    the cross.

    Parameters
    ----------
    links : callable
        Returns how the viewports of the case on screen hang together.
    leaders : callable
        Returns (pane, state) of the viewports whose lines are wanted on the pane it is given.
    """

    def __init__(
        self, links: Callable[[], Links], leaders: Callable[[int], Iterable[tuple[int, ViewState]]]
    ) -> None:
        self._links = links
        self._leaders = leaders
        self.is_shown = True

    def paint(self, painter: QPainter, canvas: Canvas) -> None:
        """Paint the lines that cross the image of a viewport."""
        if not self.is_shown:
            return
        painter.save()
        painter.setClipRect(canvas.room.adjusted(MARGIN_PX, MARGIN_PX, -MARGIN_PX, -MARGIN_PX))
        cross: list[tuple[QLineF, str]] = []
        for _, leader in self._leaders(canvas.pane):
            found = self._links().line(leader, canvas.state)
            if found is None:
                continue
            (row, column), (last_row, last_column) = found
            line = QLineF(canvas.place((column, row)), canvas.place((last_column, last_row)))
            if leader.cut is not None and canvas.state.cut is not None:
                cross.append((line, cut_name(leader)))
            else:
                _paint_line(painter, [line], dash=DASH)
        middle = _crossing([line for line, _ in cross])
        for line, name in cross:
            _paint_line(painter, _around(line, middle))
            _paint_name(painter, line, name)
        painter.restore()


def cut_name(state: ViewState) -> str:
    """Return the name of a cut, as its line is labelled; "" for a series as it was acquired."""
    return "" if state.cut is None else str(state.cut.get("cut", "")).capitalize()


def _crossing(lines: Sequence[QLineF]) -> QPointF | None:
    """Return where two lines cross; None for fewer, or parallel ones."""
    if len(lines) < 2:
        return None
    kind, point = lines[0].intersects(lines[1])
    return point if kind == QLineF.IntersectionType.BoundedIntersection else None


def _around(line: QLineF, middle: QPointF | None) -> list[QLineF]:
    """Return a line with a gap around a point on it: what lies in the cross is not covered."""
    length = line.length()
    if middle is None or not length:
        return [line]
    along = (line.p2() - line.p1()) / length
    at = QLineF(line.p1(), middle).length()
    near, far = max(0.0, at - CLEAR_PX), min(length, at + CLEAR_PX)
    return [QLineF(line.p1(), line.p1() + along * near), QLineF(line.p1() + along * far, line.p2())]


def _paint_line(painter: QPainter, parts: Sequence[QLineF], dash: Sequence[float] = ()) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(0, 0, 0, 150), LINE_PX + 2))  # seen on bright ground, too
    painter.drawLines(list(parts))
    colour = QColor(DARK.accent)
    colour.setAlpha(LINE_ALPHA)
    pen = QPen(colour, LINE_PX)
    if dash:
        pen.setStyle(Qt.PenStyle.CustomDashLine)
        pen.setDashPattern(list(dash))
    painter.setPen(pen)
    painter.drawLines(list(parts))
    painter.restore()


def _paint_name(painter: QPainter, line: QLineF, name: str) -> None:
    """Write a cut's name beside the end of its line."""
    length = line.length()
    if not name or length < 3 * LABEL_INSET_PX:
        return
    painter.save()
    font = QFont(painter.font())
    font.setPixelSize(SIZE_SMALL)
    painter.setFont(font)
    along = (line.p2() - line.p1()) / length
    aside = QPointF(-along.y(), along.x()) * QFontMetricsF(font).height() * 0.7
    at = line.p2() - along * LABEL_INSET_PX + aside
    path = QPainterPath()
    path.addText(at, font, name)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.strokePath(path, QPen(QColor(0, 0, 0, 220), 3.0))  # legible on bone, too
    painter.fillPath(path, QColor(DARK.accent))
    painter.restore()
