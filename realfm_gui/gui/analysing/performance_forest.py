"""Forest plot: every reader's change, the pooled one, the model against the readers, and the margin."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from realfm_gui.analysis.estimate import Estimate
from realfm_gui.analysis.wording import MINUS, plain, signed
from realfm_gui.gui.analysing.performance_painting import (
    CENTRE,
    LEFT_MIDDLE,
    RIGHT_MIDDLE,
    elided,
    faded,
    round_ticks,
    set_font,
    tick_below,
)
from realfm_gui.gui.analysing.performance_roc import readers_who_got_worse
from realfm_gui.gui.analysing.performance_words import interval_text, measure_name, model_differences
from realfm_gui.gui.theme import AI_ALONE, AIDED, SIZE_BODY, SIZE_SMALL, Palette, palette_of
from realfm_gui.workflows.performance import StudyPerformance

ROW, ROW_OF_MANY, MANY = 26, 18, 16
"""Height of a row, and of one of more than `MANY` readers."""
WIDEST = 0.5
"""Ends beyond this become arrows."""
_TOP, _BOTTOM, _GAP = 24, 44, 10
_NAME, _WIDEST_NAME, _NUMBERS = 150, 260, 190


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRow:
    """One line: whose change it is and how sure it is."""

    name: str
    estimate: Estimate
    color: str
    is_pooled: bool = False
    is_worse: bool = False
    reader: str = ""

    @property
    def title(self) -> str:
        """What stands before the line; a loss is said in a word, not by colour alone."""
        return f"{self.name} · worse" if self.is_worse else self.name


def forest_rows(performed: StudyPerformance) -> tuple[tuple[ForestRow, ...], ...]:
    """Return groups of rows: readers from most to least gain, the pooled change, the model's."""
    worse = readers_who_got_worse(performed)
    readers = [
        ForestRow(name=name, estimate=pair.difference, color=AIDED, is_worse=worse[name], reader=name)
        for name, pair in performed.result.reader_comparisons
    ]
    readers.sort(key=lambda row: -(row.estimate.value or 0.0))
    pooled = tuple(
        ForestRow(name="All readers", estimate=pair.difference, color=AIDED, is_pooled=True)
        for pair in performed.result.analysis.comparisons
    )
    model = tuple(
        ForestRow(name=name, estimate=estimate, color=AI_ALONE, is_pooled=True)
        for name, estimate, _ in model_differences(performed)
    )
    return tuple(group for group in (tuple(readers), pooled, model) if group)


class ForestPlot(QWidget):
    """Differences with their intervals over one axis, numbers aligned in a column at the right.

    Signals
    -------
    reader_pointed(str name)
        The mouse is over a reader's row; an empty name when it has left.
    """

    reader_pointed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._performed: StudyPerformance | None = None
        self._groups: tuple[tuple[ForestRow, ...], ...] = ()
        self._pointed = ""
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_performance(self, performed: StudyPerformance) -> None:
        """Draw the differences of one choice."""
        self._performed = performed
        self._groups = forest_rows(performed)
        pooled = [row for group in self._groups for row in group if row.is_pooled]
        told = "; ".join(f"{row.name} {_numbers(row.estimate)}" for row in pooled)
        self.setAccessibleName(f"Forest plot of the change of {measure_name(performed)}. {told}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of all rows."""
        height = sum(len(group) * self._row() for group in self._groups)
        return QSize(640, _TOP + height + _GAP * max(0, len(self._groups) - 1) + _BOTTOM)

    def minimumSizeHint(self) -> QSize:
        """Return the same height at the least width."""
        return QSize(480, self.sizeHint().height())

    def place(self, value: float) -> float:
        """Return where a difference lies across, in logical pixels; cut at the ends of the axis."""
        low, high = self._span()
        inside = max(low, min(high, value))
        plot = self._plot()
        return plot.left() + plot.width() * (inside - low) / (high - low)

    def row_rect(self, name: str) -> QRectF:
        """Return the line of a reader or a group."""
        return next(room for row, room in self._rooms() if row.name == name)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell whose row the mouse is over."""
        at = event.position()
        self._point(next((row.reader for row, room in self._rooms() if room.contains(at)), ""))

    def leaveEvent(self, event: QEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Tell that the mouse has left."""
        self._point("")

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint axis, margin and rows; nothing before there are results."""
        if self._performed is None:
            return
        palette = palette_of(self)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.fillRect(self.rect(), QColor(palette.panel))
            self._ground(painter, palette, self._performed)
            for row, room in self._rooms():
                self._line(painter, palette, row, room)

    def _point(self, reader: str) -> None:
        if reader != self._pointed:
            self._pointed = reader
            self.reader_pointed.emit(reader)
            self.update()

    def _row(self) -> int:
        return ROW_OF_MANY if self._groups and len(self._groups[0]) > MANY else ROW

    def _names(self) -> float:
        """Return the room for names: as wide as the longest, within reason."""
        metrics = self.fontMetrics()
        longest = max(
            (metrics.horizontalAdvance(row.title) for group in self._groups for row in group), default=0
        )
        return float(max(_NAME, min(_WIDEST_NAME, longest + 24)))

    def _plot(self) -> QRectF:
        left = self._names() + 24
        return QRectF(
            left, _TOP, max(80.0, self.width() - left - _NUMBERS - 24), self.height() - _TOP - _BOTTOM
        )

    def _span(self) -> tuple[float, float]:
        """Return the ends of the axis: every interval and the margin on both sides, within reason."""
        margin = 0.05 if self._performed is None else self._performed.choice.margin
        ends = [-1.3 * margin, 1.3 * margin]
        for group in self._groups:
            for row in group:
                ends += row.estimate.ci or ((row.estimate.value or 0.0),) * 2
        room = 0.04 * (max(ends) - min(ends))
        return max(-WIDEST, min(ends) - room), min(WIDEST, max(ends) + room)

    def _rooms(self) -> list[tuple[ForestRow, QRectF]]:
        found, top = [], float(_TOP)
        for number, group in enumerate(self._groups):
            top += _GAP if number else 0
            for row in group:
                found.append((row, QRectF(8, top, self.width() - 16, self._row())))
                top += self._row()
        return found

    def _ground(self, painter: QPainter, palette: Palette, performed: StudyPerformance) -> None:
        plot, margin = self._plot(), performed.choice.margin
        band = QRectF(QPointF(self.place(-margin), plot.top()), QPointF(self.place(margin), plot.bottom()))
        painter.fillRect(band, faded(palette.ink, 18))
        set_font(painter, SIZE_SMALL)
        painter.setPen(QColor(palette.ink_quiet))
        # Outwards from their lines, so that they never meet over a narrow band.
        before, after = QRectF(self.place(-margin) - 82, 4, 80, 16), QRectF(self.place(margin) + 2, 4, 80, 16)
        painter.drawText(before, int(RIGHT_MIDDLE.value), f"{MINUS}margin")
        painter.drawText(after, int(LEFT_MIDDLE.value), "+margin")
        for tick in round_ticks(*self._span(), at_most=max(2, int(plot.width() / 56))):
            tick_below(painter, palette, QPointF(self.place(tick), plot.bottom()), plain(tick, 2))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        below = QRectF(plot.left(), plot.bottom() + 22, plot.width(), 16)
        painter.setPen(QColor(palette.ink_quiet))
        name = measure_name(performed)
        elided(painter, below, f"Difference of {name}: aided {MINUS} unaided, AI {MINUS} readers", CENTRE)
        dashed = QPen(QColor(palette.ink), 1.5, Qt.PenStyle.DashLine)
        painter.setPen(dashed)
        painter.drawLine(
            QPointF(self.place(-margin), plot.top()), QPointF(self.place(-margin), plot.bottom())
        )
        painter.setPen(QPen(QColor(palette.ink_quiet), 1))
        painter.drawLine(QPointF(self.place(0), plot.top()), QPointF(self.place(0), plot.bottom()))

    def _line(self, painter: QPainter, palette: Palette, row: ForestRow, room: QRectF) -> None:
        if row.reader and row.reader == self._pointed:
            painter.fillRect(room, QColor(palette.hover))
        set_font(painter, SIZE_BODY if self._row() == ROW else SIZE_SMALL, is_strong=row.is_pooled)
        name = QRectF(room.left(), room.top(), self._names(), room.height())
        numbers = QRectF(room.right() - _NUMBERS, room.top(), _NUMBERS, room.height())
        painter.setPen(QColor(palette.bad if row.is_worse else palette.ink))
        elided(painter, name, row.title)
        painter.drawText(numbers, int(RIGHT_MIDDLE.value), _numbers(row.estimate))
        if row.estimate.value is None:
            return
        middle = room.center().y()
        if row.estimate.ci is not None:
            self._interval(painter, row, middle)
        centre = QPointF(self.place(row.estimate.value), middle)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(row.color))
        if row.is_pooled:
            corners = [QPointF(0, -7), QPointF(7, 0), QPointF(0, 7), QPointF(-7, 0)]
            painter.drawPolygon(QPolygonF([centre + corner for corner in corners]))
        elif row.is_worse:
            painter.setPen(QPen(QColor(row.color), 2.5))
            painter.drawLine(centre + QPointF(-4, -4), centre + QPointF(4, 4))
            painter.drawLine(centre + QPointF(-4, 4), centre + QPointF(4, -4))
        else:
            painter.drawEllipse(centre, 4, 4)

    def _interval(self, painter: QPainter, row: ForestRow, middle: float) -> None:
        """Draw the interval; an end beyond the axis becomes an arrow."""
        assert row.estimate.ci is not None  # the caller looked
        painter.setPen(QPen(QColor(row.color), 3 if row.is_pooled else 1.5))
        low, high = row.estimate.ci
        painter.drawLine(QPointF(self.place(low), middle), QPointF(self.place(high), middle))
        first, last = self._span()
        for end, sign, is_cut in ((low, -1, low < first), (high, 1, high > last)):
            if is_cut:
                tip = QPointF(self.place(end), middle)
                painter.drawLine(tip, tip + QPointF(-5 * sign, -4))
                painter.drawLine(tip, tip + QPointF(-5 * sign, 4))


def _numbers(estimate: Estimate) -> str:
    if estimate.value is None:
        return "–"
    if estimate.ci is None:
        return f"{signed(estimate.value)}, no interval"
    return f"{signed(estimate.value)} ({interval_text(estimate, is_signed=True)})"
