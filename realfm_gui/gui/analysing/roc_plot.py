"""ROC plane: the model's curve, and one arrow per reader from unaided to aided."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget

from realfm_gui.gui.theme import AI_ALONE, AIDED, SIZE_SMALL, UNAIDED, Palette, palette_of

LABEL_GAP = 0.036
"""Height of a label in units of the plane."""
NAMED_UP_TO = 8
"""With more readers than this only those who got worse are named beside their arrow."""


class RocPlot(QWidget):
    """Sensitivity over one minus specificity; direct labels instead of a legend."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._results: Mapping[str, Any] | None = None
        self._plot = pg.PlotWidget()
        self._plot.setMenuEnabled(False)
        self._plot.hideButtons()
        self._plot.setMouseEnabled(False, False)
        self._plot.getViewBox().setAspectLocked(True)
        self._plot.setRange(QRectF(0, 0, 1, 1), padding=0.04)
        self._plot.setAccessibleName("ROC plane with the model's curve and one arrow per reader")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._plot)
        self.setMinimumSize(320, 320)

    def show_results(self, results: Mapping[str, Any]) -> None:
        """Draw the ``roc`` part of the results of one finding."""
        self._results = results
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        """Draw again in the colours of another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and self._results is not None:
            self._draw()

    def _draw(self) -> None:
        assert self._results is not None
        palette = palette_of(self)
        plot, roc = self._plot.getPlotItem(), self._results["roc"]
        plot.clear()
        self._plot.setBackground(palette.panel)
        for side, title in (("bottom", "1 − specificity"), ("left", "Sensitivity")):
            axis = plot.getAxis(side)
            axis.setPen(pg.mkPen(palette.ink_quiet, width=1))
            axis.setTextPen(pg.mkPen(palette.ink_quiet))
            axis.setTickFont(_font(SIZE_SMALL))
            axis.setStyle(tickLength=-4)
            axis.setTicks([[(tick / 5, f"{tick / 5:.1f}") for tick in range(6)]])
            axis.setLabel(title, color=palette.ink_quiet, **{"font-size": f"{SIZE_SMALL}px"})
        if self._results["is_simulated"]:
            self._write("Simulated", 0.5, 0.45, _faded(palette.ink, 22), (0.5, 0.5), size=48, angle=24)
        plot.plot([0, 1], [0, 1], pen=pg.mkPen(palette.hairline, width=1))
        for name, curve in roc["controls"].items():
            self._curve(curve, palette.ink_quiet, Qt.PenStyle.DotLine)
            self._label_curve(curve, f"control {name}", palette.ink_quiet, at=0.62)
        if roc["ai"] is not None:
            self._curve(roc["ai"], AI_ALONE, Qt.PenStyle.SolidLine)
            self._label_curve(roc["ai"], "AI alone", palette.ink, at=0.55)
        if roc["ai_point"] is not None:
            point = roc["ai_point"]
            plot.plot(
                [point["fpr"]],
                [point["tpr"]],
                pen=None,
                symbol="s",
                symbolSize=8,
                symbolBrush=AI_ALONE,
                symbolPen=None,
            )
        self._arrows(roc["readers"], palette)

    def _curve(self, curve: Mapping[str, Any], color: str, style: Qt.PenStyle) -> None:
        self._plot.plot(curve["fpr"], curve["tpr"], pen=pg.mkPen(color, width=2, style=style))

    def _label_curve(self, curve: Mapping[str, Any], text: str, color: str, *, at: float) -> None:
        fpr, tpr = np.asarray(curve["fpr"]), np.asarray(curve["tpr"])
        height = float(tpr[fpr <= at].max()) if (fpr <= at).any() else at
        self._write(text, at, min(0.97, height), color, (0.0, 0.0))

    def _arrows(self, readers: list[Mapping[str, Any]], palette: Palette) -> None:
        """Draw unaided dot, line and aided head; a cross marks whose AUC fell with its whole interval."""
        changes = {row["reader"]: row["got_worse"] for row in self._results["per_reader"]}  # type: ignore[index]
        labels: list[tuple[str, float, float, str]] = []
        for reader in readers:
            start = np.array([reader["unaided"]["fpr"], reader["unaided"]["tpr"]])
            end = np.array([reader["aided"]["fpr"], reader["aided"]["tpr"]])
            is_worse = bool(changes.get(reader["reader"], False))
            self._plot.plot(*np.stack([start, end]).T, pen=pg.mkPen(_faded(palette.ink, 150), width=1))
            self._plot.plot(
                [start[0]],
                [start[1]],
                pen=None,
                symbol="o",
                symbolSize=7,
                symbolBrush=UNAIDED,
                symbolPen=None,
            )
            self._plot.plot(
                [end[0]],
                [end[1]],
                pen=None,
                symbol="x" if is_worse else "t1",
                symbolSize=10,
                symbolBrush=AIDED,
                symbolPen=pg.mkPen(AIDED, width=2) if is_worse else None,
            )
            if is_worse or len(readers) <= NAMED_UP_TO:
                text = f"{_short(reader['name'])} worse" if is_worse else _short(reader["name"])
                labels.append((text, end[0], end[1], palette.bad if is_worse else palette.ink_quiet))
        heights = spread([y for _, _, y, _ in labels], gap=LABEL_GAP)
        for (text, x, _, color), y in zip(labels, heights, strict=True):
            side = 0.0 if x < 0.8 else 1.0  # towards the middle of the plane
            self._write(text, x + 0.015 - 0.03 * side, y, color, (side, 0.5))

    def _write(
        self,
        text: str,
        x: float,
        y: float,
        color: str | QColor,
        anchor: tuple[float, float],
        *,
        size: int = SIZE_SMALL,
        angle: float = 0,
    ) -> None:
        item = pg.TextItem(text, color=color, anchor=anchor, angle=angle)
        item.setFont(_font(size))
        item.setPos(x, y)
        self._plot.addItem(item, ignoreBounds=True)


def spread(heights: Sequence[float], *, gap: float) -> list[float]:
    """Move labels apart until no two are closer than `gap`, keeping their order.

    Examples
    --------
    >>> spread([0.50, 0.51, 0.9], gap=0.04)
    [0.485, 0.525, 0.9]
    """
    order = sorted(range(len(heights)), key=lambda at: heights[at])
    blocks: list[tuple[float, int]] = []  # (centre, members) of labels that touch
    for at in order:
        centre, members = heights[at], 1
        while blocks and centre - blocks[-1][0] < gap * (members + blocks[-1][1]) / 2 - 1e-12:
            other, size = blocks.pop()
            centre = (centre * members + other * size) / (members + size)
            members += size
        blocks.append((centre, members))
    placed = [centre + gap * (k - (members - 1) / 2) for centre, members in blocks for k in range(members)]
    moved = [0.0] * len(heights)
    for at, height in zip(order, placed, strict=True):
        moved[at] = round(height, 6)
    return moved


def _short(name: str) -> str:
    """Return a name that fits beside a point."""
    name = name.replace("Simulated reader", "R")
    return name if len(name) <= 14 else name[:13] + "…"


def _faded(color: str, alpha: int) -> QColor:
    faded = QColor(color)
    faded.setAlpha(alpha)
    return faded


def _font(size: int) -> QFont:
    from PySide6.QtWidgets import QApplication

    font = QFont(QApplication.font())
    font.setPixelSize(size)
    return font
