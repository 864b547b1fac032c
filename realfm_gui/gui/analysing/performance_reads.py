"""Who read what: the design as blocks of readers by cases per arm, and where readings are missing."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from realfm_gui.analysis.wording import count
from realfm_gui.gui.analysing.performance_painting import CENTRE, LEFT_MIDDLE, elided, faded, set_font
from realfm_gui.gui.theme import AIDED, SIZE_SMALL, UNAIDED, Palette, palette_of
from realfm_gui.workflows import performance as arms
from realfm_gui.workflows.performance import StudyPerformance

Integers = NDArray[np.int64]
_NAME, _GAP, _HEAD, _FOOT = 104, 16, 20, 20
_LEAST_ROW, _MOST_ROW, _NAMED_FROM = 4, 16, 12
_FILL = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadsMap:
    """Which readings there are, in the order in which they are drawn.

    Attributes
    ----------
    was_read : bool array of shape (2, readers, cases)
        Unaided, then aided.
    readers : tuple of str
        Names, top to bottom.
    n_left : int
        How many cases stand left of the divide; they have the finding.
    """

    was_read: NDArray[np.bool_]
    readers: tuple[str, ...]
    n_left: int

    def __post_init__(self) -> None:
        if self.was_read.ndim != 3 or self.was_read.shape[:2] != (2, len(self.readers)):
            raise ValueError(f"expected (2, readers, cases), not {self.was_read.shape}")


def reads_map(performed: StudyPerformance) -> ReadsMap:
    """Return the readings with gaps brought together, so that a pattern shows.

    Readers stand in the blocks that share cases, then from most to fewest readings; cases with the finding
    stand left, and within each half the gaps of whoever has most of them stand side by side, then the next's.
    """
    data, reads = performed.result.data, performed.result.reads
    of_arm = {name: number for number, name in enumerate(data.modalities)}
    was_read = np.stack([data.was_read[of_arm[name]] for name in (arms.UNAIDED, arms.AIDED)])
    block = np.zeros(len(data.readers), dtype=np.int64)
    for number, members in enumerate(reads.blocks):
        block[list(members)] = number
    readers = np.lexsort((-was_read.sum(axis=(0, 2)), block))
    gap = ~was_read[:, readers]
    of_observers = gap.reshape(-1, gap.shape[2])
    most_last = of_observers[np.argsort(of_observers.sum(axis=1), kind="stable")]
    # The last key counts first: truth, then the observer with most gaps.
    cases: Integers = np.lexsort([*~most_last, ~data.is_positive])
    return ReadsMap(
        was_read=was_read[:, readers][:, :, cases],
        readers=tuple(data.readers[reader] for reader in readers),
        n_left=data.n_positive,
    )


class ReadsPlot(QWidget):
    """Readers by cases, one block per arm in its colour; what was not read stays empty."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._map: ReadsMap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_performance(self, performed: StudyPerformance) -> None:
        """Draw the readings of one choice."""
        self._map = reads_map(performed)
        data = performed.result.data
        self.setAccessibleName(
            f"Readings: {count(len(data.readers), 'reader')}, {count(len(data.cases), 'case')}, two arms, "
            f"{int((~data.was_read).sum())} missing"
        )
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of all readers."""
        rows = 1 if self._map is None else len(self._map.readers)
        return QSize(480, _HEAD + rows * self._row() + _FOOT)

    def minimumSizeHint(self) -> QSize:
        """Return the same height at the least width."""
        return QSize(320, self.sizeHint().height())

    def cell(self, arm: int, reader: int, case: int) -> QRectF:
        """Return where a reading is drawn; readers and cases count in the order of the map."""
        assert self._map is not None  # there is nothing to point at before
        block = self._block(arm)
        width = block.width() / self._map.was_read.shape[2]
        return QRectF(
            block.left() + case * width, block.top() + reader * self._row(), width, max(1, self._row() - 1)
        )

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Paint both arms; nothing before there are results."""
        if self._map is None:
            return
        palette = palette_of(self)
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(palette.panel))
            set_font(painter, SIZE_SMALL)
            for arm, (title, color) in enumerate((("Unaided", UNAIDED), ("Aided", AIDED))):
                self._arm(painter, palette, self._map, arm, title, color)
            if self._row() >= _NAMED_FROM:
                painter.setPen(QColor(palette.ink))
                for number, name in enumerate(self._map.readers):
                    elided(
                        painter, QRectF(4, _HEAD + number * self._row(), _NAME - 12, self._row() - 1), name
                    )

    def _row(self) -> int:
        rows = 1 if self._map is None else len(self._map.readers)
        return max(_LEAST_ROW, min(_MOST_ROW, 320 // rows))

    def _block(self, arm: int) -> QRectF:
        rows = 1 if self._map is None else len(self._map.readers)
        width = (self.width() - _NAME - _GAP - 4) / 2
        return QRectF(_NAME + arm * (width + _GAP), _HEAD, width, rows * self._row())

    def _arm(
        self, painter: QPainter, palette: Palette, shown: ReadsMap, arm: int, title: str, color: str
    ) -> None:
        block = self._block(arm)
        n_cases = shown.was_read.shape[2]
        painter.setPen(QColor(palette.ink))
        painter.drawText(QRectF(block.left(), 0, block.width(), _HEAD), int(LEFT_MIDDLE.value), title)
        for reader in range(len(shown.readers)):
            painter.fillRect(
                _joined(self.cell(arm, reader, 0), self.cell(arm, reader, n_cases - 1)), faded(color, _FILL)
            )
            for first, last in runs(~shown.was_read[arm, reader]):
                room = _joined(self.cell(arm, reader, first), self.cell(arm, reader, last))
                room.setWidth(max(1.0, room.width()))  # one case of thousands must not vanish
                painter.fillRect(room, QColor(palette.panel))
                painter.fillRect(room, faded(palette.ink, 20))
        divide = block.left() + block.width() * shown.n_left / n_cases
        painter.setPen(QPen(QColor(palette.ink), 1))
        painter.drawLine(QPointF(divide, block.top() - 3), QPointF(divide, block.bottom() + 3))
        painter.setPen(QColor(palette.ink_quiet))
        for left, right, text in (
            (block.left(), divide, f"{shown.n_left} with the finding"),
            (divide, block.right(), f"{n_cases - shown.n_left} without"),
        ):
            elided(
                painter, QRectF(left + 2, block.bottom() + 3, max(0.0, right - left - 4), 15), text, CENTRE
            )


def runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return first and last place of every run of True.

    Examples
    --------
    >>> runs(np.array([True, True, False, True]))
    [(0, 1), (3, 3)]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int64), [0]])))
    return [(int(first), int(after) - 1) for first, after in zip(edges[::2], edges[1::2], strict=True)]


def _joined(first: QRectF, last: QRectF) -> QRectF:
    return QRectF(first.topLeft(), last.bottomRight())
