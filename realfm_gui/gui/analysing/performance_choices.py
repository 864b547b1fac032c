"""The row of choices of the performance page, and the line that says how they stand to the protocol."""

from collections.abc import Sequence

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QGridLayout, QPushButton, QWidget

from realfm_gui.analysis.mrmc.analysis import Method
from realfm_gui.analysis.mrmc.results import Inference
from realfm_gui.gui.analysing import performance_state as options
from realfm_gui.gui.analysing.performance_state import Option, PerformanceState
from realfm_gui.gui.widgets.labels import column, row, text_label
from realfm_gui.gui.widgets.status import State, StatusMark

LEAST_MARGIN, MOST_MARGIN, MARGIN_STEP = 0.001, 0.499, 0.005


class PerformanceChoices(QWidget):
    """Finding, measure, method, covariance, inference, margin, curves.

    Signals
    -------
    choice_requested(object changes)
        The user wants another value: a mapping of names of `Choice` to values.
    plan_requested()
        Back to what the protocol fixed.
    """

    choice_requested = Signal(object)
    plan_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._finding = self._list("finding", ())
        self._lists = {
            "measure": self._list("measure", options.MEASURES),
            "method": self._list("method", options.METHODS),
            "covariance": self._list("covariance", options.COVARIANCES),
            "inference": self._list("inference", options.INFERENCES),
            "curves": self._list("curves", options.CURVES),
        }
        self.margin = self._margin_box()
        self._standing = StatusMark()
        self._sentence = text_label("", "quiet", wraps=True)
        self._back = QPushButton("Back to the plan")
        self._back.setProperty("role", "small")
        self._back.clicked.connect(self.plan_requested)
        layout = column(spacing=12)
        layout.addLayout(self._fields())
        self.standing_row = row(self._standing, spacing=16)
        self.standing_row.addWidget(self._sentence, 1)
        self.standing_row.addWidget(self._back)
        layout.addLayout(self.standing_row)
        self.setLayout(layout)

    def show_state(self, state: PerformanceState) -> None:
        """Show a choice and how it stands to the protocol."""
        choice = state.choice
        self._finding.blockSignals(True)
        self._finding.clear()
        for key, name in state.findings:
            self._finding.addItem(name, key)
        self._finding.setCurrentIndex(max(0, self._finding.findData(choice.finding)))
        self._finding.setToolTip("What was looked for; the first of the protocol is the primary one")
        self._finding.blockSignals(False)
        for name, box in self._lists.items():
            _select(box, str(getattr(choice, name)))
        is_u = choice.method is Method.USTAT
        covariance = self._lists["covariance"]
        covariance.setEnabled(not is_u)
        if is_u:
            covariance.setToolTip("U-statistics bring their own, unbiased variance")
        _enable(self._lists["inference"], Inference.RRFC, is_possible=not is_u)
        self.margin.blockSignals(True)
        self.margin.setValue(choice.margin)
        self.margin.blockSignals(False)
        standing = state.standing()
        self._standing.show_state(State.WARNING if standing.is_exploratory else State.DONE, standing.word)
        self._sentence.setText(standing.sentence)
        self._back.setVisible(not state.is_back_at_plan)

    def box(self, name: str) -> QComboBox:
        """Return the list of a choice by its name in `Choice`."""
        return self._finding if name == "finding" else self._lists[name]

    def _list(self, name: str, entries: Sequence[Option]) -> QComboBox:
        box = _QuietComboBox()
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(6)
        for number, entry in enumerate(entries):
            box.addItem(entry.title, str(entry.value))
            box.setItemData(number, entry.tip, Qt.ItemDataRole.ToolTipRole)
        box.currentIndexChanged.connect(lambda at: self._chose(name, box, entries, at))
        return box

    def _chose(self, name: str, box: QComboBox, entries: Sequence[Option], at: int) -> None:
        if at >= 0:
            value = entries[at].value if entries else box.itemData(at)
            self.choice_requested.emit({name: value})

    def _margin_box(self) -> QDoubleSpinBox:
        box = _QuietSpinBox()
        box.setLocale(QLocale.c())  # a point, as in every other number of the program
        # The arrow keys step: buttons of half a row's height are hard to hit. The field inside would take the
        # frame and padding of a field of its own.
        box.setStyleSheet(
            "QDoubleSpinBox::up-button, QDoubleSpinBox::down-button { width: 0; border: none; }"
            "QLineEdit { border: none; padding: 0; background: transparent; }"
        )
        box.lineEdit().setTextMargins(8, 0, 0, 0)
        box.setDecimals(3)
        box.setRange(LEAST_MARGIN, MOST_MARGIN)
        box.setSingleStep(MARGIN_STEP)
        box.setKeyboardTracking(False)
        box.setToolTip(
            "The largest loss that still counts as none; the protocol fixed it before reading began"
        )
        box.valueChanged.connect(lambda value: self.choice_requested.emit({"margin": round(value, 3)}))
        return box

    def _fields(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        fields: tuple[tuple[str, QWidget, int], ...] = (
            ("Finding", self._finding, 4),
            ("Measure", self._lists["measure"], 3),
            ("Method", self._lists["method"], 4),
            ("Covariance over cases", self._lists["covariance"], 3),
            ("Speaks for", self._lists["inference"], 5),
            ("Margin", self.margin, 2),
            ("Curves", self._lists["curves"], 3),
        )
        for number, (title, field, share) in enumerate(fields):
            label = text_label(title, "caption")
            label.setBuddy(field)
            field.setAccessibleName(title)
            grid.addWidget(label, 0, number)
            grid.addWidget(field, 1, number)
            grid.setColumnStretch(number, share)
        return grid


class _QuietComboBox(QComboBox):
    """A list the wheel scrolls past: a page that scrolls must not change an analysis."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class _QuietSpinBox(QDoubleSpinBox):
    """A number the wheel scrolls past."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def _select(box: QComboBox, value: str) -> None:
    at = max(0, box.findData(value))
    box.blockSignals(True)
    box.setCurrentIndex(at)
    box.blockSignals(False)
    box.setToolTip(str(box.itemData(at, Qt.ItemDataRole.ToolTipRole)))


def _enable(box: QComboBox, value: Inference, *, is_possible: bool) -> None:
    from PySide6.QtGui import QStandardItemModel

    model = box.model()
    assert isinstance(model, QStandardItemModel)  # what a list of choices has unless it is given another
    model.item(box.findData(value.value)).setEnabled(is_possible)
