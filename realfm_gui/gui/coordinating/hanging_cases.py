"""Which case takes which hanging rule: a table to look through and to choose a case from."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from realfm_gui.gui.coordinating.hanging_words import layout
from realfm_gui.gui.theme import palette_of
from realfm_gui.gui.widgets.icons import icon
from realfm_gui.imaging.hanging_rules import HangingProtocol
from realfm_gui.workflows.hanging import CaseFiles

NO_RULE = "No rule holds: the first image alone"
READING_HEADERS = "reading headers"
_COLUMNS = (("Case", 176), ("For", 72), ("Hangs by", 0), ("Layout", 64))


class HangingCases(QTableWidget):
    """The cases that are read, and the rule each takes.

    Signals
    -------
    case_chosen(str case_id)
        The user wants to see this one.
    """

    case_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(_COLUMNS), parent)
        self.setAccessibleName("Cases and the rule each takes")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setStyleSheet("QTableView::item { padding-left: 5px; }")  # in line with the header
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(28)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        for number, (title, width) in enumerate(_COLUMNS):
            item = QTableWidgetItem(title)
            item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            self.setHorizontalHeaderItem(number, item)
            mode = QHeaderView.ResizeMode.Fixed if width else QHeaderView.ResizeMode.Stretch
            header.setSectionResizeMode(number, mode)
            if width:
                self.setColumnWidth(number, width)
        self._cases: tuple[CaseFiles, ...] = ()
        self.itemSelectionChanged.connect(self._chosen)

    def show_cases(self, cases: Sequence[CaseFiles]) -> None:
        """Replace the cases; what they take is not known yet."""
        self._cases = tuple(cases)
        self.blockSignals(True)
        self.setRowCount(0)
        self.setRowCount(len(cases))
        for at, case in enumerate(cases):
            for number, text in enumerate(
                (f"{at + 1} · {case.case_id}", case.split.value, READING_HEADERS, "")
            ):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.setItem(at, number, item)
        self.blockSignals(False)

    def show_rules(self, taken: Mapping[str, HangingProtocol | None], problems: Mapping[str, str]) -> None:
        """Say which rule each case takes, None where none holds; `problems` are of cases without headers."""
        palette = palette_of(self)
        for at, case in enumerate(self._cases):
            rule, shape = self.item(at, 2), self.item(at, 3)
            assert rule is not None  # made by `show_cases`
            assert shape is not None
            if case.case_id in problems:
                text, size, is_odd = problems[case.case_id], "", True
            elif case.case_id not in taken:
                text, size, is_odd = READING_HEADERS, "", False
            else:
                protocol = taken[case.case_id]
                is_odd = protocol is None
                text = NO_RULE if protocol is None else protocol.name
                size = "1 × 1" if protocol is None else layout(protocol)
            if rule.text() != text or shape.text() != size:
                rule.setText(text)
                rule.setToolTip(text)
                rule.setIcon(icon("alert-outline", palette.warn) if is_odd else QIcon())
                shape.setText(size)

    def choose(self, case_id: str) -> None:
        """Mark a case without asking for it again."""
        for at, case in enumerate(self._cases):
            if case.case_id == case_id:
                self.blockSignals(True)
                self.selectionModel().setCurrentIndex(
                    self.model().index(at, 0),
                    QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows,
                )
                self.blockSignals(False)

    def _chosen(self) -> None:
        rows = self.selectionModel().selectedRows()
        if rows:
            self.case_chosen.emit(self._cases[rows[0].row()].case_id)
