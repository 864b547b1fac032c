"""The analyst's page "Performance": choices above, then what the engine says of them."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QScrollArea, QStackedWidget, QWidget

from realfm_gui.domain.protocol import Protocol
from realfm_gui.gui.analysing.performance_choices import PerformanceChoices
from realfm_gui.gui.analysing.performance_sections import PerformanceSections
from realfm_gui.gui.analysing.performance_state import PerformanceState
from realfm_gui.gui.analysing.performance_words import method_text
from realfm_gui.gui.widgets.empty_state import EmptyState
from realfm_gui.gui.widgets.labels import column, hairline, text_label
from realfm_gui.gui.widgets.progress_strip import ProgressStrip
from realfm_gui.gui.widgets.watermark import Watermark
from realfm_gui.workflows.performance import Choice, StudyPerformance


class PerformancePage(QWidget):
    """Computing, failed or showing the results of the present choice; empty while outcomes are closed.

    Signals
    -------
    computation_requested(object Choice)
        The results of a choice are wanted and not known yet; a computation under way is for another one.
    """

    computation_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = PerformanceState()
        self._wanted: Choice | None = None
        self.choices = PerformanceChoices()
        self.choices.choice_requested.connect(self._choose)
        self.choices.plan_requested.connect(self._back_to_plan)
        self.progress = ProgressStrip()
        self.sections = PerformanceSections()
        self._copy = QPushButton("Copy method section")
        self._copy.setProperty("role", "small")
        self._copy.setToolTip("What was done, as text to paste into a manuscript")
        self._copy.clicked.connect(self._copy_method)
        self._copied = text_label("", "caption")
        self.choices.standing_row.addWidget(self._copied)
        self.choices.standing_row.addWidget(self._copy)
        self._failed = EmptyState("", "Compute again")
        self._failed.action_requested.connect(self.show_choice)
        self._stack = QStackedWidget()
        self._computing = QWidget()
        title = text_label("Computing", "title")
        title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._computing.setLayout(column(-1, title, self.progress, -1, spacing=16, margins=(24, 0, 24, 96)))
        self._results = self._make_results()
        for part in (self._computing, self._failed, self._results):
            self._stack.addWidget(part)
        layout = column(self.choices, hairline(), spacing=12, margins=(24, 8, 24, 0))
        outer = column(spacing=0)
        outer.addLayout(layout)
        outer.addWidget(self._stack, 1)
        self.setLayout(outer)

    @property
    def has_results(self) -> bool:
        """Whether the results of the present choice are shown."""
        return self._stack.currentWidget() is self._results and self.state.known() is not None

    @property
    def wanted(self) -> Choice | None:
        """The choice whose results were asked for and have not come."""
        return self._wanted

    def open(self, protocol: Protocol) -> None:
        """Begin with the protocol's choice; nothing is computed before the page is looked at."""
        self.state.open(protocol)
        self.choices.show_state(self.state)
        self._stack.setCurrentWidget(self._computing)

    def close_outcomes(self) -> None:
        """Forget every number."""
        self.state.close()
        self._wanted = None
        self._stack.setCurrentWidget(self._computing)

    def show_choice(self) -> None:
        """Show the present choice's results, or ask for them."""
        if not self.state.is_open:
            return
        self.choices.show_state(self.state)
        self._copied.setText("")
        known = self.state.known()
        self._wanted = self.state.choice if known is None else None
        self._copy.setEnabled(known is not None)
        if known is None:
            self._stack.setCurrentWidget(self._computing)
            self.computation_requested.emit(self.state.choice)
            return
        self.sections.show_performance(known)
        self._watermark.setVisible(known.is_simulated)
        self._watermark.raise_()
        self._stack.setCurrentWidget(self._results)

    def take(self, performed: StudyPerformance) -> None:
        """Keep computed results, and show them if they are still wanted."""
        if self.state.learn(performed):
            self.show_choice()
            self._results.verticalScrollBar().setValue(0)

    def show_failure(self, choice: Choice, sentence: str) -> None:
        """Say why there are no results of a choice, unless another is wanted by now."""
        if self.state.is_open and choice == self.state.choice:
            self._wanted = None
            self._failed.set_sentence(sentence)
            self._stack.setCurrentWidget(self._failed)

    def failure(self) -> str:
        """Return why there are no results; empty where there are, or where they are on their way."""
        return self._failed.sentence if self._stack.currentWidget() is self._failed else ""

    def _choose(self, changes: object) -> None:
        assert isinstance(changes, dict)  # as the signal says
        before = self.state.choice
        if self.state.choose(**changes) != before:
            self.show_choice()

    def _back_to_plan(self) -> None:
        self.state.back_to_plan()
        self.show_choice()

    def _copy_method(self) -> None:
        known = self.state.known()
        if known is not None:
            QGuiApplication.clipboard().setText(method_text(known, self.state.deviations()))
            self._copied.setText("Copied")

    def _make_results(self) -> QScrollArea:
        content = QWidget()
        body = column(self.sections, margins=(24, 12, 24, 32))
        content.setLayout(body)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        self._watermark = Watermark(area.viewport())
        return area
