"""ROC plane of the performance page: every reader's curve faintly, the means strongly, the model, the calls.

The axes, the model's marks and the readers' arrows are those of the verdict's plot (`roc_plot`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from realfm_gui.analysis.wording import plain
from realfm_gui.gui.analysing.performance_painting import LEFT_MIDDLE, RIGHT_MIDDLE, faded, set_font
from realfm_gui.gui.analysing.roc_plot import RocPlot, short_name
from realfm_gui.gui.theme import AI_ALONE, AIDED, SIZE_SMALL, UNAIDED, Palette
from realfm_gui.workflows.performance import StudyPerformance
from realfm_gui.workflows.performance_curves import Point, RocLine

ARM_COLORS = (UNAIDED, AIDED)
_READER_ALPHA, _FAINTEST = 150, 45
_KEY_ROW, _KEY_WIDTH = 18, 176


class PerformanceRoc(RocPlot):
    """Curves and calls of one finding; the areas stand in the key, where the plane is empty."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("ROC plane: readers' curves and calls unaided and aided, and the AI's")
        self._pointed = ""

    def show_performance(self, performed: StudyPerformance) -> None:
        """Draw the curves of one choice."""
        self._pointed = ""
        self.show_results(roc_results(performed))

    def point_out(self, reader: str) -> None:
        """Draw one reader's curves strongly; nobody's for an empty name."""
        self._pointed = reader
        self.update()

    def _curves(self, painter: QPainter, palette: Palette, roc: Mapping[str, Any]) -> None:
        # Many readers lie over each other: the more there are, the fainter each is drawn.
        alpha = max(_FAINTEST, _READER_ALPHA - 4 * len(roc["curves"]))
        for curve in roc["curves"]:
            is_pointed = curve["reader"] == self._pointed
            color = QColor(curve["color"]) if is_pointed else faded(curve["color"], alpha)
            self._curve(painter, curve, QPen(color, 2 if is_pointed else 1))
        for mean in roc["means"]:
            width = 1.5 if self._pointed else 3
            self._curve(painter, mean, QPen(QColor(mean["color"]), width))
        if roc["ai"] is not None:
            self._curve(painter, roc["ai"], QPen(QColor(AI_ALONE), 2, Qt.PenStyle.DashLine))
        if roc["ai_point"] is not None:
            centre = self.place(roc["ai_point"]["fpr"], roc["ai_point"]["tpr"])
            painter.fillRect(QRectF(centre.x() - 4, centre.y() - 4, 8, 8), QColor(AI_ALONE))
        self._key(painter, palette, roc)

    def _label_readers(
        self,
        painter: QPainter,
        palette: Palette,
        labels: Sequence[tuple[str, QPointF, str]],
        *,
        column: float,
    ) -> None:
        """Name who got worse and who is pointed at: a name for everybody would cover the curves."""
        kept = [each for each in labels if each[2] == palette.bad or each[0] == short_name(self._pointed)]
        super()._label_readers(painter, palette, kept, column=column)

    def _key(self, painter: QPainter, palette: Palette, roc: Mapping[str, Any]) -> None:
        """Name the lines where no useful curve runs: below the diagonal, right."""
        lines = [(mean["name"], mean["auc"], mean["color"], Qt.PenStyle.SolidLine) for mean in roc["means"]]
        if roc["ai"] is not None:
            lines.append(("AI alone", roc["ai"]["auc"], AI_ALONE, Qt.PenStyle.DashLine))
        corner = self.place(1, 0)
        top = corner.y() - 10 - _KEY_ROW * (len(lines) + 1)
        left = corner.x() - _KEY_WIDTH
        set_font(painter, SIZE_SMALL)
        painter.setPen(QColor(palette.ink_quiet))
        right = QRectF(left, top, _KEY_WIDTH - 6, _KEY_ROW)
        painter.drawText(right, int(RIGHT_MIDDLE.value), "area")
        for name, area, color, style in lines:
            top += _KEY_ROW
            room = QRectF(left, top, _KEY_WIDTH - 6, _KEY_ROW)
            painter.setPen(QPen(QColor(color), 3 if style is Qt.PenStyle.SolidLine else 2, style))
            middle = room.center().y()
            painter.drawLine(QPointF(left, middle), QPointF(left + 22, middle))
            painter.setPen(QColor(palette.ink))
            painter.drawText(room.adjusted(30, 0, 0, 0), int(LEFT_MIDDLE.value), name)
            painter.drawText(room, int(RIGHT_MIDDLE.value), plain(area))


def roc_results(performed: StudyPerformance) -> dict[str, Any]:
    """Return the results in the form the ROC plot takes, with the curves added."""
    names = performed.result.data.readers
    curves = performed.curves
    arms = tuple(zip(("Unaided, mean", "Aided, mean"), ARM_COLORS, strict=True))
    shown = [
        {"reader": name, "color": color, **_line(line)}
        for (_, color), lines in zip(arms, curves.readers, strict=True)
        for name, line in zip(names, lines, strict=True)
        if line is not None
    ]
    means = [
        {"name": title, "color": color, **_line(mean)}
        for (title, color), mean in zip(arms, curves.means, strict=True)
        if mean is not None
    ]
    unaided, aided = performed.points.readers
    return {
        "is_simulated": performed.is_simulated,
        "per_reader": [
            {"reader": name, "got_worse": worse} for name, worse in readers_who_got_worse(performed).items()
        ],
        "roc": {
            "controls": {},
            "ai": None if curves.model is None else _line(curves.model),
            "ai_point": None if performed.points.model is None else _point(performed.points.model),
            "curves": shown,
            "means": means,
            "readers": [
                {"reader": name, "name": name, "unaided": _point(before), "aided": _point(after)}
                for name, before, after in zip(names, unaided, aided, strict=True)
                if before is not None and after is not None
            ],
        },
    }


def readers_who_got_worse(performed: StudyPerformance) -> dict[str, bool]:
    """Say of every reader whether the whole interval of the change lies below 0."""
    return {
        reader: pair.difference.ci is not None and pair.difference.ci[1] < 0
        for reader, pair in performed.result.reader_comparisons
    }


def _line(line: RocLine) -> dict[str, Any]:
    return {"fpr": line.fpf.tolist(), "tpr": line.tpf.tolist(), "auc": line.auc}


def _point(point: Point) -> dict[str, float]:
    return {"fpr": point[0], "tpr": point[1]}
