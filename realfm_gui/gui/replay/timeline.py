"""The time axis of a replay, to be dragged: slices, when the AI was shown, when nothing was."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from realfm_gui.domain.display_spans import Span
from realfm_gui.gui.replay.case_places import CasePlaces
from realfm_gui.gui.replay.replay_state import ReplayState, clock
from realfm_gui.gui.replay.trace_lanes import LEAST_HEIGHT, NAMES_WIDTH, TraceLanes
from realfm_gui.gui.theme import AI_ALONE, DARK, SIZE_SMALL

BAND_HEIGHT, SCALE_HEIGHT = 8, 18
"""Logical pixels: of each band under the slices, of the times under those."""

BAND_GAP = 6
RIGHT_MARGIN = 16


class Timeline(QWidget):
    """Rows over time: slices by series, map, reformations, idle or hidden; a line where the replay stands.

    Signals
    -------
    position_changing(float)
        The line is dragged, in seconds of the reading.
    """

    position_changing = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Time")
        self.setMouseTracking(True)
        self._state: ReplayState | None = None
        self._lanes: TraceLanes | None = None
        self._lesion_frames: tuple[int, ...] = ()
        self._still = QPixmap()

    def sizeHint(self) -> QSize:
        """Return a height for all rows."""
        rows = self._trace_height + 3 * (BAND_HEIGHT + BAND_GAP) + SCALE_HEIGHT + 2 * BAND_GAP
        return QSize(600, rows)

    def minimumSizeHint(self) -> QSize:
        """Return the same height, less wide."""
        return QSize(320, self.sizeHint().height())

    def show_state(self, state: ReplayState, places: CasePlaces) -> None:
        """Show another record, of a case with such series."""
        self._state, self._lesion_frames = state, ()
        self._lanes = TraceLanes(places)
        self.updateGeometry()
        self._still = QPixmap()
        self.update()

    def mark_slices(self, frames: Iterable[int]) -> None:
        """Mark the slices on which lesions lie; none takes the marks away."""
        self._lesion_frames = tuple(sorted(set(frames)))
        self._still = QPixmap()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint what stands still from memory, and the line where the replay stands."""
        painter = QPainter(self)
        if self._state is None:
            painter.end()
            return
        if self._still.isNull():
            self._still = self._painted_still(self._state)
        painter.drawPixmap(0, 0, self._still)
        x = self._x_of(self._state.position_s)
        painter.setPen(QPen(QColor(DARK.accent), 2))
        painter.drawLine(QPointF(x, 0), QPointF(x, self.height() - SCALE_HEIGHT))
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Paint anew at the new width."""
        super().resizeEvent(event)
        self._still = QPixmap()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the place pressed."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the drag; without one, tell the time or the row under the mouse."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event)
        elif self._state is not None and self._lanes is not None:
            is_name = event.position().x() < NAMES_WIDTH
            words = self._lanes.words_at(event.position().y()) if is_name else clock(self._second_at(event))
            QToolTip.showText(event.globalPosition().toPoint(), words, self)

    def _go(self, event: QMouseEvent) -> None:
        if self._state is not None:
            self.position_changing.emit(self._second_at(event))

    def _second_at(self, event: QMouseEvent) -> float:
        assert self._state is not None  # the caller looked
        share = (event.position().x() - NAMES_WIDTH) / self._axis_width()
        return min(max(share, 0.0), 1.0) * self._state.duration_s

    @property
    def _trace_height(self) -> int:
        return LEAST_HEIGHT if self._lanes is None else self._lanes.height

    def _axis_width(self) -> float:
        return max(1.0, self.width() - NAMES_WIDTH - RIGHT_MARGIN)

    def _x_of(self, second: float) -> float:
        assert self._state is not None  # the caller looked
        return NAMES_WIDTH + self._axis_width() * second / max(self._state.duration_s, 1e-9)

    def _painted_still(self, state: ReplayState) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QColor(DARK.panel))
        painter = QPainter(pixmap)
        font = painter.font()
        font.setPixelSize(SIZE_SMALL)
        painter.setFont(font)
        if self._lanes is not None:
            self._lanes.paint(painter, state, x_of=self._x_of, lesion_frames=self._lesion_frames)
        top = self._trace_height + 2 * BAND_GAP
        for name, spans, color in (
            ("AI shown", state.ai_spans, AI_ALONE),
            ("Reformation", state.cut_spans, DARK.ink_quiet),
        ):
            self._paint_band(painter, name, spans, QBrush(QColor(color)), top)
            top += BAND_HEIGHT + BAND_GAP
        hatched = QBrush(QColor(DARK.ink_quiet), Qt.BrushStyle.BDiagPattern)
        self._paint_band(painter, "Idle, hidden", [*state.idle_spans, *state.hidden_spans], hatched, top)
        self._paint_scale(painter, state)
        painter.end()
        return pixmap

    def _paint_band(
        self, painter: QPainter, name: str, spans: Sequence[Span], brush: QBrush, top: float
    ) -> None:
        painter.setPen(QColor(DARK.ink_quiet))
        self._write(painter, name, QRectF(0, top - 4, NAMES_WIDTH - 8, BAND_HEIGHT + 8))
        painter.fillRect(QRectF(NAMES_WIDTH, top, self._axis_width(), BAND_HEIGHT), QColor(DARK.raised))
        for start, end in spans:
            x = self._x_of(start)
            painter.fillRect(QRectF(x, top, max(1.0, self._x_of(end) - x), BAND_HEIGHT), brush)

    def _paint_scale(self, painter: QPainter, state: ReplayState) -> None:
        step = tick_s(state.duration_s, most=max(2, int(self._axis_width() / 80)))
        top = self.height() - SCALE_HEIGHT
        painter.setPen(QColor(DARK.ink_quiet))
        second = 0.0
        while second <= state.duration_s:
            x = self._x_of(second)
            painter.drawLine(QPointF(x, top), QPointF(x, top + 3))
            words = f"{int(second) // 60}:{int(second) % 60:02d}"
            painter.drawText(
                QRectF(x - 30, top + 2, 60, SCALE_HEIGHT - 2), Qt.AlignmentFlag.AlignCenter, words
            )
            second += step
        painter.setPen(QPen(QColor(DARK.ink), 1, Qt.PenStyle.DashLine))
        for sitting in state.sittings_s:
            x = self._x_of(sitting)
            painter.drawLine(QPointF(x, 0), QPointF(x, top))

    def _write(self, painter: QPainter, words: str, room: QRectF) -> None:
        painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), words)


def tick_s(duration_s: float, *, most: int) -> float:
    """Return a round step in seconds that makes at most so many ticks.

    Examples
    --------
    >>> tick_s(100, most=10), tick_s(100, most=4), tick_s(3000, most=10)
    (10.0, 30.0, 300.0)
    """
    for step in (1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0):
        if duration_s / step <= most:
            return step
    return 3600.0
