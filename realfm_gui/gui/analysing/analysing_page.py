"""The analyst's page: verdict first, then the tiles, then everything behind them."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QWidget,
)

from realfm_gui.gui.analysing.details_panel import DetailsPanel
from realfm_gui.gui.analysing.methods import method_of
from realfm_gui.gui.analysing.performance_page import PerformancePage
from realfm_gui.gui.analysing.result_sections import ResultSections
from realfm_gui.gui.analysing.tile_board import TileBoard
from realfm_gui.gui.analysing.tiles import Tile
from realfm_gui.gui.analysing.verdict_panel import VerdictPanel
from realfm_gui.gui.widgets.empty_state import EmptyState
from realfm_gui.gui.widgets.labels import column, row, text_label
from realfm_gui.gui.widgets.progress_strip import ProgressStrip
from realfm_gui.gui.widgets.watermark import Watermark

NOT_OPENED = "The outcomes have not been opened in this session."


class AnalysingPage(QWidget):
    """Closed, computing, failed or showing results.

    Signals
    -------
    outcomes_requested()
        Open the outcomes and compute.
    report_requested()
    export_requested()
    replay_requested()
    cancel_requested()
        Stop the computation.
    """

    outcomes_requested = Signal()
    report_requested = Signal()
    export_requested = Signal()
    replay_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._all: Mapping[str, Any] | None = None
        self._shown: Mapping[str, Any] = {}
        self.progress = ProgressStrip()
        self.progress.cancel_requested.connect(self.cancel_requested)
        self._closed = EmptyState(
            NOT_OPENED,
            "Open outcomes",
            is_primary=True,
            note="Every opening is written into the study's log.",
        )
        self._closed.action_requested.connect(self.outcomes_requested)
        self._computing = QWidget()
        self._computing_slot = column(margins=(24, 0, 24, 0))
        title = text_label("Computing the results", "title")
        title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        waiting = column(-1, title, spacing=16, margins=(0, 0, 0, 96))
        waiting.addLayout(self._computing_slot)
        waiting.addStretch(1)
        self._computing.setLayout(waiting)
        self._stack = QStackedWidget()
        self._results = self._make_results()
        self.performance = PerformancePage()
        for part in (self._closed, self._computing, self._results, self.performance):
            self._stack.addWidget(part)
        self._tabs = self._make_tabs()
        self.details = DetailsPanel()
        self.details.closed.connect(self._close_details)
        left = column(spacing=0)
        self._notice = text_label("", "notice", wraps=True)
        self._notice.hide()
        self._top_slot = column(self._notice, self.progress, margins=(24, 0, 24, 0))
        left.addWidget(self._tabs)
        left.addLayout(self._top_slot)
        left.addWidget(self._stack, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(left, 1)
        layout.addWidget(self.details)

    @property
    def has_results(self) -> bool:
        """Whether results are shown."""
        return self._all is not None

    def show_closed(self, sentence: str = "") -> None:
        """Show that outcomes are not open, and why."""
        self._close_results()
        self._top_slot.addWidget(self.progress)
        self._closed.set_sentence(sentence or NOT_OPENED)
        self._stack.setCurrentWidget(self._closed)

    def closed_sentence(self) -> str:
        """Return why there are no results."""
        return self._closed.sentence

    def show_computing(self) -> None:
        """Show that results are on their way."""
        self._close_results()
        self._computing_slot.addWidget(self.progress)
        self._stack.setCurrentWidget(self._computing)

    def show_results(self, results: Mapping[str, Any]) -> None:
        """Show what `workflows.analyse` returned: the primary finding first, others by choice."""
        self._all = results
        self._top_slot.addWidget(self.progress)
        findings = results["findings"]
        self._finding.blockSignals(True)
        self._finding.clear()
        for key, part in findings.items():
            self._finding.addItem(part["finding"]["name"], key)
        self._finding.blockSignals(False)
        self._finding.setVisible(len(findings) > 1)
        self._show_finding(next(iter(findings.values())))
        self._tabs.show()
        self.show_verdict()
        self._results.verticalScrollBar().setValue(0)
        self.setFocus()

    def show_verdict(self) -> None:
        """Turn to the verdict of the results that are open."""
        self._verdict_tab.setChecked(True)
        self._stack.setCurrentWidget(self._results)

    def show_performance(self) -> None:
        """Turn to the readers' performance; only while results are open, for it shows outcomes, too."""
        if self._all is None:
            return
        self._close_details()
        self._performance_tab.setChecked(True)
        self._stack.setCurrentWidget(self.performance)
        self.performance.show_choice()

    def show_notice(self, sentence: str) -> None:
        """Say what has just been done, until the next thing is."""
        self._notice.setText(sentence)
        self._notice.setVisible(bool(sentence))

    def set_busy(self, is_busy: bool) -> None:
        """Lock what would start a second piece of work."""
        if is_busy:
            self.show_notice("")
        for button in (self._closed.button, self._replay, self._report, self._export):
            button.setEnabled(not is_busy)

    def _close_results(self) -> None:
        """Take away everything that tells an outcome."""
        self._all = None
        self.details.hide()
        self._tabs.hide()
        self.performance.close_outcomes()

    def _show_finding(self, results: Mapping[str, Any]) -> None:
        self._shown = results
        self.details.hide()
        self._verdict.show_verdict(results)
        self._board.show_tiles(results)
        self._sections.show_results(results)
        self._watermark.setVisible(bool(results["is_simulated"]))
        self._watermark.raise_()

    def _explain(self, tile: Tile) -> None:
        for other in self._board.tiles:
            other.setChecked(other is tile)
        self.details.show_method(method_of(tile.tile, self._shown))

    def _close_details(self) -> None:
        self.details.hide()
        for tile in self._board.tiles:
            if tile.isChecked():
                tile.setChecked(False)
                tile.setFocus()

    def _choose_finding(self, at: int) -> None:
        if self._all is not None and at >= 0:
            self._show_finding(self._all["findings"][self._finding.itemData(at)])

    def _make_tabs(self) -> QWidget:
        self._verdict_tab, self._performance_tab = QPushButton("Verdict"), QPushButton("Performance")
        self._verdict_tab.setToolTip("What the study says of the model, and why")
        self._performance_tab.setToolTip("Readers' figures, curves and uncertainty; every method to choose")
        group = QButtonGroup(self)
        for tab, show in (
            (self._verdict_tab, self.show_verdict),
            (self._performance_tab, self.show_performance),
        ):
            tab.setProperty("role", "switch")
            tab.setCheckable(True)
            tab.clicked.connect(show)
            group.addButton(tab)
        tabs = QWidget()
        tabs.setLayout(row(self._verdict_tab, self._performance_tab, -1, margins=(8, 0, 24, 0)))
        tabs.hide()
        return tabs

    def _make_results(self) -> QScrollArea:
        self._verdict = VerdictPanel()
        self._board = TileBoard()
        self._board.tile_opened.connect(self._explain)
        self._sections = ResultSections()
        self._finding = QComboBox()
        self._finding.setAccessibleName("Finding")
        self._finding.currentIndexChanged.connect(self._choose_finding)
        self._report, self._export = QPushButton("Save report…"), QPushButton("Export…")
        self._replay = QPushButton("Replay readings")
        self._replay.setToolTip("See again what a reading displayed, and why a call was wrong")
        self._replay.clicked.connect(self.replay_requested)
        self._report.clicked.connect(self.report_requested)
        self._export.clicked.connect(self.export_requested)
        self._report.setToolTip("One self-contained HTML file")
        self._export.setToolTip("Tidy tables with their codebook, results and report, into a folder")
        content = QWidget()
        body = column(spacing=8, margins=(24, 16, 24, 32))
        for tool in (self._finding, self._replay, self._report, self._export):
            self._verdict.add_tool(tool)
        body.addWidget(self._verdict)
        body.addSpacing(8)
        body.addWidget(self._board)
        body.addSpacing(16)
        body.addWidget(self._sections)
        content.setLayout(body)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        self._watermark = Watermark(area.viewport())
        return area
