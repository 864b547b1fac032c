"""The results of one choice: headline, ROC plane, forest, tables, margin, uncertainty, design, remarks."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from realfm_gui.analysis.wording import plain
from realfm_gui.gui.analysing import performance_tables as tables
from realfm_gui.gui.analysing import performance_words as words
from realfm_gui.gui.analysing.performance_forest import ForestPlot
from realfm_gui.gui.analysing.performance_margin_plot import MarginPlot
from realfm_gui.gui.analysing.performance_reads import ReadsPlot
from realfm_gui.gui.analysing.performance_roc import PerformanceRoc
from realfm_gui.gui.analysing.performance_shares import SharesPanel, flowing_label
from realfm_gui.gui.widgets.labels import clear, column, row, text_label
from realfm_gui.gui.widgets.plain_table import PlainTable
from realfm_gui.workflows.performance import StudyPerformance

ROC_SIDE = 416
MARGIN_WIDTH, MARGIN_HEIGHT = 416, 240
NARROW = 1080
"""Below this width the two halves of a row stand one under the other."""
_ANY_WIDTH = 16_777_215
"""Qt's own limit."""
ROC_CAPTION = (
    "Thin: single readers. Dot to triangle: a reader's recall calls, unaided to aided; a cross where the "
    "whole interval lies below 0. Square: the AI's call. Point at a row of the forest to see its reader."
)


class PerformanceSections(QWidget):
    """Everything under the choices."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sentence = flowing_label("", "title")
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.against_margin = flowing_label("")
        self.basis = flowing_label("", "caption")
        self.roc, self.forest = PerformanceRoc(), ForestPlot()
        self._roc_caption = flowing_label(ROC_CAPTION, "caption")
        self.roc.setFixedSize(ROC_SIDE, ROC_SIDE)
        self.forest.reader_pointed.connect(self.roc.point_out)
        self.margin, self.shares = MarginPlot(), SharesPanel()
        self.margin.setFixedSize(MARGIN_WIDTH, MARGIN_HEIGHT)
        self.reads = ReadsPlot()
        self.means = PlainTable(tables.MEANS, "Means")
        self.comparisons = PlainTable(tables.COMPARISONS, "Differences")
        self._margin_words = flowing_label("", "caption")
        self._forest_title, self._roc_title = text_label("", "heading"), text_label("", "heading")
        self._means_title, self._comparisons_title = text_label("", "heading"), text_label("", "heading")
        self._model_words = flowing_label("", "caption")
        self._missing = flowing_label("")
        self._design, self._remarks = QVBoxLayout(), QVBoxLayout()
        for lines in (self._design, self._remarks):
            lines.setSpacing(4)
        layout = column(self.sentence, self.against_margin, self.basis, spacing=6)
        self._pairs = (self._pictures(), self._numbers(), self._background())
        for part in self._pairs:
            layout.addSpacing(16)
            layout.addLayout(part)
        layout.addSpacing(16)
        layout.addWidget(text_label("Remarks", "heading"))
        layout.addLayout(self._remarks)
        layout.addStretch(1)
        self.setLayout(layout)

    def show_performance(self, performed: StudyPerformance) -> None:
        """Show the results of one choice."""
        head = words.headline(performed)
        self.sentence.setText(head.sentence)
        self.against_margin.setText(head.against_margin)
        self.basis.setText(head.basis)
        name, level = words.measure_name(performed), words.interval_name(performed)
        kind = performed.curves.kind.value
        self._roc_title.setText(f"ROC curves, {kind}" if kind == "empirical" else f"ROC curves, {kind} fit")
        self._forest_title.setText(f"Difference of {name} with {level}; band: margin")
        self._means_title.setText(f"Mean {name} with {level}")
        self._comparisons_title.setText(f"Differences with {level}; margin {plain(performed.choice.margin)}")
        for drawn in (self.roc, self.forest, self.margin, self.reads):
            drawn.show_performance(performed)
        self.means.show_rows(tables.mean_rows(performed))
        self.comparisons.show_rows(tables.comparison_rows(performed))
        self.shares.show_uncertainty(performed.uncertainty)
        self._margin_words.setText(words.smallest_margin(performed))
        _show(self._model_words, words.model_words(performed))
        _show(self._missing, words.missing_words(performed))
        _fill(self._design, words.design_words(performed))
        remarks = words.remarks(performed)
        _fill(self._remarks, remarks or ("None.",), role="remark" if remarks else "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange the halves of every row for the new width."""
        super().resizeEvent(event)
        is_narrow = self.width() < NARROW
        way = QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight
        for pair in self._pairs:
            pair.setDirection(way)
            pair.setSpacing(16 if is_narrow else 32)
        for text in (self.shares, self._roc_caption):
            # Qt asks for the height at the layout's width: a narrower maximum would cut the last lines off.
            text.setMinimumWidth(0 if is_narrow else ROC_SIDE)
            text.setMaximumWidth(_ANY_WIDTH if is_narrow else ROC_SIDE)

    def _pictures(self) -> QHBoxLayout:
        left = column(self._roc_title, self.roc, spacing=8)
        left.addWidget(self._roc_caption)
        left.addStretch(1)
        right = column(self._forest_title, self.forest, self._model_words, -1, spacing=8)
        both = row(spacing=32)
        both.addLayout(left)
        both.addLayout(right, 1)
        return both

    def _numbers(self) -> QHBoxLayout:
        left = column(text_label("Margin", "heading"), self.margin, self._margin_words, -1, spacing=8)
        right = column(
            self._means_title,
            self.means,
            16,
            self._comparisons_title,
            self.comparisons,
            -1,
            spacing=8,
        )
        both = row(spacing=32)
        both.addLayout(left)
        both.addLayout(right, 1)
        return both

    def _background(self) -> QHBoxLayout:
        right = column(text_label("Who read what", "heading"), spacing=8)
        right.addLayout(self._design)
        right.addWidget(self.reads)
        right.addWidget(self._missing)
        right.addStretch(1)
        both = row(spacing=32)
        both.addWidget(self.shares)
        both.addLayout(right, 1)
        return both


def _show(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))


def _fill(layout: QVBoxLayout, sentences: Sequence[str], *, role: str = "") -> None:
    clear(layout)
    for sentence in sentences:
        layout.addWidget(flowing_label(sentence, role))
